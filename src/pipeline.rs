//! The one pipeline: enumerate, admit, load, scan, decide, sort. Modes differ only in the source.

mod desk;
mod finish;
pub mod history;
mod idle;
mod line_hash;
mod names;
mod part;
mod pointers;
mod progress;
pub mod range;
mod remark;
mod stream;
mod tree;
mod values;
pub mod veil;

pub use pointers::Pointers;
pub use progress::Progress;
pub use tree::{Bound, TreeRun};

use std::collections::HashSet;
use std::io::Cursor;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::ThreadPoolBuilder;

use self::desk::{Desk, Label, Opening};
use crate::detect::contents;
use crate::detect::decode::encoding::Encoding;
use crate::detect::scanner::{Scanner, Scratch, Subject};
use crate::policy::effects::Policy;
use crate::rules::paths::{LowerPath, PathRules};
use crate::source::archive::{self, Limits};
use crate::source::{Kept, Source, SourceError, lfs, mmap};
use crate::types::finding::{Finding, Via};
use crate::types::input::{Content, Input, Origin, Scope};
use crate::types::notice::{NO_FILE, Notice};
use crate::types::rule::Confidence;
use crate::types::shard::Sharded;
use crate::types::span::RangeSet;

/// What every mode needs to turn contents into findings.
#[derive(Debug)]
pub struct Pipeline {
    /// The rules, compiled as needed.
    pub scanner: Scanner,
    /// What is scanned and what a finding means.
    pub policy: Policy,
    /// Workers at most; the outcome is the same for any number.
    pub threads: usize,
}

/// What a run found and saw.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Sorted by path, position and rule.
    pub findings: Vec<Finding>,
    /// Sorted.
    pub notices: Vec<Notice>,
    /// Contents that were scanned.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Contents that are not text.
    pub binary: u64,
    /// Paths that policy leaves out.
    pub excluded: u64,
    /// Pointers of Git LFS whose content was not scanned.
    pub pointers: Pointers,
    /// Which part of a run it is, when it is not a whole one.
    pub sharded: Option<Sharded>,
}

impl Outcome {
    /// Takes in findings, which may be more than should be there twice.
    fn found(&mut self, mut findings: Vec<Finding>) {
        if self.findings.is_empty() {
            self.findings = findings;
        } else {
            self.findings.append(&mut findings);
        }
    }

    fn absorb(&mut self, mut other: Self) {
        self.found(other.findings);
        self.notices.append(&mut other.notices);
        self.objects += other.objects;
        self.bytes += other.bytes;
        self.binary += other.binary;
        self.excluded += other.excluded;
        self.pointers.absorb(other.pointers);
    }

    /// Takes in what another run over other contents found.
    pub fn add(&mut self, other: Self) {
        if other.objects > 0 {
            self.notices.retain(|notice| notice.why != NO_FILE);
        }
        self.absorb(other);
        self.sort();
    }

    /// Says what is kept in Git LFS, in one notice.
    fn tell_pointers(&mut self, policy: &Policy) {
        self.notices.extend(std::mem::take(&mut self.pointers).notice(policy));
    }

    fn sort(&mut self) {
        // Sorting takes half as much room again, and findings of one file are in their order.
        if !self.findings.is_sorted_by(|a, b| finish::order(a) <= finish::order(b)) {
            self.findings.sort_by(|a, b| finish::order(a).cmp(&finish::order(b)));
        }
        self.join_names();
        self.notices.extend(mmap::lost().map(|why| Notice::skipped("", why)));
        self.notices.sort_unstable();
        self.notices.dedup();
    }
}

/// Below so many bytes a second thread costs more than it brings.
const WORTH_A_THREAD: u64 = 512 * 1024;

