//! What a person, a hook or a server types at the doors of a repository: `install`, `pre-receive`, `ci`.

use clap::{Args, ValueEnum};

use super::scan::ScanArgs;
use super::shard::ShardArg;
use crate::hook::HookKind;

/// What `install` takes.
#[derive(Debug, Args)]
pub struct InstallArgs {
    /// The hooks, with commas or by several flags [default: pre-commit].
    #[arg(long, value_enum, value_delimiter = ',', value_name = "HOOK")]
    pub hook: Vec<HookName>,
    /// For every repository of this user: sets core.hooksPath to a folder whose hooks run the repository's own first.
    #[arg(long, conflicts_with = "template")]
    pub global: bool,
    /// For every repository made or cloned from now on: puts the hook into git's template.
    #[arg(long)]
    pub template: bool,
    /// Have git merge the baseline entry by entry: sets a merge driver in this clone's configuration.
    #[arg(long, conflicts_with_all = ["global", "template"])]
    pub merge_driver: bool,
}

/// What `uninstall` takes.
#[derive(Debug, Args)]
pub struct UninstallArgs {
    /// Take away what `install --global` put there.
    #[arg(long, conflicts_with = "template")]
    pub global: bool,
    /// Take away what `install --template` put there; repositories that were made meanwhile keep their copies.
    #[arg(long)]
    pub template: bool,
}

/// Hooks that nospill can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum HookName {
    /// Scans what is staged.
    PreCommit,
    /// Scans the message.
    CommitMsg,
    /// Says what a merge brought in.
    PostMerge,
    /// Scans what the remote lacks.
    PrePush,
    /// On a server: scans a push.
    PreReceive,
    /// On a server: scans a push, ref by ref.
    Update,
}

impl HookName {
    /// The hook that is meant.
    pub const fn kind(self) -> HookKind {
        match self {
            Self::PreCommit => HookKind::PreCommit,
            Self::CommitMsg => HookKind::CommitMsg,
            Self::PostMerge => HookKind::PostMerge,
            Self::PrePush => HookKind::PrePush,
            Self::PreReceive => HookKind::PreReceive,
            Self::Update => HookKind::Update,
        }
    }
}

/// What the hooks of a server take.
#[derive(Debug, Args)]
pub struct ReceiveArgs {
    /// Seconds after which the push is refused as not scanned.
    #[arg(long, value_name = "SECONDS", env = "NOSPILL_DEADLINE", value_parser = clap::value_parser!(u64).range(1..))]
    pub deadline: Option<u64>,
    /// What every scan takes.
    #[command(flatten)]
    pub scan: ScanArgs,
}

/// What `ci` takes.
#[derive(Debug, Args)]
pub struct CiArgs {
    /// What is known already, instead of what the server says.
    #[arg(long, value_name = "REV", env = "NOSPILL_BASE")]
    pub base: Option<String>,
    /// What is scanned, instead of what is checked out.
    #[arg(long, value_name = "REV")]
    pub head: Option<String>,
    /// The branch that new branches start from, where the server does not say.
    #[arg(long, value_name = "BRANCH", env = "NOSPILL_DEFAULT_BRANCH")]
    pub default_branch: Option<String>,
    /// Print the revisions as `nospill history` takes them, and scan nothing.
    #[arg(long)]
    pub plan: bool,
    /// Do one of N equal parts, K from 1 on; `auto` asks the server's variables. `nospill report merge` joins JSON reports.
    #[arg(long, value_name = "K/N")]
    pub shard: Option<ShardArg>,
    /// What every scan takes.
    #[command(flatten)]
    pub scan: ScanArgs,
}
