//! Runs of hook frameworks that are about no commit. pre-commit and prek run a hook over all files, some files or the changes
//! between two commits when nothing is staged; they say so by `PRE_COMMIT`, and of two commits by `PRE_COMMIT_FROM_REF` and
//! `PRE_COMMIT_TO_REF` (pre-commit.com, "pre-commit run" and "During push").

use crate::error::CommandError;
use crate::exit::Exit;

use super::{history, note};
use crate::cli::scan::{HistoryArgs, ScanArgs};

/// What a framework runs a hook for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum About {
    /// The commits that the second revision has and the first has not.
    Range(String, String),
    /// Files that it names to hooks which take names.
    Files,
}

impl About {
    /// What the environment says; `None` where no framework runs.
    pub(super) fn from_env() -> Option<Self> {
        Self::of(|name| std::env::var(name).ok())
    }

    fn of(var: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let var = |name: &str| var(name).filter(|value| !value.is_empty());
        var("PRE_COMMIT")?;
        let range = var("PRE_COMMIT_FROM_REF").zip(var("PRE_COMMIT_TO_REF"));
        Some(range.map_or(Self::Files, |(from, to)| Self::Range(from, to)))
    }

    /// Scans what the run is about when nothing is staged, or says that nothing was scanned.
    ///
    /// # Errors
    /// As of a range.
    pub(super) fn run_unstaged(self, scan: ScanArgs) -> Option<Result<Exit, CommandError>> {
        match self {
            Self::Range(from, to) => {
                if !scan.quiet {
                    note(&format!("nothing is staged; scanning what {to} has and {from} has not"));
                }
                Some(history::run(HistoryArgs { scan, ..HistoryArgs::of(vec![to, format!("^{from}")]) }))
            }
            Self::Files => {
                if !scan.quiet {
                    note(
                        "nothing is staged, so nothing was scanned; the hook `nospill-files` scans the files that a run is about",
                    );
                }
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_run_is_about() {
        let of = |set: &[(&str, &str)]| {
            About::of(|name| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
        };
        let range = [("PRE_COMMIT", "1"), ("PRE_COMMIT_FROM_REF", "a"), ("PRE_COMMIT_TO_REF", "b")];
        assert_eq!(of(&range), Some(About::Range("a".to_owned(), "b".to_owned())));
        assert_eq!(of(&range[..2]), Some(About::Files));
        assert_eq!(of(&range[1..]), None);
    }
}
