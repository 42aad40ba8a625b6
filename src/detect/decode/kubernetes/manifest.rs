//! Manifests that are written as lines: YAML.

use super::{Coding, Entries, REACH, object_end, pairs, trimmed};
use crate::types::span::Span;

/// The lines of one manifest whose keys stand at `column`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manifest {
    span: Span,
    column: usize,
}

/// The line that `at` is in, without its break.
pub(super) fn line_at(content: &[u8], at: usize) -> Span {
    let start = memchr::memrchr(b'\n', &content[..at]).map_or(0, |before| before + 1);
    let end = memchr::memchr(b'\n', &content[at..]).map_or(content.len(), |after| at + after);
    Span::new(start, end)
}

/// Column of the first key of a line, and whether the line starts an item of a list; `None` for blank lines, comments and the
/// actions of templates.
pub(super) fn key_column(line: &[u8]) -> Option<(usize, bool)> {
    let column = line.iter().position(|b| !matches!(b, b' ' | b'\t' | b'-' | b'"' | b'\''))?;
    let item = line[..column].contains(&b'-');
    let is_action = [&b"{{"[..], b"{%", b"<%"].iter().any(|open| line[column..].starts_with(open));
    (!is_action && !matches!(line[column], b'#' | b'\r')).then_some((column, item))
}

/// Whether a line that is no further in than a manifest's keys is none of its lines: a document's end, a fence, the end of a
/// here-document.
fn is_boundary(line: &[u8]) -> bool {
    let text = line.trim_ascii();
    text.starts_with(b"---")
        || text.starts_with(b"```")
        || !text.iter().any(|b| matches!(b, b':' | b'=')) && !matches!(text.first(), Some(b'{' | b'}'))
}

/// The manifest around the key at `kind`, not before `low`: the lines before and behind it that are not further out.
pub(super) fn around(content: &[u8], kind: usize, low: usize) -> Manifest {
    let own = line_at(content, kind);
    let column = kind - own.start;
    let ends = |line: Span, at: usize| at < column || at == column && is_boundary(line.of(content));
    let mut start = own.start;
    let item = |line: Span| key_column(line.of(content)).is_some_and(|(_, item)| item);
    let mut first = item(own);
    let low = low.max(own.start.saturating_sub(REACH));
    while !first && start > low {
        let line = line_at(content, start - 1);
        match key_column(line.of(content)) {
            _ if line.of(content).starts_with(b"---") => break,
            Some((at, _)) if ends(line, at) => break,
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
            Some((at, item)) if at == column && item || ends(line, at) => break,
            _ => end = line.end,
        }
    }
    Manifest { span: Span::new(start, end), column }
}

impl Entries<'_, '_> {
    /// The entries of a manifest, or of all in a list of them; where it ends.
    pub(super) fn of_manifest(&mut self, manifest: Manifest, is_list: bool) -> usize {
        let mut at = manifest.span.start;
        let mut inside: Option<(Coding, usize)> = None;
        while at < manifest.span.end {
            let line = line_at(self.content, at);
            at = line.end + 1;
            let Some((column, _)) = key_column(line.of(self.content)) else { continue };
            if let Some((coding, of_data)) = inside {
                if column > of_data {
                    at = self.entry(Span::new(line.start + column, line.end), column, manifest.span.end, coding);
                    continue;
                }
                inside = None;
            }
            let key = Span::new(line.start + column, line.end);
            let Some((coding, rest)) = pairs::data_key(key.of(self.content)).filter(|_| is_list || column <= manifest.column)
            else {
                continue;
            };
            let value = rest.trim_ascii();
            match value.first() {
                Some(b'{') => {
                    let open = key.end - rest.len() + rest.iter().position(|&b| b == b'{').unwrap_or_default();
                    let object = Span::new(open, object_end(self.content, open, 2 * REACH));
                    self.of_pairs(object, coding, true);
                    at = at.max(object.end);
                }
                None | Some(b'#' | b'&' | b'!') => inside = Some((coding, column)),
                Some(_) => {}
            }
        }
        manifest.span.end
    }

