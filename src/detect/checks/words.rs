//! Whether a value reads as words: an identifier, a phrase, a path, rather than something random.

/// Whether the value is made of pronounceable parts, as identifiers and phrases are.
///
/// Split at case changes, digits and punctuation; a part counts as a word when it has four letters or more, a vowel, and
/// no run of more than four consonants. A value is word-like when words make up at least four fifths of it.
pub fn is_wordlike(value: &[u8]) -> bool {
    let letters = value.iter().filter(|b| b.is_ascii_alphabetic()).count();
    let worded: usize = parts(value).filter(|part| is_word(part)).map(<[u8]>::len).sum();
    letters >= 4 && worded * 5 >= value.iter().filter(|b| b.is_ascii_alphanumeric()).count() * 4
}

/// Runs of letters, cut where lower case turns to upper.
fn parts(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.chunk_by(|a, b| {
        a.is_ascii_alphabetic() && b.is_ascii_alphabetic() && !(a.is_ascii_lowercase() && b.is_ascii_uppercase())
    })
}

fn is_word(part: &[u8]) -> bool {
    let vowel = |b: &u8| b"aeiouyAEIOUY".contains(b);
    let consonants = part.split(vowel).map(<[u8]>::len).max().unwrap_or(0);
    part.len() >= 4 && part.iter().all(u8::is_ascii_alphabetic) && part.iter().any(vowel) && consonants <= 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_noise() {
        for value in ["getPasswordFromStore", "database_password", "some other value", "Authorization"] {
            assert!(is_wordlike(value.as_bytes()), "{value}");
        }
        for value in ["kX9vQ2mL7pR4tZ8w", "zqwbutsoori4a9sp", "1234", "5up3rK3y9xTz"] {
            assert!(!is_wordlike(value.as_bytes()), "{value}");
        }
    }
}
