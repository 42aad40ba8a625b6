//! The search through the fingerprint's tables. What goes over every byte comes in two forms that find the same: the
//! portable one here, and those of `vector.rs`.

use super::fingerprint::{Bitmap, Fingerprint, Key, folded, index_of};
use crate::rules::frequency::PIECE;

/// Bytes whose places are gathered before any is confirmed.
const BLOCK: usize = 1024;
/// Bytes a step goes on, half as many places looked at.
const STEP: usize = 16;
/// Bytes a step looks at: its last place is two bytes before its end.
pub(in crate::detect) const LOOK: usize = STEP + 2;
/// Room for every place of a block, and for those of two chunks behind the last.
pub(in crate::detect) type Places = [u16; BLOCK / 2 + STEP];

impl Fingerprint {
    /// Calls `found` with each place where the first eight bytes of a keyword stand, its number and key. The rest of it is
    /// not compared yet, and may reach out of the content.
    pub(super) fn for_each(&self, content: &[u8], mut found: impl FnMut(usize, u16, &Key)) {
        let mut confirm = |block: usize, places: &[u16]| {
            for place in places {
                self.confirm(content, block + usize::from(*place), &mut found);
            }
        };
        #[cfg(target_arch = "x86_64")]
        if crate::detect::vector::sift(self, content, &mut confirm) {
            return;
        }
        self.sift_by(portable, content, &mut confirm);
    }

    /// Calls `visit` with each block and its places that pass the bitmap, with bytes before and behind them that may stand there.
    /// `chunks` is a way to go over the whole chunks of a block.
    #[inline(always)]
    pub(in crate::detect) fn sift_by(
        &self,
        chunks: impl Fn(&Bitmap, &[u8], &mut Places) -> (usize, usize),
        content: &[u8],
        visit: &mut dyn FnMut(usize, &[u16]),
    ) {
        let mut places: Places = [0; _];
        for block in (0..content.len()).step_by(BLOCK) {
            let bytes = &content[block..content.len().min(block + BLOCK + LOOK - STEP)];
            let (mut count, mut at) = chunks(&self.bitmap, bytes, &mut places);
            // The end of the content, with nothing behind it.
            while at + 2 <= bytes.len() && at < BLOCK {
                let mut chunk = [0; LOOK];
                let known = &bytes[at..bytes.len().min(at + LOOK)];
                chunk[..known.len()].copy_from_slice(known);
                count += spread(passed(&self.bitmap, &chunk), at, &mut places[count..]);
                at += STEP;
            }
            let kept = self.refute(content, block, &mut places[..count]);
            visit(block, &places[..kept]);
        }
    }

    /// Keeps the places before and behind which bytes stand that may stand there; how many they are. No branch depends on it.
    #[inline(always)]
    fn refute(&self, content: &[u8], block: usize, places: &mut [u16]) -> usize {
        let mut kept = 0;
        for next in 0..places.len() {
            let place = places[next];
            let at = block + usize::from(place);
            let bytes = window(content, at);
            let neighbours = self.slots.of(self.slot(folded(&bytes)));
            let before = at.checked_sub(1).map_or(0, |before| content[before] & 31);
            places[kept] = place;
            kept += (neighbours.before >> before & neighbours.after >> (bytes[PIECE] & 31) & 1) as usize;
        }
        kept
    }

    fn confirm(&self, content: &[u8], at: usize, found: &mut impl FnMut(usize, u16, &Key)) {
        let slot = self.slot(folded(&window(content, at)));
        for number in self.list(slot) {
            let (keyword, second) = (number / 2, usize::from(number % 2));
            let key = self.key(keyword);
            if let Some(start) = at.checked_add_signed(-isize::from(key.offsets[second]))
                && key.is_at(window(content, start))
            {
                found(start, keyword, key);
            }
        }
    }
}

/// The places of a block's whole chunks that pass the bitmap, on any processor: how many they are, and where the rest starts.
fn portable(bitmap: &Bitmap, block: &[u8], places: &mut Places) -> (usize, usize) {
    pass(block, places, |chunk| passed(bitmap, chunk))
}

