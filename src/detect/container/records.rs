//! Stores and keys made of counted records: Java's, Bouncy Castle's, OpenPGP's, Kerberos', Microsoft's and SSH 1's.

use super::Inside;

/// Big-endian fields one behind another.
struct Fields<'c>(&'c [u8]);

impl<'c> Fields<'c> {
    fn bytes(&mut self, count: usize) -> Option<&'c [u8]> {
        let (bytes, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(bytes)
    }

    fn number(&mut self, width: usize) -> Option<usize> {
        self.bytes(width).map(|bytes| bytes.iter().fold(0, |sum, &b| sum << 8 | usize::from(b)))
    }

    /// What a length of so many bytes stands before.
    fn counted(&mut self, width: usize) -> Option<&'c [u8]> {
        let count = self.number(width)?;
        self.bytes(count)
    }
}

/// Sun's JKS and JCEKS, as `sun.security.provider.JavaKeyStore` writes them.
pub(super) fn java_keystore(content: &[u8]) -> Option<Inside> {
    let mut fields = Fields(content.get(4..)?);
    let version = fields.number(4)?;
    let entries = fields.number(4)?;
    for _ in 0..entries {
        let tag = fields.number(4)?;
        fields.counted(2)?;
        fields.bytes(8)?;
        match tag {
            1 | 3 => return Some(Inside::Private),
            2 => {
                if version == 2 {
                    fields.counted(2)?;
                }
                fields.counted(4)?;
            }
            _ => return None,
        }
    }
    Some(Inside::Public)
}

/// BKS names its entries in the open; what reads as none is UBER, which encrypts them all.
pub(super) fn bouncy_castle(content: &[u8]) -> Option<Inside> {
    let mut fields = Fields(content.get(4..)?);
    fields.counted(4)?;
    fields.number(4).filter(|rounds| (1..1 << 24).contains(rounds))?;
    Some(entries(fields).unwrap_or(Inside::Sealed))
}

fn entries(mut fields: Fields<'_>) -> Option<Inside> {
    loop {
        let tag = fields.number(1)?;
        match tag {
            0 => return Some(Inside::Public),
            1..=4 => {}
            _ => return None,
        }
        fields.counted(2)?;
        fields.bytes(8)?;
        for _ in 0..fields.number(4)? {
            fields.counted(2)?;
            fields.counted(4)?;
        }
        if tag > 1 {
            return Some(Inside::Private);
        }
        fields.counted(2)?;
        fields.counted(4)?;
    }
}

/// An OpenPGP secret key (RFC 9580, 5.5.3) that begins a file, with another packet or nothing behind it.
pub(super) fn openpgp(content: &[u8]) -> Option<Inside> {
    let mut fields = Fields(content);
    let body = match fields.number(1)? {
        0x94 => fields.counted(1)?,
        0x95 => fields.counted(2)?,
        0xc5 => match fields.number(1)? {
            short @ 0..192 => fields.bytes(short)?,
            long @ 192..224 => {
                let low = fields.number(1)?;
                fields.bytes(((long - 192) << 8) + low + 192)?
            }
            255 => fields.counted(4)?,
            _ => return None,
        },
        _ => return None,
    };
    if fields.0.first().is_some_and(|tag| tag & 0x80 == 0) {
        return None;
    }
    let mut key = Fields(body);
    let version = key.number(1).filter(|version| (3..=6).contains(version))?;
    key.bytes(if version == 3 { 6 } else { 4 })?;
    let algorithm = key.number(1)?;
    if version > 4 {
        key.counted(4)?;
    } else {
        public_part(algorithm, &mut key)?;
    }
    Some(if key.number(1)? == 0 { Inside::Private } else { Inside::Sealed })
}

/// Steps over the public numbers of a key.
fn public_part(algorithm: usize, key: &mut Fields<'_>) -> Option<()> {
    let numbers = match algorithm {
        1..=3 => 2,
        16 | 20 => 3,
        17 => 4,
        18 | 19 | 22 => {
            key.counted(1)?;
            1
        }
        25..=28 => return key.bytes([32, 56, 32, 57][algorithm - 25]).map(|_| ()),
        _ => return None,
    };
    for _ in 0..numbers {
        let bits = key.number(2)?;
        key.bytes(bits.div_ceil(8))?;
    }
    if algorithm == 18 {
        key.counted(1)?;
    }
    Some(())
}

/// A Kerberos keytab of version 2: the MIT documentation's "keytab file format".
pub(super) fn keytab(content: &[u8]) -> Option<Inside> {
    let mut fields = Fields(content.get(2..)?);
    let mut keys = 0;
    while fields.0.len() >= 4 {
        let size = fields.number(4)? as u32 as i32;
        let mut entry = Fields(fields.bytes(size.unsigned_abs() as usize)?);
        if size <= 0 {
            continue;
        }
        entry.number(2).filter(|parts| (1..=16).contains(parts))?;
        entry.counted(2).filter(|realm| !realm.is_empty() && realm.iter().all(u8::is_ascii_graphic))?;
        keys += 1;
    }
    Some(if keys > 0 { Inside::Private } else { Inside::Public })
}

/// Microsoft's PVK: the number at 12 says whether it is encrypted.
pub(super) fn pvk(content: &[u8]) -> Option<Inside> {
    let encrypted = content.get(12..16)?;
    match encrypted {
        [0, 0, 0, 0] => Some(Inside::Private),
        [1, 0, 0, 0] => Some(Inside::Sealed),
        _ => None,
    }
}

/// A key of SSH protocol 1: the byte behind the head is the cipher, 0 for none.
pub(super) fn ssh1(content: &[u8]) -> Option<Inside> {
    const HEAD: usize = 33;
    Some(if *content.get(HEAD)? == 0 { Inside::Private } else { Inside::Sealed })
}
