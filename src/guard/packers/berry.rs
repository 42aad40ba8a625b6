//! yarn from version 2 on, which runs `prepack` and `postpack` even to list files, and plugins of the package before that. So
//! it is asked in a folder where the package's files are by their names alone, with manifests that say nothing but what is
//! packed, and the ignore files it reads: there is no code in it to run.

use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::node::{manifest, quiet_yarn};
use super::{below, inside};
use crate::guard::files::Shipped;
use crate::source::reader;

/// What is said where it is not asked.
pub(in crate::guard) const UNASKED: &str = "yarn from version 2 on is asked only if it is on PATH: the one that a package brings is the package's own \
     code. npm is, which goes by the same lists. What yarn packs: `yarn pack`, then `nospill dir package.tgz`";

/// Keys of a manifest that say what is packed.
const PACKED: &[&str] = &["main", "module", "browser", "bin", "files", "workspaces"];

/// What `dir` ships; `bare` is the folder to ask in.
pub(super) fn berry(dir: &Path, bare: &Path) -> Result<Vec<Shipped>, String> {
    lay(dir, bare)?;
    let text = quiet_yarn(bare, &["pack", "--dry-run", "--json"])?;
    let lines = text.split(|&b| b == b'\n').filter(|line| !line.is_empty());
    let lines: Result<Vec<Value>, _> = lines.map(serde_json::from_slice).collect();
    let lines = lines.map_err(|error| format!("yarn pack: {error}"))?;
    if !lines.iter().any(|line| line["base"].is_string()) {
        return Err("yarn pack: no list of files".to_owned());
    }
    Ok(lines.iter().filter_map(|line| inside(dir, line["location"].as_str()?)).collect())
}

/// Lays down a manifest that says nothing but which yarn is meant: corepack, which may be what `yarn` is, goes by it.
pub(super) fn names_version(dir: &Path, bare: &Path) -> Result<(), String> {
    write(&bare.join("package.json"), Value::Object(version(&manifest(dir))).to_string().as_bytes())
}

fn version(manifest: &Value) -> Map<String, Value> {
    // A released version: corepack takes addresses, too.
    let is_plain = |name: &str| name.bytes().all(|b| b.is_ascii_alphanumeric() || b".+-".contains(&b));
    let manager = manifest["packageManager"].as_str();
    let manager = manager.filter(|name| name.strip_prefix("yarn@").is_some_and(is_plain));
    manager.map(|name| ("packageManager".to_owned(), name.into())).into_iter().collect()
}

fn lay(dir: &Path, bare: &Path) -> Result<(), String> {
    for name in below(dir, |folder| folder != ".git" && folder != "node_modules")? {
        let (from, to) = (dir.join(&name), bare.join(&name));
        let content = match name.rsplit('/').next().unwrap_or(&name) {
            ".yarnrc.yml" | "yarn.lock" => continue,
            "package.json" => packed(&reader::own(&from).unwrap_or_default())?,
            ".gitignore" | ".npmignore" => reader::own(&from).map_err(|error| format!("{}: {error}", from.display()))?,
            _ => Vec::new(),
        };
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        }
        write(&to, &content)?;
    }
    // Where it stands, the project begins.
    write(&bare.join("yarn.lock"), b"")
}

/// A manifest without what runs, what is resolved, and what it is called.
fn packed(text: &[u8]) -> Result<Vec<u8>, String> {
    let manifest: Value = serde_json::from_slice(text).unwrap_or(Value::Null);
    let pick = |from: &Value| -> Map<String, Value> {
        let keys = PACKED.iter().filter_map(|key| Some(((*key).to_owned(), from.get(key)?.clone())));
        // A program alone is called as the package is, which has no name here.
        let named = |(key, value): (String, Value)| match value.is_string() && key == "bin" {
            true => (key, json!({ "bin": value })),
            false => (key, value),
        };
        keys.map(named).collect()
    };
    let mut kept = pick(&manifest);
    kept.append(&mut version(&manifest));
    let published = pick(&manifest["publishConfig"]);
    if !published.is_empty() {
        kept.insert("publishConfig".to_owned(), Value::Object(published));
    }
    serde_json::to_vec(&kept).map_err(|error| format!("package.json: {error}"))
}

fn write(path: &Path, content: &[u8]) -> Result<(), String> {
    fs::write(path, content).map_err(|error| format!("{}: {error}", path.display()))
}
