//! Values with a structure of their own: JSON web tokens, PEM bodies, base64 texts, mnemonic phrases.

use super::Outcome;
use crate::codec::bases;
use crate::types::date;

/// Whether header and payload decode to JSON objects and the header names an algorithm.
pub fn is_jwt(token: &[u8]) -> bool {
    let mut parts = token.split(|&b| b == b'.');
    let mut object =
        || -> Option<serde_json::Map<String, serde_json::Value>> { serde_json::from_slice(&bases::base64(parts.next()?)?).ok() };
    let header = object();
    let payload = object();
    header.is_some_and(|header| header.contains_key("alg") || header.contains_key("enc")) && payload.is_some()
}

/// Whether a JSON web token says that nobody signed it (RFC 7519, section 6): anybody can write one.
pub fn is_unsigned(token: &[u8]) -> bool {
    let header = token.split(|&b| b == b'.').next().and_then(bases::base64);
    let header: Option<serde_json::Map<String, serde_json::Value>> = header.and_then(|text| serde_json::from_slice(&text).ok());
    let algorithm = header.as_ref().and_then(|header| header.get("alg")).and_then(serde_json::Value::as_str);
    algorithm.is_some_and(|name| name.eq_ignore_ascii_case("none"))
}

/// When a JSON web token ends: its claim `exp`, in seconds since 1970.
pub fn expiry(token: &[u8]) -> Option<u64> {
    let payload = bases::base64(token.split(|&b| b == b'.').nth(1)?)?;
    let payload: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(&payload).ok()?;
    let end = payload.get("exp")?.as_f64().filter(|end| (0.0..1e11).contains(end))?;
    Some(end as u64)
}

/// When a shared access signature ends: the parameter `se` of the address or token in which `signature` stands, in seconds since
/// 1970. Of a date the end of its day counts.
pub fn signed_until(text: &[u8], signature: &[u8]) -> Option<u64> {
    let at = text.windows(signature.len().max(1)).position(|window| window == signature)?;
    let edge = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b'<' | b'>' | b'`');
    let start = text[..at].iter().rposition(edge).map_or(0, |edge| edge + 1);
    let end = text[at..].iter().position(edge).map_or(text.len(), |edge| at + edge);
    let address = &text[start..end];
    let marks: [&[u8]; 5] = [b"&se=", b"?se=", b";se=", b"u0026se=", b"%26se="];
    let found = marks.iter().find_map(|mark| address.windows(mark.len()).position(|w| w == *mark).map(|at| at + mark.len()));
    let value = &address[found.or(address.starts_with(b"se=").then_some(3))?..];
    let number = |digits: &[u8]| std::str::from_utf8(digits).ok()?.parse::<i64>().ok();
    let length = value.iter().take_while(|b| b.is_ascii_digit()).count();
    if length > 4 {
        return number(&value[..length]).and_then(|end| u64::try_from(end).ok()).filter(|end| *end < 100_000_000_000);
    }
    let (year, month, day) = (number(value.get(..4)?)?, number(value.get(5..7)?)?, number(value.get(8..10)?)?);
    let days = date::day_of(year, month, day)?;
    u64::try_from((days + 1) * date::DAY - 1).ok()
}

/// A private key block: its body must be base64 of some length; encrypted keys are lowered.
pub fn pem(block: &[u8]) -> Outcome {
    let text = unescape(block);
    let mut body: Vec<u8> = Vec::new();
    let mut encrypted = false;
    for line in text.split(|&b| b == b'\n') {
        let line = strip(line);
        encrypted |= line.windows(9).any(|w| w == b"ENCRYPTED");
        if line.iter().all(|&b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=')) {
            body.extend(line);
        }
    }
    let named = text.windows(12).any(|w| w == b"Encryption: ") && !text.windows(16).any(|w| w == b"Encryption: none");
    if body.len() < 40 || super::placeholder::is_monotonous(&body) {
        return Outcome::Drop;
    }
    // The cipher's name stands behind the magic: 15 bytes, a length, the name.
    let head = bases::base64(&body[..body.len().min(64) & !3]).unwrap_or_default();
    let openssh = head.strip_prefix(b"openssh-key-v1\0").and_then(|rest| rest.get(4..));
    let locked = openssh.is_some_and(|rest| !rest.starts_with(b"none"));
    if encrypted || named || locked { Outcome::Lower } else { Outcome::Keep }
}

