//! The JSON report, version 1, and what every report for a machine is made of. Later changes add fields and never rename one.

use std::borrow::Cow;
use std::io;

#[cfg(test)]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::findings::{Findings, lossy};
use super::{Report, form};
use crate::types::shard::Sharded;

/// A report as JSON has it. One that was read back may say anything: nothing in it is to be trusted.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[cfg_attr(test, schemars(title = "nospill report"))]
pub struct Document<'r> {
    /// 1.
    pub version: u32,
    /// Who wrote it.
    pub tool: Tool,
    /// Sorted by path, position and rule.
    pub findings: Findings<'r>,
    /// Sorted.
    pub notices: Vec<NoticeV1>,
    /// What was looked at.
    pub summary: SummaryV1,
    /// Which part of a run it is, where it is not a whole one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<ShardV1>,
}

/// A part of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct ShardV1 {
    /// From 1 on.
    pub number: u16,
    /// How many parts there are.
    pub of: u16,
    /// The same for all parts of a run.
    #[serde(alias = "key")]
    pub run: String,
}

/// What joins a part's finding with those of other parts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct EvidenceV1 {
    /// Objects of this part that hold the secret.
    pub objects: u32,
    /// Paths of this part.
    pub paths: u32,
    /// Those of the objects that other parts have, too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shared: Vec<String>,
    /// Kind, time and object: of the findings of a kind and fingerprint the least counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rank: Option<(u8, i64, String)>,
}

/// Who wrote a report.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Tool {
    /// `nospill`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// What becomes of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// It blocks.
    Deny,
    /// It is reported and does not block.
    Audit,
    /// It does not count.
    Off,
}

/// One finding. Lines and columns are 1-based, columns count characters, the end is exclusive.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct FindingV1 {
    /// The rule's id.
    pub rule: String,
    /// The rule's title.
    pub title: String,
    /// `low`, `medium`, `high` or `critical`.
    pub severity: String,
    /// `low`, `medium`, `high` or `proven`.
    pub confidence: String,
    /// What becomes of it.
    pub effect: Effect,
    /// Where it was found, `OUTER!INNER` inside archives.
    pub path: String,
    /// The same as one reaches it from the folder that the scan ran in, where that is another: in `path`, files of a work tree
    /// are seen from its top.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reached: Option<String>,
    /// Line of the first character.
    pub line: u32,
    /// Column of the first character.
    pub column: u32,
    /// Line of the last character.
    pub end_line: u32,
    /// Column behind the last character.
    pub end_column: u32,
    /// Masked, unless the run was told to show it.
    pub secret: String,
    /// Of rule, path and secret.
    pub fingerprint: String,
    /// What the value says of itself.
    pub note: Option<String>,
    /// Why it does not count.
    pub suppressed: Option<String>,
    /// What to do.
    #[serde(default)]
    pub advice: String,
    /// The masked line; empty where there is none.
    #[serde(default)]
    pub excerpt: String,
    /// The same for the same secret, whatever its path; says no more of it than the fingerprint.
    #[serde(default)]
    pub group: String,
    /// `primaryLocationLineHash` of code scanning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line_hash: Option<String>,
    /// Only in a part of a run over a history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<EvidenceV1>,
    /// Only in a history scan.
    #[serde(flatten)]
    pub history: Option<HistoryV1>,
}

impl FindingV1 {
    /// What findings are sorted by; of a run, no two have the same.
    pub(super) fn place(&self) -> impl Ord + '_ {
        let commit = self.history.as_ref().map(|history| history.commit.id.as_str());
        let place = (self.line, self.column, self.end_line, self.end_column);
        (&self.path, place, &self.rule, commit, &self.fingerprint)
    }
}

/// What only a history scan knows.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct HistoryV1 {
    /// The one that brought it in.
    pub commit: CommitV1,
    /// Whether `HEAD` has it.
    pub in_head: bool,
    /// The last commit that had it.
    pub last_seen: String,
    /// When the commit `last_seen` was made.
    #[serde(default)]
    pub last_seen_date: Option<String>,
    /// Blobs that hold it.
    pub objects: u32,
    /// Paths that hold it.
    pub paths: u32,
}

/// The commit that brought a secret in.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct CommitV1 {
    /// In hex.
    pub id: String,
    /// Name.
    pub author: String,
    /// Address.
    pub email: String,
    /// RFC 3339, in the author's zone.
    pub date: String,
}

/// Non-fatal trouble.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct NoticeV1 {
    /// `skipped` or `info`.
    pub kind: String,
    /// What it is about; may be empty.
    pub path: String,
    /// What is wrong.
    pub why: String,
}

