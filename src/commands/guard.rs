//! `nospill guard`: env files that get out, and what packages would ship.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::setup::{self, Place};
use super::{put, say, scan};
use crate::cli::guard::GuardCommand;
use crate::error::{CommandError, Kind};
use crate::exit::Exit;
use crate::guard::dockerignore;
use crate::guard::env::{Exposure, exposed, is_docker_context};
use crate::guard::files;
use crate::guard::packers::{Packer, Silence};
use crate::guard::unasked::unasked;
use crate::report::escape;
use crate::settings::Settings;
use crate::source::plumbing;
use crate::source::reader;
use crate::types::notice::Notice;

/// Runs a guard.
///
/// # Errors
/// No repository, no packer, a wrong configuration.
pub fn run(command: GuardCommand) -> Result<Exit, CommandError> {
    match command {
        GuardCommand::Env { fix } => env(fix),
        GuardCommand::Package { with, dir, scan } => {
            let with: Vec<Packer> = with.into_iter().map(Into::into).collect();
            package(&Settings::new(scan)?, &with, &dir)
        }
    }
}

fn env(fix: bool) -> Result<Exit, CommandError> {
    let top = plumbing::work_tree().ok_or_else(|| CommandError::new(Kind::Git, "there is no work tree here"))?;
    if fix {
        mend(&top)?;
    }
    let exposed = exposed(&top)?;
    let mut text = String::new();
    let mut is_here = false;
    for (path, exposures) in &exposed {
        let words: Vec<&str> = exposures.iter().map(|exposure| exposure.as_str()).collect();
        let shown = escape::path(path);
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "{shown}: {}", words.join(", "));
        is_here |= exposures.iter().any(|exposure| *exposure != Exposure::Committed);
        if exposures.contains(&Exposure::Tracked) {
            let _ = writeln!(text, "  untrack it, the file stays: git rm --cached -- {}", quoted(path));
        }
        if exposures.contains(&Exposure::Committed) {
            text.push_str("  revoke what is in it: the history keeps it, and so does every clone\n");
        }
    }
    if exposed.is_empty() {
        text.push_str("no env file is tracked, was committed, could be added or would be built in\n");
    } else if is_here && !fix {
        text.push_str("`nospill guard env --fix` adds what is missing to .gitignore and .dockerignore\n");
    }
    say(&text)?;
    Ok(if exposed.is_empty() { Exit::Clean } else { Exit::Denied })
}

/// Adds what is not ignored to the ignore files.
fn mend(top: &Path) -> Result<(), CommandError> {
    let exposed = exposed(top)?;
    let with = |exposures: &[Exposure]| -> Vec<String> {
        let is_meant = |of: &[Exposure]| of.iter().any(|exposure| exposures.contains(exposure));
        exposed.iter().filter(|(_, of)| is_meant(of)).map(|(path, _)| glob(path)).collect()
    };
    add(&top.join(".gitignore"), with(&[Exposure::NotIgnored, Exposure::Tracked]).into_iter().map(|glob| format!("/{glob}")))?;
    if is_docker_context(top) {
        for file in dockerignore::files(top) {
            add(&top.join(file), with(&[Exposure::InContext]).into_iter())?;
        }
    }
    Ok(())
}

/// Appends lines that are not there.
fn add(file: &Path, lines: impl Iterator<Item = String>) -> Result<(), CommandError> {
    let failed = |error: std::io::Error| CommandError::new(Kind::Io, format!("{}: {error}", file.display()));
    let mut text = match reader::own(file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(failed(error)),
    };
    let there: Vec<Vec<u8>> = text.split(|&b| b == b'\n').map(|line| line.trim_ascii_end().to_vec()).collect();
    let missing: Vec<String> = lines.filter(|line| !there.iter().any(|known| known == line.as_bytes())).collect();
    if missing.is_empty() {
        return Ok(());
    }
    if text.last().is_some_and(|last| *last != b'\n') {
        text.push(b'\n');
    }
    for line in &missing {
        text.extend_from_slice(line.as_bytes());
        text.push(b'\n');
    }
    put(file, &text)?;
    say(&format!(
        "added to {}: {}\n",
        escape::path(file.as_os_str().as_encoded_bytes()),
        escape::path(missing.join(" ").as_bytes())
    ))
}

/// A path as a line of an ignore file that matches nothing else.
fn glob(path: &[u8]) -> String {
    let path = String::from_utf8_lossy(path).into_owned();
    path.chars().flat_map(|c| if "*?[]\\!# {}".contains(c) { vec!['\\', c] } else { vec![c] }).collect()
}

/// A path as a word of sh.
fn quoted(path: &[u8]) -> String {
    let text = escape::path(path);
    let is_plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-/".contains(&b));
    if is_plain { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

fn package(settings: &Settings, with: &[Packer], dir: &Path) -> Result<Exit, CommandError> {
    let started = Instant::now();
    let packers: Vec<Packer> = match with {
        [] => Packer::ALL.into_iter().filter(|packer| packer.is_for(dir)).collect(),
        named => named.to_vec(),
    };
    let unasked = unasked(dir, &packers);
    if packers.is_empty() {
        let error = CommandError::new(
            Kind::User,
            format!("{}: nothing here that npm, cargo, python, nuget or docker would pack", dir.display()),
        );
        let error = unasked.iter().fold(error, |error, why| error.hint(*why));
        return Err(error.hint("run it where package.json, Cargo.toml, pyproject.toml or a Dockerfile is"));
    }
    let pipeline = setup::here(settings, Place::Files(&[]))?;
    let mut shipped = Vec::new();
    let mut notices: Vec<Notice> = unasked.into_iter().map(|why| Notice::info("", why)).collect();
    let scratch = tempfile::tempdir().map_err(|error| CommandError::new(Kind::Io, format!("temporary folder: {error}")))?;
    for packer in packers {
        let folder: PathBuf = scratch.path().join(packer.as_str());
        std::fs::create_dir(&folder).map_err(|error| CommandError::new(Kind::Io, format!("temporary folder: {error}")))?;
        match packer.ships(dir, &folder) {
            Ok(answer) => {
                notices.push(Notice::info("", format!("{} would ship {} files", packer.as_str(), answer.files.len())));
                notices.extend(answer.notices);
                shipped.extend(answer.files);
            }
            Err(Silence::Unasked(why)) if with.is_empty() => notices.push(Notice::info("", why)),
            Err(Silence::Unasked(why)) => notices.push(Notice::skipped(packer.as_str(), why)),
            Err(Silence::Failed(why)) => notices.push(Notice::skipped(packer.as_str(), why)),
        }
    }
    scan::run(settings, &pipeline, &files::tree(shipped, notices), Some(()), started)
}
