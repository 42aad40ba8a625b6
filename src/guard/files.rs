//! Exactly these files, under the names by which a package has them.

use std::path::PathBuf;

use crate::source::{Item, Source, SourceError};
use crate::types::input::{Content, Input, Origin};
use crate::types::notice::Notice;

/// A file on disk and its origin in reports.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shipped {
    /// What the report calls it.
    pub origin: Origin,
    /// Where it is.
    pub path: PathBuf,
}

/// Files that a package would hold.
#[derive(Debug)]
pub struct Files {
    paths: Vec<PathBuf>,
    items: Vec<Item>,
    notices: Vec<Notice>,
}

impl Files {
    /// These files, each origin once.
    pub fn new(mut files: Vec<Shipped>, notices: Vec<Notice>) -> Self {
        files.sort();
        files.dedup_by(|a, b| a.origin == b.origin);
        let size = |file: &Shipped| std::fs::metadata(&file.path).map_or(0, |metadata| metadata.len());
        let items = files.iter().map(|file| Item { origin: file.origin.clone(), size: size(file) }).collect();
        Self { paths: files.into_iter().map(|file| file.path).collect(), items, notices }
    }
}

impl Source for Files {
    type Worker = ();

    fn worker(&self) -> Result<(), SourceError> {
        Ok(())
    }

    fn items(&self) -> (&[Item], &[Notice]) {
        (&self.items, &self.notices)
    }

    fn load(&self, at: usize, (): &mut ()) -> Result<Input, Notice> {
        let origin = self.items[at].origin.clone();
        match std::fs::read(&self.paths[at]) {
            Ok(content) => Ok(Input { origin, content: Content::Owned(content) }),
            Err(error) => Err(Notice::skipped(origin.label(), error.to_string())),
        }
    }
}
