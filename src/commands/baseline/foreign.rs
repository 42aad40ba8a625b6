//! Baselines of other scanners: gitleaks' JSON report and `.gitleaksignore`, detect-secrets' `.secrets.baseline`.
//!
//! Their rules have other names, so that a finding is known by its place or by its secret, whatever the rule.

use std::path::Path;

use serde::Deserialize;
use sha1::{Digest as _, Sha1};
use sha2::Sha256;

use crate::error::{CommandError, Kind};
use crate::source::reader;
use crate::types::finding::Finding;

/// What another scanner knows.
pub struct Foreign {
    entries: Vec<Known>,
    /// Lines, from 1, that are entries of no known form.
    unread: Vec<usize>,
}

/// One finding of another scanner.
struct Known {
    path: String,
    line: Option<u32>,
    secret: Option<Vec<u8>>,
    /// A hash of the secret, in hex: SHA-1 or, where it has 64 digits, SHA-256.
    hash: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Gitleaks {
    file: String,
    #[serde(default)]
    secret: String,
    #[serde(default)]
    start_line: u32,
}

#[derive(Deserialize)]
struct DetectSecrets {
    results: std::collections::BTreeMap<String, Vec<Hashed>>,
}

#[derive(Deserialize)]
struct Hashed {
    hashed_secret: String,
}

impl Foreign {
    /// Reads a file, of whichever kind it is.
    pub(super) fn read(path: &Path) -> Result<Self, CommandError> {
        let text =
            reader::own_text(path).map_err(|error| CommandError::new(Kind::User, format!("{}: {error}", path.display())))?;
        Self::parse(&text).map_err(|error| {
            CommandError::new(Kind::User, format!("{}: {error}", path.display()))
                .hint("known are a JSON report of gitleaks, a .gitleaksignore, and a .secrets.baseline")
        })
    }

    /// Reads a file's text.
    ///
    /// # Errors
    /// It is JSON of another form.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        let mut unread = Vec::new();
        let entries = match text.trim_start().chars().next() {
            Some('[') => serde_json::from_str::<Vec<Gitleaks>>(text).map(|found| found.into_iter().map(gitleaks).collect()),
            Some('{') => serde_json::from_str::<DetectSecrets>(text).map(|found| {
                let known = |path: &str, hashed: Hashed| Known {
                    path: path.replace('\\', "/"),
                    line: None,
                    secret: None,
                    hash: Some(hashed.hashed_secret.to_ascii_lowercase()),
                };
                let all = found.results.into_iter();
                all.flat_map(|(path, hashed)| hashed.into_iter().map(move |h| known(&path, h)).collect::<Vec<_>>()).collect()
            }),
            _ => {
                let mut entries = Vec::new();
                for (at, line) in text.lines().map(without_comment).enumerate().filter(|(_, line)| !line.is_empty()) {
                    match ignored(line) {
                        Some(entry) => entries.push(entry),
                        None => unread.push(at + 1),
                    }
                }
                Ok(entries)
            }
        };
        entries.map(|entries| Self { entries, unread })
    }

    /// Lines, from 1, of a `.gitleaksignore` that are of no form that names a place.
    pub(super) fn unread(&self) -> &[usize] {
        &self.unread
    }

    /// How many entries there are.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether an entry is about a finding.
    pub(super) fn knows(&self, finding: &Finding) -> bool {
        self.entries.iter().any(|entry| entry.is_about(finding))
    }

    /// How many entries are about a finding.
    pub(super) fn used<'f>(&self, findings: impl Iterator<Item = &'f Finding>) -> usize {
        let findings: Vec<&Finding> = findings.collect();
        self.entries.iter().filter(|entry| findings.iter().any(|finding| entry.is_about(finding))).count()
    }
}

impl Known {
    fn is_about(&self, finding: &Finding) -> bool {
        let secret = finding.secret.expose();
        let same_line = || match (self.line, finding.at) {
            (Some(line), Some(at)) => at.line <= line && line <= at.end_line,
            (None, _) => true,
            (_, None) => false,
        };
        let is_it = match (&self.secret, &self.hash) {
            // Where one scanner takes the key only and another its prefix, too, it is still the same.
            (Some(known), _) => memchr::memmem::find(known, secret).or_else(|| memchr::memmem::find(secret, known)).is_some(),
            (None, Some(hash)) => is_hash_of(hash, secret),
            (None, None) => same_line(),
        };
        self.path.as_bytes() == finding.origin.path() && !secret.is_empty() && is_it
    }
}

/// Whether a hash is a secret's: scanners differ in whether they take the line feed, or quotes, with it.
fn is_hash_of(hash: &str, secret: &[u8]) -> bool {
    let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
    let of = |text: &[u8]| match hash.len() {
        SHA256 => hex(&Sha256::digest(text)),
        _ => hex(&Sha1::digest(text)),
    };
    let forms = [secret.to_vec(), [secret, b"\n"].concat(), [b"\"", secret, b"\""].concat(), [b"'", secret, b"'"].concat()];
    forms.iter().any(|form| of(form) == hash)
}

/// Hex digits of a SHA-256.
const SHA256: usize = 64;

/// A redacted report knows places only.
fn gitleaks(found: Gitleaks) -> Known {
    let is_whole = !found.secret.is_empty() && !found.secret.contains("REDACTED") && !found.secret.ends_with("...");
    let secret = is_whole.then(|| found.secret.into_bytes());
    Known { path: found.file.replace('\\', "/"), line: Some(found.start_line), secret, hash: None }
}

/// `file:rule:line`, `commit:file:rule:line`, or `file|rule|hash`.
fn ignored(line: &str) -> Option<Known> {
    if let Some((path, rest)) = line.split_once('|') {
        let hash = rest.rsplit('|').next().unwrap_or(rest).trim().to_ascii_lowercase();
        let is_hash = matches!(hash.len(), 40 | SHA256) && hash.bytes().all(|b| b.is_ascii_hexdigit());
        return is_hash.then(|| Known { path: path.trim().to_owned(), line: None, secret: None, hash: Some(hash) });
    }
    let mut parts = line.rsplitn(3, ':');
    let (number, _rule, path) = (parts.next()?.parse().ok()?, parts.next()?, parts.next()?);
    let is_commit = |word: &str| word.len() == 40 && word.bytes().all(|b| b.is_ascii_hexdigit());
    let path = path.split_once(':').filter(|(commit, _)| is_commit(commit)).map_or(path, |(_, path)| path);
    Some(Known { path: path.to_owned(), line: Some(number), secret: None, hash: None })
}

/// A line of a `.gitleaksignore` without blanks and the comment behind it; empty when it is nothing but that.
fn without_comment(line: &str) -> &str {
    let line = line.split_once(" #").map_or(line, |(line, _)| line).trim();
    if line.starts_with('#') { "" } else { line }
}
