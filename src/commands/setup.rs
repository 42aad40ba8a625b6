//! From configuration files to rules and policy: finds the files of every layer, puts the layers together, minds the locks.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use super::scan::ConfigText;
use crate::config::layers::{Layer, Rank};
use crate::config::schema::{ConfigError, Effect as Wanted, FILE_NAME, Many};
use crate::detect::scanner::Scanner;
use crate::error::{CommandError, Kind};
use crate::pipeline::Pipeline;
use crate::policy::allow::Allow;
use crate::policy::baseline::{self, Baseline, Renames};
use crate::policy::effects::{Effect, EffectRule, Policy};
use crate::policy::inline::Markers;
use crate::policy::paths::{Globs, Paths};
use crate::policy::seal::Seal;
use crate::policy::{date, locks};
use crate::rules::ruleset::RuleSet;
use crate::settings::Settings;
use crate::source::tree::Tree;
use crate::source::walk::Ignore;
use crate::source::{Item, Source as _, plumbing};
use crate::types::input::Origin;

/// Where the organisation's policy is looked for when nobody names it.
const SYSTEM_POLICY: &str = "/etc/nospill/policy.toml";

/// Reads a file of the place that a run is about, by its path from the top; `None` when there is none.
pub type Reader<'r> = dyn FnMut(&str) -> Result<Option<Vec<u8>>, CommandError> + 'r;

/// The files of a run.
#[derive(Debug, Default)]
pub struct Files {
    /// The repository's, or the one named by hand.
    pub repository: Option<ConfigText>,
    /// Those of folders below: the folder with a `/` at its end, and the file.
    pub nested: Vec<(String, ConfigText)>,
    /// The folder that scanned paths start from, seen from the top, with a `/` at its end; mostly empty.
    pub start: String,
}

/// The layers of a run, the weakest first.
///
/// # Errors
/// A file can't be read, or is wrong.
pub fn layers(settings: &Settings, files: Files) -> Result<Vec<Layer>, CommandError> {
    let mut layers = Vec::new();
    if let Some((text, file)) = organisation(settings)? {
        layers.push(Layer::read(Rank::Organisation, text, file)?);
    }
    if let Some((text, file)) = files.repository {
        layers.push(Layer::read(Rank::Repository, text, file)?);
    }
    let mut nested = files.nested;
    nested.sort_by_key(|(base, _)| (base.matches('/').count(), base.clone()));
    for (base, (text, file)) in nested {
        layers.push(Layer::read(Rank::Directory(base), text, file)?);
    }
    Ok(layers)
}

/// The organisation's policy: named by `--policy` or `NOSPILL_POLICY`, else the system's where there is one.
fn organisation(settings: &Settings) -> Result<Option<ConfigText>, CommandError> {
    let from_env = || std::env::var_os("NOSPILL_POLICY").filter(|value| !value.is_empty()).map(PathBuf::from);
    let named = settings.layers.policy.clone().or_else(from_env);
    let path = named.clone().unwrap_or_else(|| SYSTEM_POLICY.into());
    match std::fs::read(&path) {
        Ok(text) => Ok(Some((text, path.display().to_string()))),
        Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(CommandError::new(Kind::Config, format!("{}: {error}", path.display()))
            .hint("it is the organisation's policy, named by --policy, NOSPILL_POLICY or its place; nothing was scanned")),
    }
}

/// The pipeline that the layers describe. `read` reads the baseline.
///
/// # Errors
/// A layer is wrong or weakens what is locked, or no rule is left.
pub fn pipeline(settings: &Settings, files: Files, read: &mut Reader<'_>) -> Result<Pipeline, CommandError> {
    let start = files.start.clone().into_bytes();
    let layers = layers(settings, files)?;
    let (rules, mut policy) = combine(&layers, settings.now)?;
    policy.excludes.start = start;
    policy.baseline = baseline_file(settings, &layers, read)?;
    if rules.is_empty() {
        return Err(CommandError::new(Kind::Config, "no rules to scan with"));
    }
    Ok(Pipeline { scanner: Scanner::new(rules), policy, threads: settings.threads })
}

