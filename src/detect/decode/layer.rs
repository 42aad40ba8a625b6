//! A decoded text with the way back to where each byte came from.

use super::is_text;
use crate::codec::bases;
use crate::types::finding::Via;
use crate::types::span::Span;

/// A decoded text. Buffers are kept from use to use.
#[derive(Debug)]
pub struct Layer {
    text: Vec<u8>,
    /// Encoded characters without what stands between wrapped lines, in the standard alphabet.
    chars: Vec<u8>,
    /// Sorted by `at`: positions in `chars` for base64 and hex, in `text` (behind the lead) for the others.
    pieces: Vec<Piece>,
    via: Via,
    /// A name that was put before the decoded value, with what separates the two.
    lead: usize,
    lead_origin: Span,
    /// The encoded text, padding included.
    origin: Span,
    cut: Cut,
}

/// A stretch of a layer and where it is from.
#[derive(Clone, Copy, Debug)]
struct Piece {
    at: usize,
    origin: usize,
    /// 0: byte by byte; else so many bytes of the origin stand for the whole piece.
    unit: usize,
}

/// Which ends of a layer are not ends of the encoded text: a match that touches one may be a part of a longer value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cut {
    pub(super) start: bool,
    pub(super) end: bool,
}

/// What separates a name from the decoded value.
const SEPARATOR: &[u8] = b": ";

impl Default for Layer {
    fn default() -> Self {
        Self {
            text: Vec::new(),
            chars: Vec::new(),
            pieces: Vec::new(),
            via: Via::Base64,
            lead: 0,
            lead_origin: Span::default(),
            origin: Span::default(),
            cut: Cut::default(),
        }
    }
}

impl Layer {
    /// The decoded text.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// What it was decoded from.
    pub fn via(&self) -> Via {
        self.via
    }

    /// The name that stands before the value in [`text`](Self::text), where the encoded value had one: the key of a
    /// Secret, which is the name of a file when the Secret is mounted.
    pub fn name(&self) -> Option<&[u8]> {
        (self.lead > 0).then(|| &self.text[..self.lead - SEPARATOR.len()])
    }

    /// Whether only what has a form of its own is looked for in it: anything else would be found in prose, too.
    pub fn is_for_tokens(&self) -> bool {
        matches!(self.via, Via::Unseen | Via::Entity | Via::Joined | Via::Quoted)
    }

    /// Whether it is what stands under the name as it is, which was searched with the text around it.
    pub fn is_plain(&self) -> bool {
        self.via == Via::Assignment
    }

    /// Whether the value under the name is no text but bytes that were drawn, as keys are: as many as keys have, few of them twice.
    pub fn is_drawn(&self) -> bool {
        let value = &self.text[self.lead..];
        let mut seen = [false; 256];
        value.iter().for_each(|&b| seen[usize::from(b)] = true);
        let distinct = seen.iter().filter(|&&seen| seen).count();
        (16..=96).contains(&value.len()) && distinct * 4 >= value.len() * 3 && !is_text(value) && !is_wide(value)
    }

    /// The value under the name.
    pub fn value(&self) -> &[u8] {
        &self.text[self.lead..]
    }

    /// Where the name stands.
    pub fn name_origin(&self) -> Span {
        self.lead_origin
    }

    /// The encoded text.
    pub fn origin(&self) -> Span {
        self.origin
    }

    /// Whether a match is this layer's to report: it holds something that was decoded, and ends where the text does.
    pub fn owns(&self, whole: Span) -> bool {
        let cut = self.cut.start && whole.start == 0 || self.cut.end && whole.end == self.text.len();
        !cut && (matches!(self.via, Via::Base64 | Via::Hex) || self.holds_unit(whole))
    }

    fn holds_unit(&self, span: Span) -> bool {
        let first = self.pieces.partition_point(|p| p.at < span.start);
        let first = first.saturating_sub(usize::from(self.pieces.get(first).is_none_or(|p| p.at > span.start)));
        self.pieces[first..].iter().take_while(|p| p.at < span.end).any(|p| p.unit > 0)
    }

