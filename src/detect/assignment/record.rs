//! A value that stands apart from its name: both are fields of one record.
//!
//! Two shapes. In the first the name is itself the value of a field, and another field of the same record holds the secret:
//! `{"value": "x", "type": "secret", "key": "API_TOKEN"}`, `<add value="x" key="Password"/>`, a YAML item of `name:` and
//! `value:` in either order. In the second the name labels the record: `variable "db_password" { … default = "x" }`,
//! `DbPassword:` over an indented `Default:`. What a language calls its fields is data ([`NAMING`], [`VALUING`]); how it
//! writes records is one of three [`Record`]s.

use super::literal;
use super::operator::{Form, Operator, blank, skip, value_start};
use crate::types::span::Span;

/// Bytes before a name in which its record may open; within what `scanner/marks.rs` knows of the reader.
const BEFORE: usize = 600;
/// Bytes of a record that are read, from its start.
const LONGEST: usize = 2048;

/// Fields whose value names a setting.
#[rustfmt::skip]
const NAMING: &[&str] = &[
    "name", "key", "id", "variable", "variable_name", "variablename", "parameter", "parametername", "parameterkey", "setting",
    "settingname", "property", "field", "header", "label", "env", "attribute", "k", "keyname", "envvar", "configkey", "param",
    "displayname", "configurationkey", "secretname", "secret_name", "optionname",
];

/// Fields that hold a setting's value.
#[rustfmt::skip]
const VALUING: &[&str] = &[
    "value", "default", "defaultvalue", "default_value", "val", "content", "parametervalue", "stringvalue", "string_value",
    "secretstring", "secret_string", "plaintext", "currentvalue", "initialvalue", "initial_value", "settingvalue", "v",
    "secretvalue", "secret_value", "string", "envvalue", "configvalue", "configurationvalue", "secrettext", "secret_text",
    "fixedvalue", "text",
];

/// Values of a field `type` that say that the record holds a secret.
const SECRET_TYPES: &[&str] = &["securestring", "secret", "secureobject"];

/// How the fields of a record stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Record {
    /// `{ key: value, … }`, `{ key = value … }`, `['key' => value, …]`, from behind its bracket.
    Braced(usize),
    /// `<tag key="value" …>`, from behind its `<`.
    Tag(usize),
    /// Lines whose keys start in this column, from the first line's start.
    Indented { start: usize, column: usize },
}

/// The operator of the field that holds the value of what `name` names, where the name is itself the value of a naming field.
/// `None` anywhere else, at the cost of a look at the bytes before the name.
pub(super) fn apart(content: &[u8], name: Span) -> Option<Operator> {
    let key = naming_field(content, name)?;
    if content[..key.start].ends_with(b"<") {
        return sibling_element(content, key, name.end);
    }
    if is_first_of_line(content, key.start) && !behind_value(content, name.end).starts_with(b",") {
        let found = Record::indented(content, key.start).and_then(|record| record.value(content));
        if found.is_some() {
            return found;
        }
    }
    match enclosing(content, key.start)? {
        record @ Record::Tag(open) => record.value(content).or_else(|| child(content, open)),
        record => record.value(content),
    }
}

/// The operator of the value in the record that a name labels; `at` is behind the name's operator, if it has one.
pub(super) fn inside(content: &[u8], at: usize) -> Option<Operator> {
    let open = skip(content, at, blank);
    match content.get(open)? {
        b'{' => Record::Braced(open + 1).value(content),
        b'\n' | b'\r' => Record::below(content, at)?.value(content),
        _ => None,
    }
}

impl Record {
    /// The lines around the one whose key starts at `key`: those that neither stand further out nor start another item.
    fn indented(content: &[u8], key: usize) -> Option<Self> {
        let mut start = line_start(content, key)?;
        let column = key - start;
        let low = key.saturating_sub(BEFORE);
        while !is_item(&content[start..start + column]) && start > low {
            let before = line_start(content, start - 1).filter(|&before| before >= low)?;
            match key_column(&content[before..start]) {
                Some(at) if at < column => break,
                _ => start = before,
            }
        }
        Some(Self::Indented { start, column })
    }

