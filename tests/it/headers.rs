//! What stands beside the contents of archives and compressed files: in headers, and behind their ends.

use std::io::{Cursor, Write as _};

use super::archive::{bzipped, gzipped, lzmaed, tarred, xzed, zipped, zstandard};
use super::env::{World, token};

const RULE: &str = "github-pat deny";

/// The findings in one file, which must all be told.
fn within(name: &str, content: impl AsRef<[u8]>) -> (i32, Vec<String>, String) {
    let world = World::new();
    world.write(name, content);
    let ran = world.nospill(&["dir", "--format", "json"]);
    (ran.code, ran.findings(), ran.whole())
}

fn places(name: &str, content: impl AsRef<[u8]>) -> Vec<String> {
    let (_, findings, _) = within(name, content);
    findings.iter().map(|found| found.strip_suffix(RULE).unwrap_or(found).trim().to_owned()).collect()
}

fn gzip_with(build: impl FnOnce(flate2::GzBuilder) -> flate2::GzBuilder) -> Vec<u8> {
    let mut encoder = build(flate2::GzBuilder::new()).write(Vec::new(), flate2::Compression::default());
    encoder.write_all(b"nothing\n").expect("compressed");
    encoder.finish().expect("compressed")
}

#[test]
fn gzip_headers_are_read() {
    let line = token(1);
    let secret = line.trim_end();
    for (what, content) in [
        ("comment", gzip_with(|header| header.comment(secret))),
        ("name", gzip_with(|header| header.filename(secret))),
        ("extra", gzip_with(|header| header.extra([&b"Se\x40\0"[..], secret.as_bytes()].concat()))),
        ("second member's", [gzipped(b"first\n"), gzip_with(|header| header.comment(secret))].concat()),
    ] {
        assert_eq!(places("a.log.gz", content), ["a.log.gz!(its headers):1"], "{what}");
    }
    // A member's own name is none of them.
    let world = World::new();
    world.write("access.log.gz", gzip_with(|header| header.filename("access.log")));
    assert!(world.nospill(&["dir"]).err.contains("scanned 2 objects"), "{}", world.nospill(&["dir"]).whole());
}

/// A header of a tar file and what it holds, filled up to a block.
fn block(kind: tar::EntryType, content: &[u8], edit: impl FnOnce(&mut tar::Header)) -> Vec<u8> {
    let mut header = tar::Header::new_ustar();
    header.set_path("x").expect("a short one");
    header.set_entry_type(kind);
    header.set_size(content.len() as u64);
    edit(&mut header);
    header.set_cksum();
    let mut block = [header.as_bytes(), content].concat();
    block.resize(block.len().next_multiple_of(512), 0);
    block
}

fn record(key: &str, value: &str) -> Vec<u8> {
    let rest = key.len() + value.len() + 3;
    let length = (rest + 1..).find(|length| length.to_string().len() + rest == *length).expect("one");
    format!("{length} {key}={value}\n").into_bytes()
}

#[test]
fn tar_headers_are_read() {
    use tar::EntryType as Kind;
    let line = token(1);
    let secret = line.trim_end();
    let plain = || block(Kind::Regular, b"nothing\n", |_| ());
    let pax = |records: &[u8]| [block(Kind::XHeader, records, |_| ()), plain()].concat();
    for (what, content) in [
        ("comment", pax(&record("comment", secret))),
        (
            "attribute",
            pax(&[record("mtime", "1.25"), record("SCHILY.xattr.user.note", &format!("two\nlines\n{secret}"))].concat()),
        ),
        ("broken record", pax(format!("7 comment={secret}\n").as_bytes())),
        ("behind others", [plain(), plain(), pax(&record("comment", secret))].concat()),
        ("hard link", [plain(), block(Kind::Link, b"", |header| header.set_link_name(secret).expect("a short one"))].concat()),
    ] {
        let content = [content, vec![0; 1024]].concat();
        assert_eq!(
            places("a.tar", &content).iter().filter(|place| place.starts_with("a.tar!(its headers):")).count(),
            1,
            "{what}"
        );
        assert_eq!(places("a.tgz", gzipped(&content)).len(), 1, "{what}, compressed");
    }
    let global = [block(Kind::XGlobalHeader, &record("comment", secret), |_| ()), plain(), vec![0; 1024]].concat();
    assert_eq!(places("a.tar", global), ["a.tar!x:1"]);
    // Ordinary ones say nothing that is to be scanned.
    let world = World::new();
    let usual = [record("path", "a/rather/long/path"), record("mtime", "1700000000.123456789")].concat();
    world.write("a.tar", [pax(&usual), vec![0; 1024]].concat());
    assert!(world.nospill(&["dir"]).err.contains("scanned 2 objects"), "{}", world.nospill(&["dir"]).whole());
}

