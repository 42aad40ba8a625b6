//! The hooks beside pre-commit, under real git: what is pushed, what a message says, what a server is sent.

use std::fs;

use crate::env::{Ran, World, token};
use crate::forge::bytes;

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

/// A server that has a commit, and where a hook of the kind is installed.
fn pushed(hook: &str) -> (World, &'static str) {
    let world = with_server();
    world.stage("clean.py", "x = 1\n");
    world.commit();
    world.git(&["push", "-q", "origin", "main"]);
    (world, if hook == "pre-push" { "repo" } else { "server.git" })
}

#[test]
fn names_of_refs_and_tags_that_are_only_pushed() {
    for hook in ["pre-push", "pre-receive", "update"] {
        let (world, dir) = pushed(hook);
        let line = token(3);
        let secret = line.split('"').nth(1).expect("a token");
        // A ref that was there before the hook goes on, and goes.
        let old = token(4).split('"').nth(1).expect("a token").to_owned();
        world.git(&["push", "-q", "origin", &format!("main:{old}")]);
        assert_eq!(world.nospill_in(dir, &["install", "--hook", hook]).code, 0);
        let push = |name: &str| git(&world, "repo", &["push", "origin", name]);
        let refused = |name: &str, place: &str| {
            let ran = push(name);
            let whole = ran.whole();
            assert!(ran.code != 0 && whole.contains(place), "{hook} {name}: {whole}");
            let said = whole.lines().filter(|line| line.contains("error[") || line.contains("-->"));
            assert!(!said.collect::<String>().contains(secret), "{hook} {name}: {whole}");
        };
        refused(&format!("main:{secret}"), "refs/heads/ghp_****");
        refused(&format!("main:refs/tags/{secret}"), "refs/tags/ghp_****");
        world.git(&["tag", "-a", "spoken", "-m", &line]);
        refused("spoken", "<message>");
        let name = format!("user.name={secret}");
        world.git(&["-c", &name, "tag", "-a", "-m", "plain", "made"]);
        let text = world.git(&["cat-file", "tag", "made"]).replace("tagger Ada", &format!("tagger {secret}"));
        let made = world.object("tag", text.as_bytes());
        refused(&format!("{made}:refs/tags/made"), "<message>");
        let text = text.replace(secret, "Ada").replace("tag made", &format!("tag {secret}"));
        let named = world.object("tag", text.as_bytes());
        world.git(&["tag", "-a", "-m", "plain", "outer", &named]);
        refused("outer", "<message>");
        world.git(&["tag", "-a", "-m", "plain", "fine"]);
        for name in ["fine", "main:refs/tags/light", &format!("main:{old}")] {
            assert_eq!(push(name).code, 0, "{hook} {name}: {}", push(name).whole());
        }
        world.git(&["commit", "-q", "--allow-empty", "-m", "more"]);
        for name in [format!("main:{old}"), format!(":{old}")] {
            let ran = push(&name);
            assert_eq!(ran.code, 0, "{hook} {name}: {}", ran.whole());
        }
    }
}

#[test]
fn trees_and_blobs_that_are_pushed_without_a_commit() {
    for hook in ["pre-push", "pre-receive", "update"] {
        let (world, dir) = pushed(hook);
        assert_eq!(world.nospill_in(dir, &["install", "--hook", hook]).code, 0);
        let blob = world.object("blob", token(3).as_bytes());
        let inner = world.tree(&[("100644", b"file.py", &bytes(&blob))]);
        let tree = world.tree(&[("40000", b"folder", &bytes(&inner)), ("40000", b"other", &bytes(&inner))]);
        let clean = world.object("blob", b"x = 1\n");
        for (name, object, place) in
            [("blob", &blob, "error[github-pat]"), ("tree", &tree, "folder/file.py:1:10"), ("nothing", &clean, "")]
        {
            world.git(&["tag", "-a", "-m", "plain", name, object]);
            world.git(&["tag", "-a", "-m", "plain", &format!("{name}-outer"), name]);
            for pushed in [format!("{object}:refs/tags/{name}-light"), name.to_owned(), format!("{name}-outer")] {
                let ran = git(&world, "repo", &["push", "origin", &pushed]);
                let whole = ran.whole();
                let is_refused = ran.code != 0 && whole.contains("github-pat") && whole.contains(place);
                assert!(if place.is_empty() { ran.code == 0 } else { is_refused }, "{hook} {pushed}: {whole}");
            }
        }
    }
}

