//! TeamCity, by "List of Predefined Build Parameters" and "Pull Requests" of its documentation. It gives builds parameters, not
//! variables; these stand in a file (see `properties`).

use super::super::plan::{Plan, Trigger};
use super::{Provider, Sources, of_head, short, target};

/// The plan of a run.
pub(super) fn plan(sources: &Sources<'_>) -> Plan {
    let parameter = |name: &str| (sources.parameter)(name).filter(|value| !value.is_empty());
    // `<default>` where the VCS root gives the default branch no name of its own.
    let logical = parameter("teamcity.build.branch");
    let is_default =
        logical.as_deref() == Some("<default>") || parameter("teamcity.build.branch.is_default").as_deref() == Some("true");
    let branch = logical.filter(|name| !name.starts_with('<'));
    let name = branch.or_else(|| sources.get("BRANCH_NAME")).map(|name| short(&name));
    // A description for people.
    let is_timer = parameter("teamcity.build.triggeredBy").is_some_and(|cause| cause.to_lowercase().contains("schedule trigger"));
    let trigger = match parameter("teamcity.pullRequest.target.branch") {
        Some(branch) => Trigger::PullRequest { bases: target(&branch) },
        None if is_timer => Trigger::Full,
        None => Trigger::New,
    };
    Plan { is_default, ..of_head(Provider::TeamCity, trigger, name, None) }
}
