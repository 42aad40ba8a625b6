//! `nospill commit-msg`: the message of a commit before it is made, as git will keep it.

use std::path::Path;
use std::time::Instant;

use super::scan;
use super::setup::{self, Place};
use crate::error::{CommandError, Kind};
use crate::exit::Exit;
use crate::settings::Settings;
use crate::source::plumbing;
use crate::source::reader;
use crate::source::stdin::Stdin;
use crate::types::input::Origin;

/// Scans the message in `file`.
///
/// # Errors
/// It can't be read, or the configuration is wrong.
pub fn run(settings: &Settings, file: &Path) -> Result<Exit, CommandError> {
    let started = Instant::now();
    let pipeline = setup::here(settings, Place::Nowhere)?;
    let text = reader::own(file).map_err(|error| {
        CommandError::new(Kind::User, format!("{}: {error}", file.display())).hint("git hands the file to the commit-msg hook")
    })?;
    let name = file.file_name().unwrap_or(file.as_os_str()).as_encoded_bytes().to_vec();
    let kept = kept(&text, cleanup(), &comment());
    scan::run(settings, &pipeline, &Stdin::of(Origin::File { path: name }, kept), Some(()), started)
}

/// What git takes out of a message, git-commit(1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cleanup {
    /// Nothing that matters here.
    Nothing,
    /// All below the scissors.
    Scissors,
    /// Comments, and all below the scissors that `--verbose` writes.
    Comments,
}

/// As configured. Git tells hooks of a commit without an editor by the editor `:`; comments are kept then. What
/// `--cleanup` says it tells nobody.
fn cleanup() -> Cleanup {
    let is_edited = std::env::var_os("GIT_EDITOR").is_none_or(|editor| editor != ":");
    match plumbing::setting("commit.cleanup").as_deref() {
        Some("verbatim" | "whitespace") => Cleanup::Nothing,
        Some("strip") => Cleanup::Comments,
        Some("scissors") if is_edited => Cleanup::Scissors,
        Some("scissors") => Cleanup::Nothing,
        _ if is_edited => Cleanup::Comments,
        _ => Cleanup::Nothing,
    }
}

/// What comment lines start with.
fn comment() -> String {
    let set = plumbing::setting("core.commentString").or_else(|| plumbing::setting("core.commentChar"));
    set.filter(|text| !text.is_empty() && text != "auto").unwrap_or_else(|| "#".to_owned())
}

/// The message with empty lines in place of what git strips, so that line numbers stay.
fn kept(text: &[u8], cleanup: Cleanup, comment: &str) -> Vec<u8> {
    if cleanup == Cleanup::Nothing {
        return text.to_vec();
    }
    let scissors = format!("{comment} ------------------------ >8 ------------------------");
    let mut kept = Vec::with_capacity(text.len());
    for line in text.split_inclusive(|&b| b == b'\n') {
        if line.trim_ascii_end() == scissors.as_bytes() {
            break;
        }
        if cleanup == Cleanup::Comments && line.starts_with(comment.as_bytes()) {
            kept.push(b'\n');
        } else {
            kept.extend_from_slice(line);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_git_strips_is_left_out() {
        let text = "a\n# b\n #c\n# ------------------------ >8 ------------------------\nd\n";
        for (cleanup, comment, want) in [
            (Cleanup::Nothing, "#", text),
            (Cleanup::Scissors, "#", "a\n# b\n #c\n"),
            (Cleanup::Comments, "#", "a\n\n #c\n"),
            (Cleanup::Comments, ";", text),
        ] {
            assert_eq!(String::from_utf8_lossy(&kept(text.as_bytes(), cleanup, comment)), want, "{cleanup:?}");
        }
    }
}
