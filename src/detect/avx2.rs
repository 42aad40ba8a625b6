//! What goes over every byte, on processors that have AVX2: the prefilter's pass and the search for runs of base64 digits.
//! `benches/record/2026-11-24-dir.md` says what either gains.

use std::arch::x86_64::{
    __m128i, __m256i, _mm_and_si128, _mm_andnot_si128, _mm_cvtsi128_si64, _mm_extract_epi64, _mm_mullo_epi16, _mm_or_si128,
    _mm_set_epi64x, _mm_set1_epi16, _mm_srli_epi16, _mm256_and_si256, _mm256_broadcastsi128_si256, _mm256_castsi256_ps,
    _mm256_cmpeq_epi8, _mm256_cvtepu16_epi32, _mm256_movemask_epi8, _mm256_movemask_ps, _mm256_set_epi32, _mm256_set_epi64x,
    _mm256_set1_epi8, _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_sllv_epi32, _mm256_srli_epi16,
};

use super::decode::digits::end;
use super::prefilter::{Bitmap, FOLD, HASH, LOOK, Places, STEP, spread};
use crate::types::span::Span;

/// Bytes looked at together in the search for digits.
const BLOCK: usize = 64;

/// As [`next_run`](super::decode::digits::next_run); `None` where the processor can't.
#[inline]
#[allow(unsafe_code, reason = "the call needs a processor that was asked first")]
pub(super) fn next_run(content: &[u8], from: usize, shortest: usize) -> Option<Option<Span>> {
    // SAFETY: the function is safe but for its instructions, and the processor was asked for them. It loads no memory but
    // through slices.
    is_x86_feature_detected!("avx2").then(|| unsafe { search(content, from, shortest) })
}

/// As the portable way of the prefilter; `None` where the processor can't.
#[inline]
#[allow(unsafe_code, reason = "the call needs a processor that was asked first")]
pub(super) fn chunks(bitmap: &Bitmap, block: &[u8], places: &mut Places) -> Option<(usize, usize)> {
    // SAFETY: as above.
    is_x86_feature_detected!("avx2").then(|| unsafe { pass(bitmap, block, places) })
}

#[target_feature(enable = "avx2")]
fn pass(bitmap: &Bitmap, block: &[u8], places: &mut Places) -> (usize, usize) {
    let (mut count, mut at) = (0, 0);
    while let Some(chunk) = block.get(at..).and_then(|rest| rest.first_chunk()) {
        count += spread(passed(bitmap, chunk), at, &mut places[count..]);
        at += STEP;
    }
    (count, at)
}

/// A bit for each place of a chunk that passes the bitmap. The words are fetched one by one, which is no slower than having
/// the processor gather them; the bit of each is moved to its top, where all are read at once.
#[target_feature(enable = "avx2")]
fn passed(bitmap: &Bitmap, chunk: &[u8; LOOK]) -> u8 {
    let half = |at: usize| chunk[at..].first_chunk().map_or(0, |bytes| i64::from_le_bytes(*bytes));
    let pairs = _mm_set_epi64x(half(8), half(0));
    let rests = _mm_set_epi64x(half(10), half(2));
    let hashed = _mm_mullo_epi16(_mm_or_si128(pairs, _mm_set1_epi16(FOLD as i16)), _mm_set1_epi16(HASH.cast_signed()));
    let low = _mm_set1_epi16(31);
    let indices = lanes(_mm_or_si128(_mm_andnot_si128(low, hashed), _mm_and_si128(rests, low)));
    let word = |place: usize| bitmap[usize::from(indices[place])].cast_signed();
    let words = _mm256_set_epi32(word(7), word(6), word(5), word(4), word(3), word(2), word(1), word(0));
    // By 31 less the bit's number, which is all its low bits turned over.
    let shifts = _mm_andnot_si128(_mm_srli_epi16::<8>(rests), low);
    let tops = _mm256_sllv_epi32(words, _mm256_cvtepu16_epi32(shifts));
    _mm256_movemask_ps(_mm256_castsi256_ps(tops)) as u8
}

