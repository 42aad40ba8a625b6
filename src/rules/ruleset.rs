//! The rules of one run: the built-in ones and the user's, with their regexes compiled on first use.

use std::collections::HashSet;
use std::sync::OnceLock;

use foldhash::fast::RandomState;
use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::hir::{Class, Hir, HirKind};

use super::paths::PathFilter;
use super::{builtin, hint, plain};
use crate::types::rule::{Confidence, Hint, Rule, Rules, Severity};

/// Most rules a set may hold: rule indexes are `u16`.
pub const MAX_RULES: usize = u16::MAX as usize;

/// Most keywords that rules beside the built-in ones may have: the tables of the keyword search count in `u16`.
pub const MAX_KEYWORDS: usize = 3000;

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
    /// A glob of paths that does not parse, or would match all that it does not name.
    #[error("rule `{rule}`: `{glob}` is no glob of paths; what a rule is not for stands in `except`")]
    Glob {
        /// Its id.
        rule: String,
        /// As written.
        glob: String,
    },
    /// Two rules of one id.
    #[error("rule id `{0}` is used twice")]
    Twice(String),
    /// More than [`MAX_RULES`].
    #[error("more than {MAX_RULES} rules")]
    TooMany,
    /// More than [`MAX_KEYWORDS`].
    #[error("the rules of one's own have more than {MAX_KEYWORDS} keywords")]
    Keywords,
}

/// The rules of one run. A rule is named by its index everywhere; built-in rules come first.
#[derive(Debug)]
pub struct RuleSet {
    /// How many of the built-in rules are in it: all or none.
    builtin: usize,
    custom: Vec<Rule>,
    compiled: Vec<OnceLock<Option<Compiled>>>,
    /// Of the custom rules.
    hints: Vec<OnceLock<Hint>>,
    paths: Vec<OnceLock<PathFilter>>,
    /// Rules whose worth was set otherwise, by index; mostly none.
    changed: Vec<(u16, Rule)>,
}

impl Rules for RuleSet {
    fn rule(&self, index: u16) -> &Rule {
        Self::rule(self, index)
    }
}

/// A compiled regex and the group that holds the secret.
#[derive(Debug, Clone)]
pub struct Compiled {
    /// The regex.
    pub regex: Regex,
    /// Group `secret`, else the first group, else the whole match.
    pub group: usize,
}

/// What the search around a keyword asks of a rule.
#[derive(Debug, Clone, Copy)]
pub struct Sought<'r> {
    /// Bytes on each side of a keyword; `None`: the keyword's line.
    pub reach: Option<u32>,
    /// What the regex needs to match at all.
    pub hint: &'r Hint,
}

impl RuleSet {
    /// The built-in rules. Compiles nothing.
    pub fn builtin() -> Self {
        Self::of(builtin::LEN, Vec::new())
    }

    /// The built-in rules and `custom` ones behind them, whose regexes are checked here so that an error shows at once.
    ///
    /// # Errors
    /// A regex that does not compile, an id used twice, too many rules or keywords.
    pub fn with_custom(custom: Vec<Rule>) -> Result<Self, RuleSetError> {
        let set = Self::of(builtin::LEN, custom);
        set.validate()?;
        Ok(set)
    }

    /// Only the given rules.
    ///
    /// # Errors
    /// As [`with_custom`](Self::with_custom).
    pub fn only(custom: Vec<Rule>) -> Result<Self, RuleSetError> {
        let set = Self::of(0, custom);
        set.validate()?;
        Ok(set)
    }

    fn of(builtin: usize, custom: Vec<Rule>) -> Self {
        let count = builtin + custom.len();
        let compiled = std::iter::repeat_with(OnceLock::new).take(count).collect();
        let hints = std::iter::repeat_with(OnceLock::new).take(custom.len()).collect();
        let paths = std::iter::repeat_with(OnceLock::new).take(count).collect();
        Self { builtin, custom, compiled, hints, paths, changed: Vec::new() }
    }

    fn validate(&self) -> Result<(), RuleSetError> {
        if self.len() > MAX_RULES {
            return Err(RuleSetError::TooMany);
        }
        if self.custom.iter().map(|rule| rule.keywords.len()).sum::<usize>() > MAX_KEYWORDS {
            return Err(RuleSetError::Keywords);
        }
        let mut ids: HashSet<&str, RandomState> = HashSet::default();
        let twice = self.custom.iter().find(|rule| !ids.insert(&rule.id)).map(|rule| rule.id.clone());
        if let Some(id) = twice.or_else(|| builtin::ids().take(self.builtin).find(|id| ids.contains(&**id))) {
            return Err(RuleSetError::Twice(id.into_owned()));
        }
        for rule in &self.custom {
            let broken = |glob: &&str| glob.is_empty() || glob.starts_with('!') || fast_glob::validate(glob).is_err();
            if let Some(glob) = rule.path.iter().chain(&*rule.except).map(|glob| &**glob).find(broken) {
                return Err(RuleSetError::Glob { rule: rule.id.to_string(), glob: glob.to_owned() });
            }
            if let Some(regex) = &rule.regex
                && !surely_compiles(regex)
            {
                compile(rule)?;
            }
        }
        Ok(())
    }