/// The name of the baseline that layers ask for, if one does.
pub fn baseline_name(layers: &[Layer]) -> Option<&str> {
    layers.iter().rev().find_map(|layer| layer.config.baseline.file.as_deref())
}

/// The baseline's bytes; the first finding reads them.
fn baseline_file(settings: &Settings, layers: &[Layer], read: &mut Reader<'_>) -> Result<Option<ConfigText>, CommandError> {
    let found = match (&settings.layers.baseline, baseline_name(layers)) {
        (Some(path), _) => {
            let text =
                std::fs::read(path).map_err(|error| CommandError::new(Kind::User, format!("{}: {error}", path.display())))?;
            Some((text, path.display().to_string()))
        }
        (None, Some(name)) => {
            let text = read(name)?.ok_or_else(|| {
                CommandError::new(Kind::Config, format!("the baseline {name} is not there"))
                    .hint("`nospill baseline create` makes one, `git add` stages it")
            })?;
            Some((text, name.to_owned()))
        }
        (None, None) => read(baseline::FILE_NAME)?.map(|text| (text, baseline::FILE_NAME.to_owned())),
    };
    Ok(found)
}

/// That a baseline can be read.
///
/// # Errors
/// A line of it is no entry.
pub fn parse_baseline(text: &[u8], file: &str) -> Result<Baseline, CommandError> {
    Baseline::parse(text).map_err(|line| {
        CommandError::new(Kind::Config, format!("{file}:{line}: no entry of a baseline"))
            .hint("a line is a fingerprint, a rule and a path; a conflict of a merge must be resolved first")
    })
}

/// Rules and policy of the layers; no baseline yet.
///
/// # Errors
/// A value makes no sense, or weakens what is locked.
pub fn combine(layers: &[Layer], now: Option<u64>) -> Result<(RuleSet, Policy), CommandError> {
    let mut custom = Vec::new();
    for layer in layers {
        custom.extend(layer.config.rules(&layer.file)?);
    }
    let mut rules = if custom.is_empty() { RuleSet::builtin() } else { RuleSet::with_custom(custom)? };
    let mut policy = Policy { now, ..Policy::default() };
    let mut branch = None;
    for layer in layers {
        rate(layer, &mut rules, &mut policy)?;
        add(layer, &mut policy, &mut branch)?;
    }
    mind_locks(layers, &rules, &policy)?;
    Ok((rules, policy))
}

/// The overrides of a layer.
fn rate(layer: &Layer, rules: &mut RuleSet, policy: &mut Policy) -> Result<(), CommandError> {
    for (id, change) in &layer.config.overrides {
        let place = || layer.place_of(&["override", id]);
        let Some(index) = rules.find(id) else {
            let error = super::rules::unknown(rules, id);
            let message = format!("{}: {}", place(), error.message);
            return Err(CommandError { kind: Kind::Config, message, hints: error.hints });
        };
        let rule = rules.rule(index);
        let (severity, confidence) = (change.severity.map(Into::into), change.confidence.map(Into::into));
        let lowers = severity.is_some_and(|s| s < rule.severity) || confidence.is_some_and(|c| c < rule.confidence);
        if layer.rank != Rank::Organisation
            && (lowers || change.enabled == Some(false))
            && let Some(lock) = policy.effects.iter().find(|effect| effect.is_locked && effect.names(rule))
        {
            return Err(locked(&place(), &lock.place, &format!("the rule `{}`", rule.id)));
        }
        if let Some(enabled) = change.enabled {
            let effect = if enabled { Effect::Deny } else { Effect::Off };
            let rules = vec![rule.id.to_string()];
            if enabled {
                policy.effects.retain(|other| !(other.effect == Effect::Off && other.rules == rules));
            } else {
                policy.effects.push(EffectRule { effect, rules, place: place(), ..EffectRule::default() });
            }
        }
        rules.rate(index, severity, confidence);
    }
    Ok(())
}

