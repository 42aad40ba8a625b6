//! What a content is: text, UTF-16 or UTF-32 of either order with or without a byte order mark, or binary. Decided by content.

use std::borrow::Cow;

use crate::types::span::Span;

/// Bytes looked at in each of three places (start, middle, end).
const SAMPLE: usize = 1024;

/// How the bytes of a content are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Bytes as they are: ASCII, UTF-8, Latin-1, Shift-JIS and the like.
    Bytes,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// UTF-32, lowest byte first.
    Utf32Le,
    /// UTF-32, highest byte first.
    Utf32Be,
    /// Not text.
    Binary,
}

impl Encoding {
    /// What the content is. A few NUL or control bytes in a text leave it text, so that they hide nothing.
    pub fn of(content: &[u8]) -> Self {
        let head = &content[..content.len().min(SAMPLE)];
        let middle = content.len() / 2;
        let places =
            [head, &content[middle..(middle + SAMPLE).min(content.len())], &content[content.len().saturating_sub(SAMPLE)..]];
        if let Some(order) = marked_order(head).or_else(|| wide_order(head)) {
            return if places.iter().any(|place| has_narrow(place)) { Self::Bytes } else { order };
        }
        let odd: usize = places.iter().map(|place| controls(place)).sum();
        let total: usize = places.iter().map(|p| p.len()).sum();
        if odd * 20 <= total {
            return Self::Bytes;
        }
        let zeros: usize = places.iter().map(|place| zeros_of_text(place)).sum();
        if (odd - zeros) * 20 > total { Self::Binary } else { Self::Bytes }
    }

    /// Bytes of a line feed.
    pub fn unit(self) -> usize {
        self.line_feed().len()
    }

    /// A line feed. It stands at a multiple of its length.
    pub fn line_feed(self) -> &'static [u8] {
        match self {
            Self::Bytes | Self::Binary => b"\n",
            Self::Utf16Le => b"\n\0",
            Self::Utf16Be => b"\0\n",
            Self::Utf32Le => b"\n\0\0\0",
            Self::Utf32Be => b"\0\0\0\n",
        }
    }

    /// Bytes of a character.
    fn width(self, c: char) -> usize {
        match self {
            Self::Bytes | Self::Binary => c.len_utf8(),
            Self::Utf16Le | Self::Utf16Be => c.len_utf16() * 2,
            Self::Utf32Le | Self::Utf32Be => 4,
        }
    }
}

impl Encoding {
    /// What a part of a large content is, whose head is read as `whole`. NUL bytes do not count: a large file may be sparse,
    /// and text between its holes.
    pub fn of_part(part: &[u8], whole: Self) -> Self {
        const PIECE: usize = 512;
        const EVERY: usize = 32 * 1024;
        if !matches!(whole, Self::Bytes | Self::Binary) {
            return whole;
        }
        let (mut odd, mut total) = (0, 0);
        for chunk in part.chunks(EVERY) {
            let piece = &chunk[..chunk.len().min(PIECE)];
            let nuls = memchr::memchr_iter(0, piece).count();
            odd += controls(piece) - nuls;
            total += piece.len() - nuls;
        }
        let is_empty = || part.iter().all(|&b| b == 0);
        if odd * 20 > total || total == 0 && is_empty() { Self::Binary } else { Self::Bytes }
    }
}

/// How many control bytes there are. Counted in bytes over short chunks, and without a branch: the compiler makes vectors of
/// that, and three samples of every file are counted.
fn controls(bytes: &[u8]) -> usize {
    let of_chunk = |chunk: &[u8]| usize::from(chunk.iter().fold(0u8, |sum, &byte| sum + u8::from(is_control(byte))));
    bytes.chunks(128).map(of_chunk).sum()
}

#[inline(always)]
fn is_control(byte: u8) -> bool {
    let plain = (byte == b'\t') | (byte == b'\n') | (byte == b'\r') | (byte == 0x0c) | (byte == 0x1b);
    (byte < 0x20) & !plain | (byte == 0x7f)
}

/// Whether some text is of one byte a letter, or a few bytes mostly are. As such a whole is read then: the zeros between the
/// letters of the rest are not seen, while letters of one byte would be halves of others, and a mark before them would hide them.
fn has_narrow(bytes: &[u8]) -> bool {
    /// Sixteen letters of China could look like that, but not one such stretch in a million does.
    const TELLING: usize = 32;
    let is_plain = |byte: u8| (0x20..0x7f).contains(&byte) || matches!(byte, b'\t' | b'\n' | b'\r');
    let telling = TELLING.min(bytes.len() * 3 / 4).max(2);
    bytes.chunk_by(|a, b| is_plain(*a) && is_plain(*b)).any(|run| run.len() >= telling)
}

