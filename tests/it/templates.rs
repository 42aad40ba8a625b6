//! What users copy from `ci/`: read as YAML, and the scripts in it run as a server would run them.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::env::{Ran, World, skip, token};

/// A template as JSON; `None`, loudly, where Python has no YAML.
fn template(world: &World, name: &str) -> Option<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("ci").join(name);
    let script = "import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1])), default=str))";
    let ran: Ran = world.command("python3", ".").args(["-c", script]).arg(&path).output().expect("python3 runs").into();
    if ran.err.contains("No module named 'yaml'") {
        skip(&format!("python3 has no yaml, so {name} was not read"));
        return None;
    }
    assert_eq!(ran.code, 0, "{name}: {}", ran.whole());
    Some(serde_json::from_str(&ran.out).expect("JSON"))
}

fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("no text at {pointer}"))
}

/// Runs a script with nospill on PATH and where `cargo install` puts it.
fn run(world: &World, shell: &str, script: &str, variables: &[(&str, &str)]) -> Ran {
    let bin = world.at("home/.cargo/bin");
    if !bin.exists() {
        fs::create_dir_all(&bin).expect("a folder");
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_nospill"), bin.join("nospill")).expect("a link");
    }
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").expect("PATH"));
    let mut command = world.command(shell, "repo");
    command.env("PATH", path).envs(variables.iter().copied());
    let flags: &[&str] = if shell == "bash" { &["--noprofile", "--norc", "-eo", "pipefail", "-c"] } else { &["-ec"] };
    command.args(flags).arg(script).output().expect("a shell").into()
}

/// A repository whose secrets fall to several shards.
fn world() -> World {
    let world = World::new();
    for number in 0..12 {
        world.stage(&format!("f{number}.py"), token(number));
    }
    world.commit();
    world
}

#[test]
fn azure_parallel_jobs() {
    let world = world();
    let Some(value) = template(&world, "azure-pipelines-parallel.yml") else { return };
    assert_eq!(value["jobs"][0]["strategy"]["parallel"], "${{ parameters.shards }}");
    assert_eq!(value["jobs"][1]["condition"], "succeededOrFailed()");
    let (temp, staging) = (world.at("temp"), world.at("staging"));
    let workspace = world.at("workspace").display().to_string();
    for number in 1..=4 {
        let ran = run(
            &world,
            "bash",
            text(&value, "/jobs/0/steps/2/bash"),
            &[
                ("TF_BUILD", "True"),
                ("BUILD_REASON", "Schedule"),
                ("AGENT_TEMPDIRECTORY", temp.to_str().expect("UTF-8")),
                ("SYSTEM_JOBPOSITIONINPHASE", &number.to_string()),
                ("SYSTEM_TOTALJOBSINPHASE", "4"),
            ],
        );
        assert!(ran.code == 0 && ran.err.contains(&format!("shard {number}/4")), "{}", ran.whole());
        let to = world.at(&format!("workspace/nospill-{number}"));
        fs::create_dir_all(&to).expect("a folder");
        fs::rename(temp.join("nospill/shard.json"), to.join("shard.json")).expect("a report");
    }
    let merge = text(&value, "/jobs/1/steps/3/bash");
    let variables =
        [("PIPELINE_WORKSPACE", workspace.as_str()), ("BUILD_ARTIFACTSTAGINGDIRECTORY", staging.to_str().expect("UTF-8"))];
    let ran = run(&world, "bash", merge, &variables);
    assert!(ran.code == 1 && ran.out.matches("##vso[task.logissue type=error").count() == 12, "{}", ran.whole());
    assert!(staging.join("CodeAnalysisLogs/nospill.sarif").exists());
    fs::remove_dir_all(world.at("workspace")).expect("a folder");
    assert_eq!(run(&world, "bash", merge, &variables).code, 2, "no shard at all is no success");
}

#[test]
fn gitlab_parallel_jobs() {
    let world = world();
    let Some(value) = template(&world, "gitlab-parallel.yml") else { return };
    let count = value["nospill-shard"]["parallel"].as_u64().expect("a number");
    for number in 1..=count {
        let variables = [
            ("GITLAB_CI", "true"),
            ("CI_PIPELINE_SOURCE", "schedule"),
            ("CI_NODE_INDEX", &number.to_string()),
            ("CI_NODE_TOTAL", &count.to_string()),
        ];
        let ran = run(&world, "sh", text(&value, "/nospill-shard/script/0"), &variables);
        assert!(ran.code == 0 && ran.err.contains(&format!("shard {number}/{count}")), "{}", ran.whole());
    }
    let merge = text(&value, "/nospill/script/0");
    let ran = run(&world, "sh", merge, &[]);
    assert_eq!(ran.code, 1, "{}", ran.whole());
    let report = fs::read_to_string(world.path().join("gl-secret-detection-report.json")).expect("a report");
    let report: Value = serde_json::from_str(&report).expect("JSON");
    assert_eq!(report["vulnerabilities"].as_array().map(Vec::len), Some(12));
    fs::remove_file(world.path().join("nospill-2.json")).expect("a report");
    let ran = run(&world, "sh", merge, &[]);
    assert!(ran.out.contains("shard 2 of 4 is missing") && ran.code != 0, "{}", ran.whole());
}

