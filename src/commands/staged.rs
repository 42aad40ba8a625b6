//! `nospill staged`: what the hook runs.

use std::time::Instant;

use super::framework::About;
use super::scan;
use super::setup::{self, Files, Top};
use crate::cli::scan::ScanArgs;
use crate::config::schema::FILE_NAME;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::pipeline::{Outcome, Pipeline};
use crate::policy::baseline::{self, Bytes};
use crate::settings::Settings;
use crate::source::staged::{Objects, Opened, Staged};
use crate::types::finding::Verdict;
use crate::types::notice::Notice;

/// Scans the index against HEAD.
///
/// # Errors
/// No repository, a broken index, a wrong configuration.
pub fn run(args: ScanArgs) -> Result<Exit, CommandError> {
    let started = Instant::now();
    let framework = About::from_env().map(|about| (about, args.clone()));
    let settings = &Settings::new(args)?;
    let Opened { source, mut objects } = Staged::open(&[baseline::FILE_NAME, FILE_NAME], FILE_NAME)?;
    if source.changes().is_empty()
        && let Some(ran) = framework.and_then(|(about, args)| about.run_unstaged(args))
    {
        return ran;
    }
    let pipeline = pipeline(settings, &source, &mut objects)?;
    let mut outcome = pipeline.run(&source, objects)?;
    if settings.config.is_none() && settings.layers.config_from.is_none() {
        outcome.notices.extend(unstaged(&source, &outcome));
    }
    scan::report(settings, &pipeline, outcome, started)
}

/// That a file of ours holds what the hook does not see, where something denies: it may be what allows it.
fn unstaged(source: &Staged, outcome: &Outcome) -> Vec<Notice> {
    if outcome.findings.iter().all(|finding| finding.verdict != Verdict::Deny) {
        return Vec::new();
    }
    let Ok(top) = Top::here() else { return Vec::new() };
    let differs = |name: &&str| {
        let here = top.read(name).ok().flatten();
        here.is_some_and(|here| source.file(name.as_bytes(), &mut None).is_ok_and(|staged| staged.as_ref() != Some(&here)))
    };
    let why = |name: &str| format!("it counts as it is staged, and is not staged as it is: `git add {name}`");
    [FILE_NAME, baseline::FILE_NAME].into_iter().filter(differs).map(|name| Notice::info(name, why(name))).collect()
}

/// The pipeline that the staged files describe, of those in folders only what is about a staged path.
///
/// # Errors
/// A configuration is wrong.
fn pipeline(settings: &Settings, source: &Staged, objects: &mut Option<Objects>) -> Result<Pipeline, CommandError> {
    if let Some(revision) = &settings.layers.config_from {
        return setup::from_revision(settings, revision, "");
    }
    let mut files = Files::default();
    let label = |path: &str| format!("{path} (staged)");
    files.repository =
        setup::named_or(settings, || Ok(source.file(FILE_NAME.as_bytes(), objects)?.map(|text| (text, label(FILE_NAME)))))?;
    if settings.config.is_none() {
        for path in source.named() {
            let Some(base) = path.strip_suffix(FILE_NAME.as_bytes()).filter(|base| !base.is_empty()) else { continue };
            if source.changes().iter().any(|change| change.path.starts_with(base))
                && let Some(text) = source.file(path, objects)?
            {
                let base = String::from_utf8_lossy(base).into_owned();
                files.nested.push((base, (text, label(&String::from_utf8_lossy(path)))));
            }
        }
    }
    setup::pipeline(settings, files, &mut |path| {
        if path == baseline::FILE_NAME {
            let read = source.later(path.as_bytes());
            return Ok(read.map(|read| Bytes::Later(Box::new(move || read().map_err(|error| error.to_string())))));
        }
        // One of another name is asked for by the configuration that was just read.
        match crate::source::plumbing::staged_blobs()?.iter().any(|(staged, _)| staged == path.as_bytes()) {
            true => Ok(Some(crate::source::plumbing::output(&["cat-file", "blob", &format!(":0:{path}")])?.into())),
            false => Ok(None),
        }
    })
}