#[target_feature(enable = "avx2")]
fn lanes(vector: __m128i) -> [u16; 8] {
    let low = _mm_cvtsi128_si64(vector).cast_unsigned();
    let high = _mm_extract_epi64::<1>(vector).cast_unsigned();
    std::array::from_fn(|lane| (if lane < 4 { low >> (16 * lane) } else { high >> (16 * (lane - 4)) }) as u16)
}

#[target_feature(enable = "avx2")]
fn search(content: &[u8], from: usize, shortest: usize) -> Option<Span> {
    // How many digits the block before ends in.
    let (mut at, mut carried) = (from, 0);
    while at < content.len() {
        let digits = match content[at..].first_chunk() {
            Some(block) => mask(block),
            None => {
                let mut block = [0; BLOCK];
                block[..content.len() - at].copy_from_slice(&content[at..]);
                mask(&block)
            }
        };
        let leading = digits.trailing_ones() as usize;
        let start = if carried + leading >= shortest {
            Some(at - carried)
        } else {
            let starts = starts(digits, shortest);
            (starts != 0).then(|| at + starts.trailing_zeros() as usize)
        };
        if let Some(start) = start {
            return Some(Span::new(start, end(content, start + shortest, usize::MAX)));
        }
        carried = digits.leading_ones() as usize;
        at += BLOCK;
    }
    None
}

/// Where a run of so many (16 to 32) ones starts that lies within the word.
fn starts(ones: u64, shortest: usize) -> u64 {
    let two = ones & ones >> 1;
    let four = two & two >> 2;
    let eight = four & four >> 4;
    let sixteen = eight & eight >> 8;
    sixteen & sixteen >> (shortest - 16)
}

/// Which bytes of a block are digits, the first one in the lowest bit.
#[target_feature(enable = "avx2")]
fn mask(block: &[u8; BLOCK]) -> u64 {
    let (words, _) = block.as_chunks::<8>();
    let word = |at: usize| i64::from_le_bytes(words[at]);
    let low = is_digit(_mm256_set_epi64x(word(3), word(2), word(1), word(0)));
    let high = is_digit(_mm256_set_epi64x(word(7), word(6), word(5), word(4)));
    u64::from(high) << 32 | u64::from(low)
}

/// A bit for each of 32 bytes. A byte is a digit when its halves have a class in common: the upper half says which classes
/// its row of the ASCII table is in, the lower one which classes have a digit in its column.
#[target_feature(enable = "avx2")]
fn is_digit(bytes: __m256i) -> u32 {
    let table = |rows: [u8; 16]| {
        let (halves, _) = rows.as_chunks::<8>();
        _mm256_broadcastsi128_si256(_mm_set_epi64x(i64::from_le_bytes(halves[1]), i64::from_le_bytes(halves[0])))
    };
    let upper = _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), _mm256_set1_epi8(0x0f));
    let rows = _mm256_shuffle_epi8(table(ROWS), upper);
    // A byte over 0x7f gives zero here.
    let columns = _mm256_shuffle_epi8(table(COLUMNS), bytes);
    let foreign = _mm256_cmpeq_epi8(_mm256_and_si256(rows, columns), _mm256_setzero_si256());
    !_mm256_movemask_epi8(foreign).cast_unsigned()
}

/// The classes of each row of the ASCII table: the signs `+ - /`, numbers, the first letters, the last letters, `_`.
const ROWS: [u8; 16] = [0, 0, 1, 2, 4, 8 | 16, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0];
/// The classes that have a digit in each column.
const COLUMNS: [u8; 16] = {
    let mut columns = [0; 16];
    let mut at = 0;
    while at < columns.len() {
        columns[at] = (matches!(at, 0xb | 0xd | 0xf) as u8)
            | ((at <= 9) as u8) << 1
            | ((at >= 1) as u8) << 2
            | ((at <= 0xa) as u8) << 3
            | ((at == 0xf) as u8) << 4;
        at += 1;
    }
    columns
};
