//! GitLab's secret detection report, schema 15: `gl-secret-detection-report.json`.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::form::{Lazily, flat, noted, pretty, sentence};
use super::json::{Document, FindingV1};
use super::limits::Shown;
use crate::types::date;

/// The version of the schema.
const SCHEMA: &str = "15.0.7";
/// Where no commit is known.
const NO_COMMIT: &str = "0000000000000000000000000000000000000000";

/// GitLab takes artifacts of up to 100 MB where nobody set another limit (its documentation of instance limits, 2026).
const BYTES: u64 = 95_000_000;
/// Notices that are told one by one.
const NOTICES: usize = 5000;

/// Writes the report of a run that ended at `now`.
///
/// # Errors
/// Those of the writer.
pub fn write(document: &Document<'_>, now: u64, out: &mut dyn Write) -> io::Result<()> {
    let end = i64::try_from(now).unwrap_or(0);
    let start = end - i64::try_from(document.summary.elapsed_ms / 1000).unwrap_or(0);
    let tool = json!({
        "id": "nospill",
        "name": "nospill",
        "version": some(&document.tool.version),
        "vendor": { "name": "nospill" },
    });
    // As it is written, with its indentation.
    let of_finding = |finding: &FindingV1, out: &mut dyn Write| Ok(serde_json::to_writer_pretty(out, &vulnerability(finding))?);
    let shown = Shown::within(document, usize::MAX, BYTES * 4 / 5, &of_finding);
    let message = |text: String| json!({ "level": "warn", "value": text });
    let skipped = document.skipped().take(NOTICES).map(|notice| message(format!("not scanned: {}", noted(notice))));
    let mut messages: Vec<Value> = skipped.collect();
    let is_whole = messages.is_empty();
    if shown.left_out > 0 {
        messages.push(message(format!("{} more findings are left out, the least severe: GitLab takes no more", shown.left_out)));
    }
    let more = document.skipped().skip(NOTICES).count();
    if more > 0 {
        messages.push(message(format!("{more} more notices are left out")));
    }
    let scan = json!({
        "analyzer": tool,
        "scanner": tool,
        "start_time": time(start),
        "end_time": time(end),
        "status": if is_whole { "success" } else { "failure" },
        "type": "secret_detection",
        "messages": messages,
    });
    let vulnerabilities = Lazily(|| shown.places.iter().map(|&at| vulnerability(&document.findings.get(at))));
    pretty(&Report { scan, version: SCHEMA, vulnerabilities }, out)
}

#[derive(Serialize)]
struct Report<L> {
    scan: Value,
    version: &'static str,
    vulnerabilities: L,
}

fn vulnerability(finding: &FindingV1) -> Value {
    let severity = match finding.severity.as_str() {
        "critical" => "Critical",
        "high" => "High",
        "medium" => "Medium",
        "low" => "Low",
        _ => "Unknown",
    };
    let commit = finding.history.as_ref().map_or(NO_COMMIT, |history| &history.commit.id);
    let rule = some(&finding.rule);
    json!({
        "id": id(finding, commit),
        "category": "secret_detection",
        "name": short(&flat(&finding.title), 255),
        "description": short(&sentence(finding), 10_000),
        "severity": severity,
        "solution": short(&flat(&finding.advice), 7000),
        "raw_source_code_extract": flat(&finding.secret),
        "identifiers": [{ "type": "nospill_rule", "name": format!("nospill rule {rule}"), "value": rule }],
        "location": {
            "file": flat(&finding.path),
            "start_line": finding.line,
            "end_line": finding.end_line,
            "commit": { "sha": some(commit) },
        },
    })
}

/// The schema wants something to stand there.
fn some(text: &str) -> String {
    if text.is_empty() { "unknown".to_owned() } else { flat(text) }
}

/// A UUID of what the finding is and where: the same in every run.
fn id(finding: &FindingV1, commit: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(format!("{} {}:{} {commit}", finding.fingerprint, finding.line, finding.column));
    // A fingerprint is of the path from the top of a work tree, and this one is not the run's.
    if let Some(reached) = finding.reached.as_deref().filter(|reached| *reached == finding.path) {
        hash.update(reached);
    }
    let hex: String = hash.finalize().iter().take(16).map(|b| format!("{b:02x}")).collect();
    format!("{}-{}-5{}-8{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..32])
}

/// `YYYY-MM-DDThh:mm:ss`, in UTC, as the schema has it.
fn time(seconds: i64) -> String {
    date::iso(seconds, 0).chars().take(19).collect()
}

fn short(text: &str, limit: usize) -> String {
    text.chars().take(limit).collect()
}
