//! An object store: the packs and loose objects of a repository and of its alternates; reading objects by name.
//!
//! What there is is listed once, when it is opened. Loose objects are listed before packs, because git writes a pack
//! before it removes the loose objects that went in.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::alternates;
use super::delta::Delta;
use super::entry::Form;
use super::inflate::Inflater;
use super::packfile::Pack;
use super::{Kind, Limits, ObjectFormat, Problem, ReadError, loose, midx};
use crate::types::delta::Op;
use crate::types::oid::Oid;

/// An object store.
#[derive(Debug)]
pub struct Store {
    format: ObjectFormat,
    folders: Vec<PathBuf>,
    /// Sorted, each name once, with the first folder that has it.
    loose: Vec<(Oid, usize)>,
    packs: Vec<Pack>,
    problems: Vec<Problem>,
}

/// Where an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Location {
    /// In a pack.
    Packed {
        /// Which of [`Store::packs`].
        pack: usize,
        /// Its position in the pack's index.
        at: usize,
    },
    /// In a file of its own.
    Loose {
        /// Which of [`Store::loose`].
        at: usize,
    },
}

impl Store {
    /// Lists an `objects` folder, its alternates, and `extra` folders (in quarantine, those that
    /// `GIT_ALTERNATE_OBJECT_DIRECTORIES` names; see [`alternates::from_env`]) with theirs. What can't be read is in
    /// [`problems`](Self::problems).
    pub fn open(objects: &Path, format: ObjectFormat, extra: &[PathBuf]) -> Self {
        let mut problems = Vec::new();
        let folders = alternates::folders(objects, extra, &mut problems);
        let mut store = Self { format, folders, loose: Vec::new(), packs: Vec::new(), problems };
        for (at, folder) in store.folders.iter().enumerate() {
            let (found, problems) = loose::list(folder, format);
            store.loose.extend(found.into_iter().map(|oid| (oid, at)));
            store.problems.extend(problems);
        }
        store.loose.sort_unstable();
        store.loose.dedup_by_key(|(oid, _)| *oid);
        for at in 0..store.folders.len() {
            let folder = store.folders[at].join("pack");
            store.open_packs(&folder);
        }
        store
    }

    fn open_packs(&mut self, folder: &Path) {
        let mut names: Vec<PathBuf> = match fs::read_dir(folder) {
            Ok(entries) => entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect(),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return,
            Err(e) => return self.problems.push(Problem { path: folder.to_owned(), why: e.to_string() }),
        };
        names.sort_unstable();
        let has = |path: &PathBuf| names.binary_search(path).is_ok();
        let is = |path: &Path, ext: &str| path.extension().is_some_and(|e| e == ext);
        let lonely = names.iter().filter(|path| is(path, "idx") && !has(&path.with_extension("pack")));
        self.problems.extend(lonely.map(|path| Problem { path: path.clone(), why: "an index without its pack".to_owned() }));
        let mut multi = None;
        for path in names.iter().filter(|path| is(path, "pack")) {
            let pack = if has(&path.with_extension("idx")) {
                Pack::open(path.clone(), self.format)
            } else {
                let multi = multi.get_or_insert_with(|| midx::load_multi(&folder.join("multi-pack-index"), self.format));
                let index = multi.as_ref().map_err(Clone::clone).and_then(|multi| multi.index_of(path));
                index.and_then(|index| Pack::with_index(path.clone(), index, self.format))
            };
            match pack {
                Ok(pack) => self.packs.push(pack),
                Err(why) => self.problems.push(Problem { path: path.clone(), why }),
            }
        }
    }

    /// How objects are named.
    pub fn format(&self) -> ObjectFormat {
        self.format
    }

    /// The packs: the repository's own first, then each alternate's; by name.
    pub fn packs(&self) -> &[Pack] {
        &self.packs
    }

    /// How many loose objects there are, each name counted once.
    pub fn loose_len(&self) -> usize {
        self.loose.len()
    }

    /// The name and the file of a loose object; they are in the order of names.
    ///
    /// # Panics
    /// When `at` is not below [`loose_len`](Self::loose_len).
    pub fn loose(&self, at: usize) -> (Oid, PathBuf) {
        let (oid, folder) = self.loose[at];
        (oid, loose::path(&self.folders[folder], &oid))
    }

