//! Turns `patterns/*.toml` into static data, so that a run parses and allocates nothing to have the built-in rules.

#![allow(dead_code, unreachable_pub, missing_docs)] // the included files serve the library; only parts are used here

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, error::Error, fs};

#[path = "src/detect/prefilter/fingerprint.rs"]
mod fingerprint;
#[path = "src/rules/frequency.rs"]
mod frequency;
#[path = "src/rules/hint.rs"]
mod hint;
#[path = "src/rules/places.rs"]
mod places;
#[path = "src/types/rule.rs"]
mod rule;
#[path = "src/rules/schema.rs"]
mod schema;
#[path = "src/rules/services.rs"]
mod services;
mod rules {
    pub(crate) use super::frequency;
}
mod types {
    pub(crate) use super::rule;
}

use fingerprint::{Anchored, Fingerprint, Slots};
use rule::Rule;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=patterns");
    println!("cargo::rerun-if-changed=build.rs");
    let mut files: Vec<PathBuf> = fs::read_dir("patterns")?.map(|entry| entry.map(|e| e.path())).collect::<Result<_, _>>()?;
    files.retain(|path| path.extension().is_some_and(|ext| ext == "toml"));
    files.sort();
    let mut rules = Vec::new();
    for path in &files {
        rules.extend(read(path).map_err(|error| format!("{}: {error}", path.display()))?);
    }
    check_ids(&rules)?;
    let mut code = format!("pub(super) static RULES: [Rule; {}] = [\n", rules.len());
    for rule in &rules {
        writeln!(code, "{},", literal(rule)?)?;
    }
    code.push_str("];\n");
    let out = env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?;
    fs::write(Path::new(&out).join("builtin.rs"), code)?;
    fs::write(Path::new(&out).join("fingerprint.rs"), tables(&rules)?)?;
    Ok(())
}

/// The prefilter's tables as sparse lists: const functions of the library spread them.
fn tables(rules: &[Rule]) -> Result<String, std::fmt::Error> {
    let keywords: Vec<_> =
        rules.iter().enumerate().flat_map(|(index, rule)| rule.keywords.iter().map(move |text| (index as u16, text))).collect();
    let tables = Fingerprint::new(keywords.iter().map(|&(rule, text)| {
        let text = text.as_bytes();
        Anchored { text, anchors: frequency::anchors(text), rule }
    }));
    let mut code = format!("pub(super) static KEYWORDS: [Keyword; {}] = [\n", keywords.len());
    for (rule, text) in &keywords {
        writeln!(code, "Keyword {{ text: Cow::Borrowed({text:?}), rule: {rule} }},")?;
    }
    let longest = keywords.iter().map(|(_, text)| text.len()).max().unwrap_or_default();
    writeln!(code, "];\npub(super) const LONGEST: usize = {longest};")?;
    writeln!(code, "static KEYS: [Key; {}] = {:?};", tables.keys.len(), tables.keys)?;
    writeln!(code, "static LISTS: [u16; {}] = {:?};", tables.lists.len(), tables.lists)?;
    let Slots { kinds, neighbours, starts } = &tables.slots;
    writeln!(code, "static KINDS: [u16; {}] = {kinds:?};", kinds.len())?;
    writeln!(code, "static NEIGHBOURS: [Neighbours; {}] = {neighbours:?};", neighbours.len())?;
    writeln!(code, "static STARTS: [u32; {}] = {starts:?};", starts.len())?;
    let words = tables.bitmap.iter().enumerate().filter(|(_, word)| **word != 0);
    writeln!(code, "const WORDS: &[(usize, u32)] = &{:?};", words.collect::<Vec<_>>())?;
    Ok(code)
}

fn read(path: &Path) -> Result<Vec<Rule>, Box<dyn Error>> {
    let file = schema::parse(&fs::read_to_string(path)?)?;
    if path.file_stem().is_none_or(|stem| stem != file.family.as_str()) {
        return Err(format!("family `{}` must equal the file's name", file.family).into());
    }
    let mut rules = Vec::new();
    for raw in &file.rule {
        raw.has_examples()?;
        let rule = raw.to_rule(&file.family, &file.docs)?;
        let hint = rule.regex.as_deref().map_or(rule::Hint::NONE, |regex| hint::of(regex, &rule.keywords));
        rules.push(Rule { hint, ..rule });
    }
    Ok(rules)
}

