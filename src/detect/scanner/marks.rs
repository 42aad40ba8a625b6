//! The marks of a content: where keywords stand in it and which of them lead to something, under whatever path.
//!
//! A content that is a delta of another has most marks in common with it. A keyword that lies inside one copied run stands
//! in the base too; only what the delta brought, and the seams between runs, can hold others. A mark whose surroundings,
//! as far as its rule can look, lie inside the run leads to the same thing as in the base; only the others are tried.
//!
//! Marks are wide: no path is known, so path filters are open and a value counts if it would count in any kind of file.
//! What leads to nothing here holds no match for [`Scanner::scan`] under any path; what leads to something may.

mod runs;

use self::runs::{Run, Settled, completed, gaps, joined, runs};
use super::super::assignment::Manner;
use super::super::checks;
use super::super::container::Verdict;
use super::super::decode::encoding::{Decoded, Encoding};
use super::super::decode::layer::Layer;
use super::super::decode::{self, DEEPEST};
use super::super::prefilter::Hit;
use super::super::reading;
use super::super::window;
use super::{Scanner, Scratch, Subject};
use crate::types::delta::Op;
use crate::types::rule::{Reader, Rule};
use crate::types::span::Span;

/// What versions of a content inherit from one another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marks {
    /// By position, then rule.
    marks: Vec<Mark>,
    /// Encoded stretches that hold something, by start.
    layers: Vec<Span>,
    /// Bytes of the content.
    len: usize,
    form: Form,
    /// Something that is no mark's: a rule without keywords, a value of a Secret, mail, literals that are joined.
    apart: bool,
}

/// What a content is to the walk from version to version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Text,
    /// A text that may hold a manifest of a Secret, or mail: what that says is decoded anew in each version.
    Anew,
    /// Read as a whole: binary, UTF-16, ciphertext.
    Whole,
}

/// A keyword of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Mark {
    at: u32,
    rule: u16,
    len: u8,
    /// Whether the rule finds something around it.
    live: bool,
}

impl Mark {
    fn start(self) -> usize {
        self.at as usize
    }

    fn end(self) -> usize {
        self.start() + usize::from(self.len)
    }
}

/// Bytes that `kind: Secret` takes in any dress.
const MANIFEST: usize = 24;
/// Bytes that escapes are looked for around what is new, before lines are completed.
const AROUND: usize = 640;
/// Bytes that a wrapped encoding is followed to each side.
const WRAPPED: usize = 128 * 1024;

impl Marks {
    fn whole(len: usize, live: bool) -> Self {
        Self { marks: Vec::new(), layers: Vec::new(), len, form: Form::Whole, apart: live }
    }

    fn empty() -> Self {
        Self { form: Form::Text, ..Self::whole(0, false) }
    }

    /// Where keywords stand, with their rules.
    pub fn keywords(&self) -> impl Iterator<Item = (usize, u16)> {
        self.marks.iter().map(|mark| (mark.start(), mark.rule))
    }

    /// Whether the content is read as a whole and not as text.
    pub fn are_of_binary(&self) -> bool {
        self.form == Form::Whole
    }

    /// Whether [`Scanner::scan`] may find something in the content; if not, it finds nothing under any path.
    pub fn are_live(&self) -> bool {
        self.apart || !self.layers.is_empty() || self.marks.iter().any(|mark| mark.live)
    }
}

impl Scanner {
    /// The marks of a content of less than 4 GiB; `from` is the content that it is a delta of and the delta's runs.
    pub fn marks(&self, content: &[u8], from: Option<(&Marks, &[Op])>, scratch: &mut Scratch) -> Marks {
        if self.is_read_whole(content) {
            let live = self.is_live_whole(content, scratch);
            return Marks::whole(content.len(), live);
        }
        match from {
            Some((base, ops)) if base.form != Form::Whole => self.inherit(content, base, ops, 0, scratch),
            _ => self.of_text(content, 0, scratch),
        }
    }

    /// Binaries and UTF-16; and a short key may hold so few control bytes that it passes for text.
    fn is_read_whole(&self, content: &[u8]) -> bool {
        Encoding::of(content) != Encoding::Bytes || self.containers.judge(&self.rules, content, b"") != Verdict::default()
    }

    fn is_live_whole(&self, content: &[u8], scratch: &mut Scratch) -> bool {
        match Encoding::of(content) {
            Encoding::Binary | Encoding::Bytes => !self.scan(Subject { content, path: b"" }, scratch).matches.is_empty(),
            encoding => self.of_text(&Decoded::new(content, encoding).text, 0, scratch).are_live(),
        }
    }

