//! Living with findings: allow entries, baselines, imports, the doctor, what is generated from the command line.

use nospill::rules::template::Random;

use crate::env::{World, text, token};

/// A password that anybody could guess, assigned in Python.
fn password(seed: usize) -> String {
    text("db_password = \"{alnum:6}-{alnum:5}!\"\n", seed)
}

#[test]
fn allow_writes_a_sorted_entry_and_keeps_comments() {
    let world = World::new();
    world.write("b.py", format!("x = 1\n{}", token(1)));
    world.write("a/c.py", password(1));
    let start = "# mine\n[scan] # what is scanned\nexclude = []\n\n# first\n[[allow]]\npath = \"zzz\"\nreason = \"old\"\n";
    world.write(".nospill.toml", start);
    let ran = world.nospill(&["allow", "b.py:2", "--reason", "revoked", "--owner", "ada", "--expires", "2090-01-31"]);
    assert_eq!(ran.code, 0, "{}", ran.whole());
    assert_eq!(world.nospill_in("repo/a", &["allow", "c.py:1", "--reason", "test"]).code, 0);
    let written = std::fs::read_to_string(world.path().join(".nospill.toml")).expect("a file");
    for kept in ["# mine\n[scan] # what is scanned\n", "# first\n[[allow]]\npath = \"zzz\"\n"] {
        assert!(written.contains(kept), "{written}");
    }
    let paths: Vec<&str> = written.lines().filter(|line| line.starts_with("path")).collect();
    assert_eq!(paths, ["path = \"/b.py\"", "path = \"a/c.py\"", "path = \"zzz\""], "{written}");
    assert!(written.contains("fingerprint = \"v1:") && written.contains("fingerprint = \"s1:"), "{written}");
    assert!(written.contains("owner = \"ada\"\nexpires = \"2090-01-31\""), "{written}");
    let effects = |world: &World| world.nospill(&["dir", "--format", "json"]).findings();
    assert!(effects(&world).iter().all(|f| f.ends_with(" off")), "{:?}", effects(&world));
    world.write("b.py", token(2));
    world.write("a/c.py", password(2));
    assert_eq!(effects(&world).iter().filter(|f| f.ends_with(" deny")).count(), 2, "another secret is another matter");
    for (args, part) in [
        (&["allow", "b.py:9", "--reason", "r"][..], "there is no finding at b.py:9"),
        (&["allow", "b.py:1", "--reason", " "], "the reason is empty"),
        (&["allow", "b.py:1", "--reason", "r", "--expires", "2020-01-01"], "is no day to come"),
        (&["allow", "b.py", "--reason", "r"], "no fingerprint and no PATH:LINE"),
    ] {
        let ran = world.nospill(args);
        assert!(ran.code == 2 && ran.err.contains(part), "{}", ran.whole());
    }
    let before = std::fs::read_to_string(world.path().join(".nospill.toml")).expect("a file");
    assert_eq!(before, written, "nothing is written that is wrong");
}

/// A world of files with fifty baselined findings, half of them guessable, committed.
fn baselined() -> (World, Vec<String>) {
    let world = World::new();
    let filler = |at: usize| format!("# part {at}\ndef f{at}(x):\n    return x + {at}\n");
    let mut names = Vec::new();
    for file in 0..10 {
        let mut content = filler(file);
        for at in 0..5 {
            let seed = file * 5 + at;
            content.push_str(&if at < 3 { token(seed + 100) } else { password(seed + 100) });
            content.push_str(&filler(seed));
        }
        let name = format!("src/m{file}.py");
        world.stage(&name, content);
        names.push(name);
    }
    let ran = world.nospill(&["baseline", "create"]);
    assert!(ran.code == 0 && ran.out.contains("wrote 50 entries"), "{}", ran.whole());
    world.write(".nospill.toml", "baseline.renames = true\n");
    world.git(&["add", "-A"]);
    world.commit();
    (world, names)
}

fn denied(world: &World) -> Vec<String> {
    let findings = world.nospill(&["dir", "--format", "json"]).findings();
    findings.into_iter().filter(|f| f.ends_with(" deny")).collect()
}

