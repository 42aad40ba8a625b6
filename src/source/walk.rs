//! The walk over the paths a person named: parallel, and every file is handed over where it is met, so that reading starts
//! with the first.
//!
//! Hidden files are walked, `.git` is not, links are not followed but for the named paths themselves. Nothing is opened
//! here: what is neither a file nor a folder is said and left.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use ignore::{DirEntry, WalkBuilder, WalkState};

use super::{SourceError, pipes, plumbing, to_path};
use crate::types::notice::Notice;

/// Which files ignore rules leave out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ignore {
    /// What `.gitignore` and its kin name.
    Respect,
    /// Nothing.
    Nothing,
}

/// Whether names that start with a dot are walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hidden {
    /// As all others; `.git` is not.
    Walk,
    /// Left out.
    Skip,
}

/// What one thread of a walk tells. Dropped when the thread is done.
pub trait Visit: Send {
    /// A file, by the path to open and the path as reports show it.
    fn file(&mut self, path: &Path, label: &[u8]);

    /// A symbolic link, likewise. It is not followed.
    fn link(&mut self, _path: &Path, _label: &[u8]) {}

    /// Something that could not be walked.
    fn notice(&mut self, notice: Notice);
}

/// The repositories that a walk met.
#[derive(Clone, Debug, Default)]
pub struct Met {
    /// Folders that hold a `.git` and were walked.
    pub inside: Vec<PathBuf>,
    /// Tops of work trees that were left alone.
    pub apart: Vec<PathBuf>,
}

/// Whether a folder is the top of a work tree: it has a `.git` that is a file, or a folder that git would take for one.
pub fn is_top(folder: &Path) -> bool {
    let git = folder.join(".git");
    std::fs::metadata(&git).is_ok_and(|meta| meta.is_file() || meta.is_dir() && git.join("HEAD").symlink_metadata().is_ok())
}

/// A walk to be made.
#[derive(Clone, Debug)]
pub struct Walk {
    roots: Vec<PathBuf>,
    ignore: Ignore,
    hidden: Hidden,
    /// What git's `core.excludesFile` names, wherever it is set.
    excludes: Option<PathBuf>,
    /// Whether repositories below are left alone.
    is_apart: bool,
}

impl Walk {
    /// Over paths, each of which must exist.
    ///
    /// # Errors
    /// A path does not exist.
    pub fn new(roots: &[PathBuf], ignore: Ignore, hidden: Hidden) -> Result<Self, SourceError> {
        for path in roots {
            std::fs::metadata(path).map_err(|source| SourceError::Io { path: path.clone(), source })?;
            if ignore == Ignore::Respect && waits(path) {
                return Err(SourceError::NoFile { path: path.join(".gitignore") });
            }
        }
        let excludes = if ignore == Ignore::Respect { plumbing::excludes_file() } else { None };
        if let Some(path) = excludes.as_ref().filter(|path| pipes::is_one(path)) {
            return Err(SourceError::NoFile { path: path.clone() });
        }
        Ok(Self { roots: roots.to_vec(), ignore, hidden, excludes, is_apart: false })
    }

    /// The paths that were named.
    pub fn roots(&self) -> &[PathBuf] {
        &self.roots
    }

    /// Whether ignore rules leave files out.
    pub fn ignore(&self) -> Ignore {
        self.ignore
    }

    /// Leaves the work trees of other repositories below the paths alone; [`Met`] names them.
    #[must_use]
    pub fn apart(self) -> Self {
        Self { is_apart: true, ..self }
    }