#[test]
fn github_matrix() {
    let world = world();
    let Some(value) = template(&world, "github-matrix.yml") else { return };
    let shards = value.pointer("/jobs/shard/strategy/matrix/shard").and_then(Value::as_array).expect("shards");
    let temp = world.at("temp");
    let temp_text = temp.to_str().expect("UTF-8");
    for number in shards {
        let shard = format!("{number}/{}", shards.len());
        let variables = [
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_EVENT_NAME", "schedule"),
            ("SHARD", shard.as_str()),
            ("RUNNER_TEMP", temp_text),
        ];
        let ran = run(&world, "bash", text(&value, "/jobs/shard/steps/2/run"), &variables);
        assert!(ran.code == 0 && ran.err.contains(&format!("shard {shard}")), "{}", ran.whole());
        let to = temp.join(format!("shards/nospill-{number}"));
        fs::create_dir_all(&to).expect("a folder");
        fs::rename(temp.join("nospill/shard.json"), to.join("shard.json")).expect("a report");
    }
    let summary = world.at("summary.md");
    let variables = [("RUNNER_TEMP", temp_text), ("GITHUB_STEP_SUMMARY", summary.to_str().expect("UTF-8"))];
    let ran = run(&world, "bash", text(&value, "/jobs/nospill/steps/2/run"), &variables);
    assert!(ran.code == 1 && ran.out.matches("::error ").count() == 12, "{}", ran.whole());
    assert!(temp.join("nospill.sarif").exists() && summary.exists());
}

#[test]
fn a_kubernetes_job_scans_the_repository_of_its_index() {
    let world = world();
    let Some(value) = template(&world, "kubernetes-job.yaml") else { return };
    assert_eq!(value["spec"]["completionMode"], "Indexed");
    let container = &value["spec"]["template"]["spec"]["containers"][0];
    assert_eq!(container["command"], serde_json::json!(["/bin/sh", "-euc"]));
    let mounted: Vec<&str> =
        container["volumeMounts"].as_array().expect("mounts").iter().map(|mount| text(mount, "/mountPath")).collect();
    for variable in container["env"].as_array().expect("variables").iter().filter(|v| text(v, "/value").starts_with('/')) {
        assert!(mounted.iter().any(|path| text(variable, "/value").starts_with(path)), "{variable}");
    }
    world.git(&["init", "-q", "--bare", "../clean.git"]);
    let list = format!("{}\n{}\n/nowhere\n", world.at("clean.git").display(), world.path().display());
    fs::write(world.at("list"), list).expect("a file");
    fs::create_dir(world.at("reports")).expect("a folder");
    for (index, code) in [("0", 0), ("1", 1), ("2", 3), ("3", 2)] {
        let work = world.at(&format!("work{index}"));
        fs::create_dir(&work).expect("a folder");
        let (list, reports) = (world.at("list"), world.at("reports"));
        let variables = [
            ("JOB_COMPLETION_INDEX", index),
            ("REPOSITORIES", list.to_str().expect("UTF-8")),
            ("REPORTS", reports.to_str().expect("UTF-8")),
            ("WORK", work.to_str().expect("UTF-8")),
        ];
        let ran = run(&world, "/bin/sh", text(container, "/args/0"), &variables);
        assert_eq!(ran.code, code, "{index}: {}", ran.whole());
        assert_eq!(reports.join(format!("{index}.json")).exists(), code < 2, "{index}");
    }
}

/// Three repositories on a branch, ready for a pull request: one that denies, one that audits, one that is clean.
fn changes() -> [(World, i32); 3] {
    ["deny", "audit", "off"].map(|effect| {
        let world = World::new();
        world.stage("README", "x\n");
        world.stage(".nospill.toml", format!("[[policy]]\neffect = \"{effect}\"\nrule = \"github-pat\"\n"));
        world.commit();
        world.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
        world.stage("new.py", token(1));
        world.commit();
        (world, i32::from(effect == "deny"))
    })
}

