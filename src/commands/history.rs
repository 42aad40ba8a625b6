//! `nospill history`: all objects that refs reach, or what a range adds.

use std::sync::atomic::AtomicBool;
use std::time::Instant;

use super::scan;
use crate::cli::{HistoryArgs, Including};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::pipeline::history::Request;
use crate::pipeline::{Outcome, Pipeline};
use crate::settings::Settings;
use crate::source::repository::{Include, Repository};

/// Scans the history of the repository here.
///
/// # Errors
/// No repository, or a wrong configuration.
pub fn run(args: HistoryArgs) -> Result<Exit, CommandError> {
    let started = Instant::now();
    let includes = |what: Including| args.include.contains(&what);
    let include = Include {
        reflog: includes(Including::Reflog),
        stash: includes(Including::Stash),
        unreachable: includes(Including::Unreachable),
    };
    let settings = Settings::new(args.scan)?;
    let config = scan::config_text(&settings, scan::config_on_disk)?;
    let pipeline = scan::pipeline(&settings, config)?;
    let repository = Repository::from_env()?;
    let stop = AtomicBool::new(false);
    let tips = repository.tips(include)?;
    let max_size = (args.max_size << 20).min(pipeline.policy.max_size.unwrap_or(u64::MAX));
    let request = Request { include, tips, head: repository.head(), max_size, stop: &stop };
    let mut outcome = pipeline.history(&repository, &request)?;
    if settings.layers.config_from.is_some() {
        super::added::report(&settings, &pipeline, &mut outcome)?;
    }
    scan::report(&settings, &pipeline, &outcome, started)
}

/// Everything in the history that refs reach, with the configuration on disk.
///
/// # Errors
/// No repository, or a wrong configuration.
pub(super) fn outcome(settings: &Settings) -> Result<(Pipeline, Outcome), CommandError> {
    let pipeline = scan::pipeline(settings, scan::config_text(settings, scan::config_on_disk)?)?;
    let repository = Repository::from_env()?;
    let stop = AtomicBool::new(false);
    let include = Include::default();
    let max_size = pipeline.policy.max_size.unwrap_or(256 << 20);
    let request = Request { include, tips: repository.tips(include)?, head: repository.head(), max_size, stop: &stop };
    let outcome = pipeline.history(&repository, &request)?;
    Ok((pipeline, outcome))
}
