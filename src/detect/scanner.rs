//! The scanner: prefilter, windows, regexes, checks, in that order. A pure function of bytes and path.

mod companions;
pub mod marks;
mod names;

use super::assignment::Manner;
use super::checks;
use super::container::{Containers, Verdict};
use super::decode::encoding::{Decoded, Encoding};
use super::decode::encrypted::{self, Silent};
use super::decode::layer::Layer;
use super::decode::{self, DEEPEST};
use super::prefilter::{Hit, Prefilter};
use super::reading;
use super::window::{self, Found, Matcher};
use crate::rules::paths::{LowerPath, PathFilter};
use crate::rules::ruleset::RuleSet;
use crate::types::finding::{RawMatch, Via};
use crate::types::rule::{Confidence, Reader, Rule};
use crate::types::span::{Span, Spans};

/// What markers of nospill's start with.
const MARKER: &[u8] = b"nospill:allow";

/// What the scanner is asked to look at.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'c> {
    /// The content.
    pub content: &'c [u8],
    /// Its path, with `/` between parts; rules for certain files and the assignment reader go by it.
    pub path: &'c [u8],
}

/// What the scanner made of a content.
#[derive(Debug, PartialEq)]
pub struct Scanned {
    /// Matches sorted by position, no two secrets overlapping.
    pub matches: Vec<RawMatch>,
    /// How the content was read.
    pub encoding: Encoding,
    /// A binary that is known to hold public parts only, so that its name says nothing.
    pub is_public: bool,
}

/// Looks for every rule of a set. Shared by all workers; what a search changes lives in a worker's [`Scratch`].
#[derive(Debug)]
pub struct Scanner {
    rules: RuleSet,
    prefilter: Prefilter,
    containers: Containers,
    /// Rules without keywords: their regex runs over everything.
    unanchored: Vec<u16>,
    /// The rule that entries of Secrets are of.
    of_entries: Option<u16>,
}

/// What a worker needs to scan: regex caches and buffers, reused from content to content.
#[derive(Debug, Default)]
pub struct Scratch {
    matchers: Vec<Option<Matcher>>,
    hits: Vec<Vec<Hit>>,
    touched: Vec<u16>,
    found: Vec<Found>,
    layers: Vec<Layer>,
    /// Keywords that start a literal.
    starts: Vec<usize>,
    /// Whether a keyword says that there may be a manifest of a Secret.
    manifest: bool,
    /// Whether a marker of nospill's was met.
    marked: bool,
    place: Place,
}

impl Scratch {
    /// Whether a marker of nospill's was met since the last time that this was asked.
    pub fn take_marked(&mut self) -> bool {
        std::mem::take(&mut self.marked)
    }
}

/// What is known of the path of the content at hand: found out once a path, and only when a keyword stands in the content.
#[derive(Debug, Default)]
struct Place {
    path: Vec<u8>,
    /// Of the path, once a rule has asked for it.
    lower: LowerPath,
    is_lower: bool,
    /// The same.
    manner: Option<Option<Manner>>,
}

impl Place {
    fn set(&mut self, path: &[u8]) {
        if self.path != path || path.is_empty() {
            self.path.clear();
            self.path.extend_from_slice(path);
            (self.is_lower, self.manner) = (false, None);
        }
    }

    fn lower(&mut self) -> &LowerPath {
        if !self.is_lower {
            self.lower.set(&self.path);
            self.is_lower = true;
        }
        &self.lower
    }

    /// Whether a rule runs on the path. Most do on any.
    fn is_for(&mut self, paths: &PathFilter) -> bool {
        paths.is_any() || paths.admits(self.lower())
    }

    fn manner(&mut self) -> Option<Manner> {
        if self.manner.is_none() {
            self.manner = Some(Manner::of(self.lower()));
        }
        self.manner.flatten()
    }
}

/// Hits of a rule for which room is kept from one content to the next.
const KEPT_HITS: usize = 1 << 12;

impl Scanner {
    /// For a set of rules.
    pub fn new(rules: RuleSet) -> Self {
        let prefilter = Prefilter::new(&rules);
        let unanchored = rules.unanchored().collect();
        let containers = Containers::new(&rules);
        let of_entries = rules.entries_rules().next();
        Self { rules, prefilter, containers, unanchored, of_entries }
    }

    /// The rules it looks for.
    pub fn rules(&self) -> &RuleSet {
        &self.rules
    }

    /// As [`RuleSet::adopt`], once nothing is scanned any more.
    pub fn adopt(&mut self, rule: &Rule) -> u16 {
        self.rules.adopt(rule)
    }

    /// Its keyword search.
    pub fn prefilter(&self) -> &Prefilter {
        &self.prefilter
    }

