//! Repositories that mean harm: each is built, scanned through the binary within bounds of time and memory, and ends as
//! its row says. SECURITY.md holds the same table; a test holds the two together.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::Command;

use crate::env::{Ran, World, text, token};
use crate::forge::{Pack, bomb, bytes, copy, deflated, delta, hex, name};

/// Seconds that a run may take, in a debug build on a busy machine.
const SECONDS: &str = "60";
/// KiB of address space that a run may take.
const KIB: u32 = 3 << 20;

/// How nospill is called, how it ends, and what it says.
struct Case {
    what: &'static str,
    build: fn(&World),
    args: &'static str,
    exit: i32,
    says: &'static str,
}

const CASES: &[Case] = &[
    case("pack cut off in the middle", cut_pack, "history", 3, "the index was made for another pack"),
    case("pack with a byte of each 50 changed", spoilt_pack, "history", 3, "it is corrupt"),
    case("pack index cut off", cut_index, "history", 3, "the index is cut off"),
    case("pack index whose fan-out falls", falling_fanout, "history", 3, "the index"),
    case("pack index without its pack", lonely_index, "history", 3, "an index without its pack"),
    case("pack without an index", lonely_pack, "history", 3, "a pack without an index"),
    case("multi-pack index cut off", cut_multi_index, "history", 3, "the multi-pack-index is cut off"),
    case("delta of a base of another size", delta_of_other, "history", 3, "a delta belongs to another base"),
    case("delta that claims 4 EiB", delta_of_exbibytes, "history", 3, "it is too large"),
    case("delta that copies from outside its base", delta_outside, "history", 3, "a delta copies from outside its base"),
    case("delta of itself", delta_of_itself, "history", 3, "its bases go round in a circle"),
    case("deltas in a circle", delta_circle, "history", 3, "its bases go round in a circle"),
    case("deltas in a circle, by range", delta_circle, "history HEAD", 3, "its bases go round in a circle"),
    case("delta of a missing object", delta_of_missing, "history", 3, "it is stored as a delta of a missing object"),
    case("chain of 10,000 deltas, a secret at its end", long_chain, "history", 1, "github-pat"),
    case("deltas that grow 16-fold, 12 times", growing_deltas, "history --max-size 1", 3, "too large"),
    case("entry that claims 2.1 GiB", big_entry, "history", 3, "it is too large (225485"),
    case("entry that claims 100 bytes and inflates to 2.1 GiB", lying_entry, "history", 3, "its data have another size"),
    case("loose object of 2.1 GiB in 14 MB", loose_bomb, "history", 3, "it is too large"),
    case("tree of 2.1 GiB", tree_bomb, "history", 3, "it is too large"),
    case("loose object that is a pipe", loose_pipe, "history", 3, "it is no file"),
    case("pack that is a pipe", pack_pipe, "history", 3, "not a file"),
    case("loose object that is a link to /dev/zero", loose_device, "history", 3, "it is no file"),
    case("tree with .., .git, absolute and broken names, a name twice", odd_names, "history", 1, "../../escape"),
    case("tree with an empty name", empty_name, "history", 1, "github-pat"),
    case("tree that is a blob", tree_is_blob, "history", 3, "is missing"),
    case("tree that holds itself over and over", git_bomb, "history", 1, "trees that hold themselves over and over"),
    case("commit without a committer", broken_commit, "history", 3, "a line of its head is missing"),
    case("commits in a circle", commit_circle, "history", 1, "github-pat"),
    case("80 tags of tags, a secret below", deep_tags, "history", 1, "github-pat"),
    case("tags in a circle", tag_circle, "history", 3, "is missing"),
    case("alternates that loop", looping_alternates, "history", 0, ""),
    case("alternates that lead nowhere", lost_alternates, "history", 3, "No such file"),
    case("ref to a missing object", lost_ref, "history", 3, "is missing"),
    case("ref that is no object name", garbage_ref, "history", 3, "ignoring broken ref"),
    case("HEAD at a missing commit", lost_head, "history", 3, "HEAD can't be resolved"),
    case("HEAD that is garbage", garbage_head, "history", 2, "no .git here"),
    case("replace ref that hides a commit", replaced, "history HEAD~1..HEAD", 1, "github-pat"),
    case("graft that hides a commit", grafted, "history root..HEAD", 1, "github-pat"),
    case("shallow file that hides a commit", shallow, "history", 3, "a shallow clone"),
    case("configuration that is garbage", garbage_config, "history", 2, "bad config"),
    case("configuration that includes itself", own_include, "history", 2, "maximum include depth"),
    case("common folder that is not there", lost_common, "history", 2, "run that command"),
    case("ref that is a link to itself", own_ref, "history", 3, "HEAD can't be resolved"),
    case("HEAD that leads out of the refs", outer_head, "history", 1, "github-pat"),
    case("configuration that is garbage, staged", garbage_config, "staged", 2, "config"),
    case("links out of the tree", links_out, "dir .", 0, ""),
    case("link out of the tree, staged", links_out, "staged", 0, ""),
    case("folder that links to itself", link_loop, "dir .", 0, ""),
    case("pipe among the files", file_pipe, "dir .", 0, "neither a file nor a folder"),
    case("line of 2 MB full of a keyword", keywords_on_a_line, "dir .", 0, ""),
    case("line of 2 MB full of a keyword, staged", keywords_on_a_line, "staged", 0, ""),
    case("line of 2 MB full of assignments, staged", assignments_on_a_line, "staged", 0, ""),
    case("4,000 keys that require another beside them", pairs_of_keys, "dir .", 1, "aws-secret-key-near-id"),
    case("staged object that is missing", lost_staged, "staged", 3, "can't be read"),
    case("staged object that is corrupt", corrupt_staged, "staged", 3, "can't be read"),
    case("index cut off", cut_git_index, "staged", 2, "index"),
    case("index that claims 4 billion entries", huge_git_index, "staged", 2, "index"),
    case("index that is garbage", garbage_git_index, "staged", 2, "index"),
    case("HEAD whose tree is missing", lost_head_tree, "staged", 2, "not found"),
    case("commit-graph that hides a commit", lying_graph, "history root..HEAD", 1, "github-pat"),
    case("index that names what is outside of the work tree", outer_entry, "dir .", 3, "not of its work tree"),
    case("index that names what is behind a link", linked_entry, "dir .", 0, ""),
    case("index that names 20,000 folders in one another", deep_entry, "staged", 1, "github-pat"),
    case(".git that names no folder", garbage_git, "dir .", 3, ".git names no folder"),
];

