//! The tables of the built-in rules, as static data written by the build script.

use std::borrow::Cow;

use super::Keyword;
use super::fingerprint::{Fingerprint, Piece, Slot, Table};

include!(concat!(env!("OUT_DIR"), "/fingerprint.rs"));

pub(super) static TABLES: Fingerprint = Fingerprint {
    bitmap: Table::Static(&BITMAP),
    slots: Table::Static(&SLOTS),
    pieces: Cow::Borrowed(&PIECES),
    added: Vec::new(),
};

static BITMAP: [u32; Fingerprint::WORDS] = bitmap();
static SLOTS: [Slot; Fingerprint::SLOTS] = slots();

const fn bitmap() -> [u32; Fingerprint::WORDS] {
    let mut bitmap = [0; Fingerprint::WORDS];
    let mut at = 0;
    while at < WORDS.len() {
        bitmap[WORDS[at].0] = WORDS[at].1;
        at += 1;
    }
    bitmap
}

const fn slots() -> [Slot; Fingerprint::SLOTS] {
    let mut slots = [Slot::EMPTY; Fingerprint::SLOTS];
    let (mut at, mut start) = (0, 0);
    while at < FULL_SLOTS.len() {
        let (slot, before, after, count) = FULL_SLOTS[at];
        slots[slot] = Slot { before, after, start, count };
        start += count;
        at += 1;
    }
    slots
}
