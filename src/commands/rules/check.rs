//! `nospill rules check`: what is wrong with the rules of a file, said before they miss a secret.

use std::collections::BTreeSet;
use std::path::Path;

use super::file::RuleFile;
use super::sample::{self, Sample};
use super::words;
use crate::commands::print;
use crate::commands::setup::{Files, Place, Top};
use crate::config::schema::FILE_NAME;
use crate::detect::checks::{self, Outcome};
use crate::error::{CommandError, Kind};
use crate::exit::Exit;
use crate::report::escape;
use crate::rules::builtin;
use crate::rules::ruleset::{self, Compiled};
use crate::rules::schema::RawRule;
use crate::settings::Settings;
use crate::types::rule::{Check, Rule};

/// How many matches of a regex are made up.
const SAMPLES: usize = 200;

/// Something to say about a rule.
#[derive(Debug, PartialEq, Eq)]
enum Complaint {
    /// The rule can't be used, or never matches.
    Error(String),
    /// It costs speed, misses matches, or is not tested.
    Warning(String),
}

/// Judges the rules of a file, or of the configuration here.
///
/// # Errors
/// There is no file, it can't be read, or is no patterns file and no configuration.
pub(super) fn run(path: Option<&Path>) -> Result<Exit, CommandError> {
    let file = match path {
        Some(path) => RuleFile::read(path)?,
        None => {
            let (text, name) =
                Files::on_disk(&Settings::of_config(None), &Top::here()?, Place::Nowhere)?.nearest().ok_or_else(|| {
                    CommandError::new(Kind::User, format!("no {FILE_NAME} here"))
                        .hint("name the file: `nospill rules check FILE`")
                })?;
            RuleFile::parse(&text, name)?
        }
    };
    let (mut text, mut errors, mut warnings) = (String::new(), 0, 0);
    for (at, raw) in file.rules.iter().enumerate() {
        for complaint in complaints(&file, at, raw) {
            let (word, what) = match complaint {
                Complaint::Error(what) => (counted(&mut errors, "error"), what),
                Complaint::Warning(what) => (counted(&mut warnings, "warning"), what),
            };
            text.push_str(&format!("{word}[{}]: {what}\n", raw.id));
        }
    }
    let (rules, errors_said) = (words::count(file.rules.len(), "rule"), words::count(errors, "error"));
    text.push_str(&format!("{}: {rules}, {errors_said}, {}\n", file.name, words::count(warnings, "warning")));
    print(&escape::message(&text))?;
    Ok(if errors == 0 { Exit::Clean } else { Exit::Failed })
}

fn counted<'w>(count: &mut usize, word: &'w str) -> &'w str {
    *count += 1;
    word
}

/// Everything there is to say about the rule at a place of its file.
fn complaints(file: &RuleFile, at: usize, raw: &RawRule) -> Vec<Complaint> {
    let rule = match file.rule(raw) {
        Ok(rule) => rule,
        Err(error) => return vec![Complaint::Error(unprefixed(&error.to_string(), &raw.id))],
    };
    let mut all: Vec<Complaint> = clashes(file, at, &rule).into_iter().map(Complaint::Error).collect();
    if let Some(requires) = &rule.requires
        && file.find(&requires.rule).is_none()
    {
        all.push(Complaint::Error(format!("requires the unknown rule `{}`, so it never counts", requires.rule)));
    }
    if !rule.path.is_empty() && rule.path.iter().all(|glob| rule.except.contains(glob)) {
        all.push(Complaint::Error("can never match: `except` takes away all that `path` names".to_owned()));
    }
    match (&rule.regex, rule.reader) {
        (Some(_), Some(_)) => all.push(Complaint::Warning("its regex is not used: it has a reader".to_owned())),
        (Some(regex), None) => of_regex(&rule, regex, &mut all),
        (None, _) => {}
    }
    if rule.reader.is_some() && rule.keywords.is_empty() {
        all.push(Complaint::Error("can never match: a reader starts at keywords, and there are none".to_owned()));
    }
    if raw.accept.is_empty() || raw.reject.is_empty() {
        all.push(Complaint::Warning("not tested: give it an example in `accept` and one in `reject`".to_owned()));
    }
    all
}

/// The text of an error without the rule's name, which stands before it anyway.
fn unprefixed(error: &str, id: &str) -> String {
    error.strip_prefix(&format!("rule `{id}`: ")).unwrap_or(error).to_owned()
}

