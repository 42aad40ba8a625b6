//! Pipes and devices where a repository has files: git and libgit2 open them and wait, or read without end. They are found
//! before anything is opened.

use std::path::{Path, PathBuf};
use std::{fs, io};

use super::{SourceError, to_path};
use crate::source::reader;

/// Files of a repository's own folder that git or we open.
const OF_GIT: &[&str] = &[
    "HEAD",
    "config",
    "config.worktree",
    "commondir",
    "gitdir",
    "index",
    "packed-refs",
    "shallow",
    "MERGE_HEAD",
    "CHERRY_PICK_HEAD",
    "REVERT_HEAD",
    "info/attributes",
    "info/exclude",
    "info/grafts",
    "info/sparse-checkout",
    "logs/HEAD",
    "objects/info/alternates",
    "objects/info/commit-graph",
    "objects/info/commit-graphs/commit-graph-chain",
    "objects/pack/multi-pack-index",
];

/// Files of a folder on the way up to the top of the work tree.
const OF_FOLDER: &[&str] = &[".git", ".gitignore", ".gitattributes", ".nospill.toml", ".nospill.baseline"];

/// What is said of a pipe or device among files.
pub const NOT_READ: &str = "neither a file nor a folder: not read";

/// Whether a path that a person names is a stream that stands open for this process: standard input (`-`, `/dev/stdin`) or the
/// pipe of a process substitution (`<(command)`, which is `/dev/fd/63`). A pipe with a name of its own may have nobody at its other
/// end.
pub fn is_open_stream(path: &Path) -> bool {
    const OPEN: &[&str] = &["/dev/fd", "/proc/self/fd"];
    if path == Path::new("-") {
        return true;
    }
    let mut path = path.to_owned();
    // A link may name it.
    for _ in 0..8 {
        let is_open = path == Path::new("/dev/stdin") || OPEN.iter().any(|folder| path.parent() == Some(Path::new(folder)));
        if is_open {
            return is_one(&path);
        }
        match fs::read_link(&path) {
            Ok(target) => path = path.parent().unwrap_or(Path::new("")).join(target),
            Err(_) => return false,
        }
    }
    false
}

/// Whether a pipe, a socket or a device is there, links followed. A file, a folder and nothing are none.
pub fn is_one(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|meta| !meta.is_file() && !meta.is_dir())
}

/// How many refs are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refs {
    /// The one that `HEAD` names.
    Head,
    /// All that are files of their own.
    All,
}

/// Looks at the repository around the current folder, or the one that `GIT_DIR` names.
///
/// # Errors
/// There is a pipe or a device where a file should be.
pub fn refuse(refs: Refs) -> Result<(), SourceError> {
    let Ok(here) = std::env::current_dir() else { return Ok(()) };
    let mut folder = None;
    for above in here.ancestors() {
        OF_FOLDER.iter().try_for_each(|name| look(&above.join(name)))?;
        folder = Some(above.join(".git")).filter(|git| git.exists()).or_else(|| is_bare(above).then(|| above.to_owned()));
        if folder.is_some() {
            break;
        }
    }
    let named = std::env::var_os("GIT_DIR").filter(|path| !path.as_os_str().is_empty()).map(PathBuf::from);
    let Some(folder) = named.or(folder) else { return Ok(()) };
    let folder = named_by(&folder, b"gitdir: ").unwrap_or(folder);
    check(&folder, refs)?;
    named_by(&folder.join("commondir"), b"").map_or(Ok(()), |common| check(&common, refs))
}

fn is_bare(folder: &Path) -> bool {
    folder.join("HEAD").exists() && folder.join("objects").is_dir() && folder.join("refs").is_dir()
}

/// As [`linked`], of what is a file and names one.
fn named_by(file: &Path, head: &[u8]) -> Option<PathBuf> {
    file.is_file().then(|| linked(file, head).ok().flatten()).flatten()
}

/// The folder that a file names behind `head`, seen from that file's: a `.git` that is a file, or a `commondir`.
///
/// # Errors
/// The file can't be read.
pub(super) fn linked(file: &Path, head: &[u8]) -> io::Result<Option<PathBuf>> {
    let text = reader::own(file)?;
    let end = text.iter().rposition(|b| !matches!(b, b'\r' | b'\n')).map_or(0, |last| last + 1);
    let path = text[..end].strip_prefix(head).and_then(to_path).filter(|path| !path.as_os_str().is_empty());
    Ok(path.map(|path| file.parent().unwrap_or(Path::new("")).join(path)))
}

fn check(folder: &Path, refs: Refs) -> Result<(), SourceError> {
    OF_GIT.iter().try_for_each(|name| look(&folder.join(name)))?;
    match refs {
        Refs::All => below(&folder.join("refs")),
        Refs::Head => {
            let head = reader::own_text(folder.join("HEAD")).unwrap_or_default();
            head.strip_prefix("ref: ").map_or(Ok(()), |name| look(&folder.join(name.trim_end())))
        }
    }
}

/// Everything below a folder; links to folders are not followed, as git does not follow them here.
fn below(folder: &Path) -> Result<(), SourceError> {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                Ok(kind) if kind.is_file() => {}
                _ => look(&entry.path())?,
            }
        }
    }
    Ok(())
}

fn look(path: &Path) -> Result<(), SourceError> {
    if is_one(path) { Err(SourceError::NoFile { path: path.to_owned() }) } else { Ok(()) }
}
