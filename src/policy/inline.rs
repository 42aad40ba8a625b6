//! Markers: `nospill:allow`, alone or with rule ids, on the lines of a finding; on a line of its own above, as
//! `nospill:allow-next-line` is, too; around a secret of several lines; and those of other scanners.

use crate::types::finding::Reason;
use crate::types::rule::Rule;

const MARKER: &[u8] = b"nospill:allow";
/// What stands behind the marker where it is about the next line.
const NEXT_LINE: &[u8] = b"-next-line";
/// What opens a comment that may take a line of its own, and keys of JSON that stand for one.
const COMMENTS: &[&[u8]] = &[
    b"#",
    b"//",
    b";",
    b"! ",
    b"-- ",
    b"/*",
    b"* ",
    b"<!--",
    b"% ",
    b"{#",
    b"(*",
    b"rem ",
    b"REM ",
    b"\"//\"",
    b"\"_comment",
    b"\"$comment",
    b"\"comment",
];
/// What looks like a comment and is code.
const NO_COMMENTS: &[&[u8]] = &[b"#define", b"#if", b"#el", b"#[", b"#!["];

/// What other scanners look for on the line of a secret.
const FOREIGN: &[&str] = &[
    "gitleaks:allow",
    "betterleaks:allow",
    "trufflehog:ignore",
    "kingfisher:ignore",
    "ggignore",
    "pragma: allowlist secret",
    "pragma: whitelist secret",
    "secretlint-disable-line",
];

/// What they look for on the line above.
const FOREIGN_ABOVE: &[&str] =
    &["pragma: allowlist nextline secret", "pragma: whitelist nextline secret", "secretlint-disable-next-line"];

/// What opens and closes a block of secretlint.
pub const BLOCK: (&str, &str) = ("secretlint-disable", "secretlint-enable");

/// Where markers may stand that are about a finding.
#[derive(Clone, Copy, Debug, Default)]
pub struct Place<'p> {
    /// The lines that it touches.
    pub lines: &'p [u8],
    /// The line above these.
    pub above: &'p [u8],
    /// The line below these; only where they are several.
    pub below: &'p [u8],
    /// Whether it stands in a block that another scanner's marker switches off.
    pub is_disabled: bool,
}

impl Place<'_> {
    /// Whether a marker covers the rule that stands on a line beside the finding's.
    fn is_allowed_beside(&self, is_rule: &impl Fn(&str) -> bool) -> bool {
        let is_next = |tail: &[u8]| tail.strip_prefix(NEXT_LINE).is_some_and(|tail| covers(tail, is_rule));
        if tails(self.above).any(is_next) {
            return true;
        }
        let is_long = self.lines.contains(&b'\n');
        let is_about = |line: &[u8]| is_comment(line) || is_long && (opens(line) || closes(line));
        let beside = [(self.above, true), (self.below, is_long)];
        beside.into_iter().any(|(line, counts)| counts && is_about(line) && allows(line, is_rule))
    }

    /// Whether there is a marker of ours that is about the finding's place, whatever rule it names.
    pub fn has_marker(&self) -> bool {
        let is_one = |tail: &[u8]| !tail.first().is_some_and(u8::is_ascii_alphanumeric);
        let is_about = |tail: &[u8]| is_one(tail) && (is_comment(self.above) || tail.starts_with(NEXT_LINE));
        tails(self.lines).any(is_one) || tails(self.above).any(is_about)
    }
}

/// Whether a line is nothing but a comment: a marker there is about the line below.
fn is_comment(line: &[u8]) -> bool {
    let line = line.trim_ascii_start();
    let starts = |leads: &[&[u8]]| leads.iter().any(|lead| line.starts_with(lead));
    starts(COMMENTS) && !starts(NO_COMMENTS)
}

/// Whether a line, but for the comment with the marker, opens a text that goes on below.
fn opens(line: &[u8]) -> bool {
    let code = before_marker(line);
    let is_odd = |quote: u8| code.iter().filter(|&&b| b == quote).count() % 2 == 1;
    let has_end = |ends: &[u8]| code.last().is_some_and(|last| ends.contains(last));
    [b'"', b'\'', b'`'].into_iter().any(is_odd) || has_end(b"|>(\\") || memchr::memmem::find(code, b"<<").is_some()
}

/// Whether a line closes a text that began above.
fn closes(line: &[u8]) -> bool {
    line.trim_ascii_start().first().is_some_and(|first| b"\"'`)]}".contains(first))
}

