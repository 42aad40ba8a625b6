//! `nospill rules show`: everything about a rule.

use super::{unknown, words};
use crate::commands::print;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::pipeline::Pipeline;
use crate::report::escape;
use crate::types::rule::{Reader, Rule, Structure, Text};

/// Shows the rule of an id or a former id.
///
/// # Errors
/// No rule has it.
pub(super) fn run(pipeline: &Pipeline, id: &str) -> Result<Exit, CommandError> {
    let rules = pipeline.scanner.rules();
    let index = rules.find(id).ok_or_else(|| unknown(rules, id))?;
    print(&page(rules.rule(index)))?;
    Ok(Exit::Clean)
}

fn page(rule: &Rule) -> String {
    let list = |texts: &[Text]| texts.join(", ");
    let reader = rule.reader.map(Reader::as_text);
    let reach = match rule.reach {
        Some(bytes) => format!("{bytes} bytes on each side of a keyword"),
        None if rule.is_path_rule() => "the path alone".to_owned(),
        None if !rule.magic.is_empty() => "the whole binary".to_owned(),
        None if rule.keywords.is_empty() => "the whole content".to_owned(),
        None => "the keyword's line".to_owned(),
    };
    let requires = rule.requires.as_ref();
    let requires = requires.map(|r| format!("a match of {} within {} lines", r.rule, r.within_lines)).unwrap_or_default();
    let magic = rule.magic.iter().map(|magic| {
        let hex: String = magic.bytes.iter().map(|b| format!("{b:02x}")).collect();
        if magic.offset == 0 { hex } else { format!("{hex} at {}", magic.offset) }
    });
    let magic = magic.collect::<Vec<_>>().join(", ");
    let structure = Structure::ALL.iter().find(|(_, known)| rule.structure == Some(*known)).map(|(name, _)| *name);
    let checks: Vec<String> = rule.checks.iter().map(words::check).collect();
    let rows = [
        ("title", rule.title.to_string()),
        ("family", rule.family.to_string()),
        ("severity", rule.severity.as_str().to_owned()),
        ("confidence", rule.confidence.as_str().to_owned()),
        ("keywords", list(&rule.keywords)),
        ("regex", rule.regex.as_deref().unwrap_or_default().to_owned()),
        ("magic", magic),
        ("structure", structure.unwrap_or_default().to_owned()),
        ("reader", reader.unwrap_or_default().to_owned()),
        ("places", rule.places.join("; ")),
        ("reach", reach),
        ("files", list(&rule.path)),
        ("not in", list(&rule.except)),
        ("checks", checks.join("; ")),
        ("requires", requires),
        ("aliases", list(&rule.aliases)),
        ("advice", rule.advice.to_string()),
        ("docs", rule.docs.to_string()),
    ];
    let row = |(name, value): &(&str, String)| format!("  {name:10}  {}\n", escape::path(value.as_bytes()));
    let rows: String = rows.iter().filter(|(_, value)| !value.is_empty()).map(row).collect();
    format!("{}\n{rows}", rule.id)
}