#[test]
fn zip_headers_are_read() {
    let line = token(1);
    let secret = line.trim_end();
    let options = zip::write::SimpleFileOptions::default();
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    archive.start_file("a.txt", options.into_full_options().with_file_comment(secret)).expect("a member");
    archive.write_all(b"nothing\n").expect("a content");
    let zip = archive.finish().expect("an archive").into_inner();
    assert_eq!(places("a.zip", zip), ["a.zip!(its headers):1"]);
}

#[test]
fn what_stands_behind_streams_is_read() {
    let line = token(1);
    let line = line.as_bytes();
    let (tar, nothing) = (tarred(&[("in/a.txt", b"nothing\n")]), b"nothing\n");
    for (name, content) in [
        ("a.gz", gzipped(nothing)),
        ("a.tgz", gzipped(&tar)),
        ("a.bz2", bzipped(nothing)),
        ("a.zst", zstandard(nothing)),
        ("a.xz", xzed(nothing)),
        ("a.lzma", lzmaed(nothing, false)),
        ("a.tar.lzma", lzmaed(&tar, false)),
        ("a.zip", zipped(&[("a.txt", nothing)])),
    ] {
        let behind = format!("{name}!(behind its end)");
        assert_eq!(places(name, [&content, line].concat()), [format!("{behind}:1")]);
        let padded = [&content, &[0; 4096][..], line].concat();
        assert!(places(name, padded)[0].starts_with(&behind), "{name}");
        // An archive of another kind is opened there.
        let other = zipped(&[("b.txt", line)]);
        if name != "a.zip" {
            assert_eq!(places(name, [&content[..], &other].concat()), [format!("{behind}!b.txt:1")]);
        }
        let (code, findings, whole) = within(name, [&content, &[0; 4096][..]].concat());
        assert_eq!((code, findings.len()), (0, 0), "{name}, with zeros behind it: {whole}");
    }
    // What a glob leaves out is passed over all the same.
    let world = World::new();
    world.write("a.gz", [gzipped(nothing), line.to_vec()].concat());
    let ran = world.nospill(&["dir", "--format", "json", "--exclude", "a"]);
    assert_eq!(ran.findings(), [format!("a.gz!(behind its end):1 {RULE}")]);
}

#[test]
fn streams_in_a_row_are_one_content() {
    let line = token(1);
    let (line, nothing) = (line.as_bytes(), b"nothing\n");
    let skippable = |text: &[u8]| [&[0x5a, 0x2a, 0x4d, 0x18][..], &(text.len() as u32).to_le_bytes(), text].concat();
    for (name, content, want) in [
        ("a.gz", [gzipped(nothing), gzipped(line)].concat(), "a.gz!a:2"),
        ("b.gz", [gzipped(nothing), vec![0; 512], gzipped(line)].concat(), "b.gz!b:2"),
        ("a.bz2", [bzipped(nothing), bzipped(b""), bzipped(line)].concat(), "a.bz2!a:2"),
        ("a.xz", [xzed(nothing), vec![0; 8], xzed(line)].concat(), "a.xz!a:2"),
        ("a.zst", [skippable(b"some words"), zstandard(nothing), skippable(b""), zstandard(line)].concat(), "a.zst!a:2"),
        ("b.zst", [zstandard(nothing), skippable(line)].concat(), "b.zst!(its headers):1"),
        ("a.lzma", [lzmaed(nothing, false), lzmaed(line, false)].concat(), "a.lzma!(behind its end)!(behind its end):1"),
    ] {
        assert_eq!(places(name, content), [want]);
    }
    // Very many are neither nested nor kept.
    let many: Vec<u8> = (0..20_000).flat_map(|_| gzipped(b"x\n")).chain(gzipped(line)).collect();
    assert_eq!(places("many.gz", many), ["many.gz!many:20001"]);
}

#[test]
fn what_is_not_opened_is_said() {
    let world = World::new();
    world.write("w/app.js.br", [0x1b, 0x03, 0xf8, 0, 0xa4, 0xb0, 0xb2, 0x6a, 0x80, 0x47, 0]);
    world.write("a.7z", [&b"7z\xbc\xaf\x27\x1c\0\x04"[..], &[0; 40]].concat());
    world.write("text.br", token(1));
    let ran = world.nospill(&["dir"]);
    assert!(ran.code == 1 && ran.whole().contains("text.br:1"), "{}", ran.whole());
    for says in ["w/app.js.br: compressed by brotli: not opened", "a.7z: a 7z archive: not opened"] {
        assert!(ran.whole().contains(says), "{says}: {}", ran.whole());
    }
    assert!(!world.nospill(&["dir", "--no-archives"]).whole().contains("not opened"));
}
