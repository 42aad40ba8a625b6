//! `nospill history`: all objects that refs reach, or what a range adds.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use signal_hook::consts::SIGINT;
use signal_hook::flag;

use super::ci::depth::deepen;
use super::setup::{self, Place};
use super::{progress, scan, shard};
use crate::cli::scan::{HistoryArgs, Including, MAX_BLOB, Size};
use crate::error::{CommandError, Kind};
use crate::exit::Exit;
use crate::pipeline::history::Request;
use crate::pipeline::{Outcome, Pipeline, Progress};
use crate::settings::Settings;
use crate::source::range::{Brought, Range, Revisions};
use crate::source::repository::{Include, Repository};
use crate::source::{SourceError, plumbing};
use crate::types::notice::{Notice, NoticeKind};

/// Scans the history of the repository here.
///
/// # Errors
/// No repository, or a wrong configuration.
pub fn run(args: HistoryArgs) -> Result<Exit, CommandError> {
    of_push(args, Brought::default())
}

/// As [`run`], of a range with what comes beside its commits.
///
/// # Errors
/// As [`run`].
pub fn of_push(args: HistoryArgs, brought: Brought) -> Result<Exit, CommandError> {
    let started = Instant::now();
    let includes = |what: Including| args.include.contains(&what);
    let include = Include {
        reflog: includes(Including::Reflog),
        stash: includes(Including::Stash),
        unreachable: includes(Including::Unreachable),
    };
    let shard = shard::of(args.shard)?;
    let settings = Settings::new(args.scan)?;
    let mut pipeline = setup::here(&settings, Place::Commits)?;
    let refused = super::added::refuse(&settings, &mut pipeline.policy);
    let repository = Repository::from_env()?;
    let max_size = max_size(args.max_size, pipeline.policy.max_size);
    pipeline.policy.max_size = args.max_size.map(|Size(bytes)| bytes).or(pipeline.policy.max_size);
    if let Some(since) = args.since.as_ref().filter(|since| !plumbing::is_time(since)) {
        let why = format!("--since `{since}` is no time that git knows");
        return Err(CommandError::new(Kind::User, why).hint("2026-01-31, 2.weeks and \"3 days ago\" are"));
    }
    let mut revisions: Vec<String> = args.ranges;
    revisions.extend(args.branch);
    if !revisions.is_empty() || args.since.is_some() || args.max_count.is_some() {
        let revisions = Revisions { revisions, since: args.since, max_count: args.max_count };
        let read = || -> Result<_, SourceError> {
            let range = Range::new(&repository, &revisions, max_size)?.bringing(brought.clone());
            let range = shard.into_iter().fold(range, Range::shared);
            pipeline.range(&range, deepen())
        };
        let mut outcome = match settled(&repository, read) {
            Err(error) if is_unknown(&error) && !repository.shallow.is_empty() => {
                let why = format!("{error}: this clone is shallow, so nothing was scanned; {}", deepen());
                let notices = vec![Notice::skipped("", why)];
                return scan::report(&settings, &pipeline, Outcome { notices, ..Outcome::default() }, started);
            }
            outcome => outcome.map_err(unknown)?,
        };
        outcome.notices.extend(refused);
        if settings.layers.config_from.is_some() {
            super::added::report(&settings, &pipeline, &mut outcome);
        }
        return scan::report(&settings, &pipeline, outcome, started);
    }
    let stop = Arc::new(AtomicBool::new(false));
    // The first Ctrl-C ends the run in order, a second one at once.
    let shutdown = flag::register_conditional_shutdown(SIGINT, Exit::Failed as i32, Arc::clone(&stop));
    let stopping = flag::register(SIGINT, Arc::clone(&stop));
    shutdown.and(stopping).map_err(|error| CommandError::new(Kind::Io, format!("Ctrl-C can't be caught: {error}")))?;
    let (tips, notices) = repository.tips(include)?;
    let (head, cache) = (repository.head(), args.cache);
    let mut outcome = progress::shown(settings.quiet, "objects", |progress| {
        let deepen = deepen();
        let request = Request { include, tips, notices, head, max_size, cache, shard, deepen, progress, stop: &stop };
        settled(&repository, || pipeline.history(&repository, &request))
    })?;
    outcome.notices.extend(refused);
    if settings.layers.config_from.is_some() {
        super::added::report(&settings, &pipeline, &mut outcome);
    }
    scan::report(&settings, &pipeline, outcome, started)
}

