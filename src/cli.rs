//! What a person types. What it means is `settings.rs`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Keeps secrets out of git.
#[derive(Debug, Parser)]
#[command(name = "nospill", version, about, disable_help_subcommand = true, arg_required_else_help = true)]
#[command(after_help = "Exit codes: 0 clean, 1 findings that deny, 2 the job could not be done, 3 incomplete.

Examples:
  nospill install            wire the pre-commit hook into this repository
  nospill staged             scan what is staged, as the hook does
  nospill dir src config     scan files on disk
  git log -p | nospill stdin")]
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
    /// Scan standard input.
    #[command(after_help = "Examples:
  kubectl get secret -o yaml | nospill stdin")]
    Stdin(ScanArgs),
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
    /// Workers at most [default: one a core].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
    /// Colour in the human report.
    #[arg(long, value_enum, default_value_t = ColourChoice::Auto, value_name = "WHEN")]
    pub color: ColourChoice,
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
