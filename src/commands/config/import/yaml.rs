//! YAML of another's making: it is read only after its size was told, since a few lines of aliases can stand for more than
//! memory holds, and a nesting for more than the stack does.

use std::collections::{HashMap, HashSet};

use yaml_rust2::parser::Parser;
use yaml_rust2::{Event, Yaml, YamlLoader};

/// Values that a file may stand for, aliases followed.
const VALUES: u64 = 1 << 20;
/// How deep values may lie in each other.
const DEPTH: usize = 100;

/// The first document of YAML, which JSON is, too.
///
/// # Errors
/// It does not parse, lies deeper than 100 values, or stands for over a million.
pub(super) fn first(text: &str) -> Result<Yaml, String> {
    bounded(text)?;
    let documents = YamlLoader::load_from_str(text).map_err(|error| error.to_string())?;
    Ok(documents.into_iter().next().unwrap_or(Yaml::Null))
}

/// The parts of YAML in which no key at the left edge stands twice. Tools that add to their file by pasting make such files,
/// and readers that take the last of equal keys never say so. A line at the edge is no part of a longer value.
pub(super) fn parts(text: &str) -> Vec<&str> {
    let (mut parts, mut keys, mut start, mut at) = (Vec::new(), HashSet::new(), 0, 0);
    for line in text.split_inclusive('\n') {
        let key = line.split_once(':').map(|(key, _)| key.trim_end()).filter(|key| key.starts_with(char::is_alphabetic));
        if let Some(key) = key
            && !keys.insert(key)
        {
            parts.push(&text[start..at]);
            keys = HashSet::from([key]);
            start = at;
        }
        at += line.len();
    }
    parts.push(&text[start..]);
    parts
}

/// Counts the values, event by event: this takes no stack and follows no alias.
fn bounded(text: &str) -> Result<(), String> {
    let mut parser = Parser::new_from_str(text);
    // Of each open list or table its anchor and the count before it; of each anchor how many values it stands for.
    let (mut open, mut sizes, mut count) = (Vec::new(), HashMap::new(), 0u64);
    loop {
        let (event, marker) = parser.next_token().map_err(|error| error.to_string())?;
        match event {
            Event::StreamEnd => return Ok(()),
            Event::Scalar(_, _, anchor, _) => {
                count += 1;
                sizes.insert(anchor, 1);
            }
            Event::Alias(anchor) => count += sizes.get(&anchor).copied().unwrap_or(1),
            Event::SequenceStart(anchor, _) | Event::MappingStart(anchor, _) => {
                open.push((anchor, count));
                count += 1;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some((anchor, before)) = open.pop() {
                    sizes.insert(anchor, count - before);
                }
            }
            Event::Nothing | Event::StreamStart | Event::DocumentStart | Event::DocumentEnd => {}
        }
        if open.len() > DEPTH {
            return Err(format!("line {}: values lie more than {DEPTH} deep", marker.line()));
        }
        if count > VALUES {
            return Err(format!("line {}: with its aliases it stands for over {VALUES} values", marker.line()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_much_is_said() {
        let bomb = |levels: usize| {
            let level = |at: usize| format!("a{at}: &a{at} [{}]\n", format!("*a{}, ", at - 1).repeat(10));
            (1..levels).map(level).fold("a0: &a0 [x]\n".to_owned(), |text, line| text + &line)
        };
        for (text, error) in [
            ("a: &x [1, 2]\nb: *x\n".to_owned(), None),
            (bomb(4), None),
            (bomb(60), Some("over 1048576 values")),
            (format!("{}x", "- ".repeat(90)), None),
            (format!("{}x", "- ".repeat(200_000)), Some("100 deep")),
            (format!("{}x", "? ".repeat(200_000)), Some("100 deep")),
            ("[".repeat(200_000), Some("recursion limit")),
        ] {
            let said = first(&text).err();
            let head = &text[..text.len().min(40)];
            assert_eq!(said.is_some(), error.is_some(), "{head}: {said:?}");
            assert!(said.unwrap_or_default().contains(error.unwrap_or_default()), "{head}");
        }
    }
}
