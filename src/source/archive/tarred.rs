//! tar files.

use std::cell::{Cell, RefCell};
use std::io::{self, Cursor, Read, Seek, SeekFrom};

use super::texts::Texts;
use super::{Archive, Metered};

/// Bytes of long names and the like before a member of a tar file, which are kept in memory, and of zeros between.
pub(super) const BETWEEN: u64 = 64 << 20;

/// What a tar file is cut into.
const BLOCK: usize = 512;

impl Archive<'_> {
    /// Opens a tar file, and those behind it: what unpacks one may go on there. What has bytes is a file to some program,
    /// whatever its type says, and links are not followed, but their text is read, as that of headers is.
    pub(super) fn tar(&mut self, content: &mut dyn Read) -> io::Result<()> {
        let mut texts = Texts::default();
        let done = self.members_of_tar(content, &mut texts);
        self.headers(texts.take())?;
        done
    }

    fn members_of_tar(&mut self, content: &mut dyn Read, texts: &mut Texts) -> io::Result<()> {
        let (left, kept) = (Cell::new(BETWEEN), Kept::default());
        let mut archive = tar::Archive::new(Bounded { from: content, left: &left, kept: Some(&kept) });
        archive.set_ignore_zeros(true);
        for entry in archive.entries()? {
            let mut entry = entry?;
            left.set(u64::MAX);
            kept.pause();
            self.count()?;
            headers_of(&entry, &kept, texts);
            if texts.are_many() {
                self.headers(texts.take())?;
            }
            let is_sparse = entry.header().entry_type().is_gnu_sparse();
            let stored = if is_sparse { entry.header().entry_size()? } else { entry.size() };
            let name = self.image.label(&entry.path_bytes());
            if entry.header().entry_type().is_symlink()
                && let Some(target) = entry.link_name_bytes()
            {
                let target = target.into_owned();
                self.member(name.clone(), &mut Cursor::new(target))?;
            }
            if is_sparse && entry.size() > self.budget.bytes.get() {
                // Nothing else may suffer for one that is all holes.
                self.names.push(name);
                let why = format!("a sparse file that unpacks to more than is allowed, {} bytes: not scanned", entry.size());
                self.to.notice(&self.names, why);
                self.names.pop();
            } else if is_sparse {
                // Holes are made here, and cost nothing in the archive.
                self.member(name, &mut Metered { from: &mut entry, budget: self.budget })?;
            } else if entry.size() > 0 {
                self.member(name, &mut entry)?;
            }
            let unread = stored.saturating_sub(u64::MAX - left.get());
            left.set(unread.saturating_add(BETWEEN));
            let padding = stored.wrapping_neg() % BLOCK as u64;
            kept.resume(unread.saturating_add(padding));
        }
        Ok(())
    }
}

/// What the headers of a member say beside what it is called: whose it is, what a hard link is one to, and what pax adds.
fn headers_of<R: Read>(entry: &tar::Entry<'_, R>, kept: &Kept, texts: &mut Texts) {
    let header = entry.header();
    [header.username_bytes(), header.groupname_bytes()].into_iter().flatten().for_each(|name| texts.add(name));
    if header.entry_type().is_hard_link()
        && let Some(target) = entry.link_name_bytes()
    {
        texts.add(&target);
    }
    let kept = kept.bytes.borrow();
    let mut blocks = kept.as_slice();
    while let Some(header) = blocks.first_chunk::<BLOCK>() {
        let header = tar::Header::from_byte_slice(header);
        let kind = header.entry_type();
        // Zeros between archives, and the member's own header, have nothing behind them here.
        let has_some = kind.is_pax_local_extensions() || kind.is_gnu_longname() || kind.is_gnu_longlink();
        let size = header.entry_size().ok().filter(|_| has_some).map_or(0, |size| usize::try_from(size).unwrap_or(usize::MAX));
        let size = size.min(blocks.len() - BLOCK);
        if kind.is_pax_local_extensions() {
            texts.add_pax(&blocks[BLOCK..BLOCK + size]);
        }
        blocks = &blocks[(BLOCK + size.next_multiple_of(BLOCK)).min(blocks.len())..];
    }
}

/// What was read between members.
#[derive(Default)]
pub(super) struct Kept {
    bytes: RefCell<Vec<u8>>,
    /// Bytes that are of the member before.
    before: Cell<u64>,
}

impl Kept {
    /// Nothing is kept while a member is read.
    fn pause(&self) {
        self.before.set(u64::MAX);
    }

    /// What comes behind so many more bytes is kept.
    fn resume(&self, before: u64) {
        self.bytes.borrow_mut().clear();
        self.before.set(before);
    }

    fn read(&self, bytes: &[u8]) {
        let before = self.before.get();
        if before == u64::MAX {
            return;
        }
        let passed = usize::try_from(before).unwrap_or(usize::MAX).min(bytes.len());
        self.before.set(before - passed as u64);
        self.bytes.borrow_mut().extend_from_slice(&bytes[passed..]);
    }
}

/// Gives as many bytes as are left.
pub(super) struct Bounded<'l, R> {
    from: R,
    left: &'l Cell<u64>,
    kept: Option<&'l Kept>,
}

impl<'l, R> Bounded<'l, R> {
    pub(super) fn new(from: R, left: &'l Cell<u64>) -> Self {
        Self { from, left, kept: None }
    }
}

impl<R: Read> Read for Bounded<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let left = self.left.get();
        if left == 0 && !into.is_empty() {
            return Err(io::Error::other(format!("more than {BETWEEN} bytes between its members")));
        }
        let most = into.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let read = self.from.read(&mut into[..most])?;
        self.left.set(left - read as u64);
        if let Some(kept) = self.kept {
            kept.read(&into[..read]);
        }
        Ok(read)
    }
}

impl<R: Seek> Seek for Bounded<'_, R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.from.seek(to)
    }
}