    /// The lines that stand deeper than the line that `at` ends.
    fn below(content: &[u8], at: usize) -> Option<Self> {
        let outer = key_column(&content[line_start(content, at)?..at])?;
        let start = at + memchr::memchr(b'\n', &content[at..content.len().min(at + 8)])? + 1;
        let first = skip(content, start, |b| b.is_ascii_whitespace());
        let start = line_start(content, first)?;
        let column = first - start;
        (column > outer && content.get(first) != Some(&b'-')).then_some(Self::Indented { start, column })
    }

    /// The operator of the first field that holds a value.
    fn value(self, content: &[u8]) -> Option<Operator> {
        let found = match self {
            Self::Braced(open) => fields(content, open, b"}])", |key| is_listed(key, VALUING)),
            Self::Tag(open) => fields(content, open, b"></", |key| is_listed(key, VALUING)),
            Self::Indented { start, column } => value_line(content, start, column),
        };
        found.map(|at| Operator { end: value_start(content, at), kind: Form::Colon })
    }
}

/// The key of the field whose value `name` is: `name: NAME`, `"key": "NAME"`, `name = "/path/to/NAME"`, `<name>NAME`.
fn naming_field(content: &[u8], name: Span) -> Option<Span> {
    const LONGEST_PATH: usize = 80;
    let is_path = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b':' | b'_' | b'-' | b'.');
    let before = &content[..name.start];
    let path = before.iter().rev().take(LONGEST_PATH).take_while(|b| is_path(b)).count();
    // `name:PASSWORD` is no path.
    let before = if matches!(before.last(), Some(b'/' | b':')) { &before[..before.len() - path] } else { before };
    let quoted = trim_end(before, |b| matches!(b, b'"' | b'\'' | b'`' | b'\\'));
    if let Some(open) = quoted.strip_suffix(b">") {
        let tag = memchr::memrchr(b'<', &open[open.len().saturating_sub(80)..])? + open.len().saturating_sub(80) + 1;
        return is_role(&open[tag..], NAMING).then_some(Span::new(tag, open.len()));
    }
    let operator = trim_end(quoted, blank);
    let end = operator.strip_suffix(b"=>").or(operator.strip_suffix(b"=")).or(operator.strip_suffix(b":"))?.len();
    let end = trim_end(&content[..end], |b| blank(b) || matches!(b, b'"' | b'\'' | b'`' | b'\\')).len();
    let length = content[..end].iter().rev().take(24).take_while(|b| is_key(**b)).count();
    let key = Span::new(end - length, end);
    let is_type = || key.of(content).eq_ignore_ascii_case(b"type") && is_listed(name.of(content), SECRET_TYPES);
    (is_listed(key.of(content), NAMING) || is_type()).then_some(key)
}

/// The record that opens before `at` and is not closed there.
fn enclosing(content: &[u8], at: usize) -> Option<Record> {
    let low = at.saturating_sub(BEFORE);
    let mut depth = 0usize;
    for (n, &byte) in content[low..at].iter().enumerate().rev() {
        match byte {
            b'}' | b']' | b')' => depth += 1,
            b'{' | b'[' | b'(' if depth == 0 => return Some(Record::Braced(low + n + 1)),
            b'{' | b'[' | b'(' => depth -= 1,
            b'<' if depth == 0 && content.get(low + n + 1).is_some_and(u8::is_ascii_alphabetic) => {
                return Some(Record::Tag(low + n + 1));
            }
            _ => {}
        }
    }
    None
}

