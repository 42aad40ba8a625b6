//! Building the forest: order by offset, headers, bases, families.

use super::{Family, Forest, NONE, Table};
use crate::source::pack::entry::Form;
use crate::source::pack::packfile::Pack;
use crate::source::pack::store::Store;
use crate::source::pack::{ReadError, loose};

impl Forest {
    /// Numbers the objects of a store and reads their headers.
    pub fn new(mut store: Store) -> Self {
        // Numbers are 32 bits; the last one stands for none.
        let firsts = store.number(NONE);
        let packed = firsts[firsts.len() - 2] as usize;
        let total = firsts[firsts.len() - 1] as usize;
        let mut forest = Self {
            store,
            firsts,
            offsets: Vec::with_capacity(packed),
            positions: Vec::with_capacity(packed),
            ordinals: vec![0; packed],
            parents: Vec::with_capacity(total),
            kinds: Vec::with_capacity(total),
            sizes: Vec::with_capacity(total),
            families: Vec::new(),
            starts: Vec::new(),
            children: Vec::new(),
            duplicates: Vec::new(),
            unreadable: Vec::new(),
            table: Table::default(),
        };
        for pack in 0..forest.store.packs().len() {
            forest.order(pack);
        }
        forest.find_duplicates();
        forest.fill_table();
        for pack in 0..forest.store.packs().len() {
            forest.read_entries(pack);
        }
        forest.read_loose();
        forest.link();
        forest.spread();
        forest
    }

    /// Puts every name into the table. In the order of the indexes, so that these are read from front to back.
    fn fill_table(&mut self) {
        let mut table =
            Table { slots: vec![(0, NONE); (self.ordinals.len() + self.store.loose_len()).max(8).next_power_of_two() * 2] };
        for (pack, file) in self.store.packs().iter().enumerate() {
            for at in 0..file.index().len() {
                let object = self.ordinals[self.firsts[pack] as usize + at];
                if !self.is_duplicate(object) {
                    table.insert(file.index().oid(at), object);
                }
            }
        }
        for at in 0..self.store.loose_len() {
            let object = self.loose_first() + at as u32;
            if !self.is_duplicate(object) {
                table.insert(self.store.loose_name(at), object);
            }
        }
        self.table = table;
    }

    /// Sorts a pack's objects by offset.
    fn order(&mut self, pack: usize) {
        let file = &self.store.packs()[pack];
        let (count, end) = (file.index().len(), file.body().len() as u64);
        let first = self.firsts[pack];
        // An offset outside the pack is as good as its end: no entry starts there.
        let offset = |at: usize| file.index().offset(at).map_or(end, |offset| offset.min(end));
        let bits = usize::BITS - count.leading_zeros();
        let mut push = |offset: u64, at: u32| {
            self.ordinals[first as usize + at as usize] = self.offsets.len() as u32;
            self.offsets.push(offset);
            self.positions.push(at);
        };
        if end.leading_zeros() >= bits {
            let mut keys: Vec<u64> = (0..count).map(|at| offset(at) << bits | at as u64).collect();
            keys.sort_unstable();
            keys.iter().for_each(|key| push(key >> bits, (key & ((1 << bits) - 1)) as u32));
        } else {
            let mut keys: Vec<(u64, u32)> = (0..count).map(|at| (offset(at), at as u32)).collect();
            keys.sort_unstable();
            keys.iter().for_each(|&(offset, at)| push(offset, at));
        }
    }

    /// Marks all but the first of objects of the same name.
    fn find_duplicates(&mut self) {
        let stores = self.store.packs().len() + usize::from(self.store.loose_len() > 0);
        if stores < 2 {
            return;
        }
        let total = self.firsts[self.firsts.len() - 1];
        let mut duplicates = vec![0u64; total as usize / 64 + 1];
        let key = |object: u32| {
            let name = self.name(object);
            (u64::from_be_bytes(name[..8].try_into().expect("eight bytes")), object)
        };
        let mut keys: Vec<(u64, u32)> = (0..total).map(key).collect();
        keys.sort_unstable();
        for run in keys.chunk_by_mut(|a, b| a.0 == b.0).filter(|run| run.len() > 1) {
            run.sort_unstable_by_key(|&(_, object)| (self.name(object), object));
            for pair in run.windows(2) {
                if self.name(pair[0].1) == self.name(pair[1].1) {
                    duplicates[pair[1].1 as usize / 64] |= 1 << (pair[1].1 % 64);
                }
            }
        }
        self.duplicates = duplicates;
    }

    /// Reads the headers of a pack's entries.
    fn read_entries(&mut self, pack: usize) {
        let (first, end) = (self.firsts[pack], self.firsts[pack + 1]);
        let file = &self.store.packs()[pack];
        let lookup = Lookup::new(file, first, &self.offsets[first as usize..end as usize]);
        for object in first..end {
            let (mut kind, mut parent, mut size) = (None, NONE, 0);
            let mut failed = None;
            match file.entry(self.offsets[object as usize]) {
                Ok(entry) => {
                    size = entry.size;
                    let base = match entry.form {
                        Form::Whole(whole) => {
                            kind = Some(whole);
                            Some(NONE)
                        }
                        Form::OfsDelta(base) => lookup.find(base as u64),
                        Form::RefDelta(name) => {
                            let same = file.index().find(name).map(|at| self.ordinals[first as usize + at]);
                            same.or_else(|| self.find(name))
                        }
                    };
                    parent = base.unwrap_or(NONE);
                    if base.is_none() {
                        failed = Some(ReadError::BaseMissing);
                    }
                }
                Err(why) => failed = Some(why),
            }
            self.unreadable.extend(failed.map(|why| (object, why)));
            self.kinds.push(kind);
            self.parents.push(parent);
            self.sizes.push(size);
        }
    }

