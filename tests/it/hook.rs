//! The installed hook under real git, with a script in nospill's place that blocks a commit when the index holds `SECRET`.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use nospill::commands;
use nospill::hook::install::{Change, InstallOptions, Installed, Note, Removal, install, uninstall};
use nospill::hook::manager::Manager;
use nospill::hook::site::HookSite;
use nospill::hook::{HookError, HookKind};
use tempfile::TempDir;

/// Logs how it was called beside itself, and judges the index that git names, by git's own reading of it.
const FAKE: &str = r#"#!/bin/sh
printf '%s|%s|%s\n' "$*" "$GIT_INDEX_FILE" "$PWD" >>"${0%/*}/log"
if git grep --cached -q SECRET; then
    echo 'fake: found a SECRET' >&2
    exit 1
fi
"#;

/// A directory with a home, a PATH that holds git only, a fake nospill outside of it, and a repository `repo`.
struct World {
    dir: TempDir,
}

struct Run {
    code: Option<i32>,
    stderr: String,
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        let mut stderr = String::from_utf8_lossy(&output.stdout).into_owned();
        stderr.push_str(&String::from_utf8_lossy(&output.stderr));
        Self { code: output.status.code(), stderr }
    }
}

impl World {
    fn new() -> Self {
        let world = Self { dir: tempfile::tempdir().expect("a directory") };
        let dirs = ["home", "path", "tools", "repo"];
        dirs.iter().for_each(|dir| fs::create_dir(world.at(dir)).expect("a directory"));
        let path = std::env::var_os("PATH").expect("PATH");
        let git = std::env::split_paths(&path).map(|dir| dir.join("git")).find(|git| git.is_file()).expect("git");
        symlink(git, world.at("path/git")).expect("a link");
        world.executable("tools/nospill", FAKE);
        world.git("repo", &["init", "-q", "-b", "main"]);
        world
    }

    /// With a hook in `repo`, written by an installation that must go through.
    fn installed() -> Self {
        let world = Self::new();
        world.install("repo").expect("an installation");
        world
    }

    fn at(&self, path: impl AsRef<Path>) -> PathBuf {
        self.dir.path().canonicalize().expect("a path").join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.at(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("directories");
        fs::write(path, text).expect("a file");
    }

    fn executable(&self, path: &str, text: &str) {
        self.write(path, text);
        fs::set_permissions(self.at(path), fs::Permissions::from_mode(0o755)).expect("a mode");
        settle(&self.at(path));
    }

    fn command(&self, program: impl AsRef<Path>, dir: &str) -> Command {
        let mut command = Command::new(program.as_ref());
        command.current_dir(self.at(dir)).env_clear().stdin(Stdio::null());
        for (name, value) in [("GIT_CONFIG_NOSYSTEM", "1"), ("LC_ALL", "C"), ("PATH", self.at("path").to_str().expect("UTF-8"))] {
            command.env(name, value);
        }
        for (who, date) in [("AUTHOR", "2024-01-01T00:00:00Z"), ("COMMITTER", "2024-01-01T00:00:00Z")] {
            command.env(format!("GIT_{who}_NAME"), "Nobody").env(format!("GIT_{who}_EMAIL"), "nobody@example.org");
            command.env(format!("GIT_{who}_DATE"), date);
        }
        command.env("HOME", self.at("home"));
        command
    }

    fn try_git(&self, dir: &str, args: &[&str]) -> Run {
        self.command(self.at("path/git"), dir).args(args).output().expect("git").into()
    }

    fn git(&self, dir: &str, args: &[&str]) -> String {
        let run = self.try_git(dir, args);
        assert_eq!(run.code, Some(0), "git {args:?}: {}", run.stderr);
        run.stderr.trim_end().to_owned()
    }

    /// The site as the command layer would fill it, from git's answers; git's own idea of the hooks directory must agree.
    fn site(&self, dir: &str) -> HookSite {
        let ask = |what: &str| self.git(dir, &["rev-parse", "--path-format=absolute", what]);
        let bare = self.git(dir, &["rev-parse", "--is-bare-repository"]) == "true";
        let work_tree = (!bare).then(|| ask("--show-toplevel").into());
        let value = self.try_git(dir, &["config", "core.hooksPath"]);
        let value = (value.code == Some(0)).then(|| value.stderr.trim_end().into());
        let site = HookSite::new(ask("--git-common-dir").into(), work_tree, value, Some(&self.at("home"))).expect("a site");
        let asked = self.git(dir, &["rev-parse", "--path-format=absolute", "--git-path", "hooks"]);
        assert_eq!(site.hooks_dir, PathBuf::from(asked), "git's own hooks directory");
        site
    }

    fn install_binary(&self, dir: &str, binary: PathBuf) -> Result<Installed, HookError> {
        let installed = install(&self.site(dir), &InstallOptions { binary, kinds: vec![HookKind::PreCommit] })?;
        settle(&installed.hooks[0].path);
        Ok(installed)
    }

    fn install(&self, dir: &str) -> Result<Installed, HookError> {
        self.install_binary(dir, self.at("tools/nospill"))
    }

    fn uninstall(&self, dir: &str) -> Result<Removal, HookError> {
        uninstall(&self.site(dir), &[HookKind::PreCommit]).map(|removed| removed.hooks[0].removal)
    }

    /// Calls of the fake since the last look, a line each: arguments, index, directory.
    fn calls(&self) -> Vec<String> {
        let log = self.at("tools/log");
        let text = fs::read_to_string(&log).unwrap_or_default();
        let _ = fs::remove_file(log);
        text.lines().map(str::to_owned).collect()
    }

    /// Commits a clean file, which must pass, then a secret, which must not; both must go through the fake.
    fn gate_works(&self, dir: &str) {
        for (text, code) in [("clean\n", 0), ("SECRET\n", 1)] {
            self.write(&format!("{dir}/gate.txt"), text);
            self.git(dir, &["add", "gate.txt"]);
            let run = self.try_git(dir, &["commit", "-q", "--allow-empty", "-m", "gate"]);
            assert_eq!((run.code, self.calls().len()), (Some(code), 1), "{text:?}: {}", run.stderr);
        }
        self.git(dir, &["rm", "-q", "-f", "--cached", "gate.txt"]);
    }
}

/// Puts a copy, made by another process, in the place of a file that this process wrote. Linux refuses to execute a file that
/// is open for writing, and a child forked by another test's thread may hold this process's files open for a moment.
fn settle(path: &Path) {
    if fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file()) {
        let copy = path.with_file_name("copy of a script");
        let status = Command::new("cp").arg("-p").args([path, &copy]).status().expect("cp");
        assert!(status.success(), "cp -p {path:?}");
        fs::rename(copy, path).expect("renamed");
    }
}

