//! How likely a literal under a name is a secret: a sum of reasons, in bits.
//!
//! What the value looks like speaks most, what it is called sets how much of that is needed: people choose passwords, so a
//! few bits more than a word are enough; a "key" is as often an index as a secret, so its value must be plainly random.
//! Zero is the mark: at or above it the value is reported. Whatever cannot be a secret counts [`NEVER`].

use super::around::{self, Word};
use super::literal::{Literal, Standing};
use super::name::Kind;
use super::operator::Form;
use super::other::{is_expression, is_lookup, is_other_kind};
use super::syntax::{Manner, Syntax};
use super::weak::{self, Weak};
use crate::codec::bases;
use crate::detect::checks::remainder::Remainder;
use crate::detect::checks::{dummy, letters, placeholder, shape};
use crate::types::rule::Confidence;
use crate::types::span::Span;

/// Outweighs everything else.
pub const NEVER: i32 = -1000;

/// What a weak password counts where it is one.
const WEAK: i32 = 1;

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
    /// A weak password where things are set up to run.
    Weak,
    /// What stands around the value says that it is public.
    Public,
}

/// A score and what it is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Score {
    bits: i32,
    terms: [Option<(Reason, i32)>; 8],
    lowered: bool,
}

impl Score {
    /// The sum.
    pub fn bits(&self) -> i32 {
        self.bits
    }

    /// Whether the value is worth a look and no more.
    pub fn is_lowered(&self) -> bool {
        self.lowered
    }

    /// The confidence of a value of this score where its rule gives `confidence`.
    pub fn confidence(&self, confidence: Confidence) -> Confidence {
        if self.lowered { confidence.min(Confidence::Low) } else { confidence }
    }

    /// What it is made of, in order of looking.
    pub fn reasons(&self) -> impl Iterator<Item = (Reason, i32)> + '_ {
        self.terms.iter().flatten().copied()
    }

    fn lowered_if(self, lowered: bool) -> Self {
        Self { lowered, ..self }
    }

    /// Of what is an expression and no value.
    pub(super) fn refused() -> Self {
        Self::default().add(Reason::OtherKind, NEVER)
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
    /// Everything around, and where the name stands in it.
    pub(super) content: &'c [u8],
    pub(super) at: Span,
    /// The name is a parameter of an address: `?token=`.
    pub(super) is_parameter: bool,
}

/// The score of a value.
pub(super) fn of(value: &[u8], setting: &Setting<'_>) -> Score {
    let score = match impossible(value, setting) {
        Some(reason) => Score::default().add(reason, NEVER),
        None => weigh(value, setting),
    };
    if score.bits < 0 {
        let may_be_weak = score.bits > NEVER || score.reasons().any(|(reason, _)| reason == Reason::Dummy);
        return match weak::of(value, setting).filter(|_| may_be_weak) {
            Some(weak) => Score::default().add(Reason::Weak, WEAK).lowered_if(weak == Weak::Likely),
            None => score,
        };
    }
    match around::word(value, setting) {
        Some(Word::Index) => score.add(Reason::OtherKind, NEVER),
        Some(Word::Public) => score.add(Reason::Public, -score.bits).lowered_if(true),
        None => score,
    }
}

/// The bits of a value that may be a secret.
fn weigh(value: &[u8], setting: &Setting<'_>) -> Score {
    Score::default()
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
    let strange = |b: &u8| *b < b' ' || *b == 0x7f || *b == b' ' && !phrase;
    if value.len() < shortest(setting.kind) || value.iter().any(strange) || !value.iter().any(u8::is_ascii_alphanumeric) {
        return Some(Reason::Shape);
    }
    // The short name of a commit in a table.
    if setting.form == Form::Cell && value.len() <= 12 && shape::is_hex(value) {
        return Some(Reason::OtherKind);
    }
    if !value.is_ascii() && !is_typed(value) {
        return Some(Reason::Shape);
    }
    if setting.kind == Kind::Password && is_padded(value) {
        return None;
    }
    if setting.manner.translation && value.contains(&b' ') {
        return Some(Reason::Place);
    }
    if placeholder::is_placeholder(value) || repeats(value, setting.name) {
        return Some(Reason::Placeholder);
    }
    if dummy::is_dummy(value) || is_encoded_dummy(value) {
        return Some(Reason::Dummy);
    }
    let in_code = setting.manner.syntax == Syntax::Code;
    let expression = || !setting.literal.quoted() && is_expression(value, in_code);
    if is_other_kind(value) || expression() || is_lookup(setting.callee) {
        return Some(Reason::OtherKind);
    }
    None
}

