//! Services whose tokens have no fixed shape: one table entry each, expanded into an ordinary rule.
//!
//! 32 hex characters are a digest, an id or a key; what tells is the service's name and a word such as "key" or "token" in
//! the name they are assigned to. An entry names the service, its spellings and the shapes of its secrets, and everything
//! else (regex, keywords, checks, examples) follows from those. The build script includes this file.

use serde::Deserialize;

use super::schema::{Example, RawCheck, RawRule, SchemaError};

/// A service as written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawService {
    /// The rule's permanent kebab-case name.
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
    /// The service's name as people write it, in lower case; `_` stands for `_`, `-` or nothing.
    pub names: Vec<String>,
    /// What its secrets look like: `hex:32`, `alnum:40-46`, `uuid`, `'key-' hex:32`.
    pub shapes: Vec<String>,
    /// One of these stands between the name and the value.
    #[serde(default = "default_words")]
    pub words: Vec<String>,
    /// The name is a common word: it must stand on its own, with one of the words next to it.
    #[serde(default)]
    pub strict: bool,
    /// `critical`, `high` (default), `medium` or `low`.
    pub severity: Option<String>,
    /// `high`, `medium` (default) or `low`.
    pub confidence: Option<String>,
}

fn default_words() -> Vec<String> {
    ["key", "token", "secret", "password", "credential", "auth"].map(str::to_owned).to_vec()
}

/// What may stand between the name and the word: more of the name, a path, a query.
const BETWEEN: &str = r#"[\w ./?&=%:"'\[{>-]{0,40}?"#;
/// What may stand there for a strict entry.
const QUALIFIERS: &str = "(?:api|app|access|auth|oauth|client|private|personal|account|server|service|rest|user|admin|project)";
/// What may follow the word in a name. No `id`, `hash` or `fingerprint`: those name something else.
const SUFFIX: &str = r"(?:[_. -]?(?:s|value|secret|key|token|prod(?:uction)?|live|test|dev(?:elopment)?|stag(?:ing|e)|sandbox|default|main|primary|str(?:ing)?|env|new|v?[0-9]{1,3})){0,2}";
/// From the end of the name to the value: assignments, pairs, calls, flags, XML, an `Authorization` scheme, quotes.
const ASSIGNS: &str = r#"(?:\\{0,3}["'`])?\]?[ \t]*(?:=>|[:?+]?={1,2}|:-?|,|\(|>|\|\|?|\?\?|:[ \t]*&?['A-Za-z][A-Za-z' .<>]{0,24}=|[ ,;]{1,3}\\{0,2}["']?[Vv]alue\\{0,2}["']?[ \t]*[:=]|[ \t])[ \t]*\(?(?:[A-Za-z]{0,2}\\{0,3}["'`])?(?:(?:Bearer|Token|token) )?"#;
/// Behind the value.
const EDGE: &str = r"(?:[^0-9A-Za-z_+/=:\n-]|$)";
/// What may join a strict name to what follows it.
const JOINTS: [&str; 3] = ["_", "-", "."];

/// The shortest secret an entry may describe.
const SHORTEST: usize = 16;

/// Characters a run is made of.
#[derive(Debug)]
struct Class {
    name: &'static str,
    /// The inside of a regex class.
    set: &'static str,
    /// Template forms of its first characters, so that an example never lacks a kind, and of the rest.
    head: &'static [&'static str],
    form: &'static str,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Hex,
    Digits,
    Text,
}

const fn class(name: &'static str, set: &'static str, head: &'static [&'static str], form: &'static str, kind: Kind) -> Class {
    Class { name, set, head, form, kind }
}

const CLASSES: &[Class] = &[
    class("hex", "0-9a-f", &[], "hex", Kind::Hex),
    class("upper_hex", "0-9A-F", &[], "hexup", Kind::Hex),
    class("any_hex", "0-9A-Fa-f", &[], "hex", Kind::Hex),
    class("digits", "0-9", &[], "digit", Kind::Digits),
    class("alnum", "0-9A-Za-z", &["digit", "upper", "lower"], "alnum", Kind::Text),
    class("base36", "0-9a-z", &["digit", "lower"], "lownum", Kind::Text),
    class("upper36", "0-9A-Z", &["digit", "upper"], "upnum", Kind::Text),
    class("b64", "0-9A-Za-z+/", &["digit", "upper", "lower"], "b64", Kind::Text),
    class("b64u", "0-9A-Za-z_-", &["digit", "upper", "lower"], "b64u", Kind::Text),
];

