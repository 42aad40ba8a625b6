//! The baseline: findings that were there when nospill came, one a line, by content.
//!
//! No line numbers and no times are in it, so that edits elsewhere leave it as it is; it is sorted, so that two branches
//! merge line by line. What it holds of a secret is a [`Seal`].

use std::collections::{BTreeSet, HashMap};

use super::seal::{self, Salt, Seal};

/// The file's usual name, at the top of the work tree.
pub const FILE_NAME: &str = ".nospill.baseline";

/// Every file has one; what several branches made and merged has some.
const MOST_SALTS: usize = 16;

const HEAD: &str = "# nospill baseline 1: known findings, by content. `nospill baseline --help` says how it is kept.";

/// A baseline's bytes: most runs find nothing, and have no use for them.
pub enum Bytes {
    /// Read already.
    Here(Vec<u8>),
    /// Read when the first finding asks; an error says what is wrong.
    Later(Box<dyn Fn() -> Result<Vec<u8>, String> + Send + Sync>),
}

impl std::fmt::Debug for Bytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Here(text) => write!(f, "{} bytes", text.len()),
            Self::Later(_) => f.write_str("not read yet"),
        }
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(text: Vec<u8>) -> Self {
        Self::Here(text)
    }
}

/// One known finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Where it was.
    pub path: String,
    /// The rule's id.
    pub rule: String,
    /// What it is.
    pub seal: Seal,
}

/// Known findings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    entries: BTreeSet<Entry>,
}

impl Baseline {
    /// Of entries.
    pub fn new(entries: impl IntoIterator<Item = Entry>) -> Self {
        Self { entries: entries.into_iter().collect() }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// The number of the first line (from 1) that is no entry.
    pub fn parse(text: &[u8]) -> Result<Self, usize> {
        let text = String::from_utf8_lossy(text);
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
        let entry = |(at, line): (usize, &str)| {
            let mut words = line.trim_end().splitn(3, ' ');
            let read = |seal: Option<&str>, rule: Option<&str>, path: Option<&str>| {
                Some(Entry { seal: Seal::parse(seal?)?, rule: rule?.to_owned(), path: unescaped(path?)? })
            };
            read(words.next(), words.next(), words.next()).ok_or(at + 1)
        };
        lines.map(entry).collect::<Result<_, _>>().map(|entries| Self { entries })
    }

    /// Its entries, by path, rule and seal.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// The salt that its seals have, so that another of the same finding is the same line.
    pub fn salt(&self) -> Option<Salt> {
        self.entries.iter().find_map(|entry| match entry.seal {
            Seal::Slow { salt, .. } => Some(salt),
            Seal::Plain(_) => None,
        })
    }

    /// How many salts its seals have.
    fn salts(&self) -> usize {
        let salts = self.entries.iter().filter_map(|entry| match entry.seal {
            Seal::Slow { salt, .. } => Some(salt),
            Seal::Plain(_) => None,
        });
        salts.collect::<BTreeSet<Salt>>().len()
    }

    /// The file.
    pub fn render(&self) -> String {
        let mut text = format!("{HEAD}\n");
        for Entry { path, rule, seal } in &self.entries {
            text.push_str(&format!("{seal} {rule} {}\n", escaped(path)));
        }
        text
    }

    /// Made ready for look-ups.
    pub fn index(self, renames: Renames) -> Known {
        let mut by_rule: HashMap<String, Vec<Entry>> = HashMap::new();
        for entry in self.entries {
            by_rule.entry(entry.rule.clone()).or_default().push(entry);
        }
        Known { by_rule, renames, broken: None }
    }
}

/// Whether a known secret may stand elsewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Renames {
    /// Only at its path.
    #[default]
    Refused,
    /// At any path.
    Followed,
}

/// A baseline made ready for look-ups.
#[derive(Clone, Debug, Default)]
pub struct Known {
    by_rule: HashMap<String, Vec<Entry>>,
    renames: Renames,
    /// What is wrong with the file: then nothing is known.
    pub broken: Option<String>,
}