/// Every entry below a directory, with its mode and its content or target.
fn snapshot(dir: &Path) -> BTreeMap<PathBuf, (u32, Vec<u8>)> {
    let mut entries = BTreeMap::new();
    let mut todo = vec![dir.to_owned()];
    while let Some(path) = todo.pop() {
        let metadata = fs::symlink_metadata(&path).expect("metadata");
        let content = if metadata.is_dir() {
            todo.extend(fs::read_dir(&path).expect("entries").map(|entry| entry.expect("an entry").path()));
            Vec::new()
        } else if metadata.is_symlink() {
            fs::read_link(&path).expect("a target").into_os_string().into_encoded_bytes()
        } else {
            fs::read(&path).expect("a file")
        };
        entries.insert(path, (metadata.permissions().mode(), content));
    }
    entries
}

#[test]
fn every_form_of_commit_goes_through_the_hook() {
    let world = World::installed();
    let (plain, all, some) = (".git/index", "index.lock", "next-index-");
    for (form, dir, args, index) in [
        ("the first", "repo", &["commit", "-m", "x"][..], plain),
        ("plain", "repo", &["commit", "-m", "x"], plain),
        ("amended", "repo", &["commit", "--amend", "-m", "x"], plain),
        ("all", "repo", &["commit", "-a", "-m", "x"], all),
        ("by path", "repo", &["commit", "-m", "x", "--", "sub/file.txt"], some),
        ("from a subdirectory", "repo/sub", &["commit", "-m", "x"], plain),
        ("all, from a subdirectory", "repo/sub", &["commit", "-a", "-m", "x"], all),
    ] {
        for (text, code) in [("SECRET", 1), ("clean", 0)] {
            world.write("repo/sub/file.txt", &format!("{form}: {text}\n"));
            if index == plain {
                world.git("repo", &["add", "-A"]);
            }
            let head = world.try_git("repo", &["rev-parse", "HEAD"]).stderr;
            let run = world.try_git(dir, args);
            let calls = world.calls();
            assert_eq!((run.code, calls.len()), (Some(code), 1), "{form}, {text}: {}", run.stderr);
            let [called, named, at] = calls[0].splitn(3, '|').collect::<Vec<_>>()[..] else { panic!("{calls:?}") };
            assert_eq!((called, Path::new(at)), ("staged", &*world.at("repo")), "{form}");
            assert!(named.contains(index), "{form}: {named}");
            assert_eq!(head == world.try_git("repo", &["rev-parse", "HEAD"]).stderr, code == 1, "{form}, {text}");
            assert_eq!(run.stderr.contains("found a SECRET"), code == 1, "{form}: {}", run.stderr);
        }
    }
}

