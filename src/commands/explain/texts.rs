//! The texts of `nospill explain` by family, from `texts.toml` beside this file.

use serde::Deserialize;

use crate::error::{CommandError, Kind};
use crate::types::rule::{Rule, Severity};

const FILE: &str = include_str!("texts.toml");

/// What is said of the rules of some families.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    families: Vec<String>,
    #[serde(default)]
    prefixes: Vec<String>,
    /// What such a value is.
    pub what: String,
    /// What somebody with it can do.
    pub holder: String,
    /// How to do without it in the repository, most wanted first.
    pub keep_out: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    text: Vec<Text>,
}

impl Text {
    /// The text for a rule: the first that fits, the last one fits all.
    ///
    /// # Errors
    /// The embedded file is broken, which a test rules out.
    pub fn of(rule: &Rule) -> Result<Self, CommandError> {
        let broken = |why: String| CommandError::new(Kind::Io, format!("embedded texts: {why}"));
        let file: File = toml::from_str(FILE).map_err(|error| broken(error.to_string()))?;
        file.text.into_iter().find(|text| text.fits(rule)).ok_or_else(|| broken("no general text".to_owned()))
    }

    fn fits(&self, rule: &Rule) -> bool {
        let prefixed = self.prefixes.is_empty() || self.prefixes.iter().any(|prefix| rule.id.starts_with(prefix.as_str()));
        self.families.is_empty() || prefixed && self.families.iter().any(|family| *family == rule.family)
    }
}

/// How far the holder gets, in words.
pub(super) fn reach(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "Critical: the holder acts as the owner of an account, a fleet or a signing identity.",
        Severity::High => "High: the holder acts as a person or a service.",
        Severity::Medium => "Medium: the holder can do something, in a narrow place.",
        Severity::Low => "Low: a public half or a test account; by itself it opens little.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::ruleset::RuleSet;

    #[test]
    fn every_rule_has_a_text_and_every_text_a_rule() {
        let file: File = toml::from_str(FILE).expect("texts.toml");
        let rules = RuleSet::builtin();
        let general: Vec<&str> = rules.iter().map(|(_, rule)| rule).filter(|r| general(r)).map(|r| &*r.id).collect();
        assert!(general.len() * 10 < rules.len(), "too many rules have but the general text: {general:?}");
        for text in &file.text {
            let used = text.families.is_empty() || rules.iter().any(|(_, rule)| text.fits(rule));
            assert!(used, "no rule for {:?} {:?}", text.families, text.prefixes);
            assert!(!text.keep_out.is_empty(), "{:?}", text.families);
        }
    }

    fn general(rule: &Rule) -> bool {
        Text::of(rule).expect("a text").families.is_empty()
    }
}
