//! The values of a content's secrets, to be masked wherever they stand again.
//!
//! An automaton over all of them would take a hundred bytes for each of a secret's own, and hostile files hold them by the hundred
//! thousand. Here they are sorted, and a bitmap of their first bytes settles nearly every place of a text.

/// Values from this length are masked wherever they stand; shorter ones are words of the language, too.
const TELLING: usize = 6;
/// Bits of the bitmap for each value.
const SPARSE: usize = 16;

/// Sorted values, each once.
pub(super) struct Values {
    sorted: Vec<Box<[u8]>>,
    /// A bit for a hash of the first [`TELLING`] bytes; its length is a power of two.
    heads: Vec<u64>,
}

impl Values {
    /// Of all values of a content; short ones are left out.
    pub(super) fn new(values: impl Iterator<Item = Vec<u8>>) -> Self {
        let mut sorted: Vec<Box<[u8]>> = values.filter(|value| value.len() >= TELLING).map(Vec::into_boxed_slice).collect();
        sorted.sort_unstable();
        sorted.dedup();
        let mut heads = vec![0; (sorted.len() * SPARSE / 64).next_power_of_two()];
        for value in &sorted {
            let (word, bit) = place(value, heads.len());
            heads[word] |= bit;
        }
        Self { sorted, heads }
    }

    /// The longest value that starts the text.
    fn at(&self, text: &[u8]) -> Option<&[u8]> {
        let head = text.get(..TELLING)?;
        let (word, bit) = place(head, self.heads.len());
        if self.heads[word] & bit == 0 {
            return None;
        }
        // The last value that sorts before the text starts it, or has `common` bytes in common with it. A value that starts the text
        // and has more would stand behind that one.
        let mut text = text;
        loop {
            let end = self.sorted.partition_point(|value| &**value <= text);
            let value: &[u8] = self.sorted[..end].last()?;
            if text.starts_with(value) {
                return Some(value);
            }
            let common = value.iter().zip(text).take_while(|(a, b)| a == b).count();
            if common < TELLING {
                return None;
            }
            text = &text[..common];
        }
    }

    /// A text with every value in it replaced, from left to right, the longest first.
    pub(super) fn masked(&self, text: Vec<u8>, mask: impl Fn(&[u8]) -> String) -> Vec<u8> {
        let mut masked = Vec::new();
        let (mut copied, mut at) = (0, 0);
        while at + TELLING <= text.len() {
            match self.at(&text[at..]) {
                Some(value) => {
                    masked.extend_from_slice(&text[copied..at]);
                    masked.extend_from_slice(mask(value).as_bytes());
                    at += value.len();
                    copied = at;
                }
                None => at += 1,
            }
        }
        if copied == 0 {
            return text;
        }
        masked.extend_from_slice(&text[copied..]);
        masked
    }
}

/// The word and bit of a value's head.
fn place(value: &[u8], words: usize) -> (usize, u64) {
    let head = value.iter().take(TELLING).fold(0u64, |head, &byte| head << 8 | u64::from(byte));
    let hash = head.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
    ((hash >> 6) as usize & (words - 1), 1 << (hash & 63))
}

#[cfg(test)]
mod tests {
    use aho_corasick::{AhoCorasick, MatchKind};
    use proptest::prelude::*;

    use super::*;

    fn mask(value: &[u8]) -> String {
        format!("<{}>", value.len())
    }

    proptest! {
        /// Texts and values of few letters, so that values start and hold each other.
        #[test]
        fn as_an_automaton_masks(values in prop::collection::vec("[ab]{4,14}", 0..20), text in "[abc]{0,80}") {
            let telling: Vec<&String> = values.iter().filter(|value| value.len() >= TELLING).collect();
            let automaton = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(telling).expect("an automaton");
            let mut want = Vec::new();
            automaton.replace_all_with_bytes(text.as_bytes(), &mut want, |_, value, into| {
                into.extend_from_slice(mask(value).as_bytes());
                true
            });
            let all = Values::new(values.iter().map(|value| value.clone().into_bytes()));
            prop_assert_eq!(all.masked(text.into_bytes(), mask), want);
        }
    }
}
