//! The marks that a version of a content inherits are those that it has by itself, and no match is without one.

use nospill::detect::scanner::{Scanner, Scratch, Subject};
use nospill::rules::ruleset::RuleSet;
use nospill::rules::template::Random;
use nospill::types::delta::Op;

use crate::decode::{token, tricks};
use crate::oracle::{medley, templates};

const PATHS: &[&str] =
    &["src/main.c", "deploy/values.yaml", ".env", "README.md", ".npmrc", "test/a.json", "home/.netrc", "a/b/id_rsa"];

/// A version made of pieces of its base in order, some bytes and lines left out, some brought in, and the delta's runs.
fn version(base: &[u8], news: &[u8], random: &mut Random) -> (Vec<u8>, Vec<Op>) {
    let (mut content, mut ops, mut at) = (Vec::new(), Vec::new(), 0);
    let mut push = |content: &mut Vec<u8>, bytes: &[u8], copy_from: Option<usize>| {
        if !bytes.is_empty() {
            ops.push(Op { start: content.len(), len: bytes.len(), copy_from });
            content.extend_from_slice(bytes);
        }
    };
    while at < base.len() {
        let len = (1 + random.below(1 + base.len() / 3)).min(base.len() - at);
        push(&mut content, &base[at..at + len], Some(at));
        at += len;
        match random.below(4) {
            0 => at += random.below(200),
            1 => at = at.saturating_sub(random.below(80)),
            2 => {
                let start = random.below(news.len());
                let end = (start + 1 + random.below(120)).min(news.len());
                push(&mut content, &news[start..end], None);
            }
            _ => {}
        }
        if content.len() > 4 * base.len() + 1000 {
            break;
        }
    }
    (content, ops)
}

#[test]
fn what_versions_inherit_is_what_they_have() {
    let scanner = Scanner::new(RuleSet::builtin());
    let templates = templates();
    let (mut scratch, mut random) = (Scratch::default(), Random::new("versions", 0));
    let (mut found, mut live) = (0, 0);
    for _ in 0..24 {
        let mut content = medley(&templates, &mut random);
        for _ in 0..3 {
            content.extend(medley(&templates, &mut random));
        }
        let mut marks = scanner.marks(&content, None, &mut scratch);
        for _ in 0..6 {
            let news = medley(&templates, &mut random);
            let (next, ops) = version(&content, &news, &mut random);
            let heir = scanner.marks(&next, Some((&marks, &ops)), &mut scratch);
            let own = scanner.marks(&next, None, &mut scratch);
            assert!(heir.keywords().eq(own.keywords()), "{}", String::from_utf8_lossy(&next));
            for path in PATHS {
                let scanned = scanner.scan(Subject { content: &next, path: path.as_bytes() }, &mut scratch);
                let rules: Vec<_> = scanned.matches.iter().map(|m| (&*scanner.rules().rule(m.rule).id, m.whole)).collect();
                assert!(rules.is_empty() || heir.are_live(), "{path}: {rules:?} in {}", String::from_utf8_lossy(&next));
                found += usize::from(!rules.is_empty());
            }
            live += usize::from(heir.are_live());
            (content, marks) = (next, heir);
        }
    }
    assert!(found > 100 && live > 40, "{found} {live}");
}