/// What was looked at, and how many findings there are of each effect.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct SummaryV1 {
    /// Contents scanned.
    pub objects: u64,
    /// Bytes of these.
    pub bytes: u64,
    /// Rules scanned with.
    pub rules: usize,
    /// Findings that block.
    pub denied: usize,
    /// Findings that are reported only.
    pub audited: usize,
    /// Findings that do not count.
    pub suppressed: usize,
    /// What should have been scanned and was not.
    pub skipped: usize,
    /// Contents that are no text.
    pub binary: u64,
    /// Paths left out by the configuration.
    pub excluded: u64,
    /// Milliseconds of the run.
    pub elapsed_ms: u64,
}

/// Why a text is no report that can be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Not JSON, or not of this form.
    #[error("no JSON report of nospill: {0}")]
    Form(#[from] serde_json::Error),
    /// Of another version.
    #[error("a report of version {0}; this program reads version 1")]
    Version(u32),
}

impl<'r> Document<'r> {
    /// What a run has to say. A finding that is the path itself stands at line 1, column 1.
    pub fn new(report: &Report<'r>) -> Self {
        let (counts, summary) = (report.counts(), &report.summary);
        let notice = |path: &[u8], why: &str, kind: &str| NoticeV1 { kind: kind.into(), path: lossy(path), why: why.into() };
        let shard = |of: &Sharded| ShardV1 { number: of.shard.number(), of: of.shard.of(), run: of.key.clone() };
        let mut document = Self {
            version: 1,
            tool: Tool { name: "nospill".into(), version: env!("CARGO_PKG_VERSION").into() },
            findings: Findings::of(report),
            notices: report.notices.iter().map(|n| notice(&n.path, &n.why, n.kind.as_str())).collect(),
            summary: SummaryV1 {
                objects: summary.objects,
                bytes: summary.bytes,
                rules: summary.rules,
                denied: counts.denied,
                audited: counts.audited,
                suppressed: counts.suppressed,
                skipped: counts.skipped,
                binary: summary.binary,
                excluded: summary.excluded,
                elapsed_ms: u64::try_from(summary.elapsed.as_millis()).unwrap_or(u64::MAX),
            },
            shard: report.sharded.map(shard),
        };
        document.sort_notices();
        document
    }

    /// Puts notices in an order that only what they say decides, so that parts can be joined into the whole.
    pub(super) fn sort_notices(&mut self) {
        // What was skipped comes first.
        self.notices.sort_by(|a, b| (&b.kind, &a.path, &a.why).cmp(&(&a.kind, &b.path, &b.why)));
        self.notices.dedup();
    }

    /// Reads a report that [`write()`] wrote.
    ///
    /// # Errors
    /// It is something else, or of another version.
    pub fn parse(text: &[u8]) -> Result<Self, ReadError> {
        let document: Self = serde_json::from_slice(text)?;
        if document.version == 1 { Ok(document) } else { Err(ReadError::Version(document.version)) }
    }

    /// The findings that count.
    pub fn counted(&self) -> impl Iterator<Item = Cow<'_, FindingV1>> {
        self.counted_places().map(|at| self.findings.get(at))
    }

    /// Where those stand.
    pub(super) fn counted_places(&self) -> impl Iterator<Item = usize> {
        (0..self.findings.len()).filter(|&at| self.findings.effect(at) != Effect::Off)
    }

    /// Things that should have been scanned and were not.
    pub fn skipped(&self) -> impl Iterator<Item = &NoticeV1> {
        self.notices.iter().filter(|notice| notice.kind == "skipped")
    }
}

/// Writes the document, with a newline at its end.
///
/// # Errors
/// Those of the writer.
pub fn write(document: &Document<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    form::pretty(document, out)
}

/// The JSON Schema of what is written: which members there always are, and what they hold. A test makes it of the types here.
pub const JSON_SCHEMA: &str = include_str!("../../report.schema.json");

#[cfg(test)]
mod tests {
    use schemars::generate::SchemaSettings;

    use super::*;

    /// `UPDATE_SCHEMAS=1 cargo test --lib schema` writes the file anew.
    #[test]
    fn the_schema_is_current() {
        let written = SchemaSettings::default().for_serialize().into_generator();
        let schema = written.into_root_schema_for::<Document<'_>>();
        let made = form::text(|out| form::pretty(&schema, out));
        if std::env::var_os("UPDATE_SCHEMAS").is_some() {
            std::fs::write("report.schema.json", &made).expect("a file");
        }
        assert_eq!(made, JSON_SCHEMA);
    }
}
