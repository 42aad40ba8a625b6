//! From raw matches to findings: positions, masked excerpts, fingerprints, verdicts.

use std::cell::OnceCell;
use std::collections::HashSet;
use std::sync::Arc;

use super::values::Values;
use super::{Pipeline, remark};
use crate::detect::decode::encoding::{Decoded, Encoding};
use crate::detect::scanner::Scanned;
use crate::policy::effects::{Case, Policy};
use crate::policy::inline;
use crate::policy::seal::{fingerprint, with_lf};
use crate::rules::ruleset::RuleSet;
use crate::types::finding::{Excerpt, Finding, RawMatch, Secret, Verdict, Via};
use crate::types::input::Origin;
use crate::types::rule::{Confidence, Rule, Structure};
use crate::types::span::{Location, Span};

/// Longest excerpt, in characters.
const EXCERPT: usize = 160;
/// Bytes around a signature in which the rest of its address is looked for.
const SIGHT: usize = 1024;

/// What findings are sorted by.
pub(super) fn order(finding: &Finding) -> impl Ord + '_ {
    (finding.origin.path(), finding.at.map(|at| (at.span, at.line)), finding.rule, &finding.origin, finding.fingerprint.as_str())
}

/// The findings of one content. The same secret twice on a line is one.
pub(super) fn findings(rules: &RuleSet, policy: &Policy, origin: &Origin, content: &[u8], scanned: &Scanned) -> Vec<Finding> {
    if scanned.matches.is_empty() {
        return Vec::new();
    }
    if let [m] = scanned.matches.as_slice()
        && m.via == Via::Magic
    {
        return vec![whole_finding(rules, policy, (origin, content), m)];
    }
    let origin = Arc::new(origin.clone());
    let page = Page::new(content, scanned);
    let mut place = Place::default();
    let finding = |m: &RawMatch| {
        let rule = rules.rule(m.rule);
        let at = place.locate(&page, m.secret);
        let value = with_lf(page.plain(m.secret));
        let secret = Secret::new(&value);
        let text = String::from_utf8_lossy(&value).into_owned();
        let line = || page.plain(page.lines_around(m.secret, SIGHT));
        let (mut note, confidence) = remark::of(rule, policy, (text.as_bytes(), line), m.confidence);
        let (lines, above, below) = (page.lines_of(m.whole), page.line_above(m.whole), page.line_below(m.whole));
        let is_disabled = policy.markers.foreign && page.is_disabled(m.whole);
        let marked = inline::Place { lines: &lines, above: &above, below: &below, is_disabled };
        let verdict = policy.decide(&Case { rule, confidence, path: origin.path(), marked });
        if policy.markers.own && !matches!(verdict, Verdict::Suppressed(_)) && marked.has_marker() {
            let why = "the marker there allows nothing here: it names another rule, or stands where it is not about this line";
            note = Some(note.map_or_else(|| why.to_owned(), |note| format!("{note}; {why}")));
        }
        Finding {
            rule: m.rule,
            origin: Arc::clone(&origin),
            at: Some(at),
            fingerprint: fingerprint(&rule.id, origin.path(), text.as_bytes()),
            secret,
            excerpt: Some(page.excerpt(m, at.line)),
            confidence,
            via: m.via,
            note,
            verdict,
            trail: None,
            line_hash: None,
            evidence: None,
            reached: None,
        }
    };
    let (mut line, mut seen) = (None, HashSet::new());
    let mut is_first = |found: &Finding| {
        let at = found.at.map(|at| at.line);
        if line != at {
            (line, seen) = (at, HashSet::new());
        }
        // As a number it takes a third of its text.
        u128::from_str_radix(found.fingerprint.trim_start_matches("v1:"), 16).is_ok_and(|number| seen.insert(number))
    };
    let mut findings = Vec::with_capacity(scanned.matches.len());
    findings.extend(scanned.matches.iter().map(finding).filter(|found| is_first(found)));
    findings
}

