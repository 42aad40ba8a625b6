//! `nospill allow`: an entry in `.nospill.toml` for a finding.

use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, value};

use super::setup::{self, Files, Top};
use super::sought::Sought;
use super::{ground, put, say};
use crate::cli::keep::AllowArgs;
use crate::config::schema::FILE_NAME;
use crate::error::{CommandError, Kind};
use crate::exit::Exit;
use crate::pipeline::Pipeline;
use crate::policy::date;
use crate::policy::seal::{Salt, Seal};
use crate::report::escape;
use crate::settings::Settings;
use crate::types::finding::{Finding, Verdict};
use crate::types::rule::Rule;

/// Writes an entry for the findings that are meant.
///
/// # Errors
/// There is no such finding, or the file can't be written.
pub fn run(args: &AllowArgs) -> Result<Exit, CommandError> {
    let settings = Settings::of_config(None);
    if let Some(day) = &args.expires
        && date::end_of(day).is_none_or(|end| settings.now.is_some_and(|now| end <= now))
    {
        return Err(CommandError::new(Kind::User, format!("`{day}` is no day to come")).hint("write it as 2027-01-31"));
    }
    if args.reason.trim().is_empty() {
        return Err(CommandError::new(Kind::User, "the reason is empty").hint("say why the finding is no danger"));
    }
    let here = Top::here()?;
    let shown = escape::path(args.what.as_encoded_bytes());
    let sought = Sought::of(&args.what, &here).ok_or_else(|| {
        CommandError::new(Kind::User, format!("`{shown}` is no fingerprint and no PATH:LINE"))
            .hint("copy it from a report: `src/settings.py:14`, or `v1:…`")
    })?;
    ground::go_to(&here.folder)?;
    let top = Top { start: String::new(), ..here };
    let (pipeline, mut meant) = sought.find(&settings)?;
    let rules = pipeline.scanner.rules();
    meant.retain(|finding| args.rule.as_ref().is_none_or(|id| rules.rule(finding.rule).id == *id));
    let meant: Vec<&Finding> = meant.iter().collect();
    let open: Vec<&Finding> = meant.iter().filter(|f| !matches!(f.verdict, Verdict::Suppressed(_))).copied().collect();
    let Some(first) = meant.first() else {
        return Err(CommandError::new(Kind::User, format!("there is no finding at {shown}"))
            .hint("it was looked for on disk, in the index, and in all of the history")
            .hint(format!("`nospill explain {shown}` says what is made of a place")));
    };
    if open.is_empty() {
        let why = match &first.verdict {
            Verdict::Suppressed(reason) => reason.as_text(),
            Verdict::Deny | Verdict::Audit => "",
        };
        say(&format!("nothing to do: {why}\n"))?;
        return Ok(Exit::Clean);
    }
    let entry = |finding: &&Finding| Entry {
        reason: args.reason.trim().to_owned(),
        owner: args.owner.clone(),
        expires: args.expires.clone(),
        ..Entry::of(&pipeline, finding)
    };
    let entries: Vec<(&Rule, &Finding, Entry)> = open.iter().map(|f| (rules.rule(f.rule), *f, entry(f))).collect();
    write(&settings, &top, entries)?;
    Ok(Exit::Clean)
}

/// What is written of an allow entry.
#[derive(Clone, Debug, Default)]
pub(super) struct Entry {
    /// The finding's, from the top. It is written only as it is: with a token in one of its names, or bytes that are no UTF-8,
    /// it is not.
    pub(super) path: Vec<u8>,
    /// The same for a person, and in a file that is committed.
    pub(super) shown: Vec<u8>,
    pub(super) rule: String,
    pub(super) reason: String,
    pub(super) owner: Option<String>,
    pub(super) expires: Option<String>,
}

impl Entry {
    /// Of a finding whose path is one from the top; the reason is not known.
    pub(super) fn of(pipeline: &Pipeline, finding: &Finding) -> Self {
        let rule = pipeline.scanner.rules().rule(finding.rule);
        let path = finding.origin.path().to_vec();
        let shown = pipeline.known_as(&path).into_owned();
        Self { path, shown, rule: rule.id.to_string(), ..Self::default() }
    }
}

