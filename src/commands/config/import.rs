//! `nospill config import`: what other scanners' files say, in our words, and what we can't say.

mod gitleaks;
mod glob;
mod plain;
mod secretlint;
mod talisman;
mod yaml;

use std::io::Write as _;
use std::path::Path;

use toml::{Table, Value};

use crate::cli::keep::Tool;
use crate::commands::print;
use crate::detect::scanner::Scanner;
use crate::error::{CommandError, Kind};
use crate::exit::Exit;
use crate::pipeline::veil;
use crate::report::escape;
use crate::rules::ruleset::RuleSet;
use crate::source::reader;
use crate::types::finding::Secret;

/// What becomes of a file.
#[derive(Default)]
struct Imported {
    exclude: Vec<String>,
    policies: Vec<String>,
    allows: Vec<String>,
    rules: Vec<String>,
    others: Vec<String>,
    lost: Vec<String>,
}

/// Prints the configuration, with what is lost as comments; how much that is goes to standard error, too.
///
/// # Errors
/// The file can't be read or parsed.
pub(super) fn run(tool: Tool, file: &Path) -> Result<Exit, CommandError> {
    let wrong = |what: String| CommandError::new(Kind::User, format!("{}: {what}", file.display()));
    let text = reader::own_text(file).map_err(|error| wrong(error.to_string()))?;
    let is_ignore = is_ignore(file);
    if tool == Tool::Gitleaks && is_ignore {
        let error = wrong("it lists findings, which are a baseline".to_owned());
        return Err(error.hint(format!("nospill baseline create --from {}", file.display())));
    }
    let imported = imported(tool, &text, is_ignore).map_err(wrong)?;
    print(&imported.render(file))?;
    if let lost @ 1.. = imported.lost.len() {
        // Standard output mostly goes into a file.
        let what = if lost == 1 { "1 entry was".to_owned() } else { format!("{lost} entries were") };
        let _ = writeln!(std::io::stderr(), "nospill: {what} not carried over: the comments say which");
    }
    Ok(Exit::Clean)
}

/// Whether a file is a list of what is ignored, which has a name of its own.
fn is_ignore(file: &Path) -> bool {
    file.file_name().is_some_and(|name| name.as_encoded_bytes().ends_with(b"ignore"))
}

/// The configuration that the text of a tool's file becomes; `file` is its name.
///
/// # Errors
/// What is wrong with the text.
pub fn convert(tool: Tool, text: &str, file: &Path) -> Result<String, String> {
    Ok(imported(tool, text, is_ignore(file))?.render(file))
}

fn imported(tool: Tool, text: &str, is_ignore: bool) -> Result<Imported, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut imported = Imported::default();
    match tool {
        Tool::Gitleaks => imported.gitleaks(&text.parse::<Table>().map_err(|error| error.to_string())?),
        Tool::DetectSecrets => imported.detect_secrets(&serde_json::from_str(text).map_err(|error| error.to_string())?),
        Tool::GitAllowed => imported.git_allowed(text),
        Tool::Talisman => imported.talisman_text(text)?,
        Tool::Secretlint if is_ignore => imported.secretlint_ignore(text.lines()),
        Tool::Secretlint => imported.secretlint(&yaml::first(text)?),
    }
    Ok(imported)
}

fn quoted(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}

fn list(texts: &[String]) -> String {
    texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", ")
}

/// An id of ours for a rule of theirs.
fn own_id(name: &str) -> String {
    let dashed = name.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    let words: Vec<&str> = dashed.split('-').filter(|word| !word.is_empty()).collect();
    // A name may have no letter of ours at all.
    format!("custom-{}", if words.is_empty() { "rule".to_owned() } else { words.join("-") })
}

/// What is said of an entry, without what may be a secret in it: what other scanners are told to allow looks like one.
fn masked(scanner: &Scanner, said: &str) -> String {
    const SHORTEST: usize = 8;
    let said = veil::text(scanner, said);
    let (mut masked, mut word) = (String::with_capacity(said.len()), String::new());
    let put = |word: &mut String, masked: &mut String| {
        let has = |kind: fn(&u8) -> bool| word.as_bytes().iter().any(kind);
        match word.len() >= SHORTEST && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic) {
            true => masked.push_str(&Secret::new(word.as_bytes()).redacted()),
            false => masked.push_str(word),
        }
        word.clear();
    };
    for c in said.chars() {
        if c.is_ascii_alphanumeric() || matches!(c, '_' | '+') {
            word.push(c);
        } else {
            put(&mut word, &mut masked);
            masked.push(c);
        }
    }
    put(&mut word, &mut masked);
    masked
}

impl Imported {
    /// An id of ours for a rule of theirs, which no rule has yet.
    fn own_id(&self, name: &str) -> String {
        let id = own_id(name);
        let is_taken = |id: &str| self.rules.iter().any(|rule| rule.starts_with(&format!("[[rule]]\nid = {}\n", quoted(id))));
        let numbered = (2..).map(|number| format!("{id}-{number}"));
        std::iter::once(id.clone()).chain(numbered).find(|id| !is_taken(id)).unwrap_or(id)
    }

    fn render(&self, file: &Path) -> String {
        let scanner = Scanner::new(RuleSet::builtin());
        let mut text = format!("# From {}.\n", escape::path(file.as_os_str().as_encoded_bytes()));
        for lost in &self.lost {
            text.push_str(&format!(
                "# not carried over: {}\n",
                escape::path(masked(&scanner, &lost.replace('\n', " ")).as_bytes())
            ));
        }
        self.others.iter().for_each(|other| text.push_str(&format!("{other}\n")));
        if !self.exclude.is_empty() {
            text.push_str(&format!("\n[scan]\nexclude = [{}]\n", list(&self.exclude)));
        }
        for part in self.policies.iter().chain(&self.allows).chain(&self.rules) {
            text.push_str(&format!("\n{part}"));
        }
        text
    }
}
