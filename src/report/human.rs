//! The report for a person, in the form compilers use: where, the masked line, why it matters, what to do.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;

use anstyle::{AnsiColor, Style};

use super::escape;
use super::{Report, Values};
use crate::types::date;
use crate::types::finding::{Excerpt, Finding, Trail, Verdict, Via};
use crate::types::input::Origin;
use crate::types::notice::NoticeKind;
use crate::types::rule::Rule;

/// Whether the text may hold colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// For a terminal.
    On,
    /// For anything else.
    Off,
}

/// Writes the findings and notices; nothing when there is nothing to say. Suppressed findings are only counted.
///
/// # Errors
/// Those of the writer.
pub fn write(report: &Report<'_>, colour: Colour, out: &mut dyn io::Write) -> io::Result<()> {
    let mut page = Page { text: String::new(), colour };
    for finding in report.findings.iter().filter(|f| !matches!(f.verdict, Verdict::Suppressed(_))) {
        page.finding(finding, report.rules.rule(finding.rule), report.values, report.start.as_bytes());
        page.turn(out)?;
    }
    for notice in report.notices {
        let word = match notice.kind {
            NoticeKind::Skipped => "not scanned",
            NoticeKind::Info => "note",
        };
        let path = escape::path(&notice.path);
        let colon = if path.is_empty() { "" } else { ": " };
        let why = escape::message(&notice.why).into_owned();
        page.paint(Paint::Warning, word);
        page.plain(&format!(": {path}{colon}{why}\n"));
        page.turn(out)?;
    }
    Ok(())
}

#[derive(Clone, Copy)]
enum Paint {
    Error,
    Warning,
    Frame,
    Bold,
}

impl Paint {
    const fn style(self) -> Style {
        match self {
            Self::Error => AnsiColor::BrightRed.on_default().bold(),
            Self::Warning => AnsiColor::Yellow.on_default().bold(),
            Self::Frame => AnsiColor::BrightBlue.on_default().bold(),
            Self::Bold => Style::new().bold(),
        }
    }
}

/// Where one finds it from the folder that one stands in, `start` from the top of the work tree.
fn reached<'f>(finding: &'f Finding, start: &[u8]) -> Cow<'f, [u8]> {
    if let Some(reached) = &finding.reached {
        return Cow::Borrowed(reached);
    }
    let path = finding.origin.label();
    match finding.origin.outermost() {
        Origin::Staged { .. } | Origin::Commit { .. } | Origin::Lost { .. } if !path.is_empty() && !start.is_empty() => {
            Cow::Owned(seen_from(start, &path))
        }
        _ => path,
    }
}

/// A path seen from a folder beside it, which has a `/` at its end or is empty.
fn seen_from(folder: &[u8], path: &[u8]) -> Vec<u8> {
    let parts = folder.split_inclusive(|&b| b == b'/').zip(path.split_inclusive(|&b| b == b'/'));
    let common: usize = parts.take_while(|(a, b)| a == b).map(|(a, _)| a.len()).sum();
    let up = folder[common..].iter().filter(|&&b| b == b'/').count();
    [&b"../".repeat(up), &path[common..]].concat()
}

struct Page {
    text: String,
    colour: Colour,
}

impl Page {
    /// Writes what is there, and starts anew.
    fn turn(&mut self, out: &mut dyn io::Write) -> io::Result<()> {
        // It may be the log of a CI server, where a line of the repository must give no commands.
        out.write_all(super::annotations::disarm(&self.text).as_bytes())?;
        self.text.clear();
        Ok(())
    }