/// Behind the operator of the first field of the record from `start` on whose key passes; `ends` close the record.
fn fields(content: &[u8], start: usize, ends: &[u8], is_wanted: impl Fn(&[u8]) -> bool) -> Option<usize> {
    let high = content.len().min(start + LONGEST);
    let (mut at, mut depth) = (start, 0usize);
    while at < high {
        let byte = content[at];
        let word = match byte {
            b'"' | b'\'' | b'`' => {
                let slashes = content[start..at].iter().rev().take(3).take_while(|b| **b == b'\\').count();
                literal::quoted(content, at + 1, byte, slashes, high - at)?.span
            }
            _ if is_key(byte) => Span::new(at, at + content[at..high].iter().take_while(|b| is_key(**b)).count()),
            b'{' | b'[' | b'(' => {
                (at, depth) = (at + 1, depth + 1);
                continue;
            }
            _ if depth == 0 && ends.contains(&byte) => return None,
            b'}' | b']' | b')' => {
                (at, depth) = (at + 1, depth.saturating_sub(1));
                continue;
            }
            b'#' | b'/' if is_comment(content, at) => {
                at = memchr::memchr(b'\n', &content[at..high]).map_or(high, |end| at + end);
                continue;
            }
            _ => {
                at += 1;
                continue;
            }
        };
        let behind = skip(content, word.end, |b| b == b'\\');
        let behind = if matches!(byte, b'"' | b'\'' | b'`') { behind + 1 } else { behind };
        if depth == 0
            && is_wanted(word.of(content))
            && let Some(value) = behind_operator(content, behind)
        {
            return Some(value);
        }
        at = behind.max(at + 1);
    }
    None
}

/// Behind the operator that stands at `at`: `:`, `=`, `=>`.
fn behind_operator(content: &[u8], at: usize) -> Option<usize> {
    let at = skip(content, at, blank);
    let length = match content.get(at..)? {
        [b'=', b'=', ..] | [b':', b':', ..] => return None,
        [b'=', b'>', ..] | [b':', b'=', ..] => 2,
        [b'=' | b':', ..] => 1,
        _ => return None,
    };
    Some(at + length)
}

/// Behind the colon of the first line from `start` on whose key stands at `column` and holds a value.
fn value_line(content: &[u8], start: usize, column: usize) -> Option<usize> {
    let high = content.len().min(start + LONGEST);
    let mut at = start;
    while at < high {
        let end = memchr::memchr(b'\n', &content[at..high]).map_or(high, |end| at + end);
        let line = &content[at..end];
        match key_column(line) {
            Some(key) if key < column => return None,
            Some(key) if key == column => {
                if at > start && is_item(&line[..key]) {
                    return None;
                }
                let word = Span::new(at + key, at + key + line[key..].iter().take_while(|b| is_key(**b)).count());
                let colon = skip(content, word.end, |b| matches!(b, b'"' | b'\''));
                if is_listed(word.of(content), VALUING) && content.get(colon) == Some(&b':') {
                    return Some(colon + 1);
                }
            }
            _ => {}
        }
        at = end + 1;
    }
    None
}

/// The value in the first element inside of the tag that opens at `open`: `<setting name="NAME"><value>x`; or its text.
fn child(content: &[u8], open: usize) -> Option<Operator> {
    let high = content.len().min(open + LONGEST);
    let close = open + memchr::memchr(b'>', &content[open..high])?;
    if content[..close].ends_with(b"/") {
        return None;
    }
    let first = skip(content, close + 1, |b| b.is_ascii_whitespace());
    if content.get(first) != Some(&b'<') {
        return Some(Operator { end: close + 1, kind: Form::Element });
    }
    let end = first + memchr::memchr(b'>', &content[first..high])?;
    is_role(&content[first + 1..end], VALUING).then_some(Operator { end: end + 1, kind: Form::Element })
}

/// The value in an element beside the one that holds the name: `<value>x</value> <name>NAME</name>` in either order, with up to
/// two others between.
fn sibling_element(content: &[u8], key: Span, name: usize) -> Option<Operator> {
    element_before(content, key.start - 1).or_else(|| element_behind(content, name))
}

