//! Literals with longer marks than a quote: triple quotes, raw strings, here-documents, Perl's and Ruby's own brackets.
//!
//! The languages are data ([`MARKS`]). A secret is one line, so a literal of several lines is read only when all but one are
//! blank.

use super::operator::{blank, skip};
use crate::types::span::Span;

/// Longest literal that is read, with the blank lines around its text.
const LONGEST: usize = 1024;

/// Opening and closing marks. The first that fits counts.
#[rustfmt::skip]
const MARKS: &[(&[u8], &[u8])] = &[
    (b"\"\"\"", b"\"\"\""), (b"'''", b"'''"),           // Python, Java, Kotlin, C#, Groovy, TOML, Swift
    (b"\\\"\\\"\\\"", b"\\\"\\\"\\\""),                 // the same inside of another literal
    (b"r#\"", b"\"#"), (b"r##\"", b"\"##"), (b"br#\"", b"\"#"), (b"#\"", b"\"#"), // Rust, Swift
    (b"R\"(", b")\""), (b"LR\"(", b")\""), (b"u8R\"(", b")\""), // C++
    (b"%q(", b")"), (b"%q{", b"}"), (b"%q[", b"]"), (b"%q|", b"|"), (b"%q!", b"!"), (b"%q<", b">"), // Ruby
    (b"%Q(", b")"), (b"%Q{", b"}"), (b"%Q[", b"]"), (b"%Q|", b"|"), (b"%Q!", b"!"), (b"%Q<", b">"),
    (b"q(", b")"), (b"q{", b"}"), (b"q[", b"]"), (b"q|", b"|"), (b"q/", b"/"), // Perl
    (b"qq(", b")"), (b"qq{", b"}"), (b"qq[", b"]"), (b"qq|", b"|"), (b"qq/", b"/"),
    (b"[[", b"]]"), (b"[=[", b"]=]"),                   // Lua
    (b"<![CDATA[", b"]]>"),                             // XML
    (b"@'\n", b"\n'@"), (b"@\"\n", b"\n\"@"), (b"@'\r\n", b"\n'@"), (b"@\"\r\n", b"\n\"@"), // PowerShell
    (b"~S(", b")"), (b"~s(", b")"), (b"~S\"", b"\""), (b"~s\"", b"\""), // Elixir
    (b"``", b"``"),                                     // reStructuredText
];

/// What a mark or the prefix of one starts with, but for quotes.
const LEADS: &[u8] = b"\\rb#RLu%q[<@~`$fFB";
/// What may stand before the quotes of a string.
const PREFIXES: &[u8] = b"rRbBfFu$@";

/// The text of the wrapped literal that starts at `at`; `None` where none does, or where its text has several lines.
pub(super) fn text(content: &[u8], at: usize) -> Option<Span> {
    // A plain quote is what most literals start with.
    let is_long = match content.get(at..)? {
        [quote @ (b'"' | b'\''), rest @ ..] => rest.starts_with(&[*quote; 2]),
        [first, ..] => LEADS.contains(first),
        [] => false,
    };
    if !is_long {
        return None;
    }
    let marks = || {
        let prefix = content[at..].iter().take(2).take_while(|b| PREFIXES.contains(b)).count();
        [0, prefix].into_iter().find_map(|skipped| {
            let rest = &content[at + skipped..];
            let (open, close) = MARKS.iter().find(|(open, _)| rest.starts_with(open))?;
            // Only strings with quotes have prefixes.
            (skipped == 0 || open.ends_with(b"\"") || open.ends_with(b"'")).then_some((at + skipped + open.len(), *close))
        })
    };
    if let Some((start, close)) = marks() {
        return up_to(content, start, close);
    }
    match content[at..] {
        [b'<', b'<', ..] => here_document(content, at),
        [b'$', b'(', b'c', b'a', b't', b' ', b'<', b'<', ..] => here_document(content, at + 6),
        [b'$', ..] => dollar_quoted(content, at),
        _ => None,
    }
}