#[test]
fn a_push_with_an_allow_entry_of_somebody_who_may_not_is_refused() {
    for hook in ["pre-receive", "update", "pre-push"] {
        let world = with_server();
        let organisation = "[[owner]]\npath = '.nospill.toml'\nmay_allow = ['ada@example.org']\n";
        fs::write(world.at("policy.toml"), organisation).expect("a file");
        let policy = world.at("policy.toml").display().to_string();
        let dir = if hook == "pre-push" { "repo" } else { "server.git" };
        assert_eq!(world.nospill_in(dir, &["install", "--hook", hook]).code, 0);
        let push = |refs: &[&str]| -> Ran {
            let mut command = world.command("git", "repo");
            command.args(["-c", "protocol.file.allow=always", "push", "-q", "origin"]).args(refs).env("NOSPILL_POLICY", &policy);
            command.output().expect("git runs").into()
        };
        let by = |who: &str| {
            world.git(&["commit", "-q", "--no-verify", "--allow-empty", "--author", &format!("Who <{who}>"), "-m", "change"]);
        };
        let entry = |path: &str, more: &str| format!("[[allow]]\nreason = 'r'\npath = '{path}'\n{more}\n");
        world.stage(".nospill.toml", entry("a.txt", "expires = '2090-01-01'"));
        by("ada@example.org");
        assert_eq!(push(&["main"]).code, 0, "{hook}: she may");
        world.stage("src/b.py", "x = 1\n");
        by("eve@example.org");
        assert_eq!(push(&["main"]).code, 0, "{hook}: nothing is allowed by it");
        let refused = |ran: Ran, place: &str| {
            let said = format!(
                "{place} in {}: eve@example.org may not add this allow entry: ",
                &world.git(&["rev-parse", "HEAD"])[..10]
            );
            assert!(ran.code != 0 && ran.whole().contains(&said), "{hook}: {said}: {}", ran.whole());
            world.git(&["reset", "-q", "--hard", "HEAD~1"]);
        };
        // In a folder; with a line taken away, of which no line is hers; and on two new branches at once.
        world.stage("src/.nospill.toml", entry("b.py", ""));
        by("eve@example.org");
        refused(push(&["main"]), "src/.nospill.toml:1");
        world.stage(".nospill.toml", entry("a.txt", ""));
        by("eve@example.org");
        refused(push(&["main"]), ".nospill.toml:1");
        world.stage(".nospill.toml", format!("# why\n{}", entry("a.txt", "expires = '2090-01-01'")));
        by("eve@example.org");
        assert_eq!(push(&["main"]).code, 0, "{hook}: a comment allows nothing");
        world.stage(".nospill.toml", format!("{}{}", entry("a.txt", "expires = '2090-01-01'"), entry("b.txt", "")));
        by("eve@example.org");
        refused(push(&["main:one", "main:two"]), ".nospill.toml:5");
        // Brought by a merge, it is still its author's.
        world.git(&["checkout", "-q", "-b", "side", "HEAD~1"]);
        world.stage("src/.nospill.toml", entry("c.py", ""));
        by("ada@example.org");
        world.git(&["checkout", "-q", "main"]);
        world.git(&["-c", "user.email=eve@example.org", "merge", "-q", "--no-ff", "--no-verify", "side", "-m", "merge"]);
        let ran = push(&["main"]);
        assert_eq!(ran.code, 0, "{hook}: {}", ran.whole());
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
    assert!(!world.nospill(&["doctor"]).out.contains("WRONG"), "the doctor knows them");
    // One more hook takes none away, and a repository's own installation is theirs.
    for (more, args) in
        [("pre-push", &["install", "--global", "--hook", "pre-push"][..]), ("post-merge", &["install", "--hook", "post-merge"])]
    {
        let ran = world.nospill(args);
        assert!(ran.code == 0 && ran.out.contains("for all repositories"), "{more}: {}", ran.whole());
        let script = |name: &str| fs::read_to_string(world.at("home/.config/nospill/hooks").join(name)).expect("a script");
        for (name, command) in [("pre-commit", "staged"), ("commit-msg", "commit-msg"), (more, more), ("update", "")] {
            assert!(script(name).contains(&format!("\ncommand='{command}'\n")), "{name}");
            assert!(script(name).contains("install --global"), "{name} runs the repository's own hook");
        }
    }
    let ran = world.nospill(&["uninstall"]);
    assert!(ran.code == 2 && ran.err.contains("nospill uninstall --global"), "{}", ran.whole());
    assert_eq!(world.nospill(&["uninstall", "--global"]).code, 0);
    assert_eq!(world.nospill(&["install", "--global", "--hook", "commit-msg"]).code, 0);
    let ran = world.nospill(&["doctor"]);
    assert!(ran.code == 1 && ran.out.contains("for all repositories, does not run nospill"), "{}", ran.whole());
    assert!(ran.out.contains("mend: nospill install --global"), "{}", ran.whole());
    assert_eq!(world.nospill(&["uninstall", "--global"]).code, 0);
    assert_eq!(world.try_git(&["config", "core.hooksPath"]).code, 1);
    assert!(!world.at("home/.config/nospill/hooks").exists());
}

/// Every hook that git 2.47 documents, githooks(5).
const HOOKS: &str = "applypatch-msg pre-applypatch post-applypatch pre-commit pre-merge-commit prepare-commit-msg commit-msg \
    post-commit pre-rebase post-checkout post-merge pre-push pre-receive update proc-receive post-receive post-update \
    reference-transaction push-to-checkout pre-auto-gc post-rewrite sendemail-validate fsmonitor-watchman p4-changelist \
    p4-prepare-changelist p4-post-changelist p4-pre-submit post-index-change";

fn executable(path: &std::path::Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, text).expect("a file");
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("a mode");
}

