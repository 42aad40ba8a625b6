//! What is left of a value when the pieces that speak against it are cut out.
//!
//! A value drawn at random holds `%d`, `::` or `todo` by accident now and then; a format string, an expression of code and a
//! template hold them because they are such, and the rest of them is words, or nothing. So the rest decides.

use super::letters;
use std::ops::Range;

/// Bytes of a value that are looked at.
const LONGEST: usize = 256;

/// Bits from which on a remainder is taken for drawn at random, and characters that it takes to say so.
const BITS: i32 = 8;
const CHARACTERS: usize = 6;

/// A value with pieces cut out.
#[derive(Debug)]
pub struct Remainder {
    text: [u8; LONGEST],
    length: usize,
    cuts: usize,
}

impl Remainder {
    /// Of a value, of which nothing is cut out yet. What stands behind its first 256 bytes is left out.
    pub fn of(value: &[u8]) -> Self {
        let length = value.len().min(LONGEST);
        let mut text = [b' '; LONGEST];
        text[..length].copy_from_slice(&value[..length]);
        Self { text, length, cuts: 0 }
    }

    /// Of a value without the pieces that start where `piece` tells a length.
    pub fn without(value: &[u8], piece: impl Fn(&[u8]) -> usize) -> Self {
        let mut rest = Self::of(value);
        let mut at = 0;
        while at < value.len() {
            let length = piece(&value[at..]);
            if length > 0 {
                rest.cut(at..at + length);
            }
            at += length.max(1);
        }
        rest
    }

    /// Cuts out a range of the value.
    pub fn cut(&mut self, range: Range<usize>) {
        self.cuts += 1;
        let end = range.end.min(self.length);
        if let Some(piece) = self.text.get_mut(range.start.min(end)..end) {
            piece.fill(b' ');
        }
    }

    /// Whether nothing was cut out.
    pub fn is_whole(&self) -> bool {
        self.cuts == 0
    }

    /// What is left, with blanks for what was cut out.
    pub fn text(&self) -> &[u8] {
        &self.text[..self.length]
    }

    /// How many letters and digits are left.
    pub fn characters(&self) -> usize {
        self.text().iter().filter(|b| b.is_ascii_alphanumeric()).count()
    }

    /// Whether what is left was plainly drawn at random, so that the pieces stand in it by accident.
    pub fn is_drawn(&self) -> bool {
        self.characters() >= CHARACTERS && letters::randomness(self.text()) >= BITS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_decides() {
        let random = ["k9Xq", "%d", "2LmT8wZr"].concat();
        let mut rest = Remainder::of(random.as_bytes());
        assert!(rest.is_whole());
        rest.cut(4..6);
        assert!(!rest.is_whole() && rest.is_drawn() && rest.text() == ["k9Xq", "  ", "2LmT8wZr"].concat().as_bytes());
        let mut rest = Remainder::of(b"user-%d-of-%d");
        rest.cut(5..7);
        rest.cut(11..13);
        assert!(!rest.is_drawn());
        rest.cut(0..4000);
        assert_eq!(rest.characters(), 0);
    }
}
