//! Runs of base64 and hex digits, over several lines where they are wrapped.
//!
//! Wherever a run of at least [`SHORTEST`] digits starts, it holds one of the eight-byte words that stand sixteen bytes
//! apart, so the pass looks at these alone, and around them only where all eight are digits. A run is decoded only if what its
//! first digits stand for is text, which one random run in three hundred is.

use super::layer::{Cut, Layer};
use super::{hex_byte, hex_digit, is_control};
use crate::types::finding::Via;
use crate::types::span::Span;

/// Shortest run of base64 digits that is decoded without other context.
pub(super) const SHORTEST: usize = 24;
/// The same for hex digits.
const SHORTEST_HEX: usize = 32;
/// Digits in one layer; what is longer comes in parts.
const PART: usize = 64 * 1024;
/// Digits that two parts share, so that a value at the seam is whole in one of them. A multiple of four.
const OVERLAP: usize = 8 * 1024;
/// Digits at the start of a run that must stand for text.
const TASTE: usize = 64;

/// Values of base64 digits of either alphabet; [`NONE`] for other bytes.
const VALUES: [u8; 256] = values();
const NONE: u8 = 0xff;

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

/// Whether the byte is a digit of either base64 alphabet.
pub(super) fn is_digit(byte: u8) -> bool {
    VALUES[usize::from(byte)] != NONE
}

/// Shows every run that decodes to text.
pub(super) fn for_each(content: &[u8], layer: &mut Layer, visit: &mut dyn FnMut(&Layer)) {
    let (mut at, mut done) = (0, 0);
    while at + WORD <= content.len() {
        // Of text, hardly one word in five holds letters and digits alone: four are looked at together.
        let (mut words, looks) = match content.get(at..at + GROUP) {
            Some(group) => {
                let words: [u64; 4] = std::array::from_fn(|word| word_at(group, word * STEP));
                (
                    words
                        .map(foreign)
                        .iter()
                        .enumerate()
                        .fold(0, |set, (word, foreign)| set | usize::from(*foreign == 0) << word),
                    4,
                )
            }
            None => (usize::from(foreign(word_at(content, at)) == 0), 1),
        };
        let group = at;
        at += looks * STEP;
        while words != 0 {
            let here = group + words.trailing_zeros() as usize * STEP;
            words &= words - 1;
            if here < done {
                continue;
            }
            let Some(start) = promising_start(content, here, done) else { continue };
            let run = Span::new(start, digits_end(content, here + WORD, usize::MAX));
            done = if run.len() < SHORTEST { run.end } else { run.end.max(decode(content, run, layer, visit)) };
        }
    }
}

/// Bytes looked at together, and from one look to the next: a run holds a whole word at some step from any start.
const WORD: usize = 8;
const STEP: usize = SHORTEST - WORD;
/// Bytes that four looks span.
const GROUP: usize = 3 * STEP + WORD;

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

/// Where the run starts, not before `low`, that the word of digits at `at` is in. `None` where the run was met a step before
/// already, is too short, or stands neither for text nor for hex digits of text by its first digits. Source text is full of
/// long names and each is asked about: all conditions are one, so that the processor has one branch to foretell.
#[inline(always)]
fn promising_start(content: &[u8], at: usize, low: usize) -> Option<usize> {
    let foreign_before = |back: usize| at.checked_sub(back).map_or(!0, |before| foreign(word_at(content, before)));
    let (far, near, next) = (foreign_before(STEP), foreign_before(WORD), foreign(word_at(content, at + WORD)));
    let before = (near.leading_zeros() + u32::from(near == 0) * far.leading_zeros()) as usize / 8;
    let is_met = (near == 0) & (far == 0) & (at >= low + STEP);
    // With less than a word before it, there must be a word behind it.
    let is_short = (near != 0) & (next != 0);
    let start = (at - before).max(low);
    // The letter of an escape such as `\n` is no part of the run behind it.
    let first = start + usize::from(content[start.saturating_sub(1)] == b'\\');
    let digits: &[u8; WORD - 1] = content.get(first..)?.first_chunk()?;
    let values = digits.map(|digit| VALUES[usize::from(digit)]);
    // The high bits of the first bytes: clear in ASCII.
    let high = (values[0] | values[4]) & 32 | (values[1] | values[5]) & 8 | (values[2] | values[6]) & 2;
    let is_mark = (values[0] == 0xff >> 2) | (values[0] == 0xef >> 2);
    let is_hex = digits[0].wrapping_sub(b'0') < 8;
    let is_promising = !is_met & !is_short & ((high == 0) | is_mark | is_hex);
    (is_promising && (is_hex || tastes_like_text(digits))).then_some(start)
}

