//! The one pass over a text that finds where decoding starts: long runs of base64 digits, and signs of characters that are written
//! in another way.
//!
//! It goes over every text, so it comes in two forms that find the same: two searches, one after the other, by the fastest ways
//! any processor has, and, on processors with vectors, one that looks at 64 bytes at once (`vector.rs`). A run of 24 digits holds
//! two words of eight bytes in a row, wherever it starts, so a bit for each word tells where to look closer.

use super::digits;
use super::signs::{self, ENTITY};

/// Shortest run of base64 digits that is told.
pub const SHORTEST: usize = 24;
/// Bytes looked at together.
pub(in crate::detect) const BLOCK: usize = 64;
/// Bytes of a word: of a run that is told, two lie within it one behind the other.
const WORD: usize = 8;
const _: () = assert!(SHORTEST == 3 * WORD);

/// What is told of a text.
pub trait Eye {
    /// A run of [`SHORTEST`] digits at least starts here. The next is looked for behind it, or where this says, which lies further
    /// on.
    fn run(&mut self, start: usize) -> Option<usize>;

    /// A sign stands here: what may start a character that is written in another way.
    fn sign(&mut self, at: usize);
}

/// What a block holds, the first byte in the lowest bit.
#[derive(Clone, Copy, Debug)]
pub(in crate::detect) struct Block {
    /// Which bytes are digits.
    pub(in crate::detect) digits: u64,
    /// Which words are digits only.
    pub(in crate::detect) words: u8,
    /// Which bytes are signs. The last may be half of one; at either end may be a zero that does not stand alone.
    pub(in crate::detect) signs: u64,
}

/// Tells every run, in order, and every sign; those of one byte in order.
pub fn over(content: &[u8], eye: &mut impl Eye) {
    #[cfg(target_arch = "x86_64")]
    if crate::detect::vector::sweep(content, eye) {
        return;
    }
    portable(content, eye);
}

/// As [`over`], on any processor.
pub fn portable(content: &[u8], eye: &mut impl Eye) {
    digits::runs(content, &mut |start| eye.run(start));
    signs::for_each(content, &mut |at| eye.sign(at));
}

/// Blocks that are looked at before any run is told.
const GROUP: usize = 16;

/// As [`over`], with a way to look at a block. Most of them hold nothing to tell; those that may hold the start of a run are a
/// fourth, by no pattern, so they are gathered without a branch.
#[inline(always)]
pub(in crate::detect) fn by_blocks(content: &[u8], look: impl Fn(&[u8; BLOCK]) -> Block, eye: &mut impl Eye) {
    let mut teller = Teller { content, from: 0, eye };
    // The digits of the blocks, with the one before them, and whether its last two words are of digits only: a run's first ones
    // may end behind them.
    let (mut digits, mut last) = ([0; GROUP + 1], 0);
    let mut with_run = [0; GROUP];
    for (group, bytes) in content.chunks(GROUP * BLOCK).enumerate() {
        let (start, mut count) = (group * GROUP * BLOCK, 0);
        for (number, bytes) in bytes.chunks(BLOCK).enumerate() {
            let block = match bytes.first_chunk() {
                Some(block) => look(block),
                None => look(&padded(bytes)),
            };
            let words = u32::from(block.words) << 2 | last;
            (digits[number + 1], last) = (block.digits, words >> (BLOCK / WORD));
            with_run[count] = number;
            count += usize::from(words & words >> 1 != 0);
            if block.signs != 0 {
                teller.signs(start + number * BLOCK, block.signs);
            }
        }
        for &number in &with_run[..count] {
            teller.runs(start + number * BLOCK, digits[number], digits[number + 1]);
        }
        digits[0] = digits[GROUP];
    }
}

/// Tells what blocks hold.
struct Teller<'c, 'e, E> {
    content: &'c [u8],
    /// Where the next run may start.
    from: usize,
    eye: &'e mut E,
}

impl<E: Eye> Teller<'_, '_, E> {
    #[inline(never)]
    fn signs(&mut self, at: usize, mut signs: u64) {
        while signs != 0 {
            let place = at + signs.trailing_zeros() as usize;
            let is_sign = match self.content[place] {
                0 => signs::is_alone(self.content, place),
                byte => byte != ENTITY[0] || self.content[place..].starts_with(&ENTITY),
            };
            if is_sign {
                self.eye.sign(place);
            }
            signs &= signs - 1;
        }
    }

    /// Tells the runs whose first [`SHORTEST`] digits end in the block at `at`, by its digits and those of the block before.
    #[inline(never)]
    fn runs(&mut self, at: usize, before: u64, digits: u64) {
        let before = if self.from + BLOCK > at { before & behind(self.from + BLOCK - at) } else { before };
        let mut digits = if self.from > at { digits & behind(self.from - at) } else { digits };
        let mut carried = before.leading_ones() as usize;
        if (1..SHORTEST).contains(&carried)
            && carried + digits.trailing_ones() as usize >= SHORTEST
            && let Some(next) = self.eye.run(at - carried)
        {
            self.from = next;
            (digits, carried) = (digits & behind(next - at), 0);
        }
        // Those that start in this block.
        let mut firsts = firsts_of(digits, carried > 0);
        while firsts != 0 {
            match self.eye.run(at + firsts.trailing_zeros() as usize) {
                Some(next) => {
                    self.from = next;
                    digits &= behind(next - at);
                    firsts = firsts_of(digits, false);
                }
                None => firsts &= firsts - 1,
            }
        }
    }
}

