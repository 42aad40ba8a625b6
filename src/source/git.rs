//! The repository through libgit2. The only file that names `git2`.

use std::path::{Path, PathBuf};

use git2::{ErrorClass, ErrorCode, Repository};

use super::pack::inflate::Inflater;
use super::pack::{Kind, ReadError, alternates, loose};
use super::{SourceError, mmap, plumbing, repository};
use crate::source::reader;
use crate::types::oid::Oid;
use crate::types::span::RangeSet;

/// A repository that libgit2 can open. `Send`, not `Sync`: one a worker.
pub struct Repo {
    inner: Repository,
    /// Where loose objects are; libgit2 never ends on one that is cut off, so they are read here.
    folders: std::cell::OnceCell<Vec<PathBuf>>,
}

/// The largest object that is read whole, in bytes.
const LARGEST: u64 = 1 << 30;

/// Why libgit2 would not open a repository.
#[derive(Debug)]
pub enum OpenError {
    /// There is none.
    NotFound(String),
    /// There is one that libgit2 can't read (reftable, SHA-256, an unknown extension): git itself may.
    Unsupported(String),
    /// It refuses: an owner it does not trust, a broken configuration.
    Refused(String),
}

impl From<OpenError> for SourceError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::NotFound(why) => Self::NotARepository(why),
            OpenError::Unsupported(why) | OpenError::Refused(why) => Self::Git(why),
        }
    }
}

fn failed(error: git2::Error) -> SourceError {
    SourceError::Git(error.message().to_owned())
}

/// One entry of a tree object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeEntry<'t> {
    /// Name, one path part.
    pub name: &'t [u8],
    /// Mode as in the tree: 0o40000 for trees.
    pub mode: u32,
    /// What it points to.
    pub oid: Oid,
}

/// Opens the environment's repository, which git itself trusts: libgit2 reads `safe.directory` from files only and not from the
/// environment, and knows nothing of who called `sudo`.
#[allow(unsafe_code, reason = "the owner that libgit2 asks for is a setting of the whole process")]
fn open_as_trusted() -> Result<Repository, git2::Error> {
    static ONE_AT_A_TIME: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock();
    // SAFETY: libgit2 keeps the setting in one integer. It is off for this opening only, of a repository that git was asked about;
    // whoever opens one at the same time opens the same.
    unsafe { git2::opts::set_verify_owner_validation(false)? };
    let opened = Repository::open_from_env();
    // SAFETY: as above.
    unsafe { git2::opts::set_verify_owner_validation(true)? };
    opened
}

impl Repo {
    /// The repository that the environment and the working directory name, as git itself would find it.
    ///
    /// # Errors
    /// There is none, it is not readable by libgit2, or it is refused.
    pub fn from_env() -> Result<Self, OpenError> {
        // Git itself does not hash every object it reads either; that is what `git fsck` is for.
        git2::opts::strict_hash_verification(false);
        mmap::watch();
        let opened = Repository::open_from_env().or_else(|error| match error.code() {
            ErrorCode::Owner if plumbing::usable().is_ok() => open_as_trusted(),
            _ => Err(error),
        });
        opened.map(|inner| Self { inner, folders: Default::default() }).map_err(|error| {
            let why = error.message().to_owned();
            match (error.code(), error.class()) {
                (ErrorCode::NotFound, _) => OpenError::NotFound("no .git here or in any parent folder".to_owned()),
                (ErrorCode::Owner, _) => OpenError::Refused(why),
                (_, ErrorClass::Repository) => OpenError::Unsupported(why),
                _ => OpenError::Refused(why),
            }
        })
    }

    /// The repository's own folder: `.git`, or a linked worktree's below it.
    pub fn git_dir(&self) -> &Path {
        self.inner.path()
    }

    /// The folder that all worktrees share.
    pub fn common_dir(&self) -> &Path {
        self.inner.commondir()
    }

    /// The top of the work tree; `None` when bare.
    pub fn work_tree(&self) -> Option<&Path> {
        self.inner.workdir()
    }

    /// A path-valued configuration key, `~` expanded.
    pub fn config_path(&self, key: &str) -> Option<PathBuf> {
        self.inner.config().ok()?.get_path(key).ok()
    }

