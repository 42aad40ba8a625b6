//! Buildkite, by "Environment variables" of its documentation.

use super::super::plan::{Plan, Trigger};
use super::{Provider, Sources, of_head, target};

/// The plan of a run.
pub(super) fn plan(sources: &Sources<'_>) -> Plan {
    let is_change = sources.get("BUILDKITE_PULL_REQUEST").is_some_and(|number| number != "false");
    let queue = sources.get("BUILDKITE_MERGE_QUEUE_BASE_COMMIT");
    let queue_branch = sources.get("BUILDKITE_MERGE_QUEUE_BASE_BRANCH").map(|branch| target(&branch)).unwrap_or_default();
    let trigger = match sources.get("BUILDKITE_PULL_REQUEST_BASE_BRANCH") {
        _ if queue.is_some() => Trigger::PullRequest { bases: queue.into_iter().chain(queue_branch).collect() },
        Some(branch) if is_change => Trigger::PullRequest { bases: target(&branch) },
        _ if sources.get("BUILDKITE_SOURCE").as_deref() == Some("schedule") => Trigger::Full,
        _ => Trigger::New,
    };
    let name = sources.get("BUILDKITE_TAG").or_else(|| sources.get("BUILDKITE_BRANCH"));
    of_head(Provider::Buildkite, trigger, name, sources.get("BUILDKITE_PIPELINE_DEFAULT_BRANCH"))
}
