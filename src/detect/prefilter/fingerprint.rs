//! The bitmap of four-byte pieces; `pass.rs` searches with it, and the build script makes the tables of the built-in rules.
//!
//! Every keyword gives two pieces, one at an even and one at an odd offset, so that looking at every second place of a
//! content meets one of the two wherever the keyword starts. The three first bytes of a piece choose a word of the
//! bitmap, the last one the bit in it: a piece whose last byte is unknown, as it lies behind the keyword, fills a word.

use std::borrow::Cow;
use std::ops::Deref;

use crate::rules::frequency::PIECE;

/// Binary logarithm of how many pairs of bytes are told apart.
const PAIR_BITS: u32 = 11;
/// Binary logarithm of the words in the bitmap: 256 KiB, of which source text touches a small part.
const WORD_BITS: u32 = PAIR_BITS + 5;
/// Folds ASCII letters to lower case; what else it folds together, the confirmation tells apart.
pub(crate) const FOLD: u32 = 0x2020_2020;
/// Spreads pairs of bytes.
pub(crate) const HASH: u16 = 0x79B1;
/// Binary logarithm of the slots of the piece table; a slot takes the pieces of several words.
const SLOT_BITS: u32 = 15;
/// A word for each index.
pub(crate) type Bitmap = [u32; 1 << WORD_BITS];

/// One four-byte piece of a keyword, with the keyword's first eight bytes to refute it by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    /// The first bytes of the keyword, folded.
    pub(super) head: u64,
    /// Which bytes of `head` are the keyword's.
    pub(super) mask: u64,
    /// Which keyword.
    pub(super) keyword: u16,
    /// Where in the keyword the piece starts.
    pub(super) offset: u8,
}

/// The pieces of all keywords.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fingerprint {
    pub(super) bitmap: Table<u32, { Self::WORDS }>,
    pub(super) slots: Table<Slot, { Self::SLOTS }>,
    /// By slot.
    pub(super) pieces: Cow<'static, [Piece]>,
    /// Behind `pieces`: those of slots that keywords were added to.
    pub(super) added: Vec<Piece>,
}

/// A table that comes with the binary, or one that was made. A made one is never on the stack, which it would fill.
#[derive(Debug)]
pub(super) enum Table<T: 'static, const N: usize> {
    Static(&'static [T; N]),
    Made(Box<[T; N]>),
}

impl<T: Copy, const N: usize> Table<T, N> {
    fn filled(value: T) -> Box<[T; N]> {
        Self::boxed(vec![value; N])
    }

    fn copied(&self) -> Box<[T; N]> {
        Self::boxed(self.to_vec())
    }

    fn boxed(values: Vec<T>) -> Box<[T; N]> {
        let Ok(table) = values.into_boxed_slice().try_into() else { unreachable!("it was made with N values") };
        table
    }
}

impl<T, const N: usize> Deref for Table<T, N> {
    type Target = [T; N];

    fn deref(&self) -> &[T; N] {
        match self {
            Self::Static(table) => table,
            Self::Made(table) => table,
        }
    }
}

impl<T: PartialEq, const N: usize> PartialEq for Table<T, N> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Eq, const N: usize> Eq for Table<T, N> {}

/// The pieces of a few words of the bitmap that lie side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot {
    /// Which bytes may stand before one of the pieces, by their low five bits.
    pub(super) before: u32,
    /// Which bytes may stand behind one of the pieces, by their low five bits.
    pub(super) after: u32,
    /// The first of its pieces.
    pub(super) start: u16,
    /// How many they are.
    pub(super) count: u16,
}

impl Slot {
    pub(super) const EMPTY: Self = Self { before: 0, after: 0, start: 0, count: 0 };
}

/// The bitmap's word for the halves of a piece: a hash of two bytes chooses 32 words that lie side by side, the third
/// byte one of them. Text has few pairs of letters, so what it touches of the bitmap stays near.
#[inline(always)]
pub(super) fn index_of(pair: u16, rest: u16) -> u16 {
    (pair | FOLD as u16).wrapping_mul(HASH) & !31 | rest & 31
}

fn index(folded: u32) -> usize {
    usize::from(index_of(folded as u16, (folded >> 16) as u16))
}

pub(super) fn slot(folded: u32) -> usize {
    index(folded) >> (WORD_BITS - SLOT_BITS)
}

/// The bit in the word for a folded piece: the low five bits of its last byte, which tell letters from each other.
fn bit(folded: u32) -> u32 {
    folded >> 24 & 31
}

pub(super) fn folded(bytes: &[u8]) -> u32 {
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) | FOLD
}

/// The eight bytes of a content, folded.
pub(super) fn head(bytes: [u8; 8]) -> u64 {
    u64::from_le_bytes(bytes) | u64::from(FOLD) << 32 | u64::from(FOLD)
}