/// One line of text that a mark closes.
fn up_to(content: &[u8], start: usize, close: &[u8]) -> Option<Span> {
    let rest = &content[start..content.len().min(start + LONGEST)];
    let end = start + memchr::memmem::find(rest, close)?;
    let lead = if content[start..end].starts_with(b"\\\n") { 1 } else { 0 };
    one_line(content, Span::new(start + lead, end))
}

/// The body of `<<EOF`, `<<-EOF`, `<<~EOF`, `<<'EOF'`, `<<<EOF`, up to the line of its mark.
fn here_document(content: &[u8], at: usize) -> Option<Span> {
    let start = skip(content, at, |b| matches!(b, b'<' | b'-' | b'~' | b'\\' | b' '));
    let quote = content.get(start).copied().filter(|b| matches!(b, b'"' | b'\''));
    let start = start + usize::from(quote.is_some());
    let end = skip(content, start, |b| b.is_ascii_alphanumeric() || b == b'_');
    let mark = &content[start..end];
    let line = skip(content, end, |b| quote == Some(b) || blank(b) || matches!(b, b'\r' | b',' | b')' | b';'));
    if mark.is_empty() || content.get(line) != Some(&b'\n') {
        return None;
    }
    let body = &content[line + 1..content.len().min(line + 1 + LONGEST)];
    let mut length = 0;
    for text in body.split_inclusive(|&b| b == b'\n') {
        let trimmed = text.trim_ascii();
        let closes = trimmed.strip_prefix(mark).is_some_and(|rest| rest.iter().all(|b| matches!(b, b';' | b',' | b')')));
        if closes {
            return one_line(content, Span::new(line + 1, line + 1 + length));
        }
        length += text.len();
    }
    None
}

/// PostgreSQL's `$$x$$` and `$tag$x$tag$`.
fn dollar_quoted(content: &[u8], at: usize) -> Option<Span> {
    let tag = skip(content, at + 1, |b| b.is_ascii_alphabetic() || b == b'_');
    if content.get(tag) != Some(&b'$') {
        return None;
    }
    let mark = &content[at..=tag];
    let rest = &content[tag + 1..content.len().min(tag + 1 + LONGEST / 4)];
    let length = memchr::memmem::find(rest, mark)?;
    let is_text = length > 0 && !rest[..length].iter().any(|b| b.is_ascii_whitespace());
    is_text.then_some(Span::new(tag + 1, tag + 1 + length))
}

/// The one line of a text that is not blank, without blanks around it.
fn one_line(content: &[u8], text: Span) -> Option<Span> {
    let bytes = text.of(content);
    let start = bytes.iter().position(|b| !b.is_ascii_whitespace())?;
    let end = bytes.iter().rposition(|b| !b.is_ascii_whitespace())? + 1;
    (!bytes[start..end].contains(&b'\n')).then_some(Span::new(text.start + start, text.start + end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_marks() {
        for literal in [
            "\"\"\"x1\"\"\"",
            "'''\n    x1'''",
            "\"\"\"\\\nx1\n\"\"\"",
            "r\"\"\"x1\"\"\"",
            "$\"\"\"x1\"\"\"",
            "r#\"x1\"#",
            "R\"(x1)\"",
            "%q(x1)",
            "q{x1}",
            "[[x1]]",
            "<![CDATA[x1]]>",
            "@'\nx1\n'@",
            "<<EOF\nx1\nEOF\n",
            "<<-'EOF'\n\tx1\n\tEOF\n",
            "<<~EOT\n  x1\nEOT",
            "<<<'X'\nx1\nX;\n",
            "$(cat <<EOF\nx1\nEOF\n)",
            "<<<X\r\nx1\r\nX;\r\n",
            "$$x1$$",
            "$pw$x1$pw$",
        ] {
            let span = text(literal.as_bytes(), 0);
            assert_eq!(span.map(|span| &literal[span.start..span.end]), Some("x1"), "{literal}");
        }
    }

    #[test]
    fn none_of_these() {
        for literal in ["\"x1\"", "\"\"\"a\nb\"\"\"", "<<EOF\na\nb\nEOF\n", "<<EOF\na\n", "$$ x $$", "$1$x", "<< 3", "rx"] {
            assert_eq!(text(literal.as_bytes(), 0), None, "{literal}");
        }
    }
}
