//! What is said beside findings may hold secrets, too: names of files and refs, authors, reasons, messages of parsers. Before
//! it is shown, it is searched like any content, and what is found in it is masked.

use std::borrow::Cow;

use crate::detect::scanner::{Scanner, Scratch, Subject};
use crate::types::finding::{Finding, Reason, Secret, Verdict};
use crate::types::input::Origin;
use crate::types::notice::Notice;

/// A text without the secrets in it.
pub fn text<'t>(scanner: &Scanner, text: &'t str) -> Cow<'t, str> {
    let mut veil = Veil { scanner, scratch: Scratch::default() };
    match veil.bytes(text.as_bytes()) {
        Some(veiled) => Cow::Owned(String::from_utf8_lossy(&veiled).into_owned()),
        None => Cow::Borrowed(text),
    }
}

/// Findings and notices without secrets in what they say of places and reasons; `None` when there are none.
pub fn said(scanner: &Scanner, findings: &[Finding], notices: &[Notice]) -> Option<(Vec<Finding>, Vec<Notice>)> {
    let mut veil = Veil { scanner, scratch: Scratch::default() };
    let mut made: Option<(Vec<Finding>, Vec<Notice>)> = None;
    let own = || (findings.to_vec(), notices.to_vec());
    let mut former: Option<(&Origin, Option<Origin>)> = None;
    for (at, finding) in findings.iter().enumerate() {
        // Findings of one file follow each other.
        if former.as_ref().is_none_or(|(origin, _)| *origin != &finding.origin) {
            former = Some((&finding.origin, veil.origin(&finding.origin)));
        }
        if let Some((_, Some(origin))) = &former {
            made.get_or_insert_with(own).0[at].origin = origin.clone();
        }
        if let Some(reached) = finding.reached.as_deref().and_then(|reached| veil.bytes(reached)) {
            made.get_or_insert_with(own).0[at].reached = Some(reached);
        }
        if let Verdict::Suppressed(Reason::Allowed(reason)) = &finding.verdict
            && let Some(reason) = veil.string(reason)
        {
            made.get_or_insert_with(own).0[at].verdict = Verdict::Suppressed(Reason::Allowed(reason));
        }
        if let Some(trail) = &finding.trail {
            let (author, email) = (veil.string(&trail.author), veil.string(&trail.email));
            if author.is_some() || email.is_some() {
                let mut trail = trail.clone();
                trail.author = author.unwrap_or(trail.author);
                trail.email = email.unwrap_or(trail.email);
                made.get_or_insert_with(own).0[at].trail = Some(trail);
            }
        }
    }
    for (at, notice) in notices.iter().enumerate() {
        if let Some(path) = veil.bytes(&notice.path) {
            made.get_or_insert_with(own).1[at].path = path;
        }
        if let Some(why) = veil.string(&notice.why) {
            made.get_or_insert_with(own).1[at].why = why;
        }
    }
    made
}

struct Veil<'s> {
    scanner: &'s Scanner,
    scratch: Scratch,
}

impl Veil<'_> {
    fn bytes(&mut self, text: &[u8]) -> Option<Vec<u8>> {
        let matches = self.scanner.scan(Subject { content: text, path: b"" }, &mut self.scratch).matches;
        if matches.is_empty() {
            return None;
        }
        let (mut veiled, mut at) = (Vec::with_capacity(text.len()), 0);
        for found in matches {
            veiled.extend_from_slice(&text[at..found.secret.start.max(at)]);
            veiled.extend_from_slice(Secret::new(found.secret.of(text)).redacted().as_bytes());
            at = found.secret.end.max(at);
        }
        veiled.extend_from_slice(&text[at..]);
        Some(veiled)
    }

    fn string(&mut self, text: &str) -> Option<String> {
        self.bytes(text.as_bytes()).map(|veiled| String::from_utf8_lossy(&veiled).into_owned())
    }

    fn origin(&mut self, origin: &Origin) -> Option<Origin> {
        let veiled = self.bytes(origin.path());
        match origin {
            Origin::Staged { blob, .. } => veiled.map(|path| Origin::Staged { path, blob: *blob }),
            Origin::File { .. } => veiled.map(|path| Origin::File { path }),
            Origin::Commit { id, blob, .. } => veiled.map(|path| Origin::Commit { id: *id, path, blob: *blob }),
            Origin::Ref { .. } => veiled.map(|name| Origin::Ref { name }),
            Origin::Lost { blob, .. } => veiled.map(|path| Origin::Lost { path, blob: *blob }),
            Origin::Member { outer, path } => {
                let veiled_outer = self.origin(outer);
                (veiled.is_some() || veiled_outer.is_some()).then(|| Origin::Member {
                    outer: veiled_outer.map_or_else(|| outer.clone(), Box::new),
                    path: veiled.unwrap_or_else(|| path.clone()),
                })
            }
            Origin::Message { .. } | Origin::Stdin => None,
        }
    }
}
