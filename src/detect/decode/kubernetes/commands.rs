//! Command lines that make a Secret: `kubectl create secret … --from-literal=key=value`, `oc`, and lists of their arguments.

use memchr::memmem;

use super::{Coding, Entries, NEAR};
use crate::types::span::Span;

/// What is given an entry.
const OPTION: &[u8] = b"--from-literal";

/// Whether the word between two texts is what a command works on: `create secret generic …`, `patch secret …`,
/// `set data secret/name …`, also as a list of words.
pub(super) fn is_command(before: &[u8], behind: &[u8]) -> bool {
    let is_joint = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b',');
    let end = before.iter().rposition(|b| !is_joint(b)).map_or(0, |at| at + 1);
    end < before.len()
        && behind.first().is_some_and(|b| is_joint(b) || matches!(b, b'/' | b's'))
        && [&b"create"[..], b"patch", b"set data"].iter().any(|verb| before[..end].ends_with(verb))
}

impl Entries<'_, '_> {
    /// The entries that the command around the word at `word` is given; where it ends.
    pub(super) fn of_command(&mut self, word: usize) -> usize {
        let end = command_end(self.content, word);
        let mut at = word;
        while let Some(found) = memmem::find(&self.content[at..end], OPTION) {
            at = self.of_option(Span::new(at + found + OPTION.len(), end));
        }
        // `patch` is given an object.
        if let Some(open) = memchr::memchr(b'{', &self.content[word..end]) {
            self.of_object(Span::new(word + open, end));
        }
        end
    }

    /// `=key=value` behind an option, quotes around the value or around all of it; where it ends.
    fn of_option(&mut self, span: Span) -> usize {
        let text = span.of(self.content);
        let joint =
            text.iter().take_while(|b| b.is_ascii_whitespace() || matches!(b, b'=' | b'"' | b'\'' | b',' | b'\\')).count();
        let outer = text[..joint].last().copied().filter(|b| matches!(b, b'"' | b'\''));
        let is_part = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
        let length = text[joint..].iter().take_while(is_part).count();
        let name = Span::new(span.start + joint, span.start + joint + length);
        if self.content.get(name.end) != Some(&b'=') || name.is_empty() {
            return name.end.min(span.end);
        }
        let value = &self.content[name.end + 1..span.end];
        let inner = value.first().copied().filter(|b| matches!(b, b'"' | b'\'') && Some(*b) != outer);
        let start = name.end + 1 + usize::from(inner.is_some());
        let ends = |b: &u8| match inner.or(outer) {
            Some(quote) => *b == quote || *b == b'\n',
            None => b.is_ascii_whitespace() || matches!(b, b';' | b'&' | b'|' | b'"' | b'\''),
        };
        let rest = &self.content[start.min(span.end)..span.end];
        let end = start + rest.iter().position(ends).unwrap_or(rest.len());
        self.show(name, &[Span::new(start, end)], Coding::Plain);
        end.min(span.end)
    }
}

/// The end of a command: its line, those that it goes on in, and those of a list of words.
fn command_end(content: &[u8], word: usize) -> usize {
    let high = content.len().min(word + NEAR);
    let mut end = word;
    loop {
        let line = memchr::memchr(b'\n', &content[end..high]).map_or(high, |at| end + at);
        let goes_on = content[end..line].trim_ascii_end().last().is_some_and(|b| matches!(b, b'\\' | b',' | b'`' | b'^'));
        let is_option = content[(line + 1).min(high)..high].trim_ascii_start().starts_with(b"--");
        if line >= high || !goes_on && !is_option {
            return line;
        }
        end = line + 1;
    }
}
