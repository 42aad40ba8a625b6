//! Reads a list of arguments in whatever language: where each ends, and which are literals.
//!
//! No grammar of a language is known here; strings, brackets, commas and comments are alike in most. A list that does not
//! end within reach is read as far as it goes.

use crate::types::span::Span;

/// Most arguments that are read.
pub(super) const MOST: usize = 32;

/// One argument.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Argument {
    /// All of it.
    pub(super) whole: Span,
    /// Its string, when it holds exactly one.
    string: Option<Quoted>,
}

impl Argument {
    /// What its quotes hold, when it is one literal and nothing else.
    pub(super) fn literal(self, content: &[u8]) -> Option<Span> {
        let string = self.string?;
        let before = Span::new(self.whole.start + self.name(content).len(), string.whole.start).of(content);
        let after = Span::new(string.whole.end, self.whole.end).of(content).trim_ascii();
        (prefix(unassigned(before), string.inner.of(content)) && suffix(after)).then_some(string.inner)
    }

    /// The name it is passed by, `password` in `password="…"`; empty when it is passed by its place.
    pub(super) fn name(self, content: &[u8]) -> &[u8] {
        let Some(string) = self.string else { return b"" };
        let before = Span::new(self.whole.start, string.whole.start).of(content);
        let lead = before.iter().take_while(|b| matches!(b, b'-' | b':' | b'&' | b'$')).count();
        let length = before[lead..].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
        let rest = &before[lead + length..];
        if length > 0 && unassigned(rest).len() < rest.len() { &before[..lead + length] } else { b"" }
    }
}

/// A list of arguments.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arguments {
    list: [Argument; MOST],
    len: usize,
    /// Whether its end was met.
    pub(super) is_whole: bool,
}

impl Arguments {
    pub(super) fn as_slice(&self) -> &[Argument] {
        &self.list[..self.len]
    }
}

/// Where a list ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// At a closing bracket.
    Bracket,
    /// With the line.
    Line,
}

/// The first arguments from `at` on, which is behind the opening bracket; `most` at most.
pub(super) fn read(content: &[u8], at: usize, end: End, most: usize) -> Arguments {
    let mut all = Arguments { list: [Argument::default(); MOST], len: 0, is_whole: false };
    let mut at = at;
    while all.len < most.min(MOST) {
        let start = skip(content, at, end);
        let Some(read) = one(content, start, end) else { return all };
        let whole = Span::new(start, read.end);
        if !whole.is_empty() {
            all.list[all.len] = Argument { whole, string: read.string };
            all.len += 1;
        }
        if read.is_last {
            all.is_whole = true;
            return all;
        }
        at = read.end + 1;
    }
    all
}

/// A string literal: all of it, and what its quotes hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Quoted {
    whole: Span,
    inner: Span,
}

/// What is between two commas.
struct Piece {
    end: usize,
    /// Its string, when it has exactly one.
    string: Option<Quoted>,
    is_last: bool,
}

fn one(content: &[u8], start: usize, end: End) -> Option<Piece> {
    let (mut at, mut depth, mut strings) = (start, 0usize, 0);
    let mut first = None;
    let piece =
        |end: usize, first, strings: i32, is_last| Some(Piece { end, string: if strings == 1 { first } else { None }, is_last });
    while let Some(&byte) = content.get(at) {
        if let Some(string) = string(content, at) {
            first = first.or(Some(string));
            strings += 1;
            at = string.whole.end;
            continue;
        }
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' if depth == 0 => return piece(at, first, strings, true),
            b')' | b']' | b'}' => depth -= 1,
            b',' if depth == 0 => return piece(at, first, strings, false),
            b'\n' | b';' if depth == 0 && end == End::Line => return piece(at, first, strings, true),
            b';' if depth == 0 => return None,
            _ => {}
        }
        at = match comment(content, at) {
            0 => at + 1,
            length => at + length,
        };
    }
    (end == End::Line).then(|| piece(at, first, strings, true)).flatten()
}

