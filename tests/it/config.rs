//! Layers of the configuration: every key of every layer changes what happens, and locks hold.

use crate::env::{Ran, World, token};

const BOTH: &[&str] = &["a/b.txt:1 github-pat deny", "top.txt:1 github-pat deny"];

/// A world with a token at the top and one in a folder, staged.
fn world() -> World {
    let world = World::new();
    world.stage("top.txt", token(1));
    world.stage("a/b.txt", token(2));
    world
}

/// What is said of the two files, without the configuration's own.
fn said(ran: &Ran) -> Vec<String> {
    assert!(ran.code < 2, "{}", ran.whole());
    ran.findings()
}

/// Keys with the findings that are left, or their effects; `{}` is the path of the folder's file.
const KEYS: &[(&str, &[&str])] = &[
    ("scan.exclude = ['b.txt']", &["top.txt:1 github-pat deny"]),
    ("scan.exclude = ['*.txt']\nscan.include = ['b.txt']", &["a/b.txt:1 github-pat deny"]),
    ("[[policy]]\neffect = 'audit'", &["a/b.txt:1 github-pat audit", "top.txt:1 github-pat audit"]),
    ("[[policy]]\neffect = 'off'", &["a/b.txt:1 github-pat off", "top.txt:1 github-pat off"]),
    ("[[policy]]\neffect = 'audit'\n[[policy]]\neffect = 'deny'", BOTH),
    ("[[policy]]\neffect = 'audit'\nrule = 'github-*'", &["a/b.txt:1 github-pat audit", "top.txt:1 github-pat audit"]),
    ("[[policy]]\neffect = 'audit'\nrule = 'gitlab-*'", BOTH),
    ("[[policy]]\neffect = 'audit'\nfamily = 'github'", &["a/b.txt:1 github-pat audit", "top.txt:1 github-pat audit"]),
    ("[[policy]]\neffect = 'audit'\nfamily = ['gitlab']", BOTH),
    ("[[policy]]\neffect = 'audit'\nseverity = 'critical'", &["a/b.txt:1 github-pat audit", "top.txt:1 github-pat audit"]),
    ("[[policy]]\neffect = 'audit'\nseverity = ['low', 'medium']", BOTH),
    ("[[policy]]\neffect = 'audit'\nconfidence = 'proven'", &["a/b.txt:1 github-pat audit", "top.txt:1 github-pat audit"]),
    ("[[policy]]\neffect = 'audit'\nconfidence = 'low'", BOTH),
    (
        "[[policy]]\neffect = 'audit'\npath = 'b.txt'\nreason = 'old'",
        &["a/b.txt:1 github-pat audit", "top.txt:1 github-pat deny"],
    ),
    ("[[policy]]\neffect = 'audit'\nbranch = 'ma*'", &["a/b.txt:1 github-pat audit", "top.txt:1 github-pat audit"]),
    ("[[policy]]\neffect = 'audit'\nbranch = ['release']", BOTH),
    ("[[allow]]\nreason = 'r'\npath = 'b.txt'", &["a/b.txt:1 github-pat off", "top.txt:1 github-pat deny"]),
    ("[[allow]]\nreason = 'r'\nrule = 'github-pat'\nowner = 'o'", &["a/b.txt:1 github-pat off", "top.txt:1 github-pat off"]),
    ("[[allow]]\nreason = 'r'\nrule = 'gitlab-pat'", BOTH),
    ("[[allow]]\nreason = 'r'\nrule = 'github-pat'\nexpires = '2020-01-01'", BOTH),
    ("[[allow]]\nreason = 'r'\nrule = 'github-pat'\nexpires = 2020-01-01", BOTH),
    (
        "[[allow]]\nreason = 'r'\nrule = 'github-pat'\nexpires = '2090-01-01'",
        &["a/b.txt:1 github-pat off", "top.txt:1 github-pat off"],
    ),
    ("[[allow]]\nreason = 'r'\ncommit = '0123456'", BOTH),
];

