//! Splits a command line into words, as shells and `cmd.exe` do, wherever it stands: in a script, a string of a program, a
//! manual, or as a list of literals.

use super::arguments::{self, End};
use crate::types::span::Span;

/// Most words that are read of one command.
pub(super) const MOST: usize = 32;

/// A word as it stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Word {
    /// Without the quotes that are around all of it.
    pub(super) span: Span,
    /// Those quotes.
    pub(super) quote: Option<u8>,
    /// In a list of a program, something that is no literal.
    pub(super) is_opaque: bool,
}

/// The words of one command.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words {
    list: [Word; MOST],
    len: usize,
}

impl Words {
    fn new() -> Self {
        Self { list: [Word::default(); MOST], len: 0 }
    }

    pub(super) fn as_slice(&self) -> &[Word] {
        &self.list[..self.len]
    }

    fn push(&mut self, word: Word) -> bool {
        if self.len < MOST {
            self.list[self.len] = word;
            self.len += 1;
        }
        self.len < MOST
    }

    /// The words from `start` on up to the end of the command, in `content` or before where that is cut off.
    pub(super) fn read(content: &[u8], start: usize) -> Self {
        let before = content[..start].last().copied();
        if let Some(quote @ (b'"' | b'\'')) = before
            && is_list(content, start, quote)
        {
            return Self::of_list(content, start - 1);
        }
        let mut words = Self::new();
        let mut line = Line { content, at: start, outer: outer(content, start) };
        while let Some(word) = line.word() {
            if !words.push(word) {
                break;
            }
        }
        words
    }

    fn of_list(content: &[u8], start: usize) -> Self {
        let mut words = Self::new();
        for argument in arguments::read(content, start, End::Bracket, arguments::MOST).as_slice() {
            let word = match argument.literal(content) {
                Some(span) => Word { span, quote: Some(b'\''), is_opaque: false },
                None => Word { span: argument.whole, quote: None, is_opaque: true },
            };
            words.push(word);
        }
        words
    }
}

/// Whether the literal that opens before `start` is one word, and others follow it.
fn is_list(content: &[u8], start: usize, quote: u8) -> bool {
    let word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/');
    let length = content[start..].iter().take(64).take_while(|b| word(b)).count();
    let rest = &content[start + length..];
    let rest = rest.strip_prefix(b"\\").unwrap_or(rest);
    rest.strip_prefix(&[quote]).is_some_and(|rest| rest.trim_ascii_start().starts_with(b","))
}

