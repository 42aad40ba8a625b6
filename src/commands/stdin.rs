//! `nospill stdin`: standard input.

use std::time::Instant;

use super::scan;
use super::setup::{self, Place};
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
    let pipeline = setup::here(settings, Place::Nowhere)?;
    let source = Stdin::read()?;
    scan::run(settings, &pipeline, &source, Some(()), started)
}
