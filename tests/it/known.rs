//! The baseline: what stays in it, however its file and the files it speaks of are written.

use nospill::policy::seal::{fingerprint, with_crlf};

use crate::env::{World, text, token};

const FILE: &str = ".nospill.baseline";

fn read(world: &World) -> String {
    std::fs::read_to_string(world.path().join(FILE)).expect("a baseline")
}

/// The paths of the entries.
fn paths(world: &World) -> Vec<String> {
    read(world).lines().filter_map(|line| line.strip_prefix('v')?.splitn(3, ' ').nth(2).map(str::to_owned)).collect()
}

fn remove(world: &World, path: &str) {
    std::fs::remove_file(world.path().join(path)).expect("a file");
}

/// A repository in which `old` is only in the history, with a baseline of all.
fn with_old() -> World {
    let world = World::new();
    world.stage("old", token(1));
    world.commit();
    world.git(&["rm", "-q", "old"]);
    world.stage("a", token(2));
    world.stage("sub/b", token(3));
    world.commit();
    assert_eq!(world.nospill(&["baseline", "create", "--history"]).code, 0);
    assert_eq!(paths(&world), ["a", "old", "sub/b"]);
    world
}

#[test]
fn prune_drops_only_what_was_looked_at() {
    let world = with_old();
    let first = read(&world);
    let ran = world.nospill_in("repo/sub", &["baseline", "prune"]);
    assert!(ran.code == 0 && ran.out.contains(" old: not on disk"), "{}", ran.whole());
    assert_eq!(read(&world), first);
    assert!(world.nospill(&["baseline", "diff"]).out.ends_with("- github-pat old\n"), "it is not among the files");
    // Left out by an exclude, by an ignore rule, by its size.
    world.write(".nospill.toml", "scan.exclude = ['sub/']\nscan.max_size = 1\n");
    world.write(".gitignore", "a\n");
    world.git(&["rm", "-q", "--cached", "a"]);
    let ran = world.nospill(&["baseline", "prune"]);
    assert!(ran.code == 0 && ran.out.contains("sub/b: excluded"), "{}", ran.whole());
    assert_eq!(read(&world), first);
    world.write(".gitignore", "");
    world.write("a", format!("{}{}", "x\n".repeat(600_000), token(2)));
    let ran = world.nospill(&["baseline", "prune"]);
    assert!(ran.code == 3 && ran.out.contains(" a: not scanned: 12"), "{}", ran.whole());
    assert_eq!(read(&world), first);
    // What was looked at and is not there is taken out, by the files or by the history and the files.
    remove(&world, ".nospill.toml");
    world.write("a", "nothing\n");
    let ran = world.nospill(&["baseline", "prune"]);
    assert!(ran.code == 0 && ran.out.contains(" a: not in the file, and only `--history`"), "{}", ran.whole());
    assert_eq!(read(&world), first, "commits have it");
    assert_eq!(world.nospill(&["history"]).code, 0);
    world.write("new", token(4));
    world.write("gone", token(5));
    assert_eq!(world.nospill(&["baseline", "update"]).code, 0);
    remove(&world, "gone");
    let ran = world.nospill(&["baseline", "prune", "--history"]);
    assert!(ran.code == 0 && ran.out.contains("1 entry taken out"), "{}", ran.whole());
    assert_eq!(paths(&world), ["a", "new", "old", "sub/b"], "what is not committed is not gone");
}

/// A baseline of files alone tells by the files, whatever commits hold.
#[test]
fn prune_of_a_baseline_of_files_tells_by_files() {
    let world = World::new();
    world.stage("a", token(1));
    world.stage("b", token(2));
    world.commit();
    assert_eq!(world.nospill(&["baseline", "create"]).code, 0);
    world.write("a", "nothing\n");
    let ran = world.nospill(&["baseline", "prune"]);
    assert!(ran.code == 0 && ran.out.contains("1 entry taken out"), "{}", ran.whole());
    assert_eq!(paths(&world), ["b"]);
    // From now on it is of the history, too.
    assert_eq!(world.nospill(&["baseline", "update", "--history"]).code, 0);
    assert_eq!(paths(&world), ["a", "b"]);
    let ran = world.nospill(&["baseline", "prune"]);
    assert!(ran.code == 0 && ran.out.contains("0 entries taken out"), "{}", ran.whole());
    assert_eq!(world.nospill(&["history"]).code, 0);
}

#[test]
fn repositories_below_are_named_from_the_top() {
    let world = World::new();
    world.write("a", token(1));
    world.git(&["init", "-q", "below"]);
    world.write("below/b", token(2));
    assert_eq!(world.nospill(&["baseline", "create"]).code, 0);
    assert_eq!(paths(&world), ["a", "below/b"]);
    let ran = world.nospill(&["dir"]);
    assert_eq!(ran.code, 0, "{}", ran.whole());
    assert!(world.nospill(&["baseline", "prune"]).out.contains("0 entries added, 0 entries taken out"));
    world.write("below/b", "");
    assert!(world.nospill(&["baseline", "prune"]).out.contains("0 entries added, 1 entry taken out"));
    assert_eq!(paths(&world), ["a"]);
}

