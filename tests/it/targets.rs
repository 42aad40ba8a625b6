//! What reads an attacker's bytes, one function each: bytes in, a panic when a promise is broken. The stable harness
//! (`fuzz.rs`) and cargo-fuzz (`fuzz/`) call the same functions.
#![allow(unreachable_pub, missing_docs, reason = "part of two crates: a test, and the library of `fuzz/`")]

use std::cell::RefCell;
use std::io::{Cursor, Read};
use std::path::Path;

use nospill::cli::keep::Tool;
use nospill::commands::baseline::foreign::Foreign;
use nospill::commands::config::import;
use nospill::config::schema::Config;
use nospill::detect::decode::encoding::{Decoded, Encoding};
use nospill::detect::decode::layer::Layer;
use nospill::detect::decode::sweep::Eye;
use nospill::detect::decode::{self, encrypted, sweep};
use nospill::detect::scanner::{Scanner, Scratch, Subject};
use nospill::guard::dockerignore::DockerIgnore;
use nospill::policy::baseline::Baseline;
use nospill::policy::inline;
use nospill::report::escape;
use nospill::report::form::{self, Form};
use nospill::report::json::{CommitV1, Document, Effect, FindingV1, HistoryV1, NoticeV1, SummaryV1, Tool as Program};
use nospill::rules::ruleset::RuleSet;
use nospill::rules::schema;
use nospill::source::archive::{self, Limits, Open, Reading};
use nospill::source::index::Index as GitIndex;
use nospill::source::pack::delta::Delta;
use nospill::source::pack::entry::{Entry, pack_count};
use nospill::source::pack::index::Index;
use nospill::source::pack::inflate::Inflater;
use nospill::source::pack::midx::MultiIndex;
use nospill::source::pack::object::{self, Commit, Tag};
use nospill::source::pack::{ObjectFormat, loose};
use nospill::types::input::Content;
use nospill::types::span::Span;

/// A target: its name, which is that of its file in `fuzz/fuzz_targets`, and what it does.
pub type Target = (&'static str, fn(&[u8]));

/// All of them.
pub const TARGETS: &[Target] = &[
    ("archive", archive),
    ("baseline", baseline),
    ("config", config),
    ("decode", decode),
    ("delta", delta),
    ("git_index", git_index),
    ("import", import),
    ("loose", loose),
    ("multi_index", multi_index),
    ("objects", objects),
    ("oracle", oracle),
    ("pack_entry", pack_entry),
    ("pack_index", pack_index),
    ("patterns", patterns),
    ("report", report),
    ("scanner", scanner),
    ("sweep", sweep),
];

/// The most that a reader may make of a case.
const MOST: u64 = 1 << 20;

thread_local! {
    static SCANNER: RefCell<(Scanner, Scratch)> = RefCell::new((Scanner::new(RuleSet::builtin()), Scratch::default()));
}

/// The first byte is a choice, the others are the content.
fn chosen(data: &[u8]) -> (usize, &[u8]) {
    data.split_first().map_or((0, data), |(&choice, content)| (usize::from(choice), content))
}

fn format(choice: usize) -> ObjectFormat {
    if choice.is_multiple_of(3) { ObjectFormat::Sha256 } else { ObjectFormat::Sha1 }
}

/// A path that a rule may look at.
fn path(choice: usize) -> &'static [u8] {
    const PATHS: [&[u8]; 8] = [b"a.py", b"b.yaml", b".env", b"c", b"d.json", b"id_rsa", b"e.tf", b"f.properties"];
    PATHS[choice % PATHS.len()]
}

/// Spans are inside the content, and in order.
pub fn scanner(data: &[u8]) {
    let (choice, content) = chosen(data);
    let subject = Subject { content, path: path(choice) };
    SCANNER.with_borrow_mut(|(scanner, scratch)| {
        let scanned = scanner.scan(subject, scratch);
        for found in &scanned.matches {
            assert!(found.secret.start < found.secret.end && found.secret.end <= content.len(), "{found:?}");
            assert!(found.whole.start <= found.secret.start && found.whole.end <= content.len(), "{found:?}");
        }
        assert!(scanned.matches.is_sorted_by_key(|found| found.secret.start));
    });
    inline::allows(content, |_| true);
}

/// The fast way finds what the slow obvious one does.
pub fn oracle(data: &[u8]) {
    let (choice, content) = chosen(data);
    let subject = Subject { content, path: path(choice) };
    SCANNER.with_borrow_mut(|(scanner, scratch)| {
        let (fast, slow) = (scanner.scan(subject, scratch), scanner.scan_everywhere(subject, scratch));
        assert_eq!(fast, slow);
    });
}

