//! Objects in braces: JSON, also inside a string, flow mappings of YAML, HCL, and the literals of programs.

use memchr::memmem;

use super::{Coding, Entries, NEAR, WORD, object_end, trimmed};
use crate::types::span::Span;

/// The names under which a Secret's entries stand, longest first, and how those are written. Terraform's `data` is
/// [another matter](Entries::of_resource).
const NAMES: [(&[u8], Coding); 6] = [
    (b"binary_data", Coding::Base64),
    (b"string_data", Coding::Plain),
    (b"stringData", Coding::Plain),
    (b"StringData", Coding::Plain),
    (b"data", Coding::Base64),
    // Go's client, whose values are bytes.
    (b"Data", Coding::Plain),
];

/// How entries are written behind a key that they stand under, and what follows its operator; the text starts with the key.
pub(super) fn data_key(text: &[u8]) -> Option<(Coding, &[u8])> {
    let (name, coding) = NAMES.into_iter().find(|(name, _)| text.starts_with(name))?;
    let rest = &text[name.len()..];
    let rest = &rest[rest.iter().take_while(|b| matches!(b, b'"' | b'\'' | b'\\' | b' ' | b'\t')).count()..];
    let rest = [&b":"[..], b"=>", b"="].into_iter().find_map(|sign| rest.strip_prefix(sign))?;
    Some((coding, rest))
}

/// A value without the tags and anchors of YAML before it, and without blanks.
pub(super) fn untagged(content: &[u8], span: Span) -> Span {
    let mut start = span.start;
    loop {
        let rest = &content[start..span.end];
        start += rest.len() - rest.trim_ascii_start().len();
        let rest = content[start..span.end].trim_ascii_end();
        if !matches!(rest.first(), Some(b'!' | b'&')) {
            return Span::new(start, start + rest.len());
        }
        match rest.iter().position(u8::is_ascii_whitespace) {
            Some(word) => start += word,
            None if rest.starts_with(b"!!") || rest.starts_with(b"&") => return Span::new(span.end, span.end),
            None => return Span::new(start, start + rest.len()),
        }
    }
}

/// A scalar of YAML on one line: what its quotes hold, or the bare text up to a comment; `None` for an alias and for quotes
/// that are closed on another line.
pub(super) fn scalar(content: &[u8], span: Span) -> Option<Span> {
    let text = span.of(content);
    match text.first()? {
        b'*' => None,
        b'"' | b'\'' => literal(content, span).map(|(value, _)| value),
        _ => {
            let end = memmem::find(text, b" #").unwrap_or(text.len());
            Some(Span::new(span.start, span.start + text[..end].trim_ascii_end().len()))
        }
    }
}

/// What quotes around the whole of a span hold, or the span itself.
pub(super) fn unquoted(content: &[u8], span: Span) -> Span {
    literal(content, span).filter(|(_, end)| *end == span.end).map_or(span, |(value, _)| value)
}

/// The literal that a span starts with, without its quotes, which may be escaped, and where the next thing starts.
fn literal(content: &[u8], span: Span) -> Option<(Span, usize)> {
    const LONGEST: usize = 64 * 1024;
    let text = &span.of(content)[..span.len().min(LONGEST)];
    let escapes = text.iter().take_while(|&&b| b == b'\\').count();
    let quote = *text.get(escapes).filter(|b| matches!(b, b'"' | b'\'' | b'`'))?;
    let start = escapes + 1;
    let mut backslashes = 0;
    for (at, &byte) in text.iter().enumerate().skip(start) {
        if byte == quote && (backslashes == escapes || escapes == 0 && backslashes % 2 == 0) {
            let value = Span::new(span.start + start, span.start + (at - escapes.min(backslashes)).max(start));
            return Some((value, span.start + at + 1));
        }
        if byte == b'\n' && quote != b'`' {
            return None;
        }
        backslashes = if byte == b'\\' { backslashes + 1 } else { 0 };
    }
    None
}

impl Entries<'_, '_> {
    /// The entries of an object that is a manifest, or holds several; where it ends.
    pub(super) fn of_object(&mut self, object: Span) -> usize {
        self.of_keys(object, true, |coding, _| coding);
        object.end
    }

    /// The entries of Terraform's resource at the end of whose type the word `secret` stands; where it ends. `data` is plain there.
    pub(super) fn of_resource(&mut self, word: usize) -> usize {
        let behind = &self.content[word + WORD.len()..self.content.len().min(word + 256)];
        let kind = behind.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
        let name = behind[kind..].iter().take_while(|b| !matches!(b, b'{' | b'}' | b'\n' | b'=' | b'.')).count();
        let open = word + WORD.len() + kind + name;
        if self.content.get(open) != Some(&b'{') {
            return open;
        }
        let object = Span::new(open, object_end(self.content, open, NEAR));
        self.of_keys(object, false, |coding, name| if name == b"data" { Coding::Plain } else { coding });
        object.end
    }

