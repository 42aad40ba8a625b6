//! Contents that are text in another dress: UTF-16, and inside a text base64, hex, percent encoding, backslash escapes,
//! characters that are not seen, literals that are joined, quoted-printable mail and the values of Kubernetes Secrets.
//!
//! Each encoded stretch becomes a [`Layer`]: the decoded text with the way back to the positions it came from. The scanner
//! searches a layer like any text, and decodes again what is in it. Stretches are found by passes that touch few bytes of
//! ordinary source text; a stretch whose decoded form is not text is dropped before any rule sees it. What is ciphertext
//! is never decoded for a reason other than that it looks like text, and [`encrypted`] silences what rules see in it.

mod alike;
pub mod digits;
pub mod encoding;
pub mod encrypted;
mod escapes;
pub mod joined;
mod kubernetes;
pub mod layer;
mod quoted;
mod regions;
mod runs;
pub(in crate::detect) mod signs;
pub mod sweep;
mod unseen;

use layer::Layer;
use regions::Regions;
use sweep::Eye;

/// How many encodings may lie inside one another.
pub const DEEPEST: usize = 3;

/// Fills `layer` with each encoded stretch of a text in turn and shows it to `visit`, but for [`manifests`]. A layer holds at most
/// some 100 KB: longer stretches come in overlapping parts.
pub fn for_each(content: &[u8], layer: &mut Layer, visit: &mut dyn FnMut(&Layer)) {
    decode::<true, true>(content, layer, visit);
}

/// Only runs of base64 and hex digits.
pub fn runs_of_digits(content: &[u8], layer: &mut Layer, visit: &mut dyn FnMut(&Layer)) {
    decode::<true, false>(content, layer, visit);
}

/// Only characters that are written in another way: escapes, percent encoding, what is not seen, letters that look like others.
/// Whether a header says that what follows is [`mail`].
pub fn escaped(content: &[u8], layer: &mut Layer, visit: &mut dyn FnMut(&Layer)) -> bool {
    decode::<false, true>(content, layer, visit)
}

/// Runs of digits, characters that are written in another way, both with mail, or mail alone; whether its header was met.
fn decode<const RUNS: bool, const SIGNS: bool>(content: &[u8], layer: &mut Layer, visit: &mut dyn FnMut(&Layer)) -> bool {
    let mut decoding = Decoding::<RUNS, SIGNS> { content, layer, visit, regions: Regions::default(), is_mail: false };
    sweep::over(content, &mut decoding);
    decoding.regions.finish(content, decoding.layer, decoding.visit);
    decoding.is_mail
}

/// Decodes what a pass over a text tells.
struct Decoding<'c, 'v, const RUNS: bool, const SIGNS: bool> {
    content: &'c [u8],
    layer: &'v mut Layer,
    visit: &'v mut dyn FnMut(&Layer),
    regions: Regions,
    /// Whether the header of mail was met.
    is_mail: bool,
}

impl<const RUNS: bool, const SIGNS: bool> Eye for Decoding<'_, '_, RUNS, SIGNS> {
    #[inline(always)]
    fn run(&mut self, start: usize) -> Option<usize> {
        if (SIGNS || !RUNS) && !self.is_mail && quoted::is_header(self.content, start) {
            self.is_mail = true;
            if RUNS == SIGNS {
                quoted::from(self.content, start, self.layer, self.visit);
            }
        }
        if RUNS { runs::show(self.content, start, self.layer, self.visit) } else { None }
    }

    #[inline(always)]
    fn sign(&mut self, at: usize) {
        if SIGNS {
            self.regions.add(self.content, at, self.layer, self.visit);
        }
    }
}

/// Only the entries of Kubernetes Secrets, of a whole text.
pub fn manifests(content: &[u8], layer: &mut Layer, visit: &mut dyn FnMut(&Layer)) {
    kubernetes::for_each(content, layer, visit);
}

/// Only quoted-printable mail, of a whole text: its header may stand far before what is of interest.
pub fn mail(content: &[u8], layer: &mut Layer, visit: &mut dyn FnMut(&Layer)) {
    decode::<false, false>(content, layer, visit);
}

/// Whether the word `secret` at a place says that the text may hold a Secret; the word is a keyword of built-in rules.
pub fn is_of_manifest(content: &[u8], at: usize) -> bool {
    matches!(content[at], b's' | b'S') && kubernetes::opens(content, at)
}

/// Whether any place of a text says so.
pub fn names_a_secret(content: &[u8]) -> bool {
    kubernetes::words(content).any(|at| kubernetes::opens(content, at))
}

/// Whether a byte may be inside a run of digits, with the line breaks that are written as escapes.
pub fn is_of_run(byte: u8) -> bool {
    digits::is_digit(byte) || byte == b'\\'
}

/// Where what [may be inside a run](is_of_run) ends, from `start` on.
pub fn end_of_run(content: &[u8], start: usize) -> usize {
    let mut end = digits::end(content, start, usize::MAX);
    while content.get(end) == Some(&b'\\') {
        end = digits::end(content, end + 1, usize::MAX);
    }
    end
}

/// Whether an encoded stretch may go on in this line from the one before: nothing but digits on it.
pub fn may_go_on(line: &[u8]) -> bool {
    let text = line.trim_ascii();
    !text.is_empty() && text.iter().all(|&b| digits::is_digit(b) || b"=\"',\\".contains(&b))
}

/// Whether the bytes are text: nearly no control characters, nearly all of it valid UTF-8.
fn is_text(bytes: &[u8]) -> bool {
    let control = bytes.iter().filter(|&&b| is_control(b)).count();
    let foreign: usize = bytes.utf8_chunks().map(|chunk| chunk.invalid().len()).sum();
    !bytes.is_empty() && (control + foreign) * 20 <= bytes.len()
}

/// Control characters other than blanks and line breaks.
const fn is_control(byte: u8) -> bool {
    (byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x1b)) || byte == 0x7f
}

/// The value of a hex digit.
const fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

/// The byte that two hex digits at the start of `text` stand for.
fn hex_byte(text: &[u8]) -> Option<u8> {
    Some(hex_digit(*text.first()?)? << 4 | hex_digit(*text.get(1)?)?)
}
