//! What a run says of content that is kept in Git LFS.

use crate::policy::effects::Policy;
use crate::types::notice::Notice;

/// Pointers whose content was not scanned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pointers {
    count: u64,
    /// The least of their paths, where one is known.
    first: Option<Vec<u8>>,
}

impl Pointers {
    /// One more, at a path or at none.
    pub(super) fn add(&mut self, path: &[u8]) {
        self.absorb(Self { count: 1, first: (!path.is_empty()).then(|| path.to_vec()) });
    }

    pub(super) fn absorb(&mut self, other: Self) {
        self.count += other.count;
        self.first = self.first.take().into_iter().chain(other.first).min();
    }

    /// What is said, if there are any.
    pub(super) fn notice(self, policy: &Policy) -> Option<Notice> {
        let Self { count, first } = self;
        let what = match (count, &first) {
            (0, _) => return None,
            (1, Some(_)) => "its content is kept in Git LFS and was not scanned".to_owned(),
            (_, Some(_)) => format!("the contents of this and of {} more are kept in Git LFS and were not scanned", count - 1),
            (1, None) => "the content of 1 object is kept in Git LFS and was not scanned".to_owned(),
            (_, None) => format!("the contents of {count} objects are kept in Git LFS and were not scanned"),
        };
        let why = format!("{what}; after `git lfs pull`, `nospill dir` does");
        let path = first.unwrap_or_default();
        Some(if policy.requires_lfs { Notice::skipped(path, why) } else { Notice::info(path, why) })
    }
}
