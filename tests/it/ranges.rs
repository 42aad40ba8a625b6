//! What a range costs and what it says of secrets that came, went and came back.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::env::{World, token};

/// The runs of git that `nospill` makes.
fn runs_of_git(world: &World, args: &[&str]) -> usize {
    let log = world.at("runs");
    let _ = fs::remove_file(&log);
    let path = std::env::var("PATH").expect("PATH");
    let git = std::env::split_paths(&path).map(|dir| dir.join("git")).find(|git| git.is_file()).expect("git");
    let bin = world.at("bin");
    fs::create_dir_all(&bin).expect("a folder");
    let script = format!("#!/bin/sh\necho run >> '{}'\nexec '{}' \"$@\"\n", log.display(), git.display());
    fs::write(bin.join("git"), script).expect("a script");
    fs::set_permissions(bin.join("git"), fs::Permissions::from_mode(0o755)).expect("permissions");
    let mut command = world.command(env!("CARGO_BIN_EXE_nospill"), "repo");
    command.env("PATH", format!("{}:{path}", bin.display()));
    let ran: crate::env::Ran = command.args(args).output().expect("nospill runs").into();
    assert_eq!(ran.code, 1, "{}", ran.whole());
    fs::read_to_string(&log).expect("runs of git").lines().count()
}

#[test]
fn git_runs_as_often_for_many_findings_as_for_one() {
    let many = |seeds: std::ops::Range<usize>| seeds.map(token).collect::<String>();
    let mut counts = Vec::new();
    for findings in [1, 40] {
        let world = World::new();
        world.commit();
        // In one file, in many, in files that are gone again, in names.
        world.stage("one.txt", many(0..findings));
        (0..findings).for_each(|seed| world.stage(&format!("many/{seed}.txt"), token(100 + seed)));
        let gone: Vec<String> = (0..findings).map(|seed| format!("gone/{seed}.txt")).collect();
        gone.iter().enumerate().for_each(|(seed, path)| world.stage(path, token(200 + seed)));
        let named = |seed: usize| token(300 + seed).split('"').nth(1).expect("a token").to_owned();
        (0..findings).for_each(|seed| world.stage(&format!("named/{}", named(seed)), "x"));
        let staged = runs_of_git(&world, &["staged"]);
        world.commit();
        gone.iter().for_each(|path| drop(world.git(&["rm", "-q", path])));
        world.commit();
        let range = runs_of_git(&world, &["history", "HEAD~2..HEAD"]);
        let ci = runs_of_git(&world, &["ci", "--base", "HEAD~2"]);
        counts.push((staged, range, ci));
    }
    assert_eq!(counts[0], counts[1]);
}

/// Whether `HEAD` has the only finding, the commit that had it last and how many contents do.
fn way(world: &World, range: &str) -> (bool, String, u64) {
    let ran = world.nospill(&["history", range, "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    let findings = report["findings"].as_array().expect("findings");
    assert_eq!(findings.len(), 1, "{}", ran.whole());
    let last = findings[0]["last_seen"].as_str().expect("a commit");
    (findings[0]["in_head"].as_bool().expect("a flag"), last.to_owned(), findings[0]["objects"].as_u64().expect("a count"))
}

#[test]
fn what_goes_and_comes_back_is_told_by_its_last_commit() {
    let world = World::new();
    let commit = || {
        world.commit();
        world.git(&["rev-parse", "HEAD"]).trim().to_owned()
    };
    let start = commit();
    let range = format!("{start}..");
    let name = "na\u{ef}ve \"dir\"/-f.txt";
    world.stage(name, token(1));
    let brought = commit();
    assert_eq!(way(&world, &range), (true, brought.clone(), 1));
    world.stage(name, "nothing\n");
    let cleaned = commit();
    assert_eq!(way(&world, &range), (false, brought.clone(), 1));
    world.git(&["rm", "-q", "--", name]);
    commit();
    assert_eq!(way(&world, &range), (false, brought, 1), "{cleaned}");
    world.stage(name, token(1) + "more\n");
    let back = commit();
    assert_eq!(way(&world, &range), (true, back.clone(), 2));
    // Renamed, it is gone from where it was.
    world.git(&["mv", "--", name, "elsewhere.txt"]);
    commit();
    assert_eq!(way(&world, &range), (false, back, 2));
}

#[test]
fn a_merge_that_renames_takes_a_secret_from_its_path() {
    let world = World::new();
    let commit = || {
        world.commit();
        world.git(&["rev-parse", "HEAD"]).trim().to_owned()
    };
    let start = commit();
    world.stage("a.txt", token(1) + &"line\n".repeat(20));
    commit();
    world.git(&["checkout", "-q", "-b", "side"]);
    world.stage("side.txt", "x\n");
    commit();
    world.git(&["checkout", "-q", "main"]);
    world.stage("main.txt", "x\n");
    let before = commit();
    world.git(&["merge", "-q", "--no-commit", "side"]);
    world.git(&["mv", "a.txt", "b.txt"]);
    commit();
    world.stage("a.txt", "another\n");
    commit();
    assert_eq!(way(&world, &format!("{start}..")), (false, before, 1));
}
