//! Allow entries and those who wrote them: what came after the commit whose configuration counts does not count and is
//! reported; what somebody wrote who may not, by the organisation's `[[owner]]` entries, does not count; and a push that
//! brings such an entry is refused.

use std::collections::BTreeMap;
use std::path::Path;

use super::setup;
use crate::config::layers::{Layer, Rank};
use crate::config::schema::{ConfigError, FILE_NAME};
use crate::error::CommandError;
use crate::pipeline::{Outcome, Pipeline};
use crate::policy::allow::Allow;
use crate::policy::effects::Policy;
use crate::policy::owner::refusal;
use crate::settings::Settings;
use crate::source::plumbing;
use crate::source::reader;
use crate::types::finding::Verdict;
use crate::types::notice::Notice;
use crate::types::oid::Oid;

/// Says of every allow entry in `HEAD`'s files that `pipeline`'s configuration has not: what it would excuse, and whether
/// its author may add it.
pub fn report(settings: &Settings, pipeline: &Pipeline, outcome: &mut Outcome) {
    for file in files("HEAD") {
        let own = match allows("HEAD", &file, settings) {
            Ok(own) => own,
            Err(error) => {
                let why = format!("HEAD's does not count here, and is wrong: {}", error.message);
                outcome.notices.push(Notice::info(file.as_bytes(), why));
                continue;
            }
        };
        let new = own.into_iter().filter(|allow| !pipeline.policy.allows.iter().any(|old| is_same(old, allow)));
        let new: Vec<Allow> = new.collect();
        let lines = if new.is_empty() { Vec::new() } else { committed("HEAD", &file) };
        for allow in new {
            let excuses = outcome.findings.iter().filter(|finding| {
                let rule = pipeline.scanner.rules().rule(finding.rule);
                finding.verdict == Verdict::Deny && allow.covers(rule, finding.origin.path(), &finding.fingerprint, finding)
            });
            let (_, line) = place(&allow);
            let mut why = format!("the allow entry at line {line} is newer than the configuration that counts");
            match excuses.count() {
                0 => {}
                1 => why.push_str("; it would excuse 1 finding of this run"),
                count => why.push_str(&format!("; it would excuse {count} findings of this run")),
            }
            let authors: Vec<&str> = entry(&lines, line).filter_map(|line| line.author.as_deref()).collect();
            let owners = &pipeline.policy.owners;
            let refusal = authors.iter().copied().find_map(|author| Some((author, refusal(owners, &file, author)?)));
            match (refusal, authors.first()) {
                (Some((author, owner)), _) => why.push_str(&format!("; by {author}, who may not add it: {}", owner.place)),
                (None, Some(author)) => why.push_str(&format!("; by {author}")),
                (None, None) => {}
            }
            outcome.notices.push(Notice::info(file.as_bytes(), why));
        }
    }
}

/// Takes out the allow entries that somebody wrote who may not, by the organisation's `[[owner]]` entries; what it says of them.
/// Every author of a line of the entry counts. What is not committed is nobody's yet and counts.
pub fn refuse(settings: &Settings, policy: &mut Policy) -> Vec<Notice> {
    let Policy { owners, allows, .. } = policy;
    let mut notices = Vec::new();
    if owners.is_empty() {
        return notices;
    }
    let revision = settings.layers.config_from.as_deref();
    let mut known: BTreeMap<String, Vec<Line>> = BTreeMap::new();
    allows.retain(|allow| {
        let (label, line) = place(allow);
        let file = match revision {
            None => from_top(label),
            // What is not of the revision is the organisation's, or was named by hand.
            Some(revision) => match label.strip_suffix(&setup::of_revision(revision)) {
                Some(file) => file.to_owned(),
                None => return true,
            },
        };
        let lines = known.entry(file.clone()).or_insert_with(|| match revision {
            None => blamed(&file),
            Some(revision) => committed(revision, &file),
        });
        let mut authors = entry(lines, line).filter_map(|line| line.author.as_deref());
        let refusal = authors.find_map(|author| Some((author, refusal(owners, &file, author)?)));
        if let Some((author, owner)) = refusal {
            let why = format!("the allow entry at line {line} does not count: {author} may not add it: {}", owner.place);
            notices.push(Notice::info(file.as_bytes(), why));
        }
        refusal.is_none()
    });
    notices
}

/// What is wrong with the allow entries that commits bring which `new` reach and `known` do not: each commit's new or
/// changed entries are its author's.
///
/// # Errors
/// The organisation's policy can't be read, or git can't list the commits.
pub fn refused(settings: &Settings, new: &[Oid], known: &[Oid]) -> Result<Vec<String>, CommandError> {
    let owners = setup::organisation_owners(settings)?;
    if owners.is_empty() {
        return Ok(Vec::new());
    }
    let revisions = new.iter().map(Oid::to_string).chain(known.iter().map(|oid| format!("^{oid}")));
    let revisions: String = revisions.map(|revision| format!("{revision}\n")).collect();
    let pattern = format!(":(top,glob)**/{FILE_NAME}");
    let list = ["rev-list", "--stdin", "--full-history", "--format=%H %P%x00%ae", "--", &pattern];
    let text = plumbing::filtered_with_patterns(&list, revisions.as_bytes())?;
    let mut said = Vec::new();
    for line in String::from_utf8_lossy(&text).lines() {
        let Some((commits, author)) = line.split_once('\0') else { continue };
        let mut commits = commits.split(' ').filter(|id| !id.is_empty());
        let (Some(commit), parents) = (commits.next(), commits.collect::<Vec<_>>()) else { continue };
        for file in files(commit) {
            let Some(owner) = refusal(&owners, &file, author) else { continue };
            // What is no configuration allows nothing.
            let own = allows(commit, &file, settings).unwrap_or_default();
            let before: Vec<Vec<Allow>> =
                parents.iter().map(|parent| allows(parent, &file, settings).unwrap_or_default()).collect();
            for allow in own {
                if before.iter().all(|before| !before.iter().any(|old| is_same(old, &allow))) {
                    let (_, line) = place(&allow);
                    let short = &commit[..commit.len().min(10)];
                    said.push(format!("{file}:{line} in {short}: {author} may not add this allow entry: {}", owner.place));
                }
            }
        }
    }
    said.sort();
    said.dedup();
    Ok(said)
}

