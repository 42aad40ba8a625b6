//! The literal behind an operator.

use super::operator::{Form, Operator, blank, skip};
use super::syntax::{Surroundings, Syntax};
use crate::types::span::Span;

/// Longest value that is read.
const LONGEST: usize = 512;

/// A literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Literal {
    /// Without its quotes.
    pub(super) span: Span,
    pub(super) standing: Standing,
    /// The function that it is the argument of: `Some("x")`, `new Secret("x")`; empty when there is none.
    pub(super) callee: Span,
}

/// How a literal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Between quotes or tags.
    Quoted,
    /// A bare word where bare words are values.
    Bare,
    /// A bare word in program code.
    BareInCode,
}

impl Literal {
    fn plain(span: Span, standing: Standing) -> Self {
        Self { span, standing, callee: Span::default() }
    }

    /// Between quotes, and nobody's argument.
    pub(super) fn quoted_whole(span: Span) -> Self {
        Self::plain(span, Standing::Quoted)
    }

    pub(super) fn quoted(&self) -> bool {
        self.standing == Standing::Quoted
    }
}

/// The literal at an operator: what the quotes hold, or a bare word where bare values are literals.
pub(super) fn at(content: &[u8], operator: Operator, syntax: Syntax, around: impl Fn() -> Surroundings) -> Option<Literal> {
    let at = operator.end;
    if operator.kind == Form::Cell {
        return if syntax == Syntax::Prose { cell(content, at) } else { None };
    }
    if operator.kind == Form::Element {
        const RAW: &[u8] = b"<![CDATA[";
        if content[at..].starts_with(RAW) {
            let text = until(content, at + RAW.len(), |b| b == b']')?;
            return content[text.end..].starts_with(b"]]></").then(|| Literal::plain(trim(content, text), Standing::Quoted));
        }
        let text = until(content, at, |b| b == b'<')?;
        return content[text.end..].starts_with(b"</").then(|| Literal::plain(trim(content, text), Standing::Quoted));
    }
    if matches!(content.get(at..at + 2), Some(b"{{" | b"<%")) {
        return fallback(content, at);
    }
    let literal = first(content, at).or_else(|| unquoted(content, operator, syntax, around));
    match literal {
        Some(empty) if empty.span.is_empty() && empty.quoted() => next(content, empty.span.end + 1, b"+."),
        None if operator.kind == Form::Assign && syntax == Syntax::Code => fallback(content, at),
        other => other,
    }
}

/// A quoted literal that starts right here, behind a prefix or the bracket of a list.
fn first(content: &[u8], at: usize) -> Option<Literal> {
    let rest = content.get(at..)?;
    let slashes = rest.iter().take(3).take_while(|b| **b == b'\\').count();
    match &rest[slashes..] {
        [quote @ (b'"' | b'\'' | b'`'), ..] => quoted(content, at + slashes + 1, *quote, slashes),
        [b'&', b'#' | b'q', ..] => entity(content, at),
        [b'@' | b'r' | b'b' | b'f' | b'u' | b'L' | b'N' | b's' | b'$' | b'[' | b'{' | b'(', quote @ (b'"' | b'\''), ..]
            if slashes == 0 =>
        {
            quoted(content, at + 2, *quote, 0)
        }
        _ => None,
    }
}

/// A wrapped literal or a bare word.
fn unquoted(content: &[u8], operator: Operator, syntax: Syntax, around: impl Fn() -> Surroundings) -> Option<Literal> {
    let lead = *content.get(operator.end)?;
    let quoted_only = match operator.kind {
        Form::Call | Form::Argument | Form::Compare => true,
        Form::Blank => syntax != Syntax::Config,
        _ => false,
    };
    let call = || (lead.is_ascii_alphabetic() || matches!(lead, b'[' | b'&')).then(|| wrapped(content, operator.end)).flatten();
    call().or_else(|| if quoted_only { None } else { bare(content, operator, syntax, around()) })
}

