//! What locks of the organisation forbid weaker layers.

use std::collections::HashSet;

use super::allow::{Allow, is_named};
use super::effects::{Effect, EffectRule};
use crate::types::rule::Rule;

/// A layer that makes less of what is locked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// Where it does.
    pub place: String,
    /// Where that is locked.
    pub lock: String,
    /// The rule that shows it.
    pub rule: String,
}

/// The first effect or allow entry behind a locked one that would make less of it. What only a path can tell is left to
/// the run, where the lock holds.
pub fn breach(effects: &[EffectRule], allows: &[Allow], organisation: &str, rules: &[&Rule]) -> Option<Breach> {
    let is_own = |place: &str| place.rsplit_once(':').is_some_and(|(file, _)| file == organisation);
    for lock in effects.iter().filter(|effect| effect.is_locked) {
        // Of a thousand rules and hundreds of entries a lock names few.
        let held: Vec<&Rule> = rules.iter().copied().filter(|rule| lock.names(rule)).collect();
        let breach =
            |place: &str, rule: &Rule| Breach { place: place.to_owned(), lock: lock.place.clone(), rule: rule.id.to_string() };
        for other in effects.iter().filter(|effect| !is_own(&effect.place) && effect.effect < lock.effect) {
            let disjoint = !lock.paths.is_empty() && !other.paths.is_empty() && lock.paths != other.paths;
            let confident =
                |confidences: &[_]| confidences.is_empty() || confidences.iter().any(|c| other.confidences.contains(c));
            let meets = other.confidences.is_empty() || confident(&lock.confidences);
            let rule = held.iter().find(|rule| other.names(rule));
            if let Some(rule) = rule.filter(|_| meets && !disjoint) {
                return Some(breach(&other.place, rule));
            }
        }
        if lock.effect == Effect::Off || !lock.paths.is_empty() || !lock.confidences.is_empty() {
            continue;
        }
        // Hundreds of entries name the same few rules.
        let mut harmless: HashSet<&str> = HashSet::new();
        for allow in allows.iter().filter(|allow| !is_own(&allow.place)) {
            for name in allow.rules.iter().map(String::as_str) {
                if harmless.contains(name) {
                    continue;
                }
                if let Some(rule) = held.iter().find(|rule| is_named(rule, name)) {
                    return Some(breach(&allow.place, rule));
                }
                harmless.insert(name);
            }
        }
    }
    None
}