    /// Whether the built-in rules are among them.
    pub fn has_builtin(&self) -> bool {
        self.builtin > 0
    }

    /// The rules that are not built in, with their indexes.
    pub fn custom(&self) -> impl Iterator<Item = (u16, &Rule)> {
        (self.builtin as u16..self.len() as u16).map(|index| (index, self.rule(index)))
    }

    /// How many rules there are.
    pub fn len(&self) -> usize {
        self.builtin + self.custom.len()
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
        let builtin = if index < self.builtin { builtin::rule(index) } else { None };
        builtin.unwrap_or_else(|| &self.custom[index - self.builtin])
    }

    /// The rules whose regex is tried everywhere.
    pub fn unanchored(&self) -> impl Iterator<Item = u16> {
        self.of_kind(&builtin::UNANCHORED, Rule::is_unanchored)
    }

    /// The rules that are about a path alone.
    pub fn path_rules(&self) -> impl Iterator<Item = u16> {
        self.of_kind(&builtin::PATHS, Rule::is_path_rule)
    }

    /// The rules that are about binaries as a whole.
    pub fn binary_rules(&self) -> impl Iterator<Item = u16> {
        self.of_kind(&builtin::BINARIES, Rule::is_binary_rule)
    }

    /// The rules that are about the entries of Kubernetes Secrets.
    pub fn entries_rules(&self) -> impl Iterator<Item = u16> {
        self.of_kind(&builtin::ENTRIES, Rule::is_entries_rule)
    }

    /// The build script lists the built-in rules of a kind, so that none is unpacked to be asked.
    fn of_kind(&self, builtin: &'static [u16], is: fn(&Rule) -> bool) -> impl Iterator<Item = u16> {
        let builtin = if self.has_builtin() { builtin } else { &[] };
        let custom = self.custom().filter(move |(_, rule)| is(rule)).map(|(index, _)| index);
        builtin.iter().copied().chain(custom)
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

    /// The index here of a rule that another set has: the same rule's, else a new one, by which the rule is named and never
    /// looked for.
    pub fn adopt(&mut self, rule: &Rule) -> u16 {
        let is_same = |own: &Rule| {
            (&own.id, &own.title, own.severity, own.confidence) == (&rule.id, &rule.title, rule.severity, rule.confidence)
        };
        let known = self.iter().find(|(_, own)| is_same(own)).map(|(index, _)| index);
        known.unwrap_or_else(|| {
            let index = self.len().min(MAX_RULES - 1);
            self.custom.push(rule.clone());
            self.compiled.push(OnceLock::new());
            self.hints.push(OnceLock::new());
            self.paths.push(OnceLock::new());
            index as u16
        })
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
        let is_compiled = |index: &u16| self.compiled[usize::from(*index)].get().is_some();
        (0..self.len() as u16).filter(is_compiled).map(|index| self.rule(index))
    }

    /// What a search around its keywords asks of a rule; what a custom regex needs is read off it at the first call.
    pub fn sought(&self, index: u16) -> Sought<'_> {
        let rule = self.rule(index);
        let hint = match usize::from(index).checked_sub(self.builtin) {
            None => &rule.hint,
            Some(custom) => self.hints[custom].get_or_init(|| {
                let of = |regex| hint::of(regex, &rule.keywords);
                rule.regex.as_deref().map_or(Hint::NONE, of)
            }),
        };
        Sought { reach: rule.reach, hint }
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
    if plain::weight(regex).is_some_and(|weight| weight <= SMALL) {
        return true;
    }
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
    use crate::rules::schema::RawRule;

    #[test]
    fn a_custom_regex_has_its_hint_when_it_is_asked_for() {
        let raw = |keywords: &[&str], regex: &str| RawRule {
            id: "house-key".to_owned(),
            keywords: keywords.iter().map(|&text| text.to_owned()).collect(),
            regex: Some(regex.to_owned()),
            ..RawRule::default()
        };
        let rule = raw(&["house"], "house-(?<secret>[0-9a-f]{32})").to_rule("custom", "").expect("a rule");
        let rules = RuleSet::with_custom(vec![rule.clone()]).expect("a set");
        let (index, _) = rules.custom().next().expect("the rule");
        assert_eq!((rule.hint.run, rules.sought(index).hint.run), (0, 32));
        let many: Vec<String> = (0..=MAX_KEYWORDS).map(|n| format!("word{n}")).collect();
        let many = raw(&many.iter().map(String::as_str).collect::<Vec<_>>(), "word").to_rule("custom", "").expect("a rule");
        assert!(matches!(RuleSet::with_custom(vec![many]), Err(RuleSetError::Keywords)));
    }

    #[test]
    fn what_may_not_compile_is_tried_at_once() {
        for (regex, is_sure) in [
            ("house-[0-9a-f]{32}", true),
            ("(a|b)*c?", true),
            (r"(?x) a # b", true),
            ("a{1000}", true),
            ("(a{100}){100}", false),
            ("(", false),
            (r"\p{Greek}", false),
        ] {
            assert_eq!(surely_compiles(regex), is_sure, "{regex}");
        }
    }
}
