//! How common pairs of characters are in source text: what makes one piece of a keyword rarer than another.

/// Bytes in the piece of a keyword that the prefilter looks for.
pub const PIECE: usize = 4;

/// The common pieces of source text, sorted; `patterns/model/pieces.py` made it and says how to read a line.
static COMMON: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/patterns/model/pieces.txt"));
/// Bytes of a line of [`COMMON`].
const LINE: usize = 13;

/// Offsets of the keyword's two rarest pieces: one at an even offset, one at an odd offset, so that a search at every
/// second byte meets one of them wherever the keyword starts. In a keyword of three or four bytes the odd one reaches
/// past the end.
pub fn anchors(keyword: &[u8]) -> [u8; 2] {
    [rarest(keyword, 0), rarest(keyword, 1)]
}

fn rarest(keyword: &[u8], parity: usize) -> u8 {
    let pieces = keyword.windows(PIECE).take(usize::from(u8::MAX)).enumerate().skip(parity).step_by(2);
    pieces.min_by_key(|(_, piece)| commonness(piece)).map_or(parity as u8, |(offset, _)| offset as u8)
}

/// How often a piece stands in source: the count where it is a common one, else what its pairs of letters suggest.
fn commonness(piece: &[u8]) -> u32 {
    counted(piece).map_or_else(|| suspected(piece), |count| 1000 + count)
}

fn counted(piece: &[u8]) -> Option<u32> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let half = |at: usize| (piece[at / 2] | 0x20) >> (4 - at % 2 * 4) & 15;
    let folded: [u8; 2 * PIECE] = std::array::from_fn(|at| DIGITS[usize::from(half(at))]);
    let lines = COMMON.as_bytes().chunks(LINE);
    let (mut low, mut high) = (0, lines.len());
    while low < high {
        let middle = (low + high) / 2;
        let line = &COMMON[middle * LINE..(middle * LINE + LINE).min(COMMON.len())];
        match line.as_bytes()[..2 * PIECE].cmp(&folded) {
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
            std::cmp::Ordering::Equal => return line[2 * PIECE..].trim().parse().ok(),
        }
    }
    None
}

/// Classes of (folded) bytes: the letters, then digits, `_`, `-`, everything else.
fn class(byte: u8) -> usize {
    match byte.to_ascii_lowercase() {
        letter @ b'a'..=b'z' => usize::from(letter - b'a'),
        b'0'..=b'9' => 26,
        b'_' => 27,
        b'-' => 28,
        _ => 29,
    }
}

/// A logarithmic measure of how often a text stands in source: lower is rarer. A digit or a sign counts as a tenth of its
/// class, as the class has many members.
fn suspected(text: &[u8]) -> u32 {
    let many = text.iter().filter(|&&b| matches!(class(b), 26 | 29)).count() as u32;
    let pairs: u32 = text.windows(2).map(|pair| u32::from(PAIRS[class(pair[0])][class(pair[1])])).sum();
    (pairs + 40).saturating_sub(many * 4)
}

