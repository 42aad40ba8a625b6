//! Characters that nobody sees inside a word (zero-width and bidirectional ones, soft hyphens, variation selectors, sequences that
//! colour a terminal), fullwidth letters, and the zeros of UTF-16 behind text of another kind, as a shell leaves it that appends
//! in its own encoding. Whoever copies a token leaves them out; a rule can't.

use super::regions::Unit;

/// What starts a sequence for a terminal.
pub(super) const ESC: u8 = 0x1b;
/// First bytes of the others in UTF-8. Source text hardly has them.
pub(super) const LEADS: [u8; 3] = [0xc2, 0xe2, 0xef];
/// Longest sequence for a terminal that is read.
const LONGEST: usize = 32;

/// What such a character at the start of a text reads as: nothing, or of a fullwidth letter the letter.
pub(super) fn unit(text: &[u8]) -> Option<Unit> {
    let gone = |len: usize| Some(([0; 4], 0, len));
    let letter = |byte: u8| Some(([byte, 0, 0, 0], 1, 3));
    match text {
        // The other half of an ASCII letter of UTF-16, with the next one's.
        [0] => gone(1),
        [0, next, rest @ ..] if *next != 0 && matches!(rest, [] | [0, ..]) => gone(1),
        [0xc2, 0xad, ..] => gone(2),
        [0xe2, 0x80, 0x8b..=0x8f | 0xaa..=0xae, ..] | [0xe2, 0x81, 0xa0..=0xaf, ..] => gone(3),
        [0xef, 0xbb, 0xbf, ..] | [0xef, 0xb8, 0x80..=0x8f, ..] => gone(3),
        [0xef, 0xbc, low @ 0x81..=0xbf, ..] => letter(low - 0x81 + b'!'),
        [0xef, 0xbd, low @ 0x80..=0x9e, ..] => letter(low - 0x80 + b'`'),
        [ESC, b'[', rest @ ..] => {
            let inner = rest.iter().take(LONGEST).take_while(|b| (0x20..0x40).contains(*b)).count();
            rest.get(inner).filter(|last| (0x40..0x7f).contains(*last)).and_then(|_| gone(inner + 3))
        }
        _ => None,
    }
}

/// Whether such a character at `at` stands inside a word, or is a letter of one.
pub(super) fn hides(content: &[u8], at: usize) -> bool {
    let Some((bytes, count, len)) = unit(&content[at..]) else { return false };
    if count == 1 {
        return is_of_word(bytes[0]);
    }
    let is_behind_word = at > 0 && is_of_word(content[at - 1]);
    is_behind_word && goes_on(&content[at + len..])
}

/// Whether a word goes on at the start of a text, behind more characters that are not seen.
fn goes_on(mut text: &[u8]) -> bool {
    const RUN: usize = 8;
    for _ in 0..RUN {
        match unit(text) {
            Some((_, 0, len)) => text = &text[len..],
            Some((bytes, ..)) => return is_of_word(bytes[0]),
            None => return text.first().is_some_and(|&byte| is_of_word(byte)),
        }
    }
    false
}

fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_seen() {
        for (text, want) in [
            ("\u{200b}", Some((0, 3))),
            ("\u{2060}", Some((0, 3))),
            ("\u{feff}", Some((0, 3))),
            ("\u{ad}", Some((0, 2))),
            ("\u{202e}", Some((0, 3))),
            ("\u{fe0f}", Some((0, 3))),
            ("\u{1b}[31;1m", Some((0, 7))),
            ("\u{ff47}", Some((b'g', 3))),
            ("\u{ff3f}", Some((b'_', 3))),
            ("\u{ff5e}", Some((b'~', 3))),
            ("\u{ff10}", Some((b'0', 3))),
            ("\u{2014}", None),
            ("\u{e9}", None),
            ("\u{1b}", None),
            ("\u{1b}[31", None),
            ("\0a\0b", Some((0, 1))),
            ("\0", Some((0, 1))),
            ("\0abc", None),
            ("\0\0\0", None),
            ("\0\0", None),
        ] {
            assert_eq!(unit(text.as_bytes()).map(|(bytes, _, len)| (bytes[0], len)), want, "{text:?}");
        }
    }

    #[test]
    fn only_inside_words() {
        for (text, want) in
            [("ab\u{200b}cd", true), ("ab\u{200b}\u{ad}cd", true), ("ab \u{200b}cd", false), ("ab\u{200b}", false)]
        {
            assert_eq!(hides(text.as_bytes(), text.find('\u{200b}').unwrap_or(0)), want, "{text:?}");
        }
        for (text, want) in [("a\0b\0c\0", true), ("\0a\0b\0c", true), ("a=b\0c=d\0", false), ("a\0\0b", false)] {
            let at = text[1..].find('\0').map_or(0, |at| at + 1);
            assert_eq!(hides(text.as_bytes(), at), want, "{text:?}");
        }
    }
}
