//! The zip family: zip, jar, war, whl, nupkg, docx, xlsx, vsix, apk.

use std::io::{self, Cursor, Read, Seek, SeekFrom};

use zip::result::{ZipError, ZipResult};
use zip::{CompressionMethod, ZipArchive};

use super::beside::{Before, Listed};
use super::compressed::{lzma, xz};
use super::streams::Streams;
use super::texts::Texts;
use super::{Archive, Kind, Metered, behind};

/// Any content: the code of an archive would be there for each kind of content otherwise.
pub(super) trait ReadSeek: Read + Seek {}

impl<R: Read + Seek> ReadSeek for R {}

impl Archive<'_> {
    /// Opens a zip archive, whose list of members stands at its end.
    pub(super) fn zip(&mut self, content: &mut dyn ReadSeek, before: Before) -> io::Result<()> {
        let content = &mut &mut *content;
        let mut archive = ZipArchive::new(&mut *content).map_err(io::Error::other)?;
        let (mut listed, mut texts) = (Listed::default(), Texts::default());
        for at in 0..archive.len() {
            self.count()?;
            let name = match archive.by_index_raw(at) {
                Ok(member) => {
                    let start = member.header_start();
                    listed.add(start, member.data_start().unwrap_or(start).saturating_add(member.compressed_size()));
                    texts.add(member.comment().as_bytes());
                    texts.add(&member.extra_data().unwrap_or_default());
                    member.name_raw().to_vec()
                }
                Err(_) => Vec::new(),
            };
            let member = match opened(&mut archive, at) {
                Ok(Some(member)) => member,
                Ok(None) => continue,
                Err(error) => {
                    self.unreadable(name, &error);
                    continue;
                }
            };
            let done = self.member(name.clone(), &mut Metered { from: member, budget: self.budget });
            if self.budget.spent(self.limits).is_some() {
                return done;
            }
            if let Err(error) = done {
                self.unreadable(name, &ZipError::Io(error));
            }
        }
        self.headers(texts.take())?;
        if !archive.comment().is_empty() {
            let comment = archive.comment().to_vec();
            self.member(b"(its comment)".to_vec(), &mut Cursor::new(comment))?;
        }
        let start = if before == Before::Own { 0 } else { archive.offset() };
        let end = archive.central_directory_start();
        drop(archive);
        self.beside(content, listed, start, end)?;
        if let Some(end) = behind::end_of(content)? {
            content.seek(SeekFrom::Start(end))?;
            self.count()?;
            self.member(b"(behind its end)".to_vec(), content)?;
        }
        Ok(())
    }

    /// Opens a zip archive behind other bytes, if there is one.
    pub(super) fn zip_behind<R: Read + Seek>(&mut self, content: &mut R) -> io::Result<()> {
        if behind::is_zip(content)? {
            content.rewind()?;
            self.zip(content, Before::Another)?;
        }
        Ok(())
    }

    pub(super) fn unreadable(&mut self, name: Vec<u8>, error: &ZipError) {
        self.names.push(name);
        self.to.notice(&self.names, format!("the member is not readable: {error}"));
        self.names.pop();
    }
}

/// A member's content, checked once it is read to its end; nothing for a folder. zstd, xz and lzma are decoded here:
/// the crate would do it with the C library or with code that is not all safe.
fn opened<R: Read + Seek>(archive: &mut ZipArchive<R>, at: usize) -> ZipResult<Option<Box<dyn Read + '_>>> {
    let entry = archive.by_index_data(at)?;
    let (sum, size, method) = (entry.crc32(), entry.size(), entry.compression());
    // A link's text is read, and what only its name makes a folder.
    if entry.is_dir() && entry.size() == 0 {
        return Ok(None);
    }
    // An encrypted member has the crate say so.
    if entry.encrypted() {
        return Ok(Some(Box::new(archive.by_index(at)?)));
    }
    let decoder: Box<dyn Read + '_> = match method {
        CompressionMethod::ZSTD | CompressionMethod::ZSTD_DEPRECATED => {
            Box::new(Alone(Streams::new(Kind::Zstd, archive.by_index_raw(at)?)))
        }
        CompressionMethod::XZ => Box::new(xz(archive.by_index_raw(at)?, true)),
        CompressionMethod::LZMA => Box::new(lzma(archive.by_index_raw(at)?, size)?),
        _ => return Ok(Some(Box::new(archive.by_index(at)?))),
    };
    Ok(Some(Box::new(Checked { from: decoder, hasher: crc32fast::Hasher::new(), sum })))
}

/// Streams behind which there is nothing.
struct Alone<'c>(Streams<'c>);

impl Read for Alone<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self.0.read(into)? {
            0 if !into.is_empty() && !self.0.is_all() => Err(io::Error::other("there are other bytes behind its end")),
            read => Ok(read),
        }
    }
}

/// Holds what was read to its CRC-32, at its end.
struct Checked<R> {
    from: R,
    hasher: crc32fast::Hasher,
    sum: u32,
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(into)?;
        self.hasher.update(&into[..read]);
        if read == 0 && !into.is_empty() && self.hasher.clone().finalize() != self.sum {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "its checksum is another"));
        }
        Ok(read)
    }
}
