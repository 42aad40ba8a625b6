//! Values that are something else than a secret: paths, addresses, formats, patterns, expressions, digests with their name.
//!
//! What may stand in a random value by accident (`%d`, `::`, a leading `^`) is cut out, and the rest decides.

use crate::codec::{bases, tokens};
use crate::detect::checks::remainder::Remainder;
use crate::detect::checks::{letters, shape};

/// Beginnings that name what the value is.
#[rustfmt::skip]
const STARTS: &[&[u8]] = &[
    b"sha1-", b"sha256-", b"sha384-", b"sha512-", b"sha256:", b"md5:", b"encrypted:", b"vault:", b"op://", b"ref+",
    b"arn:", b"projects/", b"ENC(", b"ENC[", b"{cipher}", b"pk_live_", b"pk_test_", b"$2a$", b"$2b$", b"$2y$", b"$5$",
    b"$6$", b"$1$", b"$argon2", b"$pbkdf2", b"pbkdf2_", b"@Microsoft.KeyVault", b"AQICAH", b"ssh-rsa", b"secretref:",
    b"{SSHA", b"{CRYPT", b"file:", b"env:", b"env.", b"secrets.", b"process.", b"keyring:", b"urn:", b"com.", b"org.", b"-----",
    b"Signature=", b"mailto:", b"bcrypt:", b"MFkwEwYH", b"MHYwEAYH", b"MCowBQYDK2", b"MIIBIjANBgkqhkiG9w0BAQEFAAOC",
    b"MIICIjANBgkqhkiG9w0BAQEFAAOC", b"MIGfMA0GCSqGSIb3DQEBAQUAA4", b"MFwwDQYJKoZIhvcNAQEBBQADSw", b"AAAAB3NzaC1",
    b"AAAAC3NzaC1", b"AAAAE2VjZHNh", b"data:",
    // What Crowdin puts for a text until it is translated; a session key that CryptoAPI sealed (SIMPLEBLOB, by RSA).
    b"crwdns", b"AQIAAA5mAAAApAAA", b"AQIAABBmAAAApAAA", b"AQIAAANmAAAApAAA", b"AQIAAAJmAAAApAAA",
];

/// What `password.decode(…)` and `derive(password, …)` are given: charsets and algorithms.
#[rustfmt::skip]
const SETTINGS: &[&str] = &[
    "utf-8", "utf8", "utf-16", "utf-16le", "utf-16-le", "latin-1", "latin1", "iso-8859-1", "us-ascii",
    "md5", "sha1", "sha-1", "sha224", "sha256", "sha-256", "sha384", "sha-384", "sha512", "sha-512", "sha3-256", "hmac-sha256",
    "hs256", "hs384", "hs512", "rs256", "rs512", "es256", "bcrypt", "scrypt", "argon2id", "pbkdf2", "pbkdf2_sha256", "pbkdf2-sha256",
    "aes-128-cbc", "aes-256-cbc", "aes-128-gcm", "aes-256-gcm", "aes256", "base64",
];

/// Whether the value is of another kind, whatever its name.
pub(super) fn is_other_kind(value: &[u8]) -> bool {
    STARTS.iter().any(|start| value.starts_with(start))
        || is_path(value)
        || is_address(value)
        || is_pattern(value)
        || is_format(value)
        || is_code(value)
        || is_colour(value)
        || is_number(value)
        || is_object_name(value)
        || is_date_or_version(value)
        || is_token_head(value)
        || is_line(value)
        || is_requirement(value)
        || is_markup(value)
        || is_program(value)
        || is_rule(value)
        || is_constraint(value)
        || tokens::is_public_nkey(value)
        || SETTINGS.iter().any(|name| value.eq_ignore_ascii_case(name.as_bytes()))
}

/// Whether a format is filled in at both ends: `%d-name-%d`. No accident is that regular.
fn is_format(value: &[u8]) -> bool {
    let is_verb = |text: &[u8]| matches!(text, [b'%', b's' | b'd' | b'v' | b'q']);
    value.len() > 4 && is_verb(&value[..2]) && is_verb(&value[value.len() - 2..])
}

fn is_wordy(text: &[u8]) -> bool {
    letters::randomness(text) < 0
}

