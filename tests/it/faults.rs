//! What goes wrong around a run: full disks, kills, limits, files that change, folders that may not be written. Nothing is
//! lost, nothing is half, and no fault reads as clean.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::env::{Ran, World, token};
#[cfg(target_os = "linux")]
use crate::shim;

const NOSPILL: &str = env!("CARGO_BIN_EXE_nospill");

/// Runs nospill in the work tree behind a line of shell.
fn behind(world: &World, before: &str, args: &str) -> Ran {
    let script = format!("{before}; exec \"$0\" {args}");
    world.command("sh", "repo").args(["-c", &script, NOSPILL]).output().expect("sh runs").into()
}

/// The names in a folder, sorted.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<String> = entries.map(|name| name.to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// A repository with so many commits, a secret in each.
fn with_history(commits: usize) -> World {
    let world = World::new();
    for at in 0..commits {
        world.stage(&format!("f{}", at % 7), format!("{at}\n{}", token(at)));
        world.commit();
    }
    world
}

#[test]
fn the_report_of_before_stays_when_the_disk_is_full() {
    let world = World::new();
    for at in 0..50 {
        world.write(&format!("f{at}"), token(at));
    }
    let out = world.at("out");
    fs::create_dir(&out).expect("a folder");
    fs::write(out.join("report.json"), "before\n").expect("a file");
    // No file may get longer than a block: writing fails with EFBIG, as it does with ENOSPC on a full disk.
    let ran = behind(&world, "trap '' XFSZ; ulimit -f 1", "dir . --output json=../out/report.json");
    assert!(ran.code == 2 && ran.err.contains("this report was not written"), "{}", ran.whole());
    assert_eq!((fs::read_to_string(out.join("report.json")).expect("a file").as_str(), names(&out).len()), ("before\n", 1));
    // Standard output on a device that is always full.
    for format in ["human", "json", "sarif"] {
        let ran = behind(&world, "exec > /dev/full", &format!("dir . --format {format}"));
        assert!(ran.code == 2 && ran.err.contains("standard output"), "{format}: {}", ran.whole());
    }
    // A closed standard error hides nothing.
    assert_eq!(behind(&world, "exec 2>&-", "dir .").code, 1);
}

/// A file system of 64 KiB; only root can make one.
#[test]
fn a_full_file_system_of_its_own() {
    let world = World::new();
    for at in 0..200 {
        world.write(&format!("f{at}"), token(at));
    }
    let small = world.at("small");
    fs::create_dir(&small).expect("a folder");
    let mount = |program: &str, args: &[&str]| Command::new(program).args(args).arg(&small).output();
    if !mount("mount", &["-t", "tmpfs", "-o", "size=64k", "tmpfs"]).is_ok_and(|output| output.status.success()) {
        return;
    }
    fs::write(small.join("report.sarif"), "before\n").expect("a file");
    let ran = world.nospill(&["dir", ".", "--output", "sarif=../small/report.sarif"]);
    let left = (fs::read_to_string(small.join("report.sarif")).expect("a file"), names(&small).len());
    assert!(mount("umount", &[]).expect("umount runs").status.success());
    assert!(ran.code == 2, "{}", ran.whole());
    assert_eq!(left, ("before\n".to_owned(), 1));
}

/// The signals that tests send.
const INT: i32 = 2;
const KILL: i32 = 9;

/// Runs nospill with a signal at one step of it (`shim.c` says what steps are); how it ended.
#[cfg(target_os = "linux")]
fn signalled(world: &World, args: &[&str], signal: i32, at: usize, of: Option<&str>) -> ExitStatus {
    let (signal, at) = (signal.to_string(), at.to_string());
    let mut set = vec![("SHIM_SIGNAL", signal.as_str()), ("SHIM_AT", &at)];
    set.extend(of.map(|of| ("SHIM_OF", of)));
    shim::nospill(world, args, &set).stdout(Stdio::null()).stderr(Stdio::null()).status().expect("nospill runs")
}

