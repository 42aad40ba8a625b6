//! What a run of each CI server is about, from the variables that its documentation says it sets, in a clone as it makes one.
//! Each case is held to the commits that would be scanned, and by `ci/servers.sh` to what env-ci and ci-info see in it.

use std::collections::BTreeMap;
use std::fs;

use crate::env::World;

/// A name of the run, the branch or commit that the server checks out, its variables, and the commits to scan.
///
/// `{BASE}`, `{BEFORE}`, `{MAIN}` and `{HEAD}` stand for commits, `{GONE}` for one that a forced push took away. Lines that
/// begin with `@` are TeamCity's parameters, one that begins with `{"` is GitHub's event.
type Case = (&'static str, &'static str, &'static str, &'static str);

const ZEROS: &str = "0000000000000000000000000000000000000000";
const EVERYTHING: &str = "f1 f2 f3 m0 m1 m2 o1";

/// A clone of a server's repository:
///
/// ```text
/// m0 -- m1 ------ m2        main
///         \         \
///          f1 -- f2 -- f3   feature, the tag v1; and their merge, as servers make it of a pull request
///  o1 on m0                 other
/// ```
fn clone() -> World {
    let world = World::new();
    let commit = |name: &str| {
        world.stage(&format!("{name}.txt"), name);
        world.git(&["commit", "-q", "-m", name]);
    };
    commit("m0");
    world.git(&["branch", "other"]);
    commit("m1");
    world.git(&["branch", "feature"]);
    commit("m2");
    world.git(&["checkout", "-q", "feature"]);
    ["f1", "f2", "f3"].iter().for_each(|name| commit(name));
    world.git(&["tag", "v1"]);
    world.git(&["checkout", "-q", "other"]);
    commit("o1");
    world.git(&["checkout", "-q", "main"]);
    let origin = world.at("origin");
    fs::rename(world.path(), &origin).expect("a folder");
    let ran = world.command("git", ".").args(["clone", "-q", "origin", "repo"]).output().expect("git runs");
    assert!(ran.status.success());
    world.git(&["checkout", "-q", "-b", "merged", "origin/main"]);
    world.git(&["merge", "-q", "-m", "merge", "origin/feature"]);
    world.git(&["checkout", "-q", "--detach"]);
    world.git(&["branch", "-q", "-D", "main"]);
    world
}

/// The commits that a run scans, in the order of their names.
fn scanned(world: &World, head: &str, recorded: &str) -> String {
    world.git(&["checkout", "-q", "--detach", head]);
    let id = |name: &str| world.git(&["rev-parse", name]).trim().to_owned();
    let text = recorded
        .replace("{BASE}", &id("origin/feature~3"))
        .replace("{BEFORE}", &id("origin/feature~2"))
        .replace("{MAIN}", &id("origin/main"))
        .replace("{SHORT}", &id("origin/main")[..12])
        .replace("{FEATURE}", &id("origin/feature"))
        .replace("{HEAD}", &id("HEAD"))
        .replace("{GONE}", "1234567890123456789012345678901234567890")
        .replace("{ZEROS}", ZEROS);
    let mut command = world.command(env!("CARGO_BIN_EXE_nospill"), "repo");
    let (event, system, parameters) = (world.at("event.json"), world.at("system.properties"), world.at("all.properties"));
    let mut told = String::new();
    let mut variables = BTreeMap::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if line.starts_with("{\"") {
            fs::write(&event, line).expect("a file");
            variables.insert("GITHUB_EVENT_PATH".to_owned(), event.display().to_string());
        } else if let Some(parameter) = line.strip_prefix('@') {
            told.push_str(&format!("{parameter}\n"));
        } else {
            let (name, value) = line.split_once('=').expect("a variable");
            variables.insert(name.to_owned(), value.to_owned());
        }
    }
    if !told.is_empty() {
        fs::write(&parameters, format!("#TeamCity build parameters\n{told}")).expect("a file");
        let place = parameters.display().to_string().replace(':', "\\:");
        fs::write(&system, format!("build.number=7\nteamcity.configuration.properties.file={place}\n")).expect("a file");
        variables.insert("TEAMCITY_BUILD_PROPERTIES_FILE".to_owned(), system.display().to_string());
    }
    let ran: crate::env::Ran = command.envs(&variables).args(["ci", "--plan"]).output().expect("nospill runs").into();
    assert_eq!(ran.code, 0, "{recorded}\n{}", ran.whole());
    others(world, &variables, &ran);
    let revisions: Vec<&str> = ran.out.split_whitespace().filter(|revision| *revision != "--all").collect();
    let everything = ["origin/main", "origin/feature", "origin/other", "v1"];
    let revisions = if revisions.is_empty() { &everything[..] } else { &revisions };
    let log = world.git(&[&["log", "--format=%s"], revisions].concat());
    let mut names: Vec<&str> = log.lines().collect();
    names.sort_unstable();
    names.join(" ")
}