    /// The marks of a text that is nobody's heir.
    fn of_text(&self, content: &[u8], depth: usize, scratch: &mut Scratch) -> Marks {
        let ops = [Op { start: 0, len: content.len(), copy_from: None }];
        self.inherit(content, &Marks::empty(), &ops, depth, scratch)
    }

    fn inherit(&self, content: &[u8], base: &Marks, ops: &[Op], depth: usize, scratch: &mut Scratch) -> Marks {
        let runs = runs(ops, content.len(), base.len);
        let gaps = gaps(&runs, content.len());
        let (mut marks, mut due) = (Vec::with_capacity(base.marks.len() + 4), Vec::new());
        let form = if self.fresh(content, &runs, &gaps, &mut marks) { Form::Anew } else { base.form };
        due.extend(marks.iter().map(|mark| (mark.rule, mark.at)));
        for run in &runs {
            let first = base.marks.partition_point(|mark| mark.start() < run.from);
            let inside = base.marks[first..].iter().take_while(|mark| mark.start() < run.from + run.end - run.start);
            let mut settled = None;
            for mark in inside.filter(|mark| mark.end() <= run.from + run.end - run.start) {
                let mark = Mark { at: (mark.start() - run.from + run.start) as u32, ..*mark };
                let settled: &Settled = settled.get_or_insert_with(|| Settled::new(content, *run));
                if !settled.has(mark, self.rules.rule(mark.rule)) {
                    due.push((mark.rule, mark.at));
                }
                marks.push(mark);
            }
        }
        marks.sort_unstable();
        self.try_marks(content, &mut marks, due, scratch);
        let mut heir = Marks { marks, layers: Vec::new(), len: content.len(), form, apart: false };
        self.layers(content, base, (&runs, &gaps), &mut heir, depth, scratch);
        heir.apart |= self.is_live_unanchored(content, scratch);
        heir.apart |= depth < DEEPEST && self.is_live_joined(content, &heir.marks, depth, scratch);
        heir
    }

    /// Keywords that do not lie inside one run; whether the text around them says that it may be a Secret's manifest.
    fn fresh(&self, content: &[u8], runs: &[Run], gaps: &[Span], marks: &mut Vec<Mark>) -> bool {
        let (mut is_manifest, hits_tell) = (false, self.rules.has_builtin());
        for gap in joined(gaps, self.prefilter.longest().max(MANIFEST), content.len()) {
            is_manifest = is_manifest || !hits_tell && decode::names_a_secret(gap.of(content));
            self.prefilter.for_each(gap.of(content), |hit| {
                is_manifest = is_manifest || decode::is_of_manifest(content, gap.start + hit.start);
                let mark = Mark { at: (gap.start + hit.start) as u32, rule: hit.rule, len: hit.len as u8, live: false };
                let before = runs.partition_point(|run| run.start <= mark.start());
                let is_inherited = runs[..before].last().is_some_and(|run| mark.end() <= run.end);
                if !is_inherited {
                    marks.push(mark);
                }
            });
        }
        is_manifest
    }

    /// Tries the rules of the marks that are due and says which marks are live.
    fn try_marks(&self, content: &[u8], marks: &mut [Mark], mut due: Vec<(u16, u32)>, scratch: &mut Scratch) {
        due.sort_unstable();
        due.dedup();
        scratch.matchers.resize_with(self.rules.len(), || None);
        let is_due = |mark: &Mark| due.binary_search(&(mark.rule, mark.at)).is_ok();
        let by_rule = ByRule::new(marks, &due);
        for due in due.chunk_by(|a, b| a.0 == b.0) {
            let (index, rule) = (due[0].0, self.rules.rule(due[0].0));
            if rule.reader == Some(Reader::Entries) {
                continue;
            }
            let spread = 2 * rule.reach.map_or(window::CLIP, |reach| reach as usize) + window::CLIP;
            let near = (due[0].1 as usize).saturating_sub(spread)..due[due.len() - 1].1 as usize + spread;
            let own = by_rule.of(marks, index, near);
            if rule.reader.is_some() {
                for &at in &own {
                    let mark = &mut marks[at as usize];
                    if is_due(mark) {
                        mark.live = self.is_read_anyhow(content, rule, *mark);
                    }
                }
                continue;
            }
            let hit = |mark: &Mark| Hit { start: mark.start(), len: u16::from(mark.len), rule: index };
            let hits: Vec<Hit> = own.iter().map(|&at| hit(&marks[at as usize])).collect();
            let Scratch { matchers, found, .. } = scratch;
            let mut slot = Some(&mut matchers[usize::from(index)]);
            window::around(self.rules.sought(index), content, &hits, found, || {
                slot.take().and_then(|slot| self.matcher(index, slot))
            });
            for &at in &own {
                let mark = &mut marks[at as usize];
                mark.live &= !is_due(mark);
            }
            for found in found.drain(..) {
                // What was cut off may be worth more when it is whole.
                let is_kept = || checks::judge(rule, found.secret.of(content), found.whole.of(content)).is_ok();
                if found.whole.len() < 1024 && !is_kept() {
                    continue;
                }
                let first = hits.partition_point(|hit| hit.start < found.whole.start);
                let last = hits.partition_point(|hit| hit.start < found.whole.end);
                for &at in &own[first..last] {
                    let mark = &mut marks[at as usize];
                    mark.live |= mark.end() <= found.whole.end;
                }
            }
        }
    }

