//! A pack's header and the header of each entry in it (gitformat-pack).

use super::{Kind, be32};

/// Bytes of a pack before its first entry.
pub const PACK_HEADER: usize = 12;

/// How an entry's data make its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form<'p> {
    /// They are the content.
    Whole(Kind),
    /// They say how it differs from the entry that starts at this offset of the same pack, which is a lower one.
    OfsDelta(usize),
    /// They say how it differs from the object of this name.
    RefDelta(&'p [u8]),
}

/// An entry's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'p> {
    /// What its data are.
    pub form: Form<'p>,
    /// Bytes of its inflated data: the content, or the delta instructions. As the file claims.
    pub size: u64,
    /// Where its zlib stream starts.
    pub data: usize,
}

/// How many entries a pack claims to hold.
///
/// # Errors
/// It is no pack, or of an unknown version.
pub fn pack_count(pack: &[u8]) -> Result<u32, &'static str> {
    if pack.get(..4) != Some(b"PACK") {
        return Err("not a pack");
    }
    match (be32(pack, 4), be32(pack, 8)) {
        (Some(2 | 3), Some(count)) => Ok(count),
        (Some(_), Some(_)) => Err("a pack of an unknown version"),
        _ => Err("the pack is cut off"),
    }
}

impl<'p> Entry<'p> {
    /// Reads the header at `offset`. `pack` ends where its checksum begins; `hash` is the length of names.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(pack: &'p [u8], offset: usize, hash: usize) -> Result<Self, &'static str> {
        const CUT: &str = "an entry is cut off";
        let mut at = offset;
        let mut next = || {
            let byte = *pack.get(at).ok_or(CUT)?;
            at += 1;
            Ok::<_, &'static str>(byte)
        };
        let first = next()?;
        let (mut byte, mut size, mut shift) = (first, u64::from(first & 15), 4);
        while byte & 0x80 != 0 {
            byte = next()?;
            let bits = u64::from(byte & 0x7f);
            if shift > 63 || (bits << shift) >> shift != bits {
                return Err("an entry's size is out of range");
            }
            size |= bits << shift;
            shift += 7;
        }
        let form = match first >> 4 & 7 {
            1 => Form::Whole(Kind::Commit),
            2 => Form::Whole(Kind::Tree),
            3 => Form::Whole(Kind::Blob),
            4 => Form::Whole(Kind::Tag),
            6 => {
                let mut byte = next()?;
                let mut distance = usize::from(byte & 0x7f);
                while byte & 0x80 != 0 {
                    byte = next()?;
                    let more = distance.checked_add(1).and_then(|d| d.checked_mul(128)).ok_or("a base is out of range")?;
                    distance = more | usize::from(byte & 0x7f);
                }
                let base = offset.checked_sub(distance).filter(|&base| base >= PACK_HEADER && base < offset);
                Form::OfsDelta(base.ok_or("a base is out of range")?)
            }
            7 => {
                let name = pack.get(at..at + hash).ok_or(CUT)?;
                at += hash;
                Form::RefDelta(name)
            }
            _ => return Err("an entry of an unknown type"),
        };
        Ok(Self { form, size, data: at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_as_git_writes_them() {
        let mut pack = vec![0; 400];
        pack[300..302].copy_from_slice(&[0xb5, 0x0a]); // a blob of 5 | 10 << 4 bytes
        let whole = Entry { form: Form::Whole(Kind::Blob), size: 165, data: 302 };
        assert_eq!(Entry::parse(&pack, 300, 20), Ok(whole));
        pack[300..303].copy_from_slice(&[0x65, 0x80, 0x10]); // a distance of (0 + 1) << 7 | 16
        assert_eq!(Entry::parse(&pack, 300, 20), Ok(Entry { form: Form::OfsDelta(156), size: 5, data: 303 }));
        pack[300] = 0x71;
        assert_eq!(Entry::parse(&pack, 300, 32).map(|e| (e.size, e.data)), Ok((1, 333)));
    }

    #[test]
    fn what_is_out_of_range() {
        let mut pack = vec![0xff; 64];
        for at in 0..70 {
            assert!(Entry::parse(&pack, at, 20).is_err(), "{at}");
        }
        pack[20..22].copy_from_slice(&[0x60, 0]);
        assert!(Entry::parse(&pack, 20, 20).is_err(), "its own base");
        pack[21] = 9;
        assert!(Entry::parse(&pack, 20, 20).is_err(), "a base in the pack's header");
        for (header, count) in [(b"PACK\0\0\0\x02\0\0\0\x07", Some(7)), (b"PACK\0\0\0\x04\0\0\0\x07", None)] {
            assert_eq!(pack_count(header).ok(), count);
        }
        assert!(pack_count(b"PACK\0\0\0\x02").is_err());
    }
}
