//! Which objects one shard of a history looks at.
//!
//! A blob belongs to every shard to which one of its names falls, and a finding to the shard of its path's name: what is
//! known of a secret at a path comes from one shard. Names are read off all trees there are, so that no shard depends on
//! what another clone of the repository has beside. A blob that no tree names falls to a shard by its own name, as do the
//! messages of commits and tags.

use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};

use crate::source::history::trees::Interest;
use crate::source::pack::forest::Forest;
use crate::types::shard::Shard;

/// No shard.
const NONE: u16 = u16::MAX;

/// The objects of one shard.
pub(super) struct Shares<'f> {
    shard: Shard,
    forest: &'f Forest,
    /// By object: the least and the greatest number of the shards that it belongs to, and whether this is one of them.
    least: Vec<AtomicU16>,
    greatest: Vec<AtomicU16>,
    own: Vec<AtomicBool>,
}

/// Reads the names that trees give.
pub(super) struct Naming<'s, 'f>(pub(super) &'s Shares<'f>);

impl Interest for Naming<'_, '_> {
    fn object(&self, _: u32) -> bool {
        false
    }

    fn name(&self, _: &[u8]) -> bool {
        false
    }

    fn folder(&self, _: &[u8]) -> bool {
        false
    }

    fn tag(&self, name: &[u8]) -> u16 {
        self.0.shard.holder(name)
    }

    fn met(&self, object: u32, holder: u16) {
        let (at, shares) = (object as usize, self.0);
        shares.least[at].fetch_min(holder, Ordering::Relaxed);
        shares.greatest[at].fetch_max(holder, Ordering::Relaxed);
        if holder == shares.shard.number() {
            shares.own[at].store(true, Ordering::Relaxed);
        }
    }
}

impl<'f> Shares<'f> {
    /// For the objects of a forest, before names are known.
    pub(super) fn new(shard: Shard, forest: &'f Forest) -> Self {
        let all = |value| (0..forest.len()).map(|_| AtomicU16::new(value)).collect();
        let own = (0..forest.len()).map(|_| AtomicBool::new(false)).collect();
        Self { shard, forest, least: all(NONE), greatest: all(0), own }
    }

    /// The shard that counts an object, among those that look at it.
    fn first(&self, object: u32) -> u16 {
        match self.least[object as usize].load(Ordering::Relaxed) {
            NONE => self.shard.holder(self.forest.name(object)),
            least => least,
        }
    }

    /// Whether this shard looks at a blob.
    pub(super) fn has_blob(&self, object: u32) -> bool {
        self.own[object as usize].load(Ordering::Relaxed) || self.counts(object)
    }

    /// Whether an object is counted here: of all shards one does.
    pub(super) fn counts(&self, object: u32) -> bool {
        self.first(object) == self.shard.number()
    }

    /// Whether other shards look at a blob of this one.
    pub(super) fn is_shared(&self, object: u32) -> bool {
        let of = |list: &[AtomicU16]| list[object as usize].load(Ordering::Relaxed);
        of(&self.least) < of(&self.greatest)
    }

    /// Whether what a blob holds at a path is told here. Where a ref names the blob itself there is no path.
    pub(super) fn tells(&self, object: u32, path: &[u8]) -> bool {
        if path.is_empty() { self.counts(object) } else { self.shard.holder_of_path(path) == self.shard.number() }
    }
}
