//! What all trees hold of the things somebody asked about, read in one walk over their deltas.
//!
//! A tree that is a delta of another shares most entries with it: those that lie inside a copied run are taken over as
//! they are, and only the others are read, looked up and judged. Of each tree its subtrees are kept, the blobs that are
//! asked about, and the objects that are not there.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use foldhash::quality::RandomState;

use super::NONE;
use super::names::Names;
use crate::source::pack::forest::Forest;
use crate::source::pack::store::ReadCache;
use crate::source::pack::walk::{Derived, Visitor};
use crate::source::pack::{Kind, Limits, ReadError, object};
use crate::types::oid::Oid;

/// An entry that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The entry's object; numbers from the forest's length on are those of [`Trees::missing`].
    pub target: u32,
    /// Number of its name.
    pub name: u32,
}

/// What is asked about blobs.
pub trait Interest: Sync {
    /// Whether a blob is asked about, whatever its name.
    fn object(&self, object: u32) -> bool;
    /// Whether any blob of this name is.
    fn name(&self, name: &[u8]) -> bool;
    /// Whether any blob below a folder of this name is.
    fn folder(&self, name: &[u8]) -> bool;
    /// What [`Interest::met`] is told of a name.
    fn tag(&self, _name: &[u8]) -> u16 {
        0
    }
    /// A tree has an object under a name of this tag. Said at least once of each object and tag.
    fn met(&self, _object: u32, _tag: u16) {}
}

/// What all workers of a walk share.
#[derive(Debug)]
pub struct Shared<'f, I> {
    forest: &'f Forest,
    interest: I,
    names: Mutex<Names>,
    missing: Mutex<Vec<(Oid, bool)>>,
    folders: Mutex<HashSet<u32>>,
}

/// One worker of the walk.
#[derive(Debug)]
pub struct Reader<'s, 'f, I> {
    shared: &'s Shared<'f, I>,
    /// What is known of names so far.
    known: Vec<Known>,
    /// Where in `known` a name is.
    places: HashMap<Box<[u8]>, usize, RandomState>,
    edges: Vec<Edge>,
    trees: Vec<(u32, u32, u32)>,
    failed: Vec<(u32, ReadError)>,
}

/// What is known of a name.
#[derive(Clone, Debug)]
struct Known {
    number: u32,
    /// The entry of this name that was read last. The next one is mostly the same.
    last: (Vec<u8>, Edge),
    /// Every blob of this name is asked about.
    is_asked: bool,
    /// Every blob below a folder of this name is.
    is_folder: bool,
    tag: u16,
}

/// Where each entry of a tree starts, and what it is.
#[derive(Debug)]
pub struct Entries {
    entries: Vec<Entry>,
    len: usize,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    start: u32,
    edge: Edge,
}

const NOT_KEPT: Edge = Edge { target: NONE, name: NONE };

impl<'f, I: Interest> Shared<'f, I> {
    /// For the trees of a forest.
    pub fn new(forest: &'f Forest, interest: I) -> Self {
        Self { forest, interest, names: Mutex::default(), missing: Mutex::default(), folders: Mutex::default() }
    }

    /// A worker's part.
    pub fn reader(&self) -> Reader<'_, 'f, I> {
        Reader {
            shared: self,
            known: Vec::new(),
            places: HashMap::default(),
            edges: Vec::new(),
            trees: Vec::new(),
            failed: Vec::new(),
        }
    }

    /// All that the workers read.
    pub fn finish(self, parts: Vec<Part>) -> Trees {
        let names = self.names.into_inner().unwrap_or_else(PoisonError::into_inner);
        let missing = self.missing.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut trees = Trees {
            places: vec![(0, 0, 0); self.forest.len()],
            parts: Vec::new(),
            failed: Vec::new(),
            names,
            missing,
            objects: self.forest.len() as u32,
            folders: HashMap::new(),
        };
        for (number, part) in parts.into_iter().enumerate() {
            for (tree, start, len) in part.trees {
                trees.places[tree as usize] = (number as u32, start, len);
            }
            trees.parts.push(part.edges);
            trees.failed.extend(part.failed);
        }
        trees.failed.sort_unstable_by_key(|(object, _)| *object);
        trees.open_folders(self.forest, self.folders.into_inner().unwrap_or_else(PoisonError::into_inner));
        trees
    }