const fn case(what: &'static str, build: fn(&World), args: &'static str, exit: i32, says: &'static str) -> Case {
    Case { what, build, args, exit, says }
}

/// Runs nospill within bounds of time and memory.
pub(crate) fn bounded(world: &World, args: &[&str], set: &[(&str, &str)]) -> Ran {
    let mut command = world.command("sh", "repo");
    let script = format!("ulimit -v {KIB}; exec timeout -s KILL {SECONDS} \"$0\" \"$@\"");
    command.args(["-c", &script, env!("CARGO_BIN_EXE_nospill")]).args(args).envs(set.iter().copied());
    command.output().expect("sh runs").into()
}

/// Everything below a folder, with its bytes.
fn snapshot(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            let meta = fs::symlink_metadata(&entry).expect("it is there");
            if meta.is_dir() {
                folders.push(entry);
            } else {
                let small = meta.is_file() && meta.len() < 1 << 20;
                let content = if small { fs::read(&entry).expect("a file") } else { meta.len().to_string().into() };
                all.push((entry.display().to_string(), content));
            }
        }
    }
    all.sort();
    all
}

#[test]
fn every_case_ends_as_its_row_says() {
    let mut wrong = Vec::new();
    for case in CASES {
        let world = World::new();
        (case.build)(&world);
        let before = snapshot(&world.at(""));
        let ran = bounded(&world, &case.args.split(' ').collect::<Vec<_>>(), &[]);
        if ran.code != case.exit || !(ran.out.contains(case.says) || ran.err.contains(case.says)) {
            wrong.push(format!("{} ({}): {}", case.what, case.args, ran.whole()));
        }
        if snapshot(&world.at("")) != before {
            wrong.push(format!("{}: something was written", case.what));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n=====\n"));
}

/// A history that is packed, with the pack's path without its ending.
fn packed(world: &World) -> std::path::PathBuf {
    for at in 0..6 {
        world.stage("long.txt", (0..200).map(|n| format!("{n} {}\n", n * at)).collect::<String>());
        world.commit();
    }
    world.git(&["repack", "-adfq"]);
    let pack = files(&world.path().join(".git/objects/pack"));
    writable(pack.into_iter().find(|path| path.extension().is_some_and(|e| e == "pack")).expect("a pack"))
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect()
}

fn writable(path: std::path::PathBuf) -> std::path::PathBuf {
    for path in [path.clone(), path.with_extension("idx")] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o644)).expect("it is ours");
    }
    path
}

fn change(path: &Path, how: impl FnOnce(&mut Vec<u8>)) {
    let mut content = fs::read(path).expect("a file");
    how(&mut content);
    fs::write(path, content).expect("a file");
}

fn cut(path: &Path) {
    change(path, |content| content.truncate(content.len() / 2));
}

fn cut_pack(world: &World) {
    cut(&packed(world));
}

fn spoilt_pack(world: &World) {
    change(&packed(world), |content| {
        let end = content.len() - 20;
        content[12..end].iter_mut().step_by(50).for_each(|byte| *byte ^= 0x55);
    });
}

