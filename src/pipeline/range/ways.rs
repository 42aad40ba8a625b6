//! What became of secrets after the commit that brought them in: the last commit of the range that has them, and whether `HEAD`
//! does.
//!
//! Asked once for each path that has findings, whatever their number. The last commit with a secret has no child in the range, or
//! has one that changes the path, so few commits are asked: their contents at the path are scanned, each once, and so is `HEAD`'s.
//! So the cost is that of the scan itself.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::detect::scanner::Scratch;
use crate::pipeline::Pipeline;
use crate::rules::paths::PathRules;
use crate::source::pack::store::ReadCache;
use crate::source::range::Range;
use crate::source::repository;
use crate::source::snapshot::{Entry, Snapshots};
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

/// A path with findings.
#[derive(Default)]
struct Place {
    /// The findings, by number.
    findings: Vec<usize>,
    /// Commits that change it, in their order, with the blob that they leave there.
    steps: Vec<(Oid, Option<Oid>)>,
}

impl Ways<'_> {
    /// The way of each finding that a blob of a commit has; `None` for others.
    pub(super) fn of(self, findings: &[Finding]) -> Vec<Option<Way>> {
        let mut ways = vec![None; findings.len()];
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
            places.entry(path).and_modify(|place| place.steps.push((*id, Some(*blob))));
        }
        for (id, path) in self.range.gone() {
            places.entry(path).and_modify(|place| place.steps.push((*id, None)));
        }
        let head = repository::resolve("HEAD^{commit}");
        let parents: HashSet<&Oid> = self.range.commits().iter().flat_map(|id| self.range.parents(id)).collect();
        let ends: Vec<Oid> = self.range.commits().iter().filter(|id| !parents.contains(id)).copied().collect();
        let mut places: Vec<(&[u8], Place)> = places.into_iter().collect();
        places.sort_unstable_by_key(|(path, _)| *path);
        places.iter_mut().for_each(|(_, place)| place.steps.sort_by_key(|(id, _)| self.order.get(id).copied()));
        let (next, found) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
        std::thread::scope(|scope| {
            for _ in 0..self.pipeline.threads.min(places.len()) {
                scope.spawn(|| {
                    let mut follower = Follower::new(self, findings, head, &ends);
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
    /// Commits without a child in the range.
    ends: &'w [Oid],
    path_rules: PathRules,
    snapshots: Snapshots,
    cache: ReadCache,
    scratch: Scratch,
    /// What blobs hold at the path that is looked at.
    known: HashMap<Oid, Rc<HashSet<String>>>,
    found: Vec<(usize, Way)>,
}

/// A finding whose way is looked for.
struct Sought {
    number: usize,
    is_name: bool,
    /// The commit that brought it in, and its place.
    by: (usize, Oid),
    last_seen: Option<Oid>,
    /// Steps that have it.
    objects: u32,
}

/// Findings of a path, by fingerprint.
type All<'f> = HashMap<&'f str, Sought>;

impl<'w> Follower<'w> {
    fn new(ways: Ways<'w>, findings: &'w [Finding], head: Option<Oid>, ends: &'w [Oid]) -> Self {
        Self {
            ways,
            findings,
            head,
            ends,
            path_rules: PathRules::new(ways.pipeline.scanner.rules()),
            snapshots: Snapshots::default(),
            cache: ReadCache::new(32 << 20),
            scratch: Scratch::default(),
            known: HashMap::new(),
            found: Vec::new(),
        }
    }

    fn place(&mut self, path: &[u8], place: &Place) {
        self.known.clear();
        let (findings, order) = (self.findings, self.ways.order);
        let Some(&any) = place.findings.first() else { return };
        let at = findings[any].origin.outermost();
        let mut all = All::with_capacity(place.findings.len());
        for &number in &place.findings {
            let finding = &findings[number];
            let Some(&by) = finding.origin.commit() else { continue };
            let (is_name, by) = (finding.via == Via::Name, (order.get(&by).copied().unwrap_or_default(), by));
            all.insert(&finding.fingerprint, Sought { number, is_name, by, last_seen: None, objects: 0 });
        }
        for (id, blob) in place.steps.iter().filter_map(|(id, made)| made.as_ref().map(|blob| (id, blob))) {
            let now = order.get(id).copied().unwrap_or_default();
            for fingerprint in self.held(blob, at).iter() {
                if let Some(sought) = all.get_mut(fingerprint.as_str()).filter(|sought| sought.by.0 <= now) {
                    sought.objects += 1;
                }
            }
        }
        self.seek(path, place, at, &mut all);
        let entry = self.head.and_then(|head| self.ways.range.find(&head, path, &mut self.snapshots));
        let held = self.held_at(entry, at);
        for (fingerprint, sought) in all {
            let in_head = if sought.is_name { entry.is_some() } else { held.contains(fingerprint) };
            let last_seen = sought.last_seen.unwrap_or(sought.by.1);
            self.found.push((sought.number, Way { in_head, last_seen, objects: sought.objects.max(1) }));
        }
    }

    /// Looks for the last commits that have what is sought, from the last that may.
    fn seek(&mut self, path: &[u8], place: &Place, at: &Origin, all: &mut All<'_>) {
        let ways = self.ways;
        let steps = || place.steps.iter().map(|(id, _)| id);
        let parents = steps().flat_map(|id| ways.range.parents(id));
        let may = self.ends.iter().chain(steps()).chain(parents);
        let mut may: Vec<(usize, Oid)> = may.filter_map(|id| Some((*ways.order.get(id)?, *id))).collect();
        may.sort_unstable_by(|a, b| b.cmp(a));
        may.dedup();
        let mut names: Vec<&str> = all.iter().filter(|(_, sought)| sought.is_name).map(|(name, _)| *name).collect();
        let mut left = all.len();
        for (now, id) in may {
            if left == 0 {
                break;
            }
            let Some(entry) = ways.range.find(&id, path, &mut self.snapshots) else { continue };
            let held = self.held_at(Some(entry), at);
            for fingerprint in held.iter().map(String::as_str).chain(names.drain(..)) {
                let sought = all.get_mut(fingerprint).filter(|sought| sought.last_seen.is_none() && sought.by.0 <= now);
                if let Some(sought) = sought {
                    (sought.last_seen, left) = (Some(id), left - 1);
                }
            }
        }
    }

    /// The fingerprints of what stands at that place.
    fn held_at(&mut self, entry: Option<Entry>, at: &Origin) -> Rc<HashSet<String>> {
        match entry.filter(Entry::is_blob) {
            Some(entry) => self.held(&entry.oid, at),
            None => Rc::default(),
        }
    }

    /// The fingerprints of what a blob holds as a file of that place.
    fn held(&mut self, blob: &Oid, at: &Origin) -> Rc<HashSet<String>> {
        if let Some(held) = self.known.get(blob) {
            return Rc::clone(held);
        }
        let held = self.ways.range.blob(blob, &mut self.cache).map_or_else(
            |_| HashSet::new(),
            |content| {
                let input = Input { origin: at.clone(), content: Content::Owned(content) };
                let found = self.ways.pipeline.known(&self.path_rules, &input, &mut self.scratch);
                found.into_iter().map(|found| found.fingerprint).collect()
            },
        );
        let held = Rc::new(held);
        self.known.insert(*blob, Rc::clone(&held));
        held
    }
}
