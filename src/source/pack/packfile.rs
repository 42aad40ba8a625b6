//! One pack with its index, mapped.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::entry::{Entry, pack_count};
use super::index::Index;
use super::{ObjectFormat, ReadError};
use crate::source::mmap;
use crate::types::input::Content;

/// What the files beside a pack say of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Marks {
    /// `.mtimes`: it holds what nothing refers to, until that expires.
    pub cruft: bool,
    /// `.promisor`: what its objects refer to may be missing, for a remote has it.
    pub promisor: bool,
    /// `.keep`: git does not repack it.
    pub kept: bool,
}

/// A pack and its index.
#[derive(Debug)]
pub struct Pack {
    path: PathBuf,
    data: Content,
    index: Index,
    marks: Marks,
    hash: usize,
}

/// The bytes of a file, mapped when it is large.
pub(super) fn load(path: &Path) -> Result<Content, std::io::Error> {
    let file = open(path)?;
    let meta = file.metadata()?;
    mmap::content(file, meta.len())
}

/// Opens what is a file. A pipe is not even opened: that would wait for its other end.
pub(super) fn open(path: &Path) -> Result<File, std::io::Error> {
    if !fs::metadata(path)?.is_file() {
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, "not a file"));
    }
    File::open(path)
}

impl Pack {
    /// Opens the pack at `path` (`….pack`) with the index beside it, and holds the two to each other: the number of
    /// objects and the checksum that the index was made for. The checksum itself is not computed.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn open(path: PathBuf, format: ObjectFormat) -> Result<Self, String> {
        let index = load(&path.with_extension("idx")).map_err(|e| format!("its index cannot be read: {e}"))?;
        Self::with_index(path, index, format)
    }

    /// As [`open`](Self::open), with the bytes of an index.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn with_index(path: PathBuf, index: Content, format: ObjectFormat) -> Result<Self, String> {
        let hash = format.name_len();
        let index = Index::new(index, format)?;
        let data = load(&path).map_err(|e| e.to_string())?;
        let count = pack_count(&data)?;
        if data.len() < super::entry::PACK_HEADER + hash {
            return Err("the pack is cut off".to_owned());
        }
        if count as usize != index.len() {
            return Err(format!("the pack holds {count} objects, its index lists {}", index.len()));
        }
        if &data[data.len() - hash..] != index.pack_checksum() {
            return Err("the index was made for another pack".to_owned());
        }
        let beside = |ext: &str| fs::exists(path.with_extension(ext)).unwrap_or(false);
        let marks = Marks { cruft: beside("mtimes"), promisor: beside("promisor"), kept: beside("keep") };
        Ok(Self { path, data, index, marks, hash })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its index.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// What the files beside it say.
    pub fn marks(&self) -> Marks {
        self.marks
    }

    /// Its bytes up to the checksum at its end. Offsets count from its start.
    pub fn body(&self) -> &[u8] {
        &self.data[..self.data.len() - self.hash]
    }

    /// The header of the entry at `offset`.
    ///
    /// # Errors
    /// `Corrupt`.
    pub fn entry(&self, offset: u64) -> Result<Entry<'_>, ReadError> {
        let offset = usize::try_from(offset).map_err(|_| ReadError::Corrupt("its offset is outside the pack"))?;
        Entry::parse(self.body(), offset, self.hash).map_err(ReadError::Corrupt)
    }

    /// The zlib stream that starts at `data`, and everything behind it.
    pub fn stream(&self, data: usize) -> &[u8] {
        self.body().get(data..).unwrap_or_default()
    }
}
