//! `nospill rules list`: a line a rule.

use serde::Serialize;

use super::closest;
use crate::cli::rules::ListFormat;
use crate::commands::print;
use crate::error::{CommandError, Kind};
use crate::exit::Exit;
use crate::pipeline::Pipeline;
use crate::report::escape;
use crate::types::rule::Rule;

/// One document; later changes add fields and never rename one.
#[derive(Serialize)]
struct Document<'r> {
    version: u32,
    rules: Vec<RuleV1<'r>>,
}

#[derive(Serialize)]
struct RuleV1<'r> {
    id: &'r str,
    family: &'r str,
    title: &'r str,
    severity: &'static str,
    confidence: &'static str,
    advice: &'r str,
    docs: &'r str,
    aliases: Vec<&'r str>,
    keywords: Vec<&'r str>,
}

/// Lists the rules of a family, or all.
///
/// # Errors
/// No rule is of that family.
pub(super) fn run(pipeline: &Pipeline, family: Option<&str>, format: ListFormat) -> Result<Exit, CommandError> {
    let all = pipeline.scanner.rules();
    let wanted = |rule: &&Rule| family.is_none_or(|family| rule.family == family);
    let rules: Vec<&Rule> = all.iter().map(|(_, rule)| rule).filter(wanted).collect();
    if let (true, Some(family)) = (rules.is_empty(), family) {
        let mut families: Vec<&str> = all.iter().map(|(_, rule)| &*rule.family).collect();
        families.sort_unstable();
        families.dedup();
        let close = closest(family, families.iter().copied());
        let error = CommandError::new(Kind::User, format!("no rule is of the family `{family}`"));
        return Err(match close.first() {
            Some(close) => error.hint(format!("did you mean {close}?")),
            None => error.hint(format!("families: {}", families.join(", "))),
        });
    }
    match format {
        ListFormat::Human => print(&table(&rules))?,
        ListFormat::Json => print(&json(&rules))?,
    }
    Ok(Exit::Clean)
}

fn table(rules: &[&Rule]) -> String {
    let width = rules.iter().map(|rule| rule.id.len()).max().unwrap_or_default();
    let line = |rule: &&Rule| {
        let (severity, confidence) = (rule.severity.as_str(), rule.confidence.as_str());
        // What is from a configuration may hold anything, a line feed included.
        format!("{:width$}  {severity:8}  {confidence:10}  {}\n", rule.id, escape::path(rule.title.as_bytes()))
    };
    rules.iter().map(line).collect()
}

fn json(rules: &[&Rule]) -> String {
    let document = Document { version: 1, rules: rules.iter().copied().map(wire).collect() };
    // Strings and numbers only: nothing that JSON can't hold.
    serde_json::to_string_pretty(&document).map(|text| text + "\n").unwrap_or_default()
}

fn wire(rule: &Rule) -> RuleV1<'_> {
    RuleV1 {
        id: &rule.id,
        family: &rule.family,
        title: &rule.title,
        severity: rule.severity.as_str(),
        confidence: rule.confidence.as_str(),
        advice: &rule.advice,
        docs: &rule.docs,
        aliases: rule.aliases.iter().map(|text| &**text).collect(),
        keywords: rule.keywords.iter().map(|text| &**text).collect(),
    }
}
