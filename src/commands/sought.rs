//! Findings that a person names, wherever they are: on disk, staged, or in the history.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use super::setup::{self, Place, Top};
use super::{disk, history};
use crate::error::CommandError;
use crate::pipeline::{Outcome, Pipeline, Progress};
use crate::report::escape;
use crate::settings::{DirSettings, Settings};
use crate::source::repository::Include;
use crate::source::staged::{Opened, Staged};
use crate::source::{to_path, walk};
use crate::types::finding::Finding;

/// What was named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sought {
    /// A finding, by what its content is.
    Fingerprint(String),
    /// A line (1-based) of a file.
    Place {
        /// As typed, in the form that reports have.
        typed: String,
        /// From the top of the work tree; elsewhere absolute.
        path: PathBuf,
        /// The line.
        line: u32,
    },
}

impl Sought {
    /// From `v1:…`, `PATH:LINE` or `PATH:LINE:COLUMN`, as typed in the current folder; `None` where it is neither.
    pub(super) fn of(what: &OsStr, top: &Top) -> Option<Self> {
        let text = what.to_string_lossy();
        if text.strip_prefix("v1:").is_some_and(|hex| !hex.is_empty() && hex.bytes().all(|b| b.is_ascii_hexdigit())) {
            return Some(Self::Fingerprint(text.to_ascii_lowercase()));
        }
        let (path, line) = split(what)?;
        let with_column = split(&path).filter(|_| !path.is_empty() && !Path::new(&path).exists());
        let (path, line) = with_column.unwrap_or((path, line));
        let typed = path.to_string_lossy().into_owned();
        (!path.is_empty()).then(|| Self::Place { typed, path: from_top(Path::new(&path), top), line })
    }

    fn is(&self, finding: &Finding) -> bool {
        match self {
            Self::Fingerprint(fingerprint) => finding.fingerprint == *fingerprint,
            Self::Place { typed, path, line } => {
                let is_line = finding.at.map_or(*line == 1, |at| at.line <= *line && *line <= at.end_line);
                let (label, outer) = (finding.origin.label(), finding.origin.outermost().path());
                let path = walk::label(path);
                is_line && (*label == *path || *outer == *path || escape::path(&label) == *typed)
            }
        }
    }

    /// The findings that are meant, from the first place that has any: the files on disk, the index, the history, and what
    /// reflogs, stashes and lost objects hold. The current folder must be the top.
    ///
    /// # Errors
    /// A configuration is wrong, or a scan fails.
    pub(super) fn find(&self, settings: &Settings) -> Result<(Pipeline, Vec<Finding>), CommandError> {
        let (pipeline, outcome) = disk::scan(settings, &DirSettings::of(vec![self.on_disk()]), &Progress::default())?;
        let meant = self.meant(outcome);
        if !meant.is_empty() || !Path::new(".git").exists() {
            return Ok((pipeline, meant));
        }
        let pipeline = setup::here(settings, Place::Commits)?;
        let Opened { source, objects } = Staged::open(&[], "")?;
        let mut meant = self.meant(pipeline.run(&source, objects)?);
        for include in [Include::default(), Include { reflog: true, stash: true, unreachable: true }] {
            if meant.is_empty() {
                meant = self.meant(history::everything(&pipeline, include)?);
            }
        }
        Ok((pipeline, meant))
    }

    /// What to scan on disk: the file that is named, or the archive that it is in; else everything.
    fn on_disk(&self) -> PathBuf {
        let Self::Place { path, .. } = self else { return ".".into() };
        let text = path.to_string_lossy();
        let outer = text.match_indices('!').map(|(at, _)| PathBuf::from(&text[..at]));
        std::iter::once(path.clone()).chain(outer).find(|path| path.is_file()).unwrap_or_else(|| ".".into())
    }

    fn meant(&self, outcome: Outcome) -> Vec<Finding> {
        outcome.findings.into_iter().filter(|finding| self.is(finding)).collect()
    }
}

/// What stands before the last colon, and the number behind it.
fn split(what: &OsStr) -> Option<(std::ffi::OsString, u32)> {
    let bytes = what.as_encoded_bytes();
    let colon = bytes.iter().rposition(|&b| b == b':')?;
    let line = std::str::from_utf8(&bytes[colon + 1..]).ok()?.parse().ok().filter(|line| *line > 0)?;
    Some((to_path(&bytes[..colon])?.into(), line))
}

/// A path typed in the current folder as the top sees it; one that is elsewhere becomes absolute.
fn from_top(path: &Path, top: &Top) -> PathBuf {
    let here = top.folder.join(&top.start);
    let mut whole = PathBuf::new();
    for part in here.join(path).components() {
        match part {
            Component::ParentDir => {
                whole.pop();
            }
            Component::CurDir => {}
            part => whole.push(part),
        }
    }
    let real = || {
        let (folder, name) = (whole.parent()?.canonicalize().ok()?, whole.file_name()?);
        Some(folder.join(name).strip_prefix(top.folder.canonicalize().ok()?).ok()?.to_path_buf())
    };
    whole.strip_prefix(&top.folder).map(Path::to_path_buf).ok().or_else(real).unwrap_or(whole)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn places_become_paths_from_the_top() {
        let top = Top { folder: "/no/such/top".into(), start: "sub/".to_owned() };
        for (what, want) in [
            ("a.py:3", Some(("sub/a.py", 3))),
            ("./a.py:3:7", Some(("sub/a.py", 3))),
            ("../b c.py:1", Some(("b c.py", 1))),
            ("/no/such/top/c:1", Some(("c", 1))),
            ("/elsewhere/c:1", Some(("/elsewhere/c", 1))),
            ("a.py", None),
            ("a.py:0", None),
            (":3", None),
        ] {
            let place = Sought::of(OsStr::new(what), &top).map(|sought| match sought {
                Sought::Place { path, line, .. } => (path, line),
                Sought::Fingerprint(_) => panic!("{what}"),
            });
            assert_eq!(place, want.map(|(path, line)| (PathBuf::from(path), line)), "{what}");
        }
        assert_eq!(Sought::of(OsStr::new("v1:AB"), &top), Some(Sought::Fingerprint("v1:ab".to_owned())));
    }
}