/// The lines, from 1, of markers in comments that are about nothing: `near` says whether there is a finding on a line, or beside it.
pub fn idle(content: &[u8], near: impl Fn(u32) -> bool) -> Vec<u32> {
    let (mut line, mut counted, mut found) = (1, 0, Vec::new());
    for at in memchr::memmem::find_iter(content, MARKER) {
        line += memchr::memchr_iter(b'\n', &content[counted..at]).count() as u32;
        counted = at;
        let start = memchr::memrchr(b'\n', &content[..at]).map_or(0, |last| last + 1);
        let is_one = !content.get(at + MARKER.len()).is_some_and(u8::is_ascii_alphanumeric);
        if is_one && in_comment(&content[start..at]) && !near(line) {
            found.push(line);
        }
    }
    found
}

/// Whether what stands before a marker on its line opens a comment that the marker comes first in: elsewhere it is spoken of.
fn in_comment(before: &[u8]) -> bool {
    const ANYWHERE: &[&[u8]] = &[b"#", b"//", b"/*", b"--", b"{#", b"(*"];
    const ALONE: &[&[u8]] = &[b";", b"*", b"!", b"%", b"rem", b"REM"];
    let lead = before.trim_ascii();
    if lead.ends_with(b"\"") {
        return is_comment(lead);
    }
    let is_even = |quote: u8| lead.iter().filter(|&&b| b == quote).count() % 2 == 0;
    let is_outside = is_even(b'"') && is_even(b'`') && is_even(b'\'');
    ALONE.contains(&lead) || is_outside && ANYWHERE.iter().any(|open| lead.ends_with(open))
}

/// What stands before the comment with the marker.
fn before_marker(line: &[u8]) -> &[u8] {
    let at = memchr::memmem::find(line, MARKER).unwrap_or(line.len());
    let end = line[..at].iter().rposition(|b| !b"#/*-;<! \t\r".contains(b)).map_or(0, |last| last + 1);
    &line[..end]
}

/// What stands behind each marker of a text, to the end of its line.
fn tails(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    memchr::memmem::find_iter(text, MARKER).map(|at| text[at + MARKER.len()..].split(|&b| b == b'\n').next().unwrap_or_default())
}

/// Where blocks that secretlint's markers switch off start and end in a content.
pub fn disabled(content: &[u8]) -> Vec<std::ops::Range<usize>> {
    let mut blocks: Vec<std::ops::Range<usize>> = Vec::new();
    let mut at = 0;
    let find = |what: &str, from: usize| {
        // `secretlint-disable-line` is no block.
        let is_whole = |at: &usize| !content.get(at + what.len()).is_some_and(|&b| b == b'-' || b.is_ascii_alphanumeric());
        memchr::memmem::find_iter(&content[from..], what.as_bytes()).map(|at| from + at).find(is_whole)
    };
    while let Some(start) = find(BLOCK.0, at) {
        let end = find(BLOCK.1, start).unwrap_or(content.len());
        blocks.push(start..end);
        at = end;
    }
    blocks
}

/// Which markers count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Markers {
    /// Whether `nospill:allow` does.
    pub own: bool,
    /// Whether other scanners' do.
    pub foreign: bool,
}

impl Default for Markers {
    fn default() -> Self {
        Self { own: true, foreign: true }
    }
}

impl Markers {
    /// Why a finding is allowed, if a marker at its place says so.
    pub fn allow(self, place: &Place<'_>, is_rule: impl Fn(&str) -> bool) -> Option<Reason> {
        let Place { lines, above, .. } = *place;
        if self.own && (allows(lines, &is_rule) || place.is_allowed_beside(&is_rule)) {
            return Some(Reason::Inline);
        }
        if self.foreign && place.is_disabled {
            return Some(Reason::Foreign(BLOCK.0));
        }
        let stands = |text: &[u8], marker: &str| memchr::memmem::find(text, marker.as_bytes()).is_some();
        let on_line = || FOREIGN.iter().find(|marker| stands(lines, marker));
        let foreign = || on_line().or_else(|| FOREIGN_ABOVE.iter().find(|marker| stands(above, marker)));
        self.foreign.then(foreign).flatten().map(|marker| Reason::Foreign(marker))
    }
}

/// Whether a rule goes, or went, by an id.
pub fn is_rule(rule: &Rule, id: &str) -> bool {
    rule.id == id || rule.aliases.iter().any(|alias| alias == id)
}

