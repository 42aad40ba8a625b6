//! From configuration files to a pipeline: finds the files of every layer, puts the layers together, minds the locks.

mod combine;
mod files;
mod locked;

use std::borrow::Cow;
use std::path::PathBuf;

pub use combine::{combine, owners};
pub use files::{ConfigText, Files, Place, Reader, Top, named_or};

use crate::config::layers::{Layer, Rank};
use crate::config::schema::FILE_NAME;
use crate::detect::scanner::Scanner;
use crate::error::{CommandError, Kind};
use crate::pipeline::Pipeline;
use crate::policy::baseline::{self, Baseline, Bytes};
use crate::policy::owner::Owner;
use crate::settings::Settings;
use crate::source::plumbing;
use crate::source::reader;

/// Where the organisation's policy is looked for when nobody names it.
const SYSTEM_POLICY: &str = "/etc/nospill/policy.toml";

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

/// The owner entries of the organisation's policy.
///
/// # Errors
/// It can't be read, or is wrong.
pub fn organisation_owners(settings: &Settings) -> Result<Vec<Owner>, CommandError> {
    layers(settings, Files::default())?.iter().flat_map(owners).collect()
}

/// The organisation's policy: named by `--policy` or `NOSPILL_POLICY`, else the system's where there is one.
fn organisation(settings: &Settings) -> Result<Option<ConfigText>, CommandError> {
    let from_env = || std::env::var_os("NOSPILL_POLICY").filter(|value| !value.is_empty()).map(PathBuf::from);
    let named = settings.layers.policy.clone().or_else(from_env);
    let path = named.clone().unwrap_or_else(|| SYSTEM_POLICY.into());
    match reader::own(&path) {
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

/// The baseline, which the first finding asks for.
fn baseline_file(settings: &Settings, layers: &[Layer], read: &mut Reader<'_>) -> Result<Option<(Bytes, String)>, CommandError> {
    let found = match (&settings.layers.baseline, baseline_name(layers)) {
        (Some(path), _) => {
            let text =
                reader::own(path).map_err(|error| CommandError::new(Kind::User, format!("{}: {error}", path.display())))?;
            Some((text.into(), path.display().to_string()))
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

/// The pipeline for what is on disk or was committed.
///
/// # Errors
/// A configuration is wrong.
pub fn here(settings: &Settings, place: Place<'_>) -> Result<Pipeline, CommandError> {
    let top = Top::here()?;
    if let Some(revision) = &settings.layers.config_from {
        let start = if matches!(place, Place::Files(_)) { top.start.as_str() } else { "" };
        return from_revision(settings, revision, start);
    }
    let files = Files::on_disk(settings, &top, place)?;
    pipeline(settings, files, &mut |path| top.baseline(path))
}

/// What stands behind the name of a revision's file in messages.
pub fn of_revision(revision: &str) -> String {
    format!(" ({revision})")
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
    let read = |path: &str| -> Result<Option<Vec<u8>>, CommandError> {
        match names.iter().any(|name| name == path) {
            true => Ok(Some(plumbing::output(&["cat-file", "blob", &format!("{revision}:{path}")])?)),
            false => Ok(None),
        }
    };
    let mut baseline = |path: &str| Ok(read(path)?.map(Bytes::from));
    let mut files = Files { start: start.to_owned(), ..Files::default() };
    if let Some(named) = files::named_or(settings, || Ok(None))? {
        files.repository = Some(named);
        return pipeline(settings, files, &mut baseline);
    }
    let label = |path: &str| format!("{path}{}", of_revision(revision));
    files.repository = read(FILE_NAME)?.map(|text| (text, label(FILE_NAME)));
    for name in &names {
        if let Some(base) = name.strip_suffix(FILE_NAME).filter(|base| base.ends_with('/'))
            && let Some(text) = read(name)?
        {
            files.nested.push((base.to_owned(), (text, label(name))));
        }
    }
    pipeline(settings, files, &mut baseline)
}