#[test]
fn installing_twice_changes_nothing() {
    let world = World::new();
    for former in [None, Some("#!/bin/sh\nexit 0\n")] {
        if let Some(text) = former {
            world.executable("repo/.git/hooks/pre-commit", text);
        }
        let first = world.install("repo").expect("an installation");
        assert_eq!(first.hooks[0].change, Change::Written);
        let once = snapshot(&world.at("repo"));
        let second = world.install("repo").expect("a second");
        assert_eq!(second.hooks[0].change, Change::Unchanged);
        assert_eq!(second.hooks[0].former, first.hooks[0].former);
        assert_eq!(snapshot(&world.at("repo")), once);
        world.uninstall("repo").expect("an uninstallation");
    }
}

#[test]
fn a_hook_of_another_nospill_is_brought_up_to_date() {
    let world = World::new();
    world.git("repo", &["config", "core.hooksPath", "a/b"]);
    let before = snapshot(&world.at("repo"));
    world.install_binary("repo", "/old/place/nospill".into()).expect("an installation");
    assert_eq!(world.install("repo").expect("a second").hooks[0].change, Change::Updated);
    fs::set_permissions(world.at("repo/a/b/pre-commit"), fs::Permissions::from_mode(0o644)).expect("a mode");
    assert_eq!(world.install("repo").expect("a third").hooks[0].change, Change::Updated);
    world.gate_works("repo");
    world.uninstall("repo").expect("an uninstallation");
    let paths = |tree: &BTreeMap<PathBuf, _>| tree.keys().filter(|path| path.ends_with("a")).count();
    assert_eq!(paths(&snapshot(&world.at("repo"))), paths(&before), "directories made by the first installation go");
}

#[test]
fn uninstall_restores_every_byte_and_mode() {
    type Setup = fn(&World);
    let setups: [(&str, Setup, Removal); 9] = [
        ("nothing", |_| {}, Removal::Removed),
        ("no hooks directory", |w| fs::remove_dir_all(w.at("repo/.git/hooks")).expect("removed"), Removal::Removed),
        ("a missing core.hooksPath", |w| drop(w.git("repo", &["config", "core.hooksPath", "x/y z/w"])), Removal::Removed),
        (
            "an empty hooks directory",
            |w| {
                fs::remove_dir_all(w.at("repo/.git/hooks")).expect("removed");
                fs::create_dir(w.at("repo/.git/hooks")).expect("a directory");
            },
            Removal::Removed,
        ),
        ("a hook", |w| w.executable("repo/.git/hooks/pre-commit", "#!/bin/sh\n: \u{e9}\n"), Removal::Restored),
        (
            "a hook of an odd mode",
            |w| {
                w.write("repo/.git/hooks/pre-commit", "#!/bin/sh");
                fs::set_permissions(w.at("repo/.git/hooks/pre-commit"), fs::Permissions::from_mode(0o710)).expect("a mode");
            },
            Removal::Restored,
        ),
        ("a hook that is not executable", |w| w.write("repo/.git/hooks/pre-commit", ""), Removal::Restored),
        (
            "a relative link",
            |w| {
                w.executable("repo/scripts/check", "#!/bin/sh\nexit 0\n");
                symlink("../../scripts/check", w.at("repo/.git/hooks/pre-commit")).expect("a link");
            },
            Removal::Restored,
        ),
        ("a link to nowhere", |w| symlink("nowhere", w.at("repo/.git/hooks/pre-commit")).expect("a link"), Removal::Restored),
    ];
    for (name, setup, want) in setups {
        let world = World::new();
        setup(&world);
        let before = snapshot(&world.at("repo"));
        world.install("repo").unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_ne!(snapshot(&world.at("repo")), before, "{name}");
        assert_eq!(world.uninstall("repo").expect(name), want, "{name}");
        assert_eq!(snapshot(&world.at("repo")), before, "{name}");
        assert_eq!(world.uninstall("repo").expect(name), Removal::NotInstalled, "{name}, again");
        assert_eq!(snapshot(&world.at("repo")), before, "{name}, again");
    }
}

#[test]
fn a_former_hook_runs_first_and_can_block() {
    let world = World::new();
    world.executable("repo/.git/hooks/pre-commit", "#!/bin/sh\necho \"former $0\"\n! [ -e fail ] || exit 7\n");
    let former = world.install("repo").expect("an installation").hooks[0].former.clone().expect("a former hook");
    assert_eq!((former.path, former.is_active), (world.at("repo/.git/hooks/pre-commit.before-nospill"), true));
    world.gate_works("repo");
    world.write("repo/fail", "");
    let run = world.try_git("repo", &["commit", "--allow-empty", "-m", "x"]);
    assert_eq!((run.code, world.calls().len()), (Some(1), 0), "{}", run.stderr);
    assert!(run.stderr.contains("former .git/hooks/pre-commit.before-nospill"), "{}", run.stderr);
    let direct: Run = world.command(world.at("repo/.git/hooks/pre-commit"), "repo").output().expect("the hook").into();
    assert_eq!(direct.code, Some(7), "its status is kept");
}

