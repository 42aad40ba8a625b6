//! `nospill staged` in every form a commit takes, with real git.

use std::os::unix::fs::symlink;

use crate::env::{World, text, token};

const DENY: &str = "github-pat deny";

fn denied(path: &str, line: u32) -> Vec<String> {
    vec![format!("{path}:{line} {DENY}")]
}

#[test]
fn the_first_commit_is_all_new() {
    let world = World::new();
    world.stage("a/b.txt", format!("one\n{}", token(1)));
    world.stage("clean.txt", "nothing here\n");
    let ran = world.nospill(&["staged"]);
    assert_eq!(ran.code, 1, "{}", ran.whole());
    assert!(ran.out.contains("error[github-pat]") && ran.out.contains("a/b.txt:2:10"), "{}", ran.whole());
    assert!(!ran.whole().contains(&token(1)[12..40]), "the secret is shown: {}", ran.whole());
    assert!(ran.err.trim_end().lines().last().is_some_and(|l| l.starts_with("nospill: scanned 2 objects")), "{}", ran.whole());
}

#[test]
fn an_empty_repository_and_an_empty_index_are_clean() {
    let world = World::new();
    assert_eq!(world.nospill(&["staged"]).code, 0);
    world.commit();
    assert_eq!(world.nospill(&["staged"]).code, 0);
}

#[test]
fn only_added_lines_deny() {
    let world = World::new();
    let old = format!("a\n{}b\nc\n", token(1));
    world.stage("f.txt", &old);
    world.commit();
    assert_eq!(world.staged(), [""; 0]);
    world.stage("f.txt", format!("{old}d\n"));
    assert_eq!(world.staged(), [""; 0], "an old secret is not this commit's business");
    world.stage("f.txt", format!("{old}{}", token(2)));
    assert_eq!(world.staged(), denied("f.txt", 5));
    world.stage("f.txt", old.replace("token", "  token"));
    assert_eq!(world.staged(), denied("f.txt", 2), "the line is this commit's when it is changed");
    world.stage("f.txt", "a\nb\nc\n");
    assert_eq!(world.staged(), [""; 0], "removing it is no offence");
}

#[test]
fn partial_staging_goes_by_the_index_not_by_the_file() {
    let world = World::new();
    world.stage("f.txt", "a\n");
    world.commit();
    world.stage("f.txt", format!("a\n{}", token(1)));
    world.write("f.txt", "a\n");
    assert_eq!(world.staged(), denied("f.txt", 2), "staged, though gone from the file");
    world.git(&["add", "f.txt"]);
    world.write("f.txt", format!("a\n{}", token(1)));
    assert_eq!(world.staged(), [""; 0], "in the file, not staged");
}

#[test]
fn large_files_are_mapped_only_while_they_are_what_is_staged() {
    let world = World::new();
    let filler = "some line of text that is no secret at all\n".repeat(20_000);
    world.stage("big.txt", format!("{filler}{}", token(1)));
    std::thread::sleep(std::time::Duration::from_millis(20));
    world.stage("other.txt", "a later index\n");
    assert_eq!(world.staged(), denied("big.txt", 20_001));
    world.write("big.txt", &filler);
    assert_eq!(world.staged(), denied("big.txt", 20_001), "the file changed since");
    world.git(&["config", "core.autocrlf", "input"]);
    world.stage("crlf.txt", format!("{}{}", filler.replace('\n', "\r\n"), token(2)));
    assert_eq!(world.staged(), ["big.txt:20001 github-pat deny", "crlf.txt:20001 github-pat deny"]);
}

#[test]
fn intent_to_add_stages_nothing() {
    let world = World::new();
    world.write("f.txt", token(1));
    world.git(&["add", "-N", "f.txt"]);
    assert_eq!(world.staged(), [""; 0]);
    world.git(&["add", "f.txt"]);
    assert_eq!(world.staged(), denied("f.txt", 1));
}

#[test]
fn renames_carry_old_secrets() {
    let world = World::new();
    let body = format!("{}{}", "line of text\n".repeat(9), token(1));
    world.stage("old.txt", &body);
    world.commit();
    world.git(&["mv", "old.txt", "new.txt"]);
    assert_eq!(world.staged(), [""; 0], "the same blob elsewhere");
    world.stage("new.txt", format!("{body}{}", token(2)));
    assert_eq!(world.staged(), denied("new.txt", 11), "only what the rename adds");
    world.stage("copy.txt", token(3));
    assert_eq!(world.staged(), ["copy.txt:1 github-pat deny", "new.txt:11 github-pat deny"]);
}

