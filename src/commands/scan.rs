//! What the scanning subcommands share: the run, the report, the exit.

use std::io::{self, Write};
use std::time::Instant;

use super::outputs::Outputs;
use super::setup::Top;
use crate::cli::report::Format;
use crate::error::{CommandError, Kind};
use crate::exit::Exit;
use crate::pipeline::{Outcome, Pipeline, veil};
use crate::policy::baseline::Broken;
use crate::report::json::Document;
use crate::report::{Report, Summary, Values, human};
use crate::settings::Settings;
use crate::source::Source;
use crate::types::finding::Finding;

/// Runs a source, writes the report and the closing line, and says how the run ended.
///
/// # Errors
/// The source can't do its job, or the report can't be written.
pub fn run<S: Source>(
    settings: &Settings,
    pipeline: &Pipeline,
    source: &S,
    first: Option<S::Worker>,
    started: Instant,
) -> Result<Exit, CommandError> {
    let outcome = pipeline.run(source, first)?;
    report(settings, pipeline, outcome, started)
}

/// Writes the report of a run and the closing line, and says how the run ended.
///
/// # Errors
/// The report can't be written, the baseline can't be read, or it is broken and nothing denies.
pub fn report(settings: &Settings, pipeline: &Pipeline, mut outcome: Outcome, started: Instant) -> Result<Exit, CommandError> {
    let rules = pipeline.scanner.rules();
    if settings.values == Values::Masked {
        veil::said(&pipeline.scanner, &mut outcome.findings, &mut outcome.notices);
    }
    let start = start(&outcome.findings);
    let report = Report {
        findings: &outcome.findings,
        notices: &outcome.notices,
        rules,
        summary: summary(&outcome, rules.len(), started),
        values: settings.values,
        start: &start,
        sharded: outcome.sharded.as_ref(),
    };
    if settings.format == Format::Human && settings.outputs.is_empty() {
        super::print_with(&|out| human::write(&report, settings.colour, out))?;
    } else {
        let document = Document::new(&report);
        let plain = |colour, out: &mut dyn io::Write| human::write(&report, colour, out);
        let outputs = Outputs { document: &document, human: &plain, now: settings.now, values: settings.values };
        outputs.print(settings.format, settings.colour)?;
        outputs.write(&settings.outputs)?;
    }
    if !settings.quiet {
        // A closed standard error must not turn a finished scan into a failure.
        let _ = writeln!(io::stderr(), "{}", human::summary(&report));
    }
    let counts = report.counts();
    match pipeline.policy.broken_baseline() {
        Some(Broken::Unread(why)) => return Err(CommandError::new(Kind::Config, why)),
        // One of another commit may be mended by what is scanned, which must not be refused for it.
        Some(Broken::Wrong(why)) if counts.denied == 0 && settings.layers.config_from.is_none() => {
            return Err(CommandError::new(Kind::Config, why)
                .hint("a line is a fingerprint, a rule and a path; a conflict of a merge must be resolved first"));
        }
        _ => {}
    }
    Ok(match (counts.denied, counts.skipped) {
        (0, 0) => Exit::Clean,
        (0, _) => Exit::Incomplete,
        _ => Exit::Denied,
    })
}

/// The folder of the run seen from the top of the work tree. Where git was told of another, nothing is known of it.
fn start(findings: &[Finding]) -> String {
    let is_told = ["GIT_DIR", "GIT_WORK_TREE"].iter().any(|name| std::env::var_os(name).is_some());
    if findings.is_empty() || is_told { String::new() } else { Top::here().map_or_else(|_| String::new(), |top| top.start) }
}

fn summary(outcome: &Outcome, rules: usize, started: Instant) -> Summary {
    Summary {
        objects: outcome.objects,
        bytes: outcome.bytes,
        rules,
        binary: outcome.binary,
        excluded: outcome.excluded,
        elapsed: started.elapsed(),
    }
}
