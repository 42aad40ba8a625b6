//! The rules of `patterns/`, packed by the build script; each is unpacked when it is first asked for.

use std::sync::OnceLock;

use super::packed::Unpacker;
use crate::types::rule::{Rule, Text};

// STARTS, where each rule starts, and the rules of each kind: UNANCHORED, PATHS, BINARIES, ENTRIES.
include!(concat!(env!("OUT_DIR"), "/builtin.rs"));

static TEXTS: &str = include_str!(concat!(env!("OUT_DIR"), "/rules.txt"));
static BYTES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/rules.bin"));
// Boxed: an empty cell is not all zeros, so that unboxed ones would be half a megabyte of the program.
static RULES: [OnceLock<Box<Rule>>; STARTS.len()] = [const { OnceLock::new() }; STARTS.len()];

/// How many there are.
pub const LEN: usize = STARTS.len();

/// The rule of an index below [`LEN`], which counts in the order of file names and of rules in them.
pub fn rule(index: usize) -> Option<&'static Rule> {
    Some(RULES.get(index)?.get_or_init(|| Box::new(unpacker(index).rule())))
}

/// Every built-in rule.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    (0..LEN).filter_map(rule)
}

/// Their ids, without unpacking the rest.
pub fn ids() -> impl Iterator<Item = Text> {
    (0..LEN).map(|index| unpacker(index).text())
}

/// A part of their common text.
pub fn text(start: u32, len: u16) -> &'static str {
    TEXTS.get(start as usize..start as usize + usize::from(len)).unwrap_or_default()
}

fn unpacker(index: usize) -> Unpacker<'static> {
    Unpacker::new(TEXTS, BYTES.get(STARTS[index] as usize..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::packed::Packer;
    use crate::rules::{hint, schema};
    use crate::types::rule::Hint;

    /// What the build script packs is what the files say.
    #[test]
    fn every_rule_is_unpacked_as_it_is_written() {
        let mut paths: Vec<_> = std::fs::read_dir("patterns").expect("patterns/").map(|e| e.expect("an entry").path()).collect();
        paths.retain(|path| path.extension().is_some_and(|ext| ext == "toml"));
        paths.sort();
        let mut count = 0;
        let mut packer = Packer::default();
        for path in paths {
            let file = schema::parse(&std::fs::read_to_string(path).expect("a file")).expect("patterns");
            for raw in &file.rule {
                let plain = raw.to_rule(&file.family, &file.docs).expect("a rule");
                let hint = plain.regex.as_deref().map_or(Hint::NONE, |regex| hint::of(regex, &plain.keywords));
                let plain = Rule { hint, ..plain };
                assert_eq!(rule(count), Some(&plain));
                assert_eq!(packer.rule(&plain), STARTS[count] as usize);
                count += 1;
            }
        }
        assert_eq!((count, ids().count()), (LEN, LEN));
        assert!(ids().zip(rules()).all(|(id, rule)| id == rule.id));
    }

    #[test]
    fn the_rules_of_a_kind_are_listed() {
        let of = |is: fn(&Rule) -> bool| -> Vec<u16> {
            rules().enumerate().filter(|(_, rule)| is(rule)).map(|(at, _)| at as u16).collect()
        };
        assert_eq!(UNANCHORED[..], of(Rule::is_unanchored));
        assert_eq!(PATHS[..], of(Rule::is_path_rule));
        assert_eq!(BINARIES[..], of(Rule::is_binary_rule));
        assert_eq!(ENTRIES[..], of(Rule::is_entries_rule));
    }
}
