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
#[path = "src/rules/packed.rs"]
mod packed;
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
use packed::Packer;
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
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    let mut packer = Packer::default();
    let starts: Vec<usize> = rules.iter().map(|rule| packer.rule(rule)).collect();
    let mut code = format!("static STARTS: [u32; {}] = {starts:?};\n", starts.len());
    for (name, is) in KINDS {
        let of_kind: Vec<usize> = (0..rules.len()).filter(|&at| is(&rules[at])).collect();
        writeln!(code, "pub(super) static {name}: [u16; {}] = {of_kind:?};", of_kind.len())?;
    }
    fs::write(out.join("builtin.rs"), code)?;
    fs::write(out.join("fingerprint.rs"), tables(&rules, &mut packer)?)?;
    fs::write(out.join("rules.txt"), packer.texts)?;
    fs::write(out.join("rules.bin"), packer.bytes)?;
    Ok(())
}

/// A kind's name, and what is of it.
type Kind = (&'static str, fn(&Rule) -> bool);

/// The kinds of rules that a scan looks up before it has met any keyword.
const KINDS: [Kind; 4] = [
    ("UNANCHORED", Rule::is_unanchored),
    ("PATHS", Rule::is_path_rule),
    ("BINARIES", Rule::is_binary_rule),
    ("ENTRIES", Rule::is_entries_rule),
];

/// The prefilter's tables as sparse lists: const functions of the library spread them.
fn tables(rules: &[Rule], packer: &mut Packer) -> Result<String, std::fmt::Error> {
    let keywords: Vec<_> =
        rules.iter().enumerate().flat_map(|(index, rule)| rule.keywords.iter().map(move |text| (index as u16, text))).collect();
    let tables = Fingerprint::new(keywords.iter().map(|&(rule, text)| {
        let text = text.as_bytes();
        Anchored { text, anchors: frequency::anchors(text), rule }
    }));
    let places: Vec<(usize, usize, u16)> = keywords.iter().map(|&(rule, text)| (packer.place(text), text.len(), rule)).collect();
    let mut code = format!("pub(super) static KEYWORDS: [(u32, u16, u16); {}] = {places:?};\n", places.len());
    let longest = keywords.iter().map(|(_, text)| text.len()).max().unwrap_or_default();
    writeln!(code, "pub(super) const LONGEST: usize = {longest};")?;
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