/// The quoted literal behind one of `marks`: the next argument, the next part of a concatenation.
pub(super) fn next(content: &[u8], at: usize, marks: &[u8]) -> Option<Literal> {
    let mark = skip(content, at, |b| b.is_ascii_whitespace());
    marks.contains(content.get(mark)?).then(|| first(content, skip(content, mark + 1, |b| b.is_ascii_whitespace()))).flatten()
}

/// The literal that an expression falls back to, on the same line: `x ? y : "…"`, `get() || "…"`, `{{ x | default("…") }}`.
pub(super) fn fallback(content: &[u8], at: usize) -> Option<Literal> {
    const FARTHEST: usize = 120;
    let rest = &content[at..content.len().min(at + FARTHEST)];
    let line = &rest[..rest.iter().position(|&b| b == b'\n').unwrap_or(rest.len())];
    let marks: [&[u8]; 6] = [b" : ", b"|| ", b"?? ", b" or ", b"?: ", b"default("];
    let quotes = line.iter().enumerate().filter(|(_, b)| matches!(b, b'"' | b'\''));
    let place = quotes.map(|(n, _)| n).find(|&n| marks.iter().any(|mark| line[..n].ends_with(mark)))?;
    first(content, at + place)
}

/// The literal that stands before a comparison with what starts at `at`: `"…" == password`.
pub(super) fn compared(content: &[u8], at: usize) -> Option<Literal> {
    let before = content[..at].trim_ascii_end();
    let before = before.strip_suffix(b"==").or(before.strip_suffix(b"!="))?;
    let before = before.strip_suffix(b"=").unwrap_or(before).trim_ascii_end();
    let (&quote, text) = before.split_last().filter(|(b, _)| matches!(b, b'"' | b'\''))?;
    let length = text.iter().rev().take(LONGEST).position(|b| *b == quote || *b == b'\n')?;
    let start = text.len() - length;
    (text[start - 1] == quote).then(|| Literal::plain(Span::new(start, text.len()), Standing::Quoted))
}

/// The cell of a table, without the marks of code.
fn cell(content: &[u8], at: usize) -> Option<Literal> {
    let text = trim(content, until(content, at, |b| matches!(b, b'|' | b'\n'))?);
    let bytes = text.of(content);
    let code = bytes.len() > 2 && bytes.starts_with(b"`") && bytes.ends_with(b"`");
    let standing = if code { Standing::Quoted } else { Standing::Bare };
    (content.get(text.end).is_some())
        .then(|| Literal::plain(if code { Span::new(text.start + 1, text.end - 1) } else { text }, standing))
}

/// Up to the quote that closes; `slashes` backslashes stand before the quote when it is inside another literal.
fn quoted(content: &[u8], start: usize, quote: u8, slashes: usize) -> Option<Literal> {
    let rest = content.get(start..)?;
    let mut run = 0;
    for (at, &byte) in rest.iter().enumerate().take(LONGEST) {
        match byte {
            b'\n' => return None,
            b'\\' => {
                run += 1;
                continue;
            }
            _ if byte == quote && run == slashes => {
                return Some(Literal::plain(Span::new(start, start + at - slashes), Standing::Quoted));
            }
            // An unescaped quote inside an escaped literal closes the outer one.
            _ if byte == quote && run < slashes => return None,
            _ => run = 0,
        }
        if byte == quote {
            run = 0;
        }
    }
    None
}

/// `&quot;x&quot;`.
fn entity(content: &[u8], at: usize) -> Option<Literal> {
    let open = [&b"&quot;"[..], b"&#34;", b"&#39;"].into_iter().find(|entity| content[at..].starts_with(entity))?;
    let text = until(content, at + open.len(), |b| matches!(b, b'&' | b'\n' | b'<'))?;
    content[text.end..].starts_with(open).then(|| Literal::plain(text, Standing::Quoted))
}

