//! `nospill uninstall`: takes the hook away, puts a former one back, and says so.

use std::io::{self, Write};

use super::install::{finish, is_global, leave_global, leave_template, shown, site, template_site, write_note};
use crate::cli::doors::UninstallArgs;
use crate::error::{CommandError, Kind};
use crate::exit::Exit;
use crate::hook::HookKind;
use crate::hook::chain;
use crate::hook::install::{self, Removal, Removed};
use crate::hook::script::{self, State};

/// Removes every hook that `install` wrote into the environment's repository.
///
/// # Errors
/// No repository, a hook changed since, or a file system that refuses.
pub fn run(args: &UninstallArgs) -> Result<Exit, CommandError> {
    if args.global {
        return leave_global();
    }
    let site = if args.template { template_site()? } else { site()? };
    if is_global(&site) {
        let error = CommandError::new(Kind::User, "the hooks here are those for all repositories of this user");
        return Err(error.hint("`nospill uninstall --global` takes them away"));
    }
    // The others are mentioned only where there is something to take away.
    let is_here = |kind: &HookKind| {
        let hook = site.hook(*kind);
        let is_ours = matches!(script::state(&hook), Ok(State::Ours { .. } | State::Edited));
        *kind == HookKind::PreCommit || is_ours || matches!(chain::kept(&hook), Ok(Some(_)))
    };
    let kinds: Vec<HookKind> = HookKind::ALL.iter().copied().filter(is_here).collect();
    let removed = install::uninstall(&site, &kinds)?;
    if args.template {
        leave_template(&site)?;
    }
    let was_driver = !args.template && super::merge_driver::remove()?;
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
