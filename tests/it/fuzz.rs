//! A fixed number of seeded cases for everything that reads what an attacker wrote. `fuzz/` holds the same entry points
//! for cargo-fuzz.

use nospill::config::schema::Config;
use nospill::detect::decode::{self, layer::Layer};
use nospill::detect::scanner::{Scanner, Scratch, Subject};
use nospill::report::escape;
use nospill::rules::ruleset::RuleSet;
use nospill::rules::schema;
use nospill::rules::template::{Random, fill};
use nospill::source::pack::ObjectFormat;
use nospill::source::pack::delta::Delta;
use nospill::source::pack::entry::{Entry, pack_count};
use nospill::source::pack::index::Index;
use nospill::source::pack::midx::MultiIndex;
use nospill::source::pack::object::{self, Commit, Tag};
use nospill::types::input::Content;

use crate::oracle::templates;

/// Changes, cuts, doubles and inserts a few bytes.
fn mutate(bytes: &mut Vec<u8>, random: &mut Random) {
    const TELLING: &[&[u8]] =
        &[b"\0", b"\n", b"\r\n", b"\"", b"\\", b"\xff\xfe", b"\xe2\x80\x8b", b"=", b"%3d", b"\xff\xff\xff\xff", b"\x1b["];
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len() + 1);
        let end = (at + random.below(20)).min(bytes.len());
        match random.below(5) {
            0 if at < bytes.len() => bytes[at] = random.below(256) as u8,
            1 => drop(bytes.drain(at..end)),
            2 => {
                let part = bytes[at..end].to_vec();
                bytes.splice(at..at, part);
            }
            3 => drop(bytes.splice(at..at, TELLING[random.below(TELLING.len())].iter().copied())),
            _ => bytes.truncate(at.max(1)),
        }
    }
}

#[test]
fn scanner_and_decoders() {
    let (scanner, templates) = (Scanner::new(RuleSet::builtin()), templates());
    let (mut scratch, mut layer) = (Scratch::default(), Layer::default());
    for seed in 0..1500 {
        let mut random = Random::new("fuzz scanner", seed);
        let (id, template) = &templates[random.below(templates.len())];
        let mut content = fill(template, &mut Random::new(id, seed)).expect("a template");
        mutate(&mut content, &mut random);
        let path = ["a.py", "b.yaml", ".env", "c", "d.json"][random.below(5)];
        let subject = Subject { content: &content, path: path.as_bytes() };
        let scanned = scanner.scan(subject, &mut scratch);
        for found in &scanned.matches {
            assert!(found.secret.start < found.secret.end && found.secret.end <= content.len(), "{seed}");
            assert!(found.whole.start <= found.secret.start && found.whole.end <= content.len(), "{seed}");
        }
        assert!(scanned.matches.is_sorted_by_key(|found| found.secret.start), "{seed}");
        if seed % 100 == 0 {
            assert_eq!(scanned, scanner.scan_everywhere(subject, &mut scratch), "{seed}");
        }
        decode::for_each(&content, &mut layer, &mut |layer| assert!(layer.origin().end <= content.len(), "{seed}"));
    }
}

