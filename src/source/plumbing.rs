//! The repository through the `git` executable, for what libgit2 or the index reader can't: reftable, SHA-256, split and
//! sparse indexes. Nothing that the repository's configuration names is run, and nothing is fetched.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::SourceError;
use super::git::merge_heads;
use crate::types::oid::Oid;

/// Runs `git` in the environment's repository.
fn git(args: &[&OsStr]) -> Command {
    with_patterns(&[&[OsStr::new("--literal-pathspecs")], args].concat())
}

/// Runs `git`, which may take paths for patterns.
fn with_patterns(args: &[&OsStr]) -> Command {
    let mut command = Command::new("git");
    // A repository's file system monitor is a program of its choice, and so is what checks signatures; locks would be
    // writes. What replaces other objects would hide them, and so would a commit-graph that tells other parents and trees.
    command.args(["-c", "core.fsmonitor=false", "-c", "log.showSignature=false", "-c", "core.commitGraph=false"]);
    command.args(["--no-pager", "--no-replace-objects"]).args(args);
    command.env("GIT_OPTIONAL_LOCKS", "0").env("LC_ALL", "C").stdin(Stdio::null());
    // Grafts hide commits as replacements do.
    command.env("GIT_GRAFT_FILE", "/dev/null");
    // A missing object of a partial clone would be fetched: through a command of the repository's choice
    // (core.sshCommand, remote.*.uploadpack, an ext:: address). Git before 2.45 knows the second only.
    command.env("GIT_NO_LAZY_FETCH", "1").env("GIT_ALLOW_PROTOCOL", "");
    command
}

fn plumbing(args: &[&OsStr], why: impl ToString) -> SourceError {
    let command: Vec<_> = args.iter().map(|arg| arg.to_string_lossy()).collect();
    SourceError::Plumbing { command: command.join(" "), why: without_advice(&why.to_string()) }
}

/// What git says without its advice, which is about settings of git's.
fn without_advice(said: &str) -> String {
    let lines: Vec<&str> = said.trim().lines().filter(|line| !line.starts_with("hint:")).collect();
    lines.join("\n")
}

/// What a command prints.
///
/// # Errors
/// git can't be run, or exits with an error; what it said is in the error.
pub fn output<S: AsRef<OsStr>>(args: &[S]) -> Result<Vec<u8>, SourceError> {
    let args: Vec<&OsStr> = args.iter().map(AsRef::as_ref).collect();
    let output = git(&args).output().map_err(|error| plumbing(&args, error))?;
    if output.status.success() { Ok(output.stdout) } else { Err(plumbing(&args, String::from_utf8_lossy(&output.stderr))) }
}

/// Asks git for the environment's repository.
///
/// # Errors
/// There is none, git is not there, or it does not trust the owner; what it said is in the error.
pub fn usable() -> Result<(), SourceError> {
    output(&["rev-parse", "--git-dir"]).map(drop)
}

/// What a command prints whose paths are patterns.
///
/// # Errors
/// As [`output`].
pub fn listed(args: &[&str]) -> Result<Vec<u8>, SourceError> {
    let args: Vec<&OsStr> = args.iter().map(AsRef::as_ref).collect();
    let output = with_patterns(&args).output().map_err(|error| plumbing(&args, error))?;
    if output.status.success() { Ok(output.stdout) } else { Err(plumbing(&args, String::from_utf8_lossy(&output.stderr))) }
}

/// What a command prints, and what it warns of.
///
/// # Errors
/// As [`output`].
pub fn with_warnings(args: &[&str]) -> Result<(Vec<u8>, String), SourceError> {
    let args: Vec<&OsStr> = args.iter().map(AsRef::as_ref).collect();
    let output = git(&args).output().map_err(|error| plumbing(&args, error))?;
    let warnings = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() { Ok((output.stdout, warnings)) } else { Err(plumbing(&args, warnings)) }
}

/// What a command prints that reads `input`.
///
/// # Errors
/// As [`output`].
pub fn filtered(args: &[&str], input: &[u8]) -> Result<Vec<u8>, SourceError> {
    let args: Vec<&OsStr> = args.iter().map(AsRef::as_ref).collect();
    fed(git(&args), &args, input)
}

