//! What a person types to say how findings are reported, and about reports that are there.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

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
pub(super) fn parse_output(text: &str) -> Result<(Format, PathBuf), String> {
    let (format, file) = text.split_once('=').ok_or("FORMAT=FILE is wanted, as sarif=report.sarif")?;
    if file.is_empty() {
        return Err("a file is wanted after =".to_owned());
    }
    Ok((Format::from_str(format, true)?, file.into()))
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
    /// Print the JSON Schema of JSON reports.
    #[command(after_help = "Examples:
  nospill report schema > report.schema.json")]
    Schema,
}

/// Where a report goes that is no scan's.
#[derive(Debug, Args)]
pub struct ReportOutput {
    /// How it is written to standard output [default: json, or nothing when --output is given].
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// Write it to a file, or with - to standard output; may be given several times, as sarif=report.sarif.
    #[arg(long, value_name = "FORMAT=FILE", value_parser = parse_output)]
    pub output: Vec<(Format, PathBuf)>,
}
