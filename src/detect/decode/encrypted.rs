//! Ciphertext that people keep in repositories on purpose: what rules see in it is no finding.
//!
//! SOPS and eyaml `ENC[…]`, Jasypt `ENC(…)`, Ansible Vault, Vault transit, dotenvx `encrypted:`, age and PGP messages, and
//! the values of a SealedSecret are silent altogether. In manifests that only name secrets (ExternalSecret and its kin)
//! the assignment reader is silent: their keys are called `secretKey`, their values are names. The markers are only looked
//! for in contents that have matches, so that all others pay nothing.

use aho_corasick::{AhoCorasick, MatchKind};
use std::sync::LazyLock;

use crate::types::span::Span;

/// A stretch of ciphertext or of references.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Where it is.
    pub span: Span,
    /// What is silent in it.
    pub silent: Silent,
}

/// What a [`Sealed`] stretch silences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silent {
    /// Every rule.
    All,
    /// The assignment reader.
    Reader,
}

/// How far behind its marker a kind of ciphertext goes.
#[derive(Clone, Copy, Debug)]
enum Extent {
    /// To the byte that closes it, on the same line.
    Closed(u8),
    /// Digits of base64 and colons behind the marker.
    Word,
    /// To a line with this text.
    Until(&'static [u8]),
    /// Lines of hex digits.
    Hex,
    /// The block of lines further in than the marker's, or the braces behind it.
    Block,
    /// The manifest around it: to the nearest `---` lines.
    Document,
}

const MARKERS: [(&str, Extent); 16] = [
    ("ENC[", Extent::Closed(b']')),
    ("ENC(", Extent::Closed(b')')),
    ("DEC::", Extent::Closed(b']')),
    ("$ANSIBLE_VAULT;", Extent::Hex),
    ("encrypted:", Extent::Word),
    ("vault:v", Extent::Word),
    ("-----BEGIN AGE ENCRYPTED FILE-----", Extent::Until(b"-----END AGE ENCRYPTED FILE-----")),
    ("-----BEGIN PGP MESSAGE-----", Extent::Until(b"-----END PGP MESSAGE-----")),
    ("encryptedData\":", Extent::Block),
    ("encryptedData:", Extent::Block),
    ("kind: ExternalSecret", Extent::Document),
    ("kind: ClusterExternalSecret", Extent::Document),
    ("kind: PushSecret", Extent::Document),
    ("kind: SecretProviderClass", Extent::Document),
    ("kind: VaultStaticSecret", Extent::Document),
    ("kind: AzureKeyVaultSecret", Extent::Document),
];

/// Whether the whole content is ciphertext: a git-crypt file, a binary age file.
pub fn is_all(content: &[u8]) -> bool {
    [&b"\0GITCRYPT\0"[..], b"age-encryption.org/v1"].iter().any(|head| content.starts_with(head))
}

/// Whether a content is ciphertext by its head, however it is written: [`is_all`], Ansible Vault, armoured age and PGP messages,
/// OpenSSL's (of which transcrypt's are), and OpenPGP packets that start a message.
pub fn is_by_head(content: &[u8]) -> bool {
    const HEADS: [&[u8]; 5] =
        [b"$ANSIBLE_VAULT;", b"-----BEGIN AGE ENCRYPTED FILE-----", b"-----BEGIN PGP MESSAGE-----", b"Salted__", b"U2FsdGVkX1"];
    let text = content.trim_ascii_start();
    is_all(content) || HEADS.iter().any(|head| text.starts_with(head)) || is_message(content)
}

/// Whether a session key's packet stands first (RFC 4880, 5.1 and 5.3): for a public key, version 3; for a passphrase, 4.
fn is_message(content: &[u8]) -> bool {
    matches!(
        content,
        [0x84 | 0xc1, 32..=191, 3, ..]
            | [0x85, 1..=4, _, 3, ..]
            | [0xc1, 192..=195, _, 3, ..]
            | [0x8c | 0xc3, 4..=64, 4, 7..=10, 0 | 1 | 3, ..]
    )
}

/// Every stretch of ciphertext or references, by start.
pub fn sealed(content: &[u8]) -> Vec<Sealed> {
    static SEARCH: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
        AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(MARKERS.map(|(marker, _)| marker)).ok()
    });
    let mut found: Vec<Sealed> = Vec::new();
    for hit in SEARCH.iter().flat_map(|search| search.find_iter(content)) {
        let marker = Span::new(hit.start(), hit.end());
        let extent = MARKERS[hit.pattern().as_usize()].1;
        // `unencrypted:` is another word.
        if hit.start() > 0 && content[hit.start()].is_ascii_alphabetic() && content[hit.start() - 1].is_ascii_alphanumeric() {
            continue;
        }
        let covered = found.last().is_some_and(|last| last.silent == silence(extent) && last.span.contains(marker));
        if !covered && let Some(span) = extent_of(content, marker, extent) {
            found.push(Sealed { span, silent: silence(extent) });
        }
    }
    found
}

