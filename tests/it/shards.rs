//! `--shard K/N` and `report merge`: the parts of a run make what one run gives, byte for byte.

use std::fs;

use crate::env::{Ran, World, text, token};
use crate::history::tangled;

const FORMATS: [&str; 10] = ["json", "jsonl", "sarif", "junit", "gitlab", "azure", "github", "csv", "markdown", "html"];

/// A report with the one number that a run does not decide taken out.
fn timeless(report: &str) -> String {
    let is_time = |line: &&str| ["elapsed_ms", "start_time", "end_time"].iter().any(|name| line.contains(name));
    report.lines().map(|line| if is_time(&line) { "time" } else { line }).collect::<Vec<_>>().join("\n")
}

fn summary(report: &str, name: &str) -> u64 {
    let report: serde_json::Value = serde_json::from_str(report).expect("a report");
    report["summary"][name].as_u64().expect("a number")
}

/// Runs a command whole and in parts; gives the parts' bytes for every number of parts.
fn check(world: &World, args: &[&str], counts: &[usize]) -> Vec<Vec<u64>> {
    let json = |more: &[&str]| world.nospill(&[args, &["--format", "json"], more].concat());
    let whole = json(&[]);
    assert!(whole.code == 0 || whole.code == 1 || whole.code == 3, "{}", whole.whole());
    let fixed = |ran: &Ran| {
        let report = ran.out.lines().map(|line| match line.trim_start().starts_with("\"elapsed_ms\"") {
            true => "    \"elapsed_ms\": 5".to_owned(),
            false => line.to_owned(),
        });
        report.collect::<Vec<_>>().join("\n") + "\n"
    };
    fs::write(world.at("whole.json"), fixed(&whole)).expect("a file");
    let outputs = |lead: &str| FORMATS.map(|format| format!("--output={format}=../{lead}.{format}")).to_vec();
    let convert = |args: &[&str], lead: &str| {
        let outputs = outputs(lead);
        let outputs: Vec<&str> = outputs.iter().map(String::as_str).collect();
        world.nospill(&[&["report"], args, &outputs].concat())
    };
    let ran = convert(&["convert", "../whole.json"], "one");
    assert_eq!(ran.code, whole.code, "{}", ran.whole());
    let mut all = Vec::new();
    for &count in counts {
        let mut bytes = Vec::new();
        let mut files = Vec::new();
        // In another order than that of their numbers.
        for number in (1..=count).rev() {
            let part = json(&["--shard", &format!("{number}/{count}")]);
            assert!(part.err.contains(&format!("nospill: shard {number}/{count}: scanned ")), "{}", part.whole());
            bytes.push(summary(&part.out, "bytes"));
            fs::write(world.at(&format!("part{number}.json")), fixed(&part)).expect("a file");
            files.push(format!("../part{number}.json"));
        }
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        let ran = convert(&[&["merge"], &files[..]].concat(), "parts");
        assert_eq!(ran.code, whole.code, "{count} parts of {args:?}: {}", ran.whole());
        for format in FORMATS {
            let read = |lead: &str| fs::read_to_string(world.at(&format!("{lead}.{format}"))).expect("a report");
            let (one, parts) = (timeless(&read("one")), timeless(&read("parts")));
            assert!(one == parts, "{format} of {count} parts of {args:?} differs:\n{}", difference(&one, &parts));
        }
        all.push(bytes);
    }
    all
}

/// The first lines that differ.
pub(crate) fn difference(one: &str, other: &str) -> String {
    let at = one.lines().zip(other.lines()).take_while(|(a, b)| a == b).count();
    let show = |text: &str| text.lines().skip(at.saturating_sub(8)).take(16).collect::<Vec<_>>().join("\n");
    format!("one run:\n{}\nparts:\n{}", show(one), show(other))
}

#[test]
fn parts_of_a_history_make_the_whole() {
    for seed in 0..3 {
        let world = World::new();
        tangled(&world, 60, seed);
        if seed == 1 {
            world.git(&["gc", "-q"]);
        }
        check(&world, &["history"], &[1, 2, 3, 7]);
        check(&world, &["history", "HEAD"], &[1, 3]);
    }
}

