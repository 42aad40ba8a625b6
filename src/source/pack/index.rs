//! A pack's index (`.idx`), versions 1 and 2, read in place.
//!
//! Sizes and the fan-out table are checked when it is opened; names are not checked to be sorted: a false order can only
//! make a name unfindable, and whoever reads all objects does not search.

use super::{ObjectFormat, be32, be64};
use crate::types::input::Content;

const MAGIC: &[u8] = b"\xfftOc";
const FANOUT: usize = 256 * 4;

/// The index of one pack. Positions are in the order of names.
#[derive(Debug)]
pub struct Index {
    data: Content,
    fanout: Box<[u32; 256]>,
    hash: usize,
    layout: Layout,
}

#[derive(Clone, Copy, Debug)]
enum Layout {
    /// Offset and name side by side.
    V1,
    /// Names, checksums, 31-bit offsets, 64-bit offsets; where each table but the first starts.
    V2 { checksums: usize, offsets: usize, large: usize, trailer: usize },
}

impl Index {
    /// Checks the tables' sizes against the file's.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn new(data: Content, format: ObjectFormat) -> Result<Self, &'static str> {
        let hash = format.name_len();
        let v2 = data.get(..4) == Some(MAGIC);
        if v2 && be32(&data, 4) != Some(2) {
            return Err("an index of an unknown version");
        }
        let table = if v2 { 8 } else { 0 };
        let fanout = fanout(&data, table)?;
        let count = fanout[255] as usize;
        let size = data.len();
        let body = size.checked_sub(table + FANOUT + 2 * hash).ok_or("the index is cut off")?;
        let layout = if v2 {
            let fixed = count.checked_mul(hash + 8).ok_or("the index is cut off")?;
            let large = body.checked_sub(fixed).ok_or("the index is cut off")?;
            if large % 8 != 0 || large / 8 > count {
                return Err("the index has the wrong size");
            }
            let checksums = table + FANOUT + count * hash;
            let offsets = checksums + count * 4;
            Layout::V2 { checksums, offsets, large: offsets + count * 4, trailer: size - 2 * hash }
        } else {
            if count.checked_mul(hash + 4) != Some(body) {
                return Err("the index has the wrong size");
            }
            Layout::V1
        };
        Ok(Self { data, fanout, hash, layout })
    }

    /// How many objects it lists.
    pub fn len(&self) -> usize {
        self.fanout[255] as usize
    }

    /// Whether it lists none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The name at a position.
    ///
    /// # Panics
    /// When `at` is not below [`len`](Self::len).
    pub fn oid(&self, at: usize) -> &[u8] {
        assert!(at < self.len(), "a position in the index");
        let start = match self.layout {
            Layout::V1 => FANOUT + at * (4 + self.hash) + 4,
            Layout::V2 { .. } => 8 + FANOUT + at * self.hash,
        };
        &self.data[start..start + self.hash]
    }

    /// Where in the pack the object at a position starts; `None` when the index refers outside itself. The offset is as
    /// the file has it: the pack may be shorter.
    pub fn offset(&self, at: usize) -> Option<u64> {
        if at >= self.len() {
            return None;
        }
        match self.layout {
            Layout::V1 => be32(&self.data, FANOUT + at * (4 + self.hash)).map(u64::from),
            Layout::V2 { offsets, large, trailer, .. } => {
                let short = be32(&self.data, offsets + at * 4)?;
                if short & 0x8000_0000 == 0 {
                    return Some(u64::from(short));
                }
                let place = large + (short & 0x7fff_ffff) as usize * 8;
                if place + 8 > trailer {
                    return None;
                }
                be64(&self.data, place)
            }
        }
    }

    /// The CRC-32 of an object's stored bytes, header included; `None` in version 1.
    pub fn crc(&self, at: usize) -> Option<u32> {
        match self.layout {
            Layout::V2 { checksums, .. } if at < self.len() => be32(&self.data, checksums + at * 4),
            _ => None,
        }
    }

    /// The position of a name. Names are hashes, so one stands about where its bytes put it between two others.
    pub fn find(&self, oid: &[u8]) -> Option<usize> {
        let first = usize::from(*oid.first()?);
        if oid.len() != self.hash {
            return None;
        }
        let mut low = if first == 0 { 0 } else { self.fanout[first - 1] as usize };
        let mut high = self.fanout[first] as usize;
        while low < high {
            let middle = low.midpoint(high);
            match self.oid(middle).cmp(oid) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(middle),
            }
        }
        None
    }

    /// The checksum of the pack that it was made for.
    pub fn pack_checksum(&self) -> &[u8] {
        let end = self.data.len() - self.hash;
        &self.data[end - self.hash..end]
    }
}

