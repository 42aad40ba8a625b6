//! The history of a repository: its commits, the paths at which its objects stand, and which commit brought what in.
//!
//! Everything here works on objects by their number in the [`Forest`](super::pack::forest::Forest), and reads trees in
//! one walk over their deltas: [`trees`] keeps of each tree the subtrees and the few blobs that somebody asked about,
//! [`lineage`] compares what commits hold of those. Nothing is ever looked up path by path and commit by commit.

pub mod cache;
pub mod graph;
pub mod lineage;
pub mod names;
pub mod paths;
pub mod trees;

/// No object.
pub const NONE: u32 = u32::MAX;
