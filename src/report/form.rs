//! The forms of a report for machines, and what they share: the sentence that a finding becomes.

use super::json::{Document, Effect, FindingV1, NoticeV1};
use super::places::of_one_tree;
use super::{annotations, escape, gitlab, html, json, junit, lines, markdown, sarif, table};

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One JSON document.
    Json,
    /// A JSON document a line.
    JsonLines,
    /// SARIF 2.1.0.
    Sarif,
    /// JUnit's XML.
    Junit,
    /// GitLab's secret detection report.
    Gitlab,
    /// Logging commands of Azure Pipelines.
    Azure,
    /// Workflow commands of GitHub Actions.
    Github,
    /// Comma-separated values.
    Csv,
    /// A summary in Markdown.
    Markdown,
    /// A page.
    Html,
}

/// A document of JSON as text, with a newline at its end and without what is unsafe on a terminal.
pub(super) fn pretty(document: &impl serde::Serialize) -> String {
    let failed = |error: serde_json::Error| format!("{{\"error\": {:?}}}", error.to_string());
    let mut text = serde_json::to_string_pretty(document).unwrap_or_else(failed);
    text.push('\n');
    escape::json(text)
}

/// The report; `now` is when the run ended, in seconds since 1970.
pub fn render(form: Form, document: &Document, now: u64) -> String {
    match form {
        Form::Json => json::render(document),
        Form::JsonLines => lines::lines(document).collect(),
        Form::Sarif => sarif::render(&of_one_tree(document)),
        Form::Junit => junit::render(document),
        Form::Gitlab => gitlab::render(&of_one_tree(document), now),
        Form::Azure => annotations::azure(&of_one_tree(document)),
        Form::Github => annotations::github(&of_one_tree(document)),
        Form::Csv => table::render(document),
        Form::Markdown => markdown::render(document),
        Form::Html => html::render(document),
    }
}

/// A list that is made while it is written: as values, 100,000 findings take a gigabyte and a half.
pub(super) struct Lazily<F>(pub(super) F);

impl<F: Fn() -> I, I: Iterator<Item = serde_json::Value>> serde::Serialize for Lazily<F> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}

/// What findings are sorted by where not all are shown: what denies first, then by severity and confidence.
pub(super) fn rank(finding: &FindingV1) -> (bool, usize, usize) {
    const SEVERITIES: [&str; 4] = ["critical", "high", "medium", "low"];
    const CONFIDENCES: [&str; 4] = ["proven", "high", "medium", "low"];
    let place = |names: [&str; 4], name: &str| names.iter().position(|other| *other == name).unwrap_or(names.len());
    (finding.effect != Effect::Deny, place(SEVERITIES, &finding.severity), place(CONFIDENCES, &finding.confidence))
}

/// One line that says all: what it is, how sure, what to do. No unsafe character is left in it.
pub(super) fn sentence(finding: &FindingV1) -> String {
    let mut text = finding.title.clone();
    if !finding.secret.is_empty() {
        text.push_str(&format!(" {}", finding.secret));
    }
    text.push_str(&format!(" ({} severity, {} confidence)", finding.severity, finding.confidence));
    if let Some(history) = &finding.history {
        let now = if history.in_head { "still in HEAD" } else { "not in HEAD any more" };
        text.push_str(&format!(", since commit {} by {}, {now}", history.commit.id, history.commit.author));
    }
    if let Some(note) = &finding.note {
        text.push_str(&format!(", {note}"));
    }
    text.push_str(". ");
    text.push_str(&finding.advice);
    flat(text.trim_end())
}

/// One line for a notice, which need not be about a path.
pub(super) fn noted(notice: &NoticeV1) -> String {
    let colon = if notice.path.is_empty() { "" } else { ": " };
    flat(&format!("{}{colon}{}", notice.path, notice.why))
}

/// One line without unsafe characters.
pub(super) fn flat(text: &str) -> String {
    escape::path(text.as_bytes())
}