fn cut_index(world: &World) {
    cut(&packed(world).with_extension("idx"));
}

fn falling_fanout(world: &World) {
    change(&packed(world).with_extension("idx"), |content| content[8..12].fill(0x7f));
}

fn lonely_index(world: &World) {
    fs::remove_file(packed(world)).expect("a file");
}

fn lonely_pack(world: &World) {
    fs::remove_file(packed(world).with_extension("idx")).expect("a file");
}

fn cut_multi_index(world: &World) {
    let pack = packed(world);
    world.git(&["multi-pack-index", "write"]);
    fs::remove_file(pack.with_extension("idx")).expect("a file");
    let path = pack.with_file_name("multi-pack-index");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("it is ours");
    cut(&path);
}

/// A repository whose one file is object 1 of a forged pack.
fn forged(world: &World, fill: impl FnOnce(&mut Pack)) {
    let mut pack = Pack::default();
    fill(&mut pack);
    pack.write(world);
    world.main_has(&name(1));
}

const BLOB: u8 = 3;

fn delta_of_other(world: &World) {
    forged(world, |pack| {
        let base = pack.next();
        pack.whole(name(2), BLOB, b"twelve bytes");
        pack.ofs(name(1), base, &delta(13, 12, &copy(0, 12)));
    });
}

fn delta_of_exbibytes(world: &World) {
    forged(world, |pack| {
        let base = pack.next();
        pack.whole(name(2), BLOB, b"twelve bytes");
        pack.ofs(name(1), base, &delta(12, 1 << 62, &copy(0, 12)));
    });
}

fn delta_outside(world: &World) {
    forged(world, |pack| {
        let base = pack.next();
        pack.whole(name(2), BLOB, b"twelve bytes");
        pack.ofs(name(1), base, &delta(12, 12, &copy(7, 12)));
    });
}

fn delta_of_itself(world: &World) {
    forged(world, |pack| pack.of(name(1), name(1), &delta(12, 12, &copy(0, 12))));
}

fn delta_circle(world: &World) {
    forged(world, |pack| {
        for at in 1..4 {
            pack.of(name(at), name(at % 3 + 1), &delta(12, 12, &copy(0, 12)));
        }
    });
}

fn delta_of_missing(world: &World) {
    forged(world, |pack| pack.of(name(1), name(77), &delta(12, 12, &copy(0, 12))));
}

fn long_chain(world: &World) {
    forged(world, |pack| {
        const LINKS: u32 = 10_000;
        let line = token(1);
        let mut base = pack.next();
        pack.whole(name(LINKS), BLOB, line.as_bytes());
        for at in (1..LINKS).rev() {
            let next = pack.next();
            pack.ofs(name(at), base, &delta(line.len() as u64, line.len() as u64, &copy(0, line.len() as u32)));
            base = next;
        }
    });
}

fn growing_deltas(world: &World) {
    forged(world, |pack| {
        let mut base = pack.next();
        let mut size = 16u64;
        pack.whole(name(20), BLOB, &[b'a'; 16]);
        for at in (1..13).rev() {
            let next = pack.next();
            let part = size.min(0xff_ffff);
            let copies = copy(0, part as u32).repeat((size * 16 / part) as usize);
            pack.ofs(name(at), base, &delta(size, size * 16 / part * part, &copies));
            (base, size) = (next, size * 16 / part * part);
        }
    });
}

pub(crate) const BIG: u64 = 2_254_857_830;

fn big_entry(world: &World) {
    forged(world, |pack| {
        let (stream, size) = bomb(b"", BIG);
        pack.raw(name(1), BLOB, size, &stream);
    });
}

fn lying_entry(world: &World) {
    forged(world, |pack| pack.raw(name(1), BLOB, 100, &bomb(b"", BIG).0));
}

pub(crate) fn loose_path(world: &World, name: &[u8]) -> std::path::PathBuf {
    let text = hex(name);
    let folder = world.path().join(".git/objects").join(&text[..2]);
    fs::create_dir_all(&folder).expect("a folder");
    folder.join(&text[2..])
}

fn loose_bomb(world: &World) {
    let head = format!("blob {BIG}\0");
    fs::write(loose_path(world, &name(1)), bomb(head.as_bytes(), BIG).0).expect("a file");
    world.main_has(&name(1));
}

fn tree_bomb(world: &World) {
    let mut pack = Pack::default();
    let (stream, size) = bomb(b"", BIG);
    pack.raw(name(1), 2, size, &stream);
    pack.write(world);
    let tree = world.tree(&[("40000", b"folder", &name(1))]);
    world.main_is(&tree);
}

pub(crate) fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().expect("mkfifo runs").success());
}

