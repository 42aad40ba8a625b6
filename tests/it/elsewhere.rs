//! Accepting and explaining findings that are not in the work tree, by whatever a report says of them.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

use super::env::{Ran, World, token};

fn fingerprint(ran: &Ran) -> String {
    let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}", ran.whole()));
    report["findings"][0]["fingerprint"].as_str().unwrap_or_else(|| panic!("{}", ran.whole())).to_owned()
}

/// Explains and allows what is named; then the command is clean.
fn accepted(world: &World, what: &str, scan: &[&str]) {
    let explained = world.nospill(&["explain", what]);
    assert!(explained.code == 0 && explained.out.contains("github-pat"), "{what}: {}", explained.whole());
    let allowed = world.nospill(&["allow", what, "--reason", "test"]);
    assert_eq!(allowed.code, 0, "{what}: {}", allowed.whole());
    let ran = world.nospill(scan);
    assert_eq!(ran.code, 0, "{what}: {}", ran.whole());
    std::fs::remove_file(world.path().join(".nospill.toml")).expect("a file");
}

#[test]
fn what_is_only_staged_or_only_in_history_is_accepted() {
    let world = World::new();
    world.stage("d.txt", format!("\n\n{}", token(1)));
    world.write("d.txt", "clean\n");
    let found = fingerprint(&world.nospill(&["staged", "--format", "json"]));
    for what in [found.as_str(), "d.txt:3", "d.txt:3:10"] {
        let explained = world.nospill(&["explain", what]);
        assert!(explained.code == 0 && explained.out.contains("github-pat"), "{what}: {}", explained.whole());
        assert_eq!(world.nospill(&["allow", what, "--reason", "test"]).code, 0, "{what}");
        world.git(&["add", ".nospill.toml"]);
        assert_eq!(world.nospill(&["staged"]).code, 0, "{what}");
        world.git(&["rm", "-qf", ".nospill.toml"]);
    }
    world.git(&["commit", "-qnm", "old"]);
    world.git(&["rm", "-qf", "d.txt"]);
    world.git(&["commit", "-qnm", "gone", "--allow-empty"]);
    let found = fingerprint(&world.nospill(&["history", "--format", "json"]));
    for what in [found.as_str(), "d.txt:3"] {
        accepted(&world, what, &["history"]);
    }
    let nothing = world.nospill(&["allow", "d.txt:2", "--reason", "test"]);
    assert!(nothing.code == 2 && nothing.err.contains("no finding at d.txt:2"), "{}", nothing.whole());
}

#[test]
fn what_is_on_another_branch_or_in_a_message_is_accepted() {
    let world = World::new();
    world.git(&["commit", "-qnm", "first", "--allow-empty"]);
    world.git(&["switch", "-qc", "other"]);
    world.stage("o.txt", token(1));
    world.git(&["commit", "-qnm", "other"]);
    world.git(&["switch", "-q", "main"]);
    let found = fingerprint(&world.nospill(&["history", "--format", "json"]));
    accepted(&world, &found, &["history"]);
    world.git(&["branch", "-qD", "other"]);
    world.git(&["commit", "-qn", "--allow-empty", "-m", &token(2)]);
    let found = fingerprint(&world.nospill(&["history", "--format", "json"]));
    accepted(&world, &found, &["history", "HEAD~1..HEAD"]);
}

#[test]
fn names_of_every_kind_are_accepted_as_they_are_typed() {
    let world = World::new();
    let names: [&[u8]; 9] =
        [b"with space", b"--help", b"-dash", b"new\nline", b"lat\xe4in", b"colon:1:2", b"!bang", b"a*b?", b"[x]{y}"];
    for name in names {
        let path = world.path().join(OsStr::from_bytes(name));
        std::fs::write(path, token(1)).expect("a file");
    }
    std::fs::create_dir(world.path().join("sub")).expect("a folder");
    for (at, name) in names.iter().enumerate() {
        let (dir, what) = match at % 2 {
            0 => ("repo", [name, b":1".as_slice()].concat()),
            _ => ("repo/sub", [b"../".as_slice(), name, b":1:10"].concat()),
        };
        let mut command = world.command(env!("CARGO_BIN_EXE_nospill"), dir);
        let ran: Ran =
            command.args(["allow", "--reason", "r", "--"]).arg(OsStr::from_bytes(&what)).output().expect("it runs").into();
        assert_eq!(ran.code, 0, "{}", ran.whole());
    }
    let ran = world.nospill(&["dir"]);
    assert_eq!(ran.code, 0, "{}", ran.whole());
}

#[test]
fn what_is_allowed_and_not_staged_is_said() {
    let world = World::new();
    world.stage("a.py", token(1));
    assert!(!world.nospill(&["staged"]).out.contains("git add"));
    let allowed = world.nospill(&["allow", "a.py:1", "--reason", "r"]);
    assert!(allowed.out.contains("`git add .nospill.toml`"), "{}", allowed.whole());
    let ran = world.nospill(&["staged"]);
    assert!(ran.code == 1 && ran.out.contains(".nospill.toml: it counts as it is staged"), "{}", ran.whole());
    world.git(&["add", ".nospill.toml"]);
    assert_eq!(world.nospill(&["staged"]).code, 0);
}

#[test]
fn a_place_without_comments_is_told_its_fingerprint() {
    let world = World::new();
    let value = token(1);
    let value = value.split('"').nth(1).expect("a token");
    world.write("a.json", format!("{{\"a\": \"{value}\"}}\n"));
    let ran = world.nospill(&["dir", "a.json"]);
    assert!(ran.out.contains("run `nospill allow v1:") && !ran.out.contains("in a comment"), "{}", ran.whole());
    world.write("b.py", token(2));
    let ran = world.nospill(&["dir", "b.py"]);
    assert!(ran.out.contains("in a comment on that line, or run `nospill allow v1:"), "{}", ran.whole());
}
