//! JUnit's XML, as CI servers read it: a test case a finding. What denies fails, what is audited passes and says so, what was
//! not scanned is an error. A clean run is one test that passes.

use super::escape;
use super::form::{flat, sentence};
use super::json::{Document, Effect, FindingV1};

/// The XML document.
pub fn render(document: &Document) -> String {
    let (mut cases, mut tests, mut failures, mut errors) = (String::new(), 0, 0, 0);
    for finding in document.counted() {
        tests += 1;
        failures += usize::from(finding.effect == Effect::Deny);
        cases.push_str(&case(finding));
    }
    for notice in document.skipped() {
        (tests, errors) = (tests + 1, errors + 1);
        let path = attribute(if notice.path.is_empty() { "nospill" } else { &notice.path });
        let why = attribute(&notice.why);
        cases.push_str(&format!(
            "    <testcase classname=\"not scanned\" name=\"{path}\" time=\"0\">\n      <error type=\"skipped\" message=\"{why}\"/>\n    </testcase>\n"
        ));
    }
    if tests == 0 {
        tests = 1;
        cases.push_str("    <testcase classname=\"nospill\" name=\"no secrets found\" time=\"0\"/>\n");
    }
    let time = document.summary.elapsed_ms as f64 / 1000.0;
    let counts = format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" time=\"{time:.3}\"");
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"nospill\" {counts}>\n  \
         <testsuite name=\"nospill\" {counts}>\n{cases}  </testsuite>\n</testsuites>\n"
    )
}

fn case(finding: &FindingV1) -> String {
    let place = format!("{}:{}:{}", finding.path, finding.line, finding.column);
    let (class, name, file) = (attribute(&finding.rule), attribute(&place), attribute(&finding.path));
    let open =
        format!("    <testcase classname=\"{class}\" name=\"{name}\" file=\"{file}\" line=\"{}\" time=\"0\">\n", finding.line);
    let sentence = attribute(&sentence(finding));
    let excerpt = attribute(&finding.excerpt);
    let inside = match finding.effect {
        Effect::Deny => {
            let kind = attribute(&finding.severity);
            format!("      <failure type=\"{kind}\" message=\"{sentence}\">{name}\n{excerpt}</failure>\n")
        }
        Effect::Audit | Effect::Off => format!("      <system-out>audit: {sentence}\n{excerpt}</system-out>\n"),
    };
    format!("{open}{inside}    </testcase>\n")
}

/// Text for an attribute or between tags: nothing that XML 1.0 has no way to say is left.
fn attribute(text: &str) -> String {
    let legal = |c: char| !matches!(c, '\u{fffe}' | '\u{ffff}');
    escape::markup(&flat(text).chars().filter(|&c| legal(c)).collect::<String>())
}
