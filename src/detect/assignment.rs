//! Reads `name = value` around a keyword: what the name is, what is assigned, how likely the value is a secret.
//!
//! A small hand-written parser instead of a regex: it stands at every "password", "token" and "secret" of a source tree,
//! and most of those are settled by looking at two or three bytes. It asks where a literal stands and what names it: behind the
//! name (`operator`) or in another field of the record in which the name is a value (`record`); several of them (`list`), one
//! with long marks (`wrapping`), without quotes (`bare`), or inside of an expression (`expression`). Then it asks what the name
//! names (`name`) and what the literal is worth (`score`). Languages are tables in these files. Nothing is allocated on the way.

mod around;
mod bare;
mod columns;
mod expression;
mod list;
mod literal;
mod name;
mod operator;
mod other;
mod record;
pub mod score;
mod syntax;
mod vocabulary;
mod weak;
mod wrapping;

pub use name::Kind;
pub use operator::Form;
pub use syntax::Manner;

use super::checks;
use super::prefilter::Hit;
use crate::types::span::Span;
use literal::Literal;
use score::{Score, Setting};
use syntax::Syntax;

/// An assignment of a literal to a secret-like name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// From the name's first byte to the value's last.
    pub whole: Span,
    /// The name.
    pub name: Span,
    /// The value without its quotes.
    pub value: Span,
    /// What the name names.
    pub kind: Kind,
    /// How the value is assigned.
    pub form: Form,
    /// How likely the value is a secret, and why.
    pub score: Score,
}

/// Shows every assignment at a keyword whose value is likely a secret: one, or one for each literal of a list.
pub fn read(content: &[u8], manner: Manner, hit: Hit, mut visit: impl FnMut(Assignment)) {
    weigh(content, manner, hit, |read| {
        if read.score.bits() >= 0 {
            visit(read);
        }
    });
}

/// How likely a value is a secret if it is one of an entry that holds secrets: a password in quotes, under no name.
pub fn worth(value: &[u8]) -> Score {
    let literal = Literal::of(Span::new(0, value.len()));
    let (manner, kind, form) = (Manner::STRICTEST[1], Kind::Password, Form::Colon);
    let at = Span::default();
    let setting = Setting { kind, form, manner, literal, callee: b"", name: b"", content: value, at, is_parameter: false };
    score::of(value, &setting)
}

/// Shows every assignment of a literal at a keyword with its score, whatever that is.
pub fn weigh(content: &[u8], manner: Manner, hit: Hit, mut visit: impl FnMut(Assignment)) {
    let keyword = keyword(content, hit);
    let Some(end) = name::end(content, keyword.end) else { return };
    let Some(place) = Place::apart(content, keyword, end).or_else(|| Place::direct(content, keyword, end)) else {
        compared(content, manner, keyword, end).into_iter().for_each(visit);
        return;
    };
    let place = place.of_syntax(content, manner.syntax);
    let name = place.name;
    let Some(kind) = name::kind(name.of(content), Span::new(keyword.start - name.start, keyword.end - name.start), place.form)
    else {
        return;
    };
    let is_parameter = content[..name.start].ends_with(b"?") || content[..name.start].ends_with(b"&");
    let setting = |literal: Literal| Setting {
        kind,
        form: place.form,
        manner,
        literal,
        callee: literal.callee.of(content),
        name: name.of(content),
        content,
        at: name,
        is_parameter,
    };
    let assignment = |(value, score): (Span, Score)| {
        let whole = Span::new(name.start.min(value.start), name.end.max(value.end));
        Assignment { whole, name, value, kind, form: place.form, score }
    };
    if matches!(place.form, Form::Assign | Form::Colon) {
        let many = list::is_plural(name, content) && kind <= Kind::ApiKey;
        let members = if many { list::Members::Pairs } else { list::Members::Items };
        let show = &mut |literal: Literal| {
            // Short words in a list are names of things.
            let text = literal.span.of(content);
            let is_word = text.len() < 9 && text.iter().all(u8::is_ascii_lowercase);
            if !text.is_empty() && !is_word {
                visit(assignment(weighed(content, literal.span, &setting(literal))));
            }
        };
        if list::each(content, place.value, manner.syntax, members, show) {
            return;
        }
    }
    if let Some(literal) = place.literal(content, manner.syntax)
        && (place.is_apart || !is_bystander(content, name, kind, place.form))
        && !(place.form == Form::Argument && is_other_word(content, name, literal.span))
    {
        visit(assignment(best(content, literal, setting)));
    }
}

