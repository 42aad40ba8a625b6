//! `nospill doctor`: whether the gate is there, is called, and closes.

use std::path::Path;
use std::process::{Command, Stdio};

use super::install::site;
use super::merge_driver::{self, Driver};
use super::say;
use super::setup::{self, Place};
use crate::cli::keep::DoctorArgs;
use crate::error::{CommandError, Kind};
use crate::exit::Exit;
use crate::hook::HookKind;
use crate::hook::global;
use crate::hook::manager::{self, Manager};
use crate::hook::script::{self, State};
use crate::hook::site::HookSite;
use crate::rules::template::{Random, fill};
use crate::settings::Settings;
use crate::source::plumbing;
use crate::source::reader;
use crate::source::repository::Repository;

/// One thing that was looked at: what, and what to type where it is not well.
type Check = (String, Option<String>);

/// Looks at everything and prints a line for each.
///
/// # Errors
/// No repository.
pub fn run(args: &DoctorArgs) -> Result<Exit, CommandError> {
    let repository = Repository::from_env()?;
    let mut checks = vec![configuration()];
    if !args.ci {
        checks.push(hook()?);
        checks.extend(version()?);
        checks.extend(merge_driver());
    }
    checks.push(canary());
    checks.push(match repository.shallow.is_empty() {
        true => ("the clone has its whole history".to_owned(), None),
        false => ("the clone is shallow: history scans are incomplete".to_owned(), Some(super::ci::depth::deepen().to_owned())),
    });
    if repository.is_partial {
        let mend = "`git fetch --refetch --no-filter` brings everything".to_owned();
        checks.push(("the clone is partial: objects may be missing".to_owned(), Some(mend)));
    }
    let mut text = String::new();
    for (what, mend) in &checks {
        match mend {
            None => text.push_str(&format!("ok    {what}\n")),
            Some(mend) => text.push_str(&format!("WRONG {what}\n      mend: {mend}\n")),
        }
    }
    say(&text)?;
    Ok(if checks.iter().all(|(_, mend)| mend.is_none()) { Exit::Clean } else { Exit::Denied })
}

/// Whether a scan of the files here would start.
fn configuration() -> Check {
    match setup::here(&Settings::of_config(None), Place::Commits) {
        Ok(pipeline) => (format!("the configuration is valid; {} rules", pipeline.scanner.rules().len()), None),
        Err(error) => (error.message, Some("mend that line; `nospill config check` says more".to_owned())),
    }
}

/// The hook that is the gate here: that of commits, or of pushes where there is no work tree.
fn gate(site: &HookSite) -> HookKind {
    if site.work_tree.is_some() {
        return HookKind::PreCommit;
    }
    let is_there = |kind: &HookKind| matches!(script::state(&site.hook(*kind)), Ok(State::Ours { .. }));
    [HookKind::PreReceive, HookKind::Update].into_iter().find(is_there).unwrap_or(HookKind::PreReceive)
}

/// What to type for a hook.
fn install(kind: HookKind) -> String {
    match kind {
        HookKind::PreCommit => "nospill install".to_owned(),
        other => format!("nospill install --hook {}", other.as_str()),
    }
}

/// Whether git calls nospill at the gate.
fn hook() -> Result<Check, CommandError> {
    let site = site()?;
    let kind = gate(&site);
    let install = install(kind);
    if let Some(manager) = Manager::in_charge(&site, kind) {
        return Ok(match manager.runs_nospill(&site, kind) {
            Some(file) => (format!("{manager} runs nospill: {}", file.display()), None),
            None => (
                format!("{manager} writes the hooks here and does not run nospill"),
                Some(manager.advice(&site, kind).to_string()),
            ),
        });
    }
    let path = site.hook(kind);
    let state = script::state(&path).map_err(|error| CommandError::new(Kind::Io, format!("{}: {error}", path.display())))?;
    let mend = |command: &str| Some(command.to_owned());
    let shown = path.display();
    let is_idle = |content: Vec<u8>| global::is_one(&content) && !global::calls(&content, kind);
    if reader::own(&path).is_ok_and(is_idle) {
        return Ok((format!("{shown}, for all repositories, does not run nospill"), mend("nospill install --global")));
    }
    Ok(match state {
        State::Ours { .. } if !script::is_executable(&path) => {
            (format!("{shown} is not executable: git ignores it"), mend(&install))
        }
        State::Ours { .. } => (format!("the hook is installed: {shown}"), None),
        State::Absent => (format!("no {} hook is installed", kind.as_str()), mend(&install)),
        State::Foreign if is_own(&site, kind, &path) => (format!("{shown}, a script of your own, runs nospill"), None),
        State::Foreign => {
            (format!("{shown} is another hook and nospill is not"), mend(&format!("{install} (the other runs first)")))
        }
        State::Edited => (format!("{shown} was edited since it was installed"), mend(&format!("delete it, then `{install}`"))),
        State::NotAFile => (format!("{shown} is not a file"), mend(&format!("move it away, then `{install}`"))),
    })
}

/// Whether a hook is a script of one's own that git runs and that runs nospill.
fn is_own(site: &HookSite, kind: HookKind, path: &Path) -> bool {
    script::is_executable(path) && reader::own(path).is_ok_and(|text| manager::script_runs_nospill(site, kind, &text))
}

