//! How far a run has come, for showing it.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counted up by all workers.
#[derive(Debug, Default)]
pub struct Progress {
    /// Files or objects so far.
    pub files: AtomicU64,
    /// How many there will be; 0 while nobody knows.
    pub of: AtomicU64,
    /// Their bytes.
    pub bytes: AtomicU64,
}

impl Progress {
    /// One more.
    pub(super) fn add(&self, bytes: u64) {
        self.files.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }
}
