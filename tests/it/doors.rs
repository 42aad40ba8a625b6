//! The hooks beside pre-commit, under real git: what is pushed, what a message says, what a server is sent.

use std::fs;

use crate::env::{Ran, World, token};

/// `git` with the hook's program found by its absolute path only.
fn git(world: &World, dir: &str, args: &[&str]) -> Ran {
    world.command("git", dir).args(["-c", "protocol.file.allow=always"]).args(args).output().expect("git runs").into()
}

fn commit(world: &World, message: &str) -> Ran {
    git(world, "repo", &["commit", "-q", "--allow-empty", "-m", message])
}

/// A repository with a bare one beside it as `origin`.
fn with_server() -> World {
    let world = World::new();
    assert_eq!(git(&world, ".", &["init", "-q", "--bare", "-b", "main", "server.git"]).code, 0);
    world.git(&["remote", "add", "origin", "../server.git"]);
    world
}

#[test]
fn pre_push_scans_only_what_the_remote_lacks() {
    let world = with_server();
    world.stage("old.py", token(1));
    world.commit();
    world.git(&["push", "-q", "origin", "main"]);
    let ran = world.nospill(&["install", "--hook", "pre-push"]);
    assert!(ran.code == 0 && ran.out.contains("installed the pre-push hook"), "{}", ran.whole());
    world.stage("clean.py", "x = 1\n");
    world.commit();
    let push = |args: &[&str]| git(&world, "repo", &[&["push", "-q"], args].concat());
    let ran = push(&["origin", "main"]);
    assert_eq!(ran.code, 0, "the old secret is there already: {}", ran.whole());
    world.stage("new.py", token(2));
    world.commit();
    world.git(&["rm", "-q", "new.py"]);
    world.commit();
    for args in [&["origin", "main"][..], &["origin", "main:other"], &["../server.git", "main"]] {
        let ran = push(args);
        let whole = ran.whole();
        assert!(ran.code != 0 && whole.contains("new.py:1:10") && !whole.contains("old.py"), "{args:?}: {whole}");
    }
    assert_eq!(push(&["origin", "HEAD~2:refs/heads/fine"]).code, 0);
    let ran = push(&["origin", ":fine"]);
    assert_eq!(ran.code, 0, "a deletion brings nothing: {}", ran.whole());
    let ran = world.nospill(&["uninstall"]);
    assert!(ran.code == 0 && ran.out.contains("removed the pre-push hook"), "{}", ran.whole());
    assert_eq!(push(&["origin", "main"]).code, 0);
}

#[test]
fn a_former_pre_push_hook_reads_the_same_lines() {
    let world = with_server();
    let hook = world.path().join(".git/hooks/pre-push");
    fs::create_dir_all(hook.parent().expect("a folder")).expect("a folder");
    fs::write(&hook, "#!/bin/sh\ncat > ../seen\n").expect("a hook");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(&hook, mode).expect("a mode");
    assert_eq!(world.nospill(&["install", "--hook", "pre-push"]).code, 0);
    world.stage("new.py", token(2));
    world.commit();
    let ran = git(&world, "repo", &["push", "-q", "origin", "main"]);
    assert!(ran.code != 0 && ran.whole().contains("new.py:1:10"), "{}", ran.whole());
    assert!(fs::read_to_string(world.at("seen")).expect("a file").starts_with("refs/heads/main "));
}

#[test]
fn commit_msg_scans_what_git_keeps() {
    let world = World::new();
    assert_eq!(world.nospill(&["install", "--hook", "commit-msg"]).code, 0);
    let ran = commit(&world, &format!("deploy with\n\n{}", token(1)));
    let whole = ran.whole();
    assert!(ran.code != 0 && whole.contains("COMMIT_EDITMSG:3:10") && whole.contains("github-pat"), "{whole}");
    assert_eq!(commit(&world, "deploy").code, 0);
    let edited = |text: &str| -> Ran {
        fs::write(world.at("message"), text).expect("a file");
        let mut command = world.command("git", "repo");
        command.args(["commit", "-q", "--allow-empty"]).env("GIT_EDITOR", "cp ../message").output().expect("git runs").into()
    };
    let ran = edited(&format!("fine\n# {}", token(2)));
    assert_eq!(ran.code, 0, "a comment is stripped: {}", ran.whole());
    let ran = edited(&format!("fine\n# ------------------------ >8 ------------------------\n+{}", token(2)));
    assert_eq!(ran.code, 0, "below the scissors: {}", ran.whole());
    let ran = commit(&world, &format!("with -m comments stay\n\n# {}", token(2)));
    assert!(ran.code != 0, "{}", ran.whole());
}

