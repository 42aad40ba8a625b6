//! Where around a keyword a rule's regex runs, and the search in there.
//!
//! A rule without `reach` matches inside one line, so its window is the keyword's line with the line feeds at both its
//! ends, which a rule may take for an edge; on lines longer than [`CLIP`] it is that many bytes each side, which keeps a 100 MB line linear. A rule with `reach` gets that many bytes each side.
//! A match that touches a clipped end is searched again in a window twice as wide, so that long values are whole.

use regex::bytes::{CaptureLocations, Regex};

use super::prefilter::Hit;
use crate::rules::ruleset::Sought;
use crate::types::rule::{Hint, Text};
use crate::types::span::Span;

/// Bytes each side of a keyword on a long line.
pub const CLIP: usize = 4096;

/// A match of a regex: the whole and the secret in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// The whole match.
    pub whole: Span,
    /// The group that holds the secret.
    pub secret: Span,
}

/// A rule's regex with what a search needs, owned by one worker.
#[derive(Debug)]
pub struct Matcher {
    regex: Regex,
    group: usize,
    locations: CaptureLocations,
}

impl Matcher {
    /// For a compiled regex; a clone has a cache of its own, which busy threads would otherwise contend for.
    pub fn new(compiled: &crate::rules::ruleset::Compiled) -> Self {
        let regex = compiled.regex.clone();
        Self { locations: regex.capture_locations(), group: compiled.group, regex }
    }

    /// The leftmost match in `content[..end]` that starts at or after `start`.
    fn find(&mut self, content: &[u8], start: usize, end: usize) -> Option<Found> {
        let whole = self.regex.captures_read_at(&mut self.locations, &content[..end], start)?;
        let whole = Span::new(whole.start(), whole.end());
        let secret = self.locations.get(self.group).map_or(whole, |(start, end)| Span::new(start, end));
        Some(Found { whole, secret })
    }

    /// Every match in the whole content: the slow way.
    pub fn everywhere(&mut self, content: &[u8], found: &mut Vec<Found>) {
        let mut at = 0;
        while let Some(hit) = self.find(content, at, content.len()) {
            at = next(hit.whole);
            found.push(hit);
            if at > content.len() {
                break;
            }
        }
    }

    /// Every match in a window; `resume` is where the search may start, and where the next one may.
    fn within(&mut self, content: &[u8], window: &mut Window, resume: &mut usize, found: &mut Vec<Found>) {
        let mut at = window.span.start.max(*resume);
        while at <= window.span.end {
            let Some(hit) = self.find(content, at, window.span.end) else { break };
            if hit.whole.end == window.span.end && window.widen(content) {
                continue;
            }
            at = next(hit.whole);
            *resume = at;
            found.push(hit);
        }
    }
}

/// Every match in the windows around `hits` (sorted by start) of one rule. `matcher` is asked for only when a window
/// holds what the rule's hint demands, so that most regexes are never compiled.
pub fn around<'m>(
    sought: Sought<'_>,
    content: &[u8],
    hits: &[Hit],
    found: &mut Vec<Found>,
    mut matcher: impl FnMut() -> Option<&'m mut Matcher>,
) {
    let mut hits = hits.iter().map(|hit| Span::new(hit.start, hit.start + usize::from(hit.len))).peekable();
    let (mut resume, mut ready) = (0, None);
    while let Some(place) = hits.next() {
        if place.end <= resume {
            continue;
        }
        let mut window = Window::around(sought.reach, content, place);
        // Windows that meet are one: a match may lie across them.
        while let Some(next) = hits.next_if(|next| next.start <= window.span.end) {
            if next.end > window.span.end || window.span.end < window.limit {
                window.join(sought.reach, content, next);
            }
        }
        window.settle(content);
        if !is_promising(sought.hint, window.span.of(content), window.is_clipped()) {
            continue;
        }
        if ready.is_none() {
            if !window.is_clipped() && !has_any(&sought.hint.also, window.span.of(content)) {
                continue;
            }
            ready = matcher();
        }
        let Some(matcher) = ready.as_mut() else { return };
        matcher.within(content, &mut window, &mut resume, found);
    }
}

/// Whether one of the texts (lower case) stands in `text`, in any case; none demanded is none missing. Dearer than
/// [`is_promising`] and cheaper than compiling a regex: asked only before that.
fn has_any(texts: &[Text], text: &[u8]) -> bool {
    let stands = |part: &[u8]| {
        let Some(first) = part.first() else { return true };
        let mut starts = memchr::memchr2_iter(*first, first.to_ascii_uppercase(), text);
        starts.any(|at| text[at..].get(..part.len()).is_some_and(|window| window.eq_ignore_ascii_case(part)))
    };
    texts.is_empty() || texts.iter().any(|part| stands(part.as_bytes()))
}

