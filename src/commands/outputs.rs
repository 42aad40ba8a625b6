//! Reports on their way to standard output and to files.

use std::io::{self, Write};
use std::path::PathBuf;

use super::print_with;
use super::replace::{Mode, make_folder, replace_with};
use crate::cli::report::Format;
use crate::error::{CommandError, Kind};
use crate::report::Values;
use crate::report::form::{self, Form};
use crate::report::human::Colour;
use crate::report::json::Document;

/// A report that can be written in any format.
pub struct Outputs<'r> {
    /// What is reported.
    pub document: &'r Document<'r>,
    /// Writes the same for a person.
    pub human: &'r dyn Fn(Colour, &mut dyn Write) -> io::Result<()>,
    /// The time, in seconds since 1970.
    pub now: Option<u64>,
    /// Whether it holds secrets; such a file is for its owner only.
    pub values: Values,
}

impl Outputs<'_> {
    fn put(&self, format: Format, colour: Colour, out: &mut dyn Write) -> io::Result<()> {
        let form = match format {
            Format::Human => return (self.human)(colour, out),
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
        form::write(form, self.document, self.now.unwrap_or(0), out)
    }

    /// Writes the report in a format to standard output.
    ///
    /// # Errors
    /// Standard output can't be written.
    pub fn print(&self, format: Format, colour: Colour) -> Result<(), CommandError> {
        print_with(&|out| self.put(format, colour, out))
    }

    /// Writes the files.
    ///
    /// # Errors
    /// One can't be written; those before it are.
    pub fn write(&self, files: &[(Format, PathBuf)]) -> Result<(), CommandError> {
        let mode = if self.values == Values::Masked { Mode::Kept } else { Mode::Private };
        for (format, path) in files {
            let text = |out: &mut dyn Write| self.put(*format, Colour::Off, out);
            make_folder(path).and_then(|()| replace_with(path, mode, &text)).map_err(|error| {
                CommandError::new(Kind::Io, format!("{}: {error}", path.display()))
                    .hint("this report was not written; the file or its folder must be writable, and the disk have room")
            })?;
        }
        Ok(())
    }
}