    /// Walks with as many visitors as threads; gives the repositories met, in any order. Each file is visited
    /// once, in no order, even if paths lie within one another.
    pub fn run<V: Visit>(&self, threads: usize, visitor: impl Fn() -> V + Sync) -> Met {
        let Some((first, others)) = self.roots.split_first() else { return Met::default() };
        let mut builder = WalkBuilder::new(first);
        others.iter().for_each(|path| {
            builder.add(path);
        });
        let respect = self.ignore == Ignore::Respect;
        builder.hidden(self.hidden == Hidden::Skip).ignore(false).parents(respect);
        builder.git_ignore(respect).git_global(respect && self.excludes.is_none()).git_exclude(respect);
        // One that is not there names nothing, as for git.
        if let Some(path) = self.excludes.as_ref().filter(|path| path.is_file()) {
            builder.add_ignore(path);
        }
        let repositories = std::sync::Arc::new(Mutex::new(Vec::new()));
        let found = std::sync::Arc::clone(&repositories);
        let refused = std::sync::Arc::new(Mutex::new(Vec::<PathBuf>::new()));
        let stuck = std::sync::Arc::clone(&refused);
        let (others, is_apart) = (std::sync::Arc::new(Mutex::new(Vec::new())), self.is_apart);
        let apart = std::sync::Arc::clone(&others);
        builder.follow_links(false).threads(threads).filter_entry(move |entry| {
            let is_git = entry.file_name() == ".git";
            // Before it is gone into: its ignore files are opened then.
            if is_dir(entry) && respect && waits(entry.path()) {
                stuck.lock().unwrap_or_else(PoisonError::into_inner).push(entry.path().to_path_buf());
                return false;
            }
            if is_apart && is_dir(entry) && entry.depth() > 0 && is_top(entry.path()) {
                apart.lock().unwrap_or_else(PoisonError::into_inner).push(entry.path().to_path_buf());
                return false;
            }
            if is_git && let Some(folder) = entry.path().parent() {
                found.lock().unwrap_or_else(PoisonError::into_inner).push(folder.to_path_buf());
            }
            !is_git
        });
        let met = (self.roots.len() > 1).then(|| Mutex::new(HashSet::new()));
        builder.build_parallel().run(|| {
            let mut walker = Walker { visitor: visitor(), met: met.as_ref() };
            Box::new(move |entry| {
                walker.take(entry);
                WalkState::Continue
            })
        });
        let refused = std::mem::take(&mut *refused.lock().unwrap_or_else(PoisonError::into_inner));
        if !refused.is_empty() {
            let mut visitor = visitor();
            let why = "its ignore file is a pipe or a device: not scanned";
            refused.iter().for_each(|path| visitor.notice(Notice::skipped(&*label(path), why)));
        }
        let take = |list: &Mutex<Vec<PathBuf>>| std::mem::take(&mut *list.lock().unwrap_or_else(PoisonError::into_inner));
        Met { inside: take(&repositories), apart: take(&others) }
    }
}

fn is_dir(entry: &DirEntry) -> bool {
    entry.file_type().is_some_and(|kind| kind.is_dir())
}

/// Whether who reads a folder's ignore files would wait for them.
fn waits(folder: &Path) -> bool {
    [".gitignore", ".git/info/exclude"].iter().any(|name| pipes::is_one(&folder.join(name)))
}

/// One thread of a walk.
struct Walker<'w, V> {
    visitor: V,
    /// The files met, where paths may lie within one another.
    met: Option<&'w Mutex<HashSet<Vec<u8>>>>,
}

impl<V: Visit> Walker<'_, V> {
    fn take(&mut self, entry: Result<DirEntry, ignore::Error>) {
        match entry {
            Ok(entry) => self.entry(&entry),
            Err(error) => {
                let path = path_of(&error).map(|path| label(path).to_vec()).unwrap_or_default();
                self.visitor.notice(Notice::skipped(path, plain(&error)));
            }
        }
    }

    fn entry(&mut self, entry: &DirEntry) {
        // A named path that is a link is followed: its own type is a link's.
        let file_type = if entry.depth() == 0 && entry.path_is_symlink() {
            std::fs::metadata(entry.path()).ok().map(|m| m.file_type())
        } else {
            entry.file_type()
        };
        match file_type {
            Some(kind) if kind.is_file() => {
                let label = label(entry.path());
                let is_new = |met: &Mutex<HashSet<_>>| met.lock().unwrap_or_else(PoisonError::into_inner).insert(label.to_vec());
                if self.met.is_none_or(is_new) {
                    self.visitor.file(entry.path(), &label);
                }
            }
            Some(kind) if kind.is_dir() => {}
            Some(kind) if kind.is_symlink() => self.visitor.link(entry.path(), &label(entry.path())),
            // What a person names is to be scanned.
            _ if entry.depth() == 0 => self.visitor.notice(Notice::skipped(&*label(entry.path()), pipes::NOT_READ)),
            _ => self.visitor.notice(Notice::info(&*label(entry.path()), pipes::NOT_READ)),
        }
        if let Some(error) = entry.error() {
            self.visitor.notice(Notice::info(&*label(entry.path()), format!("ignore file: {}", plain(error))));
        }
    }
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        _ => None,
    }
}

/// The innermost message: the path is said apart.
fn plain(error: &ignore::Error) -> String {
    match error {
        ignore::Error::WithPath { err, .. } | ignore::Error::WithDepth { err, .. } => plain(err),
        other => other.to_string(),
    }
}

/// The path as a report shows it: `/` between parts, no leading `./`.
#[cfg(unix)]
pub fn label(path: &Path) -> std::borrow::Cow<'_, [u8]> {
    use std::os::unix::ffi::OsStrExt as _;
    let bytes = path.as_os_str().as_bytes();
    bytes.strip_prefix(b"./").unwrap_or(bytes).into()
}

/// The path as a report shows it: `/` between parts, no leading `./`.
#[cfg(not(unix))]
pub fn label(path: &Path) -> std::borrow::Cow<'_, [u8]> {
    let path = path.strip_prefix("./").unwrap_or(path);
    path.to_string_lossy().replace('\\', "/").into_bytes().into()
}

/// The path of a file that a report shows so, to be opened.
pub fn opened(label: &[u8]) -> Option<PathBuf> {
    to_path(label).map(Path::to_path_buf)
}