    fn plain(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn paint(&mut self, paint: Paint, text: &str) {
        let style = paint.style();
        // Writing to a `String` cannot fail.
        let _ = match self.colour {
            Colour::On => write!(self.text, "{style}{text}{style:#}"),
            Colour::Off => write!(self.text, "{text}"),
        };
    }

    fn finding(&mut self, finding: &Finding, rule: &Rule, values: Values, start: &[u8]) {
        let (paint, word) = if finding.verdict == Verdict::Deny { (Paint::Error, "error") } else { (Paint::Warning, "audit") };
        self.paint(paint, &format!("{word}[{}]", rule.id));
        self.paint(Paint::Bold, &format!(": {}\n", rule.title));
        let gutter = finding.excerpt.as_ref().map_or(1, |excerpt| excerpt.line.to_string().len());
        let path = escape::path(&reached(finding, start));
        self.paint(Paint::Frame, &format!("{:gutter$}--> ", ""));
        match finding.at {
            Some(at) => self.plain(&format!("{path}:{}:{}\n", at.line, at.column)),
            None => self.plain(&format!("{path}\n")),
        }
        if let Some(excerpt) = &finding.excerpt {
            let worth = format!("{} severity, {} confidence", rule.severity.as_str(), finding.confidence.as_str());
            self.excerpt(excerpt, gutter, paint, &worth);
        }
        if values == Values::Shown && !finding.secret.expose().is_empty() {
            let value = String::from_utf8_lossy(finding.secret.expose()).into_owned();
            self.footer(gutter, "value", &escape::message(&value));
        }
        if let Origin::Lost { blob, .. } = &*finding.origin {
            self.footer(gutter, "object", &format!("{blob}: no branch, tag or other ref leads to it"));
        }
        if let Some(trail) = &finding.trail {
            self.trail(finding, trail, gutter);
        }
        if let Some(note) = &finding.note {
            self.footer(gutter, "note", note);
        }
        self.footer(gutter, "help", &rule.advice);
        self.footer(gutter, "note", &instead(finding, rule));
        self.plain("\n");
    }

    fn trail(&mut self, finding: &Finding, trail: &Trail, gutter: usize) {
        let Some(id) = finding.origin.commit() else { return };
        let when = date::iso(trail.time, trail.zone);
        self.footer(gutter, "commit", &format!("{id} by {} <{}> on {when}", trail.author, trail.email));
        let plural = |count: u32, one: &str| if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") };
        let paths = if trail.paths > 0 { format!(" at {}", plural(trail.paths, "path")) } else { String::new() };
        let objects = plural(trail.objects, "object");
        let now = match trail.in_head {
            true => "HEAD still has it".to_owned(),
            false => format!("last seen in {}", trail.last_seen),
        };
        self.footer(gutter, "since", &format!("{now}; in {objects}{paths}"));
    }

    fn excerpt(&mut self, excerpt: &Excerpt, gutter: usize, paint: Paint, label: &str) {
        self.paint(Paint::Frame, &format!("{:gutter$} |\n{} | ", "", excerpt.line));
        self.plain(&format!("{}\n", excerpt.text));
        self.paint(Paint::Frame, &format!("{:gutter$} | ", ""));
        let carets = "^".repeat(excerpt.mark.len().max(1));
        self.plain(&" ".repeat(excerpt.mark.start));
        self.paint(paint, &format!("{carets} {label}"));
        self.plain("\n");
    }

    fn footer(&mut self, gutter: usize, word: &str, text: &str) {
        self.paint(Paint::Frame, &format!("{:gutter$} = ", ""));
        self.paint(Paint::Bold, word);
        self.plain(&format!(": {}\n", escape::message(text)));
    }
}

/// What to do with what is found there, and what if it is no secret.
fn instead(finding: &Finding, rule: &Rule) -> String {
    const KEEP: &str = "if it is no secret, `nospill baseline create --history` keeps it";
    match (&*finding.origin, finding.via, finding.at) {
        (Origin::Ref { .. }, ..) => {
            format!("the name of a ref: delete or rename it here and on every remote that has it; {KEEP}")
        }
        (Origin::Message { .. }, Via::Name, _) => format!(
            "in the name or address of who made it: it stays in every clone until the history is rewritten, so revoke it first; {KEEP}"
        ),
        (Origin::Message { .. }, ..) => format!(
            "a message: amend or reword it before it is pushed, afterwards only a rewritten history is without it; if it is no secret, \
             `nospill:allow {}` on its line counts, too",
            rule.id
        ),
        (_, Via::Name, _) => {
            format!("in a name: rename the file or folder; if it is no secret, run {}", allow(finding))
        }
        (Origin::Stdin, _, Some(_)) => format!("if it is no secret, put `nospill:allow {}` in a comment on that line", rule.id),
        (.., Some(_)) if takes_comment(finding) => {
            format!("if it is no secret, put `nospill:allow {}` in a comment on that line, or run {}", rule.id, allow(finding))
        }
        (.., Some(_)) => format!("if it is no secret, run {}", allow(finding)),
        (_, Via::Magic, None) => format!("if it protects nothing, run {}, or exclude its path in .nospill.toml", allow(finding)),
        (.., None) => format!(
            "if it holds no secret, name it .example or the like, or run {}, or exclude its path in .nospill.toml",
            allow(finding)
        ),
    }
}

/// What accepts a finding wherever it is.
fn allow(finding: &Finding) -> String {
    format!("`nospill allow {} --reason WHY`", finding.fingerprint)
}

/// Whether somebody may write a comment at a finding's place: not in what is packed, gone, or of a format that has none.
fn takes_comment(finding: &Finding) -> bool {
    const NONE: &[&str] = &[
        "json",
        "jsonl",
        "ndjson",
        "geojson",
        "har",
        "map",
        "ipynb",
        "webmanifest",
        "tfstate",
        "csv",
        "tsv",
        "pem",
        "key",
        "crt",
        "cer",
        "asc",
        "ppk",
        "lock",
        "snap",
    ];
    let is_gone = finding.trail.as_ref().is_some_and(|trail| !trail.in_head);
    let name = finding.origin.path().rsplit(|&b| b == b'/').next().unwrap_or_default();
    let ending = name.rsplit(|&b| b == b'.').next().unwrap_or_default().to_ascii_lowercase();
    let is_packed = matches!(*finding.origin, Origin::Member { .. });
    !is_gone && !is_packed && !NONE.iter().any(|none| none.as_bytes() == ending)
}

/// The last line on standard error: what was scanned.
pub fn summary(report: &Report<'_>) -> String {
    let (counts, summary) = (report.counts(), &report.summary);
    let plural = |count: u64, one: &str| if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") };
    let part = report.sharded.map(|of| format!("shard {}: ", of.shard)).unwrap_or_default();
    let mut line = format!(
        "nospill: {part}scanned {}, {} with {} in {} ms: {} denied, {} audited, {} suppressed, {} skipped",
        plural(summary.objects, "object"),
        size(summary.bytes),
        plural(summary.rules as u64, "rule"),
        summary.elapsed.as_millis(),
        counts.denied,
        counts.audited,
        counts.suppressed,
        counts.skipped,
    );
    for (count, what) in [(summary.binary, "binary"), (summary.excluded, "excluded")] {
        if count > 0 {
            line.push_str(&format!(", {count} {what}"));
        }
    }
    line
}

fn size(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    let unit = UNITS.iter().find(|(unit, _)| bytes >= *unit);
    unit.map_or_else(|| format!("{bytes} B"), |(unit, name)| format!("{:.1} {name}", bytes as f64 / *unit as f64))
}
