//! The graph of commits: parents, trees and times; which commits the tips reach.

use std::collections::{HashMap, HashSet};

use super::NONE;
use crate::source::pack::Kind;
use crate::source::pack::forest::Forest;
use crate::source::pack::object::{Commit as CommitObject, Tag as TagObject};
use crate::types::oid::Oid;

/// What a worker read of commits and tags.
#[derive(Debug, Default)]
pub struct Gathered {
    commits: Vec<Raw>,
    parents: Vec<Oid>,
    tags: Vec<(u32, Oid)>,
    /// Commits and tags that are none.
    pub broken: Vec<u32>,
}

#[derive(Debug)]
struct Raw {
    object: u32,
    tree: Oid,
    first_parent: usize,
    parents: usize,
    time: i64,
}

impl Gathered {
    /// Takes in a commit; where its message starts, if it is one.
    pub fn commit(&mut self, object: u32, content: &[u8]) -> Option<usize> {
        let Ok(commit) = CommitObject::parse(content) else {
            self.broken.push(object);
            return None;
        };
        let first_parent = self.parents.len();
        self.parents.extend(commit.parents());
        let parents = self.parents.len() - first_parent;
        self.commits.push(Raw { object, tree: commit.tree, first_parent, parents, time: commit.committer.time });
        Some(commit.message_start)
    }

    /// Takes in an annotated tag; where its message starts, if it is one.
    pub fn tag(&mut self, object: u32, content: &[u8]) -> Option<usize> {
        let Ok(tag) = TagObject::parse(content) else {
            self.broken.push(object);
            return None;
        };
        self.tags.push((object, tag.object));
        Some(tag.message_start)
    }
}

/// A commit of the graph.
#[derive(Clone, Copy, Debug)]
pub struct Commit {
    /// Its object.
    pub object: u32,
    /// Its tree, or [`NONE`].
    pub tree: u32,
    /// Seconds, as the committer's clock had it.
    pub time: i64,
    first_parent: u32,
    parents: u32,
}

/// All commits, by number.
#[derive(Debug)]
pub struct Graph {
    commits: Vec<Commit>,
    /// Numbers of commits.
    parents: Vec<u32>,
    of_object: HashMap<u32, u32>,
    tags: HashMap<u32, Oid>,
    /// Objects that commits name and that are not there, with the commit that names them.
    missing: Vec<(Oid, u32)>,
}

/// What tips lead to.
#[derive(Debug, Default)]
pub struct Reached {
    /// Commits, by number: whether one of the tips reaches them.
    pub commits: Vec<bool>,
    /// Annotated tags on the way.
    pub tags: Vec<u32>,
    /// Trees and blobs that tips name themselves.
    pub others: Vec<u32>,
    /// Names that lead nowhere: the object that is missing.
    pub missing: Vec<Oid>,
}

impl Graph {
    /// From what the workers gathered. Parents of `shallow` commits are left out.
    pub fn new(forest: &Forest, gathered: Vec<Gathered>, shallow: &HashSet<Oid>) -> Self {
        let mut parts: Vec<(Raw, usize)> = Vec::new();
        let (mut tags, mut sources) = (HashMap::new(), Vec::new());
        for (part, gathered) in gathered.into_iter().enumerate() {
            tags.extend(gathered.tags);
            sources.push(gathered.parents);
            parts.extend(gathered.commits.into_iter().map(|raw| (raw, part)));
        }
        // By name, so that the numbers depend neither on which worker read what nor on how objects are stored.
        parts.sort_unstable_by_key(|(raw, _)| forest.name(raw.object));
        let of_object: HashMap<u32, u32> = parts.iter().enumerate().map(|(at, (raw, _))| (raw.object, at as u32)).collect();
        let mut graph =
            Self { commits: Vec::with_capacity(parts.len()), parents: Vec::new(), of_object, tags, missing: Vec::new() };
        for (number, (raw, part)) in parts.iter().enumerate() {
            let first_parent = graph.parents.len() as u32;
            let is_shallow = !shallow.is_empty() && shallow.contains(&forest.oid(raw.object));
            let parents = &sources[*part][raw.first_parent..raw.first_parent + if is_shallow { 0 } else { raw.parents }];
            for parent in parents {
                match forest.find(parent.as_bytes()).and_then(|object| graph.of_object.get(&object)) {
                    Some(&parent) => graph.parents.push(parent),
                    None => graph.missing.push((*parent, number as u32)),
                }
            }
            let tree = forest.find(raw.tree.as_bytes()).filter(|&tree| forest.kind(tree) == Some(Kind::Tree));
            if tree.is_none() {
                graph.missing.push((raw.tree, number as u32));
            }
            let parents = graph.parents.len() as u32 - first_parent;
            let tree = tree.unwrap_or(NONE);
            graph.commits.push(Commit { object: raw.object, tree, time: raw.time, first_parent, parents });
        }
        graph
    }

