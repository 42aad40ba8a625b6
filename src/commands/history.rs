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
use crate::types::notice::Notice;

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
        let range = match Range::new(&repository, &revisions, max_size) {
            Err(error) if is_unknown(&error) && !repository.shallow.is_empty() => {
                let why = format!("{error}: this clone is shallow, so nothing was scanned; {}", deepen());
                let notices = vec![Notice::skipped("", why)];
                return scan::report(&settings, &pipeline, &Outcome { notices, ..Outcome::default() }, started);
            }
            range => range.map_err(unknown)?.bringing(brought),
        };
        let range = shard.into_iter().fold(range, Range::shared);
        let mut outcome = pipeline.range(&range, deepen())?;
        outcome.notices.extend(refused);
        if settings.layers.config_from.is_some() {
            super::added::report(&settings, &pipeline, &mut outcome);
        }
        return scan::report(&settings, &pipeline, &outcome, started);
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
        pipeline.history(&repository, &request)
    })?;
    outcome.notices.extend(refused);
    if settings.layers.config_from.is_some() {
        super::added::report(&settings, &pipeline, &mut outcome);
    }
    scan::report(&settings, &pipeline, &outcome, started)
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
    Ok(pipeline.history(&repository, &request)?)
}

#[cfg(test)]
mod tests {
    use super::*;

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
