//! The first walk: which blobs and messages may hold something.

use super::shares::Shares;
use crate::detect::scanner::Scratch;
use crate::detect::scanner::marks::Marks;
use crate::pipeline::{Pipeline, Progress};
use crate::source::history::graph::Gathered;
use crate::source::pack::forest::Forest;
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
    /// Commits and tags.
    pub(super) messages: Vec<u32>,
    pub(super) failed: Vec<(u32, ReadError)>,
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
            messages: Vec::new(),
            failed: Vec::new(),
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

    fn message(&mut self, object: u32, message: Option<&[u8]>) {
        if let Some(message) = message.filter(|_| self.counts(object))
            && self.pipeline.scanner.marks(message, None, &mut self.scratch).are_live()
        {
            self.messages.push(object);
        }
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
                self.looked.push(object);
                if marks.are_live() {
                    self.live.push(object);
                }
                Some(marks)
            }
            Some(Kind::Commit) => {
                let start = self.gathered.commit(object, content);
                self.message(object, start.map(|start| &content[start..]));
                None
            }
            Some(Kind::Tag) => {
                let start = self.gathered.tag(object, content);
                self.message(object, start.map(|start| &content[start..]));
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
