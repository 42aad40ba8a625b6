//! `nospill history`, held to the slow obvious way: every file of every commit, read through git and scanned whole.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use nospill::detect::scanner::{Scanner, Scratch, Subject};
use nospill::rules::ruleset::RuleSet;
use nospill::rules::template::Random;

use crate::env::{Ran, World, text, token};

/// Rule, path and secret.
type Key = (String, String, String);

/// What is known of a secret: introducing commit, whether HEAD has it, last commit that had it.
#[derive(Debug, PartialEq, Eq)]
struct Way {
    introduced: String,
    in_head: bool,
    last_seen: String,
}

/// What a JSON report says of secrets in files.
fn reported(ran: &Ran) -> BTreeMap<Key, Way> {
    let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e}\n{}", ran.whole()));
    let of = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let mut ways = BTreeMap::new();
    // Of files, and of what is in them: a name alone has no secret.
    let is_content = |f: &&serde_json::Value| f["path"] != "<message>" && f["secret"] != "";
    for f in report["findings"].as_array().expect("findings").iter().filter(is_content) {
        let key = (of(&f["rule"]), of(&f["path"]), of(&f["secret"]));
        let way = Way {
            introduced: of(&f["commit"]["id"]),
            in_head: f["in_head"].as_bool().expect("in_head"),
            last_seen: of(&f["last_seen"]),
        };
        assert!(ways.insert(key.clone(), way).is_none(), "{key:?} is reported twice");
    }
    ways
}

/// A commit as git lists it.
struct Listed {
    id: String,
    parents: Vec<String>,
    secrets: BTreeSet<Key>,
}