/// Joins what the path says and what the content says. Where the content is a known kind of binary it is one finding, the
/// surer of the two, or none when only public parts are in it; the bags of a PKCS#12 file say more than its name. A path says
/// nothing more where a secret was found that denies.
pub(super) fn settle(rules: &RuleSet, of_path: &mut Vec<Finding>, inside: Vec<Finding>, scanned: &Scanned) {
    let Some(whole) = inside.first().filter(|found| found.via == Via::Magic) else {
        if scanned.is_public || inside.iter().any(|found| found.verdict == Verdict::Deny) {
            of_path.clear();
        }
        if of_path.is_empty() {
            *of_path = inside;
        } else {
            of_path.extend(inside);
        }
        return;
    };
    let is_read = rules.rule(whole.rule).structure == Some(Structure::Pkcs12);
    if is_read || of_path.iter().all(|named| named.confidence <= whole.confidence) {
        *of_path = inside;
    }
}

/// Gives findings the lines at which those of their content stand elsewhere.
pub(super) fn place(findings: &mut [Finding], lines: &[u32]) {
    let of = |line: &mut u32| *line = lines.get(*line as usize - 1).copied().unwrap_or(*line);
    for finding in findings {
        if let Some(at) = &mut finding.at {
            of(&mut at.line);
            of(&mut at.end_line);
        }
        if let Some(excerpt) = &mut finding.excerpt {
            of(&mut excerpt.line);
        }
    }
}

/// Lowers the finding that a path is, as nothing in the file may be a secret. It is another finding then: who accepts it does not
/// accept what may be put into the file.
pub(super) fn lower(rules: &RuleSet, policy: &Policy, finding: &mut Finding) {
    let rule = rules.rule(finding.rule);
    finding.confidence = Confidence::Low;
    finding.fingerprint = fingerprint(&rule.id, finding.origin.path(), b"nothing secret");
    finding.note = Some("nothing in it looks like a secret: confidence is low".to_owned());
    finding.verdict = policy.decide(&without_lines(rule, Confidence::Low, &finding.origin));
}

/// The finding that a binary as a whole is: the hash of the content tells it from others, none of its bytes is kept.
fn whole_finding(rules: &RuleSet, policy: &Policy, (origin, content): (&Origin, &[u8]), m: &RawMatch) -> Finding {
    let rule = rules.rule(m.rule);
    Finding {
        rule: m.rule,
        origin: Arc::new(origin.clone()),
        at: None,
        secret: Secret::new(b""),
        excerpt: None,
        fingerprint: fingerprint(&rule.id, origin.path(), m.secret.of(content)),
        confidence: m.confidence,
        via: m.via,
        note: None,
        verdict: policy.decide(&without_lines(rule, m.confidence, origin)),
        trail: None,
        line_hash: None,
        evidence: None,
        reached: None,
    }
}

/// The finding that a path itself is.
pub(super) fn path_finding(rules: &RuleSet, policy: &Policy, rule: u16, origin: &Origin) -> Finding {
    let meaning = rules.rule(rule);
    Finding {
        rule,
        origin: Arc::new(origin.clone()),
        at: None,
        secret: Secret::new(b""),
        excerpt: None,
        fingerprint: fingerprint(&meaning.id, origin.path(), b""),
        confidence: meaning.confidence,
        via: Via::Path,
        note: None,
        verdict: policy.decide(&without_lines(meaning, meaning.confidence, origin)),
        trail: None,
        line_hash: None,
        evidence: None,
        reached: None,
    }
}

/// The finding that stands in a name.
pub(super) fn name_finding(pipeline: &Pipeline, m: &RawMatch, secret: &[u8], origin: &Origin) -> Finding {
    let rule = pipeline.scanner.rules().rule(m.rule);
    Finding {
        rule: m.rule,
        origin: Arc::new(origin.clone()),
        at: None,
        secret: Secret::new(secret),
        excerpt: None,
        fingerprint: fingerprint(&rule.id, origin.path(), secret),
        confidence: m.confidence,
        via: m.via,
        note: None,
        verdict: pipeline.policy.decide(&without_lines(rule, m.confidence, origin)),
        trail: None,
        line_hash: None,
        evidence: None,
        reached: None,
    }
}

/// What policy is told of a finding that has no lines.
fn without_lines<'c>(rule: &'c Rule, confidence: Confidence, origin: &'c Origin) -> Case<'c> {
    Case { rule, confidence, path: origin.path(), marked: inline::Place::default() }
}

