//! Documentation values: what people write where a secret would stand.

use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

/// Texts that no random value holds by chance and documentation is full of. Matched in any case.
const TEXTS: &[&str] = &[
    "example",
    "changeme",
    "change_me",
    "change-me",
    "placeholder",
    "redacted",
    "xxxxx",
    "****",
    "00000000",
    "yourkey",
    "your_",
    "your-",
    "yourtoken",
    "yoursecret",
    "yourpassword",
    "replace_",
    "replace-",
    "replaceme",
    "insert_",
    "insert-",
    "todo",
    "dummy",
    "foobar",
    "notasecret",
    "not_a_secret",
    "not-a-secret",
    "s3cr3t",
    "12345678",
    "abcdefgh",
    "abcd1234",
    "<password>",
    "<secret>",
    "<token>",
    "mysecret",
    "my_secret",
    "my-secret",
    "mypassword",
    "my_password",
    "my-password",
    "mytoken",
    "my_token",
    "my-token",
    "sample",
    "deadbeef",
    "...",
    "qwerty",
    "asdfgh",
    "lorem",
    "_here",
    "-here",
];

/// Beginnings of values that standards print (RFC 5849, 6749 and 6750, OAuth Core 1.0, OpenID Connect Core) and libraries
/// repeat, of the digests of nothing (MD5, SHA-1, SHA-256, NT), of reCAPTCHA's keys for tests, of Mapbox's public tokens, and
/// of the keys of emulators (Azurite, Cosmos DB, Hardhat).
const PUBLISHED: &[&str] = &[
    "2yotnfzfe",
    "tgzv3jokf",
    "czzcagrsa",
    "gx1fbat3b",
    "7fjfp0zbr",
    "slav32hkk",
    "splxlobez",
    "mf_9.b5f-",
    "8xloxbtzp",
    "9djdj82h4",
    "kkk9d7dh3",
    "dpf43f3p2",
    "nnch734d0",
    "kd94hf93k",
    "pfkkdhi9s",
    "hdhd0244k",
    "j49sk3j29",
    "dh893hdas",
    "d41d8cd98f00",
    "da39a3ee5e6b",
    "e3b0c44298fc",
    "31d6cfe0d16a",
    "6leixactaaaa",
    "pk.eyj1ijoi",
    "eby8vdm02",
    "c2y6ydjf5",
    "ac0974bec",
];

/// The automaton over [`TEXTS`] and [`PUBLISHED`], built when the first candidate value is judged: most commits never need it.
fn texts() -> Option<&'static AhoCorasick> {
    static BUILT: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    let build = || {
        let all = TEXTS.iter().chain(PUBLISHED);
        AhoCorasick::builder().ascii_case_insensitive(true).kind(Some(AhoCorasickKind::NoncontiguousNFA)).build(all).ok()
    };
    BUILT.get_or_init(build).as_ref()
}

/// Whether the value is a documentation placeholder, a template, a reference or plainly made up.
pub fn is_placeholder(value: &[u8]) -> bool {
    is_reference(value) || is_monotonous(value) || is_foreign_word(value) || texts().is_some_and(|texts| texts.is_match(value))
}

/// Whether the value is words in another script: what a translated manual writes for "password". A password that people
/// type in such a script has digits or marks.
fn is_foreign_word(value: &[u8]) -> bool {
    let foreign = || std::str::from_utf8(value).is_ok_and(|text| text.chars().all(char::is_alphabetic));
    !value.is_ascii() && !value.iter().any(u8::is_ascii) && foreign()
}

/// Whether the value is looked up at run time: `${…}`, `{{…}}`, `$(…)`, `<…>`, `%…%`, `#{…}`, `@…@`, `#…#`, `__…__`, `$NAME`, `{name:…}`,
/// `ENC[…`.
pub fn is_reference(value: &[u8]) -> bool {
    let open: [&[u8]; 8] = [b"${", b"{{", b"$(", b"#{", b"<%", b"ENC[", b"!vault", b"%("];
    let pairs: [(u8, u8); 6] = [(b'<', b'>'), (b'%', b'%'), (b'@', b'@'), (b'[', b']'), (b'#', b'#'), (b'_', b'_')];
    let name = |text: &[u8]| !text.is_empty() && text.iter().all(|&b| b.is_ascii_alphanumeric() || b == b'_');
    open.iter().any(|mark| value.starts_with(mark))
        || [&b"${"[..], b"{{", b"$(", b"<%"].iter().any(|mark| super::shape::contains(value, mark))
        || matches!(value, [first, .., last] if pairs.contains(&(*first, *last)))
        || has_variable(value)
        || has_field(value)
        || matches!(value, [b'$', rest @ ..] if name(rest) && !rest[0].is_ascii_digit())
}

/// Whether a field of a format or template stands in the value: `{name:…}`.
fn has_field(value: &[u8]) -> bool {
    value.split(|&b| b == b'{').skip(1).any(|tail| {
        let length = tail.iter().take_while(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-')).count();
        length > 1 && tail.get(length) == Some(&b':') && tail[0].is_ascii_lowercase()
    })
}

/// Whether a variable in capitals stands in the value, as shells expand it: `prefix-$NAME`.
fn has_variable(value: &[u8]) -> bool {
    let capital = |b: &u8| b.is_ascii_uppercase() || *b == b'_';
    value.split(|&b| b == b'$').skip(1).any(|tail| {
        let length = tail.iter().take_while(|b| capital(b)).count();
        length > 2 && tail.get(length).is_none_or(|b| !b.is_ascii_alphanumeric())
    })
}

/// Whether the value is a repetition or a sequence: few distinct characters, or nearly all steps between neighbours equal.
pub fn is_monotonous(value: &[u8]) -> bool {
    if value.len() < 6 {
        return value.iter().all(|b| Some(b) == value.first());
    }
    let mut seen = [false; 256];
    value.iter().for_each(|&b| seen[usize::from(b)] = true);
    let distinct = seen.iter().filter(|&&s| s).count();
    let steps = value.windows(2).filter(|pair| (0..=1).contains(&(i16::from(pair[1]) - i16::from(pair[0])))).count();
    let counted = value.starts_with(b"12345") && value.iter().all(u8::is_ascii_digit);
    let periodic = |period: usize| value.len() >= 3 * period && value.windows(period + 1).all(|w| w[0] == w[period]);
    let mut pairs = value.chunks_exact(2).zip(value.chunks_exact(2).skip(1));
    let paired = value.iter().all(u8::is_ascii_hexdigit) && pairs.all(|(a, b)| a[0] == b[0] || a[1] == b[1]);
    counted || paired || (2..=8).any(periodic) || distinct <= 2 + (value.len() / 32).min(4) || steps * 10 >= (value.len() - 1) * 8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders() {
        for value in [
            "changeme",
            "YOUR_API_KEY",
            "xxxxxxxxxxxx",
            "${SECRET}",
            "{{ .Values.key }}",
            "<token>",
            "$TOKEN",
            "abcdefghijkl",
            "1111111111",
            "%DB_PASSWORD%",
            "api-key-goes-here",
            "AKIAIOSFODNN7EXAMPLE",
            "\u{5bc6}\u{7801}",
            "\u{43f}\u{430}\u{440}\u{43e}\u{43b}\u{44c}",
            "Zx1B...",
        ] {
            assert!(is_placeholder(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn real_looking_values() {
        for value in ["kX9vQ2mL7pR4tZ8w", "$ecretP4ss!word", "Tr0ub4dor&3", "zQWBuTSOoRi4A9sp"] {
            assert!(!is_placeholder(value.as_bytes()), "{value}");
        }
    }
}
