//! What a person types. What it means is `settings.rs`.

pub mod keep;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Keeps secrets out of git.
#[derive(Debug, Parser)]
#[command(name = "nospill", version, about, disable_help_subcommand = true, arg_required_else_help = true)]
#[command(after_help = "Exit codes: 0 clean, 1 findings that deny, 2 the job could not be done, 3 incomplete.

Examples:
  nospill install            wire the pre-commit hook into this repository
  nospill staged             scan what is staged, as the hook does
  nospill history            scan everything that was ever committed
  nospill dir src config     scan files on disk
  git log -p | nospill stdin
  nospill explain github-pat what a rule finds, and what to do")]
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
  git -C path/to/repo config core.hooksPath .githooks && nospill install")]
    Install,
    /// Take the hook away and put a former one back.
    #[command(after_help = "Examples:
  nospill uninstall")]
    Uninstall,
    /// Scan what is staged for the next commit.
    #[command(after_help = "Only findings on lines that the commit adds deny.

Examples:
  nospill staged
  nospill staged --format json > report.json")]
    Staged(ScanArgs),
    /// Scan files on disk.
    #[command(after_help = "Hidden files are scanned, .git is not.

Examples:
  nospill dir
  nospill dir --no-ignore build/ config/app.yaml
  nospill dir --format json --threads 2 . > report.json")]
    Dir(DirArgs),
    /// Scan all objects of a repository's history, each once.
    #[command(
        after_help = "Every secret is reported once for each path, with the commit that brought it in, and whether HEAD still has it.

Examples:
  nospill history                        everything that branches, tags and other refs reach
  nospill history origin/main..HEAD      what a range of commits adds
  nospill history --since=2.weeks --branch main
  nospill history --include reflog,stash,unreachable --format json > report.json"
    )]
    History(HistoryArgs),
    /// Scan standard input.
    #[command(after_help = "Examples:
  kubectl get secret -o yaml | nospill stdin")]
    Stdin(ScanArgs),
    /// List, show, test and check rules.
    #[command(subcommand_required = true, arg_required_else_help = true, disable_help_subcommand = true)]
    #[command(after_help = "Examples:
  nospill rules list --family azure
  nospill rules check")]
    Rules(RulesArgs),
    /// Say what a rule looks for and what to do, or why a place is reported or not.
    #[command(
        after_help = "A place is explained as a scan would judge it: for every candidate on the line the rule, what each check said, and what became of it. Secrets stay masked. A fingerprint is looked for below the current folder; it holds the path, so start where the scan started.

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
    /// Accept a finding, with a reason: writes an entry into .nospill.toml.
    #[command(after_help = "The entry is about that secret at that path, whatever line it moves to.

Examples:
  nospill allow src/settings.py:14 --reason 'key of the test server'
  nospill allow v1:0123456789abcdef0123456789abcdef --reason 'revoked' --owner ada@example.org --expires 2027-01-31")]
    Allow(keep::AllowArgs),
    /// Keep the file of findings that were there before: create, update, prune, audit, diff.
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

/// What `rules` takes.
#[derive(Debug, Args)]
pub struct RulesArgs {
    /// What to do with rules.
    #[command(subcommand)]
    pub command: RulesCommand,
}

