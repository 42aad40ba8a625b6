//! What packers would ship, asked of the packers themselves. Scripts of the package are not run where the packer can be told
//! so; a Python build runs the project's own build backend, as publishing would. Packers that cannot be asked without running
//! the package's code are not (see `unasked`).

use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::env::{is_docker_context, read_dockerignore};
use super::files::Shipped;
use crate::types::input::Origin;

/// A tool that makes packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packer {
    /// npm.
    Npm,
    /// pnpm.
    Pnpm,
    /// yarn, the classic one.
    Yarn,
    /// Cargo.
    Cargo,
    /// A Python source distribution and wheel.
    Python,
    /// The context of a docker build.
    Docker,
}

impl Packer {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Npm, Self::Pnpm, Self::Yarn, Self::Cargo, Self::Python, Self::Docker];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Npm => "npm",
            Self::Pnpm => "pnpm",
            Self::Yarn => "yarn",
            Self::Cargo => "cargo",
            Self::Python => "python",
            Self::Docker => "docker",
        }
    }

    /// Whether a folder holds what it packs. npm packs what pnpm and yarn do, so these are asked only where they are.
    pub fn is_for(self, dir: &Path) -> bool {
        let has = |name: &str| dir.join(name).is_file();
        match self {
            Self::Npm => has("package.json"),
            Self::Pnpm => has("package.json") && has("pnpm-lock.yaml") && is_on_path("pnpm"),
            Self::Yarn => has("package.json") && has("yarn.lock") && !is_berry(dir) && is_on_path("yarn"),
            Self::Cargo => has("Cargo.toml"),
            Self::Python => has("pyproject.toml") || has("setup.py"),
            Self::Docker => is_docker_context(dir),
        }
    }

    /// What it would ship of `dir`; `scratch` is an empty folder for what must be built to be known.
    ///
    /// # Errors
    /// It can't be run or says something else: what it would ship is not known then.
    pub fn ships(self, dir: &Path, scratch: &Path) -> Result<Vec<Shipped>, String> {
        match self {
            Self::Npm => npm(dir),
            Self::Pnpm => pnpm(dir),
            Self::Yarn => yarn(dir, scratch),
            Self::Cargo => cargo(dir),
            Self::Python => python(dir, scratch),
            Self::Docker => docker(dir),
        }
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
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it failed and said nothing").trim().to_owned();
    Err(format!("`{line}`: {last}"))
}

/// A file of the folder by its name in the package; `None` for names that lead out.
fn inside(dir: &Path, name: &str) -> Option<Shipped> {
    let is_inside = Path::new(name).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    is_inside.then(|| Shipped { origin: Origin::File { path: name.as_bytes().to_vec() }, path: dir.join(name) })
}

fn npm(dir: &Path) -> Result<Vec<Shipped>, String> {
    let text = output(dir, "npm", &["pack", "--dry-run", "--json", "--ignore-scripts"])?;
    listed(dir, "npm", &text)
}

fn pnpm(dir: &Path) -> Result<Vec<Shipped>, String> {
    // Without these it runs `prepack` and `prepare`, reads .pnpmfile.cjs as a program, and fetches and becomes the version
    // of itself that package.json names.
    let keep_out = ["--config.ignore-scripts=true", "--config.manage-package-manager-versions=false", "--ignore-pnpmfile"];
    let text = output(dir, "pnpm", &[&["pack", "--dry-run", "--json"], &keep_out[..]].concat())?;
    listed(dir, "pnpm", &text)
}

/// Files of the JSON that npm and pnpm print.
fn listed(dir: &Path, program: &str, text: &[u8]) -> Result<Vec<Shipped>, String> {
    let value: Value = serde_json::from_slice(text).map_err(|error| format!("{program} pack: {error}"))?;
    // An array of packages, one package, or, from npm 11 on, an object of packages in a workspace.
    let packages: Vec<&Value> = match &value {
        Value::Array(list) => list.iter().collect(),
        Value::Object(map) if map.get("files").is_some_and(Value::is_array) => vec![&value],
        Value::Object(map) => map.values().collect(),
        _ => Vec::new(),
    };
    let lists: Option<Vec<&Vec<Value>>> = packages.iter().map(|package| package["files"].as_array()).collect();
    let lists = lists.filter(|lists| !lists.is_empty()).ok_or_else(|| format!("{program} pack: no list of files"))?;
    Ok(lists.into_iter().flatten().filter_map(|file| inside(dir, file["path"].as_str()?)).collect())
}

