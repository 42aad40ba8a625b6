//! Where contents that are borrowed from a worker's buffer are scanned: whole ones, heads and parts of large ones, and the
//! members of archives.

use std::io::{self, Read, Seek};
use std::ops::Range;

use super::part::{self, PartFound};
use super::{Outcome, Pipeline, finish, idle, line_hash};
use crate::detect::decode::encoding::Encoding;
use crate::detect::scanner::{Scratch, Subject};
use crate::rules::paths::{LowerPath, PathRules};
use crate::source::archive::{self, Limits, Open, Reading};
use crate::source::lfs;
use crate::types::finding::Finding;
use crate::types::input::Origin;
use crate::types::notice::Notice;
use crate::types::span::Span;

/// What a content is called; it becomes an [`Origin`] only where something is found.
#[derive(Clone, Copy, Debug)]
pub(super) enum Label<'l> {
    /// A file.
    File(&'l [u8]),
    /// What a source gave.
    Of(&'l Origin),
    /// A member of an archive, by the names on the way to it, of which there is one at least.
    Member(&'l Label<'l>, &'l [Vec<u8>]),
}

impl Label<'_> {
    pub(super) fn path(&self) -> &[u8] {
        match self {
            Self::File(path) => path,
            Self::Of(origin) => origin.path(),
            Self::Member(outer, names) => names.last().map_or_else(|| outer.path(), Vec::as_slice),
        }
    }

    pub(super) fn origin(&self) -> Origin {
        match self {
            Self::File(path) => Origin::File { path: path.to_vec() },
            Self::Of(origin) => (*origin).clone(),
            Self::Member(outer, names) => {
                names.iter().fold(outer.origin(), |outer, name| Origin::Member { outer: Box::new(outer), path: name.clone() })
            }
        }
    }
}

/// What is done with archives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opening {
    /// Those of a kind that can be opened are, and of the others it is said that they are not.
    Archives,
    /// Nothing, as was asked for.
    Nothing,
}

/// What one worker scans with and what it found.
pub(super) struct Desk<'d> {
    pub(super) pipeline: &'d Pipeline,
    path_rules: &'d PathRules,
    opening: Opening,
    scratch: Scratch,
    path: LowerPath,
    pub(super) outcome: Outcome,
}

impl<'d> Desk<'d> {
    pub(super) fn new(pipeline: &'d Pipeline, path_rules: &'d PathRules, opening: Opening) -> Self {
        let (scratch, path, outcome) = (Scratch::default(), LowerPath::default(), Outcome::default());
        Self { pipeline, path_rules, opening, scratch, path, outcome }
    }

    /// Scans a content that is there as a whole.
    pub(super) fn whole(&mut self, label: Label<'_>, content: &[u8]) -> Reading {
        self.count(content.len() as u64);
        self.text(label, content)
    }

    /// As [`whole`](Self::whole), of what is not counted: the target of a link.
    pub(super) fn text(&mut self, label: Label<'_>, content: &[u8]) -> Reading {
        self.names(label);
        let of_path = self.of_path(label);
        let (mut findings, encoding) = self.pipeline.judge_content(of_path, label, content, &mut self.scratch);
        line_hash::mark(&mut findings, content, encoding);
        if self.scratch.take_marked() {
            idle::tell(
                &self.pipeline.policy,
                content,
                &findings,
                |_| true,
                &mut self.outcome.notices,
                || label.origin().label().into_owned(),
            );
        }
        if lfs::pointer(content).is_some() {
            self.outcome.pointers.add(&label.origin().label());
        }
        self.outcome.found(findings);
        if encoding != Encoding::Binary {
            return Reading::Text;
        }
        self.binary(label, content);
        Reading::Binary
    }

    /// Judges a large content by its path and head; whether its parts are to be scanned.
    pub(super) fn head(&mut self, label: Label<'_>, head: &[u8], size: u64) -> bool {
        self.count(size);
        self.names(label);
        let mut findings = self.of_path(label);
        let scanner = &self.pipeline.scanner;
        let judged = scanner.judge_whole(Subject { content: head, path: label.path() }, Encoding::of(head));
        if let Some(scanned) = &judged {
            let inside = finish::findings(scanner.rules(), &self.pipeline.policy, &label.origin(), head, scanned);
            finish::settle(scanner.rules(), &mut findings, inside, scanned);
            self.binary(label, head);
        }
        self.outcome.found(findings);
        judged.is_none()
    }

    /// Counts a binary, and says so of one that holds what could be opened by another program.
    fn binary(&mut self, label: Label<'_>, head: &[u8]) {
        self.outcome.binary += 1;
        if self.opening == Opening::Archives
            && let Some(what) = archive::unread(label.path(), head)
        {
            self.outcome.notices.push(Notice::info(label.origin().label(), format!("{what}: not opened")));
        }
    }

