//! Rules as a file has them: a patterns file or a `.nospill.toml`.

use std::path::Path;

use crate::config::schema::Config;
use crate::error::{CommandError, Kind};
use crate::rules::schema::{self, RawRule, SchemaError};
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
        let text = std::fs::read(path).map_err(|error| {
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
        let table = std::str::from_utf8(text).ok().and_then(|text| text.parse::<toml::Table>().ok());
        if let (Some(table), Ok(text)) = (table, std::str::from_utf8(text))
            && table.contains_key("family")
        {
            let file = schema::parse(text).map_err(|error| wrong(format!("{name}: {}", error.to_string().trim_end())))?;
            return Ok(Self { name, family: file.family, docs: file.docs, rules: file.rule });
        }
        let config = Config::parse(text, &name).map_err(|error| wrong(error.to_string()))?;
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
    pub fn find(&self, id: &str, builtin: &[Rule]) -> Option<Rule> {
        let own = self.rules.iter().find(|raw| raw.id == id).and_then(|raw| self.rule(raw).ok());
        own.or_else(|| builtin.iter().find(|rule| rule.id == id).cloned())
    }
}
