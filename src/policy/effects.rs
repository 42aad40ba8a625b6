//! What a finding does to the run.
//!
//! Two steps. [`Policy::decide`] sees the lines of a match: markers and effects. [`Policy::reconsider`] is for findings that
//! the run is about, with their commit where that is known: allow entries and the baseline, which may cost a slow hash.

use std::sync::OnceLock;

use super::allow::{Allow, is_named};
use super::baseline::{Broken, Bytes, Known, Renames};
use super::inline::{self, Markers};
use super::owner::Owner;
use super::paths::{Excludes, Globs, from_top};
use super::seal::fingerprint;
use crate::types::finding::{Finding, Reason, Verdict};
use crate::types::rule::{Confidence, Rule, Severity};

/// What a finding does, the weakest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// Counted as suppressed.
    Off,
    /// Reported, does not block.
    Audit,
    /// Blocks.
    #[default]
    Deny,
}

/// An effect for the findings that fit all it names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EffectRule {
    /// What they do.
    pub effect: Effect,
    /// The folder that its globs start from, with a `/` at its end; empty for the top.
    pub base: Vec<u8>,
    /// Rule ids, former ones and globs of them; empty: any.
    pub rules: Vec<String>,
    /// Families; empty: any.
    pub families: Vec<String>,
    /// Severities; empty: any.
    pub severities: Vec<Severity>,
    /// Confidences; empty: any.
    pub confidences: Vec<Confidence>,
    /// Paths; empty: any.
    pub paths: Globs,
    /// Whether nothing weaker than the organisation's layer may make less of it.
    pub is_locked: bool,
    /// `FILE:LINE`.
    pub place: String,
}

impl EffectRule {
    /// Whether it is about a rule at all, whatever the path.
    pub fn names(&self, rule: &Rule) -> bool {
        (self.rules.is_empty() || self.rules.iter().any(|name| is_named(rule, name)))
            && (self.families.is_empty() || self.families.iter().any(|family| *family == rule.family))
            && (self.severities.is_empty() || self.severities.contains(&rule.severity))
    }

    fn fits(&self, rule: &Rule, confidence: Confidence, path: &[u8]) -> bool {
        let Some(below) = path.strip_prefix(self.base.as_slice()) else { return false };
        (self.confidences.is_empty() || self.confidences.contains(&confidence))
            && (self.paths.is_empty() || self.paths.hit(below))
            && self.names(rule)
    }
}

/// The policy of a run.
#[derive(Debug, Default)]
pub struct Policy {
    /// Paths that are not scanned.
    pub excludes: Excludes,
    /// Effects of all layers, the weakest layer first; the last that fits counts.
    pub effects: Vec<EffectRule>,
    /// Allow entries.
    pub allows: Vec<Allow>,
    /// Who may add such, by the organisation's word.
    pub owners: Vec<Owner>,
    /// Which markers on a line count.
    pub markers: Markers,
    /// The baseline's bytes and its name for messages.
    pub baseline: Option<(Bytes, String)>,
    /// Whether baselined secrets may move.
    pub renames: Renames,
    /// Largest content that is scanned, in bytes.
    pub max_size: Option<u64>,
    /// Whether archives are opened; `None`: as is the way of the mode.
    pub archives: Option<bool>,
    /// Whether a run is incomplete where content is kept in Git LFS and is not here.
    pub requires_lfs: bool,
    /// The time, in seconds since 1970; what has expired by then is audited. `None`: nothing expires.
    pub now: Option<u64>,
    /// The baseline as it was read at the first finding.
    pub known: OnceLock<Known>,
}

/// A match, for policy.
#[derive(Clone, Copy, Debug)]
pub struct Case<'c> {
    /// Its rule.
    pub rule: &'c Rule,
    /// What checks made of it.
    pub confidence: Confidence,
    /// Where its content is from.
    pub path: &'c [u8],
    /// Where markers may stand.
    pub marked: inline::Place<'c>,
}

impl Policy {
    /// Whether a path is scanned at all.
    pub fn admits(&self, path: &[u8]) -> bool {
        self.excludes.admits(path)
    }

