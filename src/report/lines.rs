//! JSONL: a document a line, told apart by `type`: `finding`, `notice`, and at the end one `summary`.

use serde::Serialize;

use super::escape;
use super::json::{Document, FindingV1, NoticeV1, SummaryV1, Tool};

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Line<'d> {
    Finding(&'d FindingV1),
    Notice(&'d NoticeV1),
    Summary {
        version: u32,
        tool: &'d Tool,
        #[serde(flatten)]
        summary: &'d SummaryV1,
    },
}

/// The lines, each with its break, one by one.
pub fn lines(document: &Document) -> impl Iterator<Item = String> {
    let end = Line::Summary { version: document.version, tool: &document.tool, summary: &document.summary };
    let findings = document.findings.iter().map(Line::Finding);
    let lines = findings.chain(document.notices.iter().map(Line::Notice)).chain([end]);
    lines.filter_map(|line| serde_json::to_string(&line).ok()).map(|line| escape::json(line) + "\n")
}
