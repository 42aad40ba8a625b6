//! Reads secrets that have no name but a place: an argument of a call, a word of a command line.
//!
//! Which calls and commands, and where the secret stands in them, is data: the pictures of `rules/places`. `calls` and
//! `commands` read what stands around a keyword and hold it to them; what the value is worth is asked of the same measure
//! that values with names are held to. Variables, templates and calls are no literals, so they are none.
//!
//! Nothing is allocated, and what is looked at is bounded: [`BEFORE`] bytes before a keyword and [`BEHIND`] from its start on,
//! so that a text full of keywords takes linear time and history scans know what a keyword's surroundings are.

mod arguments;
mod calls;
mod commands;
mod words;

pub use calls::read as calls;
pub use commands::read as commands;

use super::assignment::score::Score;
use super::assignment::{self, Kind, Manner};
use super::checks::{reference, shape, structure};
use super::prefilter::Hit;
use crate::rules::places::{Marker, Worth};
use crate::types::rule::Rule;
use crate::types::span::Span;

/// Bytes before a keyword that are looked at.
pub const BEFORE: usize = 512;
/// Bytes from a keyword's start on that are looked at.
pub const BEHIND: usize = 1536;

/// A value at a place where a secret is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// From the call's or the command's first byte to the value's last, or the other way round.
    pub whole: Span,
    /// The call's or command's name.
    pub name: Span,
    /// The value.
    pub value: Span,
    /// How likely it is a secret, and why.
    pub score: Score,
}

/// What a reader goes by.
#[derive(Clone, Copy, Debug)]
pub struct Place<'c> {
    /// The text.
    pub content: &'c [u8],
    /// How values stand in its file.
    pub manner: Manner,
    /// The rule whose keyword was met.
    pub rule: &'c Rule,
    /// Where.
    pub hit: Hit,
}

/// What is handed every reading of a place.
pub type Visit<'v> = &'v mut dyn FnMut(Reading);

/// How a literal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// A literal of a programming language.
    Literal,
    /// A word of a command line without quotes.
    Bare,
    /// In quotes that let variables through.
    Expanded,
    /// In quotes that hide everything.
    Plain,
}

/// A literal that is held to a marker.
#[derive(Clone, Copy, Debug)]
struct Candidate<'c> {
    content: &'c [u8],
    manner: Manner,
    span: Span,
    standing: Standing,
}

impl Candidate<'_> {
    /// The value that a marker means, with its score; `None` when there is none or it is looked up at run time.
    fn judge(self, marker: Marker<'_>) -> Option<(Span, Score)> {
        let text = self.span.of(self.content);
        let rest = text.strip_prefix(marker.before.as_bytes())?;
        let candidate = Self { span: Span::new(self.span.end - rest.len(), self.span.end), ..self };
        match (marker.divider, marker.worth) {
            (Some(divider), _) => candidate.pair(divider, marker.worth),
            (None, Worth::Basic) => structure::is_base64_of(rest, b":").then(|| candidate.weigh(Kind::Auth)).flatten(),
            (None, worth) => candidate.weigh(kind(worth)),
        }
    }

    /// The password of a pair. Services that ask for a key alone take it as user, with nothing or a mere word behind.
    fn pair(self, divider: u8, worth: Worth) -> Option<(Span, Score)> {
        let text = self.span.of(self.content);
        let Some(at) = text.iter().position(|&b| b == divider) else { return self.weigh(Kind::Key) };
        let mut password = Self { span: Span::new(self.span.start + at + 1, self.span.end), ..self };
        if divider == b'/' {
            // `user/password@database`
            let host = password.span.of(self.content).iter().rposition(|&b| b == b'@');
            password.span.end = host.map_or(password.span.end, |host| password.span.start + host);
        }
        let second = password.weigh(kind(worth));
        let word = |text: &[u8]| text.len() <= 16 && text.iter().all(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'-'));
        if second.is_none_or(|(_, score)| score.bits() < 0) && word(password.span.of(self.content)) {
            let first = Self { span: Span::new(self.span.start, self.span.start + at), ..self };
            return first.weigh(Kind::Key).filter(|(_, score)| score.bits() >= 0).or(second);
        }
        second
    }

    fn weigh(self, kind: Kind) -> Option<(Span, Score)> {
        let value = self.span.of(self.content);
        if value.is_empty() || self.is_expanded(value) {
            return None;
        }
        let score = assignment::weigh_unnamed(self.content, self.span, kind, self.standing != Standing::Bare, self.manner);
        Some((self.span, score))
    }

    /// Whether something else will stand there when it runs.
    fn is_expanded(self, value: &[u8]) -> bool {
        let named = |b: &u8| b.is_ascii_alphabetic() || matches!(b, b'_' | b'{' | b'(');
        let variable = || value.windows(2).any(|pair| pair[0] == b'$' && named(&pair[1]));
        match self.standing {
            Standing::Literal | Standing::Plain => reference::is_reference(value) && shape::contains(value, b"{"),
            Standing::Bare => variable() || value.iter().any(|b| matches!(b, b'"' | b'\'' | b'`')),
            Standing::Expanded => variable() || value.contains(&b'`'),
        }
    }
}

fn kind(worth: Worth) -> Kind {
    match worth {
        Worth::Password => Kind::Password,
        Worth::Secret => Kind::Secret,
        Worth::Token => Kind::Token,
        Worth::Basic => Kind::Auth,
        Worth::Key => Kind::Key,
    }
}

/// Whether two texts are equal in any case.
fn same(text: &[u8], picture: &str) -> bool {
    text.eq_ignore_ascii_case(picture.as_bytes())
}

/// The content up to where a reader of a keyword at `start` stops looking.
fn clipped(content: &[u8], start: usize) -> &[u8] {
    &content[..content.len().min(start + BEHIND)]
}
