//! What stands between a name and its value.

use super::{columns, literal, name, record, wrapping};
use crate::types::span::Span;

/// What stands between a name and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Operator {
    /// Where the value starts, blanks skipped.
    pub(super) end: usize,
    pub(super) kind: Form,
}

/// The form of an assignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `=`, `:=`, `=>` and their like.
    Assign,
    /// `:`.
    Colon,
    /// A blank behind a `--flag`.
    Flag,
    /// `>` of an element.
    Element,
    /// `(` of a call whose name holds the keyword.
    Call,
    /// `,` behind a quoted name.
    Argument,
    /// `==` and `!=`.
    Compare,
    /// A blank, as in `IDENTIFIED BY 'x'` and `password 'x'`.
    Blank,
    /// `is`, in prose.
    Is,
    /// `|` between the cells of a table, in prose.
    Cell,
}

/// Skips at most 64 bytes that `pass`.
pub(super) fn skip(content: &[u8], at: usize, pass: impl Fn(u8) -> bool) -> usize {
    let rest = content.get(at..).unwrap_or_default();
    at + rest.iter().take(64).take_while(|b| pass(**b)).count()
}

pub(super) fn blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

fn closer(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`' | b'\\' | b']')
}

/// The operator behind a name that ends at `end`. Looks at two or three bytes where there is none.
pub(super) fn after(content: &[u8], end: usize, keyword: usize) -> Option<Operator> {
    let closed = closed(content, end);
    let at = skip(content, closed, blank);
    let rest = content.get(at..)?;
    let quoted = closed > end;
    let over = |length: usize, kind: Form| Some(Operator { end: value_start(content, at + length), kind });
    match rest {
        [b'=', b'=', b'=', ..] | [b'!', b'=', b'=', ..] => over(3, Form::Compare),
        [b'=', b'=', ..] | [b'!', b'=', ..] => over(2, Form::Compare),
        [b':', b':', ..] => None,
        [b'=', b'>', ..] | [b':' | b'+' | b'?' | b'~' | b'.', b'=', ..] | [b'-', b'>', ..] | [b'<', b'-', ..] => {
            over(2, Form::Assign)
        }
        [b'|' | b'?', b'|' | b'?', b'=', ..] => over(3, Form::Assign),
        // `ENV['PASSWORD'] || 'x'`, `os.environ["PASSWORD"] or "x"`
        [b'|', b'|', ..] | [b'?', b'?' | b':', ..] | [b'o', b'r', b' ', ..] => over(2, Form::Argument),
        [b't', b'o', b' ', ..] if quoted => over(2, Form::Assign),
        [b't', b'o', b' ', b'"' | b'\'', ..] => over(2, Form::Assign),
        [b'|', ..] => over(1, Form::Cell),
        [b'<', b'/', ..] => next_element(content, at),
        [b'{', ..] if quoted => record::inside(content, at),
        [b'{', b' ', b'g', b'e', b't', ..] => accessors(content, at),
        [b'}', ..] if !quoted => subscript(content, at, keyword),
        [b'=', ..] => over(1, Form::Assign),
        // `${NAME:-default}`
        [b':', b'-', next, ..] if !blank(*next) => over(2, Form::Assign),
        [b':', ..] => typed(content, at + 1).or_else(|| record::inside(content, at + 1)).or_else(|| over(1, Form::Colon)),
        [b'>', ..] => Some(Operator { end: at + 1, kind: Form::Element }),
        [b'(', ..] if !quoted => over(1, Form::Call),
        [b',' | b')', ..] if let Some(value) = columns::value(content, keyword, at) => {
            Some(Operator { end: value, kind: Form::Argument })
        }
        [b',', ..] if quoted || is_first_of_pair(content, keyword) => over(1, Form::Argument),
        [b')', ..] if quoted => after_bracket(content, at),
        [b'[', ..] if !quoted => array(content, at),
        [b'\n' | b'\r', ..] => complex_key(content, at, keyword).or_else(|| next_item(content, at, keyword)),
        _ if at > closed => behind_blank(content, at, quoted, keyword),
        _ => None,
    }
}

/// Behind the quotes, brackets and entities that close a name.
fn closed(content: &[u8], end: usize) -> usize {
    let at = skip(content, end, closer);
    let rest = content.get(at..).unwrap_or_default();
    let entity = [&b"&#34;"[..], b"&quot;", b"&#39;", b"**"].into_iter().find(|entity| rest.starts_with(entity));
    at + entity.map_or(0, <[u8]>::len)
}

/// The value's start behind an operator: blanks, YAML's tags and anchors skipped, and one line break where a quoted value is on a
/// line of its own.
pub(super) fn value_start(content: &[u8], at: usize) -> usize {
    let start = tagged(content, skip(content, at, blank));
    match content.get(start..) {
        Some([b'\n', ..] | [b'\r', b'\n', ..] | [b'(', b'\n', ..] | [b'\\', b'\n', ..]) => {
            let next = skip(content, start, |b| blank(b) || matches!(b, b'\n' | b'\r' | b'(' | b'\\'));
            let is_literal = matches!(content.get(next), Some(b'"' | b'\'')) || wrapping::text(content, next).is_some();
            if is_literal { next } else { start }
        }
        Some([b'|' | b'>', ..]) => block(content, start).unwrap_or(start),
        _ => start,
    }
}

/// Behind YAML's tag and anchor: `!!str x`, `&name x`.
fn tagged(content: &[u8], at: usize) -> usize {
    let mark = match content.get(at..) {
        Some([b'!', b'!' | b'a'..=b'z' | b'A'..=b'Z', ..]) => skip(content, at + 1, |b| b.is_ascii_alphabetic() || b == b'!'),
        Some([b'&', b'a'..=b'z' | b'A'..=b'Z', ..]) => {
            skip(content, at + 1, |b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
        }
        _ => return at,
    };
    let behind = skip(content, mark, blank);
    let ends = matches!(content.get(behind), Some(b'\n' | b'\r'));
    let is_mark = content[..at].ends_with(b" ") && (behind > mark || ends) && !content[at..].starts_with(b"!vault");
    if is_mark { tagged(content, behind) } else { at }
}

/// Where the text of a YAML block starts whose mark (`|`, `>-`) stands at `at`.
fn block(content: &[u8], at: usize) -> Option<usize> {
    let mark = skip(content, at + 1, |b| matches!(b, b'-' | b'+'));
    let end = skip(content, mark, |b| blank(b) || b == b'\r');
    (content.get(end) == Some(&b'\n')).then(|| skip(content, end + 1, blank)).filter(|&text| text > end + 1)
}

/// `Password { get; set; } = "x"`: behind the accessors of a property.
fn accessors(content: &[u8], at: usize) -> Option<Operator> {
    let close = skip(content, at, |b| b != b'}' && b != b'\n');
    let equals = skip(content, close + 1, blank);
    let plain = content.get(close) == Some(&b'}') && content.get(equals) == Some(&b'=');
    plain.then(|| Operator { end: skip(content, equals + 1, blank), kind: Form::Assign })
}

/// `$conf{password} = "x"`: behind the subscript of a hash.
fn subscript(content: &[u8], at: usize, keyword: usize) -> Option<Operator> {
    let hash = content[..name::start(content, keyword)?].strip_suffix(b"{")?;
    let equals = skip(content, at + 1, blank);
    let plain = content.get(equals) == Some(&b'=') && !matches!(content.get(equals + 1), Some(b'=' | b'~'));
    (plain && hash.last().is_some_and(u8::is_ascii_alphanumeric))
        .then(|| Operator { end: skip(content, equals + 1, blank), kind: Form::Assign })
}

/// Whether the name is the first of a list in braces, as in Go's `{PASSWORD, "x"}`, or a symbol, as in Ruby's `set :password, "x"`.
fn is_first_of_pair(content: &[u8], keyword: usize) -> bool {
    let before = |start: usize| content[..start].trim_ascii_end().ends_with(b"{") || content[..start].ends_with(b" :");
    name::start(content, keyword).is_some_and(before)
}

/// `? name` and `: x` on the next line: YAML's complex keys.
fn complex_key(content: &[u8], at: usize, keyword: usize) -> Option<Operator> {
    let name = name::start(content, keyword)?;
    let colon = skip(content, at, |b| b.is_ascii_whitespace());
    let is_key = {
        let before = content[..name].strip_suffix(b"\"").unwrap_or(&content[..name]);
        before.trim_ascii_end().ends_with(b"?")
    } && content.get(colon..)?.starts_with(b": ");
    is_key.then(|| Operator { end: value_start(content, colon + 1), kind: Form::Colon })
}

/// `- --password` and `- x` on the next line: the next item of a list of arguments.
fn next_item(content: &[u8], at: usize, keyword: usize) -> Option<Operator> {
    let name = name::start(content, keyword)?;
    let item = skip(content, at, |b| b.is_ascii_whitespace());
    let next = content.get(name) == Some(&b'-') && content.get(item..).is_some_and(|rest| rest.starts_with(b"- "));
    next.then(|| Operator { end: skip(content, item + 2, blank), kind: Form::Flag })
}

/// `("NAME") || "x"`, `env("NAME") ?: "x"`: a default behind a look-up.
fn after_bracket(content: &[u8], at: usize) -> Option<Operator> {
    let at = skip(content, at + 1, blank);
    let rest = content.get(at..)?;
    let length = [&b"||"[..], b"??", b"?:", b"or ", b"{ "].into_iter().find(|mark| rest.starts_with(mark))?.len();
    Some(Operator { end: skip(content, at + length, blank), kind: Form::Argument })
}

/// `<key>name</key> <string>x</string>`: the value in the next element.
fn next_element(content: &[u8], at: usize) -> Option<Operator> {
    // Of two strings side by side neither names the other.
    if content.get(at..).is_some_and(|rest| rest.starts_with(b"</string")) {
        return None;
    }
    let end = skip(content, at, |b| b != b'>' && b != b'\n');
    let next = skip(content, end + 1, |b| b.is_ascii_whitespace());
    let open =
        [&b"<string>"[..], b"<value>"].into_iter().find(|open| content.get(next..).is_some_and(|r| r.starts_with(open)))?;
    Some(Operator { end: next + open.len(), kind: Form::Element })
}

/// `name[] = "x"`, `name[32] = "x"`.
fn array(content: &[u8], at: usize) -> Option<Operator> {
    let inside = skip(content, at + 1, |b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'+' | b' '));
    (content.get(inside) == Some(&b']')).then_some(())?;
    let at = skip(content, inside + 1, blank);
    let plain = content.get(at) == Some(&b'=') && content.get(at + 1) != Some(&b'=');
    plain.then(|| Operator { end: skip(content, at + 1, blank), kind: Form::Assign })
}

/// `: Type = value`: the operator behind a type annotation.
fn typed(content: &[u8], colon: usize) -> Option<Operator> {
    let start = skip(content, colon, blank);
    let kind = |b: u8| {
        b.is_ascii_alphanumeric() || matches!(b, b'_' | b'&' | b'<' | b'>' | b'?' | b'|' | b'.' | b'\'' | b'[' | b']' | b' ')
    };
    let at = skip(content, start, kind);
    let set = content.get(at) == Some(&b'=') && !matches!(content.get(at + 1), Some(b'=' | b'>'));
    let plain = set && at > start && blank(content[at - 1]);
    plain.then(|| Operator { end: value_start(content, at + 1), kind: Form::Assign })
}

/// What may follow a name and a blank: an attribute, a quoted literal, `is`, a type; a bare word behind a flag.
fn behind_blank(content: &[u8], at: usize, quoted: bool, keyword: usize) -> Option<Operator> {
    let rest = content.get(at..)?;
    let name = if quoted { keyword } else { name::start(content, keyword)? };
    let flag = || content.get(name) == Some(&b'-');
    let tag = || {
        let before = &content[..name];
        let space =
            before.strip_suffix(b":").map_or(0, |b| b.iter().rev().take(20).take_while(|b| b.is_ascii_alphanumeric()).count());
        before[..before.len() - if space > 0 { space + 1 } else { 0 }].ends_with(b"<")
    };
    let attribute = |word: &[u8]| rest.get(..word.len()).is_some_and(|text| text.eq_ignore_ascii_case(word));
    match rest {
        _ if attribute(b"value") && (quoted || tag()) => {
            let equals = skip(content, at + 5, blank);
            (content.get(equals) == Some(&b'=')).then(|| Operator { end: skip(content, equals + 1, blank), kind: Form::Assign })
        }
        [b'i', b's', b' ' | b':', ..] if !quoted => Some(Operator { end: skip(content, at + 3, blank), kind: Form::Is }),
        [b'b', b'y', b' ', ..] if !quoted => Some(Operator { end: skip(content, at + 3, blank), kind: Form::Blank }),
        _ if quoted => None,
        [b'A'..=b'Z' | b'a'..=b'z', ..] if let Some(value) = declared(content, at) => {
            Some(Operator { end: value, kind: Form::Assign })
        }
        _ if tag() => {
            let close = at + rest.iter().take(160).position(|b| matches!(b, b'>' | b'\n'))?;
            let open = content.get(close) == Some(&b'>') && !content[..close].ends_with(b"/");
            open.then_some(Operator { end: close + 1, kind: Form::Element })
        }
        _ if flag() => Some(Operator { end: at, kind: Form::Flag }),
        [b'"' | b'\'', ..] => Some(Operator { end: at, kind: Form::Blank }),
        [b'`', ..] => Some(Operator { end: at, kind: Form::Is }),
        [b'$' | b'q' | b'N' | b'E', ..] if literal::first(content, at).is_some() => Some(Operator { end: at, kind: Form::Blank }),
        _ => leads(content, keyword).map(|kind| Operator { end: at, kind }),
    }
}