#[test]
fn a_merge_counts_what_is_new_to_every_parent() {
    let world = World::new();
    world.stage("base.txt", "base\n");
    world.commit();
    world.git(&["checkout", "-q", "-b", "side"]);
    world.stage("side.txt", token(1));
    world.stage("both.txt", format!("x\n{}", token(2)));
    world.commit();
    world.git(&["checkout", "-q", "main"]);
    world.stage("both.txt", format!("y\n{}", token(3)));
    world.commit();
    assert_ne!(world.try_git(&["merge", "-q", "--no-commit", "side"]).code, 0, "the merge conflicts");
    let ran = world.nospill(&["staged"]);
    assert_eq!(ran.code, 3, "an unresolved path is not scanned, and said: {}", ran.whole());
    world.stage("both.txt", format!("y\n{}{}{}", token(3), token(2), token(4)));
    assert_eq!(world.staged(), denied("both.txt", 4), "either side's secrets are old, the resolution's is new");
    world.stage("evil.txt", token(5));
    assert_eq!(world.staged(), ["both.txt:4 github-pat deny", "evil.txt:1 github-pat deny"]);
}

#[test]
fn links_are_scanned_by_target_and_type_changes_count() {
    let world = World::new();
    let target = token(1).replace(['"', '\n', ' '], "");
    symlink(&target, world.path().join("link")).expect("a link");
    world.git(&["add", "link"]);
    assert_eq!(world.staged(), denied("link", 1));
    world.commit();
    std::fs::remove_file(world.path().join("link")).expect("removed");
    world.stage("link", token(2));
    assert_eq!(world.staged(), denied("link", 1), "a file where a link was");
}

#[test]
fn submodules_are_passed_over() {
    let world = World::new();
    let inner = World::new();
    inner.stage("s.txt", token(1));
    inner.commit();
    let url = inner.path();
    world.git(&["submodule", "--quiet", "add", url.to_str().expect("a path"), "sub"]);
    let ran = world.nospill(&["staged"]);
    assert_eq!(ran.code, 0, "{}", ran.whole());
}

#[test]
fn the_environments_index_is_the_one_that_counts() {
    let world = World::new();
    world.stage("f.txt", "a\n");
    world.commit();
    let other = world.at("other-index");
    let git = |args: &[&str]| {
        let ran = world.command("git", "repo").env("GIT_INDEX_FILE", &other).args(args).output().expect("git");
        assert!(ran.status.success(), "{args:?}");
    };
    world.write("g.txt", token(1));
    git(&["read-tree", "HEAD"]);
    git(&["add", "g.txt"]);
    assert_eq!(world.staged(), [""; 0]);
    let mut staged = world.command(env!("CARGO_BIN_EXE_nospill"), "repo");
    let ran: crate::env::Ran =
        staged.env("GIT_INDEX_FILE", &other).args(["staged", "--format", "json"]).output().expect("nospill").into();
    assert_eq!(ran.findings(), denied("g.txt", 1));
}

#[test]
fn other_repositories_than_plain_ones() {
    for (what, init) in [
        ("sha256", &["--object-format=sha256"][..]),
        ("reftable", &["--ref-format=reftable"]),
        ("both", &["--object-format=sha256", "--ref-format=reftable"]),
    ] {
        let world = World::with_init(init);
        world.stage("first.txt", token(1));
        assert_eq!(world.staged(), denied("first.txt", 1), "{what}: before the first commit");
        world.commit();
        assert_eq!(world.staged(), [""; 0], "{what}");
        world.stage("first.txt", format!("{}{}", token(1), token(2)));
        world.git(&["mv", "first.txt", "second.txt"]);
        world.stage(".nospill.toml", "[scan]\nexclude = ['skip.txt']\n");
        world.stage("skip.txt", token(3));
        assert_eq!(world.staged(), denied("second.txt", 2), "{what}");
    }
}

#[test]
fn index_formats_git_can_write() {
    for (key, value) in
        [("index.version", "4"), ("core.splitIndex", "true"), ("index.skipHash", "true"), ("core.untrackedCache", "true")]
    {
        let world = World::new();
        world.git(&["config", key, value]);
        for at in 0..30 {
            world.write(&format!("d{}/e/f{at}.txt", at % 4), format!("file {at}\n"));
        }
        world.git(&["add", "."]);
        world.commit();
        world.stage("d2/e/f2.txt", format!("file 2\n{}", token(1)));
        world.stage("d2/new/x.txt", token(2));
        assert_eq!(world.staged(), ["d2/e/f2.txt:2 github-pat deny", "d2/new/x.txt:1 github-pat deny"], "{key}");
    }
}

#[test]
fn a_sparse_index_is_left_to_git() {
    let world = World::new();
    for at in 0..9 {
        world.write(&format!("d{at}/f.txt"), "x\n");
    }
    world.git(&["add", "."]);
    world.commit();
    world.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "d1"]);
    world.stage("d1/f.txt", token(1));
    assert_eq!(world.staged(), denied("d1/f.txt", 1));
}

#[test]
fn worktrees_bare_directories_and_subfolders() {
    let world = World::new();
    world.stage("f.txt", "x\n");
    world.commit();
    world.git(&["worktree", "add", "-q", "../linked"]);
    std::fs::write(world.at("linked/g.txt"), token(1)).expect("a file");
    let add = world.command("git", "linked").args(["add", "g.txt"]).output().expect("git");
    assert!(add.status.success());
    assert_eq!(world.nospill_in("linked", &["staged", "--format", "json"]).findings(), denied("g.txt", 1));
    assert_eq!(world.staged(), [""; 0]);

    world.stage("deep/er/h.txt", token(2));
    assert_eq!(world.nospill_in("repo/deep/er", &["staged", "--format", "json"]).findings(), denied("deep/er/h.txt", 1));

    let mut outside = world.command(env!("CARGO_BIN_EXE_nospill"), ".");
    outside.env("GIT_DIR", world.path().join(".git")).env("GIT_WORK_TREE", world.path()).args(["staged", "--format", "json"]);
    let ran: crate::env::Ran = outside.output().expect("nospill").into();
    assert_eq!(ran.findings(), denied("deep/er/h.txt", 1));
}

