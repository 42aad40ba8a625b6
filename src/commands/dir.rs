//! `nospill dir`: files on disk.

use std::time::Instant;

use super::{progress, scan, setup, shard};
use crate::cli::scan::DirArgs;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::pipeline::TreeRun;
use crate::settings::{DirSettings, Settings};
use crate::source::walk::Walk;

/// Scans files below the paths named, or below the current folder.
///
/// # Errors
/// A path does not exist, or the configuration is wrong.
pub fn run(args: DirArgs) -> Result<Exit, CommandError> {
    let started = Instant::now();
    let shard = shard::of(args.shard)?;
    let (dir, scan) = DirSettings::new(args);
    let settings = Settings::new(scan)?;
    let mut pipeline = setup::of_paths(&settings, &dir.paths)?;
    pipeline.policy.excludes.narrow(dir.include, dir.exclude);
    let walk = Walk::new(&dir.paths, dir.ignore, dir.hidden)?;
    let outcome = progress::shown("files", |progress| {
        pipeline.run_tree(&TreeRun {
            walk: &walk,
            max_size: dir.max_size.or(pipeline.policy.max_size),
            archives: dir.archives,
            shard,
            progress,
        })
    });
    scan::report(&settings, &pipeline, &outcome, started)
}
