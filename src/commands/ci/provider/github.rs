//! GitHub Actions, by "Variables reference" and "Webhook events and payloads" of its documentation.

use super::super::plan::{Plan, Trigger};
use super::{Provider, Sources, of_head, push, short, target};

/// The plan of a run.
pub(super) fn plan(sources: &Sources<'_>) -> Plan {
    let name = sources.get("GITHUB_REF_NAME").or_else(|| sources.get("GITHUB_REF").map(|name| short(&name)));
    let mut plan = of_head(Provider::Github, Trigger::New, name, sources.event("/repository/default_branch"));
    let event = sources.get("GITHUB_EVENT_NAME").unwrap_or_default();
    plan.trigger = match event.as_str() {
        "pull_request" | "pull_request_target" => {
            if event == "pull_request_target" {
                // What is checked out is the target; the change is only named.
                plan.head = sources.event("/pull_request/head/sha").unwrap_or(plan.head);
            }
            let branch = sources.get("GITHUB_BASE_REF").map(|branch| target(&branch)).unwrap_or_default();
            Trigger::PullRequest { bases: branch.into_iter().chain(sources.event("/pull_request/base/sha")).collect() }
        }
        "merge_group" => Trigger::PullRequest { bases: sources.event("/merge_group/base_sha").into_iter().collect() },
        "push" if sources.get("GITHUB_REF_TYPE").as_deref() == Some("tag") => Trigger::New,
        "push" => push(sources.event("/before")),
        "schedule" => Trigger::Full,
        _ => Trigger::New,
    };
    plan
}
