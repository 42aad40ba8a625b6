//! Finds every rule keyword in a content, in any case, in one pass.
//!
//! Two engines give the same hits. The **fingerprint** hashes the four bytes at every position into a bitmap that holds
//! one rare four-byte piece of each keyword, and confirms the few positions that pass; it builds in microseconds, which
//! is what a commit needs. The **automaton** (Aho-Corasick over all keywords) is the plain way: it takes over where a set
//! holds keywords that the fingerprint can't (under four bytes), and it is the oracle in tests.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use crate::rules::ruleset::RuleSet;

/// A keyword at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// First byte of the keyword.
    pub start: usize,
    /// Length of the keyword in bytes.
    pub len: u16,
    /// The rule whose keyword it is.
    pub rule: u16,
}

/// The search for all keywords of a rule set.
#[derive(Debug)]
pub struct Prefilter {
    keywords: Vec<Keyword>,
    fingerprint: Fingerprint,
    /// Keywords too short for the fingerprint.
    automaton: Option<(AhoCorasick, Vec<u16>)>,
}

#[derive(Debug)]
struct Keyword {
    text: Box<[u8]>,
    rule: u16,
}

impl Prefilter {
    /// For every keyword of every rule of the set.
    pub fn new(rules: &RuleSet) -> Self {
        let pairs = rules.iter().flat_map(|(index, rule)| rule.keywords.iter().map(move |k| (k.as_bytes(), index)));
        Self::from_keywords(pairs)
    }

    fn from_keywords<'k>(pairs: impl Iterator<Item = (&'k [u8], u16)>) -> Self {
        let keywords: Vec<Keyword> = pairs.map(|(text, rule)| Keyword { text: text.to_ascii_lowercase().into(), rule }).collect();
        let fingerprint = Fingerprint::new(&keywords);
        let short: Vec<u16> = (0..keywords.len() as u16).filter(|&k| keywords[usize::from(k)].text.len() < PIECE).collect();
        let automaton = (!short.is_empty()).then(|| automaton(&keywords, &short)).flatten().map(|a| (a, short));
        Self { keywords, fingerprint, automaton }
    }

    /// Calls `found` for every keyword occurrence, overlapping ones included, in no order.
    pub fn for_each(&self, content: &[u8], mut found: impl FnMut(Hit)) {
        self.fingerprint.for_each(content, |at, bucket| {
            for piece in bucket {
                let Some(start) = at.checked_sub(usize::from(piece.offset)) else { continue };
                let keyword = &self.keywords[usize::from(piece.keyword)];
                let end = start + keyword.text.len();
                if content.get(start..end).is_some_and(|text| text.eq_ignore_ascii_case(&keyword.text)) {
                    found(Hit { start, len: keyword.text.len() as u16, rule: keyword.rule });
                }
            }
        });
        if let Some((automaton, short)) = &self.automaton {
            for hit in automaton.find_overlapping_iter(content) {
                let keyword = &self.keywords[usize::from(short[hit.pattern().as_usize()])];
                found(Hit { start: hit.start(), len: keyword.text.len() as u16, rule: keyword.rule });
            }
        }
    }

    /// The plain way, for tests and benches: one Aho-Corasick automaton over all keywords. Slow to build.
    pub fn oracle(&self) -> Oracle<'_> {
        let all: Vec<u16> = (0..self.keywords.len() as u16).collect();
        Oracle { prefilter: self, automaton: automaton(&self.keywords, &all) }
    }
}

fn automaton(keywords: &[Keyword], which: &[u16]) -> Option<AhoCorasick> {
    let texts = which.iter().map(|&k| &keywords[usize::from(k)].text);
    let kind = if which.len() < 100 { AhoCorasickKind::DFA } else { AhoCorasickKind::ContiguousNFA };
    AhoCorasick::builder().ascii_case_insensitive(true).match_kind(MatchKind::Standard).kind(Some(kind)).build(texts).ok()
}

/// The automaton over all keywords of a [`Prefilter`].
#[derive(Debug)]
pub struct Oracle<'p> {
    prefilter: &'p Prefilter,
    automaton: Option<AhoCorasick>,
}

impl Oracle<'_> {
    /// Every hit, sorted.
    pub fn hits(&self, content: &[u8]) -> Vec<Hit> {
        let found = self.automaton.iter().flat_map(|automaton| automaton.find_overlapping_iter(content));
        let mut hits: Vec<Hit> = found
            .map(|hit| {
                let keyword = &self.prefilter.keywords[hit.pattern().as_usize()];
                Hit { start: hit.start(), len: keyword.text.len() as u16, rule: keyword.rule }
            })
            .collect();
        hits.sort_unstable();
        hits
    }
}

/// Bytes in a fingerprint piece.
const PIECE: usize = 4;
/// Bits of the piece hash: an 8 KiB bitmap, which stays in the first-level cache.
const HASH_BITS: u32 = 16;
/// Folds ASCII letters to lower case; what else it folds together, the confirmation tells apart.
const FOLD: u32 = 0x2020_2020;

