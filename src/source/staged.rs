//! The staged source: what the index adds to HEAD, and during a merge what it adds to every parent.
//!
//! Libgit2 opens the repository, finds HEAD and reads objects; the index is read in place (`index.rs`) and compared
//! with HEAD's trees only where the cache-tree does not prove a folder unchanged, so that the cost follows the commit.
//! What either can't read goes through git's plumbing.

mod attributes;
mod compare;
mod rename;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use self::attributes::{Conversion, Places};
use self::compare::Compared;
use super::git::{self, OpenError, Repo};
use super::index::{Index, IndexError, Stat};
use super::lfs::{self, Pointer};
use super::pack::store::Store;
use super::plumbing::{self, CatFile};
use super::repository::Repository;
use super::snapshot::Snapshots;
use super::{Item, Kept, Source, SourceError, mmap, to_path};
use crate::types::input::{Content, Input, Origin, Scope};
use crate::types::notice::Notice;
use crate::types::oid::Oid;
use crate::types::span::RangeSet;

/// File type bits of a mode.
const TYPE: u32 = 0o170_000;
/// A regular file.
const FILE: u32 = 0o100_000;
/// A symbolic link: the blob is its target.
const LINK: u32 = 0o120_000;
/// A submodule: the object is a commit of another repository.
const SUBMODULE: u32 = 0o160_000;

/// The largest content behind a pointer that is scanned, in bytes.
const LARGEST_KEPT: u64 = 256 << 20;

/// A staged path that differs from every parent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Path from the top of the work tree.
    pub path: Vec<u8>,
    /// Mode in the index.
    pub mode: u32,
    /// The staged blob.
    pub blob: Oid,
    /// What the index remembers of the file on disk; `None` when git's plumbing was asked.
    pub stat: Option<Stat>,
    /// The blob at this path in each parent; `None` where the path is new.
    pub old: Vec<Option<Oid>>,
}

/// The index against HEAD.
pub struct Staged {
    access: Access,
    changes: Vec<Change>,
    /// Blobs at paths that each parent has and the index has not: where a rename may come from.
    deleted: Vec<Vec<(Vec<u8>, Oid)>>,
    items: Vec<Item>,
    notices: Vec<Notice>,
    work_tree: Option<PathBuf>,
    /// When the index file was written: a file changed in that very moment may differ from what is staged.
    index_mtime: (u32, u32),
    /// The files asked for by name.
    named: Vec<(Vec<u8>, Oid)>,
    /// Opened when a name is looked up in it.
    parents: OnceLock<Option<Parents>>,
    /// Asked for when a pointer of Git LFS is staged.
    kept: OnceLock<lfs::Kept>,
}

/// The trees that the index is compared with, for questions about names.
struct Parents {
    trees: Vec<Oid>,
    store: Store,
    snapshots: Mutex<Snapshots>,
}

impl Parents {
    fn open() -> Result<Self, SourceError> {
        let (trees, store) = (plumbing::parent_trees()?, Repository::from_env()?.store());
        Ok(Self { trees, store, snapshots: Mutex::default() })
    }

    fn have(&self, path: &[u8]) -> bool {
        let mut snapshots = self.snapshots.lock().unwrap_or_else(PoisonError::into_inner);
        self.trees.iter().any(|tree| snapshots.find(&self.store, tree, path).is_some())
    }
}

/// How objects are read.
#[derive(Clone, Copy)]
enum Access {
    Library,
    Plumbing,
}

impl Access {
    fn open(self) -> Result<Objects, SourceError> {
        match self {
            Self::Library => Ok(Objects::Library(Repo::from_env()?)),
            Self::Plumbing => Ok(Objects::Plumbing(CatFile::start()?)),
        }
    }
}

/// A worker's way to objects.
pub enum Objects {
    /// Through libgit2.
    Library(Repo),
    /// Through `git cat-file`.
    Plumbing(CatFile),
}

impl Objects {
    fn blob(&mut self, oid: &Oid) -> Result<Vec<u8>, SourceError> {
        match self {
            Self::Library(repo) => repo.blob(oid),
            Self::Plumbing(child) => child.blob(oid),
        }
    }
}

/// The source, and a first worker that has the repository open already.
pub struct Opened {
    /// The source.
    pub source: Staged,
    /// The repository as it was opened to read the index.
    pub objects: Option<Objects>,
}

