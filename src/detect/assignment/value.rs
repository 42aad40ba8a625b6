//! The operator behind a name and the literal behind the operator.

use crate::detect::checks::{placeholder, shape, words};
use crate::types::span::Span;

/// Longest value that is read.
const LONGEST: usize = 512;

/// What stands between a name and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Operator {
    /// Where the value starts.
    end: usize,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// `=`, `:`, `=>`, `:=`.
    Assign,
    /// A blank behind a `--flag`.
    Flag,
    /// `>` of an element.
    Element,
    /// `(` of a call, `,` between arguments: only a quoted literal counts.
    Argument,
}

fn skip(content: &[u8], at: usize, pass: impl Fn(u8) -> bool) -> usize {
    let rest = content.get(at..).unwrap_or_default();
    at + rest.iter().take(64).take_while(|b| pass(**b)).count()
}

fn blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// The operator behind a name.
pub(super) fn operator(content: &[u8], name: Span) -> Option<Operator> {
    let flag = name.of(content).starts_with(b"-");
    let closed = skip(content, name.end, |b| matches!(b, b'"' | b'\'' | b'`' | b'\\' | b']'));
    let at = skip(content, closed, blank);
    let rest = content.get(at..).unwrap_or_default();
    let assign = |length: usize| Some(Operator { end: skip(content, at + length, blank), kind: Kind::Assign });
    match rest {
        [b'=', b'=', ..] | [b'!', b'=', ..] | [b':', b':', ..] => None,
        [b'=', b'>', ..] | [b':', b'=', ..] => assign(2),
        [b'=', ..] => assign(1),
        [b':', ..] => typed(content, at + 1).or_else(|| assign(1)),
        [b'>', ..] if content[..name.start].ends_with(b"<") => Some(Operator { end: at + 1, kind: Kind::Element }),
        [b'(' | b',', ..] => Some(Operator { end: skip(content, at + 1, blank), kind: Kind::Argument }),
        _ if flag && at > closed => Some(Operator { end: at, kind: Kind::Flag }),
        _ if closed > name.end => attribute(content, at),
        _ => None,
    }
}

/// `: Type = value`: the operator behind a type annotation.
fn typed(content: &[u8], colon: usize) -> Option<Operator> {
    let start = skip(content, colon, blank);
    let end = skip(content, start, |b| {
        b.is_ascii_alphanumeric() || matches!(b, b'_' | b'&' | b'<' | b'>' | b'?' | b'|' | b'.' | b'\'')
    });
    let at = skip(content, end, blank);
    let plain = end > start && content.get(at) == Some(&b'=') && content.get(at + 1) != Some(&b'=');
    plain.then(|| Operator { end: skip(content, at + 1, blank), kind: Kind::Assign })
}

/// `key="name" value="…"`: the operator of a value attribute behind a quoted name.
fn attribute(content: &[u8], at: usize) -> Option<Operator> {
    let rest = content.get(at..)?;
    let value = rest.get(..5).filter(|word| word.eq_ignore_ascii_case(b"value"))?;
    let equals = skip(content, at + value.len(), blank);
    (content.get(equals) == Some(&b'=')).then(|| Operator { end: skip(content, equals + 1, blank), kind: Kind::Assign })
}

/// The literal at an operator: what the quotes hold, or a bare word where `bare` values are literals.
pub(super) fn literal(content: &[u8], operator: Operator, bare: bool) -> Option<Span> {
    let at = skip(content, operator.end, |b| b == b'\\');
    let rest = content.get(at..)?;
    match rest.first()? {
        quote @ (b'"' | b'\'' | b'`') if operator.kind != Kind::Element => quoted(content, at + 1, *quote),
        b'@' | b'r' | b'b' | b'f' | b'u' | b'L' if matches!(rest.get(1), Some(b'"' | b'\'')) => quoted(content, at + 2, rest[1]),
        _ => match operator.kind {
            Kind::Element => word(content, at, |b| b == b'<' || b == b'\n').filter(|v| content.get(v.end) == Some(&b'<')),
            Kind::Flag => word(content, at, |b| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b'|' | b';' | b'`')),
            Kind::Assign if bare => bare_word(content, at),
            Kind::Assign | Kind::Argument => None,
        },
    }
}

fn quoted(content: &[u8], start: usize, quote: u8) -> Option<Span> {
    let rest = content.get(start..)?;
    let mut escaped = false;
    for (at, &byte) in rest.iter().enumerate().take(LONGEST) {
        match byte {
            b'\n' => return None,
            b'\\' if !escaped && rest.get(at + 1) == Some(&quote) && content[..start - 1].ends_with(b"\\") => {
                return Some(Span::new(start, start + at));
            }
            b'\\' => escaped = !escaped,
            _ if byte == quote && !escaped => return Some(Span::new(start, start + at)),
            _ => escaped = false,
        }
    }
    None
}

fn word(content: &[u8], start: usize, end: impl Fn(u8) -> bool) -> Option<Span> {
    let rest = content.get(start..)?;
    let length = rest.iter().take(LONGEST).position(|&b| end(b)).unwrap_or(rest.len().min(LONGEST));
    (length < LONGEST).then(|| Span::new(start, start + length))
}

/// A bare value: up to the line's end when it is one word, else nothing.
fn bare_word(content: &[u8], start: usize) -> Option<Span> {
    let value = word(content, start, |b| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b'`' | b',' | b'<' | b'>'))?;
    let trimmed = value.of(content).iter().rposition(|b| !matches!(b, b';' | b')' | b'}' | b']')).map_or(0, |at| at + 1);
    let value = Span::new(value.start, value.start + trimmed);
    let text = value.of(content);
    let call = text.contains(&b'(') || text.contains(&b'[') || text.contains(&b'{');
    let after = skip(content, value.end, |b| blank(b) || matches!(b, b';' | b')' | b'}' | b']'));
    let ends =
        content.get(after).is_none_or(|b| matches!(b, b'\n' | b'\r' | b'#' | b',' | b'&' | b'\\' | b'"' | b'\'' | b'-' | b'<'));
    (!call && ends).then_some(value)
}

/// Whether a literal could be a secret at all.
pub(super) fn is_plausible(text: &[u8]) -> bool {
    let reference =
        text.first().is_some_and(|b| matches!(b, b'$' | b'%' | b'{' | b'<' | b'(' | b'[' | b'&' | b'*' | b'/' | b'.'))
            || shape::contains(text, b"://")
            || shape::contains(text, b"::");
    (6..=LONGEST).contains(&text.len())
        && !reference
        && !text.iter().any(|&b| b == b' ' || b < 0x20 || b > 0x7e)
        && !shape::is_uuid(text)
        && !placeholder::is_placeholder(text)
        && !words::is_wordlike(text)
        && shape::kinds(text) >= 2
}