    /// Whether a reader finds a value at a mark that would count in any kind of file.
    fn is_read_anyhow(&self, content: &[u8], rule: &Rule, mark: Mark) -> bool {
        let hit = Hit { start: mark.start(), len: u16::from(mark.len), rule: mark.rule };
        Manner::STRICTEST.iter().any(|manner| {
            let mut live = false;
            reading::at(content, *manner, rule, hit, &mut |read| {
                let is_kept = || checks::judge(rule, read.value.of(content), read.whole.of(content)).is_ok();
                live = live || read.score.bits() >= 0 && is_kept();
            });
            live
        })
    }

    fn is_live_unanchored(&self, content: &[u8], scratch: &mut Scratch) -> bool {
        self.unanchored.iter().any(|&index| {
            let Scratch { matchers, found, .. } = &mut *scratch;
            let Some(matcher) = self.matcher(index, &mut matchers[usize::from(index)]) else { return false };
            matcher.everywhere(content, found);
            let rule = self.rules.rule(index);
            found.drain(..).any(|found| checks::judge(rule, found.secret.of(content), found.whole.of(content)).is_ok())
        })
    }

    /// Whether literals that start with a keyword and are joined hold something. There are few, so they are read anew in each
    /// version.
    fn is_live_joined(&self, content: &[u8], marks: &[Mark], depth: usize, scratch: &mut Scratch) -> bool {
        let starts = marks.iter().map(|mark| mark.start()).filter(|&at| decode::joined::may_start(content, at));
        let starts: Vec<usize> = starts.collect();
        let (mut layer, mut live) = (scratch.layers.pop().unwrap_or_default(), false);
        decode::joined::for_each(content, &starts, &mut layer, &mut |layer: &Layer| {
            live = live || self.is_live_layer(layer, depth, scratch);
        });
        scratch.layers.push(layer);
        live
    }

    /// Encoded stretches that hold something: those of the base inside a run, and those around what is new.
    fn layers(
        &self,
        content: &[u8],
        base: &Marks,
        (runs, gaps): (&[Run], &[Span]),
        heir: &mut Marks,
        depth: usize,
        scratch: &mut Scratch,
    ) {
        if depth >= DEEPEST {
            return;
        }
        let mut layer = scratch.layers.pop().unwrap_or_default();
        let slices = completed(joined(gaps, 1, content.len()), |span| with_digits(content, span));
        let wide = completed(joined(gaps, AROUND, content.len()), |span| lines_around(content, span));
        let mut look = |slice: Span, decode: Decode<'_>, heir: &mut Marks| {
            decode(slice.of(content), &mut layer, &mut |layer: &Layer| {
                if self.is_live_layer(layer, depth, scratch) {
                    let origin = layer.origin();
                    heir.layers.push(Span::new(slice.start + origin.start, slice.start + origin.end));
                }
            });
        };
        for &slice in &slices {
            look(slice, &mut decode::runs_of_digits, heir);
        }
        let mut is_mail = false;
        for &slice in &wide {
            look(slice, &mut |content, layer, visit| is_mail |= decode::escaped(content, layer, visit), heir);
        }
        if is_mail {
            heir.form = Form::Anew;
        }
        let inherited = runs.iter().flat_map(|run| {
            let end = run.from + (run.end - run.start);
            let first = base.layers.partition_point(|span| span.start < run.from);
            let inside = base.layers[first..].iter().take_while(move |span| span.start < end);
            inside
                .filter(move |span| span.end <= end)
                .map(|span| Span::new(span.start - run.from + run.start, span.end - run.from + run.start))
        });
        // Both are in order and do not overlap.
        let meets = |looked_at: &[Span], span: Span| {
            let first = looked_at.partition_point(|slice| slice.end < span.start);
            looked_at[first..].iter().take_while(|slice| slice.start <= span.end).any(|slice| slice.overlaps(span))
        };
        heir.layers.extend(inherited.filter(|span| !meets(&slices, *span) && !meets(&wide, *span)));
        heir.layers.sort_unstable_by_key(|span| (span.start, span.end));
        heir.layers.dedup();
        if heir.form == Form::Anew {
            for decode in [decode::manifests, decode::mail] {
                decode(content, &mut layer, &mut |layer: &Layer| {
                    heir.apart = heir.apart || self.is_live_layer(layer, depth, scratch);
                });
            }
        }
        scratch.layers.push(layer);
    }

    fn is_live_layer(&self, layer: &Layer, depth: usize, scratch: &mut Scratch) -> bool {
        if layer.is_plain() || self.entry(layer).is_some() {
            return self.entry(layer).is_some();
        }
        let encoding = if layer.name().is_some() { Encoding::Bytes } else { Encoding::of(layer.text()) };
        let decoded = Decoded::new(layer.text(), encoding);
        self.of_text(&decoded.text, depth + 1, scratch).are_live()
    }
}

