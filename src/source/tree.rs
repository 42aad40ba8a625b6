//! Files on disk, below the paths a person named.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use ignore::{DirEntry, WalkBuilder, WalkState};

use super::{Item, Source, SourceError, mmap};
use crate::types::input::{Input, Origin};
use crate::types::notice::Notice;

/// Which files ignore rules leave out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ignore {
    /// What `.gitignore` and its kin name.
    Respect,
    /// Nothing.
    Nothing,
}

/// Files below some paths.
#[derive(Debug)]
pub struct Tree {
    files: Vec<PathBuf>,
    items: Vec<Item>,
    notices: Vec<Notice>,
}

impl Tree {
    /// Walks the paths. Hidden files are walked, `.git` is not, links are not followed but for the paths themselves.
    ///
    /// # Errors
    /// A path that was named does not exist.
    pub fn walk(paths: &[PathBuf], ignore: Ignore, threads: usize) -> Result<Self, SourceError> {
        for path in paths {
            std::fs::metadata(path).map_err(|source| SourceError::Io { path: path.clone(), source })?;
        }
        let Some((first, others)) = paths.split_first() else { return Ok(Self::from_entries(Vec::new(), Vec::new())) };
        let mut builder = WalkBuilder::new(first);
        others.iter().for_each(|path| {
            builder.add(path);
        });
        let respect = ignore == Ignore::Respect;
        builder.hidden(false).ignore(false).parents(respect).git_ignore(respect).git_global(respect).git_exclude(respect);
        builder.follow_links(false).threads(threads).filter_entry(|entry| entry.file_name() != ".git");
        let found: Mutex<Found> = Mutex::default();
        builder.build_parallel().run(|| {
            let mut local = Local { to: &found, found: Found::default() };
            Box::new(move |entry| {
                local.add(entry);
                WalkState::Continue
            })
        });
        let Found { files, notices } = found.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        Ok(Self::from_entries(files, notices))
    }

    fn from_entries(mut found: Vec<(PathBuf, u64)>, mut notices: Vec<Notice>) -> Self {
        found.sort_unstable();
        found.dedup_by(|a, b| a.0 == b.0);
        notices.sort_unstable();
        let items = found.iter().map(|(path, size)| Item { origin: Origin::File { path: label(path) }, size: *size }).collect();
        Self { files: found.into_iter().map(|(path, _)| path).collect(), items, notices }
    }
}

#[derive(Debug, Default)]
struct Found {
    files: Vec<(PathBuf, u64)>,
    notices: Vec<Notice>,
}

/// What one walking thread found; handed over when the thread ends.
struct Local<'f> {
    to: &'f Mutex<Found>,
    found: Found,
}

impl Local<'_> {
    fn add(&mut self, entry: Result<DirEntry, ignore::Error>) {
        match entry {
            Ok(entry) => self.add_entry(&entry),
            Err(error) => {
                let path = path_of(&error).map(label).unwrap_or_default();
                self.found.notices.push(Notice::skipped(path, plain(&error)));
            }
        }
    }

    fn add_entry(&mut self, entry: &DirEntry) {
        // A named path that is a link is followed: its own type is a link's.
        let file_type = if entry.depth() == 0 && entry.path_is_symlink() {
            std::fs::metadata(entry.path()).ok().map(|m| m.file_type())
        } else {
            entry.file_type()
        };
        match file_type {
            Some(kind) if kind.is_file() => {
                let size = entry.metadata().map_or(0, |m| m.len());
                self.found.files.push((entry.path().to_path_buf(), size));
            }
            Some(kind) if kind.is_dir() || kind.is_symlink() => {}
            _ => self.found.notices.push(Notice::info(label(entry.path()), "neither a file nor a folder: not read")),
        }
        if let Some(error) = entry.error() {
            self.found.notices.push(Notice::info(label(entry.path()), format!("ignore file: {}", plain(error))));
        }
    }
}

impl Drop for Local<'_> {
    fn drop(&mut self) {
        let mut to = self.to.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        to.files.append(&mut self.found.files);
        to.notices.append(&mut self.found.notices);
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
fn label(path: &Path) -> Vec<u8> {
    let path = path.strip_prefix("./").unwrap_or(path);
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt as _;
        path.as_os_str().as_bytes().to_vec()
    }
    #[cfg(not(unix))]
    {
        path.to_string_lossy().replace('\\', "/").into_bytes()
    }
}

impl Source for Tree {
    type Worker = ();

    fn worker(&self) -> Result<(), SourceError> {
        Ok(())
    }

    fn items(&self) -> (&[Item], &[Notice]) {
        (&self.items, &self.notices)
    }

    fn load(&self, at: usize, (): &mut ()) -> Result<Input, Notice> {
        let path = &self.files[at];
        let origin = self.items[at].origin.clone();
        let read = || {
            let file = File::open(path)?;
            let size = file.metadata()?.len();
            mmap::content(file, size)
        };
        match read() {
            Ok(content) => Ok(Input { origin, content }),
            Err(error) => Err(Notice::skipped(origin.path(), error.to_string())),
        }
    }
}