/// The same of a command whose paths are patterns.
///
/// # Errors
/// As [`output`].
pub fn filtered_with_patterns(args: &[&str], input: &[u8]) -> Result<Vec<u8>, SourceError> {
    let args: Vec<&OsStr> = args.iter().map(AsRef::as_ref).collect();
    fed(with_patterns(&args), &args, input)
}

fn fed(mut command: Command, args: &[&OsStr], input: &[u8]) -> Result<Vec<u8>, SourceError> {
    let failed = |error: std::io::Error| plumbing(args, error);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(failed)?;
    let mut stdin = child.stdin.take();
    let output = std::thread::scope(|scope| {
        // Written beside the reading, or both sides wait on full pipes. A child that ends early says why itself.
        scope.spawn(move || stdin.take().map(|mut stdin| stdin.write_all(input)));
        child.wait_with_output()
    });
    let output = output.map_err(failed)?;
    if output.status.success() { Ok(output.stdout) } else { Err(plumbing(args, String::from_utf8_lossy(&output.stderr))) }
}

/// What a command prints that runs in a folder.
///
/// # Errors
/// As [`output`].
pub fn output_in(dir: &std::path::Path, args: &[&str]) -> Result<Vec<u8>, SourceError> {
    let args = [&[OsStr::new("-C"), dir.as_os_str()], args.iter().map(OsStr::new).collect::<Vec<_>>().as_slice()].concat();
    output(&args)
}

/// One line that a command prints, or `None` when it exits with an error.
fn line(args: &[&str]) -> Option<Vec<u8>> {
    let mut text = output(args).ok()?;
    while text.last().is_some_and(|b| matches!(b, b'\n' | b'\r')) {
        text.pop();
    }
    Some(text)
}

/// A path as git prints it.
#[cfg(unix)]
pub(super) fn path(bytes: Vec<u8>) -> PathBuf {
    use std::os::unix::ffi::OsStringExt as _;
    std::ffi::OsString::from_vec(bytes).into()
}

#[cfg(not(unix))]
pub(super) fn path(bytes: Vec<u8>) -> PathBuf {
    String::from_utf8_lossy(&bytes).into_owned().into()
}

/// The top of the work tree; `None` when bare.
pub fn work_tree() -> Option<PathBuf> {
    line(&["rev-parse", "--show-toplevel"]).filter(|text| !text.is_empty()).map(path)
}

/// The folder that all worktrees share, absolute.
///
/// # Errors
/// There is no repository here.
pub fn common_dir() -> Result<PathBuf, SourceError> {
    let text = output(&["rev-parse", "--path-format=absolute", "--git-common-dir"]).map_err(|error| match error {
        SourceError::Plumbing { why, .. } if why.contains("not a git repository") => {
            SourceError::NotARepository("no .git here or in any parent folder".to_owned())
        }
        other => other,
    })?;
    Ok(path(text.strip_suffix(b"\n").unwrap_or(&text).to_vec()))
}

/// A configuration value as written; `None` when it is not set.
pub fn config(key: &str) -> Option<PathBuf> {
    line(&["config", "--get", key]).map(path)
}

/// A path of the user's own configuration; `None` when it is not set.
pub fn global(key: &str) -> Option<PathBuf> {
    line(&["config", "--global", "--type=path", "--get", key]).map(path)
}

/// The ignore file that `core.excludesFile` names in any of git's configurations, the environment's and included ones among them;
/// `None` outside of a work tree and where it is not set.
pub fn excludes_file() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    here.ancestors().find(|folder| folder.join(".git").exists())?;
    line(&["config", "--type=path", "--get", "core.excludesFile"]).filter(|text| !text.is_empty()).map(path)
}

/// A configuration value as text; `None` when it is not set.
pub fn setting(key: &str) -> Option<String> {
    line(&["config", "--get", key]).map(|text| String::from_utf8_lossy(&text).into_owned())
}

/// Whether git takes a text for a time: what it can't read, `--since` would take for now.
pub fn is_time(text: &str) -> bool {
    line(&["-c", &format!("nospill.time={text}"), "config", "--type=expiry-date", "--get", "nospill.time"]).is_some()
}