/// Where a literal stands and what names it.
#[derive(Clone, Copy, Debug)]
struct Place {
    name: Span,
    form: Form,
    /// The name is itself a value of the record.
    is_apart: bool,
    /// Where the value starts.
    value: usize,
    /// Where what leads to the value starts on its line: the name, or the key of the field that holds the value.
    lead: usize,
}

impl Place {
    /// In settings that have a line of their own the first `=` is the operator, and a value may start with another or with `>`.
    fn of_syntax(self, content: &[u8], syntax: Syntax) -> Self {
        let value = self.name.end + 1;
        let is_longer = matches!(content.get(self.name.end..), Some([b'=', b'=' | b'>', next, ..]) if next.is_ascii_graphic());
        if self.is_apart || syntax != Syntax::Lines || !is_longer {
            return self;
        }
        Self { form: Form::Assign, value, ..self }
    }

    /// The value is in another field of the record in which the name is a field's value.
    fn apart(content: &[u8], keyword: Span, end: usize) -> Option<Self> {
        // What the name of a setting can be followed by, as a value.
        if !matches!(content.get(end), None | Some(b'"' | b'\'' | b'`' | b'\n' | b'\r' | b',' | b'<' | b'\\' | b'}')) {
            return None;
        }
        let name = Span::new(name::start(content, keyword.start)?, end);
        let operator = record::apart(content, name)?;
        let value = operator.end;
        let before = content[..value].trim_ascii_end();
        let key = before.strip_suffix(b":").or(before.strip_suffix(b"=")).unwrap_or(before).trim_ascii_end();
        let length = key.iter().rev().take(40).take_while(|b| name::is_part(**b) || matches!(b, b'"' | b'\'')).count();
        Some(Self { name, form: operator.kind, is_apart: true, value, lead: key.len() - length })
    }

    /// The value is behind the name.
    fn direct(content: &[u8], keyword: Span, end: usize) -> Option<Self> {
        let operator = operator::after(content, end, keyword.start)?;
        let name = Span::new(name::start(content, keyword.start)?, end);
        let is_pair = operator.kind == Form::Colon && content[..name.start].trim_ascii_end().ends_with(b"/");
        let value = if is_pair { second_of_pair(content, operator.end) } else { operator.end };
        Some(Self { name, form: operator.kind, is_apart: false, value, lead: name.start })
    }

    /// The literal that stands there; `None` where there is none, or an empty one.
    fn literal(self, content: &[u8], syntax: Syntax) -> Option<Literal> {
        let around = || syntax::Surroundings::of(content, self.lead);
        let operator = operator::Operator { end: self.value, kind: self.form };
        literal::at(content, operator, syntax, around).filter(|literal| !literal.span.is_empty())
    }
}

/// The literal that a name is compared with.
fn compared(content: &[u8], manner: Manner, keyword: Span, end: usize) -> Option<Assignment> {
    let name = Span::new(name::start(content, keyword.start)?, end);
    let literal = literal::compared(content, name.start)?;
    let form = Form::Compare;
    let kind = name::kind(name.of(content), Span::new(keyword.start - name.start, keyword.end - name.start), form)?;
    let setting =
        Setting { kind, form, manner, literal, callee: b"", name: name.of(content), content, at: name, is_parameter: false };
    let (value, score) = weighed(content, literal.span, &setting);
    Some(Assignment { whole: Span::new(value.start, end), name, value, kind, form, score })
}