/// Binary logarithm of how often each pair of classes stands in 2^27 pairs of C, Python, Rust, JavaScript, shell, JSON and
/// prose (104 MB sampled from the kernel, git, Python's library and crates).
#[rustfmt::skip]
const PAIRS: [[u8; 30]; 30] = [
    [14, 17, 18, 18, 14, 15, 17, 13, 17, 12, 15, 19, 18, 19, 11, 17, 12, 19, 19, 20, 16, 16, 15, 15, 16, 12, 16, 16, 15, 19],
    [17, 13, 14, 14, 17, 13, 13, 11, 17, 16, 10, 17, 14, 12, 16, 13, 10, 16, 15, 14, 17, 10, 12, 14, 16, 11, 15, 15, 13, 18],
    [18, 14, 16, 14, 18, 15, 13, 18, 16, 12, 18, 18, 16, 14, 20, 15, 12, 17, 16, 19, 16, 13, 12, 12, 14, 9, 16, 17, 14, 18],
    [17, 15, 15, 17, 20, 14, 15, 12, 18, 11, 11, 16, 15, 13, 17, 14, 11, 16, 16, 15, 16, 13, 13, 14, 14, 8, 15, 17, 15, 20],
    [18, 16, 19, 19, 17, 18, 17, 13, 15, 16, 13, 18, 18, 20, 16, 17, 17, 20, 19, 19, 14, 18, 16, 18, 16, 11, 16, 18, 16, 21],
    [17, 13, 14, 15, 17, 17, 15, 11, 19, 8, 9, 17, 14, 15, 18, 14, 10, 17, 16, 16, 16, 9, 13, 11, 14, 7, 16, 16, 14, 19],
    [15, 13, 14, 12, 18, 13, 14, 15, 18, 9, 9, 15, 14, 16, 15, 14, 9, 16, 16, 15, 15, 13, 11, 9, 13, 12, 13, 17, 14, 19],
    [18, 12, 13, 14, 19, 12, 11, 10, 18, 7, 11, 16, 14, 12, 17, 13, 9, 17, 14, 17, 16, 10, 14, 8, 14, 11, 15, 16, 14, 18],
    [16, 16, 18, 18, 17, 18, 17, 11, 13, 10, 13, 18, 17, 20, 19, 17, 12, 17, 19, 19, 12, 17, 12, 16, 9, 17, 15, 16, 13, 18],
    [14, 9, 9, 10, 16, 9, 8, 7, 12, 9, 10, 8, 9, 8, 14, 10, 10, 8, 17, 10, 13, 7, 10, 6, 8, 7, 9, 11, 10, 14],
    [15, 13, 13, 13, 18, 12, 13, 11, 15, 9, 9, 12, 12, 13, 13, 12, 9, 13, 15, 14, 13, 12, 12, 8, 10, 10, 12, 16, 13, 18],
    [18, 14, 14, 17, 19, 17, 14, 12, 19, 15, 15, 18, 13, 13, 18, 15, 10, 13, 17, 17, 17, 14, 13, 12, 16, 10, 15, 17, 14, 19],
    [19, 16, 15, 15, 19, 12, 12, 11, 18, 12, 12, 16, 17, 13, 17, 18, 11, 13, 16, 15, 16, 13, 12, 12, 13, 9, 14, 17, 14, 18],
    [18, 13, 18, 19, 19, 17, 19, 12, 17, 12, 16, 16, 14, 16, 19, 16, 11, 14, 19, 19, 17, 16, 13, 11, 15, 11, 14, 17, 15, 20],
    [15, 17, 18, 19, 14, 17, 16, 12, 16, 13, 16, 17, 18, 20, 17, 18, 10, 19, 17, 18, 18, 16, 17, 14, 12, 13, 13, 16, 14, 18],
    [19, 13, 15, 15, 18, 14, 13, 15, 17, 8, 14, 17, 15, 13, 18, 16, 10, 18, 17, 18, 18, 13, 13, 12, 16, 9, 15, 17, 14, 18],
    [12, 10, 12, 12, 12, 10, 10, 10, 12, 7, 9, 11, 11, 11, 10, 11, 11, 11, 12, 10, 16, 8, 8, 8, 8, 8, 11, 14, 12, 15],
    [18, 15, 17, 16, 20, 15, 17, 12, 19, 9, 16, 16, 17, 18, 19, 15, 14, 18, 18, 18, 18, 15, 13, 14, 17, 9, 14, 17, 15, 20],
    [16, 15, 17, 14, 20, 14, 14, 17, 18, 9, 16, 16, 15, 15, 17, 18, 13, 15, 18, 20, 17, 13, 14, 11, 16, 12, 15, 17, 16, 21],
    [19, 14, 17, 16, 20, 15, 13, 20, 19, 9, 13, 16, 16, 14, 19, 17, 11, 19, 18, 18, 18, 13, 14, 15, 18, 11, 16, 19, 16, 21],
    [16, 18, 17, 16, 17, 16, 15, 9, 16, 8, 10, 18, 17, 18, 13, 17, 7, 18, 18, 18, 11, 13, 8, 14, 9, 9, 17, 14, 12, 16],
    [17, 12, 13, 14, 18, 13, 12, 11, 16, 8, 11, 13, 14, 12, 16, 13, 9, 12, 14, 12, 12, 9, 9, 11, 9, 8, 15, 15, 15, 17],
    [16, 11, 13, 13, 16, 11, 11, 16, 17, 8, 10, 13, 13, 15, 16, 12, 10, 16, 14, 12, 10, 9, 13, 9, 9, 8, 12, 15, 13, 17],
    [15, 12, 15, 13, 15, 14, 12, 12, 15, 7, 7, 13, 14, 10, 12, 16, 10, 12, 16, 17, 11, 10, 9, 14, 12, 9, 17, 16, 14, 17],
    [13, 12, 13, 11, 14, 12, 13, 10, 13, 8, 8, 15, 14, 15, 14, 17, 8, 13, 16, 15, 11, 11, 14, 9, 9, 10, 11, 16, 14, 19],
    [13, 9, 11, 9, 17, 10, 8, 10, 14, 7, 7, 12, 11, 8, 12, 9, 8, 9, 10, 9, 8, 7, 9, 8, 11, 10, 11, 13, 9, 14],
    [16, 15, 16, 15, 15, 16, 11, 12, 12, 8, 12, 13, 12, 11, 11, 13, 9, 12, 13, 12, 13, 11, 10, 17, 9, 11, 21, 17, 15, 21],
    [17, 17, 18, 17, 17, 17, 16, 16, 18, 12, 15, 17, 17, 17, 17, 18, 14, 18, 18, 18, 16, 16, 16, 14, 11, 12, 16, 17, 9, 16],
    [15, 14, 15, 14, 15, 15, 13, 14, 14, 12, 13, 14, 14, 14, 14, 15, 12, 15, 15, 15, 14, 13, 13, 13, 9, 13, 16, 9, 17, 18],
    [20, 19, 20, 19, 19, 19, 18, 19, 20, 16, 16, 19, 19, 19, 19, 20, 15, 19, 20, 20, 19, 18, 18, 17, 15, 15, 20, 17, 18, 25],
];