/// What refs point to, below `prefix` or all; each object once.
///
/// # Errors
/// git can't list them.
pub fn ref_objects(prefix: &str) -> Result<Vec<Oid>, SourceError> {
    let args = ["for-each-ref", "--format=%(objectname)", "--", prefix];
    let text = output(&args[..if prefix.is_empty() { 2 } else { 4 }])?;
    let mut oids: Vec<Oid> = text.split(|&b| b == b'\n').filter_map(Oid::from_hex).collect();
    oids.sort_unstable();
    oids.dedup();
    Ok(oids)
}

/// The trees to compare the index with: HEAD's and, during a merge, those of the other parents.
///
/// # Errors
/// There is no repository, or a parent can't be read.
pub fn parent_trees() -> Result<Vec<Oid>, SourceError> {
    let git_dir = output(&["rev-parse", "--git-dir"])?;
    let git_dir = path(git_dir.trim_ascii_end().to_vec());
    let tree_of = |revision: &str| {
        let text = output(&["rev-parse", "--verify", "--quiet", "--end-of-options", &format!("{revision}^{{tree}}")])?;
        Oid::from_hex(text.trim_ascii()).ok_or_else(|| SourceError::Git(format!("{revision} has no tree")))
    };
    if line(&["rev-parse", "--verify", "--quiet", "HEAD"]).is_none() {
        // Unborn, or broken? A symbolic HEAD whose branch does not exist yet is the first commit.
        let unborn = line(&["symbolic-ref", "--quiet", "HEAD"])
            .is_some_and(|name| line(&["show-ref", "--verify", "--quiet", &String::from_utf8_lossy(&name)]).is_none());
        return if unborn { Ok(Vec::new()) } else { Err(SourceError::Git("HEAD can't be resolved".to_owned())) };
    }
    let mut trees = vec![tree_of("HEAD")?];
    for parent in merge_heads(&git_dir)? {
        trees.push(tree_of(&parent.to_string())?);
    }
    Ok(trees)
}

/// Every staged file with its blob; unresolved ones, links and submodules are left out.
///
/// # Errors
/// git fails, or prints what is not its format.
pub fn staged_blobs() -> Result<Vec<(Vec<u8>, Oid)>, SourceError> {
    // Only what is below the current folder is listed, unless a path says more.
    let up = line(&["rev-parse", "--show-cdup"]).map(|up| String::from_utf8_lossy(&up).into_owned()).unwrap_or_default();
    let all = ["ls-files", "--stage", "--full-name", "-z", "--", &up];
    let text = output(if up.is_empty() { &all[..4] } else { &all })?;
    let wrong = || SourceError::Git("unexpected output of git ls-files".to_owned());
    let mut blobs = Vec::new();
    for line in text.split(|&b| b == 0).filter(|line| !line.is_empty()) {
        let tab = line.iter().position(|&b| b == b'\t').ok_or_else(wrong)?;
        let mut words = line[..tab].split(|&b| b == b' ');
        let (mode, blob, stage) = (words.next(), words.next().and_then(Oid::from_hex), words.next());
        if mode.is_some_and(|mode| mode.starts_with(b"100")) && stage == Some(b"0") {
            blobs.push((line[tab + 1..].to_vec(), blob.ok_or_else(wrong)?));
        }
    }
    Ok(blobs)
}

/// Modes and paths of all that the index of the work tree at `top` names, whatever repository the environment speaks of.
///
/// # Errors
/// git fails, or prints what is not its format.
pub fn tracked(top: &std::path::Path) -> Result<Vec<(u32, Vec<u8>)>, SourceError> {
    let git_dir = top.join(".git");
    let [dir, tree] = ["--git-dir", "--work-tree"].map(OsStr::new);
    let place = [OsStr::new("-C"), top.as_os_str(), dir, git_dir.as_os_str(), tree, top.as_os_str()];
    let args = [place.as_slice(), &["ls-files", "--stage", "-z"].map(OsStr::new)].concat();
    let output = git(&args).env_remove("GIT_INDEX_FILE").output().map_err(|error| plumbing(&args, error))?;
    if !output.status.success() {
        return Err(plumbing(&args, String::from_utf8_lossy(&output.stderr)));
    }
    let entry = |line: &[u8]| {
        let tab = line.iter().position(|&b| b == b'\t')?;
        let mode = std::str::from_utf8(line.get(..6)?).ok()?;
        Some((u32::from_str_radix(mode, 8).ok()?, line[tab + 1..].to_vec()))
    };
    let lines = output.stdout.split(|&b| b == 0).filter(|line| !line.is_empty());
    lines.map(|line| entry(line).ok_or_else(|| SourceError::Git("unexpected output of git ls-files".to_owned()))).collect()
}