fn weighed(content: &[u8], value: Span, setting: &Setting<'_>) -> (Span, Score) {
    (value, score::of(value.of(content), setting))
}

/// What a literal is worth; where that is nothing, what another one is that may stand for it: the next argument, what an
/// expression falls back to, a part of it.
fn best<'c>(content: &'c [u8], literal: Literal, setting: impl Fn(Literal) -> Setting<'c>) -> (Span, Score) {
    let whole = Span::new(literal.span.start + literal::scheme(literal.span.of(content)), literal.span.end);
    let is_template = literal.quoted() && expression::is_template(content, literal.span);
    // However random the literals in an expression are, it is none itself.
    let mut last = if is_template { (whole, Score::refused()) } else { weighed(content, whole, &setting(literal)) };
    let mut attempt = |value: Span, other: Literal| {
        if last.1.bits() < 0 {
            last = weighed(content, value, &setting(other));
        }
        last.1.bits() >= 0
    };
    let mut argument = literal;
    for _ in 0..3 {
        if setting(literal).form != Form::Call || !argument.quoted() {
            break;
        }
        let Some(next) = literal::next(content, argument.span.end + 1, b",") else { break };
        argument = Literal { callee: literal.callee, ..next };
        attempt(argument.span, argument);
    }
    if !literal.callee.is_empty()
        && let Some(other) = expression::fallback(content, literal.span.end)
    {
        attempt(other.span, other);
    }
    if is_template {
        expression::of_template(content, literal.span, |inner| attempt(inner.span, inner));
    } else if literal.quoted()
        && let Some(piece) = piece(content, literal.span)
    {
        attempt(piece, literal);
    }
    last
}

/// Fewest bytes of a value that has no name.
const SHORTEST_UNNAMED: usize = 6;

/// The score of a value that stands, without a name, where a secret of a kind is due.
pub fn weigh_unnamed(content: &[u8], value: Span, kind: Kind, is_quoted: bool, manner: Manner) -> Score {
    let standing = if is_quoted { literal::Standing::Quoted } else { literal::Standing::Bare };
    let literal = Literal { standing, ..Literal::of(value) };
    let form = if is_quoted { Form::Assign } else { Form::Flag };
    let setting = Setting { kind, form, manner, literal, callee: b"", name: b"", content, at: value, is_parameter: false };
    // Nothing but its place speaks for it.
    if value.len() < SHORTEST_UNNAMED { Score::refused() } else { score::of(value.of(content), &setting) }
}

/// Where the second value of `user/password: a / b` starts; `start` itself where there is but one.
fn second_of_pair(content: &[u8], start: usize) -> usize {
    const FARTHEST: usize = 40;
    let rest = &content[start..content.len().min(start + FARTHEST)];
    let line = rest.split(|&b| b == b'\n').next().unwrap_or_default();
    line.iter().position(|&b| b == b'/').map_or(start, |slash| operator::skip(content, start + slash + 1, operator::blank))
}

/// The plainly random part of a literal that is a structure or a sentence, as in `"{\"id\": \"…\"}"`.
fn piece(content: &[u8], literal: Span) -> Option<Span> {
    const SHORTEST: usize = 20;
    const RANDOM: i32 = 30;
    const LONGEST_SCHEME: usize = 16;
    let text = literal.of(content);
    // A path, a password's hash behind the name of its scheme.
    let scheme = text.first() == Some(&b'{') && text.iter().take(LONGEST_SCHEME).any(|b| *b == b'}');
    let is_part = text.iter().any(|b| matches!(b, b' ' | b'"' | b'\'' | b'{'));
    if !is_part || scheme || text.first() == Some(&b'/') || checks::verifier::is_verifier(text) {
        return None;
    }
    let part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'+' | b'/' | b'=');
    let mut start = literal.start;
    for run in text.chunk_by(|a, b| part(a) == part(b)) {
        let random = || part(&run[0]) && checks::letters::randomness(run) >= RANDOM;
        if (SHORTEST..text.len()).contains(&run.len()) && random() {
            // `${NAME:-…}`
            let lead = run.iter().take_while(|b| **b == b'-').count();
            return Some(Span::new(start + lead, start + run.len()));
        }
        start += run.len();
    }
    None
}