/// Calls `each` with the pieces, folded, of a keyword of three bytes at least that start at `offset`, and whether the
/// last byte is unknown.
fn pieces_at(text: &[u8], offset: u8, mut each: impl FnMut(u32, bool)) {
    let known = &text[usize::from(offset)..text.len().min(usize::from(offset) + PIECE)];
    let mut bytes = [0; PIECE];
    bytes[..known.len()].copy_from_slice(known);
    let start = u32::from_le_bytes(bytes) | FOLD;
    match known.len() {
        PIECE => each(start, false),
        3 => each(start, true),
        // Of a keyword of three bytes: its last two and any byte behind them, as the fold leaves bytes.
        _ => {
            let any = (0..=u8::MAX).filter(|byte| byte & 0x20 != 0);
            any.for_each(|byte| each(start & 0x2000_ffff | u32::from(byte) << 16, true));
        }
    }
}

impl Fingerprint {
    /// Words of the bitmap.
    pub(super) const WORDS: usize = 1 << WORD_BITS;
    /// Slots of the piece table.
    pub(super) const SLOTS: usize = 1 << SLOT_BITS;

    /// For keywords of three bytes at least, each with the offsets of its rarest pieces and known by its number.
    pub(super) fn new<'k>(keywords: impl Iterator<Item = (&'k [u8], [u8; 2])>) -> Self {
        let (mut bitmap, mut slots) = (Table::<_, { Self::WORDS }>::filled(0), Table::<_, { Self::SLOTS }>::filled(Slot::EMPTY));
        let unsorted = gather(keywords, 0, &mut bitmap, &mut slots);
        let mut next = 0;
        for slot in slots.iter_mut().filter(|slot| slot.count > 0) {
            slot.start = next;
            next += slot.count;
            slot.count = 0;
        }
        let mut pieces = vec![Piece { head: 0, mask: 0, keyword: 0, offset: 0 }; unsorted.len()];
        for (slot, piece) in unsorted {
            let slot = &mut slots[slot];
            pieces[usize::from(slot.start + slot.count)] = piece;
            slot.count += 1;
        }
        let (bitmap, slots) = (Table::Made(bitmap), Table::Made(slots));
        Self { bitmap, slots, pieces: Cow::Owned(pieces), added: Vec::new() }
    }

    /// These tables and a few keywords more, whose numbers begin at `first`. Only the slots that they touch are made anew.
    pub(super) fn with<'k>(&'static self, keywords: impl Iterator<Item = (&'k [u8], [u8; 2])>, first: u16) -> Self {
        let (mut bitmap, mut slots) = (self.bitmap.copied(), self.slots.copied());
        let mut unsorted = gather(keywords, first, &mut bitmap, &mut slots);
        unsorted.sort_by_key(|(slot, _)| *slot);
        let mut added: Vec<Piece> = Vec::with_capacity(unsorted.len() * 2);
        for of_slot in unsorted.chunk_by(|a, b| a.0 == b.0) {
            let slot = of_slot[0].0;
            slots[slot].start = (self.pieces.len() + added.len()) as u16;
            added.extend(self.of_slot(self.slots[slot]));
            added.extend(of_slot.iter().map(|(_, piece)| piece));
        }
        let pieces = Cow::Borrowed(&*self.pieces);
        Self { bitmap: Table::Made(bitmap), slots: Table::Made(slots), pieces, added }
    }

    pub(super) fn of_slot(&self, slot: Slot) -> &[Piece] {
        let (start, count) = (usize::from(slot.start), usize::from(slot.count));
        match start.checked_sub(self.pieces.len()) {
            None => &self.pieces[start..][..count],
            Some(start) => &self.added[start..][..count],
        }
    }
}

/// Sets the bits of keywords, counts their pieces in their slots and gives these, in no order; the first keyword's number is
/// `first`.
fn gather<'k>(
    keywords: impl Iterator<Item = (&'k [u8], [u8; 2])>,
    first: u16,
    bitmap: &mut [u32; Fingerprint::WORDS],
    slots: &mut [Slot; Fingerprint::SLOTS],
) -> Vec<(usize, Piece)> {
    let mut unsorted = Vec::with_capacity(keywords.size_hint().0 * 2);
    for (keyword, (text, offsets)) in (first..).zip(keywords) {
        let mut bytes = [0; 8];
        let known = text.len().min(bytes.len());
        bytes[..known].copy_from_slice(&text[..known]);
        let mask = u64::MAX >> (64 - 8 * known);
        let of_keyword = Piece { head: head(bytes) & mask, mask, keyword, offset: 0 };
        for offset in offsets {
            pieces_at(text, offset, |folded, open| {
                bitmap[index(folded)] |= if open { u32::MAX } else { 1 << bit(folded) };
                let entry = (slot(folded), Piece { offset, ..of_keyword });
                // Open pieces of one keyword may share a slot; once is enough there.
                if !(open && unsorted.iter().rev().take(128).any(|other| *other == entry)) {
                    let slot = &mut slots[entry.0];
                    slot.count += 1;
                    let kind = |byte: Option<&u8>| byte.map_or(u32::MAX, |byte| 1 << (byte & 31));
                    slot.before |= kind(text[..usize::from(offset)].last());
                    slot.after |= kind(text.get(usize::from(offset) + PIECE));
                    unsorted.push(entry);
                }
            });
        }
    }
    unsorted
}