/// The subcommands of `rules`.
#[derive(Debug, Subcommand)]
pub enum RulesCommand {
    /// Every rule: id, severity, confidence, title.
    #[command(after_help = "Rules of .nospill.toml are of the family `custom`.

Examples:
  nospill rules list
  nospill rules list --family azure
  nospill rules list --format json > rules.json")]
    List {
        /// Only rules of this family.
        #[arg(long, value_name = "FAMILY")]
        family: Option<String>,
        /// How the list is written.
        #[arg(long, value_enum, default_value_t = Format::Human)]
        format: Format,
        /// Read this configuration file instead of the repository's .nospill.toml.
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Everything about one rule.
    #[command(after_help = "A former id works, too. `nospill explain ID` says what to do about a finding.

Examples:
  nospill rules show github-pat")]
    Show {
        /// The rule's id, or a former one.
        #[arg(value_name = "ID")]
        id: String,
        /// Read this configuration file instead of the repository's .nospill.toml.
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Run the accept and reject examples of a file's rules.
    #[command(
        after_help = "Random parts of examples, as {alnum:36}, are filled the same way every time; patterns/README.md lists them.

Exit codes: 0 every example does what it says, 1 some do not, 2 the file can't be read.

Examples:
  nospill rules test .nospill.toml
  nospill rules test patterns/github.toml"
    )]
    Test {
        /// A patterns file or a .nospill.toml.
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Find what is wrong with the rules of a file, without scanning anything.
    #[command(
        after_help = "Errors: what breaks the schema, regexes that do not compile, ids used twice, rules that can never match.
Warnings: what costs speed, misses matches or is not tested.

Exit codes: 0 no errors, 2 errors.

Examples:
  nospill rules check
  nospill rules check patterns/github.toml"
    )]
    Check {
        /// A patterns file or a .nospill.toml [default: the .nospill.toml here].
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
    },
}

/// What `explain` takes.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// A rule's id, PATH:LINE, or a finding's fingerprint (v1:…).
    #[arg(value_name = "RULE | PATH:LINE | FINGERPRINT")]
    pub what: String,
    /// Read this configuration file instead of the repository's .nospill.toml.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// What every scan takes.
#[derive(Debug, Args)]
pub struct ScanArgs {
    /// How findings are reported on standard output.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// Show whole secrets in the report; refused in CI unless --force is given.
    #[arg(long)]
    pub show_secrets: bool,
    /// Allow --show-secrets in CI.
    #[arg(long, requires = "show_secrets")]
    pub force: bool,
    /// Read this configuration file instead of the repository's .nospill.toml.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Other layers of the configuration.
    #[command(flatten)]
    pub layers: LayerArgs,
    /// Workers at most [default: one a core].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
    /// Colour in the human report.
    #[arg(long, value_enum, default_value_t = ColourChoice::Auto, value_name = "WHEN")]
    pub color: ColourChoice,
}

/// Layers of the configuration named by hand.
#[derive(Clone, Debug, Default, Args)]
pub struct LayerArgs {
    /// The organisation's policy [default: NOSPILL_POLICY, else /etc/nospill/policy.toml].
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// Take .nospill.toml and the baseline from this commit, so that a change can't allow itself.
    #[arg(long, value_name = "REV")]
    pub config_from: Option<String>,
    /// The file of known findings [default: .nospill.baseline].
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
}

/// What `dir` takes.
#[derive(Debug, Args)]
pub struct DirArgs {
    /// Files and folders [default: the current folder].
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Scan what .gitignore and its kin name, too.
    #[arg(long)]
    pub no_ignore: bool,
    /// What every scan takes.
    #[command(flatten)]
    pub scan: ScanArgs,
}

/// What `history` takes.
#[derive(Debug, Args)]
pub struct HistoryArgs {
    /// Revisions or ranges, as git rev-list takes them [default: all refs].
    #[arg(value_name = "RANGE", allow_hyphen_values = false)]
    pub ranges: Vec<String>,
    /// Only what this branch, or these, reach.
    #[arg(long, value_name = "REF")]
    pub branch: Vec<String>,
    /// Only commits made since a time: 2026-01-31, 2.weeks.
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Only so many of the newest commits.
    #[arg(long, value_name = "N")]
    pub max_count: Option<u64>,
    /// What else is looked at.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "WHAT")]
    pub include: Vec<Including>,
    /// Blobs over so many MiB are not scanned; each is named, and the scan counts as incomplete.
    #[arg(long, value_name = "MIB", default_value_t = 256, value_parser = clap::value_parser!(u64).range(1..4096))]
    pub max_size: u64,
    /// What every scan takes.
    #[command(flatten)]
    pub scan: ScanArgs,
}

/// What a history scan may look at beside refs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Including {
    /// What reflogs remember.
    Reflog,
    /// The stash.
    Stash,
    /// Objects that nothing points to.
    Unreachable,
}

/// Report formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For a person, as compilers write.
    Human,
    /// One JSON document.
    Json,
}

/// When the report has colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColourChoice {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}
