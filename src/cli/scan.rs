//! What a person types to scan: what every scan takes, `dir` and `history`.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ValueEnum};

use super::report::{Format, parse_output};
use super::shard::ShardArg;

/// What every scan takes.
#[derive(Clone, Debug, Default, Args)]
pub struct ScanArgs {
    /// How findings are reported on standard output.
    #[arg(long, value_enum, help = "How findings are reported on standard output [default: human; `ci` picks the server's]")]
    pub format: Option<Format>,
    /// Write a report to a file, too, or with - to standard output; may be given several times, as sarif=report.sarif.
    #[arg(long, value_name = "FORMAT=FILE", value_parser = parse_output)]
    pub output: Vec<(Format, PathBuf)>,
    /// Say nothing but what is found and what is wrong: no closing line, no progress.
    #[arg(short, long)]
    pub quiet: bool,
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
    /// Take .nospill.toml and the baseline from this commit, so that a change can't allow itself [default in `ci`: the base].
    #[arg(long, value_name = "REV")]
    pub config_from: Option<String>,
    /// The file of known findings [default: .nospill.baseline].
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
}

/// What `stdin` takes.
#[derive(Debug, Args)]
pub struct StdinArgs {
    /// Read a diff, whatever it starts with: only what it adds, at the files' lines [default: what starts as git's diffs do].
    #[arg(long, overrides_with = "no_diff")]
    pub diff: bool,
    /// Read a diff as any other text.
    #[arg(long, overrides_with = "diff")]
    pub no_diff: bool,
    /// What any scan takes.
    #[command(flatten)]
    pub scan: ScanArgs,
}

/// What `dir` takes.
#[derive(Debug, Args)]
pub struct DirArgs {
    /// Files and folders [default: the current folder]; `-` and `<(command)` are read as streams.
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
    #[arg(long, value_name = "SIZE")]
    pub max_size: Option<Size>,
    /// Scan only paths that match this glob; may be given several times.
    #[arg(long, value_name = "GLOB")]
    pub include: Vec<String>,
    /// Leave out paths that match this glob; one that ends in / means all below. May be given several times.
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,
    /// Do one of N equal parts, K from 1 on; `auto` asks the server's variables. `nospill report merge` joins JSON reports.
    #[arg(long, value_name = "K/N")]
    pub shard: Option<ShardArg>,
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
    #[arg(long, value_name = "SIZE", help = max_size_help())]
    pub max_size: Option<Size>,
    /// Do one of N equal parts, K from 1 on; `auto` asks the server's variables. `nospill report merge` joins JSON reports.
    #[arg(long, value_name = "K/N")]
    pub shard: Option<ShardArg>,
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
    /// Messages of commits and tags, which are looked at in any case.
    Messages,
}

/// A number of bytes, written with or without a unit of thousands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size(pub u64);

impl Size {
    const UNITS: [(&'static str, u64); 4] = [("GB", 1_000_000_000), ("MB", 1_000_000), ("KB", 1_000), ("B", 1)];
}

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let word = text[number.len()..].to_ascii_uppercase();
        let named = Self::UNITS.iter().find(|(name, _)| word == *name || word.len() == 1 && name.starts_with(&word));
        let unit = match named {
            Some((_, unit)) => *unit,
            None if word.is_empty() => 1,
            None => return Err(format!("no unit of size: {word}; say bytes, KB, MB or GB")),
        };
        let number: u64 = number.trim().parse().map_err(|_| format!("not a number of bytes: {text}"))?;
        number.checked_mul(unit).map(Self).ok_or_else(|| format!("too large: {text}"))
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, unit) = Self::UNITS.iter().find(|(_, unit)| self.0.is_multiple_of(*unit)).unwrap_or(&("B", 1));
        write!(f, "{}{name}", self.0 / unit)
    }
}

/// The largest blob that is scanned unless something else is said.
pub const MAX_BLOB: Size = Size(256_000_000);

fn max_size_help() -> String {
    format!(
        "Blobs over this size are not scanned: bytes, or 50KB, 10MB, 4GB; each is named, and the scan counts as incomplete \
         [default: `scan.max_size`, else {MAX_BLOB}]"
    )
}

impl HistoryArgs {
    /// Of revisions alone.
    pub fn of(ranges: Vec<String>) -> Self {
        let (branch, include, scan) = (Vec::new(), Vec::new(), ScanArgs::default());
        Self { ranges, branch, since: None, max_count: None, include, cache: None, max_size: None, shard: None, scan }
    }
}

/// When the report has colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ColourChoice {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (text, want) in
            [("7", 7), ("7b", 7), ("50KB", 50_000), ("1m", 1_000_000), ("2 MB", 2_000_000), ("4GB", 4_000_000_000), ("0", 0)]
        {
            assert_eq!(text.parse(), Ok(Size(want)), "{text}");
        }
        for text in ["", "MB", "-1", "2 parsecs", "1KK", "1TB", "99999999999999999999", "99999999999GB"] {
            assert!(text.parse::<Size>().is_err(), "{text}");
        }
        for (size, want) in [(MAX_BLOB, "256MB"), (Size(1500), "1500B"), (Size(3_000_000_000), "3GB")] {
            assert_eq!(size.to_string(), want);
            assert_eq!(want.parse(), Ok(size));
        }
    }
}