#[test]
fn a_former_hook_may_change_what_is_staged() {
    let world = World::new();
    world.executable("repo/.git/hooks/pre-commit", "#!/bin/sh\necho SECRET >made.txt\ngit add made.txt\n");
    world.install("repo").expect("an installation");
    let run = world.try_git("repo", &["commit", "--allow-empty", "-m", "x"]);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
}

#[test]
fn a_former_hook_gets_arguments_and_input() {
    let world = World::new();
    world.executable("repo/.git/hooks/pre-commit", "#!/bin/sh\nread -r line\nprintf '%s,' \"$#\" \"$@\" \"$line\"\n");
    world.install("repo").expect("an installation");
    world.write("input", "from stdin\n");
    let mut hook = world.command(world.at("repo/.git/hooks/pre-commit"), "repo");
    hook.args(["a b", "", "*"]).stdin(fs::File::open(world.at("input")).expect("a file"));
    let run: Run = hook.output().expect("the hook").into();
    assert_eq!((run.code, &*run.stderr), (Some(0), "3,a b,,*,from stdin,"));
}

#[test]
fn a_former_hook_that_git_would_not_run_does_not_run() {
    let world = World::new();
    world.write("repo/.git/hooks/pre-commit", "#!/bin/sh\nexit 7\n");
    let installed = world.install("repo").expect("an installation");
    assert!(!installed.hooks[0].former.as_ref().expect("a former hook").is_active);
    world.gate_works("repo");
}

#[test]
fn a_copy_of_the_hook_in_the_former_place_does_not_run_itself() {
    let world = World::installed();
    let hook = world.at("repo/.git/hooks/pre-commit");
    let script = fs::read_to_string(&hook).expect("a hook").replace("nospill-hook", "mine");
    world.executable("repo/.git/hooks/pre-commit", &script);
    world.install("repo").expect("an installation over a hook without the marker");
    let run = world.try_git("repo", &["commit", "--allow-empty", "-m", "x"]);
    assert_eq!((run.code, world.calls().len()), (Some(0), 2), "{}", run.stderr);
}

#[test]
fn a_missing_program_blocks_and_says_how_to_mend() {
    let world = World::new();
    world.executable("repo/.git/hooks/pre-commit", "#!/bin/sh\n");
    world.install_binary("repo", "/gone/no spill".into()).expect("an installation");
    let run = world.try_git("repo", &["commit", "--allow-empty", "-m", "x"]);
    assert_eq!(
        (run.code, &*run.stderr),
        (
            Some(1),
            "nospill: commit blocked: the nospill program is missing, so nothing was scanned
  looked in PATH, then for /gone/no spill
  to mend: install nospill again, then run 'nospill install' in this repository
  to stop using nospill here: run 'nospill uninstall' or, without the program, delete .git/hooks/pre-commit
    and rename .git/hooks/pre-commit.before-nospill, the hook that was there before, to .git/hooks/pre-commit
"
        )
    );
    fs::rename(world.at("repo/.git/hooks/pre-commit.before-nospill"), world.at("repo/.git/hooks/pre-commit")).expect("advice");
    world.git("repo", &["commit", "-q", "--allow-empty", "-m", "x"]);
    world.install_binary("repo", world.at("repo")).expect("an installation");
    let run = world.try_git("repo", &["commit", "--allow-empty", "-m", "x"]);
    assert!(run.code == Some(1) && run.stderr.contains("is missing"), "a directory is no program: {}", run.stderr);
}

#[test]
fn path_comes_first_but_not_from_the_work_tree() {
    let world = World::installed();
    world.executable("other/nospill", FAKE);
    world.executable("repo/nospill", "#!/bin/sh\nexit 0\n");
    world.executable("repo/bin/nospill", "#!/bin/sh\nexit 0\n");
    world.write("repo/file.txt", "SECRET\n");
    world.git("repo", &["add", "file.txt"]);
    let (path, other) = (world.at("path"), world.at("other"));
    let (path, other) = (path.to_str().expect("UTF-8"), other.to_str().expect("UTF-8"));
    for (value, ours) in [
        (format!("{other}:{path}"), 0),
        (format!("{path}:{other}"), 0),
        (path.to_owned(), 1),
        (String::new(), 1),
        (format!(":{path}"), 1),
        (format!("{path}:"), 1),
        (format!(".:{path}"), 1),
        (format!("./bin/..:{path}"), 1),
    ] {
        let mut git = world.command(world.at("path/git"), "repo");
        let run: Run = git.env("PATH", &value).args(["commit", "-m", "x"]).output().expect("git").into();
        assert_eq!((run.code, world.calls().len()), (Some(1), ours), "PATH={value}: {}", run.stderr);
        assert_eq!(fs::remove_file(world.at("other/log")).is_ok(), ours == 0, "PATH={value}: the one in PATH was called");
    }
}

