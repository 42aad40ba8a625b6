//! What the organisation locks, no layer below weakens.

use crate::config::layers::{Layer, Rank};
use crate::config::schema::Lfs;
use crate::error::{CommandError, Kind};
use crate::policy::effects::Policy;
use crate::policy::locks;
use crate::rules::ruleset::RuleSet;

/// That no layer weakens what the organisation locked.
///
/// # Errors
/// One does.
pub(super) fn mind(layers: &[Layer], rules: &RuleSet, policy: &Policy) -> Result<(), CommandError> {
    let Some((organisation, weaker)) = layers.split_first().filter(|(first, _)| first.rank == Rank::Organisation) else {
        return Ok(());
    };
    if policy.effects.iter().any(|effect| effect.is_locked)
        && let Some(breach) = locks::breach(
            &policy.effects,
            &policy.allows,
            &organisation.file,
            &rules.iter().map(|(_, rule)| rule).collect::<Vec<_>>(),
        )
    {
        return Err(error(&breach.place, &breach.lock, &format!("the rule `{}`", breach.rule)));
    }
    let Some(lock) = &organisation.config.lock else { return Ok(()) };
    for layer in weaker {
        let (config, is) = (&layer.config, lock.get_ref());
        let breaches: [(bool, &[&str]); 7] = [
            (is.exclude && !config.scan.exclude.is_empty(), &["scan", "exclude"]),
            (is.exclude && config.scan.max_size.is_some(), &["scan", "max_size"]),
            (is.exclude && config.scan.archives == Some(false), &["scan", "archives"]),
            (is.exclude && config.scan.lfs == Some(Lfs::Note), &["scan", "lfs"]),
            (is.markers && config.markers.own == Some(true), &["markers", "own"]),
            (is.markers && config.markers.foreign == Some(true), &["markers", "foreign"]),
            (is.allow && !config.allow.is_empty(), &["allow"]),
        ];
        if let Some((_, keys)) = breaches.iter().find(|(breaks, _)| *breaks) {
            let place = match config.allow.first().filter(|_| *keys == ["allow"]) {
                Some(entry) => layer.place(entry.span().start),
                None => layer.place_of(keys),
            };
            let lock = organisation.place(lock.span().start);
            return Err(error(&place, &lock, &format!("`{}`", keys.join("."))));
        }
    }
    Ok(())
}

/// That `place` weakens what `lock` locks.
pub(super) fn error(place: &str, lock: &str, what: &str) -> CommandError {
    CommandError::new(Kind::Config, format!("{place}: this weakens {what}, which {lock} locks"))
        .hint("take it out, or ask whoever keeps the organisation's policy")
}
