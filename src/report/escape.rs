//! Text from the repository on its way to a terminal or a file.

use std::borrow::Cow;
use std::io;

/// Characters that could move a cursor, end a line, reorder or hide text.
fn is_unsafe(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// A path for a person: bytes that are not UTF-8, and unsafe characters, as `\xNN` and `\u{NNNN}`.
pub fn path(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if is_unsafe(c) { text.extend(c.escape_default()) } else { text.push(c) }
        }
        text.extend(chunk.invalid().iter().flat_map(|b| format!("\\x{b:02x}").into_bytes()).map(char::from));
    }
    text
}

/// One line of our own making that may quote the repository: unsafe characters escaped, line feeds kept.
pub fn message(text: &str) -> Cow<'_, str> {
    if text.chars().any(|c| is_unsafe(c) && c != '\n') {
        let escape = |c: char| if is_unsafe(c) && c != '\n' { c.escape_default().collect() } else { String::from(c) };
        Cow::Owned(text.chars().map(escape).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// Passes a JSON text on whose strings hold no unsafe characters: they are written as `\\uNNNN`, which reads as the same.
pub struct Json<'o> {
    out: &'o mut dyn io::Write,
    /// The first bytes of a character whose last ones are still to come.
    begun: Vec<u8>,
}

impl<'o> Json<'o> {
    /// Writes to `out`.
    pub fn new(out: &'o mut dyn io::Write) -> Self {
        Self { out, begun: Vec::new() }
    }
}

impl io::Write for Json<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.begun.is_empty() && bytes.is_ascii() {
            return self.out.write_all(bytes).map(|()| bytes.len());
        }
        self.begun.extend_from_slice(bytes);
        let whole = match std::str::from_utf8(&self.begun) {
            Ok(text) => text.len(),
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(error) => return Err(io::Error::new(io::ErrorKind::InvalidData, error)),
        };
        let rest = self.begun.split_off(whole);
        let text = String::from_utf8_lossy(&self.begun);
        let mut safe = String::with_capacity(text.len());
        for c in text.chars() {
            // What is ASCII was escaped by the writer, and what is unsafe is of the first plane.
            if is_unsafe(c) && !c.is_ascii() { safe.push_str(&format!("\\u{:04x}", u32::from(c))) } else { safe.push(c) }
        }
        self.begun = rest;
        self.out.write_all(safe.as_bytes()).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Text for HTML or XML, between tags or in a quoted attribute.
pub fn markup(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            _ => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn nothing_unsafe_gets_through() {
        assert_eq!(path(b"a/b c.txt"), "a/b c.txt");
        assert_eq!(path(b"a\n\x1b[31m\xff"), "a\\n\\u{1b}[31m\\xff");
        assert_eq!(path("\u{202e}x\u{e9}".as_bytes()), "\\u{202e}x\u{e9}");
        assert_eq!(message("a\nb\x07"), "a\nb\\u{7}");
        let text = "{\"\u{e9}\u{202e}\": \"\u{9b}\\u0007\u{1f600}\"}\n";
        let json = |parts: usize| {
            let mut safe = Vec::new();
            let mut out = Json::new(&mut safe);
            text.as_bytes().chunks(parts).for_each(|part| out.write_all(part).expect("a vector"));
            String::from_utf8(safe).expect("UTF-8")
        };
        let safe = json(text.len());
        (1..9).for_each(|parts| assert_eq!(json(parts), safe, "{parts}"));
        assert_eq!(safe, "{\"\u{e9}\\u202e\": \"\\u009b\\u0007\u{1f600}\"}\n");
        let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
        assert_eq!(read(&safe), read(text));
    }
}