#[test]
fn works_in_the_environment_of_a_graphical_client() {
    for former in [None, Some("#!/bin/sh\nexit 0\n")] {
        let world = World::new();
        if let Some(text) = former {
            world.executable("repo/.git/hooks/pre-commit", text);
        }
        world.install("repo").expect("an installation");
        for path in [None, Some("")] {
            for (text, code) in [("SECRET\n", 1), ("clean\n", 0)] {
                world.write("repo/file.txt", text);
                let mut git = world.command(world.at("path/git"), "repo");
                git.env_clear().env("HOME", world.at("home")).env("GIT_CONFIG_NOSYSTEM", "1");
                path.map(|path| git.env("PATH", path));
                let identity = ["-c", "user.name=Nobody", "-c", "user.email=nobody@example.org"];
                world.git("repo", &["add", "file.txt"]);
                let run: Run = git.args(identity).args(["commit", "--allow-empty", "-m", "x"]).output().expect("git").into();
                assert_eq!((run.code, world.calls().len()), (Some(code), 1), "PATH {path:?}, {text:?}: {}", run.stderr);
            }
        }
    }
}

#[test]
fn any_posix_shell_runs_the_script() {
    let world = World::installed();
    let path = std::env::var_os("PATH").expect("PATH");
    for shell in ["sh", "dash", "bash", "busybox", "ksh", "mksh", "yash"] {
        let Some(program) = std::env::split_paths(&path).map(|dir| dir.join(shell)).find(|file| file.is_file()) else { continue };
        for (text, code, hook) in [("SECRET\n", 1, ".git/hooks/pre-commit"), ("clean\n", 0, "pre-commit")] {
            world.write("repo/file.txt", text);
            world.git("repo", &["add", "file.txt"]);
            let mut command = world.command(&program, if code == 1 { "repo" } else { "repo/.git/hooks" });
            if shell == "busybox" {
                command.arg("sh");
            }
            command.env("PATH", format!(".:{}", world.at("path").display()));
            command.env("GIT_DIR", world.at("repo/.git")).env("GIT_WORK_TREE", world.at("repo"));
            let run: Run = command.arg(hook).output().expect(shell).into();
            assert_eq!((run.code, world.calls().len()), (Some(code), 1), "{shell} {hook}: {}", run.stderr);
        }
    }
}

#[test]
fn names_with_spaces_quotes_and_dollars() {
    let world = World::new();
    let odd = "it's \"a\" $HOME `x` dir";
    for dir in [&format!("repo {odd}"), "repo"] {
        fs::create_dir_all(world.at(dir)).expect("a directory");
        world.git(dir, &["init", "-q"]);
        world.executable(&format!("{dir}/.git/hooks/pre-commit"), "#!/bin/sh\nexit 0\n");
        world.executable(&format!("{odd}/nospill"), FAKE);
        world.install_binary(dir, world.at(odd).join("nospill")).expect("an installation");
        world.write(&format!("{dir}/file.txt"), "SECRET\n");
        world.git(dir, &["add", "file.txt"]);
        let run = world.try_git(dir, &["commit", "-m", "x"]);
        assert_eq!(run.code, Some(1), "{}", run.stderr);
        assert!(run.stderr.contains("found a SECRET"), "{}", run.stderr);
    }
}

#[test]
fn a_linked_worktree_shares_the_hook() {
    for (from, to) in [("repo", "linked"), ("linked", "repo")] {
        let world = World::new();
        world.git("repo", &["commit", "-q", "--allow-empty", "-m", "x"]);
        world.git("repo", &["worktree", "add", "-q", "../linked"]);
        let installed = world.install(from).expect("an installation");
        assert_eq!(installed.hooks[0].path, world.at("repo/.git/hooks/pre-commit"));
        assert_eq!(installed.notes, []);
        world.gate_works(from);
        world.gate_works(to);
        assert_eq!(world.install(to).expect("a second").hooks[0].change, Change::Unchanged);
        assert_eq!(world.uninstall(to).expect("an uninstallation"), Removal::Removed);
    }
}

