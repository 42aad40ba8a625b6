//! What a matched value is worth: each check keeps, drops, lowers or proves it.

pub mod dummy;
pub mod entropy;
pub mod entry;
pub mod letters;
pub mod made_up;
pub mod placeholder;
pub mod reference;
pub mod remainder;
pub mod shape;
pub mod structure;
pub mod verifier;
pub mod words;

use crate::codec::{azure, bases, keypairs, tokens};
use crate::types::rule::{Check, Checksum, Confidence, Rule};

/// What one check says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing against it.
    Keep,
    /// Not a secret.
    Drop,
    /// Likely a fixture or harmless: low confidence.
    Lower,
    /// Its own check holds.
    Prove,
}

/// The confidence of a match of `rule` after all its checks, or the check that dropped it.
///
/// # Errors
/// The check that says the value is no secret.
pub fn judge<'r>(rule: &'r Rule, secret: &[u8], whole: &[u8]) -> Result<Confidence, &'r Check> {
    let (mut proven, mut lowered) = (false, rule.family != "hashes" && verifier::is_verifier(secret));
    for check in rule.checks.iter() {
        match apply(check, secret, whole) {
            Outcome::Keep => {}
            Outcome::Drop => return Err(check),
            Outcome::Lower => lowered = true,
            Outcome::Prove => proven = true,
        }
    }
    Ok(match (lowered, proven) {
        (true, _) => Confidence::Low,
        (false, true) => Confidence::Proven,
        (false, false) => rule.confidence,
    })
}

fn keep_if(held: bool) -> Outcome {
    if held { Outcome::Keep } else { Outcome::Drop }
}

fn prove_if(held: bool) -> Outcome {
    if held { Outcome::Prove } else { Outcome::Lower }
}

/// Whether a check that dropped a value did so because the value itself is published, and not for what stands around it.
pub fn is_published(check: &Check, secret: &[u8]) -> bool {
    matches!(check, Check::Public(texts) if shape::contains_any(secret, texts))
}

/// Bits of randomness that no word or name has.
const PLAINLY_RANDOM: i32 = 20;

/// What one check says of a value; `whole` is everything the rule matched.
pub fn apply(check: &Check, secret: &[u8], whole: &[u8]) -> Outcome {
    let any = |test: fn(&u8) -> bool| secret.iter().any(test);
    match check {
        Check::Placeholder => keep_if(!placeholder::is_placeholder(secret) && !dummy::is_stand_in(secret)),
        Check::Entropy(bits) => keep_if(entropy::shannon(secret) >= *bits),
        Check::Digit => keep_if(any(u8::is_ascii_digit)),
        Check::Letter => keep_if(any(u8::is_ascii_alphabetic)),
        Check::Upper => keep_if(any(u8::is_ascii_uppercase)),
        Check::Lower => keep_if(any(u8::is_ascii_lowercase)),
        Check::Mixed => keep_if(shape::kinds(secret) >= 3),
        Check::Words => keep_if(!words::is_wordlike(secret)),
        Check::NotHex => keep_if(!shape::is_hex(secret)),
        Check::NotUuid => keep_if(!shape::is_uuid(secret)),
        Check::Public(texts) => keep_if(!shape::contains_any(whole, texts)),
        Check::Doubtful(texts) => keep_if(!shape::contains_any(whole, texts) || letters::randomness(secret) >= PLAINLY_RANDOM),
        Check::LowerIf(texts) if shape::contains_any(whole, texts) => Outcome::Lower,
        Check::LowerIf(_) => Outcome::Keep,
        Check::Checksum(Checksum::Bip39) => structure::mnemonic(secret),
        Check::Checksum(sum) => prove_if(is_valid(*sum, secret)),
        Check::Marvin(seeds) => prove_if(azure::is_his(secret, seeds.iter().map(|seed| &**seed))),
        Check::Jwt => keep_if(structure::is_jwt(secret) && !structure::is_unsigned(secret)),
        Check::Pem => structure::pem(secret),
        Check::Base64(text) => keep_if(structure::is_base64_of(secret, text.as_bytes())),
    }
}

fn is_valid(sum: Checksum, secret: &[u8]) -> bool {
    match sum {
        Checksum::Github | Checksum::Npm => tokens::is_github(secret),
        Checksum::GitlabRoutable => tokens::is_gitlab_routable(secret),
        Checksum::Grafana => tokens::is_grafana(secret),
        Checksum::Cask => azure::is_cask(secret),
        Checksum::Entra => azure::is_entra(secret),
        Checksum::DevopsPat => azure::is_devops_pat(secret),
        Checksum::Bech32 => bases::is_bech32(secret),
        Checksum::Base58Check => bases::is_base58check(secret),
        Checksum::Luhn => bases::is_luhn(secret),
        Checksum::Nkey => tokens::is_nkey(secret),
        Checksum::Ed25519 => keypairs::is_ed25519_text(secret),
        Checksum::Bip39 => structure::mnemonic(secret) == Outcome::Prove,
    }
}
