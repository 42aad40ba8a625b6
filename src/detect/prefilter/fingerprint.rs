//! The bitmap of four-byte pieces and the search through it.

use crate::rules::frequency::PIECE;

/// Bits of the piece hash: a 32 KiB bitmap, of which source text touches a small part.
const HASH_BITS: u32 = 18;
/// Folds ASCII letters to lower case; what else it folds together, the confirmation tells apart.
const FOLD: u32 = 0x2020_2020;
const FOLD64: u64 = (FOLD as u64) << 32 | FOLD as u64;
/// Hashes to a slot of the piece table.
const SLOT_BITS: u32 = 12;

/// One four-byte piece of a keyword.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Piece {
    /// The piece itself, folded.
    word: u32,
    /// Which keyword.
    pub(super) keyword: u16,
    /// Where in the keyword the piece starts.
    pub(super) offset: u8,
}

/// The pieces of all keywords.
#[derive(Debug)]
pub(super) struct Fingerprint {
    bitmap: Box<[u32; 1 << (HASH_BITS - 5)]>,
    /// By slot, then by word.
    pieces: Vec<Piece>,
    /// `slots[s]..slots[s + 1]` are the pieces of slot `s`.
    slots: Box<[u16; (1 << SLOT_BITS) + 1]>,
    /// Keywords of three bytes, which a content may end in.
    short: Vec<(u32, u16)>,
}

fn hash(folded: u32) -> u32 {
    folded.wrapping_mul(0x9E37_79B1) >> (32 - HASH_BITS)
}

fn slot(folded: u32) -> usize {
    (folded.wrapping_mul(0x85EB_CA6B) >> (32 - SLOT_BITS)) as usize
}

fn word(bytes: &[u8]) -> u32 {
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) | FOLD
}

impl Fingerprint {
    /// For keywords of three bytes at least, each with the offset of its rarest piece and known by its number.
    pub(super) fn new<'k>(keywords: impl Iterator<Item = (&'k [u8], u8)>) -> Self {
        let (mut pieces, mut short) = (Vec::new(), Vec::new());
        for (keyword, (text, offset)) in keywords.enumerate() {
            let keyword = keyword as u16;
            if text.len() >= PIECE {
                pieces.push(Piece { word: word(&text[usize::from(offset)..]), keyword, offset });
            } else {
                // A short keyword and any byte behind it, as the fold leaves bytes.
                let start = word(&[text[0], text[1], text[2], 0]) & 0x00ff_ffff;
                let last = (0..=u8::MAX).filter(|byte| byte & 0x20 != 0);
                pieces.extend(last.map(|byte| Piece { word: start | u32::from(byte) << 24, keyword, offset: 0 }));
                short.push((start, keyword));
            }
        }
        pieces.sort_unstable_by_key(|piece| (slot(piece.word), *piece));
        let mut bitmap = Box::new([0; 1 << (HASH_BITS - 5)]);
        let mut slots = Box::new([0; (1 << SLOT_BITS) + 1]);
        for piece in &pieces {
            let hash = hash(piece.word);
            bitmap[(hash >> 5) as usize] |= 1 << (hash & 31);
            slots[slot(piece.word) + 1] += 1;
        }
        for at in 1..slots.len() {
            slots[at] += slots[at - 1];
        }
        Self { bitmap, pieces, slots, short }
    }

    /// Calls `found` with each place that holds a piece and that piece. The keyword around it is not compared yet.
    pub(super) fn for_each(&self, content: &[u8], mut found: impl FnMut(usize, Piece)) {
        let mut at = 0;
        // Four places a step: one load, one fold, one branch.
        for chunk in content.windows(8).step_by(4) {
            let bytes = [chunk[0], chunk[1], chunk[2], chunk[3], chunk[4], chunk[5], chunk[6], chunk[7]];
            let folded = u64::from_le_bytes(bytes) | FOLD64;
            let words = [folded as u32, (folded >> 8) as u32, (folded >> 16) as u32, (folded >> 24) as u32];
            let bits = words.map(|word| self.bit(word));
            if (bits[0] | bits[1] | bits[2] | bits[3]) & 1 == 1 {
                for (step, word) in words.into_iter().enumerate().filter(|(step, _)| bits[*step] & 1 == 1) {
                    self.confirm(word, |piece| found(at + step, piece));
                }
            }
            at += 4;
        }
        for (step, window) in content[at..].windows(PIECE).enumerate() {
            let folded = word(window);
            if self.bit(folded) & 1 == 1 {
                self.confirm(folded, |piece| found(at + step, piece));
            }
        }
        if let Some([a, b, c]) = content.last_chunk::<3>() {
            let end = word(&[*a, *b, *c, 0]) & 0x00ff_ffff;
            let at = content.len() - 3;
            for &(_, keyword) in self.short.iter().filter(|(start, _)| *start == end) {
                found(at, Piece { word: end, keyword, offset: 0 });
            }
        }
    }

    /// The piece's bit in the bitmap, lowest; the bits above it mean nothing.
    #[inline(always)]
    fn bit(&self, folded: u32) -> u32 {
        let hash = hash(folded);
        self.bitmap[(hash >> 5) as usize] >> (hash & 31)
    }

    #[inline(never)]
    fn confirm(&self, folded: u32, mut found: impl FnMut(Piece)) {
        let slot = slot(folded);
        let near = usize::from(self.slots[slot])..usize::from(self.slots[slot + 1]);
        self.pieces[near].iter().filter(|piece| piece.word == folded).for_each(|piece| found(*piece));
    }
}
