//! The reader of object stores, held to `git cat-file` on repositories made by real git.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::thread;

use nospill::source::pack::forest::Forest;
use nospill::source::pack::object;
use nospill::source::pack::store::{ReadCache, Store};
use nospill::source::pack::walk::{Derived, Visitor, Walk};
use nospill::source::pack::{Kind, Limits, ObjectFormat, ReadError};
use nospill::types::oid::Oid;

use crate::env::World;

const LIMITS: Limits = Limits { max: 1 << 26, base_max: 1 << 26 };

type Objects = BTreeMap<Oid, (Kind, Vec<u8>)>;

/// A repository with a history that makes deltas: files that grow, move and share lines.
fn history(init: &[&str], commits: usize) -> World {
    let world = World::with_init(init);
    let lines: Vec<String> = (0..400u64).map(|n| format!("line {n} {:x}\n", (n * 7_919_317) & 0xfff_ffff)).collect();
    for at in 0..commits {
        let mut text = lines.clone();
        text[at * 13 % 400] = format!("changed {at}\n");
        text.truncate(200 + at * 5 % 200);
        world.stage("src/long.txt", text.concat());
        world.stage(&format!("src/{at}/short.txt"), format!("{at}\n"));
        world.stage("empty", "");
        world.stage("binary", (0..60_000u32).map(|n| ((n * (at as u32 / 4 + 3)) >> 3) as u8).collect::<Vec<u8>>());
        world.commit();
        if at % 5 == 0 {
            world.git(&["tag", "-a", "-m", "a tag", &format!("v{at}")]);
        }
    }
    world
}

/// What git says all objects are.
fn oracle(world: &World, dir: &str) -> Objects {
    let mut command = world.command("git", dir);
    let output = command.args(["cat-file", "--batch-all-objects", "--batch"]).output().expect("git runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut rest = output.stdout.as_slice();
    let mut objects = Objects::new();
    while !rest.is_empty() {
        let line = rest.split(|&b| b == b'\n').next().expect("a line");
        let words: Vec<&[u8]> = line.split(|&b| b == b' ').collect();
        let size: usize = std::str::from_utf8(words[2]).expect("a number").parse().expect("a number");
        let start = line.len() + 1;
        let (oid, kind) = (Oid::from_hex(words[0]).expect("a name"), Kind::from_word(words[1]).expect("a kind"));
        objects.insert(oid, (kind, rest[start..start + size].to_vec()));
        rest = &rest[start + size + 1..];
    }
    objects
}

struct Collect<'f> {
    forest: &'f Forest,
    seen: Vec<(Oid, Kind, Vec<u8>)>,
    failed: Vec<(Oid, ReadError)>,
    derived: usize,
}

impl Visitor for Collect<'_> {
    /// The content itself, so that what is handed on can be held to what is handed in.
    type State = Vec<u8>;

    fn visit(&mut self, object: u32, content: &[u8], from: Option<Derived<'_, Vec<u8>>>) -> Vec<u8> {
        if let Some(from) = from {
            assert_eq!(from.base, from.base_content);
            let mut at = 0;
            for op in from.ops {
                assert_eq!(op.start, at);
                at += op.len;
                let copied = op.copy_from.map(|copied| &from.base_content[copied..copied + op.len]);
                assert!(copied.is_none_or(|copied| copied == &content[op.start..at]));
            }
            assert_eq!(at, content.len());
            self.derived += 1;
        }
        let kind = self.forest.kind(object).expect("a kind");
        self.seen.push((self.forest.oid(object), kind, content.to_vec()));
        content.to_vec()
    }

    fn failed(&mut self, object: u32, why: ReadError) {
        self.failed.push((self.forest.oid(object), why));
    }
}

struct Walked {
    objects: Objects,
    failed: BTreeMap<Oid, ReadError>,
    derived: usize,
}

fn walk(forest: &Forest, limits: Limits, threads: usize, kinds: fn(Kind) -> bool) -> Walked {
    let stop = AtomicBool::new(false);
    let walk = Walk::new(forest, kinds, limits, &stop);
    let mut all = Walked { objects: Objects::new(), failed: BTreeMap::new(), derived: 0 };
    thread::scope(|scope| {
        let work = || {
            let mut collect = Collect { forest, seen: Vec::new(), failed: Vec::new(), derived: 0 };
            walk.work(&mut collect);
            collect
        };
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            let collect = worker.join().expect("no panic");
            for (oid, kind, content) in collect.seen {
                assert!(all.objects.insert(oid, (kind, content)).is_none(), "{oid} was visited twice");
            }
            all.failed.extend(collect.failed);
            all.derived += collect.derived;
        }
    });
    assert_eq!(walk.progress().0 as usize, all.objects.len());
    all
}

