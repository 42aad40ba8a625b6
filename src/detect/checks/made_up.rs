//! Values that were typed at random on a keyboard, or that encode a word which stands for a value.

use super::{dummy, placeholder, shape};
use crate::codec::bases;

/// Whether the value is a run of the keys under one's fingers, or base64 or hex digits of a stand-in: `dGVzdA==`.
pub fn is_made_up(value: &[u8]) -> bool {
    is_mash(value) || is_encoded_stand_in(value)
}

/// Whether the value is small letters which nearly all lie in the middle row of a keyboard. Of ten letters drawn at random so
/// many do less than once in a thousand times.
fn is_mash(value: &[u8]) -> bool {
    let row = value.iter().filter(|b| b"asdfghjkl".contains(b)).count();
    value.len() >= 10 && value.iter().all(u8::is_ascii_lowercase) && row * 20 >= value.len() * 17
}

/// Whether the value encodes a text that only stands for a secret.
fn is_encoded_stand_in(value: &[u8]) -> bool {
    const LONGEST: usize = 128;
    if !(8..=LONGEST).contains(&value.len()) || !value.len().is_multiple_of(4) && value.last() != Some(&b'=') {
        return false;
    }
    let decoded = if shape::is_hex(value) { of_hex(value) } else { bases::base64(value) };
    let text = decoded.as_deref().map(<[u8]>::trim_ascii).filter(|text| text.len() >= 4);
    text.is_some_and(|text| {
        text.iter().all(|b| b.is_ascii_graphic() || *b == b' ') && (dummy::is_of_words(text) || placeholder::is_monotonous(text))
    })
}

/// The bytes that hex digits stand for.
fn of_hex(digits: &[u8]) -> Option<Vec<u8>> {
    let pairs = digits.chunks_exact(2).map(|pair| std::str::from_utf8(pair).ok());
    pairs.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;

    use super::*;

    #[test]
    fn what_was_typed_at_random() {
        for value in ["fjdkslafjdk", "asdfasfasfasdfasdfadfasfasdfasdfc", "lkjhasdflkjh"] {
            assert!(is_made_up(value.as_bytes()), "{value}");
        }
        for value in ["wa9aerahhie0eekee9ia", "hqvzrmwkptyx", "flask", "asdfghjkl1"] {
            assert!(!is_made_up(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn what_encodes_a_stand_in() {
        let encode = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
        for text in ["test", "placeholder1\n", "my-secret-key", "12345678901234567890", "change me"] {
            assert!(is_made_up(encode(text).as_bytes()), "{text}");
        }
        let hex: String = "access_token".bytes().map(|b| format!("{b:02x}")).collect();
        assert!(is_made_up(hex.as_bytes()));
        for text in ["Vw8-kQ2zL0tR", "correct horse battery", "\u{0}\u{1}\u{2}\u{3}test"] {
            assert!(!is_made_up(encode(text).as_bytes()), "{text}");
        }
    }
}
