//! Files on disk, as `dir` scans them, for all commands that do.

use std::collections::VecDeque;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::ground::{self, Ground};
use super::setup::{self, Files, Place, Reader, Top};
use crate::config::schema::FILE_NAME;
use crate::error::{CommandError, Kind};
use crate::pipeline::{Bound, Outcome, Pipeline, Progress, TreeRun};
use crate::policy::paths::{GlobError, Globs};
use crate::policy::seal::fingerprint;
use crate::settings::{DirSettings, Settings};
use crate::source::walk::{Walk, label, opened};
use crate::source::{SourceError, pipes};
use crate::types::finding::Verdict;
use crate::types::input::Origin;
use crate::types::notice::{NO_FILE, Notice};

/// Scans files with the configurations that hold for them.
///
/// # Errors
/// A path does not exist, or a configuration is wrong.
pub(super) fn scan(settings: &Settings, dir: &DirSettings, progress: &Progress) -> Result<(Pipeline, Outcome), CommandError> {
    let top = Top::here()?;
    scan_with(settings, dir, progress, &mut |path| top.baseline(path))
}

/// The same, with a baseline of the repository around the current folder that `read` reads.
///
/// Files of a work tree go by their paths from its top and by its configuration, wherever one stands. Of a repository below
/// another both count: what the outer one excludes or accepts stays so.
///
/// # Errors
/// A path does not exist, or a configuration is wrong.
pub(super) fn scan_with(
    settings: &Settings,
    dir: &DirSettings,
    progress: &Progress,
    read: &mut Reader<'_>,
) -> Result<(Pipeline, Outcome), CommandError> {
    let here = ground::here()?;
    let settings = absolute(settings)?;
    let (streams, files): (Vec<PathBuf>, Vec<PathBuf>) = dir.paths.iter().cloned().partition(|path| pipes::is_open_stream(path));
    let mut grounds: VecDeque<(Ground, Option<Outer>)> = ground::of(&files, &here)?.into_iter().map(|one| (one, None)).collect();
    if grounds.is_empty() {
        grounds.push_back((Ground { top: here.clone(), roots: Vec::new() }, None));
    }
    let home = Top::here()?.folder;
    let mut done: Vec<Done> = Vec::new();
    while let Some((ground, outer)) = grounds.pop_front() {
        ground::go_to(&ground.top)?;
        let scanned = Run { settings: &settings, dir, progress, outer: outer.as_ref(), done: &done }.scan(&ground, &mut |path| {
            // The run may have begun in a folder of the repository.
            if ground.top == home || ground.top == here { read(path) } else { Top::here()?.baseline(path) }
        });
        ground::go_to(&here)?;
        let (pipeline, mut outcome, apart) = scanned?;
        if let Some(outer) = &outer {
            outer.accept(&done, &pipeline, &mut outcome);
        }
        reach(&mut outcome, &ground.top, &here);
        let number = done.len();
        let inner = apart.into_iter().map(|path| {
            let folder = [&*label(&path), b"/"].concat();
            (Ground { top: ground.top.join(&path), roots: vec![".".into()] }, Some(Outer { number, folder }))
        });
        grounds.extend(inner);
        done.push(Done { pipeline, outcome });
    }
    let mut all = done.into_iter();
    let Some(Done { mut pipeline, mut outcome }) = all.next() else {
        return Err(CommandError::new(Kind::User, "nothing to scan"));
    };
    for mut other in all {
        for finding in &mut other.outcome.findings {
            finding.rule = pipeline.scanner.adopt(other.pipeline.scanner.rules().rule(finding.rule));
        }
        outcome.notices.retain(|notice| other.outcome.objects == 0 || notice.why != NO_FILE);
        other.outcome.notices.retain(|notice| notice.why != NO_FILE);
        outcome.add(other.outcome);
    }
    with_streams(pipeline, outcome, dir, &streams)
}

/// A ground that was scanned.
struct Done {
    pipeline: Pipeline,
    outcome: Outcome,
}

/// The ground that another was met on.
struct Outer {
    /// Of those that were scanned.
    number: usize,
    /// How it sees the other's top, with a `/` at its end.
    folder: Vec<u8>,
}

impl Outer {
    /// Takes its allow entries and baseline into account, which name files as it sees them.
    fn accept(&self, done: &[Done], pipeline: &Pipeline, outcome: &mut Outcome) {
        let Some(Done { pipeline: outer, .. }) = done.get(self.number) else { return };
        for finding in outcome.findings.iter_mut().filter(|finding| outer.policy.reconsiders(finding)) {
            let rule = pipeline.scanner.rules().rule(finding.rule);
            let mut seen = finding.clone();
            if let Origin::File { path } = &*finding.origin {
                let path = [&self.folder[..], path].concat();
                seen.fingerprint = fingerprint(&rule.id, &path, finding.secret.expose());
                seen.origin = Arc::new(Origin::File { path });
            }
            let known_as = outer.known_as(seen.origin.path()).into_owned();
            outer.policy.reconsider(rule, &mut seen, &known_as);
            if matches!(seen.verdict, Verdict::Suppressed(_)) {
                finding.verdict = seen.verdict;
            }
        }
    }
}