#[test]
fn every_hook_of_a_repository_runs_below_the_global_ones() {
    let world = World::new();
    assert_eq!(world.nospill(&["install", "--global", "--hook", "pre-commit"]).code, 0);
    fs::write(world.at("input"), "a b\n  c\\d\n").expect("a file");
    for name in HOOKS.split_whitespace() {
        let run = |args: &[&str]| git(&world, "repo", &[&["hook", "run", "--to-stdin=../input", name, "--"], args].concat()).code;
        let own = world.path().join(".git/hooks").join(name);
        let saw =
            format!("#!/bin/sh\n{{ printf '<%s>' \"$@\"; cat; }} > '{}'\nexit 7\n", world.at(&format!("saw-{name}")).display());
        executable(&own, &saw);
        assert_eq!(run(&["one", "two  three", ""]), 7, "{name}");
        let got = fs::read_to_string(world.at(&format!("saw-{name}"))).unwrap_or_default();
        assert_eq!(got, "<one><two  three><>a b\n  c\\d\n", "{name}");
        fs::remove_file(&own).expect("a hook");
        if !["push-to-checkout", "proc-receive"].contains(&name) {
            assert_eq!(run(&[]), 0, "{name} without a hook of the repository's own");
        }
    }
    let scripts = fs::read_dir(world.at("home/.config/nospill/hooks")).expect("a folder").count();
    assert_eq!(scripts, HOOKS.split_whitespace().count());
}

