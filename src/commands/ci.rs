//! `nospill ci`: what the CI server's run is about, in the format that the server reads.

pub mod depth;
pub mod plan;
mod properties;
pub mod provider;

use std::time::Instant;

use serde_json::Value;

use self::plan::{Clone, Plan, Revisions, Trigger, revisions};
use self::provider::{Sources, plan};
use super::history;
use super::setup::{self, Place};
use crate::cli::doors::CiArgs;
use crate::cli::scan::{HistoryArgs, ScanArgs};
use crate::error::{CommandError, Kind};
use crate::exit::Exit;
use crate::pipeline::Outcome;
use crate::report::annotations;
use crate::settings::Settings;
use crate::source::plumbing;
use crate::source::range::Brought;
use crate::source::reader;
use crate::source::repository::resolve;
use crate::types::notice::Notice;

/// Events of GitHub are small; more is none.
const LARGEST_EVENT: u64 = 64 << 20;

/// Scans what the run is about.
///
/// # Errors
/// No CI server is known and no base was given, no repository, or a wrong configuration.
pub fn run(args: CiArgs) -> Result<Exit, CommandError> {
    let var = |name: &str| std::env::var(name).ok();
    let event = event();
    let parameters = properties::of_build();
    let found = plan(&Sources { var: &var, event: &event, parameter: &|name| parameters.get(name).cloned() });
    let has = |revision: &str| resolve(&format!("{revision}^{{commit}}")).is_some();
    let is_same = |one: &str, other: &str| {
        let commit = |revision: &str| resolve(&format!("{revision}^{{commit}}"));
        commit(one).is_some_and(|commit_of_one| commit(other) == Some(commit_of_one))
    };
    let brought = brought(found.as_ref().and_then(|plan| plan.name.as_deref()));
    let mut scan = args.scan;
    if scan.format.is_none() {
        scan.format = found.as_ref().map(|plan| plan.provider.format());
    }
    let named = args.base.as_ref().filter(|base| !base.is_empty());
    let wanted = match (named, found) {
        (Some(base), found) => {
            if !has(base) {
                return incomplete(base, scan, args.plan);
            }
            let head = args.head.unwrap_or_else(|| found.map_or_else(|| "HEAD".to_owned(), |plan| plan.head));
            Revisions { revisions: vec![head, format!("^{base}")], why: format!("what comes after {base}") }
        }
        (None, Some(found)) => {
            let found = adjusted(found, args.head, args.default_branch);
            let wanted = match revisions(&found, &Clone { has: &has, default_branch: &default_branch, is_same: &is_same }) {
                Ok(wanted) => wanted,
                Err(base) => return incomplete(&base, scan, args.plan),
            };
            say(&format!("{}: {}", found.provider.as_str(), wanted.why));
            wanted
        }
        (None, None) => {
            return Err(CommandError::new(Kind::User, "no CI server is known by its variables")
                .hint("say what is to be scanned: `nospill ci --base origin/main`, or `nospill history` for everything"));
        }
    };
    if args.plan {
        let text = if wanted.revisions.is_empty() { "--all".to_owned() } else { wanted.revisions.join(" ") };
        super::say(&format!("{text}\n"))?;
        return Ok(Exit::Clean);
    }
    let scan = held_to(wanted.base(), scan);
    history::of_push(HistoryArgs { scan, shard: args.shard, ..HistoryArgs::of(wanted.revisions) }, brought)
}

/// With the configuration and the baseline of the base, unless another commit's are asked for: a change can't allow itself.
fn held_to(base: Option<&str>, mut scan: ScanArgs) -> ScanArgs {
    if let (None, Some(base)) = (&scan.layers.config_from, base) {
        say(&format!("configuration and baseline are those of {base} (--config-from HEAD: the change's own)"));
        scan.layers.config_from = Some(base.to_owned());
    }
    scan
}

/// The default branch of the remote, as far as this clone knows it.
fn default_branch() -> Option<String> {
    let name = plumbing::output(&["symbolic-ref", "--quiet", "refs/remotes/origin/HEAD"]).ok()?;
    let name = std::str::from_utf8(name.trim_ascii()).ok()?;
    name.strip_prefix("refs/remotes/origin/").map(str::to_owned)
}

/// The branch or tag of a run, and the object that an annotated tag is.
fn brought(name: Option<&str>) -> Brought {
    let objects = name.and_then(|name| resolve(&format!("refs/tags/{name}")));
    Brought { refs: name.into_iter().map(str::to_owned).collect(), objects: objects.into_iter().collect() }
}

fn adjusted(plan: Plan, head: Option<String>, default_branch: Option<String>) -> Plan {
    let trigger = match plan.trigger {
        // A named head is about what it adds, whatever started the run.
        Trigger::Full if head.is_some() => Trigger::New,
        other => other,
    };
    Plan {
        trigger,
        // Another head is not what the server speaks of.
        is_default: plan.is_default && head.is_none(),
        head: head.unwrap_or(plan.head),
        default_branch: default_branch.filter(|branch| !branch.is_empty()).or(plan.default_branch),
        ..plan
    }
}

/// GitHub's event; null where there is none.
fn event() -> Value {
    let Some(path) = std::env::var_os("GITHUB_EVENT_PATH") else { return Value::Null };
    let is_small = std::fs::metadata(&path).is_ok_and(|metadata| metadata.len() <= LARGEST_EVENT);
    let text = if is_small { reader::own(&path).unwrap_or_default() } else { Vec::new() };
    serde_json::from_slice(&text).unwrap_or(Value::Null)
}

/// Says in the server's format and in every report asked for that nothing could be scanned.
///
/// # Errors
/// The base is missing because git refuses the whole repository, or is not there itself.
fn incomplete(base: &str, scan: ScanArgs, is_plan: bool) -> Result<Exit, CommandError> {
    let started = Instant::now();
    plumbing::usable()?;
    let why = format!("{base} is not in this clone, so what is new can't be told; nothing was scanned");
    say(&format!("incomplete: {why}"));
    say(&format!("to mend: {}", depth::deepen()));
    if is_plan {
        return Ok(Exit::Incomplete);
    }
    let settings = Settings::new(scan)?;
    let pipeline = setup::here(&settings, Place::Commits)?;
    let notices = vec![Notice::skipped("", format!("{why}; {}", depth::deepen()))];
    super::scan::report(&settings, &pipeline, Outcome { notices, ..Outcome::default() }, started)
}

fn say(text: &str) {
    super::note(&annotations::disarm(text));
}
