//! A summary in Markdown, for job summary pages and merge request comments. All text from outside is written in character
//! references, which Markdown shows and never reads as markup.

use std::io::{self, Write};

use super::form::{flat, noted};
use super::json::{Document, Effect, FindingV1};
use super::limits::Shown;

/// Rows at most, and bytes of these: GitHub takes a job summary of 1 MiB, GitLab a comment of 1,000,000 characters (their
/// documentation of 2026).
const ROWS: usize = 500;
const BYTES: u64 = 800_000;
/// Notices at most, and bytes of these.
const NOTICE_BYTES: usize = 100_000;

/// Writes the summary, the most severe findings where not all have room.
///
/// # Errors
/// Those of the writer.
pub fn write(document: &Document<'_>, out: &mut dyn Write) -> io::Result<()> {
    let summary = &document.summary;
    let head = if summary.denied > 0 {
        "Secrets found"
    } else if summary.skipped > 0 {
        "Not everything was scanned"
    } else {
        "No secrets that deny"
    };
    write!(
        out,
        "## nospill: {head}\n\n{} denied, {} audited, {} suppressed, {} not scanned; {} objects with {} rules.\n",
        summary.denied, summary.audited, summary.suppressed, summary.skipped, summary.objects, summary.rules
    )?;
    let of_row = |finding: &FindingV1, out: &mut dyn Write| out.write_all(row(finding).as_bytes());
    let shown = Shown::within(document, ROWS, BYTES, &of_row);
    if !shown.places.is_empty() {
        out.write_all(b"\n| effect | severity | rule | place | secret | what to do |\n|---|---|---|---|---|---|\n")?;
    }
    shown.places.iter().try_for_each(|&at| of_row(&document.findings.get(at), out))?;
    if shown.left_out > 0 {
        write!(out, "\nand {} more.\n", shown.left_out)?;
    }
    let (mut told, mut bytes) = (0, 0);
    for notice in document.skipped().take(ROWS) {
        let item = format!("- {}\n", plain(&noted(notice)));
        bytes += item.len();
        if bytes > NOTICE_BYTES {
            break;
        }
        let head = if told == 0 { "\n### Not scanned\n\n" } else { "" };
        write!(out, "{head}{item}")?;
        told += 1;
    }
    match document.skipped().count() - told {
        0 => Ok(()),
        more => write!(out, "\nand {more} more that were not scanned.\n"),
    }
}

fn row(finding: &FindingV1) -> String {
    let effect = if finding.effect == Effect::Deny { "**deny**" } else { "audit" };
    let place = code(&format!("{}:{}:{}", finding.path, finding.line, finding.column));
    let (severity, rule) = (plain(&finding.severity), code(&finding.rule));
    let (secret, advice) = (code(&finding.secret), plain(&finding.advice));
    format!("| {effect} | {severity} | {rule} | {place} | {secret} | {advice} |\n")
}

fn code(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("<code>{}</code>", plain(text)) }
}

fn plain(text: &str) -> String {
    let is_harmless = |c: char| !c.is_ascii() || c.is_ascii_alphanumeric() || matches!(c, ' ' | '/' | ',' | '-');
    flat(text).chars().map(|c| if is_harmless(c) { c.to_string() } else { format!("&#{};", u32::from(c)) }).collect()
}