    /// The bytes that a span of the decoded text came from; those that share bits with it count.
    pub fn original(&self, span: Span) -> Span {
        let start = match span.start.checked_sub(self.lead) {
            Some(at) => self.place(self.first_char(at)).start,
            None => (self.lead_origin.start + span.start).min(self.lead_origin.end),
        };
        let end = match span.end.checked_sub(self.lead) {
            _ if span.end <= span.start => start,
            Some(_) if span.end == self.text.len() && !self.cut.end => self.origin.end,
            Some(at) if at > 0 => self.place(self.last_char(at - 1)).end,
            _ => (self.lead_origin.start + span.end).min(self.lead_origin.end),
        };
        Span::new(start, end.max(start))
    }

    /// The bytes that a secret of the decoded text came from. One that was encoded in there as well and fills most of the run is
    /// the whole of it: a slice of digits of digits says nothing to anybody.
    pub fn original_secret(&self, secret: Span, inner: Via) -> Span {
        let digits = |via: Via| matches!(via, Via::Base64 | Via::Hex);
        let (slice, run) = (self.original(secret), self.origin);
        if digits(self.via) && digits(inner) && run.len() <= 2 * slice.len() + 16 { run } else { slice }
    }

    /// The first encoded character that byte `at` of the value has bits in.
    fn first_char(&self, at: usize) -> usize {
        match self.via {
            Via::Base64 => at * 4 / 3,
            Via::Hex => at * 2,
            _ => at,
        }
    }

    fn last_char(&self, at: usize) -> usize {
        match self.via {
            Via::Base64 => (at * 8 + 7) / 6,
            Via::Hex => at * 2 + 1,
            _ => at,
        }
    }

    /// Where an encoded character stands.
    fn place(&self, char: usize) -> Span {
        let before = self.pieces.partition_point(|p| p.at <= char).saturating_sub(1);
        let Some(piece) = self.pieces.get(before) else { return Span::new(self.origin.end, self.origin.end) };
        let unit = |start: usize, len: usize| Span::new(start.min(self.origin.end), (start + len).min(self.origin.end));
        match piece.unit {
            0 => unit(piece.origin + (char - piece.at.min(char)), 1),
            len => unit(piece.origin, len),
        }
    }
}

/// How decoders fill a layer.
impl Layer {
    pub(super) fn begin(&mut self, via: Via) {
        self.text.clear();
        self.chars.clear();
        self.pieces.clear();
        self.via = via;
        self.lead = 0;
        self.cut = Cut::default();
        self.origin = Span::default();
    }

    /// Puts a name before the value; to be called before the value is decoded.
    pub(super) fn lead(&mut self, content: &[u8], name: Span) {
        self.text.extend_from_slice(name.of(content));
        self.text.extend_from_slice(SEPARATOR);
        self.lead = self.text.len();
        self.lead_origin = name;
    }

    /// Adds encoded characters: a line of base64 or hex.
    pub(super) fn line(&mut self, content: &[u8], line: Span) {
        self.pieces.push(Piece { at: self.chars.len(), origin: line.start, unit: 0 });
        let standard = |&b: &u8| match b {
            b'-' => b'+',
            b'_' => b'/',
            _ => b,
        };
        self.chars.extend(line.of(content).iter().map(standard));
    }

    /// How many encoded characters there are so far.
    pub(super) fn chars(&self) -> usize {
        self.chars.len()
    }

    /// Where an encoded character stands in the content.
    pub(super) fn char_origin(&self, char: usize) -> usize {
        let before = self.pieces.partition_point(|p| p.at <= char).saturating_sub(1);
        self.pieces.get(before).map_or(0, |p| p.origin + (char - p.at))
    }

