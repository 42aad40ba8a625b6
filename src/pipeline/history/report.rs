//! From what blobs hold to findings: each secret of a path once, with its way through history.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::exact::{Found, InBlob};
use super::{Run, Seen};
use crate::source::history::graph::{Graph, Reached};
use crate::source::history::lineage::{self, Secrets};
use crate::source::history::names::Names;
use crate::source::history::paths::Places;
use crate::source::history::trees::Trees;
use crate::source::pack::object::{Commit, Tag, names_in_head};
use crate::source::pack::store::ReadCache;
use crate::types::finding::{Evidence, Finding, Rank, Secret, Trail};
use crate::types::input::{Content, Input, Origin};
use crate::types::oid::Oid;

/// All that is known of a history.
pub(super) struct Tracing<'t> {
    pub(super) run: &'t Run<'t>,
    pub(super) graph: &'t Graph,
    pub(super) reached: &'t Reached,
    pub(super) trees: &'t Trees,
    pub(super) seen: &'t Seen,
}

/// Secrets by number: those of blobs at paths.
struct Table<'t> {
    paths: &'t Names,
    /// By object.
    blobs: Vec<bool>,
    at: HashMap<(u32, u32), Vec<u32>>,
}

impl Secrets for Table<'_> {
    fn at(&self, blob: u32, path: &[u8]) -> &[u32] {
        self.paths.find(path).and_then(|path| self.at.get(&(blob, path))).map_or(&[], Vec::as_slice)
    }

    fn any(&self, blob: u32) -> bool {
        self.blobs.get(blob as usize).is_some_and(|&any| any)
    }
}

/// Kinds of places of which each has its own first finding.
const MESSAGE: u8 = 0;
const TRACED: u8 = 1;
const LOST: u8 = 2;

/// What the findings of one secret have in common, whatever their paths. What is no value is one for itself.
fn same(finding: &Finding) -> (u16, Secret) {
    let is_value = !finding.secret.expose().is_empty();
    (finding.rule, if is_value { finding.secret.clone() } else { Secret::new(finding.fingerprint.as_bytes()) })
}

/// How often a secret is there: the blobs and the paths that hold it.
#[derive(Default)]
struct Spread {
    blobs: HashSet<u32>,
    paths: HashSet<Vec<u8>>,
}

