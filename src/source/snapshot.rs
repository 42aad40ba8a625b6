//! What stands at a path of a commit, read from an object store. A tree is read once and then searched, so that any number of
//! paths cost no run of git and no tree twice.

use std::collections::HashMap;
use std::sync::Arc;

use super::pack::object::{self, Commit, Tag};
use super::pack::store::{ReadCache, Store};
use super::pack::{Kind, Limits};
use crate::types::oid::Oid;

/// Bytes of trees that are kept; over it all but the newest are forgotten.
const KEPT: usize = 64 << 20;
/// The largest tree that is read, in bytes.
const LARGEST: u64 = 1 << 30;
/// A tag may be of a tag; so many are followed.
const TAGS: usize = 16;

/// Something in a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// As git has it: 0o100644 and the like.
    pub mode: u32,
    /// The object.
    pub oid: Oid,
}

impl Entry {
    /// Whether it is a file or a link.
    pub fn is_blob(&self) -> bool {
        matches!(self.mode & 0o170_000, 0o100_000 | 0o120_000)
    }
}

/// What one worker knows of the trees of commits.
pub struct Snapshots {
    roots: HashMap<Oid, Option<Oid>>,
    trees: HashMap<Oid, Option<Arc<Listed>>>,
    bytes: usize,
    cache: ReadCache,
}

/// A tree's content and where its entries start, by their names.
struct Listed {
    content: Vec<u8>,
    starts: Vec<u32>,
}

impl Default for Snapshots {
    fn default() -> Self {
        Self { roots: HashMap::new(), trees: HashMap::new(), bytes: 0, cache: ReadCache::new(8 << 20) }
    }
}

impl Snapshots {
    /// What stands at `path` below a commit, an annotated tag or a tree. `None` where nothing does, and where a tree on the way
    /// can't be read.
    pub fn find(&mut self, store: &Store, root: &Oid, path: &[u8]) -> Option<Entry> {
        let mut folder = self.root(store, root)?;
        let mut parts = path.split(|&b| b == b'/').peekable();
        while let Some(part) = parts.next() {
            let entry = self.tree(store, folder)?.find(part, store)?;
            match (parts.peek(), entry.mode & 0o170_000) {
                (None, _) => return Some(entry),
                (Some(_), 0o040_000) => folder = entry.oid,
                (Some(_), _) => return None,
            }
        }
        None
    }

    fn root(&mut self, store: &Store, root: &Oid) -> Option<Oid> {
        if let Some(&known) = self.roots.get(root) {
            return known;
        }
        let mut at = *root;
        let mut tree = None;
        for _ in 0..TAGS {
            let Ok((kind, content)) = store.read(&at, LIMITS, &mut self.cache) else { break };
            match kind {
                Kind::Tag => match Tag::parse(&content) {
                    Ok(tag) => at = tag.object,
                    Err(_) => break,
                },
                Kind::Commit => {
                    tree = Commit::parse(&content).ok().map(|commit| commit.tree);
                    break;
                }
                Kind::Tree => {
                    tree = Some(at);
                    break;
                }
                Kind::Blob => break,
            }
        }
        self.roots.insert(*root, tree);
        tree
    }

    fn tree(&mut self, store: &Store, oid: Oid) -> Option<Arc<Listed>> {
        if let Some(known) = self.trees.get(&oid) {
            return known.clone();
        }
        let read = store.read(&oid, LIMITS, &mut self.cache).ok().filter(|(kind, _)| *kind == Kind::Tree);
        let listed = read.map(|(_, content)| Arc::new(Listed::new(content, store)));
        let size = listed.as_ref().map_or(0, |listed| listed.content.len() + listed.starts.len() * size_of::<u32>());
        if self.bytes + size > KEPT {
            self.trees.clear();
            self.bytes = 0;
        }
        self.bytes += size;
        self.trees.insert(oid, listed.clone());
        listed
    }
}

const LIMITS: Limits = Limits { max: LARGEST, base_max: LARGEST };

impl Listed {
    fn new(content: Vec<u8>, store: &Store) -> Self {
        let mut starts = Vec::new();
        let mut entries = object::tree(&content, store.format());
        let mut at = 0;
        while let Some(Ok(_)) = entries.next() {
            starts.push(at as u32);
            at = content.len() - entries.left();
        }
        let name = |start: &u32| name_at(&content, *start);
        // git sorts folders as if their names ended with a slash. Of equal names the first stays the first.
        starts.sort_by(|a, b| name(a).cmp(name(b)));
        Self { content, starts }
    }

    fn find(&self, name: &[u8], store: &Store) -> Option<Entry> {
        let at = self.starts.partition_point(|&start| name_at(&self.content, start) < name);
        let start = *self.starts.get(at).filter(|&&start| name_at(&self.content, start) == name)?;
        let entry = object::tree(&self.content[start as usize..], store.format()).next()?.ok()?;
        Some(Entry { mode: entry.mode, oid: Oid::from_bytes(entry.oid)? })
    }
}

/// The name of the entry that starts there.
fn name_at(content: &[u8], start: u32) -> &[u8] {
    let rest = &content[start as usize..];
    let name = memchr::memchr(b' ', rest).map_or(&b""[..], |at| &rest[at + 1..]);
    &name[..memchr::memchr(0, name).unwrap_or(name.len())]
}
