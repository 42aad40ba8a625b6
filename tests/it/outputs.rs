//! Where reports and kept files are written: through links, into pipes and open files, into files that can't be replaced.

use std::fs;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _, symlink};
use std::process::Stdio;

use super::env::{Ran, World, token};

/// A world with a secret in a file, and what `dir` says of it with more arguments.
fn ran(world: &World, args: &[&str]) -> Ran {
    world.write("a.py", token(1));
    world.nospill(&[&["dir", "a.py"], args].concat())
}

fn is_report(text: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Value>(text).is_ok_and(|report| report["findings"].is_array())
}

#[test]
fn a_pipe_is_written_to_and_stays_one() {
    let world = World::new();
    let pipe = world.at("pipe");
    assert!(world.command("mkfifo", ".").arg("pipe").status().expect("it runs").success());
    let reader = world.command("cat", ".").arg("pipe").stdout(Stdio::piped()).spawn().expect("it runs");
    assert_eq!(ran(&world, &["--output", "json=../pipe"]).code, 1);
    assert!(is_report(&reader.wait_with_output().expect("an end").stdout));
    assert!(fs::symlink_metadata(&pipe).expect("a pipe").file_type().is_fifo());
}

#[test]
fn what_a_shell_opened_is_written_to() {
    let world = World::new();
    world.write("a.py", token(1));
    let nospill = env!("CARGO_BIN_EXE_nospill");
    for (name, redirect) in [("/dev/stdout", ">../out"), ("/dev/fd/3", "3>../out >/dev/null"), ("/dev/stderr", "-q 2>../out")] {
        let script = format!("\"{nospill}\" dir a.py --output json={name} --format csv {redirect}");
        let ran: Ran = world.command("sh", "repo").args(["-c", &script]).output().expect("it runs").into();
        let text = fs::read_to_string(world.at("out")).expect("a file");
        let report = &text[text.find('{').unwrap_or_default()..];
        assert!(ran.code == 1 && is_report(report.as_bytes()), "{name}: {}{text}", ran.whole());
    }
}

#[test]
fn a_full_device_is_said() {
    // A node of its own: whoever runs this may be allowed to replace the system's.
    let world = World::new();
    let made = world.command("mknod", ".").args(["full", "c", "1", "7"]).output().expect("it runs");
    if !made.status.success() {
        return;
    }
    let ran = ran(&world, &["--output", "json=../full"]);
    assert!(ran.code == 2 && ran.err.contains("../full: No space left"), "{}", ran.whole());
    assert!(fs::symlink_metadata(world.at("full")).expect("a device").file_type().is_char_device());
}

#[test]
fn links_and_modes_stay() {
    let world = World::new();
    fs::create_dir(world.at("dotfiles")).expect("a folder");
    for (link, target) in [("link.json", "dotfiles/deep/r.json"), (".nospill.toml", "../dotfiles/config")] {
        let link = if link.starts_with('.') { world.path().join(link) } else { world.at(link) };
        symlink(target, link).expect("a link");
    }
    for _ in 0..2 {
        assert_eq!(ran(&world, &["--output", "json=../link.json"]).code, 1);
        assert!(world.at("link.json").is_symlink() && is_report(&fs::read(world.at("dotfiles/deep/r.json")).expect("a file")));
    }
    fs::set_permissions(world.at("dotfiles/deep/r.json"), fs::Permissions::from_mode(0o640)).expect("a mode");
    let mode = || fs::metadata(world.at("dotfiles/deep/r.json")).expect("a file").permissions().mode() & 0o777;
    ran(&world, &["--output", "json=../link.json"]);
    assert_eq!(mode(), 0o640);
    ran(&world, &["--output", "json=../link.json", "--show-secrets"]);
    assert_eq!(mode(), 0o600, "secrets are for their owner");
    fs::write(world.at("dotfiles/config"), "[scan]\nexclude = [\"none/\"]\n").expect("a file");
    let allowed = world.nospill(&["allow", "a.py:1", "--reason", "test"]);
    assert_eq!(allowed.code, 0, "{}", allowed.whole());
    assert!(world.path().join(".nospill.toml").is_symlink());
    assert!(fs::read_to_string(world.at("dotfiles/config")).expect("a file").contains("[[allow]]"));
}

#[test]
fn standard_output_takes_one_report() {
    let world = World::new();
    let dashed = ran(&world, &["--output", "json=-"]);
    assert!(dashed.code == 1 && is_report(dashed.out.as_bytes()) && !world.path().join("-").exists(), "{}", dashed.whole());
    assert_eq!(ran(&world, &["--output", "json=-", "--format", "json"]).code, 1, "the same");
    assert_eq!(ran(&world, &["--output", "json=-", "--format", "csv"]).code, 2);
    let quiet = ran(&world, &["--quiet"]);
    assert!(quiet.code == 1 && quiet.out.contains("github-pat") && quiet.err.is_empty(), "{}", quiet.whole());
}
