//! A content that comes from a stream and is too large to be held: it is scanned part by part, as it comes.

use std::io::{self, Read};

use super::desk::{Desk, Label};
use super::{Outcome, Pipeline, over_configured};
use crate::rules::paths::PathRules;
use crate::types::input::Origin;

impl Pipeline {
    /// Scans a content of which `head` is read already, some MiB at least, and `rest` gives the others. It is read to its
    /// end, and is no archive.
    ///
    /// # Errors
    /// What reading says.
    pub fn stream(&self, origin: &Origin, head: Vec<u8>, rest: &mut dyn Read) -> io::Result<Outcome> {
        let path_rules = PathRules::new(self.scanner.rules());
        let mut desk = Desk::new(self, &path_rules);
        if self.policy.admits(origin.path()) {
            desk.stream(Label::Of(origin), head, rest)?;
        } else {
            desk.outcome.excluded += 1;
        }
        let mut outcome = desk.outcome;
        // Who writes must not find the pipe closed.
        let unread = io::copy(rest, &mut io::sink())?;
        if outcome.excluded == 0 {
            outcome.bytes += unread;
        }
        if let Some(notice) = over_configured(&self.policy, || origin.label(), outcome.bytes) {
            return Ok(Outcome { notices: vec![notice], ..Outcome::default() });
        }
        self.reconsider(&mut outcome.findings);
        outcome.sort();
        Ok(outcome)
    }
}
