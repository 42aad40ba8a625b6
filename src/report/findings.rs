//! The findings of a report: those of a report that was read, or those of a run, each made when it is asked for. A hostile file
//! holds them by the hundred thousand, and one that is made takes a kilobyte.

use std::borrow::Cow;
use std::fmt;

#[cfg(test)]
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use super::json::{CommitV1, Effect, EvidenceV1, FindingV1, HistoryV1};
use super::places::View;
use super::{Report, Values};
use crate::types::date;
use crate::types::finding::{Evidence, Finding, Trail, Verdict};
use crate::types::rule::{Rule, Rules};

/// Findings in the order of a report.
#[derive(Clone)]
pub struct Findings<'r> {
    kind: Kind<'r>,
    /// Where they are seen from, if not each from the top of its own work tree.
    view: Option<View>,
}

#[derive(Clone)]
enum Kind<'r> {
    Read(Vec<FindingV1>),
    Run(Run<'r>),
}

/// Those of a run, and the order in which they are reported.
#[derive(Clone)]
struct Run<'r> {
    findings: &'r [Finding],
    rules: &'r dyn Rules,
    values: Values,
    order: Vec<u32>,
}

impl<'r> Findings<'r> {
    /// Those of a run, sorted.
    pub(super) fn of(report: &Report<'r>) -> Self {
        let Report { findings, rules, values, .. } = *report;
        let mut order: Vec<u32> = (0..findings.len()).filter_map(|at| u32::try_from(at).ok()).collect();
        let key = |at: u32| {
            let finding = &findings[at as usize];
            place(finding, rules.rule(finding.rule))
        };
        order.sort_by(|&a, &b| key(a).cmp(&key(b)));
        Kind::Run(Run { findings, rules, values, order }).into()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        match &self.kind {
            Kind::Read(findings) => findings.len(),
            Kind::Run(run) => run.order.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The one at a place below [`Findings::len`].
    pub fn get(&self, at: usize) -> Cow<'_, FindingV1> {
        let finding = match &self.kind {
            Kind::Read(findings) => Cow::Borrowed(&findings[at]),
            Kind::Run(run) => Cow::Owned(run.get(at)),
        };
        match &self.view {
            Some(view) => view.of(finding),
            None => finding,
        }
    }

    /// The same seen from one place, if they are of several work trees.
    pub(super) fn of_one_tree(&self) -> Option<Self> {
        let view = match &self.kind {
            Kind::Read(findings) => {
                View::over(findings.iter().map(|one| (one.path.as_str().into(), one.reached.as_deref().map(Cow::Borrowed))))
            }
            Kind::Run(run) => View::over(
                run.findings
                    .iter()
                    .map(|finding| (lossy_label(finding), finding.reached.as_deref().map(String::from_utf8_lossy))),
            ),
        };
        view.map(|view| Self { view: Some(view), ..self.clone() })
    }

    /// What becomes of the one at a place below [`Findings::len`].
    pub fn effect(&self, at: usize) -> Effect {
        match &self.kind {
            Kind::Read(findings) => findings[at].effect,
            Kind::Run(run) => effect(&run.at(at).verdict),
        }
    }

    /// All of them, one by one.
    pub fn iter(&self) -> impl Iterator<Item = Cow<'_, FindingV1>> {
        (0..self.len()).map(|at| self.get(at))
    }

    /// All of them at once.
    pub fn into_vec(self) -> Vec<FindingV1> {
        match self.kind {
            Kind::Read(findings) => findings,
            Kind::Run(run) => (0..run.order.len()).map(|at| run.get(at)).collect(),
        }
    }
}

impl<'r> Run<'r> {
    fn at(&self, at: usize) -> &'r Finding {
        &self.findings[self.order[at] as usize]
    }

    fn get(&self, at: usize) -> FindingV1 {
        let finding = self.at(at);
        made(finding, self.rules.rule(finding.rule), self.values)
    }
}

impl<'r> From<Kind<'r>> for Findings<'r> {
    fn from(kind: Kind<'r>) -> Self {
        Self { kind, view: None }
    }
}

impl From<Vec<FindingV1>> for Findings<'_> {
    fn from(findings: Vec<FindingV1>) -> Self {
        Kind::Read(findings).into()
    }
}