fn check_ids(rules: &[Rule]) -> Result<(), Box<dyn Error>> {
    let mut ids: Vec<&str> = rules.iter().flat_map(|r| r.aliases.iter().chain([&r.id])).map(|id| &**id).collect();
    ids.sort_unstable();
    if let Some(pair) = ids.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(format!("rule id `{}` is used twice", pair[0]).into());
    }
    let unknown = rules.iter().filter_map(|r| r.requires.as_ref()).find(|q| ids.binary_search(&&*q.rule).is_err());
    if let Some(requires) = unknown {
        return Err(format!("`requires` names the unknown rule `{}`", requires.rule).into());
    }
    Ok(())
}

fn texts(list: &[rule::Text]) -> String {
    let items: Vec<String> = list.iter().map(|text| format!("Cow::Borrowed({text:?})")).collect();
    format!("Cow::Borrowed(&[{}])", items.join(", "))
}

fn check(check: &rule::Check) -> String {
    use rule::Check;
    match check {
        Check::Public(list) => format!("Check::Public({})", texts(list)),
        Check::Doubtful(list) => format!("Check::Doubtful({})", texts(list)),
        Check::LowerIf(list) => format!("Check::LowerIf({})", texts(list)),
        Check::Marvin(list) => format!("Check::Marvin({})", texts(list)),
        Check::Base64(text) => format!("Check::Base64(Cow::Borrowed({text:?}))"),
        Check::Checksum(sum) => format!("Check::Checksum(Checksum::{sum:?})"),
        plain => format!("Check::{plain:?}"),
    }
}

fn hint_literal(hint: &rule::Hint) -> String {
    let rule::Hint { run, alphabet, byte, also } = hint;
    format!("Hint {{ run: {run}, alphabet: {alphabet}, byte: {byte:?}, also: {} }}", texts(also))
}

fn magic(magic: &rule::Magic) -> String {
    format!("Magic {{ offset: {}, bytes: Cow::Borrowed(&{:?}) }}", magic.offset, magic.bytes)
}

/// The Rust literal of a rule.
fn literal(rule: &Rule) -> Result<String, std::fmt::Error> {
    let mut code = String::from("Rule {");
    for (name, text) in
        [("id", &rule.id), ("family", &rule.family), ("title", &rule.title), ("advice", &rule.advice), ("docs", &rule.docs)]
    {
        write!(code, " {name}: Cow::Borrowed({text:?}),")?;
    }
    for (name, list) in [
        ("aliases", &rule.aliases),
        ("keywords", &rule.keywords),
        ("places", &rule.places),
        ("path", &rule.path),
        ("except", &rule.except),
    ] {
        write!(code, " {name}: {},", texts(list))?;
    }
    write!(code, " severity: Severity::{:?}, confidence: Confidence::{:?},", rule.severity, rule.confidence)?;
    match &rule.regex {
        Some(regex) => write!(code, " regex: Some(Cow::Borrowed({regex:?})),")?,
        None => code.push_str(" regex: None,"),
    }
    match rule.reader {
        Some(reader) => write!(code, " reader: Some(Reader::{reader:?}),")?,
        None => code.push_str(" reader: None,"),
    }
    match rule.structure {
        Some(structure) => write!(code, " structure: Some(Structure::{structure:?}),")?,
        None => code.push_str(" structure: None,"),
    }
    write!(code, " leads: Cow::Borrowed(&{:?}),", rule.leads)?;
    let magic: Vec<String> = rule.magic.iter().map(magic).collect();
    write!(code, " magic: Cow::Borrowed(&[{}]),", magic.join(", "))?;
    write!(code, " hint: {}, reach: {:?},", hint_literal(&rule.hint), rule.reach)?;
    let checks: Vec<String> = rule.checks.iter().map(check).collect();
    write!(code, " checks: Cow::Borrowed(&[{}]),", checks.join(", "))?;
    match &rule.requires {
        Some(r) => write!(
            code,
            " requires: Some(Requires {{ rule: Cow::Borrowed({:?}), within_lines: {} }}) }}",
            r.rule, r.within_lines
        )?,
        None => code.push_str(" requires: None }"),
    }
    Ok(code)
}