    /// How many commits there are.
    pub fn len(&self) -> usize {
        self.commits.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.commits.is_empty()
    }

    /// The commit of a number.
    pub fn commit(&self, number: u32) -> &Commit {
        &self.commits[number as usize]
    }

    /// Numbers of a commit's parents.
    pub fn parents(&self, number: u32) -> &[u32] {
        let commit = self.commit(number);
        &self.parents[commit.first_parent as usize..][..commit.parents as usize]
    }

    /// The number of a commit's object.
    pub fn of_object(&self, object: u32) -> Option<u32> {
        self.of_object.get(&object).copied()
    }

    /// What is reached from `tips`.
    pub fn reach(&self, forest: &Forest, tips: impl IntoIterator<Item = Oid>) -> Reached {
        let mut reached = Reached { commits: vec![false; self.len()], ..Reached::default() };
        let mut stack = Vec::new();
        for tip in tips {
            self.peel(forest, tip, &mut reached, &mut stack);
        }
        while let Some(number) = stack.pop() {
            if !std::mem::replace(&mut reached.commits[number as usize], true) {
                stack.extend(self.parents(number));
            }
        }
        let missing = self.missing.iter().filter(|(_, by)| reached.commits[*by as usize]).map(|(oid, _)| *oid);
        reached.missing.extend(missing);
        for list in [&mut reached.tags, &mut reached.others] {
            list.sort_unstable();
            list.dedup();
        }
        reached.missing.sort_unstable();
        reached.missing.dedup();
        reached
    }

    /// Follows tags to what they are of, however many there are; tags that go round in a circle lead nowhere.
    fn peel(&self, forest: &Forest, tip: Oid, reached: &mut Reached, commits: &mut Vec<u32>) {
        let (mut oid, mut steps) = (tip, 0);
        loop {
            steps += 1;
            let Some(object) = forest.find(oid.as_bytes()) else {
                reached.missing.push(oid);
                return;
            };
            match (self.of_object(object), self.tags.get(&object)) {
                (Some(number), _) => return commits.push(number),
                (None, Some(_)) if steps > self.tags.len() => return reached.missing.push(oid),
                (None, Some(target)) => {
                    reached.tags.push(object);
                    oid = *target;
                }
                (None, None) => return reached.others.push(object),
            }
        }
    }

    /// The numbers of `among`, parents before children; of those whose parents are there the earliest first, then by name.
    pub fn in_order(&self, among: &[bool]) -> Vec<u32> {
        let mut children: Vec<u32> = vec![0; self.len()];
        let members = || (0..self.len() as u32).filter(|&number| among[number as usize]);
        let mut waiting = vec![0u32; self.len()];
        for number in members() {
            for &parent in self.parents(number).iter().filter(|&&parent| among[parent as usize]) {
                children[parent as usize] += 1;
                waiting[number as usize] += 1;
            }
        }
        // Children of each commit, side by side.
        let mut starts = vec![0u32; self.len() + 1];
        for at in 0..self.len() {
            starts[at + 1] = starts[at] + children[at];
        }
        let (mut next, mut list) = (starts.clone(), vec![0u32; starts[self.len()] as usize]);
        for number in members() {
            for &parent in self.parents(number).iter().filter(|&&parent| among[parent as usize]) {
                list[next[parent as usize] as usize] = number;
                next[parent as usize] += 1;
            }
        }
        let key = |number: u32| std::cmp::Reverse((self.commit(number).time, number));
        let mut ready: std::collections::BinaryHeap<_> =
            members().filter(|&number| waiting[number as usize] == 0).map(key).collect();
        let mut order = Vec::new();
        while let Some(std::cmp::Reverse((_, number))) = ready.pop() {
            order.push(number);
            for &child in &list[starts[number as usize] as usize..starts[number as usize + 1] as usize] {
                waiting[child as usize] -= 1;
                if waiting[child as usize] == 0 {
                    ready.push(key(child));
                }
            }
        }
        order
    }
}
