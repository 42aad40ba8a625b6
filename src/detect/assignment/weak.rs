//! Passwords that are weak and yet real: words, dressed words, sentences.
//!
//! They look like what stands for a password in tests and manuals, so the place decides: where things are set up to run, a weak
//! password is set as one.

use super::name::Kind;
use super::operator::Form;
use super::score::Setting;
use crate::detect::checks::{dummy, letters, placeholder, shape};

/// How surely a weak password is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weak {
    /// Made to be a password.
    Sure,
    /// It may be one.
    Likely,
}

/// What a value that looks like words is worth as a password; `None`: nothing.
pub(super) fn of(value: &[u8], setting: &Setting<'_>) -> Option<Weak> {
    const LONGEST: usize = 80;
    let is_set = matches!(setting.form, Form::Assign | Form::Colon | Form::Element);
    let is_here = setting.manner.deployment && !setting.manner.rehearsal && !setting.manner.translation;
    if setting.kind != Kind::Password || !is_set || !is_here || !setting.callee.is_empty() || value.len() > LONGEST {
        return None;
    }
    if value.contains(&b' ') {
        return is_passphrase(value, b' ').then_some(Weak::Sure);
    }
    if is_sentence(value) || is_dressed(value) {
        return Some(Weak::Sure);
    }
    if is_own_word(value) {
        let is_variable = setting.name.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_');
        return Some(if is_variable { Weak::Sure } else { Weak::Likely });
    }
    is_passphrase(value, b'-').then_some(Weak::Likely)
}

/// Four to ten plain words, as dice choose them: none that sentences are joined by, none that stands for a value.
fn is_passphrase(value: &[u8], joint: u8) -> bool {
    let word = |word: &[u8]| {
        let rest = word.strip_prefix(&word[..1]).unwrap_or_default();
        (3..=10).contains(&word.len())
            && word[0].is_ascii_alphabetic()
            && rest.iter().all(u8::is_ascii_lowercase)
            && !JOINTS.contains(&std::str::from_utf8(word).unwrap_or_default())
    };
    let count = value.split(|&b| b == joint).count();
    let stand_ins = value.split(|&b| b == joint).filter(|word| dummy::is_dummy(word)).count();
    (4..=10).contains(&count) && stand_ins * 5 <= count && value.split(|&b| b == joint).all(|text| !text.is_empty() && word(text))
}

/// Words that join others to sentences and names.
#[rustfmt::skip]
const JOINTS: &[&str] = &[
    "are", "been", "being", "can", "cannot", "could", "did", "don", "each", "either", "has", "have", "how", "its", "may", "must",
    "our", "shall", "should", "than", "their", "then", "there", "these", "they", "those", "used", "using", "was", "were", "what",
    "when", "where", "which", "who", "will", "would", "between", "least", "should", "characters", "both", "only", "match",
];

/// A sentence in one: four words or more with a capital each, and a mark or a digit as passwords have them.
fn is_sentence(value: &[u8]) -> bool {
    let humps = value.windows(2).filter(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase()).count();
    let marks = value.iter().filter(|b| b"!?@#$%&*+".contains(b)).count();
    let plain = value.iter().all(|b| b.is_ascii_alphanumeric() || b"!?@#$%&*+".contains(b));
    value.len() >= 16 && humps >= 3 && (1..=3).contains(&marks) && plain && value[0].is_ascii_alphabetic()
}

/// Words that stand for a password, dressed as rules for passwords demand it: `Pass…1`, with a capital and a digit or mark.
fn is_dressed(value: &[u8]) -> bool {
    const SHORTEST: usize = 8;
    let kinds: [fn(&u8) -> bool; 3] = [u8::is_ascii_uppercase, u8::is_ascii_lowercase, u8::is_ascii_digit];
    let mark = value.iter().any(|b| b"!?@#$%&*+^~".contains(b));
    let has = kinds.iter().filter(|kind| value.iter().any(kind)).count();
    let joints = value.iter().any(|b| b"_-./:,<>{}()[]".contains(b));
    value.len() >= SHORTEST
        && value.len() <= 24
        // A mark in front of a word is a variable's.
        && value[0].is_ascii_alphanumeric()
        && !joints
        && value.iter().any(u8::is_ascii_lowercase)
        && value.iter().any(u8::is_ascii_uppercase)
        && has + usize::from(mark) >= 3
        && !placeholder::is_placeholder(value)
        && !shape::contains(&value.to_ascii_lowercase(), b"change")
}

/// A word of the owner's joined to one for a password: `webshop_password`.
fn is_own_word(value: &[u8]) -> bool {
    const NOUNS: [&[u8]; 6] = [b"password", b"passwd", b"pass", b"pwd", b"pw", b"secret"];
    let joint = value.iter().rposition(|b| matches!(b, b'_' | b'-'));
    let Some((own, noun)) = joint.map(|at| (&value[..at], &value[at + 1..])) else { return false };
    let noun = &noun[..noun.iter().rposition(u8::is_ascii_alphabetic).map_or(0, |at| at + 1)];
    let lower = own.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-'));
    own.len() >= 4
        && lower
        && NOUNS.contains(&noun)
        && !dummy::is_dummy(own)
        && letters::randomness(own) < 8
        && !names_a_secret(own)
}

/// Whether a text names what a password is for, as names of objects do: `postgres-admin`, `db-root`.
fn names_a_secret(own: &[u8]) -> bool {
    let mut parts = own.split(|b| matches!(b, b'_' | b'-'));
    parts.any(|part| matches!(part, b"your" | b"my" | b"the" | b"a" | b"some" | b"new" | b"old" | b"test" | b"demo" | b"example"))
}