#[derive(Debug, Clone, Copy)]
struct Piece {
    hash: u16,
    keyword: u16,
    offset: u8,
}

#[derive(Debug)]
struct Fingerprint {
    bitmap: Box<[u64; 1 << (HASH_BITS - 6)]>,
    /// Sorted by hash.
    pieces: Vec<Piece>,
    /// `coarse[h >> 8]..coarse[(h >> 8) + 1]` are the pieces whose hash starts so.
    coarse: Box<[u16; 257]>,
}

fn hash(word: u32) -> u16 {
    ((word | FOLD).wrapping_mul(0x9E37_79B1) >> (32 - HASH_BITS)) as u16
}

impl Fingerprint {
    fn new(keywords: &[Keyword]) -> Self {
        let long = keywords.iter().enumerate().filter(|(_, keyword)| keyword.text.len() >= PIECE);
        let mut pieces: Vec<Piece> = long
            .map(|(at, keyword)| {
                let (offset, word) = rarest(&keyword.text);
                Piece { hash: hash(word), keyword: at as u16, offset }
            })
            .collect();
        pieces.sort_unstable_by_key(|p| (p.hash, p.keyword));
        let (mut bitmap, mut coarse) = (Box::new([0; 1 << (HASH_BITS - 6)]), Box::new([0; 257]));
        for piece in &pieces {
            bitmap[usize::from(piece.hash >> 6)] |= 1 << (piece.hash & 63);
            coarse[usize::from(piece.hash >> 8) + 1] += 1;
        }
        for at in 1..coarse.len() {
            coarse[at] += coarse[at - 1];
        }
        Self { bitmap, pieces, coarse }
    }

    /// Calls `found` with each position whose four bytes are in the bitmap, and the pieces of that hash.
    fn for_each<'s>(&'s self, content: &[u8], mut found: impl FnMut(usize, &'s [Piece])) {
        for (at, window) in content.windows(PIECE).enumerate() {
            let hash = hash(u32::from_le_bytes([window[0], window[1], window[2], window[3]]));
            if self.bitmap[usize::from(hash >> 6)] >> (hash & 63) & 1 == 1 {
                found(at, self.bucket(hash));
            }
        }
    }

    #[cold]
    fn bucket(&self, hash: u16) -> &[Piece] {
        let high = usize::from(hash >> 8);
        let near = &self.pieces[usize::from(self.coarse[high])..usize::from(self.coarse[high + 1])];
        let first = near.partition_point(|p| p.hash < hash);
        let count = near[first..].partition_point(|p| p.hash == hash);
        &near[first..first + count]
    }
}

/// The offset and bytes of the keyword's four-byte piece that is least frequent in source text.
fn rarest(keyword: &[u8]) -> (u8, u32) {
    let pieces = keyword.windows(PIECE).take(usize::from(u8::MAX)).enumerate();
    let best = pieces.min_by_key(|(_, piece)| piece.iter().map(|&b| commonness(b)).sum::<u32>());
    let (offset, piece) = best.unwrap_or((0, b"    "));
    (offset as u8, u32::from_le_bytes([piece[0], piece[1], piece[2], piece[3]]))
}

/// A logarithmic measure of how often a (folded) byte stands in source text; only the order matters.
fn commonness(byte: u8) -> u32 {
    const ORDER: &[u8] = b"zqjxkwvyb97865+=:/43gh2mp-1fu.dlcn0soria_te";
    ORDER.iter().position(|&b| b == byte.to_ascii_lowercase()).map_or(0, |at| at as u32 + 4)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hits(prefilter: &Prefilter, content: &[u8]) -> Vec<Hit> {
        let mut hits = Vec::new();
        prefilter.for_each(content, |hit| hits.push(hit));
        hits.sort_unstable();
        hits
    }

    #[test]
    fn built_in_keywords_are_all_found_in_both_cases() {
        let prefilter = Prefilter::new(&RuleSet::builtin());
        let oracle = prefilter.oracle();
        let text: Vec<u8> =
            prefilter.keywords.iter().flat_map(|k| [&k.text[..], b" ", &k.text.to_ascii_uppercase(), b"\n"].concat()).collect();
        let found = hits(&prefilter, &text);
        assert!(found.len() >= prefilter.keywords.len() * 2);
        assert_eq!(found, oracle.hits(&text));
    }

    proptest! {
        #[test]
        fn equals_the_automaton(
            keywords in prop::collection::vec("[a-c_.]{3,7}", 1..12),
            content in "[a-cA-C_.\\x00\u{e9}]{0,300}",
        ) {
            let prefilter = Prefilter::from_keywords(keywords.iter().enumerate().map(|(i, k)| (k.as_bytes(), i as u16)));
            prop_assert_eq!(hits(&prefilter, content.as_bytes()), prefilter.oracle().hits(content.as_bytes()));
        }
    }
}
