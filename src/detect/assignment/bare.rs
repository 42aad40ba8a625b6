//! Values without quotes: bare words, values that go to the end of their line, and values on the next line.

use super::literal::{Literal, Standing, scheme, until};
use super::operator::{Form, Operator, blank, skip};
use super::syntax::{Surroundings, Syntax};
use crate::types::span::Span;

/// The bare value at an operator, where the place allows one.
pub(super) fn at(content: &[u8], operator: Operator, syntax: Syntax, around: Surroundings) -> Option<Literal> {
    let inside = around.quote.is_some() || around.comment;
    let code = syntax == Syntax::Code && !inside;
    if syntax == Syntax::Code && operator.kind == Form::Is && !around.comment {
        return None;
    }
    let settings = syntax.has_bare_values() && matches!(operator.kind, Form::Assign | Form::Colon);
    let operator = if settings { next_line(content, operator) } else { operator };
    let whole = || {
        if settings && syntax == Syntax::Lines && around.leads { rest_of_line(content, operator.end, around.quote) } else { None }
    };
    let value = whole().or_else(|| word(content, operator, syntax, around))?;
    Some(Literal::plain(value, if code { Standing::BareInCode } else { Standing::Bare }))
}

/// A bare item of a list: a word that a comma, a bracket or the line's end closes.
pub(super) fn item(content: &[u8], at: usize) -> Option<Literal> {
    let ends = |b: u8| b.is_ascii_whitespace() || matches!(b, b',' | b']' | b'}' | b'"' | b'`');
    let text = until(content, at, ends)?;
    let behind = skip(content, text.end, |b| blank(b) || b == b'\r');
    let closed = matches!(content.get(behind), None | Some(b',' | b']' | b'}' | b'\n' | b'#'));
    let plain = |b: &u8| !matches!(b, b'(' | b'[' | b'{');
    let bytes = text.of(content);
    (closed && !text.is_empty() && bytes.iter().all(plain) && !bytes.ends_with(b":"))
        .then(|| Literal::plain(text, Standing::Bare))
}

/// The operator itself, or one that leads to the next line where the value stands there on its own, further in than its name:
/// as YAML, INI files and continued lines have it.
fn next_line(content: &[u8], operator: Operator) -> Operator {
    let at = skip(content, operator.end, |b| blank(b) || b == b'\\' || b == b'\r');
    if content.get(at) != Some(&b'\n') {
        return operator;
    }
    let low = at.saturating_sub(512);
    let start = memchr::memrchr(b'\n', &content[low..at]).map_or(low, |n| low + n + 1);
    let indent = |line: usize| skip(content, line, blank) - line;
    let value = at + 1 + indent(at + 1);
    let Some(text) = until(content, value, |b| b == b'\n') else { return operator };
    let text = text.of(content).trim_ascii_end();
    let key = text.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.')).count();
    let is_key = matches!(text.get(key..), Some([b':'] | [b':', b' ', ..] | [b'=', ..] | [b' ', b'=', ..]));
    let is_alone = !text.is_empty() && !text.iter().any(|b| blank(*b)) && !matches!(text[0], b'#' | b'[' | b'{' | b'<');
    if indent(at + 1) > indent(start) && is_alone && !is_key { Operator { end: value, ..operator } } else { operator }
}

