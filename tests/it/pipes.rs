//! Pipes and devices where git, or we, expect a file: nothing waits for their other end. And bombs on the staged path.

use std::fs;
use std::path::Path;

use crate::env::{Ran, World, token};
use crate::forge::{bomb, hex, name};
use crate::hostile::{BIG, bounded, loose_path, pipe};

/// A repository with a commit and something staged.
fn world() -> World {
    let world = World::new();
    world.stage("dir/file", "nothing\n");
    world.commit();
    world.stage("other", "nothing\n");
    world.write("loose.txt", "nothing\n");
    world
}

/// Whether a run ended by itself, and not as if all were well.
fn is_said(ran: &Ran) -> bool {
    matches!(ran.code, 2 | 3)
}

/// What is at a path becomes a pipe.
fn becomes_pipe(path: &Path) {
    let _ = fs::remove_file(path);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    pipe(path);
}

/// Each place, the commands that read it, and how these end.
const PLACES: &[(&str, &[&str], &[i32])] = &[
    (".git/index", &["staged"], &[2, 3]),
    (".git/HEAD", &["staged", "history"], &[2, 3]),
    (".git/config", &["staged", "history"], &[2, 3]),
    (".git/refs/heads/main", &["staged", "history"], &[2, 3]),
    (".git/refs/heads/other", &["history"], &[2, 3]),
    (".git/packed-refs", &["history"], &[2, 3]),
    (".git/shallow", &["history"], &[2, 3]),
    (".git/objects/info/alternates", &["history"], &[2, 3]),
    (".git/objects/pack/pack-x.idx", &["history"], &[2, 3]),
    (".git/objects/pack/multi-pack-index", &["history"], &[2, 3]),
    (".nospill.toml", &["dir .", "staged", "history", "stdin", "config check"], &[2, 3]),
    (".nospill.baseline", &["dir .", "history"], &[2, 3]),
    // What nothing is excused by.
    ("dir/.nospill.toml", &["dir ."], &[0, 3]),
    (".gitignore", &["dir ."], &[2, 3]),
    ("dir/.gitignore", &["dir ."], &[3]),
    (".ignore", &["dir ."], &[0, 3]),
    (".git/info/exclude", &["dir ."], &[2, 3]),
    (".gitattributes", &["staged"], &[0, 2, 3]),
    (".git/info/attributes", &["staged"], &[0, 2, 3]),
    (".dockerignore", &["guard env"], &[0, 1, 2, 3]),
];