/// One part of a shape.
#[derive(Debug)]
enum Piece {
    Text(String),
    Uuid,
    Run { class: &'static Class, low: usize, high: usize },
}

impl Piece {
    fn parse(text: &str) -> Result<Self, String> {
        if text == "uuid" {
            return Ok(Self::Uuid);
        }
        if let Some(literal) = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
            let plain = |c: char| c.is_ascii_alphanumeric() || "_-.:=~".contains(c);
            return match !literal.is_empty() && literal.chars().all(plain) {
                true => Ok(Self::Text(literal.to_owned())),
                false => Err(format!("literal {text} may hold letters, digits and `_-.:=~`")),
            };
        }
        let (name, length) = text.split_once(':').ok_or_else(|| format!("shape `{text}` has no length"))?;
        let class = CLASSES.iter().find(|class| class.name == name).ok_or_else(|| format!("unknown shape `{name}`"))?;
        let (low, high) = length.split_once('-').unwrap_or((length, length));
        match (low.parse(), high.parse()) {
            (Ok(low), Ok(high)) if 0 < low && low <= high && high <= 512 => Ok(Self::Run { class, low, high }),
            _ => Err(format!("length `{length}` must be 1 to 512, or a range of those")),
        }
    }

    fn shortest(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Uuid => 36,
            Self::Run { low, .. } => *low,
        }
    }

    fn regex(&self) -> String {
        match self {
            Self::Text(text) => text.replace('.', r"\."),
            Self::Uuid => "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}".to_owned(),
            Self::Run { class, low, high } if low == high => format!("[{}]{{{low}}}", class.set),
            Self::Run { class, low, high } => format!("[{}]{{{low},{high}}}", class.set),
        }
    }

    /// A random value, as a template.
    fn template(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Uuid => "{uuid}".to_owned(),
            Self::Run { class, low, .. } => {
                let head = if class.head.len() < *low { class.head } else { &[] };
                let first: String = head.iter().map(|form| format!("{{{form}:1}}")).collect();
                format!("{first}{{{}:{}}}", class.form, low - head.len())
            }
        }
    }

    /// A value of the shape that is none.
    fn dummy(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Uuid => "00000000-0000-0000-0000-000000000000".to_owned(),
            Self::Run { low, .. } => format!("{{repeat:0:{low}}}"),
        }
    }
}

/// What a secret looks like.
#[derive(Debug)]
struct Shape(Vec<Piece>);

impl Shape {
    fn parse(text: &str) -> Result<Self, String> {
        let shape = Self(text.split_whitespace().map(Piece::parse).collect::<Result<_, _>>()?);
        match shape.0.iter().map(Piece::shortest).sum::<usize>() {
            0..SHORTEST => Err(format!("shape `{text}` is under {SHORTEST} characters")),
            _ => Ok(shape),
        }
    }

    fn text(&self, of: fn(&Piece) -> String) -> String {
        self.0.iter().map(of).collect()
    }

    /// The longest run with its length; a UUID counts as hex.
    fn body(&self) -> (Kind, usize) {
        let runs = self.0.iter().filter_map(|piece| match piece {
            Piece::Text(_) => None,
            Piece::Uuid => Some((Kind::Hex, 32)),
            Piece::Run { class, low, .. } => Some((class.kind, *low)),
        });
        runs.max_by_key(|(_, length)| *length).unwrap_or((Kind::Text, 0))
    }

    fn is_uuid(&self) -> bool {
        self.0.iter().any(|piece| matches!(piece, Piece::Uuid))
    }

    /// Bits a character that a random value has with room to spare.
    fn entropy(&self) -> f32 {
        match self.body() {
            (Kind::Digits, _) => 2.0,
            (Kind::Hex, 0..24) => 2.3,
            (Kind::Hex, _) => 2.8,
            (Kind::Text, 0..24) => 3.0,
            (Kind::Text, _) => 3.3,
        }
    }
}

impl RawService {
    fn wrong(&self, what: impl Into<String>) -> SchemaError {
        SchemaError::Rule { rule: self.id.clone(), what: what.into() }
    }