/// Has env-ci and ci-info, who read the same variables, say what they make of them, where `NOSPILL_OTHERS` names the program that
/// asks them (`ci/servers.sh`).
fn others(world: &World, variables: &BTreeMap<String, String>, ran: &crate::env::Ran) {
    let Some(program) = std::env::var_os("NOSPILL_OTHERS") else { return };
    let mut command = world.command("node", "repo");
    let ran: crate::env::Ran = command.arg(program).envs(variables).env("SAID", &ran.err).output().expect("node runs").into();
    assert_eq!(ran.code, 0, "{variables:?}\n{}", ran.whole());
}

/// Runs the cases of a server, each with the variables that are the same in all its runs.
fn check(always: &str, cases: &[Case]) {
    let world = clone();
    for (name, head, variables, wanted) in cases {
        assert_eq!(scanned(&world, head, &format!("{always}\n{variables}")), *wanted, "{name}");
    }
}

/// <https://learn.microsoft.com/azure/devops/pipelines/build/variables>
#[test]
fn azure_pipelines() {
    let always = "TF_BUILD=True\nBUILD_BUILDURI=vstfs:///Build/Build/7\nBUILD_REPOSITORY_PROVIDER=TfsGit\nBUILD_SOURCEVERSION={HEAD}\nSYSTEM_PULLREQUEST_ISFORK=False";
    check(
        always,
        &[
            (
                "a pull request of Azure Repos",
                "merged",
                "BUILD_REASON=PullRequest\nBUILD_SOURCEBRANCH=refs/pull/7/merge\nBUILD_SOURCEBRANCHNAME=merge
                SYSTEM_PULLREQUEST_PULLREQUESTID=7\nSYSTEM_PULLREQUEST_SOURCEBRANCH=refs/heads/feature
                SYSTEM_PULLREQUEST_SOURCECOMMITID={FEATURE}\nSYSTEM_PULLREQUEST_TARGETBRANCH=refs/heads/main
                SYSTEM_PULLREQUEST_TARGETBRANCHNAME=main",
                "f1 f2 f3 merge",
            ),
            (
                "a pull request of GitHub, whose branches are named in short",
                "merged",
                "BUILD_REASON=PullRequest\nBUILD_SOURCEBRANCH=refs/pull/7/merge\nSYSTEM_PULLREQUEST_PULLREQUESTID=7\nSYSTEM_PULLREQUEST_PULLREQUESTNUMBER=7
                SYSTEM_PULLREQUEST_SOURCEBRANCH=feature\nSYSTEM_PULLREQUEST_TARGETBRANCH=main",
                "f1 f2 f3 merge",
            ),
            (
                "a push, a new branch, a forced push",
                "v1",
                "BUILD_REASON=IndividualCI\nBUILD_SOURCEBRANCH=refs/heads/feature",
                "f1 f2 f3",
            ),
            (
                "pushes to the default branch",
                "origin/main",
                "BUILD_REASON=BatchedCI\nBUILD_SOURCEBRANCH=refs/heads/main",
                "m0 m1 m2",
            ),
            ("by hand", "v1", "BUILD_REASON=Manual\nBUILD_SOURCEBRANCH=refs/heads/feature", "f1 f2 f3"),
            ("a tag", "v1", "BUILD_REASON=IndividualCI\nBUILD_SOURCEBRANCH=refs/tags/v1", "f1 f2 f3"),
            ("a schedule", "origin/main", "BUILD_REASON=Schedule\nBUILD_SOURCEBRANCH=refs/heads/main", EVERYTHING),
        ],
    );
}

