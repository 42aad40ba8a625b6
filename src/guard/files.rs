//! Exactly these files, under the names by which a package has them.

use std::path::PathBuf;

use crate::source::tree::Tree;
use crate::types::input::Origin;
use crate::types::notice::Notice;

/// A file on disk and its origin in reports.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shipped {
    /// What the report calls it.
    pub origin: Origin,
    /// Where it is.
    pub path: PathBuf,
}

/// Files that a package would hold, each origin once.
pub fn tree(mut files: Vec<Shipped>, notices: Vec<Notice>) -> Tree {
    files.sort();
    files.dedup_by(|a, b| a.origin == b.origin);
    Tree::of(files.into_iter().map(|file| (file.origin, file.path)).collect(), notices)
}