/// Bytes of the largest blob that is scanned, by the command line, else by the configuration.
fn max_size(asked: Option<Size>, configured: Option<u64>) -> u64 {
    asked.map(|Size(bytes)| bytes).or(configured).unwrap_or(MAX_BLOB.0)
}

/// Whether git does not know a revision. Often a shallow clone left it out.
fn is_unknown(error: &SourceError) -> bool {
    matches!(error, SourceError::Plumbing { why, .. } if why.contains("bad revision") || why.contains("unknown revision"))
}

fn unknown(error: SourceError) -> CommandError {
    let is_unknown = is_unknown(&error);
    let error = CommandError::from(error);
    if is_unknown { error.hint("`git fetch` may bring it, or name another revision") } else { error }
}

/// Everything in the history that refs reach, with the configuration on disk.
///
/// # Errors
/// No repository, or a wrong configuration.
pub(super) fn outcome(settings: &Settings) -> Result<(Pipeline, Outcome), CommandError> {
    let pipeline = setup::here(settings, Place::Commits)?;
    let outcome = everything(&pipeline, Include::default())?;
    Ok((pipeline, outcome))
}

/// Everything in the history that refs reach, and what `include` adds.
///
/// # Errors
/// No repository.
pub(super) fn everything(pipeline: &Pipeline, include: Include) -> Result<Outcome, CommandError> {
    let repository = Repository::from_env()?;
    let stop = AtomicBool::new(false);
    let max_size = max_size(None, pipeline.policy.max_size);
    let ((tips, notices), head, progress) = (repository.tips(include)?, repository.head(), Progress::default());
    let (cache, shard, deepen, progress) = (None, None, deepen(), &progress);
    let request = Request { include, tips, notices, head, max_size, cache, shard, deepen, progress, stop: &stop };
    Ok(settled(&repository, || pipeline.history(&repository, &request))?)
}

/// Runs a scan, and again where something was not there and the packs became others meanwhile: git collects garbage beside
/// other commands, which moves objects.
fn settled(repository: &Repository, run: impl Fn() -> Result<Outcome, SourceError>) -> Result<Outcome, SourceError> {
    /// A repository whose packs never rest is left to its notices.
    const MOST: usize = 4;
    let mut packs = repository.packs();
    for _ in 1..MOST {
        let outcome = run();
        let is_whole =
            outcome.as_ref().is_ok_and(|outcome| outcome.notices.iter().all(|notice| notice.kind != NoticeKind::Skipped));
        let now = repository.packs();
        if is_whole || now == packs {
            return outcome;
        }
        packs = now;
    }
    run()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::collections::HashSet;

    use super::*;
    use crate::source::pack::ObjectFormat;

    #[test]
    fn what_moved_while_it_was_read_is_read_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let packs = folder.path().join("objects/pack");
        std::fs::create_dir_all(&packs).expect("folders");
        let (objects, format) = (folder.path().join("objects"), ObjectFormat::Sha1);
        let repository = Repository { objects, format, shallow: HashSet::new(), is_partial: false };
        let lacking = || Outcome { notices: vec![Notice::skipped("", "missing")], ..Outcome::default() };
        // Runs that find the packs changed, and how many there are in all.
        for (changed, want) in [(0, 1), (1, 2), (2, 3), (100, 4)] {
            let runs = Cell::new(0);
            let outcome = settled(&repository, || {
                runs.set(runs.get() + 1);
                if runs.get() <= changed {
                    std::fs::write(packs.join(format!("{changed}-{}.pack", runs.get())), "").expect("a file");
                }
                Ok(lacking())
            });
            assert!(outcome.is_ok_and(|outcome| outcome.notices.len() == 1));
            assert_eq!(runs.get(), want);
        }
        let runs = Cell::new(0);
        let outcome = settled(&repository, || {
            runs.set(runs.get() + 1);
            std::fs::write(packs.join(format!("last-{}.pack", runs.get())), "").expect("a file");
            Ok(if runs.get() == 1 { lacking() } else { Outcome::default() })
        });
        assert!(outcome.is_ok_and(|outcome| outcome.notices.is_empty()));
        assert_eq!(runs.get(), 2);
    }

    #[test]
    fn the_command_line_sets_the_bound_else_the_configuration() {
        for (asked, configured, want) in [
            (None, None, MAX_BLOB.0),
            (None, Some(1 << 30), 1 << 30),
            (Some(7), Some(1 << 30), 7),
            (Some(9), Some(7), 9),
            (Some(9), None, 9),
        ] {
            assert_eq!(max_size(asked.map(Size), configured), want, "{asked:?} {configured:?}");
        }
    }
}