impl Pipeline {
    /// Runs a source to its end; `first` is a worker that exists already.
    ///
    /// # Errors
    /// A worker can't be made.
    pub fn run<S: Source>(&self, source: &S, first: Option<S::Worker>) -> Result<Outcome, SourceError> {
        let (items, notices) = source.items();
        let path_rules = PathRules::new(self.scanner.rules());
        let bytes: u64 = items.iter().map(|item| item.size).sum();
        // An item costs something beside its bytes: opening, reading.
        let work = bytes + items.len() as u64 * 16 * 1024;
        let workers = self.threads.min(items.len()).min((work / WORTH_A_THREAD) as usize + 1).max(1);
        let next = AtomicUsize::new(0);
        let job = |worker: Option<S::Worker>| -> Result<Outcome, SourceError> {
            let worker = worker.map_or_else(|| source.worker(), Ok)?;
            Ok(Job { pipeline: self, source, path_rules: &path_rules, worker, scratch: Scratch::default() }.drain(&next))
        };
        let mut outcome = Outcome { notices: notices.to_vec(), ..Outcome::default() };
        if workers == 1 {
            if !items.is_empty() {
                outcome.absorb(job(first)?);
            }
        } else {
            let first = Mutex::new(first);
            let pool = ThreadPoolBuilder::new().num_threads(workers).build();
            let pool = pool.map_err(|error| SourceError::Io { path: "threads".into(), source: std::io::Error::other(error) })?;
            for part in pool.broadcast(|_| job(first.lock().ok().and_then(|mut first| first.take()))) {
                outcome.absorb(part?);
            }
        }
        outcome.tell_pointers(&self.policy);
        outcome.sort();
        Ok(outcome)
    }
}

impl Pipeline {
    /// All that is found in one content, the path included, and how the content was read.
    fn judge(&self, path_rules: &PathRules, input: &Input, scratch: &mut Scratch) -> (Vec<Finding>, Encoding) {
        let of_path = self.path_findings(path_rules, &input.origin);
        self.judge_content(of_path, Label::Of(&input.origin), &input.content, scratch)
    }

    /// The same, where it is known already what the path says.
    fn judge_content(
        &self,
        of_path: Vec<Finding>,
        label: Label<'_>,
        content: &[u8],
        scratch: &mut Scratch,
    ) -> (Vec<Finding>, Encoding) {
        let mut findings = of_path;
        let scanned = self.scanner.scan(Subject { content, path: label.path() }, scratch);
        if !findings.is_empty() || !scanned.matches.is_empty() {
            let (rules, origin) = (self.scanner.rules(), label.origin());
            let inside = finish::findings(rules, &self.policy, &origin, content, &scanned);
            finish::settle(rules, &mut findings, inside, &scanned);
            let is_named = |finding: &Finding| finding.via == Via::Path && finding.confidence > Confidence::Low;
            if findings.iter().any(is_named) && !contents::may_hold_secret(content) {
                let named = findings.iter_mut().filter(|finding| is_named(finding));
                named.for_each(|finding| finish::lower(rules, &self.policy, finding));
            }
        }
        (findings, scanned.encoding)
    }

    /// What is in an archive, if it is one or one stands behind it, and policy wants it opened.
    fn open(&self, path_rules: &PathRules, input: &Input) -> Option<Outcome> {
        let content = &*input.content;
        let is_one = archive::is_one(content);
        let may_hold_one = || {
            let is_of_note = archive::may_end_in_zip(content) || archive::unread(input.origin.path(), content).is_some();
            is_of_note && Encoding::of(content) == Encoding::Binary
        };
        if self.policy.archives != Some(true) || !(is_one || may_hold_one()) {
            return None;
        }
        let mut desk = Desk::new(self, path_rules, Opening::Archives);
        let (label, size) = (Label::Of(&input.origin), content.len() as u64);
        if is_one {
            desk.archive(label, Cursor::new(content), size, &Limits::default());
        } else {
            desk.whole(label, content);
            desk.behind(label, Cursor::new(content), size, &Limits::default());
        }
        Some(desk.outcome)
    }

    /// As [`Pipeline::judge`], of an archive that is opened what is in it; only to compare with.
    fn known(&self, path_rules: &PathRules, input: &Input, scratch: &mut Scratch) -> Vec<Finding> {
        let opened = self.open(path_rules, input).map(|opened| opened.findings);
        opened.unwrap_or_else(|| self.judge(path_rules, input, scratch).0)
    }