/// Every way back leads into the content.
pub fn decode(data: &[u8]) {
    let mut layer = Layer::default();
    for decode in [decode::for_each, decode::manifests, decode::mail] {
        decode(data, &mut layer, &mut |layer| {
            assert!(layer.origin().end <= data.len());
            let all = layer.original(Span::new(0, layer.text().len()));
            assert!(all.start <= all.end && all.end <= data.len(), "{all:?} of {}", data.len());
        });
    }
    for encoding in [Encoding::of(data), Encoding::Utf16Le, Encoding::Utf16Be] {
        let decoded = Decoded::new(data, encoding);
        let all = decoded.original(Span::new(0, decoded.text.len()));
        assert!(all.start <= all.end && all.end <= data.len(), "{all:?} of {}", data.len());
    }
    for sealed in encrypted::sealed(data) {
        assert!(sealed.span.start <= sealed.span.end && sealed.span.end <= data.len(), "{sealed:?}");
    }
}

/// What is found at a place is found by its name.
pub fn pack_index(data: &[u8]) {
    let (choice, content) = chosen(data);
    let Ok(index) = Index::new(Content::Owned(content.to_vec()), format(choice)) else { return };
    for at in 0..index.len().min(50) {
        let (_, _, found) = (index.offset(at), index.crc(at), index.find(index.oid(at)));
        assert!(found.is_none_or(|found| found < index.len()));
    }
    let _ = (index.find(&[choice as u8; 20]), index.pack_checksum());
}

/// An index made of a part of a multi-pack index reads as one.
pub fn multi_index(data: &[u8]) {
    let (choice, content) = chosen(data);
    let Ok(multi) = MultiIndex::new(Content::Owned(content.to_vec()), format(choice)) else { return };
    if let Ok(made) = multi.index_of(Path::new("/nowhere/pack-a.pack")) {
        let index = Index::new(made, format(choice)).expect("an index that we made");
        for at in 0..index.len().min(50) {
            let _ = (index.offset(at), index.find(index.oid(at)));
        }
    }
}

/// An entry inflates to its size, or not at all.
pub fn pack_entry(data: &[u8]) {
    let (choice, content) = chosen(data);
    let _ = pack_count(content);
    let Ok(entry) = Entry::parse(content, 12.min(content.len()), format(choice).name_len()) else { return };
    let mut out = Vec::new();
    if Inflater::default().inflate(&content[entry.data..], entry.size, MOST, &mut out).is_ok() {
        assert_eq!(out.len() as u64, entry.size);
    }
}

/// A delta makes what it claims, and its instructions add up to that.
pub fn delta(data: &[u8]) {
    let (choice, rest) = chosen(data);
    let (base, instructions) = rest.split_at((choice * 2).min(rest.len()));
    let (mut ops, mut out) = (Vec::new(), Vec::new());
    if let Ok(delta) = Delta::new(instructions)
        && delta.apply(base, MOST, &mut ops, &mut out).is_ok()
    {
        assert_eq!((ops.iter().map(|op| op.len).sum::<usize>(), out.len() as u64), (out.len(), delta.target));
    }
}

/// Where decoding starts: both ways find what one that goes byte by byte does, going on behind each run or further on.
pub fn sweep(data: &[u8]) {
    struct Told<'d>(&'d [u8], usize, Vec<usize>, Vec<usize>);
    impl Eye for Told<'_> {
        fn run(&mut self, start: usize) -> Option<usize> {
            self.2.push(start);
            (self.1 > 0).then(|| digits_end(self.0, start) + self.1)
        }

        fn sign(&mut self, at: usize) {
            self.3.push(at);
        }
    }
    let (skip, content) = chosen(data);
    let mut want = Told(content, skip, Vec::new(), Vec::new());
    let mut at = 0;
    while at < content.len() {
        let end = digits_end(content, at);
        at = if end - at < sweep::SHORTEST { end + 1 } else { want.run(at).unwrap_or(end) };
    }
    let is_zero = |at: usize| content.get(at) == Some(&0);
    want.3 = (0..content.len())
        .filter(|&at| {
            let is_alone = is_zero(at) && !is_zero(at + 1) && !(at > 0 && is_zero(at - 1));
            is_alone
                || b"\\%\x1b\xc2\xe2\xef".contains(&content[at])
                || (0xc4..=0xd6).contains(&content[at])
                || content[at..].starts_with(b"&#")
        })
        .collect();
    let (mut found, mut plain) = (Told(content, skip, Vec::new(), Vec::new()), Told(content, skip, Vec::new(), Vec::new()));
    sweep::over(content, &mut found);
    sweep::portable(content, &mut plain);
    plain.3.sort_unstable();
    assert_eq!((&found.2, &plain.2), (&want.2, &want.2), "{skip}");
    assert_eq!((&found.3, &plain.3), (&want.3, &want.3));
}

