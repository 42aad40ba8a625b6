//! A rule's examples, filled and scanned: what they should give, and what they do.

use super::words;
use crate::detect::scanner::{Scanner, Scratch, Subject};
use crate::detect::trace::{self, Candidate, Fate};
use crate::rules::paths::{LowerPath, PathRules};
use crate::rules::ruleset::{RuleSet, RuleSetError};
use crate::rules::schema::{Example, RawRule};
use crate::rules::template::{Random, fill};
use crate::types::rule::Rule;

/// The file that an example stands in when it names none.
const ANY_FILE: &str = "example.txt";

/// Runs the examples of `raw`, which describes `rule`; `companion` is the rule that it requires. Nothing else is looked
/// for, so that no other rule hides it. One line for each example that does not do what it says.
///
/// # Errors
/// The rule's regex does not compile.
pub fn faults(raw: &RawRule, rule: Rule, companion: Option<Rule>) -> Result<Vec<String>, RuleSetError> {
    let scanner = Scanner::new(RuleSet::only(std::iter::once(rule).chain(companion).collect())?);
    let accepts = raw.accept.iter().enumerate().map(|(at, example)| (at, Wish::Match, at + 1, example));
    let first = raw.accept.len();
    let rejects = raw.reject.iter().enumerate().map(|(at, example)| (first + at, Wish::Nothing, at + 1, example));
    let judge = |(seed, wish, number, example): (usize, Wish, usize, &Example)| {
        let word = if wish == Wish::Match { "accept" } else { "reject" };
        let subject = example.text.as_deref().or(example.path.as_deref()).unwrap_or_default();
        fault(&scanner, raw, example, wish, seed).map(|what| format!("{word} {number} {subject:?}: {what}"))
    };
    Ok(accepts.chain(rejects).filter_map(judge).collect())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Wish {
    Match,
    Nothing,
}

/// What an example does against its wish. The seed is the example's number among all, as everywhere.
fn fault(scanner: &Scanner, raw: &RawRule, example: &Example, wish: Wish, seed: usize) -> Option<String> {
    let path = example.path.as_deref();
    if scanner.rules().rule(0).is_path_rule() {
        let Some(path) = path else { return Some("an example of a path rule needs a `path`".to_owned()) };
        let found = PathRules::new(scanner.rules()).of(scanner.rules(), &LowerPath::new(path.as_bytes())).contains(&0);
        return match (found, wish) {
            (true, Wish::Nothing) => Some("the path matches".to_owned()),
            (false, Wish::Match) => Some("the path does not match".to_owned()),
            _ => None,
        };
    }
    let Some(template) = &example.text else { return Some("an example needs a `text`".to_owned()) };
    let text = match fill(template, &mut Random::new(&raw.id, seed)) {
        Ok(text) => text,
        Err(error) => return Some(error.to_string()),
    };
    let subject = Subject { content: &text, path: path.unwrap_or(ANY_FILE).as_bytes() };
    let scanned = scanner.scan(subject, &mut Scratch::default());
    let ours = scanned.matches.iter().filter(|m| m.rule == 0);
    let found: Vec<&str> = ours.map(|m| m.confidence.as_str()).collect();
    match (wish, &example.confidence) {
        (Wish::Match, _) if found.is_empty() => Some(format!("no match: {}", why_not(scanner, subject))),
        (Wish::Nothing, _) if !found.is_empty() => Some(format!("matches, with {} confidence", found.join(" and "))),
        (Wish::Match, Some(want)) if !found.contains(&want.as_str()) => {
            Some(format!("should be of {want} confidence, is of {}", found.join(" and ")))
        }
        _ => None,
    }
}

/// Why the first rule of a set has no match in a text.
fn why_not(scanner: &Scanner, subject: Subject<'_>) -> String {
    let lines = subject.content.split(|&b| b == b'\n').count() as u32;
    let traces: Vec<_> = (1..=lines).filter_map(|line| trace::line(scanner, subject, line)).collect();
    let candidate = traces.iter().flat_map(|trace| &trace.candidates).find(|candidate| candidate.rule == 0);
    if let Some(candidate) = candidate {
        return verdict(candidate);
    }
    let path = String::from_utf8_lossy(subject.path).to_lowercase();
    if !scanner.rules().paths(0).admits(&LowerPath::new(path.as_bytes())) {
        return format!("the rule is not for files as {path}");
    }
    if traces.iter().any(|trace| trace.passed.contains(&0)) {
        return "a keyword is there, the pattern does not match around it".to_owned();
    }
    if scanner.rules().rule(0).keywords.is_empty() { "the pattern does not match" } else { "no keyword in it" }.to_owned()
}

fn verdict(candidate: &Candidate) -> String {
    match (candidate.fate, candidate.checks.last()) {
        (Fate::Dropped, Some((check, outcome))) => {
            format!("check `{}` says: {}", words::check(check), words::outcome(check, *outcome))
        }
        (Fate::Unlikely, _) => "the reader takes the value for no secret".to_owned(),
        (Fate::Lonely, _) => "its companion is not near".to_owned(),
        (Fate::Covered(_), _) => "its companion's match covers it".to_owned(),
        _ => "what stands around it silences it".to_owned(),
    }
}
