//! Lines that a CI agent takes off standard output: logging commands of Azure Pipelines, workflow commands of GitHub Actions.
//!
//! Both find commands in any text, so what comes from the repository is escaped as the agent's own library does, and what
//! would begin a command is broken up.

use super::form::{flat, noted, rank, sentence};
use super::json::{Document, Effect, FindingV1};

/// Logging commands: an issue for each finding and for what was not scanned, then the result of the task.
pub fn azure(document: &Document) -> String {
    let mut text = String::new();
    for finding in shown(document) {
        let (kind, code) = (if finding.effect == Effect::Deny { "error" } else { "warning" }, azure_value(&finding.rule));
        let (path, line, column) = (azure_value(&finding.path), finding.line, finding.column);
        let place = format!("sourcepath={path};linenumber={line};columnnumber={column};code={code}");
        text.push_str(&format!("##vso[task.logissue type={kind};{place}]{}\n", azure_message(&located(finding))));
    }
    for notice in document.skipped() {
        let message = azure_message(&format!("not scanned: {}", noted(notice)));
        text.push_str(&format!("##vso[task.logissue type=warning;code=not-scanned]{message}\n"));
    }
    let summary = &document.summary;
    let result = match (summary.denied, summary.skipped, summary.audited) {
        (0, 0, 0) => "Succeeded",
        (0, 0, _) => "SucceededWithIssues",
        _ => "Failed",
    };
    text.push_str(&format!("##vso[task.complete result={result};]{}\n", totals(document)));
    text
}

/// Workflow commands: an annotation for each finding and for what was not scanned.
pub fn github(document: &Document) -> String {
    let mut text = String::new();
    for finding in shown(document) {
        let kind = if finding.effect == Effect::Deny { "error" } else { "warning" };
        let (path, title) = (github_value(&finding.path), github_value(&format!("{}: {}", finding.rule, finding.title)));
        let (line, end, column) = (finding.line, finding.end_line, finding.column);
        let place = format!("file={path},line={line},endLine={end},col={column},title={title}");
        text.push_str(&format!("::{kind} {place}::{}\n", github_message(&located(finding))));
    }
    for notice in document.skipped() {
        let message = github_message(&format!("not scanned: {}", noted(notice)));
        text.push_str(&format!("::warning title=not scanned::{message}\n"));
    }
    text
}

/// The findings, the most severe first where an agent would not show all.
fn shown(document: &Document) -> Vec<&FindingV1> {
    /// So many errors and warnings of a step are shown by both.
    const SHOWN: usize = 10;
    let mut findings: Vec<&FindingV1> = document.counted().collect();
    if findings.len() > SHOWN {
        findings.sort_by_key(|finding| rank(finding));
    }
    findings
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
