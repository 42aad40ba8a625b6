//! The bitmap of four-byte pieces; `pass.rs` searches with it, and the build script makes the tables of the built-in rules.
//!
//! Every keyword gives two pieces, one at an even and one at an odd offset, so that looking at every second place of a
//! content meets one of the two wherever the keyword starts. The three first bytes of a piece choose a word of the
//! bitmap, the last one the bit in it: a byte that is unknown, as it lies outside of the keyword, sets the bits of all.
//! For each bit that is set tables say more, found by counting the set bits before it.

use std::borrow::Cow;
use std::collections::HashMap;
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
/// Marks the last number of a list.
const LAST: u16 = 1 << 15;
/// Marks a start that is a list of one number itself, as most are.
const SINGLE: u32 = 1 << 31;
/// A word for each index.
pub(crate) type Bitmap = [u32; 1 << WORD_BITS];

/// What confirms a keyword: its first eight bytes, and where its two pieces start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Key {
    /// The first bytes of the keyword.
    pub(super) head: u64,
    /// Which of their bits count: all, but of a letter the one of its case.
    pub(super) mask: u64,
    /// Where in the keyword its pieces start; -1 where the byte before it is the first of one.
    pub(super) offsets: [i16; 2],
    /// Bytes of the keyword.
    pub(super) len: u16,
    /// The rule it belongs to.
    pub(super) rule: u16,
}

/// A keyword that tables are made for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Anchored<'k> {
    /// Three bytes of it at least, in lower case.
    pub(crate) text: &'k [u8],
    /// The offsets of its rarest pieces.
    pub(crate) anchors: [u8; 2],
    /// The rule it belongs to.
    pub(crate) rule: u16,
}

impl Key {
    /// Bytes of a keyword that are its head.
    pub(super) const HEAD: usize = 8;

    fn new(Anchored { text, anchors, rule }: Anchored<'_>) -> Self {
        let (mut head, mut mask) = ([0; Self::HEAD], [0; Self::HEAD]);
        for (at, &byte) in text.iter().take(Self::HEAD).enumerate() {
            (head[at], mask[at]) = (byte, if byte.is_ascii_alphabetic() { 0xdf } else { 0xff });
        }
        // Of three bytes, two and any others would say less than all three and any before them.
        let offset = |offset: u8| if text.len() < PIECE && offset == 1 { -1 } else { i16::from(offset) };
        let (head, mask) = (u64::from_le_bytes(head), u64::from_le_bytes(mask));
        Self { head, mask, offsets: anchors.map(offset), len: text.len() as u16, rule }
    }

    /// Whether the head stands here, in any case.
    #[inline(always)]
    pub(super) fn is_at(&self, bytes: [u8; Self::HEAD]) -> bool {
        (u64::from_le_bytes(bytes) ^ self.head) & self.mask == 0
    }
}

/// The pieces of all keywords.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fingerprint {
    pub(super) bitmap: Table<u32, { Self::WORDS }>,
    /// For each two words of the bitmap how many bits are set before them.
    pub(super) ranks: Table<u32, { Self::WORDS / 2 }>,
    pub(super) slots: Slots,
    /// Numbers of pieces, a list behind the other: twice the keyword's, and one more for the second piece.
    pub(super) lists: Cow<'static, [u16]>,
    /// Behind `lists`: those of slots that keywords were added to.
    pub(super) added: Vec<u16>,
    /// By keyword.
    pub(super) keys: Cow<'static, [Key]>,
    /// Behind `keys`: those of keywords that were added.
    pub(super) more: Vec<Key>,
}

/// A table that comes with the binary, or one that was made. A made one is never on the stack, which it would fill.
#[derive(Debug)]
pub(super) enum Table<T: 'static, const N: usize> {
    Static(&'static [T; N]),
    Made(Box<[T; N]>),
}

