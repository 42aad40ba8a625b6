//! Texts that a regex matches, drawn at random from its syntax, to see what holds for every match.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

use crate::report::escape;
use crate::rules::ruleset::Compiled;
use crate::rules::template::Random;
use crate::types::finding::Secret;

/// A match of a regex in a made-up text.
#[derive(Debug)]
pub(super) struct Sample {
    /// Everything it matched.
    pub(super) whole: Vec<u8>,
    /// The group that holds the secret.
    pub(super) secret: Vec<u8>,
}

impl Sample {
    /// The match with the secret but for its first characters taken out: made up or not, it may look like one.
    pub(super) fn shape(&self) -> String {
        let at = self.whole.windows(self.secret.len().max(1)).position(|window| window == self.secret).unwrap_or_default();
        let (before, after) = (&self.whole[..at], &self.whole[at + self.secret.len()..]);
        let mask = Secret::new(&self.secret).redacted();
        [escape::path(before), escape::path(mask.as_bytes()), escape::path(after)].concat()
    }
}

/// The syntax of a regex, read as rules are.
pub(super) fn syntax(regex: &str) -> Option<Hir> {
    ParserBuilder::new().unicode(false).utf8(false).multi_line(true).build().parse(regex).ok()
}

/// Up to `count` matches; fewer where edges keep a drawn text from matching.
pub(super) fn draw(syntax: &Hir, compiled: &Compiled, seed: &str, count: usize) -> Vec<Sample> {
    let sample = |index: usize| {
        let mut text = Vec::new();
        write(syntax, &mut Random::new(seed, index), &mut text);
        let found = compiled.regex.captures(&text)?;
        let part = |group: usize| found.get(group).map(|part| part.as_bytes().to_vec());
        Some(Sample { whole: part(0)?, secret: part(compiled.group).unwrap_or_default() })
    };
    (0..count).filter_map(sample).collect()
}

/// Writes a text that the syntax matches, but for edges.
fn write(syntax: &Hir, random: &mut Random, out: &mut Vec<u8>) {
    match syntax.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => out.extend(&literal.0),
        HirKind::Class(class) => write_class(class, random, out),
        HirKind::Capture(group) => write(&group.sub, random, out),
        HirKind::Concat(parts) => parts.iter().for_each(|part| write(part, random, out)),
        HirKind::Alternation(parts) => write(&parts[random.below(parts.len())], random, out),
        HirKind::Repetition(repetition) => {
            const MORE: u32 = 8;
            let most = repetition.max.unwrap_or(u32::MAX).min(repetition.min.saturating_add(MORE));
            let times = repetition.min + random.below((most - repetition.min) as usize + 1) as u32;
            (0..times).for_each(|_| write(&repetition.sub, random, out));
        }
    }
}

/// One character of a class, a printable one if there is any.
fn write_class(class: &Class, random: &mut Random, out: &mut Vec<u8>) {
    let ranges: Vec<(u32, u32)> = match class {
        Class::Bytes(class) => class.iter().map(|range| (range.start().into(), range.end().into())).collect(),
        Class::Unicode(class) => class.iter().map(|range| (range.start().into(), range.end().into())).collect(),
    };
    let printable: Vec<(u32, u32)> =
        ranges.iter().map(|&(low, high)| (low.max(0x20), high.min(0x7e))).filter(|(low, high)| low <= high).collect();
    let ranges = if printable.is_empty() { ranges } else { printable };
    let total: usize = ranges.iter().map(|(low, high)| (high - low) as usize + 1).sum();
    if total == 0 {
        return;
    }
    let mut at = random.below(total) as u32;
    for (low, high) in ranges {
        if at <= high - low {
            let code = low + at;
            match (class, u8::try_from(code)) {
                (Class::Bytes(_), Ok(byte)) => out.push(byte),
                _ => out.extend(char::from_u32(code).unwrap_or('?').to_string().into_bytes()),
            }
            return;
        }
        at -= high - low + 1;
    }
}