#[test]
fn every_key_of_the_shared_ones_counts_in_every_layer() {
    let world = world();
    assert_eq!(world.staged(), BOTH);
    for (text, want) in KEYS {
        // In the organisation's layer.
        std::fs::write(world.at("policy.toml"), text).expect("a file");
        let policy = world.at("policy.toml").display().to_string();
        assert_eq!(said(&world.nospill(&["staged", "--format", "json", "--policy", &policy])), *want, "policy: {text}");
        // In the repository's.
        world.stage(".nospill.toml", text);
        assert_eq!(world.staged(), *want, "top: {text}");
        assert_eq!(world.nospill(&["dir", "--format", "json"]).findings(), *want, "dir: {text}");
        world.git(&["rm", "-qf", ".nospill.toml"]);
        // In the folder's, which speaks of nothing else.
        world.stage("a/.nospill.toml", text);
        let at_a = |from: &[&str]| from.iter().find(|f| f.starts_with("a/")).map(|f| (*f).to_owned());
        let mut nested: Vec<String> = at_a(want).into_iter().collect();
        nested.push("top.txt:1 github-pat deny".to_owned());
        assert_eq!(world.staged(), nested, "folder: {text}");
        assert_eq!(world.nospill(&["dir", "--format", "json"]).findings(), nested, "folder, dir: {text}");
        let inside: Vec<String> = at_a(want).into_iter().collect();
        assert_eq!(world.nospill_in("repo/a", &["dir", "--format", "json"]).findings(), inside, "from the folder: {text}");
        world.git(&["rm", "-qf", "a/.nospill.toml"]);
        world.git(&["reset", "-q", "--", "a/b.txt"]);
        world.stage("a/b.txt", token(2));
    }
}

/// A rule of one's own that another key makes less of.
const LOW: &str = "override.own.confidence = 'low'
[[rule]]
id = 'own'
keywords = ['in-house-']
regex = '(?<secret>in-house-[0-9]{6})'
confidence = 'high'";

#[test]
fn keys_of_the_top_count_in_both_layers() {
    let marked = |marker: &str| token(1).replace('\n', &format!(" # {marker}\n"));
    let above = format!("# pragma: allowlist nextline {}\n{}", "secret", token(4));
    let rule = "[[rule]]\nid = 'own'\nkeywords = ['in-house-']\nregex = '(?<secret>in-house-[0-9]{6})'\nconfidence = 'high'";
    let cases: &[(&str, String, &str, &str)] = &[
        ("markers.own = false", marked("nospill:allow"), "off", "deny"),
        ("markers.foreign = false", marked("gitleaks:allow"), "off", "deny"),
        ("markers.foreign = false", marked("trufflehog:ignore"), "off", "deny"),
        ("markers.foreign = false", above, "off", "deny"),
        ("override.github-pat.enabled = false", token(1), "deny", "off"),
        ("override.github-pat.severity = 'low'\n[[policy]]\neffect = 'audit'\nseverity = 'low'", token(1), "deny", "audit"),
        (LOW, "x = in-house-123987".to_owned(), "", "audit"),
        (rule, "x = in-house-123987".to_owned(), "", "deny"),
    ];
    for (text, content, before, after) in cases {
        let world = World::new();
        world.stage("f.txt", content);
        let effect = |ran: &Ran| ran.findings().first().and_then(|f| f.rsplit(' ').next().map(str::to_owned)).unwrap_or_default();
        assert_eq!(effect(&world.nospill(&["staged", "--format", "json"])), *before, "{text}");
        std::fs::write(world.at("policy.toml"), text).expect("a file");
        let policy = world.at("policy.toml").display().to_string();
        let ran = world.nospill(&["staged", "--format", "json", "--policy", &policy]);
        assert_eq!(effect(&ran), *after, "policy: {text}: {}", ran.whole());
        world.stage(".nospill.toml", text);
        let ran = world.nospill(&["staged", "--format", "json"]);
        assert_eq!(effect(&ran), *after, "top: {text}: {}", ran.whole());
        world.stage("sub/.nospill.toml", text);
        world.stage("sub/f.txt", "x\n");
        let ran = world.nospill(&["staged"]);
        assert!(ran.code == 2 && ran.err.contains("sub/.nospill.toml (staged):1: "), "{text}: {}", ran.whole());
    }
}

#[test]
fn too_large_contents_are_named() {
    let world = World::new();
    world.stage("big.txt", "x\n".repeat(600_000));
    assert_eq!(world.nospill(&["staged"]).code, 0);
    world.stage(".nospill.toml", "scan.max_size = 1\n");
    let ran = world.nospill(&["staged"]);
    assert!(ran.code == 3 && ran.out.contains("not scanned: big.txt"), "{}", ran.whole());
    // On disk, too, unless the command line says what is to be left out.
    let ran = world.nospill(&["dir"]);
    let named = "not scanned: big.txt: 1200000 bytes are more than `scan.max_size` allows";
    assert!(ran.code == 3 && ran.out.contains(named), "{}", ran.whole());
    let ran = world.nospill(&["dir", "--max-size", "1.1MB"]);
    assert_eq!(ran.code, 2, "{}", ran.whole());
    let ran = world.nospill(&["dir", "--max-size", "1100KB"]);
    assert!(ran.code == 0 && ran.out.contains("1 file over 1100000 bytes not scanned (--max-size)"), "{}", ran.whole());
    world.commit();
    for args in [&["history"][..], &["history", "HEAD"]] {
        let ran = world.nospill(args);
        assert!(ran.code == 3 && ran.out.contains("(1200000 bytes); `--max-size` and `scan.max_size`"), "{}", ran.whole());
    }
}

