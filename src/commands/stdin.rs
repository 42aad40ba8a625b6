//! `nospill stdin`: standard input.

use std::time::Instant;

use super::scan;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::settings::Settings;
use crate::source::stdin::Stdin;

/// Scans standard input.
///
/// # Errors
/// It can't be read, or the configuration is wrong.
pub fn run(settings: &Settings) -> Result<Exit, CommandError> {
    let started = Instant::now();
    let config = scan::config_text(settings, scan::config_on_disk)?;
    let pipeline = scan::pipeline(settings, config)?;
    let source = Stdin::read()?;
    scan::run(settings, &pipeline, &source, Some(()), started)
}
