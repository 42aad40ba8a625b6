//! Jenkins: multibranch variables by `env-vars.html` of a server, those of git by its git plugin. What started a build is
//! only told by the plugin EnvInject. Jobs that are no multibranch ones learn of pull requests by the plugins ghprb and GitLab.

use super::super::plan::{Plan, Trigger};
use super::{Provider, Sources, of_head, push, short, target};

/// The plan of a run.
pub(super) fn plan(sources: &Sources<'_>) -> Plan {
    let name = sources.get("BRANCH_NAME").or_else(|| {
        let branch = sources.get("GIT_BRANCH")?;
        Some(branch.strip_prefix("origin/").map_or_else(|| short(&branch), str::to_owned))
    });
    let is_timer = sources.get("BUILD_CAUSE").is_some_and(|cause| cause.contains("TIMERTRIGGER"));
    // The plugin for GitLab names a target for pushes, too: the branch itself.
    let of_gitlab = || sources.get("gitlabMergeRequestId").and_then(|_| sources.get("gitlabTargetBranch"));
    let target_branch = sources.get("CHANGE_TARGET").or_else(|| sources.get("ghprbTargetBranch")).or_else(of_gitlab);
    let before = ["gitlabBefore", "GIT_PREVIOUS_SUCCESSFUL_COMMIT", "GIT_PREVIOUS_COMMIT"];
    let trigger = match target_branch {
        Some(branch) => Trigger::PullRequest { bases: target(&branch) },
        None if is_timer => Trigger::Full,
        None if sources.get("TAG_NAME").is_some() => Trigger::New,
        None => push(before.iter().find_map(|name| sources.get(name))),
    };
    let is_default = sources.get("BRANCH_IS_PRIMARY").as_deref() == Some("true");
    Plan { is_default, ..of_head(Provider::Jenkins, trigger, name, None) }
}
