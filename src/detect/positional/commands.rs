//! Words of command lines: `docker login -u robot -p …`, `rabbitmqctl add_user robot …`, `echo … | chpasswd`.

use super::words::{Word, Words};
use super::{BEFORE, Candidate, Place, Reading, Standing, Visit, clipped, same};
use crate::rules::places::{self, Command, Element, Marker};
use crate::types::span::Span;

/// Every value at the place of a keyword that one of the rule's commands takes for its secret.
pub fn read(place: Place<'_>, visit: Visit<'_>) {
    let content = clipped(place.content, place.hit.start);
    let lead = content[place.hit.start..].iter().take(2).take_while(|b| matches!(b, b'"' | b'\'')).count();
    let start = place.hit.start + lead;
    if is_glued(content, start) {
        return;
    }
    let Some(first) = content.get(start).map(|first| places::lead(*first)) else { return };
    let mut words = None;
    for (picture, leads) in place.rule.places.iter().zip(&*place.rule.leads) {
        if leads & first == 0 {
            continue;
        }
        let words = words.get_or_insert_with(|| Words::read(content, start));
        let line = Line { place: Place { content, ..place }, start, words: words.as_slice() };
        line.hold(Command::known(picture), visit);
    }
}

/// Whether the program's name goes on before `start`. `-Dsonar.login=` is an option of another program.
fn is_glued(content: &[u8], start: usize) -> bool {
    let before = &content[..start];
    let word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'$');
    before.last().is_some_and(word) && !before.ends_with(b"-D") && !before.ends_with(b"-P")
}

/// A command line that is held to a picture.
struct Line<'c> {
    place: Place<'c>,
    start: usize,
    words: &'c [Word],
}

impl Line<'_> {
    fn text(&self, word: Word) -> &[u8] {
        word.span.of(self.place.content)
    }

    fn is_option(&self, word: Word) -> bool {
        match self.text(word) {
            [b'-', rest @ ..] => !rest.is_empty(),
            [b'/', rest @ ..] => !rest.is_empty() && !rest.contains(&b'/'),
            _ => false,
        }
    }

    fn hold(&self, command: Command<'_>, visit: Visit<'_>) {
        let Some(mut next) = self.program(command) else { return };
        let behind = next;
        let mut is_rest = false;
        for element in command.elements() {
            match element {
                Element::Program(_) => {}
                Element::Needed(word) if self.words[behind..].iter().any(|w| self.is_needed(*w, word)) => {}
                Element::Option(options, None) if !holds_marker(options) => {
                    if !self.words[behind..].iter().any(|word| is_option(self.text(*word), options)) {
                        return;
                    }
                }
                Element::Option(options, marker) => self.options(behind, options, marker, visit),
                Element::Word(picture) => match self.next_word(next, picture) {
                    Some(at) => next = at + 1,
                    None => return,
                },
                Element::Rest => is_rest = true,
                Element::Secret(marker) => self.positional(next, is_rest, marker, visit),
                Element::Input(marker) => self.input(behind, marker, visit),
                Element::Needed(_) => return,
            }
        }
    }

    /// Behind the program's words, options and their values between them left out.
    fn program(&self, command: Command<'_>) -> Option<usize> {
        let mut next = 0;
        for element in command.elements() {
            let Element::Program(names) = element else { break };
            let is_name = |word: Word| {
                let text = self.text(word);
                let text = text.strip_suffix(b".exe").or(text.strip_suffix(b".cmd")).unwrap_or(text);
                names.split('|').any(|name| same(text, name))
            };
            let mut may_skip = false;
            loop {
                let word = *self.words.get(next)?;
                next += 1;
                if is_name(word) {
                    break;
                }
                let is_option = self.is_option(word);
                if next == 1 || !is_option && !may_skip {
                    return None;
                }
                may_skip = is_option;
            }
        }
        Some(next)
    }

    fn is_needed(&self, word: Word, picture: &str) -> bool {
        match picture.strip_prefix('~') {
            Some(part) => self.text(word).windows(part.len()).any(|window| same(window, part)),
            None => same(self.text(word), picture),
        }
    }

    /// The next word that is no option, when it is what the picture says.
    fn next_word(&self, from: usize, picture: &str) -> Option<usize> {
        let at = (from..self.words.len()).find(|&at| !self.is_option(self.words[at]))?;
        let text = self.text(self.words[at]);
        let prefix = picture.strip_suffix('_');
        let fits = match (prefix, picture.strip_prefix('~')) {
            (Some(prefix), _) => text.get(..prefix.len()).is_some_and(|start| same(start, prefix)),
            (None, Some(part)) => text.windows(part.len()).any(|window| same(window, part)),
            (None, None) => same(text, picture),
        };
        fits.then_some(at)
    }

    fn positional(&self, from: usize, is_last: bool, marker: Marker<'_>, visit: Visit<'_>) {
        let mut words = (from..self.words.len()).filter(|&at| !self.is_option(self.words[at]));
        let at = if is_last { words.next_back() } else { words.next() };
        if let Some(at) = at {
            self.judge(self.words[at], "", marker, visit);
        }
    }

    /// The values of all options that are among `options`.
    fn options(&self, behind: usize, options: &str, marker: Option<Marker<'_>>, visit: Visit<'_>) {
        for option in options.split('|') {
            let glued = Marker::parse(option);
            let option = option.strip_prefix(':').unwrap_or(option);
            let first = option.as_bytes().first().map(u8::to_ascii_lowercase);
            for at in behind..self.words.len() {
                let word = self.words[at];
                let text = self.text(word);
                if text.first().map(u8::to_ascii_lowercase) != first {
                    continue;
                }
                match (glued, marker) {
                    (Some(glued), _) => {
                        let before = glued.before.strip_prefix(':').unwrap_or(glued.before);
                        if starts(text, before) && text.len() > before.len() {
                            self.judge(word, before, Marker { before: "", ..glued }, visit);
                        }
                    }
                    (None, Some(marker)) if is_option(text, option) => {
                        if let Some(value) = self.words.get(at + 1).filter(|value| !self.is_another(**value)) {
                            self.judge(*value, "", marker, visit);
                        }
                    }
                    (None, Some(marker)) if starts(text, option) && text.get(option.len()) == Some(&b'=') => {
                        self.judge(word, option, marker, visit);
                    }
                    _ => {}
                }
            }
        }
    }

    /// Whether a word that should be a value is the next option.
    fn is_another(&self, word: Word) -> bool {
        word.quote.is_none() && matches!(self.text(word), [b'-', b'-' | b'a'..=b'z' | b'A'..=b'Z', ..])
    }

    /// What the command reads: a here-string, or what is echoed into it.
    fn input(&self, behind: usize, marker: Marker<'_>, visit: Visit<'_>) {
        if let Some(at) = self.words[behind..].iter().position(|word| self.text(*word) == b"<<<") {
            if let Some(word) = self.words.get(behind + at + 1) {
                self.judge(*word, "", marker, visit);
            }
            return;
        }
        let content = self.place.content;
        if let Some(at) = echo(content, self.start) {
            let words = Words::read(content, at);
            let words = words.as_slice();
            // `-n` and formats stand before what is said.
            if let Some(word) = words.last().filter(|_| words.len() > 1) {
                let said = self.text(*word);
                let line = said.windows(2).position(|pair| pair == b"\\n").unwrap_or(said.len());
                let word = Word { span: Span::new(word.span.start, word.span.start + line), ..*word };
                self.judge(word, "", marker, visit);
            }
        }
    }

    /// Judges what stands behind `before` in a word.
    fn judge(&self, word: Word, before: &str, marker: Marker<'_>, visit: Visit<'_>) {
        if word.is_opaque {
            return;
        }
        let content = self.place.content;
        let (before, marker) = match marker.before {
            lead if before.is_empty() && starts(self.text(word), lead) => (lead, Marker { before: "", ..marker }),
            _ => (before, marker),
        };
        let mut span = Span::new(word.span.start + before.len(), word.span.end);
        let mut quote = word.quote;
        if span.of(content).first() == Some(&b'=') && !before.is_empty() && !before.ends_with('=') {
            span.start += 1;
        }
        if let (None, [open @ (b'"' | b'\''), .., close]) = (quote, span.of(content))
            && open == close
        {
            quote = Some(*open);
            span = Span::new(span.start + 1, span.end - 1);
        }
        let standing = match quote {
            None => Standing::Bare,
            Some(b'"') => Standing::Expanded,
            Some(_) => Standing::Plain,
        };
        let candidate = Candidate { content, manner: self.place.manner, span, standing };
        let Some((value, score)) = candidate.judge(marker) else { return };
        let whole = Span::new(self.start.min(value.start), value.end.max(self.start + usize::from(self.place.hit.len)));
        let name = Span::new(self.start, self.words[0].span.end.max(self.start));
        visit(Reading { whole, name, value, score });
    }
}

