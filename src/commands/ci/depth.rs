//! How a shallow clone gets the rest of its history, by the CI that a run is part of.

/// How to get a whole history there.
pub fn deepen() -> &'static str {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let settings = [
        ("TF_BUILD", "set `fetchDepth: 0` at the `checkout` step of Azure Pipelines"),
        ("GITHUB_ACTIONS", "set `fetch-depth: 0` at the step `actions/checkout`"),
        ("GITLAB_CI", "set the variable `GIT_DEPTH: 0`"),
        ("BITBUCKET_BUILD_NUMBER", "set `clone: depth: full` in bitbucket-pipelines.yml"),
        ("CIRCLECI", "set `method: full` at the step `checkout`"),
        ("BUILDKITE", "take `--depth` out of BUILDKITE_GIT_CLONE_FLAGS and BUILDKITE_GIT_FETCH_FLAGS"),
        ("JENKINS_URL", "switch `Shallow clone` off in the clone behaviours of the job"),
    ];
    settings.iter().find(|(name, _)| is_set(name)).map_or("`git fetch --unshallow` brings it", |(_, hint)| hint)
}