/// Whether the name stands where it names nothing: what a field is, what a function works on, an index, a badge's token.
fn is_bystander(content: &[u8], name: Span, kind: Kind, form: Form) -> bool {
    operator::is_field_type(content, name)
        || form == Form::Argument && is_operand(content, name)
        || kind >= Kind::Token && is_index(content, name)
        || is_badge(content, name)
        || is_expansion(content, name)
}

/// Whether the name is a variable of a shell or of Compose with what is said where it is missing, or stands for it where it is
/// set: `${NAME:?message}`, `${NAME+yes}`.
fn is_expansion(content: &[u8], name: Span) -> bool {
    let is_alternative = matches!(&content[name.end..], [b':', b'?' | b'+', ..] | [b'?' | b'+', ..]);
    is_alternative && content[..name.start].ends_with(b"${")
}

/// Whether a name and an argument behind it are but words of a list, or the argument is an option of the command that is named.
fn is_other_word(content: &[u8], name: Span, value: Span) -> bool {
    let is_option = value.of(content).starts_with(b"-") && !name.of(content).starts_with(b"-");
    is_option || is_word_of_list(content, name, value)
}

/// Whether name and value are but two words of a list of literals, as in `["chpasswd", "passwd", "lftp", "sftp"]`. An option of a
/// command line is not.
fn is_word_of_list(content: &[u8], name: Span, value: Span) -> bool {
    let is_quote = |b: Option<&u8>| matches!(b, Some(b'"' | b'\'' | b'`'));
    let before =
        content[..name.start].split_last().filter(|(quote, _)| is_quote(Some(quote))).map(|(_, rest)| rest.trim_ascii_end());
    let follows = before.and_then(|text| text.strip_suffix(b",")).is_some_and(|text| is_quote(text.trim_ascii_end().last()));
    let behind = content.get(value.end + 1..).unwrap_or_default().trim_ascii_start();
    let goes_on = behind.strip_prefix(b",").is_some_and(|text| is_quote(text.trim_ascii_start().first()));
    let is_option = name.of(content).starts_with(b"-");
    let ends = matches!(behind.first(), Some(b']' | b'}' | b')'));
    // A password may be named so in front of its value, not a list of passwords.
    let is_value = name.of(content).iter().any(u8::is_ascii_digit) && checks::letters::randomness(value.of(content)) < 16;
    let is_word = goes_on && value.of(content).iter().all(u8::is_ascii_lowercase);
    follows && !is_option && (is_word || is_value && (goes_on || ends))
}

/// Whether the name is a parameter of a status badge's address, whose token is public.
fn is_badge(content: &[u8], name: Span) -> bool {
    let before = &content[..name.start];
    before.ends_with(b"?") && checks::shape::contains(&before[before.len().saturating_sub(32)..], b"badge")
}

/// Whether the name is a variable that something is looked up by, as in `ids[token] = "…"`.
fn is_index(content: &[u8], name: Span) -> bool {
    content[..name.start].ends_with(b"[") && content[name.end..].starts_with(b"] =")
}

/// Whether a quoted name is itself what a function works on, as in `hash("password", salt)`.
fn is_operand(content: &[u8], name: Span) -> bool {
    const WORKERS: [&[u8]; 8] = [b"password", b"hash", b"check", b"verify", b"compare", b"login", b"digest", b"replace"];
    let before = content[..name.start].trim_ascii_end();
    if before.ends_with(b"/") {
        return true;
    }
    let Some(callee) = before.strip_suffix(b"\"").or(before.strip_suffix(b"'")).and_then(|b| b.strip_suffix(b"(")) else {
        return false;
    };
    let length = callee.iter().rev().take(40).take_while(|b| name::is_part(**b)).count();
    let callee = &callee[callee.len() - length..];
    WORKERS.iter().any(|word| callee.windows(word.len()).any(|w| w.eq_ignore_ascii_case(word)))
}

