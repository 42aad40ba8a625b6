//! Credential files of known programs, as their documentation gives the form, with values made here.
//!
//! A case of `programs/*.txt` is a line `== what it is`, the file's path, and its lines behind a mark:
//!
//! - `!`: a finding that denies stands on the line (on a file's first line: the file's name may be it);
//! - `?`: a finding stands on it, which may be audited only (hashes, ciphertext under a key that lies elsewhere);
//! - `-`: nothing on it denies;
//! - `~`: it should be found, and is not yet;
//! - a blank: no matter.
//!
//! `<<alnum:12>>` is the template `{alnum:12}` of the patterns; braces are braces.

use nospill::detect::scanner::{Scanner, Scratch, Subject};
use nospill::rules::paths::{LowerPath, PathRules};
use nospill::rules::ruleset::RuleSet;
use nospill::rules::template::{Random, fill};
use nospill::types::rule::Confidence;

const CASES: &[&str] = &[
    include_str!("programs/databases.txt"),
    include_str!("programs/home.txt"),
    include_str!("programs/networks.txt"),
    include_str!("programs/servers.txt"),
    include_str!("programs/sites.txt"),
    include_str!("programs/systems.txt"),
    include_str!("programs/tools.txt"),
    include_str!("programs/transfer.txt"),
];

/// A file: what it is, its path, its text, and the marks of its lines by their numbers from 0.
struct Case {
    name: String,
    path: String,
    text: Vec<u8>,
    marks: Vec<(usize, char)>,
}

impl Case {
    /// Of what stands behind `== `.
    fn new(block: &str) -> Self {
        let mut lines = block.trim_end().lines();
        let (name, path) = (lines.next().expect("a name"), lines.next().expect("a path"));
        let mut case = Self { name: name.to_owned(), path: path.to_owned(), text: Vec::new(), marks: Vec::new() };
        let mut random = Random::new(name, path.len());
        for line in lines {
            let mark = line.chars().next().filter(|mark| "!?-~".contains(*mark));
            if let Some(mark) = mark {
                case.marks.push((case.text.iter().filter(|&&b| b == b'\n').count(), mark));
            }
            let line = if mark.is_some() { &line[1..] } else { line.strip_prefix(' ').unwrap_or(line) };
            let line = line.strip_prefix(' ').unwrap_or(line);
            let template = line.replace('{', "{{").replace('}', "}}").replace("<<", "{").replace(">>", "}");
            case.text.extend(fill(&template, &mut random).unwrap_or_else(|e| panic!("{name}: {e}")));
            case.text.push(b'\n');
        }
        case
    }

    /// The strongest finding of each line.
    fn found(&self, scanner: &Scanner, names: &PathRules) -> Vec<Option<Confidence>> {
        let subject = Subject { content: &self.text, path: self.path.as_bytes() };
        let line_of = |at: usize| self.text[..at].iter().filter(|&&b| b == b'\n').count();
        let mut lines = vec![None; line_of(self.text.len()) + 1];
        for m in scanner.scan(subject, &mut Scratch::default()).matches {
            for line in &mut lines[line_of(m.secret.start)..=line_of(m.secret.end)] {
                *line = (*line).max(Some(m.confidence));
            }
        }
        let rules = RuleSet::builtin();
        for rule in names.of(&rules, &LowerPath::new(self.path.as_bytes())) {
            lines[0] = lines[0].max(Some(rules.rule(rule).confidence));
        }
        lines
    }
}

#[test]
fn secrets_in_files_of_known_programs() {
    let rules = RuleSet::builtin();
    let (scanner, names) = (Scanner::new(RuleSet::builtin()), PathRules::new(&rules));
    let cases: Vec<Case> = CASES.iter().flat_map(|text| text.split("\n== ").skip(1)).map(Case::new).collect();
    let mut wrong = Vec::new();
    for case in &cases {
        let found = case.found(&scanner, &names);
        for &(line, mark) in &case.marks {
            let denied = found[line] >= Some(Confidence::Medium);
            let right = match mark {
                '!' => denied,
                '?' => found[line].is_some(),
                '-' => !denied,
                _ => true,
            };
            if !right {
                let text = String::from_utf8_lossy(&case.text);
                let line = text.lines().nth(line).unwrap_or_default();
                wrong.push(format!("{mark} {} ({}): {line}", case.name, case.path));
            }
        }
    }
    assert!(cases.len() > 200, "{} cases", cases.len());
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
