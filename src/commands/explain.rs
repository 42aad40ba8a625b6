//! `nospill explain`: what a rule looks for and what to do about a finding, or why a place is reported or not.

mod place;
pub mod texts;

use std::ffi::OsStr;

use super::rules::{self, words};
use super::setup::Top;
use super::sought::Sought;
use super::{ground, print, say};
use crate::error::{CommandError, Kind};
use crate::exit::Exit;
use crate::pipeline::Pipeline;
use crate::report::escape;
use crate::settings::Settings;
use crate::types::rule::{Confidence, Reader, Rule};
use texts::Text;

/// What may be explained.
enum Subject {
    Rule(u16),
    Found(Sought),
}

/// Explains a rule, a place (`PATH:LINE`) or the finding of a fingerprint.
///
/// # Errors
/// There is no such thing, or the configuration is wrong.
pub fn run(settings: Settings, what: &OsStr) -> Result<Exit, CommandError> {
    let top = Top::here()?;
    let config = settings.config.as_deref().map(std::path::absolute).transpose();
    let config = config.map_err(|error| CommandError::new(Kind::Io, format!("current folder: {error}")))?;
    let settings = Settings { config, ..settings };
    let pipeline = rules::pipeline(&settings)?;
    match subject(&pipeline, what, &top)? {
        // Its examples are no secrets.
        Subject::Rule(index) => print(&page(pipeline.scanner.rules().rule(index))?)?,
        Subject::Found(sought) => {
            ground::go_to(&top.folder)?;
            say(&place::explained(&settings, &sought)?)?;
        }
    }
    Ok(Exit::Clean)
}

/// What was meant. A rule's id comes first; it holds no colon, a place does.
fn subject(pipeline: &Pipeline, what: &OsStr, top: &Top) -> Result<Subject, CommandError> {
    let rules = pipeline.scanner.rules();
    let text = what.to_string_lossy();
    if let Some(index) = rules.find(&text) {
        return Ok(Subject::Rule(index));
    }
    Sought::of(what, top).map(Subject::Found).ok_or_else(|| match text.contains(['/', '\\', '.', ':']) {
        true => CommandError::new(Kind::User, format!("`{text}` is no rule, no PATH:LINE and no fingerprint"))
            .hint("a place is a path, a colon and a line: `nospill explain src/settings.py:14`"),
        false => rules::unknown(rules, &text),
    })
}

/// Everything about a rule and its findings.
fn page(rule: &Rule) -> Result<String, CommandError> {
    let text = Text::of(rule)?;
    let mut page = format!("{}: {}\n", rule.id, rule.title);
    page.push_str(&format!(
        "family {}, {} severity, {} confidence\n",
        rule.family,
        rule.severity.as_str(),
        rule.confidence.as_str()
    ));
    section(&mut page, "What it is", &[&text.what, &what_is_found(rule)]);
    section(&mut page, "What somebody with it can do", &[&text.holder, texts::reach(rule.severity)]);
    let gone = "Treat it as known from the moment it was pushed: taking it out of the files or the history revokes nothing.";
    let docs = if rule.docs.is_empty() { String::new() } else { format!("See {}", rule.docs) };
    section(&mut page, "How to revoke it", &[&rule.advice, gone, &docs]);
    let keep_out: Vec<&str> = text.keep_out.iter().map(String::as_str).collect();
    section(&mut page, "How to keep it out next time", &keep_out);
    section(&mut page, "When it is no secret", &allow(rule));
    Ok(escape::message(&page).into_owned())
}

fn section(page: &mut String, title: &str, items: &[&str]) {
    page.push_str(&format!("\n{title}\n"));
    items.iter().filter(|item| !item.is_empty()).for_each(|item| page.push_str(&words::wrapped(item, 2, "- ")));
}

/// What the rule goes by, and what a match alone is worth.
fn what_is_found(rule: &Rule) -> String {
    let by = match (rule.is_path_rule(), rule.reader) {
        _ if !rule.magic.is_empty() => "A binary of this kind is the finding as a whole, known by its first bytes and structure",
        (true, _) => "The file's name alone is the finding",
        (_, Some(Reader::Assignment)) => "It is read where a value is assigned to such a name",
        (_, Some(Reader::Entries)) => "It is read where an object that is secret as a whole has an entry",
        (_, Some(Reader::Call)) => "It is read by its place among the arguments of such a call",
        (_, Some(Reader::Command)) => "It is read by its place on the line of such a command",
        _ => "It is known by its form",
    };
    let worth = match rule.confidence {
        Confidence::Low => "by itself a match is reported and does not block.",
        Confidence::Medium | Confidence::High | Confidence::Proven => "a match blocks unless a check lowers or drops it.",
    };
    let checks: Vec<String> = rule.checks.iter().map(words::check).collect();
    let checks = if checks.is_empty() { String::new() } else { format!(" Checks: {}.", checks.join("; ")) };
    format!("{by}; {worth}{checks}")
}

/// How to allow a finding of a rule.
fn allow(rule: &Rule) -> [&'static str; 2] {
    if rule.is_path_rule() || !rule.magic.is_empty() {
        return [
            "Name the file for what it is: examples and templates (`.env.example`) are left out where the rule knows them.",
            "Else exclude its path in .nospill.toml: `[scan]`, `exclude = [\"path/to/file\"]`.",
        ];
    }
    [
        "Put `nospill:allow` with the rule's id in a comment on the line; without the id it allows every rule there.",
        "A place full of samples is excluded in .nospill.toml: `[scan]`, `exclude = [\"path/\"]`.",
    ]
}