/// What a layer adds to the policy.
fn add(layer: &Layer, policy: &mut Policy, branch: &mut Option<String>) -> Result<(), CommandError> {
    let (config, base) = (&layer.config, layer.rank.base().as_bytes().to_vec());
    let (exclude, include) = (Globs::new(config.scan.exclude.clone()), Globs::new(config.scan.include.clone()));
    policy.excludes.layers.push(Paths { base: base.clone(), exclude, include });
    policy.max_size = config.scan.max_size.map(|mib| u64::from(mib) << 20).or(policy.max_size);
    let Markers { own, foreign } = policy.markers;
    policy.markers = Markers { own: config.markers.own.unwrap_or(own), foreign: config.markers.foreign.unwrap_or(foreign) };
    if let Some(renames) = config.baseline.renames {
        policy.renames = if renames { Renames::Followed } else { Renames::Refused };
    }
    for entry in &config.policy {
        let (place, entry) = (layer.place(entry.span().start), entry.get_ref());
        let branches = Globs::new(Many::all(entry.branch.as_ref()));
        if !branches.is_empty() && !branches.hit(branch.get_or_insert_with(current_branch).as_bytes()) {
            continue;
        }
        policy.effects.push(EffectRule {
            effect: match entry.effect {
                Wanted::Off => Effect::Off,
                Wanted::Audit => Effect::Audit,
                Wanted::Deny => Effect::Deny,
            },
            base: base.clone(),
            rules: Many::all(entry.rule.as_ref()),
            families: Many::all(entry.family.as_ref()),
            severities: Many::all(entry.severity.as_ref()).into_iter().map(Into::into).collect(),
            confidences: Many::all(entry.confidence.as_ref()).into_iter().map(Into::into).collect(),
            paths: Globs::new(Many::all(entry.path.as_ref())),
            is_locked: entry.locked == Some(true),
            place,
        });
    }
    for entry in &config.allow {
        policy.allows.push(allow(layer, entry.span().start, entry.get_ref())?);
    }
    Ok(())
}

/// An allow entry, checked.
fn allow(layer: &Layer, offset: usize, entry: &crate::config::schema::Allow) -> Result<Allow, CommandError> {
    let place = layer.place(offset);
    let wrong = |what: String| CommandError::from(ConfigError::Value { place: place.clone(), what });
    if entry.reason.trim().is_empty() {
        return Err(wrong("an allow entry needs a reason".to_owned()));
    }
    let expires = match &entry.expires {
        None => None,
        Some(day) => {
            let end = date::end_of(day).ok_or_else(|| wrong(format!("`expires = \"{day}\"` is no day: write 2027-01-31")))?;
            Some((day.clone(), end))
        }
    };
    let seal = match &entry.fingerprint {
        None => None,
        Some(text) => Some(Seal::parse(text).ok_or_else(|| wrong(format!("`{text}` is no fingerprint")))?),
    };
    let (rules, paths) = (Many::all(entry.rule.as_ref()), Many::all(entry.path.as_ref()));
    let commits: Vec<String> = Many::all(entry.commit.as_ref());
    if rules.is_empty() && paths.is_empty() && commits.is_empty() && seal.is_none() {
        return Err(wrong(
            "an allow entry names a rule, path, commit or fingerprint; this one would allow everything".to_owned(),
        ));
    }
    if let Some(short) = commits.iter().find(|id| id.len() < 7 || !id.bytes().all(|b| b.is_ascii_hexdigit())) {
        return Err(wrong(format!("`{short}` is no commit: give seven hex digits or more")));
    }
    let (base, paths) = (layer.rank.base().as_bytes().to_vec(), Globs::new(paths));
    let (reason, owner) = (entry.reason.trim().to_owned(), entry.owner.clone());
    Ok(Allow { base, reason, owner, expires, rules, paths, commits, seal, place })
}