/// The numbers of marks, those of a rule together. Where few rules are asked about, each looks for its own.
enum ByRule {
    Few,
    /// Sorted by rule, then position.
    Many(Vec<u32>),
}

impl ByRule {
    /// For rules that `due` names, which is sorted.
    fn new(marks: &[Mark], due: &[(u16, u32)]) -> Self {
        /// From so many rules on, sorting costs less than looking at all marks for each.
        const MANY: usize = 16;
        if due.chunk_by(|a, b| a.0 == b.0).nth(MANY).is_none() {
            return Self::Few;
        }
        let mut numbers: Vec<u32> = (0..marks.len() as u32).collect();
        numbers.sort_unstable_by_key(|&at| (marks[at as usize].rule, at));
        Self::Many(numbers)
    }

    /// The marks of a rule that start in a stretch, in order.
    fn of(&self, marks: &[Mark], rule: u16, near: std::ops::Range<usize>) -> Vec<u32> {
        match self {
            Self::Few => {
                let first = marks.partition_point(|mark| mark.start() < near.start);
                let last = marks.partition_point(|mark| mark.start() < near.end);
                (first as u32..last as u32).filter(|&at| marks[at as usize].rule == rule).collect()
            }
            Self::Many(numbers) => {
                let place = |at: u32| (marks[at as usize].rule, marks[at as usize].start());
                let first = numbers.partition_point(|&at| place(at) < (rule, near.start));
                let last = numbers.partition_point(|&at| place(at) < (rule, near.end));
                numbers[first..last].to_vec()
            }
        }
    }
}

/// How encoded stretches of a kind are found.
type Decode<'d> = &'d mut dyn FnMut(&[u8], &mut Layer, &mut dyn FnMut(&Layer));

/// The start of the line before `at`, or a good part of it.
fn line_before(content: &[u8], at: usize) -> usize {
    let low = at.saturating_sub(window::CLIP);
    memchr::memrchr(b'\n', &content[low..at]).map_or(low, |found| low + found + 1)
}

/// The end of the line behind `at` with its break, or a good part of it.
fn line_behind(content: &[u8], at: usize) -> usize {
    let high = (at + window::CLIP).min(content.len());
    memchr::memchr(b'\n', &content[at..high]).map_or(high, |found| at + found + 1)
}

fn lines_around(content: &[u8], span: Span) -> Span {
    Span::new(line_before(content, span.start), line_behind(content, span.end))
}

/// A span with the digits around it, and the lines beside it that wrapped encodings go on in.
fn with_digits(content: &[u8], span: Span) -> Span {
    let low = span.start.saturating_sub(WRAPPED);
    let high = (span.end + WRAPPED).min(content.len());
    let start = content[low..span.start].iter().rposition(|&b| !decode::is_of_run(b)).map_or(low, |at| low + at + 1);
    let end = decode::end_of_run(&content[..high], span.end);
    let mut wide = Span::new(start, end);
    // Only a run that starts its line may go on from the line before, only one that ends it in the line behind.
    let lead = content[low..wide.start].iter().rev().take_while(|b| matches!(b, b' ' | b'\t')).count();
    if content[low..wide.start - lead].ends_with(b"\n") {
        wide.start -= lead;
        while wide.start > low {
            let line = Span::new(line_before(content, wide.start - 1), wide.start);
            if !decode::may_go_on(line.of(content)) {
                break;
            }
            wide.start = line.start;
        }
    }
    let rest = content[wide.end..high].iter().take(4).position(|&b| b == b'\n');
    if let Some(rest) = rest {
        wide.end += rest + 1;
        while wide.end < high {
            let line = Span::new(wide.end, line_behind(content, wide.end));
            if !decode::may_go_on(line.of(content)) {
                break;
            }
            wide.end = line.end;
        }
    }
    wide
}
