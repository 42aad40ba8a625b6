//! The bitmap of four-byte pieces and the search through it.
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
const FOLD: u32 = 0x2020_2020;
/// Binary logarithm of the slots of the piece table; a slot takes the pieces of several words.
const SLOT_BITS: u32 = 14;
/// Bytes whose places are gathered before any is confirmed.
const BLOCK: usize = 1024;
/// Bytes a step goes on, half as many places looked at.
const STEP: usize = 16;
/// Bytes a step looks at: its last place is two bytes before its end.
const LOOK: usize = STEP + 2;

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
    /// The first of its pieces.
    pub(super) start: u16,
    /// How many they are.
    pub(super) count: u16,
}

impl Slot {
    pub(super) const EMPTY: Self = Self { before: 0, start: 0, count: 0 };
}

/// The bitmap's word for the halves of a piece: a hash of two bytes chooses 32 words that lie side by side, the third
/// byte one of them. Text has few pairs of letters, so what it touches of the bitmap stays near.
#[inline(always)]
fn index_of(pair: u16, rest: u16) -> u16 {
    (pair | FOLD as u16).wrapping_mul(0x79B1) & !31 | rest & 31
}

fn index(folded: u32) -> usize {
    usize::from(index_of(folded as u16, (folded >> 16) as u16))
}

fn slot(folded: u32) -> usize {
    index(folded) >> (WORD_BITS - SLOT_BITS)
}

/// The bit in the word for a folded piece: the low five bits of its last byte, which tell letters from each other.
fn bit(folded: u32) -> u32 {
    folded >> 24 & 31
}

fn folded(bytes: &[u8]) -> u32 {
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) | FOLD
}

/// The eight bytes of a content, folded.
fn head(bytes: [u8; 8]) -> u64 {
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

    fn of_slot(&self, slot: Slot) -> &[Piece] {
        let (start, count) = (usize::from(slot.start), usize::from(slot.count));
        match start.checked_sub(self.pieces.len()) {
            None => &self.pieces[start..][..count],
            Some(start) => &self.added[start..][..count],
        }
    }

    /// Calls `found` with each place where the first eight bytes of a keyword stand, and the keyword. The rest of it is
    /// not compared yet, and may reach out of the content.
    pub(super) fn for_each(&self, content: &[u8], mut found: impl FnMut(usize, u16)) {
        let mut places = [0; BLOCK / 2 + STEP / 2];
        for block in (0..content.len()).step_by(BLOCK) {
            let count = self.pass(&content[block..content.len().min(block + BLOCK + LOOK - STEP)], &mut places);
            let count = self.refute(content, block, &mut places[..count]);
            for place in &places[..count] {
                self.confirm(content, block + usize::from(*place), &mut found);
            }
        }
    }

    /// Keeps the places before which a byte stands that may stand there; how many they are. No branch depends on it.
    fn refute(&self, content: &[u8], block: usize, places: &mut [u16]) -> usize {
        let (slots, mut kept) = (&*self.slots, 0);
        for next in 0..places.len() {
            let place = places[next];
            let at = block + usize::from(place);
            let slot = &slots[slot(folded(&window(content, at)))];
            let before = at.checked_sub(1).map_or(0, |before| content[before] & 31);
            places[kept] = place;
            kept += (slot.before >> before & 1) as usize;
        }
        kept
    }

    /// The places of a block that pass the bitmap; how many they are. No branch depends on what passes.
    #[inline(never)]
    fn pass(&self, block: &[u8], places: &mut [u16; BLOCK / 2 + STEP / 2]) -> usize {
        let (bitmap, mut count, mut at) = (&*self.bitmap, 0, 0);
        while let Some(chunk) = block.get(at..).and_then(|rest| rest.first_chunk::<LOOK>()) {
            count += step(bitmap, chunk, at, &mut places[count..]);
            at += STEP;
        }
        // The end of the content, with nothing behind it.
        while at + 2 <= block.len() && at < BLOCK {
            let mut chunk = [0; LOOK];
            let known = &block[at..block.len().min(at + LOOK)];
            chunk[..known.len()].copy_from_slice(known);
            count += step(bitmap, &chunk, at, &mut places[count..]);
            at += STEP;
        }
        count
    }

    fn confirm(&self, content: &[u8], at: usize, found: &mut impl FnMut(usize, u16)) {
        let slot = self.slots[slot(folded(&window(content, at)))];
        for piece in self.of_slot(slot) {
            if let Some(start) = at.checked_sub(usize::from(piece.offset))
                && head(window(content, start)) & piece.mask == piece.head
            {
                found(start, piece.keyword);
            }
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
                    slot.before |= text[..usize::from(offset)].last().map_or(u32::MAX, |byte| 1 << (byte & 31));
                    unsorted.push(entry);
                }
            });
        }
    }
    unsorted
}

/// The places of a chunk that pass the bitmap, from `places` on; how many they are.
#[inline(always)]
fn step(bitmap: &[u32; Fingerprint::WORDS], chunk: &[u8; LOOK], at: usize, places: &mut [u16]) -> usize {
    // Both halves of all eight pieces, in the lanes of two vectors.
    let pairs: [u16; STEP / 2] = std::array::from_fn(|place| u16::from_le_bytes([chunk[place * 2], chunk[place * 2 + 1]]));
    let rests: [u16; STEP / 2] = std::array::from_fn(|place| u16::from_le_bytes([chunk[place * 2 + 2], chunk[place * 2 + 3]]));
    let indices: [u16; STEP / 2] = std::array::from_fn(|place| index_of(pairs[place], rests[place]));
    let bits = rests.map(|rest| rest >> 8);
    let mut passed = 0;
    for place in (0..STEP / 2).rev() {
        passed = passed << 1 | bitmap[usize::from(indices[place])] >> (bits[place] & 31) & 1;
    }
    let (offsets, count) = &SPREAD[passed as usize & 0xff];
    if let Some(places) = places.first_chunk_mut::<{ STEP / 2 }>() {
        *places = offsets.map(|offset| at as u16 + offset);
    }
    usize::from(*count)
}

/// The eight bytes of a content from a place, zeros behind its end.
#[inline(always)]
fn window(content: &[u8], at: usize) -> [u8; 8] {
    content[at..].first_chunk().copied().unwrap_or_else(|| {
        let mut bytes = [0; 8];
        let known = &content[at..];
        bytes[..known.len()].copy_from_slice(known);
        bytes
    })
}

/// For each set of places that passed: their offsets, in order, and how many they are.
static SPREAD: [([u16; STEP / 2], u16); 256] = {
    let mut spread = [([0; STEP / 2], 0); 256];
    let mut set = 0;
    while set < spread.len() {
        let mut place = 0;
        while place < STEP / 2 {
            if set >> place & 1 == 1 {
                let (offsets, count) = &mut spread[set];
                offsets[*count as usize] = place as u16 * 2;
                *count += 1;
            }
            place += 1;
        }
        set += 1;
    }
    spread
};