/// <https://docs.github.com/actions/reference/workflows-and-actions/variables> and
/// <https://docs.github.com/webhooks/webhook-events-and-payloads>
#[test]
fn github_actions() {
    let always = "CI=true\nGITHUB_ACTIONS=true\nGITHUB_SHA={HEAD}\nGITHUB_REPOSITORY=ada/engine";
    check(
        always,
        &[
            (
                "a pull request",
                "merged",
                r#"GITHUB_EVENT_NAME=pull_request
                GITHUB_REF=refs/pull/7/merge
                GITHUB_REF_NAME=7/merge
                GITHUB_REF_TYPE=branch
                GITHUB_BASE_REF=main
                GITHUB_HEAD_REF=feature
                {"action":"synchronize","number":7,"pull_request":{"number":7,"base":{"ref":"main","sha":"{MAIN}"},"head":{"ref":"feature","sha":"{FEATURE}"}},"repository":{"default_branch":"main"}}"#,
                "f1 f2 f3 merge",
            ),
            (
                "a pull request's change, seen from its target",
                "origin/main",
                r#"GITHUB_EVENT_NAME=pull_request_target
                GITHUB_REF=refs/heads/main
                GITHUB_REF_NAME=main
                GITHUB_BASE_REF=main
                GITHUB_HEAD_REF=feature
                {"number":7,"pull_request":{"number":7,"base":{"ref":"main","sha":"{MAIN}"},"head":{"ref":"feature","sha":"{FEATURE}"}},"repository":{"default_branch":"main"}}"#,
                "f1 f2 f3",
            ),
            (
                "a merge queue",
                "merged",
                r#"GITHUB_EVENT_NAME=merge_group
                GITHUB_REF=refs/heads/gh-readonly-queue/main/pr-7-{MAIN}
                {"action":"checks_requested","merge_group":{"base_ref":"refs/heads/main","base_sha":"{MAIN}","head_sha":"{HEAD}"},"repository":{"default_branch":"main"}}"#,
                "f1 f2 f3 merge",
            ),
            (
                "a push",
                "v1",
                r#"GITHUB_EVENT_NAME=push
                GITHUB_REF=refs/heads/feature
                GITHUB_REF_NAME=feature
                GITHUB_REF_TYPE=branch
                {"ref":"refs/heads/feature","before":"{BEFORE}","after":"{HEAD}","created":false,"deleted":false,"forced":false,"repository":{"default_branch":"main"}}"#,
                "f2 f3",
            ),
            (
                "a new branch",
                "v1",
                r#"GITHUB_EVENT_NAME=push
                GITHUB_REF_NAME=feature
                GITHUB_REF_TYPE=branch
                {"ref":"refs/heads/feature","before":"{ZEROS}","after":"{HEAD}","created":true,"forced":false,"repository":{"default_branch":"main"}}"#,
                "f1 f2 f3",
            ),
            (
                "a forced push",
                "v1",
                r#"GITHUB_EVENT_NAME=push
                GITHUB_REF_NAME=feature
                GITHUB_REF_TYPE=branch
                {"ref":"refs/heads/feature","before":"{GONE}","after":"{HEAD}","forced":true,"repository":{"default_branch":"main"}}"#,
                "f1 f2 f3",
            ),
            (
                "a push to the default branch",
                "origin/main",
                r#"GITHUB_EVENT_NAME=push
                GITHUB_REF_NAME=main
                GITHUB_REF_TYPE=branch
                {"ref":"refs/heads/main","before":"{BASE}","after":"{HEAD}","forced":false,"repository":{"default_branch":"main"}}"#,
                "m2",
            ),
            (
                "a tag",
                "v1",
                r#"GITHUB_EVENT_NAME=push
                GITHUB_REF=refs/tags/v1
                GITHUB_REF_NAME=v1
                GITHUB_REF_TYPE=tag
                {"ref":"refs/tags/v1","before":"{ZEROS}","after":"{HEAD}","created":true,"repository":{"default_branch":"main"}}"#,
                "f1 f2 f3",
            ),
            (
                "by hand",
                "v1",
                r#"GITHUB_EVENT_NAME=workflow_dispatch
                GITHUB_REF_NAME=feature
                {"inputs":null,"ref":"refs/heads/feature","repository":{"default_branch":"main"}}"#,
                "f1 f2 f3",
            ),
            (
                "a schedule",
                "origin/main",
                r#"GITHUB_EVENT_NAME=schedule
                GITHUB_REF_NAME=main
                {"schedule":"17 3 * * *","repository":{"default_branch":"main"}}"#,
                EVERYTHING,
            ),
        ],
    );
}

