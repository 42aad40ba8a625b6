//! A zip archive behind other bytes: what unpacks itself, or is an image and an archive in one. As its list of members stands at
//! its end, whoever opens it as a zip archive sees no difference.

use std::io::{self, Read, Seek, SeekFrom};

use memchr::memmem;

/// What the record at the end of the list of members starts with, and its bytes without the comment behind.
const END: (&[u8], usize) = (b"PK\x05\x06", 22);
/// What each entry of the list starts with.
const ENTRY: &[u8] = b"PK\x01\x02";
/// What leads to the larger record of a zip64 archive stands before the other, of so many bytes.
const LOCATOR: (&[u8], usize) = (b"PK\x06\x07", 20);
/// The longest comment.
const COMMENT: usize = 0xffff;

/// Fewer bytes behind the record hold nothing.
const FEWEST: usize = 8;

/// How many bytes at the end of a file the record is looked for in.
pub const TAIL: usize = END.1 + COMMENT;

/// Whether a file that ends so may be a zip archive behind other bytes.
pub fn may_end_in_zip(end: &[u8]) -> bool {
    memmem::rfind(&end[end.len().saturating_sub(TAIL)..], END.0).is_some()
}

/// Whether it is one: the record lies within the file, and the list that it speaks of ends where it starts.
pub(super) fn is_zip<R: Read + Seek>(content: &mut R) -> io::Result<bool> {
    Ok(record(content)?.is_some())
}

/// Where what stands behind a zip archive begins, if it is more than zeros.
pub(super) fn end_of<R: Read + Seek>(content: &mut R) -> io::Result<Option<u64>> {
    let Some(end) = record(content)? else { return Ok(None) };
    content.seek(SeekFrom::Start(end))?;
    let mut rest = Vec::new();
    content.take(TAIL as u64).read_to_end(&mut rest)?;
    let zeros = rest.iter().take_while(|&&b| b == 0).count();
    Ok((rest.len() - zeros >= FEWEST).then_some(end + zeros as u64))
}

/// Where the record at the end, and the comment behind it, end.
fn record<R: Read + Seek>(content: &mut R) -> io::Result<Option<u64>> {
    let size = content.seek(SeekFrom::End(0))?;
    let mut end = Vec::new();
    let start = size.saturating_sub(TAIL as u64);
    content.seek(SeekFrom::Start(start))?;
    content.take(TAIL as u64).read_to_end(&mut end)?;
    for at in memmem::find_iter(&end, END.0) {
        let Some(list) = list(&end[at..]) else { continue };
        let is_large = at >= LOCATOR.1 && end[at - LOCATOR.1..].starts_with(LOCATOR.0);
        if is_large || is_list(content, list, start + at as u64)? {
            let comment = u16::from_le_bytes([end[at + 20], end[at + 21]]);
            return Ok(Some(start + (at + END.1) as u64 + u64::from(comment)));
        }
    }
    Ok(None)
}

/// The bytes of the list that a record is about, and where it starts in the archive, if the record is whole and the list not empty.
fn list(record: &[u8]) -> Option<(u64, u64)> {
    let short = |at: usize| Some(u16::from_le_bytes(*record.get(at..)?.first_chunk()?));
    let long = |at: usize| Some(u64::from(u32::from_le_bytes(*record.get(at..)?.first_chunk()?)));
    let is_whole = END.1 + usize::from(short(20)?) <= record.len();
    (is_whole && short(10)? > 0).then_some((long(12)?, long(16)?))
}

/// Whether a list of so many bytes, which the archive has at `offset`, ends at `end`, whatever stands before the archive.
fn is_list<R: Read + Seek>(content: &mut R, (len, offset): (u64, u64), end: u64) -> io::Result<bool> {
    let Some(start) = end.checked_sub(len).filter(|start| *start >= offset) else { return Ok(false) };
    let mut entry = Vec::new();
    content.seek(SeekFrom::Start(start))?;
    content.take(ENTRY.len() as u64).read_to_end(&mut entry)?;
    Ok(entry == ENTRY)
}
