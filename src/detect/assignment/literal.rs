//! The literal behind an operator.

use super::operator::{Form, Operator, blank, skip};
use super::syntax::{Surroundings, Syntax};
use super::{bare, expression, wrapping};
use crate::detect::checks::letters;
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
    pub(super) fn plain(span: Span, standing: Standing) -> Self {
        Self { span, standing, callee: Span::default() }
    }

    /// What stands between quotes.
    pub(super) fn of(span: Span) -> Self {
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
        let raw = skip(content, at, |b| b.is_ascii_whitespace());
        if let Some(text) = wrapping::text(content, raw).filter(|_| content[raw..].starts_with(b"<")) {
            return Some(Literal::of(text));
        }
        let text = until(content, at, |b| b == b'<')?;
        return content[text.end..].starts_with(b"</").then(|| Literal::of(trim(content, text)));
    }
    if matches!(content.get(at..at + 2), Some(b"{{" | b"<%")) {
        return expression::fallback(content, at);
    }
    let literal = first(content, at).or_else(|| unquoted(content, operator, syntax, around));
    match literal {
        Some(empty) if empty.span.is_empty() && empty.quoted() => next(content, empty.span.end + 1, b"+."),
        None if operator.kind == Form::Assign && syntax == Syntax::Code => expression::fallback(content, at),
        other => other,
    }
}

/// A quoted literal that starts right here, behind a prefix or the bracket of a list.
pub(super) fn first(content: &[u8], at: usize) -> Option<Literal> {
    if let Some(text) = wrapping::text(content, at) {
        return Some(Literal::of(text));
    }
    let rest = content.get(at..)?;
    let slashes = rest.iter().take(3).take_while(|b| **b == b'\\').count();
    match &rest[slashes..] {
        [quote @ (b'"' | b'\'' | b'`'), ..] => quoted(content, at + slashes + 1, *quote, slashes, LONGEST),
        [b'&', b'#' | b'q', ..] => entity(content, at),
        [b'{', ..] if slashes == 0 && is_in_connection_string(content, at) => {
            let text = until(content, at + 1, |b| b == b'}').filter(|text| content.get(text.end) == Some(&b'}'))?;
            (!is_substituted(text.of(content))).then(|| Literal::of(text))
        }
        _ if slashes == 0 => {
            let prefix = rest.iter().take(3).take_while(|b| PREFIXES.contains(b)).count();
            let quote = rest.get(prefix).copied().filter(|b| prefix > 0 && matches!(b, b'"' | b'\''))?;
            quoted(content, at + prefix + 1, quote, 0, LONGEST)
        }
        _ => None,
    }
}

/// What may stand before the quote of a literal: letters that say of what kind it is, the bracket of a list.
const PREFIXES: &[u8] = b"@rRbBfFuULNEs$[{(";

/// Whether the text in braces names what a program puts there: `{password}`, `{config.Password}`, `{0}`, `{name:form}`.
fn is_substituted(text: &[u8]) -> bool {
    const RANDOM: i32 = 20;
    let field = text.iter().take_while(|b| b.is_ascii_lowercase()).count();
    let part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b':' | b'(' | b')' | b'[' | b']' | b'\'' | b'"');
    field > 1 && text.get(field) == Some(&b':') || text.iter().all(part) && letters::randomness(text) < RANDOM
}

/// Whether the brace at `at` opens the value of an attribute of an ODBC connection string: `UID=x;PWD={y}`.
fn is_in_connection_string(content: &[u8], at: usize) -> bool {
    let name = content[..at].strip_suffix(b"=").unwrap_or_default();
    let length = name.iter().rev().take(40).take_while(|b| b.is_ascii_alphanumeric() || **b == b' ').count();
    name[..name.len() - length].ends_with(b";")
}

/// A wrapped literal or a bare word.
fn unquoted(content: &[u8], operator: Operator, syntax: Syntax, around: impl Fn() -> Surroundings) -> Option<Literal> {
    let lead = *content.get(operator.end)?;
    let quoted_only = match operator.kind {
        Form::Call | Form::Argument | Form::Compare => true,
        Form::Blank => !syntax.has_bare_values(),
        _ => false,
    };
    let call = || (lead.is_ascii_alphabetic() || matches!(lead, b'[' | b'&')).then(|| wrapped(content, operator.end)).flatten();
    call().or_else(|| if quoted_only { None } else { bare::at(content, operator, syntax, around()) })
}

