//! Every object of a store and what it is stored as a difference to.
//!
//! Objects are numbered: pack by pack, in each by offset, then the loose ones. A delta's base is known from the entry's
//! header alone, so the forest of all deltas is built without inflating anything. A family is an object and everything
//! built on it.

mod grow;

use std::ops::Range;
use std::path::PathBuf;

use super::packfile::Pack;
use super::store::Store;
use super::{Kind, Problem, ReadError};
use crate::types::oid::Oid;

/// No object.
const NONE: u32 = u32::MAX;

/// How much hangs on an object, itself included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Family {
    /// Objects that are no duplicates.
    pub objects: u32,
    /// The sum of [`Forest::stored_size`] over all of them, duplicates too.
    pub bytes: u64,
}

/// Where an object's stored form is.
#[derive(Clone, Debug)]
pub(super) enum Place<'f> {
    /// In a pack, from this offset on.
    Packed(&'f Pack, u64),
    /// In a file of its own.
    Loose(PathBuf),
}

/// All objects of a store.
#[derive(Debug)]
pub struct Forest {
    store: Store,
    /// The first number of each pack, then of the loose objects, then the end.
    firsts: Vec<u32>,
    /// Where each packed object starts; ascending in each pack.
    offsets: Vec<u64>,
    /// The position of each packed object in its pack's index.
    positions: Vec<u32>,
    /// The way back: by the pack's first number plus the position, an object.
    ordinals: Vec<u32>,
    parents: Vec<u32>,
    kinds: Vec<Option<Kind>>,
    sizes: Vec<u64>,
    families: Vec<Family>,
    /// Where each object's children start in `children`, and the end.
    starts: Vec<u32>,
    /// Of each object, by the size of their families: the largest last.
    children: Vec<u32>,
    /// A bit an object; empty when there is one pack and nothing loose.
    duplicates: Vec<u64>,
    unreadable: Vec<(u32, ReadError)>,
    table: Table,
}

/// Objects by name: a hash table without a hash, as names are hashes. Names that are made to meet in it cost what it costs
/// to make them.
#[derive(Debug, Default)]
struct Table {
    /// The part of the name that the place does not tell, and the object. A power of two, at least half of it free.
    slots: Vec<(u32, u32)>,
}

impl Table {
    /// Where a name is looked for first, and what tells it from others there.
    fn key(name: &[u8]) -> (usize, u32) {
        let word = |at: usize| name.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_le_bytes);
        (word(0) as usize, word(4))
    }

    fn insert(&mut self, name: &[u8], object: u32) {
        let (mut at, tag) = Self::key(name);
        loop {
            at &= self.slots.len() - 1;
            if self.slots[at].1 == NONE {
                self.slots[at] = (tag, object);
                return;
            }
            at += 1;
        }
    }

    /// Objects whose names may be this one.
    fn near(&self, name: &[u8]) -> impl Iterator<Item = u32> + '_ {
        let (first, tag) = Self::key(name);
        let places = (0..self.slots.len()).map(move |step| self.slots[(first + step) & (self.slots.len() - 1)]);
        places.take_while(|slot| slot.1 != NONE).filter(move |slot| slot.0 == tag).map(|slot| slot.1)
    }
}

impl Forest {
    /// How many objects there are, duplicates counted.
    pub fn len(&self) -> usize {
        self.parents.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.parents.is_empty()
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// What of the store could not be opened.
    pub fn problems(&self) -> &[Problem] {
        self.store.problems()
    }

    /// Objects whose type can't be told, and why: an entry that breaks the format, a base that is missing or unreadable,
    /// bases in a circle. A walk doesn't visit them.
    pub fn unreadable(&self) -> &[(u32, ReadError)] {
        &self.unreadable
    }

    /// Which of the store's packs holds an object; `None` for a loose one.
    pub fn pack_of(&self, object: u32) -> Option<usize> {
        let packs = self.firsts.len() - 2;
        let pack = self.firsts[..=packs].partition_point(|&first| first <= object) - 1;
        (pack < packs).then_some(pack)
    }

    /// The name of an object.
    ///
    /// # Panics
    /// When there is no such object.
    pub fn oid(&self, object: u32) -> Oid {
        Oid::from_bytes(self.name(object)).expect("names have the length that the format gives")
    }

    /// The bytes of an object's name.
    ///
    /// # Panics
    /// When there is no such object.
    pub fn name(&self, object: u32) -> &[u8] {
        match self.pack_of(object) {
            Some(pack) => self.store.packs()[pack].index().oid(self.positions[object as usize] as usize),
            None => self.store.loose_name((object - self.loose_first()) as usize),
        }
    }

    /// The object of that name; the first, when there are duplicates.
    pub fn find(&self, oid: &[u8]) -> Option<u32> {
        if self.table.slots.is_empty() {
            return self.find_slowly(oid);
        }
        self.table.near(oid).find(|&object| self.name(object) == oid)
    }

    /// Through the packs' indexes.
    fn find_slowly(&self, oid: &[u8]) -> Option<u32> {
        let packed = self.store.packs().iter().enumerate().find_map(|(pack, p)| Some((pack, p.index().find(oid)?)));
        match packed {
            Some((pack, at)) => Some(self.ordinals[self.firsts[pack] as usize + at]),
            None => self.store.find_loose(oid).map(|at| self.loose_first() + at as u32),
        }
    }

    /// What an object is; `None` for the [`unreadable`](Self::unreadable).
    pub fn kind(&self, object: u32) -> Option<Kind> {
        self.kinds[object as usize]
    }

    /// Bytes of what is stored: of the content, or of the delta's instructions when it has a [`parent`](Self::parent).
    /// As the file claims; 0 where it can't be told.
    pub fn stored_size(&self, object: u32) -> u64 {
        self.sizes[object as usize]
    }

    /// The object that this one is stored as a difference to.
    pub fn parent(&self, object: u32) -> Option<u32> {
        Some(self.parents[object as usize]).filter(|&parent| parent != NONE)
    }

    /// The objects that are stored as differences to this one; the largest family last.
    pub fn children(&self, object: u32) -> &[u32] {
        let range = self.child_range(object);
        &self.children[range.start as usize..range.end as usize]
    }

    /// How much hangs on an object.
    pub fn family(&self, object: u32) -> Family {
        self.families[object as usize]
    }

    /// Whether an object of a lower number has the same name. Names that one pack holds twice count only when there are
    /// other packs or loose objects.
    pub fn is_duplicate(&self, object: u32) -> bool {
        self.duplicates.get(object as usize / 64).is_some_and(|word| word >> (object % 64) & 1 != 0)
    }

    pub(super) fn child_range(&self, object: u32) -> Range<u32> {
        self.starts[object as usize]..self.starts[object as usize + 1]
    }

    pub(super) fn child(&self, at: u32) -> u32 {
        self.children[at as usize]
    }

    pub(super) fn place(&self, object: u32) -> Place<'_> {
        match self.pack_of(object) {
            Some(pack) => Place::Packed(&self.store.packs()[pack], self.offsets[object as usize]),
            None => Place::Loose(self.store.loose((object - self.loose_first()) as usize).1),
        }
    }

    fn loose_first(&self) -> u32 {
        self.firsts[self.firsts.len() - 2]
    }
}