fn open(objects: &Path, format: ObjectFormat) -> Store {
    Store::open(objects, format, &[])
}

/// Holds store, forest and walk to git; gives the forest and how many objects were made from a visited base.
fn check(world: &World, dir: &str, git_dir: &Path, format: ObjectFormat) -> (Forest, usize) {
    let expected = oracle(world, dir);
    let objects = git_dir.join("objects");
    let store = open(&objects, format);
    assert_eq!(store.problems(), []);
    let mut cache = ReadCache::new(1 << 20);
    for (oid, (kind, content)) in &expected {
        let read = store.read(oid, LIMITS, &mut cache);
        assert!(read.as_ref().is_ok_and(|read| read.0 == *kind && read.1 == *content), "{oid}: {:?}", read.map(|r| r.0));
    }
    let forest = Forest::new(store);
    assert_eq!((forest.problems(), forest.unreadable()), ([].as_slice(), [].as_slice()));
    for object in 0..forest.len() as u32 {
        let oid = forest.oid(object);
        let first = forest.find(oid.as_bytes()).expect("it is there");
        assert_eq!(forest.is_duplicate(object), first != object, "{oid}");
        assert_eq!(forest.kind(object), Some(expected[&oid].0), "{oid}");
    }
    let mut derived = 0;
    for threads in [1, 4] {
        let walked = walk(&forest, LIMITS, threads, |_| true);
        assert!(walked.failed.is_empty());
        assert!(walked.objects == expected, "{} of {}", walked.objects.len(), expected.len());
        derived = walked.derived;
    }
    (forest, derived)
}

fn git_dir(world: &World) -> PathBuf {
    world.path().join(".git")
}

#[test]
fn loose_objects_and_packs_of_every_shape() {
    let world = history(&[], 30);
    check(&world, "repo", &git_dir(&world), ObjectFormat::Sha1);
    let shapes: [&[&str]; 5] = [
        &["repack", "-adfq", "--depth=50", "--window=20"],
        &["repack", "-adfq", "--depth=4000", "--window=5"],
        &["repack", "-adfq", "--depth=0"],
        &["-c", "pack.indexVersion=1", "repack", "-adfq"],
        &["-c", "repack.useDeltaBaseOffset=false", "repack", "-adfq"],
    ];
    for shape in shapes {
        world.git(shape);
        let (forest, derived) = check(&world, "repo", &git_dir(&world), ObjectFormat::Sha1);
        assert_eq!(forest.store().packs().len(), 1);
        assert_eq!(derived > 50, shape[2] != "--depth=0", "{shape:?}: {derived}");
    }
}

#[test]
fn names_of_32_bytes() {
    let world = history(&["--object-format=sha256"], 12);
    check(&world, "repo", &git_dir(&world), ObjectFormat::Sha256);
    world.git(&["-c", "repack.useDeltaBaseOffset=false", "repack", "-adfq"]);
    check(&world, "repo", &git_dir(&world), ObjectFormat::Sha256);
}

#[test]
fn several_packs_duplicates_and_marks() {
    let world = history(&[], 10);
    world.git(&["repack", "-adfq"]);
    let pack = open(&git_dir(&world).join("objects"), ObjectFormat::Sha1).packs()[0].path().to_owned();
    fs::write(pack.with_extension("keep"), "").expect("a file");
    for at in 0..5 {
        world.stage("src/long.txt", format!("{at}\n").repeat(300));
        world.commit();
        if at % 2 == 0 {
            world.git(&["repack", "-dq"]);
        }
    }
    // A second pack with everything, beside the kept one.
    world.git(&["repack", "-aq", "--pack-kept-objects"]);
    let (forest, _) = check(&world, "repo", &git_dir(&world), ObjectFormat::Sha1);
    let packs = forest.store().packs();
    assert!(packs.len() > 2 && packs.iter().filter(|p| p.marks().kept).count() == 1);
    assert!((0..forest.len() as u32).filter(|&o| forest.is_duplicate(o)).count() > 50);
    world.git(&["reset", "-q", "--hard", "HEAD~3"]);
    world.git(&["reflog", "expire", "--expire=now", "--all"]);
    fs::remove_file(pack.with_extension("keep")).expect("the mark");
    world.git(&["repack", "-q", "--cruft", "-d"]);
    let (forest, _) = check(&world, "repo", &git_dir(&world), ObjectFormat::Sha1);
    assert_eq!(forest.store().packs().iter().filter(|p| p.marks().cruft).count(), 1);
}

