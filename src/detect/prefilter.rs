//! Finds every rule keyword in a content, in any case, in one pass.
//!
//! The **fingerprint** hashes the four bytes at every second place into a bitmap that holds two rare four-byte pieces of
//! each keyword, and confirms the few places that pass; its tables for the built-in rules are static data. The
//! **automaton** (Aho-Corasick over all keywords) is the plain way to the same hits and its oracle: it takes
//! milliseconds to build for 3,300 keywords and runs at a tenth of the speed.
//!
//! Keywords of a user's rules are looked for **one by one** beside the static tables until so much has been searched that
//! tables of both, 640 KiB that are copied, have paid for themselves: a commit never needs them.

mod builtin;
pub(in crate::detect) mod fingerprint;
mod pass;

pub(super) use fingerprint::{Bitmap, FOLD, Fingerprint, HASH};
pub(super) use pass::{LOOK, Places, pass};

use std::borrow::Cow;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use fingerprint::{Anchored, Key};

use crate::rules::frequency::anchors;
use crate::rules::ruleset::RuleSet;
use crate::types::rule::Rule;

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
    /// How many of the keywords are those of the built-in rules, which have the first numbers.
    builtin: usize,
    /// The others, numbered behind them.
    own: Vec<Keyword>,
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

/// What is searched with.
#[derive(Debug)]
enum Tables {
    /// Those of the built-in rules, which come with the binary.
    Static(&'static Fingerprint),
    /// Those of any other set, made when it runs.
    Made(Fingerprint),
    /// The built-in rules and a user's.
    Beside {
        builtin: &'static Fingerprint,
        /// What looking for keywords one by one may still cost, in bytes gone over.
        budget: AtomicUsize,
        /// Of both, made when that is spent.
        both: OnceLock<Fingerprint>,
    },
}

/// What looking for keywords one by one may cost, in bytes gone over: about as long as tables of both take to make.
const BUDGET: usize = 2 << 20;
/// What one keyword costs in an empty content, in such bytes.
const AT_LEAST: usize = 256;

impl Prefilter {
    /// For every keyword of every rule of the set.
    pub fn new(rules: &RuleSet) -> Self {
        if !rules.has_builtin() {
            return Self::from_keywords(Self::keywords(rules.iter()));
        }
        let builtin = Self {
            builtin: builtin::KEYWORDS.len(),
            own: Vec::new(),
            fingerprint: Tables::Static(&builtin::TABLES),
            longest: builtin::LONGEST,
        };
        match Self::keywords(rules.custom()) {
            own if own.is_empty() => builtin,
            own => builtin.and(own, &builtin::TABLES),
        }
    }

    fn keywords<'r>(rules: impl Iterator<Item = (u16, &'r Rule)>) -> Vec<Keyword> {
        let of_rule =
            |(rule, pattern): (u16, &'r Rule)| pattern.keywords.iter().map(move |text| Keyword { text: text.clone(), rule });
        rules.flat_map(of_rule).collect()
    }

    fn from_keywords(keywords: Vec<Keyword>) -> Self {
        let fingerprint = Fingerprint::new(pieces(&keywords));
        let longest = keywords.iter().map(|keyword| keyword.text.len()).max().unwrap_or_default();
        Self { builtin: 0, own: keywords, fingerprint: Tables::Made(fingerprint), longest }
    }

    /// These keywords and others behind them; `builtin` are the tables of these.
    fn and(self, own: Vec<Keyword>, builtin: &'static Fingerprint) -> Self {
        let fingerprint = Tables::Beside { builtin, budget: AtomicUsize::new(BUDGET), both: OnceLock::new() };
        let longest = own.iter().map(|keyword| keyword.text.len()).fold(self.longest, usize::max);
        Self { own, fingerprint, longest, ..self }
    }

    /// A keyword by its number, and the rule it belongs to.
    fn keyword(&self, number: usize) -> (&str, u16) {
        match number.checked_sub(self.builtin) {
            None => builtin::keyword(number),
            Some(own) => (&self.own[own].text, self.own[own].rule),
        }
    }

    fn all(&self) -> impl Iterator<Item = (&str, u16)> {
        (0..self.builtin + self.own.len()).map(|number| self.keyword(number))
    }

    /// Calls `found` for every keyword occurrence, overlapping ones included, in no order.
    pub fn for_each(&self, content: &[u8], mut found: impl FnMut(Hit)) {
        let tables = match &self.fingerprint {
            Tables::Static(tables) => tables,
            Tables::Made(tables) => tables,
            Tables::Beside { builtin, budget, both } => match self.is_cheap(content, budget) {
                false => both.get_or_init(|| builtin.with(pieces(&self.own))),
                true => {
                    self.one_by_one(content, &mut found);
                    builtin
                }
            },
        };
        tables.for_each(content, |start, keyword, key| {
            let (end, behind) = (start + usize::from(key.len), start + Key::HEAD);
            let rest = || self.keyword(usize::from(keyword)).0.as_bytes()[Key::HEAD..].as_ref();
            if end <= behind || content.get(behind..end).is_some_and(|text| text.eq_ignore_ascii_case(rest())) {
                found(Hit { start, len: key.len, rule: key.rule });
            }
        });
    }

    /// Takes what looking for the user's keywords one by one costs out of the budget, if that much is left.
    fn is_cheap(&self, content: &[u8], budget: &AtomicUsize) -> bool {
        let cost = self.own.len().saturating_mul(content.len().saturating_add(AT_LEAST));
        budget.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(cost)).is_ok()
    }

    /// Calls `found` for every occurrence of a user's keyword.
    fn one_by_one(&self, content: &[u8], found: &mut impl FnMut(Hit)) {
        let lower = content.to_ascii_lowercase();
        for keyword in &self.own {
            let (finder, len) = (memchr::memmem::Finder::new(keyword.text.as_bytes()), keyword.text.len() as u16);
            let mut from = 0;
            while let Some(at) = finder.find(&lower[from..]) {
                found(Hit { start: from + at, len, rule: keyword.rule });
                from += at + 1;
            }
        }
    }

    /// Bytes of the longest keyword.
    pub fn longest(&self) -> usize {
        self.longest
    }

    /// The plain way, for tests and benches: one Aho-Corasick automaton over all keywords. Slow to build.
    pub fn oracle(&self) -> Oracle<'_> {
        let texts = self.all().map(|(text, _)| text.as_bytes());
        let automaton =
            AhoCorasick::builder().ascii_case_insensitive(true).kind(Some(AhoCorasickKind::ContiguousNFA)).build(texts);
        Oracle { prefilter: self, automaton: automaton.ok() }
    }
}