#[test]
fn azures_task_results_say_what_denies_and_what_is_audited() {
    for ((world, code), result) in changes().into_iter().zip(["Failed", "SucceededWithIssues", "Succeeded"]) {
        let Some(value) = template(&world, "azure-pipelines.yml") else { return };
        assert_eq!(value["jobs"][0]["steps"][0]["fetchDepth"], 0);
        let (temp, staging) = (world.at("temp"), world.at("staging"));
        fs::create_dir(&temp).expect("a folder");
        // As the server fills it in.
        let script = text(&value, "/jobs/0/steps/2/bash").replace("${{ parameters.arguments }}", "");
        let variables = [
            ("TF_BUILD", "True"),
            ("BUILD_REASON", "PullRequest"),
            ("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/main"),
            ("NOSPILL_DEFAULT_BRANCH", "main"),
            ("AGENT_TEMPDIRECTORY", temp.to_str().expect("UTF-8")),
            ("BUILD_ARTIFACTSTAGINGDIRECTORY", staging.to_str().expect("UTF-8")),
        ];
        let ran = run(&world, "bash", &script, &variables);
        assert!(ran.code == code && ran.out.contains(&format!("##vso[task.complete result={result};]")), "{}", ran.whole());
        assert!(ran.out.contains("##vso[task.uploadsummary]") && ran.err.contains("adds to origin/main"), "{}", ran.whole());
        let published = value.pointer("/jobs/0/steps/4/inputs").expect("inputs");
        assert_eq!(published["ArtifactName"], "CodeAnalysisLogs");
        assert_eq!(published["PathtoPublish"], "$(Build.ArtifactStagingDirectory)/CodeAnalysisLogs");
        let report = fs::read_to_string(staging.join("CodeAnalysisLogs/nospill.sarif")).expect("a report");
        assert_eq!(report.contains("\"ruleId\": \"github-pat\""), result != "Succeeded");
        assert!(temp.join("nospill.xml").exists() && staging.join("CodeAnalysisLogs/nospill.html").exists());
    }
}

#[test]
fn a_gitlab_job_leaves_its_reports() {
    for (world, code) in changes() {
        let Some(value) = template(&world, "gitlab.yml") else { return };
        assert_eq!(value["nospill"]["variables"]["GIT_DEPTH"], 0);
        let base = world.git(&["rev-parse", "origin/main"]);
        let variables = [
            ("GITLAB_CI", "true"),
            ("CI_PIPELINE_SOURCE", "merge_request_event"),
            ("CI_MERGE_REQUEST_IID", "7"),
            ("CI_MERGE_REQUEST_DIFF_BASE_SHA", base.trim()),
        ];
        let ran = run(&world, "sh", text(&value, "/nospill/script/0"), &variables);
        assert_eq!(ran.code, code, "{}", ran.whole());
        let artifacts = &value["nospill"]["artifacts"];
        let reports =
            artifacts["reports"].as_object().expect("reports").values().chain(artifacts["paths"].as_array().expect("paths"));
        for file in reports {
            assert!(world.path().join(file.as_str().expect("a name")).exists(), "{file}");
        }
    }
}

#[test]
fn a_github_action_says_where_its_report_is() {
    for (world, code) in changes() {
        let Some(value) = template(&world, "github-action/action.yml") else { return };
        let (output, summary) = (world.at("output"), world.at("summary.md"));
        let temp = world.at(".");
        let variables = [
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_EVENT_NAME", "pull_request"),
            ("GITHUB_BASE_REF", "main"),
            ("RUNNER_TEMP", temp.to_str().expect("UTF-8")),
            ("GITHUB_OUTPUT", output.to_str().expect("UTF-8")),
            ("GITHUB_STEP_SUMMARY", summary.to_str().expect("UTF-8")),
            ("ARGUMENTS", "--threads\n1\n"),
        ];
        // What is on PATH is not installed again.
        let install = text(&value, "/runs/steps/0/run");
        assert_eq!(run(&world, "bash", install, &[]).whole(), "exit 0\n--- out\n--- err\n");
        let ran = run(&world, "bash", text(&value, "/runs/steps/1/run"), &variables);
        assert!(ran.code == code && ran.err.contains("adds to origin/main"), "{}", ran.whole());
        let said = fs::read_to_string(&output).expect("outputs");
        let report = said.trim().strip_prefix("sarif=").expect("the report's path");
        assert!(Path::new(report).exists() && summary.exists(), "{said}");
    }
}

#[test]
fn the_hooks_of_the_framework_are_yaml() {
    template(&World::new(), "../.pre-commit-hooks.yaml");
}
