//! Files on disk, below the paths a person named, as a list: for what must know all of them before any is read.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::walk::{Hidden, Visit, Walk, label};
use super::{Item, Source, SourceError};
use crate::source::reader;
use crate::types::input::{Content, Input, Origin};
use crate::types::notice::Notice;

pub use super::walk::Ignore;

/// Files below some paths.
#[derive(Debug)]
pub struct Tree {
    files: Vec<PathBuf>,
    items: Vec<Item>,
    notices: Vec<Notice>,
}

impl Tree {
    /// Walks the paths.
    ///
    /// # Errors
    /// A path that was named does not exist.
    pub fn walk(paths: &[PathBuf], ignore: Ignore, threads: usize) -> Result<Self, SourceError> {
        let found: Mutex<Found> = Mutex::default();
        Walk::new(paths, ignore, Hidden::Walk)?.run(threads, || Local { to: &found, found: Found::default() });
        let Found { mut files, mut notices } = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        files.sort_unstable();
        notices.sort_unstable();
        let origin = |path: PathBuf| (Origin::File { path: label(&path).to_vec() }, path);
        Ok(Self::of(files.into_iter().map(origin).collect(), notices))
    }

    /// Of exactly these files, by what reports call them.
    pub fn of(files: Vec<(Origin, PathBuf)>, notices: Vec<Notice>) -> Self {
        let (origins, files): (Vec<Origin>, Vec<PathBuf>) = files.into_iter().unzip();
        Self { items: origins.into_iter().map(|origin| Item { origin, size: 0 }).collect(), files, notices }
    }
}

#[derive(Debug, Default)]
struct Found {
    files: Vec<PathBuf>,
    notices: Vec<Notice>,
}

/// What one walking thread found; handed over when the thread ends.
struct Local<'f> {
    to: &'f Mutex<Found>,
    found: Found,
}

impl Visit for Local<'_> {
    fn file(&mut self, path: &Path, _label: &[u8]) {
        self.found.files.push(path.to_path_buf());
    }

    fn notice(&mut self, notice: Notice) {
        self.found.notices.push(notice);
    }
}

impl Drop for Local<'_> {
    fn drop(&mut self) {
        let mut to = self.to.lock().unwrap_or_else(PoisonError::into_inner);
        to.files.append(&mut self.found.files);
        to.notices.append(&mut self.found.notices);
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

    fn names(&self, at: usize, (): &mut ()) -> Vec<Vec<u8>> {
        vec![self.items[at].origin.path().to_vec()]
    }

    fn load(&self, at: usize, (): &mut ()) -> Result<Input, Notice> {
        let origin = self.items[at].origin.clone();
        match reader::own(&self.files[at]) {
            Ok(content) => Ok(Input { origin, content: Content::Owned(content) }),
            Err(error) => Err(Notice::skipped(origin.label(), error.to_string())),
        }
    }
}
