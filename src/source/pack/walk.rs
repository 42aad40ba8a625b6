//! Making the contents of all objects of some kinds, each once, by any number of threads.
//!
//! The walk goes depth first over the forest of deltas. An object's children are done in the order of their families'
//! sizes, and before the last and largest one is gone into the object's own content is given up. Whatever is held
//! meanwhile belongs to families of which each has at most half the objects of the one before, so a worker holds at most
//! log2(n) contents, in chains of any length. Nothing recurses.

mod seat;
mod worker;

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex};

use self::seat::{Seat, Shared};
use self::worker::Worker;
use super::forest::Forest;
use super::{Kind, Limits, ReadError};
use crate::types::delta::Op;

/// What is done with each content.
pub trait Visitor {
    /// What an object leaves to those that are built on it.
    type State: Send + Sync;

    /// An object's content. `from` is the object that it is stored as a difference to, when that was visited before.
    fn visit(&mut self, object: u32, content: &[u8], from: Option<Derived<'_, Self::State>>) -> Self::State;

    /// An object can't be had. It is called for each one: those built on it follow, except where only its size was over
    /// the bound, and within that for bases. Of an object that is in several places only the first was tried;
    /// [`Store::read`](super::store::Store::read) tries them all.
    fn failed(&mut self, object: u32, why: ReadError);
}

/// Where a content comes from.
#[derive(Clone, Copy, Debug)]
pub struct Derived<'a, S> {
    /// What the base's visit left.
    pub base: &'a S,
    /// The base's content.
    pub base_content: &'a [u8],
    /// How the content is made: its runs, in order and without gaps.
    pub ops: &'a [Op],
}

/// A walk over the objects of some kinds. Duplicates are not visited.
#[derive(Debug)]
pub struct Walk<'f, S> {
    forest: &'f Forest,
    limits: Limits,
    stop: &'f AtomicBool,
    roots: Vec<u32>,
    /// Where it is given: the objects that are gone to, by number.
    only: Option<Vec<bool>>,
    next_root: AtomicUsize,
    shared: Mutex<Shared<S>>,
    wake: Condvar,
    /// How many workers wait for work.
    hungry: AtomicUsize,
    objects: AtomicU64,
    bytes: AtomicU64,
}

impl<'f, S: Send + Sync> Walk<'f, S> {
    /// A walk over all objects whose kind is in `kinds`. Setting `stop` ends it early.
    pub fn new(forest: &'f Forest, kinds: impl Fn(Kind) -> bool, limits: Limits, stop: &'f AtomicBool) -> Self {
        let wanted = |&o: &u32| forest.parent(o).is_none() && forest.family(o).objects > 0 && forest.kind(o).is_some_and(&kinds);
        let weight = |o: u32| {
            let family = forest.family(o);
            // The versions of a file are about as large as each other.
            forest.stored_size(o).saturating_mul(u64::from(family.objects)).saturating_add(family.bytes)
        };
        let mut roots: Vec<(u64, u32)> = (0..forest.len() as u32).filter(wanted).map(|o| (weight(o), o)).collect();
        // The heavy ones first, or one is left at the end; the others as they lie in the packs, or each misses the cache.
        let heavy = roots.iter().map(|&(weight, _)| weight).fold(0, u64::saturating_add) / 4096;
        roots.sort_unstable_by_key(|&(weight, o)| (std::cmp::Reverse(if weight > heavy { weight } else { 0 }), o));
        Self {
            forest,
            limits,
            stop,
            roots: roots.into_iter().map(|(_, o)| o).collect(),
            only: None,
            next_root: AtomicUsize::new(0),
            shared: Mutex::new(Shared { given: Vec::new(), busy: 0 }),
            wake: Condvar::new(),
            hungry: AtomicUsize::new(0),
            objects: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
        }
    }

    /// Goes only to these objects and to what they are built on.
    pub fn only(mut self, objects: impl Iterator<Item = u32>) -> Self {
        let mut only = vec![false; self.forest.len()];
        for object in objects {
            let mut next = Some(object);
            while let Some(object) = next.filter(|&object| !std::mem::replace(&mut only[object as usize], true)) {
                next = self.forest.parent(object);
            }
        }
        self.roots.retain(|&root| only[root as usize]);
        self.only = Some(only);
        self
    }

    fn goes_to(&self, object: u32) -> bool {
        self.only.as_ref().is_none_or(|only| only[object as usize])
    }

