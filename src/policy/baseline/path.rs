//! Paths on one line of a baseline, whatever their bytes are.

use std::borrow::Cow;

/// A path on one line. What an editor or a checkout may change stands as `\xNN`: control characters, blanks at the end and
/// bytes that are no UTF-8.
pub(super) fn escaped(path: &[u8]) -> String {
    let (name, blanks) = path.split_at(bare(path).len());
    let mut text = String::with_capacity(path.len());
    for chunk in name.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\\' => text.push_str("\\\\"),
                '\n' => text.push_str("\\n"),
                '\r' => text.push_str("\\r"),
                c if c.is_control() || (c.is_whitespace() && c != ' ') => hex(&mut text, c.encode_utf8(&mut [0; 4]).as_bytes()),
                c => text.push(c),
            }
        }
        hex(&mut text, chunk.invalid());
    }
    hex(&mut text, blanks);
    text
}

fn hex(text: &mut String, bytes: &[u8]) {
    bytes.iter().for_each(|byte| text.push_str(&format!("\\x{byte:02x}")));
}

/// The path of a line; `None` where it is none.
pub(super) fn unescaped(text: &[u8]) -> Option<Vec<u8>> {
    let mut path = Vec::with_capacity(text.len());
    let mut bytes = text.iter().copied();
    while let Some(byte) = bytes.next() {
        path.push(match byte {
            b'\\' => match bytes.next()? {
                b'\\' => b'\\',
                b'n' => b'\n',
                b'r' => b'\r',
                b'x' => (digit(bytes.next()?)? << 4) | digit(bytes.next()?)?,
                _ => return None,
            },
            other => other,
        });
    }
    (!path.is_empty()).then_some(path)
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// A path without the blanks at its end.
fn bare(path: &[u8]) -> &[u8] {
    &path[..path.iter().rposition(|b| !matches!(b, b' ' | b'\t')).map_or(0, |last| last + 1)]
}

/// A finding's path, as entries may have it: earlier ones have no bytes that are no UTF-8, and lose blanks at the end to editors.
pub(super) struct Here<'p> {
    path: &'p [u8],
    text: Cow<'p, str>,
}

impl<'p> Here<'p> {
    pub(super) fn of(path: &'p [u8]) -> Self {
        let path = bare(path);
        Self { path, text: String::from_utf8_lossy(path) }
    }

    /// Whether an entry's path may mean it.
    pub(super) fn is(&self, path: &[u8]) -> bool {
        let path = bare(path);
        path == self.path || path == self.text.as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_path_is_read_as_written() {
        for path in
            [&b"a"[..], b" a b", b"a ", b"a \t ", b" ", b"a\n\r\\n\x1b[2J", b"\xff\xfe", "ä\u{85}\u{2028}".as_bytes(), b"\\x20"]
        {
            let text = escaped(path);
            assert_eq!(text.trim_end(), text, "{path:?}");
            assert_eq!(unescaped(text.as_bytes()).as_deref(), Some(path), "{text}");
        }
        for wrong in ["", "\\", "\\q", "\\x", "\\x2", "\\xgg"] {
            assert_eq!(unescaped(wrong.as_bytes()), None, "{wrong}");
        }
    }

    #[test]
    fn earlier_ways_to_write_a_path_mean_it() {
        let here = Here::of(b"a\xff \t");
        for path in [&b"a\xff \t"[..], b"a\xff", "a\u{fffd} \t".as_bytes(), "a\u{fffd}".as_bytes()] {
            assert!(here.is(path), "{path:?}");
        }
        assert!(!here.is(b"a") && !here.is(b" a\xff"));
    }
}