    /// The trees that the index is compared with: HEAD's, and during a merge those of every other parent. Empty before
    /// the first commit.
    ///
    /// # Errors
    /// HEAD or a parent can't be read.
    pub fn parent_trees(&self) -> Result<Vec<Oid>, SourceError> {
        let head = match self.inner.head() {
            Ok(head) => {
                head.target().map(|oid| self.loose(&convert(oid))).transpose()?;
                head.peel_to_commit().map_err(failed)?
            }
            Err(error) if error.code() == ErrorCode::UnbornBranch => return Ok(Vec::new()),
            Err(error) => return Err(failed(error)),
        };
        let mut trees = vec![convert(head.tree_id())];
        for parent in merge_heads(self.git_dir())? {
            self.loose(&parent)?;
            let commit = self.inner.find_commit(back(&parent)?).map_err(failed)?;
            trees.push(convert(commit.tree_id()));
        }
        Ok(trees)
    }

    /// The raw bytes of a tree object; [`tree_entries`] reads them.
    ///
    /// # Errors
    /// The object is missing or no tree.
    pub fn tree(&self, oid: &Oid) -> Result<Vec<u8>, SourceError> {
        if let Some((kind, data)) = self.loose(oid)? {
            let wrong = || SourceError::Git(format!("{oid} is a {}, not a tree", kind.word()));
            return if kind == Kind::Tree { Ok(data) } else { Err(wrong()) };
        }
        let object =
            self.inner.odb().and_then(|odb| odb.read(back_git2(oid)?).map(|o| (o.kind(), o.data().to_vec()))).map_err(failed)?;
        match object {
            (git2::ObjectType::Tree, data) => Ok(data),
            (kind, _) => Err(SourceError::Git(format!("{oid} is a {kind}, not a tree"))),
        }
    }

    /// The bytes of a blob.
    ///
    /// # Errors
    /// The object is missing or no blob.
    pub fn blob(&self, oid: &Oid) -> Result<Vec<u8>, SourceError> {
        if let Some((kind, data)) = self.loose(oid)? {
            let wrong = || SourceError::Git(format!("{oid} is a {}, not a blob", kind.word()));
            return if kind == Kind::Blob { Ok(data) } else { Err(wrong()) };
        }
        let blob = self.inner.find_blob(back(oid)?).map_err(failed)?;
        Ok(blob.content().to_vec())
    }

    /// An object that is in a file of its own.
    fn loose(&self, oid: &Oid) -> Result<Option<(Kind, Vec<u8>)>, SourceError> {
        let folders = self.folders.get_or_init(|| {
            let own = || self.common_dir().join("objects");
            let objects = std::env::var_os("GIT_OBJECT_DIRECTORY").filter(|dir| !dir.is_empty()).map_or_else(own, PathBuf::from);
            // libgit2 names those that it can't read.
            alternates::folders(&objects, &repository::extra_objects(), &mut Vec::new())
        });
        let (mut inflater, mut content) = (Inflater::default(), Vec::new());
        for folder in folders {
            match loose::read(&loose::path(folder, oid), LARGEST, &mut inflater, &mut content) {
                Ok(kind) => return Ok(Some((kind, content))),
                Err(ReadError::Missing) => {}
                Err(why) => return Err(SourceError::Git(format!("object {oid}: {why}"))),
            }
        }
        Ok(None)
    }

    /// The size of a blob, from its header alone.
    pub fn blob_size(&self, oid: &Oid) -> Option<u64> {
        let (size, kind) = self.inner.odb().ok()?.read_header(back(oid).ok()?).ok()?;
        (kind == git2::ObjectType::Blob).then_some(size as u64)
    }

    /// Whether `core.autocrlf` asks for line-end conversion.
    pub fn converts_line_ends(&self) -> bool {
        let value = self.inner.config().and_then(|config| config.get_string("core.autocrlf"));
        value.is_ok_and(|value| !matches!(value.to_ascii_lowercase().as_str(), "false" | "no" | "off" | "0" | ""))
    }
}

fn convert(oid: git2::Oid) -> Oid {
    Oid::from_bytes(oid.as_bytes())
        .unwrap_or_else(|| Oid::from_bytes(&[0; 20]).unwrap_or_else(|| unreachable!("20 bytes are an id")))
}