/// Every secret of every commit, by reading each file of each of them.
fn listed(world: &World, dir: &str, revisions: &[&str]) -> Vec<Listed> {
    let git = |args: &[&str]| {
        let output = world.command("git", dir).args(args).output().expect("git runs");
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    let scanner = Scanner::new(RuleSet::builtin());
    let mut scratch = Scratch::default();
    let mut known: HashMap<(String, String), BTreeSet<Key>> = HashMap::new();
    let list = git(&[&["rev-list", "--date-order", "--reverse", "--parents"], revisions].concat());
    let mut commits = Vec::new();
    for line in String::from_utf8(list).expect("UTF-8").lines() {
        let mut words = line.split(' ').map(str::to_owned);
        let id = words.next().expect("a commit");
        let mut secrets = BTreeSet::new();
        let tree = git(&["ls-tree", "-r", "-z", &id]);
        for entry in tree.split(|&b| b == 0).filter(|entry| !entry.is_empty()) {
            let entry = String::from_utf8_lossy(entry);
            let (head, path) = entry.split_once('\t').expect("a path");
            let blob = head.split(' ').nth(2).expect("an object").to_owned();
            let found = known.entry((blob.clone(), path.to_owned())).or_insert_with(|| {
                let content = git(&["cat-file", "blob", &blob]);
                let scanned = scanner.scan(Subject { content: &content, path: path.as_bytes() }, &mut scratch);
                let secret = |at: nospill::types::span::Span| String::from_utf8_lossy(at.of(&content)).into_owned();
                let key = |m: &nospill::types::finding::RawMatch| {
                    (scanner.rules().rule(m.rule).id.to_string(), path.to_owned(), secret(m.secret))
                };
                scanned.matches.iter().map(key).collect()
            });
            secrets.extend(found.iter().cloned());
        }
        commits.push(Listed { id, parents: words.collect(), secrets });
    }
    commits
}

/// What should be reported: `commits` are in order of their dates.
fn expected(commits: &[Listed], head: &str) -> BTreeMap<Key, Way> {
    let by_id: HashMap<&str, &Listed> = commits.iter().map(|commit| (commit.id.as_str(), commit)).collect();
    let mut ways: BTreeMap<Key, Way> = BTreeMap::new();
    for commit in commits {
        for key in &commit.secrets {
            let is_old = commit.parents.iter().any(|parent| by_id[parent.as_str()].secrets.contains(key));
            if !is_old && !ways.contains_key(key) {
                let in_head = by_id.get(head).is_some_and(|head| head.secrets.contains(key));
                ways.insert(key.clone(), Way { introduced: commit.id.clone(), in_head, last_seen: String::new() });
            }
        }
    }
    for commit in commits {
        for key in &commit.secrets {
            ways.get_mut(key).expect("known").last_seen.clone_from(&commit.id);
        }
    }
    ways
}

const SECRETS: &[&str] = &[
    "token = \"{join:gh:p_}{alnum:30}{crc32}\"",
    "export DB_PASSWORD={alnum:20}",
    "aws_access_key_id = {join:AK:IA}{base32:16}",
    "  \"client_secret\": \"{alnum:40}\",",
    "postgres://app:{alnum:16}@db.internal:5432/app",
];

/// A history of branches and merges made by fast-import: files change by lines, move and come back.
pub(crate) fn tangled(world: &World, commits: usize, seed: usize) {
    let mut random = Random::new("history", seed);
    const PATHS: &[&str] = &["a.py", "deploy/prod.yaml", "deploy/app.env", "src/core/main.c", "docs/README.md", ".npmrc"];
    let mut stream = Vec::new();
    let mut trees: Vec<BTreeMap<&str, Vec<String>>> = Vec::new();
    let mut heads = [0usize; 3];
    for number in 1..=commits {
        let branch = random.below(3);
        let parent = heads[branch];
        let mut tree = if parent == 0 { BTreeMap::new() } else { trees[parent - 1].clone() };
        let other = heads[random.below(3)];
        let merged = (random.below(5) == 0 && other != parent && other != 0 && parent != 0).then_some(other);
        if let Some(other) = merged {
            for (path, lines) in &trees[other - 1] {
                if random.below(2) == 0 {
                    tree.insert(path, lines.clone());
                }
            }
        }
        for _ in 0..1 + random.below(3) {
            let path = PATHS[random.below(PATHS.len())];
            let lines = tree.entry(path).or_insert_with(|| (0..150).map(|n| format!("plain line {n} of {path}")).collect());
            let at = random.below(lines.len());
            match random.below(5) {
                0 => lines[at] = text(SECRETS[random.below(SECRETS.len())], random.below(12)),
                1 => drop(lines.drain(at..(at + 10).min(lines.len() - 1).max(at))),
                2 => lines.insert(at, format!("a new line {number}")),
                3 => {
                    let block: Vec<String> = lines[at..(at + 20).min(lines.len())].to_vec();
                    lines.splice(0..0, block);
                }
                _ => drop(tree.remove(path)),
            }
        }
        write!(stream, "commit refs/heads/b{branch}\nmark :{number}\nauthor Ada <ada@example.org> {0} +0100\ncommitter Ada <ada@example.org> {0} +0100\n", 1_700_000_000 + number * 60).expect("memory");
        writeln!(stream, "data 7\nchange\n").expect("memory");
        if parent != 0 {
            writeln!(stream, "from :{parent}").expect("memory");
        }
        if let Some(other) = merged {
            writeln!(stream, "merge :{other}").expect("memory");
        }
        stream.extend(b"deleteall\n");
        for (path, lines) in &tree {
            let content = lines.join("\n") + "\n";
            write!(stream, "M 100644 inline {path}\ndata {}\n{content}\n", content.len()).expect("memory");
        }
        trees.push(tree);
        heads[branch] = number;
    }
    let mut import =
        world.command("git", "repo").args(["fast-import", "--quiet"]).stdin(Stdio::piped()).spawn().expect("git runs");
    import.stdin.take().expect("a pipe").write_all(&stream).expect("git reads");
    assert!(import.wait().expect("git ends").success());
    let head = (0..3).find(|&branch| heads[branch] > 0).expect("a branch");
    world.git(&["symbolic-ref", "HEAD", &format!("refs/heads/b{head}")]);
}

const REPORT: [&str; 4] = ["history", "--format", "json", "--show-secrets"];

fn compare(world: &World) -> usize {
    let ran = world.nospill(&REPORT);
    assert_eq!(ran.code, 1, "{}", ran.whole());
    let head = world.git(&["rev-parse", "HEAD"]);
    let expected = expected(&listed(world, "repo", &["--all"]), head.trim());
    let reported = reported(&ran);
    let differ = |a: &BTreeMap<Key, Way>, b: &BTreeMap<Key, Way>| -> Vec<String> {
        a.iter().filter(|(key, way)| b.get(key) != Some(way)).map(|(key, way)| format!("{key:?} {way:?}")).collect()
    };
    assert_eq!((differ(&reported, &expected), differ(&expected, &reported)), (Vec::new(), Vec::new()));
    for threads in ["1", "3"] {
        let again = world.nospill(&[&REPORT[..], &["--threads", threads]].concat());
        let plain = |out: &str| out.lines().filter(|line| !line.contains("elapsed_ms")).collect::<Vec<_>>().join("\n");
        assert_eq!(plain(&again.out), plain(&ran.out), "the same for any number of threads");
    }
    expected.len()
}

#[test]
fn finds_and_traces_what_reading_every_commit_does() {
    let mut found = 0;
    for seed in 0..3 {
        let world = World::new();
        tangled(&world, 60, seed);
        world.git(&["repack", "-adfq", "--depth=40", "--window=30"]);
        found += compare(&world);
    }
    assert!(found > 30, "{found}");
}

#[test]
fn reads_every_kind_of_store() {
    // Loose objects, two packs and loose ones, SHA-256 names.
    let world = World::new();
    tangled(&world, 12, 7);
    let folder = world.path().join(".git/objects/pack");
    let packs = fs::read_dir(&folder).expect("packs").map(|entry| entry.expect("an entry").path());
    for pack in packs.filter(|path| path.extension().is_some_and(|ext| ext == "pack")).collect::<Vec<_>>() {
        let out = world.at("moved.pack");
        fs::rename(&pack, &out).expect("a pack");
        fs::remove_file(pack.with_extension("idx")).expect("an index");
        let mut unpack = world.command("git", "repo");
        let status = unpack.args(["unpack-objects", "-q"]).stdin(fs::File::open(out).expect("a pack")).status();
        assert!(status.expect("git runs").success());
    }
    compare(&world);
    world.stage("late.txt", token(99));
    world.git(&["symbolic-ref", "HEAD", "refs/heads/late"]);
    world.commit();
    compare(&world);
    let world = World::with_init(&["--object-format=sha256"]);
    tangled(&world, 12, 8);
    compare(&world);
}

#[test]
fn refs_in_a_table_are_refs() {
    // A git that can't make such a repository has none to be scanned.
    let can = World::new().try_git(&["init", "-q", "--ref-format=reftable", "probe"]).code == 0;
    if can {
        let world = World::with_init(&["--ref-format=reftable"]);
        tangled(&world, 12, 9);
        compare(&world);
    }
}

#[test]
fn linked_and_bare_repositories_are_read_whole() {
    let world = World::new();
    tangled(&world, 12, 10);
    let expected = reported(&world.nospill(&REPORT));
    let target = |name: &str| world.at(name).display().to_string();
    world.git(&["clone", "-q", "--mirror", &target("repo"), &target("bare")]);
    // The bare one borrows all objects, and the worktree's folder has none of its own.
    world.git(&["clone", "-q", "--mirror", "--shared", &target("repo"), &target("shared")]);
    world.git(&["worktree", "add", "-q", &target("linked"), "HEAD"]);
    for place in ["bare", "shared", "linked"] {
        assert_eq!(reported(&world.nospill_in(place, &REPORT)), expected, "{place}");
    }
}

#[test]
fn a_clean_history_is_clean_and_an_empty_one_too() {
    let world = World::new();
    let ran = world.nospill(&["history"]);
    assert_eq!(ran.code, 0, "{}", ran.whole());
    world.stage("a.txt", "nothing\n");
    world.commit();
    let ran = world.nospill(&["history"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{}", ran.whole());
    assert!(ran.err.contains("scanned 2 objects"), "{}", ran.whole());
}

#[test]
fn messages_of_commits_and_tags_are_read() {
    let world = World::new();
    world.git(&["commit", "-q", "--allow-empty", "-m", &format!("deploy\n\n{}", token(1))]);
    world.git(&["tag", "-a", "-m", &token(2), "v1"]);
    world.git(&["commit", "-q", "--allow-empty", "-m", "fine"]);
    let ran = world.nospill(&["history", "--format", "json"]);
    assert_eq!(ran.findings(), ["<message>:1 github-pat deny", "<message>:3 github-pat deny"], "{}", ran.whole());
    let first = world.git(&["rev-parse", "HEAD~1"]);
    assert!(ran.out.contains(first.trim()), "{}", ran.whole());
}

#[test]
fn what_nothing_points_to_is_looked_at_when_asked() {
    let world = World::new();
    world.stage("a.txt", "fine\n");
    world.commit();
    world.stage("gone.txt", token(3));
    world.commit();
    world.git(&["reset", "-q", "--hard", "HEAD~1"]);
    assert_eq!(world.nospill(&["history"]).code, 0);
    let ran = world.nospill(&["history", "--include", "reflog", "--format", "json"]);
    assert_eq!(ran.findings(), ["gone.txt:1 github-pat deny"]);
    world.git(&["reflog", "expire", "--expire=all", "--all"]);
    assert_eq!(world.nospill(&["history", "--include", "reflog"]).code, 0);
    let ran = world.nospill(&["history", "--include", "unreachable"]);
    assert_eq!(ran.code, 1, "{}", ran.whole());
    assert!(ran.out.contains("gone.txt:1") && ran.out.contains("no branch, tag or other ref leads to it"), "{}", ran.whole());
    // The stash is no branch, either.
    world.write("a.txt", token(4));
    world.git(&["stash", "-q"]);
    let ran = world.nospill(&["history"]);
    assert!(ran.code == 0 && ran.out.contains("--include stash"), "{}", ran.whole());
    assert_eq!(world.nospill(&["history", "--include", "stash"]).code, 1);
}

#[test]
fn what_is_not_there_makes_it_incomplete() {
    let world = World::new();
    for at in 0..4 {
        world.stage("a.txt", format!("version {at}\n"));
        world.stage(&format!("d{at}/b.txt"), format!("{at}\n"));
        world.commit();
    }
    // A missing blob, then a missing tree.
    let blob = world.git(&["rev-parse", "HEAD~1:a.txt"]);
    let object = |oid: &str| world.path().join(".git/objects").join(&oid[..2]).join(&oid.trim()[2..]);
    fs::remove_file(object(&blob)).expect("an object");
    let ran = world.nospill(&["history"]);
    assert_eq!(ran.code, 3, "{}", ran.whole());
    assert!(ran.out.contains("a.txt") && ran.out.contains(blob.trim()) && ran.out.contains("git fetch"), "{}", ran.whole());
    let tree = world.git(&["rev-parse", "HEAD:d1"]);
    fs::remove_file(object(&tree)).expect("an object");
    let ran = world.nospill(&["history"]);
    assert!(ran.code == 3 && ran.out.contains(tree.trim()), "{}", ran.whole());
}

#[test]
fn a_missing_object_of_several_paths_is_named_once() {
    let world = World::new();
    for (name, content) in [("a.txt", "one\n"), ("m.txt", "two\n"), ("z.txt", "one\n")] {
        world.stage(name, content);
    }
    world.commit();
    let names = ["HEAD:a.txt", "HEAD:m.txt"].map(|name| world.git(&["rev-parse", name]).trim().to_owned());
    for name in &names {
        fs::remove_file(world.path().join(".git/objects").join(&name[..2]).join(&name[2..])).expect("an object");
    }
    let ran = world.nospill(&["history"]);
    for name in &names {
        assert_eq!(ran.out.matches(&format!("object {name} is missing")).count(), 1, "{}", ran.whole());
    }
}

#[test]
fn a_broken_object_makes_it_incomplete() {
    let world = World::new();
    world.stage("a.txt", "one\n".repeat(3000));
    world.commit();
    let blob = world.git(&["rev-parse", "HEAD:a.txt"]);
    let path = world.path().join(".git/objects").join(&blob[..2]).join(&blob.trim()[2..]);
    let mut content = fs::read(&path).expect("an object");
    let end = content.len() - 6;
    content[end..].fill(0x55);
    fs::remove_file(&path).expect("an object");
    fs::write(&path, content).expect("an object");
    let ran = world.nospill(&["history"]);
    assert_eq!(ran.code, 3, "{}", ran.whole());
    assert!(ran.out.contains("a.txt") && ran.out.contains(blob.trim()), "{}", ran.whole());
}

#[test]
fn shallow_and_partial_clones_say_what_they_lack() {
    let world = World::new();
    for at in 0..4 {
        world.stage("a.txt", format!("version {at}\n"));
        world.commit();
    }
    world.git(&["config", "uploadpack.allowFilter", "true"]);
    let url = format!("file://{}", world.path().display());
    let target = |name: &str| world.at(name).display().to_string();
    world.git(&["clone", "-q", "--depth=2", &url, &target("shallow")]);
    let ran = world.nospill_in("shallow", &["history"]);
    assert!(ran.code == 3 && ran.out.contains("git fetch --unshallow"), "{}", ran.whole());
    let ran = world.nospill_in("shallow", &["history", "HEAD~2..HEAD"]);
    assert!(ran.code == 3 && ran.out.contains("git fetch --unshallow") && !ran.out.contains("hint:"), "{}", ran.whole());
    let mut azure = world.command(env!("CARGO_BIN_EXE_nospill"), "shallow");
    let ran = Ran::from(azure.env("TF_BUILD", "True").arg("history").output().expect("nospill runs"));
    assert!(ran.code == 3 && ran.out.contains("fetchDepth: 0"), "{}", ran.whole());
    world.git(&["clone", "-q", "--bare", "--filter=blob:none", &url, &target("partial")]);
    let ran = world.nospill_in("partial", &["history"]);
    assert!(ran.code == 3 && ran.out.contains("a partial clone: `git cat-file -e"), "{}", ran.whole());
}

#[test]
fn submodules_links_and_binaries_are_no_trouble() {
    let world = World::new();
    world.stage("a.bin", [0u8, 1, 2, 3, 255, 254].repeat(500));
    let module = "1234567890123456789012345678901234567890";
    world.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{module},module")]);
    world.stage("deploy/.env", "DB_HOST=localhost\n");
    world.commit();
    let ran = world.nospill(&["history", "--format", "json"]);
    assert_eq!(ran.findings(), ["deploy/.env:1 dotenv-file audit"], "{}", ran.whole());
}

#[test]
fn a_range_reads_what_it_adds() {
    let world = World::new();
    tangled(&world, 40, 11);
    let mut checked = 0;
    for range in ["HEAD~6..HEAD", "HEAD~3..HEAD~1", "--max-count=5 HEAD", "b0 ^b1"] {
        let words: Vec<&str> = range.split(' ').collect();
        // Seen from the range: what no commit of it had at its start, parents outside included.
        let all = listed(&world, "repo", &["--all"]);
        let by_id: HashMap<&str, &Listed> = all.iter().map(|commit| (commit.id.as_str(), commit)).collect();
        let Ok(inside) = std::panic::catch_unwind(|| listed(&world, "repo", &words)) else { continue };
        let mut expected: BTreeSet<Key> = BTreeSet::new();
        for commit in &inside {
            let is_old = |key: &Key| commit.parents.iter().any(|parent| by_id[parent.as_str()].secrets.contains(key));
            expected.extend(commit.secrets.iter().filter(|key| !is_old(key)).cloned());
        }
        let ran = world.nospill(&[&REPORT[..], &words].concat());
        let reported: BTreeSet<Key> = reported(&ran).into_keys().collect();
        assert_eq!(reported, expected, "{range}");
        assert_eq!(ran.code, i32::from(!expected.is_empty()));
        checked += expected.len();
    }
    assert!(checked > 3, "{checked}");
}

#[test]
fn a_range_speaks_of_what_came_and_went() {
    let world = World::new();
    world.stage("a.txt", "one\n");
    world.commit();
    world.stage("a.txt", token(1));
    world.git(&["commit", "-q", "-m", "in"]);
    let brought = world.git(&["rev-parse", "HEAD"]);
    world.stage("a.txt", "two\n");
    world.git(&["commit", "-q", "-m", "out"]);
    let ran = world.nospill(&["history", "HEAD~2..", "--format", "json"]);
    let ways = serde_json::from_str::<serde_json::Value>(&ran.out).expect("JSON");
    let finding = &ways["findings"][0];
    assert_eq!(finding["commit"]["id"], brought.trim());
    assert_eq!((&finding["in_head"], &finding["last_seen"]), (&false.into(), &brought.trim().into()));
    assert_eq!(finding["commit"]["author"], "Ada");
    // What goes with its whole file was last there before.
    world.stage("in/c.txt", token(3));
    world.git(&["commit", "-q", "-m", "in"]);
    world.git(&["commit", "-q", "--allow-empty", "-m", "still in"]);
    let last = world.git(&["rev-parse", "HEAD"]);
    world.git(&["rm", "-q", "in/c.txt"]);
    world.git(&["commit", "-q", "-m", "out"]);
    world.git(&["commit", "-q", "--allow-empty", "-m", "since"]);
    world.write("in/here.txt", "x");
    for folder in ["repo", "repo/in"] {
        let ran = world.nospill_in(folder, &["history", "HEAD~4..", "--format", "json"]);
        let ways = serde_json::from_str::<serde_json::Value>(&ran.out).expect("JSON");
        let finding = &ways["findings"][0];
        assert_eq!((&finding["in_head"], &finding["last_seen"]), (&false.into(), &last.trim().into()), "{}", ran.whole());
    }
    // What git can't read it would take for now, and nothing would be scanned.
    let ran = world.nospill(&["history", "--since", "whenever"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("--since `whenever` is no time that git knows"), "{}", ran.whole());
    assert_eq!(world.nospill(&["history", "--since", "30 years ago"]).code, 1);
    // A rename of a file that has a secret brings nothing new.
    world.stage("b.txt", token(2) + &"line\n".repeat(40));
    world.commit();
    world.git(&["mv", "b.txt", "c.txt"]);
    world.commit();
    assert_eq!(world.nospill(&["history", "HEAD~1..HEAD"]).code, 0);
    assert_eq!(world.nospill(&["history", "HEAD~2..HEAD~1"]).code, 1);
    let ran = world.nospill(&["history", "nowhere..HEAD"]);
    assert!(ran.code == 2 && ran.err.contains("hint: `git fetch`"), "{}", ran.whole());
}

/// A rebase makes many commits in one second, and some clocks go wrong.
#[test]
fn clocks_that_stand_still_or_go_back_leave_the_order() {
    let world = World::new();
    let commit = |date: &str| {
        let mut command = world.command("git", "repo");
        command.env("GIT_COMMITTER_DATE", date).args(["commit", "-q", "--allow-empty", "-m", "change"]);
        assert!(command.status().expect("git runs").success());
        world.git(&["rev-parse", "HEAD"]).trim().to_owned()
    };
    let (noon, before) = ("2026-01-02T12:00:00Z", "2026-01-02T11:00:00Z");
    let way = |path: &str| {
        let ways = reported(&world.nospill(&REPORT));
        let (_, way) = ways.into_iter().find(|((_, at, _), _)| at == path).expect("a finding");
        (way.introduced, way.last_seen)
    };
    // Comes, goes and comes back.
    world.stage("a.txt", token(1));
    let first = commit(noon);
    for _ in 0..4 {
        world.stage("a.txt", "nothing\n");
        commit(noon);
        world.stage("a.txt", token(1));
        commit(noon);
    }
    let last = world.git(&["rev-parse", "HEAD"]).trim().to_owned();
    assert_eq!(way("a.txt"), (first, last));
    world.stage("b.txt", token(2));
    let brought = commit(noon);
    let tip = commit(before);
    assert_eq!(way("b.txt"), (brought, tip));
    // Two branches bring the same; whichever it is, it does not change with the store.
    world.git(&["checkout", "-q", "--orphan", "other"]);
    for at in 0..6 {
        world.git(&["commit", "-q", "--allow-empty", "-m", "other"]);
        world.stage("c.txt", format!("{at}\n{}", token(3)));
        world.commit();
        world.git(&["checkout", "-q", "--orphan", &format!("other{at}")]);
    }
    let loose = reported(&world.nospill(&REPORT));
    for shape in [["repack", "-adfq", "--depth=9"], ["repack", "-adfq", "--depth=0"]] {
        world.git(&shape);
        assert_eq!(reported(&world.nospill(&REPORT)), loose);
    }
}

#[test]
fn a_cache_changes_nothing_but_what_is_read() {
    let world = World::new();
    tangled(&world, 20, 5);
    let cached = || world.nospill(&[&REPORT[..], &["--cache", "../cache"]].concat());
    let objects = |ran: &Ran| serde_json::from_str::<serde_json::Value>(&ran.out).expect("JSON")["summary"]["objects"].as_u64();
    let plain = world.nospill(&REPORT);
    let first = cached();
    assert_eq!((reported(&first), objects(&first)), (reported(&plain), objects(&plain)));
    world.stage("new.txt", token(77));
    world.git(&["symbolic-ref", "HEAD", "refs/heads/new"]);
    world.commit();
    let (second, all) = (cached(), world.nospill(&REPORT));
    assert_eq!(reported(&second), reported(&all));
    assert!(objects(&second) < objects(&all), "{}", second.whole());
    let kept = fs::read(world.at("cache/history-sha1.clean")).expect("a cache");
    for (_, _, secret) in reported(&all).into_keys() {
        assert!(!kept.windows(secret.len()).any(|part| part == secret.as_bytes()), "the cache holds no secret");
    }
    // Other rules know nothing.
    world.write(".nospill.toml", "[[rule]]\nid = \"mine\"\ntitle = \"mine\"\nadvice = \"none\"\nseverity = \"low\"\nconfidence = \"high\"\nkeywords = [\"plain line 7\"]\nregex = 'plain line 7[0-9]'\n");
    let other = cached();
    assert!(other.out.contains("of other rules"), "{}", other.whole());
    assert!(reported(&other).into_keys().any(|(rule, _, _)| rule == "mine"), "{}", other.whole());
}
