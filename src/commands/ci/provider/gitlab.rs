//! GitLab CI, by "Predefined CI/CD variables reference" of its documentation.

use super::super::plan::{Plan, Trigger};
use super::{Provider, Sources, of_head, push, target};

/// The plan of a run.
pub(super) fn plan(sources: &Sources<'_>) -> Plan {
    let source = sources.get("CI_PIPELINE_SOURCE");
    let trigger = match source.as_deref() {
        Some("schedule") => Trigger::Full,
        Some("external_pull_request_event") => Trigger::PullRequest {
            bases: bases(sources, &["CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_SHA"], "CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME"),
        },
        // Child pipelines of a merge request's have its variables and a source of their own.
        _ if source.as_deref() == Some("merge_request_event") || sources.get("CI_MERGE_REQUEST_IID").is_some() => {
            // The first is only there for merged results, where the second would leave in what others brought into the target.
            let commits = ["CI_MERGE_REQUEST_TARGET_BRANCH_SHA", "CI_MERGE_REQUEST_DIFF_BASE_SHA"];
            Trigger::PullRequest { bases: bases(sources, &commits, "CI_MERGE_REQUEST_TARGET_BRANCH_NAME") }
        }
        _ if sources.get("CI_COMMIT_TAG").is_some() => Trigger::New,
        // Zeros in the first pipeline of a branch, and in those that nobody's push started.
        _ => push(sources.get("CI_COMMIT_BEFORE_SHA")),
    };
    of_head(Provider::Gitlab, trigger, sources.get("CI_COMMIT_REF_NAME"), sources.get("CI_DEFAULT_BRANCH"))
}

/// What variables name as the base, commits before the branch: the branch need not have been fetched.
fn bases(sources: &Sources<'_>, commits: &[&str], branch: &str) -> Vec<String> {
    let branch = sources.get(branch).map(|branch| target(&branch)).unwrap_or_default();
    commits.iter().filter_map(|name| sources.get(name)).chain(branch).collect()
}