fn silence(extent: Extent) -> Silent {
    match extent {
        Extent::Document => Silent::Reader,
        _ => Silent::All,
    }
}

fn extent_of(content: &[u8], marker: Span, extent: Extent) -> Option<Span> {
    let rest = &content[marker.end..];
    let reach = |length: usize| Some(Span::new(marker.start, marker.end + length));
    match extent {
        Extent::Closed(close) => {
            let end = memchr::memchr2(close, b'\n', rest)?;
            (rest[end] == close).then(|| reach(end + 1)).flatten()
        }
        Extent::Word => {
            let word = |b: &u8| super::digits::is_digit(*b) || matches!(b, b':' | b'=');
            let length = rest.iter().take_while(|b| word(b)).count();
            // A name, a comment or a short value is no ciphertext.
            (length >= 32).then(|| reach(length)).flatten()
        }
        Extent::Until(end) => reach(memchr::memmem::find(rest, end)?),
        Extent::Hex => {
            let line = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            let hex = |b: &u8| b.is_ascii_hexdigit() || b.is_ascii_whitespace() || matches!(b, b'\\' | b'n' | b'"');
            reach(line + rest[line..].iter().take_while(|b| hex(b)).count())
        }
        Extent::Block => Some(Span::new(marker.start, block_end(content, marker))),
        Extent::Document => {
            let start = memchr::memmem::rfind(&content[..marker.start], b"\n---").unwrap_or(0);
            reach(memchr::memmem::find(rest, b"\n---").unwrap_or(rest.len())).map(|span| Span::new(start, span.end))
        }
    }
}

/// The end of the braces behind a key, or of the lines that are further in than the key's.
fn block_end(content: &[u8], key: Span) -> usize {
    let rest = &content[key.end..];
    let opening = rest.iter().position(|b| !b.is_ascii_whitespace()).filter(|&at| rest[at] == b'{');
    if let Some(open) = opening {
        return rest[open..].iter().position(|&b| b == b'}').map_or(content.len(), |at| key.end + open + at);
    }
    let line = memchr::memrchr(b'\n', &content[..key.start]).map_or(0, |at| at + 1);
    let column = key.start - line;
    let mut end = memchr::memchr(b'\n', rest).map_or(content.len(), |at| key.end + at);
    while end < content.len() {
        let next = &content[end + 1..];
        let line = &next[..memchr::memchr(b'\n', next).unwrap_or(next.len())];
        let indent = line.iter().take_while(|&&b| b == b' ').count();
        if indent <= column && !line.trim_ascii().is_empty() {
            break;
        }
        end += 1 + line.len();
    }
    end.min(content.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extents() {
        let word = "ab1".repeat(12);
        for (text, want) in [
            ("a: ENC[AES256_GCM,data:x,type:str] b".to_owned(), "ENC[AES256_GCM,data:x,type:str]".to_owned()),
            (format!("K=\"encrypted:{word}\" x"), format!("encrypted:{word}")),
            (
                "p: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6162\n  63\nq: 1".to_owned(),
                "$ANSIBLE_VAULT;1.1;AES256\n  6162\n  63\n".to_owned(),
            ),
            ("s:\n  encryptedData:\n    a: b\n    c: d\n  t: u".to_owned(), "encryptedData:\n    a: b\n    c: d".to_owned()),
            ("{\"encryptedData\":{\"a\":\"b\"}}".to_owned(), "encryptedData\":{\"a\":\"b\"".to_owned()),
        ] {
            let found = sealed(text.as_bytes());
            let got: Vec<_> = found.iter().map(|s| String::from_utf8_lossy(s.span.of(text.as_bytes()))).collect();
            assert_eq!(got, [want]);
        }
        assert_eq!(sealed(format!("unencrypted:{word}").as_bytes()), []);
        assert_eq!(sealed(b"encrypted: yes\nENC[unclosed\n"), []);
    }
}
