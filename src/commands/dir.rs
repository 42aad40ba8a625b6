//! `nospill dir`: files on disk.

use std::time::Instant;

use super::{disk, progress, scan, shard};
use crate::cli::scan::DirArgs;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::settings::{DirSettings, Settings};

/// Scans files below the paths named, or below the current folder.
///
/// # Errors
/// A path does not exist, or the configuration is wrong.
pub fn run(args: DirArgs) -> Result<Exit, CommandError> {
    let started = Instant::now();
    let shard = shard::of(args.shard)?;
    let (mut dir, scan) = DirSettings::new(args);
    dir.shard = shard;
    let settings = Settings::new(scan)?;
    let (pipeline, outcome) = progress::shown(settings.quiet, "files", |progress| disk::scan(&settings, &dir, progress))?;
    scan::report(&settings, &pipeline, outcome, started)
}
