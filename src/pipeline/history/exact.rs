//! The last walk: blobs that may hold something, scanned as files of the paths at which they stand.

use super::shares::Shares;
use crate::detect::scanner::Scratch;
use crate::pipeline::{Pipeline, line_hash};
use crate::rules::paths::PathRules;
use crate::source::history::paths::Places;
use crate::source::pack::ReadError;
use crate::source::pack::forest::Forest;
use crate::source::pack::walk::{Derived, Visitor};
use crate::types::finding::Finding;
use crate::types::input::{Content, Input, Origin};

/// What was found in a blob at a path.
pub(super) struct InBlob {
    /// The blob.
    pub(super) blob: u32,
    /// Number of its path.
    pub(super) path: u32,
    /// Whether the path is of the second list of places.
    pub(super) beside: bool,
    /// Sorted by position.
    pub(super) findings: Vec<Finding>,
}

/// What all workers found.
#[derive(Default)]
pub(super) struct Found {
    pub(super) in_blobs: Vec<InBlob>,
    /// Places that policy leaves out.
    pub(super) excluded: u64,
}

impl Found {
    pub(super) fn join(mut self, other: Self) -> Self {
        self.in_blobs.extend(other.in_blobs);
        self.excluded += other.excluded;
        self
    }
}

/// One worker of the walk.
pub(super) struct Exact<'p> {
    pipeline: &'p Pipeline,
    path_rules: &'p PathRules,
    forest: &'p Forest,
    places: [&'p Places; 2],
    shares: Option<&'p Shares<'p>>,
    scratch: Scratch,
    pub(super) found: Found,
}

impl<'p> Exact<'p> {
    pub(super) fn new(
        pipeline: &'p Pipeline,
        path_rules: &'p PathRules,
        forest: &'p Forest,
        places: [&'p Places; 2],
        shares: Option<&'p Shares<'p>>,
    ) -> Self {
        Self { pipeline, path_rules, forest, places, shares, scratch: Scratch::default(), found: Found::default() }
    }
}

impl Visitor for Exact<'_> {
    type State = ();

    fn visit(&mut self, object: u32, content: &[u8], _: Option<Derived<'_, ()>>) {
        let mut kept = None;
        for (beside, places) in [false, true].into_iter().zip(self.places) {
            let first = places.pairs.partition_point(|(blob, _)| *blob < object);
            for &(_, number) in places.pairs[first..].iter().take_while(|(blob, _)| *blob == object) {
                let path = places.paths.text(number);
                if self.shares.is_some_and(|shares| !shares.tells(object, path)) {
                    continue;
                }
                if !self.pipeline.policy.admits(path) {
                    self.found.excluded += 1;
                    continue;
                }
                let oid = self.forest.oid(object);
                let content = kept.take().unwrap_or_else(|| Content::Owned(content.to_vec()));
                // Which commit it was is found out later.
                let input = Input { origin: Origin::Lost { path: path.to_vec(), blob: oid }, content };
                let (mut findings, encoding) = self.pipeline.judge(self.path_rules, &input, &mut self.scratch);
                line_hash::mark(&mut findings, &input.content, encoding);
                findings.extend(self.pipeline.in_path(path, || input.origin.clone(), &mut self.scratch));
                if !findings.is_empty() {
                    self.found.in_blobs.push(InBlob { blob: object, path: number, beside, findings });
                }
                kept = Some(input.content);
            }
        }
    }

    fn failed(&mut self, _: u32, _: ReadError) {
        // The first walk came to the same object and said so.
    }
}
