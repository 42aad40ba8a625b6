//! On a real terminal: what `install` asks, what it does with the answers, colour, and how far a scan has come.

use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::process::Stdio;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::env::{Ran, World, token};

/// What is typed to end the input.
const END: &str = "\u{4}";
const LINE: &str = "/.nospill.baseline merge=nospill-baseline\n";

/// Runs nospill on a terminal of its own, on which `typed` was typed ahead.
fn on_terminal(world: &World, args: &[&str], typed: &str) -> Ran {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
    grantpt(&ours).and_then(|()| unlockpt(&ours)).expect("a terminal");
    let name = ptsname(&ours, Vec::new()).expect("its name").into_string().expect("a path");
    let noctty = rustix::fs::OFlags::NOCTTY.bits() as i32;
    let theirs = OpenOptions::new().read(true).write(true).custom_flags(noctty).open(name).expect("its other end");
    let mut ours = File::from(ours);
    ours.write_all(typed.as_bytes()).expect("typed");
    let side = || Stdio::from(theirs.try_clone().expect("a handle"));
    let mut command = world.command(env!("CARGO_BIN_EXE_nospill"), "repo");
    let mut child = command.args(args).env("TERM", "xterm").stdin(side()).stdout(side()).stderr(side()).spawn().expect("it runs");
    drop((command, theirs));
    // Once nobody has the other end any more, reading is an error.
    let mut out = Vec::new();
    let _ = ours.read_to_end(&mut out);
    let code = child.wait().expect("an end").code().unwrap_or(-1);
    Ran { code, out: String::from_utf8_lossy(&out).replace("\r\n", "\n"), err: String::new() }
}

fn with_baseline() -> World {
    let world = World::new();
    world.stage("a.txt", token(1));
    assert_eq!(world.nospill(&["baseline", "create"]).code, 0);
    world
}

fn attributes(world: &World) -> String {
    fs::read_to_string(world.path().join(".gitattributes")).unwrap_or_default()
}

fn driver(world: &World) -> bool {
    world.try_git(&["config", "merge.nospill-baseline.driver"]).code == 0
}

#[test]
fn install_asks_and_does_as_it_is_told() {
    for (typed, wants_driver, wants_line) in [
        ("y\ny\n", true, true),
        ("yes\nY\n", true, true),
        ("y\nn\n", true, false),
        ("y\n\n", true, false),
        ("n\n", false, false),
        ("\n", false, false),
        ("maybe\n", false, false),
        (END, false, false),
        ("y\n\u{4}", true, false),
    ] {
        let world = with_baseline();
        let ran = on_terminal(&world, &["install"], typed);
        assert!(ran.code == 0 && ran.out.contains("entry by entry [y/N]? "), "{typed:?}: {}", ran.whole());
        assert_eq!((driver(&world), attributes(&world) == LINE), (wants_driver, wants_line), "{typed:?}: {}", ran.whole());
        assert_eq!(ran.out.contains("to commit: echo "), wants_driver && !wants_line, "{typed:?}: {}", ran.whole());
        assert!(world.path().join(".git/hooks/pre-commit").exists());
        // What is settled is not asked again.
        let again = on_terminal(&world, &["install"], "n\nn\n");
        assert_eq!(again.out.contains("[y/N]"), !wants_line, "{typed:?}: {}", again.whole());
    }
}

#[test]
fn nothing_is_asked_where_nobody_answers() {
    let world = with_baseline();
    let ran = world.nospill(&["install"]);
    assert!(ran.code == 0 && !ran.whole().contains("[y/N]") && !driver(&world), "{}", ran.whole());
    let world = World::new();
    let ran = on_terminal(&world, &["install"], "");
    assert!(ran.code == 0 && !ran.out.contains("[y/N]"), "no baseline: {}", ran.whole());
}

#[test]
fn attributes_that_are_there_stay() {
    let world = with_baseline();
    world.write(".gitattributes", "*.txt text");
    assert_eq!(on_terminal(&world, &["install", "--merge-driver"], "y\n").code, 0);
    assert_eq!(attributes(&world), format!("*.txt text\n{LINE}"));
    assert_eq!(world.git(&["check-attr", "merge", ".nospill.baseline"]).trim(), ".nospill.baseline: merge: nospill-baseline");
    // A link could lead to any file of the person's.
    let world = with_baseline();
    fs::write(world.at("other"), "precious\n").expect("a file");
    std::os::unix::fs::symlink(world.at("other"), world.path().join(".gitattributes")).expect("a link");
    let ran = on_terminal(&world, &["install"], "y\ny\n");
    assert!(ran.code == 2 && ran.out.contains("is a link"), "{}", ran.whole());
    assert_eq!(fs::read_to_string(world.at("other")).expect("a file"), "precious\n");
}

#[test]
fn colour_is_for_terminals_and_names_can_not_speak_to_them() {
    let world = World::new();
    world.write("a\u{1b}[2J\u{7}.txt", token(1));
    let ran = on_terminal(&world, &["dir"], "");
    assert!(ran.code == 1 && ran.out.contains("\u{1b}["), "{:?}", ran.out);
    assert!(!ran.out.contains("\u{1b}[2J") && !ran.out.contains('\u{7}'), "{:?}", ran.out);
    assert!(!world.nospill(&["dir"]).whole().contains('\u{1b}'));
    let mut plain = world.command(env!("CARGO_BIN_EXE_nospill"), "repo");
    plain.env("NO_COLOR", "1");
    assert!(!Ran::from(plain.arg("dir").output().expect("it runs")).whole().contains('\u{1b}'));
}

/// A scan that takes longer than a second shows how far it has come, and nothing of it stays. How much work that is depends on the
/// machine: it is doubled until it is enough.
#[test]
fn progress_is_for_terminals_and_erased() {
    let world = World::new();
    let mut lines = 1 << 16;
    let shown = loop {
        world.write("large.txt", "password = token and secret and key and a word\n".repeat(lines));
        let ran = on_terminal(&world, &["dir"], "");
        assert_eq!(ran.code, 0, "{}", ran.whole());
        if ran.out.contains("\r\u{1b}[K") {
            break ran.out;
        }
        lines *= 2;
        assert!(lines < 1 << 25, "1 GB in less than a second");
    };
    let mut looks: Vec<&str> = shown.split("\r\u{1b}[K").collect();
    // What follows the last erasure stands on an empty line.
    let end = looks.pop().expect("what stands behind the last");
    assert!(end.starts_with("nospill: scanned 1 object"), "{shown:?}");
    assert_eq!(looks.remove(0), "", "{shown:?}");
    let is_line = |look: &&str| look.starts_with("nospill: ") && look.contains(" files") && look.ends_with(" MB");
    assert!(!looks.is_empty() && looks.iter().all(is_line), "{shown:?}");
    let elsewhere = world.nospill(&["dir"]);
    assert_eq!(elsewhere.err.lines().count(), 1, "{}", elsewhere.whole());
    assert!(!elsewhere.whole().contains('\u{1b}'), "{}", elsewhere.whole());
}
