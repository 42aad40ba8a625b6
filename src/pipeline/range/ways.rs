//! What became of secrets after the commit that brought them in: the last commit of the range that has them, and whether `HEAD`
//! does.
//!
//! Asked once for each path that has findings, whatever their number: the contents that the range brings to the path are gone
//! through in the order of commits, each scanned once, and so is `HEAD`'s. So the cost is that of the scan itself.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::detect::scanner::Scratch;
use crate::pipeline::Pipeline;
use crate::rules::paths::PathRules;
use crate::source::pack::store::ReadCache;
use crate::source::range::Range;
use crate::source::repository;
use crate::source::snapshot::Snapshots;
use crate::types::finding::{Finding, Via};
use crate::types::input::{Content, Input, Origin};
use crate::types::oid::Oid;

/// The way of one secret.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way {
    /// Whether `HEAD` has it.
    pub(super) in_head: bool,
    /// The last commit of the range that does.
    pub(super) last_seen: Oid,
    /// How many blobs of its path.
    pub(super) objects: u32,
}

/// What ways are told from.
#[derive(Clone, Copy)]
pub(super) struct Ways<'w> {
    pub(super) pipeline: &'w Pipeline,
    pub(super) range: &'w Range,
    /// The place of each commit, parents first.
    pub(super) order: &'w HashMap<Oid, usize>,
}

/// What a commit makes of a path.
#[derive(Clone, Copy)]
enum Step {
    Blob(Oid),
    Gone,
}

/// A path with findings.
#[derive(Default)]
struct Place {
    /// The findings, by number.
    findings: Vec<usize>,
    /// Commits that change it, in their order.
    steps: Vec<(Oid, Step)>,
}

impl Ways<'_> {
    /// The way of each finding that a blob of a commit has; `None` for others.
    pub(super) fn of(self, findings: &[Finding]) -> Vec<Option<Way>> {
        let mut ways = vec![None; findings.len()];
        let Some(&last) = self.range.commits().last() else { return ways };
        let mut places: HashMap<&[u8], Place> = HashMap::new();
        for (number, finding) in findings.iter().enumerate() {
            if let Origin::Commit { path, .. } = finding.origin.outermost() {
                places.entry(path).or_default().findings.push(number);
            }
        }
        if places.is_empty() {
            return ways;
        }
        for (id, path, blob) in self.range.brought() {
            places.entry(path).and_modify(|place| place.steps.push((*id, Step::Blob(*blob))));
        }
        for (id, path) in self.range.gone() {
            places.entry(path).and_modify(|place| place.steps.push((*id, Step::Gone)));
        }
        let head = repository::resolve("HEAD^{commit}");
        let mut places: Vec<(&[u8], Place)> = places.into_iter().collect();
        places.sort_unstable_by_key(|(path, _)| *path);
        places.iter_mut().for_each(|(_, place)| place.steps.sort_by_key(|(id, _)| self.order.get(id).copied()));
        let (next, found) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
        std::thread::scope(|scope| {
            for _ in 0..self.pipeline.threads.min(places.len()) {
                scope.spawn(|| {
                    let mut follower = Follower::new(self, findings, head, last);
                    while let Some((path, place)) = places.get(next.fetch_add(1, Ordering::Relaxed)) {
                        follower.place(path, place);
                    }
                    found.lock().unwrap_or_else(PoisonError::into_inner).append(&mut follower.found);
                });
            }
        });
        for (number, way) in found.into_inner().unwrap_or_else(PoisonError::into_inner) {
            ways[number] = Some(way);
        }
        ways
    }
}

/// One thread.
struct Follower<'w> {
    ways: Ways<'w>,
    findings: &'w [Finding],
    head: Option<Oid>,
    last: Oid,
    path_rules: PathRules,
    snapshots: Snapshots,
    cache: ReadCache,
    scratch: Scratch,
    found: Vec<(usize, Way)>,
}