/// <https://docs.gitlab.com/ci/variables/predefined_variables/>
#[test]
fn gitlab_ci() {
    let always = "CI=true\nGITLAB_CI=true\nCI_COMMIT_SHA={HEAD}\nCI_DEFAULT_BRANCH=main";
    let merge_request =
        "CI_MERGE_REQUEST_ID=7\nCI_MERGE_REQUEST_IID=7\nCI_MERGE_REQUEST_EVENT_TYPE=detached\nCI_OPEN_MERGE_REQUESTS=ada/engine!7
        CI_MERGE_REQUEST_SOURCE_BRANCH_NAME=feature\nCI_MERGE_REQUEST_TARGET_BRANCH_NAME=main
        CI_MERGE_REQUEST_DIFF_BASE_SHA={BASE}\nCI_COMMIT_REF_NAME=feature\nCI_COMMIT_BEFORE_SHA={ZEROS}";
    let of = |source: &str, more: &str| -> &'static str {
        Box::leak(format!("CI_PIPELINE_SOURCE={source}\n{merge_request}\n{more}").into_boxed_str())
    };
    check(
        always,
        &[
            ("a merge request", "v1", of("merge_request_event", ""), "f1 f2 f3"),
            ("a child of a merge request's pipeline", "v1", of("parent_pipeline", ""), "f1 f2 f3"),
            (
                "merged results",
                "merged",
                of("merge_request_event", "CI_MERGE_REQUEST_EVENT_TYPE=merged_result\nCI_MERGE_REQUEST_TARGET_BRANCH_SHA={MAIN}"),
                "f1 f2 f3 merge",
            ),
            (
                "a pull request of another host",
                "v1",
                "CI_PIPELINE_SOURCE=external_pull_request_event\nCI_EXTERNAL_PULL_REQUEST_IID=7
                CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME=main\nCI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_SHA={MAIN}",
                "f1 f2 f3",
            ),
            (
                "a push",
                "v1",
                "CI_PIPELINE_SOURCE=push\nCI_COMMIT_BRANCH=feature\nCI_COMMIT_REF_NAME=feature\nCI_COMMIT_BEFORE_SHA={BEFORE}",
                "f2 f3",
            ),
            (
                "a new branch",
                "v1",
                "CI_PIPELINE_SOURCE=push\nCI_COMMIT_BRANCH=feature\nCI_COMMIT_REF_NAME=feature\nCI_COMMIT_BEFORE_SHA={ZEROS}",
                "f1 f2 f3",
            ),
            (
                "a forced push",
                "v1",
                "CI_PIPELINE_SOURCE=push\nCI_COMMIT_BRANCH=feature\nCI_COMMIT_REF_NAME=feature\nCI_COMMIT_BEFORE_SHA={GONE}",
                "f1 f2 f3",
            ),
            (
                "a push to the default branch",
                "origin/main",
                "CI_PIPELINE_SOURCE=push\nCI_COMMIT_BRANCH=main\nCI_COMMIT_REF_NAME=main\nCI_COMMIT_BEFORE_SHA={BASE}",
                "m2",
            ),
            (
                "a tag",
                "v1",
                "CI_PIPELINE_SOURCE=push\nCI_COMMIT_TAG=v1\nCI_COMMIT_REF_NAME=v1\nCI_COMMIT_BEFORE_SHA={ZEROS}",
                "f1 f2 f3",
            ),
            ("by hand", "v1", "CI_PIPELINE_SOURCE=web\nCI_COMMIT_REF_NAME=feature\nCI_COMMIT_BEFORE_SHA={ZEROS}", "f1 f2 f3"),
            (
                "a schedule",
                "origin/main",
                "CI_PIPELINE_SOURCE=schedule\nCI_COMMIT_REF_NAME=main\nCI_COMMIT_BEFORE_SHA={MAIN}",
                EVERYTHING,
            ),
        ],
    );
}