/// Whether two entries allow the same.
fn is_same(one: &Allow, other: &Allow) -> bool {
    let key = |allow: &Allow| {
        let Allow { base, rules, paths, commits, seal, expires, .. } = allow.clone();
        (base, rules, paths, commits, seal, expires)
    };
    key(one) == key(other)
}

/// The file and line (from 1) of an entry.
fn place(allow: &Allow) -> (&str, usize) {
    let (file, line) = allow.place.rsplit_once(':').unwrap_or((&allow.place, ""));
    (file, line.parse().unwrap_or_default())
}

/// The configuration files of a commit.
fn files(commit: &str) -> Vec<String> {
    let listed = plumbing::output(&["ls-tree", "-r", "-z", "--full-tree", "--name-only", commit]).unwrap_or_default();
    let names = listed.split(|&b| b == 0).filter_map(|name| std::str::from_utf8(name).ok());
    let is_config = |name: &&str| name.strip_suffix(FILE_NAME).is_some_and(|base| base.is_empty() || base.ends_with('/'));
    names.filter(is_config).map(str::to_owned).collect()
}

/// The allow entries of a commit's file; none where there is none.
///
/// # Errors
/// It is no configuration.
fn allows(commit: &str, file: &str, settings: &Settings) -> Result<Vec<Allow>, CommandError> {
    let Ok(text) = plumbing::output(&["cat-file", "blob", &format!("{commit}:{file}")]) else { return Ok(Vec::new()) };
    let rank = match file.strip_suffix(FILE_NAME) {
        None | Some("") => Rank::Repository,
        Some(base) => Rank::Directory(base.to_owned()),
    };
    let layer = Layer::read(rank, text, file.to_owned()).map_err(|error: ConfigError| CommandError::from(error))?;
    Ok(setup::combine(std::slice::from_ref(&layer), settings.now)?.1.allows)
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

/// The lines of an entry that are not empty: up to the next table.
fn entry(lines: &[Line], start: usize) -> impl Iterator<Item = &Line> {
    let from = start.checked_sub(1).and_then(|start| lines.get(start..)).unwrap_or_default();
    let own = from.iter().enumerate().take_while(|(at, line)| *at == 0 || !line.text.starts_with('[')).map(|(_, line)| line);
    own.filter(|line| !line.text.is_empty())
}

/// The lines of a commit's file with those who wrote them; none where git does not know it.
fn committed(commit: &str, file: &str) -> Vec<Line> {
    let args = [&BLAME[..], &["--line-porcelain", commit, "--", file]].concat();
    let text = match plumbing::work_tree() {
        Some(top) => plumbing::output_in(&top, &args),
        None => plumbing::output(&args),
    };
    let (mut lines, mut author) = (Vec::new(), String::new());
    for line in String::from_utf8_lossy(&text.unwrap_or_default()).lines() {
        if let Some(mail) = line.strip_prefix("author-mail ") {
            author = mail.trim_matches(['<', '>']).to_owned();
        } else if let Some(text) = line.strip_prefix('\t') {
            lines.push(Line { author: Some(author.clone()), text: text.trim().to_owned() });
        }
    }
    lines
}

/// The lines of a file of the work tree, from the top, with those who wrote them; none where git does not know it. Blame is
/// asked of `HEAD`: of the work tree it would run the repository's filters. What was edited since is the part between the
/// lines that both begin with and those that both end with.
fn blamed(file: &str) -> Vec<Line> {
    let Some(top) = plumbing::work_tree() else { return Vec::new() };
    let committed = committed("HEAD", file);
    let here = reader::own(top.join(file)).unwrap_or_default();
    let here = String::from_utf8_lossy(&here).into_owned();
    let here: Vec<&str> = here.lines().map(str::trim).collect();
    let most = here.len().min(committed.len());
    let begin = here.iter().zip(&committed).take_while(|(line, other)| **line == other.text).count();
    let end = here.iter().rev().zip(committed.iter().rev()).take_while(|(line, other)| **line == other.text).count();
    let end = end.min(most - begin);
    let author = |at: usize| match at {
        _ if at < begin => committed[at].author.clone(),
        _ if at >= here.len() - end => committed[at + committed.len() - here.len()].author.clone(),
        _ => None,
    };
    here.iter().enumerate().map(|(at, text)| Line { author: author(at), text: (*text).to_owned() }).collect()
}

/// How blame is asked: a text converter is a program of the repository's choice, and commits to be passed over are its
/// choice, too.
const BLAME: [&str; 4] = ["-c", "blame.ignoreRevsFile=", "blame", "--no-textconv"];
