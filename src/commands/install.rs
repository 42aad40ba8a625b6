//! `nospill install`: wires the hook into the repository and says what was put where.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::merge_driver;
use crate::cli::doors::InstallArgs;
use crate::error::{CommandError, Kind};
use crate::exit::Exit;
use crate::hook::HookKind;
use crate::hook::global;
use crate::hook::install::{self, Change, InstallOptions, Installed, Note};
use crate::hook::site::HookSite;
use crate::report::escape;
use crate::source::plumbing;

/// Installs hooks into the environment's repository, or for all.
///
/// # Errors
/// No repository, a hook that is not ours to change, or a file system that refuses.
pub fn run(args: InstallArgs) -> Result<Exit, CommandError> {
    let kinds: Vec<HookKind> = match args.hook.as_slice() {
        [] => vec![HookKind::PreCommit],
        named => named.iter().map(|hook| hook.kind()).collect(),
    };
    if args.global {
        return install_global(&kinds);
    }
    let site = if args.template { template_site()? } else { site()? };
    if is_global(&site) {
        // A repository's script there would not run the repositories' own hooks.
        return install_global(&kinds);
    }
    let options = InstallOptions { binary: program()?, kinds };
    let installed = install::install(&site, &options)?;
    if args.template && plumbing::config("init.templateDir").is_none() {
        set_global("init.templateDir", &site.git_common_dir)?;
    }
    finish(|out| {
        write(&installed, out)?;
        if args.template {
            writeln!(out, "every repository that git makes or clones from now on gets it; one that is there: `git init` in it")?;
        }
        Ok(())
    })?;
    if !args.template {
        merge_driver::offer(args.merge_driver, &options.binary, &mut io::stdout())?;
    }
    Ok(Exit::Clean)
}

/// Whether hooks of a repository are those for all repositories.
pub(super) fn is_global(site: &HookSite) -> bool {
    own_dir("hooks").is_ok_and(|dir| site.hooks_dir == dir)
}

fn install_global(kinds: &[HookKind]) -> Result<Exit, CommandError> {
    let dir = own_dir("hooks")?;
    if let Some(other) = plumbing::global("core.hooksPath").filter(|other| *other != dir) {
        let message = format!("core.hooksPath is {} for all repositories already", shown(&other));
        return Err(CommandError::new(Kind::User, message)
            .hint("run `nospill install` in a repository that has no path of its own: the hook goes into that folder"));
    }
    global::install(&dir, &program()?, kinds)?;
    set_global("core.hooksPath", &dir)?;
    finish(|out| {
        writeln!(out, "installed for all repositories of this user: {}", shown(&dir))?;
        writeln!(out, "a repository's own hooks run first; one that sets core.hooksPath itself, as husky does, is not covered")
    })
}

/// Takes the hooks for all repositories away.
///
/// # Errors
/// A hook was changed since, or the file system refuses.
pub(super) fn leave_global() -> Result<Exit, CommandError> {
    let dir = own_dir("hooks")?;
    global::uninstall(&dir)?;
    if plumbing::global("core.hooksPath").is_some_and(|current| current == dir) {
        plumbing::output(&["config", "--global", "--unset", "core.hooksPath"])?;
    }
    finish(|out| writeln!(out, "removed from all repositories of this user: {}", shown(&dir)))
}

/// Takes the setting away that names nospill's own template, once nothing is in it.
///
/// # Errors
/// git refuses.
pub(super) fn leave_template(site: &HookSite) -> Result<(), CommandError> {
    if own_dir("template").ok().as_ref() != Some(&site.git_common_dir) {
        return Ok(());
    }
    // A folder with something else in it stays, and so does what names it.
    let _ = std::fs::remove_dir(&site.git_common_dir);
    if !site.git_common_dir.exists() && plumbing::global("init.templateDir").is_some_and(|set| set == site.git_common_dir) {
        plumbing::output(&["config", "--global", "--unset", "init.templateDir"])?;
    }
    Ok(())
}

fn set_global(key: &str, dir: &Path) -> Result<(), CommandError> {
    let args = ["config".as_ref(), "--global".as_ref(), key.as_ref(), dir.as_os_str()];
    Ok(plumbing::output(&args).map(|_| ())?)
}

