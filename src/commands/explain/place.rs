//! `nospill explain PATH:LINE` and a fingerprint: what the scanner looked at on a line, and what became of it.

use std::path::Path;

use super::words;
use crate::commands::setup::{self, Place};
use crate::commands::sought::Sought;
use crate::detect::assignment::score::{NEVER, Score};
use crate::detect::scanner::{Scanner, Subject};
use crate::detect::trace::{self, Candidate, Fate, Trace};
use crate::error::{CommandError, Kind};
use crate::pipeline::{Outcome, Pipeline};
use crate::report::escape;
use crate::rules::ruleset::RuleSet;
use crate::settings::Settings;
use crate::source::Source as _;
use crate::source::reader;
use crate::source::tree::{Ignore, Tree};
use crate::source::{plumbing, walk};
use crate::types::finding::{Finding, Verdict, Via};
use crate::types::input::Origin;
use crate::types::rule::Rule;

/// Explains what was named: a line of a file on disk whatever is there, else a finding wherever it is. The current folder must
/// be the top.
///
/// # Errors
/// No such file, line or finding, or the line is not of a text.
pub(super) fn explained(settings: &Settings, sought: &Sought) -> Result<String, CommandError> {
    if let Sought::Place { path, line, .. } = sought
        && path.exists()
        && let Some(text) = of_line(&setup::here(settings, Place::Files(&[]))?, path, *line)?
    {
        return Ok(text);
    }
    let (pipeline, findings) = sought.find(settings)?;
    let outcome = Outcome { findings, ..Outcome::default() };
    let Some(found) = outcome.findings.first() else { return Err(nothing(sought)) };
    let label = found.origin.path().to_vec();
    let Some((at, content)) = found.at.zip(content(&found.origin)?) else {
        return Ok(Page::new(&pipeline, &outcome, &label, 0).whole(&Trace::default()));
    };
    let subject = Subject { content: &content, path: &label };
    let mut trace = trace::line(&pipeline.scanner, subject, at.line).unwrap_or_default();
    trace.candidates.retain(|candidate| candidate.span.overlaps(at.span));
    trace.passed.clear();
    Ok(Page::new(&pipeline, &outcome, &label, at.line).whole(&trace))
}

/// Explains a line (1-based) of a file on disk; `None` where it has no such line or is no text.
fn of_line(pipeline: &Pipeline, path: &Path, line: u32) -> Result<Option<String>, CommandError> {
    let shown = path.display();
    if path.is_dir() {
        return Err(CommandError::new(Kind::User, format!("{shown}: a folder")).hint("name a file: `nospill explain FILE:LINE`"));
    }
    let tree = Tree::walk(&[path.to_path_buf()], Ignore::Nothing, 1)?;
    let outcome = pipeline.run(&tree, Some(()))?;
    let origin = tree.items().0.first().map(|item| item.origin.path().to_vec());
    let Some(label) = origin else { return Err(CommandError::new(Kind::User, format!("{shown}: no file"))) };
    let content = reader::own(path).map_err(|error| CommandError::new(Kind::Io, format!("{shown}: {error}")))?;
    let trace = trace::line(&pipeline.scanner, Subject { content: &content, path: &label }, line);
    Ok(trace.map(|trace| Page::new(pipeline, &outcome, &label, line).whole(&trace)))
}

/// The content that a finding is in; `None` where it is in no file of its own.
fn content(origin: &Origin) -> Result<Option<Vec<u8>>, CommandError> {
    Ok(match origin {
        Origin::File { path } => walk::opened(path).and_then(|path| reader::own(path).ok()),
        Origin::Staged { blob, .. } | Origin::Commit { blob, .. } | Origin::Lost { blob, .. } => {
            Some(plumbing::output(&["cat-file", "blob", &blob.to_string()])?)
        }
        Origin::Ref { .. } | Origin::Message { .. } | Origin::Member { .. } | Origin::Stdin => None,
    })
}

