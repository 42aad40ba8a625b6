//! Archives and compressed files, opened in memory: the zip family, tar, gzip, zstd, xz, lzma, bzip2 and what is nested in
//! them, container images among it, whose layers are tar files inside one.
//!
//! What is an archive is told by content, never by name: by the first bytes, of a zip archive behind other bytes by the last ones. Names inside are labels and never become paths on disk: nothing is
//! unpacked to anywhere, but that a large zip archive inside another is laid down in a file without a name (`spool`). Every
//! member is shown, those that a later layer of an image deletes, too. Bombs are held by [`Limits`]; each one that is met is
//! said, as then something was not scanned.

mod behind;
mod beside;
mod compressed;
mod image;
mod spool;
mod streams;
mod tarred;
mod texts;
mod unread;
mod zipped;

use std::cell::Cell;
use std::io::{self, Cursor, Read, Seek, SeekFrom};

use self::beside::Before;
use super::reader::WHOLE;

pub use behind::{TAIL, may_end_in_zip};
pub use unread::unread;

/// How far archives are opened.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Archives within one another.
    pub depth: usize,
    /// Members of one file, those of nested archives included.
    pub entries: u64,
    /// Bytes that one file may unpack to.
    pub total: u64,
    /// How many times its own size a file may unpack to, beyond the first `FREE` bytes.
    pub ratio: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 8, entries: 1_000_000, total: 64 << 30, ratio: 200 }
    }
}

/// Bytes that may be unpacked before the ratio counts.
const FREE: u64 = 64 << 20;

/// What is told of an archive. `names` are those of the members on the way from the outermost archive.
pub trait Open {
    /// Whether a member is to be scanned.
    fn wants(&self, names: &[Vec<u8>]) -> bool;

    /// A member that fits in memory; how it was read.
    fn whole(&mut self, names: &[Vec<u8>], content: &[u8]) -> Reading;

    /// A large member: its first bytes, and where the others come from.
    ///
    /// # Errors
    /// What reading the rest says.
    fn large(&mut self, names: &[Vec<u8>], head: Vec<u8>, rest: &mut dyn Read) -> io::Result<()>;

    /// A member that is not wanted.
    fn excluded(&mut self);

    /// Something in it could not be scanned.
    fn notice(&mut self, names: &[Vec<u8>], why: String);
}

/// How a content was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// As text.
    Text,
    /// As a binary, in which nothing was looked for: an archive may stand behind it.
    Binary,
}

/// A kind of archive or compression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Zip,
    Tar,
    Gzip,
    Zstd,
    Xz,
    Lzma,
    Bzip2,
}

impl Kind {
    /// By the first bytes.
    fn of(head: &[u8]) -> Option<Self> {
        match head {
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some(Self::Zip),
            [0x1f, 0x8b, 8, ..] => Some(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Self::Zstd),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Self::Xz),
            [b'B', b'Z', b'h', b'1'..=b'9', b'1', b'A', b'Y', b'&', b'S', b'Y', ..] => Some(Self::Bzip2),
            // One of nothing.
            [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, 0x45, 0x38, 0x50, 0x90, ..] => Some(Self::Bzip2),
            _ if head.get(257..262) == Some(b"ustar") || is_old_tar(head) => Some(Self::Tar),
            _ if compressed::is_lzma(head) => Some(Self::Lzma),
            _ => None,
        }
    }
}

/// Whether a content starts as a tar file of before POSIX, which has no magic: with the header of a file, that says its own sum.
fn is_old_tar(head: &[u8]) -> bool {
    const SUM: std::ops::Range<usize> = 148..156;
    let Some(header) = head.first_chunk::<512>().filter(|header| header[0] != 0) else { return false };
    let digits = header[SUM].iter().copied().skip_while(|&b| b == b' ').take_while(|b| (b'0'..=b'7').contains(b));
    let (count, said) = digits.fold((0, 0u32), |(count, sum), digit| (count + 1, sum << 3 | u32::from(digit - b'0')));
    if count == 0 {
        return false;
    }
    let sum = |bytes: &[u8]| bytes.iter().map(|&b| u32::from(b)).sum::<u32>();
    said == sum(&header[..SUM.start]) + 8 * u32::from(b' ') + sum(&header[SUM.end..])
}

/// Whether a content is an archive, by its first bytes.
pub fn is_one(head: &[u8]) -> bool {
    Kind::of(head).is_some()
}

/// Opens an archive of `size` bytes; `outer` is its name.
pub fn open<R: Read + Seek>(content: R, size: u64, outer: &[u8], limits: &Limits, to: &mut dyn Open) {
    with(size, outer, limits, to, |archive| archive.open(content));
}

/// Opens the zip archive behind other bytes, if there is one; otherwise as [`open`].
pub fn open_behind<R: Read + Seek>(mut content: R, size: u64, outer: &[u8], limits: &Limits, to: &mut dyn Open) {
    with(size, outer, limits, to, |archive| {
        let done = archive.zip_behind(&mut content);
        archive.conclude(done);
    });
}