/// Whether a value says again what its name says, or how it ends: `CredentialTypeX509CertAndPassword = "X509CertAndPassword"`.
fn repeats(value: &[u8], name: &[u8]) -> bool {
    const SHORTEST: usize = 8;
    let tail = name.len().checked_sub(value.len()).map_or(&b""[..], |at| &name[at..]);
    value.eq_ignore_ascii_case(name) || value.len() >= SHORTEST && tail == value
}

/// Whether a value with letters of other scripts, or other marks than ASCII's, is typed as passwords are: a word of a
/// translation has few ASCII characters, or none that are like a password's.
fn is_typed(value: &[u8]) -> bool {
    const FEWEST: usize = 5;
    let mut rest = Remainder::of(value);
    let mut at = 0;
    for run in value.chunk_by(|a, b| a.is_ascii() == b.is_ascii()) {
        if !run[0].is_ascii() {
            rest.cut(at..at + run.len());
        }
        at += run.len();
    }
    let foreign = std::str::from_utf8(value)
        .map_or_else(|_| value.iter().filter(|b| !b.is_ascii()).count(), |text| text.chars().filter(|c| !c.is_ascii()).count());
    let characters = rest.characters();
    let dressed = password_like(value) >= 8 && !value.contains(&b' ');
    // A sentence of a translation.
    let words = value.split(|b| *b == b' ').count();
    let is_phrase = words > 2 || words == 2 && !value.iter().any(u8::is_ascii_digit);
    characters >= FEWEST && foreign <= characters && !is_phrase && (dressed || rest.is_drawn())
}

/// A short password that a run of one mark makes long, as in `A7b........`. Stars stand for what is hidden.
fn is_padded(value: &[u8]) -> bool {
    const PADS: &[u8] = b".-_!=+#/:,;~^@?&";
    const LONGEST_HEAD: usize = 8;
    const SHORTEST_PAD: usize = 6;
    let Some(pad) = value.last().filter(|b| PADS.contains(b)) else { return false };
    let head = &value[..value.len() - value.iter().rev().take_while(|b| *b == pad).count()];
    let kinds: [fn(&u8) -> bool; 3] = [u8::is_ascii_uppercase, u8::is_ascii_lowercase, u8::is_ascii_digit];
    (3..=LONGEST_HEAD).contains(&head.len())
        && value.len() - head.len() >= SHORTEST_PAD
        && kinds.iter().all(|kind| head.iter().any(kind))
}

/// Base64 of what would be no secret in clear: `admin:admin`, `not my real password`.
fn is_encoded_dummy(value: &[u8]) -> bool {
    if !value.len().is_multiple_of(4) || value.len() < 8 {
        return false;
    }
    let Some(text) = bases::base64(value) else { return false };
    let printable = text.iter().all(|b| matches!(b, b' '..=b'~'));
    let plain = |text: &[u8]| dummy::is_dummy(text) || placeholder::is_placeholder(text);
    // Of `user:password` only the second part is one; a sentence is none.
    let is_no_password = |text: &[u8]| text.is_empty() || plain(text) || text.contains(&b' ') && letters::randomness(text) < 0;
    let password = text.iter().position(|&b| b == b':').map(|colon| &text[colon + 1..]);
    // So few characters are text by chance.
    if value.len() < 12 && password.is_none() {
        return false;
    }
    printable && (plain(&text) || letters::randomness(&text) < -20 || password.is_some_and(is_no_password))
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
    let identifier = shape::is_uuid(value.strip_prefix(b"id:").unwrap_or(value));
    if identifier && (*kind >= Kind::Auth || shown) { -60 } else { 0 }
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
    let Manner { syntax, rehearsal, translation, .. } = setting.manner;
    let prose = syntax == Syntax::Prose && !setting.literal.quoted();
    (if rehearsal { -1 } else { 0 }) + (if translation { -8 } else { 0 }) + (if prose { -2 } else { 0 })
}