    /// The rule this stands for.
    ///
    /// # Errors
    /// A name that is too short or not lower case, an unknown shape.
    pub fn to_rule(&self) -> Result<RawRule, SchemaError> {
        let names = self.spellings()?;
        let simple = |word: &String| word.len() >= 3 && word.bytes().all(|b| b.is_ascii_lowercase() || b"_-".contains(&b));
        if self.words.is_empty() || !self.words.iter().all(simple) {
            return Err(self.wrong("`words` are at least 3 lower-case letters each"));
        }
        let shapes: Result<Vec<Shape>, String> = self.shapes.iter().map(|shape| Shape::parse(shape)).collect();
        let shapes = shapes.map_err(|what| self.wrong(what))?;
        if shapes.is_empty() {
            return Err(self.wrong("a service has at least one shape"));
        }
        let (accept, reject) = self.examples(&shapes);
        Ok(RawRule {
            id: self.id.clone(),
            title: self.title.clone(),
            advice: self.advice.clone(),
            docs: self.docs.clone(),
            aliases: self.aliases.clone(),
            severity: self.severity.clone(),
            confidence: self.confidence.clone(),
            keywords: self.keywords(&names),
            regex: Some(self.regex(&names, &shapes)),
            checks: checks(&shapes),
            accept,
            reject,
            ..RawRule::default()
        })
    }

    /// The names with every way to join their parts.
    fn spellings(&self) -> Result<Vec<String>, SchemaError> {
        let least = if self.strict { 3 } else { 4 };
        let mut all: Vec<String> = Vec::new();
        for name in &self.names {
            let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-.".contains(&b);
            if name.len() < least || !name.bytes().all(plain) {
                return Err(self.wrong(format!("name {name:?} must be {least} or more of a-z, 0-9, `_`, `-` and `.`")));
            }
            all.extend([name.clone(), name.replace('_', "-"), name.replace('_', "")]);
        }
        if all.is_empty() {
            return Err(self.wrong("a service has at least one name"));
        }
        all.sort();
        all.dedup();
        Ok(all)
    }

    /// What every match holds: the name, for a strict entry with the beginning of what must follow it.
    fn keywords(&self, names: &[String]) -> Vec<String> {
        if !self.strict {
            // A name that holds another one is found with it.
            let covered = |name: &String| names.iter().any(|other| other != name && name.contains(other.as_str()));
            return names.iter().filter(|name| !covered(name)).cloned().collect();
        }
        let next = JOINTS.into_iter().chain(["api"]).chain(self.words.iter().map(String::as_str));
        let next: Vec<&str> = next.collect();
        names.iter().flat_map(|name| next.iter().map(move |next| format!("{name}{next}"))).collect()
    }

    fn regex(&self, names: &[String], shapes: &[Shape]) -> String {
        let names: Vec<String> = names.iter().map(|name| name.replace('.', r"\.")).collect();
        let (names, words) = (names.join("|"), self.words.join("|"));
        let shapes: Vec<String> = shapes.iter().map(|shape| shape.text(Piece::regex)).collect();
        let name = match self.strict {
            false => format!("(?:{names}){BETWEEN}"),
            true => format!(r"(?:\b|_)(?:{names})(?:[_.-](?:{QUALIFIERS}[_.-]?){{0,2}}|api[_.-]?)?"),
        };
        format!("(?i:{name}(?:{words}){SUFFIX}){ASSIGNS}(?<secret>{}){EDGE}", shapes.join("|"))
    }

    /// Two or more accepts, so that every shape has one; a placeholder and a name without the word as rejects.
    fn examples(&self, shapes: &[Shape]) -> (Vec<Example>, Vec<Example>) {
        let name = self.names.first().map_or("", |name| name).replace(['-', '.'], "_");
        let word = self.words.first().map_or("", |word| word).replace('-', "_");
        let upper = format!("{name}_{word}").to_ascii_uppercase();
        let example =
            |text: String, why: Option<&str>| Example { text: Some(text), why: why.map(str::to_owned), ..Example::default() };
        let last = shapes.len().saturating_sub(1);
        let accept = (0..shapes.len().max(2)).map(|at| {
            let value = shapes[at.min(last)].text(Piece::template);
            match at % 3 {
                0 => format!("export {upper}={value}"),
                1 => format!(r#"  "{name}_api_{word}": "{value}","#),
                _ => format!("{name}.{word} = '{value}'"),
            }
        });
        let accept = accept.map(|text| example(text, None)).collect();
        let value = shapes[0].text(Piece::template);
        let reject = vec![
            example(format!("{upper}={}", shapes[0].text(Piece::dummy)), Some("placeholder")),
            example(format!("{}_COMMIT={value}", name.to_ascii_uppercase()), Some("no word that names a secret")),
            example(format!("{upper}={value}{{digit:600}}"), Some("longer than the format")),
        ];
        (accept, reject)
    }
}

/// What every shape of an entry stands up to.
fn checks(shapes: &[Shape]) -> Vec<RawCheck> {
    let all = |kind: fn(Kind) -> bool| shapes.iter().all(|shape| kind(shape.body().0));
    let word = |name: &str| RawCheck::Word(name.to_owned());
    let mut checks = vec![word("placeholder"), word("digit")];
    if all(|kind| kind != Kind::Digits) {
        checks.push(word("letter"));
    }
    if all(|kind| kind == Kind::Text) {
        checks.extend([word("not-hex"), word("words")]);
    }
    if !shapes.iter().any(Shape::is_uuid) {
        checks.push(word("not-uuid"));
    }
    let least = shapes.iter().map(Shape::entropy).fold(f32::INFINITY, f32::min);
    checks.push(RawCheck::entropy(least));
    checks
}

#[cfg(test)]
mod tests {
    use super::*;
    use regex::bytes::RegexBuilder;

