//! The tables of the built-in rules, as static data written by the build script.

use std::borrow::Cow;

use crate::rules::builtin::text;

use super::fingerprint::{Fingerprint, Key, Neighbours, Slots, Table, ranks};

// KEYWORDS has for each keyword where it stands in the text of the rules, its length, and its rule.
include!(concat!(env!("OUT_DIR"), "/fingerprint.rs"));

pub(super) static TABLES: Fingerprint = Fingerprint {
    bitmap: Table::Static(&BITMAP),
    ranks: Table::Static(&RANKS),
    slots: Slots { kinds: Cow::Borrowed(&KINDS), neighbours: Cow::Borrowed(&NEIGHBOURS), starts: Cow::Borrowed(&STARTS) },
    lists: Cow::Borrowed(&LISTS),
    added: Vec::new(),
    keys: Cow::Borrowed(&KEYS),
    more: Vec::new(),
};

/// A keyword by its number, and the rule it belongs to.
pub(super) fn keyword(number: usize) -> (&'static str, u16) {
    let (start, len, rule) = KEYWORDS[number];
    (text(start, len), rule)
}

static BITMAP: [u32; Fingerprint::WORDS] = bitmap();
static RANKS: [u32; Fingerprint::WORDS / 2] = {
    let mut all = [0; _];
    ranks(&BITMAP, &mut all);
    all
};

const fn bitmap() -> [u32; Fingerprint::WORDS] {
    let mut bitmap = [0; Fingerprint::WORDS];
    let mut at = 0;
    while at < WORDS.len() {
        bitmap[WORDS[at].0] = WORDS[at].1;
        at += 1;
    }
    bitmap
}
