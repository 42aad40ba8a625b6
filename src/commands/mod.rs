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
mod framework;
mod ground;
pub mod guard;
pub mod history;
pub mod init;
pub mod install;
pub mod man;
mod merge_driver;
pub mod outputs;
mod progress;
pub mod push;
mod replace;
pub mod report;
pub mod rules;
pub mod scan;
pub mod setup;
mod shard;
mod sought;
pub mod staged;
pub mod stdin;
pub mod uninstall;

use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use self::replace::{Mode, Written, replace};
use crate::detect::scanner::Scanner;
use crate::error::{CommandError, Kind};
use crate::pipeline::veil;
use crate::report::escape;
use crate::rules::ruleset::RuleSet;

/// Writes a text that speaks of files to standard output: what is a secret in a name or a quoted line is masked.
///
/// # Errors
/// Standard output can't be written.
fn say(text: &str) -> Result<(), CommandError> {
    print(&veil::text(&Scanner::new(RuleSet::builtin()), text))
}

/// Says a line on standard error. A closed one must not change how a run ends.
fn note(text: &str) {
    let _ = writeln!(io::stderr(), "nospill: {}", escape::message(text));
}

/// Writes a text to standard output. A reader that has seen enough, as `head`, is no error.
///
/// # Errors
/// Standard output can't be written.
fn print(text: &str) -> Result<(), CommandError> {
    print_with(&|out| out.write_all(text.as_bytes()))
}

/// The same with a text that is made while it is written.
///
/// # Errors
/// Standard output can't be written.
fn print_with(text: Written<'_>) -> Result<(), CommandError> {
    let mut out = BufWriter::new(io::stdout().lock());
    match text(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(CommandError::new(Kind::Io, format!("standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Writes a file that people keep: a configuration, a baseline, a list of what is ignored. Its mode stays.
///
/// # Errors
/// The folder can't be written.
fn put(path: &Path, content: &[u8]) -> Result<(), CommandError> {
    replace(path, content, Mode::Kept).map_err(|error| CommandError::new(Kind::Io, format!("{}: {error}", path.display())))
}