#[test]
fn a_server_refuses_a_push_and_the_pusher_reads_why() {
    for hook in ["pre-receive", "update"] {
        let world = with_server();
        let ran = world.nospill_in("server.git", &["install", "--hook", hook]);
        assert_eq!(ran.code, 0, "{}", ran.whole());
        world.stage("clean.py", "x = 1\n");
        world.commit();
        let ran = git(&world, "repo", &["push", "-q", "origin", "main", "main:second"]);
        assert_eq!(ran.code, 0, "{hook}: {}", ran.whole());
        let line = token(3);
        world.stage("new.py", &line);
        world.commit();
        let ran = git(&world, "repo", &["push", "origin", "main", "main:third"]);
        let whole = ran.whole();
        let secret = line.split('"').nth(1).expect("a token");
        assert!(ran.code != 0 && whole.contains("remote: ") && whole.contains("new.py:1:10"), "{hook}: {whole}");
        assert!(!whole.contains(secret) && whole.contains("rejected"), "{hook}: {whole}");
        let refs = git(&world, "server.git", &["for-each-ref", "--format=%(refname)"]).out;
        assert_eq!(refs, "refs/heads/main\nrefs/heads/second\n", "{hook}");
        assert_eq!(git(&world, "repo", &["push", "-q", "origin", ":second"]).code, 0, "{hook}: a deletion");
    }
}

#[test]
fn post_merge_only_says_it() {
    let world = World::new();
    world.commit();
    world.git(&["checkout", "-q", "-b", "side"]);
    world.stage("new.py", token(1));
    world.commit();
    world.git(&["checkout", "-q", "main"]);
    assert_eq!(world.nospill(&["install", "--hook", "post-merge"]).code, 0);
    let ran = git(&world, "repo", &["merge", "-q", "side"]);
    assert!(ran.code == 0 && ran.whole().contains("came in with the merge"), "{}", ran.whole());
}

#[test]
fn one_installation_for_every_repository() {
    let world = World::new();
    let own = world.path().join(".git/hooks");
    fs::create_dir_all(&own).expect("a folder");
    for name in ["pre-commit", "post-commit"] {
        fs::write(own.join(name), format!("#!/bin/sh\necho {name} >> ../ran\n")).expect("a hook");
        fs::set_permissions(own.join(name), std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("a mode");
    }
    let ran = world.nospill(&["install", "--global", "--hook", "pre-commit", "--hook", "commit-msg"]);
    assert_eq!(ran.code, 0, "{}", ran.whole());
    assert_eq!(world.nospill(&["install", "--global", "--hook", "pre-commit", "--hook", "commit-msg"]).code, 0, "twice");
    world.stage("a.py", token(1));
    let ran = commit(&world, "x");
    assert!(ran.code != 0 && ran.whole().contains("a.py:1:10"), "{}", ran.whole());
    world.git(&["rm", "-q", "--cached", "a.py"]);
    let ran = commit(&world, &token(2));
    assert!(ran.code != 0 && ran.whole().contains("COMMIT_EDITMSG"), "{}", ran.whole());
    assert_eq!(commit(&world, "fine").code, 0);
    let ran = fs::read_to_string(world.at("ran")).expect("a file");
    assert_eq!(ran, "pre-commit\npre-commit\npre-commit\npost-commit\n", "the repository's own hooks run");
    assert_eq!(world.nospill(&["uninstall", "--global"]).code, 0);
    assert_eq!(world.try_git(&["config", "core.hooksPath"]).code, 1);
    assert!(!world.at("home/.config/nospill/hooks").exists());
}

#[test]
fn a_template_goes_into_new_repositories() {
    let world = World::new();
    let ran = world.nospill(&["install", "--template"]);
    assert_eq!(ran.code, 0, "{}", ran.whole());
    assert_eq!(git(&world, ".", &["init", "-q", "later"]).code, 0);
    fs::write(world.at("later/a.py"), token(1)).expect("a file");
    assert_eq!(git(&world, "later", &["add", "a.py"]).code, 0);
    let ran = git(&world, "later", &["commit", "-q", "-m", "x"]);
    assert!(ran.code != 0 && ran.whole().contains("a.py:1:10"), "{}", ran.whole());
}
