//! The forms of a report for machines, and what they share: the sentence that a finding becomes.

use std::io::{self, Write};

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

/// Writes a document of JSON, with a newline at its end and without what is unsafe on a terminal.
pub(super) fn pretty(document: &impl serde::Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut out = escape::Json::new(out);
    serde_json::to_writer_pretty(&mut out, document)?;
    out.write_all(b"\n")
}

/// Writes the report; `now` is when the run ended, in seconds since 1970. Many small pieces go out one after the other.
///
/// # Errors
/// Those of the writer.
pub fn write(form: Form, document: &Document<'_>, now: u64, out: &mut dyn Write) -> io::Result<()> {
    match form {
        Form::Json => json::write(document, out),
        Form::JsonLines => lines::write(document, out),
        Form::Sarif => sarif::write(&of_one_tree(document), out),
        Form::Junit => junit::write(document, out),
        Form::Gitlab => gitlab::write(&of_one_tree(document), now, out),
        Form::Azure => annotations::azure(&of_one_tree(document), out),
        Form::Github => annotations::github(&of_one_tree(document), out),
        Form::Csv => table::write(document, out),
        Form::Markdown => markdown::write(document, out),
        Form::Html => html::write(document, out),
    }
}

/// What a writer writes, as text.
pub fn text(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> String {
    let mut text = Vec::new();
    // Nothing fails that is written to memory.
    let _ = write(&mut text);
    String::from_utf8_lossy(&text).into_owned()
}

/// A list that is made while it is written: as values, 100,000 findings take a gigabyte and a half.
pub(super) struct Lazily<F>(pub(super) F);

impl<F: Fn() -> I, I: Iterator<Item: serde::Serialize>> serde::Serialize for Lazily<F> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}

/// What findings are sorted by where not all are shown: what denies first, then by severity and confidence.
fn rank(finding: &FindingV1) -> (bool, usize, usize) {
    const SEVERITIES: [&str; 4] = ["critical", "high", "medium", "low"];
    const CONFIDENCES: [&str; 4] = ["proven", "high", "medium", "low"];
    let place = |names: [&str; 4], name: &str| names.iter().position(|other| *other == name).unwrap_or(names.len());
    (finding.effect != Effect::Deny, place(SEVERITIES, &finding.severity), place(CONFIDENCES, &finding.confidence))
}

/// Where the findings that count stand, the most severe first.
pub(super) fn ranked(document: &Document<'_>) -> Vec<usize> {
    let mut places: Vec<usize> = document.counted_places().collect();
    places.sort_by_cached_key(|&at| rank(&document.findings.get(at)));
    places
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