/// `env-vars.html` of a server; the git plugin; the plugin EnvInject for what started the build.
#[test]
fn jenkins() {
    check(
        "CI=true\nJENKINS_URL=https://ci.example/\nBUILD_ID=7\nBUILD_NUMBER=7\nJENKINS_HOME=/var/jenkins_home\nGIT_COMMIT={HEAD}",
        &[
            (
                "a pull request",
                "merged",
                "BRANCH_NAME=PR-7\nGIT_BRANCH=PR-7\nCHANGE_ID=7\nCHANGE_BRANCH=feature\nCHANGE_TARGET=main",
                "f1 f2 f3 merge",
            ),
            (
                "a pull request of the plugin ghprb, which the same job built another of before",
                "merged",
                "GIT_BRANCH=origin/pr/7/merge\nghprbPullId=7\nghprbSourceBranch=feature\nghprbTargetBranch=main\nghprbActualCommit={HEAD}
                GIT_PREVIOUS_COMMIT={FEATURE}",
                "f1 f2 f3 merge",
            ),
            (
                "a merge request of the plugin for GitLab",
                "v1",
                "GIT_BRANCH=origin/feature\ngitlabActionType=MERGE\ngitlabMergeRequestId=7\ngitlabMergeRequestIid=7
                gitlabSourceBranch=feature\ngitlabBranch=feature\ngitlabTargetBranch=main\nGIT_PREVIOUS_COMMIT={BEFORE}",
                "f1 f2 f3",
            ),
            (
                "a push that the plugin for GitLab tells of",
                "v1",
                "GIT_BRANCH=origin/feature\ngitlabActionType=PUSH\ngitlabSourceBranch=feature\ngitlabBranch=feature
                gitlabTargetBranch=feature\ngitlabBefore={BEFORE}\ngitlabAfter={HEAD}\nGIT_PREVIOUS_COMMIT={MAIN}",
                "f2 f3",
            ),
            (
                "a push",
                "v1",
                "BRANCH_NAME=feature\nGIT_BRANCH=feature\nGIT_PREVIOUS_COMMIT={BEFORE}\nGIT_PREVIOUS_SUCCESSFUL_COMMIT={BEFORE}",
                "f2 f3",
            ),
            (
                "a push after a build that failed",
                "v1",
                "BRANCH_NAME=feature\nGIT_PREVIOUS_COMMIT={FEATURE}\nGIT_PREVIOUS_SUCCESSFUL_COMMIT={BEFORE}",
                "f2 f3",
            ),
            ("a new branch", "v1", "BRANCH_NAME=feature\nGIT_BRANCH=feature", "f1 f2 f3"),
            ("a new branch of a job that is no multibranch one", "v1", "GIT_BRANCH=origin/feature", "f1 f2 f3"),
            ("a forced push", "v1", "BRANCH_NAME=feature\nGIT_PREVIOUS_COMMIT={GONE}", "f1 f2 f3"),
            (
                "a push to the default branch",
                "origin/main",
                "BRANCH_NAME=main\nBRANCH_IS_PRIMARY=true\nGIT_PREVIOUS_SUCCESSFUL_COMMIT={BASE}",
                "m2",
            ),
            ("a tag", "v1", "BRANCH_NAME=v1\nTAG_NAME=v1\nTAG_TIMESTAMP=1790000000000\nGIT_PREVIOUS_COMMIT={MAIN}", "f1 f2 f3"),
            (
                "a schedule",
                "origin/main",
                "GIT_BRANCH=origin/main\nBUILD_CAUSE=TIMERTRIGGER\nGIT_PREVIOUS_COMMIT={MAIN}",
                EVERYTHING,
            ),
        ],
    );
}

/// <https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/>
#[test]
fn bitbucket_pipelines() {
    check(
        "CI=true\nBITBUCKET_BUILD_NUMBER=7\nBITBUCKET_COMMIT={HEAD}",
        &[
            (
                "a pull request",
                "merged",
                "BITBUCKET_BRANCH=feature\nBITBUCKET_PR_ID=7\nBITBUCKET_PR_DESTINATION_BRANCH=main\nBITBUCKET_PR_DESTINATION_COMMIT={SHORT}",
                "f1 f2 f3 merge",
            ),
            ("a push, a new branch, a forced push, a schedule", "v1", "BITBUCKET_BRANCH=feature", "f1 f2 f3"),
            ("a push to the default branch, a schedule", "origin/main", "BITBUCKET_BRANCH=main", "m0 m1 m2"),
            ("a tag", "v1", "BITBUCKET_TAG=v1", "f1 f2 f3"),
        ],
    );
}

/// <https://circleci.com/docs/reference/variables/>
#[test]
fn circleci() {
    check(
        "CI=true\nCIRCLECI=true\nCIRCLE_SHA1={HEAD}\nCIRCLE_NODE_INDEX=0\nCIRCLE_NODE_TOTAL=1",
        &[
            (
                "a pull request",
                "v1",
                "CIRCLE_BRANCH=pull/7\nCIRCLE_PULL_REQUEST=https://git.example/ada/engine/pull/7\nCIRCLE_PR_NUMBER=7",
                "f1 f2 f3",
            ),
            ("a push, a new branch, a forced push, a schedule", "v1", "CIRCLE_BRANCH=feature", "f1 f2 f3"),
            ("a push to the default branch, a schedule", "origin/main", "CIRCLE_BRANCH=main", "m0 m1 m2"),
            ("a tag", "v1", "CIRCLE_TAG=v1", "f1 f2 f3"),
            ("a base that the pipeline hands over", "v1", "CIRCLE_BRANCH=feature\nNOSPILL_BASE={BEFORE}", "f2 f3"),
            ("a base that there is none of", "v1", "CIRCLE_BRANCH=feature\nNOSPILL_BASE=", "f1 f2 f3"),
        ],
    );
}