    /// The bytes of a loose object's name.
    pub(super) fn loose_name(&self, at: usize) -> &[u8] {
        self.loose[at].0.as_bytes()
    }

    /// The first number of each pack, then of the loose objects, then the end, when all objects are numbered. What goes
    /// over `most` is dropped, and that is a problem.
    pub(super) fn number(&mut self, most: u32) -> Vec<u32> {
        let mut firsts = vec![0u32];
        let mut dropped = Vec::new();
        self.packs.retain(|pack| {
            let end = u64::from(*firsts.last().unwrap_or(&0)) + pack.index().len() as u64;
            let fits = end + self.loose.len() as u64 <= u64::from(most);
            match u32::try_from(end) {
                Ok(end) if fits => firsts.push(end),
                _ => dropped.push(Problem { path: pack.path().to_owned(), why: "too many objects".to_owned() }),
            }
            fits
        });
        self.problems.extend(dropped);
        firsts.push(firsts.last().unwrap_or(&0).saturating_add(self.loose.len() as u32));
        firsts
    }

    /// The `objects` folders: the repository's own, then alternates.
    pub fn folders(&self) -> &[PathBuf] {
        &self.folders
    }

    /// What could not be opened.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Whether an object of that name is listed.
    pub fn contains(&self, oid: &Oid) -> bool {
        self.find(oid).is_some()
    }

    /// Where the object of that name is; the first place, when there are several.
    pub fn find(&self, oid: &Oid) -> Option<Location> {
        self.locations(oid).next()
    }

    fn locations(&self, oid: &Oid) -> impl Iterator<Item = Location> {
        let packed = self.packs.iter().enumerate();
        let packed = packed.filter_map(|(pack, p)| Some(Location::Packed { pack, at: p.index().find(oid.as_bytes())? }));
        packed.chain(self.find_loose(oid.as_bytes()).map(|at| Location::Loose { at }))
    }

    /// Which loose object has that name.
    pub(super) fn find_loose(&self, oid: &[u8]) -> Option<usize> {
        self.loose.binary_search_by(|(name, _)| name.as_bytes().cmp(oid)).ok()
    }

    /// Where a delta of a pack has its base, which is given by name: in the same pack where it is there.
    fn find_base(&self, pack: usize, oid: &[u8]) -> Option<Location> {
        let same = self.packs[pack].index().find(oid).map(|at| Location::Packed { pack, at });
        same.or_else(|| self.find(&Oid::from_bytes(oid)?))
    }

    /// Reads an object. When it is in several places, a place that is corrupt is passed over.
    ///
    /// # Errors
    /// Why it can't be read.
    pub fn read(&self, oid: &Oid, limits: Limits, cache: &mut ReadCache) -> Result<(Kind, Vec<u8>), ReadError> {
        let mut first = None;
        for location in self.locations(oid) {
            match self.read_at(location, limits, cache) {
                Err(why) => first = first.or(Some(why)),
                read => return read,
            }
        }
        Err(first.unwrap_or(ReadError::Missing))
    }

    /// Reads the object at a place. One base and one target are in memory at a time, besides the cache.
    ///
    /// # Errors
    /// Why it can't be read.
    pub fn read_at(&self, location: Location, limits: Limits, cache: &mut ReadCache) -> Result<(Kind, Vec<u8>), ReadError> {
        cache.chain.clear();
        let (kind, mut base) = match self.follow(location, limits, cache) {
            Ok(end) => end,
            Err(why) if cache.chain.is_empty() => return Err(why),
            Err(why) => return Err(why.of_base()),
        };
        while let Some(link) = cache.chain.pop() {
            let last = cache.chain.is_empty();
            let max = if last { limits.max } else { limits.base_max };
            let stream = self.packs[link.pack].stream(link.data);
            cache.inflater.inflate(stream, link.size, limits.base_max, &mut cache.delta)?;
            let mut target = Vec::new();
            let made = Delta::new(&cache.delta)?.apply(&base, max, &mut cache.ops, &mut target);
            made.map_err(|why| if last { why } else { why.of_base() })?;
            base = Arc::new(target);
            if !last {
                cache.keep(link.key(), kind, &base);
            }
        }
        Ok((kind, Arc::try_unwrap(base).unwrap_or_else(|shared| (*shared).clone())))
    }