    /// Every match in a content. In a binary nothing is looked for: it is a match as a whole, or none.
    pub fn scan(&self, subject: Subject<'_>, scratch: &mut Scratch) -> Scanned {
        self.scan_with(subject, scratch, Self::windows)
    }

    /// The slow obvious way: every regex over everything. Tests hold [`scan`](Self::scan) to it.
    pub fn scan_everywhere(&self, subject: Subject<'_>, scratch: &mut Scratch) -> Scanned {
        self.scan_with(subject, scratch, Self::everywhere)
    }

    fn scan_with(&self, subject: Subject<'_>, scratch: &mut Scratch, search: Search) -> Scanned {
        let encoding = Encoding::of(subject.content);
        if let Some(scanned) = self.judge_whole(subject, encoding) {
            return scanned;
        }
        if encoding == Encoding::Binary {
            return Scanned { matches: Vec::new(), encoding, is_public: false };
        }
        self.scan_text(subject, encoding, scratch, search)
    }

    /// What a content is as a whole, told by its head: a known kind of binary, or ciphertext; `None` for any other.
    pub fn judge_whole(&self, subject: Subject<'_>, encoding: Encoding) -> Option<Scanned> {
        // A short key may hold so few control bytes that it passes for text.
        let verdict = self.containers.judge(&self.rules, subject.content, subject.path);
        if verdict != Verdict::default() {
            return Some(Scanned { matches: verdict.found.into_iter().collect(), encoding, is_public: verdict.is_public });
        }
        encrypted::is_all(subject.content).then(|| Scanned { matches: Vec::new(), encoding, is_public: false })
    }

    /// Every match in a part of a content that is read as `encoding`, whatever the part looks like.
    pub fn scan_part(&self, part: Subject<'_>, encoding: Encoding, scratch: &mut Scratch) -> Scanned {
        self.scan_text(part, encoding, scratch, Self::windows)
    }

    fn scan_text(&self, subject: Subject<'_>, encoding: Encoding, scratch: &mut Scratch, search: Search) -> Scanned {
        let decoded = Decoded::new(subject.content, encoding);
        let text = Subject { content: &decoded.text, path: subject.path };
        let mut matches = Vec::new();
        self.read(text, 0, scratch, search, &mut matches);
        matches.sort_unstable_by_key(|m: &RawMatch| (m.rule, m.secret, m.via, m.whole));
        matches.dedup_by_key(|m| (m.rule, m.secret));
        let matches = self.resolve(companions::kept(&self.rules, matches, text.content));
        let original = |m: RawMatch| RawMatch { whole: decoded.original(m.whole), secret: decoded.original(m.secret), ..m };
        Scanned { matches: matches.into_iter().map(original).collect(), encoding, is_public: false }
    }

    /// What a text says at `depth` encodings, and what is encoded in it, without what is ciphertext.
    fn read(&self, text: Subject<'_>, depth: usize, scratch: &mut Scratch, search: Search, matches: &mut Vec<RawMatch>) {
        search(self, text, scratch, matches);
        let (mut starts, manifest) = (std::mem::take(&mut scratch.starts), std::mem::take(&mut scratch.manifest));
        if depth < DEEPEST {
            starts.sort_unstable();
            self.read_layers(text, (&starts, manifest), depth, scratch, search, matches);
        }
        starts.clear();
        scratch.starts = starts;
        if !matches.is_empty() {
            let sealed = encrypted::sealed(text.content);
            let any: Spans = sealed.iter().map(|s| s.span).collect();
            let all: Spans = sealed.iter().filter(|s| s.silent == Silent::All).map(|s| s.span).collect();
            let hidden = |m: &RawMatch| if self.is_read(m) { any.overlap(m.secret) } else { all.overlap(m.secret) };
            // A value that proves itself is none of the ciphertext, whatever stands around it.
            if !sealed.is_empty() {
                matches.retain(|m| m.confidence == Confidence::Proven || !hidden(m));
            }
        }
    }