fn holds_marker(options: &str) -> bool {
    options.split('|').any(|option| Marker::parse(option).is_some())
}

/// Whether a text starts with an option's letters; their case matters in short ones.
fn starts(text: &[u8], option: &str) -> bool {
    let Some(start) = text.get(..option.len()) else { return false };
    if option.len() > 2 || option.starts_with('/') { same(start, option) } else { start == option.as_bytes() }
}

/// Whether a word is one of some options: `-p`, `--password`, `-*u` for a bundle of letters that ends with it, `-*u*` for one
/// that holds it.
fn is_option(text: &[u8], options: &str) -> bool {
    options.split('|').any(|option| match option.strip_prefix("-*") {
        // `-*u`
        Some(letter) => {
            let bundle = text.strip_prefix(b"-").unwrap_or_default();
            let holds = match letter.strip_suffix('*') {
                Some(letter) => bundle.iter().any(|b| letter.as_bytes() == [*b]),
                None => bundle.ends_with(letter.as_bytes()),
            };
            (1..=8).contains(&bundle.len()) && bundle.iter().all(u8::is_ascii_alphabetic) && holds
        }
        None => text.len() == option.len() && starts(text, option),
    })
}

/// Where the `echo` or `printf` starts whose output is piped into the command at `start`.
fn echo(content: &[u8], start: usize) -> Option<usize> {
    const FARTHEST: usize = 96;
    let near = &content[start.saturating_sub(FARTHEST)..start];
    let pipe = near.iter().rposition(|&b| b == b'|')?;
    if near[pipe..].iter().any(|b| matches!(b, b';' | b'&'))
        || near[pipe..].windows(2).any(|pair| pair[1] == b'\n' && pair[0] != b'\\')
    {
        return None;
    }
    let pipe = start - near.len() + pipe;
    let low = pipe.saturating_sub(BEFORE - FARTHEST);
    let line = &content[low..pipe];
    let line = &line[line.iter().rposition(|b| matches!(b, b'\n' | b';')).map_or(0, |at| at + 1)..];
    let last = |word: &[u8]| line.windows(word.len()).rposition(|window| window == word);
    let at = last(b"echo ").max(last(b"printf ")).max(last(b"echo("))?;
    Some(pipe - line.len() + at)
}