/// A secret on its way.
struct Traveller {
    number: usize,
    /// The place of the commit that brought it in.
    from: usize,
    last_seen: Oid,
    /// Steps that have it.
    objects: u32,
    /// Whether the last step had it.
    is_present: bool,
}

impl<'w> Follower<'w> {
    fn new(ways: Ways<'w>, findings: &'w [Finding], head: Option<Oid>, last: Oid) -> Self {
        Self {
            ways,
            findings,
            head,
            last,
            path_rules: PathRules::new(ways.pipeline.scanner.rules()),
            snapshots: Snapshots::default(),
            cache: ReadCache::new(32 << 20),
            scratch: Scratch::default(),
            found: Vec::new(),
        }
    }

    fn place(&mut self, path: &[u8], place: &Place) {
        let entry = self.head.and_then(|head| self.ways.range.find(&head, path, &mut self.snapshots));
        let (names, inside): (Vec<usize>, Vec<usize>) =
            place.findings.iter().partition(|&&number| self.findings[number].via == Via::Name);
        for number in names {
            self.found.push((number, Way { in_head: entry.is_some(), last_seen: self.last, objects: 1 }));
        }
        let Some(&any) = inside.first() else { return };
        let at = self.findings[any].origin.outermost();
        let held = match entry.filter(|entry| entry.is_blob()) {
            Some(entry) => self.held(&entry.oid, at),
            None => HashSet::new(),
        };
        self.follow(place, &inside, at, &held);
    }

    /// Goes through what the range makes of a path.
    fn follow(&mut self, place: &Place, numbers: &[usize], at: &Origin, in_head: &HashSet<String>) {
        let (ways, findings, last) = (self.ways, self.findings, self.last);
        let place_of = |id: &Oid| ways.order.get(id).copied().unwrap_or_default();
        let mut known: HashMap<&str, Traveller> = HashMap::with_capacity(numbers.len());
        for &number in numbers {
            let finding = &findings[number];
            let from = finding.origin.commit().map(place_of).unwrap_or_default();
            known.insert(&finding.fingerprint, Traveller { number, from, last_seen: last, objects: 0, is_present: false });
        }
        // Those that were there at the last step.
        let mut present: Vec<&str> = Vec::new();
        for (id, made) in &place.steps {
            let (now, parent) = (place_of(id), ways.range.parents(id).first().copied().unwrap_or(*id));
            let held = match made {
                Step::Blob(blob) => self.held(blob, at),
                Step::Gone => HashSet::new(),
            };
            let mut came: Vec<&str> = Vec::new();
            for fingerprint in &held {
                let Some(traveller) = known.get_mut(fingerprint.as_str()).filter(|traveller| traveller.from <= now) else {
                    continue;
                };
                (traveller.last_seen, traveller.objects) = (last, traveller.objects + 1);
                if !std::mem::replace(&mut traveller.is_present, true) {
                    came.push(&findings[traveller.number].fingerprint);
                }
            }
            present.retain(|fingerprint| {
                // What takes a file away that `HEAD` has is of another branch.
                let stays = held.contains(*fingerprint) || (matches!(made, Step::Gone) && in_head.contains(*fingerprint));
                if let Some(traveller) = known.get_mut(fingerprint).filter(|_| !stays) {
                    (traveller.last_seen, traveller.is_present) = (parent, false);
                }
                stays
            });
            present.append(&mut came);
        }
        self.found.extend(known.into_iter().map(|(fingerprint, Traveller { number, last_seen, objects, .. })| {
            (number, Way { in_head: in_head.contains(fingerprint), last_seen, objects: objects.max(1) })
        }));
    }

    /// The fingerprints of what a blob holds as a file of that place.
    fn held(&mut self, blob: &Oid, at: &Origin) -> HashSet<String> {
        let Ok(content) = self.ways.range.blob(blob, &mut self.cache) else { return HashSet::new() };
        let input = Input { origin: at.clone(), content: Content::Owned(content) };
        let found = self.ways.pipeline.known(&self.path_rules, &input, &mut self.scratch);
        found.into_iter().map(|found| found.fingerprint).collect()
    }
}
