//! npm, pnpm and the classic yarn: their lists, without the package's scripts.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::{Silence, answer, berry, folder, inside, output};
use crate::guard::files::Shipped;
use crate::source::reader;

pub(super) fn npm(dir: &Path) -> Result<Vec<Shipped>, String> {
    let text = output(dir, "npm", &["pack", "--dry-run", "--json", "--ignore-scripts"])?;
    listed(dir, "npm", &text)
}

pub(super) fn pnpm(dir: &Path) -> Result<Vec<Shipped>, String> {
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
pub(in crate::guard) fn is_berry(dir: &Path) -> bool {
    let named = manifest(dir)["packageManager"].as_str().is_some_and(|name| {
        let version = name.strip_prefix("yarn@");
        version.is_some_and(|version| !version.starts_with("1."))
    });
    named || dir.join(".yarnrc.yml").exists()
}

/// What package.json says; nothing where it is no JSON.
pub(super) fn manifest(dir: &Path) -> Value {
    let text = reader::own(dir.join("package.json")).ok();
    text.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or(Value::Null)
}

pub(super) fn yarn(dir: &Path, scratch: &Path) -> Result<Vec<Shipped>, Silence> {
    // Outside of the package, where nothing of it says which yarn it is.
    let bare = folder(scratch.join("bare"))?;
    let version = berry::names_version(dir, &bare).and_then(|()| quiet_yarn(&bare, &["--version"]));
    match (version, is_berry(dir)) {
        (Ok(version), false) if version.starts_with(b"1.") => Ok(classic(dir, scratch)?),
        (Ok(version), _) if !version.starts_with(b"1.") => Ok(berry::berry(dir, &bare)?),
        (_, true) => Err(Silence::Unasked(berry::UNASKED)),
        (Ok(_), false) => Err(Silence::Unasked(berry::UNASKED)),
        (Err(why), false) => Err(Silence::Failed(why)),
    }
}

fn classic(dir: &Path, scratch: &Path) -> Result<Vec<Shipped>, String> {
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

/// Runs yarn, but not the one that the package brings (`yarnPath`), nor its plugins, and corepack only as far as it needs no
/// network.
pub(super) fn quiet_yarn(dir: &Path, args: &[&str]) -> Result<Vec<u8>, String> {
    let mut command = Command::new("yarn");
    command.args(args).env("YARN_IGNORE_PATH", "1").env("YARN_RC_FILENAME", ".nospill-reads-no-yarnrc");
    command.env("YARN_ENABLE_NETWORK", "0").env("YARN_ENABLE_TELEMETRY", "0").env("COREPACK_ENABLE_NETWORK", "0");
    answer(command, dir, &format!("yarn {}", args.join(" ")))
}