/// Where the digits from `start` on end, at most `limit` of them.
fn digits_end(content: &[u8], start: usize, limit: usize) -> usize {
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

/// Decodes one run and the lines that go on from it; where the search goes on.
fn decode(content: &[u8], run: Span, layer: &mut Layer, visit: &mut dyn FnMut(&Layer)) -> usize {
    // The letter of an escape such as `\n` is no part of the run behind it.
    let escaped = run.start > 0 && content[run.start - 1] == b'\\';
    let run = Span::new(run.start + usize::from(escaped), run.end);
    let text = run.of(content);
    if tastes_like_hex(text) {
        hex(content, run, layer, visit);
    }
    if tastes_like_text(&text[..text.len().min(TASTE)]) { base64(content, run, layer, visit) } else { run.end }
}

/// Whether base64 digits stand for text as far as they go: the first six bytes ASCII, no control characters behind them;
/// or for UTF-16 of ASCII.
fn tastes_like_text(digits: &[u8]) -> bool {
    let mut bytes = [0u8; TASTE / 4 * 3];
    let (mut count, mut held) = (0, 0u32);
    for (at, &digit) in digits.iter().enumerate() {
        held = held << 6 | u32::from(VALUES[usize::from(digit)]);
        if at % 4 > 0 {
            bytes[count] = (held >> (6 - at % 4 * 2)) as u8;
            let ascii = bytes[count] < 0x80 || count >= 6;
            if is_control(bytes[count]) && bytes[count] != 0 || !ascii && bytes[0] < 0x80 {
                return false;
            }
            count += 1;
        }
    }
    let bytes = &bytes[..count];
    match bytes {
        [0xff, 0xfe, rest @ ..] => !rest.is_empty(),
        [0xef, 0xbb, 0xbf, rest @ ..] => !rest.contains(&0),
        [first, ..] if *first >= 0x80 => false,
        [_, 0, ..] => bytes.chunks_exact(2).all(|unit| unit[1] == 0 && unit[0] != 0),
        _ => !bytes.is_empty() && !bytes.contains(&0),
    }
}

fn tastes_like_hex(digits: &[u8]) -> bool {
    let digits = digits.strip_prefix(b"0x").unwrap_or(digits);
    let text = |pair: &[u8]| hex_byte(pair).is_some_and(|b| b < 0x80 && !is_control(b));
    digits.len() >= SHORTEST_HEX && digits[..SHORTEST_HEX].chunks_exact(2).all(text)
}

/// Decodes a run of base64 digits in parts; where it ends.
fn base64(content: &[u8], run: Span, layer: &mut Layer, visit: &mut dyn FnMut(&Layer)) -> usize {
    let mut start = run.start;
    loop {
        layer.begin(Via::Base64);
        let (end, more) = gather(content, start, run.len(), layer);
        let padding = content[end..].iter().take(2).take_while(|&&b| b == b'=').count();
        let cut = Cut { start: start > run.start, end: more };
        let text = layer.decode(Span::new(start, end + padding), cut);
        if text {
            visit(layer);
        }
        if !more || !text {
            return end + padding;
        }
        start = layer.char_origin((layer.chars() - OVERLAP) & !3);
    }
}

/// Adds lines of digits to the layer until they end or are enough; where the last one ends, and whether there are more.
fn gather(content: &[u8], start: usize, width: usize, layer: &mut Layer) -> (usize, bool) {
    let mut line = Span::new(start, digits_end(content, start, PART));
    loop {
        layer.line(content, line);
        if layer.chars() >= PART {
            return (line.end, true);
        }
        match next_line(content, line.end, width, layer.chars()) {
            Some(next) => line = next,
            None => return (line.end, false),
        }
    }
}

/// The line of digits that goes on from one that ends at `end`: no longer than the first, and with nothing else on it.
fn next_line(content: &[u8], end: usize, width: usize, so_far: usize) -> Option<Span> {
    const INDENT: usize = 128;
    let rest = &content[end..];
    let (line_break, real) = [(&b"\n"[..], true), (b"\r\n", true), (b"\\n", false), (b"\\r\\n", false)]
        .into_iter()
        .find(|(text, _)| rest.starts_with(text))?;
    let rest = &rest[line_break.len()..];
    let blanks = if real { rest.iter().take(INDENT).take_while(|b| matches!(b, b' ' | b'\t')).count() } else { 0 };
    let start = end + line_break.len() + blanks;
    let line = Span::new(start, digits_end(content, start, width.saturating_add(1).min(PART)));
    let closed = match content.get(line.end) {
        None => true,
        Some(after) => matches!(after, b'\n' | b'\r' | b'=' | b'"' | b'\'' | b'\\' | b'<' | b'`' | b','),
    };
    let text = line.of(content);
    let fits = !text.is_empty() && text.len() <= width && closed;
    (fits && (!so_far.is_multiple_of(4) || tastes_like_text(&text[..text.len().min(8)]))).then_some(line)
}

/// Decodes a run of hex digits in parts.
fn hex(content: &[u8], run: Span, layer: &mut Layer, visit: &mut dyn FnMut(&Layer)) {
    let prefix = if run.of(content).starts_with(b"0x") { 2 } else { 0 };
    let run = Span::new(run.start + prefix, run.end);
    if !run.len().is_multiple_of(2) || !run.of(content).iter().all(|&b| hex_digit(b).is_some()) {
        return;
    }
    let mut start = run.start;
    while start < run.end {
        let end = run.end.min(start + PART);
        layer.begin(Via::Hex);
        layer.line(content, Span::new(start, end));
        let cut = Cut { start: start > run.start, end: end < run.end };
        if !layer.decode(Span::new(start, end), cut) {
            return;
        }
        visit(layer);
        start = if end < run.end { end - OVERLAP } else { end };
    }
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
            prop_assert_eq!(digits_end(content, middle, limit), middle + digits);
        }

        #[test]
        fn no_run_is_missed(before in "[a-c ]{0,40}", run in "[a-c+_]{16,80}", behind in "[a-c .]{0,40}") {
            let run = format!("SGVsbG8g{run}");
            let content = [&before, ".", &run, ".", &behind].concat();
            let start = before.len() + 1;
            let words = (0..content.len() - WORD).step_by(STEP).filter(|&at| start <= at && at + WORD <= start + run.len());
            let starts: Vec<usize> = words.filter_map(|at| promising_start(content.as_bytes(), at, 0)).collect();
            prop_assert_eq!(starts, [start]);
        }
    }
}