impl Staged {
    /// Compares the environment's index with HEAD. `names` are paths of files to be read from the top, and `nested` is a
    /// file name to be found in every folder below.
    ///
    /// # Errors
    /// No repository, or it can't be read by libgit2 nor by git.
    pub fn open(names: &[&str], nested: &str) -> Result<Opened, SourceError> {
        match Repo::from_env() {
            Ok(repo) => match Self::through_library(&repo, names, nested) {
                Ok(source) => Ok(Opened { source, objects: Some(Objects::Library(repo)) }),
                Err(Refusal::LeaveToGit) => Self::through_plumbing(names, nested),
                Err(Refusal::Failed(first)) => Self::through_plumbing(names, nested).map_err(|_| first),
            },
            Err(OpenError::Unsupported(_)) => Self::through_plumbing(names, nested),
            Err(error) => Err(error.into()),
        }
    }

    fn through_library(repo: &Repo, names: &[&str], nested: &str) -> Result<Self, Refusal> {
        let parents = repo.parent_trees()?;
        let path = index_path(repo);
        let (data, index_mtime) = match read_index(&path)? {
            Some(read) => read,
            None => (Content::Owned(Vec::new()), (0, 0)),
        };
        let refused = |error| Refusal::index(&path, error);
        let (compared, named) = if data.is_empty() {
            (Compared::default(), Vec::new())
        } else {
            let index = Index::parse(&data, 20).map_err(refused)?;
            let compared = compare::against_parents(repo, &index, &parents).map_err(|error| error.at(&path))?;
            (compared, named_in_index(&data, &index, names, nested).map_err(refused)?)
        };
        let work_tree = repo.work_tree().map(Path::to_path_buf);
        Ok(Self { index_mtime, named, ..Self::new(Access::Library, compared, work_tree) })
    }

    fn through_plumbing(names: &[&str], nested: &str) -> Result<Opened, SourceError> {
        let parents = plumbing::parent_trees()?;
        let trees: Vec<Option<&Oid>> = if parents.is_empty() { vec![None] } else { parents.iter().map(Some).collect() };
        let lists = trees.into_iter().map(plumbing::diff_index).collect::<Result<Vec<_>, _>>()?;
        let compared = compare::from_raw(lists);
        let mut named = plumbing::staged_blobs()?;
        named.retain(|(path, _)| is_named(path, names, nested));
        let source = Self { named, ..Self::new(Access::Plumbing, compared, plumbing::work_tree()) };
        Ok(Opened { source, objects: None })
    }

    fn new(access: Access, compared: Compared, work_tree: Option<PathBuf>) -> Self {
        let Compared { changes, deleted, unmerged } = compared;
        let changes: Vec<Change> = changes.into_iter().filter(|change| matches!(change.mode & TYPE, FILE | LINK)).collect();
        let items = changes
            .iter()
            .map(|change| Item {
                origin: Origin::Staged { path: change.path.clone(), blob: change.blob },
                size: change.stat.map_or(0, |stat| u64::from(stat.size)),
            })
            .collect();
        let notices = unmerged.into_iter().map(|path| Notice::skipped(path, "the merge of this path is unresolved")).collect();
        Self {
            access,
            changes,
            deleted,
            items,
            notices,
            work_tree,
            index_mtime: (0, 0),
            named: Vec::new(),
            parents: OnceLock::new(),
            kept: OnceLock::new(),
        }
    }

    /// What is staged, sorted by path.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// The paths of the files asked for by name that are staged.
    pub fn named(&self) -> impl Iterator<Item = &[u8]> {
        self.named.iter().map(|(path, _)| path.as_slice())
    }

    /// The bytes of a file asked for by name; `None` when none is staged.
    ///
    /// # Errors
    /// The object can't be read.
    pub fn file(&self, path: &[u8], objects: &mut Option<Objects>) -> Result<Option<Vec<u8>>, SourceError> {
        let known = self.named.iter().find(|(named, _)| named == path).map(|(_, blob)| *blob);
        let Some(blob) = known else { return Ok(None) };
        let objects = match objects {
            Some(objects) => objects,
            none => none.insert(self.worker()?),
        };
        objects.blob(&blob).map(Some)
    }

    /// The same as something that can be asked later, on any thread; it opens the repository for itself.
    pub fn later(&self, path: &[u8]) -> Option<impl Fn() -> Result<Vec<u8>, SourceError> + Send + Sync + use<>> {
        let (access, (_, blob)) = (self.access, self.named.iter().find(|(named, _)| named == path)?);
        let blob = *blob;
        Some(move || access.open()?.blob(&blob))
    }