fn with(size: u64, outer: &[u8], limits: &Limits, to: &mut dyn Open, open: impl FnOnce(&mut Archive<'_>)) {
    let allowed = limits.total.min(FREE.saturating_add(size.saturating_mul(limits.ratio)));
    let budget = Budget { bytes: Cell::new(allowed), is_ratio: allowed < limits.total, entries: Cell::new(limits.entries) };
    let mut archive = Archive { limits, budget: &budget, to, names: Vec::new(), outer, image: image::Layers::default() };
    open(&mut archive);
}

/// What may still be unpacked.
struct Budget {
    bytes: Cell<u64>,
    is_ratio: bool,
    entries: Cell<u64>,
}

impl Budget {
    fn spent(&self, limits: &Limits) -> Option<String> {
        if self.entries.get() == 0 {
            return Some(format!("more than {} members: the rest is not scanned", limits.entries));
        }
        (self.bytes.get() == 0).then(|| match self.is_ratio {
            true => format!("unpacks to more than {} times its size: the rest is not scanned", limits.ratio),
            false => format!("unpacks to more than {} bytes: the rest is not scanned", limits.total),
        })
    }
}

/// Counts what a decoder gives against the budget; at its end there is nothing more to read.
struct Metered<'b, R> {
    from: R,
    budget: &'b Budget,
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let left = self.budget.bytes.get();
        if left == 0 {
            return Err(io::Error::other(LIMIT));
        }
        let most = into.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let read = self.from.read(&mut into[..most])?;
        self.budget.bytes.set(left - read as u64);
        Ok(read)
    }
}

const LIMIT: &str = "a limit of unpacking is met";

/// One archive that is being opened, and all in it.
struct Archive<'a> {
    limits: &'a Limits,
    budget: &'a Budget,
    to: &'a mut dyn Open,
    names: Vec<Vec<u8>>,
    outer: &'a [u8],
    image: image::Layers,
}

impl Archive<'_> {
    /// Opens the outermost archive, which can be gone back in.
    fn open<R: Read + Seek>(&mut self, mut content: R) {
        let mut head = [0; 512];
        let done = peek(&mut content, &mut head).and_then(|read| {
            content.seek(SeekFrom::Start(0))?;
            match Kind::of(&head[..read]) {
                Some(Kind::Zip) => self.zip(&mut content, Before::Own),
                Some(Kind::Tar) => {
                    self.image = image::Layers::of(&mut content).unwrap_or_default();
                    content.seek(SeekFrom::Start(0))?;
                    self.tar(&mut content)
                }
                Some(kind) => self.compressed(kind, &mut content),
                None => Ok(()),
            }
        });
        self.conclude(done);
    }

    /// Says what ended an archive early.
    fn conclude(&mut self, done: io::Result<()>) {
        if let Err(error) = done {
            let why = self.budget.spent(self.limits).unwrap_or_else(|| format!("not all of the archive is readable: {error}"));
            let place = if self.budget.spent(self.limits).is_some() { &[][..] } else { &self.names };
            self.to.notice(place, why);
        }
    }

    /// A member, or what was compressed: an archive itself, or to be scanned.
    fn member(&mut self, name: Vec<u8>, content: &mut dyn Read) -> io::Result<()> {
        self.names.push(name);
        let done = self.content(content);
        self.names.pop();
        done
    }

    /// Counts a member; an error when there are too many.
    fn count(&self) -> io::Result<()> {
        let left = self.budget.entries.get().saturating_sub(1);
        self.budget.entries.set(left);
        if left == 0 { Err(io::Error::other(LIMIT)) } else { Ok(()) }
    }

    fn content(&mut self, content: &mut dyn Read) -> io::Result<()> {
        let mut head = Vec::new();
        content.take(WHOLE).read_to_end(&mut head)?;
        let Some(kind) = Kind::of(&head) else { return self.leaf(head, content) };
        if self.names.len() >= self.limits.depth {
            let why = format!("archives more than {} deep: not opened", self.limits.depth);
            self.to.notice(&self.names, why);
            return Ok(());
        }
        // What is wrong with one member says nothing of the next.
        let done = match kind {
            Kind::Zip => self.nested_zip(head, content),
            Kind::Tar => self.tar(&mut Cursor::new(head).chain(content)),
            kind => self.compressed(kind, &mut Cursor::new(head).chain(content)),
        };
        if self.budget.spent(self.limits).is_some() {
            return done;
        }
        self.conclude(done);
        Ok(())
    }

    /// Opens a zip archive in another archive, whose list of members stands at its end: it is read to there first.
    fn nested_zip(&mut self, mut head: Vec<u8>, content: &mut dyn Read) -> io::Result<()> {
        content.take(spool::IN_MEMORY - WHOLE).read_to_end(&mut head)?;
        if (head.len() as u64) < spool::IN_MEMORY {
            return self.zip(&mut Cursor::new(head), Before::Own);
        }
        match spool::laid_down(head, content)? {
            Some(mut file) => self.zip(&mut file, Before::Own),
            None => {
                let why = format!("a zip archive of more than {} bytes in another: not opened", spool::MOST);
                self.to.notice(&self.names, why);
                Ok(())
            }
        }
    }

    fn leaf(&mut self, head: Vec<u8>, rest: &mut dyn Read) -> io::Result<()> {
        if !self.to.wants(&self.names) {
            self.to.excluded();
            return Ok(());
        }
        if (head.len() as u64) < WHOLE {
            let form = self.to.whole(&self.names, &head);
            if form == Reading::Binary && self.names.len() < self.limits.depth && may_end_in_zip(&head) {
                let done = self.zip_behind(&mut Cursor::new(head));
                if self.budget.spent(self.limits).is_some() {
                    return done;
                }
                self.conclude(done);
            }
            return Ok(());
        }
        self.to.large(&self.names, head, rest)
    }
}

/// Reads until a buffer is full or nothing is left; how many bytes.
fn peek(from: &mut dyn Read, into: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < into.len() {
        match from.read(&mut into[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
