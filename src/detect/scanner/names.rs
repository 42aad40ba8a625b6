//! Names: of files and folders, of refs, of people. Somebody pastes a token where a name belongs, but a name is no text: only what
//! has a form of its own and is told by it with certainty is looked for.

use super::{Scanner, Scratch, Subject};
use crate::types::finding::{RawMatch, Via};
use crate::types::rule::Confidence;

impl Scanner {
    /// The secrets in a name, sorted by position. Costs a look for keywords.
    pub fn in_name(&self, name: &[u8], scratch: &mut Scratch) -> Vec<RawMatch> {
        let mut matches = Vec::new();
        self.windows(Subject { content: name, path: b"" }, scratch, &mut matches);
        scratch.starts.clear();
        scratch.manifest = false;
        if matches.is_empty() {
            return matches;
        }
        let is_certain = |m: &RawMatch| {
            m.confidence >= Confidence::High && self.is_specific(m.rule) && self.rules.rule(m.rule).requires.is_none()
        };
        matches.retain(is_certain);
        matches.iter_mut().for_each(|m| m.via = Via::Name);
        self.resolve(matches)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::ruleset::RuleSet;

    /// A name is scanned right before the content that it is of.
    #[test]
    fn what_a_name_holds_changes_nothing_in_what_is_scanned_next() {
        let scanner = Scanner::new(RuleSet::builtin());
        let published = ["sk_", "test_", "4eC39HqLyjWD", "arjtT1zdp7dc"].concat();
        let content = format!("x = 1\npassword = \"{}\"\n", ["kX9v", "Q2mL", "7pR4", "tZ8w"].concat());
        let content = Subject { content: content.as_bytes(), path: b"a.py" };
        let want = scanner.scan(content, &mut Scratch::default()).matches;
        assert_eq!(want.len(), 1);
        for name in [format!("kind: Secret {published}"), format!("\"{published}")] {
            let mut scratch = Scratch::default();
            assert!(scanner.in_name(name.as_bytes(), &mut scratch).is_empty());
            assert!(!scratch.manifest && scratch.starts.is_empty());
            assert_eq!(scanner.scan(content, &mut scratch).matches, want, "{name}");
        }
    }
}
