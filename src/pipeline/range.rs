//! What a range of commits adds, each secret once, with the commit that brought it in.

use std::collections::{BTreeMap, HashMap};

use super::{Outcome, Pipeline};
use crate::detect::scanner::Scratch;
use crate::rules::paths::PathRules;
use crate::source::pack::store::ReadCache;
use crate::source::range::Range;
use crate::source::{Source as _, SourceError};
use crate::source::{plumbing, repository};
use crate::types::finding::{Finding, Trail, Via};
use crate::types::input::{Content, Input, Origin};
use crate::types::notice::Notice;
use crate::types::oid::Oid;
use crate::types::shard::Sharded;

impl Pipeline {
    /// Scans what a range adds. `deepen` says how a shallow clone gets the rest.
    ///
    /// # Errors
    /// As [`Pipeline::run`].
    pub fn range(&self, range: &Range, deepen: &str) -> Result<Outcome, SourceError> {
        let mut outcome = self.run(range, None)?;
        let asked = format!("range {:?}", range.commits());
        outcome.sharded = range.shard().map(|shard| Sharded { shard, key: self.shard_key(asked.as_bytes()) });
        if range.is_cut_off() {
            outcome.notices.push(Notice::info(Vec::new(), deepen));
        }
        let mut in_refs = self.in_refs(range.refs().iter().map(String::as_bytes));
        self.reconsider(&mut in_refs);
        outcome.findings.append(&mut in_refs);
        if outcome.findings.is_empty() {
            return Ok(outcome);
        }
        let order: HashMap<Oid, usize> = range.commits().iter().enumerate().map(|(at, oid)| (*oid, at)).collect();
        let place = |finding: &Finding| finding.origin.commit().and_then(|id| order.get(id)).copied().unwrap_or(usize::MAX);
        let mut first: BTreeMap<String, Finding> = BTreeMap::new();
        for finding in std::mem::take(&mut outcome.findings) {
            let best = first.entry(finding.fingerprint.clone()).or_insert_with(|| finding.clone());
            if place(&finding) < place(best) {
                *best = finding;
            }
        }
        let path_rules = PathRules::new(self.scanner.rules());
        let mut tracing =
            Tracing { pipeline: self, range, path_rules, order, cache: ReadCache::new(32 << 20), scratch: Scratch::default() };
        outcome.findings = first.into_values().map(|finding| tracing.traced(finding)).collect();
        outcome.sort();
        Ok(outcome)
    }
}

struct Tracing<'t> {
    pipeline: &'t Pipeline,
    range: &'t Range,
    path_rules: PathRules,
    order: HashMap<Oid, usize>,
    cache: ReadCache,
    scratch: Scratch,
}

impl Tracing<'_> {
    fn traced(&mut self, mut finding: Finding) -> Finding {
        let Some(id) = finding.origin.commit().copied() else { return finding };
        let (in_head, last_seen, objects) = self.later(&finding, &id);
        let last_time = self.range.author(&last_seen, &mut self.cache).map(|(_, _, time, zone)| (time, zone));
        if let Some((author, email, time, zone)) = self.range.author(&id, &mut self.cache) {
            finding.trail = Some(Box::new(Trail { author, email, time, zone, in_head, last_seen, last_time, objects, paths: 1 }));
        }
        finding
    }

    /// Whether `HEAD` has a secret, the last commit of the range that does, and how many blobs of its path.
    fn later(&mut self, finding: &Finding, id: &Oid) -> (bool, Oid, u32) {
        let last = self.range.commits().last().copied().unwrap_or(*id);
        let Origin::Commit { path, .. } = finding.origin.outermost() else { return (true, *id, 1) };
        let head = repository::resolve(&format!("HEAD:{}", String::from_utf8_lossy(path)));
        if finding.via == Via::Name {
            return (head.is_some(), last, 1);
        }
        let in_head = head.is_some_and(|blob| self.holds(&blob, finding));
        let from = self.order.get(id).copied().unwrap_or(0);
        let (mut last_seen, mut objects) = (last, 0);
        let mut gone = false;
        for item in self.range.items().0 {
            let Origin::Commit { id, path: other, blob } = &item.origin else { continue };
            if other != path || self.order.get(id).is_none_or(|at| *at < from) {
                continue;
            }
            if self.holds(blob, finding) {
                (last_seen, gone, objects) = (last, false, objects + 1);
            } else if !gone {
                (last_seen, gone) = (self.range.parents(id).first().copied().unwrap_or(*id), true);
            }
        }
        if !in_head
            && !gone
            && let Some(change) = plumbing::last_change(&String::from_utf8_lossy(path), &last, id)
            && repository::resolve(&format!("{change}:{}", String::from_utf8_lossy(path))).is_none()
        {
            // What takes a file away brings no blob.
            last_seen = self.range.parents(&change).first().copied().unwrap_or(last_seen);
        }
        (in_head, last_seen, objects.max(1))
    }

    /// Whether a blob at the finding's path holds its secret.
    fn holds(&mut self, blob: &Oid, finding: &Finding) -> bool {
        let Ok(content) = self.range.blob(blob, &mut self.cache) else { return false };
        let input = Input { origin: finding.origin.outermost().clone(), content: Content::Owned(content) };
        let found = self.pipeline.known(&self.path_rules, &input, &mut self.scratch);
        found.iter().any(|found| found.fingerprint == finding.fingerprint)
    }
}
