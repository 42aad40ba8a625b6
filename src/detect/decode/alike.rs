//! Letters of other scripts that look like ASCII ones inside a word that is ASCII otherwise: whoever copies such a token by eye
//! reads the plain letter; a rule can't. Which letters these are is from Unicode's table of confusables (UTS #39), of which only
//! single letters of Cyrillic, Greek, Armenian and Latin that nobody can tell from an ASCII letter or digit are taken.
//!
//! Words of one script and short words of two are ordinary writing and never looked at.

use super::regions::Unit;

/// Letters of the shortest word that is read as it looks: shorter ones are no tokens.
const SHORTEST: usize = 16;
/// Letters looked at on each side.
const REACH: usize = 64;
/// First bytes of the letters in UTF-8, of which each has two.
pub(super) const LEADS: std::ops::RangeInclusive<u8> = 0xc4..=0xd6;

/// By ASCII character the letters that look like it.
const LETTERS: [(u8, &[u16]); 50] = [
    (b'2', &[0x1a7]),
    (b'3', &[0x417, 0x4e0, 0x21c]),
    (b'5', &[0x1bc]),
    (b'6', &[0x431]),
    (b'A', &[0x410, 0x391]),
    (b'B', &[0x412, 0x392]),
    (b'C', &[0x421, 0x3f9]),
    (b'E', &[0x415, 0x395]),
    (b'F', &[0x3dc]),
    (b'G', &[0x50c]),
    (b'H', &[0x41d, 0x397]),
    (b'I', &[0x406, 0x4c0, 0x399]),
    (b'J', &[0x408, 0x37f]),
    (b'K', &[0x41a, 0x39a]),
    (b'M', &[0x41c, 0x39c, 0x3fa]),
    (b'N', &[0x39d]),
    (b'O', &[0x41e, 0x39f, 0x555]),
    (b'P', &[0x420, 0x3a1]),
    (b'Q', &[0x51a]),
    (b'S', &[0x405, 0x54f]),
    (b'T', &[0x422, 0x3a4]),
    (b'U', &[0x54d]),
    (b'V', &[0x474]),
    (b'W', &[0x51c]),
    (b'X', &[0x425, 0x3a7]),
    (b'Y', &[0x423, 0x4ae, 0x3a5]),
    (b'Z', &[0x396]),
    (b'a', &[0x430, 0x3b1, 0x251]),
    (b'b', &[0x42c, 0x184]),
    (b'c', &[0x441, 0x3f2]),
    (b'd', &[0x501]),
    (b'e', &[0x435, 0x4bd]),
    (b'f', &[0x584]),
    (b'g', &[0x261, 0x581]),
    (b'h', &[0x4bb, 0x570]),
    (b'i', &[0x456, 0x131, 0x269, 0x3b9]),
    (b'j', &[0x458, 0x3f3, 0x575]),
    (b'k', &[0x43a, 0x3ba]),
    (b'l', &[0x4cf]),
    (b'n', &[0x578]),
    (b'o', &[0x43e, 0x3bf, 0x3c3, 0x585]),
    (b'p', &[0x440, 0x3c1, 0x3f1]),
    (b'q', &[0x51b, 0x566]),
    (b'r', &[0x433]),
    (b's', &[0x455]),
    (b'u', &[0x3c5, 0x28b, 0x57d]),
    (b'v', &[0x475, 0x3bd]),
    (b'w', &[0x51d, 0x461]),
    (b'x', &[0x445]),
    (b'y', &[0x443, 0x4af, 0x3b3]),
];

/// The ASCII character of each letter from U+0100 on; zero for those that look like none.
static PLAIN: [u8; 0x500] = {
    let mut plain = [0; 0x500];
    let mut at = 0;
    while at < LETTERS.len() {
        let (ascii, letters) = LETTERS[at];
        let mut of = 0;
        while of < letters.len() {
            plain[letters[of] as usize - 0x100] = ascii;
            of += 1;
        }
        at += 1;
    }
    plain
};