    /// Reads the headers of loose objects.
    fn read_loose(&mut self) {
        let first = self.loose_first();
        for at in 0..self.store.loose_len() {
            let object = first + at as u32;
            // A duplicate is neither visited nor ever found as a base.
            let header = if self.is_duplicate(object) { None } else { Some(loose::header(&self.store.loose(at).1)) };
            let (kind, size) = match header {
                Some(Ok((kind, size))) => (Some(kind), size),
                Some(Err(why)) => {
                    self.unreadable.push((object, why));
                    (None, 0)
                }
                None => (None, 0),
            };
            self.kinds.push(kind);
            self.parents.push(NONE);
            self.sizes.push(size);
        }
    }

    /// Lists each object's children.
    fn link(&mut self) {
        let mut starts = vec![0u32; self.len() + 1];
        for &parent in self.parents.iter().filter(|&&parent| parent != NONE) {
            starts[parent as usize + 1] += 1;
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut children = vec![0u32; sum as usize];
        // Filled from each end down, so that `starts` needs no copy.
        let mut ends = starts[1..].to_vec();
        for (object, &parent) in self.parents.iter().enumerate().rev().filter(|(_, parent)| **parent != NONE) {
            let end = &mut ends[parent as usize];
            *end -= 1;
            children[*end as usize] = object as u32;
        }
        (self.starts, self.children) = (starts, children);
    }

    /// Gives every object its root's kind, and sums up families.
    fn spread(&mut self) {
        let roots = (0..self.len() as u32).filter(|&o| self.parents[o as usize] == NONE && self.kinds[o as usize].is_some());
        let mut order: Vec<u32> = Vec::with_capacity(self.len());
        order.extend(roots);
        let mut at = 0;
        while let Some(&object) = order.get(at) {
            for child in self.child_range(object) {
                let child = self.children[child as usize];
                self.kinds[child as usize] = self.kinds[object as usize];
                order.push(child);
            }
            at += 1;
        }
        let single = |o: u32| Family { objects: u32::from(!self.is_duplicate(o)), bytes: self.sizes[o as usize] };
        let mut families: Vec<Family> = (0..self.len() as u32).map(single).collect();
        for &object in order.iter().rev() {
            let Family { objects, bytes } = families[object as usize];
            if let Some(parent) = self.parent(object) {
                let family = &mut families[parent as usize];
                family.objects += objects;
                family.bytes = family.bytes.saturating_add(bytes);
            }
        }
        self.families = families;
        for object in 0..self.len() {
            let (from, to) = (self.starts[object] as usize, self.starts[object + 1] as usize);
            if to - from > 1 {
                self.children[from..to].sort_unstable_by_key(|&child| (self.families[child as usize].objects, child));
            }
        }
        self.give_up(order.len());
    }

    /// Says why each object that no root leads to is unreadable; `reached` are not.
    fn give_up(&mut self, reached: usize) {
        for object in self.loose_first()..self.len() as u32 {
            if self.is_duplicate(object) {
                self.kinds[object as usize] = self.find(self.name(object)).and_then(|first| self.kind(first));
            }
        }
        if reached + self.unreadable.len() >= self.len() {
            return;
        }
        let mut told = vec![false; self.len()];
        let mut at = 0;
        while let Some((object, why)) = self.unreadable.get(at).cloned() {
            told[object as usize] = true;
            let children = self.children(object).to_vec();
            self.unreadable.extend(children.into_iter().map(|child| (child, why.clone().of_base())));
            at += 1;
        }
        for object in 0..self.loose_first() {
            if self.kind(object).is_none() && !told[object as usize] {
                self.unreadable.push((object, ReadError::Corrupt("its bases go round in a circle")));
            }
        }
    }
}

/// Objects of a pack by offset. A binary search misses the cache at each of its twenty steps; cut into as many ranges of
/// bytes as there are objects, a pack has about one object in each.
struct Lookup<'f> {
    offsets: &'f [u64],
    first: u32,
    shift: u32,
    /// How many objects start before each range.
    before: Vec<u32>,
}

impl<'f> Lookup<'f> {
    fn new(pack: &Pack, first: u32, offsets: &'f [u64]) -> Self {
        let end = pack.body().len() as u64;
        let shift = (end / (offsets.len() as u64 + 1)).checked_ilog2().unwrap_or(0);
        let ranges = (end >> shift) as usize + 2;
        let mut before = Vec::with_capacity(ranges);
        for (at, offset) in offsets.iter().enumerate() {
            let range = (offset >> shift) as usize;
            if range >= before.len() {
                before.resize(range + 1, at as u32);
            }
        }
        before.resize(ranges, offsets.len() as u32);
        Self { offsets, first, shift, before }
    }

    fn find(&self, offset: u64) -> Option<u32> {
        let range = (offset >> self.shift) as usize;
        let (from, to) = (*self.before.get(range)? as usize, *self.before.get(range + 1)? as usize);
        let at = self.offsets.get(from..to)?.binary_search(&offset).ok()?;
        Some(self.first + (from + at) as u32)
    }
}
