//! Hooks for every repository of a user: a folder that core.hooksPath names, with a script for every hook that git knows, a
//! server's included, because git looks nowhere else then. Each runs the repository's own hook.

use std::fs;
use std::path::Path;

use super::script::{self, State};
use super::{HookError, HookKind};

const GLOBAL: &str = include_str!("../../hooks/global");
/// All of githooks(5), git 2.47.
const NAMES: [&str; 28] = [
    "applypatch-msg",
    "pre-applypatch",
    "post-applypatch",
    "pre-commit",
    "pre-merge-commit",
    "prepare-commit-msg",
    "commit-msg",
    "post-commit",
    "pre-rebase",
    "post-checkout",
    "post-merge",
    "pre-push",
    "pre-receive",
    "update",
    "proc-receive",
    "post-receive",
    "post-update",
    "reference-transaction",
    "push-to-checkout",
    "pre-auto-gc",
    "post-rewrite",
    "sendemail-validate",
    "fsmonitor-watchman",
    "p4-changelist",
    "p4-prepare-changelist",
    "p4-post-changelist",
    "p4-pre-submit",
    "post-index-change",
];

/// Writes the scripts; those of `kinds`, and those that did before, run nospill, too. Doing it again brings them up to date.
///
/// # Errors
/// A file there is not nospill's as it wrote it, or the file system refuses: nothing or only some scripts are written.
pub fn install(dir: &Path, binary: &Path, kinds: &[HookKind]) -> Result<(), HookError> {
    if !binary.is_absolute() {
        return Err(HookError::RelativeBinary(binary.to_owned()));
    }
    check(dir)?;
    fs::create_dir_all(dir).map_err(HookError::io("create", dir))?;
    for name in NAMES {
        let path = dir.join(name);
        let known = HookKind::ALL.iter().copied().find(|kind| kind.as_str() == name);
        let runs = |kind: &HookKind| kinds.contains(kind) || super::read(&path).is_ok_and(|content| calls(&content, *kind));
        let content = render(name, known.filter(runs), binary);
        let staged = script::stage(dir, &content).map_err(HookError::io("write a file in", dir))?;
        staged.persist(&path).map_err(|error| HookError::io("write", &path)(error.error))?;
    }
    Ok(())
}

/// The script of the hook `name`, which runs nospill as `kind` if there is one.
pub fn render(name: &str, kind: Option<HookKind>, binary: &Path) -> Vec<u8> {
    let command = kind.map_or("", HookKind::command);
    let template = GLOBAL.replace("@NAME@", name).replace("@COMMAND@", command);
    script::fill(&template, binary, 0)
}

/// Whether a script is one of these, of any version.
pub fn is_one(content: &[u8]) -> bool {
    memchr::memmem::find(content, b"`nospill install --global`").is_some()
}

/// Whether one of these runs nospill as `kind`.
pub fn calls(content: &[u8], kind: HookKind) -> bool {
    memchr::memmem::find(content, format!("\ncommand='{}'\n", kind.command()).as_bytes()).is_some()
}

/// Takes the scripts away, and the folder when it is empty.
///
/// # Errors
/// As [`install`].
pub fn uninstall(dir: &Path) -> Result<(), HookError> {
    check(dir)?;
    for path in NAMES.map(|name| dir.join(name)) {
        match fs::remove_file(&path) {
            Err(error) if !script::is_absence(&error) => return Err(HookError::io("delete", path)(error)),
            _ => {}
        }
    }
    // A folder with something else in it stays.
    let _ = fs::remove_dir(dir);
    Ok(())
}

/// That every script there is nospill's.
fn check(dir: &Path) -> Result<(), HookError> {
    for path in NAMES.map(|name| dir.join(name)) {
        match script::state(&path).map_err(HookError::io("read", &path))? {
            State::Absent | State::Ours { .. } => {}
            State::NotAFile => return Err(HookError::NotAFile(path)),
            State::Edited | State::Foreign => return Err(HookError::Edited(path)),
        }
    }
    Ok(())
}
