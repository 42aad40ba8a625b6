//! Azure Pipelines, by "Use predefined variables" of its documentation. Nothing tells the commit before a push.

use super::super::plan::{Plan, Trigger};
use super::{Provider, Sources, of_head, short, target};

/// The plan of a run.
pub(super) fn plan(sources: &Sources<'_>) -> Plan {
    let name = sources.get("BUILD_SOURCEBRANCH").map(|name| short(&name));
    let trigger = match (sources.get("BUILD_REASON").as_deref(), sources.get("SYSTEM_PULLREQUEST_TARGETBRANCH")) {
        (Some("PullRequest"), Some(branch)) | (None, Some(branch)) => Trigger::PullRequest { bases: target(&branch) },
        (Some("Schedule"), _) => Trigger::Full,
        _ => Trigger::New,
    };
    of_head(Provider::Azure, trigger, name, None)
}