#[test]
fn a_gap_in_the_history_drops_nothing() {
    let world = with_old();
    world.git(&["add", FILE]);
    world.commit();
    let from = format!("file://{}", world.path().display());
    world.git(&["clone", "-q", "--depth", "1", &from, "../shallow"]);
    let ran = world.nospill_in("shallow", &["baseline", "prune", "--history"]);
    assert!(ran.code == 3 && ran.out.contains("old: not scanned: a shallow clone"), "{}", ran.whole());
    assert_eq!(std::fs::read_to_string(world.at("shallow").join(FILE)).expect("a file"), read(&world));
}

#[test]
fn prune_reads_nothing_outside_of_the_work_tree() {
    let world = with_old();
    let outside = world.at("outside");
    std::fs::write(&outside, token(9)).expect("a file");
    let line = |path: &str| format!("v1:{:032x} github-pat {path}\n", 7);
    let absolute = outside.display().to_string();
    world.write(FILE, format!("{}{}{}", line("../outside"), line(&absolute), line("-")));
    let ran = world.nospill(&["baseline", "prune"]);
    assert!(ran.code == 0 && ran.out.matches("not on disk").count() == 3, "{}", ran.whole());
}

#[test]
fn what_moved_from_where_nothing_was_read_is_in_both_places() {
    let world = World::new();
    world.stage("a", format!("{}{}", token(1), "x\n".repeat(600_000)));
    world.commit();
    assert_eq!(world.nospill(&["baseline", "create"]).code, 0);
    world.write(".nospill.toml", "scan.max_size = 1\n");
    world.write("b", token(1));
    let ran = world.nospill(&["baseline", "update", "--renames"]);
    assert!(ran.code == 3 && ran.out.contains("not scanned: a: "), "{}", ran.whole());
    assert_eq!(paths(&world), ["a", "b"]);
}

#[test]
fn comments_stay_with_their_entries() {
    let world = World::new();
    ["a", "b", "d"].iter().enumerate().for_each(|(seed, path)| world.write(path, token(seed)));
    assert_eq!(world.nospill(&["baseline", "create"]).code, 0);
    let mut lines: Vec<String> = read(&world).lines().map(str::to_owned).collect();
    lines.insert(3, "# of d".to_owned());
    lines.insert(2, "# of b".to_owned());
    lines.insert(1, "# of a".to_owned());
    lines.insert(1, String::new());
    lines.insert(1, "# of all".to_owned());
    lines.push("# the end".to_owned());
    world.write(FILE, lines.join("\n"));
    world.write("0", token(7));
    world.write("c", token(8));
    assert_eq!(world.nospill(&["baseline", "update"]).code, 0);
    let shown = |world: &World| -> Vec<String> {
        read(world)
            .lines()
            .skip(1)
            .map(|line| line.splitn(3, ' ').nth(2).filter(|_| !line.starts_with('#')).unwrap_or(line).to_owned())
            .collect()
    };
    assert_eq!(shown(&world), ["# of all", "", "0", "# of a", "a", "# of b", "b", "c", "# of d", "d", "# the end"]);
    std::fs::rename(world.path().join("b"), world.path().join("z")).expect("renamed");
    assert_eq!(world.nospill(&["baseline", "update", "--renames"]).code, 0);
    assert_eq!(shown(&world), ["# of all", "", "0", "# of a", "a", "c", "# of d", "d", "# of b", "z", "# the end"]);
    world.write("a", "");
    world.write("z", "");
    assert_eq!(world.nospill(&["baseline", "prune"]).code, 0);
    assert_eq!(shown(&world), ["# of all", "", "0", "# of a", "c", "# of d", "d", "# of b", "# the end"]);
    // Of two sides, without what one took out.
    let line = |n: u32| format!("v1:{n:032x} rule p{n}\n");
    world.write("base", format!("# one\n{}# two\n{}", line(1), line(2)));
    world.write("ours", format!("# one\n# more\n{}{}", line(1), line(2)));
    world.write("theirs", format!("# one\n{}# two\n{}# three\n{}", line(1), line(2), line(3)));
    assert_eq!(world.nospill(&["baseline", "merge", "base", "ours", "theirs"]).code, 0);
    let merged = std::fs::read_to_string(world.path().join("ours")).expect("a file");
    let want = format!("# one\n# more\n{}{}# three\n{}", line(1), line(2), line(3));
    assert_eq!(merged.split_once('\n').map(|(_, rest)| rest), Some(want.as_str()));
}

