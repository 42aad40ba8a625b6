//! Joining reports of shards into the report of the whole.

use std::cmp::Ordering;

use super::json::{Document, Effect, FindingV1, SummaryV1};

/// One report of several: findings in order, each of a commit, place and rule once; counts added up. `None` when there is none.
pub fn join(parts: Vec<Document>) -> Option<Document> {
    let mut parts = parts.into_iter();
    let mut whole = parts.next()?;
    for part in parts {
        whole.findings.extend(part.findings);
        whole.notices.extend(part.notices);
        let (sum, more) = (&mut whole.summary, part.summary);
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
    whole.findings.sort_by(order);
    whole.findings.dedup_by(|a, b| order(a, b) == Ordering::Equal);
    whole.notices.sort();
    whole.notices.dedup();
    recount(&mut whole);
    Some(whole)
}

/// Counts what is there, whatever the report said.
pub fn recount(document: &mut Document) {
    let of = |effect| document.findings.iter().filter(|finding| finding.effect == effect).count();
    let (denied, audited, suppressed) = (of(Effect::Deny), of(Effect::Audit), of(Effect::Off));
    let skipped = document.skipped().count();
    document.summary = SummaryV1 { denied, audited, suppressed, skipped, ..document.summary.clone() };
}

fn order(a: &FindingV1, b: &FindingV1) -> Ordering {
    fn key(finding: &FindingV1) -> impl Ord + '_ {
        let commit = finding.history.as_ref().map(|history| history.commit.id.as_str());
        let place = (finding.line, finding.column, finding.end_line, finding.end_column);
        (&finding.path, place, &finding.rule, commit, &finding.fingerprint)
    }
    key(a).cmp(&key(b))
}
