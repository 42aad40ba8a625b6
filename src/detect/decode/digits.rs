//! Base64 digits: what they stand for, and where long runs of them are.
//!
//! The search for runs is for any processor: it looks at words of eight bytes, as far apart as a run can have none of them inside
//! it.

use super::sweep::SHORTEST;
use crate::types::span::Span;

/// Values of base64 digits of either alphabet; [`NONE`] for other bytes.
const VALUES: [u8; 256] = values();
const NONE: u8 = 0xff;
/// Bytes looked at together.
const WORD: usize = 8;

const fn values() -> [u8; 256] {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut values = [NONE; 256];
    let mut at = 0;
    while at < DIGITS.len() {
        values[DIGITS[at] as usize] = at as u8;
        at += 1;
    }
    values[b'-' as usize] = 62;
    values[b'_' as usize] = 63;
    values
}

/// What a digit of either base64 alphabet stands for, 0 to 63; 255 for other bytes.
#[inline(always)]
pub(super) const fn value(byte: u8) -> u8 {
    VALUES[byte as usize]
}

/// Whether the byte is a digit of either base64 alphabet.
pub(in crate::detect) const fn is_digit(byte: u8) -> bool {
    value(byte) != NONE
}

/// Shows where each run of [`SHORTEST`] digits at least starts, in order. The next is looked for behind it, or
/// where `visit` says, which lies further on. A run holds a whole word among those that stand so far apart, wherever it starts.
pub(super) fn runs(content: &[u8], visit: &mut impl FnMut(usize) -> Option<usize>) {
    const STEP: usize = SHORTEST - WORD + 1;
    let (mut from, mut at) = (0, 0);
    while at + WORD <= content.len() {
        if foreign(word_at(content, at)) == 0 {
            let before = content[from..at].iter().rev().take_while(|&&byte| is_digit(byte)).count();
            let run = Span::new(at - before, end(content, at + WORD, usize::MAX));
            if run.len() >= SHORTEST {
                from = visit(run.start).unwrap_or(run.end);
                at = from;
                continue;
            }
        }
        at += STEP;
    }
}

/// Where the digits from `start` on end, at most `limit` of them.
pub(in crate::detect) fn end(content: &[u8], start: usize, limit: usize) -> usize {
    let last = content.len().min(start.saturating_add(limit));
    let mut end = start;
    while end < last {
        let foreign = foreign(word_at(content, end));
        if foreign != 0 {
            return last.min(end + foreign.trailing_zeros() as usize / 8);
        }
        end += WORD;
    }
    last
}

/// The word at `at`, from the end of the content on zeros.
fn word_at(content: &[u8], at: usize) -> u64 {
    content.get(at..).and_then(|rest| rest.first_chunk()).map_or_else(
        || {
            let mut bytes = [0; WORD];
            let rest = content.get(at..).unwrap_or_default();
            let known = rest.len().min(WORD);
            bytes[..known].copy_from_slice(&rest[..known]);
            u64::from_le_bytes(bytes)
        },
        |bytes| u64::from_le_bytes(*bytes),
    )
}

/// The high bit of each byte of a word that is no digit of either base64 alphabet.
#[inline(always)]
fn foreign(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = ONES << 7;
    let low = word & !HIGH;
    // Of bytes under 0x80 the sums carry into the high bit and no further.
    let from = |bytes: u64, first: u8| bytes + ONES * (0x80 - u64::from(first));
    let other = |byte: u8| (low ^ (ONES * u64::from(byte))) + ONES * 0x7f;
    let folded = low | (ONES * 0x20);
    let letter = from(folded, b'a') & !from(folded, b'z' + 1);
    let number_or_slash = from(low, b'/') & !from(low, b'9' + 1);
    let sign = !(other(b'+') & other(b'-') & other(b'_'));
    (word | !(letter | number_or_slash | sign)) & HIGH
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn foreign_bytes_are_those_without_a_value() {
        for byte in 0..=u8::MAX {
            for place in 0..WORD {
                let mut bytes = *b"aZ09+/-_";
                bytes[place] = byte;
                let want = if is_digit(byte) { 0 } else { 0x80 << (8 * place) };
                assert_eq!(foreign(u64::from_le_bytes(bytes)), want, "{byte} at {place}");
            }
        }
    }

    proptest! {
        #[test]
        fn ends_of_runs(content in "[a-c+_. \u{e9}]{0,60}", middle in 0usize..40, limit in 0usize..40) {
            let content = content.as_bytes();
            let middle = middle.min(content.len());
            let digits = content[middle..].iter().take(limit).take_while(|&&b| is_digit(b)).count();
            prop_assert_eq!(end(content, middle, limit), middle + digits);
        }
    }
}