#[test]
#[cfg(unix)]
fn names_of_any_bytes_keep_their_entries() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let world = World::new();
    let names: [&[u8]; 6] = [b"blank ", b"tab\t", b"\xff\xfe", b"a\xe9 \t", b"back\\x20", b" x"];
    for (seed, name) in names.iter().enumerate() {
        std::fs::write(world.path().join(OsStr::from_bytes(name)), token(seed)).expect("a file");
    }
    let password = text("db_password = \"{alnum:6}-{alnum:5}!\"\n", 1);
    std::fs::write(world.path().join(OsStr::from_bytes(b"slow\xff ")), password).expect("a file");
    assert_eq!(world.nospill(&["baseline", "create"]).code, 0);
    let first = read(&world);
    assert!(first.lines().all(|line| line.trim_end() == line), "{first}");
    let is_known = || {
        let ran = world.nospill(&["dir"]);
        assert_eq!(ran.code, 0, "{}\n{}", read(&world), ran.whole());
        assert!(world.nospill(&["baseline", "prune"]).out.contains("0 entries added, 0 entries taken out"));
    };
    is_known();
    for text in [first.replace('\n', "\r\n"), format!("\u{feff}{first}"), format!("\u{feff}{}", first.replace('\n', "\r\n"))] {
        world.write(FILE, text);
        is_known();
    }
    // As earlier versions wrote them, also with an editor that cuts lines.
    let former = first.replace("\\x20", " ").replace("\\x09", "\t").replace("back\\ ", "back\\\\x20");
    let former = former.replace("\\xff\\xfe", "\u{fffd}\u{fffd}").replace("\\xff", "\u{fffd}").replace("\\xe9", "\u{fffd}");
    assert!(former.contains("blank \n") && !former.contains("\\xf"), "{former}");
    let cut: String = former.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    for text in [former, cut] {
        world.write(FILE, text);
        is_known();
    }
}

#[test]
fn a_key_is_one_under_any_line_ends() {
    let world = World::new();
    let key = text("{pem:RSA PRIVATE KEY}\n", 1);
    assert!(key.lines().count() > 3, "{key}");
    let (lf, crlf) = (key.replace("\r\n", "\n"), key.replace("\r\n", "\n").replace('\n', "\r\n"));
    world.write("key.txt", &lf);
    let report = |world: &World| -> serde_json::Value {
        let ran = world.nospill(&["dir", "key.txt", "--format", "json", "--show-secrets"]);
        serde_json::from_str(&ran.out).expect("a report")
    };
    let of_lf = report(&world);
    world.write("key.txt", &crlf);
    let of_crlf = report(&world);
    let finding = |report: &serde_json::Value, field: &str| report["findings"][0][field].as_str().expect("text").to_owned();
    assert_eq!(finding(&of_lf, "fingerprint"), finding(&of_crlf, "fingerprint"));
    let rule = finding(&of_lf, "rule");
    // What earlier versions wrote of a checkout with CRLF, as a fingerprint and as a seal.
    let secret = finding(&of_lf, "secret");
    let former = with_crlf(secret.as_bytes()).expect("several lines");
    let own = fingerprint(&rule, b"key.txt", &former);
    assert_ne!(own, finding(&of_lf, "fingerprint"));
    let mut seals = vec![own, finding(&of_lf, "fingerprint")];
    let entry = format!("s1:{:016x}:{:032x} {rule} key.txt\n", 5, 5);
    let salt = nospill::policy::baseline::Baseline::parse(entry.as_bytes()).ok().and_then(|baseline| baseline.salt());
    seals.push(nospill::policy::seal::slow(salt.expect("a salt"), &rule, b"key.txt", &former).to_string());
    for (content, seal) in [&lf, &crlf].iter().flat_map(|content| seals.iter().map(move |seal| (content, seal))) {
        world.write("key.txt", content);
        world.write(FILE, format!("{seal} {rule} key.txt\n"));
        assert_eq!(world.nospill(&["dir"]).code, 0, "{seal} as a baseline");
        remove(&world, FILE);
        assert_eq!(world.nospill(&["dir"]).code, 1);
        world.write(".nospill.toml", format!("[[allow]]\nreason = 'r'\nrule = '{rule}'\nfingerprint = '{seal}'\n"));
        assert_eq!(world.nospill(&["dir"]).code, 0, "{seal} as an allow entry");
        remove(&world, ".nospill.toml");
    }
}

#[test]
#[cfg(unix)]
fn a_baseline_that_cannot_be_read_is_never_ignored() {
    let world = World::new();
    world.write("a", "nothing\n");
    let says = |code: i32, what: &str| {
        let ran = world.nospill(&["dir"]);
        assert!(ran.code == code && ran.whole().contains(what), "{}", ran.whole());
    };
    for broken in ["<<<<<<< HEAD\n", "v1:00\n", "v1:0000000000000000000000000000000", "\0\0", "{\"version\": 1}"] {
        world.write(FILE, format!("# nospill baseline\n{broken}"));
        remove(&world, "a");
        says(2, ".nospill.baseline:2 is no entry");
        world.write("a", token(1));
        says(1, ".nospill.baseline:2 is no entry");
    }
    remove(&world, FILE);
    std::os::unix::fs::symlink("nowhere", world.path().join(FILE)).expect("a link");
    says(2, "a link to nothing");
    remove(&world, FILE);
    std::fs::create_dir(world.path().join(FILE)).expect("a folder");
    says(2, FILE);
}
