//! CSV as RFC 4180 has it. A cell that a spreadsheet would take for a formula starts with an apostrophe.

use std::io::{self, Write};

use super::form::flat;
use super::json::{Document, Effect};

const HEAD: &str = "effect,severity,confidence,rule,title,path,line,column,end_line,end_column,secret,fingerprint,commit,author,\
                    email,date,in_head,suppressed,advice";

/// Writes the table, its first line the names of the columns.
///
/// # Errors
/// Those of the writer.
pub fn write(document: &Document<'_>, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{HEAD}\r\n")?;
    for finding in document.findings.iter() {
        let effect = match finding.effect {
            Effect::Deny => "deny",
            Effect::Audit => "audit",
            Effect::Off => "off",
        };
        let history = finding.history.as_ref();
        let commit = history.map(|history| &history.commit);
        let of_commit = |part: fn(&super::json::CommitV1) -> &String| commit.map(part).map_or("", String::as_str);
        let numbers = [finding.line, finding.column, finding.end_line, finding.end_column].map(|number| number.to_string());
        let mut cells = vec![effect, &finding.severity, &finding.confidence, &finding.rule, &finding.title, &finding.path];
        cells.extend(numbers.iter().map(String::as_str));
        cells.extend([finding.secret.as_str(), &finding.fingerprint]);
        cells.extend([of_commit(|c| &c.id), of_commit(|c| &c.author), of_commit(|c| &c.email), of_commit(|c| &c.date)]);
        cells.push(history.map_or("", |history| if history.in_head { "true" } else { "false" }));
        cells.extend([finding.suppressed.as_deref().unwrap_or_default(), &finding.advice]);
        let row: Vec<String> = cells.into_iter().map(cell).collect();
        write!(out, "{}\r\n", row.join(","))?;
    }
    Ok(())
}

fn cell(text: &str) -> String {
    let mut text = flat(text);
    if text.starts_with(['=', '+', '-', '@']) {
        text.insert(0, '\'');
    }
    if text.contains([',', '"', ' ', '\'']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}
