//! Why a place is reported or not: every candidate that the scanner looks at, with what each check said.
//!
//! Slower than a scan and apart from it, so that scanning never pays for being explained. It goes the same way through the
//! same parts; which candidates are reported is not decided here but read off a real scan, so the two cannot disagree.

use super::assignment::{Manner, score::Score};
use super::checks::{self, Outcome};
use super::decode::encoding::{Decoded, Encoding};
use super::decode::{self, DEEPEST, layer::Layer};
use super::prefilter::Hit;
use super::reading;
use super::scanner::{Scanner, Scratch, Subject};
use super::window::{self, Found, Matcher};
use crate::rules::paths::LowerPath;
use crate::types::finding::{RawMatch, Secret, Via};
use crate::types::rule::{Check, Confidence};
use crate::types::span::Span;

/// What the scanner looked at on one line.
#[derive(Debug, Default)]
pub struct Trace {
    /// Sorted by position and rule.
    pub candidates: Vec<Candidate>,
    /// Rules one of whose keywords stands on the line and that have no candidate there; sorted.
    pub passed: Vec<u16>,
}

/// A value that a rule's regex or reader took for its secret.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Index of the rule in the rule set.
    pub rule: u16,
    /// Everything that matched, in bytes of the original content.
    pub whole: Span,
    /// The value in it, likewise.
    pub span: Span,
    /// The value as it stands in the file.
    pub value: Secret,
    /// How it was reached.
    pub via: Via,
    /// The name it is assigned to, when a reader found it.
    pub name: Option<Vec<u8>>,
    /// What the reader makes of it, when a reader found it.
    pub score: Option<Score>,
    /// What the rule's checks said, in order, up to the first that dropped it. Empty when the reader turned it down.
    pub checks: Vec<(Check, Outcome)>,
    /// What became of it.
    pub fate: Fate,
    /// Whether it stands encoded in the text.
    is_encoded: bool,
}

/// What became of a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is a match of the scan, worth this much.
    Reported(Confidence),
    /// The reader says that it is likely no secret.
    Unlikely,
    /// A check dropped it: the last of its checks.
    Dropped,
    /// A better match of this rule covers the same bytes.
    Covered(u16),
    /// The rule goes by names, and this one knows the value for a published one.
    Published(u16),
    /// The rule's companion is not near.
    Lonely,
    /// What stands around it silences it: ciphertext, or a value that is read in its decoded form.
    Silenced,
}

/// Every candidate whose value touches a line (1-based). `None` when the content has no such line or is not text. A content
/// that is a finding as a whole has no candidates.
pub fn line(scanner: &Scanner, subject: Subject<'_>, line: u32) -> Option<Trace> {
    let encoding = Encoding::of(subject.content);
    if encoding == Encoding::Binary {
        return None;
    }
    let decoded = Decoded::new(subject.content, encoding);
    let text = Subject { content: &decoded.text, path: subject.path };
    let place = line_span(text.content, line)?;
    let mut tracer = Tracer { scanner, candidates: Vec::new(), hits: Vec::new() };
    tracer.read(text, 0, Via::Regex);
    let Tracer { mut candidates, hits, .. } = tracer;
    candidates.retain(|candidate| touches(candidate.span, place));
    for candidate in &mut candidates {
        candidate.value = Secret::new(candidate.span.of(text.content));
        candidate.whole = decoded.original(candidate.whole);
        candidate.span = decoded.original(candidate.span);
    }
    candidates.sort_by_key(|c| (c.span, c.rule));
    candidates.dedup_by(|a, b| (a.rule, a.span) == (b.rule, b.span));
    let matches = scanner.scan(subject, &mut Scratch::default()).matches;
    let published: Vec<(Span, u16)> =
        candidates.iter().filter(|c| c.is_published() && !scanner.goes_by_names(c.rule)).map(|c| (c.span, c.rule)).collect();
    for candidate in &mut candidates {
        candidate.fate = fate(scanner, candidate, &matches, &published);
    }
    let near = hits.iter().filter(|hit| touches(Span::new(hit.start, hit.start + usize::from(hit.len)), place));
    let mut passed: Vec<u16> = near.map(|hit| hit.rule).filter(|rule| candidates.iter().all(|c| c.rule != *rule)).collect();
    passed.sort_unstable();
    passed.dedup();
    Some(Trace { candidates, passed })
}

