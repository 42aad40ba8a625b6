//! The git hook that calls nospill: where it lives, how it is put there and taken away.
//!
//! Owns the installed script and the former hook that is kept beside it. It refuses to write over what it did not write
//! itself: a hook edited since, or one that a hook manager generates. It reads no git configuration; the caller says where
//! the repository is, so that everything here works on plain paths.

pub mod chain;
pub mod global;
pub mod install;
pub mod manager;
pub mod script;
pub mod site;

use std::io;
use std::path::{Path, PathBuf};

use manager::{Advice, Manager};

/// A hook that nospill can be installed as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HookKind {
    /// Before a commit is made: scans what is staged.
    PreCommit,
    /// When a commit's message is written: scans the message.
    CommitMsg,
    /// After a merge or pull: says what came in, blocks nothing.
    PostMerge,
    /// Before a push: scans what the remote lacks.
    PrePush,
    /// On a server, before a push is taken: scans what is new, all of it or nothing.
    PreReceive,
    /// On a server, before each ref is moved.
    Update,
}

impl HookKind {
    /// Every kind; `uninstall` goes through all of them.
    pub const ALL: &[Self] = &[Self::PreCommit, Self::CommitMsg, Self::PostMerge, Self::PrePush, Self::PreReceive, Self::Update];

    /// The name that git gives the hook, and its file.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PreCommit => "pre-commit",
            Self::CommitMsg => "commit-msg",
            Self::PostMerge => "post-merge",
            Self::PrePush => "pre-push",
            Self::PreReceive => "pre-receive",
            Self::Update => "update",
        }
    }

    /// What nospill is told by the hook; the hook's arguments follow.
    pub const fn command(self) -> &'static str {
        match self {
            Self::PreCommit => "staged",
            other => other.as_str(),
        }
    }

    /// Whether git runs it only where there is a work tree.
    pub const fn needs_work_tree(self) -> bool {
        match self {
            Self::PreCommit | Self::CommitMsg | Self::PostMerge => true,
            Self::PrePush | Self::PreReceive | Self::Update => false,
        }
    }
}

/// Why a hook was not installed or not taken away.
#[derive(Debug, thiserror::Error)]
pub enum HookError {
    /// A commit hook was asked for where no commits are made.
    #[error("{}: this repository is bare, so git never runs a {} hook here", git_dir.display(), kind.as_str())]
    Bare {
        /// The hook asked for.
        kind: HookKind,
        /// The repository.
        git_dir: PathBuf,
    },
    /// The value of `core.hooksPath` names no directory that nospill can work out.
    #[error("core.hooksPath is `{}`, {what}", value.display())]
    HooksPath {
        /// The value.
        value: PathBuf,
        /// What is wrong with it.
        what: &'static str,
    },
    /// The place of the hooks is taken by something else.
    #[error("{}: git looks for hooks here, but it is not a directory", .0.display())]
    NotADirectory(PathBuf),
    /// The place of the hook is taken by a directory or a device.
    #[error("{}: this is the place of the hook, but it is not a file", .0.display())]
    NotAFile(PathBuf),
    /// The hook must find the program from any directory.
    #[error("{}: the path of the nospill program must be absolute", .0.display())]
    RelativeBinary(PathBuf),
    /// A hook manager writes this hook; what nospill put there would be lost.
    #[error("{}: hooks here are managed by {manager}, which would write over nospill's", hook.display())]
    Managed {
        /// Who writes the hook.
        manager: Manager,
        /// The hook.
        hook: PathBuf,
        /// What to add to the manager's own configuration.
        advice: Advice,
    },
    /// nospill's hook, changed since it was written.
    #[error("{}: this hook was changed after nospill wrote it", .0.display())]
    Edited(PathBuf),
    /// Two hooks claim to be the former one.
    #[error("{}: cannot keep this hook, {} already holds a former one", hook.display(), former.display())]
    FormerKept {
        /// The hook in place.
        hook: PathBuf,
        /// The hook kept before.
        former: PathBuf,
    },
    /// The file system refused.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried: `read`, `write`, …
        action: &'static str,
        /// With what.
        path: PathBuf,
        /// The refusal.
        source: io::Error,
    },
}

/// Reads a file; a pipe or a device in its place is none, as it may never end.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    match std::fs::metadata(path)? {
        meta if meta.is_file() => std::fs::read(path),
        _ => Err(io::Error::new(io::ErrorKind::InvalidInput, "no file")),
    }
}

impl HookError {
    fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }

    /// What to do next, one step a text; a text may have several lines.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::Bare { .. } => vec![
                "run it in a clone or a linked worktree, where commits are made".into(),
                "on a server, `nospill install --hook pre-receive` has pushes scanned".into(),
            ],
            Self::HooksPath { .. } => vec![
                "give it a directory: `git config core.hooksPath DIR`, or go back to the default: `git config --unset \
                 core.hooksPath` (with --global if that is where it was set)"
                    .into(),
            ],
            Self::NotADirectory(_) => vec![
                "if core.hooksPath names it (`git config --show-origin core.hooksPath`), hooks are switched off there: unset \
                 it or name a directory"
                    .into(),
            ],
            Self::NotAFile(path) => vec![format!("move {} away, then try again", path.display())],
            Self::RelativeBinary(_) => vec![],
            Self::Managed { advice, .. } => vec![advice.to_string()],
            Self::Edited(path) => vec![format!(
                "save your own lines, delete {}, and run `nospill install` to have the hook anew or `nospill uninstall` to be \
                 rid of it; lines of your own belong into {}, which runs first",
                path.display(),
                chain::former_of(path).display()
            )],
            Self::FormerKept { hook, former } => vec![format!(
                "put what you need of the two into {} and delete {}, then try again",
                hook.display(),
                former.display()
            )],
            Self::Io { source, path, .. } => match source.kind() {
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                    vec![format!("check who owns {} and whether it may be written", path.display())]
                }
                _ => vec![],
            },
        }
    }
}