#[test]
fn two_hundred_edits_revive_nothing_and_hide_nothing() {
    let (world, mut names) = baselined();
    let baseline = std::fs::read_to_string(world.path().join(".nospill.baseline")).expect("a file");
    assert!(!baseline.contains("alnum") && baseline.lines().filter(|l| l.starts_with("s1:")).count() == 20, "{baseline}");
    let mut random = Random::new("edits", 0);
    let read = |name: &str| std::fs::read_to_string(world.path().join(name)).expect("a file");
    let commit = || {
        world.git(&["add", "-A"]);
        world.commit();
    };
    for edit in 0..200 {
        let at = random.below(names.len());
        let name = names[at].clone();
        match edit % 8 {
            0 => {
                names[at] = format!("src/d{}/r{edit}.py", edit % 5);
                std::fs::create_dir_all(world.path().join(format!("src/d{}", edit % 5))).expect("a folder");
                world.git(&["mv", &name, &names[at]]);
            }
            1 => {
                let text: String = read(&name).lines().map(|line| format!("  {line}\n")).collect();
                world.write(&name, text);
            }
            2 => {
                let text = read(&name);
                let cut = text.lines().count() / 2;
                let (head, tail): (Vec<_>, Vec<_>) = text.lines().enumerate().partition(|(line, _)| *line < cut);
                let join = |part: Vec<(usize, &str)>| part.into_iter().map(|(_, line)| format!("{line}\n")).collect::<String>();
                let other = format!("src/s{edit}.py");
                world.write(&name, join(head));
                world.write(&other, join(tail));
                names.push(other);
            }
            3 => world.write(&name, format!("# edit {edit}\n\n{}", read(&name))),
            4 => {
                let mut lines: Vec<String> = read(&name).lines().map(str::to_owned).collect();
                let by = random.below(lines.len());
                lines.rotate_left(by);
                world.write(&name, lines.join("\n") + "\n");
            }
            5 => {
                // A branch, rebased.
                world.git(&["checkout", "-q", "-b", &format!("b{edit}")]);
                world.write(&name, format!("{}# tail {edit}\n", read(&name)));
                commit();
                world.git(&["checkout", "-q", "main"]);
                world.write(&format!("other{edit}.txt"), "x\n");
                commit();
                world.git(&["checkout", "-q", &format!("b{edit}")]);
                world.git(&["rebase", "-q", "main"]);
                world.git(&["checkout", "-q", "main"]);
                world.git(&["merge", "-q", "--ff-only", &format!("b{edit}")]);
            }
            6 => {
                // Two commits on a branch, squashed.
                world.git(&["checkout", "-q", "-b", &format!("b{edit}")]);
                world.write(&name, format!("# one {edit}\n{}", read(&name)));
                commit();
                world.write(&name, format!("# two {edit}\n{}", read(&name)));
                commit();
                world.git(&["checkout", "-q", "main"]);
                world.git(&["merge", "-q", "--squash", &format!("b{edit}")]);
            }
            _ => {
                world.git(&["checkout", "-q", "-b", &format!("b{edit}")]);
                world.write(&name, read(&name).replace("token = ", "token =  ").replace("password =  ", "password = "));
                commit();
                world.git(&["checkout", "-q", "main"]);
                if world.try_git(&["cherry-pick", &format!("b{edit}")]).code != 0 {
                    world.git(&["cherry-pick", "--skip"]);
                }
            }
        }
        world.git(&["add", "-A"]);
        // Now and then, for a scan in which all is looked up costs a second: also with one new secret.
        if edit % 25 == 24 {
            assert_eq!(denied(&world), [""; 0], "after edit {edit}");
            let before = read(&names[at]);
            world.write(&names[at], format!("{before}{}", if edit % 50 == 24 { token(edit) } else { password(edit + 1000) }));
            assert_eq!(denied(&world).len(), 1, "a new one after edit {edit}");
            world.write(&names[at], before);
        }
        let staged = world.staged();
        assert!(staged.iter().all(|finding| finding.ends_with(" off")), "edit {edit}: {staged:?}");
        commit();
    }
    assert_eq!(read(".nospill.baseline"), baseline, "nothing rewrote it");
}

