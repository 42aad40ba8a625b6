//! `nospill stdin`: standard input.

use std::time::Instant;

use super::scan;
use super::setup::{self, Place};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::settings::Settings;
use crate::source::stdin::{Opened, Stdin, Wanted, unreadable};
use crate::types::input::Origin;

/// Scans standard input.
///
/// # Errors
/// It can't be read, or the configuration is wrong.
pub fn run(settings: &Settings) -> Result<Exit, CommandError> {
    let started = Instant::now();
    let pipeline = setup::here(settings, Place::Nowhere)?;
    // An archive is read back and forth.
    let wanted = if pipeline.policy.archives == Some(true) { Wanted::Whole } else { Wanted::InParts };
    match Stdin::open(wanted)? {
        Opened::Whole(source) => scan::run(settings, &pipeline, &source, Some(()), started),
        Opened::Large(head, mut rest) => {
            let outcome = pipeline.stream(&Origin::Stdin, head, &mut rest).map_err(unreadable)?;
            scan::report(settings, &pipeline, &outcome, started)
        }
    }
}