/// A folder of nospill's among the user's settings.
fn own_dir(name: &str) -> Result<PathBuf, CommandError> {
    let set = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = set("XDG_CONFIG_HOME").or_else(|| set("HOME").map(|home| home.join(".config")));
    let base = base.ok_or_else(|| CommandError::new(Kind::User, "neither XDG_CONFIG_HOME nor HOME is set"))?;
    Ok(base.join("nospill").join(name))
}

/// The template that git makes repositories from.
///
/// # Errors
/// There is no place for one.
pub(super) fn template_site() -> Result<HookSite, CommandError> {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let dir = match (plumbing::config("init.templateDir"), home) {
        (Some(set), Some(home)) => set.strip_prefix("~").map(|rest| home.join(rest)).unwrap_or(set),
        (Some(set), None) => set,
        (None, _) => own_dir("template")?,
    };
    // Nothing in it is a work tree, but repositories made from it have one.
    Ok(HookSite { hooks_dir: dir.join("hooks"), work_tree: Some(dir.clone()), git_common_dir: dir, core_hooks_path: None })
}

/// Where the environment's repository has its hooks.
///
/// # Errors
/// No repository, or a `core.hooksPath` that names no folder.
pub(super) fn site() -> Result<HookSite, CommandError> {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let common = plumbing::common_dir()?;
    Ok(HookSite::new(common, plumbing::work_tree(), plumbing::config("core.hooksPath"), home.as_deref())?)
}

/// The program as it was called, found through PATH, so that a link that survives upgrades stays a link.
fn program() -> Result<PathBuf, CommandError> {
    let current = std::env::current_exe().map_err(|error| CommandError::new(Kind::Io, format!("own path: {error}")))?;
    let same = |path: &PathBuf| path.is_absolute() && path.canonicalize().ok() == current.canonicalize().ok();
    let named = Path::new("nospill");
    let on_path = std::env::var_os("PATH").into_iter().flat_map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    Ok(on_path.map(|folder| folder.join(named)).find(same).unwrap_or(current))
}

/// Prints what was done.
pub(super) fn finish(print: impl Fn(&mut dyn Write) -> io::Result<()>) -> Result<Exit, CommandError> {
    let mut out = io::stdout().lock();
    print(&mut out)
        .and_then(|()| out.flush())
        .map_err(|error| CommandError::new(Kind::Io, format!("standard output: {error}")))?;
    Ok(Exit::Clean)
}

/// Writes what an installation did, a line a hook, and its notes.
///
/// # Errors
/// When `out` fails.
pub fn write(installed: &Installed, out: &mut dyn Write) -> io::Result<()> {
    for hook in &installed.hooks {
        let (name, path) = (hook.kind.as_str(), shown(&hook.path));
        match &hook.change {
            Change::Written => writeln!(out, "installed the {name} hook: {path}")?,
            Change::Updated => writeln!(out, "updated the {name} hook: {path}")?,
            Change::Unchanged => writeln!(out, "the {name} hook is already installed: {path}")?,
            Change::RunBy { manager, file } => {
                writeln!(out, "{manager} already runs nospill as the {name} hook: {}", shown(file))?;
            }
        }
        if let Some(former) = &hook.former {
            let what = if former.is_active { "runs first" } else { "is kept, but is not executable and so does not run" };
            writeln!(out, "the hook that was there {what}: {}", shown(&former.path))?;
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
            shown(dir)
        ),
        Note::InWorkTree(dir) => writeln!(
            out,
            "note: {} is part of the work tree: before committing the hook, mind that it holds a path of this machine",
            shown(dir)
        ),
        Note::ManagerConfigured(manager, advice) => {
            writeln!(out, "note: {manager} is configured here and replaces this hook when it writes its own; {advice}")
        }
        Note::ManagerRuns(manager, file) => writeln!(out, "note: {manager} is told to run nospill by {}", shown(file)),
        Note::MovedAside(path) => writeln!(
            out,
            "note: another tool moved nospill's hook to {} and may still run it; delete the file if it should not",
            shown(path)
        ),
        Note::LinkedTo(path) => {
            writeln!(out, "note: the hook was a link to {}, which stays, as other repositories may use it", shown(path))
        }
        Note::FormerLeft(path) => writeln!(
            out,
            "note: {} was the hook before nospill, but another hook has taken nospill's place; nothing runs it now",
            shown(path)
        ),
    }
}

/// A path for a terminal.
pub(super) fn shown(path: &Path) -> String {
    escape::path(path.as_os_str().as_encoded_bytes())
}