    /// Takes allow entries and the baseline into account, for findings that the run is about.
    fn reconsider(&self, findings: &mut [Finding]) {
        let mut scratch = Scratch::default();
        for finding in findings.iter_mut().filter(|finding| self.policy.reconsiders(finding)) {
            let known_as = self.masked(finding.origin.path(), &mut scratch).into_owned();
            self.policy.reconsider(self.scanner.rules().rule(finding.rule), finding, &known_as);
        }
    }

    fn path_findings(&self, path_rules: &PathRules, origin: &Origin) -> Vec<Finding> {
        self.of_path(path_rules, &LowerPath::new(origin.path()), Label::Of(origin))
    }

    /// What a path says, which `lower` is, too.
    fn of_path(&self, path_rules: &PathRules, lower: &LowerPath, label: Label<'_>) -> Vec<Finding> {
        let rules = self.scanner.rules();
        let of_path = path_rules.of(rules, lower);
        if of_path.is_empty() {
            return Vec::new();
        }
        let origin = label.origin();
        of_path.into_iter().map(|rule| finish::path_finding(rules, &self.policy, rule, &origin)).collect()
    }
}

/// That a content is larger than the configuration allows, if it is.
fn over_configured(policy: &Policy, label: impl FnOnce() -> Vec<u8>, size: u64) -> Option<Notice> {
    let is_over = policy.max_size.is_some_and(|max| size > max);
    is_over.then(|| Notice::skipped(label(), format!("{size} bytes are more than `scan.max_size` allows")))
}

/// One worker's share of a run.
struct Job<'p, S: Source> {
    pipeline: &'p Pipeline,
    source: &'p S,
    path_rules: &'p PathRules,
    worker: S::Worker,
    scratch: Scratch,
}

