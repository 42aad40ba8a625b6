//! Files that git tracks though an ignore rule names them: the walk passes them by, and a commit would not.

use std::path::{Path, PathBuf};

use super::index::Index;
use crate::types::notice::Notice;

/// What the walk did not come by.
#[derive(Debug, Default)]
pub struct Unmet {
    /// Tracked files below the paths that were named, sorted.
    pub files: Vec<PathBuf>,
    /// Indexes that could not be read.
    pub notices: Vec<Notice>,
}

/// The tracked files below `roots` for which `is_met` is false. `repositories` are folders on the way that hold a `.git`; the
/// repositories around the roots are found here.
pub fn unmet(roots: &[PathBuf], repositories: Vec<PathBuf>, is_met: impl Fn(&Path) -> bool) -> Unmet {
    let mut unmet = Unmet::default();
    let inside = repositories.into_iter().map(|top| (top, PathBuf::new()));
    let around = roots.iter().filter(|root| !root.join(".git").exists()).filter_map(|root| around(root));
    for (walked, below) in inside.chain(around) {
        let top = walked.canonicalize().unwrap_or_else(|_| walked.clone());
        let top = if below.as_os_str().is_empty() {
            top
        } else {
            top.ancestors().nth(below.components().count()).unwrap_or(&top).to_path_buf()
        };
        if let Err(why) = collect(&top, &walked, &below, &is_met, &mut unmet.files) {
            let label = super::walk::label(&walked).into_owned();
            unmet.notices.push(Notice::info(label, format!("tracked files that ignore rules name are not scanned: {why}")));
        }
    }
    unmet.files.sort_unstable();
    unmet.files.dedup();
    unmet
}

/// A root below the top of a work tree, and where below.
fn around(root: &Path) -> Option<(PathBuf, PathBuf)> {
    let whole = root.canonicalize().ok()?;
    let top = whole.ancestors().skip(1).find(|folder| folder.join(".git").exists())?;
    Some((root.to_path_buf(), whole.strip_prefix(top).ok()?.to_path_buf()))
}

fn collect(
    top: &Path,
    walked: &Path,
    below: &Path,
    is_met: &impl Fn(&Path) -> bool,
    files: &mut Vec<PathBuf>,
) -> Result<(), String> {
    let Some(index) = index_of(top) else { return Ok(()) };
    let data = match std::fs::read(&index) {
        Ok(data) => data,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error.to_string()),
    };
    let index = Index::parse(&data, 20).map_err(|error| error.to_string())?;
    let mut entries = index.entries();
    while let Some(entry) = entries.advance().map_err(|error| error.to_string())? {
        let Some(path) = path_of(entries.path()) else { continue };
        let Ok(rest) = path.strip_prefix(below) else { continue };
        let path = if rest.as_os_str().is_empty() { walked.to_path_buf() } else { walked.join(rest) };
        if entry.mode & 0o170_000 == 0o100_000
            && !is_met(&path)
            && std::fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_file())
        {
            files.push(path);
        }
    }
    Ok(())
}

/// The index of a work tree: in its `.git`, or where that file points to.
fn index_of(top: &Path) -> Option<PathBuf> {
    let git = top.join(".git");
    if git.is_dir() {
        return Some(git.join("index"));
    }
    let text = std::fs::read(&git).ok()?;
    let folder = path_of(text.strip_prefix(b"gitdir: ")?.trim_ascii_end())?;
    Some(top.join(folder).join("index"))
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt as _;
    Some(std::ffi::OsStr::from_bytes(bytes).into())
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> Option<PathBuf> {
    std::str::from_utf8(bytes).ok().map(PathBuf::from)
}
