//! Characters that are written in another way inside a line: around those that could hide something from a rule a part of the
//! line is shown as it reads.

use super::escapes::{entity, escape, is_entity, is_escape, is_percent, percent};
use super::layer::{Cut, Layer};
use super::{alike, is_text, unseen};
use crate::types::finding::Via;
use crate::types::span::Span;

/// Bytes of a line looked at on each side of an escape.
const REACH: usize = 512;
/// Longest region of escapes that is one layer.
const LONGEST: usize = 64 * 1024;

/// The regions that are being widened, one of each kind.
#[derive(Default)]
pub(super) struct Regions {
    open: [Option<Region>; 5],
    /// Where the backslashes end that were looked at together.
    done: usize,
}

impl Regions {
    /// Widens the regions by the character whose sign stands at `at`, if it could hide something. Signs come in order.
    pub(super) fn add(&mut self, content: &[u8], at: usize, layer: &mut Layer, visit: &mut dyn FnMut(&Layer)) {
        let (hides, kind) = match content[at] {
            _ if at < self.done => return,
            b'%' => (is_percent(content, at), Kind::Percent),
            b'\\' => {
                self.done = at + content[at..].iter().take_while(|&&b| b == b'\\').count();
                (is_escape(content, at, self.done), Kind::Escape)
            }
            b'&' => (is_entity(content, at), Kind::Entity),
            lead if alike::leads(lead) => (alike::hides(content, at), Kind::Alike),
            _ => (unseen::hides(content, at), Kind::Unseen),
        };
        if hides {
            self.widen(content, at, kind, layer, visit);
        }
    }

    /// Shows what is open still.
    pub(super) fn finish(&mut self, content: &[u8], layer: &mut Layer, visit: &mut dyn FnMut(&Layer)) {
        for region in self.open.iter_mut().filter_map(Option::take) {
            region.show(content, layer, visit);
        }
    }

    /// Widens the open region by a character at `at`, or shows it and opens the next.
    fn widen(&mut self, content: &[u8], at: usize, kind: Kind, layer: &mut Layer, visit: &mut dyn FnMut(&Layer)) {
        let open = &mut self.open[kind as usize];
        match open {
            Some(region) if at < region.span.end && region.span.len() < LONGEST => region.widen(content, at),
            _ => {
                if let Some(full) = open.replace(Region::around(content, at, kind)) {
                    full.show(content, layer, visit);
                }
            }
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Escape,
    Percent,
    Unseen,
    Entity,
    Alike,
}

impl Kind {
    /// What ends the text that characters of this kind are in.
    fn ends(self, byte: u8) -> bool {
        match self {
            Self::Escape | Self::Unseen | Self::Entity | Self::Alike => byte == b'\n',
            Self::Percent => byte <= b' ' || matches!(byte, b'"' | b'\'' | b'`' | b'<' | b'>' | b'\\'),
        }
    }

    /// What may start a character of this kind.
    fn leads(self, byte: u8) -> bool {
        match self {
            Self::Escape => byte == b'\\',
            Self::Percent => byte == b'%',
            Self::Unseen => matches!(byte, 0 | unseen::ESC) || unseen::LEADS.contains(&byte),
            Self::Entity => byte == b'&',
            Self::Alike => alike::leads(byte),
        }
    }

    /// What a character of this kind at the start of a text stands for.
    fn read(self, text: &[u8]) -> Option<Unit> {
        match self {
            Self::Escape => escape(text),
            Self::Percent => percent(text),
            Self::Unseen => unseen::unit(text),
            Self::Entity => entity(text),
            Self::Alike => alike::unit(text),
        }
    }

    fn via(self) -> Via {
        match self {
            Self::Escape => Via::Escape,
            Self::Percent => Via::Percent,
            Self::Unseen | Self::Alike => Via::Unseen,
            Self::Entity => Via::Entity,
        }
    }
}

/// A part of a line that holds escapes.
#[derive(Debug)]
struct Region {
    span: Span,
    cut: Cut,
    kind: Kind,
}

impl Region {
    fn around(content: &[u8], at: usize, kind: Kind) -> Self {
        let low = at.saturating_sub(REACH);
        let (start, cut) = match content[low..at].iter().rposition(|&b| kind.ends(b)) {
            Some(before) => (low + before + 1, false),
            None => (low, low > 0),
        };
        let mut region = Self { span: Span::new(start, at), cut: Cut { start: cut, end: false }, kind };
        region.widen(content, at);
        region
    }

    fn widen(&mut self, content: &[u8], at: usize) {
        let (from, high) = (self.span.end, (at + REACH).min(content.len()));
        if self.span.end > at && !self.cut.end || high <= from {
            return;
        }
        match content[from..high].iter().position(|&b| self.kind.ends(b)) {
            Some(end) => (self.span.end, self.cut.end) = (from + end, false),
            None => (self.span.end, self.cut.end) = (high, high < content.len()),
        }
    }

    fn show(self, content: &[u8], layer: &mut Layer, visit: &mut dyn FnMut(&Layer)) {
        self.resolve(content, layer);
        layer.end(self.span, self.cut);
        if is_text(layer.text()) {
            visit(layer);
        }
    }

    /// Fills the layer with the text of the region as it reads.
    fn resolve(&self, content: &[u8], layer: &mut Layer) {
        layer.begin(self.kind.via());
        let text = &content[..self.span.end];
        let (mut plain, mut at) = (self.span.start, self.span.start);
        while let Some(next) = text[at..].iter().position(|&b| self.kind.leads(b)) {
            at += next;
            match self.kind.read(&text[at..]) {
                Some((bytes, count, len)) => {
                    layer.plain(content, Span::new(plain, at));
                    layer.unit(&bytes[..count], Span::new(at, at + len));
                    at += len;
                    plain = at;
                }
                None => at += 1,
            }
        }
        layer.plain(content, Span::new(plain, self.span.end));
    }
}

/// What a character stands for: up to four bytes, how many they are, and how many it is written in.
pub(super) type Unit = ([u8; 4], usize, usize);
