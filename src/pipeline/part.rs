//! Large contents in parts: each part is scanned with what lies around it, its findings are placed in the whole afterwards.
//!
//! A match belongs to the part that its secret starts in. Parts know nothing of the lines before them, so that workers
//! need not wait for one another; [`Lines`] of all parts, added up, say it in the end.

use super::finish;
use crate::detect::decode::encoding::{Decoded, Encoding};
use crate::types::finding::Finding;
use crate::types::span::Span;

/// Bytes of a part.
pub(super) const OWN: usize = 16 << 20;
/// Bytes that are scanned with a part on each side, more than any rule looks at. Even, so that UTF-16 stays whole.
pub(super) const AROUND: usize = 1 << 20;

/// The line breaks of a stretch, and the characters behind the last of them; more than a `u32` holds is its largest value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Lines {
    breaks: u32,
    tail: u32,
}

impl Lines {
    /// Of a stretch of text.
    pub(super) fn of(text: &[u8], encoding: Encoding) -> Self {
        let decoded = Decoded::new(text, encoding);
        let text = &*decoded.text;
        let tail = memchr::memrchr(b'\n', text).map_or(text, |at| &text[at + 1..]);
        Self { breaks: memchr::memchr_iter(b'\n', text).count() as u32, tail: finish::characters(tail) }
    }

    /// Of this stretch and the next in one.
    pub(super) fn then(self, next: Self) -> Self {
        let tail = if next.breaks > 0 { next.tail } else { self.tail.saturating_add(next.tail) };
        Self { breaks: self.breaks.saturating_add(next.breaks), tail }
    }
}

/// What was found in one part. Lines and columns are counted from the part's start, the first line being 0.
#[derive(Debug)]
pub(super) struct PartFound {
    /// Where the part starts in the content.
    pub(super) start: u64,
    lines: Lines,
    findings: Vec<Finding>,
}

impl PartFound {
    /// A part of `len` bytes that is a hole in the content, whose zeros are characters as any other.
    pub(super) fn hole(start: u64, len: u64, whole: Encoding) -> Self {
        let characters = len / whole.unit() as u64;
        let lines = Lines { breaks: 0, tail: u32::try_from(characters).unwrap_or(u32::MAX) };
        Self { start, lines, findings: Vec::new() }
    }

    /// From the findings in a window of which `own` is the part, the window starting at `offset` in the content.
    pub(super) fn new(window: &[u8], own: Span, offset: u64, encoding: Encoding, mut findings: Vec<Finding>) -> Self {
        findings.retain(|finding| finding.at.is_some_and(|at| own.start <= at.span.start && at.span.start < own.end));
        if !findings.is_empty() {
            let before = Lines::of(&window[..own.start], encoding);
            for at in findings.iter_mut().filter_map(|finding| finding.at.as_mut()) {
                let place = |line: &mut u32, column: &mut u32| {
                    *line -= 1 + before.breaks;
                    *column -= if *line == 0 { before.tail } else { 0 };
                };
                place(&mut at.line, &mut at.column);
                place(&mut at.end_line, &mut at.end_column);
                at.span = Span::new(at.span.start + offset as usize, at.span.end + offset as usize);
            }
        }
        Self { start: offset + own.start as u64, lines: Lines::of(own.of(window), encoding), findings }
    }
}

/// The findings of all parts of one content, placed in it.
pub(super) fn join(mut parts: Vec<PartFound>) -> Vec<Finding> {
    parts.sort_unstable_by_key(|part| part.start);
    let (mut before, mut findings) = (Lines::default(), Vec::new());
    for mut part in parts {
        for finding in &mut part.findings {
            let Some(at) = finding.at.as_mut() else { continue };
            for (line, column) in [(&mut at.line, &mut at.column), (&mut at.end_line, &mut at.end_column)] {
                *column = column.saturating_add(if *line == 0 { before.tail } else { 0 });
                *line = line.saturating_add(before.breaks).saturating_add(1);
            }
            if let Some(excerpt) = finding.excerpt.as_mut() {
                excerpt.line = at.line;
            }
        }
        findings.append(&mut part.findings);
        before = before.then(part.lines);
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_add_up() {
        for encoding in [Encoding::Bytes, Encoding::Utf16Le] {
            let text = "a\u{e9}\nbcd\n\nef";
            let bytes: Vec<u8> = match encoding {
                Encoding::Bytes => text.bytes().collect(),
                _ => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            };
            for at in (0..bytes.len()).step_by(2).filter(|&at| encoding != Encoding::Bytes || text.is_char_boundary(at)) {
                let joined = Lines::of(&bytes[..at], encoding).then(Lines::of(&bytes[at..], encoding));
                assert_eq!(joined, Lines { breaks: 3, tail: 2 }, "{at}");
            }
        }
    }
}
