//! The baseline: findings that were there when nospill came, one a line, by content.
//!
//! No line numbers and no times are in it, so that edits elsewhere leave it as it is; it is sorted, so that two branches
//! merge line by line. What it holds of a secret is a [`Seal`].

mod path;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::seal::{self, Salt, Seal};

/// The file's usual name, at the top of the work tree.
pub const FILE_NAME: &str = ".nospill.baseline";

/// Every file has one; what several branches made and merged has some.
const MOST_SALTS: usize = 16;

const HEAD: &str = "# nospill baseline 1: known findings, by content. `nospill baseline --help` says how it is kept.";
/// The same of a file that is of the history, too.
const HEAD_OF_HISTORY: &str =
    "# nospill baseline 1, history: known findings, by content. `nospill baseline --help` says how it is kept.";

/// What the findings of a file were found in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Covers {
    /// Files on disk.
    #[default]
    Files,
    /// Commits, too.
    History,
}

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
    pub path: Vec<u8>,
    /// The rule's id.
    pub rule: String,
    /// What it is.
    pub seal: Seal,
}

impl Entry {
    /// Of a line without its end.
    fn parse(line: &[u8]) -> Option<Self> {
        let mut words = line.trim_ascii_start().splitn(3, |&b| b == b' ');
        let seal = Seal::parse(str::from_utf8(words.next()?).ok()?)?;
        let rule = str::from_utf8(words.next()?).ok()?.to_owned();
        Some(Self { seal, rule, path: path::unescaped(words.next()?)? })
    }
}

/// Lines that a person wrote: comments and empty ones, without their ends.
type Remarks = Vec<Vec<u8>>;

/// Known findings, and what people wrote beside them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// Each with the remarks above it.
    entries: BTreeMap<Entry, Remarks>,
    /// Remarks on the file: above the first entry, with an empty line at their end.
    head: Remarks,
    /// Remarks below the last entry.
    tail: Remarks,
    /// What its findings were found in, as its first line says.
    pub covers: Covers,
}

impl Baseline {
    /// Of entries.
    pub fn new(entries: impl IntoIterator<Item = Entry>) -> Self {
        Self { entries: entries.into_iter().map(|entry| (entry, Remarks::new())).collect(), ..Self::default() }
    }

    /// Reads a file, whatever its line ends are, with or without a byte order mark.
    ///
    /// # Errors
    /// The number of the first line (from 1) that is no entry.
    pub fn parse(text: &[u8]) -> Result<Self, usize> {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let (mut read, mut above) = (Self::default(), Remarks::new());
        for (at, line) in text.split(|&b| b == b'\n').enumerate() {
            let line = &line[..line.iter().rposition(|&b| b != b'\r').map_or(0, |last| last + 1)];
            match line.trim_ascii() {
                [] | [b'#', ..] if is_title(at, line) => {
                    let is_of_history = line.starts_with(b"# nospill baseline 1, history");
                    read.covers = read.covers.max(if is_of_history { Covers::History } else { Covers::Files });
                }
                [] | [b'#', ..] => above.push(line.to_vec()),
                _ => {
                    let entry = Entry::parse(line).ok_or(at + 1)?;
                    if let (true, Some(gap)) = (read.entries.is_empty(), above.iter().rposition(|line| is_empty(line))) {
                        read.head = above.drain(..=gap).collect();
                    }
                    read.entries.entry(entry).or_default().append(&mut above);
                }
            }
        }
        above.truncate(above.iter().rposition(|line| !is_empty(line)).map_or(0, |last| last + 1));
        read.tail = above;
        Ok(read)
    }