#[test]
fn locks_hold_and_name_both_places() {
    let world = world();
    let policy = world.at("policy.toml").display().to_string();
    let run = |lock: &str, text: &str| {
        std::fs::write(world.at("policy.toml"), lock).expect("a file");
        world.stage(".nospill.toml", text);
        world.nospill(&["staged", "--format", "json", "--policy", &policy])
    };
    let locked = "\n[[policy]]\neffect = 'deny'\nrule = 'github-*'\nlocked = true";
    let table = "\n[lock]\nexclude = true\nmarkers = true\nallow = true";
    for (lock, text, line) in [
        (locked, "[[policy]]\neffect = 'audit'\nrule = 'github-pat'", 1),
        (locked, "\n\n[[policy]]\neffect = 'off'\nseverity = 'critical'", 3),
        (locked, "\n[override.github-pat]\nenabled = false", 2),
        (locked, "override.github-pat.severity = 'low'", 1),
        (locked, "\n[[allow]]\nreason = 'r'\nrule = 'github-pat'", 2),
        (table, "[scan]\nexclude = ['x']", 2),
        (table, "[scan]\nmax_size = 7", 2),
        (table, "[scan]\narchives = false", 2),
        (table, "\n[markers]\nown = true", 3),
        (table, "\n[markers]\nforeign = true", 3),
        (table, "\n\n[[allow]]\nreason = 'r'\npath = 'x'", 3),
    ] {
        let ran = run(lock, text);
        let names = ran.err.contains(&format!(".nospill.toml (staged):{line}: ")) && ran.err.contains("policy.toml:2 locks");
        assert!(ran.code == 2 && names, "{text}: {}", ran.whole());
    }
    // What names neither the rule nor another is held at run time.
    let deny = ["a/b.txt:1 github-pat deny", "top.txt:1 github-pat deny"];
    assert_eq!(said(&run(locked, "[[allow]]\nreason = 'r'\npath = '*.txt'")), deny);
    assert_eq!(said(&run(locked, "[[policy]]\neffect = 'deny'\nrule = 'github-*'")), deny);
    let audit = "[[policy]]\neffect = 'audit'\nrule = 'github-*'\nlocked = true";
    let ran = run(audit, "[[policy]]\neffect = 'deny'");
    assert_eq!(said(&ran), deny, "stronger is no weakening");
    world.stage("top.txt", token(1).replace('\n', " # nospill:allow\n"));
    assert!(said(&run(locked, "")).contains(&"top.txt:1 github-pat deny".to_owned()), "a marker weakens, too");
}

#[test]
fn wrong_values_are_errors_that_name_the_line() {
    let world = world();
    for (text, part) in [
        ("[[allow]]\nreason = ' '\npath = 'x'", ":1: an allow entry needs a reason"),
        ("[[allow]]\nreason = 'r'", "would allow everything"),
        (
            "\n[[allow]]\nreason = 'r'\npath = 'x'\nexpires = 2026-02-03T04:05:06Z",
            ":2: `expires = \"2026-02-03T04:05:06Z\"` is no day",
        ),
        ("\n[[allow]]\nreason = 'r'\npath = 'x'\nexpires = 7", "a day, as 2027-01-31"),
        ("\n[[allow]]\nreason = 'r'\npath = 'x'\nexpires = '2026-02-30'", ":2: `expires = \"2026-02-30\"` is no day"),
        ("[[allow]]\nreason = 'r'\nfingerprint = 'v1:12'", "is no fingerprint"),
        ("[[allow]]\nreason = 'r'\ncommit = '12'", "is no commit"),
        ("\n[override.github-pet]\nenabled = false", ":2: no rule has the id"),
        ("[[policy]]\neffect = 'dney'", "did you mean `deny`?"),
        ("[sacn]\nexclude = []", "did you mean `scan`?"),
        ("baseline.file = 'none'", "the baseline none is not there"),
    ] {
        world.stage(".nospill.toml", text);
        let ran = world.nospill(&["staged"]);
        assert!(ran.code == 2 && ran.err.contains(part), "{text}: {}", ran.whole());
    }
    assert_eq!(world.nospill(&["staged", "--policy", "missing.toml"]).code, 2);
}