/// A content with its matches, as lines of text.
struct Page<'c> {
    content: &'c [u8],
    encoding: Encoding,
    /// Bytes of a line feed.
    unit: usize,
    matches: &'c [RawMatch],
    /// The content's secrets, to be masked where no rule speaks of them: behind a comment, say.
    values: OnceCell<Values>,
    /// What markers of another scanner switch off.
    disabled: OnceCell<Vec<std::ops::Range<usize>>>,
}

impl<'c> Page<'c> {
    fn new(content: &'c [u8], scanned: &'c Scanned) -> Self {
        let unit = scanned.encoding.unit();
        Self {
            content,
            encoding: scanned.encoding,
            unit,
            matches: &scanned.matches,
            values: OnceCell::new(),
            disabled: OnceCell::new(),
        }
    }

    /// The text of a span: UTF-8, whatever the content is.
    fn plain(&self, span: Span) -> Vec<u8> {
        Decoded::new(span.of(self.content), self.encoding).text.into_owned()
    }

    fn is_break(&self, at: usize) -> bool {
        at.is_multiple_of(self.unit) && self.content[at..].starts_with(self.encoding.line_feed())
    }

    /// The lines that a span touches, cut on very long ones to `limit` bytes each side.
    fn lines_around(&self, span: Span, limit: usize) -> Span {
        let low = span.start.saturating_sub(limit) / self.unit * self.unit;
        let high = (span.end + limit).min(self.content.len());
        let (before, behind) = (Span::new(low, span.start), Span::new(span.end, high));
        let start = self.breaks(before).next_back().map_or(low, |at| at + self.unit);
        Span::new(start, self.breaks(behind).next().unwrap_or(high))
    }

    /// Where line breaks start in a span.
    fn breaks(&self, span: Span) -> impl DoubleEndedIterator<Item = usize> + '_ {
        let feed = self.encoding.line_feed();
        let offset = feed.iter().position(|&byte| byte == b'\n').unwrap_or_default();
        let until = self.content.len().min(span.end + offset);
        let bytes = self.content.get(span.start + offset..until).unwrap_or_default();
        memchr::memchr_iter(b'\n', bytes).map(move |at| span.start + at).filter(|&at| self.is_break(at))
    }

    fn lines_of(&self, span: Span) -> Vec<u8> {
        const LIMIT: usize = 4096;
        self.plain(self.lines_around(span, LIMIT))
    }

    /// The line above those that a span touches.
    fn line_above(&self, span: Span) -> Vec<u8> {
        const LIMIT: usize = 4096;
        let first = self.lines_around(span, LIMIT).start;
        match first.checked_sub(self.unit).filter(|&at| self.is_break(at)) {
            Some(end) => self.plain(self.lines_around(Span::new(end, end), 512)),
            None => Vec::new(),
        }
    }

    /// The line below those that a span touches, where they are several.
    fn line_below(&self, span: Span) -> Vec<u8> {
        if self.breaks(span).next().is_none() {
            return Vec::new();
        }
        let start = self.lines_around(span, 4096).end + self.unit;
        let is_there = start < self.content.len() && self.is_break(start - self.unit);
        if is_there { self.plain(self.lines_around(Span::new(start, start), 512)) } else { Vec::new() }
    }

    /// Whether a span starts in a block that a marker of another scanner switches off.
    fn is_disabled(&self, span: Span) -> bool {
        let blocks = self.disabled.get_or_init(|| inline::disabled(self.content));
        let before = blocks.partition_point(|block| block.start <= span.start);
        before.checked_sub(1).is_some_and(|last| span.start < blocks[last].end)
    }

    /// The line that a match starts in, every secret in it masked, with the match's own secret marked.
    fn excerpt(&self, m: &RawMatch, line: u32) -> Excerpt {
        let first = Span::new(m.secret.start, m.secret.start + self.unit.min(m.secret.len()));
        let line_span = self.lines_around(first, EXCERPT * 2 * self.unit);
        let mut text = String::new();
        let mut mark = Span::default();
        let mut at = line_span.start;
        // No two secrets overlap, so their ends are sorted as their starts are.
        let first = self.matches.partition_point(|other| other.secret.end <= line_span.start);
        for other in self.matches[first..].iter().take_while(|other| other.secret.start < line_span.end) {
            let before = Span::new(at, other.secret.start.max(at));
            text.push_str(&printable(&self.masked(before)));
            let start = text.chars().count();
            text.push_str(&Secret::new(&self.plain(other.secret)).redacted());
            if other.secret == m.secret {
                mark = Span::new(start, text.chars().count());
            }
            at = other.secret.end.max(at);
        }
        text.push_str(&printable(&self.masked(Span::new(at.min(line_span.end), line_span.end))));
        let (text, mark) = cut(&text, mark);
        Excerpt { text, line, mark }
    }

    /// The text of a span without matches, with the values of the content's secrets masked all the same.
    fn masked(&self, span: Span) -> Vec<u8> {
        let text = self.plain(span);
        let values = self.values.get_or_init(|| Values::new(self.matches.iter().map(|m| self.plain(m.secret))));
        values.masked(text, |value| Secret::new(value).redacted())
    }
}

