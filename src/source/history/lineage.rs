//! Which commit brought a secret in, and which was the last to have it.
//!
//! Of each tree only what holds a secret counts: its **outline**, the names and outlines (or blobs) that do. Most commits
//! have the outline of a parent and are done with one comparison; where outlines differ, the two are compared name by
//! name, down to the blobs that changed. A secret is new in a commit when none of its parents has it at that path.

use std::collections::{BTreeMap, HashMap};

use foldhash::quality::RandomState;

use super::NONE;
use super::graph::Graph;
use super::paths::{MOST_OF_ONE, holding, join};
use super::trees::Trees;
use crate::source::pack::forest::Forest;

/// The secrets of a blob at a path, by number.
pub trait Secrets {
    /// Those of `blob` at `path`, sorted.
    fn at(&self, blob: u32, path: &[u8]) -> &[u32];
    /// Whether the blob has any, at whatever path.
    fn any(&self, blob: u32) -> bool;
}

/// The way of one secret through history. Commits are by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trail {
    /// The first commit that brought it in.
    pub introduced: u32,
    /// The blob that did.
    pub blob: u32,
    /// The last commit that had it.
    pub last: u32,
    /// Whether `HEAD` has it.
    pub in_head: bool,
}

/// An outline by number; 0 holds nothing.
type Outline = u32;

/// Child of an outline: an outline, or a blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Child {
    Outline(Outline),
    Blob(u32),
}

/// The outlines of trees.
struct Outlines<'t> {
    trees: &'t Trees,
    /// By tree; [`NONE`] where it is not known yet.
    of_tree: Vec<Outline>,
    numbers: HashMap<Vec<(u32, Child)>, Outline, RandomState>,
    lists: Vec<Vec<(u32, Child)>>,
}

impl<'t> Outlines<'t> {
    fn new(forest: &Forest, trees: &'t Trees, roots: &[u32], secrets: &dyn Secrets) -> Self {
        let holds = holding(forest, trees, roots, |target| secrets.any(target));
        let mut outlines =
            Self { trees, of_tree: vec![NONE; forest.len()], numbers: HashMap::default(), lists: vec![Vec::new()] };
        let is_held = |target: u32| holds[target as usize];
        let mut stack: Vec<(u32, bool)> = Vec::new();
        for &root in roots.iter().filter(|&&root| is_held(root)) {
            stack.push((root, false));
            while let Some((tree, ready)) = stack.pop() {
                if outlines.of_tree[tree as usize] != NONE {
                    continue;
                }
                if !ready {
                    stack.push((tree, true));
                    stack.extend(trees.edges(tree).iter().filter(|edge| is_held(edge.target)).map(|edge| (edge.target, false)));
                    continue;
                }
                let child = |target: u32| match outlines.of_tree.get(target as usize) {
                    Some(&outline) if outline != NONE => Some(Child::Outline(outline)),
                    _ => secrets.any(target).then_some(Child::Blob(target)),
                };
                let mut list: Vec<_> =
                    trees.edges(tree).iter().filter_map(|edge| Some((edge.name, child(edge.target)?))).collect();
                list.sort_unstable();
                let outline = outlines.number(list);
                outlines.of_tree[tree as usize] = outline;
            }
        }
        outlines
    }

    fn number(&mut self, list: Vec<(u32, Child)>) -> Outline {
        if let Some(&outline) = self.numbers.get(&list) {
            return outline;
        }
        let outline = self.lists.len() as Outline;
        self.lists.push(list.clone());
        self.numbers.insert(list, outline);
        outline
    }

    fn of(&self, tree: u32) -> Outline {
        self.of_tree.get(tree as usize).copied().filter(|&outline| outline != NONE).unwrap_or(0)
    }

    /// The blob at a path.
    fn find(&self, outline: Outline, path: &[u8]) -> Option<u32> {
        let mut outline = outline;
        let mut parts = path.split(|&b| b == b'/').peekable();
        while let Some(part) = parts.next() {
            let name = self.trees.names.find(part)?;
            let list = &self.lists[outline as usize];
            let at = list.partition_point(|(other, _)| *other < name);
            match (list.get(at).filter(|(other, _)| *other == name)?.1, parts.peek()) {
                (Child::Outline(inner), Some(_)) => outline = inner,
                (Child::Blob(blob), None) => return Some(blob),
                _ => return None,
            }
        }
        None
    }

    /// Blobs that `new` has and `old` has not, or not at that path, with their paths; as far as
    /// [`Places`](super::paths::Places) tells them apart.
    fn added(&self, old: Outline, new: Outline) -> Vec<(Vec<u8>, u32)> {
        let mut added = Vec::new();
        let (mut steps, mut counts) = (0, HashMap::new());
        let mut stack = if old == new { Vec::new() } else { vec![(old, new, Vec::new())] };
        while let Some((old, new, folder)) = stack.pop() {
            let before = &self.lists[old as usize];
            for &(name, child) in &self.lists[new as usize] {
                let at = before.partition_point(|(other, _)| *other < name);
                let was = before.get(at).filter(|(other, _)| *other == name).map(|(_, child)| *child);
                if was == Some(child) {
                    continue;
                }
                steps += 1;
                if steps > MOST_OF_ONE {
                    let count = counts.entry(child).or_insert(0);
                    *count += 1;
                    if *count > MOST_OF_ONE {
                        continue;
                    }
                }
                let path = join(&folder, self.trees.names.text(name));
                match (child, was) {
                    (Child::Blob(blob), _) => added.push((path, blob)),
                    (Child::Outline(inner), Some(Child::Outline(was))) => stack.push((was, inner, path)),
                    (Child::Outline(inner), _) => stack.push((0, inner, path)),
                }
            }
        }
        added
    }
}

