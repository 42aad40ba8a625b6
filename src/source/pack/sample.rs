//! Packs put together by hand, for tests of what git never writes.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use super::entry::PACK_HEADER;
use super::midx::Parts;

/// An entry to be written.
pub(super) enum Sample<'s> {
    /// A blob.
    Blob(&'s [u8]),
    /// Instructions, and how many entries back their base is.
    Ofs(usize, &'s [u8]),
    /// Instructions, and the name of their base.
    Ref([u8; 20], &'s [u8]),
}

/// The name of the object with this number.
pub(super) fn name(number: u32) -> [u8; 20] {
    let mut name = [7; 20];
    name[..4].copy_from_slice(&number.to_be_bytes());
    name
}

/// Instructions that copy the whole base and append a byte.
pub(super) fn append(base_len: usize, byte: u8) -> Vec<u8> {
    assert!(base_len < 0x10000 && base_len > 0, "two bytes");
    let mut delta = Vec::new();
    for mut value in [base_len, base_len + 1] {
        while value > 0x7f {
            delta.push(value as u8 | 0x80);
            value >>= 7;
        }
        delta.push(value as u8);
    }
    delta.extend([0xb0, base_len as u8, (base_len >> 8) as u8, 1, byte]);
    delta
}

/// Writes a pack and its index into an `objects` folder. Entries have the names of their numbers, counted from `first`.
pub(super) fn write(objects: &Path, label: &str, first: u32, entries: &[Sample<'_>]) {
    let mut pack = b"PACK\0\0\0\x02".to_vec();
    pack.extend((entries.len() as u32).to_be_bytes());
    assert_eq!(pack.len(), PACK_HEADER);
    let mut starts = Vec::new();
    let mut index = Parts::default();
    for (at, entry) in entries.iter().enumerate() {
        let start = pack.len();
        starts.push(start);
        index.push(&name(first + at as u32), start as u64);
        let (kind, data) = match entry {
            Sample::Blob(data) => (3u8, data),
            Sample::Ofs(_, data) => (6, data),
            Sample::Ref(_, data) => (7, data),
        };
        header(kind, data.len(), &mut pack);
        match entry {
            Sample::Blob(_) => {}
            Sample::Ofs(back, _) => distance(start - starts[at - back], &mut pack),
            Sample::Ref(base, _) => pack.extend(base),
        }
        let mut encoder = flate2::write::ZlibEncoder::new(&mut pack, flate2::Compression::fast());
        encoder.write_all(data).expect("memory");
        encoder.finish().expect("memory");
    }
    pack.extend([3; 20]);
    let folder = objects.join("pack");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join(format!("pack-{label}.pack")), pack).expect("a file");
    fs::write(folder.join(format!("pack-{label}.idx")), index.file(&[3; 20])).expect("a file");
}

fn header(kind: u8, size: usize, pack: &mut Vec<u8>) {
    let mut rest = size >> 4;
    let more = |rest: usize| if rest > 0 { 0x80 } else { 0 };
    pack.push(kind << 4 | (size & 15) as u8 | more(rest));
    while rest > 0 {
        let byte = (rest & 0x7f) as u8;
        rest >>= 7;
        pack.push(byte | more(rest));
    }
}

fn distance(mut value: usize, pack: &mut Vec<u8>) {
    let mut bytes = vec![(value & 0x7f) as u8];
    value >>= 7;
    while value > 0 {
        value -= 1;
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    pack.extend(bytes.iter().rev());
}
