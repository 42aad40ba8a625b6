//! Finds every rule keyword in a content, in any case, in one pass.
//!
//! The **fingerprint** hashes the four bytes at every second place into a bitmap that holds two rare four-byte pieces of
//! each keyword, and confirms the few places that pass; its tables for the built-in rules are static data. The
//! **automaton** (Aho-Corasick over all keywords) is the plain way to the same hits and its oracle: it takes
//! milliseconds to build for 3,300 keywords and runs at a tenth of the speed.

mod builtin;
mod fingerprint;

use std::borrow::Cow;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use self::fingerprint::Fingerprint;
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
    keywords: Cow<'static, [Keyword]>,
    fingerprint: Tables,
    longest: usize,
}

/// A literal and the rule it belongs to.
#[derive(Clone, Debug, PartialEq)]
struct Keyword {
    /// In lower case.
    text: Cow<'static, str>,
    rule: u16,
}

/// The tables of the built-in rules come with the binary; any other set builds its own.
#[derive(Debug)]
enum Tables {
    Static(&'static Fingerprint),
    Built(Box<Fingerprint>),
}

impl std::ops::Deref for Tables {
    type Target = Fingerprint;

    fn deref(&self) -> &Fingerprint {
        match self {
            Self::Static(tables) => tables,
            Self::Built(tables) => tables,
        }
    }
}

impl Prefilter {
    /// For every keyword of every rule of the set.
    pub fn new(rules: &RuleSet) -> Self {
        if rules.is_builtin() {
            return Self {
                keywords: Cow::Borrowed(&builtin::KEYWORDS),
                fingerprint: Tables::Static(&builtin::TABLES),
                longest: builtin::LONGEST,
            };
        }
        Self::build(rules)
    }

    fn build(rules: &RuleSet) -> Self {
        let keywords = rules.iter().flat_map(|(index, rule)| {
            let keywords = rule.keywords.iter().zip(rule.anchors.iter());
            keywords.map(move |(text, anchors)| (Keyword { text: text.clone(), rule: index }, *anchors))
        });
        Self::from_keywords(keywords.collect())
    }

    fn from_keywords(keywords: Vec<(Keyword, [u8; 2])>) -> Self {
        let fingerprint = Fingerprint::new(keywords.iter().map(|(keyword, anchors)| (keyword.text.as_bytes(), *anchors)));
        let longest = keywords.iter().map(|(keyword, _)| keyword.text.len()).max().unwrap_or_default();
        let keywords = keywords.into_iter().map(|(keyword, _)| keyword).collect();
        Self { keywords, fingerprint: Tables::Built(fingerprint), longest }
    }

    /// Calls `found` for every keyword occurrence, overlapping ones included, in no order.
    pub fn for_each(&self, content: &[u8], mut found: impl FnMut(Hit)) {
        self.fingerprint.for_each(content, |start, keyword| {
            let keyword = &self.keywords[usize::from(keyword)];
            let end = start + keyword.text.len();
            if content.get(start..end).is_some_and(|text| text.eq_ignore_ascii_case(keyword.text.as_bytes())) {
                found(Hit { start, len: keyword.text.len() as u16, rule: keyword.rule });
            }
        });
    }

    /// Bytes of the longest keyword.
    pub fn longest(&self) -> usize {
        self.longest
    }

    /// The plain way, for tests and benches: one Aho-Corasick automaton over all keywords. Slow to build.
    pub fn oracle(&self) -> Oracle<'_> {
        let texts = self.keywords.iter().map(|keyword| keyword.text.as_bytes());
        let automaton =
            AhoCorasick::builder().ascii_case_insensitive(true).kind(Some(AhoCorasickKind::ContiguousNFA)).build(texts);
        Oracle { prefilter: self, automaton: automaton.ok() }
    }
}

/// The automaton over all keywords of a [`Prefilter`].
#[derive(Debug)]
pub struct Oracle<'p> {
    prefilter: &'p Prefilter,
    automaton: Option<AhoCorasick>,
}

impl Oracle<'_> {
    /// How many hits there are.
    pub fn count(&self, content: &[u8]) -> usize {
        self.automaton.iter().flat_map(|automaton| automaton.find_overlapping_iter(content)).count()
    }

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::frequency::anchors;
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
        let text: Vec<u8> = prefilter
            .keywords
            .iter()
            .flat_map(|k| [&k.text, " ", &k.text.to_ascii_uppercase(), "\n"].concat().into_bytes())
            .collect();
        let found = hits(&prefilter, &text);
        assert!(found.len() >= prefilter.keywords.len() * 2);
        assert_eq!(found, oracle.hits(&text));
    }

    #[test]
    fn tables_of_the_build_are_those_of_a_run() {
        let (given, built) = (Prefilter::new(&RuleSet::builtin()), Prefilter::build(&RuleSet::builtin()));
        assert!(matches!(given.fingerprint, Tables::Static(_)));
        assert!(given.longest == built.longest && given.keywords == built.keywords && *given.fingerprint == *built.fingerprint);
    }

    proptest! {
        #[test]
        fn equals_the_automaton(
            keywords in prop::collection::vec("[a-c_.]{3,7}", 1..12),
            content in "[a-cA-C_.\\x00\u{e9}]{0,300}",
            before in 0usize..9000,
        ) {
            let content = [" ".repeat(before), content].concat();
            let keyword = |(rule, text): (usize, &String)| (Keyword { text: text.clone().into(), rule: rule as u16 }, anchors(text.as_bytes()));
            let prefilter = Prefilter::from_keywords(keywords.iter().enumerate().map(keyword).collect());
            prop_assert_eq!(hits(&prefilter, content.as_bytes()), prefilter.oracle().hits(content.as_bytes()));
        }
    }
}