    /// The entries of an object that a program makes, whose arguments or fields start behind `at`; where it ends.
    pub(super) fn of_constructor(&mut self, at: usize) -> usize {
        let blanks = self.content[at..].iter().take_while(|b| matches!(b, b' ' | b'\n')).count();
        let arguments = Span::new(at + blanks, object_end(self.content, at + blanks, NEAR));
        self.of_keys(arguments, false, |coding, _| coding);
        arguments.end
    }

    /// The pairs in the braces behind every key of [`NAMES`].
    fn of_keys(&mut self, object: Span, bare: bool, coding: impl Fn(Coding, &[u8]) -> Coding) {
        let mut at = object.start;
        while let Some(found) = memmem::find(&self.content[at..object.end], b"ata") {
            let end = at + found + 3;
            let is_part = |b: &&u8| b.is_ascii_alphanumeric() || **b == b'_';
            let length = self.content[at..end].iter().rev().take_while(is_part).count();
            let name = Span::new(end - length, end);
            at = end;
            let key = Span::new(name.start, object.end.min(name.end + 160));
            let Some((known, rest)) = data_key(key.of(self.content)) else { continue };
            let start = key.end - rest.len();
            // A type may stand before the brace: `map[string]string{`.
            let is_type = |b: &&u8| b.is_ascii_alphanumeric() || b.is_ascii_whitespace() || b"[].<>,()_\\".contains(*b);
            let open = start + rest.iter().take_while(is_type).count();
            if self.content.get(open) == Some(&b'{') {
                let inside = Span::new(open, object_end(self.content, open, object.end - open).min(object.end));
                self.of_pairs(inside, coding(known, name.of(self.content)), bare);
                at = inside.end;
            }
        }
    }

    /// `"key": "value"` pairs of one object. Values without quotes count where they are `bare` text, as in YAML.
    pub(super) fn of_pairs(&mut self, object: Span, coding: Coding, bare: bool) {
        let mut at = object.start + 1;
        while at < object.end {
            let rest = &self.content[at..object.end];
            at += rest.iter().take_while(|b| b.is_ascii_whitespace() || matches!(b, b',' | b'[' | b'}' | b';')).count();
            let Some((name, behind)) = self.key(Span::new(at, object.end)) else { return };
            at = self.pair(name, Span::new(behind, object.end), coding, bare).max(at + 1);
        }
    }

    /// The key that a span starts with, and where its value does.
    fn key(&self, span: Span) -> Option<(Span, usize)> {
        let (name, end) = literal(self.content, span).unwrap_or_else(|| {
            let is_part = |b: &&u8| !b.is_ascii_whitespace() && !b"\"'\\:=,{}()".contains(*b);
            let end = span.start + span.of(self.content).iter().take_while(is_part).count();
            (Span::new(span.start, end), end)
        });
        let rest = &self.content[end..span.end];
        let blanks = rest.iter().take_while(|b| matches!(b, b' ' | b'\t' | b']' | b'\n' | b'\r')).count();
        let sign = [&b"=>"[..], b"=", b":"].into_iter().find(|sign| rest[blanks..].starts_with(sign));
        // What is no key is stepped over.
        Some((if sign.is_some() { name } else { Span::new(end, end) }, end + blanks + sign.map_or(0, <[u8]>::len)))
            .filter(|_| span.start < span.end)
    }

    /// The value at the start of a span; where what follows it starts.
    fn pair(&mut self, name: Span, span: Span, coding: Coding, bare: bool) -> usize {
        const BYTES: &[u8] = b"[]byte(";
        let blanks = span.of(self.content).iter().take_while(|b| b.is_ascii_whitespace()).count();
        let mut start = span.start + blanks;
        let is_bytes = self.content[start..span.end].starts_with(BYTES);
        start += if is_bytes { BYTES.len() } else { 0 };
        let rest = Span::new(start, span.end);
        if let Some((value, end)) = literal(self.content, rest) {
            let behind = self.content[end..span.end].iter().copied().find(|b| !matches!(b, b' ' | b'\t' | b'\r'));
            // Anything else makes an expression of it.
            if matches!(behind, None | Some(b',' | b'}' | b'\n' | b'#' | b'/' | b';')) || is_bytes && behind == Some(b')') {
                self.show(name, &[value], coding);
            }
            return end;
        }
        if self.content.get(start) == Some(&b'{') {
            return object_end(self.content, start, span.end - start);
        }
        let ends = |b: &u8| matches!(b, b',' | b'}' | b'\n');
        let end = start + rest.of(self.content).iter().position(ends).unwrap_or(rest.len());
        if bare {
            self.show(name, &[trimmed(self.content, Span::new(start, end))], coding);
        }
        end
    }
}
