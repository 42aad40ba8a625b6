//! What git says about a repository: where its objects are, how they are named, which refs there are, what is not there.

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::pack::{ObjectFormat, alternates, store::Store};
use super::{SourceError, plumbing};
use crate::source::reader;
use crate::types::notice::Notice;
use crate::types::oid::Oid;

/// A repository of any kind that git can open: bare, linked, SHA-256, reftable.
#[derive(Clone, Debug)]
pub struct Repository {
    /// The folder of its objects.
    pub objects: PathBuf,
    /// How they are named.
    pub format: ObjectFormat,
    /// Commits whose parents were left out by a shallow clone.
    pub shallow: HashSet<Oid>,
    /// Whether objects may be left out on purpose, to be fetched when needed.
    pub is_partial: bool,
}

/// A ref or something like it: a name for people, and what it points to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tip {
    /// What it points to: mostly a commit or an annotated tag.
    pub oid: Oid,
    /// `refs/heads/main`, `HEAD`.
    pub name: String,
}

/// What is looked at beside branches, tags and the like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Include {
    /// What reflogs remember.
    pub reflog: bool,
    /// `refs/stash` and what its reflog remembers.
    pub stash: bool,
    /// Objects that nothing points to.
    pub unreachable: bool,
}

impl Repository {
    /// The repository of the environment and the working directory.
    ///
    /// # Errors
    /// There is none, or git can't open it.
    pub fn from_env() -> Result<Self, SourceError> {
        let asked = ["rev-parse", "--path-format=absolute", "--git-path", "objects", "--git-path", "shallow"];
        let text = plumbing::output(&asked).map_err(|error| match error {
            SourceError::Plumbing { why, .. } if why.contains("not a git repository") => {
                SourceError::NotARepository("no .git here or in any parent folder".to_owned())
            }
            other => other,
        })?;
        let mut lines = text.split(|&b| b == b'\n').map(|line| plumbing::path(line.to_vec()));
        let (objects, shallow) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
        let format = plumbing::output(&["rev-parse", "--show-object-format"])?;
        let format = match format.trim_ascii() {
            b"sha1" => ObjectFormat::Sha1,
            b"sha256" => ObjectFormat::Sha256,
            other => return Err(SourceError::Git(format!("unknown object format {}", String::from_utf8_lossy(other)))),
        };
        let is_partial = plumbing::config("extensions.partialClone").is_some()
            || plumbing::output(&["config", "--get-regexp", r"^remote\..*\.promisor$"]).is_ok_and(|text| !text.is_empty());
        Ok(Self { objects, format, shallow: shallow_commits(&shallow)?, is_partial })
    }

    /// Its object store, the quarantine's and other folders of the environment included.
    pub fn store(&self) -> Store {
        Store::open(&self.objects, self.format, &extra_objects())
    }

    /// The names of its packs, for telling whether they became others; whether garbage is being collected counts as one.
    pub fn packs(&self) -> Vec<OsString> {
        let folder = std::fs::read_dir(self.objects.join("pack"));
        let mut names: Vec<OsString> = folder.into_iter().flatten().flatten().map(|entry| entry.file_name()).collect();
        let collecting = self.objects.with_file_name("gc.pid");
        names.extend(collecting.exists().then(|| collecting.into_os_string()));
        names.sort_unstable();
        names
    }

    /// What its refs and `HEAD` point to, and what `include` adds; and refs that point nowhere.
    ///
    /// # Errors
    /// git can't list its refs.
    pub fn tips(&self, include: Include) -> Result<(Vec<Tip>, Vec<Notice>), SourceError> {
        let (text, warnings) = plumbing::with_warnings(&["for-each-ref", "--format=%(objectname) %(refname)"])?;
        let broken = warnings.lines().filter(|line| line.contains("ignoring broken"));
        let mut notices: Vec<Notice> = broken.map(|line| Notice::skipped(Vec::new(), format!("git: {line}"))).collect();
        let mut tips: Vec<Tip> = text.split(|&b| b == b'\n').filter_map(tip).collect();
        tips.retain(|tip| include.stash || tip.name != "refs/stash");
        match self.head() {
            Some(oid) => tips.push(Tip { oid, name: "HEAD".to_owned() }),
            // A branch that is not born yet, or is listed above, is no hole.
            None if plumbing::output(&["symbolic-ref", "--quiet", "HEAD"]).is_ok() => {}
            None => notices.push(Notice::skipped(Vec::new(), "HEAD can't be resolved")),
        }
        tips.extend(heads_of_worktrees());
        let mut remembered = |name: &str, refs: &[&str]| {
            let args = [&["reflog", "show", "--format=%H"], refs].concat();
            let text = plumbing::output(&args).unwrap_or_default();
            let oids = text.split(|&b| b == b'\n').filter_map(Oid::from_hex);
            tips.extend(oids.map(|oid| Tip { oid, name: name.to_owned() }));
        };
        if include.reflog {
            remembered("reflog", &["--all"]);
        }
        if include.stash {
            remembered("refs/stash", &["refs/stash"]);
        }
        Ok((tips, notices))
    }

    /// The commit that `HEAD` is; `None` before the first one.
    pub fn head(&self) -> Option<Oid> {
        resolve("HEAD^{commit}")
    }

    /// Whether a stash is there that was not asked for.
    pub fn has_stash(&self) -> bool {
        plumbing::output(&["show-ref", "--verify", "--quiet", "refs/stash"]).is_ok()
    }
}

/// The `HEAD`s of linked worktrees, which may be of no branch. As bisecting and rebasing leave them there, too, none is a hole.
fn heads_of_worktrees() -> Vec<Tip> {
    let text = plumbing::output(&["worktree", "list", "--porcelain"]).unwrap_or_default();
    let heads = text.split(|&b| b == b'\n').filter_map(|line| Oid::from_hex(line.strip_prefix(b"HEAD ")?));
    heads.filter(|oid| !oid.as_bytes().iter().all(|&b| b == 0)).map(|oid| Tip { oid, name: "HEAD".to_owned() }).collect()
}

/// The folders of objects that the environment names beside the repository's own.
pub(super) fn extra_objects() -> Vec<PathBuf> {
    let extra = std::env::var_os("GIT_ALTERNATE_OBJECT_DIRECTORIES").map(bytes).unwrap_or_default();
    alternates::from_env(&extra)
}

/// The object that a revision names.
pub fn resolve(revision: &str) -> Option<Oid> {
    let text = plumbing::output(&["rev-parse", "--verify", "--quiet", "--end-of-options", revision]).ok()?;
    Oid::from_hex(text.trim_ascii())
}

fn tip(line: &[u8]) -> Option<Tip> {
    let space = line.iter().position(|&b| b == b' ')?;
    Some(Tip { oid: Oid::from_hex(&line[..space])?, name: String::from_utf8_lossy(&line[space + 1..]).into_owned() })
}

fn shallow_commits(file: &Path) -> Result<HashSet<Oid>, SourceError> {
    match reader::own(file) {
        Ok(text) => Ok(text.split(|&b| b == b'\n').filter_map(Oid::from_hex).collect()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(HashSet::new()),
        Err(source) => Err(SourceError::Io { path: file.to_owned(), source }),
    }
}

#[cfg(unix)]
fn bytes(text: OsString) -> Vec<u8> {
    use std::os::unix::ffi::OsStringExt as _;
    text.into_vec()
}

#[cfg(not(unix))]
fn bytes(text: OsString) -> Vec<u8> {
    text.to_string_lossy().into_owned().into_bytes()
}