/// The part of the keyword that can be part of a name: keywords may end with an operator.
fn keyword(content: &[u8], hit: Hit) -> Span {
    let whole = Span::new(hit.start, hit.start + usize::from(hit.len));
    let length =
        whole.of(content).iter().position(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'_' | b'-')).unwrap_or(whole.len());
    Span::new(whole.start, whole.start + length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::paths::LowerPath;

    fn value_of(line: &str, keyword: &str, path: &str) -> Option<String> {
        let start = line.to_ascii_lowercase().find(keyword).expect("the line holds the keyword");
        let manner = Manner::of(&LowerPath::new(path.as_bytes()))?;
        let mut values = Vec::new();
        let hit = Hit { start, len: keyword.len() as u16, rule: 0 };
        read(line.as_bytes(), manner, hit, |read| {
            values.push(String::from_utf8_lossy(read.value.of(line.as_bytes())).into_owned())
        });
        (!values.is_empty()).then(|| values.join(" "))
    }

    /// A value no list of words holds, put together here so that no line of this file looks like a secret.
    fn made_up() -> String {
        ["kX9v", "Q2mL", "7pR4", "tZ8w"].concat()
    }

    #[test]
    fn assignments_in_many_languages() {
        let v = made_up();
        for (line, path) in [
            (format!("password = \"{v}\""), "a.py"),
            (format!("const dbPassword: string = '{v}';"), "a.ts"),
            (format!("\"password\": \"{v}\","), "a.json"),
            (format!("{{\\\"password\\\": \\\"{v}\\\"}}"), "a.py"),
            (format!("'password' => '{v}',"), "a.php"),
            (format!("password: {v}"), "a.yaml"),
            (format!("DB_PASSWORD={v}"), ".env"),
            (format!("export DB_PASSWORD={v} # note"), "a.sh"),
            (format!("<password>{v}</password>"), "a.xml"),
            (format!("<add key=\"password\" value=\"{v}\"/>"), "a.config"),
            (format!("password := `{v}`"), "a.go"),
            (format!("config['password'] = '{v}'"), "a.rb"),
            (format!("tool --password {v} --host x"), "a.sh"),
            (format!("tool --password={v}"), "a.sh"),
            (format!("char *password = \"{v}\";"), "a.c"),
            (format!("setPassword(\"{v}\")"), "a.java"),
            (format!("spring.datasource.password={v}"), "application.properties"),
        ] {
            assert_eq!(value_of(&line, "password", path).as_deref(), Some(v.as_str()), "{line}");
        }
    }

    #[test]
    fn what_is_no_secret() {
        let v = made_up();
        for (line, path) in [
            ("password = getPassword()".to_owned(), "a.py"),
            (r#"words = ["adduser", "change_password", "useradd", "lftp"]"#.to_owned(), "a.py"),
            ("password = os.environ['DB_PASSWORD']".to_owned(), "a.py"),
            ("password: ${DB_PASSWORD}".to_owned(), "a.yaml"),
            ("password: {{ .Values.password }}".to_owned(), "a.yaml"),
            ("password = <password>".to_owned(), "a.ini"),
            (format!("password_file = /run/secrets/{v}"), "a.ini"),
            ("password: true".to_owned(), "a.yaml"),
            ("if password == other:".to_owned(), "a.py"),
            ("password: string;".to_owned(), "a.ts"),
            ("password = changeme".to_owned(), "a.ini"),
            ("\"password\": \"Your password must be longer\"".to_owned(), "a.json"),
        ] {
            assert_eq!(value_of(&line, "password", path), None, "{line}");
        }
    }
}
