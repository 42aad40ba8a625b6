//! From the variables that a CI server sets to what is to be scanned. Pure: the environment and the event are handed in.

use serde_json::Value;

use crate::cli::report::Format;

/// A CI server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    /// Azure Pipelines.
    Azure,
    /// GitHub Actions.
    Github,
    /// GitLab CI.
    Gitlab,
    /// Jenkins.
    Jenkins,
    /// Bitbucket Pipelines.
    Bitbucket,
    /// CircleCI.
    Circle,
    /// Buildkite.
    Buildkite,
    /// TeamCity.
    TeamCity,
}

impl Provider {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Azure => "Azure Pipelines",
            Self::Github => "GitHub Actions",
            Self::Gitlab => "GitLab CI",
            Self::Jenkins => "Jenkins",
            Self::Bitbucket => "Bitbucket Pipelines",
            Self::Circle => "CircleCI",
            Self::Buildkite => "Buildkite",
            Self::TeamCity => "TeamCity",
        }
    }

    /// The format that its log pages read.
    pub const fn format(self) -> Format {
        match self {
            Self::Azure => Format::Azure,
            Self::Github => Format::Github,
            _ => Format::Human,
        }
    }
}

/// What a run is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// What a change would bring into a branch; the base is the first of these that exists.
    PullRequest {
        /// Revisions.
        bases: Vec<String>,
    },
    /// What was pushed since this commit, which a forced push may have taken away.
    Push {
        /// The commit.
        before: String,
    },
    /// A branch or tag whose former state is not known: what the default branch does not have.
    New,
    /// Everything.
    Full,
}

/// What is to be scanned, as far as variables tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The server.
    pub provider: Provider,
    /// What the run is about.
    pub trigger: Trigger,
    /// The commit that is checked out, or is to be scanned instead.
    pub head: String,
    /// The branch or tag.
    pub name: Option<String>,
    /// The default branch, where the server says it.
    pub default_branch: Option<String>,
}

/// Variables and event of a run.
pub struct Sources<'s> {
    /// A variable; an empty one counts as not set.
    pub var: &'s dyn Fn(&str) -> Option<String>,
    /// GitHub's event.
    pub event: &'s Value,
}

/// What makes a server's plan.
type Maker = fn(&Sources<'_>) -> Plan;

/// The plan of a run; `None` when no CI server is known by its variables.
pub fn plan(sources: &Sources<'_>) -> Option<Plan> {
    let var = |name: &str| (sources.var)(name).filter(|value| !value.is_empty());
    let is_true = |name: &str| var(name).is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let makers: [(bool, Maker); 8] = [
        (is_true("TF_BUILD"), azure),
        (is_true("GITHUB_ACTIONS"), github),
        (is_true("GITLAB_CI"), gitlab),
        (var("BITBUCKET_BUILD_NUMBER").is_some(), bitbucket),
        (is_true("CIRCLECI"), circle),
        (is_true("BUILDKITE"), buildkite),
        (var("TEAMCITY_VERSION").is_some(), teamcity),
        (var("JENKINS_URL").is_some(), jenkins),
    ];
    makers.iter().find(|(is_here, _)| *is_here).map(|(_, make)| make(sources))
}

impl Sources<'_> {
    fn get(&self, name: &str) -> Option<String> {
        (self.var)(name).filter(|value| !value.is_empty())
    }

    /// A text of the event, by its JSON pointer.
    fn event(&self, pointer: &str) -> Option<String> {
        self.event.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
    }
}

/// A plan for `HEAD`.
fn of_head(provider: Provider, trigger: Trigger, name: Option<String>, default_branch: Option<String>) -> Plan {
    Plan { provider, trigger, head: "HEAD".to_owned(), name, default_branch }
}

/// A branch's name without what git puts before it.
fn short(name: &str) -> String {
    let name = name.strip_prefix("refs/heads/").or_else(|| name.strip_prefix("refs/tags/")).unwrap_or(name);
    name.strip_prefix("refs/remotes/").unwrap_or(name).to_owned()
}

fn target(branch: &str) -> Vec<String> {
    let branch = short(branch);
    vec![format!("origin/{branch}"), branch]
}

/// A push since `before`; zeros mean that there was nothing before.
fn push(before: Option<String>) -> Trigger {
    match before.filter(|before| before.bytes().any(|b| b != b'0')) {
        Some(before) => Trigger::Push { before },
        None => Trigger::New,
    }
}

