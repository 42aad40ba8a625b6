//! What a worker does: makes contents from their bases, shows them, and gives up each as early as it can.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::seat::{Base, Task};
use super::{Derived, Visitor, Walk};
use crate::source::pack::delta::Delta;
use crate::source::pack::forest::Place;
use crate::source::pack::inflate::Inflater;
use crate::source::pack::{Limits, ReadError, loose};
use crate::types::delta::Op;

/// What one worker makes contents with.
pub(super) struct Worker<'w, 'f, 'v, V: Visitor> {
    walk: &'w Walk<'f, V::State>,
    visitor: &'v mut V,
    stack: Vec<Task<V::State>>,
    spare: Spare,
    inflater: Inflater,
    delta: Vec<u8>,
    ops: Vec<Op>,
    objects: u64,
    bytes: u64,
}

impl<'w, 'f, 'v, V: Visitor> Worker<'w, 'f, 'v, V> {
    pub(super) fn new(walk: &'w Walk<'f, V::State>, visitor: &'v mut V) -> Self {
        let (stack, spare, inflater) = (Vec::new(), Spare::default(), Inflater::default());
        Self { walk, visitor, stack, spare, inflater, delta: Vec::new(), ops: Vec::new(), objects: 0, bytes: 0 }
    }

    /// Whether something is begun and not done.
    pub(super) fn has_work(&self) -> bool {
        !self.stack.is_empty()
    }

    /// Goes on with what another worker gave.
    pub(super) fn take(&mut self, task: Task<V::State>) {
        self.stack.push(task);
    }

    /// Does an object that is no delta.
    pub(super) fn root(&mut self, object: u32) {
        let mut content = self.spare.take();
        match self.load(object, &mut content) {
            Ok(()) => self.done(object, content, None),
            Err(why) => {
                self.spare.give(content);
                self.fail(object, why);
            }
        }
    }

    /// Does one child of the task on top.
    pub(super) fn step(&mut self) {
        if self.walk.hungry.load(Ordering::Relaxed) > 0 {
            self.give();
        }
        let Some(task) = self.stack.last_mut() else { return };
        let child = self.walk.forest.child(task.next);
        task.next += 1;
        let last = task.next == task.end;
        let base = if last { self.stack.pop().map(|task| task.base) } else { Some(Arc::clone(&task.base)) };
        let Some(base) = base else { return };
        if self.walk.forest.family(child).objects == 0 || !self.walk.goes_to(child) {
            return self.release(base);
        }
        let mut content = self.spare.take();
        match self.derive(child, &base.content, &mut content) {
            Ok(()) => self.done(child, content, Some(base)),
            Err(why) => {
                self.spare.give(content);
                self.release(base);
                self.fail(child, why);
            }
        }
    }

    /// Shows a content that was made, and puts the object's children on the stack.
    fn done(&mut self, object: u32, content: Vec<u8>, base: Option<Arc<Base<V::State>>>) {
        let size = content.len() as u64;
        let state = if self.walk.forest.is_duplicate(object) {
            None
        } else if size > self.walk.limits.max {
            self.visitor.failed(object, ReadError::TooLarge { size });
            None
        } else {
            let from = base
                .as_deref()
                .and_then(|base| Some(Derived { base: base.state.as_ref()?, base_content: &base.content, ops: &self.ops }));
            self.objects += 1;
            self.bytes += size;
            Some(self.visitor.visit(object, &content, from))
        };
        if let Some(base) = base {
            self.release(base);
        }
        if self.objects >= 64 {
            self.report();
        }
        let children = self.walk.forest.child_range(object);
        if children.is_empty() {
            self.spare.give(content);
        } else {
            self.stack.push(Task { base: Arc::new(Base { content, state }), next: children.start, end: children.end });
        }
    }

    /// Gives up a base; its buffer is used again when nobody else holds it.
    fn release(&mut self, base: Arc<Base<V::State>>) {
        if let Some(base) = Arc::into_inner(base) {
            self.spare.give(base.content);
        }
    }

    /// The content of an object that is no delta.
    fn load(&mut self, object: u32, content: &mut Vec<u8>) -> Result<(), ReadError> {
        let max = self.largest(object);
        match self.walk.forest.place(object) {
            Place::Packed(pack, offset) => {
                let entry = pack.entry(offset)?;
                self.inflater.inflate(pack.stream(entry.data), entry.size, max, content)
            }
            Place::Loose(path) => loose::read(&path, max, &mut self.inflater, content).map(|_| ()),
        }
    }

    /// The content of a delta, and in `ops` its runs.
    fn derive(&mut self, object: u32, base: &[u8], content: &mut Vec<u8>) -> Result<(), ReadError> {
        let Place::Packed(pack, offset) = self.walk.forest.place(object) else {
            return Err(ReadError::Corrupt("a loose object is no delta"));
        };
        let entry = pack.entry(offset)?;
        self.inflater.inflate(pack.stream(entry.data), entry.size, self.walk.limits.base_max, &mut self.delta)?;
        Delta::new(&self.delta)?.apply(base, self.largest(object), &mut self.ops, content)
    }

    /// The largest content that an object may have to be worth making.
    fn largest(&self, object: u32) -> u64 {
        let Limits { max, base_max } = self.walk.limits;
        if self.walk.forest.child_range(object).is_empty() { max } else { max.max(base_max) }
    }

    /// Says of an object and everything built on it that it can't be had.
    fn fail(&mut self, object: u32, why: ReadError) {
        let forest = self.walk.forest;
        let of_base = why.clone().of_base();
        let mut stack = vec![object];
        let mut why = Some(why);
        while let Some(object) = stack.pop() {
            let why = why.take().unwrap_or_else(|| of_base.clone());
            if !forest.is_duplicate(object) {
                self.visitor.failed(object, why);
            }
            stack.extend(forest.children(object).iter().filter(|&&child| forest.family(child).objects > 0));
        }
    }

    /// Gives away half of what is left of the oldest task: the oldest is nearest to the root, so it is worth most.
    fn give(&mut self) {
        let tasks = self.stack.len();
        let Some(oldest) = self.stack.first_mut() else { return };
        let left = oldest.end - oldest.next;
        if left < 2 && tasks < 2 {
            return;
        }
        let mut shared = self.walk.lock();
        if !shared.given.is_empty() {
            return;
        }
        let task = if left < 2 {
            self.stack.remove(0)
        } else {
            let middle = oldest.next + left / 2;
            let task = Task { base: Arc::clone(&oldest.base), next: middle, end: oldest.end };
            oldest.end = middle;
            task
        };
        shared.given.push(task);
        drop(shared);
        self.walk.wake.notify_one();
    }

    /// Adds to the walk's progress what was done since the last time.
    pub(super) fn report(&mut self) {
        self.walk.objects.fetch_add(std::mem::take(&mut self.objects), Ordering::Relaxed);
        self.walk.bytes.fetch_add(std::mem::take(&mut self.bytes), Ordering::Relaxed);
    }
}

/// Buffers for contents to come.
#[derive(Default)]
struct Spare {
    buffers: Vec<Vec<u8>>,
    bytes: usize,
}

/// Bytes that a worker keeps in spare buffers.
const SPARE: usize = 64 << 20;

impl Spare {
    fn take(&mut self) -> Vec<u8> {
        let buffer = self.buffers.pop().unwrap_or_default();
        self.bytes -= buffer.capacity();
        buffer
    }

    fn give(&mut self, buffer: Vec<u8>) {
        if self.bytes + buffer.capacity() <= SPARE {
            self.bytes += buffer.capacity();
            self.buffers.push(buffer);
        }
    }
}
