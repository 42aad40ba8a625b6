//! `nospill stdin`: standard input.

use std::io::Read as _;
use std::time::Instant;

use super::scan;
use super::setup::{self, Place};
use crate::cli::scan::StdinArgs;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::pipeline::Outcome;
use crate::settings::Settings;
use crate::source::diff::{self, Diff};
use crate::source::stdin::{Opened, Stdin, Wanted, unreadable};
use crate::types::input::Origin;
use crate::types::notice::Notice;

/// The largest diff that is read, in bytes.
const LARGEST_DIFF: u64 = 1 << 30;

/// Scans standard input.
///
/// # Errors
/// It can't be read, or the configuration is wrong.
pub fn run(args: StdinArgs) -> Result<Exit, CommandError> {
    let settings = &Settings::new(args.scan)?;
    let started = Instant::now();
    let pipeline = setup::here(settings, Place::Nowhere)?;
    // An archive is read back and forth.
    let wanted = if pipeline.policy.archives == Some(true) { Wanted::Whole } else { Wanted::InParts };
    let is_diff = |head: &[u8]| args.diff || !args.no_diff && diff::is_one(head);
    match Stdin::open(wanted)? {
        Opened::Whole(source) if is_diff(source.content()) => {
            scan::run(settings, &pipeline, &Diff::new(source.content()), Some(()), started)
        }
        Opened::Large(head, rest) if is_diff(&head) => {
            let mut text = head;
            rest.take(LARGEST_DIFF).read_to_end(&mut text).map_err(unreadable)?;
            if text.len() as u64 > LARGEST_DIFF {
                let why = format!("a diff of over {LARGEST_DIFF} bytes; `--no-diff` scans it as it comes");
                let notices = vec![Notice::skipped("<stdin>", why)];
                return scan::report(settings, &pipeline, Outcome { notices, ..Outcome::default() }, started);
            }
            scan::run(settings, &pipeline, &Diff::new(&text), Some(()), started)
        }
        Opened::Whole(source) => scan::run(settings, &pipeline, &source, Some(()), started),
        Opened::Large(head, mut rest) => {
            let outcome = pipeline.stream(&Origin::Stdin, head, &mut rest).map_err(unreadable)?;
            scan::report(settings, &pipeline, outcome, started)
        }
    }
}