/// Whether a package is for yarn 2 or later.
pub(super) fn is_berry(dir: &Path) -> bool {
    let manifest = std::fs::read(dir.join("package.json")).ok();
    let manifest: Value = manifest.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or(Value::Null);
    let named = manifest["packageManager"].as_str().and_then(|name| name.strip_prefix("yarn@"));
    dir.join(".yarnrc.yml").exists() || named.is_some_and(|version| !version.starts_with("1."))
}

fn yarn(dir: &Path, scratch: &Path) -> Result<Vec<Shipped>, String> {
    let cannot = "yarn: from version 2 on it can't be asked without running the package's own code; ask npm";
    // Outside of the package, where nothing of it says which yarn it is.
    let version = quiet_yarn(scratch, &["--version"])?;
    if is_berry(dir) || !version.starts_with(b"1.") {
        return Err(cannot.to_owned());
    }
    let archive = scratch.join("package.tgz");
    let to = archive.display().to_string();
    quiet_yarn(dir, &["pack", "--no-default-rc", "--ignore-scripts", "--non-interactive", "--filename", &to])?;
    let failed = |error: std::io::Error| format!("yarn pack: {error}");
    let file = std::fs::File::open(&archive).map_err(failed)?;
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(file));
    let mut files = Vec::new();
    for entry in archive.entries().map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if entry.header().entry_type().is_file() {
            let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            files.extend(inside(dir, name.strip_prefix("package/").unwrap_or(&name)));
        }
    }
    Ok(files)
}

/// Runs yarn, but not the one that the package brings (`yarn-path`).
fn quiet_yarn(dir: &Path, args: &[&str]) -> Result<Vec<u8>, String> {
    let mut command = Command::new("yarn");
    command.args(args).env("YARN_IGNORE_PATH", "1");
    answer(command, dir, &format!("yarn {}", args.join(" ")))
}

/// Whether a program is in a folder of PATH; folders that depend on where one stands do not count.
fn is_on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.is_absolute() && folder.join(program).is_file())
}

fn cargo(dir: &Path) -> Result<Vec<Shipped>, String> {
    let text = output(dir, "cargo", &["package", "--list", "--allow-dirty"])?;
    let text = String::from_utf8_lossy(&text).into_owned();
    // Made while packing: Cargo.toml.orig is the manifest, the others hold nothing of the author's.
    let files = text.lines().filter_map(|name| inside(dir, name));
    Ok(files.filter(|file| file.path.is_file()).collect())
}

fn python(dir: &Path, scratch: &Path) -> Result<Vec<Shipped>, String> {
    let built = scratch.join("dist");
    let to = built.display().to_string();
    let isolated = output(dir, "python3", &["-m", "build", "--outdir", &to, "."]);
    isolated
        .or_else(|why| output(dir, "python3", &["-m", "build", "--no-isolation", "--outdir", &to, "."]).map_err(|_| why))
        .map_err(
            |why| if why.ends_with("No module named build") { format!("{why}; `pip install build` brings it") } else { why },
        )?;
    let archives = std::fs::read_dir(&built).map_err(|error| format!("python3 -m build: {error}"))?;
    let mut files = Vec::new();
    for archive in archives.filter_map(Result::ok).map(|entry| entry.path()) {
        let name = archive.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let into = scratch.join(format!("{name}.d"));
        let module = if name.ends_with(".whl") { "zipfile" } else { "tarfile" };
        let (from, to) = (archive.display().to_string(), into.display().to_string());
        output(dir, "python3", &["-m", module, "-e", &from, &to])?;
        let outer = Origin::File { path: name.into_bytes() };
        for path in below(&into)? {
            let inner = path.strip_prefix(&into).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            let origin = Origin::Member { outer: Box::new(outer.clone()), path: inner.into_bytes() };
            files.push(Shipped { origin, path });
        }
    }
    Ok(files)
}

fn docker(dir: &Path) -> Result<Vec<Shipped>, String> {
    let ignore = read_dockerignore(dir);
    let mut files = Vec::new();
    for path in below(dir)? {
        let name = path.strip_prefix(dir).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        if !ignore.excludes(&name) && !name.starts_with(".git/") {
            files.extend(inside(dir, &name));
        }
    }
    Ok(files)
}

/// Files below a folder, links not followed.
fn below(dir: &Path) -> Result<Vec<PathBuf>, String> {
    let (mut files, mut folders) = (Vec::new(), vec![dir.to_owned()]);
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        for entry in entries {
            let entry = entry.map_err(|error| format!("{}: {error}", folder.display()))?;
            let kind = entry.file_type().map_err(|error| format!("{}: {error}", entry.path().display()))?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                files.push(entry.path());
            }
        }
    }
    Ok(files)
}
