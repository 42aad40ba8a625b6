//! SARIF 2.1.0, as GitHub code scanning and the Scans tab of Azure Pipelines read it. No snippet is ever written: it would
//! be the line. Suppressed findings are left out, because code scanning would open alerts for them.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::rc::Rc;

use serde::Serialize;
use serde_json::{Value, json};

use super::form::{Lazily, flat, noted, pretty, ranked, sentence};
use super::json::{Document, Effect, FindingV1, NoticeV1};
use super::limits::Shown;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// Longest description of a rule that code scanning takes.
const LONGEST: usize = 1024;

/// The limits of GitHub's code scanning, from its documentation of 2026 ("SARIF results exceed one or more limits", "SARIF results
/// file is too large"): 20 runs a file, 25,000 results a run of which it shows 5,000, 25,000 rules a run, 10 tags of a rule that
/// are shown, 100 locations of a result, and 10 MB of a file that gzip has compressed.
const RUNS: usize = 20;
const RESULTS: usize = 5000;
/// Results of all runs, compressed: rules and notices have the rest.
const COMPRESSED: u64 = 9_000_000;
/// Notices that are told one by one.
const NOTICES: usize = 5000;

/// Writes the log: one run, or as many as code scanning needs to show all results, the most severe first. Each run is a category of
/// its own, as it wants them.
///
/// # Errors
/// Those of the writer.
pub fn write(document: &Document<'_>, out: &mut dyn Write) -> io::Result<()> {
    let of_result = |finding: &FindingV1, out: &mut dyn Write| Ok(serde_json::to_writer(out, &result(finding, 0))?);
    let mut shown = Shown::within_compressed(document, RESULTS * RUNS, COMPRESSED, &of_result);
    if shown.places.len() > RESULTS {
        shown.places = ranked(document).into_iter().take(shown.places.len()).collect();
    }
    let mut parts: Vec<&[usize]> = shown.places.chunks(RESULTS).collect();
    if parts.is_empty() {
        parts.push(&[]);
    }
    let runs = Lazily(|| parts.iter().enumerate().map(|(number, part)| run(document, part, number, shown.left_out)));
    pretty(&Log { schema: SCHEMA, runs, version: "2.1.0" }, out)
}

fn run<'d>(document: &'d Document<'d>, places: &'d [usize], number: usize, left_out: usize) -> Run<impl Serialize + 'd> {
    let findings = move || places.iter().map(|&at| document.findings.get(at));
    let mut rules: BTreeMap<String, Described> = BTreeMap::new();
    findings().for_each(|finding| rules.entry(finding.rule.clone()).or_default().add(&finding));
    let described = rules.iter().map(|(id, rule)| rule.wire(id)).collect::<Vec<_>>();
    let numbers: Rc<BTreeMap<String, usize>> = Rc::new(rules.into_keys().enumerate().map(|(number, id)| (id, number)).collect());
    let results = move || {
        let numbers = Rc::clone(&numbers);
        findings().map(move |finding| result(&finding, numbers[&finding.rule]))
    };
    let mut notices: Vec<Value> =
        if number == 0 { document.notices.iter().take(NOTICES).map(notification).collect() } else { Vec::new() };
    let mut tell = |text: String| notices.push(json!({ "level": "error", "message": { "text": text } }));
    if left_out > 0 {
        tell(format!("{left_out} more findings are left out of this log, the least severe: code scanning takes no more"));
    }
    if document.notices.len() > NOTICES && number == 0 {
        tell(format!("{} more notices are left out of this log", document.notices.len() - NOTICES));
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
struct Log<R: Serialize> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    runs: R,
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

/// What a run's findings of a rule say of it.
#[derive(Default)]
struct Described {
    /// Title, advice and severity as the first one has them.
    first: Option<(String, String, String)>,
    /// The best of them.
    precision: (u8, &'static str),
    is_denied: bool,
}

impl Described {
    fn add(&mut self, finding: &FindingV1) {
        self.first.get_or_insert_with(|| (finding.title.clone(), finding.advice.clone(), finding.severity.clone()));
        self.precision = self.precision.max(precision(&finding.confidence));
        self.is_denied |= finding.effect == Effect::Deny;
    }

    fn wire(&self, id: &str) -> Value {
        let (title, advice, severity) =
            self.first.as_ref().map_or(("", "", ""), |(title, advice, severity)| (title, advice, severity));
        json!({
            "id": some(id),
            "name": name(id),
            "shortDescription": { "text": some(title) },
            "fullDescription": { "text": some(&format!("{title}. {advice}")) },
            "help": { "text": some(advice) },
            "defaultConfiguration": { "level": if self.is_denied { "error" } else { "warning" } },
            "properties": {
                "tags": ["security", "secret"],
                "precision": self.precision.1,
                "security-severity": match severity {
                    "critical" => "9.5",
                    "high" => "8.0",
                    "medium" => "5.5",
                    _ => "3.0",
                },
            },
        })
    }
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
