//! Values of Kubernetes Secrets: `data` of every manifest of `kind: Secret`, in YAML and JSON, alone, in a list, in a
//! template, or as JSON inside a string (the last-applied annotation).
//!
//! Each value becomes a layer `key: decoded`, so that short passwords are judged by their key. `stringData` is plain text
//! and needs nothing. Values that are no base64 of text (templates, references, ciphertext, binary) are passed over.

use memchr::memmem;

use super::SECRET;
use super::digits::is_digit;
use super::layer::{Cut, Layer};
use crate::types::finding::Via;
use crate::types::span::Span;

/// Bytes around `kind: Secret` that a manifest may extend to.
const REACH: usize = 1 << 20;
/// Fewest base64 digits in a value: four bytes.
const SHORTEST: usize = 6;

/// Shows the values of every Secret.
pub(super) fn for_each(content: &[u8], layer: &mut Layer, visit: &mut dyn FnMut(&Layer)) {
    let mut done = 0;
    for at in memmem::find_iter(content, SECRET) {
        let Some(kind) = kind_before(content, at) else { continue };
        let quoted = kind.start > 0 && content[kind.start - 1] == b'"';
        let closed = content.get(at + SECRET.len()).is_none_or(|b| !b.is_ascii_alphanumeric());
        if !closed || kind.start < done {
            continue;
        }
        let object = if quoted { enclosing_object(content, kind.start, done) } else { None };
        let mut values = Values { content, layer, visit };
        done = match object {
            Some(object) => values.of_object(object),
            None => values.of_manifest(manifest(content, kind.start, done)),
        };
    }
}

/// The word `kind` that a value at `value` belongs to.
pub(super) fn kind_before(content: &[u8], value: usize) -> Option<Span> {
    let trim = |end: usize, drop: &[u8]| content[..end].iter().rposition(|b| !drop.contains(b)).map_or(0, |at| at + 1);
    let colon = trim(value, b" \t\"'\\");
    let end = trim(content[..colon].strip_suffix(b":")?.len(), b" \"'\\");
    content[..end].ends_with(b"kind").then(|| Span::new(end - 4, end))
}

/// The lines of one manifest whose keys stand at `column`.
#[derive(Clone, Copy, Debug)]
struct Manifest {
    span: Span,
    column: usize,
}

/// The line that `at` is in, without its break.
fn line_at(content: &[u8], at: usize) -> Span {
    let start = memchr::memrchr(b'\n', &content[..at]).map_or(0, |before| before + 1);
    let end = memchr::memchr(b'\n', &content[at..]).map_or(content.len(), |after| at + after);
    Span::new(start, end)
}

/// Column of the first key of a line, and whether the line starts an item of a list; `None` for blank lines and comments.
fn key_column(line: &[u8]) -> Option<(usize, bool)> {
    let column = line.iter().position(|b| !matches!(b, b' ' | b'-' | b'"' | b'\''))?;
    let item = line[..column].contains(&b'-');
    (!matches!(line[column], b'#' | b'\r')).then_some((column, item))
}

/// The manifest around the key at `kind`, not before `low`: the lines before and behind it that are not further out.
fn manifest(content: &[u8], kind: usize, low: usize) -> Manifest {
    let own = line_at(content, kind);
    let column = kind - own.start;
    let mut start = own.start;
    let item = |line: Span| key_column(line.of(content)).is_some_and(|(_, item)| item);
    let mut first = item(own);
    let low = low.max(own.start.saturating_sub(REACH));
    while !first && start > low {
        let line = line_at(content, start - 1);
        match key_column(line.of(content)) {
            _ if line.of(content).starts_with(b"---") => break,
            Some((at, _)) if at < column => break,
            Some((at, item)) => first = at == column && item,
            None => {}
        }
        start = line.start;
    }
    let mut end = own.end;
    while end < content.len().min(own.end.saturating_add(REACH)) {
        let line = line_at(content, end + 1);
        match key_column(line.of(content)) {
            _ if line.of(content).starts_with(b"---") => break,
            Some((at, item)) if at < column || at == column && item => break,
            _ => end = line.end,
        }
    }
    Manifest { span: Span::new(start, end), column }
}

/// The braces around `at` that open at `low` or behind, without regard to strings: base64 and names hold none.
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
    Some(Span::new(start, object_end(content, start)))
}

