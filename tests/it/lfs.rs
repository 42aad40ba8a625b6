//! Content in Git LFS: what is at hand is scanned when its pointer is staged, what is not is named.

use std::fs;

use sha2::{Digest as _, Sha256};

use crate::env::{World, token};

/// The pointer to a content.
fn pointer(content: &str) -> String {
    let hash: String = Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("version https://git-lfs.github.com/spec/v1\noid sha256:{hash}\nsize {}\n", content.len())
}

/// Puts a content where git-lfs keeps it, in a folder of the repository.
fn keep(world: &World, folder: &str, content: &str) {
    let hash: String = Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect();
    let dir = world.path().join(folder).join("objects").join(&hash[..2]).join(&hash[2..4]);
    fs::create_dir_all(&dir).expect("folders");
    fs::write(dir.join(hash), content).expect("a file");
}

#[test]
fn staged_content_that_is_at_hand_is_scanned() {
    let world = World::new();
    let (old, new) = (token(1), token(1) + "more\n" + &token(2));
    world.stage("table.csv", pointer(&old));
    let ran = world.nospill(&["staged"]);
    assert!(ran.code == 0 && ran.out.contains("table.csv: its content is kept in Git LFS"), "{}", ran.whole());
    keep(&world, ".git/lfs", &old);
    assert_eq!(world.staged(), ["table.csv:1 github-pat deny"]);
    world.commit();
    // What the former content had is not new.
    world.stage("table.csv", pointer(&new));
    keep(&world, ".git/lfs", &new);
    assert_eq!(world.staged(), ["table.csv:3 github-pat deny"]);
    // In the work tree only, or where the configuration says; never another content than the pointer's.
    let other = token(3);
    world.stage("beside.csv", pointer(&other));
    assert_eq!(world.staged().len(), 1);
    world.write("beside.csv", &other);
    assert_eq!(world.staged().len(), 2);
    world.write("beside.csv", other.replace('"', "'"));
    assert_eq!(world.staged().len(), 1);
    world.git(&["config", "lfs.storage", "elsewhere"]);
    keep(&world, ".git/elsewhere", &other);
    assert_eq!(world.staged(), ["beside.csv:1 github-pat deny"]);
}

#[test]
fn what_is_not_scanned_is_named_and_may_be_required() {
    let world = World::new();
    world.stage("README", "x\n");
    world.commit();
    for at in 0..3 {
        world.stage(&format!("data/{at}.bin"), pointer(&token(at)));
    }
    world.commit();
    let cache = world.at("cache");
    let cache = ["history", "--cache", cache.to_str().expect("a path")];
    let cases: [(&[&str], &str); 6] = [
        (&["dir"], "data/0.bin: the contents of this and of 2 more are kept in Git LFS"),
        (&["history", "HEAD~1.."], "data/0.bin: the contents of this and of 2 more are kept in Git LFS"),
        (&["ci", "--base", "HEAD~1"], "data/0.bin: the contents of this and of 2 more are kept in Git LFS"),
        (&["history"], "the contents of 3 objects are kept in Git LFS"),
        (&cache, "the contents of 3 objects are kept in Git LFS"),
        (&cache, "the contents of 3 objects are kept in Git LFS"),
    ];
    for (args, said) in cases {
        let ran = world.nospill(args);
        assert!(ran.code == 0 && ran.out.contains(said), "{args:?}: {}", ran.whole());
    }
    world.stage(".nospill.toml", "[scan]\nlfs = \"require\"\n");
    world.commit();
    for (args, said) in cases {
        let args: Vec<&str> = args.iter().map(|arg| arg.replace("HEAD~1", "HEAD~2").leak() as &str).collect();
        let ran = world.nospill(&[&args[..], if args[0] == "ci" { &["--config-from", "HEAD"] } else { &[] }].concat());
        let whole = ran.whole();
        assert!(ran.code == 3 && whole.contains(said) && whole.contains("not scanned: "), "{args:?}: {whole}");
    }
    // A pointer is text like any other.
    world.stage("p", pointer("x") + &token(5));
    assert_eq!(world.staged(), ["p:4 github-pat deny"]);
}
