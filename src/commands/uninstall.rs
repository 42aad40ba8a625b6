//! `nospill uninstall`: says what was taken away.

use std::io::{self, Write};

use super::install::write_note;
use crate::hook::install::{Removal, Removed};

/// Writes what an uninstallation did, a line a hook, and its notes.
///
/// # Errors
/// When `out` fails.
pub fn write(removed: &Removed, out: &mut dyn Write) -> io::Result<()> {
    for hook in &removed.hooks {
        let (name, path) = (hook.kind.as_str(), hook.path.display());
        match hook.removal {
            Removal::Removed => writeln!(out, "removed the {name} hook: {path}")?,
            Removal::Restored => writeln!(out, "removed the {name} hook and put the former one back: {path}")?,
            Removal::NotInstalled => writeln!(out, "the {name} hook is not nospill's, nothing to remove: {path}")?,
        }
    }
    removed.notes.iter().try_for_each(|note| write_note(note, out))
}
