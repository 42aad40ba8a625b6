//! What is said beside findings may hold secrets, too: names of files and refs, authors, reasons, messages of parsers. Before
//! it is shown, it is searched like any content, and what is found in it is masked.

use std::borrow::Cow;
use std::sync::Arc;

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

/// Masks the secrets in what findings and notices say of places and reasons.
pub fn said(scanner: &Scanner, findings: &mut [Finding], notices: &mut [Notice]) {
    let mut veil = Veil { scanner, scratch: Scratch::default() };
    let mut former: Option<(Arc<Origin>, Option<Arc<Origin>>)> = None;
    for finding in findings {
        // Findings of one file follow each other.
        if former.as_ref().is_none_or(|(origin, _)| *origin != finding.origin) {
            former = Some((Arc::clone(&finding.origin), veil.origin(&finding.origin).map(Arc::new)));
        }
        if let Some((_, Some(origin))) = &former {
            finding.origin = Arc::clone(origin);
        }
        if let Some(reached) = finding.reached.as_deref().and_then(|reached| veil.bytes(reached)) {
            finding.reached = Some(reached);
        }
        if let Verdict::Suppressed(Reason::Allowed(reason)) = &mut finding.verdict {
            veil.mask(reason);
        }
        if let Some(trail) = &mut finding.trail {
            veil.mask(&mut trail.author);
            veil.mask(&mut trail.email);
        }
    }
    for notice in notices {
        if let Some(path) = veil.bytes(&notice.path) {
            notice.path = path;
        }
        veil.mask(&mut notice.why);
    }
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

    fn mask(&mut self, text: &mut String) {
        if let Some(veiled) = self.bytes(text.as_bytes()) {
            *text = String::from_utf8_lossy(&veiled).into_owned();
        }
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