fn loose_pipe(world: &World) {
    pipe(&loose_path(world, &name(1)));
    world.main_has(&name(1));
}

fn pack_pipe(world: &World) {
    world.stage("a", "a\n");
    world.commit();
    let folder = world.path().join(".git/objects/pack");
    pipe(&folder.join("pack-x.pack"));
    pipe(&folder.join("pack-x.idx"));
}

fn loose_device(world: &World) {
    symlink("/dev/zero", loose_path(world, &name(1))).expect("a link");
    world.main_has(&name(1));
}

fn secret(world: &World) -> Vec<u8> {
    bytes(&world.object("blob", token(1).as_bytes()))
}

fn odd_names(world: &World) {
    let secret = secret(world);
    let above = bytes(&world.tree(&[("40000", b"..", &bytes(&world.tree(&[("100644", b"escape", &secret)])))]));
    let tree = world.tree(&[
        ("40000", b"..", &above),
        ("100644", b"..", &secret),
        ("100644", b".git", &secret),
        ("100644", b"/etc/passwd", &secret),
        ("100644", b"a\xff\x1b[31m\n", &secret),
        ("100644", b"twice", &secret),
        ("100644", b"twice", &bytes(&world.object("blob", token(2).as_bytes()))),
    ]);
    world.main_is(&tree);
}

fn empty_name(world: &World) {
    let secret = secret(world);
    let tree = world.tree(&[("100644", b"", &secret)]);
    world.main_is(&tree);
}

fn tree_is_blob(world: &World) {
    let blob = world.object("blob", token(1).as_bytes());
    world.main_is(&blob);
}

fn git_bomb(world: &World) {
    let mut tree = world.tree(&[("100644", b"file", &secret(world))]);
    for _ in 0..12 {
        let inner = bytes(&tree);
        let names: Vec<Vec<u8>> = (0..10).map(|at| format!("d{at}").into_bytes()).collect();
        tree = world.tree(&names.iter().map(|name| ("40000", name.as_slice(), inner.as_slice())).collect::<Vec<_>>());
    }
    world.main_is(&tree);
}

fn set_main(world: &World, to: &str) {
    fs::write(world.path().join(".git/refs/heads/main"), format!("{to}\n")).expect("a ref");
}

const WHO: &str = "Ada <ada@example.org> 1700000000 +0000";

fn broken_commit(world: &World) {
    let tree = world.tree(&[("100644", b"file", &secret(world))]);
    let commit = world.object("commit", format!("tree {tree}\nauthor {WHO}\n\nchange\n").as_bytes());
    set_main(world, &commit);
}

fn commit_circle(world: &World) {
    let tree = world.tree(&[("100644", b"file", &secret(world))]);
    let mut pack = Pack::default();
    for at in 1..4u32 {
        let parent = hex(&name(at % 3 + 1));
        let text = format!("tree {tree}\nparent {parent}\nauthor {WHO}\ncommitter {WHO}\n\nchange\n");
        pack.whole(name(at), 1, text.as_bytes());
    }
    pack.write(world);
    let top = format!("tree {tree}\nparent {}\nauthor {WHO}\ncommitter {WHO}\n\nchange\n", hex(&name(1)));
    let top = world.object("commit", top.as_bytes());
    set_main(world, &top);
}

fn deep_tags(world: &World) {
    let tree = world.tree(&[("100644", b"file", &secret(world))]);
    let mut target = world.main_is(&tree);
    fs::remove_file(world.path().join(".git/refs/heads/main")).expect("a ref");
    let mut kind = "commit";
    for at in 0..80 {
        target = world.object("tag", format!("object {target}\ntype {kind}\ntag t{at}\ntagger {WHO}\n\ntag\n").as_bytes());
        kind = "tag";
    }
    fs::write(world.path().join(".git/refs/tags/t"), target).expect("a ref");
}

fn tag_circle(world: &World) {
    let mut pack = Pack::default();
    for at in 1..3u32 {
        let text = format!("object {}\ntype tag\ntag t{at}\ntagger {WHO}\n\ntag\n", hex(&name(3 - at)));
        pack.whole(name(at), 4, text.as_bytes());
    }
    pack.write(world);
    fs::write(world.path().join(".git/refs/tags/t"), hex(&name(1))).expect("a ref");
}

fn clean(world: &World) {
    world.stage("file", "nothing\n");
    world.commit();
}

fn looping_alternates(world: &World) {
    clean(world);
    world.git(&["clone", "-q", "--bare", ".", "../other"]);
    let info = |folder: &str| world.at(folder).join("objects/info/alternates");
    fs::write(info("repo/.git"), format!("{}\n../objects\n", world.at("other/objects").display())).expect("a file");
    fs::write(info("other"), format!("{}\n", world.at("repo/.git/objects").display())).expect("a file");
}

