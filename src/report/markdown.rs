//! A summary in Markdown, for job summary pages and merge request comments. All text from outside is written in character
//! references, which Markdown shows and never reads as markup.

use super::form::{flat, noted};
use super::json::{Document, Effect, FindingV1};

/// Rows at most; a job summary may have 1 MiB.
const ROWS: usize = 500;

/// The summary.
pub fn render(document: &Document) -> String {
    let summary = &document.summary;
    let head = if summary.denied > 0 {
        "Secrets found"
    } else if summary.skipped > 0 {
        "Not everything was scanned"
    } else {
        "No secrets that deny"
    };
    let mut text = format!(
        "## nospill: {head}\n\n{} denied, {} audited, {} suppressed, {} not scanned; {} objects with {} rules.\n",
        summary.denied, summary.audited, summary.suppressed, summary.skipped, summary.objects, summary.rules
    );
    let findings: Vec<&FindingV1> = document.counted().collect();
    if !findings.is_empty() {
        text.push_str("\n| effect | severity | rule | place | secret | what to do |\n|---|---|---|---|---|---|\n");
    }
    for finding in findings.iter().take(ROWS) {
        let effect = if finding.effect == Effect::Deny { "**deny**" } else { "audit" };
        let place = code(&format!("{}:{}:{}", finding.path, finding.line, finding.column));
        let (severity, rule) = (plain(&finding.severity), code(&finding.rule));
        let (secret, advice) = (code(&finding.secret), plain(&finding.advice));
        text.push_str(&format!("| {effect} | {severity} | {rule} | {place} | {secret} | {advice} |\n"));
    }
    if findings.len() > ROWS {
        text.push_str(&format!("\nand {} more.\n", findings.len() - ROWS));
    }
    let skipped: Vec<String> = document.skipped().map(|n| format!("- {}\n", plain(&noted(n)))).collect();
    if !skipped.is_empty() {
        text.push_str(&format!("\n### Not scanned\n\n{}", skipped[..skipped.len().min(ROWS)].concat()));
    }
    text
}

fn code(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("<code>{}</code>", plain(text)) }
}

fn plain(text: &str) -> String {
    let is_harmless = |c: char| !c.is_ascii() || c.is_ascii_alphanumeric() || matches!(c, ' ' | '/' | ',' | '-');
    flat(text).chars().map(|c| if is_harmless(c) { c.to_string() } else { format!("&#{};", u32::from(c)) }).collect()
}