/// Other rules with the id. The file of a built-in family is the family, not a second one.
fn clashes(file: &RuleFile, at: usize, rule: &Rule) -> Vec<String> {
    let mut found = Vec::new();
    if file.rules[..at].iter().any(|other| other.id == rule.id) {
        found.push("the id is used twice in this file".to_owned());
    }
    for other in builtin::rules().filter(|other| other.family != file.family) {
        if other.id == rule.id {
            found.push("a built-in rule has this id".to_owned());
        } else if other.aliases.contains(&rule.id) {
            found.push(format!("the built-in rule `{}` had this id once and still answers to it", other.id));
        }
    }
    found
}

/// What its regex has against it.
fn of_regex(rule: &Rule, regex: &str, all: &mut Vec<Complaint>) {
    let compiled = match ruleset::compile(rule) {
        Ok(compiled) => compiled,
        Err(error) => return all.push(Complaint::Error(unprefixed(&error.to_string(), &rule.id))),
    };
    if rule.keywords.is_empty() && rule.path.is_empty() {
        let what = "no keywords: its regex runs over every byte of every file; name a text of 3 bytes that every match holds";
        all.push(Complaint::Warning(what.to_owned()));
    }
    if !compiled.regex.capture_names().any(|name| name == Some("secret")) {
        all.push(Complaint::Warning("no group `secret`: the first group, else all of the match, is taken for it".to_owned()));
    }
    let Some(syntax) = sample::syntax(regex) else { return };
    let Some(shortest) = syntax.properties().minimum_len() else {
        return all.push(Complaint::Error("can never match: no text fits its regex".to_owned()));
    };
    let longest_keyword = rule.keywords.iter().map(|keyword| keyword.len()).max().unwrap_or_default();
    if let (Some(reach), false) = (rule.reach, rule.keywords.is_empty())
        && shortest > longest_keyword + 2 * reach as usize
    {
        let what = format!("can never match: a match has {shortest} bytes at least, more than `reach` leaves around a keyword");
        return all.push(Complaint::Error(what));
    }
    of_samples(rule, &sample::draw(&syntax, &compiled, &rule.id, SAMPLES), &compiled, all);
}

/// What made-up matches show.
fn of_samples(rule: &Rule, samples: &[Sample], compiled: &Compiled, all: &mut Vec<Complaint>) {
    const TELLING: usize = 20;
    if samples.len() < TELLING {
        return;
    }
    let holds = |sample: &&Sample| {
        let lower = sample.whole.to_ascii_lowercase();
        rule.keywords.iter().any(|keyword| lower.windows(keyword.len()).any(|window| window == keyword.as_bytes()))
    };
    let with = samples.iter().filter(holds).count();
    if !rule.keywords.is_empty() && with == 0 {
        return all.push(Complaint::Error("can never match: no match of its regex holds one of its keywords".to_owned()));
    }
    if !rule.keywords.is_empty() && with < samples.len() {
        let shape = samples.iter().filter(|sample| !holds(sample)).map(Sample::shape).min_by_key(String::len).unwrap_or_default();
        let (without, count) = (samples.len() - with, samples.len());
        let what =
            format!("misses matches: {without} of {count} made-up matches of its regex hold none of its keywords, as `{shape}`");
        all.push(Complaint::Warning(what));
    }
    let across = |sample: &Sample| sample.whole.trim_ascii().contains(&b'\n');
    if !rule.keywords.is_empty() && rule.reach.is_none() && samples.iter().all(across) {
        let what = "can never match: its matches go over several lines, so it needs a `reach`";
        return all.push(Complaint::Error(what.to_owned()));
    }
    if compiled.regex.is_match(b"") {
        all.push(Complaint::Error("its regex matches nothing at all, the empty text".to_owned()));
    }
    for check in rule.checks.iter().filter(|check| drops_all(check, samples)) {
        let what = format!("its check `{}` drops every one of {} made-up matches", words::check(check), samples.len());
        all.push(Complaint::Warning(what));
    }
}

/// Whether a check drops whatever the regex matches, as far as made-up matches can tell.
fn drops_all(check: &Check, samples: &[Sample]) -> bool {
    match check {
        // What these want is never made up by chance.
        Check::Jwt | Check::Pem | Check::Base64(_) | Check::Checksum(_) | Check::Marvin(_) => false,
        // Made-up matches are drawn from alternatives evenly, so only the number of different bytes is telling.
        Check::Entropy(bits) => {
            let distinct: BTreeSet<u8> = samples.iter().flat_map(|sample| sample.secret.iter().copied()).collect();
            (distinct.len() as f32).log2() < *bits
        }
        check => samples.iter().all(|sample| checks::apply(check, &sample.secret, &sample.whole) == Outcome::Drop),
    }
}
