//! What a person types. What it means is `settings.rs`.

pub mod keep;

use std::path::PathBuf;

use crate::guard::packers::Packer;
use crate::hook::HookKind;
use clap::{Args, Parser, Subcommand, ValueEnum};

/// Keeps secrets out of git.
#[derive(Debug, Parser)]
#[command(name = "nospill", version, about, disable_help_subcommand = true, arg_required_else_help = true)]
#[command(after_help = "Exit codes: 0 clean, 1 findings that deny, 2 the job could not be done, 3 incomplete.

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
    Uninstall {
        /// Take away what `install --global` put there.
        #[arg(long)]
        global: bool,
    },
    /// Scan what is staged for the next commit.
    #[command(after_help = "Only findings on lines that the commit adds deny.

Examples:
  nospill staged
  nospill staged --format json > report.json")]
    Staged(ScanArgs),
    /// Scan files on disk.
    #[command(
        after_help = "Hidden files are scanned, .git is not. What .gitignore names is left out unless git tracks it. Archives are opened:
zip and its kin (jar, whl, docx, apk), tar, gzip, zstd, xz, bzip2, container images; findings name OUTER!INNER:LINE.
A glob without / is matched against the file name, any other against the whole path.

Examples:
  nospill dir
  nospill dir --no-ignore build/ config/app.yaml
  nospill dir --exclude 'vendor/' --exclude '*.min.js' --max-size 50MB
  nospill dir --include '*.{yaml,yml,json}' deploy
  docker save app:latest -o app.tar && nospill dir app.tar
  nospill dir --format json --threads 2 . > report.json"
    )]
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
  kubectl get secret -o yaml | nospill stdin")]
    Stdin(ScanArgs),
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
    /// Scan what a push would bring to the remote; what the pre-push hook runs.
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
    /// Scan what a merge or pull brought in; what the post-merge hook runs.
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
    /// Scan what a push brings to this server; what the pre-receive hook runs.
    #[command(
        after_help = "Reads a line a ref on standard input: OLD-OBJECT NEW-OBJECT REF. Objects in quarantine are read where they are.
When the deadline passes the push is refused with exit 3, because not everything was scanned.

Examples:
  nospill install --hook pre-receive     in the bare repository"
    )]
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
    /// Scan what a CI run is about: a pull request, a push, or everything.
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
        #[arg(long, value_enum, default_value_t = ListFormat::Human)]
        format: ListFormat,
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
    #[arg(long, value_enum, help = "How findings are reported on standard output [default: human; `ci` picks the server's]")]
    pub format: Option<Format>,
    /// Write a report to a file, too; may be given several times, as sarif=report.sarif.
    #[arg(long, value_name = "FORMAT=FILE", value_parser = parse_output)]
    pub output: Vec<(Format, PathBuf)>,
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
    /// Leave out files and folders whose name starts with a dot.
    #[arg(long)]
    pub no_hidden: bool,
    /// Do not open archives.
    #[arg(long)]
    pub no_archives: bool,
    /// Leave out larger files, and say how many they are: bytes, or with KB, MB, GB.
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub max_size: Option<u64>,
    /// Scan only paths that match this glob; may be given several times.
    #[arg(long, value_name = "GLOB")]
    pub include: Vec<String>,
    /// Leave out paths that match this glob; one that ends in / means all below. May be given several times.
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,
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
    /// Remember in this folder what was clean, and read only what is new next time. Nothing secret is kept there.
    #[arg(long, value_name = "DIR")]
    pub cache: Option<PathBuf>,
    /// Blobs over this size are not scanned: bytes, or 50KB, 10MB, 4GB; each is named, and the scan counts as incomplete.
    #[arg(long, value_name = "SIZE", default_value = "256MB", value_parser = parse_size)]
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

/// A number of bytes, with or without a unit of thousands.
fn parse_size(text: &str) -> Result<u64, String> {
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match text[number.len()..].to_ascii_uppercase().as_str() {
        "" | "B" => 1,
        "K" | "KB" => 1_000,
        "M" | "MB" => 1_000_000,
        "G" | "GB" => 1_000_000_000,
        other => return Err(format!("no unit of size: {other}; say bytes, KB, MB or GB")),
    };
    let number: u64 = number.trim().parse().map_err(|_| format!("not a number of bytes: {text}"))?;
    number.checked_mul(unit).ok_or_else(|| format!("too large: {text}"))
}

/// Report formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For a person, as compilers write.
    Human,
    /// One JSON document.
    Json,
    /// A JSON document a line.
    Jsonl,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// JUnit's XML, for CI servers.
    Junit,
    /// GitLab's secret detection report.
    Gitlab,
    /// Logging commands of Azure Pipelines.
    Azure,
    /// Annotations of GitHub Actions.
    Github,
    /// Comma-separated values.
    Csv,
    /// A summary in Markdown.
    Markdown,
    /// A page that stands alone.
    Html,
}