impl<T: Copy, const N: usize> Table<T, N> {
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

/// What is known of each bit that is set. All places that pass are looked up in `kinds` and few in `starts`: apart from each
/// other, the first is small enough to stay near.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Slots {
    /// Which of `neighbours` the pieces of the bit have.
    pub(super) kinds: Cow<'static, [u16]>,
    /// The first of them is [`Neighbours::ANY`].
    pub(super) neighbours: Cow<'static, [Neighbours]>,
    /// Where the list of its pieces starts, or, with [`SINGLE`], the number of the only one.
    pub(super) starts: Cow<'static, [u32]>,
}

/// What may stand around the pieces that a bit of the bitmap stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Neighbours {
    /// Which bytes may stand before one of the pieces, by their low five bits.
    pub(super) before: u32,
    /// Which bytes may stand behind one of the pieces, by their low five bits.
    pub(super) after: u32,
}

impl Slots {
    /// What may stand around the pieces of a slot.
    #[inline(always)]
    pub(super) fn of(&self, slot: usize) -> &Neighbours {
        &self.neighbours[usize::from(self.kinds[slot])]
    }
}

impl Neighbours {
    const ANY: Self = Self { before: u32::MAX, after: u32::MAX };
    const NONE: Self = Self { before: 0, after: 0 };

    fn or(self, other: Self) -> Self {
        Self { before: self.before | other.before, after: self.after | other.after }
    }
}

/// Numbers the kinds of neighbours.
struct Kinds {
    all: Vec<Neighbours>,
    numbers: HashMap<Neighbours, u16>,
}

impl Kinds {
    /// Kinds that are there already, [`Neighbours::ANY`] the first of them.
    fn new(all: &[Neighbours]) -> Self {
        Self { all: all.to_vec(), numbers: all.iter().copied().zip(0..).collect() }
    }

    /// The number of a kind. When there are no more numbers it is that of any neighbours, which refutes nothing.
    fn number(&mut self, kind: Neighbours) -> u16 {
        let next = u16::try_from(self.all.len());
        *self.numbers.entry(kind).or_insert_with(|| next.inspect(|_| self.all.push(kind)).unwrap_or_default())
    }
}

/// The bitmap's word for the halves of a piece: a hash of two bytes chooses 32 words that lie side by side, the third
/// byte one of them. Text has few pairs of letters, so what it touches of the bitmap stays near.
#[inline(always)]
pub(super) fn index_of(pair: u16, rest: u16) -> u16 {
    (pair | FOLD as u16).wrapping_mul(HASH) & !31 | rest & 31
}

/// The bit for a folded piece: in the word the low five bits of its last byte, which tell letters from each other.
#[inline(always)]
fn bit_of(folded: u32) -> u32 {
    u32::from(index_of(folded as u16, (folded >> 16) as u16)) << 5 | folded >> 24 & 31
}

#[inline(always)]
pub(super) fn folded(bytes: &[u8; 8]) -> u32 {
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) | FOLD
}

/// For each two words of a bitmap how many bits are set before them.
pub(super) const fn ranks(bitmap: &Bitmap, ranks: &mut [u32; Fingerprint::WORDS / 2]) {
    let (mut at, mut sum) = (0, 0);
    while at < ranks.len() {
        ranks[at] = sum;
        sum += bitmap[2 * at].count_ones() + bitmap[2 * at + 1].count_ones();
        at += 1;
    }
}

/// A piece at a bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    bit: u32,
    number: u16,
    neighbours: Neighbours,
}

impl Fingerprint {
    /// Words of the bitmap.
    pub(super) const WORDS: usize = 1 << WORD_BITS;