/// Line breaks that are written in other ways become line breaks: `\n`, `\\r`, `\u000a`, `&#10;`, `%0A`, `<br/>`, `</p>`.
fn unescape(block: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(block.len());
    let mut rest = block;
    while let Some((&first, tail)) = rest.split_first() {
        let length = match first {
            b'\\' => escaped_break(tail),
            b'&' => entity_break(tail),
            b'%' => matches!(tail, [b'0', b'a' | b'A' | b'd' | b'D', ..]).then_some(2),
            b'<' => tail.iter().take(8).position(|&b| b == b'>').map(|at| at + 1),
            _ => None,
        };
        text.push(if length.is_some() { b'\n' } else { first });
        rest = &tail[length.unwrap_or(0)..];
    }
    text
}

/// How long a line break is behind its first backslash.
fn escaped_break(tail: &[u8]) -> Option<usize> {
    let backslashes = tail.iter().take_while(|&&b| b == b'\\').count();
    match &tail[backslashes..] {
        [b'n' | b'r', ..] => Some(backslashes + 1),
        [b'u', b'0', b'0', b'0', b'a' | b'A' | b'd' | b'D', ..] => Some(backslashes + 5),
        _ => None,
    }
}

/// How long a line break of HTML is behind its `&`.
fn entity_break(tail: &[u8]) -> Option<usize> {
    const FORMS: [&[u8]; 4] = [b"#10;", b"#13;", b"#xa;", b"#xd;"];
    let is_here = |form: &&&[u8]| tail.get(..form.len()).is_some_and(|text| text.eq_ignore_ascii_case(form));
    FORMS.iter().find(is_here).map(|form| form.len())
}

/// A line without what quotes and comments put around it.
fn strip(line: &[u8]) -> &[u8] {
    let frame = |b: &u8| {
        b.is_ascii_whitespace()
            || matches!(b, b'"' | b'\'' | b'#' | b'>' | b'*' | b',' | b';' | b'\\' | b'`' | b'+' | b'|' | b'-')
    };
    let start = line.iter().position(|b| !frame(b)).unwrap_or(line.len());
    let end = line.iter().rposition(|b| !frame(b)).map_or(start, |at| at + 1);
    &line[start..end]
}

/// Whether the value is base64 of printable text that contains `part`; of `user:password`, where that is the part, one with
/// a password that is no stand-in. An API key may stand for the user, with nothing behind it.
pub fn is_base64_of(value: &[u8], part: &[u8]) -> bool {
    let Some(text) = bases::base64(value) else { return false };
    let printable = std::str::from_utf8(&text).is_ok_and(|t| !t.chars().any(|c| c.is_control() && !c.is_whitespace()));
    printable && super::shape::contains(&text, part) && (part != b":" || is_login(&text))
}

fn is_login(text: &[u8]) -> bool {
    const KEY: usize = 16;
    let colon = text.iter().position(|&b| b == b':').unwrap_or(text.len());
    let (user, password) = (&text[..colon], &text[text.len().min(colon + 1)..]);
    let secret = if password.is_empty() { user } else { password };
    let sentence = secret.contains(&b' ') && super::words::is_wordlike(secret);
    let stand_in = super::placeholder::is_placeholder(secret) || super::dummy::is_stand_in(secret);
    !stand_in && !sentence && (!password.is_empty() || user.len() >= KEY)
}

/// A BIP-39 phrase: proven when its check holds, lowered when all its words are of the English list, else dropped.
pub fn mnemonic(phrase: &[u8]) -> Outcome {
    let words = phrase.split(|b| !b.is_ascii_alphabetic()).filter(|word| !word.is_empty());
    let words: Vec<String> = words.map(|word| String::from_utf8_lossy(word).to_ascii_lowercase()).collect();
    let english = bip39::Language::English;
    if bip39::Mnemonic::parse_in_normalized(english, &words.join(" ")).is_ok() {
        return Outcome::Prove;
    }
    if words.iter().all(|word| english.find_word(word).is_some()) { Outcome::Lower } else { Outcome::Drop }
}
