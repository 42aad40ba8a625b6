//! What the scanning subcommands share: the run, the report, the exit.

use std::io::{self, Write};
use std::time::Instant;

use super::outputs::Outputs;
use crate::cli::report::Format;
use crate::error::{CommandError, Kind};
use crate::exit::Exit;
use crate::pipeline::{Outcome, Pipeline, veil};
use crate::report::json::Document;
use crate::report::{Report, Summary, Values, human};
use crate::settings::Settings;
use crate::source::Source;

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
/// The report can't be written, or nothing denies and the baseline is broken.
pub fn report(settings: &Settings, pipeline: &Pipeline, mut outcome: Outcome, started: Instant) -> Result<Exit, CommandError> {
    let rules = pipeline.scanner.rules();
    if settings.values == Values::Masked {
        veil::said(&pipeline.scanner, &mut outcome.findings, &mut outcome.notices);
    }
    let report = Report {
        findings: &outcome.findings,
        notices: &outcome.notices,
        rules,
        summary: summary(&outcome, rules.len(), started),
        values: settings.values,
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
    // One of another commit may be mended by what is scanned, which must not be refused for it.
    if let (0, None, Some(why)) = (counts.denied, &settings.layers.config_from, pipeline.policy.broken_baseline()) {
        return Err(CommandError::new(Kind::Config, why)
            .hint("a line is a fingerprint, a rule and a path; a conflict of a merge must be resolved first"));
    }
    Ok(match (counts.denied, counts.skipped) {
        (0, 0) => Exit::Clean,
        (0, _) => Exit::Incomplete,
        _ => Exit::Denied,
    })
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