#[test]
fn the_baseline_is_kept_by_commands() {
    let world = World::new();
    world.stage("a.py", format!("{}{}", token(1), password(1)));
    world.commit();
    assert_eq!(world.nospill(&["baseline", "update"]).code, 2, "there is none");
    assert_eq!(world.nospill(&["baseline", "create"]).code, 0);
    assert_eq!(world.nospill(&["baseline", "create"]).code, 2, "there is one");
    let read = || std::fs::read_to_string(world.path().join(".nospill.baseline")).expect("a file");
    let first = read();
    assert!(first.lines().skip(1).is_sorted_by_key(|line| line.splitn(3, ' ').nth(2)), "{first}");
    assert_eq!(world.nospill(&["dir"]).code, 0);
    assert_eq!(world.nospill_in("repo", &["history"]).code, 0, "history knows it, too");
    assert_eq!(world.nospill(&["baseline", "diff"]).out, "");
    // Elsewhere only when asked for.
    world.git(&["mv", "a.py", "b.py"]);
    assert_eq!(world.nospill(&["dir"]).code, 1);
    let ran = world.nospill(&["baseline", "diff"]);
    assert_eq!((ran.code, ran.out.matches("+ ").count(), ran.out.matches("- ").count()), (1, 2, 2), "{}", ran.whole());
    assert!(world.nospill(&["baseline", "update", "--renames"]).out.contains("2 entries added, 2 entries taken out"));
    assert_eq!(world.nospill(&["dir"]).code, 0);
    world.write("b.py", format!("{}{}", token(1), token(2)));
    assert!(world.nospill(&["baseline", "update"]).out.contains("1 entry added, 0 entries taken out"));
    assert!(world.nospill(&["baseline", "prune"]).out.contains("0 entries added, 1 entry taken out"));
    assert_eq!(world.nospill(&["dir"]).code, 0);
    // A named one, from a folder.
    std::fs::create_dir_all(world.path().join("sub")).expect("a folder");
    std::fs::rename(world.path().join(".nospill.baseline"), world.path().join("known")).expect("renamed");
    assert_eq!(world.nospill(&["dir"]).code, 1);
    assert_eq!(world.nospill(&["dir", "--baseline", "known"]).code, 0);
    assert_eq!(world.nospill_in("repo/sub", &["baseline", "diff", "--baseline", "../known"]).code, 0);
    world.stage(".nospill.toml", "baseline.file = 'known'\n");
    world.git(&["add", "-A"]);
    assert_eq!((world.nospill(&["dir"]).code, world.nospill(&["staged"]).code), (0, 0));
    // One with a conflict counts for nothing and says so.
    world.write("known", "<<<<<<< HEAD\n");
    let ran = world.nospill(&["dir"]);
    assert!(ran.code == 1 && ran.out.contains("known:1 is no entry of a baseline"), "{}", ran.whole());
}

#[test]
fn baselines_merge_by_entries() {
    let world = World::new();
    let line = |n: u32| format!("v1:{n:032x} rule p{n}\n");
    let file = |name: &str, lines: &[u32]| world.write(name, lines.iter().map(|&n| line(n)).collect::<String>());
    file("base", &[1, 2, 3]);
    file("ours", &[1, 3, 4]);
    file("theirs", &[1, 2, 5]);
    assert_eq!(world.nospill(&["baseline", "merge", "base", "ours", "theirs"]).code, 0);
    let merged = std::fs::read_to_string(world.path().join("ours")).expect("a file");
    assert_eq!(merged.lines().skip(1).map(|l| format!("{l}\n")).collect::<Vec<_>>(), [line(1), line(4), line(5)]);
}

