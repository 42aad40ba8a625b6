//! Whether a value reads as words: an identifier, a phrase, a path, rather than something random.

use super::letters;

/// Whether the value is likelier written as words, as identifiers and phrases are, than drawn at random. Takes four
/// letters to say so.
pub fn is_wordlike(value: &[u8]) -> bool {
    value.iter().filter(|b| b.is_ascii_alphabetic()).count() >= 4 && letters::randomness(value) < 0
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
