//! What a rule's regex needs to match at all, read off its syntax once: tests that cost next to nothing and settle most
//! places of a common keyword before the regex is run, or even compiled.

// The path is spelled out because the build script includes this file.
#[path = "hint/literals.rs"]
mod literals;

use std::borrow::Cow;

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

use crate::types::rule::{Hint, Text};

/// The hint of a regex with these (lower-case) keywords; the empty one where it does not parse.
pub fn of(regex: &str, keywords: &[Text]) -> Hint {
    let parser = ParserBuilder::new().unicode(false).utf8(false).multi_line(true).build().parse(regex);
    let Ok(hir) = parser else { return Hint::NONE };
    let secret = capture(&hir);
    let run = secret.and_then(|secret| secret.properties().minimum_len()).unwrap_or(0).min(512) as u16;
    let (run, alphabet) = if run < WORTH { (0, 0) } else { (run, secret.map_or(0, alphabet)) };
    let byte = required(&hir).into_iter().filter(|b| commonness(*b) < COMMON).min_by_key(|b| commonness(*b));
    let also = literals::demanded(&hir, keywords).into_iter().map(Cow::Owned).collect();
    Hint { run, alphabet, byte, also: Cow::Owned(also) }
}

/// Shorter runs stand on nearly every line.
const WORTH: u16 = 8;

/// The group `secret`.
fn capture(hir: &Hir) -> Option<&Hir> {
    match hir.kind() {
        HirKind::Capture(group) if group.name.as_deref() == Some("secret") => Some(&group.sub),
        HirKind::Capture(group) => capture(&group.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => capture(&repetition.sub),
        HirKind::Concat(parts) => parts.iter().find_map(capture),
        _ => None,
    }
}

/// The ASCII bytes that may stand in what it matches, a bit each.
fn alphabet(hir: &Hir) -> u128 {
    let bits = |bytes: std::ops::RangeInclusive<u8>| bytes.filter(u8::is_ascii).fold(0, |bits, byte| bits | 1 << byte);
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 0,
        HirKind::Literal(literal) => literal.0.iter().map(|&byte| bits(byte..=byte)).fold(0, |a, b| a | b),
        HirKind::Class(Class::Bytes(class)) => class.iter().map(|range| bits(range.start()..=range.end())).fold(0, |a, b| a | b),
        HirKind::Class(Class::Unicode(class)) => {
            let ascii = |c: char| u8::try_from(c).unwrap_or(u8::MAX);
            class.iter().map(|range| bits(ascii(range.start())..=ascii(range.end()))).fold(0, |a, b| a | b)
        }
        HirKind::Repetition(repetition) => alphabet(&repetition.sub),
        HirKind::Capture(group) => alphabet(&group.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().map(alphabet).fold(0, |a, b| a | b),
    }
}

/// Bytes that every match holds.
fn required(hir: &Hir) -> Vec<u8> {
    match hir.kind() {
        HirKind::Literal(literal) => literal.0.to_vec(),
        HirKind::Repetition(repetition) if repetition.min > 0 => required(&repetition.sub),
        HirKind::Capture(group) => required(&group.sub),
        HirKind::Concat(parts) => parts.iter().flat_map(required).collect(),
        HirKind::Alternation(parts) => {
            let mut lists = parts.iter().map(required);
            let first = lists.next().unwrap_or_default();
            lists.fold(first, |kept, list| kept.into_iter().filter(|b| list.contains(b)).collect())
        }
        _ => Vec::new(),
    }
}

/// From here on a byte settles nothing.
const COMMON: u8 = 4;

/// How common a sign is in source text, roughly.
fn commonness(byte: u8) -> u8 {
    match byte {
        b'~' | b'@' | b'%' | b'^' | b'$' | b'!' | b'?' | b'|' => 0,
        b'&' | b'+' | b'{' | b'}' | b'[' | b']' | b'\\' | b'#' => 1,
        b'<' | b'>' | b';' | b'/' | b'\'' => 2,
        b'-' | b':' | b'"' | b'.' => 3,
        _ => COMMON,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints() {
        let bits = |text: &str| text.bytes().fold(0u128, |bits, b| bits | 1 << b);
        let (digits, lower) = ("0123456789", "abcdefghijklmnopqrstuvwxyz");
        let letters = bits(lower) | bits(&lower.to_uppercase());
        for (regex, run, alphabet, byte) in [
            (r"\b(?<secret>ghp_[0-9A-Za-z]{36})\b", 40, letters | bits(digits) | bits("_"), None),
            (r"https?://[^:@\s]+:(?<secret>[^@\s]{3,})@[a-z]+", 0, 0, Some(b'@')),
            (r#"key"?\s*[=:]\s*"(?<secret>[a-f0-9]{32})""#, 32, bits("abcdef") | bits(digits), Some(b'"')),
            (r"(?:a@|b@)(?<secret>[0-9]{9}|[a-z]{12})", 9, bits(digits) | bits(lower), Some(b'@')),
            (r"(?:a@)?(?<secret>x{3})", 0, 0, None),
            (r"(?<secret>\xff{9})", 9, 0, None),
            ("(", 0, 0, None),
        ] {
            let hint = of(regex, &["key".into()]);
            assert_eq!((hint.run, hint.alphabet, hint.byte), (run, alphabet, byte), "{regex}");
        }
    }

    #[test]
    fn literals_that_stand_in_every_match() {
        for (regex, want) in [
            (r"(?i:server|data[ ]?source)=[^;]*;(?i:pwd)=(?<secret>[^;]+)", &["data source=", "datasource=", "server="][..]),
            (r#"(?i)"pwd"\s*:\s*\{\s*["']value["']\s*:\s*"(?<secret>[^"]+)"#, &["\"value\"", "\"value'", "'value\"", "'value'"]),
            (r"(?i:pwd)=(?<secret>[^;]+)", &[]),
            (r"x(?:abc)?(?<secret>[0-9]+)", &[]),
        ] {
            assert_eq!(of(regex, &["pwd".into(), "pwd=".into()]).also, want, "{regex}");
        }
    }
}