/// How many bytes are zeros that are the other half of an ASCII letter of UTF-16, which may stand behind text of another kind, or
/// stand in text alone, as between the variables of an environment.
fn zeros_of_text(bytes: &[u8]) -> usize {
    let is_letter = |at: usize| bytes.get(at).is_some_and(|&byte| byte != 0 && byte < 0x7f && !is_control(byte));
    let is_zero = |at: usize| bytes.get(at) == Some(&0);
    let is_half = |&at: &usize| {
        let before = at > 1 && is_zero(at - 2) && is_letter(at - 1);
        is_zero(at) && (before || is_zero(at + 2) && is_letter(at + 1))
    };
    let is_alone = |&at: &usize| at >= 3 && is_zero(at) && (1..=3).all(|by| is_letter(at - by) && is_letter(at + by));
    (0..bytes.len()).filter(|at| is_half(at) || is_alone(at)).count()
}

/// UTF-16 and UTF-32 with a byte order mark.
fn marked_order(head: &[u8]) -> Option<Encoding> {
    match head {
        [0xff, 0xfe, 0, 0, ..] => Some(Encoding::Utf32Le),
        [0, 0, 0xfe, 0xff, ..] => Some(Encoding::Utf32Be),
        [0xff, 0xfe, ..] => Some(Encoding::Utf16Le),
        [0xfe, 0xff, ..] => Some(Encoding::Utf16Be),
        _ => None,
    }
}

/// UTF-16 without a mark: nearly every unit of the sample has one NUL byte, always on the same side. UTF-32: three.
fn wide_order(head: &[u8]) -> Option<Encoding> {
    let units = head.len() / 2;
    if units < 4 || memchr::memchr(0, head).is_none() {
        return None;
    }
    let zero = |side: usize| head.chunks_exact(2).filter(|unit| unit[side] == 0 && unit[1 - side] != 0).count();
    let (high_first, low_first) = (zero(0), zero(1));
    if low_first * 10 >= units * 7 && high_first * 20 <= units {
        return Some(Encoding::Utf16Le);
    }
    if high_first * 10 >= units * 7 && low_first * 20 <= units {
        return Some(Encoding::Utf16Be);
    }
    let units = head.len() / 4;
    let plain = |place: usize| {
        let is_plain = |unit: &&[u8]| (0..4).all(|at| (unit[at] == 0) == (at != place));
        units >= 4 && head.chunks_exact(4).filter(is_plain).count() * 10 >= units * 9
    };
    let text = |place: usize| controls_of(head, place) * 20 <= units;
    if plain(0) && text(0) {
        return Some(Encoding::Utf32Le);
    }
    (plain(3) && text(3)).then_some(Encoding::Utf32Be)
}

/// How many of the bytes at a place of four are control bytes: small numbers in a table are no letters.
fn controls_of(bytes: &[u8], place: usize) -> usize {
    bytes.chunks_exact(4).filter(|unit| is_control(unit[place])).count()
}

/// A content as the scanner reads it, with the way back to the original's positions.
#[derive(Debug)]
pub struct Decoded<'c> {
    /// The text: UTF-8 where the original was UTF-16 or UTF-32, else the bytes themselves.
    pub text: Cow<'c, [u8]>,
    encoding: Encoding,
    /// For those: `(offset in text, offset in original)` every so often.
    marks: Vec<(usize, usize)>,
}

/// Bytes of decoded text between two marks.
const STRIDE: usize = 1024;

