//! Secrets in names: of files and folders, refs, authors. Such a finding has no place in a content. What stands in a path is one
//! of the path up to the name that holds it, so that a folder's name is one finding however many files are below.

use std::borrow::Cow;
use std::collections::HashSet;

use super::{Outcome, Pipeline, finish};
use crate::detect::scanner::Scratch;
use crate::types::finding::{Finding, RawMatch, Secret, Via};
use crate::types::input::Origin;

impl Pipeline {
    /// Findings in a path, by what it is the path of.
    pub(super) fn in_path(&self, path: &[u8], origin: impl Fn() -> Origin, scratch: &mut Scratch) -> Vec<Finding> {
        let matches = self.scanner.in_name(path, scratch);
        let finding = |m: &RawMatch| {
            let rest = path[m.secret.end..].iter().position(|&b| b == b'/');
            let end = rest.map_or(path.len(), |at| m.secret.end + at);
            finish::name_finding(self, m, m.secret.of(path), &origin().at(&path[..end]))
        };
        matches.iter().map(finding).collect()
    }

    /// A path as a file that is committed may name it: without the secrets in its names.
    pub fn known_as<'p>(&self, path: &'p [u8]) -> Cow<'p, [u8]> {
        self.masked(path, &mut Scratch::default())
    }

    pub(super) fn masked<'p>(&self, path: &'p [u8], scratch: &mut Scratch) -> Cow<'p, [u8]> {
        let matches = self.scanner.in_name(path, scratch);
        if matches.is_empty() {
            return Cow::Borrowed(path);
        }
        let (mut masked, mut at) = (Vec::with_capacity(path.len()), 0);
        for m in matches {
            masked.extend_from_slice(&path[at..m.secret.start]);
            masked.extend_from_slice(Secret::new(m.secret.of(path)).redacted().as_bytes());
            at = m.secret.end;
        }
        masked.extend_from_slice(&path[at..]);
        Cow::Owned(masked)
    }

    /// Findings in the names of refs.
    pub(super) fn in_refs<'n>(&self, names: impl Iterator<Item = &'n [u8]>) -> Vec<Finding> {
        let mut scratch = Scratch::default();
        names.flat_map(|name| self.in_path(name, || Origin::Ref { name: name.to_vec() }, &mut scratch)).collect()
    }

    /// Findings in a name that is no path: of a person.
    pub(super) fn in_name(&self, name: &[u8], origin: &Origin, scratch: &mut Scratch) -> Vec<Finding> {
        let matches = self.scanner.in_name(name, scratch);
        matches.iter().map(|m| finish::name_finding(self, m, m.secret.of(name), origin)).collect()
    }
}

impl Outcome {
    /// Leaves one of the findings that several files have in the name of one folder.
    pub(super) fn join_names(&mut self) {
        let mut met = HashSet::new();
        if self.findings.iter().any(|finding| finding.via == Via::Name) {
            self.findings.retain(|finding| finding.via != Via::Name || met.insert(finding.fingerprint.clone()));
        }
    }
}
