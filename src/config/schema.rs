//! The configuration file.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

#[cfg(test)]
use schemars::JsonSchema;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Error, IntoDeserializer as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use toml::Spanned;
use toml::value::Datetime;

use crate::rules::schema::{RawRule, SchemaError};
use crate::rules::services::RawService;
use crate::types::rule::{self, Rule};

/// The file's name, looked for at the top of the work tree and in every folder below it.
pub const FILE_NAME: &str = ".nospill.toml";

/// A configuration file: `.nospill.toml`, or the organisation's policy.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, schemars(title = "nospill configuration"))]
pub struct Config {
    /// What is scanned.
    #[serde(default)]
    pub scan: Scan,
    /// Which markers on a line count.
    #[serde(default)]
    pub markers: Markers,
    /// The file of known findings.
    #[serde(default)]
    pub baseline: Baseline,
    /// Another severity or confidence for a rule, or none of it; the key is the rule's id.
    #[serde(default, rename = "override")]
    pub overrides: BTreeMap<String, Override>,
    /// What findings do; of those that fit, the last counts.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<Effects>"))]
    pub policy: Vec<Spanned<Effects>>,
    /// Findings that somebody answers for.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<Allow>"))]
    pub allow: Vec<Spanned<Allow>>,
    /// What weaker layers may not do. Only in the organisation's policy.
    #[cfg_attr(test, schemars(with = "Option<Lock>"))]
    pub lock: Option<Spanned<Lock>>,
    /// Who may add allow entries, for which paths. Only in the organisation's policy.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<Owner>"))]
    pub owner: Vec<Spanned<Owner>>,
    /// Rules of one's own, in the schema of patterns/README.md.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<BTreeMap<String, serde_json::Value>>"))]
    pub rule: Vec<RawRule>,
    /// Services of one's own, in the schema of patterns/README.md.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<BTreeMap<String, serde_json::Value>>"))]
    pub service: Vec<RawService>,
}

/// The `[scan]` table.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Scan {
    /// Globs of paths that are not scanned.
    #[serde(default)]
    pub exclude: Vec<String>,
    /// Globs of paths that are scanned though this or a weaker layer excludes them.
    #[serde(default)]
    pub include: Vec<String>,
    /// Largest content that is scanned, in MiB; what is larger is named, and the scan counts as incomplete.
    pub max_size: Option<u32>,
    /// Whether archives are opened: those on disk unless this is `false`, staged ones and those of a range if it is `true`.
    pub archives: Option<bool>,
    /// What it means that content is kept in Git LFS and can't be scanned: `note` says so, `require` counts the scan as incomplete.
    pub lfs: Option<Lfs>,
}

/// What content in Git LFS that is not here means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Lfs {
    /// It is said.
    Note,
    /// The scan is incomplete.
    Require,
}

/// A day, as a text or as a date of TOML.
fn day<'d, D: Deserializer<'d>>(from: D) -> Result<Option<String>, D::Error> {
    struct Day;
    impl<'d> Visitor<'d> for Day {
        type Value = String;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a day, as 2027-01-31")
        }

        fn visit_str<E>(self, text: &str) -> Result<String, E> {
            Ok(text.to_owned())
        }

        fn visit_map<M: MapAccess<'d>>(self, map: M) -> Result<String, M::Error> {
            Datetime::deserialize(MapAccessDeserializer::new(map)).map(|date| date.to_string())
        }
    }
    from.deserialize_any(Day).map(Some)
}

/// The `[markers]` table.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Markers {
    /// Whether `nospill:allow` counts (default: true).
    pub own: Option<bool>,
    /// Whether markers of other scanners count, as `gitleaks:allow` (default: true).
    pub foreign: Option<bool>,
}

/// The `[baseline]` table.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// The file, from the top of the work tree (default: `.nospill.baseline`).
    pub file: Option<String>,
    /// Whether a known secret is known at any path (default: false).
    pub renames: Option<bool>,
}

/// An `[override.RULE]` table.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// `false`: its findings do not count.
    pub enabled: Option<bool>,
    /// Another severity.
    pub severity: Option<Severity>,
    /// What a match alone is worth.
    pub confidence: Option<Confidence>,
}