    /// One `key: value`, the value on the line or in an indented block behind it; where the next line starts.
    fn entry(&mut self, line: Span, column: usize, end: usize, coding: Coding) -> usize {
        let text = line.of(self.content);
        let Some(colon) = colon_of(text) else { return line.end + 1 };
        let name = trimmed(self.content, Span::new(line.start, line.start + colon));
        let value = pairs::untagged(self.content, Span::new(line.start + colon + 1, line.end));
        if !matches!(value.of(self.content).first(), None | Some(b'|' | b'>' | b'#')) {
            if let Some(value) = pairs::scalar(self.content, value) {
                self.show(name, &[value], coding);
            }
            return line.end + 1;
        }
        let is_block = matches!(value.of(self.content).first(), Some(b'|' | b'>'));
        let (mut lines, mut at) = (Vec::new(), line.end + 1);
        while at < end {
            let next = line_at(self.content, at);
            let indent = next.of(self.content).iter().take_while(|&&b| matches!(b, b' ' | b'\t')).count();
            let text = next.of(self.content).trim_ascii();
            if indent <= column && !text.is_empty() {
                break;
            }
            at = next.end + 1;
            if !text.is_empty() {
                let start = next.start + indent;
                let span = Span::new(start, start + text.len());
                lines.extend(if is_block { Some(span) } else { pairs::scalar(self.content, span) });
            }
        }
        self.show(name, &lines, coding);
        at
    }

    /// The literals of kustomize's generators: items `key=value` below `literals:`; where the generators end.
    pub(super) fn of_generator(&mut self, word: usize) -> usize {
        let own = line_at(self.content, word);
        let Some((column, _)) = key_column(own.of(self.content)) else { return own.end };
        let (mut at, mut literals) = (own.end + 1, None);
        while at < self.content.len().min(own.end + REACH) {
            let line = line_at(self.content, at);
            let text = line.of(self.content);
            let Some((here, is_item)) = key_column(text) else {
                at = line.end + 1;
                continue;
            };
            // Items may stand at the column of their list.
            let indent = text.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
            if indent < column || indent == column && !is_item {
                break;
            }
            at = line.end + 1;
            let key = &text[here..];
            if let Some(rest) = key.strip_prefix(b"literals:") {
                literals = Some(here);
                self.of_literals(Span::new(line.end - rest.len(), line.end));
            } else if literals.is_some_and(|of_list| is_item && indent + 2 >= of_list) {
                let dash = text.iter().position(|&b| b == b'-').unwrap_or_default();
                self.of_literal(trimmed_blanks(self.content, Span::new(line.start + dash + 1, line.end)));
            } else {
                literals = None;
            }
        }
        at
    }

    /// `[a=b, "c=d"]`
    fn of_literals(&mut self, list: Span) {
        let list = trimmed_blanks(self.content, list);
        let Some(inside) = list.of(self.content).strip_prefix(b"[").and_then(|text| text.strip_suffix(b"]")) else { return };
        let mut at = list.start + 1;
        for item in inside.split(|&b| b == b',') {
            self.of_literal(trimmed_blanks(self.content, Span::new(at, at + item.len())));
            at += item.len() + 1;
        }
    }

    /// `key=value`, in quotes or bare.
    fn of_literal(&mut self, item: Span) {
        let Some(item) = pairs::scalar(self.content, item) else { return };
        let Some(equals) = memchr::memchr(b'=', item.of(self.content)) else { return };
        let name = Span::new(item.start, item.start + equals);
        let value = pairs::unquoted(self.content, Span::new(item.start + equals + 1, item.end));
        self.show(name, &[value], Coding::Plain);
    }
}

/// The colon behind the key that a line starts with.
fn colon_of(text: &[u8]) -> Option<usize> {
    let ends = |at: &usize| text.get(at + 1).is_none_or(|b| b.is_ascii_whitespace());
    memchr::memchr_iter(b':', text).find(ends)
}

fn trimmed_blanks(content: &[u8], span: Span) -> Span {
    let text = span.of(content);
    let start = text.len() - text.trim_ascii_start().len();
    Span::new(span.start + start, span.start + start + text.trim_ascii().len())
}
