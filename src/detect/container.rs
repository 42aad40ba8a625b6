//! Binaries that are secrets as a whole: key stores, keys in DER, password databases. Known by their first bytes and, where
//! those say little, by reading as much of the structure as tells a private part from a public one. Nothing is decrypted.

mod der;
mod records;

use crate::codec::keypairs;
use crate::rules::paths::LowerPath;
use crate::rules::ruleset::RuleSet;
use crate::types::finding::{RawMatch, Via};
use crate::types::rule::{Confidence, Structure};
use crate::types::span::Span;

/// What a binary of some kind holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inside {
    /// A private part.
    Private,
    /// A private part that a passphrase of its own protects, or nothing that can be told from outside.
    Sealed,
    /// Public parts only: certificates, an empty store.
    Public,
    /// It is not of this kind after all.
    Foreign,
}

/// What a binary as a whole is.
#[derive(Debug, Default, PartialEq)]
pub struct Verdict {
    /// The match of the best rule for it.
    pub found: Option<RawMatch>,
    /// It is a container that holds public parts only, whatever its name.
    pub is_public: bool,
}

/// The rules of a set that know binaries.
#[derive(Debug)]
pub struct Containers {
    rules: Vec<u16>,
}

impl Containers {
    /// Of a set of rules.
    pub fn new(rules: &RuleSet) -> Self {
        Self { rules: rules.binary_rules().collect() }
    }

    /// What a content is as a binary. An ordinary one, or a text, costs a comparison of its first bytes for each rule.
    pub fn judge(&self, rules: &RuleSet, content: &[u8], path: &[u8]) -> Verdict {
        let mut verdict = Verdict::default();
        let known = self.rules.iter().filter(|&&at| rules.rule(at).magic.iter().any(|magic| magic.is_in(content)));
        for &at in known {
            let rule = rules.rule(at);
            let inside = rule.structure.map_or(Inside::Private, |structure| read(structure, content));
            verdict.is_public |= inside == Inside::Public;
            let confidence = match inside {
                Inside::Private => rule.confidence,
                Inside::Sealed => Confidence::Low,
                Inside::Public | Inside::Foreign => continue,
            };
            let better = verdict.found.is_none_or(|found| confidence > found.confidence);
            if better && rules.paths(at).admits(&LowerPath::new(path)) {
                let whole = Span::new(0, content.len());
                verdict.found = Some(RawMatch { rule: at, whole, secret: whole, via: Via::Magic, confidence });
            }
        }
        verdict
    }
}

/// What a content holds that should be of a kind.
fn read(structure: Structure, content: &[u8]) -> Inside {
    let read: fn(&[u8]) -> Option<Inside> = match structure {
        Structure::DerPrivateKey => der::private_key,
        Structure::Pkcs12 => der::pkcs12,
        Structure::JavaKeystore => records::java_keystore,
        Structure::BouncyCastle => records::bouncy_castle,
        Structure::OpenPgp => records::openpgp,
        Structure::Keytab => records::keytab,
        Structure::Pvk => records::pvk,
        Structure::Ssh1 => records::ssh1,
        Structure::Ed25519List => |content| keypairs::is_ed25519_list(content).then_some(Inside::Private),
    };
    read(content).unwrap_or(Inside::Foreign)
}