/// A `[[policy]]` entry: an effect for the findings that fit all it names.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Effects {
    /// What they do.
    pub effect: Effect,
    /// Rule ids or globs of them.
    pub rule: Option<Many<String>>,
    /// Families, as `nospill rules list` has them.
    pub family: Option<Many<String>>,
    /// Severities.
    pub severity: Option<Many<Severity>>,
    /// Confidences.
    pub confidence: Option<Many<Confidence>>,
    /// Globs of paths.
    pub path: Option<Many<String>>,
    /// Globs of branches: the one that is checked out, or that the pipeline runs for.
    pub branch: Option<Many<String>>,
    /// Whether weaker layers may make nothing less of it. Only in the organisation's policy.
    pub locked: Option<bool>,
    /// Why, for people.
    pub reason: Option<String>,
}

/// An `[[allow]]` entry: a finding that somebody answers for. It names a rule, path, commit or fingerprint at least.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Allow {
    /// Why it is no danger.
    pub reason: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The last day on which it counts: `2027-01-31`.
    #[serde(default, deserialize_with = "day")]
    pub expires: Option<String>,
    /// Rule ids or globs of them.
    pub rule: Option<Many<String>>,
    /// Globs of paths.
    pub path: Option<Many<String>>,
    /// Commits, seven digits at least; only a history scan knows them.
    pub commit: Option<Many<String>>,
    /// A finding's `v1:…`, or the `s1:…` that `nospill allow` writes for a secret that could be guessed.
    pub fingerprint: Option<String>,
}

/// The `[lock]` table: what weaker layers may not do.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// Exclude paths, or set a smaller `max_size`.
    #[serde(default)]
    pub exclude: bool,
    /// Have markers on lines count.
    #[serde(default)]
    pub markers: bool,
    /// Add allow entries.
    #[serde(default)]
    pub allow: bool,
}

/// An `[[owner]]` entry.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Owner {
    /// Globs of configuration files.
    pub path: Many<String>,
    /// Mail addresses, or globs of them, of who may add allow entries there.
    pub may_allow: Many<String>,
}

/// One value, or a list.
#[derive(Debug, Clone)]
#[cfg_attr(test, derive(JsonSchema))]
#[cfg_attr(test, serde(untagged))]
pub enum Many<T> {
    /// One.
    One(T),
    /// Any of these.
    Any(Vec<T>),
}

impl<'d, T: Deserialize<'d>> Deserialize<'d> for Many<T> {
    // Derived, it would say of a wrong word that no variant matches.
    fn deserialize<D: Deserializer<'d>>(from: D) -> Result<Self, D::Error> {
        struct One<T>(PhantomData<T>);
        impl<'d, T: Deserialize<'d>> Visitor<'d> for One<T> {
            type Value = Many<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a list of texts")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Many<T>, E> {
                T::deserialize(text.into_deserializer()).map(Many::One)
            }

            fn visit_seq<A: SeqAccess<'d>>(self, list: A) -> Result<Many<T>, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(list)).map(Many::Any)
            }
        }
        from.deserialize_any(One(PhantomData))
    }
}

impl<T: Clone> Many<T> {
    /// All of them; none where the key is not there.
    pub fn all(many: Option<&Self>) -> Vec<T> {
        match many {
            None => Vec::new(),
            Some(Self::One(one)) => vec![one.clone()],
            Some(Self::Any(any)) => any.clone(),
        }
    }
}

/// What a finding does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// Nothing; it is counted.
    Off,
    /// It is reported and does not block.
    Audit,
    /// It blocks.
    Deny,
}

/// What the holder of a secret can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Little.
    Low,
    /// Something, with other knowledge.
    Medium,
    /// Act in somebody's name.
    High,
    /// Take over what it opens.
    Critical,
}

impl From<Severity> for rule::Severity {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Low => Self::Low,
            Severity::Medium => Self::Medium,
            Severity::High => Self::High,
            Severity::Critical => Self::Critical,
        }
    }
}

/// How sure a match is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// It may well be none.
    Low,
    /// It looks like one.
    Medium,
    /// Its shape is a secret's alone.
    High,
    /// A check of its own says that it is one.
    Proven,
}

