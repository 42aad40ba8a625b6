//! What must be gone back in and is too large for memory: laid down in a file of the system's folder for temporary ones that
//! nobody else can open, as it has no name, and that is gone with its handle, also when the program is killed.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _, SeekFrom, Write as _};

/// Up to this size contents stay in memory.
pub(super) const IN_MEMORY: u64 = 64 << 20;
/// Larger ones are not laid down.
pub(super) const MOST: u64 = 4 << 30;

/// A content as a file, from its start; nothing when it is larger than [`MOST`].
///
/// # Errors
/// The content can't be read, or there is no room for it.
pub(super) fn laid_down(head: Vec<u8>, rest: &mut dyn Read) -> io::Result<Option<BufReader<File>>> {
    let mut file = tempfile::tempfile().map_err(|error| no_room(&error))?;
    let mut left = MOST;
    let mut part = head;
    while !part.is_empty() {
        left = match left.checked_sub(part.len() as u64) {
            Some(left) => left,
            None => return Ok(None),
        };
        file.write_all(&part).map_err(|error| no_room(&error))?;
        part.clear();
        rest.take(1 << 20).read_to_end(&mut part)?;
    }
    file.seek(SeekFrom::Start(0))?;
    Ok(Some(BufReader::new(file)))
}

fn no_room(error: &io::Error) -> io::Error {
    let folder = std::env::temp_dir();
    io::Error::new(
        error.kind(),
        format!("it is too large for memory, and in {} there is no room for it: {error}", folder.display()),
    )
}
