//! Contents that are compressed as a whole: by gzip, zstd, xz, bzip2, in one stream or several in a row, and lzma.

use std::io::{self, Cursor, Read};

use lzma_rust2::{LzmaReader, XzReader};

use super::streams::Streams;
use super::texts::MOST;
use super::{Archive, Kind, Metered, peek};

/// A stream of xz or lzma may ask for this many KiB: `xz -9` writes such as need 64 MiB.
pub(super) const LZMA_KIB: u32 = 512 << 10;
/// No `.lzma` file that says how much it holds says more.
const LZMA_MOST: u64 = 256 << 30;

impl Archive<'_> {
    /// Opens a compressed content, and reads the texts of its headers and what stands behind it.
    pub(super) fn compressed(&mut self, kind: Kind, content: &mut dyn Read) -> io::Result<()> {
        let name = stem(self.names.last().map_or(self.outer, Vec::as_slice));
        let mut streams = Streams::new(kind, content);
        let done = self.unpacked(name.clone(), &mut streams);
        let (texts, is_cut) = streams.texts(&name);
        self.headers(texts)?;
        if is_cut {
            let why = format!("more than {MOST} bytes of texts in its headers: the rest is not scanned");
            self.to.notice(&self.names, why);
        }
        done?;
        if let Some(mut behind) = streams.behind()? {
            self.count()?;
            self.member(b"(behind its end)".to_vec(), &mut behind)?;
        }
        Ok(())
    }

    /// What was compressed, read to its end. A tar file is opened as if it were not: its members are the outer one's.
    fn unpacked(&mut self, name: Vec<u8>, streams: &mut Streams<'_>) -> io::Result<()> {
        let mut decoder = Metered { from: streams, budget: self.budget };
        let mut head = [0; 512];
        let read = peek(&mut decoder, &mut head)?;
        let mut content = Cursor::new(&head[..read]).chain(decoder);
        match Kind::of(&head[..read]) {
            Some(Kind::Tar) => self.tar(&mut content)?,
            _ => {
                self.count()?;
                self.member(name, &mut content)?;
            }
        }
        // What nobody wanted to the end is passed over, as something may stand behind.
        io::copy(&mut content, &mut io::sink())?;
        Ok(())
    }

    /// The texts that stand in the headers of an archive, if there are any.
    pub(super) fn headers(&mut self, texts: Vec<u8>) -> io::Result<()> {
        if texts.is_empty() {
            return Ok(());
        }
        self.count()?;
        self.member(b"(its headers)".to_vec(), &mut Cursor::new(texts))
    }
}

/// What a stream of xz holds, or several.
pub(super) fn xz<R: Read>(content: R, several: bool) -> XzReader<R> {
    XzReader::new_mem_limit(content, several, LZMA_KIB)
}

/// What a zip archive's member of method 14 holds, `size` bytes: two bytes of version, two of the length of what follows, the
/// properties and the dictionary's size, the stream (APPNOTE.TXT 5.8.8).
///
/// # Errors
/// Another header, or what the stream's start says.
pub(super) fn lzma<R: Read>(mut content: R, size: u64) -> io::Result<LzmaReader<R>> {
    let mut header = [0; 9];
    content.read_exact(&mut header)?;
    let [_, _, 5, 0, properties, dictionary @ ..] = header else {
        return Err(io::Error::other("an unknown header of lzma"));
    };
    let dictionary = u32::from_le_bytes(dictionary);
    if lzma_rust2::lzma_get_memory_usage_by_props(dictionary, properties)? > LZMA_KIB {
        return Err(io::Error::other("its dictionary is too large"));
    }
    LzmaReader::new_with_props(content, size, properties, dictionary, None)
}

/// Whether a content starts as a `.lzma` file, which has no magic: the properties that every tool writes, a dictionary of 2ⁿ or
/// 2ⁿ + 2ⁿ⁻¹ bytes, a size that is unknown or sensible, and the 0 that every stream starts with.
pub(super) fn is_lzma(head: &[u8]) -> bool {
    let [0x5d, d0, d1, d2, d3, s0, s1, s2, s3, s4, s5, s6, s7, 0, ..] = *head else { return false };
    let dictionary = u32::from_le_bytes([d0, d1, d2, d3]);
    let size = u64::from_le_bytes([s0, s1, s2, s3, s4, s5, s6, s7]);
    let bits = dictionary >> dictionary.trailing_zeros().min(31);
    dictionary >= 4096 && matches!(bits, 1 | 3) && (size == u64::MAX || size < LZMA_MOST)
}

/// The name of what is compressed: the last part of the stream's name without its ending.
fn stem(name: &[u8]) -> Vec<u8> {
    let name = name.rsplit(|&b| b == b'/').next().unwrap_or(name);
    let dot = name.iter().rposition(|&b| b == b'.').filter(|&dot| dot > 0);
    let ending = dot.map_or(&b""[..], |dot| &name[dot + 1..]);
    let known: [&[u8]; 9] = [b"gz", b"gzip", b"zst", b"zstd", b"xz", b"lzma", b"bz2", b"bz", b"z"];
    match dot {
        Some(dot) if known.iter().any(|known| known.eq_ignore_ascii_case(ending)) => name[..dot].to_vec(),
        _ => name.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems() {
        for (name, want) in [("a/b.log.gz", "b.log"), ("x.ZST", "x"), (".gz", ".gz"), ("plain", "plain"), ("a.tgz", "a.tgz")] {
            assert_eq!(stem(name.as_bytes()), want.as_bytes());
        }
    }

    #[test]
    fn heads_of_lzma() {
        let head = |dictionary: u32, size: u64, first: u8| {
            [&[0x5d][..], &dictionary.to_le_bytes(), &size.to_le_bytes(), &[first, 1]].concat()
        };
        for (dictionary, size, first, want) in [
            (8 << 20, u64::MAX, 0, true),
            (12 << 20, 100, 0, true),
            (1 << 31, 0, 0, true),
            (8 << 20, 300 << 30, 0, false),
            (8 << 20, 100, 1, false),
            (10 << 20, 100, 0, false),
            (0, 100, 0, false),
            (2048, 100, 0, false),
        ] {
            assert_eq!(is_lzma(&head(dictionary, size, first)), want, "{dictionary} {size} {first}");
        }
        assert!(!is_lzma(b"]") && !is_lzma(&head(8 << 20, u64::MAX, 0)[..13]));
    }
}