    fn attribute_places(&self, repo: &Repo) -> Option<Places> {
        let configured = repo.config_path("core.attributesfile");
        let home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".config"));
        let xdg = || std::env::var_os("XDG_CONFIG_HOME").filter(|x| !x.is_empty()).map(PathBuf::from).or_else(home);
        let user = configured.or_else(|| xdg().map(|folder| folder.join("git/attributes")));
        let system = ["/etc/gitattributes", "/usr/local/etc/gitattributes"].map(PathBuf::from);
        let files = user.into_iter().chain(system).chain([repo.common_dir().join("info/attributes")]).collect();
        Some(Places { work_tree: self.work_tree.clone()?, files, autocrlf: repo.converts_line_ends() })
    }

    /// The file on disk, mapped or read, when it provably is the staged blob: the index's stat data match, the file
    /// is older than the index, no filter or line-end conversion applies, and the blob has its size.
    fn on_disk(&self, change: &Change, repo: &Repo) -> Option<Content> {
        let stat = change.stat.filter(|stat| u64::from(stat.size) >= FROM_DISK && change.mode & TYPE == FILE)?;
        let path = self.work_tree.as_ref()?.join(to_path(&change.path)?);
        let file = open_plain(&path)?;
        let metadata = file.metadata().ok()?;
        let same = metadata.is_file() && stat_of(&metadata)? == stat && stat.mtime < self.index_mtime;
        let size = metadata.len();
        let conversion = self.attribute_places(repo)?.conversion(to_path(&change.path)?);
        if !same || conversion == Conversion::Anything || repo.blob_size(&change.blob) != Some(size) {
            return None;
        }
        let content = mmap::content(file, size).ok().filter(|content| content.len() as u64 == size)?;
        (conversion == Conversion::Nothing || !content.contains(&b'\r')).then_some(content)
    }
}

/// Blobs under this size are read from the object database: that costs less than proving that the file is the same.
const FROM_DISK: u64 = 32 * 1024;

impl Staged {
    /// What a change takes the place of in each parent, under its own name or the one it had.
    fn former(&self, at: usize, input: &Input, objects: &mut Objects) -> Vec<Oid> {
        let change = &self.changes[at];
        let old =
            change.old.iter().enumerate().filter_map(|(parent, old)| {
                old.or_else(|| rename::source(&self.deleted[parent], change, &input.content, objects))
            });
        old.collect()
    }

    fn as_new(&self, at: usize, error: &SourceError) -> Notice {
        Notice::info(self.changes[at].path.clone(), format!("compared as if new: {error}"))
    }
}

impl Source for Staged {
    type Worker = Objects;

    fn worker(&self) -> Result<Objects, SourceError> {
        self.access.open()
    }

    fn items(&self) -> (&[Item], &[Notice]) {
        (&self.items, &self.notices)
    }

    fn load(&self, at: usize, objects: &mut Objects) -> Result<Input, Notice> {
        let change = &self.changes[at];
        let mapped = match objects {
            Objects::Library(repo) => self.on_disk(change, repo),
            Objects::Plumbing(_) => None,
        };
        let content = match mapped {
            Some(content) => content,
            None => Content::Owned(objects.blob(&change.blob).map_err(|error| {
                Notice::skipped(change.path.clone(), format!("staged object {} can't be read: {error}", change.blob))
            })?),
        };
        Ok(Input { origin: self.items[at].origin.clone(), content })
    }

    fn archive_before(&self, at: usize, input: &Input, objects: &mut Objects) -> Result<Vec<Vec<u8>>, Notice> {
        self.former(at, input, objects).iter().map(|old| objects.blob(old).map_err(|error| self.as_new(at, &error))).collect()
    }

    fn kept(&self, at: usize, input: &Input, pointer: &Pointer, objects: &mut Objects) -> Option<Kept> {
        let kept = self.kept.get_or_init(|| lfs::Kept::new(self.work_tree.clone()));
        let path = self.changes[at].path.as_slice();
        let content = kept.content(pointer, path, LARGEST_KEPT)?;
        let old = self.former(at, input, objects);
        let before = old.iter().filter_map(|old| objects.blob(old).ok()).map(|old| match lfs::pointer(&old) {
            Some(pointer) => kept.content(&pointer, b"", LARGEST_KEPT).unwrap_or_default(),
            None => old,
        });
        Some(Kept { content, before: before.collect() })
    }

    fn names(&self, at: usize, _: &mut Objects) -> Vec<Vec<u8>> {
        let change = &self.changes[at];
        if change.old.iter().all(Option::is_none) { vec![change.path.clone()] } else { Vec::new() }
    }

    fn had(&self, _at: usize, path: &[u8], _: &mut Objects) -> bool {
        self.parents.get_or_init(|| Parents::open().ok()).as_ref().is_some_and(|parents| parents.have(path))
    }

