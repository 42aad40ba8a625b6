//! Lines that a CI agent takes off standard output: logging commands of Azure Pipelines, workflow commands of GitHub Actions.
//!
//! Both find commands in any text, so what comes from the repository is escaped as the agent's own library does, and what
//! would begin a command is broken up.

use std::borrow::Cow;
use std::io::{self, Write};

use super::form::{flat, noted, ranked, sentence};
use super::json::{Document, Effect, FindingV1};

/// Writes logging commands: an issue for each finding and for what was not scanned, then the result of the task.
///
/// # Errors
/// Those of the writer.
pub fn azure(document: &Document<'_>, out: &mut dyn Write) -> io::Result<()> {
    for finding in shown(document) {
        let (kind, code) = (if finding.effect == Effect::Deny { "error" } else { "warning" }, azure_value(&finding.rule));
        let (path, line, column) = (azure_value(&finding.path), finding.line, finding.column);
        let place = format!("sourcepath={path};linenumber={line};columnnumber={column};code={code}");
        writeln!(out, "##vso[task.logissue type={kind};{place}]{}", azure_message(&located(&finding)))?;
    }
    for notice in document.skipped() {
        let message = azure_message(&format!("not scanned: {}", noted(notice)));
        writeln!(out, "##vso[task.logissue type=warning;code=not-scanned]{message}")?;
    }
    let summary = &document.summary;
    let result = match (summary.denied, summary.skipped, summary.audited) {
        (0, 0, 0) => "Succeeded",
        (0, 0, _) => "SucceededWithIssues",
        _ => "Failed",
    };
    writeln!(out, "##vso[task.complete result={result};]{}", totals(document))
}

/// Writes workflow commands: an annotation for each finding and for what was not scanned.
///
/// # Errors
/// Those of the writer.
pub fn github(document: &Document<'_>, out: &mut dyn Write) -> io::Result<()> {
    for finding in shown(document) {
        let kind = if finding.effect == Effect::Deny { "error" } else { "warning" };
        let (path, title) = (github_value(&finding.path), github_value(&format!("{}: {}", finding.rule, finding.title)));
        let (line, end, column) = (finding.line, finding.end_line, finding.column);
        let place = format!("file={path},line={line},endLine={end},col={column},title={title}");
        writeln!(out, "::{kind} {place}::{}", github_message(&located(&finding)))?;
    }
    for notice in document.skipped() {
        let message = github_message(&format!("not scanned: {}", noted(notice)));
        writeln!(out, "::warning title=not scanned::{message}")?;
    }
    Ok(())
}

/// The findings, the most severe first where an agent would not show all.
fn shown<'d>(document: &'d Document<'_>) -> impl Iterator<Item = Cow<'d, FindingV1>> {
    /// So many errors and warnings of a step are shown by both.
    const SHOWN: usize = 10;
    let is_cut = document.counted_places().nth(SHOWN).is_some();
    let places: Vec<usize> = if is_cut { ranked(document) } else { document.counted_places().collect() };
    places.into_iter().map(|at| document.findings.get(at))
}

fn located(finding: &FindingV1) -> String {
    format!("{}:{}: {}", flat(&finding.path), finding.line, sentence(finding))
}

fn totals(document: &Document) -> String {
    let summary = &document.summary;
    format!("nospill: {} denied, {} audited, {} not scanned", summary.denied, summary.audited, summary.skipped)
}

/// What an agent would take for a command becomes a text that it does not.
pub fn disarm(text: &str) -> String {
    ["vso[", "[", "teamcity["]
        .iter()
        .fold(text.to_owned(), |text, command| text.replace(&format!("##{command}"), &format!("## {command}")))
}

fn azure_message(text: &str) -> String {
    disarm(text).replace('%', "%AZP25").replace('\r', "%0D").replace('\n', "%0A")
}

fn azure_value(text: &str) -> String {
    azure_message(&flat(text)).replace(']', "%5D").replace(';', "%3B")
}

fn github_message(text: &str) -> String {
    disarm(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn github_value(text: &str) -> String {
    github_message(&flat(text)).replace(':', "%3A").replace(',', "%2C")
}
