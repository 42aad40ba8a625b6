//! Several literals under one name: `API_KEYS = ["…", "…"]`, items of YAML, and maps of them where the name is a plural.

use super::bare;
use super::literal::{self, Literal};
use super::operator::{blank, skip, value_start};
use super::syntax::Syntax;
use crate::types::span::Span;

/// Bytes of a list that are read.
const LONGEST: usize = 2048;

/// What may stand before the bracket of a list.
#[rustfmt::skip]
const BUILDERS: &[&str] = &[
    "list.of", "listof", "arrays.aslist", "aslist", "set.of", "setof", "arrayof", "mutablelistof", "immutablelist.of",
    "immutableset.of", "array", "vec!", "list", "tuple", "set", "frozenset", "seq", "c", "stream.of", "map.of",
];

/// What a list may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Members {
    /// Literals.
    Items,
    /// Literals, or pairs of a key and one.
    Pairs,
}

/// Shows the literals of the list that starts at `at`, which is where a value would; whether there is one of them.
pub(super) fn each(content: &[u8], at: usize, syntax: Syntax, members: Members, visit: &mut dyn FnMut(Literal)) -> bool {
    let mut any = false;
    let mut show = |literal: Literal| {
        any = true;
        visit(literal);
    };
    if let Some(open) = bracket(content, at) {
        bracketed(content, open, syntax, members, &mut show);
    } else if syntax.has_bare_values() && matches!(content.get(at), Some(b'\n' | b'\r')) {
        lines(content, at, members, &mut show);
    }
    any
}

/// Behind the bracket that opens a list.
fn bracket(content: &[u8], at: usize) -> Option<usize> {
    let word = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'!' | b'&' | b'%' | b'<' | b'>' | b' ');
    let lead = skip(content, at, word);
    let text = content[at..lead].trim_ascii();
    let is_array = content.get(lead..lead + 2) == Some(b"[]");
    let open = if is_array { skip(content, lead + 2, |b| word(b) || b == b'*') } else { lead };
    let builds = || BUILDERS.iter().any(|known| text.eq_ignore_ascii_case(known.as_bytes()));
    let is_plain = text.is_empty() || text == b"&";
    match content.get(open)? {
        b'[' | b'{' | b'(' if is_array || builds() => Some(open + 1),
        b'[' | b'{' if is_plain || text.starts_with(b"new ") => Some(open + 1),
        b'(' if is_plain => Some(open + 1),
        _ => None,
    }
}

fn bracketed(content: &[u8], open: usize, syntax: Syntax, members: Members, show: &mut dyn FnMut(Literal)) {
    let high = content.len().min(open + LONGEST);
    let mut at = open;
    while at < high {
        at = over_blanks(content, at, high);
        // In braces stand pairs, or what a template fills in.
        let bare = || bare::item(content, at).filter(|_| syntax.has_bare_values() && content[open - 1] == b'[');
        let Some(item) = literal::first(content, at).or_else(bare) else { return };
        let behind = behind(content, item);
        let next = skip(content, behind, blank);
        match content.get(next) {
            Some(b':' | b'=') if members == Members::Items => return,
            Some(b':' | b'=') => {
                let length = if content.get(next + 1) == Some(&b'>') { 2 } else { 1 };
                let value = value_start(content, next + length);
                let Some(literal) = literal::first(content, value)
                    .or_else(|| syntax.has_bare_values().then(|| bare::item(content, value)).flatten())
                else {
                    return;
                };
                show(literal);
                at = self::behind(content, literal);
            }
            _ => {
                show(item);
                at = behind;
            }
        }
        at = over_blanks(content, at, high);
        if content.get(at) != Some(&b',') {
            return;
        }
        at += 1;
    }
}

/// Items and pairs that stand on lines of their own below a name, as YAML has them.
fn lines(content: &[u8], at: usize, members: Members, show: &mut dyn FnMut(Literal)) {
    let high = content.len().min(at + LONGEST);
    let start = memchr::memrchr(b'\n', &content[at.saturating_sub(512)..at]).map_or(0, |n| at.saturating_sub(512) + n + 1);
    let outer = skip(content, start, |b| matches!(b, b' ' | b'-')) - start;
    let Some(mut line) = memchr::memchr(b'\n', &content[at..high]).map(|n| at + n + 1) else { return };
    let mut column = None;
    while line < high {
        let end = memchr::memchr(b'\n', &content[line..high]).map_or(high, |n| line + n);
        let text = skip(content, line, |b| b == b' ').min(end);
        let is_item = content[text..end].starts_with(b"- ");
        let blank_line = matches!(content.get(text), None | Some(b'\n' | b'\r' | b'#'));
        if !blank_line {
            let deep = text - line > outer || is_item && text - line == outer;
            if !deep || *column.get_or_insert(text - line) != text - line || !is_item && members == Members::Items {
                return;
            }
            let value = if is_item { value_start(content, text + 2) } else { behind_key(content, text, end).unwrap_or(end) };
            if let Some(literal) = literal::first(content, value).or_else(|| bare::item(content, value)) {
                show(literal);
            }
        }
        line = end + 1;
    }
}

/// Behind the colon of a line's key.
fn behind_key(content: &[u8], key: usize, end: usize) -> Option<usize> {
    let colon = key + content[key..end].windows(2).position(|pair| pair == b": ")?;
    let is_plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'"' | b'\'' | b'@');
    content[key..colon].iter().all(is_plain).then(|| value_start(content, colon + 1))
}

/// Behind a literal and the mark that closes it.
fn behind(content: &[u8], literal: Literal) -> usize {
    if literal.quoted() {
        skip(content, literal.span.end, |b| matches!(b, b'\\' | b'"' | b'\'' | b'`'))
    } else {
        literal.span.end
    }
}

/// Over blanks, line breaks and comments.
fn over_blanks(content: &[u8], mut at: usize, high: usize) -> usize {
    loop {
        at = skip(content, at, |b| b.is_ascii_whitespace()).min(high);
        match content.get(at..high) {
            Some([b'#', ..] | [b'/', b'/', ..]) => {
                at = memchr::memchr(b'\n', &content[at..high]).map_or(high, |n| at + n + 1);
            }
            Some([b' ' | b'\t' | b'\n' | b'\r', ..]) => {}
            _ => return at,
        }
    }
}

/// Whether a name speaks of several: `API_KEYS`, `tokens`.
pub(super) fn is_plural(name: Span, content: &[u8]) -> bool {
    matches!(name.of(content).last(), Some(b's' | b'S')) && !name.of(content).ends_with(b"pass")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_ends_at_its_bound_inside_of_blanks() {
        let blanks = " ".repeat(LONGEST);
        for lead in 0..8 {
            let text = format!("keys:{}\n  - {}\n{blanks}- x", " ".repeat(lead), ["kX9v", "Q2mL"].concat());
            let mut found = 0;
            each(text.as_bytes(), 5 + lead, Syntax::Lines, Members::Items, &mut |_| found += 1);
            assert_eq!(found, 1, "{lead}");
        }
    }
}
