//! Reports of more findings than a server takes: cut to what it takes, the most severe first, and saying how many are left out.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use nospill::report::form::{self, Form};
use nospill::report::json::{Document, Effect, FindingV1, NoticeV1, SummaryV1, Tool};
use nospill::rules::template::Random;
use serde_json::Value;

const COUNT: usize = 30_000;

/// Findings whose paths no compression makes shorter; one of ten denies, from the last on.
fn document() -> Document<'static> {
    let mut random = Random::new("limits", 0);
    let finding = |number: usize| {
        let path = random.text(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 900);
        let denies = number % 10 == 9;
        FindingV1 {
            rule: "generic-secret".into(),
            title: "A secret".into(),
            severity: if denies { "high" } else { "low" }.into(),
            confidence: "high".into(),
            effect: if denies { Effect::Deny } else { Effect::Audit },
            path: String::from_utf8(path).expect("letters"),
            reached: None,
            line: 1,
            column: 1,
            end_line: 1,
            end_column: 2,
            secret: "****".into(),
            fingerprint: format!("v1:{number:032x}"),
            note: None,
            suppressed: None,
            advice: "Revoke it.".into(),
            excerpt: String::new(),
            group: format!("g1:{number:016x}"),
            line_hash: None,
            evidence: None,
            history: None,
        }
    };
    let (denied, audited) = (COUNT / 10, COUNT - COUNT / 10);
    Document {
        version: 1,
        tool: Tool { name: "nospill".into(), version: "0".into() },
        findings: (0..COUNT).map(finding).collect::<Vec<_>>().into(),
        notices: (0..6000).map(|n| NoticeV1 { kind: "skipped".into(), path: format!("{n}"), why: "gone".into() }).collect(),
        summary: SummaryV1 { denied, audited, skipped: 6000, ..SummaryV1::default() },
        shard: None,
    }
}

fn text(form: Form, document: &Document<'_>) -> String {
    form::text(|out| form::write(form, document, 0, out))
}

/// The number before some words.
fn before(text: &str, words: &str) -> usize {
    let at = text.find(words).unwrap_or_else(|| panic!("no `{words}`"));
    let digits: Vec<char> = text[..at].chars().rev().take_while(char::is_ascii_digit).collect();
    digits.into_iter().rev().collect::<String>().parse().expect("a number")
}

#[test]
fn each_server_gets_what_it_takes_and_is_told_of_the_rest() {
    let document = document();

    let sarif = text(Form::Sarif, &document);
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(sarif.as_bytes()).expect("memory");
    assert!(encoder.finish().expect("memory").len() < 10_000_000);
    let log: Value = serde_json::from_str(&sarif).expect("JSON");
    let runs = log["runs"].as_array().expect("runs");
    let results: Vec<&Value> = runs.iter().filter_map(|run| run["results"].as_array()).flatten().collect();
    let denied = results.iter().filter(|result| result["level"] == "error").count();
    assert!(runs.len() <= 20 && runs.iter().all(|run| run["results"].as_array().is_some_and(|results| results.len() <= 5000)));
    assert_eq!((denied, results.len() + before(&sarif, " more findings are left out")), (COUNT / 10, COUNT));
    assert_eq!(before(&sarif, " more notices are left out"), 1000);

    let junit = text(Form::Junit, &document);
    assert!(junit.len() < 30_000_000);
    let cases = junit.matches("<testcase").count() - junit.matches("<error").count();
    assert_eq!(cases + before(&junit, " more findings are left out"), COUNT);
    assert_eq!((junit.matches("<failure").count(), before(&junit, " more notices are left out")), (COUNT / 10, 1000));
    let said = format!("tests=\"{}\" failures=\"{}\" errors=\"5002\"", cases + 5002, COUNT / 10);
    assert_eq!(junit.matches(&said).count(), 2, "{}", &junit[..300]);

    let gitlab = text(Form::Gitlab, &document);
    assert!(gitlab.len() < 100_000_000);
    let report: Value = serde_json::from_str(&gitlab).expect("JSON");
    assert_eq!(report["vulnerabilities"].as_array().map(Vec::len), Some(COUNT), "it takes this many");

    let markdown = text(Form::Markdown, &document);
    assert!(markdown.len() < 1_000_000);
    assert_eq!(markdown.matches("| **deny** |").count() + before(&markdown, " more.\n"), COUNT, "what denies comes first");
    assert!(before(&markdown, " more that were not scanned") > 0);
}

#[test]
fn a_report_within_the_limits_keeps_its_order() {
    let document = document();
    let mut findings = document.findings.into_vec();
    findings.truncate(400);
    let document = Document { findings: findings.into(), ..self::document() };
    let paths: Vec<String> = document.findings.iter().map(|finding| finding.path.clone()).collect();
    for form in [Form::Sarif, Form::Junit, Form::Gitlab] {
        let text = text(form, &document);
        let places: Vec<usize> = paths.iter().filter_map(|path| text.find(path.as_str())).collect();
        assert!(places.len() == 400 && places.is_sorted(), "{form:?}");
        assert!(!text.contains("more findings are left out"), "{form:?}");
    }
}
