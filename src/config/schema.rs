//! The configuration file.

use serde::Deserialize;

use crate::rules::schema::{RawRule, SchemaError};
use crate::rules::services::RawService;
use crate::types::rule::Rule;

/// The file's name, looked for at the top of the work tree.
pub const FILE_NAME: &str = ".nospill.toml";

/// A configuration file as written.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// What is scanned.
    #[serde(default)]
    pub scan: Scan,
    /// Rules of one's own, in the schema of patterns/README.md.
    #[serde(default)]
    pub rule: Vec<RawRule>,
    /// Services of one's own, in the schema of patterns/README.md.
    #[serde(default)]
    pub service: Vec<RawService>,
}

/// The `[scan]` table.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scan {
    /// Globs of paths that are not scanned.
    #[serde(default)]
    pub exclude: Vec<String>,
}

/// What is wrong with a configuration file.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It does not parse, or holds an unknown key.
    #[error("{file}: {what}")]
    Toml {
        /// The file.
        file: String,
        /// The parser's message, with the place.
        what: String,
    },
    /// A rule in it breaks the schema.
    #[error("{file}: {source}")]
    Rule {
        /// The file.
        file: String,
        /// What is wrong.
        source: SchemaError,
    },
    /// It is not UTF-8.
    #[error("{file}: not UTF-8")]
    Encoding {
        /// The file.
        file: String,
    },
}

impl Config {
    /// Reads a configuration; `file` is its name for messages.
    ///
    /// # Errors
    /// It does not parse, or holds an unknown key.
    pub fn parse(text: &[u8], file: &str) -> Result<Self, ConfigError> {
        let text = std::str::from_utf8(text).map_err(|_| ConfigError::Encoding { file: file.to_owned() })?;
        toml::from_str(text)
            .map_err(|error| ConfigError::Toml { file: file.to_owned(), what: error.to_string().trim_end().to_owned() })
    }

    /// Its rules.
    ///
    /// # Errors
    /// A rule breaks the schema.
    pub fn rules(&self, file: &str) -> Result<Vec<Rule>, ConfigError> {
        let read = |raw: &RawRule| raw.to_rule("custom", "");
        let services = self.service.iter().map(|raw| raw.to_rule().and_then(|raw| read(&raw)));
        let rules = self.rule.iter().map(read).chain(services);
        rules.collect::<Result<_, _>>().map_err(|source| ConfigError::Rule { file: file.to_owned(), source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_of_ones_own_is_a_rule() {
        let text = b"[[service]]\nid = 'acme-key'\nnames = ['acme_mail']\nshapes = ['hex:32']";
        let rules = Config::parse(text, "f").and_then(|config| config.rules("f")).expect("a service");
        assert_eq!(rules[0].keywords.len(), 3);
        assert_eq!(rules[0].hint.run, 32);
        let text = b"[[service]]\nid = 'acme-key'\nnames = ['acme']\nshapes = ['hex']";
        assert!(Config::parse(text, "f").and_then(|config| config.rules("f")).is_err());
    }

    #[test]
    fn unknown_keys_are_errors_that_name_the_file() {
        for text in ["scna = 1", "[scan]\nexcludes = []", "[[rule]]\nid = 'a'\nregx = 'x'"] {
            let error = Config::parse(text.as_bytes(), "f.toml").expect_err(text).to_string();
            assert!(error.starts_with("f.toml: ") && error.contains("unknown field"), "{error}");
        }
    }
}
