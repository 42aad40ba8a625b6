//! git's merge driver for the baseline: two branches that both add entries merge without a conflict.
//!
//! The driver is a program, so that git takes it from the configuration of this clone alone; which file it is for stands in
//! `.gitattributes`, which is committed. Where the one is there without the other, git merges the file as text.

use std::io::{self, BufRead as _, IsTerminal as _, Write};
use std::path::Path;

use crate::config::schema::{Config, FILE_NAME};
use crate::error::{CommandError, Kind};
use crate::hook::script;
use crate::policy::baseline;
use crate::report::escape;
use crate::source::plumbing;
use crate::source::reader;

/// The driver's name in git's configuration and in `.gitattributes`.
const NAME: &str = "nospill-baseline";
/// What to type to have it.
pub(super) const INSTALL: &str = "nospill install --merge-driver";

/// What is there of the driver.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Driver {
    /// The baseline, from the top of the work tree.
    file: String,
    /// Whether there is a baseline.
    pub(super) has_baseline: bool,
    /// Whether this clone has the driver.
    pub(super) is_set: bool,
    /// Whether `.gitattributes` names it for the baseline.
    pub(super) is_named: bool,
}

impl Driver {
    /// Of the environment's repository; `None` without a work tree.
    pub(super) fn here() -> Option<Self> {
        let top = plumbing::work_tree()?;
        let config = reader::own(top.join(FILE_NAME)).ok().and_then(|text| Config::parse(&text, FILE_NAME).ok());
        let file = config.and_then(|config| config.baseline.file).unwrap_or_else(|| baseline::FILE_NAME.to_owned());
        let attribute = plumbing::output_in(&top, &["check-attr", "-z", "merge", "--", &file]).unwrap_or_default();
        Some(Self {
            has_baseline: top.join(&file).is_file(),
            is_set: plumbing::setting(&format!("merge.{NAME}.driver")).is_some(),
            is_named: attribute.split(|&b| b == 0).nth(2) == Some(NAME.as_bytes()),
            file,
        })
    }

    /// The line of `.gitattributes`; `None` for a name that would have to be quoted there.
    fn line(&self) -> Option<String> {
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'/');
        self.file.bytes().all(is_plain).then(|| format!("/{} merge={NAME}", self.file.trim_start_matches('/')))
    }
}

/// Sets the driver when it was asked for, by `--merge-driver` or on a terminal; else says how to have it.
///
/// # Errors
/// No work tree, git refuses, or `.gitattributes` can't be written.
pub(super) fn offer(is_asked_for: bool, program: &Path, out: &mut dyn Write) -> Result<(), CommandError> {
    let printed = |error: io::Error| CommandError::new(Kind::Io, format!("standard output: {error}"));
    let Some(driver) = Driver::here() else {
        return match is_asked_for {
            true => Err(CommandError::new(Kind::User, "--merge-driver: there is no work tree here, in which git would merge")),
            false => Ok(()),
        };
    };
    let is_terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
    let is_done = driver.is_set && driver.is_named;
    if !is_asked_for && (is_done || !driver.has_baseline) {
        return Ok(());
    }
    let is_wanted = is_asked_for || is_terminal && agrees("have git merge the baseline entry by entry [y/N]? ", out)?;
    if !is_wanted {
        return writeln!(out, "note: `{INSTALL}` has git merge the baseline entry by entry").map_err(printed);
    }
    set(program)?;
    writeln!(out, "git merges the baseline by its entries in this clone: merge.{NAME}.driver").map_err(printed)?;
    if driver.is_named {
        return Ok(());
    }
    let Some(line) = driver.line() else {
        let name = escape::path(driver.file.as_bytes());
        return writeln!(out, "to commit: a line in .gitattributes that gives {name} `merge={NAME}`").map_err(printed);
    };
    if is_terminal && agrees(&format!("add `{line}` to .gitattributes [y/N]? "), out)? {
        return append(&line);
    }
    writeln!(out, "to commit: echo '{line}' >> .gitattributes").map_err(printed)
}

/// Takes the driver out of this clone's configuration; whether there was one.
///
/// # Errors
/// git refuses.
pub(super) fn remove() -> Result<bool, CommandError> {
    let is_here = plumbing::output(&["config", "--local", "--get", &format!("merge.{NAME}.driver")]).is_ok();
    if is_here {
        plumbing::output(&["config", "--local", "--remove-section", &format!("merge.{NAME}")])?;
    }
    Ok(is_here)
}

fn set(program: &Path) -> Result<(), CommandError> {
    let mut command = String::from_utf8_lossy(&script::quote(program)).replace('%', "%%");
    command.push_str(" baseline merge %O %A %B");
    for (key, value) in [("name", "entries of nospill's baseline"), ("driver", &command)] {
        plumbing::output(&["config", "--local", &format!("merge.{NAME}.{key}"), value])?;
    }
    Ok(())
}

fn agrees(question: &str, out: &mut dyn Write) -> Result<bool, CommandError> {
    let mut line = String::new();
    let asked = write!(out, "{question}").and_then(|()| out.flush()).and_then(|()| io::stdin().lock().read_line(&mut line));
    asked.map_err(|error| CommandError::new(Kind::Io, format!("terminal: {error}")))?;
    Ok(matches!(line.trim(), "y" | "Y" | "yes"))
}

/// Adds a line to `.gitattributes` at the top; a link there is not followed.
fn append(line: &str) -> Result<(), CommandError> {
    let Some(top) = plumbing::work_tree() else { return Ok(()) };
    let path = top.join(".gitattributes");
    let failed = |error: io::Error| CommandError::new(Kind::Io, format!("{}: {error}", path.display()));
    if path.is_symlink() {
        return Err(CommandError::new(Kind::User, format!("{} is a link: add `{line}` by hand", path.display())));
    }
    let mut text = match reader::own(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(failed(error)),
    };
    if text.last().is_some_and(|&b| b != b'\n') {
        text.push(b'\n');
    }
    text.extend(format!("{line}\n").bytes());
    super::put(&path, &text)
}
