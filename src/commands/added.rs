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
        let refusal = entry.filter(|(_, line)| !line.text.is_empty()).find_map(|(_, line)| {
            let author = line.author.as_ref()?;
            let place = organisation.iter().find_map(|policy| refused(policy, &file, author))?;
            Some(format!("{author} may not add it: {place}"))
        });
        if let Some(why) = &refusal {
            notices.push(Notice::info(file.as_bytes(), format!("the allow entry at line {} does not count: {why}", start + 1)));
        }
        refusal.is_none()
    });
    Ok(notices)
}

/// A line of a file, and the mail address of who committed it; none where nobody has yet.
struct Line {
    author: Option<String>,
    text: String,
}

/// The name of a file from the top of the work tree, where it is below that.
fn from_top(file: &str) -> String {
    let below = plumbing::work_tree().and_then(|top| Some(Path::new(file).strip_prefix(top).ok()?.to_str()?.to_owned()));
    below.unwrap_or_else(|| file.to_owned())
}

/// The lines of a file of the work tree, from the top, with those who wrote them; none where git does not know it. Blame is
/// asked of `HEAD`: of the work tree it would run the repository's filters. What was edited since is the part between the
/// lines that both begin with and those that both end with.
fn blamed(file: &str) -> Vec<Line> {
    let Some(top) = plumbing::work_tree() else { return Vec::new() };
    let text = plumbing::output_in(&top, &[&BLAME[..], &["--line-porcelain", "HEAD", "--", file]].concat()).unwrap_or_default();
    let (mut committed, mut author) = (Vec::new(), String::new());
    for line in String::from_utf8_lossy(&text).lines() {
        if let Some(mail) = line.strip_prefix("author-mail ") {
            author = mail.trim_matches(['<', '>']).to_owned();
        } else if let Some(text) = line.strip_prefix('\t') {
            committed.push((author.clone(), text.trim().to_owned()));
        }
    }
    let here = std::fs::read(top.join(file)).unwrap_or_default();
    let here = String::from_utf8_lossy(&here).into_owned();
    let here: Vec<&str> = here.lines().map(str::trim).collect();
    let most = here.len().min(committed.len());
    let begin = here.iter().zip(&committed).take_while(|(line, (_, other))| line == &other).count();
    let end = here.iter().rev().zip(committed.iter().rev()).take_while(|(line, (_, other))| line == &other).count();
    let end = end.min(most - begin);
    let author = |at: usize| match at {
        _ if at < begin => Some(committed[at].0.clone()),
        _ if at >= here.len() - end => Some(committed[at + committed.len() - here.len()].0.clone()),
        _ => None,
    };
    here.iter().enumerate().map(|(at, text)| Line { author: author(at), text: (*text).to_owned() }).collect()
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
