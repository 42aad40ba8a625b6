//! Files on disk, as `dir` scans them, for all commands that do.

use super::setup::{self, Files, Place, Reader, Top};
use crate::config::schema::FILE_NAME;
use crate::error::{CommandError, Kind};
use crate::pipeline::{Bound, Outcome, Pipeline, Progress, TreeRun};
use crate::policy::paths::{GlobError, Globs};
use crate::settings::{DirSettings, Settings};
use crate::source::walk::Walk;

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
    let (top, walk) = (Top::here()?, Walk::new(&dir.paths, dir.ignore, dir.hidden)?);
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
        return Ok((pipeline, outcome));
    }
    let files = Files::on_disk(settings, &top, Place::Files(&[]))?;
    let known = files.clone();
    let (pipeline, outcome, met) = run(setup::pipeline(settings, files, read)?);
    let new = known.lacking(&top, met);
    if new.is_empty() || settings.config.is_some() {
        return Ok((pipeline, outcome));
    }
    let files = Files::on_disk(settings, &top, Place::Files(&new))?;
    let (pipeline, outcome, _) = run(setup::pipeline(settings, files, read)?);
    Ok((pipeline, outcome))
}
