//! Reports: pure functions from a run's result to text. Nothing here reads anything.

pub mod annotations;
pub mod escape;
pub mod findings;
pub mod form;
pub mod gitlab;
pub mod html;
pub mod human;
pub mod join;
pub mod json;
pub mod junit;
mod limits;
pub mod lines;
pub mod markdown;
mod places;
pub mod sarif;
pub mod table;

use std::time::Duration;

use crate::types::finding::{Finding, Verdict};
use crate::types::notice::{Notice, NoticeKind};
use crate::types::rule::Rules;
use crate::types::shard::Sharded;

/// Everything a reporter may say.
pub struct Report<'r> {
    /// Sorted by path, position and rule.
    pub findings: &'r [Finding],
    /// Sorted.
    pub notices: &'r [Notice],
    /// The rules that the findings are of.
    pub rules: &'r dyn Rules,
    /// What was looked at.
    pub summary: Summary,
    /// Whether values may be shown whole.
    pub values: Values,
    /// The folder that the person stands in, seen from the top of the work tree, with a `/` at its end; mostly empty. Only the
    /// report for a person minds it.
    pub start: &'r str,
    /// Which part of a run it is, if it is not a whole one.
    pub sharded: Option<&'r Sharded>,
}

/// Whether a report holds secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Values {
    /// Masked, the default everywhere.
    #[default]
    Masked,
    /// Whole, because a person asked for it.
    Shown,
}

/// What was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Contents that were scanned.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Rules that were looked for.
    pub rules: usize,
    /// Of those contents, how many are not text.
    pub binary: u64,
    /// Paths that policy leaves out.
    pub excluded: u64,
    /// Wall time.
    pub elapsed: Duration,
}

/// Findings and notices by what they mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Findings that block.
    pub denied: usize,
    /// Findings that do not.
    pub audited: usize,
    /// Findings that do not count.
    pub suppressed: usize,
    /// Things that should have been scanned and were not.
    pub skipped: usize,
}

impl Report<'_> {
    /// Findings and notices by what they mean.
    pub fn counts(&self) -> Counts {
        let verdicts = |kind: fn(&Verdict) -> bool| self.findings.iter().filter(|f| kind(&f.verdict)).count();
        Counts {
            denied: verdicts(|v| matches!(v, Verdict::Deny)),
            audited: verdicts(|v| matches!(v, Verdict::Audit)),
            suppressed: verdicts(|v| matches!(v, Verdict::Suppressed(_))),
            skipped: self.notices.iter().filter(|n| n.kind == NoticeKind::Skipped).count(),
        }
    }
}