#[test]
fn a_submodule_has_its_own_hook() {
    let world = World::new();
    fs::create_dir(world.at("library")).expect("a directory");
    world.git("library", &["init", "-q", "-b", "main"]);
    world.git("library", &["commit", "-q", "--allow-empty", "-m", "x"]);
    let mut add = world.command(world.at("path/git"), "repo");
    add.env("PATH", "/usr/bin:/bin").args(["-c", "protocol.file.allow=always", "submodule", "--quiet", "add"]); // needs sed
    assert!(add.args(["../library", "lib"]).status().expect("git").success());
    let installed = world.install("repo/lib").expect("an installation");
    assert_eq!(installed.hooks[0].path, world.at("repo/.git/modules/lib/hooks/pre-commit"));
    assert_eq!(installed.notes, []);
    world.gate_works("repo/lib");
    world.git("repo", &["commit", "-q", "-m", "no hook out here"]);
    assert_eq!(world.calls(), [""; 0]);
    assert_eq!(world.uninstall("repo/lib").expect("an uninstallation"), Removal::Removed);
}

#[test]
fn core_hooks_path_is_honoured() {
    let world = World::new();
    let absolute = world.at("shared hooks");
    for (value, dir, note) in [
        (absolute.to_str().expect("UTF-8"), "shared hooks", Some(Note::Shared(absolute.clone()))),
        ("~/hooks", "home/hooks", Some(Note::Shared(world.at("home/hooks")))),
        (".githooks/here", "repo/.githooks/here", Some(Note::InWorkTree(world.at("repo/.githooks/here")))),
        (".git/own", "repo/.git/own", None),
    ] {
        world.git("repo", &["config", "core.hooksPath", value]);
        let installed = world.install("repo").expect(value);
        assert_eq!(installed.hooks[0].path, world.at(dir).join("pre-commit"), "{value}");
        assert_eq!(installed.notes, note.into_iter().collect::<Vec<_>>(), "{value}");
        world.gate_works("repo");
        world.write("repo/sub/file.txt", &format!("SECRET for {value}\n"));
        world.git("repo", &["add", "sub"]);
        assert_eq!(world.try_git("repo/sub", &["commit", "-m", "x"]).code, Some(1), "{value}");
        world.git("repo", &["rm", "-q", "-r", "-f", "sub"]);
        world.calls();
        assert_eq!(world.uninstall("repo").expect(value), Removal::Removed, "{value}");
        assert!(!world.at(dir).exists(), "{value}: the directory goes with the hook");
    }
    assert!(!world.at("repo/.githooks").exists());
}

#[test]
fn hooks_switched_off_are_said_to_be() {
    let world = World::new();
    world.git("repo", &["config", "core.hooksPath", "/dev/null"]);
    let error = world.install("repo").expect_err("no directory");
    assert!(matches!(&error, HookError::NotADirectory(path) if path == Path::new("/dev/null")), "{error}");
    assert!(error.hints()[0].contains("core.hooksPath"), "{:?}", error.hints());
    assert_eq!(world.uninstall("repo").expect("nothing to do"), Removal::NotInstalled);
}

#[test]
fn an_edited_hook_is_left_alone() {
    let world = World::installed();
    let hook = world.at("repo/.git/hooks/pre-commit");
    let edited = fs::read_to_string(&hook).expect("a hook").replace("exec ", "echo mine\nexec ");
    fs::write(&hook, &edited).expect("a file");
    let before = snapshot(&world.at("repo"));
    for error in [world.install("repo").map(drop).expect_err("edited"), world.uninstall("repo").map(drop).expect_err("edited")] {
        assert!(matches!(&error, HookError::Edited(path) if *path == hook), "{error}");
        assert!(error.hints()[0].contains("pre-commit.before-nospill"), "{:?}", error.hints());
    }
    assert_eq!(snapshot(&world.at("repo")), before);
    fs::remove_file(&hook).expect("what the hint says");
    world.install("repo").expect("an installation");
    world.gate_works("repo");
}

