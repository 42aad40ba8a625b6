//! Simple shapes of a value.

use crate::types::rule::Text;

/// How many of upper case, lower case, digits and others the text has: 0 to 4.
pub fn kinds(text: &[u8]) -> usize {
    let tests: [fn(&u8) -> bool; 4] =
        [u8::is_ascii_uppercase, u8::is_ascii_lowercase, u8::is_ascii_digit, |b| !b.is_ascii_alphanumeric()];
    tests.iter().filter(|test| text.iter().any(*test)).count()
}

/// All hex digits, and at least one.
pub fn is_hex(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(u8::is_ascii_hexdigit)
}

/// 8-4-4-4-12 hex digits, either case.
pub fn is_uuid(text: &[u8]) -> bool {
    text.len() == 36
        && text.iter().enumerate().all(|(at, b)| match at {
            8 | 13 | 18 | 23 => *b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

/// Whether any of the texts stands in `whole`.
pub fn contains_any(whole: &[u8], texts: &[Text]) -> bool {
    texts.iter().any(|text| contains(whole, text.as_bytes()))
}

/// Whether `part` stands in `whole`; the empty part always does.
pub fn contains(whole: &[u8], part: &[u8]) -> bool {
    part.is_empty() || whole.windows(part.len()).any(|window| window == part)
}
