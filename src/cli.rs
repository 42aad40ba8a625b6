//! What a person types, a room a group of subcommands. What it means is `settings.rs`.

pub mod doors;
pub mod guard;
pub mod keep;
pub mod report;
pub mod rules;
pub mod scan;
pub mod shard;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use doors::{CiArgs, InstallArgs, ReceiveArgs, UninstallArgs};
use guard::GuardArgs;
use report::ReportArgs;
use rules::{ExplainArgs, RulesArgs};
use scan::{DirArgs, HistoryArgs, ScanArgs, StdinArgs};

/// What `nospill --help` prints: every command, on one screen of thirty lines.
const SCREEN: &str = "Keeps secrets out of git: a gate for commits, a scanner of history and files.

{usage-heading} {usage}

Commit:
  install, uninstall  Wire the pre-commit hook into a repository; take it away
  staged              Scan what is staged for a commit; what the hook runs
  doctor              Check that the hook is installed, runs and blocks
  commit-msg, pre-push, post-merge, pre-receive, update
                      What other hooks run, put there by `install --hook NAME`
Scan:
  history             All objects of a repository's history, each once
  dir, stdin          Files on disk; standard input
  ci                  What a CI run is about: a pull request, a push, or all
  guard               Env files that get out, and what a package would ship
  report              Convert and merge JSON reports
Live with it:
  explain, rules      Why a place is reported or not; list, test, check rules
  allow, baseline     Accept a finding; keep those that were there before
  init, config        Write a .nospill.toml; show, check and import them
  completions, man    For the shell

`nospill help COMMAND` has examples; -V, --version prints the version.{after-help}";

/// Keeps secrets out of git.
#[derive(Debug, Parser)]
#[command(name = "nospill", version, about, arg_required_else_help = true)]
#[command(help_template = SCREEN)]
#[command(after_help = "Exit codes: 0 clean, 1 findings that deny, 2 could not be done, 3 incomplete.

Examples:
  nospill install            wire the pre-commit hook into this repository
  nospill history            scan everything that was ever committed
  nospill dir src config     scan files on disk")]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Wire the pre-commit hook into this repository.
    #[command(after_help = "A hook that is there already is kept and runs first. Hook managers are told, not overwritten.

Examples:
  nospill install
  nospill install --hook pre-commit --hook commit-msg --hook pre-push
  nospill install --hook pre-receive     in a bare repository on a server
  nospill install --global               for every repository of this user
  git -C path/to/repo config core.hooksPath .githooks && nospill install")]
    Install(InstallArgs),
    /// Take the hook away and put a former one back.
    #[command(after_help = "Examples:
  nospill uninstall")]
    Uninstall(UninstallArgs),
    /// Scan what is staged for the next commit.
    #[command(after_help = "Only findings on lines that the commit adds deny.

Examples:
  nospill staged
  nospill staged --format json > report.json")]
    Staged(ScanArgs),
    /// Scan files on disk.
    #[command(after_help = "Hidden files are scanned, .git is not. What .gitignore names is left out unless git tracks it.
Archives are opened: zip and its kin (jar, whl, docx, apk), tar, gzip, zstd, xz, bzip2, container images; findings name \
OUTER!INNER:LINE.
A glob without / is matched against the file name, any other against the whole path.

Examples:
  nospill dir
  nospill dir --no-ignore build/ config/app.yaml
  nospill dir --exclude 'vendor/' --exclude '*.min.js' --max-size 50MB
  nospill dir --include '*.{yaml,yml,json}' deploy
  docker save app:latest -o app.tar && nospill dir app.tar
  nospill dir --format json --threads 2 . > report.json")]
    Dir(DirArgs),
    /// Scan all objects of a repository's history, each once.
    #[command(
        after_help = "Every secret is reported once for each path, with the commit that brought it in, and whether HEAD still has it.

