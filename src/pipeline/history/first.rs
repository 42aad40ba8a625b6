//! The first walk: which blobs and messages may hold something.

use std::collections::HashMap;

use foldhash::quality::RandomState;

use super::shares::Shares;
use crate::detect::scanner::Scratch;
use crate::detect::scanner::marks::Marks;
use crate::pipeline::{Pipeline, Pointers, Progress};
use crate::source::history::graph::Gathered;
use crate::source::lfs;
use crate::source::pack::forest::Forest;
use crate::source::pack::object::names_in_head;
use crate::source::pack::walk::{Derived, Visitor};
use crate::source::pack::{Kind, ReadError};

/// One worker of the walk and what it saw.
pub(super) struct First<'p> {
    pipeline: &'p Pipeline,
    forest: &'p Forest,
    progress: &'p Progress,
    shares: Option<&'p Shares<'p>>,
    scratch: Scratch,
    pub(super) gathered: Gathered,
    /// Blobs that were looked at.
    pub(super) looked: Vec<u32>,
    /// Those of them that may hold something.
    pub(super) live: Vec<u32>,
    /// Whether a secret stands in the name or address of people met so far.
    people: HashMap<Vec<u8>, bool, RandomState>,
    /// Commits and tags whose messages, or whose makers' names, may hold something.
    pub(super) messages: Vec<u32>,
    pub(super) failed: Vec<(u32, ReadError)>,
    pub(super) pointers: Pointers,
    pub(super) binary: u64,
    pub(super) objects: u64,
    pub(super) bytes: u64,
}

impl<'p> First<'p> {
    pub(super) fn new(
        pipeline: &'p Pipeline,
        forest: &'p Forest,
        progress: &'p Progress,
        shares: Option<&'p Shares<'p>>,
    ) -> Self {
        Self {
            pipeline,
            forest,
            progress,
            shares,
            scratch: Scratch::default(),
            gathered: Gathered::default(),
            looked: Vec::new(),
            live: Vec::new(),
            people: HashMap::default(),
            messages: Vec::new(),
            failed: Vec::new(),
            pointers: Pointers::default(),
            binary: 0,
            objects: 0,
            bytes: 0,
        }
    }

    /// Whether an object is counted in this run.
    fn counts(&self, object: u32) -> bool {
        self.shares.is_none_or(|shares| shares.counts(object))
    }

    /// Whether a blob is looked at, or only made because others are deltas of it.
    fn has_blob(&self, object: u32) -> bool {
        self.shares.is_none_or(|shares| shares.has_blob(object))
    }

    /// Looks at a commit or tag whose message starts at `start`.
    fn message(&mut self, object: u32, content: &[u8], start: Option<usize>) {
        let Some((head, message)) = start.filter(|_| self.counts(object)).map(|start| content.split_at(start)) else { return };
        if self.is_live_head(head) || self.pipeline.scanner.marks(message, None, &mut self.scratch).are_live() {
            self.messages.push(object);
        }
    }

    /// Whether who made a commit has a secret for a name, or one stands beside. There are few people and many commits.
    fn is_live_head(&mut self, head: &[u8]) -> bool {
        let mut live = false;
        for name in names_in_head(head) {
            live |= match self.people.get(name) {
                Some(&known) => known,
                None => {
                    let holds = !self.pipeline.scanner.in_name(name, &mut self.scratch).is_empty();
                    // Several lines are no person: signatures, none of which comes twice.
                    if !name.ends_with(b"\n") {
                        self.people.insert(name.to_vec(), holds);
                    }
                    holds
                }
            };
        }
        live
    }
}

impl Visitor for First<'_> {
    type State = Option<Marks>;

    fn visit(&mut self, object: u32, content: &[u8], from: Option<Derived<'_, Self::State>>) -> Self::State {
        self.progress.add(content.len() as u64);
        let counts = self.counts(object);
        self.objects += u64::from(counts);
        self.bytes += if counts { content.len() as u64 } else { 0 };
        match self.forest.kind(object) {
            Some(Kind::Blob) if !self.has_blob(object) => None,
            Some(Kind::Blob) => {
                let from = from.as_ref().and_then(|from| Some((from.base.as_ref()?, from.ops)));
                let marks = self.pipeline.scanner.marks(content, from, &mut self.scratch);
                self.binary += u64::from(counts && marks.are_of_binary());
                if lfs::pointer(content).is_none() {
                    self.looked.push(object);
                } else if counts {
                    // Not remembered as clean: every run says so.
                    self.pointers.add(b"");
                }
                if marks.are_live() {
                    self.live.push(object);
                }
                Some(marks)
            }
            Some(Kind::Commit) => {
                let start = self.gathered.commit(object, content);
                self.message(object, content, start);
                None
            }
            Some(Kind::Tag) => {
                let start = self.gathered.tag(object, content);
                self.message(object, content, start);
                None
            }
            Some(Kind::Tree) | None => None,
        }
    }

    fn failed(&mut self, object: u32, why: ReadError) {
        if self.forest.kind(object) == Some(Kind::Blob) && !self.has_blob(object) {
            return;
        }
        self.failed.push((object, why));
    }
}