/// The literal that starts at `at`. A quote that does not close on its line opens none, unless the literal may have many.
fn string(content: &[u8], at: usize) -> Option<Quoted> {
    let rest = content.get(at..)?;
    let (quote, escaped) = match rest {
        [b'\\', quote @ (b'"' | b'\''), ..] => (*quote, true),
        [quote @ (b'"' | b'\'' | b'`'), ..] => (*quote, false),
        _ => return None,
    };
    if !escaped && quote != b'`' && rest.len() > 5 && rest[1] == quote && rest[2] == quote {
        let close = rest[3..].windows(3).position(|three| three.iter().all(|&b| b == quote))?;
        let (start, end) = (at + 3, at + 3 + close);
        return Some(Quoted { whole: Span::new(at, end + 3), inner: Span::new(start, end) });
    }
    let open = 1 + usize::from(escaped);
    let mut next = open;
    while let Some(&byte) = rest.get(next) {
        match byte {
            b'\\' if escaped && rest.get(next + 1) == Some(&quote) => {
                return Some(Quoted { whole: Span::new(at, at + next + 2), inner: Span::new(at + open, at + next) });
            }
            b'\\' => next += 1,
            b'\n' if quote != b'`' => return None,
            _ if byte == quote && escaped => return None,
            _ if byte == quote => {
                return Some(Quoted { whole: Span::new(at, at + next + 1), inner: Span::new(at + open, at + next) });
            }
            _ => {}
        }
        next += 1;
    }
    None
}

/// Bytes of the comment that starts at `at`.
fn comment(content: &[u8], at: usize) -> usize {
    let rest = &content[at..];
    let line = || rest.iter().position(|&b| b == b'\n').unwrap_or(rest.len());
    match rest {
        [b'/', b'*', ..] => rest.windows(2).position(|pair| pair == b"*/").map_or(rest.len(), |end| end + 2),
        [b'/', b'/', ..] => line(),
        [b'#', b' ', ..] if at > 0 && content[at - 1].is_ascii_whitespace() => line(),
        _ => 0,
    }
}

/// Behind the blanks and comments at `at`; a backslash or a `\n` that ends a line in a string of another language is one.
fn skip(content: &[u8], mut at: usize, end: End) -> usize {
    while let Some(&byte) = content.get(at) {
        let length = match byte {
            b' ' | b'\t' | b'\r' => 1,
            b'\n' if end == End::Bracket => 1,
            _ => comment(content, at),
        };
        if length == 0 {
            break;
        }
        at += length;
    }
    at
}

/// Functions and constructors that give their argument in another form.
const WRAPPERS: &[&str] = &[
    "some(",
    "new string(",
    "string(",
    "nsstring(",
    "buffer.from(",
    "bytes(",
    "bytearray(",
    "[]byte(",
    "str(",
    "b(",
    "text(",
    "new securestring(",
    "securestring(",
    "secrecy::secret::new(",
    "secret::new(",
    "secretstring::from(",
    "string::from(",
    "cow::borrowed(",
    "just(",
    "new stringbuilder(",
    "(char*)",
    "(const char *)",
    "(const char*)",
    "(string)",
    "[string]",
    "bstr(",
    "_t(",
    "_bstr_t(",
    "new char[]{",
    "encoding.utf8.getbytes(",
    "encoding.ascii.getbytes(",
];

/// Methods that do.
const METHODS: &[&str] = &[
    ".tochararray(",
    ".getbytes(",
    ".encode(",
    ".to_string(",
    ".to_owned(",
    ".into(",
    ".as_bytes(",
    ".strip(",
    ".trim(",
    ".freeze",
    ".as_str(",
    ".tostring(",
    ".b",
    ".utf8",
    ".asinstanceof",
    " as ",
    "!",
    "::text",
    "::varchar",
    "[..]",
    ".into_bytes(",
];

/// What stands behind the operator that passes a value by name; all of it where there is none.
fn unassigned(before: &[u8]) -> &[u8] {
    let text = before.trim_ascii_start();
    let operators: [&[u8]; 4] = [b"=>", b":=", b"=", b":"];
    operators.iter().find_map(|operator| text.strip_prefix(*operator)).unwrap_or(before)
}

/// Whether nothing but marks of a kind of string, or a function that keeps it, stands before a string.
fn prefix(before: &[u8], inner: &[u8]) -> bool {
    let before = before.trim_ascii();
    let letters = before.len() <= 2 && before.iter().all(|b| b"bBrRuUfFNLsS@$&*".contains(b));
    if letters {
        let filled = before.iter().any(|b| matches!(b, b'f' | b'F' | b'$' | b's')) && inner.contains(&b'{');
        return !filled;
    }
    let plain = before.strip_prefix(b"new ").unwrap_or(before);
    WRAPPERS.iter().any(|wrapper| super::same(before, wrapper) || super::same(plain, wrapper))
}

fn suffix(after: &[u8]) -> bool {
    let after = after.strip_prefix(b")").unwrap_or(after).trim_ascii_start();
    let starts = |method: &&str| after.get(..method.len()).is_some_and(|text| super::same(text, method));
    after.is_empty() || METHODS.iter().any(starts) || super::same(after, "as string")
}
