//! Puts the hook into a repository and takes it away again.
//!
//! Everything that can be refused is found out before the first change. The hook is written beside its place and renamed into
//! it, so that git meets the hook of before or the hook of after, never half of one. Installing twice changes nothing.

use std::fs;
use std::path::{Path, PathBuf};

use super::chain::{self, Former};
use super::manager::{Advice, Manager};
use super::script::{self, State};
use super::site::HookSite;
use super::{HookError, HookKind};

/// What to install.
#[derive(Clone, Debug)]
pub struct InstallOptions {
    /// The nospill program, absolute: what the hook calls when PATH has none.
    pub binary: PathBuf,
    /// The hooks to install.
    pub kinds: Vec<HookKind>,
}

/// What `install` did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    /// One for each kind asked for, in that order.
    pub hooks: Vec<InstalledHook>,
    /// What the person should know besides.
    pub notes: Vec<Note>,
}

/// A hook that is in place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstalledHook {
    /// Which.
    pub kind: HookKind,
    /// Its file.
    pub path: PathBuf,
    /// What was done.
    pub change: Change,
    /// The former hook that is kept beside it, when there is one.
    pub former: Option<Former>,
}

/// What was done to a hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Written where nospill had none.
    Written,
    /// An earlier nospill hook was brought up to date.
    Updated,
    /// It was as it should be; nothing was touched.
    Unchanged,
    /// Nothing was touched, because a hook manager generates the hook and its configuration names nospill.
    RunBy {
        /// The manager.
        manager: Manager,
        /// Its configuration.
        file: PathBuf,
    },
}

/// What `uninstall` did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removed {
    /// One for each kind, in order.
    pub hooks: Vec<RemovedHook>,
    /// What the person should know besides.
    pub notes: Vec<Note>,
}

/// A hook that is not nospill's any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemovedHook {
    /// Which.
    pub kind: HookKind,
    /// Its file.
    pub path: PathBuf,
    /// What was done.
    pub removal: Removal,
}

/// What was done to take a hook away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// Removed; there was no hook before.
    Removed,
    /// The former hook is back in place.
    Restored,
    /// nospill was not installed; nothing was touched.
    NotInstalled,
}

/// Something to say about an installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// The hooks directory is outside the repository: the hook counts for every repository that uses it.
    Shared(PathBuf),
    /// The hooks directory is in the work tree: git shows the hook as a file to commit, with a path of this machine in it.
    InWorkTree(PathBuf),
    /// A hook manager is configured but has not generated this hook; when it does, nospill's is replaced.
    ManagerConfigured(Manager, Advice),
    /// A hook manager's configuration runs nospill.
    ManagerRuns(Manager, PathBuf),
    /// Another tool moved nospill's hook here and may still run it.
    MovedAside(PathBuf),
    /// The hook was a link to this script of nospill's. Others may lead there, so it stays.
    LinkedTo(PathBuf),
    /// A former hook is kept here, but the hook in place is not nospill's and does not run it.
    FormerLeft(PathBuf),
}

/// Installs the hooks.
///
/// A hook that is already there is kept and runs first; see [`chain`]. One that a hook manager generates is refused.
///
/// # Errors
/// Any [`HookError`]. When one of several hooks cannot be written, those before it stay; installing again goes on there.
pub fn install(site: &HookSite, options: &InstallOptions) -> Result<Installed, HookError> {
    if !options.binary.is_absolute() {
        return Err(HookError::RelativeBinary(options.binary.clone()));
    }
    check_place(site, &options.kinds)?;
    let missing = missing_levels(&site.hooks_dir);
    let dirs = missing.max(recorded_levels(site)?);
    let plans: Vec<Plan> = options.kinds.iter().map(|&kind| plan(site, &options.binary, kind, dirs)).collect::<Result<_, _>>()?;
    let notes = notes(site, &plans);
    if plans.iter().any(|plan| plan.script.is_some()) {
        let made = fs::create_dir_all(&site.hooks_dir).map_err(HookError::io("create", &site.hooks_dir));
        made.inspect_err(|_| remove_empty(&site.hooks_dir, missing))?;
    }
    let hooks = plans.into_iter().map(apply).collect::<Result<_, _>>();
    let hooks = hooks.inspect_err(|_| remove_empty(&site.hooks_dir, missing))?;
    Ok(Installed { hooks, notes })
}

