//! Reading every object of a repository: `NOSPILL_BENCH_REPO=/path/to/repo.git cargo bench --bench pack`.
//!
//! Not criterion: one pass over a large repository takes seconds. Each line is the best of five passes.

#![allow(missing_docs, clippy::print_stderr)]

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::{Duration, Instant};

use nospill::source::pack::forest::Forest;
use nospill::source::pack::store::{ReadCache, Store};
use nospill::source::pack::walk::{Derived, Visitor, Walk};
use nospill::source::pack::{Kind, Limits, ObjectFormat, ReadError};

const LIMITS: Limits = Limits { max: 1 << 30, base_max: 1 << 30 };

#[derive(Default)]
struct Count {
    objects: u64,
    bytes: u64,
    copied: u64,
    failed: u64,
}

impl Visitor for Count {
    type State = ();

    fn visit(&mut self, _object: u32, content: &[u8], from: Option<Derived<'_, ()>>) {
        self.objects += 1;
        self.bytes += content.len() as u64;
        let ops = from.map_or(&[] as &[_], |from| from.ops);
        self.copied += ops.iter().filter(|op| op.copy_from.is_some()).map(|op| op.len as u64).sum::<u64>();
    }

    fn failed(&mut self, _object: u32, _why: ReadError) {
        self.failed += 1;
    }
}

fn best<T>(mut run: impl FnMut() -> T) -> (Duration, T) {
    let mut time = || {
        let start = Instant::now();
        let value = run();
        (start.elapsed(), value)
    };
    let mut best = time();
    for _ in 1..5 {
        let next = time();
        if next.0 < best.0 {
            best = next;
        }
    }
    best
}

fn walk(forest: &Forest, kind: Option<Kind>, threads: usize) -> Count {
    let stop = AtomicBool::new(false);
    let walk = Walk::new(forest, |k| kind.is_none_or(|kind| kind == k), LIMITS, &stop);
    let mut sum = Count::default();
    thread::scope(|scope| {
        let work = || {
            let mut count = Count::default();
            walk.work(&mut count);
            count
        };
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            let count = worker.join().expect("no panic");
            sum.objects += count.objects;
            sum.bytes += count.bytes;
            sum.copied += count.copied;
            sum.failed += count.failed;
        }
    });
    sum
}

fn main() {
    let Some(repo) = std::env::var_os("NOSPILL_BENCH_REPO").map(PathBuf::from) else {
        return eprintln!("NOSPILL_BENCH_REPO names no repository: nothing measured");
    };
    let open = || Store::open(&repo.join("objects"), ObjectFormat::Sha1, &[]);
    let (time, store) = best(open);
    eprintln!("open: {time:?}, {} packs, {} problems", store.packs().len(), store.problems().len());
    let (time, forest) = best(|| Forest::new(open()));
    eprintln!("open and forest: {time:?}, {} objects, {} unreadable", forest.len(), forest.unreadable().len());
    let kinds = [("blobs", Some(Kind::Blob)), ("trees", Some(Kind::Tree)), ("commits", Some(Kind::Commit)), ("all", None)];
    for (name, kind) in kinds {
        for threads in [1, 2] {
            let (time, count) = best(|| walk(&forest, kind, threads));
            let Count { objects, bytes, copied, failed } = count;
            eprintln!("{name}, {threads} threads: {time:?}, {objects} objects, {bytes} bytes, {copied} copied, {failed} failed");
        }
    }
    let some = (0..forest.len() as u32).step_by(97).filter(|&o| forest.kind(o) == Some(Kind::Tree));
    let some: Vec<_> = some.map(|o| forest.oid(o)).collect();
    let read = || {
        let mut cache = ReadCache::new(64 << 20);
        some.iter().filter(|oid| store.read(oid, LIMITS, &mut cache).is_ok()).count()
    };
    let (time, read) = best(read);
    eprintln!("trees read by name: {time:?}, {read} of {}", some.len());
}
