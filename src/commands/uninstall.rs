//! `nospill uninstall`: takes the hook away, puts a former one back, and says so.

use std::io::{self, Write};

use super::install::{finish, shown, site, write_note};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::hook::HookKind;
use crate::hook::chain;
use crate::hook::install::{self, Removal, Removed};
use crate::hook::script::{self, State};

/// Removes every hook that `install` wrote into the environment's repository.
///
/// # Errors
/// No repository, a hook changed since, or a file system that refuses.
pub fn run(everywhere: bool) -> Result<Exit, CommandError> {
    if everywhere {
        return super::install::leave_global();
    }
    let site = site()?;
    // The others are mentioned only where there is something to take away.
    let is_here = |kind: &HookKind| {
        let hook = site.hook(*kind);
        let is_ours = matches!(script::state(&hook), Ok(State::Ours { .. } | State::Edited));
        *kind == HookKind::PreCommit || is_ours || matches!(chain::kept(&hook), Ok(Some(_)))
    };
    let kinds: Vec<HookKind> = HookKind::ALL.iter().copied().filter(is_here).collect();
    let removed = install::uninstall(&site, &kinds)?;
    let was_driver = super::merge_driver::remove()?;
    finish(|out| {
        write(&removed, out)?;
        if was_driver {
            writeln!(out, "git merges the baseline as text again; its line in .gitattributes may stay")?;
        }
        Ok(())
    })
}

/// Writes what an uninstallation did, a line a hook, and its notes.
///
/// # Errors
/// When `out` fails.
pub fn write(removed: &Removed, out: &mut dyn Write) -> io::Result<()> {
    for hook in &removed.hooks {
        let (name, path) = (hook.kind.as_str(), shown(&hook.path));
        match hook.removal {
            Removal::Removed => writeln!(out, "removed the {name} hook: {path}")?,
            Removal::Restored => writeln!(out, "removed the {name} hook and put the former one back: {path}")?,
            Removal::NotInstalled => writeln!(out, "the {name} hook is not nospill's, nothing to remove: {path}")?,
        }
    }
    removed.notes.iter().try_for_each(|note| write_note(note, out))
}