impl Tracing<'_> {
    /// Every finding of the history.
    pub(super) fn all(&self, places: &Places, beside: &Places, found: Found) -> Vec<Finding> {
        let mut findings = self.messages();
        let shares = self.run.shares.as_ref();
        if found.in_blobs.is_empty() {
            return findings;
        }
        let mut spread: HashMap<(u16, Secret), Spread> = HashMap::new();
        for (in_blob, finding) in found.in_blobs.iter().flat_map(|in_blob| in_blob.findings.iter().map(move |f| (in_blob, f))) {
            let spread = spread.entry(same(finding)).or_default();
            spread.blobs.insert(in_blob.blob);
            let paths = if in_blob.beside { &beside.paths } else { &places.paths };
            // A blob that a ref names has no path.
            let path = Some(paths.text(in_blob.path)).filter(|path| !path.is_empty());
            spread.paths.extend(path.map(<[u8]>::to_vec));
        }
        let (mut lost, own): (Vec<InBlob>, Vec<InBlob>) = found.in_blobs.into_iter().partition(|in_blob| in_blob.beside);
        lost.sort_by_key(|in_blob| (self.run.forest.oid(in_blob.blob), in_blob.path));
        let traced = self.traced(&places.paths, own);
        let lost = once(lost.into_iter().flat_map(|in_blob| in_blob.findings));
        for (kind, mut finding) in traced.into_iter().map(|f| (TRACED, f)).chain(lost.map(|f| (LOST, f))) {
            let Some(spread) = spread.get(&same(&finding)) else { continue };
            let (objects, paths) = (spread.blobs.len() as u32, spread.paths.len() as u32);
            if let Some(trail) = &mut finding.trail {
                (trail.objects, trail.paths) = (objects, paths);
            }
            finding.evidence = shares.map(|shares| {
                let shared = spread.blobs.iter().filter(|&&blob| shares.is_shared(blob));
                let mut shared: Vec<Oid> = shared.map(|&blob| self.run.forest.oid(blob)).collect();
                shared.sort_unstable();
                let rank = match &*finding.origin {
                    Origin::Lost { blob, .. } => Some(Rank { kind, time: 0, id: *blob }),
                    _ => None,
                };
                Box::new(Evidence { objects, paths, shared, rank })
            });
            findings.push(finding);
        }
        findings
    }

    /// Findings below what the tips reach, each secret of a path once.
    fn traced(&self, paths: &Names, mut in_blobs: Vec<InBlob>) -> Vec<Finding> {
        in_blobs.sort_unstable_by_key(|in_blob| (in_blob.blob, in_blob.path));
        let mut numbers: HashMap<String, u32> = HashMap::new();
        let mut table = Table { paths, blobs: vec![false; self.run.forest.len()], at: HashMap::new() };
        let mut findings: BTreeMap<(u32, u32), Finding> = BTreeMap::new();
        for in_blob in in_blobs {
            table.blobs[in_blob.blob as usize] = true;
            let secrets = table.at.entry((in_blob.blob, in_blob.path)).or_default();
            for finding in in_blob.findings {
                let next = numbers.len() as u32;
                let number = *numbers.entry(finding.fingerprint.clone()).or_insert(next);
                secrets.push(number);
                findings.entry((number, in_blob.blob)).or_insert(finding);
            }
            secrets.sort_unstable();
            secrets.dedup();
        }
        let order = self.graph.in_order(&self.reached.commits);
        let head = self.run.request.head.and_then(|oid| self.run.forest.find(oid.as_bytes()));
        let head = head.and_then(|object| self.graph.of_object(object));
        let trails = lineage::trails(self.run.forest, self.graph, self.trees, &order, head, &table);
        let mut cache = ReadCache::new(1 << 20);
        let mut traced = Vec::new();
        for number in 0..numbers.len() as u32 {
            let Some(trail) = trails.get(&number) else {
                // A tag or ref names the blob, or its tree: no commit has it.
                let blobs = findings.range((number, 0)..=(number, u32::MAX));
                let first = blobs.min_by_key(|((_, blob), _)| self.run.forest.oid(*blob));
                traced.extend(first.map(|(_, finding)| finding.clone()));
                continue;
            };
            let Some(mut finding) = findings.remove(&(number, trail.blob)) else { continue };
            let id = self.oid_of(trail.introduced);
            if let Origin::Lost { path, blob } = &*finding.origin {
                finding.origin = Arc::new(Origin::Commit { id, path: path.clone(), blob: *blob });
            }
            finding.trail = self.trail(&id, self.oid_of(trail.last), trail.in_head, &mut cache).map(Box::new);
            traced.push(finding);
        }
        traced
    }

    fn oid_of(&self, number: u32) -> Oid {
        self.run.forest.oid(self.graph.commit(number).object)
    }

    /// Who made a commit, and when.
    fn trail(&self, commit: &Oid, last_seen: Oid, in_head: bool, cache: &mut ReadCache) -> Option<Trail> {
        let (_, content) = self.run.forest.store().read(commit, self.run.limits(), cache).ok()?;
        let author = match Commit::parse(&content) {
            Ok(commit) => commit.author,
            Err(_) => Tag::parse(&content).ok()?.tagger?,
        };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (author, email, time, zone) = (text(author.name), text(author.email), author.time, author.zone);
        let last_time = if last_seen == *commit { Some((time, zone)) } else { self.time(&last_seen, cache) };
        Some(Trail { author, email, time, zone, in_head, last_seen, last_time, objects: 1, paths: 0 })
    }

    /// When a commit was made.
    fn time(&self, commit: &Oid, cache: &mut ReadCache) -> Option<(i64, i32)> {
        let (_, content) = self.run.forest.store().read(commit, self.run.limits(), cache).ok()?;
        let author = Commit::parse(&content).ok()?.author;
        Some((author.time, author.zone))
    }

    /// Findings in messages of commits and tags that are reached; the earliest of each secret.
    fn messages(&self) -> Vec<Finding> {
        let run = self.run;
        let of_head = self.graph.reach(run.forest, run.request.head).commits;
        let (mut cache, mut scratch) = (ReadCache::new(1 << 20), crate::detect::scanner::Scratch::default());
        let mut earliest: BTreeMap<String, (Rank, Finding)> = BTreeMap::new();
        for &object in &self.seen.messages {
            let number = self.graph.of_object(object);
            let is_reached = match number {
                Some(number) => self.reached.commits[number as usize],
                None => self.reached.tags.binary_search(&object).is_ok(),
            };
            let id = run.forest.oid(object);
            let content = run.forest.store().read(&id, run.limits(), &mut cache);
            let Some((_, content)) = content.ok().filter(|_| is_reached || run.request.include.unreachable) else { continue };
            let start = match number {
                Some(_) => Commit::parse(&content).map(|commit| commit.message_start),
                None => Tag::parse(&content).map(|tag| tag.message_start),
            };
            let Ok(start) = start else { continue };
            let input = Input { origin: Origin::Message { id }, content: Content::Owned(content[start..].to_vec()) };
            let in_head = number.is_some_and(|number| of_head[number as usize]);
            let trail = self.trail(&id, id, in_head, &mut cache);
            let rank = Rank { kind: MESSAGE, time: trail.as_ref().map_or(i64::MAX, |trail| trail.time), id };
            let mut findings = run.pipeline.judge(&run.path_rules, &input, &mut scratch).0;
            for name in names_in_head(&content[..start]) {
                findings.extend(run.pipeline.in_name(name, &input.origin, &mut scratch));
            }
            for mut finding in findings {
                finding.trail = trail.clone().map(Box::new);
                if run.shares.is_some() {
                    finding.evidence = Some(Box::new(Evidence { rank: Some(rank), ..Evidence::default() }));
                }
                let best = earliest.entry(finding.fingerprint.clone()).or_insert_with(|| (rank, finding.clone()));
                if rank < best.0 {
                    *best = (rank, finding);
                }
            }
        }
        earliest.into_values().map(|(_, finding)| finding).collect()
    }
}

/// Each secret of a path once.
fn once(findings: impl Iterator<Item = Finding>) -> impl Iterator<Item = Finding> {
    let mut seen = HashSet::new();
    findings.filter(move |finding| seen.insert(finding.fingerprint.clone()))
}
