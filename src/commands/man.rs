//! `nospill man`: a page for the program and one for each subcommand.

use std::fs;
use std::path::Path;

use clap::CommandFactory as _;

use crate::cli::Cli;
use crate::error::{CommandError, Kind};
use crate::exit::Exit;

/// Writes the pages into a folder.
///
/// # Errors
/// It can't be written.
pub fn run(dir: &Path) -> Result<Exit, CommandError> {
    let wrap = |error: std::io::Error| CommandError::new(Kind::Io, format!("{}: {error}", dir.display()));
    fs::create_dir_all(dir).map_err(wrap)?;
    let mut root = Cli::command();
    root.build();
    write(&root, "nospill", dir).map_err(wrap)?;
    Ok(Exit::Clean)
}

fn write(command: &clap::Command, name: &str, dir: &Path) -> std::io::Result<()> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut page)?;
    fs::write(dir.join(format!("{name}.1")), page)?;
    for inner in command.get_subcommands().filter(|inner| !inner.is_hide_set()) {
        write(inner, &format!("{name}-{}", inner.get_name()), dir)?;
    }
    Ok(())
}
