//! The whole history of a repository: every blob, each once, and each secret with the commit that brought it in.
//!
//! Three walks over the forest of deltas. The first makes all blobs, commits and tags and finds out which of them are
//! **live**: may hold something under some path. It looks at what deltas brought only (`detect/scanner/marks.rs`). The
//! second reads what trees hold of the live blobs, and of those whose name matters; that gives their paths. The third
//! makes the live blobs again and scans them as any file of that path is scanned. What is found is followed through the
//! graph of commits. Where nothing is live, the last two steps are nothing.

mod exact;
mod first;
mod report;
mod shares;

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use rayon::ThreadPoolBuilder;
use sha2::{Digest as _, Sha256};

use self::exact::{Exact, Found};
use self::first::First;
use self::shares::{Naming, Shares};
use super::{Outcome, Pipeline, Progress};
use crate::detect::scanner::Scratch;
use crate::rules::paths::PathRules;
use crate::source::SourceError;
use crate::source::history::NONE;
use crate::source::history::cache::{self, Clean};
use crate::source::history::graph::{Gathered, Graph, Reached};
use crate::source::history::paths::Places;
use crate::source::history::trees::{Interest, Shared, Trees};
use crate::source::pack::forest::Forest;
use crate::source::pack::walk::Walk;
use crate::source::pack::{Kind, Limits, ReadError};
use crate::source::repository::{Include, Repository, Tip};
use crate::types::finding::Finding;
use crate::types::notice::{BOUND, Notice};
use crate::types::oid::Oid;
use crate::types::shard::{Shard, Sharded};

/// What is asked of a history scan.
#[derive(Clone, Debug)]
pub struct Request<'r> {
    /// What is looked at beside what the tips reach.
    pub include: Include,
    /// What the commits are reached from.
    pub tips: Vec<Tip>,
    /// What was wrong with refs.
    pub notices: Vec<Notice>,
    /// The commit that is `HEAD`.
    pub head: Option<Oid>,
    /// Largest object that is scanned, in bytes.
    pub max_size: u64,
    /// Where what was clean is remembered.
    pub cache: Option<PathBuf>,
    /// The part of the run that is done, if it is not the whole.
    pub shard: Option<Shard>,
    /// How a shallow clone gets the rest.
    pub deepen: &'r str,
    /// Counted up while the run goes on.
    pub progress: &'r Progress,
    /// Set when the run is to end early.
    pub stop: &'r AtomicBool,
}

impl Request<'_> {
    /// What is asked for, as bytes.
    fn asked(&self) -> Vec<u8> {
        let mut tips: Vec<Oid> = self.tips.iter().map(|tip| tip.oid).collect();
        tips.sort_unstable();
        tips.dedup();
        format!("history {tips:?} {:?} {:?} {}", self.head, self.include, self.max_size).into_bytes()
    }
}

/// Objects up to here are loaded because others are deltas of them.
const LARGEST_BASE: u64 = 1 << 30;

/// What the first walk saw.
struct Seen {
    live: Vec<bool>,
    /// Commits and tags whose messages are live.
    messages: Vec<u32>,
    gathered: Vec<Gathered>,
    failed: Vec<(u32, ReadError)>,
    outcome: Outcome,
}

/// A run over a whole history.
struct Run<'r> {
    pipeline: &'r Pipeline,
    repository: &'r Repository,
    request: &'r Request<'r>,
    forest: &'r Forest,
    path_rules: PathRules,
    threads: rayon::ThreadPool,
    clean: Option<Clean>,
    shares: Option<Shares<'r>>,
}

