//! What passwords are checked against: salted hashes in the forms that databases, frameworks and systems keep. Nobody logs in
//! with one; a weak password can be guessed from it. Formats: crypt(5), RFC 5803 (SCRAM), PostgreSQL, MySQL, Werkzeug, Django,
//! passlib, PHC strings, Jupyter, ASP.NET Core Identity, LDAP's userPassword (RFC 2307), Cisco IOS, phpass, Spring Security.

use super::shape;
use crate::codec::bases;

/// How verifiers begin, and how many bytes follow at least.
#[rustfmt::skip]
const HEADS: &[(&str, usize)] = &[
    ("$1$", 22), ("$5$", 43), ("$6$", 86), ("$2a$", 50), ("$2b$", 50), ("$2x$", 50), ("$2y$", 50), ("$7$", 40), ("$y$", 40),
    ("$gy$", 40), ("$apr1$", 22), ("$md5", 22), ("$sha1$", 28), ("$8$", 30), ("$9$", 40), ("$14$", 30), ("$P$", 30), ("$H$", 30), ("$S$", 50),
    ("$argon2", 40), ("$scrypt$", 40), ("$s0$", 40), ("$pbkdf2", 40), ("$bcrypt-sha256$", 40), ("$7z$", 40), ("argon2$argon2", 40),
    ("argon2:$argon2", 40), ("pbkdf2_sha", 40), ("pbkdf2:sha", 40), ("scrypt:", 40), ("scrypt$", 40), ("bcrypt$", 40), ("bcrypt_sha256$", 40),
    ("bcrypt:$", 40), ("sha1:", 40), ("sha256:", 40), ("sha512:", 40), ("sha1$", 40), ("sha256$", 40), ("sha512$", 40), ("md5$", 32),
    ("SCRAM-SHA-1$", 40), ("SCRAM-SHA-256$", 60), ("SCRAM-SHA-512$", 60), ("{SSHA", 20), ("{SHA", 20), ("{SMD5}", 20), ("{MD5}", 20),
    ("{CRYPT}", 13), ("{PBKDF2", 30), ("{ARGON2}", 30), ("{x-issha", 20), ("{bcrypt}$", 40), ("{pbkdf2}", 30), ("{scrypt}", 30),
    ("{argon2}", 30), ("{sha256}", 30), ("{BLF-CRYPT}", 40), ("{SHA512-CRYPT}", 60), ("{SHA256-CRYPT}", 40), ("{ARGON2I", 40),
    ("grub.pbkdf2.", 60), ("0x0100", 44), ("0x0200", 100), ("PBKDF2$", 30), ("PBKDF2-", 30), ("pbkdf2-sha", 30), ("$shiro1$", 40), ("$SHA$", 40),
];

/// Whether a value is only what a password is checked against.
pub fn is_verifier(value: &[u8]) -> bool {
    // Junos keeps secrets that anyone can read behind `$9$`; Cisco's hash of that mark has a salt and another `$` behind it.
    if value.starts_with(b"$9$") && !value[3..].contains(&b'$') {
        return false;
    }
    // A line of htpasswd.
    let user = value.iter().take(32).position(|b| *b == b':').filter(|at| *at > 0);
    if let Some(hash) = user.map(|at| &value[at + 1..]).filter(|hash| matches!(hash.first(), Some(b'{' | b'$'))) {
        return is_verifier(hash);
    }
    // `$` stands doubled in files of Compose and escaped in shells.
    if !matches!(value.first(), Some(b'$' | b'{' | b'*' | b'A' | b'0' | b'a'..=b'z' | b'S' | b'P' | b'\\')) {
        return false;
    }
    if let Some(plain) = [&b"$$"[..], b"\\$"].iter().find_map(|mark| value.strip_prefix(*mark)) {
        return HEADS.iter().any(|(head, rest)| {
            head.as_bytes().strip_prefix(b"$").is_some_and(|head| plain.starts_with(head) && plain.len() >= head.len() + rest)
        });
    }
    HEADS.iter().any(|(head, rest)| value.starts_with(head.as_bytes()) && value.len() >= head.len() + rest)
        || matches!(value, [b'*', hex @ ..] if hex.len() == 40 && shape::is_hex(hex) && !hex.iter().any(u8::is_ascii_lowercase))
        || matches!(value, [b'm', b'd', b'5', hex @ ..] if hex.len() == 32 && shape::is_hex(hex))
        || is_identity(value)
}

/// ASP.NET Core Identity: base64 of a version, then of version 1 the numbers of a function and of its rounds and the length of
/// a salt.
fn is_identity(value: &[u8]) -> bool {
    if !value.starts_with(b"AQAAAA") || !(60..=200).contains(&value.len()) {
        return false;
    }
    let Some(bytes) = bases::base64(value) else { return false };
    let number = |at: usize| bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).map(u32::from_be_bytes);
    matches!((number(1), number(5), number(9)), (Some(0..=2), Some(1..10_000_000), Some(8..=64)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verifiers_and_others() {
        let drawn = ["kX9vQ2mL", "7pR4tZ8w"].concat();
        let hex = ["06f59e35c5d2", "9f906a63"].concat().repeat(2);
        for value in [
            format!("$6${drawn}${}", drawn.repeat(6)),
            format!("$$2b$$12$${}", drawn.repeat(4)),
            format!("$2b$12${}", drawn.repeat(4)),
            format!("$argon2id$v=19$m=102400,t=2,p=8${drawn}${drawn}{drawn}"),
            format!("argon2$argon2id$v=19$m=102400,t=2,p=8${drawn}${drawn}{drawn}"),
            format!("pbkdf2:sha256:260000${drawn}${hex}"),
            format!("pbkdf2_sha256$260000${drawn}${hex}="),
            format!("scrypt:32768:8:1${drawn}${hex}"),
            format!("SCRAM-SHA-256$4096:{drawn}==${drawn}{drawn}=:{drawn}{drawn}="),
            format!("sha1:ede4c73eef8e:{hex}"),
            format!("md5{}", &hex[..32]),
            format!("*{}", hex.to_uppercase()),
            format!("{{SSHA}}{drawn}{drawn}"),
            format!("ops:{{SHA}}{drawn}{drawn}"),
            format!("$P$B{drawn}{drawn}"),
            ["AQAAAAEAACcQAAAAE", &"kX9vQ2mL7pR4tZ8w".repeat(4), "kX9"].concat(),
        ] {
            assert!(is_verifier(value.as_bytes()), "{value}");
        }
        for value in [
            drawn.clone(),
            format!("${drawn}"),
            format!("$6${drawn}"),
            hex.clone(),
            format!("AQAAAA{drawn}"),
            format!("sha256:{drawn}"),
        ] {
            assert!(!is_verifier(value.as_bytes()), "{value}");
        }
    }
}
