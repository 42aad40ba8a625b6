//! What a person types to guard env files and packages.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::scan::ScanArgs;
use crate::guard::packers::Packer;

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
        after_help = "Scripts of npm, pnpm and yarn packages are not run. A Python build runs the project's build backend, and needs the \
module `build`. A gemspec and a .NET project are programs: gem and nuget are asked about them only if --with names \
them, and run them then.

Examples:
  nospill guard package
  nospill guard package --with npm       as \"prepublishOnly\" in package.json
  nospill guard package --with gem       runs the gemspec"
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
    /// pnpm pack.
    Pnpm,
    /// yarn pack.
    Yarn,
    /// cargo package.
    Cargo,
    /// A Python source distribution and wheel.
    Python,
    /// gem build, which runs the gemspec.
    Gem,
    /// nuget pack of a .nuspec; dotnet pack of a project, which runs it.
    Nuget,
    /// A docker build's context.
    Docker,
}

impl From<PackerName> for Packer {
    fn from(name: PackerName) -> Self {
        match name {
            PackerName::Npm => Self::Npm,
            PackerName::Pnpm => Self::Pnpm,
            PackerName::Yarn => Self::Yarn,
            PackerName::Cargo => Self::Cargo,
            PackerName::Python => Self::Python,
            PackerName::Gem => Self::Gem,
            PackerName::Nuget => Self::Nuget,
            PackerName::Docker => Self::Docker,
        }
    }
}