    /// Its entries, by path, rule and seal.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.keys()
    }

    /// Adds an entry.
    pub fn insert(&mut self, entry: Entry) {
        self.entries.entry(entry).or_default();
    }

    /// Takes an entry out. Remarks above it stay, above the one that follows.
    pub fn remove(&mut self, entry: &Entry) {
        let Some(mut above) = self.entries.remove(entry) else { return };
        let next = self.entries.range_mut::<Entry, _>(entry..).next();
        let place = next.map_or(&mut self.tail, |(_, remarks)| remarks);
        above.append(place);
        *place = above;
    }

    /// Puts another entry, with the remarks above it, in the place of one.
    pub fn replace(&mut self, entry: &Entry, other: Entry) {
        let mut above = self.entries.remove(entry).unwrap_or_default();
        self.entries.entry(other).or_default().append(&mut above);
    }

    /// What both sides have, and what one added; what one took out is gone.
    pub fn merge(base: &Self, ours: &Self, theirs: &Self) -> Self {
        let is_kept = |entry: &&Entry| {
            let (is_ours, is_theirs) = (ours.entries.contains_key(entry), theirs.entries.contains_key(entry));
            (is_ours && is_theirs) || !base.entries.contains_key(entry)
        };
        let above = |side: &Self, entry: &Entry| side.entries.get(entry).cloned().unwrap_or_default();
        let kept = ours.entries.keys().chain(theirs.entries.keys()).filter(is_kept);
        let with_remarks =
            kept.map(|entry| (entry.clone(), merged(&above(base, entry), &above(ours, entry), &above(theirs, entry))));
        Self {
            entries: with_remarks.collect(),
            head: merged(&base.head, &ours.head, &theirs.head),
            tail: merged(&base.tail, &ours.tail, &theirs.tail),
            covers: ours.covers.max(theirs.covers),
        }
    }

    /// The salt that its seals have, so that another of the same finding is the same line.
    pub fn salt(&self) -> Option<Salt> {
        self.entries().find_map(|entry| match entry.seal {
            Seal::Slow { salt, .. } => Some(salt),
            Seal::Plain(_) => None,
        })
    }

    /// How many salts its seals have.
    fn salts(&self) -> usize {
        let salts = self.entries().filter_map(|entry| match entry.seal {
            Seal::Slow { salt, .. } => Some(salt),
            Seal::Plain(_) => None,
        });
        salts.collect::<BTreeSet<Salt>>().len()
    }

    /// The file.
    pub fn render(&self) -> Vec<u8> {
        let head = if self.covers == Covers::History { HEAD_OF_HISTORY } else { HEAD };
        let mut text = [head.as_bytes(), b"\n"].concat();
        let remark = |text: &mut Vec<u8>, line: &Vec<u8>| text.extend(line.iter().chain(b"\n"));
        self.head.iter().for_each(|line| remark(&mut text, line));
        for (Entry { path, rule, seal }, above) in &self.entries {
            above.iter().for_each(|line| remark(&mut text, line));
            text.extend(format!("{seal} {rule} {}\n", path::escaped(path)).into_bytes());
        }
        self.tail.iter().for_each(|line| remark(&mut text, line));
        text
    }

    /// Made ready for look-ups.
    pub fn index(self, renames: Renames) -> Known {
        let mut by_rule: HashMap<String, Vec<Entry>> = HashMap::new();
        for entry in self.entries.into_keys() {
            by_rule.entry(entry.rule.clone()).or_default().push(entry);
        }
        Known { by_rule, renames, broken: None }
    }
}

fn is_empty(line: &[u8]) -> bool {
    line.trim_ascii().is_empty()
}

/// Whether a line is the one that nospill itself writes at the start.
fn is_title(at: usize, line: &[u8]) -> bool {
    line == HEAD.as_bytes() || line == HEAD_OF_HISTORY.as_bytes() || (at == 0 && line.starts_with(b"# nospill baseline"))
}