/// Whether the lines of a finding hold a marker that covers its rule; `is_rule` knows the rule's id and former ids.
///
/// `nospill:allow` covers every rule; `nospill:allow github-pat, npm-token` only those. A word that looks like a rule id
/// (it has a dash) and names another rule covers nothing, so that a slip of the pen never allows too much.
pub fn allows(lines: &[u8], is_rule: impl Fn(&str) -> bool) -> bool {
    tails(lines).any(|tail| !tail.starts_with(NEXT_LINE) && covers(tail, &is_rule))
}

/// Whether what stands behind the marker covers the rule.
fn covers(tail: &[u8], is_rule: &impl Fn(&str) -> bool) -> bool {
    let tail = String::from_utf8_lossy(tail);
    if tail.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return false;
    }
    let words = tail.split([' ', ',', '\t', '=', ':', '(', '[']).filter(|word| !word.is_empty());
    let ids: Vec<&str> =
        words.map(|word| word.trim_end_matches([')', ']', ';', '"', '\''])).take_while(|word| is_id(word)).collect();
    ids.is_empty() || ids.iter().any(|id| is_rule(id))
}

fn is_id(word: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    word.chars().all(plain) && word.trim_matches('-').contains('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers() {
        let is_rule = |id: &str| ["github-pat", "old-pat"].contains(&id);
        for (line, want) in [
            ("x = 1 # nospill:allow", true),
            ("x = 1 // nospill:allow test fixture", true),
            ("nospill:allow github-pat", true),
            ("nospill:allow old-pat", true),
            ("nospill:allow npm-token, github-pat", true),
            ("nospill:allow npm-token", false),
            ("/* nospill:allow(github-pat) */", true),
            ("<!-- nospill:allow -->", true),
            ("nospill:allowed", false),
            ("nospill:allow-next-line", false),
            ("nospill:allow-next-line github-pat", false),
            ("nospill", false),
        ] {
            assert_eq!(allows(line.as_bytes(), is_rule), want, "{line}");
        }
    }

    #[test]
    fn markers_beside() {
        let is_rule = |id: &str| id == "github-pat";
        for (lines, above, below, want) in [
            ("x", "# nospill:allow github-pat", "", true),
            ("x", "  // nospill:allow", "", true),
            ("x", "\"_comment\": \"nospill:allow github-pat\",", "", true),
            ("x", "y = 1 # nospill:allow", "", false),
            ("x", "y = 1 # nospill:allow-next-line", "", true),
            ("x", "# nospill:allow-next-line github-pat", "", true),
            ("x", "# nospill:allow-next-line npm-token", "", false),
            ("x", "# nospill:allow npm-token", "", false),
            ("x", "y = (", "# nospill:allow", false),
            ("x\ny", "KEY = \"\"\" # nospill:allow", "", true),
            ("x\ny", "key: | # nospill:allow", "", true),
            ("x\ny", "y = \"z\" # nospill:allow", "", false),
            ("x\ny", "", "\"\"\" # nospill:allow github-pat", true),
            ("x\ny", "", "# nospill:allow", true),
            ("x\ny", "", "y = 1 # nospill:allow", false),
        ] {
            let place = Place { lines: lines.as_bytes(), above: above.as_bytes(), below: below.as_bytes(), is_disabled: false };
            let said = Markers::default().allow(&place, is_rule);
            assert_eq!(said.is_some(), want, "{above}|{lines}|{below}");
        }
    }

    #[test]
    fn markers_about_nothing() {
        for (text, want) in [
            ("x\ny = 1  # nospill:allow github-pat\n", &[2][..]),
            ("// nospill:allow\n/* nospill:allow-next-line */\n", &[1, 2]),
            ("; nospill:allow\n<!-- nospill:allow -->\n -- nospill:allow", &[1, 2, 3]),
            ("{\n\"_comment\": \"nospill:allow\",\n", &[2]),
            ("put `nospill:allow` in a comment, or `# nospill:allow`\n", &[]),
            ("# In a comment nospill:allow says so\n", &[]),
            ("text = \"# nospill:allow\"\n", &[]),
            ("# nospill:allowed\n", &[]),
            ("\n\n\n# nospill:allow\n", &[]),
        ] {
            assert_eq!(idle(text.as_bytes(), |line| line == 4), want, "{text}");
        }
    }

    #[test]
    fn blocks() {
        let text = b"secretlint-disable-line\nsecretlint-disable\na\nsecretlint-enable\nb\n// secretlint-disable x";
        assert_eq!(disabled(text), [24..45, 68..text.len()].map(|range| range.start..range.end).to_vec());
    }
}