    fn known(&self, name: &[u8]) -> Known {
        let number = self.names.lock().unwrap_or_else(PoisonError::into_inner).number(name);
        let (is_asked, is_folder) = (self.interest.name(name), self.interest.folder(name));
        Known { number, last: (Vec::new(), NOT_KEPT), is_asked, is_folder, tag: self.interest.tag(name) }
    }

    fn missing(&self, oid: &[u8], is_tree: bool) -> u32 {
        let mut missing = self.missing.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(oid) = Oid::from_bytes(oid) {
            missing.push((oid, is_tree));
        }
        (self.forest.len() + missing.len()) as u32 - 1
    }
}

/// What one worker read.
#[derive(Debug)]
pub struct Part {
    edges: Vec<Edge>,
    trees: Vec<(u32, u32, u32)>,
    failed: Vec<(u32, ReadError)>,
}

impl<I: Interest> Reader<'_, '_, I> {
    /// What it read.
    pub fn part(self) -> Part {
        Part { edges: self.edges, trees: self.trees, failed: self.failed }
    }

    /// The edge of an entry that no base had.
    fn judge(&mut self, mode: u32, name: &[u8], oid: &[u8]) -> Edge {
        const KIND: u32 = 0o170_000;
        const LINK: u32 = 0o160_000;
        const TREE: u32 = 0o040_000;
        if mode & KIND == LINK {
            return NOT_KEPT;
        }
        let place = match self.places.get(name) {
            Some(&place) => place,
            None => {
                self.known.push(self.shared.known(name));
                *self.places.entry(name.into()).or_insert(self.known.len() - 1)
            }
        };
        let known = &mut self.known[place];
        if known.last.0 == oid {
            return known.last.1;
        }
        let is_tree = mode & KIND == TREE;
        let found = self.shared.forest.find(oid);
        if let Some(tree) = found.filter(|_| is_tree && known.is_folder) {
            self.shared.folders.lock().unwrap_or_else(PoisonError::into_inner).insert(tree);
        }
        if let Some(object) = found {
            self.shared.interest.met(object, known.tag);
        }
        let edge = match found {
            Some(object) if is_tree || known.is_asked || self.shared.interest.object(object) => {
                Edge { target: object, name: known.number }
            }
            Some(_) => NOT_KEPT,
            None => Edge { target: self.shared.missing(oid, is_tree), name: known.number },
        };
        known.last.0.clear();
        known.last.0.extend_from_slice(oid);
        known.last.1 = edge;
        edge
    }

    /// Reads the entry at `at`; where the next one starts, or `None` where the tree is broken.
    fn read(&mut self, content: &[u8], at: usize, entries: &mut Vec<Entry>) -> Option<usize> {
        let rest = &content[at..];
        let space = rest.iter().take(8).position(|&b| b == b' ')?;
        let mode =
            rest[..space].iter().try_fold(0u32, |mode, &b| matches!(b, b'0'..=b'7').then(|| mode << 3 | u32::from(b - b'0')))?;
        let end = space + 1 + memchr::memchr(0, &rest[space + 1..])?;
        let hash = self.shared.forest.store().format().name_len();
        let oid = rest.get(end + 1..end + 1 + hash)?;
        entries.push(Entry { start: at as u32, edge: self.judge(mode, &rest[space + 1..end], oid) });
        Some(at + end + 1 + hash)
    }

    /// The entries of a tree, those inside copied runs taken from its base.
    fn entries(&mut self, content: &[u8], from: Option<&Derived<'_, Entries>>) -> Option<Vec<Entry>> {
        let base = from.map_or(&[][..], |from| &from.base.entries);
        let mut entries = Vec::with_capacity(base.len() + 2);
        let mut at = 0;
        for op in from.map_or(&[][..], |from| from.ops) {
            let (Some(copied), Some(from)) = (op.copy_from, from) else { continue };
            let end = op.start + op.len;
            while at < op.start {
                at = self.read(content, at, &mut entries)?;
            }
            while at < end {
                let place = at - op.start + copied;
                let mut index = base.partition_point(|entry| (entry.start as usize) < place);
                let before = at;
                while let Some(entry) = base.get(index).filter(|entry| entry.start as usize + op.start == at + copied) {
                    let stop = base.get(index + 1).map_or(from.base.len, |next| next.start as usize);
                    if stop > copied + op.len {
                        break;
                    }
                    entries.push(Entry { start: at as u32, edge: entry.edge });
                    at = stop + op.start - copied;
                    index += 1;
                }
                if at < end || at == before {
                    at = self.read(content, at, &mut entries)?;
                }
            }
        }
        while at < content.len() {
            at = self.read(content, at, &mut entries)?;
        }
        Some(entries)
    }
}

