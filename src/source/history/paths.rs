//! At which paths the blobs stand that somebody asked about.

use std::collections::{HashMap, HashSet};

use foldhash::quality::RandomState;

use super::names::Names;
use super::trees::Trees;
use crate::source::pack::forest::Forest;

/// Most places that are told apart. A tree of a few kilobytes can hold itself often enough to have more paths than atoms.
const MOST: usize = 5_000_000;
/// Most places of one tree or blob.
pub(super) const MOST_OF_ONE: u32 = 10_000;

/// What is below a folder of so long a path is said to be in it: each folder's path takes memory, and those of folders in one
/// another that of the square of how many they are. No system has a path of a quarter of this.
const LONGEST: usize = 16 << 10;

/// Where targets stand.
#[derive(Debug, Default)]
pub struct Places {
    /// `(target, path)`: the target of an edge and the number of a path, sorted.
    pub pairs: Vec<(u32, u32)>,
    /// Paths by number.
    pub paths: Names,
    /// There are more than are told apart.
    pub is_cut: bool,
}

/// For each tree whether it, or a tree in it, holds a leaf.
pub fn holding(forest: &Forest, trees: &Trees, roots: &[u32], is_leaf: impl Fn(u32) -> bool) -> Vec<bool> {
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        New,
        Open,
        Holds,
        Empty,
    }
    let mut states = vec![State::New; trees.targets()];
    let mut stack: Vec<(u32, usize, bool)> = Vec::new();
    for &root in roots.iter().filter(|&&root| trees.is_tree(forest, root)) {
        if states[root as usize] == State::New {
            states[root as usize] = State::Open;
            stack.push((root, 0, false));
        }
        while let Some(&mut (tree, ref mut next, ref mut holds)) = stack.last_mut() {
            let Some(edge) = trees.edges(tree).get(*next) else {
                let state = if *holds { State::Holds } else { State::Empty };
                states[tree as usize] = state;
                stack.pop();
                if let (State::Holds, Some(above)) = (state, stack.last_mut()) {
                    above.2 = true;
                }
                continue;
            };
            *next += 1;
            if !trees.is_tree(forest, edge.target) {
                *holds |= is_leaf(edge.target);
                continue;
            }
            match states[edge.target as usize] {
                State::New => {
                    states[edge.target as usize] = State::Open;
                    stack.push((edge.target, 0, false));
                }
                State::Holds => *holds = true,
                // An open one would hold itself, which no honest tree does.
                State::Open | State::Empty => {}
            }
        }
    }
    states.into_iter().map(|state| state == State::Holds).collect()
}

impl Places {
    /// Of the leaves below `roots`, which are trees, or blobs that stand alone.
    pub fn new(forest: &Forest, trees: &Trees, roots: &[u32], is_leaf: impl Fn(u32) -> bool) -> Self {
        let holds = holding(forest, trees, roots, &is_leaf);
        let mut places = Self::default();
        let top = places.paths.number(b"");
        let mut seen: HashSet<(u32, u32), RandomState> = HashSet::default();
        let mut pairs: HashSet<(u32, u32), RandomState> = HashSet::default();
        // Paths by the folder and the name in it.
        let mut below: HashMap<(u32, u32), u32, RandomState> = HashMap::default();
        let mut stack: Vec<(u32, u32)> = Vec::new();
        let mut counts = vec![0u32; trees.targets()];
        for &root in roots {
            if is_leaf(root) {
                pairs.insert((root, top));
            }
            if holds[root as usize] && seen.insert((root, top)) {
                stack.push((root, top));
            }
            while let Some((tree, folder)) = stack.pop() {
                for edge in trees.edges(tree) {
                    let is_held = holds[edge.target as usize];
                    if !is_held && !is_leaf(edge.target) {
                        continue;
                    }
                    if seen.len() + pairs.len() >= MOST {
                        places.is_cut = true;
                        stack.clear();
                        break;
                    }
                    let count = &mut counts[edge.target as usize];
                    if *count >= MOST_OF_ONE {
                        places.is_cut = true;
                        continue;
                    }
                    let path = *below.entry((folder, edge.name)).or_insert_with(|| {
                        if places.paths.text(folder).len() >= LONGEST {
                            places.is_cut = true;
                            return folder;
                        }
                        let path = join(places.paths.text(folder), trees.names.text(edge.name));
                        places.paths.number(&path)
                    });
                    if !is_held {
                        *count += u32::from(pairs.insert((edge.target, path)));
                    } else if seen.insert((edge.target, path)) {
                        *count += 1;
                        stack.push((edge.target, path));
                    }
                }
            }
        }
        places.pairs = pairs.into_iter().collect();
        places.pairs.sort_unstable();
        places
    }
}

/// A name in a folder.
pub fn join(folder: &[u8], name: &[u8]) -> Vec<u8> {
    if folder.is_empty() { name.to_vec() } else { [folder, b"/", name].concat() }
}
