//! Jenkins: multibranch variables by `env-vars.html` of a server, those of git by its git plugin. What started a build is
//! only told by the plugin EnvInject.

use super::super::plan::{Plan, Trigger};
use super::{Provider, Sources, of_head, push, short, target};

/// The plan of a run.
pub(super) fn plan(sources: &Sources<'_>) -> Plan {
    let name = sources.get("BRANCH_NAME").or_else(|| {
        let branch = sources.get("GIT_BRANCH")?;
        Some(branch.strip_prefix("origin/").map_or_else(|| short(&branch), str::to_owned))
    });
    let is_timer = sources.get("BUILD_CAUSE").is_some_and(|cause| cause.contains("TIMERTRIGGER"));
    let trigger = match sources.get("CHANGE_TARGET") {
        Some(branch) => Trigger::PullRequest { bases: target(&branch) },
        None if is_timer => Trigger::Full,
        None if sources.get("TAG_NAME").is_some() => Trigger::New,
        None => push(sources.get("GIT_PREVIOUS_SUCCESSFUL_COMMIT").or_else(|| sources.get("GIT_PREVIOUS_COMMIT"))),
    };
    let is_primary = sources.get("BRANCH_IS_PRIMARY").as_deref() == Some("true");
    let default_branch = if is_primary { name.clone() } else { None };
    of_head(Provider::Jenkins, trigger, name, default_branch)
}
