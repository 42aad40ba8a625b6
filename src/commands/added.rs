//! Allow entries that came after the commit whose configuration counts: they do not count, and are reported.

use super::setup;
use crate::config::layers::{Layer, Rank};
use crate::config::schema::{FILE_NAME, Many};
use crate::error::CommandError;
use crate::pipeline::{Outcome, Pipeline};
use crate::policy::paths::Globs;
use crate::settings::Settings;
use crate::source::plumbing;
use crate::types::finding::Verdict;
use crate::types::notice::Notice;

/// Says of every allow entry of `HEAD`'s file at the top that `pipeline`'s configuration has not: what it would excuse, and
/// whether its author may add it.
///
/// # Errors
/// The organisation's policy can't be read.
pub fn report(settings: &Settings, pipeline: &Pipeline, outcome: &mut Outcome) -> Result<(), CommandError> {
    let Ok(text) = plumbing::output(&["cat-file", "blob", &format!("HEAD:{FILE_NAME}")]) else { return Ok(()) };
    let layer = match Layer::read(Rank::Repository, text, FILE_NAME.to_owned()) {
        Ok(layer) => layer,
        Err(error) => {
            outcome.notices.push(Notice::info(FILE_NAME, format!("HEAD's does not count here, and is wrong: {error}")));
            return Ok(());
        }
    };
    let organisation = setup::layers(settings, setup::Files::default())?;
    let (_, own) = setup::combine(std::slice::from_ref(&layer), settings.now)?;
    for allow in own.allows {
        let same = |old: &crate::policy::allow::Allow| {
            (&old.rules, &old.paths, &old.commits, &old.seal, &old.expires)
                == (&allow.rules, &allow.paths, &allow.commits, &allow.seal, &allow.expires)
        };
        if pipeline.policy.allows.iter().any(same) {
            continue;
        }
        let excuses = outcome.findings.iter().filter(|finding| {
            let rule = pipeline.scanner.rules().rule(finding.rule);
            finding.verdict == Verdict::Deny && allow.covers(rule, finding.origin.path(), &finding.fingerprint, finding)
        });
        let line = allow.place.rsplit(':').next().unwrap_or_default();
        let mut why = format!("the allow entry at line {line} is newer than the configuration that counts");
        match excuses.count() {
            0 => {}
            1 => why.push_str("; it would excuse 1 finding of this run"),
            count => why.push_str(&format!("; it would excuse {count} findings of this run")),
        }
        if let Some(author) = author(line) {
            why.push_str(&format!("; by {author}"));
            if let Some(place) = organisation.iter().find_map(|policy| refused(policy, &author)) {
                why.push_str(&format!(", who may not add it: {place}"));
            }
        }
        outcome.notices.push(Notice::info(FILE_NAME, why));
    }
    Ok(())
}

/// The mail address of who wrote a line of `HEAD`'s file.
fn author(line: &str) -> Option<String> {
    // A text converter is a program of the repository's choice, and commits to be passed over are its choice, too.
    let blame = ["-c", "blame.ignoreRevsFile=", "blame", "--no-textconv", "--porcelain"];
    let lines = format!("{line},{line}");
    let text = plumbing::output(&[&blame[..], &["-L", &lines, "HEAD", "--", FILE_NAME]].concat()).ok()?;
    let text = String::from_utf8_lossy(&text).into_owned();
    let mail = text.lines().find_map(|line| line.strip_prefix("author-mail "))?;
    Some(mail.trim_matches(['<', '>']).to_owned())
}

/// The first owner entry for the file that does not name an author, when none does.
fn refused(policy: &Layer, author: &str) -> Option<String> {
    let of_file = |path: &Many<String>| Globs::new(Many::all(Some(path))).hit(FILE_NAME.as_bytes());
    let entries: Vec<_> = policy.config.owner.iter().filter(|owner| of_file(&owner.get_ref().path)).collect();
    let names = |glob: &String| fast_glob::glob_match(glob.to_lowercase(), author.to_lowercase());
    let may = entries.iter().any(|owner| Many::all(Some(&owner.get_ref().may_allow)).iter().any(names));
    entries.first().filter(|_| !may).map(|owner| policy.place(owner.span().start))
}