#[test]
#[cfg(unix)]
fn branches_that_add_entries_merge() {
    let world = World::new();
    let line = |n: u32| format!("v1:{n:032x} rule p{n}\n");
    let of = |lines: &[u32]| format!("# nospill baseline\n{}", lines.iter().map(|&n| line(n)).collect::<String>());
    assert!(!world.nospill(&["install"]).out.contains("merge"), "without a baseline nothing is offered");
    world.stage(".nospill.baseline", of(&[1, 5]));
    world.commit();
    assert!(world.nospill(&["install"]).out.contains("nospill install --merge-driver"), "not asked where there is no terminal");
    let branch = |name: &str, lines: &[u32]| {
        world.git(&["checkout", "-q", "-b", name, "main"]);
        world.stage(".nospill.baseline", of(lines));
        world.commit();
    };
    branch("one", &[1, 2, 5]);
    branch("two", &[1, 3, 5]);
    assert_ne!(world.try_git(&["merge", "-q", "-m", "m", "one"]).code, 0, "as text they conflict");
    world.git(&["merge", "--abort"]);
    let ran = world.nospill(&["install", "--merge-driver"]);
    let told = "echo '/.nospill.baseline merge=nospill-baseline' >> .gitattributes";
    assert!(ran.code == 0 && ran.out.contains(told), "{}", ran.whole());
    world.git(&["checkout", "-q", "main"]);
    world.stage(".gitattributes", "/.nospill.baseline merge=nospill-baseline\n");
    world.commit();
    world.git(&["merge", "-q", "-m", "m", "one"]);
    world.git(&["merge", "-q", "-m", "m", "two"]);
    let merged = std::fs::read_to_string(world.path().join(".nospill.baseline")).expect("a file");
    assert_eq!(merged.lines().skip(1).map(|l| format!("{l}\n")).collect::<String>(), [1, 2, 3, 5].map(line).concat());
    let ran = world.nospill(&["doctor"]);
    assert!(ran.out.contains("ok    git merges the baseline by its entries"), "{}", ran.whole());
    let ran = world.nospill(&["uninstall"]);
    assert!(ran.code == 0 && ran.out.contains("as text again"), "{}", ran.whole());
    assert_eq!(world.try_git(&["config", "--get-regexp", "merge\\.nospill"]).out, "");
    let ran = world.nospill(&["doctor"]);
    assert!(ran.code == 1 && ran.out.contains("mend: nospill install --merge-driver"), "{}", ran.whole());
}

#[test]
#[cfg(unix)]
fn the_doctor_knows_versions() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = World::new();
    world.nospill(&["install"]);
    let hook = world.path().join(".git/hooks/pre-commit");
    let doctor = |path: &str| {
        let mut command = world.command(env!("CARGO_BIN_EXE_nospill"), "repo");
        let old = std::env::var("PATH").expect("PATH");
        command.arg("doctor").env("PATH", format!("{path}:{old}"));
        crate::env::Ran::from(command.output().expect("nospill runs"))
    };
    let ran = doctor("/nonexistent");
    assert!(ran.out.contains(&format!("which is nospill {} as this is", env!("CARGO_PKG_VERSION"))), "{}", ran.whole());
    // Another one on PATH.
    std::fs::create_dir(world.at("bin")).expect("a folder");
    let other = world.at("bin/nospill");
    std::fs::write(&other, "#!/bin/sh\necho nospill 0.0.1\n").expect("a file");
    std::fs::set_permissions(&other, std::fs::Permissions::from_mode(0o755)).expect("a mode");
    let ran = doctor(&world.at("bin").display().to_string());
    assert!(ran.code == 1 && ran.out.contains("which is nospill 0.0.1; this is nospill"), "{}", ran.whole());
    // A program that is gone.
    let script = |program: &str| nospill::hook::script::render(nospill::hook::HookKind::PreCommit, program.as_ref(), 0);
    std::fs::write(&hook, script("/gone/nospill")).expect("a file");
    let ran = doctor("/nonexistent");
    assert!(
        ran.code == 1 && ran.out.contains("/gone/nospill, which is missing") && ran.out.contains("mend: nospill install"),
        "{}",
        ran.whole()
    );
}

#[test]
fn audit_asks_and_writes() {
    use std::io::Write as _;
    let world = World::new();
    world.write("a.py", format!("{}{}{}", token(1), token(2), token(3)));
    let mut command = world.command(env!("CARGO_BIN_EXE_nospill"), "repo");
    command.args(["baseline", "audit"]).stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
    let mut child = command.spawn().expect("nospill runs");
    child.stdin.take().expect("a pipe").write_all(b"k\na\nof the test server\ns\n").expect("written");
    let out = String::from_utf8(child.wait_with_output().expect("an end").stdout).expect("UTF-8");
    assert!(out.contains("[3/3]") && !out.contains(&token(1)[12..40]), "{out}");
    assert_eq!(denied(&world), ["a.py:3 github-pat deny"]);
    let written = std::fs::read_to_string(world.path().join(".nospill.toml")).expect("a file");
    assert!(written.contains("reason = \"of the test server\""), "{written}");
}

