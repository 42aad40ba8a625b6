//! Files of several repositories in one report. A path is seen from the top of its work tree, so that two files may have one; who
//! reads a report by paths alone needs them apart.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::json::{Document, FindingV1};

/// Where the top of a finding's work tree is, for who stood in the folder of the run.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Top<'f> {
    /// Here or above: the folder of the run, seen from there, with a `/` at its end or empty.
    Above(&'f str),
    /// Elsewhere.
    Elsewhere(&'f str),
}

impl<'f> Top<'f> {
    fn of(finding: &'f FindingV1) -> Self {
        let path = finding.path.as_str();
        match finding.reached.as_deref() {
            None => Self::Above(""),
            Some(reached) => match (path.strip_suffix(reached), reached.strip_suffix(path)) {
                (Some(start), _) => Self::Above(start),
                (None, top) => Self::Elsewhere(top.unwrap_or(reached)),
            },
        }
    }
}

/// The document with paths that are one tree: where files are of several work trees, all are seen from the top of the one that
/// the run stood in, or else from its folder. Those of others have `reached` as their path then.
pub(super) fn of_one_tree(document: &Document) -> Cow<'_, Document> {
    let tops: BTreeSet<Top<'_>> = document.findings.iter().map(Top::of).collect();
    if tops.len() < 2 {
        return Cow::Borrowed(document);
    }
    let start = tops.iter().find_map(|top| if let Top::Above(start) = top { Some((*start).to_owned()) } else { None });
    let mut whole = document.clone();
    for finding in &mut whole.findings {
        if let (Top::Elsewhere(_), Some(reached)) = (Top::of(finding), &finding.reached) {
            finding.path = joined(start.as_deref().unwrap_or_default(), reached);
            finding.reached = Some(finding.path.clone());
        }
    }
    Cow::Owned(whole)
}

/// A path seen from a folder, seen from where the folder is.
fn joined(folder: &str, path: &str) -> String {
    let (mut folders, mut rest): (Vec<&str>, &str) = (folder.split_terminator('/').collect(), path);
    while let Some(below) = rest.strip_prefix("../").filter(|_| !folders.is_empty()) {
        folders.pop();
        rest = below;
    }
    let folders: String = folders.iter().map(|folder| format!("{folder}/")).collect();
    if path.starts_with('/') { path.to_owned() } else { folders + rest }
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn paths_are_joined() {
        for (folder, path, want) in
            [("", "b/c", "b/c"), ("a/", "b", "a/b"), ("a/b/", "../c", "a/c"), ("a/", "../../c", "../c"), ("a/", "/c", "/c")]
        {
            assert_eq!(joined(folder, path), want);
        }
    }
}
