//! Reads files into a buffer that is kept from file to file. Nothing is mapped: a file that another process shortens while
//! it is read gives a notice, not a signal, and for files in the cache reading costs no more.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use super::pipes;

/// Up to so many bytes a file is read as one; what is larger is read in parts.
pub const WHOLE: u64 = 16 << 20;

/// Bytes of the buffer at first: most files fit.
const FIRST: usize = 256 << 10;

/// What a file turned out to be.
#[derive(Debug)]
pub enum Opened<'b> {
    /// All of it. The flag tells that its length changed while it was read.
    Whole(&'b [u8], Steadiness),
    /// More than fits in memory: nothing is read yet.
    Large(File, u64),
    /// Larger than is wanted: so many bytes.
    Over(u64),
    /// No regular file.
    Odd,
}

/// Whether a file stayed as it was while it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Steadiness {
    /// It had the length it should have.
    Steady,
    /// It was longer or shorter.
    Changed,
}

/// The buffer of one worker.
#[derive(Debug, Default)]
pub struct Reader {
    buffer: Vec<u8>,
}

/// Opens a file for reading, without waiting for the other end of a pipe that took its place.
///
/// # Errors
/// What the system says.
pub fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY;
        options.custom_flags(flags.bits() as i32);
    }
    options.open(path)
}

/// Reads a file that nospill or git has for itself: a configuration, a baseline, an ignore file. Never waits for a pipe with a name,
/// behind which nobody may be, and reads no device, which may have no end; one that stands open for this process, as
/// `<(command)`, is read, and `/dev/null` is empty.
///
/// # Errors
/// What the system says, or it is no file.
pub fn own(path: impl AsRef<Path>) -> io::Result<Vec<u8>> {
    let path = path.as_ref();
    let mut file = open(path)?;
    let meta = file.metadata()?;
    let mut text = Vec::new();
    if !meta.is_file() && !meta.is_dir() {
        if path == Path::new("/dev/null") {
            return Ok(text);
        }
        if !pipes::is_open_stream(path) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "a pipe or a device, and no file"));
        }
        file = File::open(path)?;
    }
    file.read_to_end(&mut text)?;
    Ok(text)
}

/// The same as text.
///
/// # Errors
/// As [`own`], or it is not UTF-8.
pub fn own_text(path: impl AsRef<Path>) -> io::Result<String> {
    String::from_utf8(own(path)?).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

impl Reader {
    /// Opens a file of at most `limit` bytes and reads it if it is not large.
    ///
    /// # Errors
    /// What the system says.
    pub fn read(&mut self, path: &Path, limit: u64) -> io::Result<Opened<'_>> {
        let mut file = open(path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Ok(Opened::Odd);
        }
        let size = metadata.len();
        if size > limit {
            return Ok(Opened::Over(size));
        }
        if size > WHOLE {
            return Ok(Opened::Large(file, size));
        }
        let size = size as usize;
        let mut read = self.fill(&mut file, 0, size.max(1))?;
        // Files of the kernel say that they are empty, and are not.
        while read > size && read as u64 <= WHOLE {
            let before = read;
            read = self.fill(&mut file, read, read * 2)?;
            if read == before {
                break;
            }
        }
        let steady = read == size || size == 0;
        Ok(Opened::Whole(&self.buffer[..read], if steady { Steadiness::Steady } else { Steadiness::Changed }))
    }

    /// The bytes of a file from `start` on, at most `len`.
    ///
    /// # Errors
    /// What the system says.
    pub fn read_part(&mut self, file: &mut File, start: u64, len: usize) -> io::Result<&[u8]> {
        file.seek(SeekFrom::Start(start))?;
        let read = self.fill(file, 0, len)?;
        Ok(&self.buffer[..read.min(len)])
    }

    /// Reads on into the buffer, whose first `at` bytes are kept, until it holds `wanted` bytes or the file ends. There is
    /// room for more than is wanted: a file that grew shows by it.
    fn fill(&mut self, file: &mut File, mut at: usize, wanted: usize) -> io::Result<usize> {
        if self.buffer.len() <= wanted {
            self.buffer.resize((wanted + 1).max(FIRST), 0);
        }
        while at < wanted {
            match file.read(&mut self.buffer[at..]) {
                Ok(0) => break,
                Ok(read) => at += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(at)
    }
}

/// Whether a stretch of a file is a hole: nothing is stored there, and all of it reads as zeros.
#[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
pub fn is_hole(file: &File, start: u64, end: u64) -> bool {
    match rustix::fs::seek(file, rustix::fs::SeekFrom::Data(start)) {
        Ok(data) => data >= end,
        Err(error) => error == rustix::io::Errno::NXIO,
    }
}

/// Whether a stretch of a file is a hole: not told here.
#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
pub fn is_hole(_file: &File, _start: u64, _end: u64) -> bool {
    false
}