/// Remarks of both sides, without those that one took out.
fn merged(base: &Remarks, ours: &Remarks, theirs: &Remarks) -> Remarks {
    let of_ours = ours.iter().filter(|line| theirs.contains(line) || !base.contains(line));
    let of_theirs = theirs.iter().filter(|line| !ours.contains(line) && !base.contains(line));
    of_ours.chain(of_theirs).cloned().collect()
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

impl Broken {
    /// The same in words.
    pub fn text(&self) -> &str {
        let (Self::Wrong(why) | Self::Unread(why)) = self;
        why
    }
}

/// A baseline made ready for look-ups.
#[derive(Clone, Debug, Default)]
pub struct Known {
    by_rule: HashMap<String, Vec<Entry>>,
    renames: Renames,
    /// What is wrong with the file: then nothing is known.
    pub broken: Option<Broken>,
}

/// What is wrong with a baseline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Broken {
    /// A line is no entry, or too many ask for a slow hash.
    Wrong(String),
    /// Its bytes can't be had.
    Unread(String),
}

impl Known {
    /// Of a baseline as it is read; nothing is known of one that is broken.
    pub(super) fn read(bytes: &Bytes, file: &str, renames: Renames) -> Self {
        let with = |broken: Broken| Self { broken: Some(broken), ..Self::default() };
        let broken = |what: String| with(Broken::Wrong(format!("{what}, so that none of it counts")));
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
                Err(why) => with(Broken::Unread(format!("{file} can't be read: {why}"))),
            },
        }
    }

    /// The entry that a finding is, if it is known. Costs one slow hash for each salt and path that must be tried: mostly
    /// one where the rule has sealed entries at that path, none where it has not. Entries that were made of a checkout with
    /// other line ends count, too.
    pub fn find(&self, rule: &str, path: &[u8], secret: &[u8], own: &str) -> Option<&Entry> {
        let entries = self.by_rule.get(rule)?;
        self.among(entries, (rule, path), secret, own).or_else(|| {
            let former = seal::with_crlf(secret)?;
            self.among(entries, (rule, path), &former, &seal::fingerprint(rule, path, &former))
        })
    }

    fn among<'k>(&self, entries: &'k [Entry], (rule, path): (&str, &[u8]), secret: &[u8], own: &str) -> Option<&'k Entry> {
        let here = path::Here::of(path);
        let mut made: Vec<(Salt, &[u8], Seal)> = Vec::new();
        // A seal is of the path, too, so that who writes a path otherwise gains nothing.
        let mut is_it = |entry: &'k Entry| match &entry.seal {
            Seal::Plain(fingerprint) if here.is(&entry.path) => own == fingerprint,
            Seal::Plain(fingerprint) => *fingerprint == seal::fingerprint(rule, &entry.path, secret),
            Seal::Slow { salt, .. } => {
                let at = if here.is(&entry.path) { path } else { &entry.path };
                let known = made.iter().position(|(s, path, _)| s == salt && *path == at).unwrap_or_else(|| {
                    made.push((*salt, at, seal::slow(*salt, rule, at, secret)));
                    made.len() - 1
                });
                made[known].2 == entry.seal
            }
        };
        if let Some(entry) = entries.iter().filter(|entry| here.is(&entry.path)).find(|entry| is_it(entry)) {
            return Some(entry);
        }
        match self.renames {
            Renames::Refused => None,
            Renames::Followed => entries.iter().filter(|entry| !here.is(&entry.path)).find(|entry| is_it(entry)),
        }
    }
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
        let entry = |path: &str, seal: Seal| Entry { path: path.into(), rule: "some-rule".to_owned(), seal };
        let plain = seal::fingerprint("some-rule", b"b\nc d", b"x");
        let baseline = Baseline::new([
            entry("b\nc d", Seal::Plain(plain.clone())),
            entry("a\\b", seal::slow(salt, "some-rule", b"a\\b", b"x")),
        ]);
        let text = baseline.render();
        let text = String::from_utf8(text).expect("UTF-8");
        assert_eq!(text.lines().count(), 3, "{text}");
        for (prefix, ends) in [("", "\n"), ("\u{feff}", "\n"), ("\u{feff}", "\r\n")] {
            let text = format!("{prefix}{}", text.replace('\n', ends));
            assert_eq!(Baseline::parse(text.as_bytes()), Ok(baseline.clone()), "{text:?}");
        }
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
