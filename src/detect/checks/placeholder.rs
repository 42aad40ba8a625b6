//! Documentation values: what people write where a secret would stand.

use std::ops::Range;
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::letters;
use super::reference::is_reference;
use super::remainder::Remainder;

/// Texts that no random value holds by chance and documentation is full of. Matched in any case.
const TEXTS: &[&str] = &[
    "example",
    "changeme",
    "change_me",
    "change-me",
    "placeholder",
    "base64-encoded",
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
    "correct horse",
    "correct-horse",
    "correcthorse",
];

/// Beginnings of values that standards print (RFC 5849, 6749 and 6750, OAuth Core 1.0, OpenID Connect Core) and libraries
/// repeat, of the digests of nothing (MD5, SHA-1, SHA-256, NT), of the alphabet of bech32, of reCAPTCHA's keys for tests, of Mapbox's public tokens, and
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
    "550e8400-",
    "123e4567-",
    "6ba7b810-",
    "6ba7b811-",
    "6ba7b812-",
    "6ba7b814-",
    "f81d4fae-",
    "f47ac10b-",
    "a0eebc99-",
    "9b1deb4d-",
    "qpzry9x8g",
    "110ec58a-",
    "de305d54-",
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
    is_reference(value)
        || is_monotonous(value)
        || is_foreign_word(value)
        || is_name(value)
        || is_type(value)
        || is_port(value)
        || is_documentation(value)
}

/// Whether a text of documentation stands in the value, and not by accident.
fn is_documentation(value: &[u8]) -> bool {
    let Some(texts) = texts() else { return false };
    let mut rest = Remainder::of(value);
    let mut cut = 0;
    for found in texts.find_iter(value) {
        let known = found.pattern().as_usize();
        let is_run = |text: &str| text.len() >= 8 && text.bytes().all(|b| Some(b) == text.bytes().next());
        if known >= TEXTS.len() || is_run(TEXTS[known]) || !TEXTS[known].bytes().any(|b| b.is_ascii_alphanumeric()) {
            return true;
        }
        cut += found.len();
        rest.cut(found.range());
        if !is_buried(value, found.range()) {
            return true;
        }
    }
    // Nobody writes four random characters for one of the text.
    let is_accident = || rest.is_drawn() && cut * 4 <= value.len();
    !rest.is_whole() && !is_accident()
}

/// Whether random characters stand on both sides of a text.
fn is_buried(value: &[u8], text: Range<usize>) -> bool {
    const SIDE: usize = 6;
    let drawn = |side: &[u8]| side.len() >= SIDE && letters::randomness(side) > 0;
    drawn(&value[..text.start]) && drawn(&value[text.end..])
}

/// Whether the value is words in another script: what a translated manual writes for "password". A password that people
/// type in such a script has digits or marks.
fn is_foreign_word(value: &[u8]) -> bool {
    let foreign = || std::str::from_utf8(value).is_ok_and(|text| text.chars().all(char::is_alphabetic));
    !value.is_ascii() && !value.iter().any(u8::is_ascii) && foreign()
}

/// Whether the value is the name of a secret, as a variable or a constant is called: `SITE_DEPLOY_PASSWORD`, `mockPrimaryKey`.
fn is_name(value: &[u8]) -> bool {
    const NOUNS: [&str; 8] = ["password", "passwd", "pwd", "key", "token", "secret", "credential", "credentials"];
    let is_word = value.iter().all(|b| b.is_ascii_alphabetic() || *b == b'_');
    let noun = |noun: &&str| {
        let at = value.len().checked_sub(noun.len()).filter(|at| *at > 2);
        at.is_some_and(|at| {
            value[at..].eq_ignore_ascii_case(noun.as_bytes()) && (value[at - 1] == b'_' || !value[at].is_ascii_lowercase())
        })
    };
    let capitals = value.contains(&b'_') && !value.iter().any(u8::is_ascii_lowercase);
    let camel = value.first().is_some_and(u8::is_ascii_lowercase) && value.iter().any(u8::is_ascii_uppercase);
    is_word && (capitals || camel) && NOUNS.iter().any(noun) && letters::randomness(value) < 8
}