fn lost_alternates(world: &World) {
    clean(world);
    fs::write(world.path().join(".git/objects/info/alternates"), "/nowhere/objects\n").expect("a file");
}

fn lost_ref(world: &World) {
    clean(world);
    fs::write(world.path().join(".git/refs/heads/lost"), hex(&name(9))).expect("a ref");
}

fn garbage_ref(world: &World) {
    clean(world);
    fs::write(world.path().join(".git/refs/heads/garbage"), "not a name\n").expect("a ref");
}

fn lost_head(world: &World) {
    clean(world);
    fs::write(world.path().join(".git/HEAD"), hex(&name(9))).expect("a ref");
}

fn garbage_head(world: &World) {
    clean(world);
    fs::write(world.path().join(".git/HEAD"), "garbage\n").expect("a ref");
}

fn with_secret_between(world: &World) {
    clean(world);
    world.stage("secret", token(1));
    world.commit();
    world.git(&["rm", "-q", "secret"]);
    world.commit();
}

fn replaced(world: &World) {
    clean(world);
    world.stage("secret", token(1));
    world.commit();
    let harmless = world.git(&["commit-tree", "-m", "harmless", "-p", "HEAD~1", "HEAD~1^{tree}"]);
    world.git(&["replace", "HEAD", harmless.trim()]);
}

fn grafted(world: &World) {
    with_secret_between(world);
    let [head, root] = ["HEAD", "HEAD~2"].map(|revision| world.git(&["rev-parse", revision]).trim().to_owned());
    fs::write(world.path().join(".git/info/grafts"), format!("{head} {root}\n")).expect("a file");
    // HEAD~2 is by now what git makes of the graft; the range is named by a tag.
    world.git(&["tag", "-f", "root", &root]);
}

fn shallow(world: &World) {
    with_secret_between(world);
    fs::write(world.path().join(".git/shallow"), world.git(&["rev-parse", "HEAD"])).expect("a file");
}

fn leaked(world: &World) {
    world.stage("file.py", token(1));
    world.commit();
}

fn own_include(world: &World) {
    leaked(world);
    world.git(&["config", "include.path", "config"]);
}

fn lost_common(world: &World) {
    leaked(world);
    fs::write(world.path().join(".git/commondir"), ".git/x\n").expect("a file");
}

fn own_ref(world: &World) {
    leaked(world);
    fs::write(world.path().join(".git/refs/heads/main"), "ref: refs/heads/main\n").expect("a ref");
}

fn outer_head(world: &World) {
    leaked(world);
    fs::write(world.path().join(".git/HEAD"), "ref: refs/../../../../etc/passwd\n").expect("a ref");
}

fn garbage_config(world: &World) {
    clean(world);
    fs::write(world.path().join(".git/config"), "[core\n\0garbage").expect("a file");
}

fn links_out(world: &World) {
    fs::write(world.at("outside"), token(1)).expect("a file");
    symlink("../outside", world.path().join("link")).expect("a link");
    symlink(world.at("home"), world.path().join("folder")).expect("a link");
    fs::write(world.at("home/file"), token(2)).expect("a file");
    world.git(&["add", "link", "folder"]);
}

fn link_loop(world: &World) {
    world.write("file", "nothing\n");
    symlink(".", world.path().join("loop")).expect("a link");
}

/// Each is a candidate, and none has the line's end near.
fn keywords_on_a_line(world: &World) {
    world.stage("a", ["AK", "IA"].concat().repeat(1 << 19));
}

fn assignments_on_a_line(world: &World) {
    world.stage("a", "pwd=".repeat(1 << 19));
}

fn pairs_of_keys(world: &World) {
    let pair = |seed| text("s3.key={join:AK:IA}{base32:16}\ns3.secret={b64:40}\n", seed);
    world.write("file", (0..4000).map(pair).collect::<String>());
}

fn file_pipe(world: &World) {
    world.write("file", "nothing\n");
    pipe(&world.path().join("pipe"));
}

fn lost_staged(world: &World) {
    clean(world);
    world.git(&["update-index", "--add", "--cacheinfo", &format!("100644,{},lost", hex(&name(5)))]);
}

fn corrupt_staged(world: &World) {
    clean(world);
    fs::write(loose_path(world, &name(5)), &deflated(b"blob 1000\0short")[..12]).expect("a file");
    world.git(&["update-index", "--add", "--cacheinfo", &format!("100644,{},lost", hex(&name(5)))]);
}

fn git_index(world: &World) -> std::path::PathBuf {
    clean(world);
    world.stage("other", token(1));
    world.path().join(".git/index")
}

fn cut_git_index(world: &World) {
    cut(&git_index(world));
}

fn huge_git_index(world: &World) {
    change(&git_index(world), |content| content[8..12].fill(0xff));
}

