//! Standard input that is a diff: what it adds, at the lines of the files.

use std::io::Write as _;
use std::process::Stdio;

use crate::env::{Ran, World, token};

fn piped(world: &World, args: &[&str], text: &[u8]) -> Ran {
    let mut command = world.command(env!("CARGO_BIN_EXE_nospill"), "repo");
    command.arg("stdin").args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("nospill runs");
    child.stdin.take().expect("a pipe").write_all(text).expect("written");
    child.wait_with_output().expect("it ends").into()
}

/// `path:line rule effect` of what a diff that git makes adds.
fn of(world: &World, git: &[&str]) -> Vec<String> {
    piped(world, &["--format", "json"], world.git(git).as_bytes()).findings()
}

#[test]
fn only_what_a_diff_adds_counts_and_at_its_line() {
    let world = World::new();
    let lines = |count: usize| "line\n".repeat(count);
    world.stage("d/f.txt", lines(5) + &token(1) + &lines(40) + &token(2));
    world.commit();
    world.stage("d/f.txt", lines(5) + "new\n" + &token(3) + &lines(40) + &token(2) + "more\n");
    let want = ["d/f.txt:7 github-pat deny"];
    for options in [
        &[][..],
        &["--color=always"],
        &["--no-prefix"],
        &["--src-prefix=i/", "--dst-prefix=w/"],
        &["-U0"],
        &["--word-diff=none", "-M"],
        &["--function-context"],
    ] {
        let args = [&["-c", "color.diff=auto", "diff", "--cached"], options].concat();
        assert_eq!(of(&world, &args), want, "{options:?}");
    }
    assert_eq!(of(&world, &["diff", "--cached", "-R"]), ["d/f.txt:6 github-pat deny"]);
    // A word diff has no signs: its lines count, whatever they were.
    assert!(of(&world, &["diff", "--cached", "--word-diff"]).len() > 1);
    let diff = world.git(&["diff", "--cached"]);
    assert_eq!(piped(&world, &["--no-diff", "--format", "json"], diff.as_bytes()).findings().len(), 3);
    let late = "see this\n".to_owned() + &diff;
    assert_eq!(piped(&world, &["--format", "json"], late.as_bytes()).findings().len(), 3);
    assert_eq!(piped(&world, &["--diff", "--format", "json"], late.as_bytes()).findings(), want);
}

#[test]
fn logs_patches_renames_and_merges_are_read() {
    let world = World::new();
    world.stage("a.txt", "line\n".repeat(30));
    world.commit();
    world.git(&["checkout", "-q", "-b", "side"]);
    world.stage("na\u{ef}ve \"x\".txt", token(1));
    world.commit();
    world.git(&["mv", "a.txt", "b c.txt"]);
    world.write("b c.txt", "line\n".repeat(30) + &token(2));
    world.git(&["add", "."]);
    world.git(&["commit", "-q", "-m", &format!("now with {}", token(4))]);
    let both = ["b c.txt:31 github-pat deny", "na\u{ef}ve \"x\".txt:1 github-pat deny"];
    for command in [&["log", "-p"][..], &["log", "-p", "--color=always"], &["format-patch", "--stdout", "HEAD~2"]] {
        let found = of(&world, command);
        assert!(found.len() == 3 && both.iter().all(|line| found.contains(&(*line).to_owned())), "{command:?}: {found:?}");
        assert!(found.iter().any(|line| line.starts_with("<stdin>:")), "{found:?}");
    }
    // What a merge adds to both sides.
    world.git(&["checkout", "-q", "main"]);
    world.stage("main.txt", "x\n");
    world.commit();
    world.git(&["merge", "-q", "--no-commit", "side"]);
    world.write("b c.txt", token(3) + &"line\n".repeat(30) + &token(2));
    world.git(&["add", "."]);
    world.git(&["commit", "-q", "-m", "merge"]);
    assert_eq!(of(&world, &["show", "--format=", "--cc"]), ["b c.txt:1 github-pat deny"]);
}

#[test]
fn paths_of_a_diff_count_as_those_of_files() {
    let world = World::new();
    world.commit();
    world.stage(".env", "NAME=x\n".to_owned() + &token(7).replace("token = ", "TOKEN="));
    let staged = world.staged();
    assert!(!staged.is_empty());
    assert_eq!(of(&world, &["diff", "--cached"]), staged);
    world.commit();
    world.git(&["rm", "-q", ".env"]);
    assert!(of(&world, &["diff", "--cached"]).is_empty());
    // What can't be read is said.
    world.stage("x.bin", [0, 159, 146, 150, 0, 1, 2]);
    let ran = piped(&world, &[], world.git(&["diff", "--cached", "--binary"]).as_bytes());
    assert!(ran.code == 3 && ran.out.contains("x.bin: a binary patch"), "{}", ran.whole());
    // Lines that are no line numbers' business.
    let hostile = format!("diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,0 +4294967295,2 @@\n+{}+{}", token(1), token(2));
    let ran = piped(&world, &["--format", "json"], hostile.as_bytes());
    assert_eq!(ran.findings(), ["x:4294967295 github-pat deny"; 2], "{}", ran.whole());
}