/// Words that a declaration's type starts with, behind the name: SQL, PL/SQL, ABAP, Visual Basic, Go, Bicep, COBOL.
#[rustfmt::skip]
const TYPES: &[&str] = &[
    "string", "varchar", "varchar2", "nvarchar", "nvarchar2", "char", "nchar", "text", "clob", "constant", "type", "as", "pic",
    "character", "longtext", "sysname", "bpchar", "citext",
];

/// Where the literal of a typed declaration starts, of which the type is at `at`: `NVARCHAR(50) = N'x'`,
/// `CONSTANT VARCHAR2(30) := 'x'`, `TYPE string VALUE 'x'`, `As String = "x"`, `string = 'x'`.
fn declared(content: &[u8], at: usize) -> Option<usize> {
    const FARTHEST: usize = 60;
    let word = &content[at..skip(content, at, |b| b.is_ascii_alphanumeric())];
    if !TYPES.iter().any(|known| word.eq_ignore_ascii_case(known.as_bytes())) {
        return None;
    }
    let of_type = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b' ' | b'(' | b')' | b'.' | b'_' | b'%' | b'*' | b'?');
    let rest = &content[at..content.len().min(at + FARTHEST)];
    let end = at + rest.iter().take_while(|b| of_type(**b)).count();
    let value = match content.get(end..)? {
        [b':', b'=', ..] => end + 2,
        [b'=', b'=', ..] => return None,
        [b'=', ..] if !content[end - 1].is_ascii_alphanumeric() => end + 1,
        [b'\'' | b'"', ..] => {
            let before = content[at..end].trim_ascii_end();
            let behind = [&b" value"[..], b" default", b" is"]
                .iter()
                .any(|word| before.len().checked_sub(word.len()).is_some_and(|at| before[at..].eq_ignore_ascii_case(word)));
            behind.then_some(end)?
        }
        _ => return None,
    };
    Some(value_start(content, value))
}