#[test]
fn foreign_baselines_become_ours() {
    let world = World::new();
    let (one, two, three) = (token(1), token(2), token(3));
    world.write("a.py", format!("{one}{two}"));
    world.write("b.py", &three);
    let secret = |line: &str| line.split('"').nth(1).expect("quotes").to_owned();
    let report = serde_json::json!([{"RuleID": "x", "File": "a.py", "StartLine": 77, "Secret": secret(&one)}]);
    world.write("../report.json", report.to_string());
    world.write("../ignore", format!("# a comment\n{}:b.py:github-pat:1\n\na.py:x:9 # old\na.py|x|0f\n", "a".repeat(40)));
    use sha1::{Digest as _, Sha1};
    let hash: String = Sha1::digest(secret(&two)).iter().map(|b| format!("{b:02x}")).collect();
    let baseline =
        serde_json::json!({"version": "1", "results": {"a.py": [{"type": "x", "filename": "a.py", "hashed_secret": hash}]}});
    world.write("../secrets.json", baseline.to_string());
    let sha256 = |text: &str| sha2::Sha256::digest(text).iter().map(|b| format!("{b:02X}")).collect::<String>();
    let hashes = format!("# of contents\na.py|some_rule,_in_words.|{}\nb.py|x|{}\n", sha256(&secret(&two)), sha256("other"));
    world.write("../hashes", hashes);
    for (file, said, left) in [
        ("../hashes", "1 of 2", vec!["a.py:1", "b.py:1"]),
        ("../report.json", "1 of 1", vec!["a.py:2", "b.py:1"]),
        ("../ignore", "1 entry not read, being no `file:rule:line` or `file|rule|hash`: line 5\n", vec!["a.py:1", "a.py:2"]),
        ("../ignore", "1 of 2", vec!["a.py:1", "a.py:2"]),
        ("../secrets.json", "1 of 1", vec!["a.py:1", "b.py:1"]),
    ] {
        let ran = world.nospill(&["baseline", "create", "--from", file]);
        assert!(ran.code == 0 && ran.out.contains(said), "{file}: {}", ran.whole());
        let left: Vec<String> = left.into_iter().map(|place| format!("{place} github-pat deny")).collect();
        assert_eq!(denied(&world), left, "{file}");
        std::fs::remove_file(world.path().join(".nospill.baseline")).expect("removed");
    }
}

#[test]
fn other_scanners_configurations_are_imported() {
    let world = World::new();
    world.write(
        "gitleaks.toml",
        r#"title = "x"
unknown = 1
[extend]
useDefault = true
disabledRules = ["some"]
[[rules]]
id = "In-House"
description = "In-house key"
regex = '''in-house-([0-9a-f]{12})'''
secretGroup = 1
entropy = 2.5
keywords = ["in-house-"]
tags = ["a"]
[[rules.allowlists]]
paths = ['''(^|/)samples/''']
stopwords = ["test"]
[allowlist]
paths = ['''^vendor/''', '''\.snap$''', '''a[0-9]+b''']
commits = ["0123456789abcdef"]
"#,
    );
    let ran = world.nospill(&["config", "import", "gitleaks", "gitleaks.toml"]);
    assert_eq!(ran.code, 0, "{}", ran.whole());
    for part in ["unknown", "disabledRules `some`", "stopwords `test`", "path `a[0-9]+b`", "`tags`"] {
        assert!(ran.out.lines().any(|l| l.starts_with("# not carried over") && l.contains(part)), "{part}: {}", ran.whole());
    }
    world.stage(".nospill.toml", &ran.out);
    std::fs::remove_file(world.path().join("gitleaks.toml")).expect("removed");
    let secret = text("key = in-house-{hex:12}\n", 5);
    for path in ["vendor/a.py", "b.snap", "x/samples/c.py", "d.py"] {
        world.stage(path, &secret);
    }
    assert_eq!(world.staged(), ["d.py:1 custom-in-house deny", "x/samples/c.py:1 custom-in-house off"]);
    world.write("allowed", "docs/a\\.md:.*\n[a-z]{3}\n");
    let ran = world.nospill(&["config", "import", "git-allowed", "allowed"]);
    assert!(ran.out.contains("docs/a.md") && ran.out.contains("not carried over: `[a-z]{3}`"), "{}", ran.whole());
    world.write("talisman", "fileignoreconfig:\n- filename: keys/a.pem\n  checksum: 00ff\nthreshold: medium\n");
    let ran = world.nospill(&["config", "import", "talisman", "talisman"]);
    assert!(ran.out.contains("\"/keys/a.pem\"") && ran.out.contains("`threshold`: medium"), "{}", ran.whole());
}

