//! Rules that require a match of another rule near theirs.
//!
//! A file may hold a hundred thousand matches of either, so nothing here looks at each pair of them or at the text between.

use std::collections::HashMap;

use crate::rules::ruleset::RuleSet;
use crate::types::finding::RawMatch;
use crate::types::span::Span;

/// The matches (of a content, in any order) without those whose rule requires a companion that is not near.
pub(super) fn kept(rules: &RuleSet, matches: Vec<RawMatch>, content: &[u8]) -> Vec<RawMatch> {
    let demand = |m: &RawMatch| rules.rule(m.rule).requires.as_ref();
    if !matches.iter().any(|m| demand(m).is_some()) {
        return matches;
    }
    let lines = Lines::new(content, &matches);
    let mut companions: HashMap<u16, Companions> = HashMap::new();
    let near = |m: &RawMatch| {
        let Some(requires) = demand(m) else { return true };
        let Some(other) = rules.find(&requires.rule) else { return false };
        let companions = companions.entry(other).or_insert_with(|| Companions::new(other, &matches));
        companions.around(m.whole).any(|gap| lines.within(gap) <= requires.within_lines as usize)
    };
    let kept: Vec<bool> = matches.iter().map(near).collect();
    matches.into_iter().zip(kept).filter_map(|(m, keep)| keep.then_some(m)).collect()
}

/// Where the matches of a rule are: their starts in order, and how far those up to each reach.
struct Companions {
    starts: Vec<usize>,
    reaches: Vec<usize>,
}

impl Companions {
    fn new(rule: u16, matches: &[RawMatch]) -> Self {
        let mut spans: Vec<Span> = matches.iter().filter(|m| m.rule == rule).map(|m| m.whole).collect();
        spans.sort_unstable();
        let mut farthest = 0;
        let reach = |span: &Span| {
            farthest = farthest.max(span.end);
            farthest
        };
        Self { reaches: spans.iter().map(reach).collect(), starts: spans.iter().map(|span| span.start).collect() }
    }

    /// What lies between a match and the nearest companions before and behind it; nothing where they overlap.
    fn around(&self, whole: Span) -> impl Iterator<Item = Span> {
        let behind = self.starts.partition_point(|&start| start <= whole.start);
        let before = behind.checked_sub(1).map(|at| Span::new(self.reaches[at].min(whole.start), whole.start));
        let behind = self.starts.get(behind).map(|&start| Span::new(whole.end.min(start), start));
        before.into_iter().chain(behind)
    }
}

/// Lines of the places where matches start and end.
struct Lines {
    places: Vec<usize>,
    lines: Vec<usize>,
}

impl Lines {
    fn new(content: &[u8], matches: &[RawMatch]) -> Self {
        let mut places: Vec<usize> = matches.iter().flat_map(|m| [m.whole.start, m.whole.end]).collect();
        places.sort_unstable();
        places.dedup();
        let (mut from, mut line) = (0, 0);
        let count = |&place: &usize| {
            line += memchr::memchr_iter(b'\n', &content[from..place]).count();
            from = place;
            line
        };
        Self { lines: places.iter().map(count).collect(), places }
    }

    /// How many lines end in a span between two such places.
    fn within(&self, span: Span) -> usize {
        let line = |place: usize| self.places.binary_search(&place).map_or(0, |at| self.lines[at]);
        line(span.end) - line(span.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::finding::Via;
    use crate::types::rule::Confidence;
    use proptest::prelude::*;

    fn lines_between(content: &[u8], a: Span, b: Span) -> usize {
        let (first, second) = if a.start <= b.start { (a, b) } else { (b, a) };
        let gap = Span::new(first.end.min(second.start), second.start);
        gap.of(content).iter().filter(|&&b| b == b'\n').count()
    }

    proptest! {
        #[test]
        fn the_nearest_is_as_near_as_the_nearest_of_all(
            content in "[a\n]{60}",
            spans in prop::collection::vec((0usize..50, 0usize..10, 0u16..2), 1..20),
        ) {
            let one = |(start, len, rule): (usize, usize, u16)| {
                let whole = Span::new(start, start + len);
                RawMatch { rule, whole, secret: whole, via: Via::Regex, confidence: Confidence::High }
            };
            let (content, matches) = (content.as_bytes(), spans.into_iter().map(one).collect::<Vec<_>>());
            let (lines, companions) = (Lines::new(content, &matches), Companions::new(1, &matches));
            for m in matches.iter().filter(|m| m.rule == 0) {
                let all = matches.iter().filter(|other| other.rule == 1).map(|other| lines_between(content, m.whole, other.whole));
                prop_assert_eq!(companions.around(m.whole).map(|gap| lines.within(gap)).min(), all.min());
            }
        }
    }
}
