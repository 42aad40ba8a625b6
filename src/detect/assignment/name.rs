//! The name around a keyword: where it ends, what it names, and how surely.

use super::operator::Form;
use super::vocabulary::{ABOUT, BEFORE_PASS, DENIALS, KEYS_OF_DOORS, KEYS_OF_OTHERS, SUFFIXES, TELLING, TOKENS_OF_OTHERS, VERBS};
use crate::types::span::Span;

/// Longest name that is read.
const LONGEST: usize = 80;

/// What forms of ASP.NET call the token that each of them holds.
const FORM_TOKEN: &[u8] = b"RequestVerification";

/// What a name names, strongest first: people choose passwords, machines make tokens, and a key may open a door or a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A password or passphrase.
    Password,
    /// A secret.
    Secret,
    /// A token.
    Token,
    /// A key with a word that makes it one: `api_key`, `encryptionKey`.
    ApiKey,
    /// Authorization, credential.
    Auth,
    /// Any other key.
    Key,
}

/// A byte of a name.
pub(super) fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'$')
}

/// Where the name that starts in or before `from` ends; `None` when it is too long to be a name.
pub(super) fn end(content: &[u8], from: usize) -> Option<usize> {
    let rest = content.get(from..)?;
    let length = rest.iter().take(LONGEST).take_while(|b| is_part(**b)).count();
    let dots = rest[..length].iter().rev().take_while(|b| matches!(b, b'.' | b'-')).count();
    (length < LONGEST).then_some(from + length - dots)
}

/// Where the name that holds `at` starts; `None` when it is too long to be a name.
pub(super) fn start(content: &[u8], at: usize) -> Option<usize> {
    let length = content[..at].iter().rev().take(LONGEST).take_while(|b| is_part(**b)).count();
    (length < LONGEST).then_some(at - length)
}

/// What `name` names when the keyword at `keyword` (a span inside the name) is what it is about; `None` when the name
/// speaks about a secret (`password_file`, `token_type`) or of none (`passwordless`, `next_page_token`).
pub(super) fn kind(name: &[u8], keyword: Span, form: Form) -> Option<Kind> {
    let (head, tail) = (&name[..keyword.start], &name[keyword.end..]);
    let word = keyword.of(name);
    let glued = tail.iter().take_while(|b| b.is_ascii_lowercase()).count();
    let upper = word.last().is_some_and(u8::is_ascii_uppercase);
    let glued = if upper { tail.iter().take_while(|b| b.is_ascii_uppercase()).count() } else { glued };
    let suffix = &tail[..glued];
    // What a module gives out as text is the secret, where other texts are labels.
    let is_text = same(&tail[glued..], b"_text") && word.eq_ignore_ascii_case(b"secret");
    if !suffix.is_empty() && !listed(suffix, SUFFIXES) || !is_text && words(&tail[glued..]).any(|word| listed(word, ABOUT)) {
        return None;
    }
    // `password.decode(…)` does something with a password; only comparing and setting tell one.
    if tail.iter().rposition(|&b| b == b'.').is_some_and(|dot| !listed(&tail[dot + 1..], TELLING)) {
        return None;
    }
    // `myTokens.next.page`: what stands before the last dot only qualifies.
    let own = head.iter().rposition(|&b| b == b'.').map_or(head, |dot| &head[dot + 1..]);
    let denied = |word: &[u8]| listed(word, DENIALS) || form == Form::Call && listed(word, VERBS);
    if words(own).any(denied) {
        return None;
    }
    let other_word = |lead: &&str| ends_with(head, lead.as_bytes());
    if word.eq_ignore_ascii_case(b"pass") && BEFORE_PASS.iter().any(other_word) {
        return None;
    }
    let kind = of_keyword(word);
    let qualified = |list: &[&str]| {
        let own = trim(head);
        words(head).any(|word| listed(word, list)) || list.iter().any(|q| q.len() > 3 && ends_with(own, q.as_bytes()))
    };
    match kind {
        Kind::Token if words(own).any(|word| listed(word, TOKENS_OF_OTHERS)) || ends_with(trim(own), FORM_TOKEN) => None,
        Kind::Key if qualified(KEYS_OF_OTHERS) => None,
        Kind::Key if qualified(KEYS_OF_DOORS) => Some(Kind::ApiKey),
        kind => Some(if contains(&tail[glued..], b"password") { Kind::Password } else { kind }),
    }
}

