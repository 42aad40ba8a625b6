//! The rules of one run: the built-in ones and the user's, with their regexes compiled on first use.

use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::hir::{Class, Hir, HirKind};

use super::builtin;
use super::paths::PathFilter;
use crate::types::rule::{Confidence, Rule, Severity};

/// Most rules a set may hold: rule indexes are `u16`.
pub const MAX_RULES: usize = u16::MAX as usize;

/// What is wrong with a set of rules.
#[derive(Debug, thiserror::Error)]
pub enum RuleSetError {
    /// A regex that does not compile, or without its group.
    #[error("rule `{rule}`: {what}")]
    Regex {
        /// Its id.
        rule: String,
        /// What the regex compiler says.
        what: String,
    },
    /// Two rules of one id.
    #[error("rule id `{0}` is used twice")]
    Twice(String),
    /// More than [`MAX_RULES`].
    #[error("more than {MAX_RULES} rules")]
    TooMany,
}

/// The rules of one run. A rule is named by its index everywhere; built-in rules come first.
#[derive(Debug)]
pub struct RuleSet {
    builtin: &'static [Rule],
    custom: Vec<Rule>,
    compiled: Vec<OnceLock<Option<Compiled>>>,
    paths: Vec<OnceLock<PathFilter>>,
    /// Rules whose worth was set otherwise, by index; mostly none.
    changed: Vec<(u16, Rule)>,
}

/// A compiled regex and the group that holds the secret.
#[derive(Debug, Clone)]
pub struct Compiled {
    /// The regex.
    pub regex: Regex,
    /// Group `secret`, else the first group, else the whole match.
    pub group: usize,
}

impl RuleSet {
    /// The built-in rules. Compiles nothing.
    pub fn builtin() -> Self {
        Self::of(builtin::rules(), Vec::new())
    }

    /// The built-in rules and `custom` ones behind them, whose regexes are checked here so that an error shows at once.
    ///
    /// # Errors
    /// A regex that does not compile, an id used twice, too many rules.
    pub fn with_custom(custom: Vec<Rule>) -> Result<Self, RuleSetError> {
        let set = Self::of(builtin::rules(), custom);
        set.validate()?;
        Ok(set)
    }

    /// Only the given rules.
    ///
    /// # Errors
    /// As [`with_custom`](Self::with_custom).
    pub fn only(custom: Vec<Rule>) -> Result<Self, RuleSetError> {
        let set = Self::of(&[], custom);
        set.validate()?;
        Ok(set)
    }

    fn of(builtin: &'static [Rule], custom: Vec<Rule>) -> Self {
        let count = builtin.len() + custom.len();
        let compiled = std::iter::repeat_with(OnceLock::new).take(count).collect();
        let paths = std::iter::repeat_with(OnceLock::new).take(count).collect();
        Self { builtin, custom, compiled, paths, changed: Vec::new() }
    }

    fn validate(&self) -> Result<(), RuleSetError> {
        if self.len() > MAX_RULES {
            return Err(RuleSetError::TooMany);
        }
        for (at, rule) in self.custom.iter().enumerate() {
            let same = |other: &Rule| other.id == rule.id;
            if self.builtin.iter().any(same) || self.custom[..at].iter().any(same) {
                return Err(RuleSetError::Twice(rule.id.to_string()));
            }
            if let Some(regex) = &rule.regex
                && !surely_compiles(regex)
            {
                compile(rule)?;
            }
        }
        Ok(())
    }

    /// Whether it is the built-in rules, all of them and no other.
    pub fn is_builtin(&self) -> bool {
        self.custom.is_empty() && !self.builtin.is_empty()
    }

    /// How many rules there are.
    pub fn len(&self) -> usize {
        self.builtin.len() + self.custom.len()
    }

    /// Whether there is no rule at all, which no run should accept.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rule of an index that this set gave out.
    pub fn rule(&self, index: u16) -> &Rule {
        if let Some((_, rule)) = self.changed.iter().find(|(changed, _)| *changed == index) {
            return rule;
        }
        let index = usize::from(index);
        self.builtin.get(index).unwrap_or_else(|| &self.custom[index - self.builtin.len()])
    }

