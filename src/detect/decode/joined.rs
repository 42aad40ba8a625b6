//! A token that source code puts together from literals: `"start" + "end"`, `"start" "end"`, and a literal that goes on behind a
//! backslash at the end of its line.
//!
//! Only literals that start with the keyword of a rule are looked at, so that ordinary text costs a glance at the byte before each
//! keyword.

use super::layer::{Cut, Layer};
use crate::types::finding::Via;
use crate::types::span::Span;

/// Longest literal, and longest text between two of them.
const LITERAL: usize = 256;
const BETWEEN: usize = 64;
/// Longest expression; what is looked at beyond a keyword.
const LONGEST: usize = 512;

/// Whether the keyword at `at` starts a literal.
pub fn may_start(content: &[u8], at: usize) -> bool {
    at > 0 && is_quote(content[at - 1])
}

/// Shows the expression whose first literal starts with the keyword at each of `starts`, where it is more than the literal.
pub fn for_each(content: &[u8], starts: &[usize], layer: &mut Layer, visit: &mut dyn FnMut(&Layer)) {
    let mut end = 0;
    for &start in starts.iter().filter(|&&start| may_start(content, start)) {
        // Several rules may have the keyword.
        if start > end && fill(content, start - 1, layer) {
            end = layer.origin().end;
            visit(layer);
        }
    }
}

/// Fills the layer with the expression that starts with the quote at `start`; whether there is one of several parts.
fn fill(content: &[u8], start: usize, layer: &mut Layer) -> bool {
    let content = &content[..content.len().min(start + LONGEST)];
    layer.begin(Via::Joined);
    let (mut quote, mut plain, mut at, mut parts) = (content[start], start, start + 1, 1);
    loop {
        let literal = &content[at..content.len().min(at + LITERAL)];
        let Some(stop) = literal.iter().position(|&b| b == quote || matches!(b, b'\\' | b'\n' | b'\r')) else { return false };
        at += stop;
        let next = if content[at] == quote { next_literal(content, at) } else { next_line(content, at) };
        match next {
            Some(next) => {
                layer.plain(content, Span::new(plain, at));
                layer.unit(b"", Span::new(at, next));
                if content[at] == quote {
                    quote = content[next - 1];
                }
                (plain, at, parts) = (next, next, parts + 1);
            }
            None if content[at] == quote => break,
            None => return false,
        }
    }
    layer.plain(content, Span::new(plain, at + 1));
    layer.end(Span::new(start, at + 1), Cut::default());
    parts > 1
}

/// Where the text of the next literal starts, if one follows the quote at `at` with nothing between but what joins the two.
fn next_literal(content: &[u8], at: usize) -> Option<usize> {
    let rest = &content[at + 1..content.len().min(at + 1 + BETWEEN)];
    let is_between = |b: u8| b.is_ascii_whitespace() || matches!(b, b'+' | b'.' | b'&' | b'|' | b'~' | b'\\');
    let len = rest.iter().position(|&b| !is_between(b))?;
    // The same quote twice is one that is escaped.
    (is_quote(rest[len]) && (len > 0 || rest[len] != content[at])).then_some(at + len + 2)
}

/// Where a literal goes on, if the backslash at `at` ends its line.
fn next_line(content: &[u8], at: usize) -> Option<usize> {
    match &content[at..] {
        [b'\\', b'\n', ..] => Some(at + 2),
        [b'\\', b'\r', b'\n', ..] => Some(at + 3),
        _ => None,
    }
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions() {
        for (text, want) in [
            ("\"ab\" + \"cd\"", Some("\"abcd\"")),
            ("\"ab\" \"cd\" . 'ef'", Some("\"abcdef'")),
            ("'ab' ||\n  'cd'", Some("'abcd'")),
            ("\"ab\\\ncd\"", Some("\"abcd\"")),
            ("\"ab\" \\\n \"cd\"", Some("\"abcd\"")),
            ("'ab''cd'", None),
            ("\"ab\", \"cd\"", None),
            ("\"ab\": \"cd\"", None),
            ("\"ab\" + cd", None),
            ("\"ab\ncd\"", None),
            ("\"ab", None),
        ] {
            let mut layer = Layer::default();
            let mut shown = None;
            for_each(text.as_bytes(), &[1, 1], &mut layer, &mut |layer| {
                assert_eq!(shown.replace(String::from_utf8_lossy(layer.text()).into_owned()), None);
                assert_eq!(layer.origin(), Span::new(0, text.len()));
                let whole = Span::new(1, layer.text().len() - 1);
                assert!(layer.owns(whole) && layer.original(whole) == Span::new(1, text.len() - 1));
            });
            assert_eq!(shown.as_deref(), want, "{text:?}");
        }
    }
}
