//! Quoted-printable mail (RFC 2045): `=67` for a character, `=` at the end of a line that goes on in the next.
//!
//! In other text `=` stands everywhere, so only what follows the header that says so is read. The header's name is a run of base64
//! digits long enough to be met in the search for these: looking for it costs other texts a glance.

use super::layer::{Cut, Layer};
use super::{hex_byte, is_text};
use crate::types::finding::Via;
use crate::types::span::Span;

/// The header and what it says, in any case.
const NAME: &[u8] = b"content-transfer-encoding";
const VALUE: &[u8] = b"quoted-printable";
/// Bytes of mail in one layer, and those that two layers share.
const PART: usize = 64 * 1024;
const OVERLAP: usize = 8 * 1024;
/// Blanks that may stand at the end of a line.
const BLANKS: usize = 80;

/// Whether the run of digits that starts at `start` is the header, and says so.
#[inline(always)]
pub(super) fn is_header(content: &[u8], start: usize) -> bool {
    may_be_header(&content[start..]) && says_so(content, start)
}

/// Whether a text starts as the header does.
#[inline(always)]
pub(super) fn may_be_header(text: &[u8]) -> bool {
    const LOWER: u64 = 0x2020_2020_2020_2020;
    const FIRST: u64 = u64::from_le_bytes(*b"content-");
    text.first_chunk().is_some_and(|first| u64::from_le_bytes(*first) | LOWER == FIRST)
}

#[cold]
fn says_so(content: &[u8], start: usize) -> bool {
    let is_line = start == 0 || content[start - 1] == b'\n';
    let after = |text: &[u8], word: &[u8]| text.get(..word.len()).is_some_and(|text| text.eq_ignore_ascii_case(word));
    let text = &content[start..];
    is_line
        && after(text, NAME)
        && text[NAME.len()..].strip_prefix(b":").is_some_and(|value| after(value.trim_ascii_start(), VALUE))
}

/// Shows a text from `start` on as it reads, in parts that end with a line.
pub(super) fn from(content: &[u8], start: usize, layer: &mut Layer, visit: &mut dyn FnMut(&Layer)) {
    let mut part = Span::new(start, start);
    while part.end < content.len() {
        part.end = match content.len() {
            len if len - part.start <= PART => len,
            _ => line_before(content, part.start + OVERLAP, part.start + PART),
        };
        resolve(content, part, layer);
        layer.end(part, Cut { start: part.start > start, end: part.end < content.len() });
        if is_text(layer.text()) {
            visit(layer);
        }
        if part.end < content.len() {
            part.start = line_before(content, part.start + 1, part.end - OVERLAP);
        }
    }
}

/// Where the last line before `high` starts, not before `low`; `high` if there is none.
fn line_before(content: &[u8], low: usize, high: usize) -> usize {
    let low = low.min(high);
    memchr::memrchr(b'\n', &content[low..high]).map_or(high, |at| low + at + 1)
}

/// Fills the layer with the text of a part.
fn resolve(content: &[u8], part: Span, layer: &mut Layer) {
    layer.begin(Via::Quoted);
    let mut plain = part.start;
    for at in memchr::memchr_iter(b'=', part.of(content)).map(|at| part.start + at) {
        if at < plain {
            continue;
        }
        if let Some((byte, len)) = unit(&content[at..part.end]) {
            layer.plain(content, Span::new(plain, at));
            layer.unit(byte.as_slice(), Span::new(at, at + len));
            plain = at + len;
        }
    }
    layer.plain(content, Span::new(plain, part.end));
}

/// What `=` at the start of a text stands for: a byte, or nothing at the end of a line.
fn unit(text: &[u8]) -> Option<(Option<u8>, usize)> {
    if let Some(byte) = hex_byte(&text[1..]) {
        return (byte >= b' ').then_some((Some(byte), 3));
    }
    let blanks = text[1..].iter().take(BLANKS).take_while(|b| matches!(b, b' ' | b'\t')).count();
    match &text[1 + blanks..] {
        [b'\n', ..] => Some((None, blanks + 2)),
        [b'\r', b'\n', ..] => Some((None, blanks + 3)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::mail;
    use super::*;

    const HEADER: &str = "Content-Transfer-Encoding: quoted-printable\n\n";

    #[test]
    fn only_behind_its_header() {
        for (text, want) in [
            (format!("=67{HEADER}=67"), None),
            (format!("To: x\n{HEADER}=67h=\nij= \t\r\nk =3D=00=zz="), Some("ghijk ==00=zz=")),
            (format!("{}=67", HEADER.to_uppercase()), Some("g")),
            (format!("{}=67", HEADER.replace(": ", ":\t")), Some("g")),
            (HEADER.replace("quoted-printable", "7bit") + "=67", None),
            (HEADER.replace(':', "=") + "=67", None),
        ] {
            let (mut layer, mut shown) = (Layer::default(), None);
            mail(text.as_bytes(), &mut layer, &mut |layer| {
                let text = String::from_utf8_lossy(layer.text()).into_owned();
                shown = Some(text.split("\n\n").nth(1).expect("a body").to_owned());
            });
            assert_eq!(shown.as_deref(), want, "{text}");
        }
    }

    #[test]
    fn parts_overlap_and_hold_all() {
        let lines: Vec<String> = (0..20_000).map(|line| format!("line=20{line} =\n")).collect();
        let text = format!("{HEADER}{}", lines.concat());
        let (mut layer, mut shown, mut end) = (Layer::default(), Vec::new(), 0);
        mail(text.as_bytes(), &mut layer, &mut |layer| {
            let part = layer.origin();
            assert!(part.len() <= PART && (part.start == 0 || part.start < end && end - part.start >= OVERLAP));
            end = part.end;
            shown.push(String::from_utf8_lossy(layer.text()).into_owned());
        });
        assert_eq!(end, text.len());
        assert!(shown.len() > 3);
        for line in (0..20_000).step_by(7) {
            assert!(shown.iter().any(|part| part.contains(&format!("line {line} "))), "{line}");
        }
        // One line without an end.
        let text = format!("{HEADER}{}", "=67".repeat(100_000));
        let mut letters = 0;
        mail(text.as_bytes(), &mut layer, &mut |layer| letters += layer.text().iter().filter(|&&b| b == b'g').count());
        assert!(letters >= 100_000 - 40);
    }
}