/// That no layer weakens what the organisation locked.
fn mind_locks(layers: &[Layer], rules: &RuleSet, policy: &Policy) -> Result<(), CommandError> {
    let Some((organisation, weaker)) = layers.split_first().filter(|(first, _)| first.rank == Rank::Organisation) else {
        return Ok(());
    };
    if policy.effects.iter().any(|effect| effect.is_locked)
        && let Some(breach) = locks::breach(
            &policy.effects,
            &policy.allows,
            &organisation.file,
            &rules.iter().map(|(_, rule)| rule).collect::<Vec<_>>(),
        )
    {
        return Err(locked(&breach.place, &breach.lock, &format!("the rule `{}`", breach.rule)));
    }
    let Some(lock) = &organisation.config.lock else { return Ok(()) };
    for layer in weaker {
        let (config, is) = (&layer.config, lock.get_ref());
        let breaches: [(bool, &[&str]); 5] = [
            (is.exclude && !config.scan.exclude.is_empty(), &["scan", "exclude"]),
            (is.exclude && config.scan.max_size.is_some(), &["scan", "max_size"]),
            (is.markers && config.markers.own == Some(true), &["markers", "own"]),
            (is.markers && config.markers.foreign == Some(true), &["markers", "foreign"]),
            (is.allow && !config.allow.is_empty(), &["allow"]),
        ];
        if let Some((_, keys)) = breaches.iter().find(|(breaks, _)| *breaks) {
            let place = match config.allow.first().filter(|_| *keys == ["allow"]) {
                Some(entry) => layer.place(entry.span().start),
                None => layer.place_of(keys),
            };
            let lock = organisation.place(lock.span().start);
            return Err(locked(&place, &lock, &format!("`{}`", keys.join("."))));
        }
    }
    Ok(())
}

fn locked(place: &str, lock: &str, what: &str) -> CommandError {
    CommandError::new(Kind::Config, format!("{place}: this weakens {what}, which {lock} locks"))
        .hint("take it out, or ask whoever keeps the organisation's policy")
}

/// The branch that is checked out, or that a pipeline runs for; empty when there is none.
fn current_branch() -> String {
    let variables = ["GITHUB_HEAD_REF", "GITHUB_REF_NAME", "CI_COMMIT_REF_NAME", "BUILD_SOURCEBRANCH", "BITBUCKET_BRANCH"];
    let from_env = || variables.iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    let text = plumbing::output(&["symbolic-ref", "--quiet", "--short", "HEAD"]).unwrap_or_default();
    match String::from_utf8_lossy(&text).trim() {
        "" => from_env().map(|name| name.trim_start_matches("refs/heads/").to_owned()).unwrap_or_default(),
        name => name.to_owned(),
    }
}

/// The folder in which paths from the top start, and the current folder seen from there.
#[derive(Debug)]
pub struct Top {
    /// The top of the work tree; else where the nearest `.nospill.toml` is, else the current folder.
    pub folder: PathBuf,
    /// With a `/` at its end, or empty.
    pub start: String,
}

impl Top {
    /// Of the current folder.
    ///
    /// # Errors
    /// There is no current folder.
    pub fn here() -> Result<Self, CommandError> {
        let here = std::env::current_dir().map_err(|error| CommandError::new(Kind::Io, format!("current folder: {error}")))?;
        let of = |name: &str| here.ancestors().find(|folder| folder.join(name).exists());
        let folder = of(".git").or_else(|| of(FILE_NAME)).unwrap_or(&here).to_owned();
        let below = here.strip_prefix(&folder).unwrap_or(Path::new("")).to_string_lossy().replace('\\', "/");
        let start = if below.is_empty() { below } else { format!("{below}/") };
        Ok(Self { folder, start })
    }

    /// A file below it.
    ///
    /// # Errors
    /// It is there and can't be read.
    pub fn read(&self, path: &str) -> Result<Option<Vec<u8>>, CommandError> {
        let path = self.folder.join(path);
        match std::fs::read(&path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => Ok(None),
            Err(error) => Err(CommandError::new(Kind::Config, format!("{}: {error}", path.display()))),
        }
    }
}

/// The pipeline for files on disk: `items` are what is scanned, and may hold configurations of folders.
///
/// # Errors
/// A configuration is wrong.
pub fn on_disk(settings: &Settings, items: &[Item]) -> Result<Pipeline, CommandError> {
    let top = Top::here()?;
    on_disk_with(settings, items, &mut |path| top.read(path))
}

