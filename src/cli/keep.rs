//! What a person types to live with findings: configuration, allow entries, baselines, checks of the installation.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::scan::LayerArgs;

/// What `allow` takes.
#[derive(Debug, Args)]
pub struct AllowArgs {
    /// PATH:LINE of a finding, or its fingerprint (v1:…): on disk, staged, or anywhere in the history.
    #[arg(value_name = "FINGERPRINT | PATH:LINE")]
    pub what: OsString,
    /// Why it is no danger.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// The last day on which it counts: 2027-01-31.
    #[arg(long, value_name = "DATE")]
    pub expires: Option<String>,
    /// Who answers for it.
    #[arg(long, value_name = "WHO")]
    pub owner: Option<String>,
    /// Only this rule, where a line has findings of several.
    #[arg(long, value_name = "ID")]
    pub rule: Option<String>,
}

/// What `baseline` takes.
#[derive(Debug, Args)]
pub struct BaselineArgs {
    /// What to do with the baseline.
    #[command(subcommand)]
    pub command: BaselineCommand,
}

/// What the commands of `baseline` have in common.
#[derive(Clone, Debug, Args)]
pub struct KnownArgs {
    /// Look at the history instead of the files on disk.
    #[arg(long)]
    pub history: bool,
    /// Other layers of the configuration.
    #[command(flatten)]
    pub layers: LayerArgs,
}

/// The subcommands of `baseline`.
#[derive(Debug, Subcommand)]
pub enum BaselineCommand {
    /// Write the findings of today into a new file.
    #[command(after_help = "Examples:
  nospill baseline create
  nospill baseline create --history
  nospill baseline create --from gitleaks-report.json
  nospill baseline create --from .secrets.baseline")]
    Create {
        /// Only what another scanner's baseline knows: a JSON report of gitleaks, a .gitleaksignore, a .secrets.baseline.
        #[arg(long, value_name = "FILE")]
        from: Option<PathBuf>,
        /// What is looked at.
        #[command(flatten)]
        known: KnownArgs,
    },
    /// Add new findings; with --renames, write down where known ones went.
    #[command(after_help = "Examples:
  nospill baseline update
  nospill baseline update --renames    after files moved")]
    Update {
        /// Entries whose finding now stands at another path get that path; nothing else is added.
        #[arg(long)]
        renames: bool,
        /// What is looked at.
        #[command(flatten)]
        known: KnownArgs,
    },
    /// Take out entries that nothing matches any more; what was not looked at stays.
    #[command(
        after_help = "Entries stay, and are named, whose file is not on disk (--history looks at the history, too), is excluded or
can't be read. A baseline that was made or updated with --history covers commits, too, as its first line says: without --history
nothing is taken out of it, since a commit may hold what a file does not.

Exit codes: 0 done, 3 something could not be scanned.

Examples:
  nospill baseline prune
  nospill baseline prune --history"
    )]
    Prune(KnownArgs),
    /// Go through what is not known yet, one by one.
    #[command(
        after_help = "Answers: k keeps it in the baseline, a allows it with a reason, f marks it a false positive, v shows the \
secret, s skips, q ends. Everything decided is written at once.

Examples:
  nospill baseline audit"
    )]
    Audit(KnownArgs),
    /// List what is new (+) and what is gone (-); exit 1 when something is new.
    #[command(after_help = "Examples:
  nospill baseline diff")]
    Diff(KnownArgs),
    /// Merge three versions of the file, as git's merge drivers do.
    #[command(after_help = "Examples:
  nospill install --merge-driver         sets it for this clone
  echo '/.nospill.baseline merge=nospill-baseline' >> .gitattributes")]
    Merge {
        /// The common ancestor.
        base: PathBuf,
        /// Our version; the result is written here.
        ours: PathBuf,
        /// Their version.
        theirs: PathBuf,
    },
}

/// What `config` takes.
#[derive(Debug, Args)]
pub struct ConfigArgs {
    /// What to do with the configuration.
    #[command(subcommand)]
    pub command: ConfigCommand,
}

/// The subcommands of `config`.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print what is in force.
    #[command(after_help = "Examples:
  nospill config show
  nospill config show --origin")]
    Show {
        /// Say of every value which file and line it is from.
        #[arg(long)]
        origin: bool,
        /// Other layers of the configuration.
        #[command(flatten)]
        layers: LayerArgs,
    },
    /// Find what is wrong or useless in it: unknown keys, names that no rule has, allow entries that nothing uses.
    #[command(after_help = "Exit codes: 0 nothing, 1 something useless, 2 something wrong.

Examples:
  nospill config check
  nospill config check --history    allow entries of commits count only there")]
    Check(KnownArgs),
    /// Print the JSON Schema of .nospill.toml, for editors.
    #[command(after_help = "Examples:
  nospill config schema > nospill.schema.json")]
    Schema,
    /// Print another scanner's configuration as one for .nospill.toml; what can't be carried over is listed.
    #[command(after_help = "Baselines are imported by `nospill baseline create --from FILE`.

Examples:
  nospill config import gitleaks .gitleaks.toml >> .nospill.toml
  nospill config import git-allowed .gitallowed
  nospill config import talisman .talismanrc
  nospill config import secretlint .secretlintignore")]
    Import {
        /// Whose file it is.
        #[arg(value_enum)]
        tool: Tool,
        /// The file.
        file: PathBuf,
    },
}

/// Scanners whose configuration can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Tool {
    /// .gitleaks.toml.
    Gitleaks,
    /// The filters of a .secrets.baseline.
    DetectSecrets,
    /// git-secrets' .gitallowed.
    GitAllowed,
    /// .talismanrc.
    Talisman,
    /// .secretlintrc.json, .secretlintrc.yml, .secretlintignore.
    Secretlint,
}

/// What `doctor` takes.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// For a pipeline: no hook is needed there, the whole history is.
    #[arg(long)]
    pub ci: bool,
}
