//! Backslash escapes (`\u0041`, `\x41`, `\/`, `\n`, `\"`) and percent encoding.
//!
//! Source code is full of escapes that hide nothing: what a rule can't see through is a printable ASCII character written
//! as an escape, a line inside a string, or JSON inside a string. Only near those a layer is made, and only matches that
//! hold an escape are taken from it, as all others stand in the content itself.

use super::layer::{Cut, Layer};
use super::{hex_byte, hex_digit, is_text};
use crate::types::finding::Via;
use crate::types::span::Span;

/// Bytes of a line looked at on each side of an escape.
const REACH: usize = 512;
/// Longest region of escapes that is one layer.
const LONGEST: usize = 64 * 1024;

/// Shows every region around escapes that could hide something.
pub(super) fn for_each(content: &[u8], layer: &mut Layer, visit: &mut dyn FnMut(&Layer)) {
    let mut regions = Regions { content, layer, visit, open: [None, None] };
    let mut done = 0;
    for at in memchr::memchr2_iter(b'\\', b'%', content) {
        if at < done {
            continue;
        }
        if content[at] == b'%' {
            if is_percent(content, at) {
                regions.add(at, Kind::Percent);
            }
            continue;
        }
        let end = at + content[at..].iter().take_while(|&&b| b == b'\\').count();
        done = end;
        if is_escape(content, at, end) {
            regions.add(at, Kind::Escape);
        }
    }
    for region in regions.open.into_iter().flatten() {
        region.show(content, regions.layer, regions.visit);
    }
}

/// The regions that are being widened, one of each kind.
struct Regions<'c, 'v> {
    content: &'c [u8],
    layer: &'v mut Layer,
    visit: &'v mut dyn FnMut(&Layer),
    open: [Option<Region>; 2],
}

