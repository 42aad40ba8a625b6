//! Runs of base64 and hex digits, over several lines where they are wrapped.
//!
//! A run is decoded only if what its first digits stand for is text, which one random run in three hundred is.

use super::digits::{self, value};
use super::layer::{Cut, Layer};
use super::{hex_byte, hex_digit, is_control};
use crate::codec::bases;
use crate::types::finding::Via;
use crate::types::span::Span;

/// Shortest run of hex digits that is decoded without other context.
const SHORTEST_HEX: usize = 32;
/// Digits in one layer; what is longer comes in parts.
const PART: usize = 64 * 1024;
/// Digits that two parts share, so that a value at the seam is whole in one of them. A multiple of four.
const OVERLAP: usize = 8 * 1024;
/// Digits at the start of a run that must stand for text.
const TASTE: usize = 64;

/// Shows the run of digits at `start` if it decodes to text; where the search for the next goes on, if not behind the run.
#[inline(always)]
pub(super) fn show(content: &[u8], start: usize, layer: &mut Layer, visit: &mut dyn FnMut(&Layer)) -> Option<usize> {
    let start = without_escape(content, start);
    is_promising(content, start).then(|| {
        let run = Span::new(start, digits::end(content, start, usize::MAX));
        run.end.max(decode(content, run, layer, visit))
    })
}

/// Whether a run stands for text or for hex digits of text by its first digits. Source text is full of long names and each
/// is asked about: all conditions are one, so that the processor has one branch to foretell.
#[inline(always)]
fn is_promising(content: &[u8], start: usize) -> bool {
    let Some(digits) = content[start..].first_chunk::<7>() else { return false };
    let values = digits.map(value);
    // The high bits of the first bytes: clear in ASCII.
    let high = (values[0] | values[4]) & 32 | (values[1] | values[5]) & 8 | (values[2] | values[6]) & 2;
    let is_mark = (values[0] == 0xff >> 2) | (values[0] == 0xef >> 2);
    let is_hex = digits[0].wrapping_sub(b'0') < 8;
    ((high == 0) | is_mark | is_hex) && (is_hex || tastes_like_text(digits))
}

/// The start of a run without the letter of an escape such as `\n` before it.
fn without_escape(content: &[u8], start: usize) -> usize {
    start + usize::from(start > 0 && content[start - 1] == b'\\')
}

/// Decodes one run and the lines that go on from it; where the search goes on.
fn decode(content: &[u8], run: Span, layer: &mut Layer, visit: &mut dyn FnMut(&Layer)) -> usize {
    let text = run.of(content);
    snowflake(content, run, layer, visit);
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
        held = held << 6 | u32::from(value(digit));
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

/// Shows a bot token of Discord with the word that its rule asks for: base64 of the number of an account, then a time and a
/// signature. Nothing else looks like that, so it needs no name.
fn snowflake(content: &[u8], run: Span, layer: &mut Layer, visit: &mut dyn FnMut(&Layer)) {
    const TIME: usize = 6;
    const SIGNATURE: std::ops::RangeInclusive<usize> = 27..=38;
    let is_part = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    let length = |at: usize| content.get(at..).unwrap_or_default().iter().take(64).take_while(is_part).count();
    if !(22..=27).contains(&run.len()) || content.get(run.end) != Some(&b'.') || length(run.end + 1) != TIME {
        return;
    }
    let start = run.end + 1 + TIME;
    let signature = length(start + 1);
    let number =
        bases::base64(run.of(content)).is_some_and(|id| (17..=20).contains(&id.len()) && id.iter().all(u8::is_ascii_digit));
    if number && content.get(start) == Some(&b'.') && SIGNATURE.contains(&signature) {
        let token = Span::new(run.start, start + 1 + signature);
        layer.begin(Via::Joined);
        layer.unit(b"discord ", Span::new(token.start, token.start + 1));
        layer.plain(content, token);
        layer.end(token, Cut::default());
        visit(layer);
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
    let mut line = Span::new(start, digits::end(content, start, PART));
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
    let line = Span::new(start, digits::end(content, start, width.saturating_add(1).min(PART)));
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
