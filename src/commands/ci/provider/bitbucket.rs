//! Bitbucket Pipelines, by "Variables and secrets" of its documentation. Neither the commit before a push is told nor that
//! a schedule started the run.

use super::super::plan::{Plan, Trigger};
use super::{Provider, Sources, of_head, target};

/// The plan of a run.
pub(super) fn plan(sources: &Sources<'_>) -> Plan {
    let trigger = match sources.get("BITBUCKET_PR_DESTINATION_BRANCH") {
        Some(branch) => {
            let commit = sources.get("BITBUCKET_PR_DESTINATION_COMMIT");
            Trigger::PullRequest { bases: target(&branch).into_iter().chain(commit).collect() }
        }
        None => Trigger::New,
    };
    let name = sources.get("BITBUCKET_BRANCH").or_else(|| sources.get("BITBUCKET_TAG"));
    of_head(Provider::Bitbucket, trigger, name, None)
}