/// Text without what could move a cursor: tabs become blanks, other control characters U+FFFD.
fn printable(text: &[u8]) -> String {
    let plain = |c: char| if c == '\t' { ' ' } else { c };
    let hidden =
        |c: char| c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}');
    String::from_utf8_lossy(text)
        .trim_end_matches('\r')
        .chars()
        .map(plain)
        .map(|c| if hidden(c) { '\u{fffd}' } else { c })
        .collect()
}

/// Cuts a long line to [`EXCERPT`] characters around the mark.
fn cut(text: &str, mark: Span) -> (Box<str>, Span) {
    let total = text.chars().count();
    if total <= EXCERPT {
        return (text.into(), mark);
    }
    let start = mark.start.saturating_sub(EXCERPT / 3).min(total - EXCERPT);
    let lead = if start > 0 { "…" } else { "" };
    let middle: String = text.chars().skip(start).take(EXCERPT).collect();
    let tail = if start + EXCERPT < total { "…" } else { "" };
    let shift = |at: usize| (at.saturating_sub(start)).min(EXCERPT) + lead.chars().count();
    (format!("{lead}{middle}{tail}").into(), Span::new(shift(mark.start), shift(mark.end)))
}

/// Counts lines and the characters of a line forward from match to match, so that a content is gone through once, whatever
/// its lines are.
#[derive(Clone)]
struct Place {
    at: usize,
    line: u32,
    /// Up to where the characters of the line are counted, and how many they are.
    counted: usize,
    characters: u32,
}

impl Default for Place {
    fn default() -> Self {
        Self { at: 0, line: 1, counted: 0, characters: 0 }
    }
}

impl Place {
    /// The location of `span`, which must not start before the one asked for last.
    fn locate(&mut self, page: &Page<'_>, span: Span) -> Location {
        self.forward(page, span.start);
        let (line, column) = (self.line, self.column(page, span.start));
        let mut end = self.clone();
        end.forward(page, span.end.saturating_sub(page.unit).max(span.start));
        let end_column = end.column(page, span.end);
        Location { span, line, column, end_line: end.line, end_column }
    }

    fn forward(&mut self, page: &Page<'_>, to: usize) {
        let (at, to) = (self.at.min(to), to);
        if page.unit == 1 {
            memchr::memchr_iter(b'\n', &page.content[at..to]).for_each(|line_break| self.next_line(at + line_break + 1));
        } else {
            (at..to).filter(|&at| page.is_break(at)).for_each(|line_break| self.next_line(line_break + page.unit));
        }
        self.at = self.at.max(to);
    }

    fn next_line(&mut self, start: usize) {
        self.line += 1;
        (self.counted, self.characters) = (start, 0);
    }

    /// The column of a place on the line that was reached.
    fn column(&mut self, page: &Page<'_>, at: usize) -> u32 {
        let between = Span::new(self.counted, at.max(self.counted));
        self.characters += match page.encoding {
            Encoding::Bytes | Encoding::Binary => characters(between.of(page.content)),
            _ => characters(&page.plain(between)),
        };
        self.counted = between.end;
        self.characters + 1
    }
}

/// Characters in UTF-8; a byte that is no UTF-8 counts as one.
pub(super) fn characters(text: &[u8]) -> u32 {
    match std::str::from_utf8(text) {
        Ok(text) => text.chars().count() as u32,
        Err(_) => String::from_utf8_lossy(text).chars().count() as u32,
    }
}
