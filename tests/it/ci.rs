//! `nospill ci` in a clone, with the variables that servers set.

use crate::env::{Ran, World, token};

/// A repository with an old secret on main and a branch that adds another.
fn world() -> World {
    let world = World::new();
    world.stage("old.py", token(1));
    world.commit();
    world.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    world.git(&["checkout", "-q", "-b", "feature"]);
    world.stage("new.py", token(2));
    world.commit();
    world
}

fn ci(world: &World, variables: &[(&str, &str)], args: &[&str]) -> Ran {
    let mut command = world.command(env!("CARGO_BIN_EXE_nospill"), "repo");
    command.arg("ci").args(args).envs(variables.iter().copied()).output().expect("nospill runs").into()
}

#[test]
fn a_pull_request_is_held_to_its_target() {
    let world = world();
    let azure = [("TF_BUILD", "True"), ("BUILD_REASON", "PullRequest"), ("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/main")];
    let ran = ci(&world, &azure, &[]);
    assert_eq!(ran.code, 1, "{}", ran.whole());
    let lines: Vec<&str> = ran.out.lines().collect();
    assert_eq!(lines.len(), 2, "{}", ran.whole());
    let place = "##vso[task.logissue type=error;sourcepath=new.py;linenumber=1;columnnumber=10;code=github-pat]new.py:1: ";
    assert!(lines[0].starts_with(place), "{}", ran.whole());
    assert!(lines[1].starts_with("##vso[task.complete result=Failed;]"), "{}", ran.whole());
    assert!(ran.err.contains("what the pull request adds to origin/main"), "{}", ran.whole());
    let ran = ci(&world, &azure, &["--format", "json"]);
    assert_eq!(ran.findings(), ["new.py:1 github-pat deny"]);
    let github = [("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "pull_request"), ("GITHUB_BASE_REF", "main")];
    let ran = ci(&world, &github, &[]);
    assert!(ran.code == 1 && ran.out.starts_with("::error file=new.py,line=1,endLine=1,col=10,title="), "{}", ran.whole());
}

#[test]
fn a_change_cannot_allow_itself() {
    let world = world();
    world.stage(
        ".nospill.toml",
        "[[allow]]\nreason = 'mine'\npath = '*.py'\n\n[[policy]]\nseverity = 'critical'\neffect = 'audit'\n",
    );
    world.commit();
    let jenkins = [("JENKINS_URL", "http://ci"), ("CHANGE_ID", "7"), ("CHANGE_TARGET", "main")];
    let ran = ci(&world, &jenkins, &["--format", "json"]);
    assert_eq!((ran.code, ran.findings()), (1, vec!["new.py:1 github-pat deny".to_owned()]), "{}", ran.whole());
    assert!(ran.out.contains("it would excuse 1 finding of this run"), "{}", ran.whole());
    assert!(ran.err.contains("those of origin/main"), "{}", ran.whole());
    let ran = ci(&world, &jenkins, &["--format", "json", "--config-from", "HEAD"]);
    assert_eq!((ran.code, ran.findings()), (0, vec!["new.py:1 github-pat off".to_owned()]), "{}", ran.whole());
    // Once it is in the target it counts.
    world.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    world.stage("newer.py", token(3));
    world.commit();
    let ran = ci(&world, &jenkins, &["--format", "json"]);
    assert_eq!((ran.code, ran.findings()), (0, vec!["newer.py:1 github-pat off".to_owned()]), "{}", ran.whole());
}

#[test]
fn githubs_event_names_the_commit_before_a_push() {
    let world = world();
    let before = world.git(&["rev-parse", "HEAD~1"]).trim().to_owned();
    let event = |before: &str| format!("{{\"before\":\"{before}\",\"repository\":{{\"default_branch\":\"main\"}}}}");
    let path = world.at("event.json");
    let variables = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_EVENT_NAME", "push"),
        ("GITHUB_REF_NAME", "feature"),
        ("GITHUB_EVENT_PATH", path.to_str().expect("UTF-8")),
    ];
    for (commit, plan) in [
        (before.as_str(), format!("HEAD ^{before}\n")),
        ("0000000000000000000000000000000000000000", "HEAD ^origin/main\n".to_owned()),
        ("1234567890123456789012345678901234567890", "HEAD ^origin/main\n".to_owned()),
    ] {
        std::fs::write(&path, event(commit)).expect("a file");
        let ran = ci(&world, &variables, &["--plan"]);
        assert_eq!((ran.code, ran.out.as_str()), (0, plan.as_str()), "{}", ran.whole());
    }
}

/// A run on the default branch that knows no commit before it scans all that the branch reaches, however the server says so.
#[test]
fn a_run_on_the_default_branch_without_a_commit_before_scans_all() {
    let world = world();
    world.git(&["update-ref", "refs/remotes/origin/trunk", "HEAD"]);
    world.git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk"]);
    let parameters = world.at("parameters");
    std::fs::write(&parameters, "teamcity.build.branch=<default>\n").expect("a file");
    let properties = world.at("properties");
    let line = format!("teamcity.configuration.properties.file={}\n", parameters.display());
    std::fs::write(&properties, line).expect("a file");
    let properties = properties.to_str().expect("UTF-8").to_owned();
    let teamcity = [("TEAMCITY_VERSION", "2025.07"), ("TEAMCITY_BUILD_PROPERTIES_FILE", properties.as_str())];
    for run in [
        &[("TF_BUILD", "True"), ("BUILD_REASON", "Manual"), ("BUILD_SOURCEBRANCH", "refs/heads/trunk")][..],
        &[("BITBUCKET_BUILD_NUMBER", "1"), ("BITBUCKET_BRANCH", "trunk")],
        &[("CIRCLECI", "true"), ("CIRCLE_BRANCH", "trunk")],
        &[("CIRCLECI", "true")],
        &[("BUILDKITE", "true"), ("BUILDKITE_BRANCH", "trunk"), ("BUILDKITE_PIPELINE_DEFAULT_BRANCH", "trunk")],
        &[("JENKINS_URL", "http://ci"), ("BRANCH_NAME", "trunk"), ("BRANCH_IS_PRIMARY", "true")],
        &[("GITLAB_CI", "true"), ("CI_PIPELINE_SOURCE", "web"), ("CI_COMMIT_REF_NAME", "trunk"), ("CI_DEFAULT_BRANCH", "trunk")],
        &teamcity,
    ] {
        let ran = ci(&world, run, &["--plan"]);
        assert_eq!((ran.code, ran.out.as_str()), (0, "HEAD\n"), "{run:?}: {}", ran.whole());
    }
    // Another branch at the same commit adds nothing.
    let ran = ci(&world, &[("CIRCLECI", "true"), ("CIRCLE_BRANCH", "feature")], &["--plan"]);
    assert_eq!(ran.out, "HEAD ^origin/trunk\n", "{}", ran.whole());
}

#[test]
fn the_name_of_the_branch_and_an_annotated_tag_are_read() {
    let world = World::new();
    world.stage("a.py", "x = 1\n");
    world.commit();
    world.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    let secret = token(3).split('"').nth(1).expect("a token").to_owned();
    world.git(&["tag", "-a", "v1", "-m", &token(4)]);
    world.git(&["tag", "-a", "v2", "-m", "nothing"]);
    for (name, code, place) in [(secret.as_str(), 1, "ghp_****"), ("v1", 1, "<message>"), ("v2", 0, ""), ("feature", 0, "")] {
        let ran = ci(&world, &[("GITLAB_CI", "true"), ("CI_COMMIT_REF_NAME", name)], &[]);
        assert!(ran.code == code && ran.out.contains(place) && !ran.out.contains(&secret), "{name}: {}", ran.whole());
    }
}

#[test]
fn a_schedule_scans_everything_and_a_missing_base_is_no_success() {
    let world = world();
    let night = [("GITLAB_CI", "true"), ("CI_PIPELINE_SOURCE", "schedule")];
    let ran = ci(&world, &night, &["--format", "json"]);
    assert_eq!(ran.findings(), ["new.py:1 github-pat deny", "old.py:1 github-pat deny"]);
    let change = [("GITLAB_CI", "true"), ("CI_PIPELINE_SOURCE", "merge_request_event"), ("CI_MERGE_REQUEST_DIFF_BASE_SHA", "77")];
    let ran = ci(&world, &change, &[]);
    assert!(ran.code == 3 && ran.err.contains("GIT_DEPTH: 0") && ran.out.contains("77 is not in this clone"), "{}", ran.whole());
    let azure = [("TF_BUILD", "True"), ("BUILD_REASON", "PullRequest"), ("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/gone")];
    let ran = ci(&world, &azure, &["--output", "sarif=report.sarif"]);
    let said = "gone is not in this clone";
    assert!(
        ran.code == 3 && ran.out.lines().any(|line| line.starts_with("##vso[task.logissue ") && line.contains(said)),
        "{}",
        ran.whole()
    );
    assert!(std::fs::read_to_string(world.path().join("report.sarif")).expect("a report").contains(said));
    let ran = ci(&world, &azure, &["--plan"]);
    assert!(ran.code == 3 && ran.out.is_empty(), "{}", ran.whole());
    let ran = ci(&world, &[], &[]);
    assert!(ran.code == 2 && ran.err.contains("--base origin/main"), "{}", ran.whole());
    let ran = ci(&world, &[], &["--base", "origin/main", "--format", "json"]);
    assert_eq!(ran.findings(), ["new.py:1 github-pat deny"]);
    assert_eq!(ci(&world, &[], &["--base", "nothing"]).code, 3);
    let ran = ci(&world, &[("TF_BUILD", "True"), ("BUILD_SOURCEBRANCH", "refs/heads/x")], &["--show-secrets"]);
    assert!(ran.code == 2 && ran.err.contains("refused in CI"), "{}", ran.whole());
}

#[test]
fn a_shallow_clone_is_said_in_every_format() {
    let world = world();
    let url = format!("file://{}", world.path().display());
    let cloned = world.command("git", ".").args(["clone", "-q", "--depth", "1", &url, "shallow"]).output().expect("git runs");
    assert!(cloned.status.success());
    for format in ["azure", "github", "gitlab", "junit", "markdown", "html", "sarif", "human"] {
        let ran = world.nospill_in("shallow", &["history", "--format", format]);
        assert!(ran.code == 1 && ran.out.contains("what came before 1 of its commits is not here"), "{}", ran.whole());
        let odd = [": : ", "- : ", "&#58; &#58; ", "name=\"\"", "<code></code>"];
        assert!(odd.iter().all(|odd| !ran.out.contains(odd)), "{format}: {}", ran.whole());
    }
}

#[test]
fn a_line_that_looks_like_a_command_is_none_in_the_log() {
    let world = World::new();
    world.stage("a.py", format!("x = '##vso[task.setvariable variable=x]y' ##[error] ##teamcity[x] {}", token(1)));
    for format in ["human", "azure", "github", "junit", "csv"] {
        let ran = world.nospill(&["staged", "--format", format]);
        let text = ran.out.replace("##vso[task.logissue ", "").replace("##vso[task.complete ", "");
        assert!(ran.code == 1 && (!text.contains("##vso[") || format == "junit"), "{format}: {}", ran.whole());
    }
}
