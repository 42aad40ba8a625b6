//! Loose objects: a file each, `xx/yyyy…`, a zlib stream of `type size NUL content`.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::inflate::Inflater;
use super::packfile::{load, open};
use super::{Kind, ObjectFormat, Problem, ReadError};
use crate::types::oid::Oid;

/// More than the longest header takes: the longest type and twenty digits.
const LONGEST_HEADER: usize = 32;

/// The loose objects of an `objects` folder, sorted, and what could not be listed. Files of other names, such as those
/// that git is just writing, are not objects.
pub fn list(objects: &Path, format: ObjectFormat) -> (Vec<Oid>, Vec<Problem>) {
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    for first in 0..=255u8 {
        let prefix = format!("{first:02x}");
        let folder = objects.join(&prefix);
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(e) if e.kind() == io::ErrorKind::NotFound => continue,
            Err(e) => {
                problems.push(Problem { path: folder, why: e.to_string() });
                continue;
            }
        };
        for entry in entries {
            match entry {
                Ok(entry) => {
                    let text = format!("{prefix}{}", entry.file_name().to_string_lossy());
                    let lower = !text.bytes().any(|b| b.is_ascii_uppercase());
                    found.extend(Oid::from_hex(text.as_bytes()).filter(|oid| lower && oid.as_bytes().len() == format.name_len()));
                }
                Err(e) => problems.push(Problem { path: folder.clone(), why: e.to_string() }),
            }
        }
    }
    found.sort_unstable();
    (found, problems)
}

/// Where a loose object is in an `objects` folder.
pub fn path(objects: &Path, oid: &Oid) -> PathBuf {
    let text = oid.to_string();
    objects.join(&text[..2]).join(&text[2..])
}

/// The type and size of the loose object in a file.
///
/// # Errors
/// `Missing`, `Io`, or `Corrupt`.
pub fn header(path: &Path) -> Result<(Kind, u64), ReadError> {
    let file = open(path).map_err(|e| io_error(&e))?;
    let mut stream = Vec::with_capacity(256);
    file.take(256).read_to_end(&mut stream).map_err(|e| io_error(&e))?;
    parse_header(&stream).map(|(kind, size, _)| (kind, size))
}

/// Reads the loose object in a file into `content`, whose old content is lost.
///
/// # Errors
/// `Missing`, `Io`, `Corrupt`, or `TooLarge` when it is over `max` (then nothing was loaded).
pub fn read(path: &Path, max: u64, inflater: &mut Inflater, content: &mut Vec<u8>) -> Result<Kind, ReadError> {
    parse(&load(path).map_err(|e| io_error(&e))?, max, inflater, content)
}

/// The same for the bytes of the file.
///
/// # Errors
/// `Corrupt`, or `TooLarge`.
pub fn parse(stream: &[u8], max: u64, inflater: &mut Inflater, content: &mut Vec<u8>) -> Result<Kind, ReadError> {
    if let Some(kind) = small(stream, max, inflater, content) {
        return Ok(kind);
    }
    let (kind, size, start) = parse_header(stream)?;
    if size > max {
        return Err(ReadError::TooLarge { size });
    }
    let whole = size.checked_add(start as u64).ok_or(ReadError::TooLarge { size })?;
    inflater.inflate(stream, whole, whole, content)?;
    content.drain(..start);
    Ok(kind)
}

/// A stream that inflates to little more than its own size, which most do, is inflated without having its header read first:
/// that takes a decoder of its own, and more time than the content. `None` where it is otherwise, or wrong.
fn small(stream: &[u8], max: u64, inflater: &mut Inflater, content: &mut Vec<u8>) -> Option<Kind> {
    const ROOM: usize = 4;
    const MOST: usize = 1 << 20;
    let room = (stream.len().saturating_mul(ROOM) + LONGEST_HEADER).min(MOST);
    inflater.inflate_within(stream, room, content)?;
    let (kind, size, start) = words(&content[..content.len().min(LONGEST_HEADER)])?;
    let is_whole = size == (content.len() - start) as u64 && size <= max;
    is_whole.then(|| {
        content.drain(..start);
        kind
    })
}

fn io_error(error: &io::Error) -> ReadError {
    match error.kind() {
        io::ErrorKind::NotFound => ReadError::Missing,
        io::ErrorKind::InvalidInput => ReadError::Corrupt("it is no file"),
        kind => ReadError::Io(kind),
    }
}

/// Type, size and length of the header, off a stream's first bytes.
fn parse_header(stream: &[u8]) -> Result<(Kind, u64, usize), ReadError> {
    let mut start = Vec::with_capacity(LONGEST_HEADER);
    // A stream that is cut off or broken further on has given its header by then.
    let _ = flate2::read::ZlibDecoder::new(stream).take(LONGEST_HEADER as u64).read_to_end(&mut start);
    words(&start).ok_or(ReadError::Corrupt("a loose object without a header"))
}

/// Type, size and length of the header that a content starts with.
fn words(start: &[u8]) -> Option<(Kind, u64, usize)> {
    let nul = memchr::memchr(0, start)?;
    let blank = memchr::memchr(b' ', &start[..nul])?;
    let digits = std::str::from_utf8(&start[blank + 1..nul]).ok()?;
    let plain = digits.bytes().all(|b| b.is_ascii_digit());
    Some((Kind::from_word(&start[..blank])?, digits.parse().ok().filter(|_| plain)?, nul + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn write(at: &Path, content: &[u8]) {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(content).expect("memory");
        fs::write(at, encoder.finish().expect("memory")).expect("a file");
    }

    #[test]
    fn a_header_and_a_bound() {
        let dir = tempfile::tempdir().expect("a folder");
        let at = dir.path().join("object");
        let long = [b"blob 100000\0".as_slice(), &[b'x'; 100_000]].concat();
        write(&at, &long);
        let (mut inflater, mut content) = (Inflater::default(), Vec::new());
        assert_eq!(header(&at), Ok((Kind::Blob, 100_000)));
        assert_eq!(read(&at, 100_000, &mut inflater, &mut content), Ok(Kind::Blob));
        assert_eq!(content, long[12..]);
        assert_eq!(read(&at, 99_999, &mut inflater, &mut content), Err(ReadError::TooLarge { size: 100_000 }));
        assert_eq!(read(&dir.path().join("none"), 9, &mut inflater, &mut content), Err(ReadError::Missing));
        for bad in ["blob 3", "blub 1\0a", "blob +1\0a", "blob -1\0a", "blob 2\0a", "blob 0\0a", "blob 99999999999999999999\0"] {
            write(&at, bad.as_bytes());
            assert!(read(&at, 99, &mut inflater, &mut content).is_err(), "{bad}");
        }
    }

    #[test]
    fn only_names_are_listed() {
        let dir = tempfile::tempdir().expect("a folder");
        let folder = dir.path().join("ab");
        fs::create_dir(&folder).expect("a folder");
        for name in ["1".repeat(38), "2".repeat(62), "tmp_obj_x".to_owned(), "A".repeat(38)] {
            fs::write(folder.join(name), "").expect("a file");
        }
        for (format, len) in [(ObjectFormat::Sha1, 20), (ObjectFormat::Sha256, 32)] {
            let (found, problems) = list(dir.path(), format);
            assert_eq!((found.len(), found[0].as_bytes().len(), problems), (1, len, Vec::new()));
        }
    }
}