#[test]
fn a_staged_dotenv_is_denied_and_its_example_is_not() {
    let world = World::new();
    let content = ["SHOP=kX9vQ2mL", "7pR4tZ8wHc3Jb6Yd\n"].concat();
    for name in [".env", "app/.env.production", ".env.example", "app/.env.template", "env.py"] {
        world.stage(name, &content);
    }
    let staged = world.staged();
    let paths: Vec<&str> = staged.iter().filter_map(|f| f.split(':').next()).collect();
    assert_eq!(paths, [".env", "app/.env.production"], "{staged:?}");
    assert!(staged.iter().all(|f| f.ends_with("deny")), "{staged:?}");
}

#[test]
fn inline_allow_and_configuration_come_from_the_index() {
    let world = World::new();
    world.stage("a.txt", token(1).replace('\n', " # nospill:allow\n"));
    world.stage("b.txt", token(2).replace('\n', " # nospill:allow github-pat\n"));
    world.stage("c.txt", token(3).replace('\n', " # nospill:allow npm-token\n"));
    world.stage("vendor/d.txt", token(4));
    world.stage("e.txt", text("in-house-{digit:12}\n", 5));
    let config = "[scan]\nexclude = ['vendor/']\n[[rule]]\nid = 'in-house'\nregex = 'in-house-(?<secret>[0-9]{12})'\nkeywords = ['in-house-']\n";
    world.write(".nospill.toml", config);
    assert!(world.staged().contains(&"vendor/d.txt:1 github-pat deny".to_owned()), "not staged, so not in force");
    world.git(&["add", ".nospill.toml"]);
    world.write(".nospill.toml", "broken");
    let ran = world.nospill(&["staged", "--format", "json"]);
    assert_eq!(
        ran.findings(),
        ["a.txt:1 github-pat off", "b.txt:1 github-pat off", "c.txt:1 github-pat deny", "e.txt:1 in-house deny"]
    );
    world.git(&["add", ".nospill.toml"]);
    let ran = world.nospill(&["staged"]);
    assert_eq!(ran.code, 2, "a broken configuration never reads as clean: {}", ran.whole());
    assert!(ran.err.contains(".nospill.toml"), "{}", ran.whole());
}

#[test]
fn trouble_is_never_clean() {
    let world = World::new();
    let outside = world.nospill_in("home", &["staged"]);
    assert_eq!(outside.code, 2, "{}", outside.whole());
    assert!(outside.err.contains("not a git repository") && outside.err.contains("hint:"), "{}", outside.whole());

    world.stage("f.txt", token(1));
    let blob = world.git(&["rev-parse", ":f.txt"]);
    let (folder, file) = blob.trim().split_at(2);
    std::fs::remove_file(world.path().join(".git/objects").join(folder).join(file)).expect("removed");
    let missing = world.nospill(&["staged"]);
    assert_eq!(missing.code, 3, "{}", missing.whole());
    assert!(missing.out.contains("f.txt"), "{}", missing.whole());

    std::fs::write(world.path().join(".git/index"), "DIRC garbage").expect("written");
    let corrupt = world.nospill(&["staged"]);
    assert_eq!(corrupt.code, 2, "{}", corrupt.whole());
    assert_eq!(world.nospill(&["staged", "--nonsense"]).code, 2);
}

/// The index reader against git itself, on random histories of additions, changes, removals and moves.
#[test]
fn the_comparison_equals_gits() {
    use nospill::rules::template::Random;
    for seed in 0..6 {
        let world = World::new();
        let mut random = Random::new("compare", seed);
        world.git(&["config", "index.version", if seed % 2 == 0 { "2" } else { "4" }]);
        for _ in 0..4 {
            for _ in 0..12 {
                let path = format!("d{}/e{}/f{}", random.below(3), random.below(3), random.below(6));
                match random.below(4) {
                    0 => drop(world.try_git(&["rm", "-q", "-f", "--ignore-unmatch", &path])),
                    1 if random.below(4) == 0 => {
                        drop(world.try_git(&["rm", "-rq", "-f", "--ignore-unmatch", &format!("d{}", random.below(3))]))
                    }
                    _ => world.stage(&path, format!("{}", random.below(5))),
                }
            }
            let want = world.git(&["diff", "--cached", "--name-only", "--no-renames", "--diff-filter=d"]);
            let ran = world.nospill(&["staged", "--format", "json"]);
            let report: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
            assert_eq!(report["summary"]["objects"], want.lines().count(), "seed {seed}\n{want}\n{}", ran.whole());
            if random.below(2) == 0 {
                world.commit();
            }
        }
    }
}
