//! Which rules a path is for: globs of rules, and the rules for which the path alone is the finding.
//!
//! A glob without `/` is matched against the file name, any other against the whole path; both in any case.

use std::collections::HashMap;
use std::ops::Range;

use super::ruleset::RuleSet;
use crate::types::rule::{Rule, Text};

/// A glob, ready to be matched often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob {
    /// In lower case.
    pattern: String,
    /// Against the whole path, not the file name.
    whole: bool,
    /// Where in the pattern a text stands that every match contains: most paths are settled by not having it.
    literal: Range<usize>,
    /// Its pairs of bytes.
    pairs: Pairs,
}

/// A set of pairs of neighbouring bytes, as far as 128 bits tell them apart: what a path has not, settles a glob in one
/// operation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Pairs(u128);

impl Pairs {
    fn of(text: &[u8]) -> Self {
        let number = |pair: &[u8]| usize::from(pair[0]).wrapping_mul(37).wrapping_add(usize::from(pair[1])) & 127;
        Self(text.windows(2).fold(0, |set, pair| set | 1 << number(pair)))
    }

    fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn holds(self, other: Self) -> bool {
        other.0 & !self.0 == 0
    }
}

/// A path in lower case, with what globs ask of it. What is known of its folder is kept for the next path, which mostly is
/// in the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LowerPath {
    path: Vec<u8>,
    name: usize,
    of_path: Pairs,
    of_name: Pairs,
    of_folder: Pairs,
}

impl LowerPath {
    /// Of a path in any case.
    pub fn new(path: &[u8]) -> Self {
        let mut lower = Self::default();
        lower.set(path);
        lower
    }

    /// Becomes another path's.
    pub fn set(&mut self, path: &[u8]) {
        let name = path.len() - file_name(path).len();
        let is_same_folder = self.name == name && self.path[..name].eq_ignore_ascii_case(&path[..name]);
        self.name = name;
        self.path.truncate(if is_same_folder { name } else { 0 });
        let known = self.path.len();
        self.path.extend_from_slice(&path[known..]);
        self.path[known..].make_ascii_lowercase();
        if !is_same_folder {
            self.of_folder = Pairs::of(&self.path[..name]);
        }
        self.of_name = Pairs::of(self.name());
        let seam = &self.path[name.saturating_sub(1)..self.path.len().min(name + 1)];
        self.of_path = self.of_folder.or(self.of_name).or(Pairs::of(seam));
    }

    /// The whole path, in lower case.
    pub fn path(&self) -> &[u8] {
        &self.path
    }

    /// The file name, in lower case.
    pub fn name(&self) -> &[u8] {
        &self.path[self.name..]
    }
}

impl Glob {
    /// From a glob as written.
    pub fn new(glob: &str) -> Self {
        let pattern = glob.trim_start_matches('/').to_ascii_lowercase();
        let literal = literal(pattern.as_bytes());
        let pairs = Pairs::of(&pattern.as_bytes()[literal.clone()]);
        Self { whole: glob.contains('/'), literal, pairs, pattern }
    }

    /// Whether it matches a path. Most are settled by their pairs of bytes, without a call.
    #[inline(always)]
    pub fn matches(&self, path: &LowerPath) -> bool {
        let pairs = if self.whole { path.of_path } else { path.of_name };
        pairs.holds(self.pairs) && self.matches_closely(path)
    }

    #[inline(never)]
    fn matches_closely(&self, path: &LowerPath) -> bool {
        let subject = if self.whole { path.path() } else { path.name() };
        memchr::memmem::find(subject, &self.pattern.as_bytes()[self.literal.clone()]).is_some()
            && fast_glob::glob_match(&self.pattern, subject)
    }
}

/// Where the longest text of a pattern stands that is no mark and in no alternative: those in braces and brackets need not be
/// there.
fn literal(pattern: &[u8]) -> Range<usize> {
    let (mut longest, mut start, mut depth) = (0..0, 0, 0usize);
    for at in 0..=pattern.len() {
        let byte = pattern.get(at);
        if matches!(byte, None | Some(b'*' | b'?' | b'/' | b'\\' | b'{' | b'[' | b'}' | b']')) {
            if depth == 0 && at - start >= longest.len() {
                longest = start..at;
            }
            match byte {
                Some(b'{' | b'[') => depth += 1,
                Some(b'}' | b']') => depth = depth.saturating_sub(1),
                _ => {}
            }
            start = at + 1;
        }
    }
    longest
}

/// The part behind the last slash.
pub fn file_name(path: &[u8]) -> &[u8] {
    path.rsplit(|&b| b == b'/').next().unwrap_or(path)
}

/// The paths that a rule is for.
#[derive(Debug, Clone, Default)]
pub struct PathFilter {
    path: Vec<Glob>,
    except: Vec<Glob>,
}

