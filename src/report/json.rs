//! The JSON report, version 1. Later changes add fields and never rename one.

use serde::Serialize;

use super::{Report, Values, date};
use crate::types::finding::{Finding, Trail, Verdict};
use crate::types::rule::Rule;

#[derive(Serialize)]
struct Document<'r> {
    version: u32,
    tool: Tool,
    findings: Vec<FindingV1<'r>>,
    notices: Vec<NoticeV1<'r>>,
    summary: SummaryV1,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct FindingV1<'r> {
    rule: &'r str,
    title: &'r str,
    severity: &'static str,
    confidence: &'static str,
    effect: &'static str,
    path: String,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    secret: String,
    fingerprint: &'r str,
    note: Option<&'r str>,
    suppressed: Option<&'r str>,
    #[serde(flatten)]
    history: Option<HistoryV1<'r>>,
}

/// What only a history scan knows.
#[derive(Serialize)]
struct HistoryV1<'r> {
    commit: CommitV1<'r>,
    in_head: bool,
    last_seen: String,
    objects: u32,
    paths: u32,
}

#[derive(Serialize)]
struct CommitV1<'r> {
    id: String,
    author: &'r str,
    email: &'r str,
    date: String,
}

#[derive(Serialize)]
struct NoticeV1<'r> {
    kind: &'static str,
    path: String,
    why: &'r str,
}

#[derive(Serialize)]
struct SummaryV1 {
    objects: u64,
    bytes: u64,
    rules: usize,
    denied: usize,
    audited: usize,
    suppressed: usize,
    skipped: usize,
    binary: u64,
    excluded: u64,
    elapsed_ms: u128,
}

/// The document, with a newline at its end. A finding that is the path itself stands at line 1, column 1.
pub fn render(report: &Report<'_>) -> String {
    let (counts, summary) = (report.counts(), &report.summary);
    let document = Document {
        version: 1,
        tool: Tool { name: "nospill", version: env!("CARGO_PKG_VERSION") },
        findings: report.findings.iter().map(|f| finding(f, (report.rule)(f.rule), report.values)).collect(),
        notices: report.notices.iter().map(|n| NoticeV1 { kind: n.kind.as_str(), path: lossy(&n.path), why: &n.why }).collect(),
        summary: SummaryV1 {
            objects: summary.objects,
            bytes: summary.bytes,
            rules: summary.rules,
            denied: counts.denied,
            audited: counts.audited,
            suppressed: counts.suppressed,
            skipped: counts.skipped,
            binary: summary.binary,
            excluded: summary.excluded,
            elapsed_ms: summary.elapsed.as_millis(),
        },
    };
    let mut text =
        serde_json::to_string_pretty(&document).unwrap_or_else(|error| format!("{{\"error\": {:?}}}", error.to_string()));
    text.push('\n');
    text
}

fn finding<'r>(finding: &'r Finding, rule: &'r Rule, values: Values) -> FindingV1<'r> {
    let (effect, suppressed) = match &finding.verdict {
        Verdict::Deny => ("deny", None),
        Verdict::Audit => ("audit", None),
        Verdict::Suppressed(reason) => ("off", Some(reason.as_text())),
    };
    let at = finding.at.map_or((1, 1, 1, 1), |at| (at.line, at.column, at.end_line, at.end_column));
    FindingV1 {
        rule: &rule.id,
        title: &rule.title,
        severity: rule.severity.as_str(),
        confidence: finding.confidence.as_str(),
        effect,
        path: lossy(&finding.origin.label()),
        line: at.0,
        column: at.1,
        end_line: at.2,
        end_column: at.3,
        secret: match values {
            Values::Masked => finding.secret.redacted(),
            Values::Shown => lossy(finding.secret.expose()),
        },
        fingerprint: &finding.fingerprint,
        note: finding.note.as_deref(),
        suppressed,
        history: finding.trail.as_deref().and_then(|trail| history(finding, trail)),
    }
}

fn history<'r>(finding: &'r Finding, trail: &'r Trail) -> Option<HistoryV1<'r>> {
    let id = finding.origin.commit()?.to_string();
    let commit = CommitV1 { id, author: &trail.author, email: &trail.email, date: date::iso(trail.time, trail.zone) };
    let last_seen = trail.last_seen.to_string();
    Some(HistoryV1 { commit, in_head: trail.in_head, last_seen, objects: trail.objects, paths: trail.paths })
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