/// A path, or a glob: by where it starts, or by its many slashes, which base64 has too but not between words.
fn is_path(value: &[u8]) -> bool {
    let relative = [&b"./"[..], b"../", b"~/"].into_iter().find_map(|start| value.strip_prefix(start));
    if relative.is_some_and(|rest| letters::randomness(rest) < 12) {
        return true;
    }
    if matches!(value, [drive, b':', b'\\' | b'/', rest @ ..] if drive.is_ascii_alphabetic() && letters::randomness(rest) < 12) {
        return true;
    }
    let slashes = value.iter().filter(|b| **b == b'/').count() as i32;
    if slashes > 1 && letters::randomness(value) < 4 * (slashes - 1) {
        return true;
    }
    match value.strip_prefix(b"/") {
        Some(rest) if slashes == 1 => is_wordy(rest),
        Some(rest) => starts_in_folder(rest, 3) && slashes > 2,
        None => false,
    }
}

/// Whether a word of at least so many letters and a slash lead the text.
pub(super) fn starts_in_folder(text: &[u8], least: usize) -> bool {
    let length = text.iter().take_while(|b| b.is_ascii_alphabetic() || matches!(b, b'-' | b'_' | b'.')).count();
    length >= least && text.get(length) == Some(&b'/') && is_wordy(&text[..length])
}

/// An address of mail, or one with a scheme.
fn is_address(value: &[u8]) -> bool {
    let mut parts = value.split(|&b| b == b'@');
    let (local, host, more) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
    let label = |label: &[u8]| !label.is_empty() && label.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-');
    let is_host = |host: &[u8]| {
        let top = host.rsplit(|&b| b == b'.').next().unwrap_or_default();
        host.contains(&b'.') && host.split(|&b| b == b'.').all(label) && top.len() > 1 && top.iter().all(u8::is_ascii_alphabetic)
    };
    let mail = more.is_none() && !local.is_empty() && host.is_some_and(|host| is_host(host) && is_wordy(host));
    // The digest of an image.
    mail || shape::contains(value, b"://") || shape::contains(value, b"@sha256:")
}

/// A regular expression: two of its signs, or one and nothing that is random.
fn is_pattern(value: &[u8]) -> bool {
    let classes: [&[u8]; 4] = [b"[0-9", b"[a-z", b"[A-Z", b"[^"];
    let signs: [&[u8]; 9] = [b"\\d", b"\\s", b"\\w", b"\\.", b"(?", b".*", b".+", b"+$", b")$"];
    let has = |part: &&&[u8]| shape::contains(value, part);
    let repeated = memchr::memmem::find_iter(value, b"]{").any(|at| value.get(at + 2).is_some_and(u8::is_ascii_digit));
    let (classes, signs) = (classes.iter().filter(has).count(), signs.iter().filter(has).count());
    let classes = classes + usize::from(repeated);
    if is_choice(value) {
        return true;
    }
    let lead = usize::from(value.starts_with(b"^"));
    if classes > 0 || signs + lead > 1 {
        return !Remainder::without(value, pattern_piece).is_drawn();
    }
    lead > 0 && letters::randomness(&value[1..]) < 8
}

/// Nothing but short words to choose from: `xml|json|txt|csv`, `^(red|blue)$`.
fn is_choice(value: &[u8]) -> bool {
    let whole = value.strip_prefix(b"^(").and_then(|text| text.strip_suffix(b")$"));
    let least = if whole.is_some() { 2 } else { 3 };
    let mut words = whole.unwrap_or(value).split(|b| *b == b'|');
    let is_word = |word: &[u8]| (2..=10).contains(&word.len()) && word.iter().all(u8::is_ascii_alphanumeric);
    words.clone().count() >= least && words.all(is_word)
}

/// Length of a class, an escape or a repetition.
fn pattern_piece(text: &[u8]) -> usize {
    let close = |end: u8| text.iter().take(64).position(|&b| b == end).map_or(1, |at| at + 1);
    match text {
        [b'[', ..] => close(b']'),
        [b'{', ..] => close(b'}'),
        [b'\\', ..] => text.len().min(2),
        [b'^' | b'$' | b'(' | b')' | b'?' | b'*' | b'+' | b'.' | b'|' | b':' | b'=' | b'!', ..] => 1,
        _ => 0,
    }
}

/// A text with tags of HTML in it, or with their entities.
fn is_markup(value: &[u8]) -> bool {
    let tag = |open: &[u8], close: &[u8]| {
        let mut starts = memchr::memmem::find_iter(value, open);
        starts.any(|at| {
            let rest = &value[at + open.len()..];
            let rest = rest.strip_prefix(b"/").unwrap_or(rest);
            let name = rest.iter().take(10).take_while(|b| b.is_ascii_alphanumeric()).count();
            name > 0 && rest[0].is_ascii_lowercase() && rest[name..].starts_with(close)
        })
    };
    tag(b"&lt;", b"&gt;") || tag(b"<", b"/>") || tag(b"</", b">")
}