/// The bits from one on.
fn behind(bit: usize) -> u64 {
    u64::MAX.checked_shl(bit as u32).unwrap_or_default()
}

/// Where runs of [`SHORTEST`] ones start that lie within the word; one at its start may go on from before.
#[inline(always)]
fn firsts_of(ones: u64, goes_on: bool) -> u64 {
    let two = ones & ones >> 1;
    let four = two & two >> 2;
    let eight = four & four >> 4;
    let sixteen = eight & eight >> 8;
    let starts = sixteen & eight >> 16;
    starts & !(starts << 1 | u64::from(goes_on))
}

/// The end of a content, with blanks behind it.
fn padded(rest: &[u8]) -> [u8; BLOCK] {
    let mut block = [b' '; BLOCK];
    block[..rest.len()].copy_from_slice(rest);
    block
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What is told, in order of place; a search goes on `skip` bytes behind each run if there is a skip.
    #[derive(Default, PartialEq, Debug)]
    struct Told<'c> {
        content: &'c [u8],
        runs: Vec<usize>,
        signs: Vec<usize>,
        skip: Option<usize>,
    }

    impl Eye for Told<'_> {
        fn run(&mut self, start: usize) -> Option<usize> {
            self.runs.push(start);
            self.skip.map(|skip| digits::end(self.content, start, usize::MAX) + skip)
        }

        fn sign(&mut self, at: usize) {
            self.signs.push(at);
        }
    }

    type Way = fn(&[u8], &mut Told<'_>);

    /// What each way tells.
    fn ways(content: &[u8], skip: Option<usize>) -> [Told<'_>; 2] {
        let ways: [Way; 2] = [|content, told| over(content, told), |content, told| portable(content, told)];
        ways.map(|way| {
            let mut told = Told { content, skip, ..Told::default() };
            way(content, &mut told);
            told.signs.sort_unstable();
            told
        })
    }

    /// The same, byte by byte.
    fn plainly(content: &[u8], skip: Option<usize>) -> Told<'_> {
        let (mut at, mut told) = (0, Told { content, skip, ..Told::default() });
        while at < content.len() {
            let digits = content[at..].iter().take_while(|&&byte| digits::is_digit(byte)).count();
            at = if digits < SHORTEST { at + digits + 1 } else { told.run(at).unwrap_or(at + digits) };
        }
        let is_sign = |&at: &usize| {
            let byte = &content[at];
            let is_lead = signs::LEADS.contains(byte) || signs::ALIKE.contains(byte);
            let is_sign = signs::SIGNS.contains(byte) && (*byte != 0 || signs::is_alone(content, at));
            is_sign || is_lead || content[at..].starts_with(&ENTITY)
        };
        told.signs = (0..content.len()).filter(is_sign).collect();
        told
    }

    /// Of places and the like, as many as are tried where each takes a second.
    const EACH: usize = if cfg!(miri) { 23 } else { 1 };

    #[test]
    fn every_byte_is_told_for_what_it_is() {
        for byte in (0..=u8::MAX).step_by(EACH) {
            for place in (0..150).step_by(EACH) {
                let mut content = [b'a'; 150];
                content[place] = byte;
                let want = plainly(&content, None);
                assert_eq!(ways(&content, None), [plainly(&content, None), want], "{byte} at {place}");
            }
        }
    }

    #[test]
    fn the_shortest_run_is_told_wherever_it_starts() {
        for (len, start) in (SHORTEST - 1..=SHORTEST + 1).flat_map(|len| (0..140).step_by(EACH).map(move |start| (len, start))) {
            let content = [vec![b' '; start], vec![b'a'; len], vec![b'.'; 9]].concat();
            let want = if len < SHORTEST { vec![] } else { vec![start] };
            assert!(ways(&content, None).iter().all(|told| told.runs == want), "{len} at {start}");
        }
    }

    proptest! {
        #[test]
        fn all_ways_tell_the_same(
            parts in prop::collection::vec(
                prop_oneof!["[a-zA-Z0-9+/_-]{0,200}", "[ .=\\\\%&#\\x00\\x1b\u{e9}\u{ad}\u{200b}\u{ff41}\n]{1,3}", "[a-z]{20,26}", "&#"],
                0..16,
            ),
            skip in prop::option::of(1usize..100),
        ) {
            let content = parts.concat().into_bytes();
            prop_assert_eq!(ways(&content, skip), [plainly(&content, skip), plainly(&content, skip)]);
        }
    }
}
