//! Byte ranges, line ranges and positions in an original content.

/// A half-open byte range of the original content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Span {
    /// First byte, 0-based.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The range `start..end`; `end` is never below `start` in what this crate hands out.
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// Length in bytes.
    pub const fn len(self) -> usize {
        self.end.saturating_sub(self.start)
    }

    /// Whether the range holds no byte.
    pub const fn is_empty(self) -> bool {
        self.end <= self.start
    }

    /// Whether the two ranges share a byte.
    pub const fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// Whether `other` lies wholly inside.
    pub const fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The bytes of `content` in this range, cut to what exists.
    pub fn of(self, content: &[u8]) -> &[u8] {
        let end = self.end.min(content.len());
        &content[self.start.min(end)..end]
    }
}

/// The bytes of many ranges as one set, so that many more can be held to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spans(Vec<Span>);

impl Spans {
    /// Whether a range shares a byte with one of the set.
    pub fn overlap(&self, other: Span) -> bool {
        let at = self.0.partition_point(|span| span.end <= other.start);
        self.0.get(at).is_some_and(|span| span.overlaps(other))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Span> for Spans {
    fn from_iter<I: IntoIterator<Item = Span>>(spans: I) -> Self {
        let mut all: Vec<Span> = spans.into_iter().filter(|span| !span.is_empty()).collect();
        all.sort_unstable();
        all.dedup_by(|next, last| {
            let meets = next.start <= last.end;
            if meets {
                last.end = last.end.max(next.end);
            }
            meets
        });
        Self(all)
    }
}

/// Where a span starts and ends, for a person: 1-based lines, 1-based columns that count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Location {
    /// The bytes of the original content.
    pub span: Span,
    /// Line of the first byte.
    pub line: u32,
    /// Column of the first byte.
    pub column: u32,
    /// Line of the last byte.
    pub end_line: u32,
    /// Column one past the last byte.
    pub end_column: u32,
}

/// A sorted set of 1-based line numbers as inclusive ranges.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct RangeSet {
    ranges: Vec<(u32, u32)>,
}

impl RangeSet {
    /// Adds `first..=last`, which must not start before a range that was added earlier.
    pub fn push(&mut self, first: u32, last: u32) {
        debug_assert!(first <= last);
        match self.ranges.last_mut() {
            Some((start, end)) if first <= end.saturating_add(1) => {
                debug_assert!(first >= *start);
                *end = (*end).max(last);
            }
            _ => self.ranges.push((first, last)),
        }
    }

    /// Whether any line of `first..=last` is in the set.
    pub fn touches(&self, first: u32, last: u32) -> bool {
        let at = self.ranges.partition_point(|&(_, end)| end < first);
        self.ranges.get(at).is_some_and(|&(start, _)| start <= last)
    }

    /// The lines that are in both sets.
    pub fn intersect(&self, other: &Self) -> Self {
        let mut both = Self::default();
        let (mut i, mut j) = (0, 0);
        while let (Some(&a), Some(&b)) = (self.ranges.get(i), other.ranges.get(j)) {
            let (first, last) = (a.0.max(b.0), a.1.min(b.1));
            if first <= last {
                both.push(first, last);
            }
            if a.1 < b.1 { i += 1 } else { j += 1 }
        }
        both
    }

    /// Whether no line is in the set.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_of_spans_overlaps_what_one_of_them_does() {
        let spans = |ends: &[(usize, usize)]| -> Vec<Span> { ends.iter().map(|&(start, end)| Span::new(start, end)).collect() };
        for list in [spans(&[]), spans(&[(3, 5), (0, 2), (4, 9), (9, 10), (20, 22), (15, 40)])] {
            let set: Spans = list.iter().copied().collect();
            for (start, end) in (0..45).flat_map(|start| (start + 1..46).map(move |end| (start, end))) {
                let other = Span::new(start, end);
                assert_eq!(set.overlap(other), list.iter().any(|span| span.overlaps(other)), "{list:?} {other:?}");
            }
        }
    }

    fn set(ranges: &[(u32, u32)]) -> RangeSet {
        let mut set = RangeSet::default();
        for &(first, last) in ranges {
            set.push(first, last);
        }
        set
    }

    #[test]
    fn touches_is_inclusive_at_both_ends() {
        let lines = set(&[(3, 5), (9, 9)]);
        for (first, last, want) in [(1, 2, false), (1, 3, true), (5, 8, true), (6, 8, false), (9, 9, true), (10, 99, false)] {
            assert_eq!(lines.touches(first, last), want, "{first}..={last}");
        }
    }

    #[test]
    fn neighbouring_ranges_join_and_intersections_are_exact() {
        assert_eq!(set(&[(1, 2), (3, 4)]), set(&[(1, 4)]));
        assert_eq!(set(&[(1, 10), (20, 30)]).intersect(&set(&[(5, 25)])), set(&[(5, 10), (20, 25)]));
        assert!(set(&[(1, 2)]).intersect(&set(&[(3, 4)])).is_empty());
    }
}