impl Known {
    /// Of a baseline as it is read; nothing is known of one that is broken.
    pub(super) fn read(bytes: &Bytes, file: &str, renames: Renames) -> Self {
        let broken = |what: String| Self { broken: Some(format!("{what}, so that none of it counts")), ..Self::default() };
        let parse = |text: &[u8]| match Baseline::parse(text) {
            Ok(baseline) if baseline.salts() > MOST_SALTS => {
                broken(format!("{file} has seals of more than {MOST_SALTS} salts, each of which costs a slow hash a finding"))
            }
            Ok(baseline) => baseline.index(renames),
            Err(line) => broken(format!("{file}:{line} is no entry of a baseline")),
        };
        match bytes {
            Bytes::Here(text) => parse(text),
            Bytes::Later(read) => match read() {
                Ok(text) => parse(&text),
                Err(why) => broken(format!("{file} can't be read: {why}")),
            },
        }
    }

    /// The entry that a finding is, if it is known. Costs one slow hash for each salt and path that must be tried: mostly
    /// one where the rule has sealed entries at that path, none where it has not.
    pub fn find<'k>(&'k self, rule: &str, path: &[u8], secret: &[u8], own: &str) -> Option<&'k Entry> {
        let entries = self.by_rule.get(rule)?;
        let mut made: Vec<(Salt, &str, Seal)> = Vec::new();
        let mut is_it = |entry: &&'k Entry| match &entry.seal {
            Seal::Plain(fingerprint) if entry.path.as_bytes() == path => own == fingerprint,
            Seal::Plain(fingerprint) => *fingerprint == seal::fingerprint(rule, entry.path.as_bytes(), secret),
            Seal::Slow { salt, .. } => {
                let at = made.iter().position(|(s, path, _)| s == salt && *path == entry.path).unwrap_or_else(|| {
                    made.push((*salt, &entry.path, seal::slow(*salt, rule, entry.path.as_bytes(), secret)));
                    made.len() - 1
                });
                made[at].2 == entry.seal
            }
        };
        let is_here = |entry: &&Entry| entry.path.as_bytes() == path;
        if let Some(entry) = entries.iter().filter(is_here).find(&mut is_it) {
            return Some(entry);
        }
        match self.renames {
            Renames::Refused => None,
            Renames::Followed => entries.iter().filter(|entry| !is_here(entry)).find(is_it),
        }
    }
}

/// A path on one line.
fn escaped(path: &str) -> String {
    path.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r")
}

fn unescaped(text: &str) -> Option<String> {
    let mut path = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        path.push(match c {
            '\\' => match chars.next()? {
                '\\' => '\\',
                'n' => '\n',
                'r' => '\r',
                _ => return None,
            },
            other => other,
        });
    }
    (!path.is_empty()).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seals_of_many_salts_would_cost_a_slow_hash_each() {
        for (count, is_broken) in [(16, false), (17, true)] {
            let lines = (0..count).map(|at| format!("s1:{at:016x}:{:032x} some-rule path\n", 1)).collect::<String>();
            let known = Known::read(&Bytes::Here(lines.into_bytes()), "file", Renames::Refused);
            assert_eq!(known.broken.is_some(), is_broken, "{:?}", known.broken);
        }
    }

    #[test]
    fn files_are_read_as_written() {
        let salt = Salt::random();
        let entry = |path: &str, seal: Seal| Entry { path: path.to_owned(), rule: "some-rule".to_owned(), seal };
        let plain = seal::fingerprint("some-rule", b"b\nc d", b"x");
        let baseline = Baseline::new([
            entry("b\nc d", Seal::Plain(plain.clone())),
            entry("a\\b", seal::slow(salt, "some-rule", b"a\\b", b"x")),
        ]);
        let text = baseline.render();
        assert_eq!(text.lines().count(), 3, "{text}");
        assert_eq!(Baseline::parse(text.as_bytes()), Ok(baseline.clone()));
        assert_eq!(baseline.salt(), Some(salt));
        assert_eq!(Baseline::parse(format!("{text}v1:12 rule path\n").as_bytes()), Err(4));
        for (renames, elsewhere) in [(Renames::Refused, false), (Renames::Followed, true)] {
            let known = baseline.clone().index(renames);
            let is_known = |path: &str, secret: &[u8]| {
                let own = seal::fingerprint("some-rule", path.as_bytes(), secret);
                known.find("some-rule", path.as_bytes(), secret, &own).is_some()
            };
            assert!(is_known("a\\b", b"x") && is_known("b\nc d", b"x") && !is_known("a\\b", b"y"));
            assert_eq!(is_known("moved", b"x"), elsewhere);
            assert!(!is_known("moved", b"y"));
        }
    }
}