/// The end of the object that opens at `start`, or how far one may reach.
fn object_end(content: &[u8], start: usize) -> usize {
    let high = content.len().min(start + 2 * REACH);
    let mut depth = 0usize;
    let closing = content[start..high].iter().position(|&b| {
        match b {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    });
    closing.map_or(high, |at| start + at + 1)
}

/// Reads values and shows those that decode to text.
struct Values<'c, 'v> {
    content: &'c [u8],
    layer: &'v mut Layer,
    visit: &'v mut dyn FnMut(&Layer),
}

impl Values<'_, '_> {
    /// The values of a manifest's `data`; where it ends.
    fn of_manifest(&mut self, manifest: Manifest) -> usize {
        let mut at = manifest.span.start;
        let mut inside = false;
        while at < manifest.span.end {
            let line = line_at(self.content, at);
            at = line.end + 1;
            let Some((column, _)) = key_column(line.of(self.content)) else { continue };
            if column <= manifest.column {
                let key = &line.of(self.content)[column..];
                let data = [&b"data:"[..], b"data\":", b"data':"].into_iter().find_map(|name| key.strip_prefix(name));
                let rest = data.map(<[u8]>::trim_ascii);
                inside = rest.is_some_and(|rest| !rest.starts_with(b"{"));
                if data.is_some() && !inside {
                    let open = line.start + column + key.iter().position(|&b| b == b'{').unwrap_or_default();
                    self.of_pairs(Span::new(open, object_end(self.content, open)));
                }
            } else if inside {
                at = self.entry(Span::new(line.start + column, line.end), column, manifest.span.end);
            }
        }
        manifest.span.end
    }

    /// One `key: value` of `data`, the value on the line or in an indented block behind it; where the next line starts.
    fn entry(&mut self, line: Span, column: usize, end: usize) -> usize {
        let text = line.of(self.content);
        let Some(colon) = text.iter().position(|&b| b == b':') else { return line.end + 1 };
        let name = trimmed(self.content, Span::new(line.start, line.start + colon));
        let mut value = trimmed(self.content, Span::new(line.start + colon + 1, line.end));
        if let Some(after) = value.of(self.content).strip_prefix(b"!!binary") {
            value = trimmed(self.content, Span::new(value.end - after.len(), value.end));
        }
        if !matches!(value.of(self.content).first(), None | Some(b'|' | b'>')) {
            let comment = memmem::find(value.of(self.content), b" #").map_or(value.end, |at| value.start + at);
            self.show(name, &[trimmed(self.content, Span::new(value.start, comment))]);
            return line.end + 1;
        }
        let (mut lines, mut at) = (Vec::new(), line.end + 1);
        while at < end {
            let next = line_at(self.content, at);
            let indent = next.of(self.content).iter().take_while(|&&b| b == b' ').count();
            let text = trimmed(self.content, next);
            if indent <= column && !text.is_empty() {
                break;
            }
            at = next.end + 1;
            lines.extend((!text.is_empty()).then_some(text));
        }
        self.show(name, &lines);
        at
    }

    /// The pairs of an object's `data`; where it ends.
    fn of_object(&mut self, object: Span) -> usize {
        let mut at = object.start;
        while let Some(found) = memmem::find(&self.content[at..object.end], b"data") {
            at += found + b"data".len();
            let opened = self.content[..at - b"data".len()].ends_with(b"\"");
            let rest = &self.content[at..object.end];
            let open = rest.iter().take(64).position(|b| !matches!(b, b'"' | b'\\' | b':' | b' ' | b'\n' | b'\r' | b'\t'));
            if let Some(open) = open.filter(|&open| opened && rest[open] == b'{' && rest[..open].contains(&b':')) {
                let end = object_end(self.content, at + open).min(object.end);
                self.of_pairs(Span::new(at + open, end));
                at = end;
            }
        }
        object.end
    }

    /// `"key": "value"` pairs, whose quotes may be escaped; in YAML both may be bare.
    fn of_pairs(&mut self, object: Span) {
        let mut name: Option<Span> = None;
        let mut at = object.start + 1;
        while at < object.end {
            let token = self.content[at..object.end]
                .iter()
                .position(|b| matches!(b, b',' | b':' | b'{' | b'}'))
                .map_or(object.end, |end| at + end);
            let word = trimmed(self.content, Span::new(at, token));
            match (self.content.get(token), name) {
                (Some(b':'), None) => name = Some(word),
                (Some(b',' | b'}'), Some(key)) => {
                    self.show(key, &[word]);
                    name = None;
                }
                _ => name = None,
            }
            at = token + 1;
        }
    }

    /// Decodes the lines of a value; shows it if it is text.
    fn show(&mut self, name: Span, lines: &[Span]) {
        const LONGEST_NAME: usize = 253;
        const LONGEST: usize = 128 * 1024;
        let (Some(first), Some(last)) = (lines.first(), lines.last()) else { return };
        let body = |line: &Span| {
            let padding = line.of(self.content).iter().rev().take_while(|&&b| b == b'=').count();
            Span::new(line.start, line.end - padding)
        };
        let digits = |line: &Span| body(line).of(self.content).iter().all(|&b| is_digit(b));
        let length: usize = lines.iter().map(|line| body(line).len()).sum();
        let fits = (SHORTEST..=LONGEST).contains(&length) && (1..=LONGEST_NAME).contains(&name.len());
        if !fits || !lines.iter().all(digits) {
            return;
        }
        self.layer.begin(Via::Base64);
        self.layer.lead(self.content, name);
        for line in lines {
            self.layer.line(self.content, body(line));
        }
        if self.layer.decode(Span::new(first.start, last.end), Cut::default()) {
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
