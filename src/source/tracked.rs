//! Files and links that git tracks though an ignore rule names them: the walk passes them by, and a commit would not.
//!
//! The index is read in place, or by git where it is of a kind that we do not read. What it names is opened only below its work
//! tree, and not behind a link.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

use super::index::Index;
use super::pipes::linked;
use super::{plumbing, to_path};
use crate::source::reader;
use crate::types::notice::Notice;

/// What the walk did not come by.
#[derive(Debug, Default)]
pub struct Unmet {
    /// Tracked files below the paths that were named, sorted.
    pub files: Vec<PathBuf>,
    /// Tracked links likewise.
    pub links: Vec<PathBuf>,
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
        let tracked = Tracked { top: &top, walked: &walked, below: &below, folders: HashMap::new() };
        if let Err(why) = tracked.collect(&is_met, &mut unmet) {
            let label = super::walk::label(&walked).into_owned();
            unmet.notices.push(Notice::skipped(label, format!("tracked files that ignore rules name are not scanned: {why}")));
        }
    }
    for paths in [&mut unmet.files, &mut unmet.links] {
        paths.sort_unstable();
        paths.dedup();
    }
    unmet
}

/// A root below the top of a work tree, and where below.
fn around(root: &Path) -> Option<(PathBuf, PathBuf)> {
    let whole = root.canonicalize().ok()?;
    let top = whole.ancestors().skip(1).find(|folder| folder.join(".git").exists())?;
    Some((root.to_path_buf(), whole.strip_prefix(top).ok()?.to_path_buf()))
}

const TYPE: u32 = 0o170_000;
const FILE: u32 = 0o100_000;
const LINK: u32 = 0o120_000;

/// The tracked files of one work tree below what was walked.
struct Tracked<'t> {
    top: &'t Path,
    walked: &'t Path,
    below: &'t Path,
    /// Whether a folder, and all around it up to the top, is one and no link.
    folders: HashMap<PathBuf, bool>,
}

impl Tracked<'_> {
    fn collect(mut self, is_met: &impl Fn(&Path) -> bool, unmet: &mut Unmet) -> Result<(), String> {
        let Some(folder) = git_folder(self.top)? else { return Ok(()) };
        let index = folder.join("index");
        let data = match reader::own(&index) {
            Ok(data) => data,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error.to_string()),
        };
        let index = if is_sha256(&folder) { None } else { Index::parse(&data, 20).ok() };
        let Some(index) = index else { return self.through_git(is_met, unmet) };
        let mut entries = index.entries();
        while let Some(entry) = entries.advance().map_err(|error| error.to_string())? {
            self.add(entry.mode, entries.path(), is_met, unmet);
        }
        Ok(())
    }

    /// Asks git for what the index names.
    fn through_git(&mut self, is_met: &impl Fn(&Path) -> bool, unmet: &mut Unmet) -> Result<(), String> {
        for (mode, path) in plumbing::tracked(self.top).map_err(|error| error.to_string())? {
            self.add(mode, &path, is_met, unmet);
        }
        Ok(())
    }

    fn add(&mut self, mode: u32, path: &[u8], is_met: &impl Fn(&Path) -> bool, unmet: &mut Unmet) {
        let Some(path) = to_path(path) else { return };
        let Ok(rest) = path.strip_prefix(self.below) else { return };
        let here = if rest.as_os_str().is_empty() { self.walked.to_path_buf() } else { self.walked.join(rest) };
        if !matches!(mode & TYPE, FILE | LINK) || is_met(&here) {
            return;
        }
        if !is_inside(path) {
            let label = super::walk::label(&here).into_owned();
            return unmet.notices.push(Notice::skipped(label, "the index names what is not of its work tree: not read"));
        }
        let kind = std::fs::symlink_metadata(&here).map(|metadata| metadata.file_type());
        let list = match kind {
            Ok(kind) if kind.is_file() => &mut unmet.files,
            Ok(kind) if kind.is_symlink() => &mut unmet.links,
            _ => return,
        };
        // What lies behind a link is not the file that git tracks.
        if path.parent().is_none_or(|folder| self.is_folder(folder)) {
            list.push(here);
        }
    }

    fn is_folder(&mut self, folder: &Path) -> bool {
        if folder.as_os_str().is_empty() {
            return true;
        }
        if let Some(&known) = self.folders.get(folder) {
            return known;
        }
        let here = std::fs::symlink_metadata(self.top.join(folder)).is_ok_and(|metadata| metadata.is_dir());
        let is_one = here && folder.parent().is_none_or(|above| self.is_folder(above));
        self.folders.insert(folder.to_path_buf(), is_one);
        is_one
    }
}

/// Whether a path of the index is one that git would write below a work tree.
fn is_inside(path: &Path) -> bool {
    path.components().all(|part| matches!(part, Component::Normal(name) if name != ".git"))
}

/// The folder that git keeps of a work tree: its `.git`, or where that file points to.
fn git_folder(top: &Path) -> Result<Option<PathBuf>, String> {
    let git = top.join(".git");
    if git.is_dir() {
        return Ok(Some(git));
    }
    match linked(&git, b"gitdir: ") {
        Ok(Some(folder)) => Ok(Some(folder)),
        Ok(None) => Err(".git names no folder".to_owned()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.to_string()),
    }
}

/// Whether objects of a repository may have the longer names, as its configuration says.
fn is_sha256(folder: &Path) -> bool {
    let common = linked(&folder.join("commondir"), b"").ok().flatten();
    let text = reader::own(common.as_deref().unwrap_or(folder).join("config")).unwrap_or_default();
    memchr::memmem::find(&text.to_ascii_lowercase(), b"sha256").is_some()
}