    fn scope(&self, at: usize, input: &Input, objects: &mut Objects) -> Result<Scope, Notice> {
        let mut added: Option<RangeSet> = None;
        for old in self.former(at, input, objects) {
            let lines = objects.blob(&old).and_then(|old| git::added_lines(&old, &input.content));
            let lines = lines.map_err(|error| self.as_new(at, &error))?;
            added = Some(added.map_or_else(|| lines.clone(), |before| before.intersect(&lines)));
        }
        Ok(added.map_or(Scope::All, Scope::Lines))
    }
}

/// Why the fast way ends.
enum Refusal {
    /// git reads it, we don't.
    LeaveToGit,
    Failed(SourceError),
}

impl From<SourceError> for Refusal {
    fn from(error: SourceError) -> Self {
        Self::Failed(error)
    }
}

impl Refusal {
    fn index(path: &Path, error: IndexError) -> Self {
        match error {
            IndexError::Unsupported(_) => Self::LeaveToGit,
            IndexError::Corrupt(why) => Self::Failed(SourceError::Index { path: path.to_path_buf(), why: why.to_owned() }),
        }
    }
}

/// The index that the environment names, else the repository's.
fn index_path(repo: &Repo) -> PathBuf {
    match std::env::var_os("GIT_INDEX_FILE") {
        Some(path) if !path.is_empty() => path.into(),
        _ => repo.git_dir().join("index"),
    }
}

/// The blobs staged at `names`, and at `nested` in folders. Those at the top are looked for only as far as the index's
/// order makes sense; the whole of it is gone through only where its bytes hold the name behind a `/` at all.
fn named_in_index(data: &[u8], index: &Index<'_>, names: &[&str], nested: &str) -> Result<Vec<(Vec<u8>, Oid)>, IndexError> {
    /// The version that stores what a path adds to the one before it.
    const COMPRESSED: &[u8] = &[0, 0, 0, 4];
    let needle = format!("/{nested}\0");
    let is_compressed = data.get(4..8) == Some(COMPRESSED);
    let needle = if is_compressed { &needle[needle.len() - 5..] } else { &needle };
    let is_below = memchr::memmem::find(data, needle.as_bytes()).is_some();
    let last = names.iter().map(|name| name.as_bytes()).max().unwrap_or_default();
    let mut found = Vec::new();
    let mut cursor = index.entries();
    while let Some(entry) = cursor.advance()? {
        let path = cursor.path();
        if !is_below && path > last {
            break;
        }
        if entry.stage == 0 && entry.mode & TYPE == FILE && !entry.intent_to_add && is_named(path, names, nested) {
            found.push((path.to_vec(), entry.oid));
        }
    }
    Ok(found)
}

fn is_named(path: &[u8], names: &[&str], nested: &str) -> bool {
    let below = path.strip_suffix(nested.as_bytes()).is_some_and(|folder| folder.ends_with(b"/"));
    below || names.iter().any(|name| name.as_bytes() == path)
}

type ReadIndex = (Content, (u32, u32));

/// The index mapped, with the time it was written; `None` before anything was ever staged.
fn read_index(path: &Path) -> Result<Option<ReadIndex>, SourceError> {
    let wrap = |source| SourceError::Io { path: path.to_path_buf(), source };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(wrap(error)),
    };
    let metadata = file.metadata().map_err(wrap)?;
    let mtime = stat_of(&metadata).map_or((0, 0), |stat| stat.mtime);
    Ok(Some((mmap::content(file, metadata.len()).map_err(wrap)?, mtime)))
}

#[cfg(unix)]
fn stat_of(metadata: &std::fs::Metadata) -> Option<Stat> {
    use std::os::unix::fs::MetadataExt as _;
    Some(Stat {
        ctime: (metadata.ctime() as u32, metadata.ctime_nsec() as u32),
        mtime: (metadata.mtime() as u32, metadata.mtime_nsec() as u32),
        ino: metadata.ino() as u32,
        size: metadata.size() as u32,
    })
}

#[cfg(not(unix))]
fn stat_of(_: &std::fs::Metadata) -> Option<Stat> {
    None
}

/// Opens a file, not what a link points to.
#[cfg(unix)]
fn open_plain(path: &Path) -> Option<File> {
    let plain = std::fs::symlink_metadata(path).ok()?.is_file();
    plain.then(|| File::open(path).ok()).flatten()
}

#[cfg(not(unix))]
fn open_plain(_: &Path) -> Option<File> {
    None
}