/// The trails of all secrets that commits in `order` (parents first) hold, by the secret's number.
pub fn trails(
    forest: &Forest,
    graph: &Graph,
    trees: &Trees,
    order: &[u32],
    head: Option<u32>,
    secrets: &dyn Secrets,
) -> BTreeMap<u32, Trail> {
    let roots: Vec<u32> = order.iter().map(|&number| graph.commit(number).tree).filter(|&tree| tree != NONE).collect();
    let outlines = Outlines::new(forest, trees, &roots, secrets);
    let of = |number: u32| outlines.of(graph.commit(number).tree);
    let mut positions = vec![0; graph.len()];
    order.iter().zip(0..).for_each(|(&number, position)| positions[number as usize] = position);
    let mut walk = Walk { graph, outlines: &outlines, secrets, positions, trails: BTreeMap::new(), last: BTreeMap::new() };
    let mut is_parent = vec![false; graph.len()];
    let mut newest: HashMap<Outline, u32> = HashMap::new();
    for &number in order {
        walk.commit(number);
        for &parent in graph.parents(number) {
            is_parent[parent as usize] = true;
        }
    }
    for &number in order.iter().filter(|&&number| !is_parent[number as usize]) {
        // Not the last in order: what else the trees of these hold must not decide.
        let best = newest.entry(of(number)).or_insert(number);
        if walk.when(number) > walk.when(*best) {
            *best = number;
        }
    }
    for (outline, number) in newest {
        outlines
            .added(0, outline)
            .iter()
            .flat_map(|(path, blob)| secrets.at(*blob, path))
            .for_each(|&secret| walk.had(secret, number));
    }
    let in_head = outlines.added(0, head.map_or(0, of));
    let Walk { mut trails, last, .. } = walk;
    for (secret, number) in last {
        trails.entry(secret).and_modify(|trail| trail.last = number);
    }
    for secret in in_head.iter().flat_map(|(path, blob)| secrets.at(*blob, path)) {
        if let Some(trail) = trails.get_mut(secret) {
            trail.in_head = true;
        }
    }
    trails
}

struct Walk<'w> {
    graph: &'w Graph,
    outlines: &'w Outlines<'w>,
    secrets: &'w dyn Secrets,
    /// Of each commit in the order of parents: decides between commits of the same second.
    positions: Vec<u32>,
    trails: BTreeMap<u32, Trail>,
    /// The last commit that had a secret, by the secret.
    last: BTreeMap<u32, u32>,
}

impl Walk<'_> {
    fn of(&self, number: u32) -> Outline {
        self.outlines.of(self.graph.commit(number).tree)
    }

    fn secrets_at(&self, outline: Outline, path: &[u8]) -> &[u32] {
        self.outlines.find(outline, path).map_or(&[], |blob| self.secrets.at(blob, path))
    }

    /// What a commit brings in, and what it takes away from its parents.
    fn commit(&mut self, number: u32) {
        let (own, parents) = (self.of(number), self.graph.parents(number));
        if parents.iter().all(|&parent| self.of(parent) == own) && !parents.is_empty() {
            return;
        }
        let first = parents.first().map_or(0, |&parent| self.of(parent));
        for (path, blob) in &self.outlines.added(first, own) {
            for &secret in self.secrets.at(*blob, path) {
                let is_known = |&parent: &u32| self.secrets_at(self.of(parent), path).binary_search(&secret).is_ok();
                if !parents.iter().any(is_known) {
                    self.brought(secret, number, *blob);
                }
            }
        }
        for &parent in parents {
            for (path, blob) in &self.outlines.added(own, self.of(parent)) {
                for &secret in self.secrets.at(*blob, path) {
                    if self.secrets_at(own, path).binary_search(&secret).is_err() {
                        self.had(secret, parent);
                    }
                }
            }
        }
    }

    /// A commit brought a secret in; the earliest such commit counts.
    fn brought(&mut self, secret: u32, number: u32, blob: u32) {
        let new = Trail { introduced: number, blob, last: number, in_head: false };
        let when = self.when(number);
        let before = self.trails.get(&secret).map(|trail| self.when(trail.introduced));
        let trail = self.trails.entry(secret).or_insert(new);
        if before.is_some_and(|before| when < before) {
            (trail.introduced, trail.blob) = (number, blob);
        }
    }

    /// A commit had a secret; the latest such commit counts.
    fn had(&mut self, secret: u32, number: u32) {
        let last = self.last.get(&secret).copied().unwrap_or(number);
        self.last.insert(secret, if self.when(number) > self.when(last) { number } else { last });
    }

    fn when(&self, number: u32) -> (i64, u32) {
        (self.graph.commit(number).time, self.positions[number as usize])
    }
}