/// The value in the element that ends before `at`.
fn element_before(content: &[u8], at: usize) -> Option<Operator> {
    let text = content[..at].trim_ascii_end().strip_suffix(b">")?;
    let low = text.len().saturating_sub(BEFORE);
    let close = low + memchr::memmem::rfind(&text[low..], b"</")?;
    let open = low + memchr::memrchr(b'<', &text[low..close])?;
    let end = open + memchr::memchr(b'>', &text[open..close])?;
    is_role(&content[open + 1..end], VALUING).then_some(Operator { end: end + 1, kind: Form::Element })
}

/// The value in one of the elements behind the one that a name at `name` ends.
fn element_behind(content: &[u8], name: usize) -> Option<Operator> {
    let mut at = name + memchr::memmem::find(&content[name..content.len().min(name + 80)], b">")? + 1;
    for _ in 0..3 {
        let open = skip(content, at, |b| b.is_ascii_whitespace());
        let high = content.len().min(open + LONGEST / 3);
        let end = open + memchr::memchr(b'>', content.get(open..high)?)?;
        if is_role(content[open..end].strip_prefix(b"<")?, VALUING) {
            return Some(Operator { end: end + 1, kind: Form::Element });
        }
        let close = memchr::memmem::find(&content[end..high], b"</")?;
        at = end + close + memchr::memchr(b'>', &content[end + close..high])? + 1;
    }
    None
}

/// Whether an element is called one of these, in whatever namespace, or its name attribute ends like one, as in JMeter's
/// `<stringProp name="Argument.value">`.
fn is_role(tag: &[u8], roles: &[&str]) -> bool {
    let (name, rest) = tag.split_at(tag.iter().position(u8::is_ascii_whitespace).unwrap_or(tag.len()));
    let local = name.rsplit(|&b| b == b':').next().unwrap_or(name);
    let dotted =
        rest.strip_suffix(b"\"").and_then(|rest| rest.rsplit(|&b| b == b'.').next().filter(|word| word.len() < rest.len()));
    is_listed(local, roles) || dotted.is_some_and(|word| is_listed(word, roles))
}

fn is_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn is_listed(word: &[u8], list: &[&str]) -> bool {
    list.iter().any(|known| word.eq_ignore_ascii_case(known.as_bytes()))
}

fn trim_end(text: &[u8], drop: impl Fn(u8) -> bool) -> &[u8] {
    let kept = text.len() - text.iter().rev().take(16).take_while(|b| drop(**b)).count();
    &text[..kept]
}

/// Where the line that holds `at` starts; `None` when that is too far away to be looked for.
fn line_start(content: &[u8], at: usize) -> Option<usize> {
    let low = at.saturating_sub(BEFORE);
    match memchr::memrchr(b'\n', &content[low..at]) {
        Some(before) => Some(low + before + 1),
        None => (low == 0).then_some(0),
    }
}

/// Column of a line's key, behind the marks of items; `None` for blank lines and comments.
fn key_column(line: &[u8]) -> Option<usize> {
    let column = line.iter().position(|b| !matches!(b, b' ' | b'-' | b'"' | b'\'' | b'\t'))?;
    (!matches!(line[column], b'#' | b'\r' | b'\n')).then_some(column)
}

/// Whether what leads a key says that an item of a list starts there.
fn is_item(lead: &[u8]) -> bool {
    lead.contains(&b'-')
}

/// Whether nothing but blanks, quotes and the mark of an item stands before `at` on its line.
fn is_first_of_line(content: &[u8], at: usize) -> bool {
    line_start(content, at)
        .is_some_and(|start| content[start..at].iter().all(|b| matches!(b, b' ' | b'\t' | b'-' | b'"' | b'\'' | b'?')))
}

/// What stands behind a value that ends at `end`, without its quote and blanks.
fn behind_value(content: &[u8], end: usize) -> &[u8] {
    let at = skip(content, end, |b| blank(b) || matches!(b, b'"' | b'\'' | b'`' | b'\\'));
    content.get(at..).unwrap_or_default()
}