fn azure(sources: &Sources<'_>) -> Plan {
    let name = sources.get("BUILD_SOURCEBRANCH").map(|name| short(&name));
    let trigger = match (sources.get("BUILD_REASON").as_deref(), sources.get("SYSTEM_PULLREQUEST_TARGETBRANCH")) {
        (Some("PullRequest"), Some(branch)) | (None, Some(branch)) => Trigger::PullRequest { bases: target(&branch) },
        (Some("Schedule"), _) => Trigger::Full,
        _ => Trigger::New,
    };
    of_head(Provider::Azure, trigger, name, None)
}

fn github(sources: &Sources<'_>) -> Plan {
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

fn gitlab(sources: &Sources<'_>) -> Plan {
    let trigger = match sources.get("CI_PIPELINE_SOURCE").as_deref() {
        Some("merge_request_event") => {
            let branch = sources.get("CI_MERGE_REQUEST_TARGET_BRANCH_NAME").map(|branch| target(&branch)).unwrap_or_default();
            Trigger::PullRequest { bases: sources.get("CI_MERGE_REQUEST_DIFF_BASE_SHA").into_iter().chain(branch).collect() }
        }
        Some("schedule") => Trigger::Full,
        _ if sources.get("CI_COMMIT_TAG").is_some() => Trigger::New,
        _ => push(sources.get("CI_COMMIT_BEFORE_SHA")),
    };
    of_head(Provider::Gitlab, trigger, sources.get("CI_COMMIT_REF_NAME"), sources.get("CI_DEFAULT_BRANCH"))
}

fn jenkins(sources: &Sources<'_>) -> Plan {
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

fn bitbucket(sources: &Sources<'_>) -> Plan {
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

fn circle(sources: &Sources<'_>) -> Plan {
    let name = sources.get("CIRCLE_BRANCH").or_else(|| sources.get("CIRCLE_TAG"));
    of_head(Provider::Circle, Trigger::New, name, None)
}

fn buildkite(sources: &Sources<'_>) -> Plan {
    let is_change = sources.get("BUILDKITE_PULL_REQUEST").is_some_and(|number| number != "false");
    let trigger = match sources.get("BUILDKITE_PULL_REQUEST_BASE_BRANCH") {
        Some(branch) if is_change => Trigger::PullRequest { bases: target(&branch) },
        _ if sources.get("BUILDKITE_SOURCE").as_deref() == Some("schedule") => Trigger::Full,
        _ => Trigger::New,
    };
    let name = sources.get("BUILDKITE_TAG").or_else(|| sources.get("BUILDKITE_BRANCH"));
    of_head(Provider::Buildkite, trigger, name, sources.get("BUILDKITE_PIPELINE_DEFAULT_BRANCH"))
}

fn teamcity(sources: &Sources<'_>) -> Plan {
    // TeamCity gives builds parameters, not variables; `env.BRANCH_NAME` is what its documentation suggests to set.
    of_head(Provider::TeamCity, Trigger::New, sources.get("BRANCH_NAME").map(|name| short(&name)), None)
}

/// What git is asked for, and what the log says about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revisions {
    /// As `nospill history` takes them; none: everything.
    pub revisions: Vec<String>,
    /// One line.
    pub why: String,
}

/// The revisions of a plan; `has` says whether a commit is there. `Err` names a base that is not.
///
/// # Errors
/// The base of a pull request is missing: what it adds can't be told.
pub fn revisions(plan: &Plan, has: &dyn Fn(&str) -> bool) -> Result<Revisions, String> {
    let since = |base: &str, why: String| Revisions { revisions: vec![plan.head.clone(), format!("^{base}")], why };
    match &plan.trigger {
        Trigger::Full => Ok(Revisions { revisions: Vec::new(), why: "the whole history".to_owned() }),
        Trigger::PullRequest { bases } => match bases.iter().find(|base| has(base)) {
            Some(base) => Ok(since(base, format!("what the pull request adds to {base}"))),
            None => Err(bases.join(" or ")),
        },
        Trigger::Push { before } if has(before) => Ok(since(before, format!("what was pushed since {before}"))),
        Trigger::Push { before } => Ok(new(plan, has, &format!("{before}, the commit before the push, is gone: "))),
        Trigger::New => Ok(new(plan, has, "")),
    }
}

/// What the default branch does not have; of the default branch itself, all that it reaches.
fn new(plan: &Plan, has: &dyn Fn(&str) -> bool, lead: &str) -> Revisions {
    let whole = |why: &str| Revisions { revisions: vec![plan.head.clone()], why: format!("{lead}{why}") };
    let named: Vec<String> = match &plan.default_branch {
        Some(branch) => vec![format!("origin/{branch}")],
        None => ["origin/HEAD", "origin/main", "origin/master"].map(str::to_owned).into(),
    };
    let is_default = |branch: &str| plan.name.as_deref() == Some(branch);
    let is_here = match &plan.default_branch {
        Some(branch) => is_default(branch),
        None => is_default("main") || is_default("master"),
    };
    if is_here {
        return whole("all that the default branch reaches");
    }
    match named.iter().find(|base| has(base)) {
        Some(base) => {
            Revisions { revisions: vec![plan.head.clone(), format!("^{base}")], why: format!("{lead}what {base} does not have") }
        }
        None => whole("all that the commit reaches, because no default branch is known"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ZEROS: &str = "0000000000000000000000000000000000000000";
    const OLD: &str = "1111111111111111111111111111111111111111";

    /// Variables of a run, the event, the commits that are there, and what becomes of them.
    type Case =
        (&'static [(&'static str, &'static str)], Value, &'static [&'static str], Result<&'static [&'static str], &'static str>);

    fn check(provider: Provider, cases: &[Case]) {
        for (variables, event, there, want) in cases {
            let var = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
            let plan = plan(&Sources { var: &var, event }).expect("a plan");
            assert_eq!(plan.provider, provider, "{variables:?}");
            let got = revisions(&plan, &|revision| there.contains(&revision));
            let got = got.map(|revisions| revisions.revisions);
            assert_eq!(
                got,
                want.map(|list| list.iter().map(|s| (*s).to_owned()).collect()).map_err(str::to_owned),
                "{variables:?}"
            );
        }
    }

    #[test]
    fn azure_pipelines() {
        const CHANGE: &[(&str, &str)] = &[
            ("TF_BUILD", "True"),
            ("BUILD_REASON", "PullRequest"),
            ("BUILD_SOURCEBRANCH", "refs/pull/7/merge"),
            ("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/release/1"),
        ];
        const SHORT: &[(&str, &str)] =
            &[("TF_BUILD", "True"), ("BUILD_REASON", "PullRequest"), ("SYSTEM_PULLREQUEST_TARGETBRANCH", "main")];
        const PUSH: &[(&str, &str)] =
            &[("TF_BUILD", "True"), ("BUILD_REASON", "IndividualCI"), ("BUILD_SOURCEBRANCH", "refs/heads/feature/x")];
        const MAIN: &[(&str, &str)] =
            &[("TF_BUILD", "True"), ("BUILD_REASON", "BatchedCI"), ("BUILD_SOURCEBRANCH", "refs/heads/main")];
        const TAG: &[(&str, &str)] =
            &[("TF_BUILD", "True"), ("BUILD_REASON", "IndividualCI"), ("BUILD_SOURCEBRANCH", "refs/tags/v1")];
        const NIGHT: &[(&str, &str)] = &[("TF_BUILD", "True"), ("BUILD_REASON", "Schedule")];
        check(
            Provider::Azure,
            &[
                (CHANGE, json!(null), &["origin/release/1"], Ok(&["HEAD", "^origin/release/1"])),
                (CHANGE, json!(null), &[], Err("origin/release/1 or release/1")),
                (SHORT, json!(null), &["origin/main"], Ok(&["HEAD", "^origin/main"])),
                (PUSH, json!(null), &["origin/main"], Ok(&["HEAD", "^origin/main"])),
                (PUSH, json!(null), &[], Ok(&["HEAD"])),
                (MAIN, json!(null), &["origin/main"], Ok(&["HEAD"])),
                (TAG, json!(null), &["origin/master"], Ok(&["HEAD", "^origin/master"])),
                (NIGHT, json!(null), &["origin/main"], Ok(&[])),
            ],
        );
    }

    #[test]
    fn github_actions() {
        const CHANGE: &[(&str, &str)] =
            &[("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "pull_request"), ("GITHUB_BASE_REF", "main")];
        const FORK: &[(&str, &str)] =
            &[("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "pull_request_target"), ("GITHUB_BASE_REF", "main")];
        const PUSH: &[(&str, &str)] =
            &[("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "push"), ("GITHUB_REF_NAME", "x"), ("GITHUB_REF_TYPE", "branch")];
        const TAG: &[(&str, &str)] =
            &[("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "push"), ("GITHUB_REF_NAME", "v1"), ("GITHUB_REF_TYPE", "tag")];
        const QUEUE: &[(&str, &str)] = &[("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "merge_group")];
        const NIGHT: &[(&str, &str)] = &[("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "schedule")];
        let repository = json!({"default_branch": "trunk"});
        let base = json!({"pull_request": {"base": {"sha": OLD}, "head": {"sha": "2222"}}});
        check(
            Provider::Github,
            &[
                (CHANGE, base.clone(), &["origin/main", OLD], Ok(&["HEAD", "^origin/main"])),
                (CHANGE, base.clone(), &[OLD], Ok(&["HEAD", "^1111111111111111111111111111111111111111"])),
                (CHANGE, json!(null), &[], Err("origin/main or main")),
                (FORK, base, &["origin/main"], Ok(&["2222", "^origin/main"])),
                (PUSH, json!({"before": OLD}), &[OLD], Ok(&["HEAD", "^1111111111111111111111111111111111111111"])),
                // A new branch.
                (PUSH, json!({"before": ZEROS, "repository": repository}), &["origin/trunk"], Ok(&["HEAD", "^origin/trunk"])),
                // A forced push whose former commit is gone.
                (PUSH, json!({"before": OLD, "repository": repository}), &["origin/trunk"], Ok(&["HEAD", "^origin/trunk"])),
                (TAG, json!({"before": ZEROS, "repository": repository}), &["origin/trunk"], Ok(&["HEAD", "^origin/trunk"])),
                (
                    QUEUE,
                    json!({"merge_group": {"base_sha": OLD}}),
                    &[OLD],
                    Ok(&["HEAD", "^1111111111111111111111111111111111111111"]),
                ),
                (NIGHT, json!(null), &[], Ok(&[])),
            ],
        );
    }

    #[test]
    fn gitlab_ci() {
        const CHANGE: &[(&str, &str)] = &[
            ("GITLAB_CI", "true"),
            ("CI_PIPELINE_SOURCE", "merge_request_event"),
            ("CI_MERGE_REQUEST_DIFF_BASE_SHA", OLD),
            ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
            ("CI_COMMIT_BEFORE_SHA", ZEROS),
        ];
        const PUSH: &[(&str, &str)] = &[
            ("GITLAB_CI", "true"),
            ("CI_PIPELINE_SOURCE", "push"),
            ("CI_COMMIT_BEFORE_SHA", OLD),
            ("CI_COMMIT_REF_NAME", "x"),
            ("CI_DEFAULT_BRANCH", "main"),
        ];
        const NEW: &[(&str, &str)] = &[
            ("GITLAB_CI", "true"),
            ("CI_PIPELINE_SOURCE", "push"),
            ("CI_COMMIT_BEFORE_SHA", ZEROS),
            ("CI_COMMIT_REF_NAME", "x"),
            ("CI_DEFAULT_BRANCH", "main"),
        ];
        const TAG: &[(&str, &str)] = &[
            ("GITLAB_CI", "true"),
            ("CI_PIPELINE_SOURCE", "push"),
            ("CI_COMMIT_TAG", "v1"),
            ("CI_COMMIT_REF_NAME", "v1"),
            ("CI_COMMIT_BEFORE_SHA", ZEROS),
            ("CI_DEFAULT_BRANCH", "main"),
        ];
        const NIGHT: &[(&str, &str)] = &[("GITLAB_CI", "true"), ("CI_PIPELINE_SOURCE", "schedule")];
        check(
            Provider::Gitlab,
            &[
                (CHANGE, json!(null), &[OLD, "origin/main"], Ok(&["HEAD", "^1111111111111111111111111111111111111111"])),
                (CHANGE, json!(null), &["origin/main"], Ok(&["HEAD", "^origin/main"])),
                (PUSH, json!(null), &[OLD], Ok(&["HEAD", "^1111111111111111111111111111111111111111"])),
                (PUSH, json!(null), &["origin/main"], Ok(&["HEAD", "^origin/main"])),
                (NEW, json!(null), &["origin/main"], Ok(&["HEAD", "^origin/main"])),
                (TAG, json!(null), &["origin/main"], Ok(&["HEAD", "^origin/main"])),
                (NIGHT, json!(null), &[], Ok(&[])),
            ],
        );
    }

    #[test]
    fn jenkins_and_bitbucket() {
        const URL: (&str, &str) = ("JENKINS_URL", "https://ci.example/");
        const CHANGE: &[(&str, &str)] = &[URL, ("CHANGE_ID", "7"), ("CHANGE_TARGET", "main"), ("BRANCH_NAME", "PR-7")];
        const PUSH: &[(&str, &str)] = &[URL, ("GIT_BRANCH", "origin/x"), ("GIT_PREVIOUS_COMMIT", OLD)];
        const FIRST: &[(&str, &str)] = &[URL, ("GIT_BRANCH", "origin/x")];
        const MAIN: &[(&str, &str)] = &[URL, ("GIT_BRANCH", "origin/main")];
        const NIGHT: &[(&str, &str)] = &[URL, ("BUILD_CAUSE", "TIMERTRIGGER")];
        check(
            Provider::Jenkins,
            &[
                (CHANGE, json!(null), &["origin/main"], Ok(&["HEAD", "^origin/main"])),
                (PUSH, json!(null), &[OLD], Ok(&["HEAD", "^1111111111111111111111111111111111111111"])),
                (FIRST, json!(null), &["origin/main"], Ok(&["HEAD", "^origin/main"])),
                (MAIN, json!(null), &["origin/main"], Ok(&["HEAD"])),
                (NIGHT, json!(null), &[], Ok(&[])),
            ],
        );
        const NUMBER: (&str, &str) = ("BITBUCKET_BUILD_NUMBER", "7");
        const ASKED: &[(&str, &str)] =
            &[NUMBER, ("BITBUCKET_PR_DESTINATION_BRANCH", "main"), ("BITBUCKET_PR_DESTINATION_COMMIT", "111111111111")];
        const BRANCH: &[(&str, &str)] = &[NUMBER, ("BITBUCKET_BRANCH", "x")];
        check(
            Provider::Bitbucket,
            &[
                (ASKED, json!(null), &["111111111111"], Ok(&["HEAD", "^111111111111"])),
                (BRANCH, json!(null), &["origin/master"], Ok(&["HEAD", "^origin/master"])),
            ],
        );
    }

    #[test]
    fn the_other_servers() {
        const CIRCLE: &[(&str, &str)] = &[("CIRCLECI", "true"), ("CIRCLE_BRANCH", "x")];
        check(Provider::Circle, &[(CIRCLE, json!(null), &["origin/HEAD"], Ok(&["HEAD", "^origin/HEAD"]))]);
        const CHANGE: &[(&str, &str)] =
            &[("BUILDKITE", "true"), ("BUILDKITE_PULL_REQUEST", "7"), ("BUILDKITE_PULL_REQUEST_BASE_BRANCH", "dev")];
        const PUSH: &[(&str, &str)] = &[
            ("BUILDKITE", "true"),
            ("BUILDKITE_PULL_REQUEST", "false"),
            ("BUILDKITE_BRANCH", "x"),
            ("BUILDKITE_PIPELINE_DEFAULT_BRANCH", "dev"),
        ];
        const NIGHT: &[(&str, &str)] = &[("BUILDKITE", "true"), ("BUILDKITE_SOURCE", "schedule")];
        check(
            Provider::Buildkite,
            &[
                (CHANGE, json!(null), &["origin/dev"], Ok(&["HEAD", "^origin/dev"])),
                (PUSH, json!(null), &["origin/dev", "origin/main"], Ok(&["HEAD", "^origin/dev"])),
                (NIGHT, json!(null), &[], Ok(&[])),
            ],
        );
        const CITY: &[(&str, &str)] = &[("TEAMCITY_VERSION", "2026.1"), ("BRANCH_NAME", "refs/heads/main")];
        check(Provider::TeamCity, &[(CITY, json!(null), &["origin/main"], Ok(&["HEAD"]))]);
        assert_eq!(plan(&Sources { var: &|_| None, event: &json!(null) }), None);
    }
}