/// Adds entries to the file at the top, checks that it can be read, and puts it in place.
///
/// # Errors
/// The file is wrong, locked, or can't be written.
pub(super) fn write(settings: &Settings, top: &Top, entries: Vec<(&Rule, &Finding, Entry)>) -> Result<(), CommandError> {
    let text = top.read(FILE_NAME)?.unwrap_or_default();
    let wrong = |what: String| CommandError::new(Kind::Config, format!("{FILE_NAME}: {what}"));
    let text = String::from_utf8(text).map_err(|_| wrong("not UTF-8".to_owned()))?;
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| wrong(error.to_string()))?;
    let salt = text.split("s1:").nth(1).and_then(|_| salt_in(&text)).unwrap_or_else(Salt::random);
    let mut said = String::new();
    for (rule, finding, entry) in entries {
        let secret = finding.secret.expose();
        let seal = Seal::of(rule, &entry.path, secret, &finding.fingerprint, salt).to_string();
        said.push_str(&format!("allowed {} at {} in {FILE_NAME}\n", entry.rule, escape::path(&entry.shown)));
        insert(&mut document, &entry, &seal).map_err(wrong)?;
    }
    let text = document.to_string();
    let files = Files { repository: Some((text.clone().into_bytes(), FILE_NAME.to_owned())), ..Files::default() };
    setup::pipeline(settings, files, &mut |path| top.baseline(path))?;
    put(&top.folder.join(FILE_NAME), text.as_bytes())?;
    if top.folder.join(".git").exists() {
        let path = if top.start.is_empty() { FILE_NAME.to_owned() } else { format!(":/{FILE_NAME}") };
        said.push_str(&format!("the hook reads it as it is staged: `git add {path}`\n"));
    }
    say(&said)
}

/// The salt of the first seal in a text.
fn salt_in(text: &str) -> Option<Salt> {
    let seals = text.match_indices("s1:").filter_map(|(at, _)| Seal::parse(text.get(at..at + 3 + 16 + 1 + 32)?));
    seals.into_iter().find_map(|seal| match seal {
        Seal::Slow { salt, .. } => Some(salt),
        Seal::Plain(_) => None,
    })
}

/// Puts an entry where it sorts among the others, by path and rule; they and their comments stay as they are.
fn insert(document: &mut DocumentMut, entry: &Entry, seal: &str) -> Result<(), String> {
    let is_first = document.is_empty() && document.trailing().as_str().is_none_or(|text| text.trim().is_empty());
    let allows = document.entry("allow").or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
    let allows = allows.as_array_of_tables_mut().ok_or("`allow` is written as one list: make its entries [[allow]] tables")?;
    let text = |table: &Table, key: &str| table.get(key).and_then(Item::as_str).unwrap_or_default().to_owned();
    let key = |table: &Table| (text(table, "path"), text(table, "rule"), text(table, "fingerprint"));
    let mut table = Table::new();
    let values = [
        ("path", std::str::from_utf8(&entry.path).ok().filter(|_| entry.path == entry.shown).map(literal)),
        ("rule", Some(entry.rule.clone())),
        ("fingerprint", Some(seal.to_owned())),
        ("reason", Some(entry.reason.clone())),
        ("owner", entry.owner.clone()),
        ("expires", entry.expires.clone()),
    ];
    for (name, text) in values {
        if let Some(text) = text {
            table.insert(name, value(text));
        }
    }
    table.decor_mut().set_prefix(if is_first { "" } else { "\n" });
    let mut tables: Vec<Table> = std::mem::take(allows).into_iter().collect();
    let at = tables.iter().position(|other| key(other) > key(&table)).unwrap_or(tables.len());
    tables.insert(at, table);
    // Each is printed where its number says; in the middle that is its neighbour's place.
    for (number, table) in tables.iter().map(|table| table.position()).enumerate().collect::<Vec<_>>() {
        if let (None, Some(next)) = (table, tables.get(number + 1).and_then(Table::position)) {
            tables[number].set_position(Some(next));
        }
    }
    tables.into_iter().for_each(|table| allows.push(table));
    Ok(())
}

/// A path as a glob that means only itself, from the top.
fn literal(path: &str) -> String {
    let escape =
        |c: char| if matches!(c, '*' | '?' | '[' | ']' | '{' | '}' | '\\' | '!') { format!("\\{c}") } else { c.to_string() };
    let text: String = path.chars().map(escape).collect();
    if text.contains('/') { text } else { format!("/{text}") }
}
