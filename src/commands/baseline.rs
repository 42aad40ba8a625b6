//! `nospill baseline`: the file of findings that were there before.

mod audit;
pub mod foreign;
mod unseen;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use self::unseen::{Unmatched, entry_of, skipped};
use super::setup::{self, Files, Place, Reader, Top};
use super::{disk, put, say};
use crate::cli::keep::{BaselineCommand, KnownArgs};
use crate::error::{CommandError, Kind};
use crate::exit::Exit;
use crate::pipeline::{Outcome, Pipeline, Progress};
use crate::policy::baseline::{Baseline, Covers, Entry, FILE_NAME, Renames};
use crate::policy::seal::{Salt, Seal, fingerprint};
use crate::report::escape;
use crate::settings::{DirSettings, Settings};
use crate::source::reader;
use crate::source::repository::Include;
use crate::types::finding::{Finding, Verdict};
use crate::types::input::Origin;
use crate::types::notice::Notice;

/// Runs a subcommand of `baseline`.
///
/// # Errors
/// The file can't be read or written, or a scan fails.
pub fn run(command: BaselineCommand) -> Result<Exit, CommandError> {
    match command {
        BaselineCommand::Create { from, known } => create(from, known),
        BaselineCommand::Update { renames, known } => update(renames, known),
        BaselineCommand::Prune(known) => prune(known),
        BaselineCommand::Audit(known) => audit::run(known),
        BaselineCommand::Diff(known) => diff(known),
        BaselineCommand::Merge { base, ours, theirs } => merge(&base, &ours, &theirs),
    }
}

/// What all findings are, without the baseline, and the baseline.
struct State {
    settings: Settings,
    top: Top,
    file: PathBuf,
    old: Option<Baseline>,
    pipeline: Pipeline,
    outcome: Outcome,
    is_history: bool,
}

impl State {
    /// Scans from the top of the work tree, so that paths are those of the hook.
    fn new(known: KnownArgs) -> Result<Self, CommandError> {
        let top = Top::here()?;
        let named = known.layers.baseline.as_deref().map(std::path::absolute).transpose();
        let named = named.map_err(|error| CommandError::new(Kind::Io, format!("current folder: {error}")))?;
        std::env::set_current_dir(&top.folder)
            .map_err(|error| CommandError::new(Kind::Io, format!("{}: {error}", top.folder.display())))?;
        let top = Top { start: String::new(), ..top };
        let mut settings = Settings::of_layers(known.layers);
        settings.layers.baseline = None;
        let (pipeline, outcome, file) = found(&settings, known.history, named)?;
        let old = match reader::own(&file) {
            Ok(text) => Some(setup::parse_baseline(&text, &file.display().to_string())?),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(CommandError::new(Kind::Io, format!("{}: {error}", file.display()))),
        };
        Ok(Self { settings, top, file, old, pipeline, outcome, is_history: known.history })
    }

    /// Findings that count.
    fn open(&self) -> impl Iterator<Item = &Finding> {
        counted(&self.outcome)
    }

    /// The baseline as it is.
    fn needed(&self) -> Result<&Baseline, CommandError> {
        self.old.as_ref().ok_or_else(|| {
            CommandError::new(Kind::User, format!("{} is not there", self.file.display()))
                .hint("`nospill baseline create` makes it")
        })
    }

    fn salt(&self) -> Salt {
        self.old.as_ref().and_then(Baseline::salt).unwrap_or_else(Salt::random)
    }

    fn entry(&self, finding: &Finding, salt: Salt) -> Entry {
        let rule = self.pipeline.scanner.rules().rule(finding.rule);
        // A committed line with a path that a token stands in would be one more place where it stands.
        let path = self.pipeline.known_as(finding.origin.path());
        let seal = Seal::of(rule, &path, finding.secret.expose(), &finding.fingerprint, salt);
        Entry { path: path.into_owned(), rule: rule.id.to_string(), seal }
    }

    /// What was looked at.
    fn covers(&self) -> Covers {
        if self.is_history { Covers::History } else { Covers::Files }
    }

