//! `nospill dir`: odd and huge files, what is walked and what is not.

use std::fs::{self, File};
use std::io::{Seek as _, SeekFrom, Write as _};

use super::env::{Ran, World, text, token};

const RULE: &str = "github-pat deny";

/// Runs `dir` in the repository.
fn found(world: &World, args: &[&str]) -> Vec<String> {
    world.nospill(&[&["dir", "--format", "json"], args].concat()).findings()
}

#[test]
fn output_is_the_same_for_any_number_of_threads() {
    let world = World::new();
    for at in 0..60 {
        world.write(&format!("d{}/f{at}.txt", at % 7), format!("{}{}", "x\n".repeat(at), token(at)));
    }
    let run = |threads: &str| {
        let ran = world.nospill(&["dir", "--format", "json", "--threads", threads]);
        ran.out.lines().filter(|line| !line.contains("elapsed")).collect::<Vec<_>>().join("\n")
    };
    let one = run("1");
    assert_eq!(one.matches("github-pat").count(), 60, "{one}");
    for threads in ["2", "5"] {
        assert_eq!(run(threads), one);
    }
}

#[test]
fn hidden_files_are_scanned_and_git_is_not() {
    let world = World::new();
    for path in [".hidden", ".folder/file", ".git/notes", "plain"] {
        world.write(path, token(1));
    }
    let all = [".folder/file", ".hidden", "plain"].map(|path| format!("{path}:1 {RULE}"));
    assert_eq!(found(&world, &[]), all);
    assert_eq!(found(&world, &["--no-hidden"]), [format!("plain:1 {RULE}")]);
}

#[test]
fn ignored_files_are_left_out_unless_tracked_or_wanted() {
    let world = World::new();
    world.write(".gitignore", "build/\n*.log\n");
    world.write("build/tracked.txt", token(1));
    world.write("build/other.txt", token(2));
    world.write("a.log", token(3));
    world.write("sub/deep/b.log", token(4));
    world.git(&["add", "-f", "build/tracked.txt", "sub/deep/b.log"]);
    assert_eq!(found(&world, &[]), [format!("build/tracked.txt:1 {RULE}"), format!("sub/deep/b.log:1 {RULE}")]);
    assert_eq!(found(&world, &["sub"]), [format!("sub/deep/b.log:1 {RULE}")]);
    assert_eq!(found(&world, &["--no-ignore"]).len(), 4);
    let from_above = world.nospill_in(".", &["dir", "repo", "--format", "json"]).findings();
    assert_eq!(from_above, [format!("build/tracked.txt:1 {RULE}"), format!("sub/deep/b.log:1 {RULE}")]);
}