/// Commands that set the variable named next: Docker, shells, Windows, notebooks.
#[rustfmt::skip]
const SETTERS: &[&str] = &[
    "ENV ", "ARG ", "setx /M ", "setx ", "setenv ", "set -gx ", "set -Ux ", "set -x ", "set ", "SET ", "%env ", "%set_env ",
];

/// Whether the name leads its line, or follows a command that sets variables: `ENV NAME value`, `%env NAME value`; and how the
/// value stands then.
fn leads(content: &[u8], keyword: usize) -> Option<Form> {
    let low = keyword.saturating_sub(60);
    let line = content[low..keyword].rsplit(|&b| b == b'\n').next().unwrap_or_default();
    let before = line.trim_ascii_start();
    let quoted = before.strip_prefix(b"\"").unwrap_or(before);
    let setter = SETTERS.iter().find_map(|word| quoted.strip_prefix(word.as_bytes()));
    let name = setter.unwrap_or(before);
    let form = if setter.is_some_and(|_| quoted.starts_with(b"%")) { Form::Flag } else { Form::Blank };
    name.iter().all(|b| name::is_part(*b)).then_some(form)
}

/// Whether the name is the value of an attribute that says what a field is, as in `type="password" value="…"`.
pub(super) fn is_field_type(content: &[u8], name: Span) -> bool {
    let before = &content[..name.start];
    let low = before.len().saturating_sub(6);
    let lead = |b: &u8| matches!(b, b'"' | b'\'' | b'=' | b' ' | b':' | b'\\');
    let end = before[low..].iter().rposition(|b| !lead(b)).map_or(low, |n| low + n + 1);
    end < before.len() && [&b"type"[..], b"for", b"class"].iter().any(|word| before[..end].ends_with(word))
}