#[test]
fn config_says_what_is_in_force_and_what_is_useless() {
    let world = World::new();
    world.write("a.py", token(1));
    world.write(".nospill.toml", "# c\n[markers]\nforeign = false\n\n[scan]\nexclude = ['x']\n");
    world.write("x", "x");
    world.write("sub/y", "y");
    world.write("sub/.nospill.toml", "\n[scan]\nexclude = ['y']\n");
    let out = world.nospill(&["config", "show", "--origin"]).out;
    for line in [
        "markers.own = true  # built in",
        "markers.foreign = false  # .nospill.toml:3",
        "scan.exclude = [\"x\"]  # .nospill.toml:6",
        "sub/: scan.exclude = [\"y\"]  # sub/.nospill.toml:3",
    ] {
        assert!(out.lines().any(|l| l == line), "{line}:\n{out}");
    }
    assert!(!world.nospill(&["config", "show"]).out.contains('#'));
    let ran = world.nospill(&["config", "check"]);
    assert!(ran.code == 0 && ran.out.contains("2 files read"), "{}", ran.whole());
    let entries = "[[allow]]\nreason = 'used'\npath = 'a.py'\n[[allow]]\nreason = 'not'\npath = 'none.py'\n\
                   [[allow]]\nreason = 'old'\npath = 'a.py'\nexpires = '2020-01-01'\n[[policy]]\neffect = 'off'\nrule = 'github-pet'\nfamily = 'gthub'\n\
                   [[rule]]\nid = 'own'\nkeywords = ['own_']\nregex = 'own_(?<secret>x)'\npath = ['gone/a.txt']\n[scan]\nexclude = ['gone/']\n";
    world.write(".nospill.toml", entries);
    let ran = world.nospill(&["config", "check"]);
    assert_eq!(ran.code, 1, "{}", ran.whole());
    for part in [
        ".nospill.toml:4: this allow entry excuses nothing",
        ".nospill.toml:7: this allow entry expired on 2020-01-01",
        ".nospill.toml:11: no rule is called `github-pet`",
        ".nospill.toml:11: no family is called `gthub`",
        "the rule `own` can never match",
    ] {
        assert!(ran.out.contains(part), "{part}: {}", ran.whole());
    }
    assert!(!ran.out.contains(".nospill.toml:1:"), "{}", ran.whole());
}