/// Whether the value is the type of one, as declarations write it: `String?`.
fn is_type(value: &[u8]) -> bool {
    const TYPES: [&str; 8] = ["string", "str", "chararray", "securestring", "secretstring", "optional", "nullable", "undefined"];
    let end = value.iter().rposition(u8::is_ascii_alphabetic).map_or(0, |at| at + 1);
    let is_marked = value[end..].iter().all(|b| matches!(b, b'?' | b'!' | b'[' | b']' | b';' | b',' | b')'));
    is_marked && TYPES.iter().any(|name| value[..end].eq_ignore_ascii_case(name.as_bytes()))
}

/// Whether the value is the port of a host whose address holds no password, as of `host:443` before an at sign.
fn is_port(value: &[u8]) -> bool {
    const PORTS: [&[u8]; 13] =
        [b"80", b"443", b"8080", b"8443", b"8000", b"8888", b"3000", b"5000", b"9000", b"3306", b"5432", b"6379", b"9200"];
    let end = value.iter().take_while(|b| b.is_ascii_digit()).count();
    PORTS.contains(&&value[..end])
        && (end == value.len() || matches!(value[end], b',' | b'#' | b'?') && letters::randomness(&value[end..]) < 0)
}

/// Whether the value is a repetition or a sequence: few distinct characters, or nearly all steps between neighbours equal.
pub fn is_monotonous(value: &[u8]) -> bool {
    if value.len() < 6 {
        return value.iter().all(|b| Some(b) == value.first());
    }
    let mut seen = [false; 256];
    value.iter().for_each(|&b| seen[usize::from(b)] = true);
    let distinct = seen.iter().filter(|&&s| s).count();
    let step = |pair: &[u8]| i16::from(pair[1]) - i16::from(pair[0]);
    let most = |steps: usize| steps * 10 >= (value.len() - 1) * 8;
    let up = value.windows(2).filter(|pair| (0..=1).contains(&step(pair))).count();
    let down = value.windows(2).filter(|pair| (-1..=0).contains(&step(pair))).count();
    let counted = value.starts_with(b"12345") && value.iter().all(u8::is_ascii_digit);
    let periodic = |period: usize| value.len() >= 3 * period && value.windows(period + 1).all(|w| w[0] == w[period]);
    let mut pairs = value.chunks_exact(2).zip(value.chunks_exact(2).skip(1));
    let paired = value.iter().all(u8::is_ascii_hexdigit) && pairs.all(|(a, b)| a[0] == b[0] || a[1] == b[1]);
    let few = distinct <= 2 + (value.len() / 32).min(4);
    counted || paired || (2..=8).any(periodic) || few || most(up) || most(down) || is_counted_up(value)
}

/// Whether letters and digits count up, side by side or by turns: `a1b2c3d4`, `a1b2c3d4-e5f6-7890-abcd-ef1234567890`.
fn is_counted_up(value: &[u8]) -> bool {
    const SHORTEST: usize = 8;
    let kinds = [u8::is_ascii_digit, u8::is_ascii_alphabetic];
    if value.len() < SHORTEST || !kinds.iter().all(|kind| value.iter().any(kind)) {
        return false;
    }
    let (mut before, mut last, mut counted, mut all) = (0u8, 0u8, 0usize, 0usize);
    for byte in value.iter().filter(|b| b.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase) {
        let follows = |other: u8| byte == other.wrapping_add(1) || matches!((other, byte), (b'9', b'0') | (b'f' | b'z', b'a'));
        counted += usize::from(follows(last) || follows(before));
        all += 1;
        (before, last) = (last, byte);
    }
    counted * 10 >= all.saturating_sub(2) * 7
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
            "DEMO_SITE_DEPLOY_PASSWORD",
            "mockPrimaryKey",
            "iAmAToken",
            "String?",
            "443",
            "8080,org.acme.shop.Node",
            "zyxwvutsrqponmlkzyxwvutsrqponmlk",
            "a1b2c3d4",
            "a1b2c3d4-e5f6-7890-abcd-ef1234567890",
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
