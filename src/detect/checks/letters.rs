//! How much a text is written like words, and how much like something drawn at random.
//!
//! Shannon entropy cannot tell `kjtwfzqa` from `position`: both have eight different letters. A model of which letters
//! follow which can, from five or six letters on. The table (`letters.bin`, 9.8 KB) holds for every trigram how much
//! likelier its last letter is in words of source code and dictionaries than in random letters; `patterns/model/train.py`
//! makes it and says from what. Around the letters a few costs stand for what words do and random texts do not care about:
//! words rarely change case or turn into digits and back.

/// Half bits; the table's step.
const TABLE: &[u8; 9842] = include_bytes!("letters.bin");

const EDGE: usize = 26;

/// What words pay, in half bits, each time…
mod cost {
    /// …a lower-case letter is followed by an upper-case one.
    pub(super) const HUMP: i32 = 6;
    /// …two capitals or more are followed by a lower-case letter.
    pub(super) const FALL: i32 = 4;
    /// …letters turn into digits.
    pub(super) const DIGIT: i32 = 5;
    /// …digits turn into letters.
    pub(super) const LETTER: i32 = 7;
    /// …a mark stands there that identifiers and phrases do not have.
    pub(super) const MARK: i32 = 4;
}

fn entry(a: usize, b: usize, c: usize) -> i32 {
    let index = (a * 27 + b) * 27 + c;
    let pair = TABLE[index / 2];
    let nibble = if index.is_multiple_of(2) { pair & 15 } else { pair >> 4 };
    i32::from(nibble) - 8
}

/// How much likelier `text` is at random than as words: the logarithm of the ratio, in bits. Positive is random.
///
/// Digits alone tell nothing: a number has 0 bits.
pub fn randomness(text: &[u8]) -> i32 {
    let (mut half_bits, mut before) = (0, [EDGE, EDGE]);
    let mut last = b' ';
    let mut capitals = 0;
    for &byte in text {
        if byte.is_ascii_alphabetic() {
            if last.is_ascii_lowercase() && byte.is_ascii_uppercase() {
                half_bits += cost::HUMP;
                before = [EDGE, EDGE];
            } else if last.is_ascii_digit() {
                half_bits += cost::LETTER;
            } else if capitals > 1 && byte.is_ascii_lowercase() {
                half_bits += cost::FALL;
            }
            let letter = usize::from(byte.to_ascii_lowercase() - b'a');
            half_bits -= entry(before[0], before[1], letter);
            before = [before[1], letter];
        } else {
            before = [EDGE, EDGE];
            if byte.is_ascii_digit() {
                half_bits += if last.is_ascii_alphabetic() { cost::DIGIT } else { 0 };
            } else if !matches!(byte, b'_' | b'-' | b'.' | b'/' | b':' | b' ' | b',') {
                half_bits += cost::MARK;
            }
        }
        capitals = if byte.is_ascii_uppercase() { capitals + 1 } else { 0 };
        last = byte;
    }
    half_bits / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_from_noise() {
        for text in ["position", "getPasswordFromStore", "DATABASE_URL", "the quick brown fox", "sha256sum", "src/main/java"] {
            assert!(randomness(text.as_bytes()) < 0, "{text}: {}", randomness(text.as_bytes()));
        }
        let noise = [["kjtw", "fzqa"], ["kX9vQ2mL", "7pR4tZ8w"], ["6e2cfe4c8cb1", "ad52509240119"], ["zqwbut", "soori4a9sp"]];
        for text in noise.map(|parts| parts.concat()) {
            assert!(randomness(text.as_bytes()) > 8, "{text}: {}", randomness(text.as_bytes()));
        }
        assert_eq!(randomness(b"1234567"), 0);
    }
}
