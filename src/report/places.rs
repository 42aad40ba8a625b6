//! Files of several repositories in one report. A path is seen from the top of its work tree, so that two files may have one; who
//! reads a report by paths alone needs them apart.

use std::borrow::Cow;

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
    /// Of a path and the same as one reaches it.
    fn of(path: &'f str, reached: Option<&'f str>) -> Self {
        match reached {
            None => Self::Above(""),
            Some(reached) => match (path.strip_suffix(reached), reached.strip_suffix(path)) {
                (Some(start), _) => Self::Above(start),
                (None, top) => Self::Elsewhere(top.unwrap_or(reached)),
            },
        }
    }
}

/// What the files of several work trees are seen from: the top of the one that the run stood in, or else its folder.
#[derive(Clone, Debug)]
pub(super) struct View {
    /// The folder of the run, seen from there.
    start: String,
}

impl View {
    /// Over paths, each with the same as one reaches it; nothing where all are of one work tree.
    pub(super) fn over<'f>(paths: impl Iterator<Item = (Cow<'f, str>, Option<Cow<'f, str>>)>) -> Option<Self> {
        let (mut start, mut first, mut several) = (None, None, false);
        for (path, reached) in paths {
            let (is_elsewhere, place) = match Top::of(&path, reached.as_deref()) {
                Top::Above(folder) => (false, folder),
                Top::Elsewhere(top) => (true, top),
            };
            if !is_elsewhere && start.is_none() {
                start = Some(place.to_owned());
            }
            match &first {
                None => first = Some((is_elsewhere, place.to_owned())),
                Some(known) => several |= (known.0, known.1.as_str()) != (is_elsewhere, place),
            }
        }
        several.then(|| Self { start: start.unwrap_or_default() })
    }

    /// A finding with the path that it has from there. One of another work tree has it as `reached`, too.
    pub(super) fn of<'f>(&self, finding: Cow<'f, FindingV1>) -> Cow<'f, FindingV1> {
        let (Top::Elsewhere(_), Some(reached)) = (Top::of(&finding.path, finding.reached.as_deref()), &finding.reached) else {
            return finding;
        };
        let path = joined(&self.start, reached);
        Cow::Owned(FindingV1 { reached: Some(path.clone()), path, ..finding.into_owned() })
    }
}

/// The document with paths that are one tree.
pub(super) fn of_one_tree<'d, 'r>(document: &'d Document<'r>) -> Cow<'d, Document<'r>> {
    match document.findings.of_one_tree() {
        Some(findings) => Cow::Owned(Document { findings, ..document.clone() }),
        None => Cow::Borrowed(document),
    }
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