fn garbage_git_index(world: &World) {
    fs::write(git_index(world), "garbage").expect("a file");
}

fn lost_head_tree(world: &World) {
    world.stage("file", token(1));
    world.main_is(&hex(&name(4)));
}

/// The commit-graph says that the last commit's parent is the first one.
fn lying_graph(world: &World) {
    with_secret_between(world);
    world.git(&["tag", "root", "HEAD~2"]);
    world.git(&["commit-graph", "write", "--reachable"]);
    let [head, root] = ["HEAD", "root"].map(|revision| bytes(world.git(&["rev-parse", revision]).trim()));
    let path = world.path().join(".git/objects/info/commit-graph");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("it is ours");
    change(&path, |graph| {
        // Behind 8 bytes: for each chunk its name and place, then the end. Of each commit, in the order of names: its tree,
        // the places of two parents, its time.
        let chunk = |name: &[u8]| {
            let entry = graph[8..].chunks(12).find(|entry| entry.starts_with(name)).expect("a chunk");
            u64::from_be_bytes(entry[4..].try_into().expect("8 bytes")) as usize
        };
        let (names, data) = (chunk(b"OIDL"), chunk(b"CDAT"));
        let place = |name: &[u8]| graph[names..data].chunks(20).position(|other| other == name).expect("a commit");
        let (at, parent) = (data + 36 * place(&head) + 20, place(&root) as u32);
        graph[at..at + 4].copy_from_slice(&parent.to_be_bytes());
    });
}

/// The index names `new` where it named `old`, which is as long.
fn renamed(world: &World, old: &str, new: &str) {
    world.stage(old, "nothing\n");
    change(&world.path().join(".git/index"), |index| {
        let at = memchr::memmem::find(index, old.as_bytes()).expect("it is there");
        index[at..at + new.len()].copy_from_slice(new.as_bytes());
    });
}

fn outer_entry(world: &World) {
    renamed(world, "aa/outside", "../outside");
    fs::write(world.at("outside"), token(1)).expect("a file");
}

fn linked_entry(world: &World) {
    world.stage("folder/outside", "nothing\n");
    fs::write(world.at("outside"), token(1)).expect("a file");
    fs::remove_dir_all(world.path().join("folder")).expect("it is there");
    symlink("..", world.path().join("folder")).expect("a link");
}

fn deep_entry(world: &World) {
    clean(world);
    world.stage("other", token(1));
    let old = fs::read(world.path().join(".git/index")).expect("an index");
    let at = memchr::memmem::find(&old, b"other").expect("it is there");
    let path = "a/".repeat(20_000) + "other";
    let mut entry = [&old[at - 62..at - 2], &[0x0f, 0xff], path.as_bytes()].concat();
    entry.resize((entry.len() + 8) & !7, 0);
    let index = [b"DIRC".as_slice(), &[0, 0, 0, 2, 0, 0, 0, 1], &entry].concat();
    fs::write(world.path().join(".git/index"), [index.as_slice(), &[0; 20]].concat()).expect("a file");
}

fn garbage_git(world: &World) {
    world.write("below/.git", "garbage\n");
    world.write("below/.gitignore", "file.py\n");
    world.write("below/file.py", token(1));
}

/// A program that leaves a mark when it is run.
fn trap(world: &World) -> String {
    let path = world.at("trap");
    let mark = world.at("SPRUNG");
    fs::write(&path, format!("#!/bin/sh\necho \"$0 $*\" >> '{}'\nexit 1\n", mark.display())).expect("a file");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("it is ours");
    path.display().to_string()
}

fn sprung(world: &World) -> String {
    fs::read_to_string(world.at("SPRUNG")).unwrap_or_default()
}

/// Every key of git that names a program, set by the repository.
const PROGRAMS: &[&str] = &[
    "core.fsmonitor",
    "core.pager",
    "core.editor",
    "core.sshCommand",
    "core.askPass",
    "core.gitProxy",
    "core.alternateRefsCommand",
    "core.hooksPath",
    "sequence.editor",
    "diff.external",
    "diff.trap.command",
    "diff.trap.textconv",
    "filter.trap.clean",
    "filter.trap.smudge",
    "filter.trap.process",
    "merge.trap.driver",
    "interactive.diffFilter",
    "gpg.program",
    "gpg.ssh.program",
    "credential.helper",
    "uploadpack.packObjectsHook",
    "pager.rev-list",
    "pager.diff-tree",
    "pager.reflog",
    "pager.for-each-ref",
    "alias.rev-parse",
    "alias.for-each-ref",
    "alias.diff-tree",
    "alias.history",
];

