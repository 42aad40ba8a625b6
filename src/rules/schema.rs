//! The patterns file: TOML as written (patterns/README.md) and its reading into [`Rule`]s.
//!
//! The build script includes this file, so that built-in and user rules go through one reader.

use std::borrow::Cow;

use serde::Deserialize;

use super::places::{Call, Command};
use super::services::RawService;
use crate::types::rule::{Check, Checksum, Confidence, Hint, Magic, Reader, Requires, Rule, Severity, Structure, Text, Texts};

/// A patterns file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PatternFile {
    /// Equal to the file's stem.
    pub family: String,
    /// Where the formats are described.
    #[serde(default)]
    pub docs: String,
    /// The rules, in order.
    #[serde(default)]
    pub rule: Vec<RawRule>,
    /// Services whose tokens have no fixed shape; [`parse`] turns each into a rule behind the others.
    #[serde(default)]
    pub service: Vec<RawService>,
}

/// A rule as written.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawRule {
    /// Permanent kebab-case name.
    pub id: String,
    /// One line for a person.
    pub title: Option<String>,
    /// What to do about a finding.
    pub advice: Option<String>,
    /// Overrides the family's.
    pub docs: Option<String>,
    /// Former ids.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// `critical`, `high` (default), `medium` or `low`.
    pub severity: Option<String>,
    /// `high`, `medium` (default) or `low`.
    pub confidence: Option<String>,
    /// Literals of at least three bytes.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// Bytes regex with a group `secret`.
    pub regex: Option<String>,
    /// `assignment` or `entries`: a hand-written reader instead of a regex.
    pub reader: Option<String>,
    /// Calls with the argument that is the secret, see `rules/places`.
    #[serde(default)]
    pub calls: Vec<String>,
    /// Command lines with the word that is the secret, likewise.
    #[serde(default)]
    pub commands: Vec<String>,
    /// First bytes of a binary in hex, behind `OFFSET:` where they are not the first.
    #[serde(default)]
    pub magic: Vec<String>,
    /// What the binary must be inside.
    pub structure: Option<String>,
    /// Bytes on each side of a keyword.
    pub reach: Option<u32>,
    /// Globs.
    #[serde(default)]
    pub path: Vec<String>,
    /// Globs.
    #[serde(default)]
    pub except: Vec<String>,
    /// Tests of the value.
    #[serde(default)]
    pub checks: Vec<RawCheck>,
    /// A companion.
    pub requires: Option<RawRequires>,
    /// Examples that must match.
    #[serde(default)]
    pub accept: Vec<Example>,
    /// Examples that must not.
    #[serde(default)]
    pub reject: Vec<Example>,
}

/// A check as written: a word, or a one-key table.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum RawCheck {
    /// `"placeholder"` and its kin.
    Word(String),
    /// `{ entropy = 3.0 }` and its kin.
    Table(CheckTable),
}

/// A check with an argument; exactly one key is set.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckTable {
    entropy: Option<f32>,
    checksum: Option<String>,
    marvin: Option<Vec<String>>,
    public: Option<Vec<String>>,
    doubtful: Option<Vec<String>>,
    lower_if: Option<Vec<String>>,
    base64: Option<String>,
}

impl RawCheck {
    /// The check that a value has so many bits a character.
    pub fn entropy(bits: f32) -> Self {
        Self::Table(CheckTable { entropy: Some(bits), ..CheckTable::default() })
    }
}

/// A companion as written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawRequires {
    /// Id of the other rule.
    pub rule: String,
    /// Lines between the two.
    pub within_lines: u32,
}

/// An example: a template, or a path for path rules.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// The template of the text.
    pub text: Option<String>,
    /// The file the text is in, or for path rules the path itself.
    pub path: Option<String>,
    /// Why a reject is one.
    pub why: Option<String>,
    /// What the checks make of an accept, where that is not the rule's own.
    pub confidence: Option<String>,
}

/// What is wrong with a rule.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// The TOML does not parse or has an unknown key.
    #[error("{0}")]
    Toml(String),
    /// A rule breaks the schema.
    #[error("rule `{rule}`: {what}")]
    Rule {
        /// Its id.
        rule: String,
        /// What is wrong.
        what: String,
    },
}

/// Reads a patterns file; its services are rules like the others afterwards.
///
/// # Errors
/// When the TOML does not parse or holds an unknown key, or a service breaks the schema.
pub fn parse(text: &str) -> Result<PatternFile, SchemaError> {
    let mut file: PatternFile = toml::from_str(text).map_err(|error| SchemaError::Toml(error.to_string()))?;
    for service in std::mem::take(&mut file.service) {
        file.rule.push(service.to_rule()?);
    }
    Ok(file)
}

