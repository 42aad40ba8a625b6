//! Entries that nothing matched: whether what they speak of was looked at at all. Nothing is dropped for what was not.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::{Component, Path};

use super::{State, found, on_disk};
use crate::error::CommandError;
use crate::pipeline::{Outcome, Pipeline};
use crate::policy::baseline::{Baseline, Covers, Entry, Known, Renames};
use crate::report::escape;
use crate::source::{plumbing, to_path};
use crate::types::finding::Finding;
use crate::types::notice::{Notice, NoticeKind};

/// Why an entry that nothing matched stays.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Why {
    /// Its file is not on disk, and the history was not asked.
    History,
    /// Its file is on disk without it, the baseline is of the history, too, and that was not asked.
    Commits,
    /// The configuration leaves its path out.
    Excluded,
    /// It could not be read.
    Unread(String),
}

impl std::fmt::Display for Why {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::History => f.write_str("not on disk, and only `--history` looks at the history"),
            Self::Commits => f.write_str("not in the file, and only `--history` looks at the commits, which the baseline covers"),
            Self::Excluded => f.write_str("excluded"),
            Self::Unread(why) => write!(f, "not scanned: {why}"),
        }
    }
}

/// The entries that nothing matched.
#[derive(Debug, Default)]
pub(super) struct Unmatched {
    /// What they speak of was looked at, and is not there.
    pub(super) gone: Vec<Entry>,
    kept: BTreeMap<Entry, Why>,
    /// What else was not scanned.
    notices: Vec<Notice>,
}

impl Unmatched {
    /// Of a baseline, of which these entries were matched.
    ///
    /// # Errors
    /// A scan fails.
    pub(super) fn of(state: &State, old: &Baseline, used: &BTreeSet<Entry>) -> Result<Self, CommandError> {
        let mut unmatched = Self::default();
        let mut left: BTreeSet<Entry> = old.entries().filter(|entry| !used.contains(entry)).cloned().collect();
        if left.is_empty() {
            return Ok(unmatched);
        }
        if state.is_history && state.top.folder.join(".git").exists() {
            // What is not committed yet is not gone.
            let (pipeline, outcome, _) = found(&state.settings, false, None)?;
            take_found(&mut left, &pipeline, &outcome, state.pipeline.policy.renames);
            unmatched.notices.extend(skipped(&outcome).cloned());
        }
        let gap = skipped(&state.outcome).next().filter(|_| state.is_history);
        let mut by_path: BTreeMap<Vec<u8>, BTreeSet<Entry>> = BTreeMap::new();
        for entry in left {
            by_path.entry(entry.path.clone()).or_default().insert(entry);
        }
        let is_unasked = !by_path.is_empty() && !state.is_history && has_commits(&state.top.folder);
        for (path, mut entries) in by_path {
            let why = match gap {
                _ if !state.pipeline.policy.admits(&path) => Some(Why::Excluded),
                Some(notice) => Some(Why::Unread(notice.why.clone())),
                None => match look(state, &path, &mut entries)? {
                    Looked::Whole => Some(Why::Commits).filter(|_| is_unasked && old.covers == Covers::History),
                    Looked::NotThere => Some(Why::History).filter(|_| is_unasked),
                    Looked::Failed(why) => Some(Why::Unread(why)),
                },
            };
            match why {
                None => unmatched.gone.extend(entries),
                Some(why) => unmatched.kept.extend(entries.into_iter().map(|entry| (entry, why.clone()))),
            }
        }
        Ok(unmatched)
    }

    /// Whether an entry's content could not be looked at.
    pub(super) fn is_unread(&self, entry: &Entry) -> bool {
        self.kept.get(entry).is_some_and(|why| !matches!(why, Why::History | Why::Commits))
    }

    /// What is said of entries that stay; empty when there is none.
    pub(super) fn text(&self) -> String {
        let line = |(entry, why): (&Entry, &Why)| format!("kept {} {}: {why}\n", entry.rule, escape::path(&entry.path));
        self.kept.iter().map(line).chain(self.notices.iter().map(super::not_scanned)).collect()
    }

    /// Whether something that should have been looked at was not.
    pub(super) fn is_incomplete(&self) -> bool {
        !self.notices.is_empty() || self.kept.values().any(|why| matches!(why, Why::Unread(_)))
    }
}

/// What was not scanned.
pub(super) fn skipped(outcome: &Outcome) -> impl Iterator<Item = &Notice> {
    outcome.notices.iter().filter(|notice| notice.kind == NoticeKind::Skipped)
}

/// The entry of a baseline that a finding is.
pub(super) fn entry_of<'k>(known: &'k Known, pipeline: &Pipeline, finding: &Finding) -> Option<&'k Entry> {
    let rule = pipeline.scanner.rules().rule(finding.rule);
    let path = pipeline.known_as(finding.origin.path());
    known.find(&rule.id, &path, finding.secret.expose(), &finding.fingerprint)
}

/// Takes out the entries that findings are.
fn take_found(entries: &mut BTreeSet<Entry>, pipeline: &Pipeline, outcome: &Outcome, renames: Renames) {
    let known = Baseline::new(entries.iter().cloned()).index(renames);
    for finding in super::counted(outcome) {
        if let Some(entry) = entry_of(&known, pipeline, finding) {
            entries.remove(entry);
        }
    }
}

/// What became of a look at one file.
enum Looked {
    Whole,
    NotThere,
    Failed(String),
}

/// Looks at the file of entries by itself, as a walk may have left it out: for an ignore rule, its size. Takes out the
/// entries that are there after all.
fn look(state: &State, path: &[u8], entries: &mut BTreeSet<Entry>) -> Result<Looked, CommandError> {
    // The file may have been written by anybody: nothing outside of the work tree is read.
    let inside = |path: &&Path| path.components().all(|part| matches!(part, Component::Normal(_)));
    let Some(path) = to_path(path).filter(inside) else { return Ok(Looked::NotThere) };
    match std::fs::symlink_metadata(path) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::InvalidInput) => {
            return Ok(Looked::NotThere);
        }
        Err(error) => return Ok(Looked::Failed(error.to_string())),
        // What a link or a folder is called is what a walk looks at.
        Ok(metadata) if !metadata.is_file() || path == Path::new("-") => return Ok(Looked::Whole),
        Ok(_) => {}
    }
    let mut without = |_: &str| Ok(Some(Vec::new().into()));
    let (pipeline, outcome) = on_disk(&state.settings, path.to_owned(), &mut without)?;
    take_found(entries, &pipeline, &outcome, Renames::Refused);
    Ok(match outcome.notices.first() {
        Some(notice) => Looked::Failed(notice.why.clone()),
        None => Looked::Whole,
    })
}

/// Whether there is a history in which a file may be that is not on disk. One that git can't read may have it.
fn has_commits(top: &Path) -> bool {
    plumbing::output(&["rev-list", "-n1", "--all"]).map_or_else(|_| top.join(".git").exists(), |id| !id.is_empty())
}