/// The value of a setting that has a line of its own: all up to its end, whatever stands in it, if it holds no blank. A comment may
/// follow. The whole setting may stand in a quote.
fn rest_of_line(content: &[u8], start: usize, quote: Option<u8>) -> Option<Span> {
    let line = until(content, start, |b| b == b'\n')?;
    let text = line.of(content);
    let length = text.iter().position(u8::is_ascii_whitespace).unwrap_or(text.len());
    let behind = text[length..].trim_ascii();
    let closing = quote.filter(|quote| text[..length].ends_with(&[*quote]));
    let length = length - usize::from(closing.is_some());
    let value = &text[..length];
    let lead = *value.first()?;
    let tight = content[..start].ends_with(b"=");
    // Collections, quoted values and comments are none of these; a mark that nothing closes is a character like others.
    let opens = match lead {
        b'[' => value.ends_with(b"]"),
        b'{' => value.ends_with(b"}"),
        b'<' => value.ends_with(b">"),
        b'"' | b'\'' | b'`' => !tight || value[1..].contains(&lead),
        b'#' => !tight,
        _ => false,
    };
    if opens || !matches!(behind, [] | [b'#' | b';', ..]) {
        return None;
    }
    let name = value.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.')).count();
    let is_call = name > 2 && value.get(name) == Some(&b'(') && value.ends_with(b")");
    let is_empty = value.iter().all(|b| matches!(b, b'|' | b'>' | b'-' | b'+' | b'\\'));
    (!is_call && !is_empty).then_some(Span::new(line.start, line.start + length))
}

/// Whether a character that is no ASCII ends a bare word: quotes and other marks of typography, which no password of a keyboard has.
fn is_typographic(rest: &[u8]) -> bool {
    matches!(rest, [0xe2, 0x80 | 0x81, ..] | [0xe3, 0x80, ..] | [0xef, 0xbc, ..] | [0xc2, 0xa0 | 0xab | 0xbb, ..])
}

/// One word that ends where a value may end.
fn word(content: &[u8], operator: Operator, syntax: Syntax, around: Surroundings) -> Option<Span> {
    let start = operator.end + scheme(content.get(operator.end..)?);
    let stop = |b: u8| {
        b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b'`' | b',' | b'<' | b'>' | b'|') || around.quote == Some(b)
    };
    let value = until(content, start, stop)?;
    let typography = (value.start..value.end).find(|&at| content[at] >= 0x80 && is_typographic(&content[at..]));
    let value = Span::new(value.start, typography.unwrap_or(value.end));
    let tight = matches!(content.get(start.wrapping_sub(1)), Some(b'=' | b'-' | b':'));
    let text = value.of(content);
    // Inside a string an escaped line break ends the line.
    let line = text.windows(2).position(|pair| matches!(pair, [b'\\', b'n' | b'r' | b't'])).filter(|_| around.quote.is_some());
    if let Some(end) = line {
        return Some(Span::new(value.start, value.start + end));
    }
    let text = match text.iter().position(|b| matches!(b, b';' | b'&')) {
        // Connection strings and queries: the value ends at the separator.
        Some(cut) if tight && (around.quote.is_some() || cut + 1 == text.len() || text[cut..].contains(&b'=')) => &text[..cut],
        _ => text,
    };
    let closing = |b: &u8| matches!(b, b';' | b')' | b'}' | b']' | b'\\' | b'*');
    let end = text.iter().rposition(|b| !closing(b)).map_or(0, |n| n + 1);
    let text = &text[..end];
    // A sentence ends behind the value.
    let is_sentence = operator.kind == Form::Is || syntax == Syntax::Prose;
    let ends_sentence = |b: &u8| closing(b) || is_sentence && matches!(b, b'.' | b'!' | b'?');
    let whole = text;
    let text = &text[..text.iter().rposition(|b| !ends_sentence(b)).map_or(0, |n| n + 1)];
    // What is cut with dots is not all there.
    if whole[text.len()..].starts_with(b"..") {
        return None;
    }
    if text.iter().any(|b| matches!(b, b'(' | b'[' | b'{')) {
        return None;
    }
    let end = value.start + text.len();
    let value = Span::new(value.start, end);
    let after = skip(content, end, |b| blank(b) || ends_sentence(&b));
    let ends = |b: &u8| matches!(b, b'\n' | b'\r' | b'#' | b',' | b'&' | b'"' | b'\'' | b'`' | b'-' | b'<' | b'|');
    let free = tight && operator.kind == Form::Assign || operator.kind == Form::Flag;
    let closed = || content.get(after).is_none_or(|b| ends(b) || *b >= 0x80 && is_typographic(&content[after..]));
    (free || after > end && content.get(after - 1) == Some(&b';') || closed()).then_some(value)
}
