//! How a walk's workers share what is to be done: what one gives another takes, and when the last has nothing left the
//! walk is over.

use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard, PoisonError};

use super::Walk;

/// What is given and not taken yet, and by how many more may come.
#[derive(Debug)]
pub(super) struct Shared<S> {
    pub(super) given: Vec<Task<S>>,
    /// Workers that may still give something.
    pub(super) busy: usize,
}

/// Children of an object that are still to be done: a range of the forest's list.
#[derive(Debug)]
pub(super) struct Task<S> {
    pub(super) base: Arc<Base<S>>,
    pub(super) next: u32,
    pub(super) end: u32,
}

#[derive(Debug)]
pub(super) struct Base<S> {
    pub(super) content: Vec<u8>,
    /// `None` when it was not visited.
    pub(super) state: Option<S>,
}

impl<S> Walk<'_, S> {
    /// What the workers share. That one of them panicked changes nothing in it.
    pub(super) fn lock(&self) -> MutexGuard<'_, Shared<S>> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A worker's place among the busy ones; it is given up also when the visitor panics, so that no other waits for ever.
pub(super) struct Seat<'w, 'f, S> {
    walk: &'w Walk<'f, S>,
    taken: bool,
}

impl<'w, 'f, S: Send + Sync> Seat<'w, 'f, S> {
    pub(super) fn take(walk: &'w Walk<'f, S>) -> Self {
        walk.lock().busy += 1;
        Self { walk, taken: true }
    }

    /// Waits for what another worker gives; `None` when nothing can come any more.
    pub(super) fn wait(&mut self) -> Option<Task<S>> {
        let walk = self.walk;
        let mut shared = walk.lock();
        if let Some(task) = shared.given.pop() {
            return Some(task);
        }
        self.taken = false;
        shared.busy -= 1;
        if shared.busy == 0 {
            walk.wake.notify_all();
            return None;
        }
        walk.hungry.fetch_add(1, Ordering::Relaxed);
        let task = loop {
            shared = walk.wake.wait(shared).unwrap_or_else(PoisonError::into_inner);
            if let Some(task) = shared.given.pop() {
                shared.busy += 1;
                self.taken = true;
                break Some(task);
            }
            if shared.busy == 0 {
                break None;
            }
        };
        walk.hungry.fetch_sub(1, Ordering::Relaxed);
        task
    }
}

impl<S> Drop for Seat<'_, '_, S> {
    fn drop(&mut self) {
        if self.taken {
            let mut shared = self.walk.lock();
            shared.busy -= 1;
            self.walk.wake.notify_all();
        }
    }
}
