//! What a rule's regex needs to match at all, read off its syntax once: tests that cost next to nothing and settle most
//! places of a common keyword before the regex is run, or even compiled.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

use crate::types::rule::Hint;

/// The hint of a regex; the empty one where it does not parse.
pub fn of(regex: &str) -> Hint {
    let parser = ParserBuilder::new().unicode(false).utf8(false).multi_line(true).build().parse(regex);
    let Ok(hir) = parser else { return Hint::NONE };
    let secret = capture(&hir).filter(|secret| is_token(secret));
    let run = secret.and_then(|secret| secret.properties().minimum_len()).unwrap_or(0).min(512) as u16;
    let byte = required(&hir).into_iter().filter(|b| !b.is_ascii_alphanumeric()).min_by_key(|b| commonness(*b));
    Hint { run: if run < 8 { 0 } else { run }, byte: byte.filter(|b| commonness(*b) < 4) }
}

/// Whether a byte may stand in a token: everything printable but blanks, quotes and brackets.
pub const fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'_' | b'-' | b'+' | b'/' | b'=' | b'.' | b'~' | b'%' | b':' | b'!' | b'*' | b'@')
}

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

/// Whether everything it matches is of token bytes.
fn is_token(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => true,
        HirKind::Literal(literal) => literal.0.iter().all(|b| is_token_byte(*b)),
        HirKind::Class(Class::Bytes(class)) => class.iter().all(|range| (range.start()..=range.end()).all(is_token_byte)),
        HirKind::Class(Class::Unicode(class)) => {
            class.iter().all(|range| (range.start()..=range.end()).all(|c| u8::try_from(c).is_ok_and(is_token_byte)))
        }
        HirKind::Repetition(repetition) => is_token(&repetition.sub),
        HirKind::Capture(group) => is_token(&group.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().all(is_token),
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

/// How common a sign is in source text; a sign that nearly every line holds settles nothing.
fn commonness(byte: u8) -> u8 {
    match byte {
        b'~' | b'@' | b'%' | b'^' | b'$' | b'!' | b'?' | b'|' => 0,
        b'&' | b'+' | b'{' | b'}' | b'[' | b']' | b'\\' | b'#' => 1,
        b'<' | b'>' | b';' | b'/' => 2,
        b'-' | b':' => 3,
        _ => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints() {
        for (regex, run, byte) in [
            (r"\b(?<secret>ghp_[0-9A-Za-z]{36})\b", 40, None),
            (r"https?://[^:@\s]+:(?<secret>[^@\s]{3,})@[a-z.]+", 0, Some(b'@')),
            (r#"key"?\s*[=:]\s*"(?<secret>[a-f0-9]{32})""#, 32, None),
            (r"(?<secret>[^ ]{40})", 0, None),
            (r"(?:a@|b@)(?<secret>[0-9]{9}|[a-z]{12})", 9, Some(b'@')),
            (r"(?:a@)?(?<secret>x{3})", 0, None),
            ("(", 0, None),
        ] {
            assert_eq!(of(regex), Hint { run, byte }, "{regex}");
        }
    }
}