/// The quote of a literal that was opened on the line before `start` and not closed.
fn outer(content: &[u8], start: usize) -> Option<u8> {
    let low = start.saturating_sub(super::BEFORE);
    let line = content[low..start].iter().rposition(|&b| b == b'\n').map_or(low, |at| low + at + 1);
    let (mut quote, mut escaped) = (None, false);
    for &byte in &content[line..start] {
        match (quote, byte) {
            _ if escaped => escaped = false,
            (_, b'\\') => escaped = true,
            (None, b'"' | b'\'' | b'`') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    quote
}

struct Line<'c> {
    content: &'c [u8],
    at: usize,
    outer: Option<u8>,
}

impl Line<'_> {
    fn rest(&self) -> &[u8] {
        self.content.get(self.at..).unwrap_or_default()
    }

    /// The next word; `None` at the command's end.
    fn word(&mut self) -> Option<Word> {
        self.skip();
        let start = self.at;
        match self.rest() {
            [] | [b'\n' | b'\r' | b';' | b'|' | b'&' | b')' | b']' | b'}' | b'#' | b'>' | b'`', ..] => return None,
            [b'\\', b'n' | b'r', ..] if self.outer.is_some() => return None,
            [b'<', b'<', b'<', ..] => {
                self.at += 3;
                return Some(Word { span: Span::new(start, start + 3), quote: None, is_opaque: false });
            }
            [b'<', next, ..] if !next.is_ascii_alphabetic() => return None,
            [b'<', ..] => self.at += self.rest().iter().take(64).position(|&b| b == b'>').unwrap_or(0) + 1,
            [quote, ..] if Some(*quote) == self.outer => return None,
            _ => {}
        }
        let mut whole = None;
        while let Some(length) = self.part() {
            if length.inner.is_some() && self.at == start {
                whole = length.inner;
            } else if length.len > 0 {
                whole = None;
            }
            self.at += length.len;
        }
        if self.at == start {
            return None;
        }
        Some(match whole {
            Some((span, quote)) => Word { span, quote: Some(quote), is_opaque: false },
            None => Word { span: Span::new(start, self.at), quote: None, is_opaque: false },
        })
    }

    /// Blanks and the ends of lines that go on.
    fn skip(&mut self) {
        loop {
            let length = match self.rest() {
                [b' ' | b'\t', ..] => 1,
                [b'\\' | b'^' | b'`', b'\n', ..] => 2,
                [b'\\' | b'^' | b'`', b'\r', b'\n', ..] => 3,
                // The same in a string of another language.
                [b'\\', b'\\', b'\n', ..] => 3,
                _ => return,
            };
            self.at += length;
        }
    }

    /// The next part of a word: a quoted one, an expansion, or a byte. `None` at the word's end.
    fn part(&self) -> Option<Part> {
        let rest = self.rest();
        let plain = |len: usize| Some(Part { len, inner: None });
        match rest {
            [] | [b' ' | b'\t' | b'\n' | b'\r' | b';' | b'|' | b'&' | b')' | b'>' | b'<' | b'`', ..] => None,
            [quote, ..] if Some(*quote) == self.outer => None,
            [b'\\', b'n' | b'r', after, ..] if self.outer.is_some() && (Some(*after) == self.outer || *after == b'\\') => None,
            [b'\\', quote @ (b'"' | b'\''), ..] if self.outer == Some(*quote) => self.quoted(2, *quote),
            [b'\\', b'\n' | b'\r', ..] | [b'^', b'\n' | b'\r', ..] => None,
            [b'\\', _, ..] => plain(2),
            [quote @ (b'"' | b'\''), ..] => self.quoted(1, *quote),
            [b'$', quote @ b'\'', ..] => self.quoted(2, *quote),
            [b'$', b'(', ..] => plain(closed(rest, b")")),
            [b'$', b'{', ..] => plain(closed(rest, b"}")),
            [b'{', b'{', ..] => plain(closed(rest, b"}}")),
            _ => plain(1),
        }
    }

    /// A quoted part whose quote takes `open` bytes; an apostrophe that is never closed is a byte.
    fn quoted(&self, open: usize, quote: u8) -> Option<Part> {
        let escaped = open == 2 && self.rest()[0] == b'\\';
        let rest = self.rest();
        let mut next = open;
        while let Some(&byte) = rest.get(next) {
            let closes = if escaped { byte == b'\\' && rest.get(next + 1) == Some(&quote) } else { byte == quote };
            if closes {
                let inner = Span::new(self.at + open, self.at + next);
                return Some(Part { len: next + if escaped { 2 } else { 1 }, inner: Some((inner, quote)) });
            }
            if byte == b'\n' || Some(byte) == self.outer && !escaped {
                break;
            }
            next += if byte == b'\\' && quote == b'"' { 2 } else { 1 };
        }
        Some(Part { len: open.min(1), inner: None })
    }
}

struct Part {
    len: usize,
    /// What the quotes of a quoted part hold.
    inner: Option<(Span, u8)>,
}

/// Bytes up to the end of an expansion; one byte where it does not end soon.
fn closed(rest: &[u8], close: &[u8]) -> usize {
    let near = &rest[..rest.len().min(128)];
    let line = near.split(|&b| b == b'\n').next().unwrap_or_default();
    line.windows(close.len()).position(|window| window == close).map_or(1, |at| at + close.len())
}