fn pieces(keywords: &[Keyword]) -> impl Iterator<Item = Anchored<'_>> {
    keywords.iter().map(|keyword| {
        let text = keyword.text.as_bytes();
        Anchored { text, anchors: anchors(text), rule: keyword.rule }
    })
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
                let (text, rule) = self.prefilter.keyword(hit.pattern().as_usize());
                Hit { start: hit.start(), len: text.len() as u16, rule }
            })
            .collect();
        hits.sort_unstable();
        hits
    }
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
            prefilter.all().flat_map(|(text, _)| [text, " ", &text.to_ascii_uppercase(), "\n"].concat().into_bytes()).collect();
        let found = hits(&prefilter, &text);
        assert!(found.len() >= prefilter.builtin * 2);
        assert_eq!(found, oracle.hits(&text));
    }

    #[test]
    fn tables_of_the_build_are_those_of_a_run() {
        let rules = RuleSet::builtin();
        let (given, built) = (Prefilter::new(&rules), Prefilter::from_keywords(Prefilter::keywords(rules.iter())));
        assert!(given.longest == built.longest && given.all().eq(built.all()));
        let (Tables::Static(static_ones), Tables::Made(made)) = (given.fingerprint, built.fingerprint) else {
            panic!("the built-in tables are static")
        };
        assert!(*static_ones == made);
    }

    /// The shortest ones take the most room in the tables, which count pieces in 15 bits.
    #[test]
    fn as_many_keywords_as_a_set_may_have_are_all_found() {
        let word = |n: usize| String::from_utf8(vec![b'a' + (n / 676) as u8, b'a' + (n / 26 % 26) as u8, b'a' + (n % 26) as u8]);
        let words: Vec<String> = (0..crate::rules::ruleset::MAX_KEYWORDS).map(|n| word(n * 5).expect("letters")).collect();
        let prefilter =
            Prefilter::new(&RuleSet::builtin()).and(words.iter().enumerate().map(keyword).collect(), &builtin::TABLES);
        let text = words.join(" ").into_bytes();
        assert_eq!(hits(&prefilter, &text), prefilter.oracle().hits(&text));
        let Tables::Beside { both, .. } = &prefilter.fingerprint else { panic!("there are keywords beside the built-in ones") };
        assert!(both.get().is_some(), "the tables of so many keywords pay");
    }

    /// What stands around keywords may well hold built-in ones, too.
    const WORDS: [&str; 6] = ["aws_", "token", "key", "AKIA", "pass", "ghp"];

    fn keyword((rule, text): (usize, &String)) -> Keyword {
        Keyword { text: text.clone().into(), rule: rule as u16 }
    }

    proptest! {
        #[test]
        fn keywords_beside_the_built_in_ones_are_found_with_these(
            keywords in prop::collection::vec("[a-ck_.]{3,7}", 1..40),
            content in prop::collection::vec((0usize..46, "[a-cA-C_.\\x00]{0,9}"), 0..60),
        ) {
            let own: Vec<_> = keywords.iter().enumerate().map(keyword).collect();
            let prefilter = Prefilter::new(&RuleSet::builtin()).and(own, &builtin::TABLES);
            let word = |at: usize| WORDS.get(at).copied().or_else(|| keywords.get(at - WORDS.len()).map(String::as_str)).unwrap_or_default();
            let content: String = content.iter().map(|(at, text)| [word(*at), text].concat()).collect();
            let want = prefilter.oracle().hits(content.as_bytes());
            prop_assert_eq!(&hits(&prefilter, content.as_bytes()), &want, "one by one");
            if let Tables::Beside { budget, both, .. } = &prefilter.fingerprint {
                prop_assert!(both.get().is_none());
                budget.store(0, Ordering::Relaxed);
            }
            prop_assert_eq!(&hits(&prefilter, content.as_bytes()), &want, "by tables of both");
        }

        #[test]
        fn equals_the_automaton(
            keywords in prop::collection::vec("[a-c_.]{3,7}", 1..12),
            content in "[a-cA-C_.\\x00\u{e9}]{0,300}",
            before in 0usize..9000,
        ) {
            let content = [" ".repeat(before), content].concat();
            let prefilter = Prefilter::from_keywords(keywords.iter().enumerate().map(keyword).collect());
            prop_assert_eq!(hits(&prefilter, content.as_bytes()), prefilter.oracle().hits(content.as_bytes()));
        }
    }
}
