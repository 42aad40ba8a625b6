//! The index file, read in place: versions 2 to 4 of git's index format (gitformat-index), and its cache-tree.
//!
//! Nothing is copied and no entry is decoded that isn't asked for: finding the extensions means stepping over the
//! entries once, and a comparison with HEAD steps over whole folders that the cache-tree proves unchanged. Split and
//! sparse indexes, and extensions that a reader must understand, are [`IndexError::Unsupported`]: git itself reads those.

use crate::types::oid::Oid;

/// Why an index cannot be read here.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
pub enum IndexError {
    /// It breaks the format.
    #[error("the index is corrupt: {0}")]
    Corrupt(&'static str),
    /// It uses what this reader leaves to git.
    #[error("the index uses {0}")]
    Unsupported(&'static str),
}

/// What the index remembers of a file on disk when it was last staged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// Seconds and nanoseconds of the last status change.
    pub ctime: (u32, u32),
    /// Seconds and nanoseconds of the last change of content.
    pub mtime: (u32, u32),
    /// Inode number, cut to 32 bits.
    pub ino: u32,
    /// Size in bytes, cut to 32 bits.
    pub size: u32,
}

/// One entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// File mode: 0o100644, 0o100755, 0o120000 (link), 0o160000 (submodule).
    pub mode: u32,
    /// The staged object.
    pub oid: Oid,
    /// 0, or 1 to 3 while a merge is unresolved.
    pub stage: u8,
    /// `git add -N`: nothing staged yet.
    pub intent_to_add: bool,
    /// The file on disk when it was staged.
    pub stat: Stat,
}

/// A folder as the cache-tree knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CacheTree<'i> {
    /// Path part; empty for the root.
    pub name: &'i [u8],
    /// Entries below it and the tree they make; `None` when something below changed since.
    pub valid: Option<(usize, Oid)>,
    /// Subfolders.
    pub children: Vec<CacheTree<'i>>,
}

impl<'i> CacheTree<'i> {
    /// The subfolder of that name.
    pub fn child(&self, name: &[u8]) -> Option<&CacheTree<'i>> {
        if self.children.len() > FEW {
            let at = self.children.binary_search_by_key(&name, |child| child.name).ok()?;
            return self.children.get(at);
        }
        self.children.iter().find(|child| child.name == name)
    }
}

/// An index in memory.
#[derive(Debug)]
pub struct Index<'i> {
    data: &'i [u8],
    version: u32,
    count: usize,
    hash: usize,
    /// The cache-tree, where there is one.
    pub tree: Option<CacheTree<'i>>,
}

const HEADER: usize = 12;
/// Bytes of an entry before its object name.
const STAT: usize = 40;
/// Deepest nesting of folders that is followed; the file system allows no deeper path.
const DEEPEST: usize = 4096;
/// Among so many subfolders one is looked for in turn; more are sorted by their names.
const FEW: usize = 64;

fn u32_at(data: &[u8], at: usize) -> Option<u32> {
    data.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes)
}

impl<'i> Index<'i> {
    /// Reads header and extensions. `hash` is the object name's length, 20 or 32.
    ///
    /// # Errors
    /// The format is broken, or a feature is left to git.
    pub fn parse(data: &'i [u8], hash: usize) -> Result<Self, IndexError> {
        let corrupt = |what| IndexError::Corrupt(what);
        if data.get(..4) != Some(b"DIRC") || data.len() < HEADER + hash {
            return Err(corrupt("no header"));
        }
        let version = u32_at(data, 4).ok_or(corrupt("no version"))?;
        if !(2..=4).contains(&version) {
            return Err(IndexError::Unsupported("an unknown version"));
        }
        let count = u32_at(data, 8).ok_or(corrupt("no count"))? as usize;
        let mut index = Self { data: &data[..data.len() - hash], version, count, hash, tree: None };
        let mut cursor = index.entries();
        cursor.skip(count)?;
        // The padding of the last entry may lead beyond the end.
        let mut rest = index.data.get(cursor.at..).ok_or(corrupt("an entry is cut off"))?;
        while !rest.is_empty() {
            let size = u32_at(rest, 4).ok_or(corrupt("an extension is cut off"))? as usize;
            let (name, body) = (&rest[..4], rest.get(8..8 + size).ok_or(corrupt("an extension is cut off"))?);
            match name {
                b"TREE" => index.tree = cache_tree(body, hash).map(|(tree, _)| tree),
                b"link" => return Err(IndexError::Unsupported("a split index")),
                b"sdir" => return Err(IndexError::Unsupported("a sparse index")),
                [first, ..] if first.is_ascii_lowercase() => return Err(IndexError::Unsupported("an unknown extension")),
                _ => {}
            }
            rest = &rest[8 + size..];
        }
        Ok(index)
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// A cursor at the first entry.
    pub fn entries(&self) -> Cursor<'i> {
        Cursor { data: self.data, version: self.version, hash: self.hash, left: self.count, at: HEADER, path: Path::Plain(&[]) }
    }
}

