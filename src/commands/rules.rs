//! `nospill rules`: what the rules are, and whether those of a file do what they should.

pub mod check;
pub mod examples;
pub mod file;
mod list;
mod sample;
mod show;
mod test;
pub mod words;

use super::setup::{self, Place};
use crate::cli::rules::RulesCommand;
use crate::error::{CommandError, Kind};
use crate::exit::Exit;
use crate::pipeline::Pipeline;
use crate::rules::ruleset::RuleSet;
use crate::settings::Settings;

/// Runs a subcommand of `rules`.
///
/// # Errors
/// The configuration or the named file is wrong, or no rule has the id.
pub fn run(command: RulesCommand) -> Result<Exit, CommandError> {
    match command {
        RulesCommand::List { family, format, config } => {
            list::run(&pipeline(&Settings::of_config(config))?, family.as_deref(), format)
        }
        RulesCommand::Show { id, config } => show::run(&pipeline(&Settings::of_config(config))?, &id),
        RulesCommand::Test { file } => test::run(&file),
        RulesCommand::Check { file } => check::run(file.as_deref()),
    }
}

/// The pipeline that a scan of the current folder would have.
///
/// # Errors
/// The configuration is wrong.
pub(super) fn pipeline(settings: &Settings) -> Result<Pipeline, CommandError> {
    setup::here(settings, Place::Nowhere)
}

/// The error for an id that no rule has, with the ids that come close.
pub(super) fn unknown(rules: &RuleSet, id: &str) -> CommandError {
    let error = CommandError::new(Kind::User, format!("no rule has the id `{id}`"));
    match closest(id, rules.iter().map(|(_, rule)| &*rule.id)).as_slice() {
        [] => error.hint("`nospill rules list` names them all"),
        close => error.hint(format!("did you mean {}?", close.join(", "))),
    }
}

/// At most three of `names` that resemble `word`, or hold it, best first.
fn closest<'n>(word: &str, names: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
    const ALIKE: f64 = 0.75;
    const MOST: usize = 3;
    let inside = |name: &str| word.len() >= 3 && name.contains(word);
    let mut close: Vec<(f64, &str)> = names
        .map(|name| (strsim::normalized_damerau_levenshtein(word, name) + if inside(name) { 1.0 } else { 0.0 }, name))
        .collect();
    close.retain(|(alike, _)| *alike >= ALIKE);
    close.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    close.into_iter().take(MOST).map(|(_, name)| name).collect()
}