    /// Every rule with its index.
    pub fn iter(&self) -> impl Iterator<Item = (u16, &Rule)> {
        (0..self.len() as u16).map(|index| (index, self.rule(index)))
    }

    /// Gives a rule another severity or confidence.
    pub fn rate(&mut self, index: u16, severity: Option<Severity>, confidence: Option<Confidence>) {
        let mut rule = self.rule(index).clone();
        rule.severity = severity.unwrap_or(rule.severity);
        rule.confidence = confidence.unwrap_or(rule.confidence);
        self.changed.retain(|(changed, _)| *changed != index);
        self.changed.push((index, rule));
    }

    /// The index of a rule by id or former id.
    pub fn find(&self, id: &str) -> Option<u16> {
        self.iter().find(|(_, rule)| rule.id == id || rule.aliases.iter().any(|alias| alias == id)).map(|(index, _)| index)
    }

    /// The paths that a rule is for, made ready on the first call.
    pub fn paths(&self, index: u16) -> &PathFilter {
        self.paths[usize::from(index)].get_or_init(|| PathFilter::new(self.rule(index)))
    }

    /// The rules whose regex has been compiled so far.
    pub fn compiled(&self) -> impl Iterator<Item = &Rule> {
        self.iter().filter(|(index, _)| self.compiled[usize::from(*index)].get().is_some()).map(|(_, rule)| rule)
    }

    /// The rule's regex, compiled on the first call. `None` for rules without one, and for a built-in regex that does not
    /// compile, which a test rules out.
    pub fn regex(&self, index: u16) -> Option<&Compiled> {
        self.compiled[usize::from(index)].get_or_init(|| compile(self.rule(index)).ok()).as_ref()
    }
}

/// Whether a regex parses and is far from too large, so that compiling it can wait for its first hit: a commit would pay for
/// every rule of one's own otherwise.
fn surely_compiles(regex: &str) -> bool {
    // The limit is four megabytes; what a unit takes is counted in tens of bytes.
    const SMALL: usize = 2000;
    let mut parser = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).multi_line(true).build();
    parser.parse(regex).is_ok_and(|hir| weight(&hir) <= SMALL)
}

/// How many characters and classes a regex comes to when its counted repetitions are written out.
fn weight(hir: &Hir) -> usize {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 1,
        HirKind::Literal(literal) => literal.0.len(),
        HirKind::Class(Class::Unicode(class)) => class.ranges().len(),
        HirKind::Class(Class::Bytes(class)) => class.ranges().len(),
        HirKind::Repetition(repetition) => {
            let times = repetition.max.unwrap_or(repetition.min).max(1) as usize;
            weight(&repetition.sub).saturating_mul(times)
        }
        HirKind::Capture(capture) => weight(&capture.sub).saturating_add(1),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().fold(1, |sum: usize, part| sum.saturating_add(weight(part)))
        }
    }
}

/// Compiles a rule's regex: bytes, ASCII classes, `^` and `$` at line edges.
///
/// # Errors
/// What the regex compiler says.
pub fn compile(rule: &Rule) -> Result<Compiled, RuleSetError> {
    let wrong = |what: String| RuleSetError::Regex { rule: rule.id.to_string(), what };
    let text = rule.regex.as_deref().ok_or_else(|| wrong("no regex".to_owned()))?;
    let regex = RegexBuilder::new(text)
        .unicode(false)
        .multi_line(true)
        .size_limit(4 << 20)
        .dfa_size_limit(4 << 20)
        .build()
        .map_err(|error| wrong(error.to_string()))?;
    let named = regex.capture_names().position(|name| name == Some("secret"));
    let group = named.unwrap_or(usize::from(regex.captures_len() > 1));
    Ok(Compiled { regex, group })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_not_compile_is_tried_at_once() {
        for (regex, is_sure) in [
            ("house-[0-9a-f]{32}", true),
            ("(a|b)*c?", true),
            ("a{1000}", true),
            ("(a{100}){100}", false),
            ("(", false),
            (r"\p{Greek}", false),
        ] {
            assert_eq!(surely_compiles(regex), is_sure, "{regex}");
        }
    }
}
