//! How likely a literal under a name is a secret: a sum of reasons, in bits.
//!
//! What the value looks like speaks most, what it is called sets how much of that is needed: people choose passwords, so a
//! few bits more than a word are enough; a "key" is as often an index as a secret, so its value must be plainly random.
//! Zero is the mark: at or above it the value is reported. Whatever cannot be a secret counts [`NEVER`].

use super::literal::{Literal, Standing};
use super::name::Kind;
use super::operator::Form;
use super::syntax::{Manner, Syntax};
use crate::codec::bases;
use crate::detect::checks::{dummy, letters, placeholder, shape};

/// Outweighs everything else.
pub const NEVER: i32 = -1000;

/// Why bits were given or taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The name: what it asks of a value.
    Name,
    /// How much likelier at random than as words the value is.
    Letters,
    /// Digits and marks as people put them into passwords.
    PasswordLike,
    /// A number or hex digits of a length that secrets have.
    Length,
    /// A documentation value, a reference, a template.
    Placeholder,
    /// Made of words that stand for a secret: `test`, `secret`, `foo`.
    Dummy,
    /// A path, an address, a format, a hash, an encrypted value.
    OtherKind,
    /// Too short, too long, or with characters that secrets do not have.
    Shape,
    /// The form of the assignment: flags, arguments, bare words.
    Form,
    /// Tests, examples, documentation, translations.
    Place,
}

/// A score and what it is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Score {
    bits: i32,
    terms: [Option<(Reason, i32)>; 8],
}

impl Score {
    /// The sum.
    pub fn bits(&self) -> i32 {
        self.bits
    }

    /// What it is made of, in order of looking.
    pub fn reasons(&self) -> impl Iterator<Item = (Reason, i32)> + '_ {
        self.terms.iter().flatten().copied()
    }

    fn add(mut self, reason: Reason, bits: i32) -> Self {
        if bits != 0 {
            self.bits += bits;
            if let Some(free) = self.terms.iter_mut().find(|term| term.is_none()) {
                *free = Some((reason, bits));
            }
        }
        self
    }
}

/// What is known of a candidate besides its value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting<'c> {
    pub(super) kind: Kind,
    pub(super) form: Form,
    pub(super) manner: Manner,
    pub(super) literal: Literal,
    pub(super) callee: &'c [u8],
    pub(super) name: &'c [u8],
    /// The name is a parameter of an address: `?token=`.
    pub(super) is_parameter: bool,
}

/// The score of a value.
pub(super) fn of(value: &[u8], setting: &Setting<'_>) -> Score {
    let score = Score::default();
    if let Some(reason) = impossible(value, setting) {
        return score.add(reason, NEVER);
    }
    score
        .add(Reason::Name, -demand(setting.kind))
        .add(Reason::Letters, letters::randomness(value).clamp(-40, 60))
        .add(Reason::PasswordLike, if setting.kind == Kind::Password { password_like(value) } else { 0 })
        .add(Reason::Length, length(value, setting))
        .add(Reason::Shape, if value.contains(&b' ') { -10 } else { 0 })
        .add(Reason::Form, form(setting))
        .add(Reason::Place, place(setting))
}

/// How many bits a name of this kind asks for, and the shortest value it may have.
fn demand(kind: Kind) -> i32 {
    match kind {
        Kind::Password => 1,
        Kind::Secret => 4,
        Kind::Token | Kind::ApiKey => 7,
        Kind::Auth => 10,
        Kind::Key => 20,
    }
}

fn shortest(kind: Kind) -> usize {
    match kind {
        Kind::Password => 4,
        Kind::Secret => 6,
        Kind::Token | Kind::ApiKey => 7,
        Kind::Auth => 8,
        Kind::Key => 12,
    }
}

/// Why a value is no secret, whatever its name.
fn impossible(value: &[u8], setting: &Setting<'_>) -> Option<Reason> {
    let phrase = setting.literal.quoted() && setting.kind <= Kind::Secret;
    let strange = |b: &u8| *b < b' ' || *b > 0x7e || *b == b' ' && !phrase;
    if value.len() < shortest(setting.kind) || value.iter().any(strange) || !value.iter().any(u8::is_ascii_alphanumeric) {
        return Some(Reason::Shape);
    }
    if placeholder::is_placeholder(value) || value.eq_ignore_ascii_case(setting.name) {
        return Some(Reason::Placeholder);
    }
    if dummy::is_dummy(value) {
        return Some(Reason::Dummy);
    }
    if is_encoded_dummy(value) {
        return Some(Reason::Dummy);
    }
    if is_other_kind(value) || !setting.literal.quoted() && is_expression(value) || is_lookup(setting.callee) {
        return Some(Reason::OtherKind);
    }
    None
}

