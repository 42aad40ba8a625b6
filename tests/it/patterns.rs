//! Every example of every patterns file, filled and scanned.

use std::fs;

use nospill::detect::scanner::{Scanner, Scratch, Subject};
use nospill::rules::ruleset::{RuleSet, compile};
use nospill::rules::schema::{self, Example, PatternFile, RawRule};
use nospill::rules::template::{Random, fill};

fn files() -> Vec<PatternFile> {
    let mut paths: Vec<_> = fs::read_dir("patterns").expect("patterns/").map(|e| e.expect("an entry").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ext| ext == "toml"));
    paths.sort();
    let read = |path| schema::parse(&fs::read_to_string(&path).expect("a file")).unwrap_or_else(|e| panic!("{path:?}: {e}"));
    paths.into_iter().map(read).collect()
}

/// What the scanner with all rules finds of `rule` in an example: the confidences.
fn findings(scanner: &Scanner, rule: &RawRule, example: &Example, text: &[u8]) -> Vec<String> {
    let path = example.path.clone().unwrap_or_else(|| "example.txt".to_owned());
    let subject = Subject { content: text, path: path.as_bytes() };
    let scanned = scanner.scan(subject, &mut Scratch::default());
    let ours = scanned.matches.iter().filter(|m| scanner.rules().rule(m.rule).id == rule.id.as_str());
    ours.map(|m| m.confidence.as_str().to_owned()).collect()
}

/// The scanner with this rule and those it requires, so that overlaps with other rules do not hide it.
fn alone(all: &[PatternFile], file: &PatternFile, rule: &RawRule) -> Scanner {
    let mut rules = vec![rule.to_rule(&file.family, &file.docs).expect("a rule")];
    if let Some(requires) = &rule.requires {
        let (other_file, other) = all
            .iter()
            .find_map(|f| f.rule.iter().find(|r| r.id == requires.rule).map(|r| (f, r)))
            .unwrap_or_else(|| panic!("{}: requires the unknown rule {}", rule.id, requires.rule));
        rules.push(other.to_rule(&other_file.family, &other_file.docs).expect("a rule"));
    }
    Scanner::new(RuleSet::only(rules).unwrap_or_else(|e| panic!("{e}")))
}

#[test]
fn every_example_does_what_it_says() {
    let all = files();
    let mut wrong = Vec::new();
    for (file, rule) in all.iter().flat_map(|f| f.rule.iter().map(move |r| (f, r))) {
        if let Err(error) = rule.has_examples() {
            wrong.push(error.to_string());
        }
        let scanner = alone(&all, file, rule);
        let path_rule = scanner.rules().rule(0).is_path_rule();
        for (index, (example, accept)) in
            rule.accept.iter().map(|e| (e, true)).chain(rule.reject.iter().map(|e| (e, false))).enumerate()
        {
            if path_rule {
                let path = example.path.as_deref().unwrap_or_default();
                let found =
                    !nospill::rules::paths::PathRules::new(scanner.rules()).of(scanner.rules(), path.as_bytes()).is_empty();
                if found != accept {
                    wrong.push(format!("{}: path {path:?} found: {found}", rule.id));
                }
                continue;
            }
            let template = example.text.as_deref().unwrap_or_default();
            let text = match fill(template, &mut Random::new(&rule.id, index)) {
                Ok(text) => text,
                Err(error) => {
                    wrong.push(format!("{}: {error}", rule.id));
                    continue;
                }
            };
            let found = findings(&scanner, rule, example, &text);
            let text = String::from_utf8_lossy(&text);
            if found.is_empty() == accept {
                wrong.push(format!(
                    "{}: {} {template:?} gives {found:?} in {text:?}",
                    rule.id,
                    if accept { "accept" } else { "reject" }
                ));
            } else if let Some(want) = &example.confidence
                && !found.contains(want)
            {
                wrong.push(format!("{}: {template:?} should be {want}, is {found:?}", rule.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn accepts_are_reported_by_the_whole_set_too() {
    let all = files();
    let scanner = Scanner::new(RuleSet::builtin());
    let mut wrong = Vec::new();
    for (index, rule, example) in
        all.iter().flat_map(|f| &f.rule).flat_map(|r| r.accept.iter().enumerate().map(move |(i, e)| (i, r, e)))
    {
        let Some(template) = &example.text else { continue };
        let text = fill(template, &mut Random::new(&rule.id, index)).unwrap_or_default();
        let path = example.path.clone().unwrap_or_else(|| "example.txt".to_owned());
        let scanned = scanner.scan(Subject { content: &text, path: path.as_bytes() }, &mut Scratch::default());
        if scanned.matches.is_empty() {
            wrong.push(format!("{}: {template:?}", rule.id));
        }
    }
    assert!(wrong.is_empty(), "{} accepts give nothing with all rules:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn built_in_regexes_compile_and_hold_their_group() {
    for (_, rule) in RuleSet::builtin().iter().filter(|(_, rule)| rule.regex.is_some()) {
        let compiled = compile(rule).unwrap_or_else(|e| panic!("{e}"));
        assert!(compiled.regex.capture_names().any(|name| name == Some("secret")), "{}: no group `secret`", rule.id);
        assert!(!rule.keywords.is_empty(), "{}: no keywords", rule.id);
    }
}