/// <https://buildkite.com/docs/pipelines/configure/environment-variables>
#[test]
fn buildkite() {
    let none = "BUILDKITE_PULL_REQUEST=false\nBUILDKITE_PULL_REQUEST_BASE_BRANCH=";
    let of = |text: &str| -> &'static str { Box::leak(format!("{text}\n{none}").into_boxed_str()) };
    check(
        "CI=true\nBUILDKITE=true\nBUILDKITE_COMMIT={HEAD}\nBUILDKITE_PIPELINE_DEFAULT_BRANCH=main",
        &[
            (
                "a pull request",
                "v1",
                "BUILDKITE_SOURCE=webhook\nBUILDKITE_BRANCH=feature\nBUILDKITE_PULL_REQUEST=7\nBUILDKITE_PULL_REQUEST_BASE_BRANCH=main",
                "f1 f2 f3",
            ),
            (
                "a merge queue",
                "merged",
                of(
                    "BUILDKITE_BRANCH=gh-readonly-queue/main/pr-7\nBUILDKITE_MERGE_QUEUE_BASE_BRANCH=main\nBUILDKITE_MERGE_QUEUE_BASE_COMMIT={MAIN}",
                ),
                "f1 f2 f3 merge",
            ),
            ("a push, a new branch, a forced push", "v1", of("BUILDKITE_SOURCE=webhook\nBUILDKITE_BRANCH=feature"), "f1 f2 f3"),
            ("a push to the default branch", "origin/main", of("BUILDKITE_SOURCE=webhook\nBUILDKITE_BRANCH=main"), "m0 m1 m2"),
            ("a tag", "v1", of("BUILDKITE_SOURCE=webhook\nBUILDKITE_BRANCH=v1\nBUILDKITE_TAG=v1"), "f1 f2 f3"),
            ("by hand", "v1", of("BUILDKITE_SOURCE=ui\nBUILDKITE_BRANCH=feature\nBUILDKITE_TAG="), "f1 f2 f3"),
            ("a schedule", "origin/main", of("BUILDKITE_SOURCE=schedule\nBUILDKITE_BRANCH=main"), EVERYTHING),
        ],
    );
}

/// <https://www.jetbrains.com/help/teamcity/predefined-build-parameters.html> and
/// <https://www.jetbrains.com/help/teamcity/pull-requests.html>
#[test]
fn teamcity() {
    check(
        "TEAMCITY_VERSION=2026.1 (build 200000)\nBUILD_NUMBER=7\nBUILD_VCS_NUMBER={HEAD}",
        &[
            (
                "a pull request",
                "v1",
                "@teamcity.build.branch=7\n@teamcity.pullRequest.number=7\n@teamcity.pullRequest.source.branch=feature
                @teamcity.pullRequest.target.branch=main\n@teamcity.build.branch.is_default=false\n@teamcity.build.triggeredBy=Git",
                "f1 f2 f3",
            ),
            (
                "a push, a new branch, a forced push",
                "v1",
                "@teamcity.build.branch=refs/heads/feature\n@teamcity.build.branch.is_default=false\n@teamcity.build.triggeredBy=Git",
                "f1 f2 f3",
            ),
            (
                "a push to the default branch",
                "origin/main",
                "@teamcity.build.branch=main\n@teamcity.build.branch.is_default=true\n@teamcity.build.triggeredBy=Git",
                "m0 m1 m2",
            ),
            ("a tag", "v1", "@teamcity.build.branch=refs/tags/v1\n@teamcity.build.branch.is_default=false", "f1 f2 f3"),
            (
                "a schedule",
                "origin/main",
                "@teamcity.build.branch=<default>\n@teamcity.build.triggeredBy=Schedule Trigger; Daily at 03\\:00",
                EVERYTHING,
            ),
            ("a branch that a parameter of the job hands over", "origin/main", "BRANCH_NAME=refs/heads/main", "m0 m1 m2"),
        ],
    );
}