/// Runs it again and again, killed one step later each time, from the first file that it makes until a run ends by itself;
/// how many were killed.
#[cfg(target_os = "linux")]
fn killed_at_every_step(world: &World, args: &[&str], mut reset: impl FnMut(), mut look: impl FnMut(usize)) -> usize {
    for at in 1.. {
        reset();
        let status = signalled(world, args, KILL, at, None);
        look(at);
        if status.signal() != Some(KILL) {
            assert!(status.code().is_some_and(|code| code < 2), "{args:?}: {status}");
            return at - 1;
        }
    }
    unreachable!("a run ends")
}

#[cfg(target_os = "linux")]
#[test]
fn what_is_written_is_old_or_new_whenever_it_is_killed() {
    let world = World::new();
    for at in 0..8 {
        world.stage(&format!("f{at}"), token(at));
    }
    world.commit();
    let baseline = world.path().join(".nospill.baseline");
    let config = world.path().join(".nospill.toml");
    let hook = world.path().join(".git/hooks/pre-commit");
    let complete = |args: &[&str], file: &Path| {
        assert_eq!(world.nospill(args).code, 0, "{args:?}");
        fs::read(file).unwrap_or_else(|error| panic!("{args:?}: {error}"))
    };
    let allow = ["allow", "f7:1", "--reason", "x"];
    for (args, file, old) in [
        (&allow[..], &config, None),
        (&["install"][..], &hook, None),
        (&["baseline", "create"][..], &baseline, None),
        (&["baseline", "update"][..], &baseline, Some(())),
    ] {
        let old = old.map(|()| b"# nospill baseline 1: known\n".to_vec());
        let reset = || {
            let _ = match &old {
                Some(content) => fs::write(file, content),
                None => fs::remove_file(file),
            };
        };
        reset();
        let new = complete(args, file);
        let look = |round: usize| match (fs::read(file), &old) {
            // Salts are random; lines and sizes are not.
            (Ok(now), old) if old.as_ref() != Some(&now) => {
                assert_eq!((now.len(), now.last()), (new.len(), new.last()), "{round}")
            }
            (Ok(_), _) => {}
            (Err(_), old) => assert!(old.is_none(), "{args:?}, {round}: the old one is gone"),
        };
        // To make the file, to write it, to wait for the disk, and to let go of it.
        let killed = killed_at_every_step(&world, args, reset, look);
        assert!(killed >= 4, "{args:?}: {killed} were killed");
        // What a kill left beside is in nobody's way.
        reset();
        assert_eq!(complete(args, file).len(), new.len());
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_cache_survives_kills_and_sharing() {
    let world = with_history(12);
    let want = world.nospill(&["history", "--format", "json"]).findings();
    assert_eq!(want.len(), 12);
    let args = ["history", "--cache", "../cache"];
    let reset = || drop(fs::remove_dir_all(world.at("cache")));
    let mut states = BTreeSet::new();
    let look = |at: usize| {
        let left = if world.at("cache").exists() { names(&world.at("cache")) } else { Vec::new() };
        assert!(left.iter().filter(|name| !name.starts_with(".tmp")).count() <= 1, "{at}: {left:?}");
        let state = |name: &String| (name.starts_with(".tmp"), fs::metadata(world.at("cache").join(name)).expect("a file").len());
        // What is there is used, or said to be of no use.
        if states.insert(left.iter().map(state).collect::<Vec<_>>()) {
            let again = world.nospill(&["history", "--cache", "../cache", "--format", "json"]);
            assert_eq!((again.code, again.findings()), (1, want.clone()), "{at}: {}", again.whole());
        }
    };
    let killed = killed_at_every_step(&world, &args, reset, look);
    // Nothing, an empty file beside, a whole one beside, and one in its place.
    assert!(killed >= 4 && states.len() >= 4, "{killed} were killed, with {states:?} left");
    let cached = ["history", "--cache", "../cache", "--format", "json"];
    let children: Vec<Child> = (0..6)
        .map(|_| {
            let mut command = world.command(NOSPILL, "repo");
            command.args(cached).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("nospill runs")
        })
        .collect();
    for child in children {
        let ran: Ran = child.wait_with_output().expect("it ends").into();
        assert_eq!((ran.code, ran.findings()), (1, want.clone()), "{}", ran.whole());
    }
    assert_eq!(world.nospill(&cached).findings(), want);
}

#[test]
fn a_file_that_changes_under_the_scan_is_no_crash_and_never_clean() {
    let world = World::new();
    let content = |len: usize| format!("{}{}", token(1), "x = 1\n".repeat(len));
    for at in 0..6 {
        world.write(&format!("f{at}"), content(200_000));
    }
    world.git(&["add", "."]);
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for round in 0.. {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                for at in 0..6 {
                    let file = fs::OpenOptions::new().write(true).open(world.path().join(format!("f{at}"))).expect("a file");
                    file.set_len(if round % 2 == 0 { 40_000 } else { 1_200_000 }).expect("a length");
                }
            }
        });
        for _ in 0..6 {
            let ran = world.nospill(&["dir", "."]);
            assert!(matches!(ran.code, 1 | 3), "{}", ran.whole());
            // The staged content is in the object database, whatever becomes of the file.
            let ran = world.nospill(&["staged"]);
            assert_ne!(ran.code, 0, "{}", ran.whole());
        }
        stop.store(true, Ordering::Relaxed);
    });
}