/// A format and the file that it goes to.
fn parse_output(text: &str) -> Result<(Format, PathBuf), String> {
    let (format, file) = text.split_once('=').ok_or("FORMAT=FILE is wanted, as sarif=report.sarif")?;
    if file.is_empty() {
        return Err("a file is wanted after =".to_owned());
    }
    Ok((Format::from_str(format, true)?, file.into()))
}

/// What `install` takes.
#[derive(Debug, Args)]
pub struct InstallArgs {
    /// The hook, once or several times [default: pre-commit].
    #[arg(long, value_enum, value_name = "HOOK")]
    pub hook: Vec<HookName>,
    /// For every repository of this user: sets core.hooksPath to a folder whose hooks run the repository's own first.
    #[arg(long, conflicts_with = "template")]
    pub global: bool,
    /// For every repository made or cloned from now on: puts the hook into git's template.
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
    /// What every scan takes.
    #[command(flatten)]
    pub scan: ScanArgs,
}

/// Bytes of the largest blob that is scanned unless something else is said.
pub const MAX_BLOB: u64 = 256_000_000;

impl HistoryArgs {
    /// Of revisions alone.
    pub fn of(ranges: Vec<String>) -> Self {
        let scan = ScanArgs {
            format: None,
            output: Vec::new(),
            show_secrets: false,
            force: false,
            config: None,
            threads: None,
            color: ColourChoice::Auto,
            layers: LayerArgs::default(),
        };
        let (branch, include) = (Vec::new(), Vec::new());
        Self { ranges, branch, since: None, max_count: None, include, cache: None, max_size: MAX_BLOB, scan }
    }
}

/// Formats of lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// For a person.
    Human,
    /// One JSON document.
    Json,
}

/// What `guard` takes.
#[derive(Debug, Args)]
pub struct GuardArgs {
    /// Which guard.
    #[command(subcommand)]
    pub command: GuardCommand,
}

/// The subcommands of `guard`.
#[derive(Debug, Subcommand)]
pub enum GuardCommand {
    /// Every .env-like file that git tracks, once had or does not ignore, or that a docker build would be sent.
    #[command(after_help = "Exit codes: 0 none, 1 some.

Examples:
  nospill guard env
  nospill guard env --fix")]
    Env {
        /// Add what is missing to .gitignore and .dockerignore.
        #[arg(long)]
        fix: bool,
    },
    /// Ask the packers what they would ship, and scan exactly that.
    #[command(
        after_help = "npm's scripts are not run; a Python build runs the project's build backend, and needs the module `build`.

Examples:
  nospill guard package
  nospill guard package --with npm       as \"prepublishOnly\" in package.json"
    )]
    Package {
        /// Only these, whether the folder looks like it or not [default: all that fit].
        #[arg(long, value_enum, value_delimiter = ',', value_name = "PACKER")]
        with: Vec<PackerName>,
        /// The package's folder.
        #[arg(value_name = "DIR", default_value = ".")]
        dir: PathBuf,
        /// What every scan takes.
        #[command(flatten)]
        scan: ScanArgs,
    },
}

/// Tools that make packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PackerName {
    /// npm pack.
    Npm,
    /// cargo package.
    Cargo,
    /// A Python source distribution and wheel.
    Python,
    /// A docker build's context.
    Docker,
}

impl From<PackerName> for Packer {
    fn from(name: PackerName) -> Self {
        match name {
            PackerName::Npm => Self::Npm,
            PackerName::Cargo => Self::Cargo,
            PackerName::Python => Self::Python,
            PackerName::Docker => Self::Docker,
        }
    }
}

/// What `report` takes.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// What to do with reports.
    #[command(subcommand)]
    pub command: ReportCommand,
}

/// The subcommands of `report`.
#[derive(Debug, Subcommand)]
pub enum ReportCommand {
    /// Write a JSON report in other formats.
    #[command(after_help = "Examples:
  nospill report convert report.json --format csv > report.csv
  nospill report convert report.json --output html=report.html --output sarif=report.sarif")]
    Convert {
        /// A report that `--format json` wrote; - is standard input.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// How it is written.
        #[command(flatten)]
        to: ReportOutput,
    },
    /// Join JSON reports, as those of the shards of a job, into one.
    #[command(after_help = "Findings are sorted, each of a place and rule is kept once, counts are added up.

Examples:
  nospill report merge shard-*.json > report.json
  nospill report merge shard-*.json --format markdown --output sarif=report.sarif")]
    Merge {
        /// Reports that `--format json` wrote.
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
        /// How it is written.
        #[command(flatten)]
        to: ReportOutput,
    },
}

/// Where a report goes that is no scan's.
#[derive(Debug, Args)]
pub struct ReportOutput {
    /// How it is written to standard output [default: json, or nothing when --output is given].
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// Write it to a file; may be given several times, as sarif=report.sarif.
    #[arg(long, value_name = "FORMAT=FILE", value_parser = parse_output)]
    pub output: Vec<(Format, PathBuf)>,
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