const RUNS: &[&[&str]] = &[
    &["staged"],
    &["dir", "."],
    &["history"],
    &["history", "HEAD~1..HEAD"],
    &["history", "--include", "reflog,stash,unreachable"],
    &["history", "--since=10.years", "--max-count=5"],
    &["history", "--config-from", "HEAD~1"],
    &["history", "--policy", "../owners.toml"],
    &["config", "show", "--origin"],
    &["guard", "env"],
];

/// A policy that has git asked whose lines the allow entries are.
fn owners(world: &World) {
    fs::write(world.at("owners.toml"), "[[owner]]\npath = \"*\"\nmay_allow = \"*\"\n").expect("a file");
}

/// A repository with two commits, the second signed (after a fashion), something staged and every trap set.
fn trapped(world: &World, program: &str) {
    clean(world);
    world.write(".gitattributes", "* diff=trap filter=trap merge=trap\n");
    world.write(".nospill.toml", "[[allow]]\nreason = \"whose line is this?\"\npath = \"nowhere\"\n");
    world.git(&["add", ".gitattributes", ".nospill.toml"]);
    owners(world);
    let tree = world.git(&["write-tree"]);
    let head = world.git(&["rev-parse", "HEAD"]);
    let signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----";
    let text = format!("tree {tree}parent {head}author {WHO}\ncommitter {WHO}\n{signature}\n\nsigned\n");
    let commit = world.object("commit", text.as_bytes());
    world.git(&["update-ref", "HEAD", &commit]);
    world.stage("staged.txt", "password = nothing\n".repeat(4000));
    for key in PROGRAMS {
        let value = if key.starts_with("alias.") { format!("!{program}") } else { program.to_owned() };
        world.git(&["config", key, &value]);
    }
    for (key, value) in [("log.showSignature", "true"), ("core.fsmonitorHookVersion", "2"), ("core.untrackedCache", "true")] {
        world.git(&["config", key, value]);
    }
    let hooks = world.at("hooks");
    fs::create_dir_all(&hooks).expect("a folder");
    for hook in ["post-index-change", "reference-transaction", "pre-commit", "post-checkout", "fsmonitor-watchman"] {
        fs::copy(program, hooks.join(hook)).expect("a file");
        fs::copy(program, world.path().join(".git/hooks").join(hook)).expect("a file");
    }
    world.git(&["config", "core.hooksPath", &hooks.display().to_string()]);
    let _ = fs::remove_file(world.at("SPRUNG"));
}

#[test]
fn nothing_of_the_repositorys_is_run() {
    let world = World::new();
    let program = trap(&world);
    trapped(&world, &program);
    for run in RUNS {
        let ran = bounded(&world, run, &[]);
        assert_eq!(ran.code, 0, "{run:?}: {}", ran.whole());
        assert_eq!(sprung(&world), "", "{run:?}");
    }
    // The traps are good: git itself walks into some.
    world.try_git(&["log", "-1"]);
    world.try_git(&["status"]);
    assert_ne!(sprung(&world), "");
}

#[test]
fn the_same_through_gits_plumbing() {
    let world = World::with_init(&["--object-format=sha256"]);
    let program = trap(&world);
    clean(&world);
    world.stage("staged.txt", "nothing\n");
    for key in PROGRAMS {
        world.git(&["config", key, &program]);
    }
    let _ = fs::remove_file(world.at("SPRUNG"));
    for run in [&["staged"][..], &["history"], &["history", "HEAD"]] {
        let ran = bounded(&world, run, &[]);
        assert!(ran.code == 0 && sprung(&world).is_empty(), "{run:?}: {}{}", ran.whole(), sprung(&world));
    }
}

#[test]
fn a_missing_object_is_never_fetched() {
    let world = World::new();
    let program = trap(&world);
    with_secret_between(&world);
    let blob = world.git(&["rev-parse", "HEAD:file"]);
    let blob = bytes(blob.trim());
    fs::remove_file(loose_path(&world, &blob)).expect("an object");
    for (key, value) in [
        ("core.repositoryFormatVersion", "1"),
        ("extensions.partialClone", "origin"),
        ("remote.origin.promisor", "true"),
        ("remote.origin.partialCloneFilter", "blob:none"),
        ("remote.origin.uploadpack", &program),
        ("core.sshCommand", &program),
    ] {
        world.git(&["config", key, value]);
    }
    for url in [format!("ext::{program} x"), "ssh://host/x".to_owned(), world.at("home").display().to_string()] {
        world.git(&["config", "remote.origin.url", &url]);
        world.git(&["config", "protocol.allow", "always"]);
        for run in [&["staged"][..], &["history"], &["history", "HEAD~2..HEAD"], &["history", "HEAD"]] {
            let ran = bounded(&world, run, &[]);
            assert!((0..4).contains(&ran.code), "{run:?} {url}: {}", ran.whole());
            assert!(
                run[0] != "history" || run.get(1) == Some(&"HEAD~2..HEAD") || ran.code != 0,
                "{run:?} {url}: {}",
                ran.whole()
            );
            assert_eq!(sprung(&world), "", "{run:?} {url}");
        }
    }
    world.try_git(&["-c", "protocol.ext.allow=always", "cat-file", "-p", "HEAD:file"]);
    assert_ne!(sprung(&world), "", "git would have run it");
}

