//! What the value of an entry is worth in an object that says of itself that it is secret, as a Kubernetes Secret does. The
//! object speaks for the value, so it is judged as a password is, whatever the entry is called; but such objects hold the
//! settings that belong to a secret as well: users, hosts, ports, certificates.

use super::{letters, shape, verifier};
use crate::detect::assignment;

/// What a value is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worth {
    /// A password or something drawn.
    Strong,
    /// A word, or what a password is checked against.
    Weak,
}

/// What the name of an entry says of its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::detect) enum Name {
    /// Nothing is secret under it.
    Public,
    /// A setting, secret only when it is drawn.
    Setting,
    /// A word that secrets are called by.
    Telling,
    Other,
}

/// Last words of names under which settings stand.
#[rustfmt::skip]
const SETTINGS: &[&str] = &[
    "user", "username", "login", "host", "hostname", "hosts", "server", "servers", "addr", "address", "port", "database", "dbname",
    "schema", "url", "uri", "endpoint", "region", "zone", "bucket", "email", "mail", "from", "domain", "namespace", "mode", "level",
    "enabled", "issuer", "realm", "env", "environment", "type", "driver", "engine", "provider", "scheme", "protocol", "sslmode",
    "path", "file", "name", "version", "timeout", "ttl", "format", "project", "organization", "org", "usage", "description",
    "expiration", "expires", "audience", "scope", "scopes", "groups", "role", "roles", "timezone", "tz", "locale", "debug", "cluster",
    "context", "store", "helper", "helpers", "dir", "length", "size", "count", "limit", "algorithm", "prefix", "method", "header",
];

/// Words of names under which what is public stands, wherever in the name.
const PUBLIC: &[&str] =
    &["public", "publishable", "certificate", "cert", "certs", "pub", "fingerprint", "thumbprint", "checksum"];

/// The same, as the last word.
#[rustfmt::skip]
const PUBLIC_LAST: &[&str] = &[
    "id", "crt", "ca", "digest", "sha", "sha1", "sha256", "commit", "hash", "tenant", "account", "subscription", "tenantid", "clientid", "appid",
    "accountid", "projectid", "arn", "fp", "enc", "recipient", "ids", "etag", "revision",
];

/// Words that secrets are called by.
#[rustfmt::skip]
const TELLING: &[&str] = &[
    "password", "passwd", "passphrase", "passcode", "pass", "pwd", "pw", "secret", "secrets", "token", "key", "apikey", "auth", "credential",
    "credentials", "creds", "private", "salt", "pepper", "jwt", "dsn", "webhook", "authtoken", "accesskey", "secretkey", "pat", "pin",
    "authorization", "bearer", "cookie",
];

/// Bits from which on a value under the name of a setting is drawn all the same.
const DRAWN: i32 = 16;

/// What the value of an entry is worth; `None` for what is no secret. `is_drawn`: it is no text but drawn bytes.
pub fn worth(name: &[u8], value: &[u8], is_drawn: bool) -> Option<Worth> {
    const LONGEST: usize = 512;
    let says = name_says(name);
    if says == Name::Public {
        return None;
    }
    if is_drawn {
        return Some(Worth::Strong);
    }
    let value = value.trim_ascii();
    let value = value.strip_suffix(b"\\n").unwrap_or(value);
    let is_text = value.contains(&b'\n') || shape::contains(value, b"\\n") || value.len() > LONGEST;
    if is_text || is_plain(value) || says == Name::Setting && letters::randomness(value) < DRAWN {
        return None;
    }
    if verifier::is_verifier(value) {
        return Some(Worth::Weak);
    }
    match assignment::worth(value).bits() {
        bits if bits <= assignment::score::NEVER / 2 => None,
        ..0 => Some(Worth::Weak),
        _ => Some(Worth::Strong),
    }
}

/// What the words of a name say: `db-password`, `DB_PASSWORD`, `dbPassword`, `tls.crt`.
pub(in crate::detect) fn name_says(name: &[u8]) -> Name {
    let is_word = |word: &[u8], list: &[&str]| list.iter().any(|known| word.eq_ignore_ascii_case(known.as_bytes()));
    let any = |list: &[&str]| words(name).any(|word| is_word(word, list));
    let last = |list: &[&str]| words(name).last().is_some_and(|word| is_word(word, list));
    match () {
        () if any(PUBLIC) || last(PUBLIC_LAST) => Name::Public,
        () if last(SETTINGS) => Name::Setting,
        () if any(TELLING) => Name::Telling,
        () => Name::Other,
    }
}

fn words(name: &[u8]) -> impl Iterator<Item = &[u8]> {
    let parts = name.split(|b| !b.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    parts.flat_map(|part| part.chunk_by(|a, b| !(a.is_ascii_lowercase() && b.is_ascii_uppercase())))
}

/// A number, a switch, a duration, the name of a host.
pub(in crate::detect) fn is_plain(value: &[u8]) -> bool {
    const SWITCHES: [&str; 8] = ["true", "false", "yes", "no", "on", "off", "null", "none"];
    let digits = value.iter().take_while(|b| b.is_ascii_digit()).count();
    let is_amount = digits > 0 && digits + 2 >= value.len() && value[digits..].iter().all(u8::is_ascii_lowercase);
    let is_number = digits < 6 && is_amount;
    value.is_empty() || is_number || is_host(value) || SWITCHES.iter().any(|word| value.eq_ignore_ascii_case(word.as_bytes()))
}

/// Words with dots between them, and a port.
fn is_host(value: &[u8]) -> bool {
    let (host, port) = value.iter().position(|&b| b == b':').map_or((value, &b""[..]), |at| (&value[..at], &value[at + 1..]));
    let is_label = |label: &[u8]| {
        !label.is_empty() && label.iter().all(|&b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_'))
    };
    let is_dotted = host.contains(&b'.') || !port.is_empty();
    port.iter().all(u8::is_ascii_digit)
        && is_dotted
        && host.split(|&b| b == b'.').all(is_label)
        && letters::randomness(host) < DRAWN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_entries_are_worth() {
        let drawn = ["kX9v", "Q2mL", "7pR4", "tZ8w"].concat();
        let dressed = ["Osprey", "*Wombat", "17"].concat();
        for (name, value, want) in [
            ("orders", drawn.as_str(), Some(Worth::Strong)),
            ("orders", dressed.as_str(), Some(Worth::Strong)),
            ("user", drawn.as_str(), Some(Worth::Strong)),
            ("pw", "sunshine", Some(Worth::Weak)),
            ("clientId", drawn.as_str(), None),
            ("tls.crt", drawn.as_str(), None),
            ("PUBLIC_KEY", drawn.as_str(), None),
            ("username", "orders", None),
            ("DB_HOST", "db.prod.svc.cluster.local:5432", None),
            ("orders", "db.prod.svc.cluster.local", None),
            ("orders", "5432", None),
            ("orders", "30s", None),
            ("orders", "true", None),
            ("orders", "${DB_PASSWORD}", None),
            ("orders", "{{ .Values.orders | quote }}", None),
            ("orders", "changeme", None),
            ("orders", "https://orders.acme.dev/x", None),
            ("orders", "/var/lib/orders", None),
            ("orders", "", None),
        ] {
            assert_eq!(worth(name.as_bytes(), value.as_bytes(), false), want, "{name}: {value}");
        }
        assert_eq!(worth(b"key", &[0xf3; 32], true), Some(Worth::Strong));
    }
}