impl<I: Interest> Visitor for Reader<'_, '_, I> {
    type State = Entries;

    fn visit(&mut self, object: u32, content: &[u8], from: Option<Derived<'_, Entries>>) -> Entries {
        let entries = self.entries(content, from.as_ref()).unwrap_or_else(|| {
            self.failed.push((object, ReadError::Corrupt("a broken tree entry")));
            Vec::new()
        });
        let start = self.edges.len();
        self.edges.extend(entries.iter().map(|entry| entry.edge).filter(|edge| edge.target != NONE));
        self.trees.push((object, start as u32, (self.edges.len() - start) as u32));
        Entries { entries, len: content.len() }
    }

    fn failed(&mut self, object: u32, why: ReadError) {
        self.failed.push((object, why));
    }
}

/// What all trees hold of what was asked about.
#[derive(Debug)]
pub struct Trees {
    /// By object: which part, from where, how many.
    places: Vec<(u32, u32, u32)>,
    parts: Vec<Vec<Edge>>,
    /// Trees that can't be read.
    pub failed: Vec<(u32, ReadError)>,
    /// Names of kept entries.
    pub names: Names,
    missing: Vec<(Oid, bool)>,
    objects: u32,
    /// Folders of which every blob is asked about, with all their edges.
    folders: HashMap<u32, Vec<Edge>>,
}

impl Trees {
    /// What a tree holds.
    pub fn edges(&self, tree: u32) -> &[Edge] {
        if let Some(edges) = self.folders.get(&tree) {
            return edges;
        }
        let (part, start, len) = self.places.get(tree as usize).copied().unwrap_or_default();
        self.parts.get(part as usize).map_or(&[], |edges| &edges[start as usize..][..len as usize])
    }

    /// Reads folders, and all below them, of which every blob is asked about.
    fn open_folders(&mut self, forest: &Forest, folders: HashSet<u32>) {
        const LARGEST: u64 = 64 << 20;
        let mut cache = ReadCache::new(32 << 20);
        let mut stack: Vec<u32> = folders.into_iter().collect();
        stack.sort_unstable();
        while let Some(folder) = stack.pop() {
            if self.folders.contains_key(&folder) {
                continue;
            }
            let read = forest.store().read(&forest.oid(folder), Limits { max: LARGEST, base_max: LARGEST }, &mut cache);
            let Ok((_, content)) = read else { continue };
            let mut edges = self.edges(folder).to_vec();
            stack.extend(edges.iter().map(|edge| edge.target).filter(|&target| self.is_tree(forest, target)));
            for entry in object::tree(&content, forest.store().format()).map_while(Result::ok) {
                if let Some(blob) = forest.find(entry.oid).filter(|&blob| forest.kind(blob) == Some(Kind::Blob)) {
                    let edge = Edge { target: blob, name: self.names.number(entry.name) };
                    if !edges.contains(&edge) {
                        edges.push(edge);
                    }
                }
            }
            self.folders.insert(folder, edges);
        }
    }

    /// The object that an entry names and that is not there.
    pub fn missing(&self, target: u32) -> Option<&(Oid, bool)> {
        self.missing.get(target.checked_sub(self.objects)? as usize)
    }

    /// Numbers of targets go up to here.
    pub fn targets(&self) -> usize {
        self.objects as usize + self.missing.len()
    }

    /// Whether a target is a tree that is there.
    pub fn is_tree(&self, forest: &Forest, target: u32) -> bool {
        target < self.objects && forest.kind(target) == Some(Kind::Tree)
    }
}
