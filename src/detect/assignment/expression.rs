//! Literals inside of an expression that may be its value: what it falls back to, the branches of a condition, the last argument
//! of `coalesce`.

use super::literal::{self, Literal};
use crate::types::span::Span;

/// Bytes of an expression that are read.
const FARTHEST: usize = 240;

/// What stands before a literal that an expression may come to.
const BRANCHES: &[&[u8]] = &[b" : ", b"? ", b"|| ", b"?? ", b" or ", b"?: ", b"default(", b" else ", b" Else "];

/// Functions of template languages that take a name and give something else.
#[rustfmt::skip]
const LOOKUPS: &[&str] = &[
    "parameters", "variables", "reference", "resourceid", "listkeys", "concat", "format", "contains", "equals", "startswith",
    "endswith", "secret", "getsecret", "outputs", "environment", "subscriptionresourceid", "guid", "uniquestring", "pickzones",
    "replace", "split", "indexof", "empty",
];

/// The first literal that the expression on the line from `at` on falls back to: `x ? y : "…"`, `get() || "…"`,
/// `{{ x | default("…") }}`.
pub(super) fn fallback(content: &[u8], at: usize) -> Option<Literal> {
    let rest = &content[at..content.len().min(at + FARTHEST)];
    let line = &rest[..rest.iter().position(|&b| b == b'\n').unwrap_or(rest.len())];
    let quotes = line.iter().enumerate().filter(|(_, b)| matches!(b, b'"' | b'\''));
    let place = quotes.map(|(n, _)| n).find(|&n| BRANCHES.iter().any(|mark| line[..n].ends_with(mark)))?;
    literal::first(content, at + place)
}

/// Whether a literal is an expression of Azure's templates: `"[if(empty(…), 'x', …)]"`.
pub(super) fn is_template(content: &[u8], text: Span) -> bool {
    let bytes = text.of(content);
    bytes.starts_with(b"[") && bytes.ends_with(b"]") && bytes.contains(&b'(')
}

/// Shows the string literals of such an expression, but for the arguments of look-ups; stops when `visit` says so.
pub(super) fn of_template(content: &[u8], text: Span, mut visit: impl FnMut(Literal) -> bool) {
    let mut at = text.start;
    while let Some(open) = memchr::memchr(b'\'', &content[at..text.end]) {
        let open = at + open;
        let Some(length) = memchr::memchr(b'\'', &content[open + 1..text.end]) else { return };
        let span = Span::new(open + 1, open + 1 + length);
        at = span.end + 1;
        if !is_looked_up(&content[text.start..open]) && visit(Literal::of(span)) {
            return;
        }
    }
}

/// Whether the call that is open at the end of a text is of a function that looks something up.
fn is_looked_up(before: &[u8]) -> bool {
    let mut depth = 0usize;
    let open = before.iter().rposition(|&b| {
        let found = b == b'(' && depth == 0;
        match b {
            b')' => depth += 1,
            b'(' => depth = depth.saturating_sub(1),
            _ => {}
        }
        found
    });
    let callee = open.map_or(&[][..], |open| &before[..open]);
    let length = callee.iter().rev().take_while(|b| b.is_ascii_alphanumeric()).count();
    let name = &callee[callee.len() - length..];
    LOOKUPS.iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes()))
}