impl<'c> Decoded<'c> {
    /// Reads `content` as `encoding`; what is no character becomes U+FFFD, odd last bytes are dropped.
    pub fn new(content: &'c [u8], encoding: Encoding) -> Self {
        let wide = |unit: fn([u8; 2]) -> u16| {
            let units = content.chunks_exact(2).map(move |pair| unit([pair[0], pair[1]]));
            Self::of(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)), content.len() / 2, encoding)
        };
        let widest = |unit: fn([u8; 4]) -> u32| {
            let units = content.chunks_exact(4).map(move |four| unit([four[0], four[1], four[2], four[3]]));
            Self::of(units.map(|c| char::from_u32(c).unwrap_or(char::REPLACEMENT_CHARACTER)), content.len() / 4, encoding)
        };
        match encoding {
            Encoding::Bytes | Encoding::Binary => Self { text: Cow::Borrowed(content), encoding, marks: Vec::new() },
            Encoding::Utf16Le => wide(u16::from_le_bytes),
            Encoding::Utf16Be => wide(u16::from_be_bytes),
            Encoding::Utf32Le => widest(u32::from_le_bytes),
            Encoding::Utf32Be => widest(u32::from_be_bytes),
        }
    }

    fn of(characters: impl Iterator<Item = char>, units: usize, encoding: Encoding) -> Self {
        let (mut text, mut marks, mut from) = (String::with_capacity(units), vec![(0, 0)], 0);
        let mut due = STRIDE;
        for c in characters {
            if text.len() >= due {
                marks.push((text.len(), from));
                due = text.len() + STRIDE;
            }
            text.push(c);
            from += encoding.width(c);
        }
        Self { text: Cow::Owned(text.into_bytes()), encoding, marks }
    }

    /// The span of the original that a span of the text came from.
    pub fn original(&self, span: Span) -> Span {
        match self.encoding {
            Encoding::Bytes | Encoding::Binary => span,
            _ => Span::new(self.offset(span.start), self.offset(span.end)),
        }
    }

    fn offset(&self, at: usize) -> usize {
        let before = self.marks.partition_point(|&(text, _)| text <= at).saturating_sub(1);
        let (text, original) = self.marks[before];
        let between = String::from_utf8_lossy(&self.text[text..at]);
        original + between.chars().map(|c| self.encoding.width(c)).sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, order: fn(u16) -> [u8; 2], mark: bool) -> Vec<u8> {
        mark.then_some(0xfeff).into_iter().chain(text.encode_utf16()).flat_map(order).collect()
    }

    #[test]
    fn kinds() {
        let text = "password = one two three\n".repeat(9);
        let utf32 = |order: fn(u32) -> [u8; 4]| text.chars().flat_map(|c| order(u32::from(c))).collect::<Vec<u8>>();
        for (content, want) in [
            (utf32(u32::to_le_bytes), Encoding::Utf32Le),
            (utf32(u32::to_be_bytes), Encoding::Utf32Be),
            ((1..900).flat_map(u32::to_le_bytes).collect(), Encoding::Binary),
            (text.clone().into_bytes(), Encoding::Bytes),
            (utf16(&text, u16::to_le_bytes, false), Encoding::Utf16Le),
            (utf16(&text, u16::to_be_bytes, false), Encoding::Utf16Be),
            (utf16("a", u16::to_le_bytes, true), Encoding::Utf16Le),
            (utf16("a", u16::to_be_bytes, true), Encoding::Utf16Be),
            (utf16("", u16::to_be_bytes, true), Encoding::Utf16Be),
            (utf16("\u{3053}\u{308c}\u{306f}\u{6587}\u{5b57}", u16::to_le_bytes, true), Encoding::Utf16Le),
            ([b"\xff\xfe", text.as_bytes()].concat(), Encoding::Bytes),
            ([utf16(&text, u16::to_le_bytes, true), text.as_bytes().to_vec()].concat(), Encoding::Bytes),
            ([text.as_bytes().to_vec(), utf16(&text, u16::to_be_bytes, false)].concat(), Encoding::Bytes),
            ([b"key = 1\n".to_vec(), utf16(&text, u16::to_le_bytes, false)].concat(), Encoding::Utf16Le),
            ([b"\xfe\xff", text.as_bytes()].concat(), Encoding::Bytes),
            ([b"\xff\xfe\0\0", text.as_bytes()].concat(), Encoding::Bytes),
            (b"\xff\xfe\0\0token = 123456789012".to_vec(), Encoding::Bytes),
            (b"\xfe\xffkey = 12345".to_vec(), Encoding::Bytes),
            ((0..=255).cycle().take(9000).collect(), Encoding::Binary),
            ([text.as_bytes(), b"\0\0\0"].concat(), Encoding::Bytes),
            (b"HOME=/root\0PATH=/bin\0TERM=x\0".repeat(20), Encoding::Bytes),
            (b"ab\0\0\0\0\0\0".repeat(90), Encoding::Binary),
            ("\u{fc}\u{df}".repeat(99).chars().map(|c| c as u8).collect(), Encoding::Bytes),
            (Vec::new(), Encoding::Bytes),
        ] {
            assert_eq!(Encoding::of(&content), want, "{:?}…", &content[..content.len().min(12)]);
        }
    }

    #[test]
    fn spans_lead_back_to_the_original() {
        let text = "x\u{1f600}\u{e9}k = v\n".repeat(400);
        let utf32: Vec<u8> = text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
        for (original, encoding, want) in [
            (utf16(&text, u16::to_be_bytes, false), Encoding::Utf16Be, b"\0k".as_slice()),
            (utf32, Encoding::Utf32Le, b"k\0\0\0"),
        ] {
            let decoded = Decoded::new(&original, encoding);
            assert_eq!(&*decoded.text, text.as_bytes());
            for (at, _) in text.match_indices('k') {
                assert_eq!(decoded.original(Span::new(at, at + 1)).of(&original), want);
            }
        }
    }
}