/// The pipeline for files below these paths. In a work tree the configurations of folders are those that git tracks, which
/// its index tells at once; elsewhere the folders are gone through.
///
/// # Errors
/// A configuration is wrong, or a path does not exist.
pub fn of_paths(settings: &Settings, paths: &[PathBuf]) -> Result<Pipeline, CommandError> {
    if settings.config.is_some() || settings.layers.config_from.is_some() {
        return on_disk(settings, &[]);
    }
    let pattern = format!(":(glob)**/{FILE_NAME}");
    let listed = match Top::here()?.folder.join(".git").exists() {
        true => plumbing::listed(&["ls-files", "-z", "--cached", "--", &pattern]).ok(),
        false => None,
    };
    match listed {
        Some(names) => {
            let origin = |name: &[u8]| Origin::File { path: name.to_vec() };
            let names = names.split(|&b| b == 0).filter(|name| !name.is_empty());
            let items: Vec<Item> = names.map(|name| Item { origin: origin(name), size: 0 }).collect();
            on_disk(settings, &items)
        }
        None => on_disk(settings, Tree::walk(paths, Ignore::Nothing, settings.threads)?.items().0),
    }
}

/// The same, with a baseline that `read` reads.
///
/// # Errors
/// A configuration is wrong.
pub fn on_disk_with(settings: &Settings, items: &[Item], read: &mut Reader<'_>) -> Result<Pipeline, CommandError> {
    if let Some(revision) = &settings.layers.config_from {
        return from_revision(settings, revision, &Top::here()?.start);
    }
    let files = files_on_disk(settings, items)?;
    pipeline(settings, files, read)
}

/// The files on disk.
///
/// # Errors
/// One is there and can't be read.
pub fn files_on_disk(settings: &Settings, items: &[Item]) -> Result<Files, CommandError> {
    let top = Top::here()?;
    let mut files = Files { start: top.start.clone(), ..Files::default() };
    if let Some(named) = super::scan::config_text(settings, || Ok(None))? {
        files.repository = Some(named);
        return Ok(files);
    }
    files.repository = top.read(FILE_NAME)?.map(|text| (text, FILE_NAME.to_owned()));
    let above = top.start.match_indices('/').map(|(at, _)| top.start[..=at].to_owned());
    let below = items.iter().filter_map(|item| {
        let path = item.origin.path();
        let path = path.strip_prefix(b"./").unwrap_or(path);
        let folder = path.strip_suffix(FILE_NAME.as_bytes())?;
        (folder.last() == Some(&b'/') && !folder.starts_with(b"/"))
            .then(|| format!("{}{}", top.start, String::from_utf8_lossy(folder)))
    });
    let mut bases: Vec<String> = above.chain(below).collect();
    bases.sort();
    bases.dedup();
    for base in bases {
        let name = format!("{base}{FILE_NAME}");
        if let Some(text) = top.read(&name)? {
            files.nested.push((base, (text, name)));
        }
    }
    Ok(files)
}

/// The pipeline that the files of a commit describe, so that what is scanned can't allow itself.
///
/// # Errors
/// No such commit, or a configuration is wrong.
pub fn from_revision(settings: &Settings, revision: &str, start: &str) -> Result<Pipeline, CommandError> {
    let listed = plumbing::output(&["ls-tree", "-r", "-z", "--full-tree", "--name-only", revision]).map_err(|_| {
        CommandError::new(Kind::User, format!("--config-from: `{revision}` is no commit of this repository"))
            .hint("in a shallow clone the base of a range may be missing: fetch it")
    })?;
    let names: Vec<Cow<'_, str>> = listed.split(|&b| b == 0).map(String::from_utf8_lossy).collect();
    let mut read = |path: &str| -> Result<Option<Vec<u8>>, CommandError> {
        match names.iter().any(|name| name == path) {
            true => Ok(Some(plumbing::output(&["cat-file", "blob", &format!("{revision}:{path}")])?)),
            false => Ok(None),
        }
    };
    let mut files = Files { start: start.to_owned(), ..Files::default() };
    if let Some(named) = super::scan::config_text(settings, || Ok(None))? {
        files.repository = Some(named);
        return pipeline(settings, files, &mut read);
    }
    let label = |path: &str| format!("{path} ({revision})");
    files.repository = read(FILE_NAME)?.map(|text| (text, label(FILE_NAME)));
    for name in &names {
        if let Some(base) = name.strip_suffix(FILE_NAME).filter(|base| base.ends_with('/'))
            && let Some(text) = read(name)?
        {
            files.nested.push((base.to_owned(), (text, label(name))));
        }
    }
    pipeline(settings, files, &mut read)
}
