//! The one place with `unsafe`: mapping a file into memory, and the choice between mapping and reading.

use std::fs::File;
use std::io::{self, Read as _};

use memmap2::Mmap;

use crate::types::input::Content;

/// Files under this size are read: below it a map costs more than the copy it saves, and a read file can't be
/// shortened under us.
pub const MAP_FROM: u64 = 256 * 1024;

/// The content of an open file of `size` bytes: mapped when it is large, else read.
///
/// # Errors
/// What the system says.
pub fn content(mut file: File, size: u64) -> io::Result<Content> {
    if size >= MAP_FROM {
        return map(&file).map(Content::Mapped);
    }
    let mut bytes = Vec::with_capacity(size as usize + 1);
    file.read_to_end(&mut bytes)?;
    Ok(Content::Owned(bytes))
}

/// Maps a whole file for reading.
///
/// # Errors
/// What the system says.
#[allow(unsafe_code, reason = "mapping a file: the system can change it under us")]
pub fn map(file: &File) -> io::Result<Mmap> {
    // SAFETY: the map is private and read-only, and lives in a `Content` that owns it. What can still go wrong: another
    // process may change the file, so bytes may differ from one look to the next (every reader here checks bounds on
    // the slice and keeps no derived promise), or shorten it, and then touching the lost pages raises SIGBUS and ends
    // the process: a gate then fails closed.
    unsafe { Mmap::map(file) }
}