#[test]
fn a_multi_pack_index_stands_in() {
    let world = history(&[], 8);
    world.git(&["repack", "-adq"]);
    world.git(&["multi-pack-index", "write"]);
    let objects = git_dir(&world).join("objects");
    let expected = oracle(&world, "repo");
    let pack = open(&objects, ObjectFormat::Sha1).packs()[0].path().to_owned();
    fs::remove_file(pack.with_extension("idx")).expect("the index");
    let store = open(&objects, ObjectFormat::Sha1);
    assert_eq!(store.problems(), []);
    assert!(walk(&Forest::new(store), LIMITS, 2, |_| true).objects == expected);
    fs::remove_file(pack.with_file_name("multi-pack-index")).expect("the index");
    assert_eq!(open(&objects, ObjectFormat::Sha1).problems().len(), 1);
}

#[test]
fn alternates_and_quarantine() {
    let world = history(&[], 6);
    world.git(&["repack", "-adq"]);
    world.git(&["clone", "-q", "--shared", ".", "../clone"]);
    fs::write(world.at("clone/new.txt"), "new\n").expect("a file");
    for args in [&["add", "new.txt"][..], &["commit", "-qm", "new"]] {
        assert!(world.command("git", "clone").args(args).status().expect("git runs").success());
    }
    let (forest, _) = check(&world, "clone", &world.at("clone/.git"), ObjectFormat::Sha1);
    assert_eq!(forest.store().folders().len(), 2);
    let (inner, outer) = (world.at("quarantine"), git_dir(&world).join("objects"));
    fs::create_dir(&inner).expect("a folder");
    let head = Oid::from_hex(world.git(&["rev-parse", "HEAD"]).trim().as_bytes()).expect("a name");
    assert!(!open(&inner, ObjectFormat::Sha1).contains(&head));
    assert!(Store::open(&inner, ObjectFormat::Sha1, &[outer]).contains(&head));
}

#[test]
fn commits_trees_and_tags_are_read() {
    let world = history(&[], 6);
    world.git(&["repack", "-adq"]);
    let forest = Forest::new(open(&git_dir(&world).join("objects"), ObjectFormat::Sha1));
    let all = walk(&forest, LIMITS, 1, |_| true).objects;
    for (oid, (kind, content)) in &all {
        match kind {
            Kind::Commit => {
                let commit = object::Commit::parse(content).expect("a commit");
                assert!(all.contains_key(&commit.tree) && commit.parents().all(|parent| all.contains_key(&parent)));
                assert_eq!((commit.author.email, commit.message), (b"ada@example.org".as_slice(), b"change\n".as_slice()));
            }
            Kind::Tag => assert!(all.contains_key(&object::Tag::parse(content).expect("a tag").object)),
            Kind::Tree => {
                let entries: Vec<_> = object::tree(content, ObjectFormat::Sha1).map(|e| e.expect("an entry")).collect();
                let text: String =
                    entries.iter().map(|e| format!("{:06o} {}\n", e.mode, String::from_utf8_lossy(e.name))).collect();
                let listed = world.git(&["ls-tree", "--format=%(objectmode) %(path)", &oid.to_string()]);
                assert_eq!(text, listed);
            }
            Kind::Blob => {}
        }
    }
    let blobs = walk(&forest, LIMITS, 3, |kind| kind == Kind::Blob).objects;
    assert_eq!(blobs.len(), all.values().filter(|(kind, _)| *kind == Kind::Blob).count());
}

#[test]
fn what_is_too_large_is_said() {
    let world = history(&[], 12);
    world.git(&["repack", "-adfq"]);
    let expected = oracle(&world, "repo");
    let forest = Forest::new(open(&git_dir(&world).join("objects"), ObjectFormat::Sha1));
    for (max, base_max) in [(7000, 1 << 20), (7000, 7000), (0, 0)] {
        let walked = walk(&forest, Limits { max, base_max }, 2, |_| true);
        assert_eq!(walked.objects.len() + walked.failed.len(), expected.len(), "{max} {base_max}");
        for (oid, why) in &walked.failed {
            let size = expected[oid].1.len() as u64;
            match why {
                ReadError::TooLarge { size: told } => assert!(*told == size && size > max),
                ReadError::BaseTooLarge { size: told } => assert!(*told > base_max && base_max < 1 << 20),
                other => panic!("{oid}: {other}"),
            }
        }
        let mut cache = ReadCache::new(1 << 20);
        for (oid, (_, content)) in &expected {
            let read = forest.store().read(oid, Limits { max, base_max }, &mut cache);
            assert_eq!(read.is_ok(), walked.objects.contains_key(oid), "{oid} {} {:?}", content.len(), read.map(|r| r.0));
        }
    }
}