#[test]
fn traps_in_the_environment() {
    let world = World::new();
    let program = trap(&world);
    clean(&world);
    owners(&world);
    world.stage("staged.txt", token(1));
    let set: Vec<(&str, &str)> = [
        ("GIT_EXTERNAL_DIFF", program.as_str()),
        ("GIT_PAGER", &program),
        ("PAGER", &program),
        ("GIT_EDITOR", &program),
        ("GIT_SSH", &program),
        ("GIT_SSH_COMMAND", &program),
        ("GIT_ASKPASS", &program),
        ("GIT_PROXY_COMMAND", &program),
        ("GIT_CONFIG_COUNT", "2"),
        ("GIT_CONFIG_KEY_0", "core.fsmonitor"),
        ("GIT_CONFIG_VALUE_0", &program),
        ("GIT_CONFIG_KEY_1", "diff.external"),
        ("GIT_CONFIG_VALUE_1", &program),
        ("GIT_CONFIG_PARAMETERS", "'core.pager'='false' 'core.fsmonitor'='false'"),
        ("GIT_REPLACE_REF_BASE", "refs/heads/"),
        ("GIT_NO_REPLACE_OBJECTS", "0"),
        ("GIT_LITERAL_PATHSPECS", "0"),
        ("GIT_DIFF_OPTS", "--unified=0"),
    ]
    .into();
    for run in RUNS.iter().filter(|run| !run.iter().any(|arg| arg.starts_with("HEAD~1"))) {
        let ran = bounded(&world, run, &set);
        assert_eq!(
            ran.code,
            i32::from(matches!(run[0], "staged" | "dir") || run.contains(&"--include")),
            "{run:?}: {}",
            ran.whole()
        );
        assert_eq!(sprung(&world), "", "{run:?}");
    }
    // What sends git elsewhere must not make a scan of nothing look clean.
    for set in [("GIT_DIR", "/nowhere"), ("GIT_OBJECT_DIRECTORY", "/nowhere"), ("GIT_CEILING_DIRECTORIES", "x")] {
        let ran = bounded(&world, &["staged"], &[set]);
        assert_ne!(ran.code, 0, "{set:?}: {}", ran.whole());
    }
}

#[test]
fn another_owners_repository_is_refused() {
    let world = World::new();
    world.stage("file", token(1));
    // Only root may give files away.
    if !Command::new("chown").args(["-R", "65534"]).arg(world.path()).output().is_ok_and(|output| output.status.success()) {
        return;
    }
    for run in [&["staged"][..], &["history"]] {
        let ran = bounded(&world, run, &[]);
        assert!(ran.code == 2 && ran.err.contains("safe.directory"), "{run:?}: {}", ran.whole());
    }
    // Nor is a base that git won't look for said to be missing.
    let ran = bounded(&world, &["ci", "--base", "HEAD"], &[]);
    assert!(ran.code == 2 && ran.err.contains("safe.directory") && !ran.err.contains("unshallow"), "{}", ran.whole());
    // By the environment, which libgit2 does not read.
    let top = world.path().display().to_string();
    let trusted = [("GIT_CONFIG_COUNT", "1"), ("GIT_CONFIG_KEY_0", "safe.directory"), ("GIT_CONFIG_VALUE_0", top.as_str())];
    assert_eq!(bounded(&world, &["staged"], &trusted).code, 1);
}

/// The rows of the table below a heading of SECURITY.md, cell by cell.
pub(crate) fn table(heading: &str) -> Vec<Vec<String>> {
    let text = fs::read_to_string("SECURITY.md").expect("SECURITY.md");
    let part = text.split(&format!("\n## {heading}\n")).nth(1).expect("the heading").split("\n## ").next().expect("a part");
    let rows = part.lines().filter(|line| line.starts_with("| ")).skip(1).filter(|line| !line.starts_with("| -"));
    rows.map(|row| row.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect()).collect()
}

#[test]
fn security_md_has_the_same_cases() {
    let says = |case: &Case| if case.says.is_empty() { "nothing" } else { case.says };
    let row = |case: &Case| format!("{} | `{}` | {} | {}", case.what, case.args, case.exit, says(case));
    let rows: Vec<String> = CASES.iter().map(row).collect();
    let written: Vec<String> = table("Hostile repositories").into_iter().map(|cells| cells[..4].join(" | ")).collect();
    assert_eq!(written, rows);
}