    /// Goes from a place to the nearest content of its delta chain and leaves the deltas on the way in `cache.chain`.
    fn follow(&self, location: Location, limits: Limits, cache: &mut ReadCache) -> Result<(Kind, Arc<Vec<u8>>), ReadError> {
        let mut location = location;
        // Bases by offset lie ever lower, so a cycle goes through a base by name.
        let mut seen = HashSet::new();
        loop {
            let (pack, at) = match location {
                Location::Packed { pack, at } => (pack, at),
                Location::Loose { at } => {
                    let mut content = Vec::new();
                    let max = if cache.chain.is_empty() { limits.max } else { limits.base_max };
                    let kind = loose::read(&self.loose(at).1, max, &mut cache.inflater, &mut content)?;
                    return Ok((kind, Arc::new(content)));
                }
            };
            let file = self.packs.get(pack).ok_or(ReadError::Missing)?;
            let mut offset = file.index().offset(at).ok_or(ReadError::Corrupt("its offset is outside the index"))?;
            let name = loop {
                if let Some(kept) = cache.get((pack, offset)) {
                    let max = if cache.chain.is_empty() { limits.max } else { limits.base_max };
                    let size = kept.1.len() as u64;
                    return if size > max { Err(ReadError::TooLarge { size }) } else { Ok(kept) };
                }
                let entry = file.entry(offset)?;
                let link = Link { pack, offset, data: entry.data, size: entry.size };
                match entry.form {
                    Form::Whole(kind) => return self.whole(kind, link, limits, cache),
                    Form::OfsDelta(base) => offset = base as u64,
                    Form::RefDelta(name) if seen.insert(link.key()) => {
                        cache.chain.push(link);
                        break name;
                    }
                    Form::RefDelta(_) => return Err(ReadError::Corrupt("its bases go round in a circle")),
                }
                cache.chain.push(link);
            };
            location = self.find_base(pack, name).ok_or(ReadError::Missing)?;
        }
    }

    fn whole(&self, kind: Kind, link: Link, limits: Limits, cache: &mut ReadCache) -> Result<(Kind, Arc<Vec<u8>>), ReadError> {
        let mut content = Vec::new();
        let max = if cache.chain.is_empty() { limits.max } else { limits.base_max };
        cache.inflater.inflate(self.packs[link.pack].stream(link.data), link.size, max, &mut content)?;
        let content = Arc::new(content);
        if !cache.chain.is_empty() {
            cache.keep(link.key(), kind, &content);
        }
        Ok((kind, content))
    }
}

/// A delta on the way to a base.
#[derive(Clone, Copy, Debug)]
struct Link {
    pack: usize,
    offset: u64,
    data: usize,
    size: u64,
}

impl Link {
    fn key(&self) -> (usize, u64) {
        (self.pack, self.offset)
    }
}

type Kept = HashMap<(usize, u64), (Kind, Arc<Vec<u8>>)>;

/// What one worker keeps between reads: bases, up to a bound, and buffers. Belongs to one [`Store`].
///
/// Bases are kept in two halves; when the younger is full it becomes the older, and what was in the older and not asked
/// for meanwhile is forgotten.
pub struct ReadCache {
    young: Kept,
    old: Kept,
    young_bytes: usize,
    half: usize,
    inflater: Inflater,
    chain: Vec<Link>,
    delta: Vec<u8>,
    ops: Vec<Op>,
}

impl ReadCache {
    /// A cache of at most `bytes` bytes of bases.
    pub fn new(bytes: usize) -> Self {
        Self {
            young: Kept::new(),
            old: Kept::new(),
            young_bytes: 0,
            half: bytes / 2,
            inflater: Inflater::default(),
            chain: Vec::new(),
            delta: Vec::new(),
            ops: Vec::new(),
        }
    }

    fn get(&mut self, key: (usize, u64)) -> Option<(Kind, Arc<Vec<u8>>)> {
        if let Some(kept) = self.young.get(&key) {
            return Some(kept.clone());
        }
        let (kind, content) = self.old.remove(&key)?;
        self.keep(key, kind, &content);
        Some((kind, content))
    }

    fn keep(&mut self, key: (usize, u64), kind: Kind, content: &Arc<Vec<u8>>) {
        // An entry costs about this much beside its bytes.
        let cost = content.capacity() + 128;
        if cost > self.half / 4 {
            return;
        }
        if self.young_bytes + cost > self.half {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
        self.young_bytes += cost;
        self.young.insert(key, (kind, Arc::clone(content)));
    }
}