/// Whether a text holds what a match needs. In a clipped one the run may go on, and the byte stand, behind its end.
fn is_promising(hint: &Hint, text: &[u8], clipped: bool) -> bool {
    if hint.byte.is_some_and(|byte| !clipped && !text.contains(&byte)) {
        return false;
    }
    hint.run == 0
        || has_run(text, usize::from(hint.run), |byte| hint.admits(byte))
        || clipped && text.last().is_some_and(|&byte| hint.admits(byte))
}

/// Whether so many admitted bytes stand side by side. Looks from the end of each stretch that could be one: the first byte
/// met that is not admitted refutes all up to it.
fn has_run(text: &[u8], len: usize, admits: impl Fn(u8) -> bool) -> bool {
    let mut at = 0;
    while let Some(stretch) = text.get(at..at + len) {
        match stretch.iter().rposition(|&byte| !admits(byte)) {
            Some(other) => at += other + 1,
            None => return true,
        }
    }
    false
}

/// Where the search goes on behind a match.
fn next(whole: Span) -> usize {
    whole.end.max(whole.start + 1)
}

struct Window {
    span: Span,
    /// Where the window could grow to: the line's end, or the content's.
    limit: usize,
    /// Whether it is a line or part of one; else it is all that a match may reach.
    on_line: bool,
    /// Whether `limit` was seen from an earlier place than the last.
    is_stale: bool,
}

impl Window {
    fn around(reach: Option<u32>, content: &[u8], place: Span) -> Self {
        if let Some(reach) = reach {
            let reach = reach as usize;
            let end = (place.end + reach).min(content.len());
            return Self {
                span: Span::new(place.start.saturating_sub(reach), end),
                limit: content.len(),
                on_line: false,
                is_stale: false,
            };
        }
        let low = place.start.saturating_sub(CLIP);
        let start = content[low..place.start].iter().rposition(|&b| b == b'\n').map_or(low, |at| low + at);
        let high = (place.end + CLIP).min(content.len());
        match content[place.end..high].iter().position(|&b| b == b'\n') {
            Some(at) => {
                Self { span: Span::new(start, place.end + at + 1), limit: place.end + at + 1, on_line: true, is_stale: false }
            }
            None => Self { span: Span::new(start, high), limit: line_end(content, high), on_line: true, is_stale: false },
        }
    }

    /// Whether a line goes on behind the window.
    fn is_clipped(&self) -> bool {
        self.on_line && self.span.end < self.limit
    }

    /// Takes in the window around a place that stands no earlier. On a line that is known to go on it looks at no byte: a long
    /// line may be full of keywords.
    fn join(&mut self, reach: Option<u32>, content: &[u8], place: Span) {
        if self.on_line && place.end + CLIP < self.limit {
            self.span.end = self.span.end.max(place.end + CLIP);
            self.is_stale = true;
            return;
        }
        let other = Self::around(reach, content, place);
        self.span.end = self.span.end.max(other.span.end);
        self.limit = self.limit.max(other.limit);
        self.is_stale = false;
    }

    /// When the last place is in: says how far the window could grow from there.
    fn settle(&mut self, content: &[u8]) {
        if self.is_stale {
            self.limit = self.limit.max(line_end(content, self.span.end));
        }
    }

    /// Doubles the part behind the start; whether it grew.
    fn widen(&mut self, content: &[u8]) -> bool {
        let end = (self.span.end + self.span.len().max(64)).min(self.limit).min(content.len());
        let grew = end > self.span.end;
        self.span.end = end;
        grew
    }
}

/// The end of the line that `from` is in, looked for no further than a match could sensibly reach.
fn line_end(content: &[u8], from: usize) -> usize {
    const FARTHEST: usize = 1 << 20;
    let high = (from + FARTHEST).min(content.len());
    memchr::memchr(b'\n', &content[from..high]).map_or(high, |at| from + at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn runs_are_found_as_byte_by_byte(text in "[ab ]{0,60}", len in 1usize..12) {
            let text = text.as_bytes();
            let want = text.windows(len).any(|window| window.iter().all(|&byte| byte != b' '));
            prop_assert_eq!(has_run(text, len, |byte| byte != b' '), want);
        }
    }
}