/// Whether a byte may start such a letter.
pub(super) fn leads(byte: u8) -> bool {
    LEADS.contains(&byte)
}

/// What such a letter at the start of a text looks like.
pub(super) fn unit(text: &[u8]) -> Option<Unit> {
    let [lead @ 0xc4..=0xd6, low @ 0x80..=0xbf, ..] = *text else { return None };
    let letter = usize::from(lead & 0x1f) << 6 | usize::from(low & 0x3f);
    let plain = PLAIN[letter - 0x100];
    (plain != 0).then_some(([plain, 0, 0, 0], 1, 2))
}

/// Whether a letter at `at` stands beside an ASCII one in a word of some length with a number in it.
pub(super) fn hides(content: &[u8], at: usize) -> bool {
    let is_beside = at > 0 && is_of_word(content[at - 1]) || content.get(at + 2).is_some_and(|&byte| is_of_word(byte));
    is_beside && unit(&content[at..]).is_some() && is_like_token(content, at)
}

/// Whether the word that a letter at `at` is in may be a token.
fn is_like_token(content: &[u8], at: usize) -> bool {
    let (start, before) = before(content, at);
    let (end, behind) = behind(content, at + 2);
    before + 1 + behind >= SHORTEST && content[start..end].iter().any(u8::is_ascii_digit)
}

/// Where the word before `at` starts, of plain letters and such that look so, and how many they are.
fn before(content: &[u8], mut at: usize) -> (usize, usize) {
    let mut count = 0;
    while count < REACH && at > 0 {
        at -= match () {
            () if is_of_word(content[at - 1]) => 1,
            () if at > 1 && unit(&content[at - 2..at]).is_some() => 2,
            () => break,
        };
        count += 1;
    }
    (at, count)
}

/// Where the word from `at` on ends, and how many letters it has.
fn behind(content: &[u8], mut at: usize) -> (usize, usize) {
    let mut count = 0;
    while count < REACH {
        at += match content.get(at) {
            Some(&byte) if is_of_word(byte) => 1,
            Some(_) if unit(&content[at..]).is_some() => 2,
            _ => break,
        };
        count += 1;
    }
    (at, count)
}

fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_is_of_two_bytes_and_there_once() {
        let mut letters: Vec<u16> = LETTERS.iter().flat_map(|(_, letters)| letters.iter().copied()).collect();
        for &(ascii, of) in &LETTERS {
            for &letter in of {
                let text = char::from_u32(letter.into()).expect("a letter").to_string();
                assert_eq!(unit(text.as_bytes()), Some(([ascii, 0, 0, 0], 1, 2)), "{text}");
            }
        }
        let count = letters.len();
        letters.sort_unstable();
        letters.dedup();
        assert_eq!(letters.len(), count);
    }

    #[test]
    fn only_in_long_words_beside_ascii() {
        for (text, want) in [
            ("ghp_\u{430}bcdefghijklm0op", vec![4]),
            ("\u{430}bcdefgh1jklmnopqr", vec![0]),
            ("abcdefghijklmn0pqr\u{430}", vec![18]),
            ("abcdefgh1jklmno\u{430}\u{430}\u{430}pq", vec![15, 19]),
            ("abcdefghijklmno\u{430}pq", vec![]),
            ("abcdefgh1jklmn\u{430}", vec![]),
            ("abcdefgh1jklmn \u{430}bcd", vec![]),
            ("SMTP-\u{441}\u{435}\u{440}\u{432}\u{435}\u{440}\u{430}", vec![]),
            ("abcdefgh1jklmnopqr \u{430}", vec![]),
            ("abcdefgh1jklmnopqr\u{44f}", vec![]),
        ] {
            let content = text.as_bytes();
            let found: Vec<usize> = (0..content.len()).filter(|&at| leads(content[at]) && hides(content, at)).collect();
            assert_eq!(found, want, "{text}");
        }
    }
}