/// Whether a comment to the end of the line starts at `at`: a mark behind a blank or at the line's start.
fn is_comment(content: &[u8], at: usize) -> bool {
    let leads = at == 0 || content[at - 1].is_ascii_whitespace();
    leads && (content[at] == b'#' || content[at..].starts_with(b"//"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What stands from the value on.
    fn apart_of<'t>(text: &'t str, name: &str) -> Option<&'t str> {
        let start = text.find(name).expect("the text holds the name");
        apart(text.as_bytes(), Span::new(start, start + name.len())).map(|operator| &text[operator.end..])
    }

    #[test]
    fn values_beside_names() {
        for text in [
            "{\"value\": \"x1\", \"name\": \"PASS\"}",
            "{\"name\": \"PASS\", \"slotSetting\": false, \"value\": \"x1\"}",
            "{\"name\": \"PASS\", \"tags\": {\"value\": \"no\"}, \"value\": \"x1\"}",
            "{\\\"name\\\": \\\"PASS\\\", \\\"value\\\": \\\"x1\\\"}",
            "{\n  key: 'PASS',\n  enabled: true, // it's on\n  value: \"x1\"\n}",
            "<add value=\"x1\" key=\"PASS\" />",
            "<add key=\"PASS\" xdt:Transform=\"Set\" value=\"x1\" />",
            "set {\n  name  = \"auth/PASS\"\n  type = \"string\"\n  value = \"x1\"\n}",
            "['name' => 'PASS', 'value' => 'x1']",
            "- value: \"x1\"\n  name: PASS\n",
            "env:\n- name: PASS\n  # why\n  value: \"x1\"\n",
            "type = \"PASS\"\nname = \"PASS\"",
        ] {
            let want = if text.starts_with("type") { None } else { Some(true) };
            assert_eq!(
                apart_of(text, "PASS").map(|found| found.trim_start_matches(['\\', '"', '\'']).starts_with("x1")),
                want,
                "{text}"
            );
        }
    }

    #[test]
    fn values_in_elements() {
        for text in [
            "<setting name=\"PASS\" serializeAs=\"String\">\n  <value>x1</value>",
            "<property name=\"PASS\"><value>x1</value></property>",
            "<string name=\"PASS\" translatable=\"false\">x1</string>",
            "<property><value>x1</value><name>PASS</name></property>",
            "<property>\n<name>PASS</name>\n<description>of it</description>\n<value>x1</value>",
        ] {
            assert_eq!(apart_of(text, "PASS").map(|found| &found[..2]), Some("x1"), "{text}");
        }
    }

    #[test]
    fn other_records_hold_no_value() {
        for text in [
            "- name: PASS\n- name: other\n  value: x1\n",
            "{\"name\": \"PASS\"}, {\"value\": \"x1\"}",
            "- name: PASS\n  valueFrom:\n    secretKeyRef:\n      value: x1\n",
            "<add key=\"PASS\"/><add value=\"x1\"/>",
            "title: PASS\nvalue: x1\n",
        ] {
            assert_eq!(apart_of(text, "PASS"), None, "{text}");
        }
    }

    #[test]
    fn values_in_blocks() {
        for (text, at) in [
            ("PASS\" {\n type = string\n validation {\n  condition = f(x) # it's\n }\n default = \"x1\"\n}", 5),
            ("PASS:\n  Type: String\n  NoEcho: true\n  Default: x1\n", 5),
            ("PASS\": {\"type\": \"securestring\", \"defaultValue\": \"x1\"}", 6),
            ("PASS:\n  value: \"x1\"\n", 5),
        ] {
            let found =
                inside(text.as_bytes(), at).map(|operator| text[operator.end..].trim_start_matches('"').starts_with("x1"));
            assert_eq!(found, Some(true), "{text}");
        }
        assert_eq!(inside(b"PASS:\n  file: a\nvalue: x1\n", 5), None);
        assert_eq!(inside(b"PASS:\n  - value: x1\n", 5), None);
    }
}
