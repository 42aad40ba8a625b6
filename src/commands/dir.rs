//! `nospill dir`: files on disk.

use std::path::PathBuf;
use std::time::Instant;

use super::{scan, setup};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::settings::Settings;
use crate::source::Source as _;
use crate::source::tree::{Ignore, Tree};

/// Scans files below `paths`, or below the current folder.
///
/// # Errors
/// A path does not exist, or the configuration is wrong.
pub fn run(settings: &Settings, mut paths: Vec<PathBuf>, ignore: Ignore) -> Result<Exit, CommandError> {
    let started = Instant::now();
    if paths.is_empty() {
        paths.push(".".into());
    }
    let source = Tree::walk(&paths, ignore, settings.threads)?;
    let pipeline = setup::on_disk(settings, source.items().0)?;
    scan::run(settings, &pipeline, &source, Some(()), started)
}