/// Where the base64 digits from `start` on end.
fn digits_end(content: &[u8], start: usize) -> usize {
    let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte);
    content[start..].iter().position(|byte| !is_digit(byte)).map_or(content.len(), |len| start + len)
}

/// Commits, tags and trees.
pub fn objects(data: &[u8]) {
    let (choice, content) = chosen(data);
    let _ = (Commit::parse(content).map(|c| c.parents().count()), Tag::parse(content).is_ok());
    let entries = object::tree(content, format(choice)).count();
    assert!(entries <= content.len() + 1);
}

/// A loose object has the size that it says.
pub fn loose(data: &[u8]) {
    let mut content = Vec::new();
    if loose::parse(data, MOST, &mut Inflater::default(), &mut content).is_ok() {
        assert!(content.len() as u64 <= MOST);
    }
}

/// An index that reads gives as many entries as it says, or says what is wrong.
pub fn git_index(data: &[u8]) {
    let (choice, content) = chosen(data);
    let Ok(index) = GitIndex::parse(content, format(choice).name_len()) else { return };
    let (mut cursor, mut seen) = (index.entries(), 0);
    while let Ok(Some(_)) = cursor.advance() {
        seen += 1;
        assert!(cursor.path().len() <= content.len() * content.len());
    }
    assert!(seen <= index.len());
    let mut skipping = index.entries();
    assert!(skipping.skip(index.len()).is_ok(), "it was stepped over when it was read");
}

/// The repository's configuration.
pub fn config(data: &[u8]) {
    if let Ok(config) = Config::parse(data, ".nospill.toml") {
        let _ = config.rules(".nospill.toml").map(RuleSet::with_custom);
    }
    let ignored = DockerIgnore::parse(&String::from_utf8_lossy(data));
    ignored.excludes("a/b.env");
}

/// A file of patterns.
pub fn patterns(data: &[u8]) {
    let _ = schema::parse(&String::from_utf8_lossy(data));
}

/// What is read is written as what reads the same.
pub fn baseline(data: &[u8]) {
    if let Ok(baseline) = Baseline::parse(data) {
        assert_eq!(Baseline::parse(&baseline.render()), Ok(baseline));
    }
}

/// Other scanners' files: what they become is TOML.
pub fn import(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for tool in [Tool::Gitleaks, Tool::DetectSecrets, Tool::GitAllowed, Tool::Talisman, Tool::Secretlint] {
        if let Ok(made) = import::convert(tool, &text, Path::new("of another")) {
            assert!(made.parse::<toml::Table>().is_ok(), "{tool:?}: {made}");
        }
    }
    let _ = Foreign::parse(&text).is_ok();
}

/// Counts what an archive gives.
struct Counter {
    bytes: u64,
    members: u64,
}

impl Open for Counter {
    fn wants(&self, names: &[Vec<u8>]) -> bool {
        !names.is_empty()
    }

    fn whole(&mut self, _names: &[Vec<u8>], content: &[u8]) -> Reading {
        self.bytes += content.len() as u64;
        self.members += 1;
        Reading::Binary
    }

    fn large(&mut self, _names: &[Vec<u8>], head: Vec<u8>, rest: &mut dyn Read) -> std::io::Result<()> {
        self.members += 1;
        self.bytes += head.len() as u64 + std::io::copy(rest, &mut std::io::sink())?;
        Ok(())
    }

    fn excluded(&mut self) {}

    fn notice(&mut self, _names: &[Vec<u8>], _why: String) {}
}

/// Limits hold: of bytes, and of members.
pub fn archive(data: &[u8]) {
    let limits = Limits { depth: 3, entries: 200, total: MOST, ratio: 200 };
    for open in [archive::open, archive::open_behind] {
        let mut counter = Counter { bytes: 0, members: 0 };
        open(Cursor::new(data), data.len() as u64, b"outer", &limits, &mut counter);
        // A tar file's own members cost nothing: they are bytes of the file. What was unpacked of them is held to the limit.
        let most = (MOST + data.len() as u64) * limits.depth as u64;
        assert!(counter.bytes <= most && counter.members <= limits.entries, "{} of {}", counter.bytes, counter.members);
    }
}