    /// Each open finding with the entry that knows it.
    fn matched<'s>(&'s self, old: &Baseline, renames: Renames) -> Vec<(&'s Finding, Option<Entry>)> {
        let known = old.clone().index(renames);
        self.open().map(|finding| (finding, entry_of(&known, &self.pipeline, finding).cloned())).collect()
    }

    /// The entries that findings are.
    fn used(&self, old: &Baseline) -> BTreeSet<Entry> {
        self.matched(old, self.pipeline.policy.renames).into_iter().filter_map(|(_, entry)| entry).collect()
    }

    /// Says how it went, and what was not scanned.
    fn end(&self, mut text: String, exit: Exit) -> Result<Exit, CommandError> {
        let mut exit = exit;
        for notice in skipped(&self.outcome) {
            text.push_str(&not_scanned(notice));
            exit = if exit == Exit::Clean { Exit::Incomplete } else { exit };
        }
        say(&text)?;
        Ok(exit)
    }

    fn write(&self, new: &Baseline) -> Result<(), CommandError> {
        put(&self.file, &new.render())
    }
}

fn not_scanned(notice: &Notice) -> String {
    let colon = if notice.path.is_empty() { "" } else { ": " };
    format!("not scanned: {}{colon}{}\n", escape::path(&notice.path), escape::message(&notice.why))
}

/// Findings that count.
fn counted(outcome: &Outcome) -> impl Iterator<Item = &Finding> {
    outcome.findings.iter().filter(|finding| !matches!(finding.verdict, Verdict::Suppressed(_)))
}

/// Scans without the baseline; gives its file, too.
fn found(settings: &Settings, history: bool, named: Option<PathBuf>) -> Result<(Pipeline, Outcome, PathBuf), CommandError> {
    // A baseline that is asked for and not made yet must not be in the way.
    let mut name = None;
    let mut without = |path: &str| {
        name = Some(path.to_owned());
        Ok(Some(Vec::new().into()))
    };
    let (pipeline, outcome) = if history {
        let top = Top::here()?;
        let files = Files::on_disk(settings, &top, Place::Commits)?;
        let pipeline = setup::pipeline(settings, files, &mut without)?;
        let outcome = super::history::everything(&pipeline, Include::default())?;
        (pipeline, outcome)
    } else {
        on_disk(settings, ".".into(), &mut without)?
    };
    let file = named.unwrap_or_else(|| name.unwrap_or_else(|| FILE_NAME.to_owned()).into());
    Ok((pipeline, outcome, file))
}

/// Scans a file or folder from the top of the work tree. What is in a repository below goes by its path from there, as an outer
/// baseline names it.
fn on_disk(settings: &Settings, path: PathBuf, read: &mut Reader<'_>) -> Result<(Pipeline, Outcome), CommandError> {
    let (pipeline, mut outcome) = disk::scan_with(settings, &DirSettings::of(vec![path]), &Progress::default(), read)?;
    for finding in &mut outcome.findings {
        if let (Origin::File { .. }, Some(reached)) = (&*finding.origin, &finding.reached) {
            finding.origin = Arc::new(Origin::File { path: reached.clone() });
            let rule = pipeline.scanner.rules().rule(finding.rule);
            finding.fingerprint = fingerprint(&rule.id, reached, finding.secret.expose());
        }
    }
    Ok((pipeline, outcome))
}

fn plural(count: usize) -> String {
    if count == 1 { "1 entry".to_owned() } else { format!("{count} entries") }
}

fn create(from: Option<PathBuf>, known: KnownArgs) -> Result<Exit, CommandError> {
    let foreign = from.map(|path| foreign::Foreign::read(&path)).transpose()?;
    let state = State::new(known)?;
    if state.old.is_some() {
        return Err(CommandError::new(Kind::User, format!("{} is there already", state.file.display()))
            .hint("`nospill baseline update` adds to it, `prune` takes out what is gone"));
    }
    let salt = state.salt();
    let is_known = |finding: &&Finding| foreign.as_ref().is_none_or(|foreign| foreign.knows(finding));
    let mut new = Baseline::new(state.open().filter(is_known).map(|finding| state.entry(finding, salt)));
    new.covers = state.covers();
    state.write(&new)?;
    let shown = state.file.display();
    let mut text = format!("wrote {} to {shown}: `git add {shown}` has the hook use it\n", plural(new.entries().count()));
    if let Some(foreign) = &foreign {
        let unknown = state.open().filter(|finding| !is_known(finding)).count();
        text.push_str(&format!("{} of {} foreign entries speak of a finding", foreign.used(state.open()), foreign.len()));
        text.push_str(&format!("; {unknown} findings are in none of them and still count\n"));
        if let [first, rest @ ..] = foreign.unread() {
            let lines = rest.iter().take(9).fold(first.to_string(), |lines, line| format!("{lines}, {line}"));
            let more = if rest.len() > 9 { ", ..." } else { "" };
            text.push_str(&format!(
                "{} not read, being no `file:rule:line` or `file|rule|hash`: line {lines}{more}\n",
                plural(foreign.unread().len())
            ));
        }
    }
    state.end(text, Exit::Clean)
}