#[test]
fn a_revisions_configuration_counts_when_asked_for() {
    let world = World::new();
    world.stage("a.txt", "x\n");
    world.commit();
    world.stage(".nospill.toml", "[[allow]]\nreason = 'mine'\npath = '*.txt'\n");
    world.stage("a.txt", token(1));
    assert_eq!(world.staged(), ["a.txt:1 github-pat off"]);
    let from = |args: &[&str]| world.nospill(args).findings();
    assert_eq!(from(&["staged", "--format", "json", "--config-from", "HEAD"]), ["a.txt:1 github-pat deny"]);
    world.commit();
    assert_eq!(from(&["history", "--format", "json"]), ["a.txt:1 github-pat off"]);
    assert_eq!(from(&["history", "--format", "json", "--config-from", "HEAD~1"]), ["a.txt:1 github-pat deny"]);
    let ran = world.nospill(&["history", "--config-from", "HEAD~1"]);
    let said = "note: .nospill.toml: the allow entry at line 1 is newer than the configuration that counts; it would excuse 1 \
                finding of this run; by ada@example.org\n";
    assert!(ran.out.contains(said), "{}", ran.whole());
    for (who, refused) in [("*@example.org", false), ("eve@example.org", true)] {
        let text = format!("\n[[owner]]\npath = '.nospill.toml'\nmay_allow = ['{who}']\n");
        std::fs::write(world.at("policy.toml"), text).expect("a file");
        let policy = world.at("policy.toml").display().to_string();
        let ran = world.nospill(&["history", "--config-from", "HEAD~1", "--policy", &policy]);
        assert_eq!(ran.out.contains("who may not add it: ") && ran.out.contains("policy.toml:2"), refused, "{}", ran.whole());
    }
    assert_eq!(from(&["dir", "--format", "json", "--config-from", "HEAD~1"]), ["a.txt:1 github-pat deny"]);
    assert_eq!(world.nospill(&["history", "--config-from", "none"]).code, 2);
    let id = world.git(&["rev-parse", "HEAD"]);
    let text = |id: &str| format!("[[allow]]\nreason = 'r'\ncommit = '{}'\n", &id[..10]);
    world.write(".nospill.toml", text(&id));
    assert_eq!(from(&["history", "--format", "json"]), ["a.txt:1 github-pat off"], "a commit's finding");
    world.write(".nospill.toml", text(&world.git(&["rev-parse", "HEAD~1"])));
    assert_eq!(from(&["history", "--format", "json"]), ["a.txt:1 github-pat deny"]);
}

#[test]
fn an_entry_of_somebody_who_may_not_excuses_nothing() {
    let world = World::new();
    world.stage("a.txt", "x\n");
    world.commit();
    let by = |who: &str| {
        world.git(&["commit", "-q", "--no-verify", "--author", &format!("Who <{who}>"), "-m", "change"]);
    };
    let entry = |path: &str| format!("[[allow]]\nreason = 'r'\npath = '{path}'\n\n");
    world.stage(".nospill.toml", entry("a.txt"));
    by("ada@example.org");
    world.stage("a.txt", token(1));
    world.stage("b.txt", token(2));
    world.stage("c.txt", token(3));
    world.stage(".nospill.toml", format!("{}{}", entry("a.txt"), entry("b.txt")));
    by("eve@example.org");
    let organisation = "[[owner]]\npath = '.nospill.toml'\nmay_allow = ['ADA@*', 'bob@example.org']\n";
    std::fs::write(world.at("policy.toml"), organisation).expect("a file");
    let policy = world.at("policy.toml").display().to_string();
    let run = |args: &[&str]| world.nospill(&[&["history", "--policy", &policy], args].concat());
    let want = ["a.txt:1 github-pat off", "b.txt:1 github-pat deny", "c.txt:1 github-pat deny"];
    for range in [&["HEAD~1..HEAD"][..], &[]] {
        assert_eq!(run(&[&["--format", "json"], range].concat()).findings(), want, "{range:?}");
        let ran = run(range);
        let said = "note: .nospill.toml: the allow entry at line 5 does not count: eve@example.org may not add it: ";
        assert!(ran.out.contains(said) && ran.out.contains("policy.toml:1"), "{}", ran.whole());
    }
    // Somebody who may takes it over; who changes one line of another's entry is asked, too.
    world.stage(".nospill.toml", format!("{}{}", entry("a.txt"), entry("b.txt").replace("'r'", "'looked at'")));
    by("bob@example.org");
    assert!(run(&[]).out.contains("eve@example.org may not add it"), "two lines are still hers");
    world.stage(".nospill.toml", entry("a.txt"));
    by("bob@example.org");
    world.stage(
        ".nospill.toml",
        format!("{}{}", entry("a.txt"), "[[allow]]\npath = 'b.txt'\nowner = 'bob'\nreason = 'looked at'\n"),
    );
    by("bob@example.org");
    assert_eq!(run(&["--format", "json"]).findings(), ["a.txt:1 github-pat off", "b.txt:1 github-pat off", want[2]]);
    world.stage(".nospill.toml", entry("a.txt").replace("a.txt", "*.txt"));
    by("eve@example.org");
    assert!(run(&["--format", "json"]).findings().iter().all(|finding| finding.ends_with(" deny")));
    // Without owners everybody may.
    assert!(world.nospill(&["history", "--format", "json"]).findings().iter().all(|finding| finding.ends_with(" off")));
}

