//! What a source hands to the pipeline: where bytes are from, the bytes, and which lines are this run's business.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use memmap2::Mmap;

use super::oid::Oid;
use super::span::RangeSet;

/// Where a content is from. Paths are bytes with `/` between parts, as git has them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Origin {
    /// An index entry.
    Staged {
        /// Path from the top of the work tree.
        path: Vec<u8>,
        /// The staged blob.
        blob: Oid,
    },
    /// A file on disk.
    File {
        /// As the person named it, or below what they named.
        path: Vec<u8>,
    },
    /// A blob that a commit brought in.
    Commit {
        /// The commit.
        id: Oid,
        /// Path in its tree.
        path: Vec<u8>,
        /// The blob.
        blob: Oid,
    },
    /// A blob that no commit in sight has.
    Lost {
        /// Path in some tree; empty when there is none.
        path: Vec<u8>,
        /// The blob.
        blob: Oid,
    },
    /// The name of a ref.
    Ref {
        /// As git has it: `refs/heads/main`.
        name: Vec<u8>,
    },
    /// The message of a commit or tag, or who made it.
    Message {
        /// The commit or tag.
        id: Oid,
    },
    /// A file inside another.
    Member {
        /// The archive.
        outer: Box<Origin>,
        /// Its name inside; a label only, never a path on disk.
        path: Vec<u8>,
    },
    /// Standard input.
    Stdin,
}

impl Origin {
    /// The path that globs and reports speak of; `<stdin>` and `<message>` where there is none.
    pub fn path(&self) -> &[u8] {
        match self {
            Self::Staged { path, .. }
            | Self::File { path }
            | Self::Commit { path, .. }
            | Self::Lost { path, .. }
            | Self::Ref { name: path }
            | Self::Member { path, .. } => path,
            Self::Message { .. } => b"<message>",
            Self::Stdin => b"<stdin>",
        }
    }

    /// The same at another path, where it has one.
    #[must_use]
    pub fn at(mut self, other: &[u8]) -> Self {
        if let Self::Staged { path, .. }
        | Self::File { path }
        | Self::Commit { path, .. }
        | Self::Lost { path, .. }
        | Self::Ref { name: path }
        | Self::Member { path, .. } = &mut self
        {
            other.clone_into(path);
        }
        self
    }

    /// Itself, or of a member the archive that is in no other.
    pub fn outermost(&self) -> &Self {
        let mut origin = self;
        while let Self::Member { outer, .. } = origin {
            origin = outer;
        }
        origin
    }

    /// The commit, or tag, that it is of.
    pub fn commit(&self) -> Option<&Oid> {
        match self {
            Self::Commit { id, .. } | Self::Message { id } => Some(id),
            Self::Member { outer, .. } => outer.commit(),
            Self::Staged { .. } | Self::File { .. } | Self::Lost { .. } | Self::Ref { .. } | Self::Stdin => None,
        }
    }

    /// The path as a report shows it: members are `outer!inner`.
    pub fn label(&self) -> Cow<'_, [u8]> {
        match self {
            Self::Member { outer, path } => Cow::Owned([&*outer.label(), b"!", path].concat()),
            other => Cow::Borrowed(other.path()),
        }
    }
}

/// The bytes of one input.
pub enum Content {
    /// In memory.
    Owned(Vec<u8>),
    /// A mapped file; whoever made it saw to it that it is the content meant.
    Mapped(Mmap),
}

impl Deref for Content {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Owned(bytes) => bytes,
            Self::Mapped(map) => map,
        }
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self {
            Self::Owned(_) => "owned",
            Self::Mapped(_) => "mapped",
        };
        write!(f, "Content({kind}, {} bytes)", self.len())
    }
}

/// Which lines a finding must touch to be this run's business.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Scope {
    /// Every line.
    #[default]
    All,
    /// Only these lines.
    Lines(RangeSet),
}

impl Scope {
    /// Whether a finding on `first..=last` is reported.
    pub fn admits(&self, first: u32, last: u32) -> bool {
        match self {
            Self::All => true,
            Self::Lines(lines) => lines.touches(first, last),
        }
    }
}

/// One thing to scan.
#[derive(Debug)]
pub struct Input {
    /// Where it is from.
    pub origin: Origin,
    /// Its bytes.
    pub content: Content,
}