#[test]
fn the_schema_is_current_and_init_is_valid() {
    let shipped = std::fs::read_to_string("nospill.schema.json").expect("a file");
    let world = World::new();
    assert_eq!(world.nospill(&["config", "schema"]).out, shipped);
    assert_eq!(world.nospill(&["init"]).code, 0);
    assert_eq!(world.nospill(&["config", "check"]).code, 0);
    assert_eq!(world.nospill(&["init"]).code, 2, "never over a file that is there");
    // What is commented out there is right, too.
    let text: String = nospill::commands::init::START
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(code) if code.starts_with("[") || code.split(' ').nth(1) == Some("=") => format!("{code}\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    world.write(".nospill.toml", &text);
    let ran = world.nospill(&["config", "show"]);
    assert!(ran.code == 0 && ran.out.contains("override.generic-password.enabled = false"), "{}\n{text}", ran.whole());
}

#[test]
#[cfg(unix)]
fn the_doctor_finds_what_is_missing() {
    let world = World::new();
    let ran = world.nospill(&["doctor"]);
    assert!(ran.code == 1 && ran.out.contains("mend: nospill install"), "{}", ran.whole());
    assert!(ran.out.contains("ok    a canary staged in a temporary index is blocked"), "{}", ran.whole());
    assert_eq!(world.nospill(&["doctor", "--ci"]).code, 0);
    assert_eq!(world.nospill(&["install"]).code, 0);
    world.stage("a.txt", "x\n");
    world.commit();
    let ran = world.nospill(&["doctor"]);
    assert_eq!(ran.code, 0, "{}", ran.whole());
    assert_eq!(world.git(&["status", "--short"]), "", "the canary leaves nothing");
    world.git(&["config", "core.hooksPath", "elsewhere"]);
    assert_eq!(world.nospill(&["doctor"]).code, 1);
    world.git(&["config", "--unset", "core.hooksPath"]);
    world.stage(".nospill.toml", "[[policy]]\neffect = 'off'\nfamily = 'github'\n");
    let ran = world.nospill(&["doctor"]);
    assert!(ran.code == 1 && ran.out.contains("NOT blocked"), "{}", ran.whole());
    world.stage(".nospill.toml", "x = 1\n");
    let ran = world.nospill(&["doctor"]);
    assert!(ran.code == 1 && ran.out.contains("unknown field"), "{}", ran.whole());
    let clone = world.at("repo").display().to_string();
    let there = world.at("clone").display().to_string();
    world.commit();
    world.git(&["clone", "-q", "--depth", "1", &format!("file://{clone}"), &there]);
    let ran = world.nospill_in("clone", &["doctor", "--ci"]);
    assert!(ran.code == 1 && ran.out.contains("git fetch --unshallow"), "{}", ran.whole());
}

/// Where pushes are received nobody commits: the gate is another hook.
#[test]
#[cfg(unix)]
fn the_doctor_knows_servers() {
    let world = World::with_init(&["--bare"]);
    let ran = world.nospill(&["install"]);
    assert!(ran.code == 2 && ran.err.contains("nospill install --hook pre-receive"), "{}", ran.whole());
    let ran = world.nospill(&["doctor"]);
    assert!(ran.code == 1 && ran.out.contains("mend: nospill install --hook pre-receive\n"), "{}", ran.whole());
    for hook in ["update", "pre-receive"] {
        assert_eq!(world.nospill(&["install", "--hook", hook]).code, 0);
        let ran = world.nospill(&["doctor"]);
        assert!(ran.code == 0 && ran.out.contains(&format!("hooks/{hook}\n")), "{}", ran.whole());
    }
}

#[test]
fn an_allow_entry_needs_a_reason_and_starts_a_file_at_its_top() {
    let world = World::new();
    world.write("a.txt", token(1));
    let ran = world.nospill(&["allow", "a.txt:1", "--reason", " "]);
    assert!(ran.code == 2 && ran.err.contains("the reason is empty"), "{}", ran.whole());
    assert_eq!(world.nospill(&["allow", "a.txt:1", "--reason", "mine"]).code, 0);
    let text = std::fs::read_to_string(world.at("repo/.nospill.toml")).expect("a file");
    assert!(text.starts_with("[[allow]]\n"), "{text}");
}

/// What README.md and `nospill init` show to copy names rules that there are.
#[test]
fn what_is_shown_to_copy_is_right() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).expect("a file");
    let blocks: Vec<&str> = readme.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    let is_code = |line: &&str| line.contains(" = ") || line.starts_with('[');
    let start = nospill::commands::init::START.lines().map(|line| line.trim_start_matches("# ")).filter(is_code);
    for text in [blocks.join("\n"), start.collect::<Vec<_>>().join("\n")] {
        let world = World::new();
        world.write(".nospill.toml", &text);
        let ran = world.nospill(&["config", "check"]);
        assert!(ran.code != 2 && !ran.whole().contains("no rule is called"), "{}\n{text}", ran.whole());
        assert!(text.contains("[[allow]]"), "{text}");
    }
}

#[test]
fn completions_man_pages_and_help() {
    let world = World::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = world.nospill(&["completions", shell]);
        assert!(ran.code == 0 && ran.out.contains("baseline"), "{shell}");
    }
    let dir = world.at("man").display().to_string();
    assert_eq!(world.nospill(&["man", &dir]).code, 0);
    for page in ["nospill.1", "nospill-staged.1", "nospill-baseline.1", "nospill-baseline-create.1", "nospill-config-show.1"] {
        let text = std::fs::read_to_string(world.at("man").join(page)).expect(page);
        assert!(text.contains(".TH nospill"), "{page}");
    }
    let help = world.nospill(&["--help"]).out;
    assert!(help.lines().count() <= 30 && help.lines().all(|line| line.len() <= 80), "a screen: {help}");
    let words: Vec<&str> = help.split([',', ' ', '\n']).collect();
    fn every(command: &clap::Command, name: &str) {
        let help = command.clone().render_long_help().to_string();
        let (_, examples) = help.rsplit_once("Examples:\n").unwrap_or_else(|| panic!("{name} has no examples"));
        assert!(examples.lines().all(|line| line.starts_with("  ")), "{name} ends otherwise: {examples}");
        command.get_subcommands().for_each(|inner| every(inner, &format!("{name} {}", inner.get_name())));
    }
    let cli = <nospill::cli::Cli as clap::CommandFactory>::command();
    for command in cli.get_subcommands() {
        assert!(words.contains(&command.get_name()), "{} is in {help}", command.get_name());
    }
    every(&cli, "nospill");
}
