//! Backslash escapes (`\u0041`, `\x41`, `\101`, `\/`, `\n`, `\"`), percent encoding and the characters of HTML and XML (`&#65;`).
//!
//! Source code is full of escapes that hide nothing: what a rule can't see through is a printable ASCII character written
//! as an escape, a line inside a string, or JSON inside a string. Only near those a layer is made, and only matches that
//! hold an escape are taken from it, as all others stand in the content itself.

use super::regions::Unit;
use super::{hex_byte, hex_digit};

/// `%41`.
pub(super) fn percent(text: &[u8]) -> Option<Unit> {
    Some(([hex_byte(&text[1..])?, 0, 0, 0], 1, 3))
}

/// An escape that starts with a backslash.
pub(super) fn escape(text: &[u8]) -> Option<Unit> {
    let one = |byte: u8, len: usize| Some(([byte, 0, 0, 0], 1, len));
    match *text.get(1)? {
        b'n' => one(b'\n', 2),
        b'r' => one(b'\r', 2),
        b't' => one(b'\t', 2),
        plain @ (b'"' | b'\'' | b'/' | b'\\' | b'`') => one(plain, 2),
        b'x' => one(hex_byte(&text[2..])?, 4),
        b'u' => unicode(text),
        b'U' => character(number(text.get(2..10)?)?, 10),
        b'0'..=b'3' => one(octal(&text[1..])?, 4),
        _ => None,
    }
}

/// A printable character in three octal digits.
fn octal(digits: &[u8]) -> Option<u8> {
    let [high @ b'0'..=b'3', middle @ b'0'..=b'7', low @ b'0'..=b'7', ..] = digits else { return None };
    let byte = (high - b'0') << 6 | (middle - b'0') << 3 | (low - b'0');
    byte.is_ascii_graphic().then_some(byte)
}

/// `&#103;`, `&#x67;` and the five names that XML knows.
pub(super) fn entity(text: &[u8]) -> Option<Unit> {
    const NAMES: [(&[u8], u8); 5] = [(b"&amp;", b'&'), (b"&lt;", b'<'), (b"&gt;", b'>'), (b"&quot;", b'"'), (b"&apos;", b'\'')];
    if text.get(1) != Some(&b'#') {
        let (name, byte) = NAMES.iter().find(|(name, _)| text.starts_with(name))?;
        return Some(([*byte, 0, 0, 0], 1, name.len()));
    }
    let len = text.iter().take(11).position(|&b| b == b';')?;
    let code = match &text[2..len] {
        [b'x' | b'X', digits @ ..] if !digits.is_empty() => number(digits)?,
        digits if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) => {
            digits.iter().fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'))
        }
        _ => return None,
    };
    character(code, len + 1)
}

/// Whether a character of HTML or XML could be one of a token.
pub(super) fn is_entity(content: &[u8], at: usize) -> bool {
    let one = entity(&content[at..]).filter(|(_, count, _)| *count == 1);
    one.is_some_and(|(bytes, ..)| bytes[0].is_ascii_alphanumeric() || b"_-.=+/:@".contains(&bytes[0]))
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
pub(super) fn is_percent(content: &[u8], at: usize) -> bool {
    let printable = hex_byte(&content[at + 1..]).is_some_and(|b| b.is_ascii_graphic());
    let inside = |b: &u8| b.is_ascii_alphanumeric() || b"._-~=&/:+?#@;,!*()".contains(b);
    printable && at > 0 && inside(&content[at - 1])
}

/// Whether the backslashes at `start..end` and what is behind them could hide something from a rule.
pub(super) fn is_escape(content: &[u8], start: usize, end: usize) -> bool {
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
        Some(b'0'..=b'3') => octal(rest).is_some(),
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
