//! Which repository a path that somebody names belongs to: a file has one path, the one from the top of its work tree, however
//! it is named.

use std::path::{Component, Path, PathBuf};

use crate::error::{CommandError, Kind};
use crate::source::SourceError;
use crate::source::walk::is_top;

/// Paths of one work tree, or of none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ground {
    /// The folder that paths start from: the top of the work tree, else where the run started.
    pub(super) top: PathBuf,
    /// What was named, from there.
    pub(super) roots: Vec<PathBuf>,
}

/// The folder that the run started in.
///
/// # Errors
/// There is none.
pub(super) fn here() -> Result<PathBuf, CommandError> {
    std::env::current_dir().map_err(|error| CommandError::new(Kind::Io, format!("current folder: {error}")))
}

/// Goes to a folder, so that paths are those from there.
///
/// # Errors
/// It is not there any more.
pub(super) fn go_to(folder: &Path) -> Result<(), CommandError> {
    std::env::set_current_dir(folder).map_err(|error| CommandError::new(Kind::Io, format!("{}: {error}", folder.display())))
}

/// The paths by the work trees that they are in, in the order in which these are named.
///
/// # Errors
/// A path does not exist.
pub(super) fn of(paths: &[PathBuf], here: &Path) -> Result<Vec<Ground>, CommandError> {
    let mut grounds: Vec<Ground> = Vec::new();
    for path in paths {
        let meta = std::fs::metadata(path).map_err(|source| SourceError::Io { path: path.clone(), source })?;
        // One that has no name of its own, as an open pipe, is read by the name it was given.
        let whole = path.canonicalize().unwrap_or_else(|_| here.join(path));
        let folder = if meta.is_dir() { Some(whole.as_path()) } else { whole.parent() };
        let top = folder.and_then(|folder| folder.ancestors().find(|folder| is_top(folder)));
        let (top, root) = match top {
            Some(top) => (top.to_path_buf(), whole.strip_prefix(top).unwrap_or(&whole).to_path_buf()),
            None => (here.to_path_buf(), seen_from(here, &whole)),
        };
        let root = if root.as_os_str().is_empty() { ".".into() } else { root };
        match grounds.iter_mut().find(|ground| ground.top == top) {
            Some(ground) if ground.roots.contains(&root) => {}
            Some(ground) => ground.roots.push(root),
            None => grounds.push(Ground { top, roots: vec![root] }),
        }
    }
    Ok(grounds)
}

/// An absolute path as one reaches it from a folder; as it is where they have no folder in common.
pub(super) fn seen_from(folder: &Path, path: &Path) -> PathBuf {
    let common = folder.components().zip(path.components()).take_while(|(a, b)| a == b).count();
    if common <= 1 && folder.components().count() > 1 {
        return path.to_path_buf();
    }
    let up = folder.components().skip(common).map(|_| Component::ParentDir);
    up.chain(path.components().skip(common)).collect()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn paths_are_seen_from_a_folder() {
        for (folder, path, want) in [
            ("/a/b", "/a/b/c", "c"),
            ("/a/b", "/a/c/d", "../c/d"),
            ("/a/b", "/a/b", ""),
            ("/a/b", "/x/y", "/x/y"),
            ("/", "/x/y", "x/y"),
        ] {
            assert_eq!(seen_from(Path::new(folder), Path::new(path)), Path::new(want), "{path} from {folder}");
        }
    }
}
