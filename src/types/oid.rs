//! Object names of both hash sizes that git knows.

use std::fmt;

/// The name of a git object: 20 bytes (SHA-1) or 32 bytes (SHA-256).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Oid {
    len: u8,
    bytes: [u8; 32],
}

impl Oid {
    /// From 20 or 32 raw bytes; `None` for any other length.
    pub fn from_bytes(raw: &[u8]) -> Option<Self> {
        if raw.len() != 20 && raw.len() != 32 {
            return None;
        }
        let mut bytes = [0; 32];
        bytes[..raw.len()].copy_from_slice(raw);
        Some(Self { len: raw.len() as u8, bytes })
    }

    /// From 40 or 64 hex digits; `None` for anything else.
    pub fn from_hex(text: &[u8]) -> Option<Self> {
        let mut raw = [0u8; 32];
        if text.len() != 40 && text.len() != 64 {
            return None;
        }
        for (byte, pair) in raw.iter_mut().zip(text.chunks_exact(2)) {
            let digit = |c: u8| (c as char).to_digit(16).map(|d| d as u8);
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Self::from_bytes(&raw[..text.len() / 2])
    }

    /// The raw bytes, 20 or 32.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}

impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Oid({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_goes_both_ways_for_both_sizes() {
        for len in [40, 64] {
            let text: String = "0123456789abcdef".chars().cycle().take(len).collect();
            assert_eq!(Oid::from_hex(text.as_bytes()).map(|o| o.to_string()), Some(text));
        }
        for bad in ["", "12", &"g".repeat(40), &"1".repeat(41)] {
            assert_eq!(Oid::from_hex(bad.as_bytes()), None, "{bad}");
        }
    }
}