/// A report whose every text is an attacker's: each format reads back, or lets nothing out.
pub fn report(data: &[u8]) {
    let (choice, content) = chosen(data);
    let texts: Vec<String> = content.split(|&b| b == 0xff).map(|part| String::from_utf8_lossy(part).into_owned()).collect();
    let is_unsafe =
        |c: char| c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    assert!(!escape::path(content).chars().any(is_unsafe));
    for text in &texts {
        assert!(!escape::message(text).chars().any(|c| c != '\n' && is_unsafe(c)), "{text:?}");
    }
    let document = document(&texts, choice);
    let render = |form: Form| form::text(|out| form::write(form, &document, 1_700_000_000, out));
    for form in [Form::Json, Form::Sarif, Form::Gitlab] {
        serde_json::from_str::<serde_json::Value>(&render(form)).expect("JSON");
    }
    let again = Document::parse(render(Form::Json).as_bytes()).expect("our own report");
    assert_eq!(again.findings.get(0).path, document.findings.get(0).path);
    for line in render(Form::JsonLines).lines() {
        serde_json::from_str::<serde_json::Value>(line).expect("JSON");
    }
    assert_eq!(render(Form::Html).matches("<script").count(), 1);
    for (form, start) in [(Form::Azure, "##vso["), (Form::Github, "::")] {
        let text = render(form);
        assert!(text.lines().all(|line| line.starts_with(start) && line[2..].matches("##vso[").count() == 0), "{text}");
    }
    for form in [Form::Azure, Form::Github, Form::Csv, Form::Markdown, Form::Junit, Form::Html] {
        let text = render(form);
        assert!(!text.chars().any(|c| c != '\n' && c != '\r' && is_unsafe(c)), "{form:?}: {text}");
        if form != Form::Html {
            assert_eq!(text.lines().count(), lines_of_plain(form, &document), "{form:?}: {text}");
        }
    }
}

/// How many lines a format has for a report of the same shape without anything special in its texts.
fn lines_of_plain(form: Form, like: &Document<'_>) -> usize {
    let text = |old: &String| if old.is_empty() { String::new() } else { "x".to_owned() };
    let mut plain = like.clone();
    let mut findings = plain.findings.into_vec();
    for finding in &mut findings {
        for part in [&mut finding.rule, &mut finding.title, &mut finding.path, &mut finding.secret, &mut finding.advice] {
            *part = text(part);
        }
        for part in [&mut finding.severity, &mut finding.confidence, &mut finding.fingerprint, &mut finding.group] {
            *part = text(part);
        }
        finding.excerpt = text(&finding.excerpt);
        finding.note = finding.note.as_ref().map(text);
        if let Some(history) = &mut finding.history {
            for part in [&mut history.commit.author, &mut history.commit.email, &mut history.commit.id, &mut history.commit.date]
            {
                *part = text(part);
            }
        }
    }
    plain.findings = findings.into();
    for notice in &mut plain.notices {
        (notice.path, notice.why) = (text(&notice.path), text(&notice.why));
    }
    form::text(|out| form::write(form, &plain, 1_700_000_000, out)).lines().count()
}

/// A report with two findings and a notice.
fn document(texts: &[String], choice: usize) -> Document<'static> {
    let text = |number: usize| texts.get(number % texts.len().max(1)).cloned().unwrap_or_default();
    let commit = || CommitV1 { id: text(3), author: text(4), email: text(5), date: text(6) };
    let history =
        || HistoryV1 { commit: commit(), in_head: true, last_seen: text(7), last_seen_date: None, objects: 1, paths: 1 };
    let finding = |number: usize, effect| FindingV1 {
        evidence: None,
        rule: text(number),
        title: text(number + 1),
        severity: text(number + 2),
        confidence: text(number + 3),
        effect,
        path: text(number + 4),
        reached: None,
        line: 1,
        column: 1,
        end_line: 1,
        end_column: 2,
        secret: text(number + 5),
        fingerprint: text(number + 6),
        note: (choice & 1 != 0).then(|| text(number + 7)),
        suppressed: None,
        advice: text(number + 8),
        excerpt: text(number + 9),
        group: text(number + 10),
        line_hash: None,
        history: (choice & 2 != 0).then(history),
    };
    Document {
        shard: None,
        version: 1,
        tool: Program { name: "nospill".into(), version: "0".into() },
        findings: vec![finding(0, Effect::Deny), finding(11, Effect::Audit)].into(),
        notices: vec![NoticeV1 { kind: "skipped".into(), path: text(1), why: text(2) }],
        summary: SummaryV1 { denied: 1, audited: 1, skipped: 1, ..SummaryV1::default() },
    }
}
