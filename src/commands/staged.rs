//! `nospill staged`: what the hook runs.

use std::time::Instant;

use super::scan;
use crate::config::schema::FILE_NAME;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::settings::Settings;
use crate::source::staged::{Opened, Staged};

/// Scans the index against HEAD.
///
/// # Errors
/// No repository, a broken index, a wrong configuration.
pub fn run(settings: &Settings) -> Result<Exit, CommandError> {
    let started = Instant::now();
    let Opened { source, mut objects } = Staged::open(FILE_NAME.as_bytes())?;
    let config = scan::config_text(settings, || {
        let text = source.config(&mut objects)?;
        Ok(text.map(|text| (text, format!("{FILE_NAME} (staged)"))))
    })?;
    let pipeline = scan::pipeline(settings, config)?;
    scan::run(settings, &pipeline, &source, objects, started)
}
