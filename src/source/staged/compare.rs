//! The index against trees: which paths differ, found without looking into folders that the cache-tree proves equal.

use std::collections::HashMap;
use std::path::Path;

use super::{Change, Refusal};
use crate::source::SourceError;
use crate::source::git::{Repo, TreeEntry, tree_entries};
use crate::source::index::{CacheTree, Cursor, Entry, Index, IndexError};
use crate::source::plumbing::RawChange;
use crate::types::oid::Oid;

const TREE: u32 = 0o040_000;

/// How the index differs from every parent.
#[derive(Debug, Default)]
pub(super) struct Compared {
    /// Paths that differ from all parents, sorted.
    pub(super) changes: Vec<Change>,
    /// Per parent: blobs whose path the index has not.
    pub(super) deleted: Vec<Vec<(Vec<u8>, Oid)>>,
    /// Paths with an unresolved merge.
    pub(super) unmerged: Vec<Vec<u8>>,
}

/// What ended a comparison.
pub(super) enum CompareError {
    Index(IndexError),
    Source(SourceError),
}

impl From<IndexError> for CompareError {
    fn from(error: IndexError) -> Self {
        Self::Index(error)
    }
}

impl From<SourceError> for CompareError {
    fn from(error: SourceError) -> Self {
        Self::Source(error)
    }
}

impl CompareError {
    pub(super) fn at(self, index: &Path) -> Refusal {
        match self {
            Self::Index(error) => Refusal::index(index, error),
            Self::Source(error) => Refusal::Failed(error),
        }
    }
}

/// Compares with each parent's tree (none: the first commit) and keeps what is new to all.
pub(super) fn against_parents(repo: &Repo, index: &Index<'_>, parents: &[Oid]) -> Result<Compared, CompareError> {
    let trees: Vec<Option<Oid>> = if parents.is_empty() { vec![None] } else { parents.iter().copied().map(Some).collect() };
    let lists = trees.into_iter().map(|tree| Walk::run(repo, index, tree)).collect::<Result<Vec<_>, _>>()?;
    Ok(join(lists))
}

/// The same from what git's plumbing printed for each parent.
pub(super) fn from_raw(lists: Vec<Vec<RawChange>>) -> Compared {
    let read = |list: Vec<RawChange>| {
        let mut one = OneParent::default();
        for RawChange { path, old, new, status } in list {
            match status {
                b'D' => one.deleted.push((path, old.1)),
                b'U' => one.unmerged.push(path),
                _ => {
                    let old = (old.0 != 0 && old.0 & super::TYPE != super::SUBMODULE).then_some(old.1);
                    one.changes.push(Change { path, mode: new.0, blob: new.1, stat: None, old: vec![old] });
                }
            }
        }
        one
    };
    join(lists.into_iter().map(read).collect())
}

#[derive(Debug, Default)]
struct OneParent {
    changes: Vec<Change>,
    deleted: Vec<(Vec<u8>, Oid)>,
    unmerged: Vec<Vec<u8>>,
}

/// Keeps the paths that are in every list, with the old blob of each parent.
fn join(mut lists: Vec<OneParent>) -> Compared {
    if lists.is_empty() {
        return Compared::default();
    }
    let OneParent { mut changes, deleted, mut unmerged } = lists.remove(0);
    let mut all_deleted = vec![deleted];
    for other in lists {
        let mut by_path: HashMap<Vec<u8>, Vec<Option<Oid>>> = other.changes.into_iter().map(|c| (c.path, c.old)).collect();
        changes.retain_mut(|change| match by_path.remove(&change.path) {
            Some(old) => {
                change.old.extend(old);
                true
            }
            None => false,
        });
        all_deleted.push(other.deleted);
    }
    // A content that a parent has at this path brings nothing, whatever its mode became; it may not even be here.
    changes.retain(|change| change.old.iter().all(|old| *old != Some(change.blob)));
    unmerged.dedup();
    Compared { changes, deleted: all_deleted, unmerged }
}

/// Folders within one another that are gone into here; of deeper ones git is asked.
const DEEPEST: usize = 512;

/// One comparison of the index with a tree, both in git's order.
struct Walk<'r, 'i> {
    repo: &'r Repo,
    cursor: Cursor<'i>,
    /// The entry the cursor has read and nobody has taken.
    next: Option<Entry>,
    found: OneParent,
    /// Folders around the one at hand.
    levels: usize,
}

/// What tree entries are sorted by: the name, and behind it a slash for folders.
fn order<'t>(entry: &TreeEntry<'t>) -> impl Iterator<Item = u8> + use<'t> {
    entry.name.iter().copied().chain([if entry.mode == TREE { b'/' } else { 0 }])
}