/// A history with every odd thing that parts might see twice or not at all.
fn odd() -> World {
    let world = World::new();
    world.stage(".nospill.toml", "[scan]\nexclude = [\"vendor/\"]\n");
    // One blob under names of several shards, one secret in several blobs.
    for name in ["a.py", "b/c.py", "d.txt", "e.cfg", "vendor/f.py", "vendor/g.py"] {
        world.stage(name, token(1));
    }
    for (number, name) in ["h.py", "i.py", "j.py"].iter().enumerate() {
        world.stage(name, format!("{}x = {number}\n", token(1)));
    }
    world.stage("keys/id_rsa", "no key\n");
    world.stage("keys/old/id_ed25519", "no key either\n");
    world.commit();
    // The same secrets in several messages, the earliest of which counts.
    for day in [5, 3, 4] {
        let date = format!("2026-01-0{day}T00:00:00Z");
        let message = format!("day {day}\n\n{}\n{}", token(2), token(30 + day));
        let mut commit = world.command("git", "repo");
        commit.env("GIT_AUTHOR_DATE", &date).env("GIT_COMMITTER_DATE", &date);
        let ran: Ran = commit.args(["commit", "-q", "--allow-empty", "-m", &message]).output().expect("git runs").into();
        assert_eq!(ran.code, 0, "{}", ran.whole());
    }
    world.git(&["tag", "-a", "-m", &token(2), "v1"]);
    // Blobs that only refs name, some with the same secret, which a file has, too; one that a tree names, too.
    world.stage("k.py", token(3));
    world.commit();
    for number in 0..6 {
        world.write("loose", format!("{}{}y = {number}\n", token(3), token(40 + number)));
        let blob = world.git(&["hash-object", "-w", "loose"]).trim().to_owned();
        world.git(&["tag", &format!("blob{number}"), &blob]);
    }
    fs::remove_file(world.path().join("loose")).expect("a file");
    let named = world.git(&["rev-parse", "HEAD:a.py"]).trim().to_owned();
    world.git(&["tag", "named", &named]);
    // What nothing reaches: with a path and without.
    world.stage("gone.py", token(4));
    world.stage("sub/gone2.py", token(4));
    world.commit();
    world.git(&["reset", "-q", "--hard", "HEAD~1"]);
    for number in 0..4 {
        world.write("lost", format!("{}z = {number}\n", token(3)));
        world.git(&["hash-object", "-w", "lost"]);
    }
    fs::remove_file(world.path().join("lost")).expect("a file");
    // A file that comes, goes and comes back, moved.
    for (seed, path) in [(5, "x.py"), (6, "x.py"), (5, "m/x.py"), (5, "x.py")] {
        world.stage(path, format!("# a\n{}", token(seed)));
        world.commit();
    }
    world
}

#[test]
fn parts_of_an_odd_history_make_the_whole() {
    let world = odd();
    check(&world, &["history"], &[1, 2, 3, 7, 50]);
    check(&world, &["history", "--include", "unreachable,reflog"], &[2, 3, 7]);
    check(&world, &["history", "--max-count", "4"], &[2, 7]);
    check(&world, &["history", "HEAD~2..HEAD", "--config-from", "HEAD~5"], &[2]);
    // With objects that are too large, broken or missing.
    check(&world, &["history", "--max-size", "60"], &[2, 3]);
    for name in ["HEAD:a.py", "HEAD:h.py"] {
        let id = world.git(&["rev-parse", name]).trim().to_owned();
        let path = world.path().join(".git/objects").join(&id[..2]).join(&id[2..]);
        fs::remove_file(&path).expect("a loose object");
        if name == "HEAD:h.py" {
            fs::write(&path, "not an object").expect("a file");
        }
    }
    check(&world, &["history"], &[2, 3, 7]);
}

#[test]
fn the_work_is_divided() {
    let world = World::new();
    for number in 0..300 {
        world.write(&format!("src/{}/file{number}.py", number % 7), format!("{}{}", "x = 1\n".repeat(200), token(number)));
    }
    world.git(&["add", "."]);
    world.commit();
    for args in [&["history"][..], &["dir", "src"]] {
        for bytes in check(&world, args, &[2, 4]) {
            let (sum, count) = (bytes.iter().sum::<u64>(), bytes.len() as u64);
            assert!(bytes.iter().all(|&bytes| bytes * count > sum * 2 / 3 && bytes * count < sum * 3 / 2), "{args:?}: {bytes:?}");
        }
    }
}

