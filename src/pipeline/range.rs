//! What a range of commits adds, each secret once, with the commit that brought it in.

use std::collections::{BTreeMap, HashMap};

mod ways;

use self::ways::{Way, Ways};
use super::{Outcome, Pipeline};
use crate::source::SourceError;
use crate::source::pack::store::ReadCache;
use crate::source::range::Range;
use crate::types::finding::{Finding, Trail};
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
            match first.get_mut(&finding.fingerprint) {
                Some(best) if place(&finding) < place(best) => *best = finding,
                Some(_) => {}
                None => {
                    first.insert(finding.fingerprint.clone(), finding);
                }
            }
        }
        let mut findings: Vec<Finding> = first.into_values().collect();
        let ways = Ways { pipeline: self, range, order: &order }.of(&findings);
        let mut people = People { range, known: HashMap::new(), cache: ReadCache::new(8 << 20) };
        for (finding, way) in findings.iter_mut().zip(ways) {
            let Some(id) = finding.origin.commit().copied() else { continue };
            // Messages stay as they are.
            let way = way.unwrap_or(Way { in_head: true, last_seen: id, objects: 1 });
            let last_time = people.of(way.last_seen).map(|(_, _, time, zone)| (time, zone));
            finding.trail = people.of(id).map(|(author, email, time, zone)| {
                let Way { in_head, last_seen, objects } = way;
                Box::new(Trail { author, email, time, zone, in_head, last_seen, last_time, objects, paths: 1 })
            });
        }
        outcome.findings = findings;
        outcome.sort();
        Ok(outcome)
    }
}

/// Name, address, seconds since 1970 and minutes east of UTC.
type Person = (String, String, i64, i32);

/// Who made commits and tags; each is read once.
struct People<'r> {
    range: &'r Range,
    known: HashMap<Oid, Option<Person>>,
    cache: ReadCache,
}

impl People<'_> {
    fn of(&mut self, id: Oid) -> Option<Person> {
        self.known.entry(id).or_insert_with(|| self.range.author(&id, &mut self.cache)).clone()
    }
}
