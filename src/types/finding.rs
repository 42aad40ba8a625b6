//! From a raw match to a finding with a verdict. A secret never prints itself.

use std::fmt;
use std::sync::Arc;

use super::input::Origin;
use super::oid::Oid;
use super::rule::Confidence;
use super::span::{Location, Span};

/// How a match was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Via {
    /// A rule's regex on the content itself.
    Regex,
    /// A hand-written reader: of assignments, calls or command lines.
    Assignment,
    /// Inside base64 that was decoded.
    Base64,
    /// Inside hex digits that were decoded.
    Hex,
    /// Inside percent-encoded text that was decoded.
    Percent,
    /// Inside text whose backslash escapes were resolved.
    Escape,
    /// Inside text without the characters that are not seen, fullwidth letters and those that look like ASCII ones as plain ones.
    Unseen,
    /// Inside text with characters of HTML or XML that were resolved.
    Entity,
    /// Inside quoted-printable mail that was decoded.
    Quoted,
    /// Inside literals that source code joins.
    Joined,
    /// In a name: of a file, a ref, a person.
    Name,
    /// By the path alone.
    Path,
    /// By the first bytes and the structure of a binary, which is the secret as a whole.
    Magic,
}

/// A match inside one content. Positions are bytes of the original content.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RawMatch {
    /// Index of the rule in the rule set.
    pub rule: u16,
    /// Everything the rule matched.
    pub whole: Span,
    /// The secret in it.
    pub secret: Span,
    /// How it was reached.
    pub via: Via,
    /// What the checks made of it.
    pub confidence: Confidence,
}

/// The bytes of a secret. `Debug` and `Display` redact; [`expose`](Self::expose) gives the value.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Secret(Box<[u8]>);

impl Secret {
    /// Takes a copy of the value.
    pub fn new(value: &[u8]) -> Self {
        Self(value.into())
    }

    /// The value itself. Every caller is a place where a secret can leak.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// A few leading characters where the value is long enough to stay secret, then asterisks. Never more than a
    /// sixth of the value nor more than four characters; line breaks and unprintable bytes never appear.
    pub fn redacted(&self) -> String {
        let shown = (self.0.len() / 6).min(4);
        let head = &self.0[..shown];
        let printable = head.iter().all(|b| b.is_ascii_graphic());
        let head = if printable { String::from_utf8_lossy(head) } else { "".into() };
        if self.0.is_empty() { String::new() } else { format!("{head}****") }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({})", self.redacted())
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.redacted())
    }
}

/// Why a finding does not count.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// A marker on the line.
    Inline,
    /// Another scanner's marker, as it is written.
    Foreign(&'static str),
    /// An allow entry of the configuration: where it stands, and why.
    Allowed(String),
    /// An effect `off`: where it stands.
    Off(String),
    /// It is in the baseline.
    Baseline,
}

impl Reason {
    /// One line for a person.
    pub fn as_text(&self) -> &str {
        match self {
            Self::Inline => "allowed by a marker on the line",
            Self::Foreign(marker) => marker,
            Self::Allowed(reason) => reason,
            Self::Off(place) => place,
            Self::Baseline => "known: it is in the baseline",
        }
    }
}

/// What policy says about a finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Blocks.
    Deny,
    /// Reported, does not block.
    Audit,
    /// Not counted, with the reason.
    Suppressed(Reason),
}

/// The lines around a finding, masked: no byte of any secret of this content is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// The masked text of the finding's first line, cut to a readable length.
    pub text: Box<str>,
    /// 1-based line of `text`.
    pub line: u32,
    /// Characters of `text` to underline.
    pub mark: Span,
}

/// The way of a secret through history. The commit that brought it in is in the finding's origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trail {
    /// Who made that commit.
    pub author: String,
    /// Their address.
    pub email: String,
    /// When, in seconds since 1970.
    pub time: i64,
    /// Minutes east of UTC.
    pub zone: i32,
    /// Whether `HEAD` still has it.
    pub in_head: bool,
    /// The last commit that had it.
    pub last_seen: Oid,
    /// When that was made, in seconds since 1970 and minutes east of UTC.
    pub last_time: Option<(i64, i32)>,
    /// How many objects hold it, at whatever path.
    pub objects: u32,
    /// At how many paths it stands or stood.
    pub paths: u32,
}

/// What joins a shard's finding with those of other shards.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// How many objects that this shard looked at hold the secret, at whatever path.
    pub objects: u32,
    /// At how many paths of this shard.
    pub paths: u32,
    /// Those of the objects that other shards look at, too, under other names. Sorted.
    pub shared: Vec<Oid>,
    /// Set where other shards may have found the same: the least of all counts.
    pub rank: Option<Rank>,
}

/// An order of findings of which one counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    /// What kind of place; findings of different kinds stand beside each other.
    pub kind: u8,
    /// When, in seconds since 1970.
    pub time: i64,
    /// Of several at one time.
    pub id: Oid,
}

/// A match with all that a report says of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Index of the rule in the rule set.
    pub rule: u16,
    /// Where the content is from; findings of one content share it.
    pub origin: Arc<Origin>,
    /// Where in it; `None` when the path or the whole binary is the finding.
    pub at: Option<Location>,
    /// The value; empty when the path or the whole binary is the finding.
    pub secret: Secret,
    /// The masked line.
    pub excerpt: Option<Excerpt>,
    /// `v1:` and hex: content, never position.
    pub fingerprint: String,
    /// What the checks made of it.
    pub confidence: Confidence,
    /// How it was reached.
    pub via: Via,
    /// What the value says of itself, for a person: an expiry, an account.
    pub note: Option<String>,
    /// What policy says.
    pub verdict: Verdict,
    /// Its way through history, where that was looked at.
    pub trail: Option<Box<Trail>>,
    /// Hash of the text from its line on, as code scanning computes it; see `pipeline/line_hash`.
    pub line_hash: Option<String>,
    /// Set in a shard of a history.
    pub evidence: Option<Box<Evidence>>,
    /// Its file as one reaches it from the current folder, where that is not the path of its origin.
    pub reached: Option<Vec<u8>>,
}
