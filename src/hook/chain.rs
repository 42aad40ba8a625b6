//! The hook that was there before: kept beside nospill's under another name and run by it.
//!
//! It stays in its directory, so that a relative link and a script that looks beside itself go on working, and it is only
//! ever renamed, so that its bytes, mode and kind come back as they were.

use std::path::{Path, PathBuf};
use std::{fs, io};

use super::HookError;
use super::script;

const SUFFIX: &str = ".before-nospill";

/// A former hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Former {
    /// Where it is kept.
    pub path: PathBuf,
    /// Whether it runs, before nospill: only where it is executable, as git has it.
    pub is_active: bool,
}

/// Where the former hook of `hook` is kept.
pub fn former_of(hook: &Path) -> PathBuf {
    let mut name = hook.as_os_str().to_owned();
    name.push(SUFFIX);
    name.into()
}

/// The former hook of `hook`, when one is kept; it may be a link that leads nowhere.
///
/// # Errors
/// When the directory cannot be searched.
pub fn kept(hook: &Path) -> Result<Option<Former>, HookError> {
    let path = former_of(hook);
    match fs::symlink_metadata(&path) {
        Ok(_) => Ok(Some(Former { is_active: script::is_executable(&path), path })),
        Err(error) if script::is_absence(&error) => Ok(None),
        Err(error) => Err(HookError::io("read", path)(error)),
    }
}

/// Gives `hook` its former name, which the caller has seen to be free. A file keeps its old name too, where the file system
/// has hard links, until nospill's hook is renamed over it, so that git never finds the place empty.
///
/// # Errors
/// When the directory cannot be written.
pub fn keep(hook: &Path) -> io::Result<()> {
    let former = former_of(hook);
    let linked = fs::symlink_metadata(hook)?.is_file() && fs::hard_link(hook, &former).is_ok();
    if linked { Ok(()) } else { fs::rename(hook, former) }
}

/// Takes [`keep`] back, as long as nothing else was put in the place of `hook`.
///
/// # Errors
/// When the directory cannot be written.
pub fn undo(hook: &Path) -> io::Result<()> {
    // Renaming one hard link of a file to another does nothing.
    if fs::symlink_metadata(hook).is_ok() { fs::remove_file(former_of(hook)) } else { put_back(hook) }
}

/// Renames the former hook back, over nospill's: git finds one or the other at every moment.
///
/// # Errors
/// When the directory cannot be written.
pub fn put_back(hook: &Path) -> io::Result<()> {
    fs::rename(former_of(hook), hook)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn keeping_can_be_undone() {
        let dir = tempfile::tempdir().expect("a directory");
        let hook = dir.path().join("pre-commit");
        let look = |path: &Path| (fs::symlink_metadata(path).map(|m| m.permissions().mode()).ok(), fs::read_link(path).ok());
        for is_link in [false, true] {
            if is_link {
                symlink("nowhere", &hook).expect("a link");
            } else {
                fs::write(&hook, "#!/bin/sh\n").expect("a file");
                fs::set_permissions(&hook, fs::Permissions::from_mode(0o711)).expect("a mode");
            }
            let before = look(&hook);
            assert!(kept(&hook).expect("a look").is_none());
            keep(&hook).expect("kept");
            assert_eq!(look(&former_of(&hook)), before);
            assert_eq!(kept(&hook).expect("a look").map(|former| former.is_active), Some(!is_link));
            undo(&hook).expect("undone");
            assert_eq!((look(&hook), look(&former_of(&hook))), (before, (None, None)));
            fs::remove_file(&hook).expect("removed");
        }
    }
}
