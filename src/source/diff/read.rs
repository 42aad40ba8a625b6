//! The reading of a diff: its files with the lines that their hunks show.

use super::header::Header;
use super::without_colours;
use crate::source::{Item, Source, SourceError};
use crate::types::input::{Content, Input, Origin, Scope};
use crate::types::notice::Notice;
use crate::types::span::RangeSet;

/// What a diff adds.
#[derive(Debug)]
pub struct Diff {
    parts: Vec<Part>,
    items: Vec<Item>,
    notices: Vec<Notice>,
}

/// A file's part, or the text beside.
#[derive(Debug, Default)]
struct Part {
    content: Vec<u8>,
    /// The lines of the file that the lines of the content are.
    lines: Vec<u32>,
    /// Which lines of the content are new.
    added: RangeSet,
    is_new: bool,
}

impl Part {
    fn push(&mut self, text: &[u8], line: u32, is_added: bool) {
        self.content.extend_from_slice(text);
        self.content.push(b'\n');
        self.lines.push(line);
        if is_added {
            let own = self.lines.len() as u32;
            self.added.push(own, own);
        }
    }
}

/// A hunk that is read.
struct Hunk {
    /// Sides that there were before.
    sides: usize,
    /// Lines that are left of each old side, and of the new one.
    old: Vec<u64>,
    new: u64,
    /// The next line of the new side.
    line: u32,
}

impl Hunk {
    /// From `@@ -1,2 +3,4 @@`, or with one more `@` for each further parent.
    fn starting(line: &[u8]) -> Option<Self> {
        let sides = line.iter().take_while(|&&b| b == b'@').count().checked_sub(1).filter(|&sides| sides > 0)?;
        let text = std::str::from_utf8(line.get(sides + 1..)?.split(|&b| b == b'@').next()?).ok()?;
        let range = |word: &str| {
            let (start, count) = word.split_once(',').unwrap_or((word, "1"));
            Some((start.parse::<u32>().ok()?, count.parse::<u64>().ok()?))
        };
        let (mut old, mut new) = (Vec::new(), None);
        for word in text.split_ascii_whitespace() {
            match (word.strip_prefix('-'), word.strip_prefix('+')) {
                (Some(word), _) => old.push(range(word)?.1),
                (_, Some(word)) => new = Some(range(word)?),
                _ => return None,
            }
        }
        let (line, new) = new?;
        (old.len() == sides).then_some(Self { sides, old, new, line })
    }

    fn is_done(&self) -> bool {
        self.new == 0 && self.old.iter().all(|&left| left == 0)
    }

    /// Puts a line of the hunk where it belongs.
    fn take(&mut self, line: &[u8], part: &mut Part) {
        if line.starts_with(b"\\ ") {
            return;
        }
        let signs = &line[..self.sides.min(line.len())];
        let is_known = signs.iter().all(|sign| matches!(sign, b' ' | b'+' | b'-' | b'\t' | b'\r'));
        let is_gone = is_known && signs.contains(&b'-');
        for (side, left) in self.old.iter_mut().enumerate() {
            // An empty line of context may have lost its blank.
            let is_here = match signs.get(side) {
                Some(b'-') => true,
                Some(b'+') => false,
                _ => !is_gone,
            };
            *left = left.saturating_sub(u64::from(is_here));
        }
        if is_gone {
            return;
        }
        let text = if is_known { &line[signs.len()..] } else { line };
        part.push(text, self.line, !is_known || signs.contains(&b'+'));
        self.line = self.line.saturating_add(1);
        self.new = self.new.saturating_sub(1);
    }
}

/// What was read last.
enum State {
    Beside,
    Head(Header),
    Hunk(Header, Part, Hunk),
    Between(Header, Part),
}

impl Diff {
    /// Reads a diff.
    pub fn new(text: &[u8]) -> Self {
        let text = without_colours(text);
        let mut diff = Self { parts: Vec::new(), items: Vec::new(), notices: Vec::new() };
        let (mut beside, mut state) = (Part::default(), State::Beside);
        let mut lines = text.split(|&b| b == b'\n').zip(1u32..).peekable();
        while let Some((line, number)) = lines.next() {
            if let State::Hunk(_, part, hunk) = &mut state
                && (!hunk.is_done() || line.starts_with(b"\\ "))
            {
                hunk.take(line, part);
                continue;
            }
            if let Some(header) = Header::starting(line) {
                diff.end(std::mem::replace(&mut state, State::Head(header)));
                continue;
            }
            if let State::Head(header) = &mut state
                && header.take(line)
            {
                continue;
            }
            state = match (state, Hunk::starting(line)) {
                (State::Head(header), Some(hunk)) => State::Hunk(header, Part::default(), hunk),
                (State::Hunk(header, mut part, _) | State::Between(header, mut part), Some(hunk)) => {
                    // What stands in another hunk is no neighbour.
                    part.push(b"", hunk.line.saturating_sub(1), false);
                    State::Hunk(header, part, hunk)
                }
                (other, _) if line.starts_with(b"--- ") && lines.peek().is_some_and(|(next, _)| next.starts_with(b"+++ ")) => {
                    diff.end(other);
                    State::Head(Header::plain(line))
                }
                (other, _) => {
                    if line == b"GIT binary patch" {
                        let path = if let State::Head(header) = &other { header.path() } else { Vec::new() };
                        diff.notices.push(Notice::skipped(path, "a binary patch: its content was not scanned"));
                    }
                    beside.push(line, number, true);
                    match other {
                        State::Hunk(header, part, _) => State::Between(header, part),
                        other => other,
                    }
                }
            };
        }
        diff.end(state);
        diff.add(Origin::Stdin, beside);
        diff
    }

    fn end(&mut self, state: State) {
        let (header, mut part) = match state {
            State::Beside => return,
            State::Head(header) => (header, Part::default()),
            State::Hunk(header, part, _) | State::Between(header, part) => (header, part),
        };
        part.is_new = header.is_new;
        self.add(Origin::File { path: header.path() }, part);
    }

    fn add(&mut self, origin: Origin, part: Part) {
        self.items.push(Item { origin, size: part.content.len() as u64 });
        self.parts.push(part);
    }
}

impl Source for Diff {
    type Worker = ();

    fn worker(&self) -> Result<(), SourceError> {
        Ok(())
    }

    fn items(&self) -> (&[Item], &[Notice]) {
        (&self.items, &self.notices)
    }

    fn load(&self, at: usize, (): &mut ()) -> Result<Input, Notice> {
        Ok(Input { origin: self.items[at].origin.clone(), content: Content::Owned(self.parts[at].content.clone()) })
    }

    fn names(&self, at: usize, (): &mut ()) -> Vec<Vec<u8>> {
        let origin = &self.items[at].origin;
        if self.parts[at].is_new { vec![origin.path().to_vec()] } else { Vec::new() }
    }

    fn scope(&self, at: usize, _: &Input, (): &mut ()) -> Result<Scope, Notice> {
        Ok(Scope::Lines(self.parts[at].added.clone()))
    }

    fn lines(&self, at: usize) -> Option<&[u32]> {
        Some(&self.parts[at].lines)
    }
}
