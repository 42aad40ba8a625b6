//! Non-fatal trouble: counted, shown, and what moves the exit code away from "clean".

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NoticeKind {
    /// Something that should have been scanned was not.
    Skipped,
    /// Something worth saying that leaves the result whole.
    Info,
}

impl NoticeKind {
    /// The word used in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Skipped => "skipped",
            Self::Info => "info",
        }
    }
}

/// What a run says that met no file. Of the shards of a run each may, and the whole not.
pub const NO_FILE: &str = "no file was scanned";
/// What is said behind an object that is too large.
pub const BOUND: &str = "; `--max-size` and `scan.max_size` say how large it may be";

/// One piece of non-fatal trouble.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Notice {
    /// What happened.
    pub kind: NoticeKind,
    /// The path it is about; may be empty.
    pub path: Vec<u8>,
    /// Why, in a few words of ours.
    pub why: String,
}

impl Notice {
    /// Something at `path` was not scanned.
    pub fn skipped(path: impl Into<Vec<u8>>, why: impl Into<String>) -> Self {
        Self { kind: NoticeKind::Skipped, path: path.into(), why: why.into() }
    }

    /// Something to say about `path`.
    pub fn info(path: impl Into<Vec<u8>>, why: impl Into<String>) -> Self {
        Self { kind: NoticeKind::Info, path: path.into(), why: why.into() }
    }
}