    /// For keywords, each known by its number.
    pub(super) fn new<'k>(keywords: impl Iterator<Item = Anchored<'k>>) -> Self {
        let none = Self {
            bitmap: Table::Made(Table::<_, { Self::WORDS }>::boxed(vec![0; Self::WORDS])),
            ranks: Table::Made(Table::<_, { Self::WORDS / 2 }>::boxed(vec![0; Self::WORDS / 2])),
            slots: Slots { kinds: Cow::Borrowed(&[]), neighbours: Cow::Borrowed(&[Neighbours::ANY]), starts: Cow::Borrowed(&[]) },
            lists: Cow::Borrowed(&[]),
            added: Vec::new(),
            keys: Cow::Borrowed(&[]),
            more: Vec::new(),
        };
        let made = none.and(keywords, Cow::Borrowed(&[]), Cow::Borrowed(&[]));
        Self { lists: Cow::Owned(made.added), added: Vec::new(), keys: Cow::Owned(made.more), more: Vec::new(), ..made }
    }

    /// These tables and a few keywords more, numbered behind those that are there.
    pub(super) fn with<'k>(&'static self, keywords: impl Iterator<Item = Anchored<'k>>) -> Self {
        self.and(keywords, Cow::Borrowed(&self.lists), Cow::Borrowed(&self.keys))
    }

    /// `lists` and `keys` are these tables' own.
    fn and<'k>(
        &self,
        keywords: impl Iterator<Item = Anchored<'k>>,
        lists: Cow<'static, [u16]>,
        keys: Cow<'static, [Key]>,
    ) -> Self {
        let (mut more, mut entries) = (Vec::new(), Vec::with_capacity(keywords.size_hint().0 * 40));
        for (number, keyword) in (keys.len() as u16..).zip(keywords) {
            let (key, text) = (Key::new(keyword), keyword.text);
            (0..).zip(key.offsets).for_each(|(second, offset)| add(text, offset, number * 2 + second, &mut entries));
            more.push(key);
        }
        entries.sort_unstable();
        // Unknown bytes that are folded together set a bit twice.
        entries.dedup();
        let (slots, added) = self.merge(&entries);
        let mut bitmap = Table::<_, { Self::WORDS }>::boxed(self.bitmap.to_vec());
        for entry in &entries {
            bitmap[entry.bit as usize >> 5] |= 1 << (entry.bit & 31);
        }
        let mut counts = Table::<_, { Self::WORDS / 2 }>::boxed(vec![0; Self::WORDS / 2]);
        ranks(&bitmap, &mut counts);
        Self { bitmap: Table::Made(bitmap), ranks: Table::Made(counts), slots, lists, added, keys, more }
    }

    /// The slots with these entries (sorted), and the lists that are new.
    fn merge(&self, entries: &[Entry]) -> (Slots, Vec<u16>) {
        let (of_bits, former) = (entries.chunk_by(|a, b| a.bit == b.bit), &self.slots);
        let room = former.kinds.len() + entries.len();
        let (mut kinds, mut starts) = (Vec::with_capacity(room), Vec::with_capacity(room));
        let mut known = Kinds::new(&former.neighbours);
        let (mut added, mut last) = (Vec::new(), 0);
        let mut taken = 0;
        for of_bit in of_bits {
            let bit = of_bit[0].bit;
            let rank = self.rank(bit);
            kinds.extend_from_slice(&former.kinds[taken..rank]);
            starts.extend_from_slice(&former.starts[taken..rank]);
            let is_set = self.bitmap[bit as usize >> 5] >> (bit & 31) & 1 == 1;
            taken = rank + usize::from(is_set);
            let start = added.len();
            let mut neighbours = Neighbours::NONE;
            if is_set {
                added.extend(self.list(rank));
                neighbours = *former.of(rank);
            }
            added.extend(of_bit.iter().map(|entry| entry.number));
            if let Some(number) = added.last_mut() {
                *number |= LAST;
            }
            kinds.push(known.number(of_bit.iter().fold(neighbours, |all, entry| all.or(entry.neighbours))));
            if let [number] = added[start..] {
                added.truncate(start);
                starts.push(SINGLE | u32::from(number & !LAST));
                continue;
            }
            // Bits of one piece with an unknown byte stand side by side.
            if added[last..start] == added[start..] {
                added.truncate(start);
            } else {
                last = start;
            }
            starts.push((self.lists.len() + last) as u32);
        }
        kinds.extend_from_slice(&former.kinds[taken..]);
        starts.extend_from_slice(&former.starts[taken..]);
        let slots = Slots { kinds: kinds.into(), neighbours: known.all.into(), starts: starts.into() };
        (slots, added)
    }

    /// How many bits are set before one.
    #[inline(always)]
    fn rank(&self, bit: u32) -> usize {
        let two = bit as usize >> 6;
        let words = u64::from(self.bitmap[2 * two + 1]) << 32 | u64::from(self.bitmap[2 * two]);
        self.ranks[two] as usize + (words & ((1 << (bit & 63)) - 1)).count_ones() as usize
    }

    /// The slot of a folded piece whose bit is set.
    #[inline(always)]
    pub(super) fn slot(&self, folded: u32) -> usize {
        self.rank(bit_of(folded))
    }

    /// Numbers of the pieces of a slot.
    #[inline(always)]
    pub(super) fn list(&self, slot: usize) -> impl Iterator<Item = u16> {
        let start = self.slots.starts[slot];
        let (single, list) =
            if start & SINGLE == 0 { (None, self.list_at(start as usize)) } else { (Some(start as u16), &[][..]) };
        let mut more = true;
        let numbers =
            list.iter().map_while(move |&number| std::mem::replace(&mut more, number & LAST == 0).then_some(number & !LAST));
        single.into_iter().chain(numbers)
    }

    /// The list that starts here, with those behind it.
    fn list_at(&self, start: usize) -> &[u16] {
        match start.checked_sub(self.lists.len()) {
            None => &self.lists[start..],
            Some(start) => &self.added[start..],
        }
    }

    /// The key of a keyword.
    #[inline(always)]
    pub(super) fn key(&self, keyword: u16) -> &Key {
        let keyword = usize::from(keyword);
        self.keys.get(keyword).unwrap_or_else(|| &self.more[keyword - self.keys.len()])
    }
}