/// Environments that servers printed and somebody kept, in public: each names the log. Commits, branches and numbers stand as above; of the
/// variables those are left out that tell nothing of the run's matter (machines, addresses, people, tokens).
#[test]
fn environments_that_servers_printed() {
    // tests/phpt/Ci of github.com/OndraM/ci-detector, where not said otherwise.
    let printed: &[Case] = &[
        (
            "Azure Pipelines, a push to GitHub (2020)",
            "v1",
            "TF_BUILD=True\nBUILD_BUILDURI=vstfs:///Build/Build/4\nBUILD_REASON=IndividualCI\nBUILD_REPOSITORY_PROVIDER=GitHub\nBUILD_SOURCEBRANCH=refs/heads/feature
            BUILD_SOURCEBRANCHNAME=feature\nBUILD_SOURCEVERSION={HEAD}\nSYSTEM_PULLREQUEST_ISFORK=False
            SYSTEM_JOBPOSITIONINPHASE=1\nSYSTEM_TOTALJOBSINPHASE=1",
            "f1 f2 f3",
        ),
        (
            "Azure Pipelines, a pull request of a fork on GitHub (github.com/rust-lang/rust, pull request 62532, 2019)",
            "merged",
            "TF_BUILD=True\nBUILD_BUILDURI=vstfs:///Build/Build/4\nBUILD_REASON=PullRequest\nBUILD_SOURCEBRANCH=refs/pull/7/merge\nBUILD_SOURCEBRANCHNAME=merge
            BUILD_SOURCEVERSION={HEAD}\nBUILD_SOURCEVERSIONMESSAGE=Merge {FEATURE} into {MAIN}\nSYSTEM_PULLREQUEST_ISFORK=True
            SYSTEM_PULLREQUEST_MERGEDAT=\nSYSTEM_PULLREQUEST_PULLREQUESTID=7\nSYSTEM_PULLREQUEST_PULLREQUESTNUMBER=7
            SYSTEM_PULLREQUEST_SOURCEBRANCH=feature\nSYSTEM_PULLREQUEST_SOURCECOMMITID={FEATURE}
            SYSTEM_PULLREQUEST_TARGETBRANCH=main",
            "f1 f2 f3 merge",
        ),
        (
            "Bitbucket Pipelines, a pull request, whose commits are cut short",
            "merged",
            "CI=true\nBITBUCKET_BRANCH=feature\nBITBUCKET_BUILD_NUMBER=4\nBITBUCKET_COMMIT={HEAD}
            BITBUCKET_PR_DESTINATION_BRANCH=main\nBITBUCKET_PR_DESTINATION_COMMIT={SHORT}\nBITBUCKET_PR_ID=7
            BITBUCKET_STEP_RUN_NUMBER=1",
            "f1 f2 f3 merge",
        ),
        (
            "CircleCI, a pull request of no fork (github.com/yhay81/circleci-meetup, 2018)",
            "v1",
            "CI=true\nCIRCLECI=true\nCIRCLE_BRANCH=feature\nCIRCLE_COMPARE_URL=\nCIRCLE_SHA1={HEAD}\nCIRCLE_JOB=build
            CIRCLE_NODE_INDEX=0\nCIRCLE_NODE_TOTAL=1\nCIRCLE_PREVIOUS_BUILD_NUM=58
            CIRCLE_PULL_REQUEST=https://git.example/ada/engine/pull/7\nCIRCLE_PULL_REQUESTS=https://git.example/ada/engine/pull/7
            CI_PULL_REQUEST=https://git.example/ada/engine/pull/7\nCI_PULL_REQUESTS=https://git.example/ada/engine/pull/7",
            "f1 f2 f3",
        ),
        (
            "GitHub Actions, a push, before GITHUB_REF_NAME was (2020)",
            "v1",
            r#"CI=true
            GITHUB_ACTIONS=true
            GITHUB_BASE_REF=
            GITHUB_EVENT_NAME=push
            GITHUB_HEAD_REF=
            GITHUB_REF=refs/heads/feature
            GITHUB_REPOSITORY=ada/engine
            GITHUB_SHA={HEAD}
            {"ref":"refs/heads/feature","before":"{BEFORE}","after":"{HEAD}","repository":{"default_branch":"main"}}"#,
            "f2 f3",
        ),
        (
            "GitHub Actions, a pull request (2020)",
            "merged",
            r#"CI=true
            GITHUB_ACTIONS=true
            GITHUB_BASE_REF=main
            GITHUB_EVENT_NAME=pull_request
            GITHUB_HEAD_REF=feature
            GITHUB_REF=refs/pull/7/merge
            GITHUB_REPOSITORY=ada/engine
            GITHUB_SHA={HEAD}
            {"action":"opened","number":7,"pull_request":{"number":7,"base":{"ref":"main","sha":"{MAIN}"},"head":{"ref":"feature","sha":"{FEATURE}"}},"repository":{"default_branch":"main"}}"#,
            "f1 f2 f3 merge",
        ),
        (
            "GitLab 11.4, a push: no default branch is told",
            "v1",
            "CI=true\nGITLAB_CI=true\nCI_PIPELINE_SOURCE=push\nCI_COMMIT_BEFORE_SHA={BEFORE}\nCI_COMMIT_DESCRIPTION=
            CI_COMMIT_REF_NAME=feature\nCI_COMMIT_REF_SLUG=feature\nCI_COMMIT_SHA={HEAD}\nCI_SERVER_VERSION=11.4.0-ee",
            "f2 f3",
        ),
        (
            "GitLab 8.11, whose variables had other names: more is scanned than was pushed",
            "v1",
            "CI=true\nGITLAB_CI=true\nCI_BUILD_BEFORE_SHA={HEAD}\nCI_BUILD_REF={HEAD}\nCI_BUILD_REF_NAME=feature
            CI_SERVER_VERSION=8.11.0-rc5-ee",
            "f1 f2 f3",
        ),
        (
            "Jenkins, a job of its first kind, by hand (2016)",
            "v1",
            "JENKINS_URL=http://jenkins.example/\nBUILD_CAUSE=MANUALTRIGGER\nBUILD_DISPLAY_NAME=#1337
            BUILD_ID=2016-07-29_20-30-09\nBUILD_NUMBER=1337\nGIT_BRANCH=origin/feature\nGIT_COMMIT={HEAD}
            GIT_PREVIOUS_COMMIT={BEFORE}",
            "f2 f3",
        ),
        (
            "Buildkite, a pull request (build 87 of uber-atg/oliver-simulation, 2019)",
            "v1",
            "CI=true\nBUILDKITE=true\nBUILDKITE_BRANCH=feature\nBUILDKITE_COMMIT={HEAD}\nBUILDKITE_PIPELINE_DEFAULT_BRANCH=main
            BUILDKITE_PULL_REQUEST=7\nBUILDKITE_PULL_REQUEST_BASE_BRANCH=main
            BUILDKITE_PULL_REQUEST_REPO=git://git.example/ada/engine.git\nBUILDKITE_REBUILT_FROM_BUILD_ID=
            BUILDKITE_SOURCE=webhook\nBUILDKITE_TAG=\nBUILDKITE_TRIGGERED_FROM_BUILD_ID=",
            "f1 f2 f3",
        ),
        (
            "Buildkite, a branch (github.com/drnic/buildkite-community-pr-flow-example)",
            "v1",
            "CI=true\nBUILDKITE=true\nBUILDKITE_BRANCH=feature\nBUILDKITE_COMMIT={HEAD}\nBUILDKITE_PULL_REQUEST=false
            BUILDKITE_PULL_REQUEST_BASE_BRANCH=\nBUILDKITE_PULL_REQUEST_REPO=",
            "f1 f2 f3",
        ),
        (
            "TeamCity 10, whose file of parameters is not there any more",
            "v1",
            "TEAMCITY_VERSION=10.0 (build 42002)\nBUILD_NUMBER=5\nBUILD_VCS_NUMBER={HEAD}\nTEAMCITY_BUILDCONF_NAME=Build
            TEAMCITY_BUILD_PROPERTIES_FILE=/opt/TeamCity/buildAgent/temp/buildTmp/teamcity.build7945248142905164474.properties
            TEAMCITY_PROJECT_NAME=Engine",
            "f1 f2 f3",
        ),
    ];
    check("", printed);
}

