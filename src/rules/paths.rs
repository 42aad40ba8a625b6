//! Which rules a path is for: globs of rules, and the rules for which the path alone is the finding.
//!
//! A glob without `/` is matched against the file name, any other against the whole path; both in any case.

use std::collections::HashMap;

use super::ruleset::RuleSet;
use crate::types::rule::Rule;

/// Whether a glob matches a path, in any case. `path` must be lower-case already; `glob` is lowered here.
pub fn matches(glob: &str, lower_path: &[u8]) -> bool {
    let glob = glob.to_ascii_lowercase();
    let subject = if glob.contains('/') { lower_path } else { file_name(lower_path) };
    fast_glob::glob_match(glob.trim_start_matches('/'), subject)
}

/// The part behind the last slash.
pub fn file_name(path: &[u8]) -> &[u8] {
    path.rsplit(|&b| b == b'/').next().unwrap_or(path)
}

/// Whether a rule runs on a path (lower case).
pub fn admits(rule: &Rule, lower_path: &[u8]) -> bool {
    let any = |globs: &[crate::types::rule::Text]| globs.iter().any(|glob| matches(glob, lower_path));
    (rule.path.is_empty() || any(&rule.path)) && !any(&rule.except)
}

/// The path rules of a set, indexed so that most paths are settled by two look-ups.
#[derive(Debug, Default)]
pub struct PathRules {
    /// Globs without a wildcard or slash: the file name itself.
    names: HashMap<Vec<u8>, Vec<u16>>,
    /// Globs `*.ext`: what stands behind the last dot.
    extensions: HashMap<Vec<u8>, Vec<u16>>,
    others: Vec<(String, u16)>,
}

impl PathRules {
    /// For every path rule of the set.
    pub fn new(rules: &RuleSet) -> Self {
        let mut index = Self::default();
        for (at, rule) in rules.iter().filter(|(_, rule)| rule.is_path_rule()) {
            for glob in rule.path.iter() {
                index.add(&glob.to_ascii_lowercase(), at);
            }
        }
        index
    }

    fn add(&mut self, glob: &str, rule: u16) {
        let plain = |text: &str| !text.contains(['*', '?', '[', '{', '\\', '/']);
        match glob.strip_prefix("*.") {
            _ if plain(glob) => self.names.entry(glob.into()).or_default().push(rule),
            Some(ext) if plain(ext) && !ext.contains('.') => self.extensions.entry(ext.into()).or_default().push(rule),
            _ => self.others.push((glob.to_owned(), rule)),
        }
    }

    /// The rules for which this path is a finding, in rule order.
    pub fn of(&self, rules: &RuleSet, path: &[u8]) -> Vec<u16> {
        let path = path.to_ascii_lowercase();
        let name = file_name(&path);
        let extension = name.rsplit(|&b| b == b'.').next().unwrap_or_default();
        let listed = self.names.get(name).into_iter().chain(self.extensions.get(extension)).flatten().copied();
        let globbed = self.others.iter().filter(|(glob, _)| matches(glob, &path)).map(|&(_, rule)| rule);
        let mut found: Vec<u16> =
            listed.chain(globbed).filter(|&at| !rules.rule(at).except.iter().any(|glob| matches(glob, &path))).collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs() {
        for (glob, path, want) in [
            (".env", "a/b/.env", true),
            (".env", "a/.env.local", false),
            (".env.*", "A/.ENV.local", true),
            ("*.pem", "x/y.pem", true),
            ("**/.kube/config", "home/.kube/config", true),
            ("**/.kube/config", ".kube/config", true),
            ("**/.kube/config", "x.kube/config", false),
            ("*.tfstate*", "a/terraform.tfstate.backup", true),
        ] {
            assert_eq!(matches(glob, path.to_ascii_lowercase().as_bytes()), want, "{glob} {path}");
        }
    }
}