/// Adds the bits of the piece of a keyword at `offset`.
fn add(text: &[u8], offset: i16, number: u16, entries: &mut Vec<Entry>) {
    let kind = |at: i16| {
        let byte = usize::try_from(at).ok().and_then(|at| text.get(at));
        byte.map_or(u32::MAX, |byte| 1 << (byte & 31))
    };
    let piece: [Option<&u8>; PIECE] = std::array::from_fn(|at| text.get(usize::try_from(offset + at as i16).ok()?));
    let unknown = piece.iter().position(|byte| byte.is_none());
    let known = piece.map(|byte| byte.copied().unwrap_or_default());
    // Of a last byte five bits count.
    let any = match unknown {
        None => 0..=0,
        Some(0) => 0..=u8::MAX,
        Some(_) => 0..=31,
    };
    for byte in any {
        let mut bytes = known;
        if let Some(at) = unknown {
            bytes[at] = byte;
        }
        let bit = bit_of(u32::from_le_bytes(bytes) | FOLD);
        let neighbours = Neighbours { before: kind(offset - 1), after: kind(offset + PIECE as i16) };
        entries.push(Entry { bit, number, neighbours });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_without_a_number_are_those_of_any_neighbours() {
        let kind = |before: u32| Neighbours { before, after: 1 };
        let mut kinds = Kinds::new(&[Neighbours::ANY]);
        for before in 1..=u32::from(u16::MAX) {
            assert_eq!(u32::from(kinds.number(kind(before))), before);
        }
        assert_eq!([kinds.number(kind(1)), kinds.number(kind(0)), kinds.number(kind(0))], [1, 0, 0]);
        assert_eq!(kinds.all.len(), 1 << 16);
    }
}