#[test]
fn every_match_lies_at_something_live() {
    // One match a content, so that nothing else can be the reason.
    let scanner = Scanner::new(RuleSet::builtin());
    let (mut scratch, mut random) = (Scratch::default(), Random::new("single", 0));
    let templates = templates();
    let filler = "int counter = 0; /* nothing to see */\n".repeat(200);
    for (rule, template) in &templates {
        let Ok(text) = nospill::rules::template::fill(template, &mut random) else { continue };
        let base = filler.clone().into_bytes();
        let cut = random.below(base.len());
        let next = [&base[..cut], b"\n", text.as_slice(), b"\n", &base[cut..]].concat();
        let ops = [
            Op { start: 0, len: cut, copy_from: Some(0) },
            Op { start: cut, len: text.len() + 2, copy_from: None },
            Op { start: cut + text.len() + 2, len: base.len() - cut, copy_from: Some(cut) },
        ];
        let ops: Vec<Op> = ops.into_iter().filter(|op| op.len > 0).collect();
        let marks = scanner.marks(&base, None, &mut scratch);
        assert!(!marks.are_live());
        let heir = scanner.marks(&next, Some((&marks, &ops)), &mut scratch);
        for path in PATHS {
            let scanned = scanner.scan(Subject { content: &next, path: path.as_bytes() }, &mut scratch);
            assert!(scanned.matches.is_empty() || heir.are_live(), "{rule} at {path}");
        }
        // What is gone with the next version is gone from its marks.
        let back = [
            Op { start: 0, len: cut, copy_from: Some(0) },
            Op { start: cut, len: base.len() - cut, copy_from: Some(cut + text.len() + 2) },
        ];
        let back: Vec<Op> = back.into_iter().filter(|op| op.len > 0).collect();
        assert!(!scanner.marks(&base, Some((&heir, &back)), &mut scratch).are_live(), "{rule}");
    }
}

/// A token that is hidden, whose halves come one after the other.
#[test]
fn what_is_put_together_late_is_live() {
    let scanner = Scanner::new(RuleSet::builtin());
    let mut scratch = Scratch::default();
    let base = "int counter = 0; /* nothing to see */\n".repeat(100).into_bytes();
    let middle = base.len() / 2 / 37 * 37;
    for value in tricks(&token()) {
        let text = format!("x = \"{value}\"\n").into_bytes();
        for cut in (1..text.len()).step_by(3) {
            let op = |start, len, copy_from| Op { start, len, copy_from };
            let first = [&base[..middle], &text[..cut], &base[middle..]].concat();
            let ops = [op(0, middle, Some(0)), op(middle, cut, None), op(middle + cut, base.len() - middle, Some(middle))];
            let before = scanner.marks(&first, Some((&scanner.marks(&base, None, &mut scratch), &ops)), &mut scratch);
            let (at, rest) = (middle + cut, text.len() - cut);
            let second = [&first[..at], &text[cut..], &first[at..]].concat();
            let ops = [op(0, at, Some(0)), op(at, rest, None), op(at + rest, first.len() - at, Some(at))];
            let heir = scanner.marks(&second, Some((&before, &ops)), &mut scratch);
            assert!(
                heir.are_live() && heir.keywords().eq(scanner.marks(&second, None, &mut scratch).keywords()),
                "{value:?} at {cut}"
            );
        }
    }
}

/// What is copied twice is there twice: whichever copy the next version keeps, it is known.
#[test]
fn both_copies_of_an_encoded_secret_are_inherited() {
    let scanner = Scanner::new(RuleSet::builtin());
    let mut scratch = Scratch::default();
    let filler = "int counter = 0; /* nothing to see */\n".repeat(300).into_bytes();
    let op = |start, len, copy_from| Op { start, len, copy_from };
    let mut encoded = 0;
    for value in tricks(&token()) {
        let text = [&filler, format!("x = \"{value}\"\n").as_bytes(), filler.as_slice()].concat();
        let marks = scanner.marks(&text, None, &mut scratch);
        let twice = [text.as_slice(), &text].concat();
        let (len, half) = (text.len(), twice.len() / 2);
        let heir = scanner.marks(&twice, Some((&marks, &[op(0, len, Some(0)), op(half, len, Some(0))])), &mut scratch);
        for from in [0, half] {
            let kept = scanner.marks(&text, Some((&heir, &[op(0, len, Some(from))])), &mut scratch);
            assert!(kept.are_live(), "{value:?} from {from}");
        }
        encoded += 1;
    }
    assert!(encoded > 5);
}