#[test]
fn a_link_to_the_hook_stays_one() {
    let world = World::installed();
    let hook = world.at("repo/.git/hooks/pre-commit");
    fs::rename(&hook, world.at("repo/my-hook")).expect("a move");
    symlink("../../my-hook", &hook).expect("a link");
    let is_link = || fs::symlink_metadata(&hook).is_ok_and(|meta| meta.is_symlink());
    assert_eq!(world.install("repo").expect("an installation").hooks[0].change, Change::Unchanged);
    world.gate_works("repo");
    // One of another version is brought up to date where it is.
    world.executable("tools/elsewhere", FAKE);
    let options = InstallOptions { binary: world.at("tools/elsewhere"), kinds: vec![HookKind::PreCommit] };
    let installed = install(&world.site("repo"), &options).expect("an update");
    assert_eq!((installed.hooks[0].change.clone(), is_link()), (Change::Updated, true));
    let script = fs::read_to_string(world.at("repo/my-hook")).expect("a script");
    assert!(script.contains("tools/elsewhere"), "{script}");
    let removed = uninstall(&world.site("repo"), &[HookKind::PreCommit]).expect("it goes");
    assert_eq!(removed.hooks[0].removal, Removal::Removed);
    assert_eq!(removed.notes, [Note::LinkedTo(world.at("repo/my-hook"))]);
    assert!(fs::symlink_metadata(&hook).is_err() && world.at("repo/my-hook").exists());
}

#[test]
fn two_former_hooks_are_not_mixed_up() {
    let world = World::new();
    world.executable("repo/.git/hooks/pre-commit", "#!/bin/sh\n: first\n");
    world.install("repo").expect("an installation");
    world.executable("repo/.git/hooks/pre-commit", "#!/bin/sh\n: written over nospill's\n");
    let before = snapshot(&world.at("repo"));
    let error = world.install("repo").expect_err("two");
    assert!(matches!(error, HookError::FormerKept { .. }), "{error}");
    let removed = uninstall(&world.site("repo"), &[HookKind::PreCommit]).expect("nothing to do");
    assert_eq!(removed.hooks[0].removal, Removal::NotInstalled);
    assert_eq!(removed.notes, [Note::FormerLeft(world.at("repo/.git/hooks/pre-commit.before-nospill"))]);
    assert_eq!(snapshot(&world.at("repo")), before);
}

#[test]
fn a_deleted_hook_can_be_installed_or_uninstalled_again() {
    let world = World::new();
    world.executable("repo/.git/hooks/pre-commit", "#!/bin/sh\nexit 0\n");
    let before = snapshot(&world.at("repo"));
    let hook = world.at("repo/.git/hooks/pre-commit");
    world.install("repo").expect("an installation");
    fs::remove_file(&hook).expect("deleted by hand");
    assert!(world.install("repo").expect("a second").hooks[0].former.is_some());
    fs::remove_file(&hook).expect("deleted by hand");
    assert_eq!(world.uninstall("repo").expect("an uninstallation"), Removal::Restored);
    assert_eq!(snapshot(&world.at("repo")), before);
}

#[test]
fn a_bare_repository_is_refused_but_not_its_worktrees() {
    let world = World::new();
    world.git("repo", &["commit", "-q", "--allow-empty", "-m", "x"]);
    world.git("", &["clone", "-q", "--bare", "repo", "bare"]);
    let before = snapshot(&world.at("bare"));
    let error = world.install("bare").expect_err("bare");
    assert!(matches!(error, HookError::Bare { .. }), "{error}");
    assert_eq!(snapshot(&world.at("bare")), before);
    world.git("bare", &["worktree", "add", "-q", "../linked"]);
    world.install("linked").expect("an installation");
    world.gate_works("linked");
}

#[test]
fn places_that_cannot_be_written_are_named() {
    let world = World::new();
    fs::create_dir(world.at("repo/.git/hooks/pre-commit")).expect("a directory");
    let error = world.install("repo").expect_err("a directory");
    assert!(matches!(error, HookError::NotAFile(_)), "{error}");
    fs::remove_dir(world.at("repo/.git/hooks/pre-commit")).expect("removed");
    let error = world.install_binary("repo", "nospill".into()).expect_err("relative");
    assert!(matches!(error, HookError::RelativeBinary(_)), "{error}");

    let hooks = world.at("repo/.git/hooks");
    fs::set_permissions(&hooks, fs::Permissions::from_mode(0o555)).expect("a mode");
    let may_write_all = fs::write(hooks.join("probe"), "").is_ok(); // root may
    let before = snapshot(&world.at("repo"));
    let result = world.install("repo");
    if !may_write_all {
        let error = result.expect_err("read-only");
        assert_eq!(error.to_string(), format!("cannot write a file in {}", hooks.display()));
        assert!(error.hints()[0].contains("may be written"), "{:?}", error.hints());
        assert_eq!(snapshot(&world.at("repo")), before);
    }
    fs::set_permissions(&hooks, fs::Permissions::from_mode(0o755)).expect("a mode");
}

