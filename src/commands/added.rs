//! Allow entries that came after the commit whose configuration counts: they do not count, and are reported.

use std::collections::BTreeMap;
use std::path::Path;

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
            if let Some(place) = organisation.iter().find_map(|policy| refused(policy, FILE_NAME, &author)) {
                why.push_str(&format!(", who may not add it: {place}"));
            }
        }
        outcome.notices.push(Notice::info(FILE_NAME, why));
    }
    Ok(())
}

/// Takes out the allow entries that somebody wrote who may not, by the organisation's `[[owner]]` entries; what it says of them.
/// Every author of a line of the entry counts. What is not committed is nobody's yet and counts.
///
/// # Errors
/// The organisation's policy can't be read.
pub fn refuse(settings: &Settings, pipeline: &mut Pipeline) -> Result<Vec<Notice>, CommandError> {
    let organisation = setup::layers(settings, setup::Files::default())?;
    let mut notices = Vec::new();
    if organisation.iter().all(|policy| policy.config.owner.is_empty()) {
        return Ok(notices);
    }
    let mut files: BTreeMap<String, Vec<Line>> = BTreeMap::new();
    pipeline.policy.allows.retain(|allow| {
        let Some((file, line)) = allow.place.rsplit_once(':') else { return true };
        let file = from_top(file);
        let lines = files.entry(file.clone()).or_insert_with(|| blamed(&file));
        let Some(start) = line.parse::<usize>().ok().and_then(|line| line.checked_sub(1)) else { return true };
        let entry = lines.iter().skip(start).enumerate().take_while(|(at, line)| *at == 0 || !line.text.starts_with('['));
        let written = entry.map(|(_, line)| line).filter(|line| line.is_committed && !line.text.is_empty());
        let refusal = written.into_iter().find_map(|line| {
            let place = organisation.iter().find_map(|policy| refused(policy, &file, &line.author))?;
            Some(format!("{} may not add it: {place}", line.author))
        });
        if let Some(why) = &refusal {
            notices.push(Notice::info(file.as_bytes(), format!("the allow entry at line {} does not count: {why}", start + 1)));
        }
        refusal.is_none()
    });
    Ok(notices)
}

/// A line of a file, and the mail address of who wrote it.
struct Line {
    author: String,
    is_committed: bool,
    text: String,
}

/// The name of a file from the top of the work tree, where it is below that.
fn from_top(file: &str) -> String {
    let below = plumbing::work_tree().and_then(|top| Some(Path::new(file).strip_prefix(top).ok()?.to_str()?.to_owned()));
    below.unwrap_or_else(|| file.to_owned())
}

/// The lines of a file of the work tree, from the top, with those who wrote them; none where git does not know it.
fn blamed(file: &str) -> Vec<Line> {
    let Some(top) = plumbing::work_tree() else { return Vec::new() };
    let text = plumbing::output_in(&top, &[&BLAME[..], &["--line-porcelain", "--", file]].concat()).unwrap_or_default();
    let (mut lines, mut author, mut is_committed) = (Vec::new(), String::new(), true);
    for line in String::from_utf8_lossy(&text).lines() {
        if let Some(name) = line.strip_prefix("author ") {
            is_committed = !matches!(name, "Not Committed Yet" | "External file (--contents)");
        } else if let Some(mail) = line.strip_prefix("author-mail ") {
            author = mail.trim_matches(['<', '>']).to_owned();
        } else if let Some(text) = line.strip_prefix('\t') {
            lines.push(Line { author: author.clone(), is_committed, text: text.trim().to_owned() });
        }
    }
    lines
}

/// How blame is asked: a text converter is a program of the repository's choice, and commits to be passed over are its
/// choice, too.
const BLAME: [&str; 4] = ["-c", "blame.ignoreRevsFile=", "blame", "--no-textconv"];

/// The mail address of who wrote a line of `HEAD`'s file.
fn author(line: &str) -> Option<String> {
    let lines = format!("{line},{line}");
    let args = [&BLAME[..], &["--porcelain", "-L", &lines, "HEAD", "--", FILE_NAME]].concat();
    let text = plumbing::output(&args).ok()?;
    let text = String::from_utf8_lossy(&text).into_owned();
    let mail = text.lines().find_map(|line| line.strip_prefix("author-mail "))?;
    Some(mail.trim_matches(['<', '>']).to_owned())
}

/// The first owner entry for a file that does not name an author, when none does.
fn refused(policy: &Layer, file: &str, author: &str) -> Option<String> {
    let of_file = |path: &Many<String>| Globs::new(Many::all(Some(path))).hit(file.as_bytes());
    let entries: Vec<_> = policy.config.owner.iter().filter(|owner| of_file(&owner.get_ref().path)).collect();
    let names = |glob: &String| fast_glob::glob_match(glob.to_lowercase(), author.to_lowercase());
    let may = entries.iter().any(|owner| Many::all(Some(&owner.get_ref().may_allow)).iter().any(names));
    entries.first().filter(|_| !may).map(|owner| policy.place(owner.span().start))
}
