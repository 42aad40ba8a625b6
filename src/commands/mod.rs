//! One file a subcommand: settings in, exit out.

pub mod added;
pub mod allow;
pub mod baseline;
pub mod ci;
pub mod commit_msg;
pub mod completions;
pub mod config;
pub mod dir;
mod disk;
pub mod doctor;
pub mod explain;
pub mod guard;
pub mod history;
pub mod init;
pub mod install;
pub mod man;
pub mod outputs;
mod progress;
pub mod push;
pub mod report;
pub mod rules;
pub mod scan;
pub mod setup;
mod shard;
pub mod staged;
pub mod stdin;
pub mod uninstall;

use std::io::{self, Write as _};

use crate::error::{CommandError, Kind};

/// Writes a text to standard output. A reader that has seen enough, as `head`, is no error.
///
/// # Errors
/// Standard output can't be written.
fn print(text: &str) -> Result<(), CommandError> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(CommandError::new(Kind::Io, format!("standard output: {error}")))
        }
        _ => Ok(()),
    }
}