/// What stands between two literals of a program on one line: `+ name; if (a && b) { … `.
fn is_program(value: &[u8]) -> bool {
    const SHORTEST: usize = 24;
    const LEAST: usize = 3;
    #[rustfmt::skip]
    const PIECES: [&[u8]; 14] = [
        b"&&", b"||", b"==", b"!=", b");", b"){", b")}", b"};", b"=>", b"void 0", b"return ", b"function", b"]=", b"if(",
    ];
    let leads = matches!(value.first(), Some(b'+' | b')' | b',' | b';' | b']' | b'}' | b'&' | b'|'));
    let pieces = || PIECES.iter().map(|piece| memchr::memmem::find_iter(value, piece).count()).sum::<usize>();
    leads && value.len() >= SHORTEST && pieces() >= LEAST
}

/// A rule that a value is checked by, as lists of them have it: `max:72`, `between:8,64`.
fn is_rule(value: &[u8]) -> bool {
    #[rustfmt::skip]
    const RULES: [&[u8]; 12] = [
        b"max", b"min", b"size", b"digits", b"between", b"digits_between", b"required_if", b"required_with", b"same", b"different",
        b"unique", b"exists",
    ];
    let end = value.iter().position(|b| *b == b':').unwrap_or_default();
    let bound = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b',' | b'_' | b'.');
    RULES.contains(&&value[..end]) && value[end..].iter().skip(1).all(bound)
}

/// The name of an index or a constraint, which object mappers derive from a hash: `FK_368A4209A76ED395`.
fn is_constraint(value: &[u8]) -> bool {
    const SHORTEST: usize = 6;
    let Some(joint) = value.iter().position(|b| *b == b'_') else { return false };
    let hash = &value[joint + 1..];
    let kinds: [&[u8]; 8] = [b"fk", b"idx", b"uniq", b"pk", b"ix", b"uq", b"ck", b"df"];
    kinds.iter().any(|kind| value[..joint].eq_ignore_ascii_case(kind)) && hash.len() >= SHORTEST && shape::is_hex(hash)
}

/// Ciphertext in braces, as Maven's settings hold it: base64 of whole blocks of 16 bytes.
pub(super) fn is_sealed(value: &[u8]) -> bool {
    let [b'{', inside @ .., b'}'] = value else { return false };
    inside.len() >= 40 && bases::base64(inside).is_some_and(|bytes| bytes.len().is_multiple_of(16))
}

/// Bits that no name has beside a field of a format.
const PLAINLY_DRAWN: i32 = 24;

/// Formats and expressions: pieces of them, unless what is left is random; and what braces hold as a whole.
fn is_code(value: &[u8]) -> bool {
    if let [b'{', inside @ .., b'}'] = value {
        let is_text = inside.iter().any(|b| matches!(b, b'"' | b'\'' | b':' | b',' | b' '));
        return is_text || letters::randomness(inside) < 20;
    }
    // `{}` and `{name}` at an end of the value; in the middle only the rest can tell.
    let is_name = |text: &[u8]| text.len() != 1 && text.iter().all(|b| b.is_ascii_lowercase() || *b == b'_');
    let open = value.iter().rposition(|&b| b == b'{');
    let ends = value.strip_suffix(b"}").zip(open).is_some_and(|(text, open)| text.get(open + 1..).is_some_and(is_name));
    let around = value.strip_prefix(b"{}").or(open.and_then(|open| value.get(..open))).unwrap_or_default();
    if (value.starts_with(b"{}") || ends) && letters::randomness(around) < PLAINLY_DRAWN {
        return true;
    }
    let rest = Remainder::without(value, code_piece);
    !rest.is_whole() && !rest.is_drawn()
}

/// Length of the piece of a format or of code that starts a text; 0 where none does.
fn code_piece(text: &[u8]) -> usize {
    match text {
        [b'%', ..] => verb(&text[1..]).map_or(0, |length| length + 1),
        [b'\\', ..] => escape(&text[1..]).map_or(0, |length| length + 1),
        [b'{', ..] => placeholder(&text[1..]).map_or(0, |length| length + 1),
        [b':', b':', ..] | [b'(', b')', ..] | [b'=' | b'-', b'>', ..] | [b'>' | b'<' | b']', b'=', ..] | [b'<', b'/', ..] => 2,
        _ => 0,
    }
}