/// The cache-tree extension: name NUL, count, blank, subfolders, newline, object name; then the subfolders. `None` when
/// it is malformed: git ignores it then too, and every folder is compared.
fn cache_tree(data: &[u8], hash: usize) -> Option<(CacheTree<'_>, &[u8])> {
    node(data, hash, 0)
}

fn node(data: &[u8], hash: usize, depth: usize) -> Option<(CacheTree<'_>, &[u8])> {
    let nul = data.iter().position(|&b| b == 0)?;
    let line_end = nul + 1 + data[nul + 1..].iter().position(|&b| b == b'\n')?;
    let mut numbers = std::str::from_utf8(&data[nul + 1..line_end]).ok()?.split(' ');
    let count: i64 = numbers.next()?.parse().ok()?;
    let subtrees: usize = numbers.next()?.parse().ok()?;
    let mut rest = &data[line_end + 1..];
    let mut valid = None;
    if let Ok(count) = usize::try_from(count) {
        let (oid, tail) = rest.split_at_checked(hash)?;
        valid = Some((count, Oid::from_bytes(oid)?));
        rest = tail;
    }
    if depth > DEEPEST || subtrees > data.len() {
        return None;
    }
    let mut children = Vec::with_capacity(subtrees.min(1024));
    for _ in 0..subtrees {
        let (child, tail) = node(rest, hash, depth + 1)?;
        children.push(child);
        rest = tail;
    }
    if children.len() > FEW {
        children.sort_unstable_by_key(|child| child.name);
    }
    Some((CacheTree { name: &data[..nul], valid, children }, rest))
}

#[derive(Debug, Clone)]
enum Path<'i> {
    /// Versions 2 and 3: in the file.
    Plain(&'i [u8]),
    /// Version 4: put together from the entry before.
    Built(Vec<u8>),
}

/// A place among the entries.
#[derive(Debug, Clone)]
pub struct Cursor<'i> {
    data: &'i [u8],
    version: u32,
    hash: usize,
    left: usize,
    at: usize,
    path: Path<'i>,
}

impl<'i> Cursor<'i> {
    /// Reads the entry here and steps over it; `None` at the end. [`path`](Self::path) is then that entry's.
    ///
    /// # Errors
    /// The entry is cut off.
    pub fn advance(&mut self) -> Result<Option<Entry>, IndexError> {
        if self.left == 0 {
            return Ok(None);
        }
        let at = self.at;
        let extended = self.step()?;
        self.left -= 1;
        let cut = IndexError::Corrupt("an entry is cut off");
        let field = |offset: usize| u32_at(self.data, at + offset);
        let entry = || {
            let flags = u16::from_be_bytes(self.data.get(at + STAT + self.hash..)?.get(..2)?.try_into().ok()?);
            Some(Entry {
                mode: field(24)?,
                oid: Oid::from_bytes(self.data.get(at + STAT..at + STAT + self.hash)?)?,
                stage: (flags >> 12 & 3) as u8,
                intent_to_add: extended & 0x2000 != 0,
                stat: Stat { ctime: (field(0)?, field(4)?), mtime: (field(8)?, field(12)?), ino: field(20)?, size: field(36)? },
            })
        };
        entry().ok_or(cut).map(Some)
    }

    /// The path of the entry that was read last.
    pub fn path(&self) -> &[u8] {
        match &self.path {
            Path::Plain(path) => path,
            Path::Built(path) => path,
        }
    }

    /// Steps over `count` entries.
    ///
    /// # Errors
    /// An entry is cut off, or there are fewer.
    pub fn skip(&mut self, count: usize) -> Result<(), IndexError> {
        self.left = self.left.checked_sub(count).ok_or(IndexError::Corrupt("fewer entries than a folder should have"))?;
        for _ in 0..count {
            self.step()?;
        }
        Ok(())
    }

