//! Env files and the ways in which they get out: tracked, once committed, not ignored, sent to a docker build.

use std::collections::BTreeMap;
use std::path::Path;

use super::dockerignore::DockerIgnore;
use crate::source::{SourceError, plumbing};

/// How an env file is exposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exposure {
    /// Git tracks it.
    Tracked,
    /// A commit has or had it.
    Committed,
    /// It is here, and no ignore rule keeps it from being added.
    NotIgnored,
    /// A docker build would be sent it.
    InContext,
}

impl Exposure {
    /// For a person.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tracked => "git tracks it",
            Self::Committed => "a commit has or had it",
            Self::NotIgnored => "no ignore rule covers it",
            Self::InContext => "a docker build would be sent it",
        }
    }
}

/// Exposed files by path from the top of the work tree, each with its exposures in order.
pub type Exposed = BTreeMap<Vec<u8>, Vec<Exposure>>;

/// Whether a file of this name holds settings of an environment, and is no example of one.
pub fn is_env(path: &[u8]) -> bool {
    let name = path.rsplit(|&b| b == b'/').next().unwrap_or(path).to_ascii_lowercase();
    let name = String::from_utf8_lossy(&name).into_owned();
    let is_example = ["example", "sample", "template", "dist", "defaults", "schema", "tpl"]
        .iter()
        .any(|word| name.split(['.', '-', '_']).any(|part| part == *word));
    let is_named = name == ".env" || name == ".envrc" || name.starts_with(".env.") || name.ends_with(".env");
    is_named && !is_example
}

/// Looks through the repository whose work tree is `top`; git runs there.
///
/// # Errors
/// git fails.
pub fn exposed(top: &Path) -> Result<Exposed, SourceError> {
    let mut exposed = Exposed::new();
    let mut note = |list: &[u8], exposure: Exposure| {
        for path in list.split(|&b| b == 0).filter(|path| is_env(path)) {
            let exposures = exposed.entry(path.to_vec()).or_default();
            if !exposures.contains(&exposure) {
                exposures.push(exposure);
            }
        }
    };
    let list = |args: &[&str]| plumbing::output_in(top, args);
    let tracked = list(&["ls-files", "-z"])?;
    let open = list(&["ls-files", "-z", "--others", "--exclude-standard"])?;
    let hidden = list(&["ls-files", "-z", "--others", "--ignored", "--exclude-standard"])?;
    note(&tracked, Exposure::Tracked);
    note(&list(&["log", "--all", "-m", "-z", "--format=", "--name-only", "--diff-filter=AR", "--root"])?, Exposure::Committed);
    note(&open, Exposure::NotIgnored);
    if is_docker_context(top) {
        let ignore = DockerIgnore::of(top);
        let sent = |path: &&[u8]| !ignore.excludes(&String::from_utf8_lossy(path));
        let all = [tracked, open, hidden].concat();
        let in_context: Vec<&[u8]> = all.split(|&b| b == 0).filter(|path| top.join(lossy(path)).is_file()).filter(sent).collect();
        note(&in_context.join(&0), Exposure::InContext);
    }
    Ok(exposed)
}

/// Whether a docker build is likely to have this folder as its context.
pub fn is_docker_context(top: &Path) -> bool {
    ["Dockerfile", "Containerfile", "compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"]
        .iter()
        .any(|name| top.join(name).is_file())
}

fn lossy(path: &[u8]) -> String {
    String::from_utf8_lossy(path).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_are_no_env_files() {
        for (path, want) in [
            (".env", true),
            ("a/.env.local", true),
            (".envrc", true),
            ("prod.env", true),
            (".ENV.Production", true),
            (".env.example", false),
            ("example.env", false),
            (".env-sample", false),
            ("environment.ts", false),
            (".env.d.ts/x", false),
            ("venv", false),
        ] {
            assert_eq!(is_env(path.as_bytes()), want, "{path}");
        }
    }
}
