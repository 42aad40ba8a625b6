//! What stands around an assignment and says that its value is no secret: what it is looked up by, or what it is public for.
//!
//! A name alone cannot tell these: `key` names what opens an account, a cache's entry and a row of a list. Looked at is a bounded
//! stretch on both sides.

use super::name::Kind;
use super::other::{is_sealed, starts_in_folder};
use super::score::Setting;
use super::syntax::Syntax;
use crate::detect::checks::shape;

/// Bytes on each side that are looked at.
const SIGHT: usize = 240;

/// What the surroundings say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// The value looks something up, or checks it: no secret.
    Index,
    /// The value is made to be seen, or opens nothing by itself: at most worth a look.
    Public,
}

/// What the surroundings of a value say of it.
pub(super) fn word(value: &[u8], setting: &Setting<'_>) -> Option<Word> {
    if is_digest_of(setting) || setting.kind == Kind::Key && is_index(value, setting) {
        return Some(Word::Index);
    }
    (is_public(value, setting) || is_hash(value, setting) || is_sealed(value)).then_some(Word::Public)
}

/// Whether hex digits under the name of a password are a hash of one, or those under a secret's the thumbprint of a certificate: of a
/// hash's length, beside the word for it.
fn is_hash(value: &[u8], setting: &Setting<'_>) -> bool {
    const HASHES: [&str; 8] = ["md5", "sha1", "sha256", "sha512", "sha-", "ripemd", "scrypt", "hash"];
    let beside = |words: &[&str]| words.iter().any(|word| has(around(setting), word.as_bytes()));
    let is_named = || match setting.kind {
        Kind::Password => beside(&HASHES),
        Kind::Secret => beside(&["thumbprint"]),
        _ => false,
    };
    matches!(value.len(), 32 | 40 | 64 | 96 | 128) && shape::is_hex(value) && is_named()
}

/// A bounded stretch on both sides of the name.
fn around<'c>(setting: &Setting<'c>) -> &'c [u8] {
    let end = setting.content.len().min(setting.at.end + SIGHT);
    &setting.content[setting.at.start.saturating_sub(SIGHT)..end]
}

/// Whether a word stands in a text, in any case.
fn has(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word))
}

/// Up to so many bytes before the name.
fn before<'c>(setting: &Setting<'c>, length: usize) -> &'c [u8] {
    &setting.content[setting.at.start.saturating_sub(length)..setting.at.start]
}

/// `checksum/secret: …`: what a secret is compared by.
fn is_digest_of(setting: &Setting<'_>) -> bool {
    const SUMS: [&[u8]; 6] = [b"checksum/", b"checksums/", b"hash/", b"sha256/", b"sha1/", b"md5/"];
    let before = before(setting, 12);
    SUMS.iter().any(|sum| before.ends_with(sum))
}

/// Whether a key that nothing says more of is an index: of a cache's entry, a row of a page, an object in a store, a line in a log.
fn is_index(value: &[u8], setting: &Setting<'_>) -> bool {
    if starts_in_folder(value, 4) || setting.name.starts_with(b"s3") && shape::is_hex(value) {
        return true;
    }
    if !setting.name.eq_ignore_ascii_case(b"key") {
        return false;
    }
    let near = before(setting, SIGHT / 2);
    let is_cache = near.windows(5).any(|word| word.eq_ignore_ascii_case(b"cache"));
    let is_marker = !setting.literal.quoted() && value.iter().all(u8::is_ascii_lowercase);
    is_cache || is_marker || setting.manner.syntax != Syntax::Config && is_attribute(before(setting, SIGHT))
}

/// Whether the text ends inside the tag of an element.
fn is_attribute(before: &[u8]) -> bool {
    let open = before.iter().rposition(|b| matches!(b, b'<' | b'>' | b';')).filter(|at| before[*at] == b'<');
    open.is_some_and(|at| {
        before.get(at + 1).is_some_and(u8::is_ascii_alphabetic) && before.last().is_some_and(u8::is_ascii_whitespace)
    })
}

/// A value that is handed to every browser.
struct Public {
    /// Ends of names without their marks, in lower case; empty: of any name.
    names: &'static [&'static str],
    /// One of these stands near, in any case; empty: nothing needs to.
    near: &'static [&'static str],
    /// Another of these stands near.
    beside: &'static [&'static str],
    value: Shape,
}

