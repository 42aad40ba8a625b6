//! Names: of files and folders, of refs, of people. Somebody pastes a token where a name belongs, but a name is no text: only what
//! has a form of its own and is told by it with certainty is looked for.

use super::{Scanner, Scratch, Subject};
use crate::types::finding::{RawMatch, Via};
use crate::types::rule::Confidence;

impl Scanner {
    /// The secrets in a name, sorted by position. Costs a look for keywords.
    pub fn in_name(&self, name: &[u8], scratch: &mut Scratch) -> Vec<RawMatch> {
        let mut matches = Vec::new();
        self.windows(Subject { content: name, path: b"" }, scratch, &mut matches);
        scratch.starts.clear();
        if matches.is_empty() {
            return matches;
        }
        let is_certain = |m: &RawMatch| {
            m.confidence >= Confidence::High && self.is_specific(m.rule) && self.rules.rule(m.rule).requires.is_none()
        };
        matches.retain(is_certain);
        matches.iter_mut().for_each(|m| m.via = Via::Name);
        self.resolve(matches)
    }
}
