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
    way_of(world, &[range])
}

fn way_of(world: &World, range: &[&str]) -> (bool, String, u64) {
    let ran = world.nospill(&[&["history", "--format", "json"], range].concat());
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
    let side = commit();
    world.git(&["checkout", "-q", "main"]);
    world.stage("main.txt", "x\n");
    let before = commit();
    world.git(&["merge", "-q", "--no-commit", "side"]);
    world.git(&["mv", "a.txt", "b.txt"]);
    commit();
    world.stage("a.txt", "another\n");
    commit();
    // Both parents were the last to have it.
    let (in_head, last, objects) = way(&world, &format!("{start}.."));
    assert!(!in_head && [before, side].contains(&last) && objects == 1, "{last}");
}

#[test]
fn the_last_commit_with_a_secret_has_it() {
    let world = World::new();
    let commit = || {
        world.commit();
        world.git(&["rev-parse", "HEAD"]).trim().to_owned()
    };
    let start = commit();
    world.stage("a.txt", "nothing\n");
    commit();
    // A branch that has it, and one that never had it; and a merge that takes the other's side.
    world.git(&["checkout", "-q", "-b", "side"]);
    world.stage("a.txt", token(1));
    commit();
    world.stage("b.txt", "more\n");
    let last = commit();
    world.git(&["checkout", "-q", "main"]);
    for at in 0..3 {
        world.stage("c.txt", format!("{at}\n"));
        commit();
    }
    let main = world.git(&["rev-parse", "HEAD"]).trim().to_owned();
    assert_eq!(way_of(&world, &["main", "side", &format!("^{start}")]), (false, last.clone(), 1));
    world.git(&["merge", "-q", "-s", "ours", "--no-edit", "side"]);
    assert_eq!(world.git(&["rev-parse", "HEAD^"]).trim(), main);
    let (in_head, seen, _) = way(&world, &format!("{start}.."));
    let has = world.git(&["show", &format!("{seen}:a.txt")]);
    assert!(!in_head && has == token(1), "{seen}");
}

#[test]
fn a_mode_outside_of_a_sparse_partial_clone_blocks_nothing() {
    let world = World::new();
    world.git(&["config", "uploadpack.allowFilter", "true"]);
    for folder in ["in", "out"] {
        world.stage(&format!("{folder}/a.txt"), format!("{folder}\n") + &"line\n".repeat(20));
    }
    world.commit();
    world.git(&["checkout", "-q", "-b", "side"]);
    world.stage("out/a.txt", "side\n".to_owned() + &"line\n".repeat(20));
    world.commit();
    world.git(&["checkout", "-q", "main"]);
    let source = format!("file://{}", world.path().display());
    for sparse in ["--sparse-index", "--no-sparse-index"] {
        let clone = world.at(&format!("clone{sparse}"));
        let clone = clone.to_str().expect("a path");
        let git = |args: &[&str]| world.git(&[&["-C", clone], args].concat());
        world.git(&["clone", "-q", "--filter=blob:none", "--sparse", &source, clone]);
        git(&["sparse-checkout", "set", sparse, "in"]);
        git(&["update-index", "--chmod=+x", "out/a.txt"]);
        let staged = || world.nospill_in(&format!("clone{sparse}"), &["staged"]);
        let ran = staged();
        assert_eq!(ran.code, 0, "{sparse}: {}", ran.whole());
        git(&["commit", "-q", "-m", "mode"]);
        git(&["merge", "-q", "--no-commit", "origin/side"]);
        let ran = staged();
        assert_eq!(ran.code, 0, "{sparse}: {}", ran.whole());
        git(&["commit", "-q", "-m", "merge"]);
        // A secret that is new there is found all the same.
        std::fs::write(world.at("secret"), token(1)).expect("a file");
        let secret = world.at("secret");
        let blob = git(&["hash-object", "-w", secret.to_str().expect("a path")]);
        git(&["update-index", "--add", "--cacheinfo", &format!("100755,{},out/a.txt", blob.trim())]);
        let ran = staged();
        assert!(ran.code == 1 && ran.out.contains("out/a.txt:1"), "{sparse}: {}", ran.whole());
    }
}
