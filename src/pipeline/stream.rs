//! A content that comes from a stream and is too large to be held: it is scanned part by part, as it comes.

use std::io::{self, Read};

use super::desk::{Desk, Label, Opening};
use super::{Outcome, Pipeline, over_configured};
use crate::rules::paths::PathRules;
use crate::source::reader::WHOLE;
use crate::source::stdin::Stdin;
use crate::source::{SourceError, archive};
use crate::types::input::Origin;

impl Pipeline {
    /// Scans what a stream gives until it ends: archives as a whole, where policy opens them, and what is large as it comes.
    ///
    /// # Errors
    /// It can't be read.
    pub fn read_stream(&self, origin: &Origin, mut input: &mut dyn Read) -> Result<Outcome, SourceError> {
        let failed = |source| SourceError::Io { path: String::from_utf8_lossy(&origin.label()).into_owned().into(), source };
        let mut head = Vec::new();
        (&mut input).take(WHOLE + 1).read_to_end(&mut head).map_err(failed)?;
        let is_archive = self.policy.archives == Some(true) && archive::is_one(&head);
        if head.len() as u64 > WHOLE && !is_archive {
            return self.stream(origin, head, input).map_err(failed);
        }
        input.read_to_end(&mut head).map_err(failed)?;
        self.run(&Stdin::of(origin.clone(), head), Some(()))
    }

    /// Scans a content of which `head` is read already, some MiB at least, and `rest` gives the others. It is read to its
    /// end, and is no archive.
    ///
    /// # Errors
    /// What reading says.
    pub fn stream(&self, origin: &Origin, head: Vec<u8>, rest: &mut dyn Read) -> io::Result<Outcome> {
        let path_rules = PathRules::new(self.scanner.rules());
        let mut desk = Desk::new(self, &path_rules, Opening::Nothing);
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
        if let Some(notice) = over_configured(&self.policy, || origin.label().into_owned(), outcome.bytes) {
            return Ok(Outcome { notices: vec![notice], ..Outcome::default() });
        }
        self.reconsider(&mut outcome.findings);
        outcome.sort();
        Ok(outcome)
    }
}