/// One ground to scan.
struct Run<'r> {
    settings: &'r Settings,
    dir: &'r DirSettings,
    progress: &'r Progress,
    outer: Option<&'r Outer>,
    done: &'r [Done],
}

impl Run<'_> {
    /// Scans a ground, which the current folder is at; gives the repositories met below, too.
    ///
    /// Where a configuration of a folder is not tracked yet it is first met on the walk; what was scanned without it is scanned
    /// once more.
    fn scan(&self, ground: &Ground, read: &mut Reader<'_>) -> Result<(Pipeline, Outcome, Vec<PathBuf>), CommandError> {
        let (settings, dir) = (self.settings, self.dir);
        let asked = |flag: &str, globs: Result<Globs, GlobError>| {
            globs.map_err(|error| CommandError::new(Kind::User, format!("{flag}: {error}")))
        };
        let only = asked("--include", Globs::new(dir.include.clone()))?;
        let exclude = asked("--exclude", Globs::over(dir.exclude.clone()))?;
        let (top, walk) = (Top::here()?, Walk::new(&ground.roots, dir.ignore, dir.hidden)?);
        // A revision is one of this repository.
        let walk = if settings.layers.config_from.is_some() { walk } else { walk.apart() };
        let run = |mut pipeline: Pipeline| {
            pipeline.policy.excludes.narrow(only.clone(), exclude.clone());
            if let Some((outer, done)) = self.outer.and_then(|outer| Some((outer, self.done.get(outer.number)?))) {
                pipeline.policy.excludes.around = vec![(outer.folder.clone(), done.pipeline.policy.excludes.clone())];
            }
            let configured = pipeline.policy.max_size.map(Bound::Configured);
            let max_size = dir.max_size.map(Bound::Asked).or(configured);
            let archives = dir.archives.clone().filter(|_| pipeline.policy.archives != Some(false));
            let (shard, progress) = (dir.shard, self.progress);
            let run = TreeRun { walk: &walk, max_size, archives, shard, marker: FILE_NAME, progress };
            let (outcome, met, apart) = pipeline.run_tree(&run);
            (pipeline, outcome, met, apart)
        };
        if let Some(revision) = &settings.layers.config_from {
            let (pipeline, outcome, _, apart) = run(setup::from_revision(settings, revision, &top.start)?);
            return Ok((pipeline, outcome, apart));
        }
        let above = above(&ground.roots);
        let files = Files::on_disk(settings, &top, Place::Files(&above))?;
        let known = files.clone();
        let (pipeline, outcome, met, apart) = run(setup::pipeline(settings, files, read)?);
        let new = known.lacking(&top, met);
        if new.is_empty() || settings.config.is_some() {
            return Ok((pipeline, outcome, apart));
        }
        let files = Files::on_disk(settings, &top, Place::Files(&[above, new].concat()))?;
        let (pipeline, outcome, _, apart) = run(setup::pipeline(settings, files, read)?);
        Ok((pipeline, outcome, apart))
    }
}

/// Where configurations of the folders that paths are in may stand.
fn above(roots: &[PathBuf]) -> Vec<Vec<u8>> {
    let folders = roots.iter().flat_map(|root| root.ancestors().skip(1)).filter(|folder| !folder.as_os_str().is_empty());
    folders.map(|folder| label(&folder.join(FILE_NAME)).into_owned()).collect()
}

/// Says of findings and notices how one reaches their files from the folder that the run started in.
fn reach(outcome: &mut Outcome, top: &Path, here: &Path) {
    if top == here {
        return;
    }
    let reached = |path: &[u8]| Some(label(&ground::seen_from(here, &top.join(opened(path)?))).into_owned());
    for finding in &mut outcome.findings {
        finding.reached = reached(&finding.origin.label());
    }
    if here.starts_with(top) {
        return;
    }
    for notice in outcome.notices.iter_mut().filter(|notice| !notice.path.is_empty()) {
        notice.path = reached(&notice.path).unwrap_or_default();
    }
}

/// The settings with files named by hand that are found from any folder.
fn absolute(settings: &Settings) -> Result<Settings, CommandError> {
    let mut settings = settings.clone();
    let policy = std::env::var_os("NOSPILL_POLICY").filter(|value| !value.is_empty()).map(PathBuf::from);
    settings.layers.policy = settings.layers.policy.or(policy);
    for path in [&mut settings.config, &mut settings.layers.policy, &mut settings.layers.baseline].into_iter().flatten() {
        if !path.is_absolute() {
            *path = ground::here()?.join(&*path);
        }
    }
    Ok(settings)
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