/// What a scan made of a candidate that its checks leave standing.
fn fate(scanner: &Scanner, candidate: &Candidate, matches: &[RawMatch], published: &[(Span, u16)]) -> Fate {
    if let Some(found) = matches.iter().find(|m| m.rule == candidate.rule && m.secret == candidate.span) {
        return Fate::Reported(found.confidence);
    }
    if candidate.fate != Fate::Silenced {
        return candidate.fate;
    }
    if scanner.goes_by_names(candidate.rule)
        && let Some((_, rule)) = published.iter().find(|(value, _)| value.overlaps(candidate.span))
    {
        return Fate::Published(*rule);
    }
    match matches.iter().find(|m| m.secret.overlaps(candidate.span)) {
        Some(better) => Fate::Covered(better.rule),
        None if scanner.rules().rule(candidate.rule).requires.is_some() => Fate::Lonely,
        None => Fate::Silenced,
    }
}

fn touches(span: Span, line: Span) -> bool {
    span.start <= line.end && line.start < span.end.max(span.start + 1)
}

/// The bytes of a line without its line feed.
fn line_span(text: &[u8], line: u32) -> Option<Span> {
    let mut start = 0;
    let wanted = usize::try_from(line).ok()?.checked_sub(1)?;
    for (at, part) in text.split(|&b| b == b'\n').enumerate() {
        if at == wanted {
            return (start < text.len()).then(|| Span::new(start, start + part.len()));
        }
        start += part.len() + 1;
    }
    None
}

struct Tracer<'s> {
    scanner: &'s Scanner,
    candidates: Vec<Candidate>,
    /// Keywords of the outermost text.
    hits: Vec<Hit>,
}

