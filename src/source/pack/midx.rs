//! The multi-pack index, read only for packs that have no index of their own (gitformat-pack, "multi-pack-index").
//!
//! It lists an object that is in several packs only once, so it can stand in for a pack's own index only where that pack
//! shares nothing with another. The pack's count of objects tells, and a pack that is listed in part is refused.

use std::path::Path;

use super::packfile::load;
use super::{ObjectFormat, be32, be64};
use crate::types::input::Content;

/// A multi-pack index.
#[derive(Debug)]
pub struct MultiIndex {
    data: Content,
    hash: usize,
    count: usize,
    /// Where the tables start: pack names, object names, offsets, large offsets.
    tables: [(usize, usize); 4],
}

/// Opens one.
///
/// # Errors
/// Why a pack without an index is left without one.
pub fn load_multi(path: &Path, format: ObjectFormat) -> Result<MultiIndex, String> {
    let data = load(path).map_err(|_| "a pack without an index".to_owned())?;
    MultiIndex::new(data, format).map_err(str::to_owned)
}

impl MultiIndex {
    /// Checks header and tables.
    ///
    /// # Errors
    /// What is wrong.
    pub fn new(data: Content, format: ObjectFormat) -> Result<Self, &'static str> {
        const CUT: &str = "the multi-pack-index is cut off";
        let hash = format.name_len();
        let version = if format == ObjectFormat::Sha1 { 1 } else { 2 };
        if data.get(..6) != Some(&[b'M', b'I', b'D', b'X', 1, version]) {
            return Err("the multi-pack-index is of an unknown version");
        }
        let chunks = usize::from(*data.get(6).ok_or(CUT)?);
        let mut tables = [(0, 0); 4];
        for chunk in 0..chunks {
            let at = 12 + chunk * 12;
            let place = |at| be64(&data, at).and_then(|place| usize::try_from(place).ok()).ok_or(CUT);
            let (from, to) = (place(at + 4)?, place(at + 16)?);
            if from > to || to > data.len() {
                return Err(CUT);
            }
            let names: [&[u8]; 4] = [b"PNAM", b"OIDL", b"OOFF", b"LOFF"];
            if let Some(table) = names.iter().position(|name| data.get(at..at + 4) == Some(name)) {
                tables[table] = (from, to);
            }
        }
        let count = (tables[1].1 - tables[1].0) / hash;
        if (tables[2].1 - tables[2].0) / 8 != count {
            return Err("the multi-pack-index's tables do not agree");
        }
        Ok(Self { data, hash, count, tables })
    }

    /// The index of one pack, put together as version 2; its checksums of entries are zero.
    ///
    /// # Errors
    /// The pack is not listed or can't be read.
    pub fn index_of(&self, pack: &Path) -> Result<Content, String> {
        let none = || "a pack without an index".to_owned();
        let wanted = pack.with_extension("idx");
        let wanted = wanted.file_name().and_then(|name| name.to_str()).ok_or_else(none)?;
        let mut names = self.data[self.tables[0].0..self.tables[0].1].split(|&b| b == 0);
        let id = names.position(|name| name == wanted.as_bytes()).ok_or_else(none)? as u32;
        let mut index = Parts::default();
        for at in 0..self.count {
            let place = self.tables[2].0 + at * 8;
            if be32(&self.data, place) == Some(id) {
                let offset = self.offset(place + 4).ok_or("the multi-pack-index is broken")?;
                let name = self.tables[1].0 + at * self.hash;
                index.push(&self.data[name..name + self.hash], offset);
            }
        }
        let pack = load(pack).map_err(|e| e.to_string())?;
        let checksum = pack.len().checked_sub(self.hash).map(|at| &pack[at..]).ok_or("the pack is cut off")?;
        Ok(Content::Owned(index.file(checksum)))
    }

    fn offset(&self, at: usize) -> Option<u64> {
        let short = be32(&self.data, at)?;
        let (from, to) = self.tables[3];
        if short & 0x8000_0000 == 0 || from == to {
            return Some(u64::from(short));
        }
        let place = from.checked_add((short & 0x7fff_ffff) as usize * 8)?;
        if place + 8 > to { None } else { be64(&self.data, place) }
    }
}

/// The tables of an index of version 2.
#[derive(Default)]
pub(super) struct Parts {
    names: Vec<u8>,
    firsts: Vec<u8>,
    offsets: Vec<u8>,
    large: Vec<u8>,
}

impl Parts {
    pub(super) fn push(&mut self, name: &[u8], offset: u64) {
        self.names.extend(name);
        self.firsts.push(name[0]);
        let short = match u32::try_from(offset) {
            Ok(short) if short & 0x8000_0000 == 0 => short,
            _ => {
                self.large.extend(offset.to_be_bytes());
                0x8000_0000 | (self.large.len() / 8 - 1) as u32
            }
        };
        self.offsets.extend(short.to_be_bytes());
    }

    pub(super) fn file(&self, checksum: &[u8]) -> Vec<u8> {
        let mut counts = [0u32; 256];
        self.firsts.iter().for_each(|&first| counts[usize::from(first)] += 1);
        let mut file = b"\xfftOc\0\0\0\x02".to_vec();
        let mut sum = 0u32;
        for count in counts {
            sum += count;
            file.extend(sum.to_be_bytes());
        }
        file.extend(&self.names);
        file.resize(file.len() + self.firsts.len() * 4, 0);
        file.extend(&self.offsets);
        file.extend(&self.large);
        file.extend(checksum);
        file.resize(file.len() + checksum.len(), 0);
        file
    }
}