impl Regions<'_, '_> {
    /// Widens the open region by an escape at `at`, or shows it and opens the next.
    fn add(&mut self, at: usize, kind: Kind) {
        let open = &mut self.open[kind as usize];
        match open {
            Some(region) if at < region.span.end && region.span.len() < LONGEST => region.widen(self.content, at),
            _ => {
                if let Some(full) = open.replace(Region::around(self.content, at, kind)) {
                    full.show(self.content, self.layer, self.visit);
                }
            }
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Escape,
    Percent,
}

impl Kind {
    /// What ends the text that escapes of this kind are in.
    fn ends(self, byte: u8) -> bool {
        match self {
            Self::Escape => byte == b'\n',
            Self::Percent => byte <= b' ' || matches!(byte, b'"' | b'\'' | b'`' | b'<' | b'>' | b'\\'),
        }
    }
}

/// A part of a line that holds escapes.
#[derive(Debug)]
struct Region {
    span: Span,
    cut: Cut,
    kind: Kind,
}

impl Region {
    fn around(content: &[u8], at: usize, kind: Kind) -> Self {
        let low = at.saturating_sub(REACH);
        let (start, cut) = match content[low..at].iter().rposition(|&b| kind.ends(b)) {
            Some(before) => (low + before + 1, false),
            None => (low, low > 0),
        };
        let mut region = Self { span: Span::new(start, at), cut: Cut { start: cut, end: false }, kind };
        region.widen(content, at);
        region
    }

    fn widen(&mut self, content: &[u8], at: usize) {
        let (from, high) = (self.span.end, (at + REACH).min(content.len()));
        if self.span.end > at && !self.cut.end || high <= from {
            return;
        }
        match content[from..high].iter().position(|&b| self.kind.ends(b)) {
            Some(end) => (self.span.end, self.cut.end) = (from + end, false),
            None => (self.span.end, self.cut.end) = (high, high < content.len()),
        }
    }

    fn show(self, content: &[u8], layer: &mut Layer, visit: &mut dyn FnMut(&Layer)) {
        match self.kind {
            Kind::Escape => resolve(content, self.span, b'\\', Via::Escape, escape, layer),
            Kind::Percent => resolve(content, self.span, b'%', Via::Percent, percent, layer),
        }
        layer.end(self.span, self.cut);
        if is_text(layer.text()) {
            visit(layer);
        }
    }
}

/// What an escape stands for and how long it is.
type Unit = ([u8; 4], usize, usize);

/// Fills the layer with the text of a region, its escapes resolved by `read`.
fn resolve(content: &[u8], region: Span, mark: u8, via: Via, read: fn(&[u8]) -> Option<Unit>, layer: &mut Layer) {
    layer.begin(via);
    let text = &content[..region.end];
    let (mut plain, mut at) = (region.start, region.start);
    while let Some(next) = memchr::memchr(mark, &text[at..]) {
        at += next;
        match read(&text[at..]) {
            Some((bytes, count, len)) => {
                layer.plain(content, Span::new(plain, at));
                layer.unit(&bytes[..count], Span::new(at, at + len));
                at += len;
                plain = at;
            }
            None => at += 1,
        }
    }
    layer.plain(content, Span::new(plain, region.end));
}

fn percent(text: &[u8]) -> Option<Unit> {
    Some(([hex_byte(&text[1..])?, 0, 0, 0], 1, 3))
}

fn escape(text: &[u8]) -> Option<Unit> {
    let one = |byte: u8, len: usize| Some(([byte, 0, 0, 0], 1, len));
    match *text.get(1)? {
        b'n' => one(b'\n', 2),
        b'r' => one(b'\r', 2),
        b't' => one(b'\t', 2),
        plain @ (b'"' | b'\'' | b'/' | b'\\' | b'`') => one(plain, 2),
        b'x' => one(hex_byte(&text[2..])?, 4),
        b'u' => unicode(text),
        b'U' => character(number(text.get(2..10)?)?, 10),
        _ => None,
    }
}

/// `\uXXXX`, a pair of them for characters beyond 16 bits, or `\u{X…}`.
fn unicode(text: &[u8]) -> Option<Unit> {
    if text.get(2) == Some(&b'{') {
        let len = text.iter().take(10).position(|&b| b == b'}')?;
        return character(number(&text[3..len])?, len + 1);
    }
    let high = number(text.get(2..6)?)?;
    if !(0xd800..0xdc00).contains(&high) {
        return character(high, 6);
    }
    let low = text.get(6..12).filter(|low| low.starts_with(b"\\u")).and_then(|low| number(&low[2..]))?;
    character(0x10000 + (high - 0xd800) * 0x400 + low.checked_sub(0xdc00)?, 12)
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0u32, |sum, &b| Some(sum.checked_mul(16)? + u32::from(hex_digit(b)?)))
}

fn character(code: u32, len: usize) -> Option<Unit> {
    let mut bytes = [0; 4];
    let count = char::from_u32(code)?.encode_utf8(&mut bytes).len();
    Some((bytes, count, len))
}

/// Whether a `%` starts a printable character other than a blank, in the midst of a word: a bare `%2d` is a format.
fn is_percent(content: &[u8], at: usize) -> bool {
    let printable = hex_byte(&content[at + 1..]).is_some_and(|b| b.is_ascii_graphic());
    let inside = |b: &u8| b.is_ascii_alphanumeric() || b"._-~=&/:+?#@;,!*()".contains(b);
    printable && at > 0 && inside(&content[at - 1])
}

/// Whether the backslashes at `start..end` and what is behind them could hide something from a rule.
fn is_escape(content: &[u8], start: usize, end: usize) -> bool {
    let rest = &content[end..];
    let graphic = |digits: Option<&[u8]>| digits.and_then(hex_byte).is_some_and(|b| b.is_ascii_graphic());
    match rest.first() {
        Some(b'u') => match rest.get(1..3) {
            Some(b"00") => graphic(rest.get(3..)),
            Some([b'{', _]) => graphic(rest.get(2..)) && rest.get(4) == Some(&b'}'),
            _ => false,
        },
        Some(b'x') => graphic(rest.get(1..)),
        Some(b'/') => content[..start].ends_with(b":") || in_digits(content, start, end + 1),
        Some(b'"' | b'\'') => is_key_end(content, start, &rest[1..]),
        Some(b'n' | b'r' | b't') => is_key(&rest[1..]),
        _ => false,
    }
}

/// Whether a slash stands in what looks like base64: eight digits on both sides, of all kinds.
fn in_digits(content: &[u8], start: usize, end: usize) -> bool {
    const BESIDE: usize = 8;
    let (Some(low), Some(after)) = (start.checked_sub(BESIDE), content.get(end..end + BESIDE)) else { return false };
    let near = || content[low..start].iter().chain(after);
    near().all(|&b| super::digits::is_digit(b))
        && near().any(u8::is_ascii_digit)
        && near().any(u8::is_ascii_uppercase)
        && near().any(u8::is_ascii_lowercase)
}

/// Whether the escaped quote at `start` ends the name of a secret, with `:` and another escaped quote behind it (`rest`).
fn is_key_end(content: &[u8], start: usize, rest: &[u8]) -> bool {
    let blanks = |text: &[u8]| text.iter().take(4).take_while(|&&b| b == b' ').count();
    let rest = &rest[blanks(rest)..];
    let Some(rest) = rest.strip_prefix(b":") else { return false };
    let name = content[..start].iter().rev().take(LONGEST_NAME).take_while(|&&b| is_part(b)).count();
    rest.get(blanks(rest)) == Some(&b'\\') && is_telling(&content[start - name..start])
}

/// Whether a line inside a string starts with the name of a secret, `=` or `:` and a value.
fn is_key(rest: &[u8]) -> bool {
    let name = rest.iter().take(LONGEST_NAME).take_while(|&&b| is_part(b)).count();
    let Some([b'=' | b':', value @ ..]) = rest.get(name..) else { return false };
    let value = value.strip_prefix(b" ").unwrap_or(value);
    let plain = |&b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'$' | b'!' | b'@' | b'\\');
    value.first().is_some_and(plain) && is_telling(&rest[..name])
}

/// Longest name that is read.
const LONGEST_NAME: usize = 64;

fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// Whether a name speaks of a secret at all: everything else in a string stands in the content as it is.
fn is_telling(name: &[u8]) -> bool {
    const WORDS: [&[u8]; 8] = [b"pass", b"pwd", b"secret", b"token", b"key", b"auth", b"cred", b"conn"];
    let starts = |at: usize| WORDS.iter().any(|w| name[at..].get(..w.len()).is_some_and(|t| t.eq_ignore_ascii_case(w)));
    (0..name.len()).any(starts)
}