/// Base64 of what would be no secret in clear: `admin:admin`, `not my real password`.
fn is_encoded_dummy(value: &[u8]) -> bool {
    if !value.len().is_multiple_of(4) || value.len() < 12 {
        return false;
    }
    let Some(text) = bases::base64(value) else { return false };
    let printable = text.iter().all(|b| matches!(b, b' '..=b'~'));
    let plain = |text: &[u8]| dummy::is_dummy(text) || placeholder::is_placeholder(text);
    // Of `user:password` only the second part is one; a sentence is none.
    let is_no_password = |text: &[u8]| text.is_empty() || plain(text) || text.contains(&b' ') && letters::randomness(text) < 0;
    let password = text.iter().position(|&b| b == b':').map(|colon| &text[colon + 1..]);
    printable && (plain(&text) || letters::randomness(&text) < -20 || password.is_some_and(is_no_password))
}

/// Paths, addresses, formats, digests with their name, encrypted values, password hashes, references to stores.
fn is_other_kind(value: &[u8]) -> bool {
    let starts = [
        &b"./"[..],
        b"../",
        b"~/",
        b"/",
        b"sha1-",
        b"sha256-",
        b"sha384-",
        b"sha512-",
        b"sha256:",
        b"md5:",
        b"encrypted:",
        b"vault:",
        b"op://",
        b"ref+",
        b"arn:",
        b"projects/",
        b"ENC(",
        b"ENC[",
        b"{cipher}",
        b"pk_live_",
        b"pk_test_",
        b"$2a$",
        b"$2b$",
        b"$2y$",
        b"$5$",
        b"$6$",
        b"$1$",
        b"$argon2",
        b"$pbkdf2",
        b"pbkdf2_",
        b"@Microsoft.KeyVault",
        b"AQICAH",
        b"ssh-rsa",
        b"secretref:",
        b"{SSHA",
        b"file:",
        b"env:",
        b"env.",
        b"secrets.",
        b"data:",
        b"process.",
        b"keyring:",
        b"0x0",
        b"urn:",
        b"com.",
        b"org.",
        b"-----",
        b"Signature=",
        b"mailto:",
        b"#{",
        b"\\u",
        b"^",
        b"{0",
        b"{1",
        b"bcrypt:",
        b"MFkwEwYH",
        b"MHYwEAYH",
        b"MCowBQYDK2",
        b"MIIBIjANBgkqhkiG9w0BAQEFAAOC",
        b"MIICIjANBgkqhkiG9w0BAQEFAAOC",
        b"MIGfMA0GCSqGSIb3DQEBAQUAA4",
        b"MFwwDQYJKoZIhvcNAQEBBQADSw",
        b"AAAAB3NzaC1",
        b"AAAAC3NzaC1",
        b"AAAAE2VjZHNh",
    ];
    let words = |text: &[u8]| letters::randomness(text) < 0;
    let slashes = value.iter().filter(|b| **b == b'/').count() as i32;
    let path = |text: &[u8]| slashes > 1 && letters::randomness(text) < 4 * (slashes - 1);
    let contents: [&[u8]; 28] = [
        b"\\d", b"\\s", b"\\w", b"[0-9", b"[a-z", b"(?", b"%0", b"%.", b"%l", b"%p", b"%x", b"%u", b"\\x", b"://", b"::", b"%s",
        b"%d", b"%v", b"%q", b"()", b"=>", b"${", b"#{", b"\\n", b"</", b">=", b"<=", b"]=",
    ];
    let braces = value.iter().position(|&b| b == b'{').is_some_and(|open| value[open..].contains(&b'}'));
    let mail = value.iter().filter(|b| **b == b'@').count() == 1
        && value.rsplit(|&b| b == b'@').next().is_some_and(|host| host.contains(&b'.') && words(host));
    starts
        .iter()
        .any(|start| value.starts_with(start) && (*start != b"/" || path(value) || !value[1..].contains(&b'/') && words(value)))
        || contents.iter().any(|part| shape::contains(value, part))
        || braces
        || mail
        || path(value)
        || is_colour(value)
        || value.starts_with(b"0x") && value.len() <= 18
        || is_date_or_version(value)
        || CHARSETS.iter().any(|name| value.eq_ignore_ascii_case(name.as_bytes()))
}

