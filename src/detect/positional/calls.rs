//! Arguments of calls: `HTTPBasicAuth("robot", "…")`, `basic_auth=("robot", "…")`, `CURLOPT_USERPWD => "robot:…"`.

use super::arguments::{self, Argument, Arguments, End};
use super::{Candidate, Place, Reading, Standing, Visit, clipped, same};
use crate::rules::places::{Call, Marker, Shape};
use crate::types::span::Span;

/// Most arguments that pictures ask about.
const FEW: usize = 8;

/// Every value at the place of a keyword that one of the rule's calls takes for its secret.
pub fn read(place: Place<'_>, visit: Visit<'_>) {
    let content = clipped(place.content, place.hit.start);
    let start = place.hit.start;
    let mut lists = Lists { content, last: None };
    for picture in place.rule.places.iter().filter(|picture| may_stand(content, start, picture)) {
        let Some(call) = Call::parse(picture) else { continue };
        let end = start + call.name.len();
        let stands = content.get(start..end).is_some_and(|name| same(name, call.name));
        if !stands || !call.is_tail && is_glued(content, start, call.name) {
            continue;
        }
        let found = match call.shape {
            Shape::Value => assigned(content, end).and_then(|at| value(content, &call, at)),
            shape => lists.behind(end, shape).and_then(|list| matched(content, &call, list)),
        };
        let Some((argument, marker)) = found else { continue };
        let Some(span) = argument.literal(content) else { continue };
        let candidate = Candidate { content, manner: place.manner, span, standing: Standing::Literal };
        if let Some((value, score)) = candidate.judge(marker) {
            visit(Reading { whole: Span::new(start, span.end), name: Span::new(start, end), value, score });
        }
    }
}

/// Whether a picture's name starts as the text does.
fn may_stand(content: &[u8], start: usize, picture: &str) -> bool {
    let name = picture.strip_prefix('*').unwrap_or(picture).as_bytes();
    let head = name.len().min(4);
    content.get(start..start + head).is_some_and(|text| text.eq_ignore_ascii_case(&name[..head]))
}

/// The arguments behind a name, read once for pictures of one name.
struct Lists<'c> {
    content: &'c [u8],
    last: Option<(usize, Shape, Option<Arguments>)>,
}

impl Lists<'_> {
    fn behind(&mut self, end: usize, shape: Shape) -> Option<&Arguments> {
        if self.last.as_ref().is_none_or(|last| (last.0, last.1) != (end, shape)) {
            let list = if shape == Shape::Tuple { tuple(self.content, end) } else { arguments_of(self.content, end) };
            self.last = Some((end, shape, list));
        }
        self.last.as_ref().and_then(|last| last.2.as_ref())
    }
}

/// Whether the name goes on before `start`.
fn is_glued(content: &[u8], start: usize, name: &str) -> bool {
    let word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    name.as_bytes().first().is_some_and(word) && content[..start].last().is_some_and(word)
}

fn blanks(content: &[u8], mut at: usize) -> usize {
    while matches!(content.get(at), Some(b' ' | b'\t')) {
        at += 1;
    }
    at
}

/// The arguments behind a name: in brackets, or to the line's end where the first is a literal.
fn arguments_of(content: &[u8], end: usize) -> Option<Arguments> {
    let mut at = end;
    if content.get(at) == Some(&b'<') {
        let close = content[at..].iter().take(64).position(|b| matches!(b, b'>' | b'\n'))?;
        at += close + 1;
    }
    let next = blanks(content, at);
    match content.get(next)? {
        b'(' => Some(arguments::read(content, next + 1, End::Bracket, FEW)),
        b'"' | b'\'' if next > at => Some(arguments::read(content, next, End::Line, FEW)),
        _ => None,
    }
}

/// Where the value starts that is assigned to a name that ends at `end`.
fn assigned(content: &[u8], end: usize) -> Option<usize> {
    let quote = usize::from(content.get(end) == Some(&b'\\'));
    let quoted = matches!(content.get(end + quote), Some(b'"' | b'\''));
    let mut at = if quoted { end + quote + 1 } else { end };
    at = blanks(content, at);
    at += usize::from(content.get(at) == Some(&b']'));
    at = blanks(content, at);
    let rest = content.get(at..)?;
    let operators: [&[u8]; 5] = [b"=>", b":=", b"=", b":", b","];
    let operator = operators.into_iter().find(|operator| rest.starts_with(operator))?;
    let at = at + operator.len();
    // `==` compares.
    if content.get(at) == Some(&b'=') {
        return None;
    }
    let at = blanks(content, at);
    let tuple = content.get(at..at + 6).is_some_and(|word| same(word, "tuple("));
    let strings = content.get(at..)?.starts_with(b"[]string{");
    Some(
        at + if tuple {
            5
        } else if strings {
            8
        } else {
            0
        },
    )
}

fn tuple(content: &[u8], end: usize) -> Option<Arguments> {
    let at = assigned(content, end)?;
    matches!(content.get(at)?, b'(' | b'[' | b'{').then(|| arguments::read(content, at + 1, End::Bracket, FEW))
}

fn value<'s>(content: &[u8], call: &Call<'s>, at: usize) -> Option<(Argument, Marker<'s>)> {
    let list = arguments::read(content, at, End::Line, FEW);
    let marker = Marker::parse(call.arguments)?;
    list.as_slice().first().map(|argument| (*argument, marker))
}

/// The argument that is the secret when the others are what the picture says.
fn matched<'s>(content: &[u8], call: &Call<'s>, list: &Arguments) -> Option<(Argument, Marker<'s>)> {
    let found = list.as_slice();
    let count = call.pictures().count();
    let rest = call.pictures().position(|picture| picture == "..");
    // A list that is assigned says with its length what it is; a call may take more than is asked about.
    let fits = match (rest, call.shape) {
        (Some(_), _) => found.len() + 1 >= count && list.is_whole,
        (None, Shape::Tuple) => found.len() == count && list.is_whole,
        (None, _) => found.len() >= count,
    };
    if !fits {
        return None;
    }
    let mut secret = None;
    for (at, picture) in call.pictures().enumerate() {
        let at = match rest {
            Some(rest) if at == rest => continue,
            Some(rest) if at > rest => found.len() - (count - at),
            _ => at,
        };
        let argument = found[at];
        match Marker::parse(picture) {
            Some(marker) if is_named_so(content, argument) => secret = Some((argument, marker)),
            Some(_) => return None,
            None if is_so(content, argument, picture) => {}
            None => return None,
        }
    }
    secret
}

/// Whether an argument is what a picture says.
fn is_so(content: &[u8], argument: Argument, picture: &str) -> bool {
    let text = argument.whole.of(content).trim_ascii();
    match picture {
        "_" => !text.is_empty(),
        "0" => !text.is_empty() && text.iter().all(u8::is_ascii_digit),
        "\"\"" => argument.literal(content).is_some(),
        _ => match picture.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            Some(want) => argument.literal(content).is_some_and(|literal| same(literal.of(content), want)),
            None => same(text, picture),
        },
    }
}

/// Whether the argument is passed by its place, or by a name that says what it is.
fn is_named_so(content: &[u8], argument: Argument) -> bool {
    let name = argument.name(content);
    let words: [&[u8]; 7] = [b"pass", b"pwd", b"pw", b"secret", b"token", b"key", b"cred"];
    name.is_empty() || words.iter().any(|word| name.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word)))
}