impl<'r, 'i> Walk<'r, 'i> {
    fn run(repo: &'r Repo, index: &Index<'i>, tree: Option<Oid>) -> Result<OneParent, CompareError> {
        let cache = index.tree.as_ref();
        if let (Some(tree), Some((count, oid))) = (tree, cache.and_then(|cache| cache.valid))
            && tree == oid
            && count == index.len()
        {
            return Ok(OneParent::default());
        }
        let mut walk = Walk { repo, cursor: index.entries(), next: None, found: OneParent::default(), levels: 0 };
        walk.advance()?;
        walk.folder(0, tree, cache)?;
        Ok(walk.found)
    }

    fn advance(&mut self) -> Result<(), CompareError> {
        self.next = self.cursor.advance()?;
        Ok(())
    }

    /// Compares everything below the folder whose path is the first `depth` bytes of the current path: a merge of two
    /// lists in the same order. A tree out of order, which git never writes, only makes more paths count as new.
    fn folder(&mut self, depth: usize, tree: Option<Oid>, cache: Option<&CacheTree<'i>>) -> Result<(), CompareError> {
        let data = tree.map(|oid| self.repo.tree(&oid)).transpose()?.unwrap_or_default();
        let mut old = tree_entries(&data, 20).collect::<Result<Vec<_>, _>>()?.into_iter().peekable();
        let prefix = self.cursor.path()[..depth].to_vec();
        while let Some(entry) = self.next {
            let Some(rest) = self.cursor.path().strip_prefix(prefix.as_slice()) else { break };
            let slash = rest.iter().position(|&b| b == b'/');
            let name = &rest[..slash.unwrap_or(rest.len())];
            let end = if slash.is_some() { b'/' } else { 0 };
            let mut gone = Vec::new();
            while let Some(earlier) = old.next_if(|old| order(old).lt(name.iter().copied().chain([end]))) {
                gone.push(earlier);
            }
            let known = old.next_if(|old| old.name == name && (old.mode == TREE) == slash.is_some());
            let name_len = name.len();
            for entry in &gone {
                self.removed([prefix.as_slice(), entry.name].concat(), entry, 0)?;
            }
            if slash.is_some() {
                let cached = cache.and_then(|cache| cache.child(&self.cursor.path()[depth..depth + name_len]));
                self.subfolder(depth + name_len + 1, known.map(|e| e.oid), cached)?;
            } else {
                self.file(entry, known.map(|e| (e.mode, e.oid)));
                self.advance()?;
            }
        }
        for entry in old {
            self.removed([prefix.as_slice(), entry.name].concat(), &entry, 0)?;
        }
        Ok(())
    }

    /// Steps over the folder the current entry is in when the cache-tree proves it equal, else compares it.
    fn subfolder(&mut self, depth: usize, tree: Option<Oid>, cache: Option<&CacheTree<'i>>) -> Result<(), CompareError> {
        if let (Some(tree), Some((count, oid))) = (tree, cache.and_then(|cache| cache.valid))
            && tree == oid
            && count > 0
        {
            self.cursor.skip(count - 1)?;
            return self.advance();
        }
        // Each folder in another is a call in another.
        if self.levels == DEEPEST {
            return Err(IndexError::Corrupt("folders in folders without end").into());
        }
        self.levels += 1;
        let done = self.folder(depth, tree, cache);
        self.levels -= 1;
        done
    }

    fn file(&mut self, entry: Entry, known: Option<(u32, Oid)>) {
        if entry.stage != 0 {
            self.found.unmerged.push(self.cursor.path().to_vec());
        } else if !entry.intent_to_add && known != Some((entry.mode, entry.oid)) {
            self.found.changes.push(Change {
                path: self.cursor.path().to_vec(),
                mode: entry.mode,
                blob: entry.oid,
                stat: Some(entry.stat),
                old: vec![known.filter(|(mode, _)| mode & super::TYPE != super::SUBMODULE).map(|(_, oid)| oid)],
            });
        }
    }

    /// Notes what a tree has and the index has not. Folders are looked into only a little: this feeds rename detection.
    fn removed(&mut self, path: Vec<u8>, entry: &TreeEntry<'_>, depth: usize) -> Result<(), CompareError> {
        const DEEPEST: usize = 64;
        const MOST: usize = 10_000;
        if entry.mode != TREE {
            self.found.deleted.push((path, entry.oid));
        } else if depth < DEEPEST && self.found.deleted.len() < MOST {
            let data = self.repo.tree(&entry.oid)?;
            for below in tree_entries(&data, 20) {
                let below = below?;
                self.removed([path.as_slice(), b"/", below.name].concat(), &below, depth + 1)?;
            }
        }
        Ok(())
    }
}
