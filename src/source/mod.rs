//! Sources: where contents come from. Each enumerates items, loads an item's bytes, and says which lines count.

pub mod archive;
pub mod diff;
pub mod git;
pub mod history;
pub mod index;
pub mod lfs;
pub mod mmap;
pub mod pack;
pub mod pipes;
pub mod plumbing;
mod quoted;
pub mod range;
pub mod reader;
pub mod repository;
pub mod snapshot;
pub mod staged;
pub mod stdin;
pub mod tracked;
pub mod tree;
pub mod walk;

use std::path::{Path, PathBuf};

use self::lfs::Pointer;
use crate::types::input::{Input, Origin, Scope};
use crate::types::notice::Notice;

/// A path that git wrote; `None` where no file can be called that.
#[cfg(unix)]
pub fn to_path(bytes: &[u8]) -> Option<&Path> {
    use std::os::unix::ffi::OsStrExt as _;
    Some(Path::new(std::ffi::OsStr::from_bytes(bytes)))
}

/// A path that git wrote; `None` where no file can be called that.
#[cfg(not(unix))]
pub fn to_path(bytes: &[u8]) -> Option<&Path> {
    std::str::from_utf8(bytes).ok().map(Path::new)
}

/// Why a source cannot do its job at all.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// No repository where one is needed.
    #[error("not a git repository: {0}")]
    NotARepository(String),
    /// git or libgit2 said no.
    #[error("git: {0}")]
    Git(String),
    /// The `git` executable is needed and is missing or failed.
    #[error("`git {command}` failed: {why}")]
    Plumbing {
        /// Its arguments.
        command: String,
        /// What it said.
        why: String,
    },
    /// The run was stopped.
    #[error("stopped after {objects} of {of} objects; what they hold was not reported")]
    Stopped {
        /// Scanned.
        objects: u64,
        /// There are so many.
        of: u64,
    },
    /// A pipe or a device stands where a file should.
    #[error("{path}: a pipe or a device where a file should be; nothing was read")]
    NoFile {
        /// Where it is.
        path: PathBuf,
    },
    /// The index cannot be read.
    #[error("{path}: {why}")]
    Index {
        /// The index file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A file or folder named by the person cannot be read.
    #[error("{path}: {source}")]
    Io {
        /// The path.
        path: PathBuf,
        /// The system's word.
        source: std::io::Error,
    },
}

/// One thing that a source can load.
#[derive(Clone, Debug)]
pub struct Item {
    /// Where it is from.
    pub origin: Origin,
    /// Its size in bytes where it is known before loading, else 0; for sharing out work only.
    pub size: u64,
}

/// The content behind a pointer of Git LFS.
#[derive(Debug)]
pub struct Kept {
    /// The content.
    pub content: Vec<u8>,
    /// The contents that it takes the place of, as far as they are here.
    pub before: Vec<Vec<u8>>,
}

/// Where contents come from. A source is shared by all workers; what a worker may not share is its `Worker`.
pub trait Source: Sync {
    /// What one worker needs to load items.
    type Worker: Send;

    /// A worker of this source.
    ///
    /// # Errors
    /// When, say, the repository can't be opened once more.
    fn worker(&self) -> Result<Self::Worker, SourceError>;

    /// Everything there is to load, in a stable order, and what was noticed on the way.
    fn items(&self) -> (&[Item], &[Notice]);

    /// The bytes of item `at`.
    ///
    /// # Errors
    /// A notice that says why the item was not scanned.
    fn load(&self, at: usize, worker: &mut Self::Worker) -> Result<Input, Notice>;

    /// What item `at` takes the place of: what is found in one of these contents is not new. Asked only when something
    /// was found.
    ///
    /// # Errors
    /// A notice that says why it can't be told; everything counts as new then.
    fn before(&self, _at: usize, _worker: &mut Self::Worker) -> Result<Vec<Vec<u8>>, Notice> {
        Ok(Vec::new())
    }

    /// As [`before`](Self::before), of an archive: its lines say nothing of what is in it.
    ///
    /// # Errors
    /// As [`before`](Self::before).
    fn archive_before(&self, at: usize, _input: &Input, worker: &mut Self::Worker) -> Result<Vec<Vec<u8>>, Notice> {
        self.before(at, worker)
    }

    /// The names that item `at` brings: its path where that is new, who made a commit. Asked after [`load`](Self::load).
    fn names(&self, _at: usize, _worker: &mut Self::Worker) -> Vec<Vec<u8>> {
        Vec::new()
    }

    /// Whether a path above that of item `at`, or its own, was there before. Asked only where something was found in it.
    fn had(&self, _at: usize, _path: &[u8], _worker: &mut Self::Worker) -> bool {
        false
    }

    /// The content that a pointer of Git LFS at item `at` stands for, if it is here and this source scans it, and what was kept in
    /// its place before.
    fn kept(&self, _at: usize, _input: &Input, _pointer: &Pointer, _worker: &mut Self::Worker) -> Option<Kept> {
        None
    }

    /// Where the lines of item `at` stand, if it is only a part of what its origin names.
    fn lines(&self, _at: usize) -> Option<&[u32]> {
        None
    }

    /// Which lines of item `at` are this run's business. Asked only when something was found.
    ///
    /// # Errors
    /// A notice that says why it can't be told; every line counts then.
    fn scope(&self, _at: usize, _input: &Input, _worker: &mut Self::Worker) -> Result<Scope, Notice> {
        Ok(Scope::All)
    }
}