impl Default for Findings<'_> {
    fn default() -> Self {
        Vec::new().into()
    }
}

impl fmt::Debug for Findings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} findings", self.len())
    }
}

impl Serialize for Findings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Findings<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
impl JsonSchema for Findings<'_> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "findings".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Vec::<FindingV1>::json_schema(generator)
    }
}

/// The order of a report: what [`FindingV1::place`] says, of a finding that was not made yet.
fn place<'f>(finding: &'f Finding, rule: &'f Rule) -> impl Ord + use<'f> {
    let at = lines(finding);
    (lossy_label(finding), at, &*rule.id, finding.origin.commit(), finding.fingerprint.as_str())
}

/// Line and column of the first character, line of the last one, column behind it. The path itself stands at line 1, column 1.
fn lines(finding: &Finding) -> (u32, u32, u32, u32) {
    finding.at.map_or((1, 1, 1, 1), |at| (at.line, at.column, at.end_line, at.end_column))
}

const fn effect(verdict: &Verdict) -> Effect {
    match verdict {
        Verdict::Deny => Effect::Deny,
        Verdict::Audit => Effect::Audit,
        Verdict::Suppressed(_) => Effect::Off,
    }
}

fn made(finding: &Finding, rule: &Rule, values: Values) -> FindingV1 {
    let suppressed = match &finding.verdict {
        Verdict::Suppressed(reason) => Some(reason.as_text().to_owned()),
        Verdict::Deny | Verdict::Audit => None,
    };
    let (line, column, end_line, end_column) = lines(finding);
    FindingV1 {
        rule: rule.id.to_string(),
        title: rule.title.to_string(),
        severity: rule.severity.as_str().into(),
        confidence: finding.confidence.as_str().into(),
        effect: effect(&finding.verdict),
        path: lossy_label(finding).into_owned(),
        reached: finding.reached.as_deref().map(lossy),
        line,
        column,
        end_line,
        end_column,
        secret: match values {
            Values::Masked => finding.secret.redacted(),
            Values::Shown => lossy(finding.secret.expose()),
        },
        fingerprint: finding.fingerprint.clone(),
        note: finding.note.clone(),
        suppressed,
        advice: rule.advice.to_string(),
        excerpt: finding.excerpt.as_ref().map(|excerpt| excerpt.text.to_string()).unwrap_or_default(),
        group: group(finding, rule),
        line_hash: finding.line_hash.clone(),
        evidence: finding.evidence.as_deref().map(evidence),
        history: finding.trail.as_deref().and_then(|trail| history(finding, trail)),
    }
}

fn evidence(evidence: &Evidence) -> EvidenceV1 {
    EvidenceV1 {
        objects: evidence.objects,
        paths: evidence.paths,
        shared: evidence.shared.iter().map(ToString::to_string).collect(),
        rank: evidence.rank.map(|rank| (rank.kind, rank.time, rank.id.to_string())),
    }
}

/// A hash of rule and secret; of a finding that is no value, its fingerprint.
fn group(finding: &Finding, rule: &Rule) -> String {
    let secret = finding.secret.expose();
    if secret.is_empty() {
        return finding.fingerprint.clone();
    }
    let mut hash = Sha256::new();
    for part in [b"nospill group".as_slice(), rule.id.as_bytes(), secret] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let hex: String = hash.finalize().iter().take(8).map(|b| format!("{b:02x}")).collect();
    format!("g1:{hex}")
}

fn history(finding: &Finding, trail: &Trail) -> Option<HistoryV1> {
    let commit = CommitV1 {
        id: finding.origin.commit()?.to_string(),
        author: trail.author.clone(),
        email: trail.email.clone(),
        date: date::iso(trail.time, trail.zone),
    };
    Some(HistoryV1 {
        commit,
        in_head: trail.in_head,
        last_seen: trail.last_seen.to_string(),
        last_seen_date: trail.last_time.map(|(time, zone)| date::iso(time, zone)),
        objects: trail.objects,
        paths: trail.paths,
    })
}

fn lossy_label(finding: &Finding) -> Cow<'_, str> {
    match finding.origin.label() {
        Cow::Borrowed(label) => String::from_utf8_lossy(label),
        Cow::Owned(label) => Cow::Owned(lossy(&label)),
    }
}

pub(super) fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
