//! Rules as a file has them: a patterns file or a `.nospill.toml`.

use std::path::Path;

use crate::config::schema::Config;
use crate::error::{CommandError, Kind};
use crate::rules::builtin;
use crate::rules::schema::{PatternFile, RawRule, SchemaError};
use crate::source::reader;
use crate::types::rule::Rule;

/// The family of rules that stand in a configuration.
const CUSTOM: &str = "custom";

/// The rules of one file, not yet judged.
#[derive(Debug)]
pub struct RuleFile {
    /// Its name for messages.
    pub name: String,
    /// The family of its rules.
    pub family: String,
    /// What its rules have for `docs`.
    pub docs: String,
    /// As written, in order.
    pub rules: Vec<RawRule>,
}

impl RuleFile {
    /// Reads a file.
    ///
    /// # Errors
    /// It can't be read, is no TOML, or holds an unknown key.
    pub fn read(path: &Path) -> Result<Self, CommandError> {
        let name = path.display().to_string();
        let text = reader::own(path).map_err(|error| {
            CommandError::new(Kind::User, format!("{name}: {error}")).hint("name a patterns file or a .nospill.toml")
        })?;
        Self::parse(&text, name)
    }

    /// Reads a file's text: a patterns file when it names a family, else a configuration.
    ///
    /// # Errors
    /// It is no TOML, or holds an unknown key.
    pub fn parse(text: &[u8], name: String) -> Result<Self, CommandError> {
        let wrong = |error: String| CommandError::new(Kind::Config, error).hint("patterns/README.md lists the keys of a rule");
        let text = std::str::from_utf8(text).map_err(|_| wrong(format!("{name}: not UTF-8")))?;
        let misplaced = |error: toml::de::Error| wrong(format!("{name}:{}", place(&error, text)));
        let table: toml::Table = text.parse().map_err(misplaced)?;
        if table.contains_key("family") {
            let file: PatternFile = toml::from_str(text).map_err(misplaced)?;
            return Ok(Self { name, family: file.family, docs: file.docs, rules: file.rule });
        }
        let config: Config = toml::from_str(text).map_err(misplaced)?;
        Ok(Self { name, family: CUSTOM.to_owned(), docs: String::new(), rules: config.rule })
    }

    /// The rule that a part of the file describes.
    ///
    /// # Errors
    /// It breaks the schema.
    pub fn rule(&self, raw: &RawRule) -> Result<Rule, SchemaError> {
        raw.to_rule(&self.family, &self.docs)
    }

    /// The rule of an id, of this file or built-in.
    pub fn find(&self, id: &str) -> Option<Rule> {
        let own = self.rules.iter().find(|raw| raw.id == id).and_then(|raw| self.rule(raw).ok());
        own.or_else(|| builtin::rules().find(|rule| rule.id == id).cloned())
    }
}

/// The line of an error and what it is. The parser's own text quotes the line, and in a file that was named by mistake a
/// secret may stand there.
fn place(error: &toml::de::Error, text: &str) -> String {
    let start = error.span().map_or(0, |span| span.start.min(text.len()));
    let line = text.as_bytes()[..start].iter().filter(|b| **b == b'\n').count() + 1;
    format!("{line}: {}", error.message().lines().next().unwrap_or_default())
}