#[test]
fn parts_of_a_folder_make_the_whole() {
    let world = World::new();
    for number in 0..40 {
        world.write(&format!("d{}/f{number}.py", number % 5), format!("a\n{}{}", token(number % 6), token(100 + number)));
    }
    world.write("ignored.py", token(7));
    world.write(".gitignore", "ignored.py\ntracked.py\n");
    world.write("tracked.py", token(8));
    world.git(&["add", "-f", "tracked.py"]);
    world.write("keys/id_rsa", "no key\n");
    world.write(".nospill.toml", "[scan]\nexclude = [\"d4/\"]\n");
    let zip = "import zipfile\nz = zipfile.ZipFile('a.zip', 'w')\nfor n in range(3):\n    z.write('d0/f0.py', f'in/{n}.py')\n";
    let made = world.command("python3", "repo").args(["-c", zip]).status().expect("python3 runs");
    assert!(made.success());
    let _socket = std::os::unix::net::UnixListener::bind(world.path().join("socket")).expect("a socket");
    check(&world, &["dir"], &[1, 2, 3, 7]);
    check(&world, &["dir", "--no-ignore", "--max-size", "300", "."], &[2, 3]);
    // One that is read in parts.
    world.write("large.py", format!("{}{}", "x = 1\n".repeat(3_000_000), token(9)));
    check(&world, &["dir", "d1", "keys", "d1/f1.py", "large.py"], &[2]);
    check(&world, &["dir", "keys"], &[3]);
    fs::create_dir(world.at("repo/empty")).expect("a folder");
    check(&world, &["dir", "empty"], &[3]);
    // Another place of the work tree falls to the same parts.
    let here = world.nospill(&["dir", "d1", "--shard", "1/3", "--format", "json"]);
    let there = world.nospill_in(".", &["dir", "repo/d1", "--shard", "1/3", "--format", "json"]);
    assert_eq!(summary(&here.out, "objects"), summary(&there.out, "objects"));
}

#[test]
fn what_is_no_whole_is_not_taken_for_one() {
    let world = World::new();
    for number in 0..9 {
        world.stage(&format!("{number}.txt"), "nothing\n");
    }
    world.commit();
    for number in 1..=3 {
        let ran = world.nospill(&["history", "--shard", &format!("{number}/3"), &format!("--output=json=../{number}.json")]);
        assert_eq!(ran.code, 0, "{}", ran.whole());
    }
    let merge = |files: &[&str]| world.nospill(&[&["report", "merge"], files].concat());
    assert_eq!(merge(&["../1.json", "../2.json", "../3.json"]).code, 0);
    for files in [&["../1.json", "../3.json"][..], &["../2.json"]] {
        let ran = merge(files);
        assert!(ran.code == 3 && ran.out.contains("of 3 is missing"), "{}", ran.whole());
    }
    let ran = merge(&["../1.json", "../2.json", "../2.json"]);
    assert!(ran.code == 2 && ran.err.contains("shard 2 is there twice"), "{}", ran.whole());
    assert_eq!(world.nospill(&["history", "--output=json=../whole.json"]).code, 0);
    let ran = merge(&["../1.json", "../whole.json"]);
    assert!(ran.code == 2 && ran.err.contains("some are parts, some are whole"), "{}", ran.whole());
    world.nospill(&["history", "--shard", "3/4", "--output=json=../of4.json"]);
    let ran = merge(&["../1.json", "../of4.json"]);
    assert!(ran.code == 2 && ran.err.contains("different numbers of shards"), "{}", ran.whole());
    world.stage("more.txt", text("{alnum:9}\n", 1));
    world.commit();
    world.nospill(&["history", "--shard", "3/3", "--output=json=../later.json"]);
    let ran = merge(&["../1.json", "../2.json", "../later.json"]);
    assert!(ran.code == 2 && ran.err.contains("refs, rules or what was asked for differ"), "{}", ran.whole());
    for shard in ["0/3", "4/3", "x", "auto"] {
        let ran = world.nospill(&["history", "--shard", shard]);
        assert!(ran.code == 2, "{}", ran.whole());
    }
    let mut ci = world.command(env!("CARGO_BIN_EXE_nospill"), "repo");
    ci.envs([("GITLAB_CI", "true"), ("CI_PIPELINE_SOURCE", "schedule"), ("CI_NODE_INDEX", "2"), ("CI_NODE_TOTAL", "3")]);
    let ran: Ran = ci.args(["ci", "--shard", "auto"]).output().expect("nospill runs").into();
    assert!(ran.code == 0 && ran.err.contains("shard 2/3: scanned"), "{}", ran.whole());
}

#[test]
fn reports_hold_nothing_that_a_scan_reports() {
    let world = World::new();
    for number in 0..6 {
        world.stage(&format!("f{number}.py"), token(number));
    }
    world.stage(".env", text("PASSWORD={alnum:20}\n", 1));
    world.commit();
    fs::create_dir(world.at("reports")).expect("a folder");
    let outputs = FORMATS.map(|format| format!("--output={format}=../reports/report.{format}"));
    let args: Vec<&str> = ["history", "--shard", "1/1"].into_iter().chain(outputs.iter().map(String::as_str)).collect();
    assert_eq!(world.nospill(&args).code, 1);
    let ran = world.nospill_in("reports", &["dir", "."]);
    assert!(ran.code == 0 && ran.err.contains("scanned 10 objects"), "{}", ran.whole());
}
