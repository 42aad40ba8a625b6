//! JUnit's XML, as CI servers read it: a test case a finding. What denies fails, what is audited passes and says so, what was
//! not scanned is an error. A clean run is one test that passes.

use std::io::{self, Write};

use super::escape;
use super::form::{flat, sentence};
use super::json::{Document, Effect, FindingV1};
use super::limits::Shown;

/// GitLab takes files of less than 30 MB and 500,000 test cases (its documentation of unit test reports and of instance limits,
/// 2026); Azure and Jenkins, which show all they are given, are no stricter.
const BYTES: u64 = 28_000_000;
const CASES: usize = 400_000;
/// Notices that are told one by one.
const NOTICES: usize = 5000;

/// Writes the XML document.
///
/// # Errors
/// Those of the writer.
pub fn write(document: &Document<'_>, out: &mut dyn Write) -> io::Result<()> {
    let of_case = |finding: &FindingV1, out: &mut dyn Write| out.write_all(case(finding).as_bytes());
    let shown = Shown::within(document, CASES, BYTES, &of_case);
    let denied = shown.places.iter().filter(|&&at| document.findings.effect(at) == Effect::Deny).count();
    let mut errors: Vec<String> = document.skipped().take(NOTICES).map(|notice| error(&notice.path, &notice.why)).collect();
    let more = document.skipped().count() - errors.len();
    if shown.left_out > 0 {
        let why =
            format!("{} more findings are left out of this report, the least severe: CI servers take no more", shown.left_out);
        errors.push(error("", &why));
    }
    if more > 0 {
        errors.push(error("", &format!("{more} more notices are left out of this report")));
    }
    let (tests, time) = ((shown.places.len() + errors.len()).max(1), document.summary.elapsed_ms as f64 / 1000.0);
    let counts = format!("tests=\"{tests}\" failures=\"{denied}\" errors=\"{}\" time=\"{time:.3}\"", errors.len());
    write!(
        out,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"nospill\" {counts}>\n  \
         <testsuite name=\"nospill\" {counts}>\n"
    )?;
    shown.places.iter().try_for_each(|&at| of_case(&document.findings.get(at), out))?;
    errors.iter().try_for_each(|error| out.write_all(error.as_bytes()))?;
    if shown.places.is_empty() && errors.is_empty() {
        out.write_all(b"    <testcase classname=\"nospill\" name=\"no secrets found\" time=\"0\"/>\n")?;
    }
    out.write_all(b"  </testsuite>\n</testsuites>\n")
}

/// What was not scanned, or is not told here.
fn error(path: &str, why: &str) -> String {
    let (path, why) = (attribute(if path.is_empty() { "nospill" } else { path }), attribute(why));
    format!(
        "    <testcase classname=\"not scanned\" name=\"{path}\" time=\"0\">\n      <error type=\"skipped\" message=\"{why}\"/>\n    </testcase>\n"
    )
}

fn case(finding: &FindingV1) -> String {
    // Of cases of one name servers keep the first, and several commits may have brought something to one place.
    let commit = finding.history.as_ref().map(|history| format!(" in {}", history.commit.id)).unwrap_or_default();
    let place = format!("{}:{}:{}{commit}", finding.path, finding.line, finding.column);
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