#[test]
fn store_readers() {
    let mut random = Random::new("fuzz stores", 0);
    let mut index = b"\xfftOc\0\0\0\x02".to_vec();
    (0..256u32).for_each(|first| index.extend((first / 64).to_be_bytes()));
    index.extend(
        [vec![0x40; 20], vec![0x80; 20], vec![0xc0; 20], vec![0; 12], vec![0, 0, 0, 12, 0x80, 0, 0, 0, 0, 0, 0, 99]].concat(),
    );
    index.extend(vec![1; 8 + 40]);
    let mut midx =
        b"MIDX\x01\x01\x02\x00\0\0\0\x01PNAM\0\0\0\0\0\0\0\x30OIDL\0\0\0\0\0\0\0\x40\0\0\0\0\0\0\0\0\0\0\0\x54".to_vec();
    midx.extend([b"pack-a.idx\0".to_vec(), vec![7; 90]].concat());
    let who = "A <a@b> 1 +0000";
    let commit = format!("tree {0}\nparent {0}\nauthor {who}\ncommitter {who}\n\nx\n", "1".repeat(40)).into_bytes();
    let tag = format!("object {}\ntype commit\ntag t\ntagger {who}\n\nx\n", "1".repeat(40)).into_bytes();
    let tree = [b"100644 a\0".as_slice(), &[1; 20], b"40000 b\0", &[2; 20]].concat();
    let pack = [b"PACK\0\0\0\x02\0\0\0\x01\x9c\x01".as_slice(), &[3; 60]].concat();
    let base = vec![9; 500];
    let delta = [&[0xf4, 3, 200, 1, 0x90, 100, 5][..], b"abcde", &[0x91, 4, 95]].concat();
    for round in 0..20_000 {
        let format = if round % 3 == 0 { ObjectFormat::Sha256 } else { ObjectFormat::Sha1 };
        let mut of = |bytes: &[u8]| {
            let mut bytes = bytes.to_vec();
            mutate(&mut bytes, &mut random);
            bytes
        };
        let (bad, name) = (of(&index), [round as u8; 20]);
        if let Ok(index) = Index::new(Content::Owned(bad), format) {
            for at in 0..index.len().min(50) {
                let (_, _, found) = (index.offset(at), index.crc(at), index.find(index.oid(at)));
                assert!(found.is_none_or(|found| found < index.len()));
            }
            let _ = (index.find(&name), index.pack_checksum());
        }
        if let Ok(midx) = MultiIndex::new(Content::Owned(of(&midx)), format) {
            let _ = midx.index_of(std::path::Path::new("/nowhere/pack-a.pack"));
        }
        let _ = (Commit::parse(&of(&commit)).map(|c| c.parents().count()), Tag::parse(&of(&tag)).is_ok());
        let _ = object::tree(&of(&tree), format).count();
        let bad = of(&pack);
        let _ = (pack_count(&bad), Entry::parse(&bad, 12, format.name_len()));
        let (mut ops, mut out) = (Vec::new(), Vec::new());
        if let Ok(delta) = Delta::new(&of(&delta))
            && delta.apply(&base, 1 << 20, &mut ops, &mut out).is_ok()
        {
            assert_eq!((ops.iter().map(|op| op.len).sum::<usize>(), out.len() as u64), (out.len(), delta.target));
        }
    }
}

#[test]
fn configuration_and_patterns() {
    let config =
        b"[scan]\nexclude = [\"a/**\", \"*.min.js\"]\n[[rule]]\nid = \"my-rule\"\ntitle = \"T\"\nregex = 'my_[a-z]{8,99}'\n"
            .to_vec();
    let patterns = std::fs::read("patterns/github.toml").expect("a file");
    for seed in 0..300 {
        let mut random = Random::new("fuzz config", seed);
        let mut bad = config.clone();
        mutate(&mut bad, &mut random);
        if let Ok(config) = Config::parse(&bad, ".nospill.toml") {
            let _ = config.rules(".nospill.toml").map(RuleSet::with_custom);
        }
        if seed % 10 == 0 {
            let mut bad = patterns.clone();
            mutate(&mut bad, &mut random);
            let _ = schema::parse(&String::from_utf8_lossy(&bad));
        }
    }
}

#[test]
fn escaping() {
    let is_unsafe =
        |c: char| c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    for seed in 0..20_000 {
        let mut random = Random::new("fuzz escape", seed);
        let len = random.below(40);
        let mut bytes = random.bytes(len);
        mutate(&mut bytes, &mut random);
        assert!(!escape::path(&bytes).chars().any(is_unsafe), "{bytes:?}");
        let text = String::from_utf8_lossy(&bytes);
        assert!(!escape::message(&text).chars().any(|c| c != '\n' && is_unsafe(c)), "{bytes:?}");
    }
}