fn nothing(sought: &Sought) -> CommandError {
    match sought {
        Sought::Fingerprint(fingerprint) => {
            CommandError::new(Kind::User, format!("no finding has the fingerprint {fingerprint}"))
                .hint("it is made of rule, path and secret, and was looked for on disk, in the index and in all of the history")
                .hint("files that .gitignore names are not looked at: explain those as PATH:LINE")
        }
        Sought::Place { typed, path, line } if path.exists() => {
            let typed = escape::path(typed.as_bytes());
            CommandError::new(Kind::User, format!("{typed} has no line {line}, or is not text"))
                .hint("lines are counted from 1; `nospill dir FILE` says what is found in it")
        }
        Sought::Place { typed, line, .. } => {
            let typed = escape::path(typed.as_bytes());
            CommandError::new(Kind::User, format!("{typed}: No such file, and no finding at line {line} in index or history"))
                .hint("check the path for a typing error")
        }
    }
}

/// What is said of a line.
struct Page<'p> {
    scanner: &'p Scanner,
    outcome: &'p Outcome,
    path: &'p [u8],
    /// 0: the file as such.
    line: u32,
    text: String,
}

impl<'p> Page<'p> {
    fn new(pipeline: &'p Pipeline, outcome: &'p Outcome, path: &'p [u8], line: u32) -> Self {
        Self { scanner: &pipeline.scanner, outcome, path, line, text: String::new() }
    }

