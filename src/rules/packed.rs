//! Rules as bytes. The build script packs the built-in ones, and the program unpacks one when it is first asked for: as Rust values
//! they are half a megabyte of pointers, each of which the loader would set at every start.
//!
//! A rule is its fields in the order of [`Packer::rule`]. A number has seven bits a byte, the lowest first; the top bit says that
//! another byte follows (LEB128). A text is its start and length in one common text that holds each text once. A list is its length
//! and its items, and what may be missing is a list of at most one.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::types::rule::{Check, Checksum, Confidence, Hint, Magic, Reader, Requires, Rule, Severity, Structure, Text};

const SEVERITIES: [Severity; 4] = [Severity::Low, Severity::Medium, Severity::High, Severity::Critical];
const CONFIDENCES: [Confidence; 4] = [Confidence::Low, Confidence::Medium, Confidence::High, Confidence::Proven];
const READERS: [Reader; 4] = [Reader::Assignment, Reader::Entries, Reader::Call, Reader::Command];
/// Checks without a value, under their numbers; those with one come behind, in the order of [`Packer::check`].
const PLAIN: [Check; 12] = [
    Check::Placeholder,
    Check::Digit,
    Check::Letter,
    Check::Upper,
    Check::Lower,
    Check::Mixed,
    Check::Words,
    Check::NotHex,
    Check::NotUuid,
    Check::Jwt,
    Check::Pem,
    Check::Entropy(0.0),
];

/// Packs rules.
#[derive(Debug, Default)]
pub struct Packer {
    /// All texts.
    pub texts: String,
    /// All rules.
    pub bytes: Vec<u8>,
    places: HashMap<String, usize>,
}

impl Packer {
    /// Packs a rule behind the others. Returns where it starts.
    pub fn rule(&mut self, rule: &Rule) -> usize {
        let start = self.bytes.len();
        self.text(&rule.id);
        self.list(&rule.aliases, |packer, text| packer.text(text));
        for text in [&rule.family, &rule.title, &rule.advice, &rule.docs] {
            self.text(text);
        }
        for list in [&rule.keywords, &rule.places, &rule.path, &rule.except] {
            self.list(list, |packer, text| packer.text(text));
        }
        self.code(&SEVERITIES, &rule.severity);
        self.code(&CONFIDENCES, &rule.confidence);
        self.list(rule.regex.as_slice(), |packer, text| packer.text(text));
        let Hint { run, alphabet, byte, also } = &rule.hint;
        self.number(u128::from(*run));
        self.number(*alphabet);
        self.list(byte.as_slice(), |packer, byte| packer.number(u128::from(*byte)));
        self.list(also, |packer, text| packer.text(text));
        self.list(rule.reader.as_slice(), |packer, reader| packer.code(&READERS, reader));
        self.list(&rule.leads, |packer, lead| packer.number(u128::from(*lead)));
        self.list(&rule.magic, |packer, magic| {
            packer.number(u128::from(magic.offset));
            packer.list(&magic.bytes, |packer, byte| packer.number(u128::from(*byte)));
        });
        self.list(rule.structure.as_slice(), |packer, structure| packer.code(&Structure::ALL.map(|(_, one)| one), structure));
        self.list(rule.reach.as_slice(), |packer, reach| packer.number(u128::from(*reach)));
        self.list(&rule.checks, Self::check);
        self.list(rule.requires.as_slice(), |packer, requires| {
            packer.text(&requires.rule);
            packer.number(u128::from(requires.within_lines));
        });
        start
    }

    /// Where a text stands among all texts.
    pub fn place(&mut self, text: &str) -> usize {
        if let Some(&at) = self.places.get(text) {
            return at;
        }
        let at = self.texts.len();
        self.texts.push_str(text);
        self.places.insert(text.to_owned(), at);
        at
    }

    fn check(&mut self, check: &Check) {
        if let Some(number) = PLAIN.iter().position(|plain| std::mem::discriminant(plain) == std::mem::discriminant(check)) {
            self.size(number);
            if let Check::Entropy(bits) = check {
                self.number(u128::from(bits.to_bits()));
            }
            return;
        }
        let texts: &[Text] = match check {
            Check::Public(list) | Check::Doubtful(list) | Check::Marvin(list) | Check::LowerIf(list) => list,
            Check::Base64(text) => std::slice::from_ref(text),
            _ => &[],
        };
        let kind = match check {
            Check::Public(_) => 0,
            Check::Doubtful(_) => 1,
            Check::Marvin(_) => 2,
            Check::LowerIf(_) => 3,
            Check::Base64(_) => 4,
            _ => 5,
        };
        self.size(PLAIN.len() + kind);
        match check {
            Check::Checksum(sum) => self.code(&Checksum::ALL.map(|(_, one)| one), sum),
            _ => self.list(texts, |packer, text| packer.text(text)),
        }
    }