fn back_git2(oid: &Oid) -> Result<git2::Oid, git2::Error> {
    git2::Oid::from_bytes(oid.as_bytes())
}

fn back(oid: &Oid) -> Result<git2::Oid, SourceError> {
    back_git2(oid).map_err(failed)
}

/// The commits being merged, from `MERGE_HEAD`; none outside a merge.
///
/// # Errors
/// The file is there and can't be read or holds no object names.
pub fn merge_heads(git_dir: &Path) -> Result<Vec<Oid>, SourceError> {
    let path = git_dir.join("MERGE_HEAD");
    match reader::own(&path) {
        Ok(text) => {
            let lines = text.split(|&b| b == b'\n').filter(|line| !line.is_empty());
            let wrong = || SourceError::Git(format!("{} does not hold object names", path.display()));
            lines.map(|line| Oid::from_hex(line.trim_ascii()).ok_or_else(wrong)).collect()
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(source) => Err(SourceError::Io { path, source }),
    }
}

/// The entries of a raw tree; an error where the bytes end inside one. `hash` is 20 or 32.
///
/// # Errors
/// The tree is cut off or malformed.
pub fn tree_entries(data: &[u8], hash: usize) -> impl Iterator<Item = Result<TreeEntry<'_>, SourceError>> {
    let mut rest = data;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let entry = split_entry(rest, hash);
        rest = entry.map_or(&[], |(_, tail)| tail);
        Some(entry.map(|(entry, _)| entry).ok_or_else(|| SourceError::Git("malformed tree object".to_owned())))
    })
}

fn split_entry(data: &[u8], hash: usize) -> Option<(TreeEntry<'_>, &[u8])> {
    let space = data.iter().take(8).position(|&b| b == b' ')?;
    let mode =
        data[..space].iter().try_fold(0u32, |mode, &b| matches!(b, b'0'..=b'7').then(|| mode << 3 | u32::from(b - b'0')))?;
    let after = &data[space + 1..];
    let nul = after.iter().position(|&b| b == 0)?;
    let (oid, tail) = after[nul + 1..].split_at_checked(hash)?;
    Some((TreeEntry { name: &after[..nul], mode, oid: Oid::from_bytes(oid)? }, tail))
}

/// The lines of `new` (1-based) that a line diff from `old` adds or changes.
///
/// # Errors
/// libgit2 can't diff them (over 2 GiB).
pub fn added_lines(old: &[u8], new: &[u8]) -> Result<RangeSet, SourceError> {
    let mut options = git2::DiffOptions::new();
    options.context_lines(0).interhunk_lines(0).force_text(true);
    let patch = git2::Patch::from_buffers(old, None, new, None, Some(&mut options)).map_err(failed)?;
    let mut lines = RangeSet::default();
    for at in 0..patch.num_hunks() {
        let (hunk, _) = patch.hunk(at).map_err(failed)?;
        if hunk.new_lines() > 0 {
            lines.push(hunk.new_start(), hunk.new_start() + hunk.new_lines() - 1);
        }
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn added_lines_are_those_of_the_diff() {
        let old = b"a\nb\nc\n";
        for (new, want) in [
            (&b"a\nb\nc\n"[..], &[][..]),
            (b"a\nX\nc\n", &[2]),
            (b"a\nb\nc\nd\ne", &[4, 5]),
            (b"c\n", &[]),
            (b"0\na\nb\nc\n\0\n", &[1, 5]),
        ] {
            let lines = added_lines(old, new).expect("a diff");
            let got: Vec<u32> = (1..9).filter(|&line| lines.touches(line, line)).collect();
            assert_eq!(got, want, "{new:?}");
        }
    }

    #[test]
    fn trees_end_in_an_error_not_in_silence() {
        let entry = [b"100644 a\0".as_slice(), &[7; 20]].concat();
        assert_eq!(tree_entries(&entry, 20).filter(Result::is_ok).count(), 1);
        for cut in 1..entry.len() {
            assert!(tree_entries(&entry[..cut], 20).any(|e| e.is_err()), "{cut}");
        }
    }
}
