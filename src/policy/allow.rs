//! Allow entries: a finding that somebody answers for.

use super::paths::Globs;
use super::seal::{self, Seal};
use crate::types::finding::Finding;
use crate::types::rule::Rule;

/// An allow entry of a configuration. Everything it names must fit; it names one thing at least.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allow {
    /// The folder that its globs start from, with a `/` at its end; empty for the top.
    pub base: Vec<u8>,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The day after which it counts no more, and when that day is over, in seconds since 1970.
    pub expires: Option<(String, u64)>,
    /// Rule ids, former ones and globs of them; empty: any.
    pub rules: Vec<String>,
    /// Paths; empty: any.
    pub paths: Globs,
    /// First digits of commits; empty: any.
    pub commits: Vec<String>,
    /// What the finding is.
    pub seal: Option<Seal>,
    /// `FILE:LINE`.
    pub place: String,
}

impl Allow {
    /// Whether it is about a finding; `path` is the finding's, from the top, `own` its fingerprint there. Dates are not
    /// looked at.
    pub fn covers(&self, rule: &Rule, path: &[u8], own: &str, finding: &Finding) -> bool {
        let Some(below) = path.strip_prefix(self.base.as_slice()) else { return false };
        (self.rules.is_empty() || self.rules.iter().any(|id| is_named(rule, id)))
            && (self.paths.is_empty() || self.paths.hit(below))
            && (self.commits.is_empty() || self.is_of_commit(finding))
            && self.seal.as_ref().is_none_or(|seal| {
                let secret = finding.secret.expose();
                let is_former =
                    |former: Vec<u8>| is_of(seal, (&rule.id, path), &former, &seal::fingerprint(&rule.id, path, &former));
                is_of(seal, (&rule.id, path), secret, own) || seal::with_crlf(secret).is_some_and(is_former)
            })
    }

    fn is_of_commit(&self, finding: &Finding) -> bool {
        let id = finding.origin.commit().map(ToString::to_string);
        id.is_some_and(|id| self.commits.iter().any(|commit| id.starts_with(&commit.to_ascii_lowercase())))
    }

    /// Whether its last day is over, or nobody knows: where no clock tells the time, no day is still to come.
    pub fn is_expired(&self, now: Option<u64>) -> bool {
        self.expires.as_ref().is_some_and(|(_, end)| now.is_none_or(|now| now >= *end))
    }

    /// What a report says of a finding that it allows.
    pub fn text(&self) -> String {
        let owner = self.owner.as_ref().map(|owner| format!(", {owner}")).unwrap_or_default();
        format!("allowed by {}: {}{owner}", self.place, self.reason)
    }
}

/// Whether a seal is that of a secret of a rule at a path; `own` is its fingerprint there.
fn is_of(seal: &Seal, (rule, path): (&str, &[u8]), secret: &[u8], own: &str) -> bool {
    match seal {
        Seal::Plain(fingerprint) => own == fingerprint,
        Seal::Slow { salt, .. } => seal::slow(*salt, rule, path, secret) == *seal,
    }
}

/// Whether a rule goes, or went, by a name, which may be a glob.
pub fn is_named(rule: &Rule, name: &str) -> bool {
    // A thousand rules are asked for each glob of a configuration: the first byte settles most.
    let first = name.as_bytes().first().filter(|first| first.is_ascii_alphanumeric());
    let may_be = |id: &str| first.is_none_or(|first| id.as_bytes().first() == Some(first));
    let is_it = |id: &str| may_be(id) && (id == name || (name.contains('*') && fast_glob::glob_match(name, id)));
    is_it(&rule.id) || rule.aliases.iter().any(|alias| is_it(alias))
}
