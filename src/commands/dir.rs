//! `nospill dir`: files on disk.

use std::path::PathBuf;
use std::time::Instant;

use super::scan;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::settings::Settings;
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
    let config = scan::config_text(settings, scan::config_on_disk)?;
    let pipeline = scan::pipeline(settings, config)?;
    let source = Tree::walk(&paths, ignore, settings.threads)?;
    scan::run(settings, &pipeline, &source, Some(()), started)
}