/// A line of `git diff-index --raw`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawChange {
    /// Path in the index or, for deletions, in the tree.
    pub path: Vec<u8>,
    /// Mode and object in the tree; zero mode when absent.
    pub old: (u32, Oid),
    /// Mode and object in the index; zero mode when deleted.
    pub new: (u32, Oid),
    /// git's letter: A, D, M, T, U.
    pub status: u8,
}

/// How the index differs from a tree, or from nothing.
///
/// # Errors
/// git fails, or prints what is not its format.
pub fn diff_index(tree: Option<&Oid>) -> Result<Vec<RawChange>, SourceError> {
    let tree = match tree {
        Some(tree) => tree.to_string(),
        None => String::from_utf8_lossy(output(&["hash-object", "-t", "tree", "--stdin"])?.trim_ascii()).into_owned(),
    };
    let args = ["diff-index", "--cached", "--raw", "-z", "--no-renames", "--no-abbrev", "--ignore-submodules=none", &tree];
    let text = output(&args)?;
    let wrong = || SourceError::Git("unexpected output of git diff-index".to_owned());
    let mut fields = text.split(|&b| b == 0).filter(|field| !field.is_empty());
    let mut changes = Vec::new();
    while let Some(head) = fields.next() {
        let path = fields.next().ok_or_else(wrong)?.to_vec();
        changes.push(raw_change(head, path).ok_or_else(wrong)?);
    }
    Ok(changes)
}

/// `:100644 100755 <old> <new> M`.
fn raw_change(head: &[u8], path: Vec<u8>) -> Option<RawChange> {
    let mut words = std::str::from_utf8(head.strip_prefix(b":")?).ok()?.split(' ');
    let mut mode = || u32::from_str_radix(words.next()?, 8).ok();
    let (old_mode, new_mode) = (mode()?, mode()?);
    let mut oid = || Oid::from_hex(words.next()?.as_bytes());
    let (old, new) = (oid()?, oid()?);
    let status = *words.next()?.as_bytes().first()?;
    Some(RawChange { path, old: (old_mode, old), new: (new_mode, new), status })
}

/// A running `git cat-file --batch`.
#[derive(Debug)]
pub struct CatFile {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl CatFile {
    /// Starts it.
    ///
    /// # Errors
    /// git can't be run.
    pub fn start() -> Result<Self, SourceError> {
        let args = [OsStr::new("cat-file"), OsStr::new("--batch")];
        let child = git(&args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut child = child.map_err(|error| plumbing(&args, error))?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(input), Some(output)) => Ok(Self { child, input, output: BufReader::new(output) }),
            _ => Err(plumbing(&args, "no pipes")),
        }
    }

    /// The bytes of a blob.
    ///
    /// # Errors
    /// It is missing or no blob, or git ended.
    pub fn blob(&mut self, oid: &Oid) -> Result<Vec<u8>, SourceError> {
        let failed = |why: String| SourceError::Plumbing { command: "cat-file --batch".to_owned(), why };
        let broken = |error: std::io::Error| failed(error.to_string());
        writeln!(self.input, "{oid}").and_then(|()| self.input.flush()).map_err(broken)?;
        let mut head = String::new();
        self.output.read_line(&mut head).map_err(broken)?;
        let mut words = head.split_ascii_whitespace().skip(1);
        let size = match (words.next(), words.next().and_then(|size| size.parse::<usize>().ok())) {
            (Some("blob"), Some(size)) => size,
            (Some("missing"), _) => return Err(SourceError::Git(format!("object not found: {oid}"))),
            _ => return Err(failed(format!("unexpected answer for {oid}"))),
        };
        let mut bytes = vec![0; size];
        self.output.read_exact(&mut bytes).map_err(broken)?;
        let mut newline = [0];
        self.output.read_exact(&mut newline).map_err(broken)?;
        Ok(bytes)
    }
}

impl Drop for CatFile {
    fn drop(&mut self) {
        // Nothing is lost by ending it: it only reads.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
