//! A temporary repository made by real git, with a cleared environment, and the built `nospill` run in it.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use nospill::rules::template::{Random, fill};
use tempfile::TempDir;

/// A world of its own: a home, and a work tree at `repo`.
pub(crate) struct World {
    dir: TempDir,
}

/// What a command said and how it ended.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { code: output.status.code().unwrap_or(-1), out: text(&output.stdout), err: text(&output.stderr) }
    }
}

impl Ran {
    /// Everything in one text, for one assertion: a failure shows all of it.
    pub(crate) fn whole(&self) -> String {
        format!("exit {}\n--- out\n{}--- err\n{}", self.code, self.out, self.err)
    }

    /// `path:line rule effect` of every finding of a JSON report.
    pub(crate) fn findings(&self) -> Vec<String> {
        let report: serde_json::Value = serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}\n{}", self.whole()));
        let findings = report["findings"].as_array().expect("findings");
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        findings
            .iter()
            .map(|f| format!("{}:{} {} {}", text(&f["path"]), f["line"], text(&f["rule"]), text(&f["effect"])))
            .collect()
    }
}

impl World {
    /// An empty repository.
    pub(crate) fn new() -> Self {
        Self::with_init(&[])
    }

    /// An empty repository made by `git init` with more arguments.
    pub(crate) fn with_init(args: &[&str]) -> Self {
        let world = Self { dir: TempDir::new().expect("a folder") };
        fs::create_dir_all(world.at("home")).expect("a folder");
        fs::create_dir_all(world.path()).expect("a folder");
        let init: Vec<&str> = ["init", "-q", "-b", "main"].iter().chain(args).copied().collect();
        world.git(&init);
        world
    }

    /// A path beside the repository.
    pub(crate) fn at(&self, path: &str) -> PathBuf {
        self.dir.path().join(path)
    }

    /// The work tree.
    pub(crate) fn path(&self) -> PathBuf {
        self.at("repo")
    }

    /// A command with a cleared environment, in a folder of this world.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>, dir: &str) -> Command {
        let mut command = Command::new(program);
        command.env_clear().current_dir(self.at(dir)).stdin(Stdio::null());
        command.env("PATH", std::env::var_os("PATH").expect("PATH")).env("HOME", self.at("home"));
        for (name, value) in [
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_AUTHOR_NAME", "Ada"),
            ("GIT_AUTHOR_EMAIL", "ada@example.org"),
            ("GIT_AUTHOR_DATE", "2026-01-02T03:04:05Z"),
            ("GIT_COMMITTER_NAME", "Ada"),
            ("GIT_COMMITTER_EMAIL", "ada@example.org"),
            ("GIT_COMMITTER_DATE", "2026-01-02T03:04:05Z"),
            ("LC_ALL", "C"),
        ] {
            command.env(name, value);
        }
        command
    }

    /// Runs git in the work tree, whatever it says.
    pub(crate) fn try_git(&self, args: &[&str]) -> Ran {
        self.command("git", "repo").args(["-c", "protocol.file.allow=always"]).args(args).output().expect("git runs").into()
    }

    /// Runs git in the work tree; it must succeed.
    pub(crate) fn git(&self, args: &[&str]) -> String {
        let ran = self.try_git(args);
        assert_eq!(ran.code, 0, "git {args:?}: {}", ran.whole());
        ran.out
    }

    /// Writes a file of the work tree.
    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).expect("folders");
        fs::write(path, content).expect("a file");
    }

    /// Writes and stages a file.
    pub(crate) fn stage(&self, path: &str, content: impl AsRef<[u8]>) {
        self.write(path, content);
        self.git(&["add", "--", path]);
    }

    /// Commits what is staged, past any hook.
    pub(crate) fn commit(&self) {
        self.git(&["commit", "-q", "--no-verify", "--allow-empty", "-m", "change"]);
    }

    /// Runs nospill in the work tree.
    pub(crate) fn nospill(&self, args: &[&str]) -> Ran {
        self.nospill_in("repo", args)
    }

    /// Runs nospill in a folder of this world.
    pub(crate) fn nospill_in(&self, dir: &str, args: &[&str]) -> Ran {
        self.command(env!("CARGO_BIN_EXE_nospill"), dir).args(args).output().expect("nospill runs").into()
    }

    /// The findings of `nospill staged`.
    pub(crate) fn staged(&self) -> Vec<String> {
        self.nospill(&["staged", "--format", "json"]).findings()
    }
}

/// The text of a template, the same for the same seed.
pub(crate) fn text(template: &str, seed: usize) -> String {
    String::from_utf8(fill(template, &mut Random::new("tests", seed)).expect("a template")).expect("UTF-8")
}

/// A line with a GitHub token in it.
pub(crate) fn token(seed: usize) -> String {
    text("token = \"{join:gh:p_}{alnum:30}{crc32}\"\n", seed)
}

/// Says loudly that something was not tested, and why.
#[allow(clippy::print_stderr, reason = "a test has nowhere else to say it")]
pub(crate) fn skip(why: &str) {
    eprintln!("SKIP: {why}");
}