/// What `password.decode(…)` is given.
const CHARSETS: &[&str] = &["utf-8", "utf8", "utf-16", "utf-16le", "utf-16-le", "latin-1", "latin1", "iso-8859-1", "us-ascii"];

fn is_colour(value: &[u8]) -> bool {
    matches!(value, [b'#', hex @ ..] if matches!(hex.len(), 3 | 4 | 6 | 8) && shape::is_hex(hex))
}

fn is_date_or_version(value: &[u8]) -> bool {
    let marks = value.iter().filter(|b| matches!(b, b'.' | b'-' | b':' | b'/')).count();
    marks > 0 && value.iter().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b':' | b'/' | b'T' | b'Z' | b'v'))
}

/// Bare words that a program or a shell would evaluate, and YAML's own marks.
fn is_expression(value: &[u8]) -> bool {
    let leads =
        matches!(value[0], b'$' | b'%' | b'&' | b'*' | b'!' | b'|' | b'@' | b'-' | b'.' | b'=' | b'\\' | b'~' | b'?' | b':');
    let member = value.split(|&b| b == b'.').all(|part| part.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_'));
    leads && !value[1..].iter().any(u8::is_ascii_digit)
        || value.contains(&b'.') && member && letters::randomness(value) < 8
        || shape::contains(value, b"->")
        || shape::contains(value, b"++")
        || shape::contains(value, b"+=")
}

/// Functions that give something else than their argument.
fn is_lookup(callee: &[u8]) -> bool {
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

/// Bits for what people do to words to make a password of them.
fn password_like(value: &[u8]) -> i32 {
    let count = |test: fn(&u8) -> bool| value.iter().filter(|b| test(b)).count() as i32;
    let marks = count(|b| b"!@#$%^&*?+~=".contains(b));
    let digits = count(u8::is_ascii_digit);
    let joints = count(|b| b"_-./:,".contains(b));
    let cases = count(u8::is_ascii_uppercase) > 0 && count(u8::is_ascii_lowercase) > 0;
    let dressed = (if marks > 0 { 8 } else { 0 }) + (if digits > 1 { 5 } else { 0 }) + (if cases && digits > 0 { 4 } else { 0 });
    if joints > 1 { dressed / 2 } else { dressed }
}

/// Bits for numbers and hex digits that are long enough to be drawn, and for identifiers that are drawn but mean nothing.
fn length(value: &[u8], setting: &Setting<'_>) -> i32 {
    let Setting { kind, manner, literal, is_parameter, .. } = setting;
    if value.iter().all(u8::is_ascii_digit) {
        return match (kind, value.len()) {
            (Kind::Password | Kind::Secret, 6..=24) => 5,
            _ => -20,
        };
    }
    // In code a bare one stands in a comment, where it shows what an id looks like, unless it is a part of an address.
    let shown = manner.syntax == Syntax::Code && !literal.quoted() && !is_parameter;
    if shape::is_uuid(value) && (*kind >= Kind::Auth || shown) { -60 } else { 0 }
}

fn form(setting: &Setting<'_>) -> i32 {
    let bare = match setting.literal.standing {
        Standing::Quoted => 0,
        Standing::Bare => -2,
        // Variables are words, so what is plainly random is none: a text of several lines, or a template.
        Standing::BareInCode => -14,
    };
    let form = match setting.form {
        Form::Assign | Form::Colon | Form::Element | Form::Compare => 0,
        Form::Blank if !setting.literal.quoted() => -6,
        Form::Flag | Form::Blank => -1,
        Form::Argument => -2,
        Form::Call => -3,
        Form::Is | Form::Cell => -5,
    };
    let call = if setting.callee.is_empty() { 0 } else { -1 };
    bare + form + call
}

fn place(setting: &Setting<'_>) -> i32 {
    let Manner { syntax, rehearsal, translation } = setting.manner;
    let prose = syntax == Syntax::Prose && !setting.literal.quoted();
    (if rehearsal { -1 } else { 0 }) + (if translation { -8 } else { 0 }) + (if prose { -2 } else { 0 })
}