/// Takes away the hooks of `kinds` that nospill installed and puts former ones back, byte for byte, with their mode.
/// Directories that `install` made go too, when they are empty.
///
/// # Errors
/// [`HookError::Edited`] when a hook was changed since: nothing is taken away then. [`HookError::Io`].
pub fn uninstall(site: &HookSite, kinds: &[HookKind]) -> Result<Removed, HookError> {
    let states = kinds.iter().map(|&kind| Ok((kind, read_state(&site.hook(kind))?))).collect::<Result<Vec<_>, HookError>>()?;
    if let Some((kind, _)) = states.iter().find(|(_, state)| *state == State::Edited) {
        return Err(HookError::Edited(site.hook(*kind)));
    }
    let (mut hooks, mut notes) = (Vec::new(), Vec::new());
    let dirs = recorded_levels(site)?;
    for (kind, state) in states {
        let path = site.hook(kind);
        let target = linked_to(&path).filter(|_| matches!(state, State::Ours { .. }));
        let removal = take_away(&path, state)?;
        notes.extend(target.map(Note::LinkedTo));
        if removal == Removal::NotInstalled {
            notes.extend(chain::kept(&path)?.map(|former| Note::FormerLeft(former.path)));
        }
        notes.extend(moved_aside(&path));
        let runs = Manager::ALL.iter().filter_map(|&manager| Some(Note::ManagerRuns(manager, manager.runs_nospill(site, kind)?)));
        notes.extend(runs);
        hooks.push(RemovedHook { kind, path, removal });
    }
    if recorded_levels(site)? < dirs {
        remove_empty(&site.hooks_dir, dirs);
    }
    Ok(Removed { hooks, notes })
}

fn take_away(hook: &Path, state: State) -> Result<Removal, HookError> {
    let former = chain::kept(hook)?;
    match (state, former) {
        (State::Ours { .. } | State::Absent, Some(former)) => {
            chain::put_back(hook).map_err(HookError::io("rename", former.path))?;
            Ok(Removal::Restored)
        }
        (State::Ours { .. }, None) => {
            fs::remove_file(hook).map_err(HookError::io("delete", hook))?;
            Ok(Removal::Removed)
        }
        _ => Ok(Removal::NotInstalled),
    }
}

/// What is to be done to one hook; `script` when a file is to be written.
struct Plan {
    hook: InstalledHook,
    script: Option<Vec<u8>>,
    keep: bool,
}

fn plan(site: &HookSite, binary: &Path, kind: HookKind, dirs: u32) -> Result<Plan, HookError> {
    let path = site.hook(kind);
    if let Some(manager) = Manager::in_charge(site, kind) {
        let Some(file) = manager.runs_nospill(site, kind) else {
            return Err(HookError::Managed { manager, hook: path, advice: manager.advice(site, kind) });
        };
        let change = Change::RunBy { manager, file };
        return Ok(Plan { hook: InstalledHook { kind, path, change, former: None }, script: None, keep: false });
    }
    let former = chain::kept(&path)?;
    let script = script::render(kind, binary, dirs);
    let (change, former, keep) = match (read_state(&path)?, former) {
        (State::Absent, former) => (Change::Written, former, false),
        (State::Ours { .. }, former) => {
            let current = super::read(&path).map_err(HookError::io("read", &path))?;
            let same = current == script && script::is_executable(&path);
            (if same { Change::Unchanged } else { Change::Updated }, former, false)
        }
        (State::Foreign, None) => {
            let former = Former { path: chain::former_of(&path), is_active: script::is_executable(&path) };
            (Change::Written, Some(former), true)
        }
        (State::Foreign, Some(former)) => return Err(HookError::FormerKept { hook: path, former: former.path }),
        (State::Edited, _) => return Err(HookError::Edited(path)),
        (State::NotAFile, _) => return Err(HookError::NotAFile(path)),
    };
    let script = (change != Change::Unchanged).then_some(script);
    Ok(Plan { hook: InstalledHook { kind, path, change, former }, script, keep })
}

