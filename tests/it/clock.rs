//! Clocks that are wrong, and clocks that jump: an expiry counts by the clock that there is, fails closed without one, and
//! nothing else looks at it.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;
use std::time::{Duration, UNIX_EPOCH};

use crate::env::{Ran, World, text, token};
use crate::leak::FORMATS;
use crate::shim::nospill;

/// 2030-01-01.
const THEN: i64 = 1_893_456_000;

fn at(world: &World, clock: &str, args: &[&str]) -> Ran {
    nospill(world, args, &[("SHIM_CLOCK", clock)]).output().expect("nospill runs").into()
}

#[test]
fn an_expiry_counts_by_the_clock_and_not_without_one() {
    let world = World::new();
    world.write("a.py", token(1));
    world.write(".nospill.toml", "[[allow]]\nreason = 'r'\npath = 'a.py'\nexpires = '2029-12-31'\n");
    let gone = "expired on 2029-12-31";
    for (clock, exit, says) in [
        ("-1", 1, "does not count: the clock stands before 1970"),
        ("-9000000000000000000", 1, "does not count: the clock stands before 1970"),
        ("0", 0, ""),
        (&(THEN - 1).to_string(), 0, ""),
        (&THEN.to_string(), 1, gone),
        ("4102444800", 1, gone),
        ("99999999999999", 1, gone),
        ("9000000000000000000", 1, gone),
    ] {
        let ran = at(&world, clock, &["dir", "."]);
        assert!(ran.code == exit && ran.out.contains(says), "{clock}: {}", ran.whole());
        let checked = at(&world, clock, &["config", "check"]);
        assert_eq!(checked.whole().contains("this allow entry"), exit == 1, "{clock}: {}", checked.whole());
        for format in FORMATS {
            let ran = at(&world, clock, &["dir", ".", "--format", format]);
            assert_eq!(ran.code, exit, "{clock}, {format}: {}", ran.whole());
            if matches!(format, "json" | "sarif" | "gitlab") {
                serde_json::from_str::<serde_json::Value>(&ran.out).unwrap_or_else(|error| panic!("{clock}, {format}: {error}"));
            }
        }
    }
}

#[test]
fn a_tokens_own_end_counts_by_the_clock_and_not_without_one() {
    let world = World::new();
    world.write("a.env", text("TOKEN={jwt:{{\"sub\":\"41\",\"exp\":1893456000}}}\n", 0));
    for (clock, effect) in [("-1", "deny"), ("0", "deny"), (&THEN.to_string(), "deny"), ("4102444800", "audit")] {
        let found = at(&world, clock, &["dir", ".", "--format", "json"]).findings();
        assert!(found.iter().any(|f| f.starts_with("a.env:1 ") && f.ends_with(effect)), "{clock}: {found:?}");
    }
}

#[test]
fn a_clock_that_jumps_changes_nothing_else() {
    let world = World::new();
    for number in 0..6 {
        world.stage(&format!("f{number}"), token(number));
        world.commit();
    }
    world.stage("g", token(9));
    // Files that are from before 1970, from now and from far ahead, as the same jumps leave them.
    for (name, time) in [("f0", UNIX_EPOCH - Duration::from_secs(99)), ("f1", UNIX_EPOCH + Duration::from_secs(1 << 33))] {
        let file = fs::File::options().write(true).open(world.path().join(name)).expect("a file");
        file.set_modified(time).expect("a time");
    }
    let tree = world.git(&["write-tree"]);
    let tip = world.git(&["commit-tree", "-p", "HEAD", "-m", "pushed", tree.trim()]);
    for args in [
        &["dir", "."][..],
        &["staged"],
        &["history"],
        &["history", "HEAD~3..HEAD"],
        &["history", "--cache", "../cache"],
        &["history", "--cache", "../cache"],
        &["pre-receive", "--deadline", "3600"],
    ] {
        let args = &[args, &["--format", "json"]].concat();
        let run = |clock: Option<(&str, &str)>| {
            let mut command = nospill(&world, args, clock.as_slice());
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
            let mut child = command.spawn().expect("nospill runs");
            let line = format!("{} {} refs/heads/main\n", "0".repeat(40), tip.trim());
            // Only one command reads it.
            let _ = child.stdin.take().expect("a pipe").write_all(line.as_bytes());
            Ran::from(child.wait_with_output().expect("it ends"))
        };
        let (calm, jumping) = (run(None), run(Some(("SHIM_CLOCK", "jump"))));
        assert_eq!((calm.code, calm.findings()), (1, jumping.findings()), "{args:?}: {}", jumping.whole());
        let report: serde_json::Value = serde_json::from_str(&jumping.out).expect("JSON");
        let elapsed = report["summary"]["elapsed_ms"].as_u64().expect("a number");
        assert!(elapsed < 3_600_000, "{args:?}: {elapsed} ms");
    }
}

/// A deadline is time that passed. git is a program here that waits for the test, so that the scan can't end before it.
#[test]
fn a_deadline_passes_whatever_the_clock_says() {
    let world = World::with_init(&["--object-format=sha256"]);
    world.stage("f", token(1));
    world.commit();
    let tip = world.git(&["rev-parse", "HEAD"]);
    let folder = world.at("bin");
    fs::create_dir(&folder).expect("a folder");
    let gate = world.at("gate");
    crate::hostile::pipe(&gate);
    fs::write(folder.join("git"), format!("#!/bin/sh\nread line < '{}'\n", gate.display())).expect("a file");
    fs::set_permissions(folder.join("git"), fs::Permissions::from_mode(0o755)).expect("it is ours");
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").expect("PATH"));
    let line = format!("{} {} refs/heads/main\n", "0".repeat(64), tip.trim());
    for clock in ["0", "-5", "jump", "9000000000000000000"] {
        let set = [("SHIM_CLOCK", clock), ("PATH", &path)];
        let mut command = nospill(&world, &["pre-receive", "--deadline", "1"], &set);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("nospill runs");
        child.stdin.take().expect("a pipe").write_all(line.as_bytes()).expect("it reads");
        assert_eq!(child.wait().expect("it ends").code(), Some(3), "{clock}");
    }
    // Lets go of those that wait.
    let _ = fs::File::options().read(true).write(true).open(&gate);
}