    /// What the encoded stretches of a text say. The value of a Secret is what it decodes to, never its base64.
    fn read_layers(
        &self,
        text: Subject<'_>,
        (starts, manifest): (&[usize], bool),
        depth: usize,
        scratch: &mut Scratch,
        search: Search,
        matches: &mut Vec<RawMatch>,
    ) {
        let mut layer = scratch.layers.pop().unwrap_or_default();
        let mut inner = Vec::new();
        let mut read = |layer: &Layer| {
            matches.extend(self.entry(layer));
            if layer.is_plain() {
                return;
            }
            if layer.name().is_some() {
                matches.retain(|m| m.via != Via::Assignment || !m.secret.overlaps(layer.origin()));
            }
            let encoding = if layer.name().is_some() { Encoding::Bytes } else { Encoding::of(layer.text()) };
            let decoded = Decoded::new(layer.text(), encoding);
            let path = layer.name().map(|name| [text.path, b"/", name].concat());
            let path = path.as_deref().unwrap_or(text.path);
            self.read(Subject { content: &decoded.text, path }, depth + 1, scratch, search, &mut inner);
            for m in inner.drain(..) {
                let (whole, secret) = (decoded.original(m.whole), decoded.original(m.secret));
                if layer.owns(whole) && (!layer.is_for_tokens() || self.is_specific(m.rule)) {
                    let (whole, secret) = layer.original_match(whole, secret, m.via);
                    matches.push(RawMatch { whole, secret, via: layer.via(), ..m });
                }
            }
        };
        decode::for_each(text.content, &mut layer, &mut read);
        if manifest || !self.rules.has_builtin() && decode::names_a_secret(text.content) {
            decode::manifests(text.content, &mut layer, &mut read);
        }
        decode::joined::for_each(text.content, starts, &mut layer, &mut read);
        scratch.layers.push(layer);
    }

    /// What the value of a Secret's entry is worth, whatever the entry is called.
    pub(in crate::detect) fn entry(&self, layer: &Layer) -> Option<RawMatch> {
        let (rule, name) = (self.of_entries?, layer.name()?);
        let strong = self.rules.rule(rule).confidence;
        let confidence = match checks::entry::worth(name, layer.value(), layer.is_drawn())? {
            checks::entry::Worth::Strong => strong,
            checks::entry::Worth::Weak => Confidence::Low,
        };
        let (name, secret) = (layer.name_origin(), layer.origin());
        let whole = Span::new(name.start.min(secret.start), name.end.max(secret.end));
        Some(RawMatch { rule, whole, secret, via: layer.via(), confidence })
    }

    /// Whether a rule knows the form of its secrets.
    pub fn is_specific(&self, rule: u16) -> bool {
        let rule = self.rules.rule(rule);
        rule.reader.is_none() && rule.family != "generic"
    }

    /// Whether a rule knows what a secret is called and not what it looks like.
    pub fn goes_by_names(&self, rule: u16) -> bool {
        !self.is_specific(rule) || self.rules.rule(rule).family == "dotenv"
    }

    /// Whether the match is of a rule that reads assignments.
    fn is_read(&self, m: &RawMatch) -> bool {
        self.rules.rule(m.rule).reader.is_some()
    }

    /// Prefilter, then windows around the hits of each rule.
    fn windows(&self, text: Subject<'_>, scratch: &mut Scratch, matches: &mut Vec<RawMatch>) {
        scratch.hits.resize_with(self.rules.len(), Vec::new);
        scratch.matchers.resize_with(self.rules.len(), || None);
        let Scratch { matchers, hits, touched, found, place, starts, manifest, marked, .. } = scratch;
        let mut published = Vec::new();
        self.prefilter.for_each(text.content, |hit| {
            if decode::joined::may_start(text.content, hit.start) {
                starts.push(hit.start);
            }
            *manifest = *manifest || decode::is_of_manifest(text.content, hit.start);
            *marked = *marked || usize::from(hit.len) == MARKER.len() && text.content[hit.start..].starts_with(MARKER);
            let of_rule = &mut hits[usize::from(hit.rule)];
            if of_rule.is_empty() {
                touched.push(hit.rule);
            }
            of_rule.push(hit);
        });
        if touched.is_empty() && self.unanchored.is_empty() {
            return;
        }
        place.set(text.path);
        for rule in touched.drain(..) {
            let of_rule = &mut hits[usize::from(rule)];
            of_rule.sort_unstable();
            if place.is_for(self.rules.paths(rule)) {
                match self.rules.rule(rule).reader {
                    // Its words are met by `is_of_manifest`, and what they open is read with what is encoded.
                    Some(Reader::Entries) => {}
                    Some(_) => self.readings(rule, text.content, place.manner(), of_rule, matches),
                    None => {
                        let mut slot = Some(&mut matchers[usize::from(rule)]);
                        let matcher = || slot.take().and_then(|slot| self.matcher(rule, slot));
                        window::around(self.rules.sought(rule), text.content, of_rule, found, matcher);
                        self.judge(rule, text.content, found, &mut published, matches);
                    }
                }
            }
            of_rule.clear();
            of_rule.shrink_to(KEPT_HITS);
        }
        for &rule in &self.unanchored {
            if place.is_for(self.rules.paths(rule))
                && let Some(matcher) = self.matcher(rule, &mut matchers[usize::from(rule)])
            {
                matcher.everywhere(text.content, found);
                self.judge(rule, text.content, found, &mut published, matches);
            }
        }
        self.drop_published(published, matches);
    }