    fn rules(&self) -> &'p RuleSet {
        self.scanner.rules()
    }

    fn rule(&self, index: u16) -> &'p Rule {
        self.rules().rule(index)
    }

    fn say(&mut self, indent: usize, mark: &str, text: &str) {
        self.text.push_str(&words::wrapped(&escape::message(text), indent, mark));
    }

    fn whole(mut self, trace: &Trace) -> String {
        let line = if self.line > 0 { format!(":{}", self.line) } else { String::new() };
        self.text = format!("{}{line}\n", escape::path(self.path));
        self.of_file();
        for candidate in &trace.candidates {
            self.candidate(candidate);
        }
        if trace.candidates.is_empty() && self.line > 0 {
            self.say(0, "", "no candidate: no rule's pattern matches on this line, and nothing is assigned to a telling name");
        }
        if !trace.passed.is_empty() {
            let names: Vec<&str> = trace.passed.iter().map(|rule| &*self.rule(*rule).id).collect();
            let text = format!("a keyword is there, but no value that fits: {}", names.join(", "));
            self.text.push('\n');
            self.say(0, "", &text);
        }
        self.text
    }

    /// What holds for the file, whatever the line.
    fn of_file(&mut self) {
        if self.outcome.excluded > 0 && self.outcome.objects == 0 {
            self.say(0, "", "the configuration excludes this path: a scan does not look at it");
        }
        let of_path = self.outcome.findings.iter().filter(|f| (f.at.is_none() || self.line == 0) && f.origin.path() == self.path);
        for finding in of_path.collect::<Vec<_>>() {
            let rule = self.rule(finding.rule);
            self.text.push_str(&format!("\n{}: {}\n", rule.id, escape::path(rule.title.as_bytes())));
            let what = match (finding.via, finding.at) {
                (_, Some(_)) => "what stands in it",
                (Via::Magic, None) => "the content as a whole",
                (Via::Name, None) => "a name",
                (_, None) => "the file's name alone",
            };
            let worth = format!("{what} is a finding, of {} confidence", finding.confidence.as_str());
            self.say(2, "= ", &format!("{worth}: {}", verdict(&finding.verdict)));
            self.say(2, "= ", &format!("fingerprint {}", finding.fingerprint));
        }
    }

    fn candidate(&mut self, candidate: &Candidate) {
        let rule = self.rule(candidate.rule);
        self.text.push_str(&format!("\n{}: {}\n", rule.id, escape::path(rule.title.as_bytes())));
        let name = candidate.name.as_ref().map(|name| format!(", assigned to `{}`", escape::path(name))).unwrap_or_default();
        let value = format!("value {}, {} bytes{name}{}", candidate.value, candidate.span.len(), how(candidate.via));
        self.say(2, "- ", &value);
        if let Some(score) = candidate.score {
            self.score(score);
        }
        for (check, outcome) in &candidate.checks {
            self.say(2, "- ", &format!("check `{}`: {}", words::check(check), words::outcome(check, *outcome)));
        }
        let fate = self.fate(candidate, rule);
        self.say(2, "= ", &fate);
        if let Some(finding) = self.finding(candidate) {
            if let Some(note) = &finding.note {
                self.say(2, "= ", note);
            }
            let text = format!("{}; fingerprint {}", verdict(&finding.verdict), finding.fingerprint);
            self.say(2, "= ", &text);
        }
    }

    fn score(&mut self, score: Score) {
        if score.reasons().any(|(_, bits)| bits == NEVER) {
            let why = score.reasons().find(|(_, bits)| *bits == NEVER).map(|(reason, _)| words::reason(reason));
            return self.say(2, "- ", &format!("the reader takes it for no secret: {}", why.unwrap_or_default()));
        }
        self.say(2, "- ", &format!("the reader gives it {} bits, 0 or more are needed:", score.bits()));
        for (reason, bits) in score.reasons() {
            self.say(6, &format!("{bits:+4}  "), words::reason(reason));
        }
    }

    fn fate(&self, candidate: &Candidate, rule: &Rule) -> String {
        match candidate.fate {
            Fate::Reported(confidence) if confidence == rule.confidence => format!("kept, {} confidence", confidence.as_str()),
            Fate::Reported(confidence) => {
                let way = if confidence > rule.confidence { "raised" } else { "lowered" };
                format!("kept, {way} from {} to {} confidence", rule.confidence.as_str(), confidence.as_str())
            }
            Fate::Unlikely => "dropped by the reader".to_owned(),
            Fate::Dropped => {
                let last = candidate.checks.last().map(|(check, _)| words::check(check)).unwrap_or_default();
                format!("dropped by the check `{last}`")
            }
            Fate::Covered(better) => format!("dropped: {} covers the same place and says more", self.rule(better).id),
            Fate::Published(by) => format!("dropped: {} knows it as a published value", self.rule(by).id),
            Fate::Lonely => {
                let requires = rule.requires.as_ref().map(|r| format!("{} within {} lines", r.rule, r.within_lines));
                format!("dropped: it counts only with a match of {}", requires.unwrap_or_default())
            }
            Fate::Silenced => "dropped: it stands in ciphertext, or is read in its decoded form".to_owned(),
        }
    }

    /// The finding that a scan makes of a candidate.
    fn finding(&self, candidate: &Candidate) -> Option<&'p Finding> {
        let same = |f: &&Finding| f.rule == candidate.rule && f.at.is_some_and(|at| at.span == candidate.span);
        self.outcome.findings.iter().filter(|f| f.origin.path() == self.path).find(same)
    }
}

/// How a value was reached, where that is not plain.
fn how(via: Via) -> &'static str {
    match via {
        Via::Regex | Via::Assignment | Via::Path | Via::Magic | Via::Name => "",
        Via::Base64 => ", inside base64",
        Via::Hex => ", inside hex digits",
        Via::Percent => ", inside percent-encoded text",
        Via::Escape => ", inside escaped text",
        Via::Quoted => ", in quoted-printable mail",
        Via::Unseen => ", with characters that are not seen or look like others",
        Via::Entity => ", with characters of HTML or XML",
        Via::Joined => ", inside literals that are joined",
    }
}

fn verdict(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Deny => "it blocks".to_owned(),
        Verdict::Audit => "it is reported and does not block".to_owned(),
        Verdict::Suppressed(reason) => format!("it does not count: {}", reason.as_text()),
    }
}
