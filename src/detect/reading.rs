//! What the hand-written readers make of the place of a keyword, whichever reader a rule has.

use super::assignment::{self, Manner};
use super::positional::{self, Place, Reading, Visit};
use super::prefilter::Hit;
use crate::types::rule::{Reader, Rule};

/// Bytes before and behind a keyword that any reader looks at.
pub const REACH: [usize; 2] = [640, 4096];
const _: () = assert!(positional::BEFORE <= REACH[0] && positional::BEHIND <= REACH[1]);

/// Every value at the place of a rule's keyword, likely or not; none for a rule without a reader.
pub fn at(content: &[u8], manner: Manner, rule: &Rule, hit: Hit, visit: Visit<'_>) {
    let place = Place { content, manner, rule, hit };
    match rule.reader {
        Some(Reader::Assignment) => {
            assignment::weigh(content, manner, hit, |read| {
                visit(Reading { whole: read.whole, name: read.name, value: read.value, score: read.score });
            });
        }
        Some(Reader::Call) => positional::calls(place, visit),
        Some(Reader::Command) => positional::commands(place, visit),
        // Entries are read with what is encoded.
        Some(Reader::Entries) | None => {}
    }
}