    fn service(name: &str, shape: &str, strict: bool) -> RawService {
        let (names, shapes) = (vec![name.to_owned()], vec![shape.to_owned()]);
        let id = "a-service".to_owned();
        RawService {
            id,
            names,
            shapes,
            strict,
            words: default_words(),
            title: None,
            advice: None,
            docs: None,
            aliases: Vec::new(),
            severity: None,
            confidence: None,
        }
    }

    /// Whether the entry's regex matches, with `#` standing for the value.
    fn matches(service: &RawService, text: &str, value: &str) -> bool {
        let regex = service.to_rule().expect("an entry").regex.expect("a regex");
        let regex = RegexBuilder::new(&regex).unicode(false).multi_line(true).build().expect("it compiles");
        regex.captures(text.replace('#', value).as_bytes()).is_some_and(|found| &found["secret"] == value.as_bytes())
    }

    #[test]
    fn names_as_people_write_them() {
        let entry = service("acme_mail", "hex:32", false);
        let value = "0123456789abcdef".repeat(2);
        for text in [
            "ACME_MAIL_API_KEY=#",
            "acmeMailToken: \"#\"",
            "acme-mail-secret-key => '#',",
            "'acmemail' => ['secret' => '#'],",
            "<add key=\"AcmeMailKey\" value=\"#\"/>",
            "<acmeMailKey>#</acmeMailKey>",
            "const ACME_MAIL_KEY: &str = \"#\";",
            "--acme-mail-token #",
            "https://api.acmemail.com/v1/x?api_key=#&q=1",
            "ACME_MAIL_KEY_PROD=#",
        ] {
            assert!(matches(&entry, text, &value), "{text}");
        }
        for text in ["ACME_MAIL_ID=#", "acme_mail_key_id=#", "ACME_MAIL_KEY_HASH=#", "acme_mail_key=#0", "acme_mail_key=\n#"] {
            assert!(!matches(&entry, text, &value), "{text}");
        }
    }

    #[test]
    fn a_strict_name_stands_next_to_its_word() {
        let entry = service("box", "alnum:32", true);
        let value = "a1B2c3D4".repeat(4);
        for text in ["BOX_CLIENT_SECRET=#", "box.token: #", "MY_BOX_KEY=#", "boxApiKey = '#'", "boxSecret: '#'"] {
            assert!(matches(&entry, text, &value), "{text}");
        }
        for text in ["inbox_key=#", "box of the key = #", "checkbox.token=#", "box_width_key=#"] {
            assert!(!matches(&entry, text, &value), "{text}");
        }
    }

    #[test]
    fn shapes_are_read_and_mistakes_named() {
        let regex = |shape: &str| Shape::parse(shape).map(|shape| shape.text(Piece::regex));
        assert_eq!(regex("alnum:20-24").as_deref(), Ok("[0-9A-Za-z]{20,24}"));
        assert_eq!(regex("b64:86 '=='").as_deref(), Ok("[0-9A-Za-z+/]{86}=="));
        assert_eq!(regex("'k.' hex:32 '-us' digits:2").as_deref(), Ok(r"k\.[0-9a-f]{32}-us[0-9]{2}"));
        for wrong in ["hex", "hexx:32", "hex:0", "hex:40-32", "hex:8", "'$' hex:32", ""] {
            assert!(Shape::parse(wrong).is_err(), "{wrong}");
        }
        for (name, shape) in [("abc", "hex:32"), ("Acme", "hex:32"), ("acme", "hex:3")] {
            assert!(service(name, shape, false).to_rule().is_err(), "{name} {shape}");
        }
    }
}
