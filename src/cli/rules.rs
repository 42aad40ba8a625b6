//! What a person types about rules: `rules` and `explain`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

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
    pub what: OsString,
    /// Read this configuration file instead of the repository's .nospill.toml.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// Formats of lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// For a person.
    Human,
    /// One JSON document.
    Json,
}