/// Goes over the whole chunks of a block, with a way to tell which places of one pass: how many did, and where the rest starts.
#[inline(always)]
pub(in crate::detect) fn pass(block: &[u8], places: &mut Places, passed: impl Fn(&[u8; LOOK]) -> u8) -> (usize, usize) {
    let (mut count, mut at) = (0, 0);
    while let Some(chunk) = block.get(at..).and_then(|rest| rest.first_chunk()) {
        count += spread(passed(chunk), at, &mut places[count..]);
        at += STEP;
    }
    (count, at)
}

/// A bit for each place of a chunk that passes the bitmap.
#[inline(always)]
fn passed(bitmap: &Bitmap, chunk: &[u8; LOOK]) -> u8 {
    // Both halves of all eight pieces, in the lanes of two vectors.
    let pairs: [u16; STEP / 2] = std::array::from_fn(|place| u16::from_le_bytes([chunk[place * 2], chunk[place * 2 + 1]]));
    let rests: [u16; STEP / 2] = std::array::from_fn(|place| u16::from_le_bytes([chunk[place * 2 + 2], chunk[place * 2 + 3]]));
    let indices: [u16; STEP / 2] = std::array::from_fn(|place| index_of(pairs[place], rests[place]));
    let bits = rests.map(|rest| rest >> 8);
    let mut passed = 0;
    for place in (0..STEP / 2).rev() {
        passed = passed << 1 | bitmap[usize::from(indices[place])] >> (bits[place] & 31) & 1;
    }
    passed as u8
}

/// Puts the places of a chunk at `at` that passed into `places`; how many they are. No branch depends on which.
#[inline(always)]
fn spread(passed: u8, at: usize, places: &mut [u16]) -> usize {
    let (offsets, count) = &SPREAD[usize::from(passed)];
    if let Some(places) = places.first_chunk_mut::<{ STEP / 2 }>() {
        *places = offsets.map(|offset| at as u16 + offset);
    }
    usize::from(*count)
}

/// The eight bytes of a content from a place, zeros behind its end.
#[inline(always)]
fn window(content: &[u8], at: usize) -> [u8; 8] {
    let rest = content.get(at..).unwrap_or_default();
    rest.first_chunk().copied().unwrap_or_else(|| {
        let mut bytes = [0; 8];
        let known = rest;
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Words of the bitmap are of a few kinds, so that all of none, some and every place passes.
        #[test]
        fn all_ways_find_the_same(
            seed in any::<u32>(),
            kinds in prop::collection::vec(prop_oneof![Just(0), Just(u32::MAX), any::<u32>()], 1..5),
            block in prop::collection::vec(any::<u8>(), 0..BLOCK + LOOK - STEP),
        ) {
            let word = |index: u32| kinds[(index.wrapping_mul(seed | 1) >> 7) as usize % kinds.len()];
            let bitmap: Box<Bitmap> = (0..1 << 16).map(word).collect::<Vec<u32>>().try_into().expect("as many words");
            let passes = |place: &usize| {
                let [pair, rest] = [0, 2].map(|at| u16::from_le_bytes([block[*place + at], block[*place + at + 1]]));
                bitmap[usize::from(index_of(pair, rest))] >> (rest >> 8 & 31) & 1 == 1
            };
            let mut places: Places = [0; _];
            let mut found = vec![portable(&bitmap, &block, &mut places)];
            let mut all = vec![places[..found[0].0].to_vec()];
            #[cfg(target_arch = "x86_64")]
            for done in crate::detect::vector::passes(&bitmap, &block, &mut places) {
                all.push(done.1);
                found.push(done.0);
            }
            for ((count, at), places) in found.into_iter().zip(all) {
                let want: Vec<u16> = (0..at).step_by(2).filter(passes).map(|place| place as u16).collect();
                prop_assert!(at + LOOK + STEP > block.len());
                prop_assert_eq!(&places[..count], &want[..]);
            }
        }
    }
}