/// Whether the hook is this version's, and reaches a program of this version.
fn version() -> Result<Option<Check>, CommandError> {
    let site = site()?;
    let kind = gate(&site);
    let path = site.hook(kind);
    let Some((content, (installed, dirs))) =
        reader::own(&path).ok().and_then(|content| script::installed(&content).map(|found| (content, found)))
    else {
        return Ok(None);
    };
    let (current, mend) = match global::is_one(&content) {
        true if !global::calls(&content, kind) => return Ok(None),
        true => (global::render(kind.as_str(), Some(kind), &installed), "nospill install --global".to_owned()),
        false => (script::render(kind, &installed, dirs), install(kind)),
    };
    let mend = Some(mend);
    if current != content {
        return Ok(Some((format!("{} was written by another version of nospill", path.display()), mend)));
    }
    // As the hook finds it: through absolute folders of PATH, else where it was installed from.
    let on_path = std::env::var_os("PATH").into_iter().flat_map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    let named = on_path.filter(|folder| folder.is_absolute()).map(|folder| folder.join("nospill"));
    let program = named.into_iter().find(|program| script::is_executable(program) && program.is_file()).unwrap_or(installed);
    let shown = super::install::shown(&program);
    if !program.is_file() || !script::is_executable(&program) {
        return Ok(Some((format!("the hook calls {shown}, which is missing: nothing gets through"), mend)));
    }
    let own = concat!("nospill ", env!("CARGO_PKG_VERSION"));
    let said = Command::new(&program).arg("--version").stdin(Stdio::null()).output();
    let said = said.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default();
    Ok(Some(match said == own {
        true => (format!("the hook calls {shown}, which is {own} as this is"), None),
        false => {
            let said = crate::report::escape::message(if said.is_empty() { "something else" } else { &said });
            (format!("the hook calls {shown}, which is {said}; this is {own}"), Some(format!("bring {shown} up to date")))
        }
    }))
}

/// Whether git merges the baseline by its entries where `.gitattributes` wants it to.
fn merge_driver() -> Option<Check> {
    let driver = Driver::here()?;
    match (driver.is_named, driver.is_set) {
        (true, true) => Some(("git merges the baseline by its entries".to_owned(), None)),
        (true, false) => Some((
            "`.gitattributes` names the baseline's merge driver, which this clone does not have: git merges it as text"
                .to_owned(),
            Some(merge_driver::INSTALL.to_owned()),
        )),
        (false, _) => None,
    }
}

/// Stages a made-up token in a temporary index and has it scanned as the hook does.
fn canary() -> Check {
    match blocks_canary() {
        Ok(true) => ("a canary staged in a temporary index is blocked".to_owned(), None),
        Ok(false) => (
            "a canary staged in a temporary index is NOT blocked".to_owned(),
            Some("`nospill config show --origin` says what switches its rule off".to_owned()),
        ),
        Err(why) => {
            (format!("the canary could not be staged: {why}"), Some("`git status` and `git fsck` may say more".to_owned()))
        }
    }
}

fn blocks_canary() -> Result<bool, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let token =
        fill("token = \"{join:gh:p_}{alnum:30}{crc32}\"\n", &mut Random::new("canary", 1)).map_err(|error| error.to_string())?;
    let file = folder.path().join("canary.txt");
    std::fs::write(&file, token).map_err(|error| error.to_string())?;
    let (index, objects) = (folder.path().join("index"), folder.path().join("objects"));
    std::fs::create_dir(&objects).map_err(|error| error.to_string())?;
    let own = plumbing::output(&["rev-parse", "--path-format=absolute", "--git-path", "objects"]).map_err(|e| e.to_string())?;
    let own = String::from_utf8_lossy(own.trim_ascii_end()).into_owned();
    let current = plumbing::output(&["rev-parse", "--path-format=absolute", "--git-path", "index"]).map_err(|e| e.to_string())?;
    let _ = std::fs::copy(String::from_utf8_lossy(current.trim_ascii_end()).as_ref(), &index);
    let run = |program: &std::ffi::OsStr, args: &[&str]| {
        let mut command = Command::new(program);
        command.args(args).stdin(Stdio::null()).env("GIT_INDEX_FILE", &index);
        // What is made here is never part of the repository.
        command.env("GIT_OBJECT_DIRECTORY", &objects).env("GIT_ALTERNATE_OBJECT_DIRECTORIES", &own);
        command.output().map_err(|error| error.to_string())
    };
    let git = std::ffi::OsStr::new("git");
    let blob = run(git, &["hash-object", "-w", "--no-filters", &file.display().to_string()])?;
    let blob = String::from_utf8_lossy(blob.stdout.trim_ascii_end()).into_owned();
    let staged = run(git, &["update-index", "--add", "--cacheinfo", &format!("100644,{blob},nospill-canary.txt")])?;
    if !staged.status.success() {
        return Err(String::from_utf8_lossy(&staged.stderr).trim().to_owned());
    }
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let ran = run(program.as_os_str(), &["staged", "--format", "json"])?;
    Ok(ran.status.code() == Some(1) && memchr::memmem::find(&ran.stdout, b"nospill-canary.txt").is_some())
}