/// `Name("x"`, `[]byte("x"`, `new pkg.Name("x"`: a literal as the only or first argument.
fn wrapped(content: &[u8], at: usize) -> Option<Literal> {
    let name =
        |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b':' | b'[' | b']' | b'&' | b'!' | b' ' | b'<' | b'>');
    let open = skip(content, at, name);
    if content.get(open) != Some(&b'(') {
        return None;
    }
    let start = skip(content, open + 1, |b| blank(b) || matches!(b, b'b' | b'\\'));
    let quote = content.get(start).copied().filter(|b| matches!(b, b'"' | b'\'' | b'`'))?;
    let slashes = content[open + 1..start].iter().filter(|b| **b == b'\\').count();
    quoted(content, start + 1, quote, slashes).map(|literal| Literal { callee: Span::new(at, open), ..literal })
}

fn until(content: &[u8], start: usize, end: impl Fn(u8) -> bool) -> Option<Span> {
    let rest = content.get(start..)?;
    let length = rest.iter().take(LONGEST).position(|&b| end(b)).unwrap_or(rest.len().min(LONGEST));
    (length < LONGEST).then(|| Span::new(start, start + length))
}

fn trim(content: &[u8], text: Span) -> Span {
    let bytes = text.of(content);
    let start = bytes.iter().take_while(|b| b.is_ascii_whitespace()).count();
    let end = bytes.iter().rposition(|b| !b.is_ascii_whitespace()).map_or(start, |n| n + 1);
    Span::new(text.start + start, text.start + end.max(start))
}

/// A bare word, where the place allows one.
fn bare(content: &[u8], operator: Operator, syntax: Syntax, around: Surroundings) -> Option<Literal> {
    let inside = around.quote.is_some() || around.comment;
    let code = syntax == Syntax::Code && !inside;
    if syntax == Syntax::Code && operator.kind == Form::Is && !around.comment {
        return None;
    }
    let word = bare_word(content, operator, around)?;
    Some(Literal::plain(word, if code { Standing::BareInCode } else { Standing::Bare }))
}

/// Length of the name of a scheme that leads a value, as in `Bearer …`.
pub(super) fn scheme(text: &[u8]) -> usize {
    const SCHEMES: [&str; 7] = ["basic ", "bearer ", "token ", "apikey ", "api-key ", "ssws ", "key="];
    let leads = |s: &&&str| text.get(..s.len()).is_some_and(|t| t.eq_ignore_ascii_case(s.as_bytes()));
    SCHEMES.iter().find(leads).map_or(0, |s| s.len())
}

/// A bare value: one word that ends where a value may end.
fn bare_word(content: &[u8], operator: Operator, around: Surroundings) -> Option<Span> {
    let start = operator.end + scheme(content.get(operator.end..)?);
    let stop = |b: u8| {
        b.is_ascii_whitespace()
            || matches!(b, b'"' | b'\'' | b'`' | b',' | b'<' | b'>' | b'|')
            || around.quote == Some(b)
            || b >= 0x80
    };
    let value = until(content, start, stop)?;
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
    let end = text.iter().rposition(|b| !matches!(b, b';' | b')' | b'}' | b']' | b'\\' | b'*')).map_or(0, |n| n + 1);
    let text = &text[..end];
    let text = if operator.kind == Form::Is { text.strip_suffix(b".").unwrap_or(text) } else { text };
    if text.iter().any(|b| matches!(b, b'(' | b'[' | b'{')) {
        return None;
    }
    let end = value.start + text.len();
    let value = Span::new(value.start, end);
    let after = skip(content, end, |b| {
        blank(b) || b == b'.' && operator.kind == Form::Is || matches!(b, b';' | b')' | b'}' | b']' | b'\\' | b'*')
    });
    let ends = |b: &u8| matches!(b, b'\n' | b'\r' | b'#' | b',' | b'&' | b'"' | b'\'' | b'`' | b'-' | b'<' | b'|');
    let free = tight && operator.kind == Form::Assign || operator.kind == Form::Flag;
    (free || after > end && content.get(after - 1) == Some(&b';') || content.get(after).is_none_or(ends)).then_some(value)
}