    /// Scans the part `own` of a large content in the window around it, which starts at `offset`. Gives nothing for what is
    /// no text.
    pub(super) fn part(
        &mut self,
        origin: &dyn Fn() -> Origin,
        path: &[u8],
        window: &[u8],
        own: Range<usize>,
        offset: u64,
        whole: Encoding,
    ) -> PartFound {
        let encoding = Encoding::of_part(&window[own.clone()], whole);
        let own = Span::new(own.start, own.end);
        let mut findings = Vec::new();
        if encoding != Encoding::Binary {
            let scanner = &self.pipeline.scanner;
            let scanned = scanner.scan_part(Subject { content: window, path }, encoding, &mut self.scratch);
            if !scanned.matches.is_empty() {
                findings = finish::findings(scanner.rules(), &self.pipeline.policy, &origin(), window, &scanned);
            }
        }
        PartFound::new(window, own, offset, encoding, findings)
    }

    /// Scans a large content that comes from a stream, part by part: `head` is its first bytes.
    ///
    /// # Errors
    /// What reading the rest says; what came before is scanned.
    pub(super) fn stream(&mut self, label: Label<'_>, head: Vec<u8>, rest: &mut dyn Read) -> io::Result<()> {
        if !self.head(label, &head, head.len() as u64) {
            return Ok(());
        }
        let whole = Encoding::of(&head[..head.len().min(4096)]);
        // The window is what is kept of the part before, the part, and what follows it.
        let (mut window, mut before, mut offset, mut parts) = (head, 0, 0u64, Vec::new());
        loop {
            let wanted = before + part::OWN + part::AROUND;
            let had = window.len();
            let missing = wanted.saturating_sub(had) as u64;
            let read = rest.take(missing).read_to_end(&mut window);
            self.outcome.bytes += (window.len() - had) as u64;
            let is_last = window.len() < wanted || read.is_err();
            let end = if is_last { window.len() } else { before + part::OWN };
            parts.push(self.part(&|| label.origin(), label.path(), &window, before..end, offset, whole));
            if is_last {
                self.outcome.found(part::join(parts));
                return read.map(|_| ());
            }
            let keep = end - part::AROUND.min(end);
            window.drain(..keep);
            offset += keep as u64;
            before = end - keep;
        }
    }

    /// Opens an archive and scans its members.
    pub(super) fn archive<R: Read + Seek>(&mut self, label: Label<'_>, content: R, size: u64, limits: &Limits) {
        self.path_alone(label);
        self.count(size);
        archive::open(content, size, label.path(), limits, &mut Members { desk: self, outer: label });
    }

    /// Opens the zip archive behind the bytes of a binary, if there is one; the binary itself was scanned.
    pub(super) fn behind<R: Read + Seek>(&mut self, label: Label<'_>, content: R, size: u64, limits: &Limits) {
        archive::open_behind(content, size, label.path(), limits, &mut Members { desk: self, outer: label });
    }

    /// A content of which only the path is looked at.
    pub(super) fn path_alone(&mut self, label: Label<'_>) {
        self.names(label);
        let findings = self.of_path(label);
        self.outcome.found(findings);
    }

    fn count(&mut self, bytes: u64) {
        self.outcome.objects += 1;
        self.outcome.bytes += bytes;
    }

    /// What stands in the names of a path.
    fn names(&mut self, label: Label<'_>) {
        let findings = self.pipeline.in_path(label.path(), || label.origin(), &mut self.scratch);
        self.outcome.found(findings);
    }

    fn of_path(&mut self, label: Label<'_>) -> Vec<Finding> {
        self.path.set(label.path());
        self.pipeline.of_path(self.path_rules, &self.path, label)
    }
}

/// The members of one archive on their way to the desk.
struct Members<'m, 'd> {
    desk: &'m mut Desk<'d>,
    outer: Label<'m>,
}

impl Open for Members<'_, '_> {
    fn wants(&self, names: &[Vec<u8>]) -> bool {
        names.last().is_none_or(|name| self.desk.pipeline.policy.admits(name))
    }

    fn whole(&mut self, names: &[Vec<u8>], content: &[u8]) -> Reading {
        self.desk.whole(Label::Member(&self.outer, names), content)
    }

    fn large(&mut self, names: &[Vec<u8>], head: Vec<u8>, rest: &mut dyn Read) -> io::Result<()> {
        self.desk.stream(Label::Member(&self.outer, names), head, rest)
    }

    fn excluded(&mut self) {
        self.desk.outcome.excluded += 1;
    }

    fn notice(&mut self, names: &[Vec<u8>], why: String) {
        let label = if names.is_empty() { self.outer } else { Label::Member(&self.outer, names) };
        self.desk.outcome.notices.push(Notice::skipped(label.origin().label(), why));
    }
}
