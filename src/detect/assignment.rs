//! Reads `name = value` around a keyword: what the name is, what is assigned, how likely the value is a secret.
//!
//! A small hand-written parser instead of a regex: it stands at every "password", "token" and "secret" of a source tree,
//! and most of those are settled by looking at two or three bytes. It goes in this order: where the name ends; whether an
//! operator follows (`operator`); where the name starts and what it names (`name`); which literal the operator leads to
//! (`literal`); what that literal is worth (`score`). Nothing is allocated on the way.

mod columns;
mod literal;
mod name;
mod operator;
pub mod score;
mod syntax;
mod vocabulary;

pub use name::Kind;
pub use operator::Form;
pub use syntax::Manner;

use super::checks;
use super::prefilter::Hit;
use crate::types::span::Span;
use score::{Score, Setting};

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

/// The assignment at a keyword whose value is likely a secret.
pub fn read(content: &[u8], manner: Manner, hit: Hit) -> Option<Assignment> {
    weigh(content, manner, hit).filter(|read| read.score.bits() >= 0)
}

/// The assignment at a keyword with its score, whatever that is; `None` where there is no assignment of a literal.
pub fn weigh(content: &[u8], manner: Manner, hit: Hit) -> Option<Assignment> {
    let keyword = keyword(content, hit);
    let end = name::end(content, keyword.end)?;
    let kind = |name: Span, form: Form| {
        name::kind(name.of(content), Span::new(keyword.start - name.start, keyword.end - name.start), form)
    };
    let Some(mut operator) = operator::after(content, end, keyword.start) else {
        let name = Span::new(name::start(content, keyword.start)?, end);
        let literal = literal::compared(content, name.start)?;
        let kind = kind(name, Form::Compare)?;
        let setting =
            Setting { kind, form: Form::Compare, manner, literal, callee: b"", name: name.of(content), is_parameter: false };
        let score = score::of(literal.span.of(content), &setting);
        return Some(Assignment {
            whole: Span::new(literal.span.start, end),
            name,
            value: literal.span,
            kind,
            form: setting.form,
            score,
        });
    };
    let name = Span::new(name::start(content, keyword.start)?, end);
    let kind = kind(name, operator.kind)?;
    if operator.kind == Form::Colon && content[..name.start].trim_ascii_end().ends_with(b"/") {
        operator.end = second_of_pair(content, operator.end);
    }
    let around = || syntax::Surroundings::of(content, name.start);
    let literal = literal::at(content, operator, manner.syntax, around)?;
    let form = operator.kind;
    let is_option = || literal.span.of(content).starts_with(b"-") && !name.of(content).starts_with(b"-");
    let is_listed = || form == Form::Argument && (is_option() || is_word_of_list(content, name, literal.span));
    if literal.span.is_empty() || is_bystander(content, name, kind, form) || is_listed() {
        return None;
    }
    let is_parameter = content[..name.start].ends_with(b"?") || content[..name.start].ends_with(b"&");
    let callee = literal.callee.of(content);
    let mut setting = Setting { kind, form, manner, literal, callee, name: name.of(content), is_parameter };
    let weighed = |value: Span, setting: &Setting<'_>| (value, score::of(value.of(content), setting));
    let (mut value, mut score) =
        weighed(Span::new(literal.span.start + literal::scheme(literal.span.of(content)), literal.span.end), &setting);
    for _ in 0..3 {
        if score.bits() >= 0 || form != Form::Call || !setting.literal.quoted() {
            break;
        }
        let Some(argument) = literal::next(content, setting.literal.span.end + 1, b",") else { break };
        setting.literal = argument;
        (value, score) = weighed(argument.span, &setting);
    }
    if score.bits() < 0
        && !literal.callee.is_empty()
        && let Some(other) = literal::fallback(content, literal.span.end)
    {
        (setting.literal, setting.callee) = (other, b"");
        (value, score) = weighed(other.span, &setting);
    }
    if score.bits() < 0
        && literal.quoted()
        && let Some(piece) = piece(content, literal.span)
    {
        (value, score) = weighed(piece, &setting);
    }
    Some(Assignment { whole: Span::new(name.start, value.end), name, value, kind, form, score })
}

/// The score of a value that stands, without a name, where a secret of a kind is due.
pub fn weigh_unnamed(value: &[u8], kind: Kind, is_quoted: bool, manner: Manner) -> Score {
    let standing = if is_quoted { literal::Standing::Quoted } else { literal::Standing::Bare };
    let literal = literal::Literal { span: Span::new(0, value.len()), standing, callee: Span::default() };
    let form = if is_quoted { Form::Assign } else { Form::Flag };
    score::of(value, &Setting { kind, form, manner, literal, callee: b"", name: b"", is_parameter: false })
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
    let text = literal.of(content);
    if !text.iter().any(|b| matches!(b, b' ' | b'"' | b'\'' | b'{')) || text.starts_with(b"{cipher}") {
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
    follows && goes_on && !is_option && value.of(content).iter().all(u8::is_ascii_lowercase)
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
        let read = read(line.as_bytes(), manner, Hit { start, len: keyword.len() as u16, rule: 0 })?;
        Some(String::from_utf8_lossy(read.value.of(line.as_bytes())).into_owned())
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