/// The deepest chain that `git fast-import` makes.
#[test]
fn a_chain_without_end() {
    use std::io::Write as _;
    let world = World::new();
    let mut text = String::from("#!/bin/sh\n");
    text.push_str(&"0123456789 some text that stays\n".repeat(20));
    let mut input = String::new();
    for at in 0..8192 {
        let body = format!("{text}{at}\n");
        input.push_str(&format!("blob\ndata {}\n{body}\n", body.len()));
    }
    let mut command = world.command("git", "repo");
    command.args(["-c", "fastimport.unpackLimit=1", "fast-import", "--quiet", "--depth=8191"]);
    let mut child = command.stdin(std::process::Stdio::piped()).spawn().expect("git runs");
    child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("a pipe");
    assert!(child.wait().expect("it ends").success());
    let objects = git_dir(&world).join("objects");
    let forest = Forest::new(open(&objects, ObjectFormat::Sha1));
    assert_eq!(forest.len(), 8192);
    let deepest = (0..forest.len() as u32).find(|&o| forest.children(o).is_empty()).expect("a leaf");
    assert_eq!(std::iter::successors(Some(deepest), |&o| forest.parent(o)).count(), 8192);
    assert_eq!(walk(&forest, LIMITS, 3, |_| true).objects.len(), 8192);
    let read = forest.store().read(&forest.oid(deepest), LIMITS, &mut ReadCache::new(1 << 16)).expect("an object");
    assert!(read.1.starts_with(text.as_bytes()));
}

/// Random damage: everything is visited, said to be unreadable, or a problem of the store.
#[test]
fn damage_never_panics() {
    let world = history(&[], 6);
    world.git(&["-c", "repack.useDeltaBaseOffset=false", "repack", "-adfq"]);
    world.git(&["tag", "-am", "loose", "late"]);
    let objects = git_dir(&world).join("objects");
    let expected = oracle(&world, "repo");
    let store = open(&objects, ObjectFormat::Sha1);
    let pack = store.packs()[0].path().to_owned();
    let files = [pack.clone(), pack.with_extension("idx"), store.loose(0).1];
    let mut random = numbers();
    for round in 0..300 {
        let path = &files[round % files.len()];
        let whole = damage(path, round % 10 > 7, &mut random);
        let forest = Forest::new(open(&objects, ObjectFormat::Sha1));
        let walked = walk(&forest, LIMITS, 2, |_| true);
        let told = walked.objects.len() + walked.failed.len() + forest.unreadable().len();
        assert!(told >= expected.len() || !forest.problems().is_empty(), "{round}: {told} of {}", expected.len());
        let mut cache = ReadCache::new(1 << 20);
        for oid in expected.keys() {
            if let Err(why) = forest.store().read(oid, LIMITS, &mut cache) {
                assert!(!why.to_string().is_empty());
            }
        }
        fs::write(path, &whole).expect("a file");
    }
}

#[test]
fn a_damaged_multi_pack_index_never_panics() {
    let world = history(&[], 3);
    world.git(&["repack", "-adq"]);
    world.git(&["multi-pack-index", "write"]);
    let objects = git_dir(&world).join("objects");
    let pack = open(&objects, ObjectFormat::Sha1).packs()[0].path().to_owned();
    let count = open(&objects, ObjectFormat::Sha1).packs()[0].index().len();
    fs::remove_file(pack.with_extension("idx")).expect("the index");
    let path = pack.with_file_name("multi-pack-index");
    let mut random = numbers();
    for round in 0..300 {
        let whole = damage(&path, round % 10 > 7, &mut random);
        let forest = Forest::new(open(&objects, ObjectFormat::Sha1));
        assert!(forest.len() == count || !forest.problems().is_empty(), "{round}: {}", forest.len());
        walk(&forest, LIMITS, 1, |kind| kind == Kind::Commit);
        fs::write(&path, &whole).expect("a file");
    }
}

/// Random numbers below a bound, the same in each run.
fn numbers() -> impl FnMut(usize) -> usize {
    let mut seed = 7u64;
    move |below| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    }
}

/// Changes up to three bytes of a file, and cuts it off on demand; gives what it was.
fn damage(path: &Path, cut: bool, random: &mut impl FnMut(usize) -> usize) -> Vec<u8> {
    let whole = fs::read(path).expect("a file");
    let mut broken = whole.clone();
    for _ in 0..=random(3) {
        let at = random(broken.len());
        broken[at] = random(256) as u8;
    }
    if cut {
        broken.truncate(random(whole.len()));
    }
    // A file that is mapped keeps its bytes when another takes its name.
    fs::remove_file(path).expect("a file");
    fs::write(path, &broken).expect("a file");
    whole
}
