//! `nospill config show`: every value that is in force, and where it is from.

use std::collections::BTreeMap;

use toml_edit::{Document, Item, TableLike};

use super::layers;
use crate::commands::say;
use crate::config::layers::{Layer, Rank};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::settings::Settings;

/// What holds where nobody says otherwise.
const DEFAULTS: [(&str, &str); 4] = [
    ("markers.own", "true"),
    ("markers.foreign", "true"),
    ("baseline.file", "\".nospill.baseline\""),
    ("baseline.renames", "false"),
];

/// A value as written, and where.
struct Value {
    text: String,
    place: String,
}

/// Prints it, the weakest layer first; of values that a stronger layer sets anew only the last.
///
/// # Errors
/// A configuration is wrong.
pub(super) fn run(settings: &Settings, origin: bool) -> Result<Exit, CommandError> {
    let layers = layers(settings)?;
    crate::commands::setup::combine(&layers, settings.now)?;
    let built_in = |text: &str| Value { text: text.to_owned(), place: "built in".to_owned() };
    let mut single: BTreeMap<String, Value> = DEFAULTS.iter().map(|(key, text)| ((*key).to_owned(), built_in(text))).collect();
    let mut lists = Vec::new();
    for layer in &layers {
        let mut found = Vec::new();
        let text = String::from_utf8_lossy(&layer.text);
        if let Ok(document) = Document::parse(text.as_ref()) {
            leaves(layer, "", document.as_table(), &mut found);
        }
        for (key, value) in found {
            let adds = ["scan.exclude", "scan.include", "policy", "allow", "owner", "rule", "service"];
            match adds.iter().any(|list| key.starts_with(list)) {
                true => lists.push((format!("{}{key}", folder(layer)), value)),
                false => drop(single.insert(key, value)),
            }
        }
    }
    if let Some(file) = &settings.layers.baseline {
        let text = format!("\"{}\"", file.display());
        single.insert("baseline.file".to_owned(), Value { text, place: "command line".to_owned() });
    }
    let mut text = String::new();
    for (key, value) in single.into_iter().chain(lists) {
        let place = if origin { format!("  # {}", value.place) } else { String::new() };
        text.push_str(&format!("{key} = {}{place}\n", value.text));
    }
    say(&crate::report::escape::message(&text))?;
    Ok(Exit::Clean)
}

/// Which folder a layer speaks of.
fn folder(layer: &Layer) -> String {
    match &layer.rank {
        Rank::Directory(base) => format!("{base}: "),
        Rank::Organisation | Rank::Repository => String::new(),
    }
}

/// Every value below a table, in order.
fn leaves(layer: &Layer, prefix: &str, table: &dyn TableLike, into: &mut Vec<(String, Value)>) {
    for (name, item) in table.iter() {
        let key = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") };
        let place =
            |span: Option<std::ops::Range<usize>>| span.map_or_else(|| layer.file.clone(), |span| layer.place(span.start));
        match item {
            Item::ArrayOfTables(tables) => {
                for (number, table) in tables.iter().enumerate() {
                    leaves(layer, &format!("{key}[{number}]"), table, into);
                }
            }
            Item::Value(value) if !value.is_inline_table() => {
                let span = table.key(name).and_then(toml_edit::Key::span).or_else(|| value.span());
                let text = value.clone().decorated("", "").to_string();
                into.push((key, Value { text: text.trim().replace('\n', " "), place: place(span) }));
            }
            other => {
                if let Some(inner) = other.as_table_like() {
                    leaves(layer, &key, inner, into);
                }
            }
        }
    }
}
