//! Values that stand for a secret without being one: `test123`, `my-secret`, `Passw0rd!`.

use super::made_up;

/// Whether every word of the value is one of those people write when any value will do, weak passwords that systems come
/// with included. Digits and marks around and between the words do not matter, nor does writing `e` as `3`; words may be
/// joined without a mark.
pub fn is_dummy(value: &[u8]) -> bool {
    is_of_words(value) || made_up::is_made_up(value)
}

/// [`is_dummy`] of the text as it stands, without what it may encode.
pub(super) fn is_of_words(value: &[u8]) -> bool {
    is_made_of(value, &[WORDS, DEFAULTS])
}

/// Whether the value only stands for one: [`is_dummy`] without the passwords that systems come with, which do open doors.
pub fn is_stand_in(value: &[u8]) -> bool {
    is_made_of(value, &[WORDS]) || made_up::is_made_up(value)
}

fn is_made_of(value: &[u8], lists: &[&[&str]]) -> bool {
    const LONGEST: usize = 64;
    let mut plain = [0u8; LONGEST];
    if value.len() > LONGEST {
        return false;
    }
    for (to, from) in plain.iter_mut().zip(value) {
        *to = from.to_ascii_lowercase();
    }
    let plain = &mut plain[..value.len()];
    if all_words(plain, lists) {
        return true;
    }
    let tail = plain.iter().rposition(u8::is_ascii_alphabetic).map_or(0, |at| at + 1);
    plain[..tail].iter_mut().for_each(|b| *b = unmask(*b));
    all_words(plain, lists)
}

/// The letter that a digit or mark is written for.
fn unmask(byte: u8) -> u8 {
    match byte {
        b'0' => b'o',
        b'1' | b'!' => b'i',
        b'3' => b'e',
        b'4' | b'@' => b'a',
        b'5' | b'$' => b's',
        b'7' => b't',
        other => other,
    }
}

/// Whether the letters are words of the lists, one or two single ones aside, and make up a good part of the text.
fn all_words(text: &[u8], lists: &[&[&str]]) -> bool {
    let (mut worded, mut single) = (0, 0);
    for run in text.split(|b| !b.is_ascii_alphabetic()).filter(|run| !run.is_empty()) {
        if run.len() == 1 {
            single += 1;
        } else if is_joined(run, lists, 4) {
            worded += run.len();
        } else {
            return false;
        }
    }
    single <= 2 && worded * 3 >= text.iter().filter(|b| b.is_ascii_alphanumeric()).count() && worded > 0
}

/// Whether a run of letters is a word of the lists, or several joined.
fn is_joined(run: &[u8], lists: &[&[&str]], depth: usize) -> bool {
    lists.iter().copied().flatten().any(|word| {
        let rest = run.strip_prefix(word.as_bytes());
        rest.is_some_and(|rest| rest.is_empty() || rest == b"s" || depth > 0 && is_joined(rest, lists, depth - 1))
    })
}

/// Weak passwords that systems come with.
const DEFAULTS: &[&str] = &["admin", "administrator", "root", "guest", "toor", "sys", "postgres", "mysql", "mongo"];

/// Words that stand for a value.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    "abc", "abcd", "abcde", "abcdef", "access", "account", "add", "alice", "alphanumeric", "an", "anonymous",
    "and", "another", "any", "anything", "api", "app", "application", "asdf", "auth", "azure", "bad", "bar",
    "basic", "baz", "bearer", "bla", "blah", "bob", "bogus", "bot", "broken", "change", "client", "code", "config",
    "confirm", "correct", "cred", "credential", "data", "database", "db", "def", "default", "demo", "dev", "devops", "different",
    "does", "domain", "dummy", "empty", "enter", "example", "expired", "fail", "fake", "false", "first", "fizz", "foo", "for", "from",
    "generated", "git", "github", "good", "hash", "hello", "her", "here", "hidden", "hunter", "id", "in",
    "incorrect", "insecure", "insert", "invalid", "is", "it", "jane", "john", "jwt", "key", "letmein", "local",
    "login", "long", "masked", "me", "mine", "missing", "mock", "monkey", "my", "name", "new", "no", "none", "not",
    "null", "oauth", "of", "ok", "old", "one", "or", "original", "other", "own", "pass", "passcode", "passphrase",
    "passwd", "password", "pat", "placeholder", "please", "private", "prod", "public", "put", "pw", "pwd", "quux",
    "qux", "qwerty", "random", "read", "real", "redacted", "refresh", "removed", "replace", "repo", "reset", "right",
    "rw", "safe", "same", "sample", "sas", "second", "secret", "secure", "sekret", "sekrit", "server", "service",
    "session", "set", "shared", "short", "sign", "some", "something", "stage", "staging", "strong", "stuff", "super",
    "supersecret", "temp", "test", "tester", "testing", "that", "the", "this", "three", "to", "todo", "token",
    "top", "true", "two", "type", "undefined", "unknown", "unsecure", "unused", "update", "use", "user", "username", "valid",
    "value", "very", "vsts", "weak", "webhook", "whatever", "with", "word", "world", "write", "wrong", "xx", "xxx",
    "xyz", "xyzzy", "you", "your", "yyy", "zzz",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dummies() {
        for value in ["test123", "my-secret", "Passw0rd!", "s3cr3t", "YourPasswordHere", "foobar", "admin", "oldpass", "secret_2"]
        {
            assert!(is_dummy(value.as_bytes()), "{value}");
        }
        assert!(!is_stand_in(b"admin") && is_stand_in(b"foo"));
        let hex = ["06f59e35c5d2", "9f906a63"].concat();
        for value in [hex.as_str(), "kX9vQ2mL7pR4tZ8w", "zq-fitter", "Winter", "123456"] {
            assert!(!is_dummy(value.as_bytes()), "{value}");
        }
    }
}