Examples:
  nospill history                        everything that branches, tags and other refs reach
  nospill history origin/main..HEAD      what a range of commits adds
  nospill history --since=2.weeks --branch main
  nospill history --cache .cache/nospill every night: only new objects are read
  nospill history --include reflog,stash,unreachable --format json > report.json"
    )]
    History(HistoryArgs),
    /// Scan standard input.
    #[command(after_help = "Examples:
  kubectl get secret -o yaml | nospill stdin
  git diff main | nospill stdin            (a diff: what it adds, at the files' lines)")]
    Stdin(StdinArgs),
    /// Scan a commit's message; what the commit-msg hook runs.
    #[command(after_help = "Lines that git will strip, comments and all below the scissors, are not scanned.

Examples:
  nospill commit-msg .git/COMMIT_EDITMSG")]
    CommitMsg {
        /// The file that holds the message.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// What every scan takes.
        #[command(flatten)]
        scan: ScanArgs,
    },
    /// Scan what a push would bring; what the pre-push hook runs.
    #[command(after_help = "Reads a line a ref on standard input: LOCAL-REF LOCAL-OBJECT REMOTE-REF REMOTE-OBJECT.

Examples:
  git push                               with the hook of `nospill install --hook pre-push`")]
    PrePush {
        /// The remote's name, or its address where it has none.
        #[arg(value_name = "REMOTE")]
        remote: Option<String>,
        /// Its address.
        #[arg(value_name = "URL")]
        url: Option<String>,
        /// What every scan takes.
        #[command(flatten)]
        scan: ScanArgs,
    },
    /// Scan what a merge brought; what the post-merge hook runs.
    #[command(after_help = "Examples:
  nospill post-merge")]
    PostMerge {
        /// 1 after a squash merge, as git says.
        #[arg(value_name = "SQUASH")]
        squash: Option<String>,
        /// What every scan takes.
        #[command(flatten)]
        scan: ScanArgs,
    },
    /// Scan a push on the server; what the pre-receive hook runs.
    #[command(after_help = "Reads a line a ref on standard input: OLD-OBJECT NEW-OBJECT REF.
Objects in quarantine are read where they are. When the deadline passes the push is refused \
with exit 3, because not everything was scanned.

Examples:
  nospill install --hook pre-receive     in the bare repository")]
    PreReceive(ReceiveArgs),
    /// Scan what a push brings to one ref; what the update hook runs.
    #[command(after_help = "Examples:
  nospill install --hook update          in the bare repository")]
    Update {
        /// The ref.
        #[arg(value_name = "REF")]
        name: String,
        /// What it pointed to.
        #[arg(value_name = "OLD")]
        old: String,
        /// What it is to point to.
        #[arg(value_name = "NEW")]
        new: String,
        /// As the whole push.
        #[command(flatten)]
        receive: ReceiveArgs,
    },
    /// Scan what a CI run is about: a pull request, a push, or all.
    #[command(
        after_help = "Known by their variables: Azure Pipelines, GitHub Actions, GitLab CI, Jenkins, Bitbucket, CircleCI, Buildkite, TeamCity. A pull request is held to its target, a push to the commit before it, a new branch or tag to the default branch; a scheduled run scans the whole history.

Examples:
  nospill ci
  nospill ci --plan                      only say which revisions that is
  nospill ci --base origin/main --output sarif=nospill.sarif"
    )]
    Ci(CiArgs),
    /// Find env files that get out, and scan what a package would ship.
    #[command(subcommand_required = true, arg_required_else_help = true, disable_help_subcommand = true)]
    #[command(after_help = "Examples:
  nospill guard env --fix
  nospill guard package")]
    Guard(GuardArgs),
    /// Convert and merge JSON reports.
    #[command(subcommand_required = true, arg_required_else_help = true, disable_help_subcommand = true)]
    #[command(after_help = "Examples:
  nospill report convert report.json --format sarif > report.sarif
  nospill report merge part-*.json --format json > report.json")]
    Report(ReportArgs),
    /// List, show, test and check rules.
    #[command(subcommand_required = true, arg_required_else_help = true, disable_help_subcommand = true)]
    #[command(after_help = "Examples:
  nospill rules list --family azure
  nospill rules check")]
    Rules(RulesArgs),
    /// Say what a rule looks for, or why a place is reported or not.
    #[command(
        after_help = "A place is explained as a scan would judge it: for every candidate on the line the rule, what each check said, and what became of it. Secrets stay masked. What is not on disk is looked for in the index and the history.

Exit codes: 0 explained, 2 no such rule, place or finding.

Examples:
  nospill explain azure-storage-key
  nospill explain deploy/settings.py:14
  nospill explain v1:0123456789abcdef0123456789abcdef"
    )]
    Explain(ExplainArgs),
    /// Write a commented .nospill.toml to start from.
    #[command(after_help = "Examples:
  nospill init")]
    Init,
    /// Accept a finding: writes an entry into .nospill.toml.
    #[command(after_help = "The entry is about that secret at that path, whatever line it moves to.

Examples:
  nospill allow src/settings.py:14 --reason 'key of the test server' --owner ada@example.org
  nospill allow v1:0123456789abcdef0123456789abcdef --reason revoked --expires 2027-01-31")]
    Allow(keep::AllowArgs),
    /// Keep the file of findings that were there before.
    #[command(subcommand_required = true, arg_required_else_help = true, disable_help_subcommand = true)]
    #[command(after_help = "Examples:
  nospill baseline create && git add .nospill.baseline
  nospill baseline diff")]
    Baseline(keep::BaselineArgs),
    /// Show, check and import configurations.
    #[command(subcommand_required = true, arg_required_else_help = true, disable_help_subcommand = true)]
    #[command(after_help = "Examples:
  nospill config show --origin
  nospill config check")]
    Config(keep::ConfigArgs),
    /// Check that the hook is installed, runs and blocks.
    #[command(after_help = "Exit codes: 0 all is well, 1 something is not; each comes with the command that mends it.

Examples:
  nospill doctor
  nospill doctor --ci")]
    Doctor(keep::DoctorArgs),
    /// Print completions for a shell.
    #[command(after_help = "Examples:
  nospill completions bash > ~/.local/share/bash-completion/completions/nospill
  nospill completions fish > ~/.config/fish/completions/nospill.fish")]
    Completions {
        /// Which shell.
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Write man pages into a folder.
    #[command(after_help = "Examples:
  nospill man ~/.local/share/man/man1")]
    Man {
        /// The folder; it is made where it is missing.
        #[arg(value_name = "DIR")]
        dir: PathBuf,
    },
}
