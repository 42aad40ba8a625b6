//! The search for runs of base64 digits on processors that have AVX2; `benches/record/2026-11-24-dir.md` says what it gains.

use std::arch::x86_64::{
    __m256i, _mm_set_epi64x, _mm256_and_si256, _mm256_broadcastsi128_si256, _mm256_cmpeq_epi8, _mm256_movemask_epi8,
    _mm256_set_epi64x, _mm256_set1_epi8, _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_srli_epi16,
};

use super::end;
use crate::types::span::Span;

/// Bytes looked at together.
const BLOCK: usize = 64;

/// As [`next_run`](super::next_run); `None` where the processor can't.
#[inline]
#[allow(unsafe_code, reason = "the call needs a processor that was asked first")]
pub(super) fn next_run(content: &[u8], from: usize, shortest: usize) -> Option<Option<Span>> {
    // SAFETY: the function is safe but for its instructions, and the processor was asked for them. It loads no memory but
    // through slices.
    is_x86_feature_detected!("avx2").then(|| unsafe { search(content, from, shortest) })
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