    /// Works until nothing is left or the walk is stopped. Any number of threads may call it; each object is visited by
    /// one of them, after its base.
    pub fn work<V: Visitor<State = S>>(&self, visitor: &mut V) {
        let mut seat = Seat::take(self);
        let mut worker = Worker::new(self, visitor);
        while !self.stop.load(Ordering::Relaxed) {
            if worker.has_work() {
                worker.step();
            } else if let Some(&root) = self.roots.get(self.next_root.fetch_add(1, Ordering::Relaxed)) {
                worker.root(root);
            } else {
                worker.report();
                match seat.wait() {
                    Some(task) => worker.take(task),
                    None => break,
                }
            }
        }
        worker.report();
    }

    /// Objects visited and their bytes so far; a little behind, while it runs.
    pub fn progress(&self) -> (u64, u64) {
        (self.objects.load(Ordering::Relaxed), self.bytes.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::pack::sample::{Sample, append, name, write};
    use crate::source::pack::store::{ReadCache, Store};
    use crate::source::pack::{ObjectFormat, loose};
    use crate::types::oid::Oid;
    use std::path::Path;
    use std::thread;

    const LIMITS: Limits = Limits { max: 1 << 20, base_max: 1 << 20 };

    /// Contents by object, and what failed.
    #[derive(Default)]
    struct Seen {
        contents: Vec<(u32, Vec<u8>)>,
        failed: Vec<(u32, ReadError)>,
    }

    impl Visitor for Seen {
        type State = usize;

        fn visit(&mut self, object: u32, content: &[u8], from: Option<Derived<'_, usize>>) -> usize {
            assert!(from.is_none_or(|from| *from.base == from.base_content.len()));
            self.contents.push((object, content.to_vec()));
            content.len()
        }

        fn failed(&mut self, object: u32, why: ReadError) {
            self.failed.push((object, why));
        }
    }

    fn forest(objects: &Path) -> Forest {
        let forest = Forest::new(Store::open(objects, ObjectFormat::Sha1, &[]));
        assert_eq!(forest.problems(), []);
        forest
    }

    fn walk(forest: &Forest, threads: usize) -> Seen {
        let stop = AtomicBool::new(false);
        let walk = Walk::new(forest, |kind| kind == Kind::Blob, LIMITS, &stop);
        let all = Mutex::new(Seen::default());
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    let mut seen = Seen::default();
                    walk.work(&mut seen);
                    let mut all = all.lock().expect("no panic");
                    all.contents.extend(seen.contents);
                    all.failed.extend(seen.failed);
                });
            }
        });
        let mut all = all.into_inner().expect("no panic");
        all.contents.sort_unstable();
        all
    }

    fn read(forest: &Forest, number: u32) -> Result<Vec<u8>, ReadError> {
        let oid = Oid::from_bytes(&name(number)).expect("a name");
        forest.store().read(&oid, LIMITS, &mut ReadCache::new(1 << 20)).map(|read| read.1)
    }

    #[test]
    fn fifty_thousand_deltas_in_a_chain() {
        let dir = tempfile::tempdir().expect("a folder");
        let deltas: Vec<Vec<u8>> = (1..50_000).map(|len| append(len, len as u8)).collect();
        let mut chain = vec![Sample::Blob(b"x")];
        chain.extend(deltas.iter().map(|delta| Sample::Ofs(1, delta)));
        write(dir.path(), "a", 0, &chain);
        let forest = forest(dir.path());
        assert_eq!(forest.family(0).objects, 50_000);
        let stop = AtomicBool::new(false);
        let walk = Walk::new(&forest, |_| true, LIMITS, &stop);
        struct Lengths(u64);
        impl Visitor for Lengths {
            type State = ();
            fn visit(&mut self, object: u32, content: &[u8], _from: Option<Derived<'_, ()>>) {
                assert_eq!(content.len(), object as usize + 1);
                self.0 += 1;
            }
            fn failed(&mut self, object: u32, why: ReadError) {
                panic!("{object}: {why}");
            }
        }
        let mut lengths = Lengths(0);
        walk.work(&mut lengths);
        assert_eq!((lengths.0, walk.progress().0), (50_000, 50_000));
        assert_eq!(read(&forest, 49_999).map(|content| content.len()), Ok(50_000));
    }

    #[test]
    fn a_base_with_many_children_is_shared_out() {
        let dir = tempfile::tempdir().expect("a folder");
        let deltas: Vec<Vec<u8>> = (0..3000).map(|at| append(1 + at % 2, at as u8)).collect();
        // Every second one is a child of the root, the others are grandchildren.
        let mut samples = vec![Sample::Blob(b"x")];
        samples.extend(deltas.iter().enumerate().map(|(at, d)| Sample::Ofs(if at % 2 == 0 { at + 1 } else { 1 }, d)));
        write(dir.path(), "a", 0, &samples);
        let forest = forest(dir.path());
        let one = walk(&forest, 1);
        assert_eq!((one.contents.len(), one.failed.len()), (3001, 0));
        for _ in 0..20 {
            assert_eq!(walk(&forest, 4).contents, one.contents);
        }
    }

    #[test]
    fn circles_and_missing_bases_are_said() {
        let dir = tempfile::tempdir().expect("a folder");
        let (one, two) = (append(1, b'y'), append(2, b'z'));
        let samples = [
            Sample::Blob(b"x"),
            Sample::Ref(name(2), &one),
            Sample::Ref(name(1), &one),
            Sample::Ofs(1, &one),
            Sample::Ref(name(4), &one),
            Sample::Ref(name(99), &one),
            Sample::Ofs(1, &two),
            // A base that comes later.
            Sample::Ref(name(8), &two),
            Sample::Ref(name(0), &one),
        ];
        write(dir.path(), "a", 0, &samples);
        let forest = forest(dir.path());
        let seen = walk(&forest, 2);
        assert_eq!(seen.contents, [(0, b"x".to_vec()), (7, b"xyz".to_vec()), (8, b"xy".to_vec())]);
        let mut unreadable: Vec<u32> = forest.unreadable().iter().map(|(object, _)| *object).collect();
        unreadable.sort_unstable();
        assert_eq!(unreadable, [1, 2, 3, 4, 5, 6]);
        for number in 0..9 {
            assert_eq!(read(&forest, number).is_ok(), forest.kind(number).is_some(), "{number}");
        }
        assert_eq!(read(&forest, 6), Err(ReadError::BaseMissing));
        assert_eq!(read(&forest, 99), Err(ReadError::Missing));
    }

    #[test]
    fn bases_in_other_packs_and_loose_ones() {
        let dir = tempfile::tempdir().expect("a folder");
        let (one, two) = (append(1, b'y'), append(2, b'z'));
        write(dir.path(), "a", 0, &[Sample::Ref(name(10), &one), Sample::Ref(name(20), &two)]);
        write(dir.path(), "b", 10, &[Sample::Blob(b"x"), Sample::Ofs(1, &one)]);
        let oid = Oid::from_bytes(&name(20)).expect("a name");
        let path = loose::path(dir.path(), &oid);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut encoder, b"blob 2\0ab").expect("memory");
        std::fs::write(path, encoder.finish().expect("memory")).expect("a file");
        let forest = forest(dir.path());
        let contents: Vec<Vec<u8>> = walk(&forest, 2).contents.into_iter().map(|(_, content)| content).collect();
        assert_eq!(contents, [b"xy".as_slice(), b"abz", b"x", b"xy", b"ab"]);
        assert_eq!((read(&forest, 1), read(&forest, 0)), (Ok(b"abz".to_vec()), Ok(b"xy".to_vec())));
    }

    #[test]
    fn a_duplicate_is_a_base_but_not_visited() {
        let dir = tempfile::tempdir().expect("a folder");
        let one = append(1, b'y');
        write(dir.path(), "a", 0, &[Sample::Blob(b"x"), Sample::Ofs(1, &one)]);
        write(dir.path(), "b", 0, &[Sample::Blob(b"x"), Sample::Ofs(1, &one), Sample::Ofs(2, &one)]);
        let forest = forest(dir.path());
        let objects: Vec<u32> = walk(&forest, 2).contents.into_iter().map(|(object, _)| object).collect();
        assert_eq!(objects, [0, 1, 4]);
    }

    #[test]
    fn a_broken_base_takes_its_family_along() {
        let dir = tempfile::tempdir().expect("a folder");
        let (one, bad) = (append(1, b'y'), append(9, b'y'));
        let samples = [Sample::Blob(b"x"), Sample::Ofs(1, &bad), Sample::Ofs(1, &one), Sample::Ofs(3, &one)];
        write(dir.path(), "a", 0, &samples);
        let seen = walk(&forest(dir.path()), 1);
        assert_eq!(seen.contents.iter().map(|(object, _)| *object).collect::<Vec<_>>(), [0, 3]);
        assert_eq!(seen.failed.iter().map(|(object, _)| *object).collect::<Vec<_>>(), [1, 2]);
    }

    #[test]
    fn a_stopped_walk_ends() {
        let dir = tempfile::tempdir().expect("a folder");
        write(dir.path(), "a", 0, &[Sample::Blob(b"x"), Sample::Blob(b"y")]);
        let forest = forest(dir.path());
        let stop = AtomicBool::new(true);
        let walk = Walk::new(&forest, |_| true, LIMITS, &stop);
        let mut seen = Seen::default();
        thread::scope(|scope| {
            scope.spawn(|| walk.work(&mut Seen::default()));
            walk.work(&mut seen);
        });
        assert_eq!(seen.contents, []);
    }
}