/// Length of a verb of a format behind its `%`: `s`, `[1]s`, `-08.3lx`; of an escaped byte of an address.
fn verb(text: &[u8]) -> Option<usize> {
    if matches!(text, [a, b, ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit()) {
        return Some(2);
    }
    let digit = |b: &&u8| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'#' | b'[' | b']');
    let lead = text.iter().take(6).take_while(digit).count();
    let size = text[lead..].iter().take(2).take_while(|b| matches!(b, b'l' | b'h' | b'z')).count();
    let letter = text.get(lead + size).is_some_and(|b| b"sdvqxXupfigoctTe@".contains(b));
    let bare = lead > 0 && matches!(text[0], b'0' | b'.') || size > 0;
    (letter || bare).then_some(lead + size + usize::from(letter))
}

/// Length of an escape behind its backslash, with the colour that it may start on a terminal.
fn escape(text: &[u8]) -> Option<usize> {
    let digits = |from: usize, most: usize| text[from..].iter().take(most).take_while(|b| b.is_ascii_hexdigit()).count();
    let length = match text.first()? {
        b'u' if text.get(1) == Some(&b'{') => 3 + digits(2, 6),
        b'u' => 1 + digits(1, 4),
        b'x' => 1 + digits(1, 2),
        b'0' => digits(0, 3),
        b'e' | b'n' | b'r' | b't' | b'd' | b's' | b'w' => 1,
        _ => return None,
    };
    let colour = text[length..].strip_prefix(b"[").map_or(0, |rest| {
        let codes = rest.iter().take_while(|b| b.is_ascii_digit() || **b == b';').count();
        if rest.get(codes).is_some_and(u8::is_ascii_alphabetic) { codes + 2 } else { 0 }
    });
    Some(length + colour)
}

/// Length of a place of a template behind its brace: `0}`, `name}`.
fn placeholder(text: &[u8]) -> Option<usize> {
    let length = text.iter().take(40).position(|&b| b == b'}')?;
    let inside = &text[..length];
    let name = inside.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-' | b':' | b'!' | b' ' | b','));
    Some(if name { length + 1 } else { 0 })
}

/// A number in hex digits, or an address of Ethereum; a private key of it is longer.
fn is_number(value: &[u8]) -> bool {
    const ADDRESS: usize = 40;
    let digits = value.strip_prefix(b"0x").or(value.strip_prefix(b"0X")).unwrap_or_default();
    shape::is_hex(digits) && (digits.len() <= 16 || digits.len() == ADDRESS)
}

/// What Java's `toString` makes of an object: `org.acme.Node@4fc032ab`.
fn is_object_name(value: &[u8]) -> bool {
    let at = value.iter().rposition(|&b| b == b'@').filter(|at| *at > 0);
    at.is_some_and(|at| {
        let (name, hash) = (&value[..at], &value[at + 1..]);
        let named = name.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'$' | b'_' | b'[' | b';'));
        (5..=8).contains(&hash.len())
            && hash.iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
            && named
            && is_wordy(name)
            && hash.iter().any(u8::is_ascii_digit)
            && (name.contains(&b'.') || name[0].is_ascii_uppercase())
    })
}

fn is_colour(value: &[u8]) -> bool {
    matches!(value, [b'#', hex @ ..] if matches!(hex.len(), 3 | 4 | 6 | 8) && shape::is_hex(hex))
}

fn is_date_or_version(value: &[u8]) -> bool {
    let marks = value.iter().filter(|b| matches!(b, b'.' | b'-' | b':' | b'/')).count();
    marks > 0 && value.iter().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b':' | b'/' | b'T' | b'Z' | b'v'))
}

/// What a package asks for of another: `name>=0.1.5`.
fn is_requirement(value: &[u8]) -> bool {
    let version = value.iter().rev().take_while(|b| b.is_ascii_digit() || **b == b'.').count();
    let before = &value[..value.len() - version];
    let is_compared = matches!(before, [.., b'>' | b'<' | b'=' | b'~' | b'!', b'='] | [b'=']);
    is_compared && value[before.len()..].contains(&b'.')
}

/// A line of a longer text that is joined from literals, as keys are.
fn is_line(value: &[u8]) -> bool {
    const LINE: usize = 64;
    let base64 = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
    value.strip_suffix(b"\\n").is_some_and(|line| line.len() == LINE && line.iter().all(base64))
}

