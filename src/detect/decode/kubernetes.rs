//! Entries of Kubernetes Secrets: what a manifest of `kind: Secret` holds in `data` and `stringData`, in YAML and JSON, alone, in a
//! list, in a template, or as JSON inside a string (the last-applied annotation); and the same object as Terraform, kubectl,
//! kustomize and programs make it.
//!
//! Each entry becomes a layer `key: value`, decoded where it is base64. The object says that it is secret, so the scanner judges
//! the value whatever the key is called. Values that are neither text nor drawn bytes (templates, ciphertext, archives) are passed over.

mod commands;
mod manifest;
mod pairs;

use memchr::memmem;

use super::digits::is_digit;
use super::layer::{Cut, Layer};
use crate::detect::checks::placeholder::is_placeholder;
use crate::types::finding::Via;
use crate::types::span::Span;

/// Bytes around `kind: Secret` that a manifest may extend to.
const REACH: usize = 1 << 20;
/// Bytes that one command line or constructor may extend to.
const NEAR: usize = 1 << 13;
/// What every word that opens a Secret holds, in any case.
const WORD: &[u8] = b"secret";

/// How the value of an entry is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coding {
    Base64,
    Plain,
}

/// What the word `secret` at a place opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Opening {
    /// A manifest, or a list of them, by the place of its word `kind`.
    Manifest { kind: Span, is_list: bool },
    /// `resource "kubernetes_secret" "name" {`
    Resource,
    /// `kubectl create secret …`
    Command,
    /// `secretGenerator:`
    Generator,
    /// `new k8s.core.v1.Secret(…)`, `corev1.Secret{…}`
    Constructor,
}

/// Whether the word `secret` at a place opens one.
pub(super) fn opens(content: &[u8], at: usize) -> bool {
    opening(content, at).is_some()
}

/// Where `secret` stands in a text, in any case.
pub(super) fn words(content: &[u8]) -> impl Iterator<Item = usize> + '_ {
    let ends = memmem::find_iter(content, &WORD[1..]);
    ends.filter(|&at| at > 0 && content[at - 1].eq_ignore_ascii_case(&WORD[0])).map(|at| at - 1)
}

/// Shows the entries of every Secret.
pub(super) fn for_each(content: &[u8], layer: &mut Layer, visit: &mut dyn FnMut(&Layer)) {
    let mut entries = Entries { content, layer, visit };
    // A manifest may hold another one as JSON in a string, so the two are counted on their own.
    let (mut lines, mut objects) = (0, 0);
    for at in words(content) {
        match opening(content, at) {
            Some(Opening::Manifest { kind, is_list }) => {
                if let Some(object) = (kind.start >= objects).then(|| object_of(content, kind, objects)).flatten() {
                    objects = entries.of_object(object);
                } else if kind.start >= lines {
                    lines = entries.of_manifest(manifest::around(content, kind.start, lines), is_list);
                }
            }
            Some(Opening::Resource) if at >= objects => objects = entries.of_resource(at),
            Some(Opening::Constructor) if at >= objects => objects = entries.of_constructor(at + WORD.len()),
            Some(Opening::Command) if at >= objects => objects = entries.of_command(at),
            Some(Opening::Generator) if at >= lines => lines = entries.of_generator(at),
            _ => {}
        }
    }
}

fn opening(content: &[u8], at: usize) -> Option<Opening> {
    let (before, behind) = (&content[..at], content.get(at + WORD.len()..)?);
    if content[at..].starts_with(WORD) {
        return match () {
            () if before.ends_with(b"kubernetes_") => Some(Opening::Resource),
            () if behind.starts_with(b"Generator") => Some(Opening::Generator),
            () if commands::is_command(before, behind) => Some(Opening::Command),
            () => None,
        };
    }
    if !content[at..].starts_with(b"Secret") {
        return None;
    }
    let is_list = behind.starts_with(b"List");
    let closed = is_list || behind.first().is_none_or(|b| !b.is_ascii_alphanumeric());
    if let Some(kind) = closed.then(|| kind_before(content, at)).flatten() {
        return Some(Opening::Manifest { kind, is_list });
    }
    let made = [&b"v1."[..], b"V1", b"KubeSecret", b"kplus."].iter().any(|maker| before.ends_with(maker));
    let called = matches!(behind.iter().find(|b| !matches!(b, b' ' | b'\n')), Some(b'(' | b'{'));
    (made && called).then_some(Opening::Constructor)
}

/// The word `kind` that a value at `value` belongs to.
fn kind_before(content: &[u8], value: usize) -> Option<Span> {
    let trim = |end: usize, drop: &[u8]| content[..end].iter().rposition(|b| !drop.contains(b)).map_or(0, |at| at + 1);
    let operator = &content[..trim(value, b" \t\"'\\")];
    let name = [&b":"[..], b"=>", b"="].into_iter().find_map(|sign| operator.strip_suffix(sign))?;
    let end = trim(name.len(), b" \t\"'\\");
    content[..end].ends_with(b"kind").then(|| Span::new(end - 4, end))
}