impl From<Confidence> for rule::Confidence {
    fn from(confidence: Confidence) -> Self {
        match confidence {
            Confidence::Low => Self::Low,
            Confidence::Medium => Self::Medium,
            Confidence::High => Self::High,
            Confidence::Proven => Self::Proven,
        }
    }
}

/// The JSON Schema of the file, for editors; a test makes it of the types here.
pub const JSON_SCHEMA: &str = include_str!("../../nospill.schema.json");

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
    /// A value in it makes no sense, or stands where it may not.
    #[error("{place}: {what}")]
    Value {
        /// `FILE:LINE`.
        place: String,
        /// What is wrong.
        what: String,
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
        toml::from_str(text).map_err(|error| ConfigError::Toml { file: file.to_owned(), what: explained(&error) })
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

/// The parser's message, with the key or word that was probably meant.
fn explained(error: &toml::de::Error) -> String {
    const ALIKE: f64 = 0.6;
    let text = error.to_string();
    let quoted: Vec<&str> = error.message().split('`').skip(1).step_by(2).collect();
    let [wrong, known @ ..] = quoted.as_slice() else { return text.trim_end().to_owned() };
    // A word that goes on where a known one ends is meant as that.
    let alike = |name: &str| match wrong.starts_with(name) {
        true => 1.0,
        false => strsim::normalized_damerau_levenshtein(wrong, name),
    };
    let best = known.iter().max_by(|a, b| alike(a).total_cmp(&alike(b))).filter(|name| alike(name) >= ALIKE);
    let hint = best.map(|name| format!("\ndid you mean `{name}`?")).unwrap_or_default();
    format!("{}{hint}", text.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `UPDATE_SCHEMAS=1 cargo test --lib schema` writes the file anew.
    #[test]
    fn the_schema_is_current() {
        let made = serde_json::to_string_pretty(&schemars::schema_for!(Config)).expect("JSON") + "\n";
        if std::env::var_os("UPDATE_SCHEMAS").is_some() {
            std::fs::write("nospill.schema.json", &made).expect("a file");
        }
        assert_eq!(made, JSON_SCHEMA);
    }

    #[test]
    fn a_service_of_ones_own_is_a_rule() {
        let text = b"[[service]]\nid = 'acme-key'\nnames = ['acme_mail']\nshapes = ['hex:32']";
        let rules = Config::parse(text, "f").and_then(|config| config.rules("f")).expect("a service");
        assert_eq!(rules[0].keywords.len(), 3);
        assert!(rules[0].regex.as_deref().is_some_and(|regex| regex.contains("{32}")), "{:?}", rules[0].regex);
        let text = b"[[service]]\nid = 'acme-key'\nnames = ['acme']\nshapes = ['hex']";
        assert!(Config::parse(text, "f").and_then(|config| config.rules("f")).is_err());
    }

    #[test]
    fn unknown_keys_are_errors_that_name_the_file() {
        for text in ["scna = 1", "[scan]\nexcludes = []", "[[rule]]\nid = 'a'\nregx = 'x'"] {
            let error = Config::parse(text.as_bytes(), "f.toml").expect_err(text).to_string();
            assert!(error.starts_with("f.toml: ") && error.contains("unknown field"), "{error}");
            assert!(error.contains("did you mean `"), "{error}");
        }
    }

    #[test]
    fn a_wrong_word_is_told_the_right_ones() {
        for text in ["lowish", "['low', 'lowish']"] {
            let text = if text.starts_with('[') { text.to_owned() } else { format!("'{text}'") };
            let text = format!("[[policy]]\neffect = 'off'\nconfidence = {text}");
            let error = Config::parse(text.as_bytes(), "f").expect_err("a wrong word").to_string();
            assert!(error.contains("unknown variant `lowish`") && error.contains("did you mean `low`?"), "{error}");
        }
        let error = Config::parse(b"[[policy]]\neffect = 'off'\npath = 3", "f").expect_err("a number").to_string();
        assert!(error.contains("a text or a list of texts"), "{error}");
    }
}