/// The quoted literal behind one of `marks`: the next argument, the next part of a concatenation.
pub(super) fn next(content: &[u8], at: usize, marks: &[u8]) -> Option<Literal> {
    let mark = skip(content, at, |b| b.is_ascii_whitespace());
    marks.contains(content.get(mark)?).then(|| first(content, skip(content, mark + 1, |b| b.is_ascii_whitespace()))).flatten()
}

/// The literal that stands before a comparison with what starts at `at`: `"…" == password`.
pub(super) fn compared(content: &[u8], at: usize) -> Option<Literal> {
    let before = content[..at].trim_ascii_end();
    let before = before.strip_suffix(b"==").or(before.strip_suffix(b"!="))?;
    let before = before.strip_suffix(b"=").unwrap_or(before).trim_ascii_end();
    let (&quote, text) = before.split_last().filter(|(b, _)| matches!(b, b'"' | b'\''))?;
    let length = text.iter().rev().take(LONGEST).position(|b| *b == quote || *b == b'\n')?;
    let start = text.len() - length;
    (text[start - 1] == quote).then(|| Literal::of(Span::new(start, text.len())))
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

/// Up to the quote that closes, at most `longest` bytes; `slashes` backslashes stand before the quote when it is inside another
/// literal. A quote that is written twice, and a shell's `'\'' `, go on.
pub(super) fn quoted(content: &[u8], start: usize, quote: u8, slashes: usize, longest: usize) -> Option<Literal> {
    let rest = content.get(start..)?;
    let rest = &rest[..rest.len().min(longest)];
    let literal = |at: usize| Literal::of(Span::new(start, start + at - slashes));
    // In XML, in TOML's and YAML's single quotes a backslash before the quote escapes nothing.
    let mut plain = None;
    let (mut run, mut at) = (0, 0);
    while let Some(&byte) = rest.get(at) {
        match byte {
            b'\n' => break,
            b'\\' => run += 1,
            _ if byte == quote && (run == slashes || slashes == 0 && run % 2 == 0) => {
                match doubled(rest, at, quote).filter(|_| slashes == 0) {
                    Some(length) => at += length - 1,
                    None => return Some(literal(at)),
                }
                run = 0;
            }
            // An unescaped quote inside an escaped literal closes the outer one.
            _ if byte == quote && run < slashes => return None,
            _ => {
                let ends = || matches!(rest.get(at + 1), None | Some(b'\n' | b'\r' | b'/' | b'>' | b' ' | b','));
                plain = plain.or_else(|| (byte == quote && slashes == 0 && ends()).then_some(at));
                run = 0;
            }
        }
        at += 1;
    }
    plain.map(literal)
}

/// Bytes of a quote at `at` that is a character of the literal: `''` with more behind it, and a shell's `'\''` and `'"'"'`.
fn doubled(rest: &[u8], at: usize, quote: u8) -> Option<usize> {
    let ends =
        |b: &u8| b.is_ascii_whitespace() || matches!(b, b',' | b';' | b')' | b']' | b'}' | b'>' | b':' | b'.' | b'+' | b'\\');
    match &rest[at + 1..] {
        [b'\\', b'\'', b'\'', ..] if quote == b'\'' => Some(4),
        [b'"', b'\'', b'"', b'\'', ..] if quote == b'\'' => Some(5),
        [second, next, ..] if (at > 0 || quote == b'\'') && *second == quote && quote != b'`' && !ends(next) => Some(2),
        _ => None,
    }
}

/// `&quot;x&quot;`.
fn entity(content: &[u8], at: usize) -> Option<Literal> {
    let open = [&b"&quot;"[..], b"&#34;", b"&#39;"].into_iter().find(|entity| content[at..].starts_with(entity))?;
    let text = until(content, at + open.len(), |b| matches!(b, b'&' | b'\n' | b'<'))?;
    content[text.end..].starts_with(open).then(|| Literal::of(text))
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
    quoted(content, start + 1, quote, slashes, LONGEST).map(|literal| Literal { callee: Span::new(at, open), ..literal })
}

/// Up to the first byte that `end` tells, or to the content's end; `None` where that is too far.
pub(super) fn until(content: &[u8], start: usize, end: impl Fn(u8) -> bool) -> Option<Span> {
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

/// Length of the name of a scheme that leads a value, as in `Bearer …`.
pub(super) fn scheme(text: &[u8]) -> usize {
    const SCHEMES: [&str; 7] = ["basic ", "bearer ", "token ", "apikey ", "api-key ", "ssws ", "key="];
    let leads = |s: &&&str| text.get(..s.len()).is_some_and(|t| t.eq_ignore_ascii_case(s.as_bytes()));
    SCHEMES.iter().find(leads).map_or(0, |s| s.len())
}
