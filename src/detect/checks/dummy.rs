//! Values that stand for a secret without being one: `test123`, `my-secret`, `Passw0rd!`.

/// Whether every word of the value is one of those people write when any value will do. Digits and marks around and
/// between the words do not matter, nor does writing `e` as `3`; words may be joined without a mark.
pub fn is_dummy(value: &[u8]) -> bool {
    const LONGEST: usize = 64;
    let mut plain = [0u8; LONGEST];
    let letters = value.iter().filter(|b| b.is_ascii_alphabetic()).count();
    if letters == 0 || value.len() > LONGEST {
        return false;
    }
    for (to, from) in plain.iter_mut().zip(value) {
        *to = from.to_ascii_lowercase();
    }
    let plain = &mut plain[..value.len()];
    if all_words(plain) {
        return true;
    }
    let tail = plain.iter().rposition(u8::is_ascii_alphabetic).map_or(0, |at| at + 1);
    plain[..tail].iter_mut().for_each(|b| *b = unmask(*b));
    all_words(plain)
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

fn all_words(text: &[u8]) -> bool {
    text.split(|b| !b.is_ascii_alphabetic()).filter(|run| !run.is_empty()).all(|run| run.len() == 1 || is_joined(run, 4))
}

/// Whether a run of letters is a word of the list, or several joined.
fn is_joined(run: &[u8], depth: usize) -> bool {
    WORDS.iter().any(|word| {
        run.strip_prefix(word.as_bytes())
            .is_some_and(|rest| rest.is_empty() || rest == b"s" || depth > 0 && is_joined(rest, depth - 1))
    })
}

#[rustfmt::skip]
const WORDS: &[&str] = &[
    "abc", "abcd", "abcde", "abcdef", "access", "account", "add", "admin", "administrator", "alice", "alphanumeric", "an",
    "and", "another", "any", "anything", "api", "app", "apples", "application", "asdf", "auth", "azure", "bad", "bar",
    "basic", "baz", "bearer", "bla", "blah", "bob", "bogus", "boss", "bot", "broken", "change", "client", "code", "config",
    "confirm", "correct", "cred", "credential", "data", "database", "db", "def", "default", "demo", "dev", "different",
    "does", "dummy", "empty", "enter", "example", "expired", "fail", "fake", "false", "first", "fizz", "foo", "for", "from",
    "generated", "git", "github", "good", "guest", "hash", "hello", "her", "here", "hidden", "hunter", "id", "in",
    "incorrect", "insecure", "insert", "invalid", "is", "it", "jane", "john", "jwt", "key", "knex", "letmein", "local",
    "login", "long", "me", "mine", "missing", "mock", "mongo", "monkey", "my", "mysql", "name", "new", "no", "none", "not",
    "null", "oauth", "of", "ok", "old", "one", "or", "original", "other", "own", "pass", "passcode", "passphrase", "passw",
    "passwd", "password", "placeholder", "please", "postgres", "private", "prod", "public", "put", "pw", "pwd", "quux",
    "qux", "qwerty", "random", "read", "real", "redacted", "refresh", "removed", "replace", "repo", "reset", "right",
    "root", "rw", "safe", "same", "sample", "second", "secret", "secure", "sekret", "sekrit", "server", "service",
    "session", "set", "shared", "short", "sign", "some", "something", "stage", "staging", "strong", "stuff", "super",
    "supersecret", "sys", "temp", "test", "tester", "testing", "that", "the", "this", "three", "to", "todo", "token",
    "toor", "top", "true", "two", "type", "undefined", "unknown", "unused", "update", "use", "user", "username", "valid",
    "value", "very", "warthog", "weak", "webhook", "whatever", "with", "word", "world", "write", "wrong", "xx", "xxx",
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
        for value in ["kX9vQ2mL7pR4tZ8w", "zq-fitter", "Winter", "123456"] {
            assert!(!is_dummy(value.as_bytes()), "{value}");
        }
    }
}