impl<S: Source> Job<'_, S> {
    /// Takes items until none is left.
    fn drain(mut self, next: &AtomicUsize) -> Outcome {
        let mut outcome = Outcome::default();
        let (items, _) = self.source.items();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { break };
            if !self.pipeline.policy.admits(item.origin.path()) {
                outcome.excluded += 1;
                continue;
            }
            let loaded = self.source.load(at, &mut self.worker);
            self.names(at, &item.origin, &mut outcome);
            match loaded {
                Ok(input) => self.scan(at, &input, &mut outcome),
                Err(notice) => {
                    outcome.notices.push(notice);
                    let mut findings = self.pipeline.path_findings(self.path_rules, &item.origin);
                    self.pipeline.reconsider(&mut findings);
                    outcome.findings.extend(findings);
                }
            }
        }
        outcome
    }

    /// What stands in names that the item brings.
    fn names(&mut self, at: usize, origin: &Origin, outcome: &mut Outcome) {
        for name in self.source.names(at, &mut self.worker) {
            let mut findings = match origin {
                Origin::Message { .. } => self.pipeline.in_name(&name, origin, &mut self.scratch),
                _ => self.pipeline.in_path(&name, || origin.clone(), &mut self.scratch),
            };
            findings.retain(|finding| {
                matches!(origin, Origin::Message { .. }) || !self.source.had(at, finding.origin.path(), &mut self.worker)
            });
            self.pipeline.reconsider(&mut findings);
            outcome.findings.extend(findings);
        }
    }

    fn scan(&mut self, at: usize, input: &Input, outcome: &mut Outcome) {
        let size = input.content.len() as u64;
        if let Some(notice) = over_configured(&self.pipeline.policy, || input.origin.label().into_owned(), size) {
            return outcome.notices.push(notice);
        }
        let (mut findings, encoding) = match self.pipeline.open(self.path_rules, input) {
            Some(mut opened) => {
                let findings = std::mem::take(&mut opened.findings);
                outcome.absorb(opened);
                (findings, None)
            }
            None => {
                outcome.objects += 1;
                outcome.bytes += size;
                let (findings, encoding) = self.pipeline.judge(self.path_rules, input, &mut self.scratch);
                outcome.binary += u64::from(encoding == Encoding::Binary);
                if self.scratch.take_marked() {
                    self.tell_idle(at, input, &findings, outcome);
                }
                (findings, Some(encoding))
            }
        };
        if !findings.is_empty() {
            let scope = self.source.scope(at, input, &mut self.worker).unwrap_or_else(|notice| {
                outcome.notices.push(notice);
                Scope::All
            });
            let before = match encoding {
                Some(_) => self.source.before(at, &mut self.worker),
                None => self.source.archive_before(at, input, &mut self.worker),
            };
            self.drop_known(before, input, &mut findings, outcome);
            findings.retain(|finding| match &finding.at {
                // Lines of an archive are not those of what is in it; one without any is moved, nothing else.
                Some(_) if matches!(*finding.origin, Origin::Member { .. }) => scope != Scope::Lines(RangeSet::default()),
                Some(at) => scope.admits(at.line, at.end_line),
                None => scope != Scope::Lines(RangeSet::default()),
            });
            if let Some(lines) = self.source.lines(at) {
                finish::place(&mut findings, lines);
            } else if let Some(encoding) = encoding {
                line_hash::mark(&mut findings, &input.content, encoding);
            }
        }
        if encoding.is_some()
            && let Some(pointer) = lfs::pointer(&input.content)
        {
            match self.source.kept(at, input, &pointer, &mut self.worker) {
                Some(kept) => {
                    // What the path says is told by the content, not by its pointer.
                    findings.retain(|finding| finding.via != Via::Path);
                    findings.extend(self.kept(kept, input, outcome));
                }
                None => outcome.pointers.add(&input.origin.label()),
            }
        }
        self.pipeline.reconsider(&mut findings);
        outcome.findings.extend(findings);
    }

    /// Says which markers allow nothing, of those that the run is about; what was committed can't be mended.
    fn tell_idle(&mut self, at: usize, input: &Input, findings: &[Finding], outcome: &mut Outcome) {
        // Of a diff what a marker is about may not be there.
        let is_whole = self.source.lines(at).is_none();
        if !is_whole || !matches!(input.origin, Origin::Staged { .. } | Origin::File { .. } | Origin::Stdin) {
            return;
        }
        let scope = self.source.scope(at, input, &mut self.worker).unwrap_or(Scope::All);
        let policy = &self.pipeline.policy;
        let counts = |line| scope.admits(line, line);
        idle::tell(policy, &input.content, findings, counts, &mut outcome.notices, || input.origin.label().into_owned());
    }

    /// What is in the content behind a pointer of Git LFS and was not before.
    fn kept(&mut self, kept: Kept, pointer: &Input, outcome: &mut Outcome) -> Vec<Finding> {
        let size = kept.content.len() as u64;
        if let Some(notice) = over_configured(&self.pipeline.policy, || pointer.origin.label().into_owned(), size) {
            outcome.notices.push(notice);
            return Vec::new();
        }
        outcome.objects += 1;
        outcome.bytes += size;
        let input = Input { origin: pointer.origin.clone(), content: Content::Owned(kept.content) };
        let mut findings = match self.pipeline.open(self.path_rules, &input) {
            Some(mut opened) => {
                let findings = std::mem::take(&mut opened.findings);
                outcome.absorb(opened);
                findings
            }
            None => {
                let (mut findings, encoding) = self.pipeline.judge(self.path_rules, &input, &mut self.scratch);
                line_hash::mark(&mut findings, &input.content, encoding);
                findings
            }
        };
        self.drop_known(Ok(kept.before), &input, &mut findings, outcome);
        findings
    }

    /// Drops what stands in a content that the item takes the place of.
    fn drop_known(
        &mut self,
        before: Result<Vec<Vec<u8>>, Notice>,
        input: &Input,
        findings: &mut Vec<Finding>,
        outcome: &mut Outcome,
    ) {
        let before = before.unwrap_or_else(|notice| {
            outcome.notices.push(notice);
            Vec::new()
        });
        for content in before {
            let former = Input { origin: input.origin.clone(), content: Content::Owned(content) };
            let known = self.pipeline.known(self.path_rules, &former, &mut self.scratch);
            let known: HashSet<String> = known.into_iter().map(|known| known.fingerprint).collect();
            findings.retain(|finding| !known.contains(&finding.fingerprint));
        }
    }
}
