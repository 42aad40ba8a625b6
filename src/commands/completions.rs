//! `nospill completions`: what a shell completes.

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::print;
use crate::cli::Cli;
use crate::error::CommandError;
use crate::exit::Exit;

/// Prints the completions for a shell.
///
/// # Errors
/// Standard output can't be written.
pub fn run(shell: Shell) -> Result<Exit, CommandError> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "nospill", &mut text);
    print(&String::from_utf8_lossy(&text))?;
    Ok(Exit::Clean)
}