impl Tracer<'_> {
    /// The candidates of a text, and of what is encoded in it.
    fn read(&mut self, text: Subject<'_>, depth: usize, via: Via) {
        let starts = self.search(text, depth, via);
        if depth >= DEEPEST {
            return;
        }
        let scanner = self.scanner;
        let mut found = Vec::new();
        let mut read = |layer: &Layer| {
            if let Some(m) = scanner.entry(layer) {
                found.push(Candidate::new(m.rule, m.whole, m.secret, m.via));
            }
            if layer.is_plain() {
                return;
            }
            let encoding = if layer.name().is_some() { Encoding::Bytes } else { Encoding::of(layer.text()) };
            let decoded = Decoded::new(layer.text(), encoding);
            let path = layer.name().map(|name| [text.path, b"/", name].concat());
            let path = path.as_deref().unwrap_or(text.path);
            let mut inner = Tracer { scanner, candidates: Vec::new(), hits: Vec::new() };
            inner.read(Subject { content: &decoded.text, path }, depth + 1, layer.via());
            for candidate in inner.candidates {
                let (whole, span) = (decoded.original(candidate.whole), decoded.original(candidate.span));
                if layer.owns(whole) && (!layer.is_for_tokens() || scanner.is_specific(candidate.rule)) {
                    let inner = if candidate.is_encoded { candidate.via } else { Via::Regex };
                    let (whole, span) = layer.original_match(whole, span, inner);
                    found.push(Candidate { whole, span, is_encoded: true, ..candidate });
                }
            }
        };
        decode::for_each(text.content, &mut Layer::default(), &mut read);
        if decode::names_a_secret(text.content) {
            decode::manifests(text.content, &mut Layer::default(), &mut read);
        }
        decode::joined::for_each(text.content, &starts, &mut Layer::default(), &mut read);
        self.candidates.append(&mut found);
    }

    /// The candidates of a text itself; gives where keywords stand, sorted.
    fn search(&mut self, text: Subject<'_>, depth: usize, via: Via) -> Vec<usize> {
        let rules = self.scanner.rules();
        let mut hits = Vec::new();
        self.scanner.prefilter().for_each(text.content, |hit| hits.push(hit));
        hits.sort_unstable_by_key(|hit| (hit.rule, hit.start, hit.len));
        let lower_path = LowerPath::new(text.path);
        for of_rule in hits.chunk_by(|a, b| a.rule == b.rule) {
            let index = of_rule[0].rule;
            if !rules.paths(index).admits(&lower_path) {
                continue;
            }
            match rules.rule(index).reader {
                Some(_) => self.readings(index, text, of_rule, via),
                None => self.regex(index, text.content, Some(of_rule), via),
            }
        }
        for index in rules.unanchored().filter(|index| rules.paths(*index).admits(&lower_path)) {
            self.regex(index, text.content, None, via);
        }
        let mut starts: Vec<usize> = hits.iter().map(|hit| hit.start).collect();
        starts.sort_unstable();
        if depth == 0 {
            self.hits = hits;
        }
        starts
    }

    /// What a rule's regex matches around its keywords, or anywhere.
    fn regex(&mut self, index: u16, content: &[u8], hits: Option<&[Hit]>, via: Via) {
        let rules = self.scanner.rules();
        let mut matcher = rules.regex(index).map(Matcher::new);
        let mut found = Vec::new();
        match (hits, &mut matcher) {
            (Some(hits), Some(matcher)) => {
                let mut slot = Some(matcher);
                window::around(rules.sought(index), content, hits, &mut found, || slot.take());
            }
            (None, Some(matcher)) => matcher.everywhere(content, &mut found),
            (_, None) => {}
        }
        for Found { whole, secret } in found {
            self.judge(index, content, Candidate::new(index, whole, secret, via));
        }
    }

    /// What the reader makes of the places of a rule's keywords.
    fn readings(&mut self, index: u16, text: Subject<'_>, hits: &[Hit], via: Via) {
        let Some(manner) = Manner::of(&LowerPath::new(text.path)) else { return };
        let (scanner, mut found) = (self.scanner, Vec::new());
        for hit in hits {
            reading::at(text.content, manner, scanner.rules().rule(index), *hit, &mut |read| found.push(read));
        }
        for read in found {
            let via = if via == Via::Regex { Via::Assignment } else { via };
            let mut candidate = Candidate::new(index, read.whole, read.value, via);
            candidate.name = Some(read.name.of(text.content).to_vec());
            candidate.score = Some(read.score);
            if read.score.bits() < 0 {
                candidate.fate = Fate::Unlikely;
                self.candidates.push(candidate);
            } else {
                self.judge(index, text.content, candidate);
            }
        }
    }

    /// Adds a candidate with what the rule's checks say of it.
    fn judge(&mut self, index: u16, content: &[u8], mut candidate: Candidate) {
        for check in self.scanner.rules().rule(index).checks.iter() {
            let outcome = checks::apply(check, candidate.span.of(content), candidate.whole.of(content));
            candidate.checks.push((check.clone(), outcome));
            if outcome == Outcome::Drop {
                candidate.fate = Fate::Dropped;
                break;
            }
        }
        self.candidates.push(candidate);
    }
}

impl Candidate {
    /// One that nothing has been said of; its value is filled in at the end.
    fn new(rule: u16, whole: Span, span: Span, via: Via) -> Self {
        let value = Secret::new(b"");
        Self {
            rule,
            whole,
            span,
            value,
            via,
            name: None,
            score: None,
            checks: Vec::new(),
            fate: Fate::Silenced,
            is_encoded: false,
        }
    }

    /// Whether the check that dropped it knows its value.
    fn is_published(&self) -> bool {
        let last = self.checks.last().filter(|(_, outcome)| *outcome == Outcome::Drop);
        last.is_some_and(|(check, _)| checks::is_published(check, self.value.expose()))
    }
}