/// The header of a JSON web token without the token, and a token that nobody signed.
fn is_token_head(value: &[u8]) -> bool {
    const HEADER: usize = 44;
    if !value.starts_with(b"eyJ") {
        return false;
    }
    let head = value.split(|&b| b == b'.').next().unwrap_or_default();
    let Some(text) = bases::base64(&head[..head.len() & !3]) else { return false };
    let starts = |names: &[&[u8]]| names.iter().any(|name| text.starts_with(name));
    let is_header = starts(&[b"{\"typ\"", b"{\"alg\"", b"{\"kid\"", b"{\"cty\"", b"{\"enc\""]);
    is_header && head.len() == value.len() && value.len() <= HEADER || crate::detect::checks::structure::is_unsigned(value)
}

/// Bare words that a program or a shell would evaluate, and YAML's own marks. `in_code`: where bare words are variables.
pub(super) fn is_expression(value: &[u8], in_code: bool) -> bool {
    const LEADS: &[u8] = b"$%&*!|@-.=\\~?:";
    let leads = LEADS.contains(&value[0]) && !value[1..].iter().any(u8::is_ascii_digit);
    let member = value.split(|&b| b == b'.').all(|part| part.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_'));
    let least = if in_code { 24 } else { 8 };
    let works = [&b"->"[..], b"++", b"+="].iter().any(|mark| shape::contains(value, mark));
    leads && letters::randomness(&value[1..]) < 12
        || value.contains(&b'.') && member && letters::randomness(value) < least
        || works && !Remainder::without(value, operator_piece).is_drawn()
}

/// Length of an operator of code.
fn operator_piece(text: &[u8]) -> usize {
    if matches!(text, [b'-', b'>', ..] | [b'+', b'+' | b'=', ..]) { 2 } else { 0 }
}

/// Functions that give something else than their argument.
pub(super) fn is_lookup(callee: &[u8]) -> bool {
    const WORDS: &[&[u8]] = &[
        b"env",
        b"get",
        b"find",
        b"lookup",
        b"read",
        b"load",
        b"translate",
        b"gettext",
        b"prompt",
        b"decrypt",
        b"hash",
        b"input",
        b"ask",
        b"querySelector",
        b"by.",
        b"is",
        b"print",
        b"log",
        b"error",
        b"fetch",
        b"param",
        b"config",
        b"open",
        b"resolve",
        b"contains",
    ];
    let last = callee.rsplit(|b| matches!(b, b'.' | b':' | b' ')).next().unwrap_or_default();
    WORDS.iter().any(|word| {
        last.len() >= word.len()
            && last.windows(word.len()).any(|w| w.eq_ignore_ascii_case(word))
            && (word.len() > 2 || last.starts_with(word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_kinds() {
        for value in [
            "./run/secrets/db",
            "C:\\",
            "C:\\Users\\build",
            "/var/log/pods/*1462fc87-4d02-4cd6-958a-31677a1a71af/shop/*.log",
            "^[a-zA-Z0-9]{8,}$",
            "(?:[^:]+):(.*)$",
            "^root$",
            "%s:%d",
            "%[1]s-%02x",
            "user-{name}-{0}",
            "G%C3%B6rl%C3%BCtz",
            "\\u041f\\u0430\\u0440\\u043e\\u043b\\u044c",
            "\\033[5m",
            "\\x1b[31;1m",
            "Foo::bar",
            "getPassword()",
            "user => user.name",
            "mailto:ann@acme-shop.org",
            "ann@acme-shop.org",
            "org.acme.shop.Node@4fc032ab",
            "0x52908400098527886E0F7030069857D2E4169EE7",
            "0x1F4",
            "eyJ0eXAi",
            "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.",
            "^ACME-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}$",
            "crwdns1262:0crwdne1262:0",
            "&lt;b&gt;Store&lt;/b&gt;key=password",
            "+n.hex;t=n.hex}if(void 0!==n.utf8&&(t=er(n.utf8)),u=",
            "max:72",
            "FK_368A4209A76ED395",
            "xml|json|txt|csv",
            "^(abc123|zyx789)$",
            "sha256",
        ] {
            assert!(is_other_kind(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn accidents() {
        for parts in [
            ["k9Xq", "%d", "2LmT8wZr"],
            ["TQ", "%x", "m9Lc4bWz"],
            ["", "^", "k9Xq2LmT8wZr7"],
            ["", "0x", "X50wACcTeohNGw"],
            ["k9Xq", "=>", "2LmT8wZr7"],
            ["k9Xq", "{2LmT}", "8wZr7"],
            ["k9Xq", "::", "2LmT8wZr7"],
            ["k9Xq2", "()", "LmT8wZr7"],
            ["k9Xq", "\\d", "2LmT8wZr7"],
        ] {
            let value = parts.concat();
            assert!(!is_other_kind(value.as_bytes()), "{value}");
        }
    }
}
