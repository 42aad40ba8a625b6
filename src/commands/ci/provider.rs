//! CI servers: which one this is, and what its variables say of a run. Pure: environment, event and properties are handed in.
//! A server a file, each with the page its variables are from.

mod azure;
mod bitbucket;
mod buildkite;
mod circle;
mod github;
mod gitlab;
mod jenkins;
mod teamcity;

use serde_json::Value;

use super::plan::{Plan, Trigger};
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

/// What a run knows of itself.
pub struct Sources<'s> {
    /// A variable; an empty one counts as not set.
    pub var: &'s dyn Fn(&str) -> Option<String>,
    /// GitHub's event.
    pub event: &'s Value,
    /// A parameter of TeamCity's build.
    pub parameter: &'s dyn Fn(&str) -> Option<String>,
}

/// What makes a server's plan.
type Maker = fn(&Sources<'_>) -> Plan;

/// The plan of a run; `None` when no CI server is known by its variables.
pub fn plan(sources: &Sources<'_>) -> Option<Plan> {
    let var = |name: &str| (sources.var)(name).filter(|value| !value.is_empty());
    let is_true = |name: &str| var(name).is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let makers: [(bool, Maker); 8] = [
        (is_true("TF_BUILD"), azure::plan),
        (is_true("GITHUB_ACTIONS"), github::plan),
        (is_true("GITLAB_CI"), gitlab::plan),
        (var("BITBUCKET_BUILD_NUMBER").is_some(), bitbucket::plan),
        (is_true("CIRCLECI"), circle::plan),
        (is_true("BUILDKITE"), buildkite::plan),
        (var("TEAMCITY_VERSION").is_some(), teamcity::plan),
        (var("JENKINS_URL").is_some(), jenkins::plan),
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
    Plan { provider, trigger, head: "HEAD".to_owned(), name, default_branch, is_default: false }
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
