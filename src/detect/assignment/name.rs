//! The name around a keyword.

use crate::types::span::Span;

/// Longest name that is read.
const LONGEST: usize = 80;

fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'$')
}

/// The identifier that the keyword stands in, dots and dashes included; `None` when it is too long to be a name.
pub(super) fn around(content: &[u8], keyword: Span) -> Option<Span> {
    let before = content[..keyword.start].iter().rev().take_while(|b| is_part(**b)).take(LONGEST).count();
    let after = content[keyword.end..].iter().take_while(|b| is_part(**b)).take(LONGEST).count();
    let name = Span::new(keyword.start - before, keyword.end + after);
    (name.len() < LONGEST).then_some(name)
}

/// Whether a name that holds the keyword (a span inside the name) names the secret itself, not something about it.
pub(super) fn is_secret(name: &[u8], keyword: Span) -> bool {
    let tail = &name[keyword.end.min(name.len())..];
    let tail: Vec<u8> = tail.iter().filter(|b| b.is_ascii_alphabetic()).map(u8::to_ascii_lowercase).collect();
    !ABOUT.iter().any(|word| tail.ends_with(word.as_bytes()) || tail.starts_with(word.as_bytes()) && word.len() > 3)
}

/// Words behind a keyword that make the name speak about a secret.
const ABOUT: &[&str] = &[
    "file",
    "path",
    "url",
    "uri",
    "name",
    "names",
    "length",
    "len",
    "size",
    "type",
    "field",
    "label",
    "policy",
    "expiry",
    "expires",
    "expiration",
    "ttl",
    "count",
    "header",
    "prefix",
    "suffix",
    "regex",
    "pattern",
    "min",
    "max",
    "algorithm",
    "algo",
    "provider",
    "hint",
    "prompt",
    "text",
    "title",
    "message",
    "error",
    "required",
    "enabled",
    "reset",
    "manager",
    "dir",
    "id",
    "ids",
    "ref",
    "version",
    "rotation",
    "strength",
    "validator",
    "placeholder",
    "description",
    "endpoint",
    "timeout",
    "format",
    "class",
    "store",
    "repository",
    "service",
    "controller",
    "handler",
    "factory",
    "encoder",
    "input",
    "column",
    "param",
    "parameter",
    "option",
    "options",
    "mode",
    "status",
    "state",
    "view",
    "page",
    "form",
    "izer",
    "ize",
    "ized",
    "s3bucket",
    "bucket",
    "index",
    "arn",
    "issuer",
    "scope",
    "scopes",
    "audience",
    "lifetime",
    "age",
    "method",
];
