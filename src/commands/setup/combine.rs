//! From layers to rules and policy, the weakest layer first.

use super::locked;
use crate::commands::rules;
use crate::config::layers::{Layer, Rank};
use crate::config::schema::{ConfigError, Effect as Wanted, Lfs, Many};
use crate::error::{CommandError, Kind};
use crate::policy::allow::Allow;
use crate::policy::baseline::Renames;
use crate::policy::date;
use crate::policy::effects::{Effect, EffectRule, Policy};
use crate::policy::inline::Markers;
use crate::policy::owner::Owner;
use crate::policy::paths::{self, GlobError, Globs, Paths};
use crate::policy::seal::Seal;
use crate::rules::ruleset::RuleSet;
use crate::source::plumbing;

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
    locked::mind(layers, &rules, &policy)?;
    Ok((rules, policy))
}

/// The overrides of a layer.
fn rate(layer: &Layer, rules: &mut RuleSet, policy: &mut Policy) -> Result<(), CommandError> {
    for (id, change) in &layer.config.overrides {
        let place = || layer.place_of(&["override", id]);
        let Some(index) = rules.find(id) else {
            let error = rules::unknown(rules, id);
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
            return Err(locked::error(&place(), &lock.place, &format!("the rule `{}`", rule.id)));
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
    let wrong = |keys: &[&str], error: &GlobError| wrong_glob(layer.place_of(keys), error);
    let exclude = Globs::over(config.scan.exclude.clone()).map_err(|error| wrong(&["scan", "exclude"], &error))?;
    let include = Globs::new(config.scan.include.clone()).map_err(|error| wrong(&["scan", "include"], &error))?;
    policy.excludes.layers.push(Paths { base: base.clone(), exclude, include });
    policy.max_size = config.scan.max_size.map(|mib| u64::from(mib) << 20).or(policy.max_size);
    policy.archives = config.scan.archives.or(policy.archives);
    policy.requires_lfs = config.scan.lfs.map_or(policy.requires_lfs, |lfs| lfs == Lfs::Require);
    let Markers { own, foreign } = policy.markers;
    policy.markers = Markers { own: config.markers.own.unwrap_or(own), foreign: config.markers.foreign.unwrap_or(foreign) };
    if let Some(renames) = config.baseline.renames {
        policy.renames = if renames { Renames::Followed } else { Renames::Refused };
    }
    for entry in &config.policy {
        let (place, entry) = (layer.place(entry.span().start), entry.get_ref());
        let globs = |many: Option<&Many<String>>| Globs::new(Many::all(many)).map_err(|error| wrong_glob(place.clone(), &error));
        let (branches, paths) = (globs(entry.branch.as_ref())?, globs(entry.path.as_ref())?);
        let rules = names(entry.rule.as_ref(), &place)?;
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
            rules,
            families: Many::all(entry.family.as_ref()),
            severities: Many::all(entry.severity.as_ref()).into_iter().map(Into::into).collect(),
            confidences: Many::all(entry.confidence.as_ref()).into_iter().map(Into::into).collect(),
            paths,
            is_locked: entry.locked == Some(true),
            place,
        });
    }
    for entry in &config.allow {
        policy.allows.push(allow(layer, entry.span().start, entry.get_ref())?);
    }
    for owner in owners(layer) {
        policy.owners.push(owner?);
    }
    Ok(())
}

/// The owner entries of a layer, which only the organisation's has.
///
/// # Errors
/// Of an entry: a glob in it is none.
pub fn owners(layer: &Layer) -> impl Iterator<Item = Result<Owner, CommandError>> {
    layer.config.owner.iter().map(|entry| {
        let (place, entry) = (layer.place(entry.span().start), entry.get_ref());
        let files = Globs::new(Many::all(Some(&entry.path))).map_err(|error| wrong_glob(place.clone(), &error))?;
        Ok(Owner { files, may_allow: names(Some(&entry.may_allow), &place)?, place })
    })
}

fn wrong_glob(place: String, error: &GlobError) -> CommandError {
    ConfigError::Value { place, what: error.to_string() }.into()
}

/// Names or globs of them, none of which takes anything back: their order would mean something then.
fn names(many: Option<&Many<String>>, place: &str) -> Result<Vec<String>, CommandError> {
    let names = Many::all(many);
    let checked = names.iter().try_for_each(|name| paths::check(name));
    checked.map_err(|error| wrong_glob(place.to_owned(), &error)).map(|()| names)
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
    let (rules, paths) = (names(entry.rule.as_ref(), &place)?, Many::all(entry.path.as_ref()));
    let commits: Vec<String> = Many::all(entry.commit.as_ref());
    if rules.is_empty() && paths.is_empty() && commits.is_empty() && seal.is_none() {
        return Err(wrong(
            "an allow entry names a rule, path, commit or fingerprint; this one would allow everything".to_owned(),
        ));
    }
    if let Some(short) = commits.iter().find(|id| id.len() < 7 || !id.bytes().all(|b| b.is_ascii_hexdigit())) {
        return Err(wrong(format!("`{short}` is no commit: give seven hex digits or more")));
    }
    let (base, paths) = (layer.rank.base().as_bytes().to_vec(), Globs::new(paths).map_err(|error| wrong(error.to_string()))?);
    let (reason, owner) = (entry.reason.trim().to_owned(), entry.owner.clone());
    Ok(Allow { base, reason, owner, expires, rules, paths, commits, seal, place })
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
