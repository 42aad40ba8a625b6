//! What packers would ship, asked of the packers themselves. Scripts of the package are not run where the packer can be told
//! so; a Python build runs the project's own build backend, as publishing would. Packers that run the package's code for their
//! manifest alone are asked only when they are named (see `unasked`).

mod berry;
mod gem;
mod node;
mod nuget;
mod python;

use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};

use super::dockerignore::DockerIgnore;
use super::env::is_docker_context;
use super::files::Shipped;
use crate::types::input::Origin;
use crate::types::notice::Notice;

pub(super) use berry::UNASKED as NO_YARN;
pub(super) use node::is_berry;
pub(super) use nuget::{PROJECTS, is_plain};

/// A tool that makes packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packer {
    /// npm.
    Npm,
    /// pnpm.
    Pnpm,
    /// yarn.
    Yarn,
    /// Cargo.
    Cargo,
    /// A Python source distribution and wheel.
    Python,
    /// RubyGems.
    Gem,
    /// NuGet, by `nuget` or `dotnet`.
    Nuget,
    /// The context of a docker build.
    Docker,
}

/// What a packer would ship.
#[derive(Debug, Default)]
pub struct Answer {
    /// The files.
    pub files: Vec<Shipped>,
    /// What of it can't be looked at.
    pub notices: Vec<Notice>,
}

/// Why it is not known what a packer would ship.
#[derive(Debug)]
pub enum Silence {
    /// It can't be asked without running the package's code, which nobody asked for.
    Unasked(&'static str),
    /// It can't be run or says something else.
    Failed(String),
}

impl From<String> for Silence {
    fn from(why: String) -> Self {
        Self::Failed(why)
    }
}

impl Packer {
    /// All of them.
    pub const ALL: [Self; 8] =
        [Self::Npm, Self::Pnpm, Self::Yarn, Self::Cargo, Self::Python, Self::Gem, Self::Nuget, Self::Docker];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Npm => "npm",
            Self::Pnpm => "pnpm",
            Self::Yarn => "yarn",
            Self::Cargo => "cargo",
            Self::Python => "python",
            Self::Gem => "gem",
            Self::Nuget => "nuget",
            Self::Docker => "docker",
        }
    }

    /// Whether a folder holds what it packs, and it may be asked without being named. npm packs what pnpm and yarn do, so these
    /// are asked only where they are.
    pub fn is_for(self, dir: &Path) -> bool {
        let has = |name: &str| dir.join(name).is_file();
        match self {
            Self::Npm => has("package.json"),
            Self::Pnpm => has("package.json") && has("pnpm-lock.yaml") && is_on_path("pnpm"),
            Self::Yarn => has("package.json") && (has("yarn.lock") || is_berry(dir)) && is_on_path("yarn"),
            Self::Cargo => has("Cargo.toml"),
            Self::Python => has("pyproject.toml") || has("setup.py"),
            Self::Gem => false,
            Self::Nuget => is_plain(dir) && is_on_path("nuget"),
            Self::Docker => is_docker_context(dir),
        }
    }

    /// What it would ship of `dir`; `scratch` is an empty folder for what must be built to be known.
    ///
    /// # Errors
    /// What it would ship is not known.
    pub fn ships(self, dir: &Path, scratch: &Path) -> Result<Answer, Silence> {
        let files = match self {
            Self::Npm => node::npm(dir)?,
            Self::Pnpm => node::pnpm(dir)?,
            Self::Yarn => node::yarn(dir, scratch)?,
            Self::Cargo => cargo(dir)?,
            Self::Python => return Ok(python::python(dir, scratch)?),
            Self::Gem => return Ok(gem::gem(dir, scratch)?),
            Self::Nuget => return Ok(nuget::nuget(dir, scratch)?),
            Self::Docker => docker(dir)?,
        };
        Ok(Answer { files, notices: Vec::new() })
    }
}

fn output(dir: &Path, program: &str, args: &[&str]) -> Result<Vec<u8>, String> {
    let mut command = Command::new(program);
    command.args(args);
    answer(command, dir, &format!("{program} {}", args.join(" ")))
}

/// What a command prints; `line` is what it is called in messages.
fn answer(mut command: Command, dir: &Path, line: &str) -> Result<Vec<u8>, String> {
    let output = command.current_dir(dir).stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("{}: {error}", line.split(' ').next().unwrap_or(line)))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let last = |said: &[u8]| {
        let said = String::from_utf8_lossy(said).into_owned();
        said.lines().rev().map(str::trim).find(|line| !line.is_empty()).map(str::to_owned)
    };
    let said = last(&output.stderr).or_else(|| last(&output.stdout));
    Err(format!("`{line}`: {}", said.as_deref().unwrap_or("it failed and said nothing")))
}

/// A file of the folder by its name in the package; `None` for names that lead out.
fn inside(dir: &Path, name: &str) -> Option<Shipped> {
    let is_inside = Path::new(name).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    is_inside.then(|| Shipped { origin: Origin::File { path: name.as_bytes().to_vec() }, path: dir.join(name) })
}

/// Whether a program is in a folder of PATH; folders that depend on where one stands do not count.
pub(super) fn is_on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.is_absolute() && folder.join(program).is_file())
}

/// Names of a folder's entries that end in one of `ends`, in order.
pub(super) fn ending(dir: &Path, ends: &[&str]) -> Vec<String> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().filter_map(Result::ok);
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter(|name| ends.iter().any(|end| name.ends_with(end))).collect();
    names.sort();
    names
}

/// A new folder.
fn folder(path: PathBuf) -> Result<PathBuf, String> {
    std::fs::create_dir_all(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(path)
}

fn cargo(dir: &Path) -> Result<Vec<Shipped>, String> {
    let text = output(dir, "cargo", &["package", "--list", "--allow-dirty"])?;
    let text = String::from_utf8_lossy(&text).into_owned();
    // Made while packing: Cargo.toml.orig is the manifest, the others hold nothing of the author's.
    let files = text.lines().filter_map(|name| inside(dir, name));
    Ok(files.filter(|file| file.path.is_file()).collect())
}

fn docker(dir: &Path) -> Result<Vec<Shipped>, String> {
    let ignore = DockerIgnore::of(dir);
    let mut files = Vec::new();
    for name in below(dir, |_| true)? {
        if !ignore.excludes(&name) && !name.starts_with(".git/") {
            files.extend(inside(dir, &name));
        }
    }
    Ok(files)
}

/// Files below a folder by their paths from there, links not followed, and folders that `enters` names not gone into.
fn below(dir: &Path, enters: fn(&str) -> bool) -> Result<Vec<String>, String> {
    let (mut files, mut folders) = (Vec::new(), vec![dir.to_owned()]);
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        for entry in entries {
            let entry = entry.map_err(|error| format!("{}: {error}", folder.display()))?;
            let kind = entry.file_type().map_err(|error| format!("{}: {error}", entry.path().display()))?;
            if kind.is_dir() && enters(&entry.file_name().to_string_lossy()) {
                folders.push(entry.path());
            } else if kind.is_file() {
                let path = entry.path();
                files.push(path.strip_prefix(dir).unwrap_or(&path).to_string_lossy().replace('\\', "/"));
            }
        }
    }
    Ok(files)
}
