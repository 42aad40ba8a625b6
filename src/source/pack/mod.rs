//! Git's object stores, read in place: packs, loose objects and alternates, for SHA-1 and SHA-256 repositories.
//!
//! libgit2 reads one object at a time by name, and each time walks the object's delta chain anew; reading all objects so
//! costs a multiple of what they weigh. Here [`forest::Forest`] knows every delta's base up front and [`walk::Walk`]
//! makes each content once, from its base, and says how the two differ. [`store::Store`] reads single objects by name.
//!
//! Everything in a store may be hostile: no size or offset of a file is believed before it was checked, contents over a
//! bound are refused before memory is asked for, and nothing recurses. What cannot be read is a [`Problem`] or a
//! [`ReadError`], never silence. Facts are from git's gitformat-pack and gitrepository-layout.

pub mod alternates;
pub mod delta;
pub mod entry;
pub mod forest;

pub mod index;
pub mod inflate;
pub mod loose;
pub mod midx;
pub mod object;
pub mod packfile;
#[cfg(test)]
mod sample;
pub mod store;
pub mod walk;

use std::path::PathBuf;

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A commit.
    Commit,
    /// A folder.
    Tree,
    /// A file's content.
    Blob,
    /// An annotated tag.
    Tag,
}

impl Kind {
    /// From the word that git writes in a loose object's header.
    pub fn from_word(word: &[u8]) -> Option<Self> {
        match word {
            b"commit" => Some(Self::Commit),
            b"tree" => Some(Self::Tree),
            b"blob" => Some(Self::Blob),
            b"tag" => Some(Self::Tag),
            _ => None,
        }
    }

    /// The word that git writes in a loose object's header.
    pub fn word(self) -> &'static str {
        match self {
            Self::Commit => "commit",
            Self::Tree => "tree",
            Self::Blob => "blob",
            Self::Tag => "tag",
        }
    }
}

/// How a repository names its objects (`extensions.objectFormat`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectFormat {
    /// 20 bytes.
    Sha1,
    /// 32 bytes.
    Sha256,
}

impl ObjectFormat {
    /// Bytes of a name.
    pub fn name_len(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }
}

/// Bounds on what is loaded, in bytes of content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The largest object that is handed out.
    pub max: u64,
    /// The largest object that is loaded because others are stored as deltas of it; no less than `max`. Deltas
    /// themselves are held to it too.
    pub base_max: u64,
}

/// A part of a store that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file or folder.
    pub path: PathBuf,
    /// What is wrong with it.
    pub why: String,
}

/// Why an object cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// No such object.
    #[error("it is missing")]
    Missing,
    /// It is larger than the caller's bound.
    #[error("it is too large ({size} bytes)")]
    TooLarge {
        /// Its size in bytes.
        size: u64,
    },
    /// It is stored as a difference to an object that is larger than the caller's bound for bases.
    #[error("it is stored as a delta of an object that is too large ({size} bytes)")]
    BaseTooLarge {
        /// The base's size in bytes.
        size: u64,
    },
    /// It is stored as a difference to an object that is missing.
    #[error("it is stored as a delta of a missing object")]
    BaseMissing,
    /// Its stored form, or a base's, breaks the format.
    #[error("it is corrupt: {0}")]
    Corrupt(&'static str),
    /// The system cannot read its file.
    #[error("it cannot be read: {0}")]
    Io(std::io::ErrorKind),
}

impl ReadError {
    /// What it means for an object that is a delta of the one it is about.
    #[must_use]
    pub fn of_base(self) -> Self {
        match self {
            Self::TooLarge { size } => Self::BaseTooLarge { size },
            Self::Missing => Self::BaseMissing,
            other => other,
        }
    }
}

/// The big-endian number at `at`; `None` past the end.
fn be32(data: &[u8], at: usize) -> Option<u32> {
    data.get(at..at.checked_add(4)?)?.try_into().ok().map(u32::from_be_bytes)
}

/// The big-endian number at `at`; `None` past the end.
fn be64(data: &[u8], at: usize) -> Option<u64> {
    data.get(at..at.checked_add(8)?)?.try_into().ok().map(u64::from_be_bytes)
}
