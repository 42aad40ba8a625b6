//! The value of a column in `INSERT INTO table (…, password, …) VALUES (…, 'x', …)`.
//!
//! Only the first row is read: the others stand too far from the name to be told by it.

use super::operator::skip;
use crate::detect::checks::shape;

/// Longest list of columns, and longest row, that is read.
const LONGEST: usize = 1024;

/// Where the literal starts that the column at `keyword` is given; `at` is where its name ends. `None` outside of such a
/// statement, and for a digest, which is what a password's column should hold.
pub(super) fn value(content: &[u8], keyword: usize, at: usize) -> Option<usize> {
    let listed =
        |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b',' | b' ' | b'`' | b'"' | b'[' | b']' | b'\n' | b'\t');
    let low = keyword.saturating_sub(LONGEST);
    let open = keyword - content[low..keyword].iter().rev().take_while(|b| listed(b)).count();
    let table = content[..open].strip_suffix(b"(")?.trim_ascii_end();
    let names = table.iter().rev().take(130).take_while(|b| **b != b' ' && **b != b'\n').count();
    let before = table[..table.len() - names].trim_ascii_end();
    if !before.len().checked_sub(5).is_some_and(|at| before[at..].eq_ignore_ascii_case(b" into")) {
        return None;
    }
    let index = content[open..keyword].iter().filter(|b| **b == b',').count();
    let rest = &content[at..content.len().min(at + LONGEST)];
    let close = at + rest.iter().take_while(|b| listed(b)).count();
    let word = skip(content, close + 1, |b| b.is_ascii_whitespace());
    let values = content.get(close) == Some(&b')') && content.get(word..word + 6)?.eq_ignore_ascii_case(b"values");
    let row = skip(content, word + 6, |b| b.is_ascii_whitespace());
    let start = (values && content.get(row) == Some(&b'(')).then(|| field(content, row + 1, index))??;
    let text = content.get(start + 1..)?;
    let length = text.iter().take(129).position(|b| matches!(b, b'\'' | b'"'))?;
    (!is_digest(&text[..length])).then_some(start)
}

/// Whether a value has the length of a digest in hex digits or in base64.
fn is_digest(value: &[u8]) -> bool {
    let encoded = matches!((value.len(), value), (24, [.., b'=', b'=']) | (28 | 44, [.., b'=']));
    encoded || value.len() >= 32 && shape::is_hex(value)
}

/// Where the field of that number starts in a row.
fn field(content: &[u8], row: usize, index: usize) -> Option<usize> {
    let (mut left, mut quote) = (index, None);
    let mut bytes = content.iter().enumerate().skip(row).take(LONGEST);
    while left > 0 {
        let (_, &byte) = bytes.next()?;
        match (quote, byte) {
            (Some(_), b'\\') => drop(bytes.next()),
            (Some(open), _) if open == byte => quote = None,
            (None, b'\'' | b'"') => quote = Some(byte),
            (None, b',') => left -= 1,
            (None, b'(' | b')' | b';') => return None,
            _ => {}
        }
    }
    Some(skip(content, bytes.next()?.0, |b| b.is_ascii_whitespace()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<&str> {
        let keyword = text.find("password").expect("the text holds the keyword");
        value(text.as_bytes(), keyword, keyword + 8).map(|start| &text[start..])
    }

    #[test]
    fn values_of_columns() {
        assert_eq!(of("INSERT INTO a.users (id, password, b) VALUES (1, 'x,y', 'z')"), Some("'x,y', 'z')"));
        assert_eq!(of("insert ignore into u (a, password) values ('(,\\'', 'y')"), Some("'y')"));
        assert_eq!(of("INSERT INTO u (password) SELECT 'x'"), None);
        assert_eq!(of("call(a, password, b) values (1, 'x', 2)"), None);
        assert_eq!(of("INSERT INTO u (a, password) VALUES (f(1), 'x')"), None);
    }

    #[test]
    fn digests_are_no_passwords() {
        let digests = ["0f1e2d3c".repeat(4), "aB3d".repeat(6)[..22].to_owned() + "=="];
        for digest in digests {
            assert_eq!(of(&format!("INSERT INTO u (password) VALUES ('{digest}')")), None, "{digest}");
        }
    }
}
