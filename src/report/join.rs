//! Joining reports: the parts of one run into the report of the whole, or reports of several runs into one.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::json::{Document, Effect, EvidenceV1, FindingV1, NoticeV1, SummaryV1};
use crate::types::notice::NO_FILE;

/// Why reports can't be joined.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    /// No report.
    #[error("no report to read")]
    None,
    /// Parts and whole reports, or parts of different runs.
    #[error("these are not the parts of one run: {0}")]
    Different(&'static str),
    /// A part that is there more than once.
    #[error("shard {0} is there twice")]
    Twice(u16),
}

/// One report of several. Of reports of whole runs each finding of a place and commit counts once. Parts of a run give what
/// the run would have given; a part that is missing is a notice that something was skipped. The time that a run took is the
/// longest of its parts.
///
/// # Errors
/// There is none, or they do not belong together.
pub fn join(mut parts: Vec<Document<'static>>) -> Result<Document<'static>, JoinError> {
    parts.sort_by_key(|part| part.shard.as_ref().map(|shard| shard.number));
    let is_sharded = check(&parts)?;
    let missing = parts.first().map(|_| missing(&parts)).unwrap_or_default();
    let found: Vec<_> = parts.iter_mut().map(|part| std::mem::take(&mut part.findings).into_vec()).collect();
    let spread = spread(&found);
    let mut findings: Vec<FindingV1> = found.into_iter().flatten().collect();
    let mut parts = parts.into_iter();
    let mut whole = parts.next().ok_or(JoinError::None)?;
    for part in parts {
        whole.notices.extend(part.notices);
        add(&mut whole.summary, &part.summary);
    }
    whole.shard = None;
    if is_sharded {
        settle(&mut findings, &spread);
        // Each part may have met no file, and the whole has.
        let objects = whole.summary.objects;
        whole.notices.retain(|notice| objects == 0 || !notice.path.is_empty() || notice.why != NO_FILE);
        whole.notices.extend(missing);
    }
    findings.sort_by(|a, b| a.place().cmp(&b.place()));
    whole.sort_notices();
    // Of parts only what stands in a name, which each finds whose files are below that folder: it has no line to show.
    let is_met_twice = |a: &FindingV1| !is_sharded || a.excerpt.is_empty();
    findings.dedup_by(|a, b| is_met_twice(a) && a.place() == b.place());
    whole.findings = findings.into();
    recount(&mut whole);
    Ok(whole)
}

/// Counts what is there, whatever the report said.
pub fn recount(document: &mut Document<'_>) {
    let of = |effect| (0..document.findings.len()).filter(|&at| document.findings.effect(at) == effect).count();
    let (denied, audited, suppressed) = (of(Effect::Deny), of(Effect::Audit), of(Effect::Off));
    let skipped = document.skipped().count();
    document.summary = SummaryV1 { denied, audited, suppressed, skipped, ..document.summary.clone() };
}

/// Whether the reports, which are sorted, are parts of one run.
fn check(parts: &[Document<'_>]) -> Result<bool, JoinError> {
    let Some(first) = parts.first() else { return Err(JoinError::None) };
    for pair in parts.windows(2) {
        match (&pair[0].shard, &pair[1].shard) {
            (None, None) => {}
            (Some(one), Some(other)) => {
                if one.of != other.of {
                    return Err(JoinError::Different("they are parts of different numbers of shards"));
                }
                if one.run != other.run || pair[0].tool.version != pair[1].tool.version {
                    let why = "refs, rules or what was asked for differ, or the versions of nospill";
                    return Err(JoinError::Different(why));
                }
                if one.number == other.number {
                    return Err(JoinError::Twice(one.number));
                }
            }
            _ => return Err(JoinError::Different("some are parts, some are whole")),
        }
    }
    Ok(first.shard.is_some())
}

/// A notice for each part that is not there.
fn missing(parts: &[Document<'_>]) -> Vec<NoticeV1> {
    let numbers: BTreeSet<u16> = parts.iter().filter_map(|part| part.shard.as_ref()).map(|shard| shard.number).collect();
    let of = parts.iter().filter_map(|part| part.shard.as_ref()).map(|shard| shard.of).next().unwrap_or(0);
    let notice = |number| NoticeV1 {
        kind: "skipped".into(),
        path: String::new(),
        why: format!("shard {number} of {of} is missing: what falls to it was not scanned, or its report is not here"),
    };
    (1..=of).filter(|number| !numbers.contains(number)).map(notice).collect()
}

fn add(sum: &mut SummaryV1, more: &SummaryV1) {
    *sum = SummaryV1 {
        objects: sum.objects.saturating_add(more.objects),
        bytes: sum.bytes.saturating_add(more.bytes),
        rules: sum.rules.max(more.rules),
        binary: sum.binary.saturating_add(more.binary),
        excluded: sum.excluded.saturating_add(more.excluded),
        elapsed_ms: sum.elapsed_ms.max(more.elapsed_ms),
        ..SummaryV1::default()
    };
}

/// How many objects and paths hold the secret of a rule and group.
type Spread = HashMap<(String, String), (u32, u32)>;

/// Adds up what each part saw of a secret; an object that several parts looked at counts once.
fn spread(parts: &[Vec<FindingV1>]) -> Spread {
    let mut shared: HashMap<(String, String), BTreeSet<&str>> = HashMap::new();
    let mut spread = Spread::new();
    for part in parts {
        let mut told: HashMap<(&str, &str), &EvidenceV1> = HashMap::new();
        for finding in part {
            // Messages hold no objects.
            if let Some(evidence) = finding.evidence.as_ref().filter(|evidence| evidence.objects > 0) {
                told.insert((&finding.rule, &finding.group), evidence);
            }
        }
        for ((rule, group), evidence) in told {
            let key = (rule.to_owned(), group.to_owned());
            shared.entry(key.clone()).or_default().extend(evidence.shared.iter().map(String::as_str));
            let sum = spread.entry(key).or_default();
            let own = evidence.objects.saturating_sub(evidence.shared.len() as u32);
            *sum = (sum.0.saturating_add(own), sum.1.saturating_add(evidence.paths));
        }
    }
    for (key, shared) in shared {
        if let Some(sum) = spread.get_mut(&key) {
            sum.0 = sum.0.saturating_add(shared.len() as u32);
        }
    }
    spread
}

/// Makes findings of parts those of the whole: where several parts have one the first counts, and what was seen is added up.
fn settle(findings: &mut Vec<FindingV1>, spread: &Spread) {
    let mut first: BTreeMap<(String, u8), (i64, String)> = BTreeMap::new();
    let rank = |finding: &FindingV1| finding.evidence.as_ref().and_then(|evidence| evidence.rank.clone());
    for finding in findings.iter() {
        if let Some((kind, time, id)) = rank(finding) {
            let best = first.entry((finding.fingerprint.clone(), kind)).or_insert_with(|| (time, id.clone()));
            if (time, &id) < (best.0, &best.1) {
                *best = (time, id);
            }
        }
    }
    findings.retain(|finding| {
        rank(finding).is_none_or(|(kind, time, id)| first.get(&(finding.fingerprint.clone(), kind)) == Some(&(time, id)))
    });
    for finding in findings {
        let Some(evidence) = finding.evidence.take().filter(|evidence| evidence.objects > 0) else { continue };
        let sum = spread.get(&(finding.rule.clone(), finding.group.clone())).copied();
        if let Some(history) = &mut finding.history {
            (history.objects, history.paths) = sum.unwrap_or((evidence.objects, evidence.paths));
        }
    }
}