impl PathFilter {
    /// Of a rule.
    pub fn new(rule: &Rule) -> Self {
        let globs = |texts: &[Text]| texts.iter().map(|text| Glob::new(text)).collect();
        Self { path: globs(&rule.path), except: globs(&rule.except) }
    }

    /// Whether the rule runs on every path.
    pub fn is_any(&self) -> bool {
        self.path.is_empty() && self.except.is_empty()
    }

    /// Whether the rule runs on a path.
    pub fn admits(&self, path: &LowerPath) -> bool {
        (self.path.is_empty() || self.path.iter().any(|glob| glob.matches(path)))
            && !self.except.iter().any(|glob| glob.matches(path))
    }
}

/// The path rules of a set, indexed so that most paths are settled by two look-ups.
#[derive(Debug, Default)]
pub struct PathRules {
    /// Globs without a wildcard or slash: the file name itself.
    names: HashMap<Vec<u8>, Vec<u16>>,
    /// Globs `*.ext`: what stands behind the last dot.
    extensions: HashMap<Vec<u8>, Vec<u16>>,
    others: Vec<(Glob, u16)>,
    /// The last parts of the others: what a name must match.
    ends: Vec<Glob>,
    /// Of the others whose last part says nothing (`**/cache/*`), the last part that does.
    folders: Vec<Glob>,
}

impl PathRules {
    /// For every path rule of the set.
    pub fn new(rules: &RuleSet) -> Self {
        let mut index = Self::default();
        for at in rules.path_rules() {
            for glob in rules.rule(at).path.iter() {
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
            _ => {
                self.others.push((Glob::new(glob), rule));
                self.add_end(glob);
            }
        }
    }

    fn add_end(&mut self, glob: &str) {
        let is_whole =
            |part: &str| ["{}", "[]"].iter().all(|pair| part.matches(&pair[..1]).count() == part.matches(&pair[1..]).count());
        let says_nothing = |part: &&str| part.bytes().all(|b| b == b'*');
        // Alternatives may hold a slash: then nothing is known of the part.
        let part = |part: &str| Glob::new(if is_whole(part) { part } else { "*" });
        let mut parts = glob.rsplit('/').peekable();
        if parts.peek().is_some_and(says_nothing) && glob.contains('/') {
            self.folders.push(part(parts.find(|part| !says_nothing(part)).unwrap_or("*")));
        } else {
            self.ends.push(part(parts.next().unwrap_or(glob)));
        }
    }

    /// Whether a path that ends in this name may be a finding, whatever folder it is in.
    pub fn may_name(&self, name: &[u8]) -> bool {
        let name = LowerPath::new(name);
        let lower = name.path();
        let extension = lower.iter().rposition(|&b| b == b'.').map_or(&b""[..], |dot| &lower[dot + 1..]);
        self.names.contains_key(lower)
            || self.extensions.contains_key(extension)
            || self.ends.iter().any(|glob| glob.matches(&name))
    }

    /// Whether all below a folder of this name may be findings.
    pub fn may_name_folder(&self, name: &[u8]) -> bool {
        let name = LowerPath::new(name);
        self.folders.iter().any(|glob| glob.matches(&name))
    }

    /// The rules for which this path is a finding, in rule order.
    pub fn of(&self, rules: &RuleSet, path: &LowerPath) -> Vec<u16> {
        let name = path.name();
        let extension = name.iter().rposition(|&b| b == b'.').map_or(&b""[..], |dot| &name[dot + 1..]);
        let listed = self.names.get(name).into_iter().chain(self.extensions.get(extension)).flatten().copied();
        let globbed = self.others.iter().filter(|(glob, _)| glob.matches(path)).map(|&(_, rule)| rule);
        let mut found: Vec<u16> = listed.chain(globbed).filter(|&at| rules.paths(at).admits(path)).collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_set_behind_another_is_as_a_new_one() {
        let parts = ["", "A", "b.C", "/", "a/b/", "A/B/", "a/B/cc/", "/x", "b"];
        let paths: Vec<Vec<u8>> = parts.iter().flat_map(|a| parts.map(|b| [*a, b].concat().into_bytes())).collect();
        for (first, second) in paths.iter().flat_map(|first| paths.iter().map(move |second| (first, second))) {
            let mut path = LowerPath::new(first);
            path.set(second);
            assert_eq!(path, LowerPath::new(second), "{first:?} {second:?}");
            assert_eq!(path.of_path, Pairs::of(&second.to_ascii_lowercase()));
            assert_eq!(path.name(), file_name(&second.to_ascii_lowercase()));
        }
    }

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
            ("id_{rsa,dsa}", "x/id_dsa", true),
            ("{a,b}c{d,e}", "bce", true),
            ("secrets.[jy]*", "secrets.yaml", true),
            ("[ab]x", "bx", true),
        ] {
            assert_eq!(Glob::new(glob).matches(&LowerPath::new(path.as_bytes())), want, "{glob} {path}");
        }
    }
}