    /// Every regex over everything; readers at every place a plain automaton finds.
    fn everywhere(&self, text: Subject<'_>, scratch: &mut Scratch, matches: &mut Vec<RawMatch>) {
        let mut matchers: Vec<Option<Matcher>> = Vec::new();
        matchers.resize_with(self.rules.len(), || None);
        let hits = self.prefilter.oracle().hits(text.content);
        scratch.starts.extend(hits.iter().map(|hit| hit.start).filter(|&at| decode::joined::may_start(text.content, at)));
        scratch.manifest = hits.iter().any(|hit| decode::is_of_manifest(text.content, hit.start));
        let lower_path = LowerPath::new(text.path);
        let mut published = Vec::new();
        for (index, rule) in self.rules.iter().filter(|&(index, _)| self.rules.paths(index).admits(&lower_path)) {
            if rule.reader == Some(Reader::Entries) {
                continue;
            }
            if rule.reader.is_some() {
                let of_rule: Vec<Hit> = hits.iter().copied().filter(|hit| hit.rule == index).collect();
                self.readings(index, text.content, Manner::of(&lower_path), &of_rule, matches);
            } else if let Some(matcher) = self.matcher(index, &mut matchers[usize::from(index)]) {
                matcher.everywhere(text.content, &mut scratch.found);
                self.judge(index, text.content, &mut scratch.found, &mut published, matches);
            }
        }
        self.drop_published(published, matches);
    }

    fn matcher<'m>(&self, rule: u16, slot: &'m mut Option<Matcher>) -> Option<&'m mut Matcher> {
        if slot.is_none() {
            *slot = self.rules.regex(rule).map(Matcher::new);
        }
        slot.as_mut()
    }

    fn judge(&self, rule: u16, content: &[u8], found: &mut Vec<Found>, published: &mut Vec<Span>, matches: &mut Vec<RawMatch>) {
        for Found { whole, secret } in found.drain(..) {
            match checks::judge(self.rules.rule(rule), secret.of(content), whole.of(content)) {
                Ok(confidence) => matches.push(RawMatch { rule, whole, secret, via: Via::Regex, confidence }),
                Err(check) if checks::is_published(check, secret.of(content)) && !self.goes_by_names(rule) => {
                    published.push(secret);
                }
                Err(_) => {}
            }
        }
    }

    /// Without what goes by names where a rule that knows the form of its secrets says that all the world knows the value.
    fn drop_published(&self, published: Vec<Span>, matches: &mut Vec<RawMatch>) {
        if !published.is_empty() {
            let published: Spans = published.into_iter().collect();
            matches.retain(|m| !self.goes_by_names(m.rule) || !published.overlap(m.secret));
        }
    }

    fn readings(&self, index: u16, content: &[u8], manner: Option<Manner>, hits: &[Hit], matches: &mut Vec<RawMatch>) {
        let Some(manner) = manner else { return };
        let rule = self.rules.rule(index);
        for hit in hits {
            reading::at(content, manner, rule, *hit, &mut |read| {
                if read.score.bits() >= 0
                    && let Ok(confidence) = checks::judge(rule, read.value.of(content), read.whole.of(content))
                {
                    let (whole, secret, via) = (read.whole, read.value, Via::Assignment);
                    let confidence = read.score.confidence(confidence);
                    matches.push(RawMatch { rule: index, whole, secret, via, confidence });
                }
            });
        }
    }

    /// Of matches whose secrets overlap keeps the best; the result is sorted by position.
    fn resolve(&self, mut matches: Vec<RawMatch>) -> Vec<RawMatch> {
        let rank = |m: &RawMatch| {
            let rule: &Rule = self.rules.rule(m.rule);
            let by_place = matches!(rule.reader, Some(Reader::Call | Reader::Command));
            let worth = (self.is_specific(m.rule), m.confidence, by_place, m.secret.len(), rule.severity);
            (std::cmp::Reverse(worth), m.rule, m.secret)
        };
        matches.sort_by_key(rank);
        let mut kept: Vec<RawMatch> = Vec::with_capacity(matches.len());
        // Kept secrets by start; as none overlaps another, only the neighbours of a place can overlap it.
        let mut taken: std::collections::BTreeMap<usize, usize> = std::collections::BTreeMap::new();
        for m in matches {
            let before = taken.range(..m.secret.end).next_back();
            if before.is_none_or(|(_, &end)| end <= m.secret.start) {
                taken.insert(m.secret.start, m.secret.end);
                kept.push(m);
            }
        }
        kept.sort_unstable_by_key(|m| (m.secret, m.rule));
        kept
    }
}

type Search = fn(&Scanner, Subject<'_>, &mut Scratch, &mut Vec<RawMatch>);
