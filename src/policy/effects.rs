//! What a finding does to the run.

use super::inline;
use super::paths::Excludes;
use crate::types::finding::{Reason, Verdict};
use crate::types::rule::{Confidence, Rule};

/// The policy of a run.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// Paths that are not scanned.
    pub excludes: Excludes,
    /// The time, in seconds since 1970; what has expired by then is audited. `None`: nothing expires.
    pub now: Option<u64>,
}

impl Policy {
    /// Whether a path is scanned at all.
    pub fn admits(&self, path: &[u8]) -> bool {
        self.excludes.admits(path)
    }

    /// What a match of `rule` with this confidence means; `lines` are the lines it touches.
    pub fn decide(&self, rule: &Rule, confidence: Confidence, lines: &[u8]) -> Verdict {
        if inline::allows(lines, |id| rule.id == id || rule.aliases.iter().any(|alias| alias == id)) {
            return Verdict::Suppressed(Reason::Inline);
        }
        if confidence == Confidence::Low { Verdict::Audit } else { Verdict::Deny }
    }
}
