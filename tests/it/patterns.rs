//! Every example of every patterns file, filled and scanned.

use std::fs;

use nospill::commands::rules::examples;
use nospill::detect::scanner::{Scanner, Scratch, Subject};
use nospill::rules::ruleset::{RuleSet, compile};
use nospill::rules::schema::{self, PatternFile};
use nospill::rules::template::{Random, fill};
use nospill::types::rule::Rule;

fn files() -> Vec<PatternFile> {
    let mut paths: Vec<_> = fs::read_dir("patterns").expect("patterns/").map(|e| e.expect("an entry").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ext| ext == "toml"));
    paths.sort();
    let read = |path| schema::parse(&fs::read_to_string(&path).expect("a file")).unwrap_or_else(|e| panic!("{path:?}: {e}"));
    paths.into_iter().map(read).collect()
}

#[test]
fn every_example_does_what_it_says() {
    let all = files();
    let mut wrong = Vec::new();
    for (file, rule) in all.iter().flat_map(|f| f.rule.iter().map(move |r| (f, r))) {
        if let Err(error) = rule.has_examples() {
            wrong.push(error.to_string());
        }
        let own = rule.to_rule(&file.family, &file.docs).expect("a rule");
        let companion = rule.requires.as_ref().map(|requires| find(&all, &requires.rule));
        let faults = examples::faults(rule, own, companion).unwrap_or_else(|e| panic!("{e}"));
        wrong.extend(faults.into_iter().map(|fault| format!("{}: {fault}", rule.id)));
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// The rule of an id.
fn find(all: &[PatternFile], id: &str) -> Rule {
    let found = all.iter().find_map(|file| file.rule.iter().find(|rule| rule.id == id).map(|rule| (file, rule)));
    let (file, rule) = found.unwrap_or_else(|| panic!("requires the unknown rule {id}"));
    rule.to_rule(&file.family, &file.docs).expect("a rule")
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
        // What would run over everything must be for few files.
        assert!(!rule.keywords.is_empty() || !rule.path.is_empty(), "{}: no keywords", rule.id);
    }
}