/// What was mapped and is shortened then reads as zeros: the run ends, and says that something was not scanned.
#[cfg(target_os = "linux")]
#[test]
fn a_map_whose_file_is_shortened_is_no_crash_and_never_clean() {
    let noise =
        |seed: u64| (0..60_000_u64).map(|n| format!("{:x}\n", n.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ seed)).collect::<String>();
    let shortened = |world: &World, args: &[&str], part: &str| -> Ran {
        shim::nospill(world, args, &[("SHIM_SHORTEN", part)]).output().expect("nospill runs").into()
    };
    let world = World::new();
    world.write("big.txt", format!("{}{}", noise(1), token(1)));
    // Older than the index, so that the file on disk is taken for what is staged.
    let before = std::time::SystemTime::now() - std::time::Duration::from_secs(60);
    let file = fs::OpenOptions::new().append(true).open(world.path().join("big.txt")).expect("a file");
    file.set_modified(before).expect("a time");
    world.git(&["add", "."]);
    let ran = shortened(&world, &["staged"], "big.txt");
    assert_eq!(ran.code, 3, "{}", ran.whole());
    assert!(ran.whole().contains("was shortened"), "{}", ran.whole());

    world.write("big.txt", format!("{}{}", noise(1), token(1)));
    world.git(&["add", "."]);
    world.commit();
    world.git(&["repack", "-adq"]);
    let want = world.nospill(&["history"]);
    assert_eq!(want.code, 1, "{}", want.whole());
    // What libgit2 maps: a staged blob that lies in a pack, and nowhere on disk.
    let blob = world.git(&["rev-parse", "HEAD:big.txt"]);
    world.git(&["update-index", "--add", "--cacheinfo", &format!("100644,{},copy.txt", blob.trim())]);
    for args in [&["staged"], &["history"]] {
        let copy = world.at("copy.git");
        let copied = Command::new("cp").arg("-r").arg(world.path().join(".git")).arg(&copy).status().expect("cp runs");
        assert!(copied.success());
        // Packs are read-only.
        let pack = copy.join("objects/pack");
        for name in names(&pack) {
            fs::set_permissions(pack.join(name), fs::Permissions::from_mode(0o644)).expect("permissions");
        }
        let mut command = shim::nospill(&world, args, &[("SHIM_SHORTEN", "copy.git/objects/pack/")]);
        let ran = Ran::from(command.env("GIT_DIR", &copy).env("GIT_WORK_TREE", world.path()).output().expect("nospill runs"));
        assert!(matches!(ran.code, 2 | 3), "{args:?}: {}", ran.whole());
        fs::remove_dir_all(&copy).expect("a folder");
    }
}

/// A command as a user that may not do everything.
fn as_nobody(world: &World, args: &[&str]) -> Option<Ran> {
    let open = |path: PathBuf| fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("it is ours");
    [world.at(""), world.path()].into_iter().for_each(open);
    // The program may lie where others may not look.
    let program = world.at("nospill");
    if !program.exists() {
        fs::copy(NOSPILL, &program).expect("a file");
    }
    let mut command = world.command("setpriv", "repo");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups", "--"]).arg(program).args(args);
    command.env("GIT_CONFIG_COUNT", "1").env("GIT_CONFIG_KEY_0", "safe.directory").env("GIT_CONFIG_VALUE_0", "*");
    let ran: Ran = command.output().ok()?.into();
    // Without root there is no other user to be.
    (!ran.err.contains("setpriv")).then_some(ran)
}

