//! The fast way equals the slow obvious one: windows around keywords against every regex over everything.

use std::fs;

use nospill::detect::scanner::{Scanned, Scanner, Scratch, Subject};
use nospill::rules::ruleset::RuleSet;
use nospill::rules::schema;
use nospill::rules::template::{Random, fill};

/// Every text example of the patterns, accepts and rejects.
pub(crate) fn templates() -> Vec<(String, String)> {
    let mut paths: Vec<_> = fs::read_dir("patterns").expect("patterns/").map(|e| e.expect("an entry").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ext| ext == "toml"));
    paths.sort();
    let files = paths.iter().map(|path| schema::parse(&fs::read_to_string(path).expect("a file")).expect("a patterns file"));
    let rules = files.flat_map(|file| file.rule);
    rules
        .flat_map(|rule| rule.accept.into_iter().chain(rule.reject).filter_map(move |e| Some((rule.id.clone(), e.text?))))
        .collect()
}

fn compare(scanner: &Scanner, scratch: &mut Scratch, content: &[u8], path: &str) -> Scanned {
    let subject = Subject { content, path: path.as_bytes() };
    let (fast, slow) = (scanner.scan(subject, scratch), scanner.scan_everywhere(subject, scratch));
    if fast != slow {
        let show = |scanned: &Scanned| -> Vec<String> {
            let rule = |m: &nospill::types::finding::RawMatch| {
                format!("{} {:?} {:?}", scanner.rules().rule(m.rule).id, m.whole, m.confidence)
            };
            scanned.matches.iter().map(rule).collect()
        };
        panic!("windows: {:#?}\neverywhere: {:#?}\nin {:?}", show(&fast), show(&slow), String::from_utf8_lossy(content));
    }
    for found in &fast.matches {
        assert!(found.secret.start < found.secret.end && found.secret.end <= content.len(), "{found:?}");
    }
    fast
}

/// Examples, words and noise in random order, some on one line, some on their own.
pub(crate) fn medley(templates: &[(String, String)], random: &mut Random) -> Vec<u8> {
    const WORDS: &[&str] = &[
        "password",
        "secret: ",
        "token=",
        "\"key\" : ",
        "let x = ",
        "azure ",
        "https://",
        "\t",
        "// ",
        "{",
        "}",
        "\r",
        "'",
        "\"",
    ];
    let mut text = Vec::new();
    for _ in 0..24 {
        match random.below(5) {
            0 | 1 => {
                let (id, template) = &templates[random.below(templates.len())];
                let seed = random.below(1000);
                text.extend(fill(template, &mut Random::new(id, seed)).expect("a template"));
            }
            2 => text.extend(WORDS[random.below(WORDS.len())].as_bytes()),
            3 => {
                let count = random.below(60);
                text.extend(random.text(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/=-_. \"':", count));
            }
            _ => {
                let count = random.below(12);
                text.extend(random.bytes(count));
            }
        }
        text.extend([&b"\n"[..], b" ", b"\n\n", b"", b"\r\n"][random.below(5)]);
    }
    text
}

#[test]
fn on_random_text() {
    let (scanner, templates) = (Scanner::new(RuleSet::builtin()), templates());
    let mut scratch = Scratch::default();
    let mut found = 0;
    for seed in 0..60 {
        let mut random = Random::new("oracle", seed);
        let path = ["a.py", "b.yaml", ".env", "c.txt", "d.json"][random.below(5)];
        found += compare(&scanner, &mut scratch, &medley(&templates, &mut random), path).matches.len();
    }
    assert!(found > 200, "the medleys hold secrets: {found}");
}

/// Lines many times as long as a window, full of keywords, so that their windows meet and go on and on.
#[test]
fn on_long_lines_full_of_keywords() {
    let (scanner, templates) = (Scanner::new(RuleSet::builtin()), templates());
    let mut scratch = Scratch::default();
    for (seed, word) in ["AKIA", "https://", "token=", "ghp_ "].into_iter().enumerate() {
        let mut random = Random::new("long lines", seed);
        let mut text = Vec::new();
        for _ in 0..6 {
            let (id, template) = &templates[random.below(templates.len())];
            text.extend(fill(template, &mut Random::new(id, seed)).expect("a template"));
            text.push(b' ');
            text.extend(word.repeat(random.below(3000)).into_bytes());
        }
        text.retain(|&byte| byte != b'\n');
        text.extend(b"\nAKIA\n");
        compare(&scanner, &mut scratch, &text, "a.txt");
    }
}

#[test]
fn on_every_example_alone() {
    let (scanner, templates) = (Scanner::new(RuleSet::builtin()), templates());
    let mut scratch = Scratch::default();
    // Ten examples a text, a blank line between them: one by one would take minutes.
    for (at, group) in templates.chunks(10).enumerate() {
        let filled = group.iter().map(|(id, template)| fill(template, &mut Random::new(id, at)).expect("a template"));
        compare(&scanner, &mut scratch, &filled.collect::<Vec<_>>().join(&b"\n\n"[..]), "a.txt");
    }
}

#[test]
fn on_real_text() {
    let scanner = Scanner::new(RuleSet::builtin());
    let mut scratch = Scratch::default();
    for path in
        ["README.md", "src/source/index.rs", "src/rules/schema.rs", "hooks/pre-commit", "patterns/github.toml", "Cargo.lock"]
    {
        compare(&scanner, &mut scratch, &fs::read(path).expect("a file"), path);
    }
}

/// Nothing is compiled that a content does not need: what keeps a one-line commit fast with a thousand rules.
#[test]
fn source_without_secrets_compiles_few_regexes() {
    let scanner = Scanner::new(RuleSet::builtin());
    for path in ["src/source/staged.rs", "src/detect/scanner.rs", "src/commands/scan.rs", "src/report/human.rs", "README.md"] {
        scanner.scan(Subject { content: &fs::read(path).expect("a file"), path: path.as_bytes() }, &mut Scratch::default());
    }
    let compiled: Vec<&str> = scanner.rules().compiled().map(|rule| &*rule.id).collect();
    assert!(compiled.len() < 20, "{} of {}: {compiled:?}", compiled.len(), scanner.rules().len());
}