#[test]
fn hooks_of_managers_are_left_alone() {
    let prek = "#!/bin/sh\n# File generated by prek: https://github.com/j178/prek\n";
    for (manager, hooks_path, hook, config, added) in [
        (Manager::Husky, Some(".husky/_"), ".husky/_/pre-commit", ".husky/pre-commit", "nospill staged"),
        (Manager::Lefthook, None, ".git/hooks/pre-commit", "lefthook.yml", "run: nospill staged"),
        (Manager::PreCommit, None, ".git/hooks/pre-commit", ".pre-commit-config.yaml", "entry: nospill staged"),
    ] {
        let world = World::new();
        hooks_path.map(|path| world.git("repo", &["config", "core.hooksPath", path]));
        let text = if manager == Manager::PreCommit { prek } else { "#!/bin/sh\ncall_lefthook run \"pre-commit\" \"$@\"\n" };
        world.executable(&format!("repo/{hook}"), text);
        world.write(&format!("repo/{config}"), "# nothing yet\n");
        let before = snapshot(&world.at("repo"));
        let error = world.install("repo").expect_err("managed");
        let HookError::Managed { manager: found, advice, .. } = &error else { panic!("{error}") };
        assert_eq!((*found, &*advice.file), (manager, Path::new(config)));
        assert!(error.hints()[0].contains(added), "{:?}", error.hints());
        assert_eq!(snapshot(&world.at("repo")), before, "{manager}");

        world.write(&format!("repo/{config}"), &advice.lines);
        let before = snapshot(&world.at("repo"));
        let installed = world.install("repo").expect("followed the advice");
        assert_eq!(installed.hooks[0].change, Change::RunBy { manager, file: world.at("repo").join(config) });
        let removed = uninstall(&world.site("repo"), &[HookKind::PreCommit]).expect("nothing to do");
        assert_eq!(removed.hooks[0].removal, Removal::NotInstalled, "{manager}");
        assert_eq!(removed.notes, [Note::ManagerRuns(manager, world.at("repo").join(config))]);
        assert_eq!(snapshot(&world.at("repo")), before, "{manager}");
    }
}

#[test]
fn a_configured_manager_without_hooks_is_noted() {
    for (file, manager) in [
        ("lefthook.yml", Manager::Lefthook),
        (".pre-commit-config.yaml", Manager::PreCommit),
        (".overcommit.yml", Manager::Overcommit),
        (".husky/commit-msg", Manager::Husky),
        (".simple-git-hooks.json", Manager::SimpleGitHooks),
    ] {
        let world = World::new();
        world.write(&format!("repo/{file}"), "");
        let installed = world.install("repo").expect("an installation");
        assert_eq!(installed.hooks[0].change, Change::Written);
        assert!(matches!(&installed.notes[..], [Note::ManagerConfigured(found, _)] if *found == manager), "{file}");
        world.gate_works("repo");
    }
}

#[test]
fn a_hook_that_another_tool_moved_is_noted_and_still_chains() {
    let world = World::new();
    world.executable("repo/.git/hooks/pre-commit", "#!/bin/sh\necho former\n");
    world.install("repo").expect("an installation");
    let legacy = world.at("repo/.git/hooks/pre-commit.legacy");
    fs::rename(world.at("repo/.git/hooks/pre-commit"), &legacy).expect("a move");
    world.executable("repo/.git/hooks/pre-commit", "#!/bin/sh\n.git/hooks/pre-commit.legacy\n");
    let run = world.try_git("repo", &["commit", "--allow-empty", "-m", "x"]);
    assert_eq!((run.code, world.calls().len()), (Some(0), 1), "{}", run.stderr);
    assert!(run.stderr.contains("former"), "{}", run.stderr);
    let removed = uninstall(&world.site("repo"), &[HookKind::PreCommit]).expect("nothing to do");
    assert!(removed.notes.contains(&Note::MovedAside(legacy)), "{:?}", removed.notes);
}

#[test]
fn what_was_done_is_said() {
    let world = World::new();
    world.executable("repo/.git/hooks/pre-commit", "#!/bin/sh\n");
    world.write("repo/lefthook.yml", "");
    let hook = world.at("repo/.git/hooks/pre-commit");
    let hook = hook.display();
    let mut out = Vec::new();
    commands::install::write(&world.install("repo").expect("an installation"), &mut out).expect("a buffer");
    commands::uninstall::write(&uninstall(&world.site("repo"), &[HookKind::PreCommit]).expect("removed"), &mut out)
        .expect("a buffer");
    let want = format!(
        "installed the pre-commit hook: {hook}
the hook that was there runs first: {hook}.before-nospill
note: lefthook is configured here and replaces this hook when it writes its own; add to lefthook.yml:
    pre-commit:
      commands:
        nospill:
          run: nospill staged
where the file already has one of these keys, add below it
then run `lefthook install`
removed the pre-commit hook and put the former one back: {hook}
"
    );
    assert_eq!(String::from_utf8_lossy(&out), want);
}
