//! JSONL: a document a line, told apart by `type`: `finding`, `notice`, and at the end one `summary`.

use std::io::{self, Write};

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

/// Writes the lines.
///
/// # Errors
/// Those of the writer.
pub fn write(document: &Document<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut out = escape::Json::new(out);
    let mut line = |line: Line<'_>| -> io::Result<()> {
        serde_json::to_writer(&mut out, &line)?;
        out.write_all(b"\n")
    };
    document.findings.iter().try_for_each(|finding| line(Line::Finding(&finding)))?;
    document.notices.iter().try_for_each(|notice| line(Line::Notice(notice)))?;
    line(Line::Summary { version: document.version, tool: &document.tool, summary: &document.summary })
}