enum Shape {
    /// So many hex digits.
    Hex(usize),
    /// A beginning, and the least length.
    Start(&'static [u8], usize),
    Any,
}

#[rustfmt::skip]
const PUBLIC: &[Public] = &[
    // Algolia's key for searches, beside what a page searches in.
    Public { names: &["apikey", "searchkey", "searchonlyapikey", "searchapikey"], near: &["appid", "app_id", "applicationid", "application_id"],
             beside: &["indexname", "index_name", "algolia", "docsearch"], value: Shape::Hex(32) },
    Public { names: &["apikey"], near: &["docsearch", "algoliasearch", "instantsearch"], beside: &[], value: Shape::Hex(32) },
    Public { names: &["searchonlyapikey", "searchonlykey", "searchapikey"], near: &[], beside: &[], value: Shape::Hex(32) },
    // Pusher's key of an application, beside its cluster.
    Public { names: &["key", "appkey", "pusherkey", "pusherappkey"], near: &["cluster", "pusher"], beside: &[], value: Shape::Hex(20) },
    // The key of a row that a page shows in an order.
    Public { names: &["key"], near: &["sort_order", "sortorder", "display_order", "displayorder"], beside: &[], value: Shape::Any },
    // New Relic, Datadog RUM, PostHog, reCAPTCHA, Turnstile, hCaptcha.
    Public { names: &[], near: &[], beside: &[], value: Shape::Start(b"NRJS-", 12) },
    Public { names: &["clienttoken"], near: &[], beside: &[], value: Shape::Start(b"pub", 35) },
    Public { names: &[], near: &[], beside: &[], value: Shape::Start(b"phc_", 20) },
    Public { names: &["key"], near: &[], beside: &[], value: Shape::Start(b"6L", 40) },
    Public { names: &["key"], near: &[], beside: &[], value: Shape::Start(b"0x4AAAA", 20) },
    Public { names: &["sitekey", "captchakey"], near: &[], beside: &[], value: Shape::Any },
    // The fingerprint of a key that packages are signed with.
    Public { names: &["gpgkey", "gpgkeyid", "pgpkey", "repokey", "pubkey", "signingkey", "gpgkeys", "keyfingerprint"], near: &[], beside: &[], value: Shape::Hex(40) },
    // The name of a row: a provider of payments, say.
    Public { names: &["key"], near: &["'provider'", "\"provider\""], beside: &["'name'", "\"name\""], value: Shape::Hex(32) },
    // Reporters of errors and of visits.
    Public { names: &["apikey", "bugsnagkey", "bugsnagapikey"], near: &["bugsnag"], beside: &[], value: Shape::Hex(32) },
    Public { names: &["accesstoken", "clientaccesstoken"], near: &["rollbar"], beside: &["captureuncaught", "capture_uncaught", "post_client_item"], value: Shape::Hex(32) },
    Public { names: &["apikey", "amplitudekey"], near: &["amplitude"], beside: &[], value: Shape::Hex(32) },
    Public { names: &["token", "projecttoken"], near: &["mixpanel"], beside: &[], value: Shape::Hex(32) },
    Public { names: &["writekey"], near: &["segment", "analytics"], beside: &[], value: Shape::Any },
    Public { names: &["clientsideid", "clientsidekey", "clientsidesdkkey", "publishablekey"], near: &[], beside: &[], value: Shape::Any },
];

/// Words of a name that make a value private, whatever stands near.
const PRIVATE: [&[u8]; 6] = [b"secret", b"private", b"admin", b"server", b"master", b"password"];

fn is_public(value: &[u8], setting: &Setting<'_>) -> bool {
    let name = setting.name;
    if setting.kind < Kind::Token || PRIVATE.iter().any(|word| has(name, word)) {
        return false;
    }
    if name.get(..5).is_some_and(|start| start.eq_ignore_ascii_case(b"data-")) && is_attribute(before(setting, SIGHT)) {
        return true;
    }
    let around = around(setting);
    let near = |words: &[&str]| words.is_empty() || words.iter().any(|word| has(around, word.as_bytes()));
    PUBLIC.iter().any(|public| {
        let shape = match public.value {
            Shape::Hex(length) => value.len() == length && shape::is_hex(value),
            Shape::Start(start, least) => value.starts_with(start) && value.len() >= least,
            Shape::Any => true,
        };
        let named = || public.names.is_empty() || public.names.iter().any(|end| ends_with(name, end.as_bytes()));
        shape && named() && near(public.near) && near(public.beside)
    })
}

/// Whether a name ends with words, its marks and its case aside.
fn ends_with(name: &[u8], words: &[u8]) -> bool {
    let mut letters = name.iter().rev().filter(|b| b.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase);
    words.iter().rev().all(|word| letters.next() == Some(*word))
}
