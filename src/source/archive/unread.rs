//! Archives and compressed files that are not opened, so that it can be said of them. Brotli is among them: its reader, with the
//! dictionary that the format is made with, would make the program 216 KB larger.

/// The kinds that are told by their first bytes.
const KINDS: &[(&[u8], &str)] = &[
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x04\x22\x4d\x18", "compressed by lz4"),
    (b"LZIP\x01", "compressed by lzip"),
    (b"\x89LZO\0\r\n\x1a\n", "compressed by lzop"),
    (b"\x1f\x9d", "compressed by compress"),
    (b"MSCF\0\0\0\0", "a cabinet file"),
    (b"\xed\xab\xee\xdb", "an RPM package"),
];

/// What a binary is that is an archive or compressed and not opened. Brotli has nothing to be told by but a name.
pub fn unread(name: &[u8], head: &[u8]) -> Option<&'static str> {
    let by_bytes = KINDS.iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, what)| *what);
    by_bytes.or_else(|| {
        let name = name.rsplit(|&b| b == b'/').next()?;
        let ending = name.rsplit(|&b| b == b'.').next()?;
        let is_brotli = name.len() > ending.len() && [&b"br"[..], b"brotli"].iter().any(|br| br.eq_ignore_ascii_case(ending));
        is_brotli.then_some("compressed by brotli")
    })
}

#[cfg(test)]
mod tests {
    use super::unread;

    #[test]
    fn by_bytes_and_by_name() {
        for (name, head, want) in [
            ("a", &b"7z\xbc\xaf\x27\x1c\0\x04"[..], Some("a 7z archive")),
            ("w/app.js.br", b"\x1b\x03", Some("compressed by brotli")),
            ("APP.BR", b"", Some("compressed by brotli")),
            ("w/br", b"\x1b\x03", None),
            ("a.br/b", b"\x1b\x03", None),
            ("a.zbr", b"\x1b\x03", None),
        ] {
            assert_eq!(unread(name.as_bytes(), head), want, "{name}");
        }
    }
}