/// The object that a manifest is, where it is written as one: its key is quoted, or others stand before it on the line.
fn object_of(content: &[u8], kind: Span, low: usize) -> Option<Span> {
    let line = manifest::line_at(content, kind.start);
    let quoted = kind.start > 0 && matches!(content[kind.start - 1], b'"' | b'\'');
    let is_first = manifest::key_column(line.of(content)).is_some_and(|(column, _)| line.start + column == kind.start);
    if quoted || !is_first { enclosing_object(content, kind.start, low) } else { None }
}

/// The braces around `at` that open at `low` or behind, without regard to strings: their braces mostly come in pairs.
fn enclosing_object(content: &[u8], at: usize, low: usize) -> Option<Span> {
    let low = low.max(at.saturating_sub(REACH)).min(at);
    let mut depth = 0usize;
    let start = low
        + content[low..at].iter().rposition(|&b| {
            let found = b == b'{' && depth == 0;
            match b {
                b'}' => depth += 1,
                b'{' => depth = depth.saturating_sub(1),
                _ => {}
            }
            found
        })?;
    Some(Span::new(start, object_end(content, start, 2 * REACH)))
}

/// The end of the brackets that open at `start`, or how far they may reach.
fn object_end(content: &[u8], start: usize, reach: usize) -> usize {
    let high = content.len().min(start.saturating_add(reach));
    let mut depth = 0usize;
    let closing = content[start..high].iter().position(|&b| {
        match b {
            b'{' | b'(' => depth += 1,
            b'}' | b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    });
    closing.map_or(high, |at| start + at + 1)
}

/// Reads entries and shows those whose value is text, or bytes that were drawn.
struct Entries<'c, 'v> {
    content: &'c [u8],
    layer: &'v mut Layer,
    visit: &'v mut dyn FnMut(&Layer),
}

impl Entries<'_, '_> {
    /// Shows the value that stands on some lines.
    fn show(&mut self, name: Span, lines: &[Span], coding: Coding) {
        const LONGEST_NAME: usize = 253;
        if !(1..=LONGEST_NAME).contains(&name.len()) {
            return;
        }
        match coding {
            Coding::Base64 => self.show_decoded(name, lines),
            Coding::Plain => self.show_plain(name, lines),
        }
    }

    /// A text of several lines is scanned where it stands.
    fn show_plain(&mut self, name: Span, lines: &[Span]) {
        const LONGEST: usize = 4096;
        let [value] = lines else { return };
        if (1..=LONGEST).contains(&value.len()) {
            self.layer.begin(Via::Assignment);
            self.layer.lead(self.content, name);
            self.layer.plain(self.content, *value);
            self.layer.end(*value, Cut::default());
            (self.visit)(self.layer);
        }
    }

    fn show_decoded(&mut self, name: Span, lines: &[Span]) {
        /// Fewest digits in a value: four bytes.
        const SHORTEST: usize = 6;
        const LONGEST: usize = 128 * 1024;
        let (Some(first), Some(last)) = (lines.first(), lines.last()) else { return };
        let body = |line: &Span| {
            let padding = line.of(self.content).iter().rev().take_while(|&&b| b == b'=').count();
            Span::new(line.start, line.end - padding)
        };
        // A stand-in of words reads as base64 for addresses, which no object holds.
        if first.of(self.content).iter().any(|b| matches!(b, b'_' | b'-')) && is_placeholder(first.of(self.content)) {
            return;
        }
        let digits = |line: &Span| body(line).of(self.content).iter().all(|&b| is_digit(b));
        let length: usize = lines.iter().map(|line| body(line).len()).sum();
        if !(SHORTEST..=LONGEST).contains(&length) || !lines.iter().all(digits) {
            return;
        }
        self.layer.begin(Via::Base64);
        self.layer.lead(self.content, name);
        for line in lines {
            self.layer.line(self.content, body(line));
        }
        if self.layer.decode(Span::new(first.start, last.end), Cut::default()) || self.layer.is_drawn() {
            (self.visit)(self.layer);
        }
    }
}

/// A span without blanks, quotes and backslashes around it.
fn trimmed(content: &[u8], span: Span) -> Span {
    let text = span.of(content);
    let frame = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b'\\');
    let start = text.iter().position(|b| !frame(b)).unwrap_or(text.len());
    let end = text.iter().rposition(|b| !frame(b)).map_or(start, |at| at + 1);
    Span::new(span.start + start, span.start + end.max(start))
}
