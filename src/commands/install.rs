//! `nospill install`: says what was put where.

use std::io::{self, Write};

use crate::hook::install::{Change, Installed, Note};

/// Writes what an installation did, a line a hook, and its notes.
///
/// # Errors
/// When `out` fails.
pub fn write(installed: &Installed, out: &mut dyn Write) -> io::Result<()> {
    for hook in &installed.hooks {
        let (name, path) = (hook.kind.as_str(), hook.path.display());
        match &hook.change {
            Change::Written => writeln!(out, "installed the {name} hook: {path}")?,
            Change::Updated => writeln!(out, "updated the {name} hook: {path}")?,
            Change::Unchanged => writeln!(out, "the {name} hook is already installed: {path}")?,
            Change::RunBy { manager, file } => {
                writeln!(out, "{manager} already runs nospill as the {name} hook: {}", file.display())?;
            }
        }
        if let Some(former) = &hook.former {
            let what = if former.is_active { "runs first" } else { "is kept, but is not executable and so does not run" };
            writeln!(out, "the hook that was there {what}: {}", former.path.display())?;
        }
    }
    installed.notes.iter().try_for_each(|note| write_note(note, out))
}

/// Writes a note.
///
/// # Errors
/// When `out` fails.
pub(super) fn write_note(note: &Note, out: &mut dyn Write) -> io::Result<()> {
    match note {
        Note::Shared(dir) => writeln!(
            out,
            "note: core.hooksPath leads out of this repository: the hook is for every repository that uses {}",
            dir.display()
        ),
        Note::InWorkTree(dir) => writeln!(
            out,
            "note: {} is part of the work tree: before committing the hook, mind that it holds a path of this machine",
            dir.display()
        ),
        Note::ManagerConfigured(manager, advice) => {
            writeln!(out, "note: {manager} is configured here and replaces this hook when it writes its own; {advice}")
        }
        Note::ManagerRuns(manager, file) => writeln!(out, "note: {manager} is told to run nospill by {}", file.display()),
        Note::MovedAside(path) => writeln!(
            out,
            "note: another tool moved nospill's hook to {} and may still run it; delete the file if it should not",
            path.display()
        ),
        Note::FormerLeft(path) => writeln!(
            out,
            "note: {} was the hook before nospill, but another hook has taken nospill's place; nothing runs it now",
            path.display()
        ),
    }
}