#[test]
fn globs_and_sizes_narrow_what_is_scanned() {
    let world = World::new();
    for path in ["a.yaml", "b.json", "vendor/c.yaml"] {
        world.write(path, token(1));
    }
    world.write("large.yaml", format!("{}{}", "x".repeat(3000), token(2)));
    let names = |args: &[&str]| -> Vec<String> {
        found(&world, args).iter().map(|line| line.split(':').next().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(names(&["--include", "*.json"]), ["b.json"]);
    assert_eq!(names(&["--exclude", "vendor/", "--exclude", "large.*"]), ["a.yaml", "b.json"]);
    assert_eq!(names(&["--include", "*.yaml", "--exclude", "vendor/"]), ["a.yaml", "large.yaml"]);
    let ran = world.nospill(&["dir", "--max-size", "2KB"]);
    assert!(!ran.out.contains("large.yaml") && ran.out.contains("1 file over 2000 bytes not scanned"), "{}", ran.whole());
    let wrong = world.nospill(&["dir", "--max-size", "2 parsecs"]);
    assert_eq!(wrong.code, 2, "{}", wrong.whole());
}

#[test]
fn paths_within_one_another_are_scanned_once() {
    let world = World::new();
    world.write("a/b/c.txt", token(1));
    assert_eq!(found(&world, &["a", "a/b", "a/b/c.txt"]), [format!("a/b/c.txt:1 {RULE}")]);
}

/// What comes through a pipe is found where it is found in a file.
#[test]
fn large_standard_input_is_scanned_in_parts() {
    let world = World::new();
    let lines = "some words on a line\n".repeat(420_000);
    let content = format!("{}\n{lines}x{}é {}\n{lines}{}", token(1), "y".repeat(1000), token(2), token(3));
    world.write("large.txt", &content);
    let places = |ran: &Ran| -> Vec<(u64, u64, u64, String)> {
        let report: serde_json::Value = serde_json::from_str(&ran.out).expect("a report");
        let number = |finding: &serde_json::Value, key: &str| finding[key].as_u64().expect("a number");
        let place = |finding: &serde_json::Value| {
            let group = finding["group"].as_str().expect("a group").to_owned();
            (number(finding, "line"), number(finding, "column"), number(finding, "end_column"), group)
        };
        report["findings"].as_array().expect("findings").iter().map(place).collect()
    };
    let from_disk = world.nospill(&["dir", "large.txt", "--format", "json"]);
    let piped = |config: &str| -> Ran {
        world.write(".nospill.toml", config);
        let mut command = world.command(env!("CARGO_BIN_EXE_nospill"), "repo");
        command.args(["stdin", "--format", "json"]).stdin(File::open(world.at("repo/large.txt")).expect("a file"));
        command.output().expect("it runs").into()
    };
    let ran = piped("");
    assert_eq!((ran.code, places(&ran).len()), (1, 3), "{}", ran.err);
    assert_eq!(places(&ran), places(&from_disk));
    assert!(ran.err.contains("scanned 1 object, 17.6 MB"), "{}", ran.err);
    assert_eq!(places(&piped("scan.archives = true\n")), places(&from_disk), "as a whole");
    let ran = piped("scan.max_size = 16\n");
    assert!(ran.code == 3 && ran.out.contains("are more than `scan.max_size` allows"), "{}", ran.whole());
}

#[test]
fn nothing_scanned_is_said() {
    let world = World::new();
    let ran = world.nospill(&["dir"]);
    assert!(ran.code == 0 && ran.out.contains("no file was scanned"), "{}", ran.whole());
}

#[test]
fn encodings_and_nul_bytes_hide_nothing() {
    let world = World::new();
    let line = token(1);
    let long = format!("{}{line}", "plain words here\n".repeat(40));
    let latin: Vec<u8> = format!("caf\u{e9} {line}").chars().map(|c| c as u8).collect();
    world.write("latin1.txt", latin);
    world.write("nul.txt", [b"a\0b\0\0\n".as_slice(), "words and words\n".repeat(30).as_bytes(), line.as_bytes()].concat());
    world.write("utf16be.txt", long.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>());
    world.write("utf16le.txt", long.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
    world.write("mixed.txt", format!("a\r\nb\nc\r\n{line}"));
    let lines = ["latin1.txt:1", "mixed.txt:4", "nul.txt:32", "utf16be.txt:41", "utf16le.txt:41"];
    assert_eq!(found(&world, &[]), lines.map(|place| format!("{place} {RULE}")));
}

#[test]
fn a_huge_line_is_read_in_parts() {
    let world = World::new();
    let many: String = (0..2000).map(|at| format!("{} ", text("{join:gh:p_}{alnum:30}{crc32}", at))).collect();
    let filler = "abc \u{e9} ".repeat(5 << 20);
    world.write("line.txt", format!("{many}{filler}\u{e9} {}", token(1)));
    let report: serde_json::Value =
        serde_json::from_str(&world.nospill(&["dir", "--format", "json", "--threads", "2"]).out).expect("JSON");
    let findings = report["findings"].as_array().expect("findings");
    assert_eq!(findings.len(), 2001);
    assert_eq!((&findings[1]["line"], &findings[1]["column"]), (&1.into(), &42.into()));
    let last = 2000 * 41 + 6 * (5 << 20) + 2 + "token = \"".len() + 1;
    assert_eq!((&findings[2000]["line"], &findings[2000]["column"]), (&1.into(), &last.into()));
}

#[test]
fn a_sparse_file_of_ten_gigabytes_is_scanned_where_it_holds_something() {
    let world = World::new();
    let mut file = File::create(world.path().join("sparse.img")).expect("a file");
    let mut put = |at: u64, text: &str| {
        file.seek(SeekFrom::Start(at)).expect("a place");
        file.write_all(text.as_bytes()).expect("written");
    };
    put(0, &format!("head\n{}", token(1)));
    // Across the seam of two parts.
    put((5 << 30) - 20, &format!("\n{}", token(2)));
    put((10 << 30) - 100, &format!("\n\n{}", token(3)));
    assert_eq!(found(&world, &[]), ["2", "4", "7"].map(|line| format!("sparse.img:{line} {RULE}")));
    // Zeros are characters of a line, stored or not; a column that no `u32` holds is its largest value.
    for (before, column) in [(100 << 20, (100 << 20) + 10), (5u64 << 30, u32::MAX)] {
        let mut file = File::create(world.path().join("sparse.img")).expect("a file");
        file.seek(SeekFrom::Start(before)).expect("a place");
        file.write_all(token(1).as_bytes()).expect("written");
        let ran = world.nospill(&["dir", "--format", "json"]);
        let finding = &serde_json::from_str::<serde_json::Value>(&ran.out).expect("JSON")["findings"][0];
        assert_eq!((&finding["line"], &finding["column"]), (&1.into(), &column.into()));
    }
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    use std::os::unix::net::UnixListener;

    #[test]
    fn what_is_no_file_is_said_and_nothing_hangs() {
        let world = World::new();
        world.write("a.txt", token(1));
        let pipe = world.path().join("pipe");
        assert!(world.command("mkfifo", "repo").arg(&pipe).status().expect("mkfifo runs").success());
        let _socket = UnixListener::bind(world.path().join("socket")).expect("a socket");
        symlink(".", world.path().join("loop")).expect("a link");
        symlink("nowhere", world.path().join("dangling")).expect("a link");
        for args in [&["dir"][..], &["dir", "pipe", "a.txt", "socket", "/dev/null"]] {
            let ran = world.nospill(args);
            let said = ran.out.matches("neither a file nor a folder").count();
            assert!(ran.code == 1 && said >= 2 && ran.out.matches("github-pat]").count() == 1, "{}", ran.whole());
        }
    }

    #[test]
    fn what_cannot_be_read_is_incomplete() {
        let world = World::new();
        world.write("secret.txt", token(1));
        world.write("folder/a.txt", token(2));
        for path in ["secret.txt", "folder"] {
            fs::set_permissions(world.path().join(path), fs::Permissions::from_mode(0o000)).expect("permissions");
        }
        // Root reads everything.
        if fs::read(world.path().join("secret.txt")).is_err() {
            let ran = world.nospill(&["dir"]);
            assert!(ran.code == 3 && ran.err.contains("2 skipped"), "{}", ran.whole());
        }
        fs::set_permissions(world.path().join("folder"), fs::Permissions::from_mode(0o755)).expect("permissions");
    }

    #[test]
    fn paths_need_not_be_utf8() {
        let world = World::new();
        fs::write(world.path().join(OsStr::from_bytes(b"caf\xe9.txt")), token(1)).expect("a file");
        assert_eq!(found(&world, &[]), [format!("caf\u{fffd}.txt:1 {RULE}")]);
    }
}

/// A file that another process shortens and lengthens all the time: the run ends, and says so or finds all.
#[test]
fn a_file_that_changes_does_not_end_the_run() {
    let world = World::new();
    let path = world.path().join("log.txt");
    let whole = "some words on a line\n".repeat(1 << 20);
    fs::write(&path, &whole).expect("a file");
    let stop = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let file = File::options().write(true).open(&path).expect("the file");
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                file.set_len(4096).expect("shorter");
                file.set_len(whole.len() as u64).expect("longer");
            }
        });
        for _ in 0..8 {
            let ran = world.nospill(&["dir"]);
            assert!(ran.code == 0 || ran.code == 3 && ran.out.contains("changed while it was read"), "{}", ran.whole());
        }
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
    });
}