fn apply(plan: Plan) -> Result<InstalledHook, HookError> {
    let Plan { hook, script, keep } = plan;
    let Some(script) = script else { return Ok(hook) };
    // A link to a script of nospill's stays one, as where a dotfile manager keeps it: what it leads to is replaced.
    let place = if keep { None } else { linked_to(&hook.path) };
    let place = place.as_deref().unwrap_or(&hook.path);
    let dir = place.parent().unwrap_or(place);
    let staged = script::stage(dir, &script).map_err(HookError::io("write a file in", dir))?;
    if keep {
        chain::keep(&hook.path).map_err(HookError::io("rename", &hook.path))?;
    }
    if let Err(error) = staged.persist(place) {
        if keep {
            chain::undo(&hook.path).map_err(HookError::io("rename back", chain::former_of(&hook.path)))?;
        }
        return Err(HookError::io("write", place)(error.error));
    }
    Ok(hook)
}

/// The file that a hook is a link to, through all links.
fn linked_to(hook: &Path) -> Option<PathBuf> {
    fs::symlink_metadata(hook).ok().filter(fs::Metadata::is_symlink).and_then(|_| hook.canonicalize().ok())
}

/// That git would run hooks of these kinds from the hooks directory.
fn check_place(site: &HookSite, kinds: &[HookKind]) -> Result<(), HookError> {
    if let Some(&kind) = kinds.iter().find(|kind| kind.needs_work_tree())
        && site.work_tree.is_none()
    {
        return Err(HookError::Bare { kind, git_dir: site.git_common_dir.clone() });
    }
    let nearest = site.hooks_dir.ancestors().find(|path| path.exists());
    match nearest.filter(|path| !path.is_dir()) {
        Some(path) => Err(HookError::NotADirectory(path.to_owned())),
        None => Ok(()),
    }
}

fn read_state(hook: &Path) -> Result<State, HookError> {
    script::state(hook).map_err(HookError::io("read", hook))
}

/// How many directories are missing, from `dir` upwards.
fn missing_levels(dir: &Path) -> u32 {
    dir.ancestors().take_while(|path| !path.exists()).count() as u32
}

/// How many directories an earlier installation made, as its hooks recorded.
fn recorded_levels(site: &HookSite) -> Result<u32, HookError> {
    let mut levels = 0;
    for &kind in HookKind::ALL {
        if let State::Ours { dirs } = read_state(&site.hook(kind))? {
            levels = levels.max(dirs);
        }
    }
    Ok(levels)
}

/// Removes up to `levels` directories from `dir` upwards; the first that is not empty ends it.
fn remove_empty(dir: &Path, levels: u32) {
    for path in dir.ancestors().take(levels as usize) {
        match fs::remove_dir(path) {
            Err(error) if !script::is_absence(&error) => break,
            _ => {}
        }
    }
}

fn notes(site: &HookSite, plans: &[Plan]) -> Vec<Note> {
    let mut notes = Vec::new();
    for plan in plans.iter().filter(|plan| !matches!(plan.hook.change, Change::RunBy { .. })) {
        let kind = plan.hook.kind;
        for &manager in Manager::ALL.iter().filter(|manager| !manager.configuration(site, kind).is_empty()) {
            notes.push(match manager.runs_nospill(site, kind) {
                Some(file) => Note::ManagerRuns(manager, file),
                None => Note::ManagerConfigured(manager, manager.advice(site, kind)),
            });
        }
        notes.extend(moved_aside(&plan.hook.path));
    }
    if plans.iter().any(|plan| plan.script.is_some()) {
        let dir = site.hooks_dir.clone();
        if site.is_shared() {
            notes.push(Note::Shared(dir));
        } else if site.is_in_work_tree() {
            notes.push(Note::InWorkTree(dir));
        }
    }
    notes
}

/// Where pre-commit and lefthook put a hook that they found, when that is nospill's.
fn moved_aside(hook: &Path) -> Option<Note> {
    let moved = ["legacy", "old"].map(|extension| hook.with_extension(extension));
    let ours = |path: &PathBuf| matches!(script::state(path), Ok(State::Ours { .. } | State::Edited));
    moved.into_iter().find(ours).map(Note::MovedAside)
}