fn of_keyword(word: &[u8]) -> Kind {
    let starts = |prefix: &str| word.get(..prefix.len()).is_some_and(|w| w.eq_ignore_ascii_case(prefix.as_bytes()));
    if starts("pass")
        || starts("pwd")
        || starts("_pwd")
        || starts("_pass")
        || starts("_pw")
        || starts("kennwort")
        || starts("pw")
        || starts("identified")
    {
        Kind::Password
    } else if starts("secret") || starts("secure") {
        Kind::Secret
    } else if starts("token") {
        Kind::Token
    } else if starts("auth") && !contains(word, b"key") || starts("credential") || starts("_auth") || starts("login") {
        Kind::Auth
    } else if starts("key") || starts("_key") || starts("-key") {
        Kind::Key
    } else {
        Kind::ApiKey
    }
}

fn trim(head: &[u8]) -> &[u8] {
    let end = head.iter().rposition(|b| !matches!(b, b'_' | b'-' | b'.')).map_or(0, |at| at + 1);
    &head[..end]
}

fn ends_with(text: &[u8], end: &[u8]) -> bool {
    text.len().checked_sub(end.len()).is_some_and(|at| same(&text[at..], end))
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window.eq_ignore_ascii_case(part))
}

fn listed(word: &[u8], list: &[&str]) -> bool {
    list.iter().any(|known| same(word, known.as_bytes()))
}

/// Whether a word is a known one, in any case. Its first letter settles most, and no call is made for it.
#[inline(always)]
fn same(word: &[u8], known: &[u8]) -> bool {
    let first = |word: &[u8]| word.first().map(u8::to_ascii_lowercase);
    word.len() == known.len() && first(word) == first(known) && word.eq_ignore_ascii_case(known)
}

/// The words of an identifier: cut at marks, at digits and where lower case turns to upper.
fn words(name: &[u8]) -> impl Iterator<Item = &[u8]> {
    let joined = |a: &u8, b: &u8| {
        a.is_ascii_alphabetic() && b.is_ascii_alphabetic() && !(a.is_ascii_lowercase() && b.is_ascii_uppercase())
    };
    name.chunk_by(joined).filter(|word| word[0].is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind_of(name: &str, keyword: &str) -> Option<Kind> {
        let start = name.to_ascii_lowercase().find(keyword).expect("the name holds the keyword");
        kind(name.as_bytes(), Span::new(start, start + keyword.len()), Form::Assign)
    }

    #[test]
    fn names() {
        for (name, keyword, want) in [
            ("db_password", "password", Some(Kind::Password)),
            ("dbPassword1", "password", Some(Kind::Password)),
            ("DB_PASSWORDS", "password", Some(Kind::Password)),
            ("password_file", "password", None),
            ("passwordFile", "password", None),
            ("passwordless", "password", None),
            ("publicToken", "token", None),
            ("forgot-password", "password", Some(Kind::Password)),
            ("client_secret", "secret", Some(Kind::Secret)),
            ("secretary", "secret", None),
            ("secretName", "secret", None),
            ("accessToken", "token", Some(Kind::Token)),
            ("tokenizer", "token", None),
            ("next_page_token", "token", None),
            ("user.password", "password", Some(Kind::Password)),
            ("encryptionKey", "key", Some(Kind::ApiKey)),
            ("primary_key", "key", None),
            ("map.key", "key", None),
            ("somekey", "key", Some(Kind::Key)),
        ] {
            assert_eq!(kind_of(name, keyword), want, "{name}");
        }
    }
}
