//! What a version of a content has in common with its base, and what lies between.

use super::Mark;
use crate::detect::reading;
use crate::types::delta::Op;
use crate::types::rule::Rule;
use crate::types::span::Span;

/// A line that goes on longer than this is not waited for.
const LONG_LINE: usize = 1 << 20;

/// A stretch that two versions share, as long as it goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) from: usize,
    /// Whether nothing else stands before it in both versions, and behind it.
    edges: [bool; 2],
}

/// The stretches that are copied, those that go on in both versions as one.
pub(super) fn runs(ops: &[Op], len: usize, base_len: usize) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for op in ops {
        let Some(from) = op.copy_from else { continue };
        let (start, end) = (op.start, op.start + op.len);
        match runs.last_mut() {
            Some(run) if run.end == start && run.from + (run.end - run.start) == from => run.end = end,
            _ => runs.push(Run { start, end, from, edges: [false; 2] }),
        }
    }
    for run in &mut runs {
        let base_end = run.from + (run.end - run.start);
        run.edges = [run.start == 0 && run.from == 0, run.end == len && base_end == base_len];
    }
    runs
}

/// What lies between runs; nothing but a place where two of them meet.
pub(super) fn gaps(runs: &[Run], len: usize) -> Vec<Span> {
    let mut gaps = Vec::with_capacity(runs.len() + 1);
    let mut at = 0;
    for (index, run) in runs.iter().enumerate() {
        if index > 0 || !run.edges[0] {
            gaps.push(Span::new(at, run.start));
        }
        at = run.end;
    }
    if runs.last().is_none_or(|run| !run.edges[1]) {
        gaps.push(Span::new(at, len));
    }
    gaps
}

fn widened(span: Span, by: usize, len: usize) -> Span {
    Span::new(span.start.saturating_sub(by), (span.end + by).min(len))
}

/// Spans in order widened by so many bytes, those that meet as one.
pub(super) fn joined(spans: &[Span], by: usize, len: usize) -> Vec<Span> {
    let mut joined: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        let span = widened(*span, by, len);
        match joined.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => joined.push(span),
        }
    }
    joined
}

/// Spans in order completed, those that meet as one. What lies in the one before is not completed again.
pub(super) fn completed(mut spans: Vec<Span>, complete: impl Fn(Span) -> Span) -> Vec<Span> {
    let mut kept = 0;
    for at in 0..spans.len() {
        let span = spans[at];
        if kept > 0 && span.end <= spans[kept - 1].end {
            continue;
        }
        let span = complete(span);
        if kept > 0 && span.start <= spans[kept - 1].end {
            let last = &mut spans[kept - 1];
            *last = Span::new(last.start.min(span.start), last.end.max(span.end));
        } else {
            spans[kept] = span;
            kept += 1;
        }
    }
    spans.truncate(kept);
    spans
}

/// Which marks of a run lead to the same thing as in the base, since all that their rules can see lies inside the run.
pub(super) struct Settled {
    run: Run,
    /// Where two line breaks of the run, or a very long line, lie before a mark that starts there.
    from: usize,
    /// The same behind a mark that ends there.
    until: usize,
}

impl Settled {
    pub(super) fn new(content: &[u8], run: Run) -> Self {
        let text = &content[run.start..run.end];
        let (head, tail) = (&text[..text.len().min(LONG_LINE)], text.len().saturating_sub(LONG_LINE));
        let from = memchr::memchr_iter(b'\n', head).nth(1).map_or(LONG_LINE, |at| at + 1);
        let until = memchr::memrchr_iter(b'\n', &text[tail..]).nth(1).map_or(LONG_LINE, |at| text.len() - tail - at);
        Self { run, from: run.start + from, until: run.end.saturating_sub(until) }
    }

    pub(super) fn has(&self, mark: Mark, rule: &Rule) -> bool {
        let [first, last] = self.run.edges;
        let (before, behind) = (mark.start() - self.run.start, self.run.end - mark.end());
        let roomy = |low: usize, high: usize| (first || before >= low) && (last || behind >= high);
        match (rule.reader, rule.reach) {
            (Some(_), _) => roomy(reading::REACH[0], reading::REACH[1]),
            (None, Some(reach)) => roomy(2 * reach as usize, 2 * reach as usize),
            // Windows on neighbouring lines are searched as one, so two line breaks are waited for.
            (None, None) => (first || mark.start() >= self.from) && (last || mark.end() <= self.until),
        }
    }
}
