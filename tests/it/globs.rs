//! Globs of paths: what they take back, broken ones, those that match nothing, and the excludes file of git.

use std::fs;

use super::env::{World, token};

/// A re-include takes back what the list says before it, and nothing else becomes excluded.
#[test]
fn globs_take_back_what_those_before_them_say() {
    let world = World::new();
    for path in ["vendor/a.py", "vendor/ours/b.py", "src/c.py", "gen/d.py"] {
        world.write(path, token(1));
    }
    let names = |args: &[&str]| -> Vec<String> {
        let ran = world.nospill(&[&["dir", "--format", "json"], args].concat());
        ran.findings().iter().map(|line| line.split(':').next().unwrap_or_default().to_owned()).collect()
    };
    let ours = ["gen/d.py", "src/c.py", "vendor/ours/b.py"];
    assert_eq!(names(&["--exclude", "vendor/", "--exclude", "!vendor/ours/"]), ours);
    assert_eq!(names(&["--exclude", "!vendor/ours/"]).len(), 4);
    world.write(".nospill.toml", "[scan]\nexclude = ['vendor/', '!vendor/ours/']\n");
    assert_eq!(names(&[]), ours);
    world.write("vendor/.nospill.toml", "[scan]\nexclude = ['!a.py', 'ours/']\n");
    assert_eq!(names(&[]), ["gen/d.py", "src/c.py", "vendor/a.py"], "a folder's file speaks last");
    fs::remove_file(world.path().join("vendor/.nospill.toml")).expect("a file");
    world.write(".nospill.toml", "[[policy]]\neffect = 'off'\npath = ['**/*.py', '!src/']\n");
    let ran = world.nospill(&["dir", "--format", "json"]);
    let denied = ran.findings().into_iter().filter(|line| line.ends_with("deny")).count();
    assert_eq!((ran.code, denied), (1, 1), "{}", ran.whole());
}

#[test]
fn what_is_no_glob_is_an_error_that_names_its_line() {
    let world = World::new();
    world.write("a.py", token(1));
    for (list, lines) in [
        ("[scan]\nexclude = ['[']", 2),
        ("[scan]\nexclude = ['{a,b']", 2),
        ("[scan]\ninclude = ['!a']", 2),
        ("\n[[policy]]\neffect = 'off'\npath = '!src/'", 2),
        ("\n[[policy]]\neffect = 'off'\nrule = '!github-*'", 2),
        ("\n[[policy]]\neffect = 'off'\nbranch = ['!main']", 2),
        ("\n[[allow]]\nreason = 'r'\npath = 'a[b-'", 2),
        ("\n[[allow]]\nreason = 'r'\nrule = ['a*', '!b*']", 2),
    ] {
        world.write(".nospill.toml", list);
        let ran = world.nospill(&["dir"]);
        assert!(ran.code == 2 && ran.err.contains(&format!(".nospill.toml:{lines}: `")), "{list}: {}", ran.whole());
    }
    world.write(".nospill.toml", "[[rule]]\nid = 'x-key'\nregex = 'xyz=[a-z]+'\npath = ['!a/']\n");
    assert_eq!(world.nospill(&["dir"]).code, 2);
    world.write(".nospill.toml", "");
    for args in [["--exclude", "["], ["--include", "{a"], ["--include", "!a"], ["--exclude", ""]] {
        let ran = world.nospill(&[&["dir"], &args[..]].concat());
        assert!(ran.code == 2 && ran.err.contains(args[0]), "{args:?}: {}", ran.whole());
    }
    let policy = world.at("policy.toml");
    fs::write(&policy, "[[owner]]\npath = '*'\nmay_allow = '!eve@example.org'\n").expect("a file");
    assert_eq!(world.nospill(&["dir", "--policy", policy.to_str().expect("a path")]).code, 2);
}

#[test]
fn a_glob_that_matches_nothing_is_useless_and_told_what_was_meant() {
    let world = World::new();
    for path in ["vendor/a", "tests/data/b", "ignored/c"] {
        world.write(path, "x");
    }
    world.write(".gitignore", "ignored/\n");
    for (glob, meant) in [
        ("vendor", Some("vendor/")),
        ("./vendor/", Some("vendor/")),
        (r"tests\\\\data\\\\", Some("tests/data/")),
        ("data/", Some("**/data/")),
        ("^tests/.*", Some("tests/")),
        ("!tests", Some("tests/")),
        ("none/", None),
    ] {
        for key in ["[scan]\nexclude = [\"*.z\", ", "[scan]\nexclude = [", "[[policy]]\neffect = \"audit\"\npath = [\"b\", "] {
            world.write(".nospill.toml", format!("{key}\"{glob}\"]\n"));
            let ran = world.nospill(&["config", "check"]);
            let said = ran.out.lines().any(|line| {
                line.contains("matches no file here") && meant.is_none_or(|meant| line.ends_with(&format!("; write `{meant}`")))
            });
            assert!(ran.code == 1 && said || ran.code == 2 && glob.starts_with('!'), "{glob}: {}", ran.whole());
        }
    }
    world.write(".nospill.toml", "[scan]\nexclude = ['vendor/', '!vendor/a', '/tests/', 'ignored/']\n");
    let ran = world.nospill(&["config", "check"]);
    assert_eq!(ran.code, 0, "{}", ran.whole());
}

/// `core.excludesFile` counts wherever git reads it from.
#[test]
fn an_excludes_file_counts_wherever_it_is_named() {
    let world = World::new();
    world.write("kept.py", token(1));
    world.write("left.py", token(2));
    fs::write(world.at("excludes"), "left.py\n").expect("a file");
    let file = world.at("excludes").to_str().expect("a path").to_owned();
    let count = |pairs: &[(&str, &str)]| {
        let mut command = world.command(env!("CARGO_BIN_EXE_nospill"), "repo");
        let ran: super::env::Ran =
            command.args(["dir", "--format", "json"]).envs(pairs.iter().copied()).output().expect("it runs").into();
        ran.findings().len()
    };
    assert_eq!(count(&[]), 2);
    let named = [("GIT_CONFIG_COUNT", "1"), ("GIT_CONFIG_KEY_0", "core.excludesFile"), ("GIT_CONFIG_VALUE_0", file.as_str())];
    assert_eq!(count(&named), 1, "by the environment");
    fs::write(world.at("included"), format!("[core]\nexcludesFile = {file}\n")).expect("a file");
    world.git(&["config", "include.path", world.at("included").to_str().expect("a path")]);
    assert_eq!(count(&[]), 1, "included");
    world.git(&["config", "--unset", "include.path"]);
    world.git(&["config", "core.excludesFile", &file]);
    assert_eq!(count(&[]), 1, "locally");
}