/// A file of a work tree has one path, however it is named, and the configuration of its repository; in the report for a person
/// it stands as one reaches it.
#[test]
fn a_file_has_one_path_however_it_is_named() {
    let world = World::new();
    world.write("sub/deep/a.py", token(1));
    world.write("vendor/b.py", token(2));
    world.write(".nospill.toml", "[scan]\nexclude = ['vendor/']\n");
    let want = [format!("sub/deep/a.py:1 {RULE}")];
    let whole = world.path().to_str().expect("a path").to_owned();
    for (dir, path, shown) in [
        ("repo", ".", "sub/deep/a.py"),
        ("repo/sub", ".", "deep/a.py"),
        ("repo/sub", "..", "deep/a.py"),
        ("repo/vendor", "../sub", "../sub/deep/a.py"),
        (".", "repo", "repo/sub/deep/a.py"),
        (".", "repo/vendor/../sub", "repo/sub/deep/a.py"),
        (".", &whole, "repo/sub/deep/a.py"),
        ("repo/sub/deep", &whole, "a.py"),
    ] {
        assert_eq!(world.nospill_in(dir, &["dir", path, "--format", "json"]).findings(), want, "{dir}: {path}");
        let plain = world.nospill_in(dir, &["dir", path]);
        assert!(plain.out.contains(&format!("--> {shown}:1:")), "{dir}: {path}: {}", plain.whole());
    }
}

/// Several repositories below a folder go by their own tops and configurations; what an outer one excludes stays so.
#[test]
fn repositories_below_a_folder_are_their_own() {
    let world = World::new();
    for (name, config) in [("one", "[scan]\nexclude = ['x/']\n"), ("two", "")] {
        world.git(&["init", "-q", name]);
        world.write(&format!("{name}/x/a.py"), token(1));
        world.write(&format!("{name}/.nospill.toml"), config);
    }
    world.write("c.py", token(2));
    assert_eq!(found(&world, &[]), [format!("c.py:1 {RULE}"), format!("x/a.py:1 {RULE}")]);
    world.write(".nospill.toml", "[scan]\nexclude = ['two/']\n");
    assert_eq!(found(&world, &[]), [format!("c.py:1 {RULE}")]);
    world.write(".nospill.toml", "[[allow]]\nreason = 'r'\npath = 'two/x/a.py'\n");
    let ran = world.nospill(&["dir", "--format", "json"]);
    assert_eq!(ran.findings(), [format!("c.py:1 {RULE}"), "x/a.py:1 github-pat off".to_owned()], "{}", ran.whole());
}
