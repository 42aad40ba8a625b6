//! Secrets in names: of files, folders, refs and people. Found once, masked everywhere, and nothing that is only a telling word.

use std::fs;

use crate::env::{World, token};
use crate::leak::FORMATS;

fn bare() -> String {
    token(1).split('"').nth(1).expect("quotes").to_owned()
}

fn fingerprints(world: &World, args: &[&str]) -> Vec<String> {
    let args: Vec<&str> = args.iter().copied().chain(["--format", "json"]).collect();
    let report: serde_json::Value = serde_json::from_str(&world.nospill(&args).out).expect("JSON");
    let findings = report["findings"].as_array().expect("findings");
    findings.iter().map(|finding| finding["fingerprint"].as_str().expect("a fingerprint").to_owned()).collect()
}

#[test]
fn a_name_is_one_finding_by_whatever_command() {
    let world = World::new();
    world.stage(&format!("a/{}/one.txt", bare()), "nothing\n");
    world.stage(&format!("a/{}/b/two.txt", bare()), "nothing\n");
    let staged = fingerprints(&world, &["staged"]);
    assert_eq!(staged.len(), 1);
    assert_eq!(fingerprints(&world, &["dir", "."]), staged);
    world.commit();
    assert_eq!(fingerprints(&world, &["history"]), staged);
    assert_eq!(fingerprints(&world, &["history", "HEAD"]), staged);
    // What is there is not this commit's business, nor is a file that goes out of that folder.
    world.stage(&format!("a/{}/one.txt", bare()), "something else\n");
    assert_eq!(world.nospill(&["staged"]).code, 0);
    world.git(&["mv", &format!("a/{}/b/two.txt", bare()), "two.txt"]);
    assert_eq!(world.nospill(&["staged"]).code, 0);
}

/// Every part meets the folder and the refs.
#[test]
fn shards_give_what_one_run_does() {
    let world = World::new();
    for file in 0..8 {
        world.stage(&format!("a/{}/{file}.txt", bare()), format!("{file}\n"));
    }
    world.commit();
    world.git(&["branch", &bare()]);
    for command in [&["dir", "."][..], &["history"]] {
        let part = |k: usize| {
            let (shard, output) = (format!("{k}/3"), format!("json={k}.report"));
            let args: Vec<&str> = command.iter().copied().chain(["--shard", &shard, "--output", &output]).collect();
            assert_eq!(world.nospill(&args).code, 1, "{args:?}");
            format!("{k}.report")
        };
        let whole = fingerprints(&world, command);
        let parts: Vec<String> = (1..=3).map(part).collect();
        let args: Vec<&str> = ["report", "merge"].into_iter().chain(parts.iter().map(String::as_str)).collect();
        assert_eq!(fingerprints(&world, &args), whole, "{command:?}");
        assert!(!whole.is_empty());
        parts.iter().for_each(|part| fs::remove_file(world.path().join(part)).expect("a report"));
    }
}

#[test]
fn names_are_masked_in_every_format() {
    let world = World::new();
    world.stage(&format!("{}.txt", bare()), "nothing\n");
    world.git(&["commit", "-q", "-m", "x", "--author", &format!("{} <{}@example.org>", bare(), bare())]);
    world.git(&["branch", &bare()]);
    world.stage(&format!("{}.md", bare()), "nothing\n");
    std::os::unix::fs::symlink(bare(), world.path().join("link")).expect("a link");
    for args in [&["staged"][..], &["dir", "."], &["history"], &["history", "HEAD"], &["explain", "link:1"]] {
        let formats: &[&str] = if args[0] == "explain" { &[""] } else { &FORMATS };
        for format in formats {
            let with = ["--format", format];
            let args: Vec<&str> = args.iter().chain(with.iter().filter(|_| !format.is_empty())).copied().collect();
            let ran = world.nospill(&args);
            assert!(!ran.whole().contains(&bare()), "{args:?}");
            assert!(format.is_empty() || ran.code == 1, "{args:?}: {}", ran.whole());
        }
    }
}

/// A file below a folder that a token stands in the name of.
fn below(name: &str) -> String {
    format!("a/{}/{name}", bare())
}

#[test]
fn only_a_folder_that_is_new_is_a_finding() {
    let world = World::new();
    world.stage(&below("one.txt"), "nothing\n");
    world.commit();
    world.stage(&below("two.txt"), "nothing\n");
    world.stage(&below("c/three.txt"), "nothing\n");
    assert_eq!(world.nospill(&["staged"]).code, 0);
    world.commit();
    assert_eq!(world.nospill(&["history", "HEAD~1..HEAD"]).code, 0);
    assert_eq!(world.nospill(&["history", "HEAD~1"]).code, 1);
    // The same name at another place is new, and so is another token below the old folder.
    for path in [format!("b/{}/four.txt", bare()), below(token(2).split('"').nth(1).expect("quotes"))] {
        world.stage(&path, "nothing\n");
        assert_eq!(world.nospill(&["staged"]).code, 1, "{path}");
        world.git(&["rm", "-q", "--cached", &path]);
        fs::remove_file(world.path().join(&path)).expect("the file");
    }
    assert_eq!(world.nospill(&["staged"]).code, 0);
    // A merge brings what one side had.
    world.git(&["checkout", "-q", "-b", "side", "HEAD"]);
    world.stage(&format!("b/{}/five.txt", bare()), "nothing\n");
    world.commit();
    world.git(&["checkout", "-q", "main"]);
    world.stage("x.txt", "x\n");
    world.commit();
    world.git(&["merge", "-q", "--no-ff", "--no-commit", "side"]);
    assert_eq!(world.nospill(&["staged"]).code, 0);
}