#[test]
fn owners_are_asked_after_in_folders_and_in_a_revisions_configuration() {
    let world = World::new();
    world.stage("top.txt", "x\n");
    world.commit();
    let by = |who: &str| {
        world.git(&["commit", "-q", "--no-verify", "--author", &format!("Who <{who}>"), "-m", "change"]);
    };
    world.stage("a/.nospill.toml", "[[allow]]\nreason = 'r'\npath = 'one.txt'\n");
    by("ada@example.org");
    world.stage("b/.nospill.toml", "# b\n[[allow]]\nreason = 'r'\npath = 'one.txt'\n");
    by("eve@example.org");
    for (seed, path) in ["a/one.txt", "b/one.txt"].into_iter().enumerate() {
        world.stage(path, token(seed));
    }
    by("eve@example.org");
    let organisation =
        "[[owner]]\npath = 'b/*'\nmay_allow = ['ada@*']\n\n[[owner]]\npath = 'a/*'\nmay_allow = ['*@example.org']\n";
    std::fs::write(world.at("policy.toml"), organisation).expect("a file");
    let policy = world.at("policy.toml").display().to_string();
    let want = ["a/one.txt:1 github-pat off", "b/one.txt:1 github-pat deny"];
    for from in [&[][..], &["--config-from", "HEAD"], &["HEAD~1..", "--config-from", "HEAD~1"]] {
        for dir in ["repo", "repo/b"] {
            let args = [&["history", "--policy", &policy], from].concat();
            assert_eq!(world.nospill_in(dir, &[&args[..], &["--format", "json"]].concat()).findings(), want, "{dir} {from:?}");
            let ran = world.nospill_in(dir, &args);
            let said = "note: b/.nospill.toml: the allow entry at line 2 does not count: eve@example.org may not add it: ";
            assert!(ran.out.contains(said) && ran.out.contains("policy.toml:1"), "{dir} {from:?}: {}", ran.whole());
        }
    }
    // One that is newer than the configuration that counts is reported in a folder, too.
    let ran = world.nospill(&["history", "--policy", &policy, "--config-from", "HEAD~2"]);
    let said = "note: b/.nospill.toml: the allow entry at line 2 is newer than the configuration that counts; it would excuse 1 \
                finding of this run; by eve@example.org, who may not add it: ";
    assert!(ran.out.contains(said) && !ran.out.contains("note: a/.nospill.toml"), "{}", ran.whole());
}

#[test]
fn a_folders_configuration_counts_wherever_it_is_met() {
    let world = world();
    world.git(&["commit", "-qm", "both", "--no-verify"]);
    let left = ["a/b.txt:1 github-pat off", "top.txt:1 github-pat deny"];
    let dir = ["dir", "--format", "json"];
    // Not tracked: the walk meets it.
    world.write("a/.nospill.toml", "[[policy]]\neffect = 'off'\n");
    assert_eq!(world.nospill(&dir).findings(), left);
    assert_eq!(world.nospill(&["history", "--format", "json"]).findings(), BOTH);
    // Tracked: commits are judged by it, too, from every folder.
    world.git(&["add", "a/.nospill.toml"]);
    assert_eq!(world.nospill(&["history", "--format", "json"]).findings(), left);
    assert_eq!(world.nospill_in("repo/a", &["history", "--format", "json"]).findings(), left);
    // No work tree at all.
    std::fs::remove_dir_all(world.path().join(".git")).expect("a folder");
    assert_eq!(world.nospill(&dir).findings(), left);
    assert_eq!(world.nospill_in("repo/a", &dir).findings(), ["b.txt:1 github-pat off"]);
}
