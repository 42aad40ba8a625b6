//! `nospill rules test`: the examples of a file's rules.

use std::path::Path;

use super::file::RuleFile;
use super::{examples, words};
use crate::commands::print;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::report::escape;
use crate::rules::schema::RawRule;

/// Runs the examples and says which do not do what they say; any such, and any broken rule, denies.
///
/// # Errors
/// The file can't be read or is no patterns file and no configuration.
pub(super) fn run(path: &Path) -> Result<Exit, CommandError> {
    let file = RuleFile::read(path)?;
    let (mut text, mut failed, mut bare, mut ran) = (String::new(), 0, 0, 0);
    for raw in &file.rules {
        let count = raw.accept.len() + raw.reject.len();
        let faults = faults(&file, raw);
        ran += count;
        failed += faults.len();
        if count == 0 {
            bare += 1;
            text.push_str(&format!("no examples: {}\n", raw.id));
        }
        for fault in faults {
            text.push_str(&format!("failed: {}: {fault}\n", raw.id));
        }
    }
    let (rules, examples) = (words::count(file.rules.len(), "rule"), words::count(ran, "example"));
    text.push_str(&format!("{}: {rules}, {examples}, {failed} failed, {bare} without examples\n", file.name));
    print(&escape::message(&text))?;
    Ok(if failed == 0 { Exit::Clean } else { Exit::Denied })
}

/// What is wrong with a rule's examples, or with the rule itself.
fn faults(file: &RuleFile, raw: &RawRule) -> Vec<String> {
    let rule = match file.rule(raw) {
        Ok(rule) => rule,
        Err(error) => return vec![error.to_string()],
    };
    let companion = match &raw.requires {
        None => None,
        Some(requires) => match file.find(&requires.rule) {
            Some(companion) => Some(companion),
            None => return vec![format!("requires the unknown rule `{}`", requires.rule)],
        },
    };
    examples::faults(raw, rule, companion).unwrap_or_else(|error| vec![error.to_string()])
}