#[test]
fn a_base_that_was_not_fetched_is_named_with_the_setting_that_fetches_it() {
    let world = clone();
    world.git(&["update-ref", "-d", "refs/remotes/origin/main"]);
    for (variables, setting) in [
        (
            &[("TF_BUILD", "True"), ("BUILD_REASON", "PullRequest"), ("SYSTEM_PULLREQUEST_TARGETBRANCH", "main")][..],
            "fetchDepth: 0",
        ),
        (&[("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "pull_request"), ("GITHUB_BASE_REF", "main")], "fetch-depth: 0"),
        (
            &[("GITLAB_CI", "true"), ("CI_MERGE_REQUEST_IID", "7"), ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main")],
            "GIT_DEPTH: 0",
        ),
        (&[("JENKINS_URL", "https://ci.example/"), ("CHANGE_TARGET", "main")], "Shallow clone"),
        (&[("BITBUCKET_BUILD_NUMBER", "7"), ("BITBUCKET_PR_DESTINATION_BRANCH", "main")], "depth: full"),
        (&[("CIRCLECI", "true"), ("NOSPILL_BASE", "main")], "method: full"),
        (
            &[("BUILDKITE", "true"), ("BUILDKITE_PULL_REQUEST", "7"), ("BUILDKITE_PULL_REQUEST_BASE_BRANCH", "main")],
            "BUILDKITE_GIT_CLONE_FLAGS",
        ),
    ] {
        let mut command = world.command(env!("CARGO_BIN_EXE_nospill"), "repo");
        let ran: crate::env::Ran = command.arg("ci").envs(variables.iter().copied()).output().expect("nospill runs").into();
        assert!(ran.code == 3 && ran.err.contains(setting), "{}", ran.whole());
    }
}
