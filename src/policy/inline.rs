//! Markers on a line: `nospill:allow`, alone or with rule ids, and those of other scanners.

use crate::types::finding::Reason;
use crate::types::rule::Rule;

const MARKER: &[u8] = b"nospill:allow";

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
    /// Why a finding on `lines` is allowed, if a marker there, or a foreign one in the line above, says so.
    pub fn allow(self, lines: &[u8], above: &[u8], is_rule: impl Fn(&str) -> bool) -> Option<Reason> {
        if self.own && allows(lines, is_rule) {
            return Some(Reason::Inline);
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
    let mut rest = lines;
    while let Some(at) = memchr::memmem::find(rest, MARKER) {
        rest = &rest[at + MARKER.len()..];
        let line = rest.split(|&b| b == b'\n').next().unwrap_or_default();
        if covers(line, &is_rule) {
            return true;
        }
    }
    false
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
            ("nospill", false),
        ] {
            assert_eq!(allows(line.as_bytes(), is_rule), want, "{line}");
        }
    }
}
