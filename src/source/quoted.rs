//! Paths in quotes, as git writes those with odd bytes (`core.quotePath` of git-config): with the escapes of C.

/// The path behind an opening quote, and what follows the closing one; `None` when that is missing or an escape unknown.
pub(super) fn unquote(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut path = Vec::new();
    let mut at = 0;
    loop {
        let byte = *text.get(at)?;
        at += 1;
        match byte {
            b'"' => return Some((path, &text[at..])),
            b'\\' => {
                let code = *text.get(at)?;
                at += 1;
                path.push(match code {
                    b'a' => 7,
                    b'b' => 8,
                    b't' => b'\t',
                    b'n' => b'\n',
                    b'v' => 11,
                    b'f' => 12,
                    b'r' => b'\r',
                    b'"' | b'\\' => code,
                    b'0'..=b'3' => {
                        let mut digits = text.get(at..at + 2)?.iter().map(|d| (*d as char).to_digit(8));
                        at += 2;
                        digits.try_fold(u32::from(code - b'0'), |value, digit| Some(value * 8 + digit?))? as u8
                    }
                    _ => return None,
                });
            }
            _ => path.push(byte),
        }
    }
}