    /// Steps over one entry, keeping its path; gives its extended flags.
    fn step(&mut self) -> Result<u16, IndexError> {
        let cut = IndexError::Corrupt("an entry is cut off");
        let fixed = self.at + STAT + self.hash;
        let word = |at: usize| self.data.get(at..at + 2).map(|b| u16::from_be_bytes([b[0], b[1]]));
        let flags = word(fixed).ok_or(cut.clone())?;
        let mut name = fixed + 2;
        let mut extended = 0;
        if flags & 0x4000 != 0 {
            if self.version < 3 {
                return Err(IndexError::Corrupt("extended flags in version 2"));
            }
            extended = word(name).ok_or(cut.clone())?;
            name += 2;
        }
        if self.version == 4 {
            return self.step_compressed(name).ok_or(cut).map(|()| extended);
        }
        let length = usize::from(flags & 0xfff);
        let length = if length < 0xfff { length } else { self.nul_after(name).ok_or(cut.clone())? - name };
        self.path = Path::Plain(self.data.get(name..name + length).ok_or(cut)?);
        // One to eight NULs bring the entry to a multiple of eight bytes.
        self.at += (name - self.at + length + 8) & !7;
        Ok(extended)
    }

    fn nul_after(&self, from: usize) -> Option<usize> {
        self.data.get(from..)?.iter().position(|&b| b == 0).map(|at| from + at)
    }

    /// Version 4: how many bytes of the path before to drop, then what to put behind.
    fn step_compressed(&mut self, name: usize) -> Option<()> {
        let (drop, from) = offset_varint(self.data, name)?;
        let nul = self.nul_after(from)?;
        let mut path = match std::mem::replace(&mut self.path, Path::Plain(&[])) {
            Path::Built(path) => path,
            Path::Plain(_) => Vec::new(),
        };
        path.truncate(path.len().checked_sub(drop)?);
        path.extend_from_slice(&self.data[from..nul]);
        self.path = Path::Built(path);
        self.at = nul + 1;
        Some(())
    }
}

/// git's offset encoding: seven bits a byte, most significant first, one added for each byte that goes on.
fn offset_varint(data: &[u8], mut at: usize) -> Option<(usize, usize)> {
    let mut byte = *data.get(at)?;
    let mut value = usize::from(byte & 0x7f);
    while byte & 0x80 != 0 {
        at += 1;
        byte = *data.get(at)?;
        value = value.checked_add(1)?.checked_mul(128)? | usize::from(byte & 0x7f);
    }
    Some((value, at + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry_v2(path: &str) -> Vec<u8> {
        let mut entry = vec![0; STAT];
        entry[24..28].copy_from_slice(&0o100_644u32.to_be_bytes());
        entry.extend([7; 20]);
        entry.extend((path.len() as u16).to_be_bytes());
        entry.extend(path.as_bytes());
        let padded = (entry.len() + 8) & !7;
        entry.resize(padded, 0);
        entry
    }

    fn index(entries: &[Vec<u8>], extensions: &[u8]) -> Vec<u8> {
        let count = (entries.len() as u32).to_be_bytes();
        [b"DIRC".as_slice(), &[0, 0, 0, 2], &count, &entries.concat(), extensions, &[0; 20]].concat()
    }

    #[test]
    fn every_cut_is_an_error_and_none_a_panic() {
        let whole = index(&[entry_v2("a"), entry_v2("dir/b")], b"TREE\0\0\0\x06\0-1 0\n");
        let read = Index::parse(&whole, 20).expect("a whole index");
        assert_eq!(read.tree.as_ref().map(|t| t.valid), Some(None));
        let mut cursor = read.entries();
        let mut paths = Vec::new();
        while cursor.advance().expect("an entry").is_some() {
            paths.push(cursor.path().to_vec());
        }
        assert_eq!(paths, [b"a".to_vec(), b"dir/b".to_vec()]);
        for cut in 0..whole.len() - 20 {
            let _ = Index::parse(&whole[..cut], 20);
        }
        assert!(Index::parse(&whole[..whole.len() - 30], 20).is_err());
        // The last entry's padding is cut off, its name is not.
        let unpadded = index(&[entry_v2("a")[..63].to_vec()], b"");
        assert!(Index::parse(&unpadded, 20).is_err());
    }

    #[test]
    fn what_git_must_read_itself() {
        for (name, ext) in [("split", b"link\0\0\0\0"), ("sparse", b"sdir\0\0\0\0"), ("unknown", b"abcd\0\0\0\0")] {
            assert!(matches!(Index::parse(&index(&[], ext), 20), Err(IndexError::Unsupported(_))), "{name}");
        }
        assert!(Index::parse(&index(&[], b"UNTR\0\0\0\0"), 20).is_ok());
    }
}