impl Pipeline {
    /// Scans the history of a repository.
    ///
    /// # Errors
    /// Threads can't be made.
    pub fn history(&self, repository: &Repository, request: &Request<'_>) -> Result<Outcome, SourceError> {
        let forest = Forest::new(repository.store());
        let threads = ThreadPoolBuilder::new().num_threads(self.threads.max(1)).build();
        let threads =
            threads.map_err(|error| SourceError::Io { path: "threads".into(), source: std::io::Error::other(error) })?;
        let path_rules = PathRules::new(self.scanner.rules());
        let clean = request.cache.as_ref().map(|folder| {
            let clean = Clean::open(folder, self.key(), repository.format);
            clean.map_err(|source| SourceError::Io { path: folder.clone(), source })
        });
        let clean = clean.transpose()?;
        let shares = None;
        let mut run = Run { pipeline: self, repository, request, forest: &forest, path_rules, threads, clean, shares };
        run.shares = request.shard.map(|shard| run.shares_of(shard));
        let mut outcome = run.run();
        outcome.sharded = request.shard.map(|shard| Sharded { shard, key: self.shard_key(&request.asked()) });
        if request.stop.load(Ordering::Relaxed) {
            return Err(SourceError::Stopped { objects: outcome.objects, of: forest.len() as u64 });
        }
        outcome.tell_pointers(&self.policy);
        outcome.sort();
        Ok(outcome)
    }

    /// What the shards of a run have in common: what is asked for, the rules and the tool.
    pub(super) fn shard_key(&self, asked: &[u8]) -> String {
        let hash = Sha256::new().chain_update(self.key()).chain_update(asked).finalize();
        hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }

    /// What a result depends on beside the objects: the rules and the tool.
    fn key(&self) -> cache::Key {
        let mut hash = Sha256::new();
        hash.update(concat!(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION")));
        for (_, rule) in self.scanner.rules().iter() {
            hash.update(format!("{rule:?}\n"));
        }
        hash.finalize().into()
    }
}

impl<'r> Run<'r> {
    fn limits(&self) -> Limits {
        let max = self.request.max_size.min(u64::from(u32::MAX));
        Limits { max, base_max: max.max(LARGEST_BASE) }
    }

    /// Who looks at what, by the names that all trees give.
    fn shares_of(&self, shard: Shard) -> Shares<'r> {
        let shares = Shares::new(shard, self.forest);
        self.read_trees(Naming(&shares));
        shares
    }

    fn run(&self) -> Outcome {
        let mut seen = self.first_walk();
        let mut outcome = std::mem::take(&mut seen.outcome);
        let gathered = std::mem::take(&mut seen.gathered);
        // The graph takes one thread; the trees are read meanwhile.
        let (graph, reached, trees) = std::thread::scope(|scope| {
            let graph = scope.spawn(|| {
                let graph = Graph::new(self.forest, gathered, &self.repository.shallow);
                let reached = graph.reach(self.forest, self.request.tips.iter().map(|tip| tip.oid));
                (graph, reached)
            });
            let trees = self.trees_walk(&seen);
            let (graph, reached) = graph.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            (graph, reached, trees)
        });
        let (places, beside) = self.places(&graph, &reached, &trees, &seen);
        self.notices(&seen, &graph, &reached, &trees, &places, &mut outcome);
        let found = self.exact_walk(&seen, [&places, &beside]);
        outcome.excluded += found.excluded;
        let findings = report::Tracing { run: self, graph: &graph, reached: &reached, trees: &trees, seen: &seen };
        outcome.findings = findings.all(&places, &beside, found);
        outcome.findings.extend(self.refs());
        self.pipeline.reconsider(&mut outcome.findings);
        outcome
    }

    /// What stands in the names of refs; of shards the first says so.
    fn refs(&self) -> Vec<Finding> {
        let tips = self.request.tips.iter().filter(|_| self.request.shard.is_none_or(|shard| shard.number() == 1));
        self.pipeline.in_refs(tips.map(|tip| tip.name.as_bytes()))
    }

    fn first_walk(&self) -> Seen {
        let walk = Walk::new(self.forest, |kind| kind != Kind::Tree, self.limits(), self.request.stop);
        let is_blob = |object: u32| self.forest.kind(object) == Some(Kind::Blob);
        let is_due = |object: u32| self.has(object) && !self.was_clean(object);
        let all = 0..self.forest.len() as u32;
        let walk = match (&self.clean, &self.shares) {
            (None, None) => walk,
            _ => walk.only(all.filter(|&object| !is_blob(object) || is_due(object))),
        };
        let trees = (0..self.forest.len() as u32).filter(|&object| self.forest.kind(object) == Some(Kind::Tree)).count();
        self.request.progress.of.store((self.forest.len() - trees) as u64, Ordering::Relaxed);
        let parts = self.threads.broadcast(|_| {
            let mut first = First::new(self.pipeline, self.forest, self.request.progress, self.shares.as_ref());
            walk.work(&mut first);
            first
        });
        let mut live = vec![false; self.forest.len()];
        let mut seen = Seen {
            live: Vec::new(),
            messages: Vec::new(),
            gathered: Vec::new(),
            failed: Vec::new(),
            outcome: Outcome::default(),
        };
        let mut looked = Vec::new();
        for part in parts {
            looked.extend(part.looked);
            part.live.iter().for_each(|&object| live[object as usize] = true);
            seen.messages.extend(part.messages);
            seen.failed.extend(part.failed);
            let broken = part.gathered.broken.iter();
            seen.failed.extend(broken.map(|&object| (object, ReadError::Corrupt("a line of its head is missing or broken"))));
            seen.gathered.push(part.gathered);
            seen.outcome.pointers.absorb(part.pointers);
            seen.outcome.binary += part.binary;
            seen.outcome.objects += part.objects;
            seen.outcome.bytes += part.bytes;
        }
        seen.messages.sort_unstable();
        seen.failed.extend(self.forest.unreadable().iter().cloned());
        seen.failed.sort_unstable_by_key(|(object, _)| *object);
        seen.live = live;
        self.remember(&looked, &mut seen);
        seen
    }

    /// Whether the run looks at a blob.
    fn has(&self, blob: u32) -> bool {
        self.shares.as_ref().is_none_or(|shares| shares.has_blob(blob))
    }

    fn was_clean(&self, blob: u32) -> bool {
        self.clean.as_ref().is_some_and(|clean| clean.contains(self.forest.name(blob)))
    }

    /// Remembers which blobs are clean; of a run that was stopped, those it came to.
    fn remember(&self, looked: &[u32], seen: &mut Seen) {
        let Some(clean) = self.clean.as_ref() else { return };
        let before = (0..self.forest.len() as u32).filter(|&object| self.was_clean(object));
        let now = looked.iter().copied().filter(|&object| !seen.live[object as usize]);
        let names = before.chain(now).map(|object| self.forest.name(object));
        let folder = self.request.cache.as_deref().map(|folder| folder.as_os_str().as_encoded_bytes()).unwrap_or_default();
        if let Some(why) = clean.refused {
            seen.outcome.notices.push(Notice::info(folder, format!("the cache was not used: {why}")));
        }
        if let Err(error) = clean.write(names) {
            seen.outcome.notices.push(Notice::info(folder, format!("the cache was not written: {error}")));
        }
    }

    /// What trees hold of what is live, can't be read, or is asked about by name.
    fn trees_walk(&self, seen: &Seen) -> Trees {
        let mut asked = seen.live.clone();
        seen.failed.iter().for_each(|(object, _)| asked[*object as usize] = true);
        let interest = Asked { asked, run: self, scratch: Mutex::default() };
        self.read_trees(interest)
    }

    fn read_trees(&self, interest: impl Interest) -> Trees {
        let shared = Shared::new(self.forest, interest);
        let limits = self.limits();
        // A tree over the bound would hide all below it.
        let limits = Limits { max: limits.base_max, ..limits };
        let walk = Walk::new(self.forest, |kind| kind == Kind::Tree, limits, self.request.stop);
        let parts = self.threads.broadcast(|_| {
            let mut reader = shared.reader();
            walk.work(&mut reader);
            reader.part()
        });
        shared.finish(parts)
    }

    /// Where what is asked about stands: below what the tips reach, and beside that if it was asked for.
    fn places(&self, graph: &Graph, reached: &Reached, trees: &Trees, seen: &Seen) -> (Places, Places) {
        let is_asked = |target: u32| !trees.is_tree(self.forest, target);
        let roots = |wanted: bool| {
            let commits = (0..graph.len() as u32).filter(|&number| reached.commits[number as usize] == wanted);
            let mut roots: Vec<u32> = commits.map(|number| graph.commit(number).tree).filter(|&tree| tree != NONE).collect();
            roots.sort_unstable();
            roots.dedup();
            roots
        };
        let mut own = roots(true);
        own.extend(reached.others.iter().filter(|&&object| trees.is_tree(self.forest, object) || seen.live[object as usize]));
        let places = Places::new(self.forest, trees, &own, is_asked);
        let mut beside = Places::default();
        if self.request.include.unreachable {
            let known: HashSet<u32> = places.pairs.iter().map(|(object, _)| *object).collect();
            let is_lost = |target: u32| is_asked(target) && !known.contains(&target);
            beside = Places::new(self.forest, trees, &roots(false), is_lost);
            let named: HashSet<u32> = beside.pairs.iter().map(|(object, _)| *object).collect();
            let nameless = beside.paths.number(b"");
            let live = (0..self.forest.len() as u32).filter(|&object| seen.live[object as usize]);
            beside.pairs.extend(
                live.filter(|object| !known.contains(object) && !named.contains(object)).map(|object| (object, nameless)),
            );
            beside.pairs.sort_unstable();
        }
        (places, beside)
    }

    /// Scans what is asked about as files of those paths.
    fn exact_walk(&self, seen: &Seen, places: [&Places; 2]) -> Found {
        let failed: HashSet<u32> = seen.failed.iter().map(|(object, _)| *object).collect();
        let is_there = |object: &u32| (*object as usize) < self.forest.len() && !failed.contains(object);
        let is_told = |object: u32, path: &[u8]| self.shares.as_ref().is_none_or(|shares| shares.tells(object, path));
        let told = |places: &&Places| {
            let pairs = places.pairs.iter().filter(|(object, path)| is_told(*object, places.paths.text(*path)));
            pairs.map(|(object, _)| *object).collect::<Vec<u32>>()
        };
        let wanted: Vec<u32> = places.iter().flat_map(told).filter(is_there).collect();
        if wanted.is_empty() {
            return Found::default();
        }
        let walk = Walk::new(self.forest, |kind| kind == Kind::Blob, self.limits(), self.request.stop).only(wanted.into_iter());
        let parts = self.threads.broadcast(|_| {
            let mut exact = Exact::new(self.pipeline, &self.path_rules, self.forest, places, self.shares.as_ref());
            walk.work(&mut exact);
            exact.found
        });
        parts.into_iter().fold(Found::default(), Found::join)
    }

    /// What was not scanned, and why.
    fn notices(&self, seen: &Seen, graph: &Graph, reached: &Reached, trees: &Trees, places: &Places, outcome: &mut Outcome) {
        /// So many are named, the others counted.
        const NAMED: usize = 50;
        let notices = &mut outcome.notices;
        notices.extend(self.request.notices.iter().cloned());
        for problem in self.forest.problems() {
            notices.push(Notice::skipped(problem.path.as_os_str().as_encoded_bytes(), problem.why.clone()));
        }
        let mut missing: Vec<(Vec<u8>, Oid)> = reached.missing.iter().map(|oid| (Vec::new(), *oid)).collect();
        let failed =
            |object: u32| seen.failed.binary_search_by_key(&object, |(object, _)| *object).ok().map(|at| &seen.failed[at].1);
        // Each at the first of its paths.
        let mut broken: BTreeMap<u32, &[u8]> = BTreeMap::new();
        for &(target, path) in &places.pairs {
            let path = places.paths.text(path);
            if let Some((oid, _)) = trees.missing(target) {
                missing.push((path.to_vec(), *oid));
            } else if failed(target).is_some() {
                let first = broken.entry(target).or_insert(path);
                *first = path.min(*first);
            }
        }
        for (target, path) in broken {
            let why = failed(target);
            let remedy = if matches!(why, Some(ReadError::TooLarge { .. })) { BOUND } else { "" };
            let why = why.map(ToString::to_string).unwrap_or_default();
            notices.push(Notice::skipped(path, format!("blob {}: {why}{remedy}", self.forest.oid(target))));
        }
        for (object, why) in seen.failed.iter().chain(&trees.failed) {
            let word = self.forest.kind(*object).map_or("object", Kind::word);
            if word != "blob" {
                notices.push(Notice::skipped(Vec::new(), format!("{word} {}: {why}", self.forest.oid(*object))));
            }
        }
        // Each at the first of its paths.
        missing.sort_unstable_by(|(path, oid), (other_path, other)| (oid, path).cmp(&(other, other_path)));
        missing.dedup_by_key(|(_, oid)| *oid);
        missing.sort_unstable();
        for (path, oid) in missing.iter().take(NAMED) {
            notices.push(Notice::skipped(path.clone(), format!("object {oid} is missing; {}", self.remedy(oid))));
        }
        if missing.len() > NAMED {
            notices.push(Notice::skipped(Vec::new(), format!("{} more objects are missing", missing.len() - NAMED)));
        }
        if places.is_cut {
            notices.push(Notice::skipped(
                Vec::new(),
                "trees that hold themselves over and over, or folders in folders without end: not all paths were followed",
            ));
        }
        let cut_off = |oid: &&Oid| {
            let number = self.forest.find(oid.as_bytes()).and_then(|object| graph.of_object(object));
            number.is_some_and(|number| reached.commits[number as usize])
        };
        let cut_off = self.repository.shallow.iter().filter(cut_off).count();
        if cut_off > 0 {
            notices.push(Notice::skipped(
                Vec::new(),
                format!("a shallow clone: what came before {cut_off} of its commits is not here; {}", self.request.deepen),
            ));
        }
        if !self.request.include.stash && self.repository.has_stash() {
            notices.push(Notice::info(Vec::new(), "the stash was not looked at; `--include stash` does"));
        }
    }

    /// The command that brings a missing object.
    fn remedy(&self, oid: &Oid) -> String {
        if self.repository.is_partial {
            format!("a partial clone: `git cat-file -e {oid}` fetches it, `git fetch --refetch --no-filter` everything")
        } else {
            "`git fsck --full` says more; `git fetch --refetch` brings what the remote has".to_owned()
        }
    }
}

/// What the trees are read for.
struct Asked<'r> {
    asked: Vec<bool>,
    run: &'r Run<'r>,
    scratch: Mutex<Scratch>,
}

impl Interest for Asked<'_> {
    fn object(&self, object: u32) -> bool {
        self.asked[object as usize]
    }

    fn name(&self, name: &[u8]) -> bool {
        self.run.path_rules.may_name(name) || self.holds_secret(name)
    }

    fn folder(&self, name: &[u8]) -> bool {
        self.run.path_rules.may_name_folder(name) || self.holds_secret(name)
    }
}

impl Asked<'_> {
    /// Asked once of each name.
    fn holds_secret(&self, name: &[u8]) -> bool {
        let mut scratch = self.scratch.lock().unwrap_or_else(PoisonError::into_inner);
        !self.run.pipeline.scanner.in_name(&[b"/", name, b"/"].concat(), &mut scratch).is_empty()
    }
}
