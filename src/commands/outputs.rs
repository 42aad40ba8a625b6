//! Reports on their way to standard output and to files. A file is written beside its place and renamed into it: who reads it
//! meets the report of before or the report of now, and the one of before stays when anything fails.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::cli::report::Format;
use crate::error::{CommandError, Kind};
use crate::report::Values;
use crate::report::form::{self, Form};
use crate::report::human::Colour;
use crate::report::json::Document;

/// A report that can be written in any format.
pub struct Outputs<'r> {
    /// What is reported.
    pub document: &'r Document,
    /// The same for a person.
    pub human: &'r dyn Fn(Colour) -> String,
    /// The time, in seconds since 1970.
    pub now: Option<u64>,
    /// Whether it holds secrets; such a file is for its owner only.
    pub values: Values,
}

impl Outputs<'_> {
    /// The report in a format.
    pub fn text(&self, format: Format, colour: Colour) -> String {
        let form = match format {
            Format::Human => return (self.human)(colour),
            Format::Json => Form::Json,
            Format::Jsonl => Form::JsonLines,
            Format::Sarif => Form::Sarif,
            Format::Junit => Form::Junit,
            Format::Gitlab => Form::Gitlab,
            Format::Azure => Form::Azure,
            Format::Github => Form::Github,
            Format::Csv => Form::Csv,
            Format::Markdown => Form::Markdown,
            Format::Html => Form::Html,
        };
        form::render(form, self.document, self.now.unwrap_or(0))
    }

    /// Writes the files.
    ///
    /// # Errors
    /// One can't be written; those before it are.
    pub fn write(&self, files: &[(Format, PathBuf)]) -> Result<(), CommandError> {
        for (format, path) in files {
            replace(path, &self.text(*format, Colour::Off), self.values).map_err(|error| {
                CommandError::new(Kind::Io, format!("{}: {error}", path.display()))
                    .hint("the folder must exist and be writable; a report that was there before is as it was")
            })?;
        }
        Ok(())
    }
}

fn replace(path: &Path, text: &str, values: Values) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if path.is_dir() {
        return Err(std::io::Error::other("this is a folder"));
    }
    let mut builder = tempfile::Builder::new();
    builder.prefix(".nospill-report-");
    #[cfg(unix)]
    if values == Values::Masked {
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}
