//! `nospill config`: what is in force, what is wrong with it, and what other scanners' files become.

mod dead;
pub mod import;
mod show;

use std::collections::BTreeSet;

use super::setup::{self, Files, Place, Top};
use super::{disk, print, say};
use crate::cli::keep::{ConfigCommand, KnownArgs};
use crate::config::layers::Layer;
use crate::config::schema::{self, FILE_NAME, Many};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::pipeline::Progress;
use crate::policy::allow::{Allow, is_named};
use crate::rules::ruleset::RuleSet;
use crate::settings::{DirSettings, Settings};
use crate::source::Source as _;
use crate::source::tree::{Ignore, Tree};
use crate::types::finding::{Reason, Verdict};

/// Runs a subcommand of `config`.
///
/// # Errors
/// A configuration is wrong.
pub fn run(command: ConfigCommand) -> Result<Exit, CommandError> {
    match command {
        ConfigCommand::Show { origin, layers } => show::run(&Settings::of_layers(layers), origin),
        ConfigCommand::Check(known) => check(known),
        ConfigCommand::Schema => print(schema::JSON_SCHEMA).map(|()| Exit::Clean),
        ConfigCommand::Import { tool, file } => import::run(tool, &file),
    }
}

/// The layers on disk, those of all folders included.
fn layers(settings: &Settings) -> Result<Vec<Layer>, CommandError> {
    let source = Tree::walk(&[".".into()], Ignore::Respect, settings.threads)?;
    let is_one = |path: &&[u8]| path.ends_with(FILE_NAME.as_bytes());
    let met: Vec<Vec<u8>> = source.items().0.iter().map(|item| item.origin.path()).filter(is_one).map(<[u8]>::to_vec).collect();
    setup::layers(settings, Files::on_disk(settings, &Top::here()?, Place::Files(&met))?)
}

fn check(known: KnownArgs) -> Result<Exit, CommandError> {
    let top = Top::here()?;
    std::env::set_current_dir(&top.folder)
        .map_err(|error| CommandError::new(crate::error::Kind::Io, format!("{}: {error}", top.folder.display())))?;
    let settings = Settings::of_layers(known.layers.clone());
    let layers = layers(&settings)?;
    let (rules, policy) = setup::combine(&layers, settings.now)?;
    let mut useless = nameless(&layers, &rules);
    useless.extend(dead::globs(&layers, known.history, settings.threads)?);
    let custom: Vec<_> = rules.iter().filter(|(_, rule)| rule.family == "custom").collect();
    for (_, rule) in
        custom.iter().filter(|(_, rule)| !rule.path.is_empty() && rule.path.iter().all(|glob| !policy.admits(glob.as_bytes())))
    {
        useless.push(format!("the rule `{}` can never match: all paths it is for are excluded", rule.id));
    }
    let mut used: BTreeSet<String> = BTreeSet::new();
    if !policy.allows.is_empty() {
        let mut outcome = disk::scan(&settings, &DirSettings::of(vec![".".into()]), &Progress::default())?.1;
        if known.history {
            let settings = Settings::of_layers(known.layers);
            outcome.findings.extend(super::history::outcome(&settings)?.1.findings);
        }
        let reasons = outcome.findings.into_iter().filter_map(|finding| match finding.verdict {
            Verdict::Suppressed(Reason::Allowed(text)) => Some(text),
            _ => None,
        });
        used.extend(reasons);
    }
    for allow in &policy.allows {
        useless.extend(verdict(allow, &used, settings.now, known.history));
    }
    let text: String = useless.iter().map(|line| format!("{line}\n")).collect();
    let closing = match useless.len() {
        0 => format!(
            "{} read, nothing wrong\n",
            if layers.len() == 1 { "1 file".to_owned() } else { format!("{} files", layers.len()) }
        ),
        _ => String::new(),
    };
    say(&format!("{text}{closing}"))?;
    Ok(if useless.is_empty() { Exit::Clean } else { Exit::Denied })
}

/// What is wrong with an allow entry that parses.
fn verdict(allow: &Allow, used: &BTreeSet<String>, now: Option<u64>, history: bool) -> Option<String> {
    if let Some((day, _)) = allow.expires.as_ref().filter(|_| allow.is_expired(now)) {
        return Some(match now {
            Some(_) => format!("{}: this allow entry expired on {day}", allow.place),
            None => format!("{}: this allow entry does not count: the clock stands before 1970", allow.place),
        });
    }
    let is_asked = allow.commits.is_empty() || history;
    (is_asked && !used.contains(&allow.text())).then(|| format!("{}: this allow entry excuses nothing", allow.place))
}

/// Names in entries that no rule or family has.
fn nameless(layers: &[Layer], rules: &RuleSet) -> Vec<String> {
    let mut useless = Vec::new();
    let has_rule = |name: &String| rules.iter().any(|(_, rule)| is_named(rule, name));
    let has_family = |name: &String| rules.iter().any(|(_, rule)| rule.family == *name);
    for layer in layers {
        let mut complain = |offset: usize, what: &str, name: &str| {
            useless.push(format!("{}: no {what} is called `{name}`", layer.place(offset)));
        };
        for entry in &layer.config.policy {
            let at = entry.span().start;
            let unknown = Many::all(entry.get_ref().rule.as_ref()).into_iter().filter(|name| !has_rule(name));
            unknown.for_each(|name| complain(at, "rule", &name));
            let unknown = Many::all(entry.get_ref().family.as_ref()).into_iter().filter(|name| !has_family(name));
            unknown.for_each(|name| complain(at, "family", &name));
        }
        for entry in &layer.config.allow {
            let unknown = Many::all(entry.get_ref().rule.as_ref()).into_iter().filter(|name| !has_rule(name));
            unknown.for_each(|name| complain(entry.span().start, "rule", &name));
        }
    }
    useless
}