#[test]
fn a_baseline_knows_names_and_holds_none() {
    let world = World::new();
    let other = token(2).split('"').nth(1).expect("quotes").to_owned();
    world.stage(&below(&format!("{other}.txt")), "nothing\n");
    world.stage(&below("in.py"), token(3));
    // A value that is sealed, below that folder.
    let value = ["Zk93jd8", "Sh2kLq0"].concat();
    world.stage(&below("sealed.py"), format!("password = \"{value}\"\n"));
    assert_eq!(world.nospill(&["staged"]).code, 1);
    let ran = world.nospill(&["baseline", "create"]);
    let text = fs::read_to_string(world.path().join(".nospill.baseline")).expect("a baseline");
    assert!(ran.code == 0 && !(ran.whole() + &text).contains(&bare()) && !text.contains(&other), "{} {text}", ran.whole());
    assert!(text.lines().count() == 5 && text.contains(" github-pat a/ghp_****\n") && text.contains("s1:"), "{text}");
    world.git(&["add", ".nospill.baseline"]);
    for args in [&["staged"][..], &["dir", "."]] {
        assert_eq!(world.nospill(args).code, 0, "{}", world.nospill(args).whole());
    }
    assert!(world.nospill(&["baseline", "diff"]).out.is_empty());
    world.commit();
    for args in [&["history"][..], &["history", "HEAD"]] {
        assert_eq!(world.nospill(args).code, 0, "{}", world.nospill(args).whole());
    }
    // Another token at a place whose masked name is the same is not known.
    world.stage(&format!("a/{other}/one.txt"), "nothing\n");
    assert_eq!(world.nospill(&["staged"]).code, 1);
    assert!(world.nospill(&["baseline", "diff"]).out.starts_with("+ github-pat a/ghp_****\n"));
    world.nospill(&["baseline", "update"]);
    assert_eq!(world.nospill(&["dir", "."]).code, 0);
    // Refs and people, of the history.
    world.git(&["branch", &bare()]);
    world.git(&["commit", "-q", "--allow-empty", "-m", "x", "--author", &format!("{other} <a@example.org>")]);
    assert_eq!(world.nospill(&["history"]).code, 1);
    world.nospill(&["baseline", "update", "--history"]);
    let text = fs::read_to_string(world.path().join(".nospill.baseline")).expect("a baseline");
    assert!(!text.contains(&bare()) && !text.contains(&other) && text.contains("refs/heads/ghp_****"), "{text}");
    assert_eq!(world.nospill(&["history"]).code, 0);
}

#[test]
fn an_allow_entry_for_a_name_holds_none() {
    let world = World::new();
    world.stage(&below("one.txt"), "nothing\n");
    world.stage(&below("in.py"), token(3));
    for found in fingerprints(&world, &["dir", "."]) {
        let ran = world.nospill(&["allow", &found, "--reason", "test"]);
        assert!(ran.code == 0 && !ran.whole().contains(&bare()), "{}", ran.whole());
    }
    let text = fs::read_to_string(world.path().join(".nospill.toml")).expect("a configuration");
    assert!(!text.contains(&bare()) && !text.contains("path") && text.matches("fingerprint").count() == 2, "{text}");
    world.git(&["add", ".nospill.toml"]);
    for args in [&["staged"][..], &["dir", "."]] {
        assert_eq!(world.nospill(args).code, 0, "{}", world.nospill(args).whole());
    }
    world.stage(&below("more.py"), token(4));
    assert_eq!(world.nospill(&["staged"]).code, 1);
}

#[test]
fn a_report_says_what_to_do_with_names() {
    let world = World::new();
    world.stage(&format!("{}.txt", bare()), "nothing\n");
    world.git(&["commit", "-q", "-m", &token(3), "--author", &format!("{} <a@example.org>", bare())]);
    world.git(&["branch", &bare()]);
    let ran = world.nospill(&["history"]);
    let said = ["rename the file or folder", "delete or rename it", "until the history is rewritten", "amend or reword it"];
    assert!(said.iter().all(|said| ran.out.contains(said)) && !ran.out.contains(".example"), "{}", ran.whole());
}

#[test]
fn what_is_no_token_is_a_name() {
    let world = World::new();
    for path in ["password=hunter2hunter2.txt", "secret-key-4f9a8b7c6d5e4f3a2b1c.md", "docs/token_Zk93jd8Sh2kLq0.txt"] {
        world.stage(path, "nothing\n");
    }
    let ran = world.nospill(&["staged"]);
    assert_eq!(ran.code, 0, "{}", ran.whole());
    world.stage(".nospill.toml", "[scan]\nexclude = [\"vendor/\"]\n");
    world.stage(&format!("vendor/{}", bare()), "nothing\n");
    assert_eq!(world.nospill(&["staged"]).code, 0, "what is excluded is not looked at");
}
