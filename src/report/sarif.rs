//! SARIF 2.1.0, as GitHub code scanning and the Scans tab of Azure Pipelines read it. No snippet is ever written: it would
//! be the line. Suppressed findings are left out, because code scanning would open alerts for them.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde::Serialize;
use serde_json::{Value, json};

use super::form::{Lazily, flat, noted, pretty, rank, sentence};
use super::json::{Document, Effect, FindingV1, NoticeV1};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// Longest description of a rule that code scanning takes.
const LONGEST: usize = 1024;

/// Results of a run that code scanning shows; a run of more than 25,000 it refuses.
const RESULTS: usize = 5000;
/// Runs of a log that code scanning takes.
const RUNS: usize = 20;

/// The log: one run, or as many as code scanning needs to show all results, the most severe first. Each run is a category of its
/// own, as it wants them.
pub fn render(document: &Document) -> String {
    let mut findings: Vec<&FindingV1> = document.counted().collect();
    if findings.len() > RESULTS {
        findings.sort_by_key(|finding| rank(finding));
    }
    let left_out = findings.len().saturating_sub(RESULTS * RUNS);
    findings.truncate(RESULTS * RUNS);
    let mut parts: Vec<&[&FindingV1]> = findings.chunks(RESULTS).collect();
    if parts.is_empty() {
        parts.push(&[]);
    }
    let runs = parts.iter().enumerate().map(|(number, part)| run(document, part, number, left_out));
    pretty(&Log { schema: SCHEMA, runs: runs.collect::<Vec<_>>(), version: "2.1.0" })
}

fn run<'d>(document: &'d Document, findings: &'d [&'d FindingV1], number: usize, left_out: usize) -> Run<impl Serialize + 'd> {
    let mut rules: BTreeMap<&str, (usize, Vec<&FindingV1>)> = BTreeMap::new();
    findings.iter().for_each(|finding| rules.entry(&finding.rule).or_default().1.push(finding));
    rules.values_mut().enumerate().for_each(|(number, (index, _))| *index = number);
    let described = rules.iter().map(|(id, (_, findings))| rule(id, findings)).collect::<Vec<_>>();
    let numbers: Rc<BTreeMap<&str, usize>> = Rc::new(rules.into_iter().map(|(id, (index, _))| (id, index)).collect());
    let results = move || {
        let numbers = Rc::clone(&numbers);
        findings.iter().map(move |finding| result(finding, numbers[finding.rule.as_str()]))
    };
    let mut notices: Vec<Value> = if number == 0 { document.notices.iter().map(notification).collect() } else { Vec::new() };
    if left_out > 0 {
        let text = format!("{left_out} more findings are left out of this log, the least severe: code scanning takes no more");
        notices.push(json!({ "level": "error", "message": { "text": text } }));
    }
    Run {
        automation_details: json!({ "id": if number == 0 { "nospill/".to_owned() } else { format!("nospill/{}/", number + 1) } }),
        column_kind: "unicodeCodePoints",
        invocations: json!([{
            "executionSuccessful": document.skipped().count() == 0,
            "toolExecutionNotifications": notices,
        }]),
        results: Lazily(results),
        tool: json!({ "driver": {
            "name": "nospill",
            "fullName": some(&format!("nospill {}", document.tool.version)),
            "version": some(&document.tool.version),
            "rules": described,
        } }),
    }
}

#[derive(Serialize)]
struct Log<R> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    runs: Vec<R>,
    version: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<L> {
    automation_details: Value,
    column_kind: &'static str,
    invocations: Value,
    results: L,
    tool: Value,
}

fn rule(id: &str, findings: &[&FindingV1]) -> Value {
    let first = findings[0];
    let precision = findings.iter().map(|finding| precision(&finding.confidence)).max().unwrap_or((0, "low")).1;
    let level = if findings.iter().any(|finding| finding.effect == Effect::Deny) { "error" } else { "warning" };
    json!({
        "id": some(id),
        "name": name(id),
        "shortDescription": { "text": some(&first.title) },
        "fullDescription": { "text": some(&format!("{}. {}", first.title, first.advice)) },
        "help": { "text": some(&first.advice) },
        "defaultConfiguration": { "level": level },
        "properties": {
            "tags": ["security", "secret"],
            "precision": precision,
            "security-severity": match first.severity.as_str() {
                "critical" => "9.5",
                "high" => "8.0",
                "medium" => "5.5",
                _ => "3.0",
            },
        },
    })
}

/// A rule's name, which Azure's code scanning wants and which must not be the id: `github-pat` is `GithubPat`.
fn name(id: &str) -> String {
    let words = id.split(|c: char| !c.is_ascii_alphanumeric());
    let capital =
        |word: &str| word.chars().take(1).map(|c| c.to_ascii_uppercase()).chain(word.chars().skip(1)).collect::<String>();
    let name: String = words.map(capital).collect::<String>().chars().take(LONGEST).collect();
    if name.is_empty() || name == id { format!("Rule{name}") } else { name }
}

fn precision(confidence: &str) -> (u8, &'static str) {
    match confidence {
        "proven" => (3, "very-high"),
        "high" => (2, "high"),
        "medium" => (1, "medium"),
        _ => (0, "low"),
    }
}

fn result(finding: &FindingV1, index: usize) -> Value {
    // A path has no line to hash; its finding is known by what it is.
    let of_path = || format!("{}:1", finding.fingerprint.trim_start_matches("v1:").chars().take(16).collect::<String>());
    let hash = finding.line_hash.clone().unwrap_or_else(of_path);
    let (end_line, end_column) = (finding.end_line.max(finding.line), finding.end_column.max(1));
    let mut properties = json!({ "severity": flat(&finding.severity), "confidence": flat(&finding.confidence) });
    if let Some(history) = &finding.history {
        let commit = &history.commit;
        properties["commit"] = json!({ "id": flat(&commit.id), "author": flat(&commit.author), "date": flat(&commit.date) });
        properties["inHead"] = json!(history.in_head);
    }
    json!({
        "ruleId": some(&finding.rule),
        "ruleIndex": index,
        "level": if finding.effect == Effect::Deny { "error" } else { "warning" },
        "message": { "text": some(&sentence(finding)) },
        "locations": [{ "physicalLocation": {
            "artifactLocation": { "uri": uri(&finding.path), "uriBaseId": "%SRCROOT%" },
            "region": {
                "startLine": finding.line.max(1),
                "startColumn": finding.column.max(1),
                "endLine": end_line.max(1),
                "endColumn": end_column,
            },
        } }],
        "partialFingerprints": { "primaryLocationLineHash": flat(&hash), "nospill/v1": flat(&finding.fingerprint) },
        "properties": properties,
    })
}

fn notification(notice: &NoticeV1) -> Value {
    let level = if notice.kind == "skipped" { "error" } else { "note" };
    json!({ "level": level, "message": { "text": some(&noted(notice)) } })
}

/// Code scanning takes no empty text and no long one.
fn some(text: &str) -> String {
    let text: String = flat(text).chars().take(LONGEST).collect();
    if text.trim().is_empty() { "unnamed".to_owned() } else { text }
}

/// A relative reference with `/` between parts: everything but unreserved characters percent-encoded.
fn uri(path: &str) -> String {
    let path = path.strip_prefix("./").unwrap_or(path).trim_start_matches('/');
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~/!".contains(&b);
    let uri: String = path.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect();
    if uri.is_empty() { "unnamed".to_owned() } else { uri }
}