#[test]
fn a_server_below_the_global_hooks_does_what_it_did() {
    let world = with_server();
    for hook in ["pre-receive", "update", "post-receive", "post-update"] {
        executable(&world.at("server.git/hooks").join(hook), &format!("#!/bin/sh\ncat > /dev/null\necho {hook} >> ../ran\n"));
    }
    let ran = world.nospill(&["install", "--global", "--hook", "pre-receive"]);
    assert_eq!(ran.code, 0, "{}", ran.whole());
    world.stage("clean.py", "x = 1\n");
    world.commit();
    let ran = git(&world, "repo", &["push", "-q", "origin", "main"]);
    assert_eq!(ran.code, 0, "{}", ran.whole());
    let saw = fs::read_to_string(world.at("ran")).expect("a file");
    assert_eq!(saw, "pre-receive\nupdate\npost-receive\npost-update\n");
    world.stage("new.py", token(2));
    world.commit();
    let ran = git(&world, "repo", &["push", "-q", "origin", "main"]);
    assert!(ran.code != 0 && ran.whole().contains("new.py:1:10"), "{}", ran.whole());

    // A work tree that a push brings up to date, unless something in it was changed.
    assert_eq!(git(&world, ".", &["clone", "-q", "server.git", "live"]).code, 0);
    assert_eq!(git(&world, "live", &["config", "receive.denyCurrentBranch", "updateInstead"]).code, 0);
    world.git(&["reset", "-q", "--hard", "HEAD~1"]);
    for (text, is_taken) in [("x = 2\n", true), ("x = 3\n", false)] {
        world.stage("clean.py", text);
        world.commit();
        if !is_taken {
            fs::write(world.at("live/clean.py"), "mine\n").expect("a file");
        }
        let ran = git(&world, "repo", &["push", "-q", "../live", "main"]);
        assert_eq!(ran.code == 0, is_taken, "{}", ran.whole());
        let now = fs::read_to_string(world.at("live/clean.py")).expect("a file");
        assert_eq!(now, if is_taken { text } else { "mine\n" });
    }
}

#[test]
fn a_push_that_is_not_scanned_in_time_is_refused() {
    let world = with_server();
    world.stage("clean.py", "x = 1\n");
    world.commit();
    world.git(&["push", "-q", "origin", "main:refs/heads/x"]);
    let new = world.git(&["rev-parse", "HEAD"]);
    let zeros = "0".repeat(40);
    fs::write(world.at("input"), format!("{zeros} {} refs/heads/main\n", new.trim())).expect("a file");
    // A git that never answers what is asked about the commits.
    let real = world.command("sh", ".").args(["-c", "command -v git"]).output().expect("sh runs");
    let real = String::from_utf8_lossy(&real.stdout).trim().to_owned();
    let stub = format!("#!/bin/sh\ncase \"$*\" in *rev-list*) exec sleep 60 > /dev/null 2>&1 ;; esac\nexec '{real}' \"$@\"\n");
    executable(&world.at("stub/git"), &stub);
    let path = format!("{}:{}", world.at("stub").display(), std::env::var("PATH").expect("PATH"));
    for (name, deadline) in [("--deadline", None), ("--threads", Some("1"))] {
        let mut command = world.command(env!("CARGO_BIN_EXE_nospill"), "server.git");
        command.env("PATH", &path).envs(deadline.map(|seconds| ("NOSPILL_DEADLINE", seconds)));
        command.stdin(fs::File::open(world.at("input")).expect("a file"));
        let ran: Ran = command.args(["pre-receive", name, "1"]).output().expect("nospill runs").into();
        assert!(ran.code == 3 && ran.err.contains("not scanned within 1 seconds, so the push is refused"), "{}", ran.whole());
    }
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
    let ran = world.nospill(&["uninstall", "--template"]);
    assert!(ran.code == 0 && ran.out.contains("removed the pre-commit hook"), "{}", ran.whole());
    assert!(!world.at("home/.config/nospill/template").exists());
    assert_eq!(world.try_git(&["config", "init.templateDir"]).code, 1);
    // A template of the person's own stays.
    fs::create_dir_all(world.at("own")).expect("a folder");
    let own = world.at("own").display().to_string();
    world.git(&["config", "--global", "init.templateDir", &own]);
    assert_eq!(world.nospill(&["install", "--template"]).code, 0);
    assert!(world.at("own/hooks/pre-commit").exists());
    fs::write(world.at("own/description"), "mine").expect("a file");
    assert_eq!(world.nospill(&["uninstall", "--template"]).code, 0);
    assert!(!world.at("own/hooks").exists() && world.at("own/description").exists());
    assert_eq!(world.git(&["config", "init.templateDir"]).trim(), own);
}

#[test]
fn several_hooks_are_installed_at_once() {
    for flags in [&["--hook", "pre-push,commit-msg"][..], &["--hook", "pre-push", "--hook", "commit-msg"]] {
        let world = World::new();
        assert_eq!(world.nospill(&[&["install"], flags].concat()).code, 0);
        let is_there = |hook: &str| world.path().join(".git/hooks").join(hook).exists();
        assert_eq!(["pre-push", "commit-msg", "pre-commit"].map(is_there), [true, true, false], "{flags:?}");
    }
}
