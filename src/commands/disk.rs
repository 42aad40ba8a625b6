//! Files on disk, as `dir` scans them, for all commands that do.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use super::setup::{self, Files, Place, Reader, Top};
use crate::config::schema::FILE_NAME;
use crate::error::{CommandError, Kind};
use crate::pipeline::{Bound, Outcome, Pipeline, Progress, TreeRun};
use crate::policy::paths::{GlobError, Globs};
use crate::settings::{DirSettings, Settings};
use crate::source::walk::{Walk, label};
use crate::source::{SourceError, pipes};
use crate::types::input::Origin;
use crate::types::notice::Notice;

/// Scans files with the configurations that hold for them.
///
/// # Errors
/// A path does not exist, or a configuration is wrong.
pub(super) fn scan(settings: &Settings, dir: &DirSettings, progress: &Progress) -> Result<(Pipeline, Outcome), CommandError> {
    let top = Top::here()?;
    scan_with(settings, dir, progress, &mut |path| top.baseline(path))
}

/// The same, with a baseline that `read` reads.
///
/// Outside a work tree, and where one is not tracked yet, a configuration of a folder is first met on the walk; what was
/// scanned without it is scanned once more.
///
/// # Errors
/// A path does not exist, or a configuration is wrong.
pub(super) fn scan_with(
    settings: &Settings,
    dir: &DirSettings,
    progress: &Progress,
    read: &mut Reader<'_>,
) -> Result<(Pipeline, Outcome), CommandError> {
    let asked = |flag: &str, globs: Result<Globs, GlobError>| {
        globs.map_err(|error| CommandError::new(Kind::User, format!("{flag}: {error}")))
    };
    let only = asked("--include", Globs::new(dir.include.clone()))?;
    let exclude = asked("--exclude", Globs::over(dir.exclude.clone()))?;
    let (streams, files): (Vec<PathBuf>, Vec<PathBuf>) = dir.paths.iter().cloned().partition(|path| pipes::is_open_stream(path));
    let (top, walk) = (Top::here()?, Walk::new(&files, dir.ignore, dir.hidden)?);
    let run = |mut pipeline: Pipeline| {
        pipeline.policy.excludes.narrow(only.clone(), exclude.clone());
        let configured = pipeline.policy.max_size.map(Bound::Configured);
        let max_size = dir.max_size.map(Bound::Asked).or(configured);
        let archives = dir.archives.clone().filter(|_| pipeline.policy.archives != Some(false));
        let shard = dir.shard;
        let run = TreeRun { walk: &walk, max_size, archives, shard, marker: FILE_NAME, progress };
        let (outcome, met) = pipeline.run_tree(&run);
        (pipeline, outcome, met)
    };
    if let Some(revision) = &settings.layers.config_from {
        let (pipeline, outcome, _) = run(setup::from_revision(settings, revision, &top.start)?);
        return with_streams(pipeline, outcome, dir, &streams);
    }
    let files = Files::on_disk(settings, &top, Place::Files(&[]))?;
    let known = files.clone();
    let (pipeline, outcome, met) = run(setup::pipeline(settings, files, read)?);
    let new = known.lacking(&top, met);
    if new.is_empty() || settings.config.is_some() {
        return with_streams(pipeline, outcome, dir, &streams);
    }
    let files = Files::on_disk(settings, &top, Place::Files(&new))?;
    let (pipeline, outcome, _) = run(setup::pipeline(settings, files, read)?);
    with_streams(pipeline, outcome, dir, &streams)
}

/// Adds what open streams hold, which can be read once only. Of the shards of a run the first reads them.
fn with_streams(
    mut pipeline: Pipeline,
    mut outcome: Outcome,
    dir: &DirSettings,
    streams: &[PathBuf],
) -> Result<(Pipeline, Outcome), CommandError> {
    let configured = pipeline.policy.archives;
    pipeline.policy.archives = Some(dir.archives.is_some() && configured != Some(false));
    for path in streams.iter().filter(|_| dir.shard.is_none_or(|shard| shard.number() == 1)) {
        let failed = |source| CommandError::from(SourceError::Io { path: path.clone(), source });
        let (origin, mut input): (Origin, Box<dyn Read>) = match path.to_str() {
            Some("-") => (Origin::Stdin, Box::new(std::io::stdin())),
            _ => (Origin::File { path: label(path).into_owned() }, Box::new(File::open(path).map_err(failed)?)),
        };
        let found = pipeline.read_stream(&origin, &mut *input)?;
        match dir.max_size.filter(|&limit| found.bytes > limit) {
            Some(limit) => outcome.notices.push(Notice::skipped(origin.label(), format!("over {limit} bytes (--max-size)"))),
            None => outcome.add(found),
        }
    }
    pipeline.policy.archives = configured;
    Ok((pipeline, outcome))
}