#[test]
fn nothing_waits_for_a_pipe() {
    let mut wrong = Vec::new();
    for (place, commands, exits) in PLACES {
        for command in *commands {
            let world = world();
            becomes_pipe(&world.path().join(place));
            let ran = bounded(&world, &command.split(' ').collect::<Vec<_>>(), &[]);
            if !exits.contains(&ran.code) {
                wrong.push(format!("{place}, {command}: {}", ran.whole()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n=====\n"));
}

/// Files of our own, by whatever they are named.
#[test]
fn files_of_our_own_are_no_pipes() {
    let named = |config: &str| format!("[baseline]\nfile = \"{config}\"\n");
    for (place, args) in [
        ("named.baseline", &["dir", "."][..]),
        ("named.baseline", &["baseline", "update"]),
        ("x", &["dir", "--config", "x", "."]),
        ("x", &["dir", "--policy", "x", "."]),
        ("x", &["dir", "--baseline", "x", "."]),
        ("x", &["baseline", "create", "--from", "x"]),
        ("x", &["baseline", "merge", "x", "x", "x"]),
        ("x", &["config", "import", "x"]),
        ("x", &["rules", "check", "x"]),
        ("x", &["report", "convert", "x", "--to", "csv"]),
        ("x", &["commit-msg", "x"]),
    ] {
        let world = world();
        if place == "named.baseline" {
            world.write(".nospill.toml", named(place));
        }
        becomes_pipe(&world.path().join(place));
        let ran = bounded(&world, args, &[]);
        assert!(ran.code == 2, "{place}, {args:?}: {}", ran.whole());
    }
    // Hooks, what is beside them, and what managers are told.
    for place in [".git/hooks/pre-commit", ".pre-commit-config.yaml", "lefthook.yml", "package.json", ".husky/pre-commit"] {
        for args in [&["install"][..], &["uninstall"], &["doctor"]] {
            let world = world();
            becomes_pipe(&world.path().join(place));
            let ran = bounded(&world, args, &[]);
            assert!((0..4).contains(&ran.code), "{place}, {args:?}: {}", ran.whole());
        }
    }
    // What stands open is read, and nothing is nothing.
    let world = world();
    world.write("secret.txt", token(1));
    let nospill = env!("CARGO_BIN_EXE_nospill");
    let script = "$NOSPILL dir --config <(echo 'scan.exclude = [\"secret.txt\"]') --baseline /dev/null .";
    let ran: Ran = world.command("bash", "repo").env("NOSPILL", nospill).args(["-c", script]).output().expect("bash").into();
    assert_eq!(ran.code, 0, "{}", ran.whole());
}

#[test]
fn nothing_reads_a_device_to_its_end() {
    for place in [".nospill.toml", ".gitignore", ".nospill.baseline", ".git/info/exclude", ".git/objects/info/alternates"] {
        for command in [&["dir", "."][..], &["history"]] {
            let world = world();
            let path = world.path().join(place);
            let _ = fs::remove_file(&path);
            std::os::unix::fs::symlink("/dev/zero", &path).expect("a link");
            let ran = bounded(&world, command, &[]);
            assert!((0..4).contains(&ran.code), "{place}, {command:?}: {}", ran.whole());
        }
    }
}

#[test]
fn staged_bombs_are_bounded() {
    let head = format!("blob {BIG}\0");
    for (what, stream) in [
        ("as large as it says", bomb(head.as_bytes(), BIG).0),
        ("larger than it says", bomb(b"blob 100\0", BIG).0),
        ("smaller than it says", bomb(head.as_bytes(), 1 << 20).0),
    ] {
        let world = world();
        fs::write(loose_path(&world, &name(7)), stream).expect("a file");
        world.git(&["update-index", "--add", "--cacheinfo", &format!("100644,{},bomb", hex(&name(7)))]);
        let ran = bounded(&world, &["staged"], &[]);
        assert!(is_said(&ran) && ran.out.contains("bomb"), "{what}: {}", ran.whole());
        // What is staged beside it is scanned all the same.
        world.stage("secret", token(1));
        let ran = bounded(&world, &["staged"], &[]);
        assert_eq!(ran.code, 1, "{what}: {}", ran.whole());
    }
}

#[test]
fn what_is_named_is_read_as_a_stream_or_said_not_to_be() {
    let world = World::new();
    world.write("secret.txt", token(1));
    world.write("clean.txt", "nothing\n");
    let nospill = env!("CARGO_BIN_EXE_nospill");
    let shell = |script: &str| -> crate::env::Ran {
        let mut command = world.command("bash", "repo");
        command.env("NOSPILL", nospill).args(["-c", script]).output().expect("bash runs").into()
    };
    for (script, at) in [
        ("cat secret.txt | $NOSPILL dir -", "<stdin>:1"),
        ("cat secret.txt | $NOSPILL dir /dev/stdin", "/dev/stdin:1"),
        ("cat secret.txt | $NOSPILL dir clean.txt /proc/self/fd/0", "/proc/self/fd/0:1"),
        ("$NOSPILL dir <(cat clean.txt) <(cat secret.txt)", "/dev/fd/"),
        ("ln -s /dev/stdin link; cat secret.txt | $NOSPILL dir link", "link:1"),
        ("tar c secret.txt | $NOSPILL dir -", "<stdin>!secret.txt:1"),
        ("head -c 20000000 /dev/zero | tr '\\0' '\\n' | cat - secret.txt | $NOSPILL dir -", "<stdin>:20000001"),
    ] {
        let ran = shell(script);
        assert!(ran.code == 1 && ran.out.contains(at) && !ran.whole().contains("no file"), "{script}: {}", ran.whole());
    }
    for (script, code) in [
        ("$NOSPILL dir <(cat clean.txt)", 0),
        ("cat secret.txt | $NOSPILL dir --max-size 5 -", 3),
        // Nobody writes to it.
        ("mkfifo pipe; timeout 20 $NOSPILL dir pipe", 3),
        ("timeout 20 $NOSPILL dir clean.txt pipe", 3),
        ("timeout 20 $NOSPILL dir /dev/null", 3),
        ("timeout 20 $NOSPILL dir .", 1),
        ("$NOSPILL dir nowhere", 2),
    ] {
        let ran = shell(script);
        assert_eq!(ran.code, code, "{script}: {}", ran.whole());
    }
}