#[test]
fn what_may_not_be_read_or_written_is_said() {
    let world = World::new();
    world.write("clean", "nothing\n");
    world.write("closed/inner", token(1));
    world.write("secret", token(2));
    let close = |path: &str, mode| {
        fs::set_permissions(world.path().join(path), fs::Permissions::from_mode(mode)).expect("it is ours");
    };
    close("secret", 0o000);
    let Some(ran) = as_nobody(&world, &["dir", "."]) else { return };
    assert!(ran.code == 1 && ran.whole().contains("secret"), "one is found, one is not scanned: {}", ran.whole());
    close("closed", 0o000);
    let ran = as_nobody(&world, &["dir", "."]).expect("as before");
    assert!(ran.code == 3 && ran.out.contains("secret") && ran.out.contains("closed"), "{}", ran.whole());
    close("secret", 0o644);
    for args in [
        &["baseline", "create"][..],
        &["allow", "secret:1", "--reason", "x"],
        &["dir", ".", "--output", "json=report.json"],
        &["install"],
        &["init"],
    ] {
        let ran = as_nobody(&world, args).expect("as before");
        assert_eq!(ran.code, 2, "{args:?}: {}", ran.whole());
    }
    close("closed", 0o755);
    assert!(names(&world.path()).iter().all(|name| !name.starts_with(".nospill")), "{:?}", names(&world.path()));
    // A cache that can't be written is no reason not to scan.
    let world = with_history(2);
    let ran = as_nobody(&world, &["history", "--cache", "."]).expect("as before");
    assert_eq!(ran.code, 1, "{}", ran.whole());
}

#[test]
fn low_limits_are_never_clean() {
    let world = with_history(3);
    for at in 0..40 {
        world.write(&format!("d{at}/f"), token(at));
    }
    world.git(&["add", "."]);
    for command in ["dir .", "staged", "history"] {
        assert_eq!(world.nospill(&command.split(' ').collect::<Vec<_>>()).code, 1);
        for limit in ["ulimit -n 3", "ulimit -n 4", "ulimit -n 6", "ulimit -n 12", "ulimit -v 30000", "ulimit -v 60000"] {
            let ran = behind(&world, limit, command);
            // A run without memory is ended by a signal; a gate blocks then, too.
            assert_ne!(ran.code, 0, "{command}, {limit}: {}", ran.whole());
        }
    }
}

/// The signal comes while an object is opened: the first, one in the middle, or the last one.
#[cfg(target_os = "linux")]
#[test]
fn ctrl_c_ends_a_history_in_order() {
    let world = with_history(6);
    (0..20).for_each(|at| world.stage(&format!("plain-{at}"), format!("nothing {at}\n")));
    world.commit();
    let args = ["history", "--threads", "2", "--cache", "../cache"];
    let read = |ran: &Ran| serde_json::from_str::<serde_json::Value>(&ran.out).expect("JSON")["summary"]["objects"].as_u64();
    let all = read(&world.nospill(&["history", "--format", "json"])).expect("a number");
    let (mut stopped, mut spared) = (0, 0);
    for at in 1.. {
        let _ = fs::remove_dir_all(world.at("cache"));
        let status = signalled(&world, &args, INT, at, Some(".git/objects/"));
        // After the scan it is too late to stop.
        assert!(matches!(status.code(), Some(1 | 2)), "{at}: {status}");
        stopped += usize::from(status.code() == Some(2));
        if status.code() == Some(1) {
            break;
        }
        // What a run that was stopped remembers is no more than what it saw.
        if world.at("cache").exists() && !names(&world.at("cache")).is_empty() {
            let again = world.nospill(&["history", "--cache", "../cache", "--format", "json"]);
            assert_eq!(again.findings().len(), 6, "{at}");
            spared = spared.max(all - read(&again).expect("a number"));
        }
    }
    assert!(spared > 10, "a run after one that was stopped was spared {spared} of {all} objects");
    assert!(stopped >= 6, "{stopped} were stopped in the middle");
}
