//! Markers that allow nothing: what they were put for is gone, or they stand at the wrong place.

use crate::policy::effects::Policy;
use crate::policy::inline;
use crate::types::finding::Finding;
use crate::types::notice::Notice;

/// So many of a content are told.
const TOLD: usize = 10;

/// Says of each marker in a content at which line it is, if no finding is on that line or beside it; a finding says itself what a
/// marker beside it does. `counts` says which lines are the run's business.
pub(super) fn tell(
    policy: &Policy,
    content: &[u8],
    findings: &[Finding],
    counts: impl Fn(u32) -> bool,
    notices: &mut Vec<Notice>,
    label: impl Fn() -> Vec<u8>,
) {
    if !policy.markers.own {
        return;
    }
    let mut near: Vec<(u32, u32)> =
        findings.iter().filter_map(|found| found.at).map(|at| (at.line.saturating_sub(1), at.end_line + 1)).collect();
    near.sort_unstable();
    let mut reach = 0;
    let reached: Vec<u32> = near
        .iter()
        .map(|(_, end)| {
            reach = reach.max(*end);
            reach
        })
        .collect();
    let is_near =
        |line: u32| near.partition_point(|(start, _)| *start <= line).checked_sub(1).is_some_and(|at| reached[at] >= line);
    let idle: Vec<u32> = inline::idle(content, is_near).into_iter().filter(|line| counts(*line)).collect();
    for line in idle.iter().take(TOLD) {
        notices.push(Notice::info(label(), format!("line {line}: the marker `nospill:allow` allows nothing here")));
    }
    if let more @ 1.. = idle.len().saturating_sub(TOLD) {
        notices.push(Notice::info(label(), format!("{more} more markers allow nothing")));
    }
}
