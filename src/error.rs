//! What went wrong, of which kind, and what to type next.

use std::error::Error as _;

use crate::config::schema::ConfigError;
use crate::hook::HookError;
use crate::rules::ruleset::RuleSetError;
use crate::source::SourceError;

/// Whose matter an error is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What was typed.
    User,
    /// A configuration file.
    Config,
    /// The repository or git.
    Git,
    /// Reading or writing.
    Io,
}

/// An error that ends a command, with hints.
#[derive(Debug)]
pub struct CommandError {
    /// Whose matter it is.
    pub kind: Kind,
    /// One line, lower case, that names the file, rule or key.
    pub message: String,
    /// What to do next, one line each.
    pub hints: Vec<String>,
}

impl CommandError {
    /// An error without hints.
    pub fn new(kind: Kind, message: impl ToString) -> Self {
        Self { kind, message: message.to_string(), hints: Vec::new() }
    }

    /// Adds a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

impl From<SourceError> for CommandError {
    fn from(error: SourceError) -> Self {
        let wrapped = |kind| Self::new(kind, &error);
        match &error {
            SourceError::NotARepository(_) => {
                wrapped(Kind::Git).hint("run it inside a repository, or scan files with `nospill dir PATH`")
            }
            SourceError::Git(why) if why.contains("not owned by") => {
                wrapped(Kind::Git).hint("git config --global --add safe.directory PATH, if you trust that repository")
            }
            SourceError::Git(why) if why.contains("not found") => wrapped(Kind::Git)
                .hint("an object is missing: `git fsck` says which; in a partial clone `git fetch --refetch` brings it"),
            SourceError::Git(_) => wrapped(Kind::Git).hint("`git status` and `git fsck` may say more"),
            // What git says itself begins with a word of its own.
            SourceError::Plumbing { why, .. } if why.starts_with("No such file") => {
                wrapped(Kind::Git).hint("this repository needs the `git` executable, which is not on PATH")
            }
            SourceError::Plumbing { .. } => wrapped(Kind::Git).hint("run that command to see more of what is wrong"),
            SourceError::Index { .. } => wrapped(Kind::Git)
                .hint("`git fsck` checks it; removing the index and `git reset` makes a new one, keeping your files"),
            SourceError::Stopped { .. } => wrapped(Kind::User)
                .hint("a range, --branch or --since reads less; with --cache DIR the next run goes on where this one ended"),
            SourceError::NoFile { .. } => {
                wrapped(Kind::Git).hint("git would wait for its other end; no clone brings such a thing: remove it")
            }
            SourceError::Io { source, .. } if source.kind() == std::io::ErrorKind::NotFound => {
                wrapped(Kind::User).hint("check the path for a typing error")
            }
            SourceError::Io { .. } => wrapped(Kind::Io),
        }
    }
}

impl From<ConfigError> for CommandError {
    fn from(error: ConfigError) -> Self {
        Self::new(Kind::Config, error).hint("README.md lists the keys; nothing was scanned, so that a slip never reads as clean")
    }
}

impl From<RuleSetError> for CommandError {
    fn from(error: RuleSetError) -> Self {
        Self::new(Kind::Config, error).hint("mend the rule in .nospill.toml; the syntax is that of the Rust regex crate")
    }
}

impl From<HookError> for CommandError {
    fn from(error: HookError) -> Self {
        let source = error.source().map(|source| format!(": {source}")).unwrap_or_default();
        Self { kind: Kind::Io, message: format!("{error}{source}"), hints: error.hints() }
    }
}
