//! `nospill report`: JSON reports in other formats, and several as one.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::outputs::Outputs;
use super::print;
use crate::cli::report::{Format, ReportCommand, ReportOutput};
use crate::error::{CommandError, Kind};
use crate::exit::Exit;
use crate::report::Values;
use crate::report::human::Colour;
use crate::report::join::{join, recount};
use crate::report::json::{self, Document};
use crate::settings;
use crate::source::reader;

/// Converts or merges. The exit is what the scan's would have been.
///
/// # Errors
/// A file is no report, or nothing can be written.
pub fn run(command: ReportCommand) -> Result<Exit, CommandError> {
    let (files, to, is_merge): (Vec<PathBuf>, ReportOutput, bool) = match command {
        ReportCommand::Convert { file, to } => (vec![file], to, false),
        ReportCommand::Merge { files, to } => (files, to, true),
        ReportCommand::Schema => return print(json::JSON_SCHEMA).map(|()| Exit::Clean),
    };
    if to.output.iter().map(|(format, _)| *format).chain(to.format).any(|format| format == Format::Human) {
        return Err(CommandError::new(Kind::User, "a report can't be turned back into the human format")
            .hint("markdown and html are for people, too"));
    }
    let (format, output) = settings::to_standard_output(to.format, to.output)?;
    let mut documents = files.iter().map(|file| read(file)).collect::<Result<Vec<_>, _>>()?;
    let document = if is_merge {
        join(documents).map_err(|error| {
            CommandError::new(Kind::User, error.to_string()).hint("name the JSON report of each shard, all of one run, once")
        })?
    } else {
        let mut document = documents.pop().ok_or_else(|| CommandError::new(Kind::User, "no report to read"))?;
        recount(&mut document);
        document
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok().map(|since| since.as_secs());
    let outputs = Outputs { document: &document, human: &|_, _| Ok(()), now, values: Values::Masked };
    let default = if output.is_empty() { Some(Format::Json) } else { None };
    if let Some(format) = format.or(default) {
        outputs.print(format, Colour::Off)?;
    }
    outputs.write(&output)?;
    Ok(match (document.summary.denied, document.summary.skipped) {
        (0, 0) => Exit::Clean,
        (0, _) => Exit::Incomplete,
        _ => Exit::Denied,
    })
}

fn read(file: &Path) -> Result<Document<'static>, CommandError> {
    let wrong = |error: &dyn std::fmt::Display| {
        CommandError::new(Kind::User, format!("{}: {error}", file.display())).hint("a report of `--format json` is wanted")
    };
    let text = if file == Path::new("-") {
        let mut text = Vec::new();
        std::io::stdin().lock().read_to_end(&mut text).map(|_| text)
    } else {
        reader::own(file)
    };
    Document::parse(&text.map_err(|error| wrong(&error))?).map_err(|error| wrong(&error))
}