fn update(renames: bool, known: KnownArgs) -> Result<Exit, CommandError> {
    let state = State::new(known)?;
    let (old, salt) = (state.needed()?, state.salt());
    let mut new = old.clone();
    if renames {
        let here: BTreeSet<Entry> = state.matched(old, Renames::Refused).into_iter().filter_map(|(_, entry)| entry).collect();
        let moved = state.matched(old, Renames::Followed);
        let moved: Vec<(&Finding, Entry)> = moved
            .into_iter()
            .filter_map(|(finding, entry)| Some((finding, entry.filter(|entry| !here.contains(entry))?)))
            .collect();
        // What could not be read may be where it was.
        let unmatched = if moved.is_empty() { Unmatched::default() } else { Unmatched::of(&state, old, &here)? };
        for (finding, entry) in moved {
            match unmatched.is_unread(&entry) {
                true => new.insert(state.entry(finding, salt)),
                false => new.replace(&entry, state.entry(finding, salt)),
            }
        }
    } else {
        let unknown = state.matched(old, state.pipeline.policy.renames).into_iter().filter(|(_, entry)| entry.is_none());
        unknown.for_each(|(finding, _)| new.insert(state.entry(finding, salt)));
    }
    new.covers = new.covers.max(state.covers());
    changed(&state, old, &new, &Unmatched::default())
}

fn prune(known: KnownArgs) -> Result<Exit, CommandError> {
    let state = State::new(known)?;
    let old = state.needed()?;
    let unmatched = Unmatched::of(&state, old, &state.used(old))?;
    let mut new = old.clone();
    unmatched.gone.iter().for_each(|entry| new.remove(entry));
    changed(&state, old, &new, &unmatched)
}

/// Writes the file if it is another, and says what is new and gone, and what stays though nothing matches it.
fn changed(state: &State, old: &Baseline, new: &Baseline, unmatched: &Unmatched) -> Result<Exit, CommandError> {
    let of = |baseline: &Baseline| baseline.entries().cloned().collect::<BTreeSet<Entry>>();
    let (before, after) = (of(old), of(new));
    let (added, gone) = (after.difference(&before).count(), before.difference(&after).count());
    if added + gone > 0 || old.covers != new.covers {
        state.write(new)?;
    }
    let text = format!("{}: {} added, {} taken out\n", state.file.display(), plural(added), plural(gone));
    state.end(text + &unmatched.text(), if unmatched.is_incomplete() { Exit::Incomplete } else { Exit::Clean })
}

fn diff(known: KnownArgs) -> Result<Exit, CommandError> {
    let state = State::new(known)?;
    let old = state.needed()?;
    let matched = state.matched(old, state.pipeline.policy.renames);
    let unmatched = Unmatched::of(&state, old, &state.used(old))?;
    let mut text = String::new();
    let mut exit = Exit::Clean;
    for (finding, _) in matched.iter().filter(|(_, entry)| entry.is_none()) {
        let rule = &state.pipeline.scanner.rules().rule(finding.rule).id;
        let line = finding.at.map(|at| format!(":{}", at.line)).unwrap_or_default();
        text.push_str(&format!("+ {rule} {}{line}\n", escape::path(&finding.origin.label())));
        exit = Exit::Denied;
    }
    let used: BTreeSet<&Entry> = matched.iter().filter_map(|(_, entry)| entry.as_ref()).collect();
    for entry in old.entries().filter(|entry| !used.contains(entry) && !unmatched.is_unread(entry)) {
        text.push_str(&format!("- {} {}\n", entry.rule, escape::path(&entry.path)));
    }
    let is_whole = exit != Exit::Clean || !unmatched.is_incomplete();
    state.end(text, if is_whole { exit } else { Exit::Incomplete })
}

/// What both sides have, and what one added; what one took out is gone.
fn merge(base: &Path, ours: &Path, theirs: &Path) -> Result<Exit, CommandError> {
    let read = |path: &Path| -> Result<Baseline, CommandError> {
        let text = reader::own(path).map_err(|error| CommandError::new(Kind::Io, format!("{}: {error}", path.display())))?;
        setup::parse_baseline(&text, &path.display().to_string())
    };
    let (base, mine, their) = (read(base)?, read(ours)?, read(theirs)?);
    put(ours, &Baseline::merge(&base, &mine, &their).render())?;
    Ok(Exit::Clean)
}
