//! What a finding is called in a file that everybody may read: its fingerprint, or a seal where the fingerprint would let
//! anybody try guesses.
//!
//! A fingerprint is one SHA-256, so a committed one tells at a billion guesses a second whether a guess is right. That is no
//! matter for a random token and gives a password away. A seal is Argon2id over the secret, salted by the file it stands in,
//! the rule and the path: a guess costs 19 MiB and tens of milliseconds. One salt for a file means one such hash for a finding,
//! however many entries there are.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

use argon2::{Algorithm, Argon2, Params, Version};
use sha2::{Digest as _, Sha256};

use crate::types::rule::{Confidence, Rule};

/// Memory of one hash in KiB, and passes over it: what OWASP asks of a password store.
const COST: (u32, u32) = (19 * 1024, 2);

/// `v1:` and 32 hex digits of SHA-256 over rule, path and secret: content, never position.
pub fn fingerprint(rule: &str, path: &[u8], secret: &[u8]) -> String {
    let mut hash = Sha256::new();
    for part in [rule.as_bytes(), path, secret] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    format!("v1:{}", hex(&hash.finalize()[..16]))
}

/// A secret with the line ends that git keeps, so that it is one, however a checkout has it.
pub fn with_lf(secret: Vec<u8>) -> Vec<u8> {
    if memchr::memmem::find(&secret, b"\r\n").is_none() {
        return secret;
    }
    let is_kept = |at: usize| secret[at] != b'\r' || secret.get(at + 1) != Some(&b'\n');
    (0..secret.len()).filter(|&at| is_kept(at)).map(|at| secret[at]).collect()
}

/// The same secret as earlier entries have it that were made of a file with other line ends; `None` where it is one line.
pub fn with_crlf(secret: &[u8]) -> Option<Vec<u8>> {
    let lines: Vec<&[u8]> = secret.split(|&b| b == b'\n').collect();
    (lines.len() > 1).then(|| lines.join(&b"\r\n"[..]))
}

/// Whether a fast hash of a secret must not be published: unless the rule is sure of a format, and the value is long and
/// random. No secret at all (a path, a binary) hides nothing.
pub fn is_guessable(rule: &Rule, secret: &[u8]) -> bool {
    const BITS: f64 = 96.0;
    let formal = rule.regex.is_some() && rule.confidence >= Confidence::High;
    let is_long = entropy(secret) * secret.len() as f64 >= BITS;
    !(secret.is_empty() || (formal && is_long))
}

/// Bits a byte, as Shannon counts them.
fn entropy(bytes: &[u8]) -> f64 {
    let mut counts = [0usize; 256];
    bytes.iter().for_each(|&b| counts[usize::from(b)] += 1);
    let share = |count: usize| count as f64 / bytes.len() as f64;
    -counts.iter().filter(|&&count| count > 0).map(|&count| share(count) * share(count).log2()).sum::<f64>()
}

/// A file's salt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Salt([u8; 8]);

impl Salt {
    /// A new one, random: the standard library seeds its hash maps from the system's source.
    pub fn random() -> Self {
        Self(RandomState::new().build_hasher().finish().to_le_bytes())
    }
}

/// The name of a finding in a committed file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Seal {
    /// Its fingerprint, `v1:…`.
    Plain(String),
    /// `s1:SALT:HASH`.
    Slow {
        /// The file's salt.
        salt: Salt,
        /// Argon2id.
        hash: [u8; 16],
    },
}

impl Seal {
    /// The one that does not give the secret away.
    pub fn of(rule: &Rule, path: &[u8], secret: &[u8], own: &str, salt: Salt) -> Self {
        match is_guessable(rule, secret) {
            true => slow(salt, &rule.id, path, secret),
            false => Self::Plain(own.to_owned()),
        }
    }

    /// Reads one.
    pub fn parse(text: &str) -> Option<Self> {
        let is_hex = |text: &str| !text.is_empty() && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if let Some(hex) = text.strip_prefix("v1:") {
            return (hex.len() == 32 && is_hex(hex)).then(|| Self::Plain(text.to_owned()));
        }
        let (salt, hash) = text.strip_prefix("s1:")?.split_once(':')?;
        Some(Self::Slow { salt: Salt(unhex(salt)?), hash: unhex(hash)? })
    }
}

impl std::fmt::Display for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Plain(fingerprint) => f.write_str(fingerprint),
            Self::Slow { salt, hash } => write!(f, "s1:{}:{}", hex(&salt.0), hex(hash)),
        }
    }
}

/// The slow seal of a secret of a rule at a path.
pub fn slow(salt: Salt, rule: &str, path: &[u8], secret: &[u8]) -> Seal {
    let place = Sha256::new().chain_update(rule).chain_update([0]).chain_update(path).finalize();
    let salted = [salt.0.as_slice(), &place[..16]].concat();
    let mut hash = [0; 16];
    let params = Params::new(COST.0, COST.1, 1, Some(hash.len())).unwrap_or_default();
    // Fails only for lengths that these are not; an all-zero hash then matches nothing that was written.
    let _ = Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into(secret, &salted, &mut hash);
    Seal::Slow { salt, hash }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if text.len() != 2 * N || !text.is_ascii() {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_are_those_that_git_keeps() {
        for (value, want) in [("a\r\nb\nc\r", "a\nb\nc\r"), ("a\rb", "a\rb"), ("", ""), ("\r\r\n", "\r\n"), ("a\nb", "a\nb")] {
            assert_eq!(with_lf(value.into()), want.as_bytes(), "{value:?}");
        }
        assert_eq!(with_crlf(b"a\nb\n"), Some(b"a\r\nb\r\n".to_vec()));
        assert_eq!(with_crlf(b"ab"), None);
    }

    #[test]
    fn seals_are_read_as_written_and_depend_on_all_of_it() {
        let salt = Salt([7; 8]);
        let seal = slow(salt, "rule", b"a/b", b"value");
        assert_eq!(Seal::parse(&seal.to_string()), Some(seal.clone()));
        assert_eq!(slow(salt, "rule", b"a/b", b"value"), seal);
        for other in [
            slow(Salt([8; 8]), "rule", b"a/b", b"value"),
            slow(salt, "rul", b"a/b", b"value"),
            slow(salt, "rule", b"a/c", b"value"),
            slow(salt, "rule", b"a/b", b"valuf"),
        ] {
            assert_ne!(other, seal);
        }
        let plain = fingerprint("rule", b"a/b", b"value");
        assert_eq!(Seal::parse(&plain), Some(Seal::Plain(plain.clone())));
        for wrong in ["", "v1:", "v1:12", "s1:00:11", "s2:0707070707070707:00", &plain[3..]] {
            assert_eq!(Seal::parse(wrong), None, "{wrong}");
        }
    }
}
