//! CircleCI, by "Project values and variables" of its documentation. Bases and triggers are pipeline values, which a job does
//! not see: a branch is held to the default branch.

use super::super::plan::{Plan, Trigger};
use super::{Provider, Sources, of_head};

/// The plan of a run.
pub(super) fn plan(sources: &Sources<'_>) -> Plan {
    let name = sources.get("CIRCLE_BRANCH").or_else(|| sources.get("CIRCLE_TAG"));
    of_head(Provider::Circle, Trigger::New, name, None)
}