    /// What a match means by its own lines and the effects.
    pub fn decide(&self, case: &Case<'_>) -> Verdict {
        let path = from_top(&self.excludes.start, case.path);
        let fitting = |effect: &&EffectRule| effect.fits(case.rule, case.confidence, &path);
        let lock = self.effects.iter().filter(|effect| effect.is_locked).filter(fitting).max_by_key(|effect| effect.effect);
        if lock.is_none()
            && let Some(reason) = self.markers.allow(&case.marked, |id| inline::is_rule(case.rule, id))
        {
            return Verdict::Suppressed(reason);
        }
        let last = self.effects.iter().rfind(fitting);
        let effect = match (last.map(|last| last.effect), lock.map(|lock| lock.effect)) {
            (None, _) => return if case.confidence == Confidence::Low { Verdict::Audit } else { Verdict::Deny },
            (Some(last), lock) => lock.map_or(last, |lock| last.max(lock)),
        };
        match effect {
            Effect::Deny => Verdict::Deny,
            Effect::Audit => Verdict::Audit,
            Effect::Off => {
                Verdict::Suppressed(Reason::Off(last.map(|last| format!("switched off by {}", last.place)).unwrap_or_default()))
            }
        }
    }

    /// The locked effect that a finding falls under: it can't be allowed.
    fn lock(&self, rule: &Rule, confidence: Confidence, path: &[u8]) -> Option<&EffectRule> {
        self.effects.iter().find(|effect| effect.is_locked && effect.fits(rule, confidence, path))
    }

    /// What is wrong with the baseline, if something is. One that is read at the first finding is not read for this.
    pub fn broken_baseline(&self) -> Option<&Broken> {
        let (bytes, file) = self.baseline.as_ref()?;
        let known = match bytes {
            Bytes::Here(_) => self.known.get_or_init(|| Known::read(bytes, file, self.renames)),
            Bytes::Later(_) => self.known.get()?,
        };
        known.broken.as_ref()
    }

    /// Whether anything makes less of a finding than its lines and the effects do.
    pub fn reconsiders(&self, finding: &Finding) -> bool {
        !(self.allows.is_empty() && self.baseline.is_none() || matches!(finding.verdict, Verdict::Suppressed(_)))
    }

    /// Takes allow entries and the baseline into account; `known_as` is the finding's path as a committed file names it. Safe to
    /// do again, when the commit has become known.
    pub fn reconsider(&self, rule: &Rule, finding: &mut Finding, known_as: &[u8]) {
        if !self.reconsiders(finding) {
            return;
        }
        let path = from_top(&self.excludes.start, finding.origin.path()).into_owned();
        let own = match path == finding.origin.path() {
            true => finding.fingerprint.clone(),
            false => fingerprint(&rule.id, &path, finding.secret.expose()),
        };
        let lock = self.lock(rule, finding.confidence, &path);
        let mut expired = None;
        for allow in self.allows.iter().filter(|allow| allow.covers(rule, &path, &own, finding)) {
            match (lock, allow.is_expired(self.now)) {
                (Some(lock), _) => return note(finding, format!("{} does not count: {} is locked", allow.place, lock.place)),
                (None, true) => expired = expired.or(Some(allow)),
                (None, false) => {
                    finding.verdict = Verdict::Suppressed(Reason::Allowed(allow.text()));
                    return;
                }
            }
        }
        if let (None, Some((bytes, file))) = (lock, &self.baseline) {
            let known = self.known.get_or_init(|| Known::read(bytes, file, self.renames));
            let known_as = from_top(&self.excludes.start, known_as);
            if known.find(&rule.id, &known_as, finding.secret.expose(), &own).is_some() {
                finding.verdict = Verdict::Suppressed(Reason::Baseline);
                return;
            }
            if let Some(why) = &known.broken {
                note(finding, why.text().to_owned());
            }
        }
        if let Some((allow, (day, _))) = expired.and_then(|allow| allow.expires.as_ref().map(|expires| (allow, expires))) {
            note(
                finding,
                match self.now {
                    Some(_) => format!("the allow entry at {} expired on {day}", allow.place),
                    None => format!("the allow entry at {} does not count: the clock stands before 1970", allow.place),
                },
            );
        }
    }
}

/// Adds to what is said of a finding, once.
fn note(finding: &mut Finding, text: String) {
    match &mut finding.note {
        Some(note) if note.contains(&text) => {}
        Some(note) => note.push_str(&format!("; {text}")),
        none => *none = Some(text),
    }
}