/// The table of how many names start with at most each byte. Copied, for a mapped one may change after the check.
fn fanout(data: &[u8], at: usize) -> Result<Box<[u32; 256]>, &'static str> {
    let table = data.get(at..at + FANOUT).ok_or("the index is cut off")?;
    let mut fanout = Box::new([0; 256]);
    let mut before = 0;
    for (slot, at) in fanout.iter_mut().zip((0..FANOUT).step_by(4)) {
        *slot = be32(table, at).filter(|&count| count >= before).ok_or("the index's fan-out table is not in order")?;
        before = *slot;
    }
    Ok(fanout)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(firsts: &[u8]) -> Vec<u8> {
        (0..=255u8).flat_map(|byte| (firsts.iter().filter(|&&f| f <= byte).count() as u32).to_be_bytes()).collect()
    }

    fn v2(firsts: &[u8], offsets: &[u32], large: &[u64]) -> Vec<u8> {
        let names: Vec<u8> = firsts.iter().flat_map(|&f| [f; 20]).collect();
        let mut file = [MAGIC, &2u32.to_be_bytes(), &table(firsts), &names].concat();
        file.extend(firsts.iter().flat_map(|&f| u32::from(f).to_be_bytes()));
        file.extend(offsets.iter().flat_map(|o| o.to_be_bytes()));
        file.extend(large.iter().flat_map(|o| o.to_be_bytes()));
        file.extend([9; 40]);
        file
    }

    fn open(file: &[u8]) -> Result<Index, &'static str> {
        Index::new(Content::Owned(file.to_vec()), ObjectFormat::Sha1)
    }

    #[test]
    fn version_two_with_long_offsets() {
        let index = open(&v2(&[0, 7, 7, 255], &[12, 0x8000_0000, 99, 0x8000_0001], &[1 << 40])).expect("an index");
        let offsets: Vec<_> = (0..5).map(|at| index.offset(at)).collect();
        assert_eq!(offsets, [Some(12), Some(1 << 40), Some(99), None, None]);
        assert_eq!((index.find(&[0; 20]), index.find(&[255; 20]), index.find(&[8; 20])), (Some(0), Some(3), None));
        assert_eq!((index.oid(1), index.crc(3)), ([7; 20].as_slice(), Some(255)));
        assert_eq!(index.find(&[0; 32]), None);
    }

    #[test]
    fn version_one() {
        let mut file = table(&[3, 5]);
        for first in [3u8, 5] {
            file.extend(u32::from(first).to_be_bytes());
            file.extend([first; 20]);
        }
        file.extend([0; 40]);
        let index = open(&file).expect("an index");
        assert_eq!((index.find(&[5; 20]), index.offset(1), index.crc(1)), (Some(1), Some(5), None));
        file.push(0);
        assert!(open(&file).is_err());
    }

    #[test]
    fn a_cut_or_a_wrong_table_is_an_error_and_none_a_panic() {
        let whole = v2(&[1, 2], &[12, 20], &[]);
        for cut in 0..whole.len() {
            assert!(open(&whole[..cut]).is_err(), "{cut}");
        }
        let mut wrong = whole.clone();
        wrong[8 + 40] = 1;
        assert!(open(&wrong).is_err());
        let mut huge = whole;
        huge[8 + 1020..8 + 1024].fill(0xff);
        assert!(open(&huge).is_err());
    }
}