fn owned(texts: &[String]) -> Texts {
    Cow::Owned(texts.iter().map(|t| Cow::Owned(t.clone())).collect())
}

/// Bytes of a keyword that are looked for; the start of a longer one says enough. A history scan looks at so many bytes
/// around each place where two versions of a file differ.
const LONGEST_KEYWORD: usize = 24;

impl RawRule {
    fn wrong(&self, what: impl Into<String>) -> SchemaError {
        SchemaError::Rule { rule: self.id.clone(), what: what.into() }
    }

    /// The rule this describes, in `family`.
    ///
    /// # Errors
    /// A bad id, an unknown word, a keyword under three bytes or not ASCII, a rule with neither regex nor path.
    pub fn to_rule(&self, family: &str, docs: &str) -> Result<Rule, SchemaError> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.id.is_empty() || !self.id.chars().all(plain) {
            return Err(self.wrong("an id is lower-case letters, digits and dashes"));
        }
        if let Some(bad) = self.keywords.iter().find(|k| k.len() < 3 || !k.is_ascii()) {
            return Err(self.wrong(format!("keyword {bad:?} must be at least 3 ASCII characters")));
        }
        let (reader, places) = self.reader()?;
        if self.regex.is_none() && reader.is_none() && self.magic.is_empty() && self.path.is_empty() {
            return Err(self.wrong("a rule needs a `regex`, `calls`, `commands`, a `magic` or a `path`"));
        }
        if !self.magic.is_empty() && (self.regex.is_some() || reader.is_some() || !self.keywords.is_empty()) {
            return Err(self.wrong("`magic` is for binaries, in which no `keywords` or `regex` are looked for"));
        }
        let severity = self.severity.as_deref().unwrap_or("high");
        let confidence = self.confidence.as_deref().unwrap_or("medium");
        let longest = if reader.is_none() { LONGEST_KEYWORD } else { usize::MAX };
        let mut lower: Vec<String> = self.keywords.iter().map(|k| k[..k.len().min(longest)].to_ascii_lowercase()).collect();
        for keyword in self.derived_keywords() {
            if !lower.contains(&keyword) {
                lower.push(keyword);
            }
        }
        // What is cut off a keyword is still looked at behind it.
        let cut = self.keywords.iter().map(|k| k.len().saturating_sub(longest)).max().unwrap_or_default() as u32;
        let text = |value: &Option<String>, or: &str| Text::Owned(value.clone().unwrap_or_else(|| or.to_owned()));
        Ok(Rule {
            id: Cow::Owned(self.id.clone()),
            family: Cow::Owned(family.to_owned()),
            title: text(&self.title, &self.id),
            advice: text(&self.advice, "Remove the value, revoke it at its issuer, and load it from a secret store."),
            docs: text(&self.docs, docs),
            aliases: owned(&self.aliases),
            severity: Severity::from_name(severity)
                .ok_or_else(|| self.wrong(format!("unknown severity `{severity}`; one of critical, high, medium, low")))?,
            confidence: Confidence::from_name(confidence)
                .ok_or_else(|| self.wrong(format!("unknown confidence `{confidence}`; one of high, medium, low")))?,
            keywords: owned(&lower),
            hint: Hint::NONE,
            regex: self.regex.clone().map(Cow::Owned),
            reader,
            places: owned(places),
            leads: self.commands.iter().filter_map(|place| Some(Command::parse(place)?.leads())).collect(),
            magic: Cow::Owned(self.magic.iter().map(|text| self.magic(text)).collect::<Result<_, _>>()?),
            structure: self.structure.as_deref().map(|name| self.structure(name)).transpose()?,
            reach: self.reach.map(|reach| reach.saturating_add(cut)),
            path: owned(&self.path),
            except: owned(&self.except),
            checks: Cow::Owned(self.checks.iter().map(|c| self.check(c)).collect::<Result<_, _>>()?),
            requires: self.requires.as_ref().map(|r| Requires { rule: Cow::Owned(r.rule.clone()), within_lines: r.within_lines }),
        })
    }

    /// The reader that stands in for a regex, and the places it goes by.
    fn reader(&self) -> Result<(Option<Reader>, &[String]), SchemaError> {
        let unread = |place: &&String| Call::parse(place).is_none();
        if let Some(place) = self.calls.iter().find(unread) {
            return Err(self.wrong(format!("call {place:?} names no argument that is the secret")));
        }
        let unread = |place: &&String| Command::parse(place).is_none();
        if let Some(place) = self.commands.iter().find(unread) {
            return Err(self.wrong(format!("command {place:?} names no word that is the secret")));
        }
        match (self.reader.as_deref(), self.calls.is_empty(), self.commands.is_empty()) {
            (None, true, true) => Ok((None, &[])),
            (Some("assignment"), true, true) => Ok((Some(Reader::Assignment), &[])),
            (Some("entries"), true, true) => Ok((Some(Reader::Entries), &[])),
            (None, false, true) => Ok((Some(Reader::Call), &self.calls)),
            (None, true, false) => Ok((Some(Reader::Command), &self.commands)),
            (Some(other), true, true) => Err(self.wrong(format!("unknown reader `{other}`"))),
            _ => Err(self.wrong("a rule has one of `reader`, `calls` and `commands`")),
        }
    }

    /// The keywords that follow from calls and, where none are given, from commands.
    fn derived_keywords(&self) -> impl Iterator<Item = String> {
        let calls = self.calls.iter().filter_map(|place| Call::parse(place)?.keyword());
        let commands: &[String] = if self.keywords.is_empty() { &self.commands } else { &[] };
        let commands = commands.iter().filter_map(|place| Command::parse(place)).flat_map(|command| command.keywords());
        calls.chain(commands)
    }

    fn magic(&self, text: &str) -> Result<Magic, SchemaError> {
        let wrong = || self.wrong(format!("magic {text:?} is not hex bytes, behind an offset and a colon where there is one"));
        let (offset, hex) = text.split_once(':').unwrap_or(("0", text));
        let pairs = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2));
        let bytes: Option<Vec<u8>> = pairs.map(|pair| pair.and_then(|pair| u8::from_str_radix(pair, 16).ok())).collect();
        let bytes = bytes.filter(|bytes| !bytes.is_empty()).ok_or_else(wrong)?;
        if bytes.len() < 4 && self.structure.is_none() && self.path.is_empty() {
            return Err(self.wrong(format!("magic {text:?} is under 4 bytes, which needs a `structure` or a `path`")));
        }
        Ok(Magic { offset: offset.parse().map_err(|_| wrong())?, bytes: Cow::Owned(bytes) })
    }

    fn structure(&self, name: &str) -> Result<Structure, SchemaError> {
        let known = Structure::ALL.iter().find(|(known, _)| *known == name).map(|(_, structure)| *structure);
        known.ok_or_else(|| self.wrong(format!("unknown structure `{name}`")))
    }

    fn check(&self, raw: &RawCheck) -> Result<Check, SchemaError> {
        match raw {
            RawCheck::Word(word) => WORDS
                .iter()
                .find(|(name, _)| name == word)
                .map(|(_, check)| check.clone())
                .ok_or_else(|| self.wrong(format!("unknown check `{word}`"))),
            RawCheck::Table(table) => self.check_table(table),
        }
    }

    fn check_table(&self, table: &CheckTable) -> Result<Check, SchemaError> {
        let CheckTable { entropy, checksum, marvin, public, doubtful, lower_if, base64 } = table;
        let mut checks = Vec::new();
        checks.extend(entropy.map(Check::Entropy));
        if let Some(name) = checksum {
            let found = Checksum::ALL.iter().find(|(known, _)| known == name);
            let (_, sum) = found.ok_or_else(|| self.wrong(format!("unknown checksum `{name}`")))?;
            checks.push(Check::Checksum(*sum));
        }
        checks.extend(marvin.as_deref().map(owned).map(Check::Marvin));
        checks.extend(public.as_deref().map(owned).map(Check::Public));
        checks.extend(doubtful.as_deref().map(owned).map(Check::Doubtful));
        checks.extend(lower_if.as_deref().map(owned).map(Check::LowerIf));
        checks.extend(base64.clone().map(|text| Check::Base64(Cow::Owned(text))));
        match <[Check; 1]>::try_from(checks) {
            Ok([check]) => Ok(check),
            Err(_) => Err(self.wrong("a check table has exactly one key")),
        }
    }

    /// What a built-in rule owes beyond the schema: title, advice, two accepts and a reject.
    ///
    /// # Errors
    /// Names what is missing.
    pub fn has_examples(&self) -> Result<(), SchemaError> {
        if self.title.is_none() || self.advice.is_none() {
            return Err(self.wrong("title and advice are required"));
        }
        if self.accept.len() < 2 || self.reject.is_empty() {
            return Err(self.wrong("at least two accepts and one reject are required"));
        }
        Ok(())
    }
}

const WORDS: &[(&str, Check)] = &[
    ("placeholder", Check::Placeholder),
    ("digit", Check::Digit),
    ("letter", Check::Letter),
    ("upper", Check::Upper),
    ("lower", Check::Lower),
    ("mixed", Check::Mixed),
    ("words", Check::Words),
    ("not-hex", Check::NotHex),
    ("not-uuid", Check::NotUuid),
    ("jwt", Check::Jwt),
    ("pem", Check::Pem),
];