    /// Decodes the lines added; whether the result is text. `origin` is all of them with their padding.
    pub(super) fn decode(&mut self, origin: Span, cut: Cut) -> bool {
        (self.origin, self.cut) = (origin, cut);
        let fine = match self.via {
            Via::Hex => {
                self.text.extend(self.chars.chunks_exact(2).filter_map(super::hex_byte));
                true
            }
            _ => {
                // A single character left over stands for no byte.
                let whole = self.chars.len() - usize::from(self.chars.len() % 4 == 1);
                bases::base64_into(&self.chars[..whole], &mut self.text)
            }
        };
        let value = &self.text[self.lead..];
        fine && (is_text(value) || is_wide(value))
    }

    /// Adds bytes that stand for themselves.
    pub(super) fn plain(&mut self, content: &[u8], span: Span) {
        if !span.is_empty() {
            self.pieces.push(Piece { at: self.text.len(), origin: span.start, unit: 0 });
            self.text.extend_from_slice(span.of(content));
        }
    }

    /// Adds the bytes that an escape stands for.
    pub(super) fn unit(&mut self, bytes: &[u8], origin: Span) {
        self.pieces.push(Piece { at: self.text.len(), origin: origin.start, unit: origin.len() });
        self.text.extend_from_slice(bytes);
    }

    /// Ends a layer made of [`plain`](Self::plain) and [`unit`](Self::unit) parts.
    pub(super) fn end(&mut self, origin: Span, cut: Cut) {
        (self.origin, self.cut) = (origin, cut);
    }
}

/// Whether the bytes are UTF-16 of mostly ASCII text, low byte first (what PowerShell encodes).
fn is_wide(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(&[0xff, 0xfe]).unwrap_or(bytes);
    let units = bytes.len() / 2;
    let ascii = bytes.chunks_exact(2).filter(|u| u[1] == 0 && u[0] != 0 && !super::is_control(u[0])).count();
    units >= 4 && ascii * 10 >= units * 9
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn base64_positions_lead_back(text in "[ -~]{12,200}", width in 5usize..80, from in 0usize..200, len in 1usize..50) {
            let encoded = base64::engine::general_purpose::STANDARD.encode(&text);
            let body = encoded.trim_end_matches('=');
            let wrapped: Vec<String> =
                body.as_bytes().chunks(width).map(|l| String::from_utf8_lossy(l).into_owned()).collect();
            let content = wrapped.join("\n  ").into_bytes();
            let mut layer = Layer::default();
            layer.begin(Via::Base64);
            let mut at = 0;
            for line in &wrapped {
                layer.line(&content, Span::new(at, at + line.len()));
                at += line.len() + 3;
            }
            prop_assert!(layer.decode(Span::new(0, content.len()), Cut::default()));
            prop_assert_eq!(layer.text(), text.as_bytes());
            let span = Span::new(from % text.len(), (from % text.len() + len).min(text.len()));
            let origin = layer.original(span);
            let chars: Vec<u8> = origin.of(&content).iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
            prop_assert_eq!(chars, body.as_bytes()[span.start * 4 / 3..(span.end * 8).div_ceil(6)].to_vec());
        }
    }

    #[test]
    fn units_lead_back_whole() {
        let content = b"ab\\u0041cd";
        let mut layer = Layer::default();
        layer.begin(Via::Escape);
        layer.plain(content, Span::new(0, 2));
        layer.unit(b"A", Span::new(2, 8));
        layer.plain(content, Span::new(8, 10));
        layer.end(Span::new(0, 10), Cut::default());
        assert_eq!(layer.text(), b"abAcd");
        for (span, want, owned) in
            [((0, 2), (0, 2), false), ((1, 3), (1, 8), true), ((2, 4), (2, 9), true), ((3, 5), (8, 10), false)]
        {
            let span = Span::new(span.0, span.1);
            assert_eq!(layer.original(span), Span::new(want.0, want.1), "{span:?}");
            assert_eq!(layer.owns(span), owned, "{span:?}");
        }
    }
}