    fn code<T: PartialEq>(&mut self, all: &[T], value: &T) {
        self.size(all.iter().position(|one| one == value).unwrap_or_default());
    }

    fn text(&mut self, text: &str) {
        let at = self.place(text);
        self.size(at);
        self.size(text.len());
    }

    fn list<T>(&mut self, items: &[T], item: impl Fn(&mut Self, &T)) {
        self.size(items.len());
        items.iter().for_each(|one| item(self, one));
    }

    fn size(&mut self, size: usize) {
        self.number(size as u128);
    }

    fn number(&mut self, mut number: u128) {
        while number >= 0x80 {
            self.bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }
}

/// Unpacks rules.
#[derive(Debug)]
pub struct Unpacker<'b> {
    texts: &'static str,
    bytes: &'b [u8],
}

impl<'b> Unpacker<'b> {
    /// Of the texts and bytes of a [`Packer`], these from the start of a rule on.
    pub const fn new(texts: &'static str, bytes: &'b [u8]) -> Self {
        Self { texts, bytes }
    }

    /// The next rule.
    pub fn rule(&mut self) -> Rule {
        let id = self.text();
        let aliases = self.list(Self::text).into();
        let [family, title, advice, docs] = [(); 4].map(|()| self.text());
        let [keywords, places, path, except] = [(); 4].map(|()| Cow::Owned(self.list(Self::text)));
        let (severity, confidence) = (self.code(&SEVERITIES), self.code(&CONFIDENCES));
        let regex = self.list(Self::text).pop();
        let (run, alphabet) = (self.size() as u16, self.number());
        let byte = self.list(|unpacker| unpacker.size() as u8).pop();
        let hint = Hint { run, alphabet, byte, also: self.list(Self::text).into() };
        let reader = self.list(|unpacker| unpacker.code(&READERS)).pop();
        let leads = self.list(|unpacker| unpacker.size() as u32).into();
        let magic = self.list(|unpacker| {
            let offset = unpacker.size() as u16;
            Magic { offset, bytes: unpacker.list(|unpacker| unpacker.size() as u8).into() }
        });
        let structure = self.list(|unpacker| unpacker.code(&Structure::ALL.map(|(_, one)| one))).pop();
        let reach = self.list(|unpacker| unpacker.size() as u32).pop();
        let checks = self.list(Self::check).into();
        let requires = self.list(|unpacker| Requires { rule: unpacker.text(), within_lines: unpacker.size() as u32 }).pop();
        Rule {
            id,
            family,
            title,
            advice,
            docs,
            aliases,
            severity,
            confidence,
            keywords,
            regex,
            hint,
            reader,
            places,
            leads,
            magic: magic.into(),
            structure,
            reach,
            path,
            except,
            checks,
            requires,
        }
    }

    /// The next text; a rule starts with its id.
    pub fn text(&mut self) -> Text {
        let (at, len) = (self.size(), self.size());
        Cow::Borrowed(self.texts.get(at..at + len).unwrap_or_default())
    }

    fn check(&mut self) -> Check {
        let number = self.size();
        match PLAIN.get(number) {
            Some(Check::Entropy(_)) => Check::Entropy(f32::from_bits(self.size() as u32)),
            Some(plain) => plain.clone(),
            None if number - PLAIN.len() == 5 => Check::Checksum(self.code(&Checksum::ALL.map(|(_, one)| one))),
            None => {
                let mut texts = self.list(Self::text);
                match number - PLAIN.len() {
                    0 => Check::Public(texts.into()),
                    1 => Check::Doubtful(texts.into()),
                    2 => Check::Marvin(texts.into()),
                    3 => Check::LowerIf(texts.into()),
                    _ => Check::Base64(texts.pop().unwrap_or_default()),
                }
            }
        }
    }

    fn code<T: Copy>(&mut self, all: &[T]) -> T {
        *all.get(self.size()).unwrap_or(&all[0])
    }

    fn list<T>(&mut self, item: impl Fn(&mut Self) -> T) -> Vec<T> {
        let len = self.size();
        (0..len).map(|_| item(self)).collect()
    }

    fn size(&mut self) -> usize {
        self.number() as usize
    }

    fn number(&mut self) -> u128 {
        let (mut number, mut shift) = (0, 0);
        while let Some((&byte, rest)) = self.bytes.split_first() {
            self.bytes = rest;
            number |= u128::from(byte & 0x7f) << shift;
            shift += 7;
            if byte < 0x80 || shift >= 127 {
                break;
            }
        }
        number
    }
}
