//! Archives in `nospill dir`: every kind, nested, images, bombs, broken ones.

use std::io::{Cursor, Write as _};

use lzma_rust2::{LzmaOptions, LzmaWriter, XzOptions, XzWriter};

use super::env::{Ran, World, token};

const RULE: &str = "github-pat deny";

pub(crate) fn tarred(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, content) in files {
        let mut header = tar::Header::new_gnu();
        // Past the builder's own checks: names with `..` are to be read, too.
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        archive.append(&header, *content).expect("a member");
    }
    archive.into_inner().expect("an archive")
}

pub(crate) fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).expect("a member");
        archive.write_all(content).expect("a content");
    }
    archive.finish().expect("an archive").into_inner()
}

pub(crate) fn gzipped(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(content).expect("compressed");
    encoder.finish().expect("compressed")
}

pub(crate) fn bzipped(content: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
    encoder.write_all(content).expect("compressed");
    encoder.finish().expect("compressed")
}

pub(crate) fn zstandard(content: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(content, ruzstd::encoding::CompressionLevel::Fastest)
}

pub(crate) fn xzed(content: &[u8]) -> Vec<u8> {
    let mut encoder = XzWriter::new(Vec::new(), XzOptions::with_preset(1)).expect("an encoder");
    encoder.write_all(content).expect("compressed");
    encoder.finish().expect("compressed")
}

/// As `xz --format=lzma` writes it, or without its head and with its properties before it, as a zip archive has it.
pub(crate) fn lzmaed(content: &[u8], in_zip: bool) -> Vec<u8> {
    let options = LzmaOptions::with_preset(1);
    let mut encoder = LzmaWriter::new(Vec::new(), &options, !in_zip, true, None).expect("an encoder");
    let head = [&[9, 20, 5, 0, encoder.props()][..], &options.dict_size.to_le_bytes()].concat();
    encoder.write_all(content).expect("compressed");
    let stream = encoder.finish().expect("compressed");
    if in_zip { [head, stream].concat() } else { stream }
}

/// A zip archive of one member that was packed before by any method.
pub(crate) fn zipped_by(method: u16, flags: u16, name: &str, packed: &[u8], content: &[u8]) -> Vec<u8> {
    let mut shared = Vec::new();
    for half in [63, flags, method, 0, 0] {
        shared.extend(u16::to_le_bytes(half));
    }
    for word in [crc32fast::hash(content), packed.len() as u32, content.len() as u32, name.len() as u32] {
        shared.extend(u32::to_le_bytes(word));
    }
    let local = [&b"PK\x03\x04"[..], &shared, name.as_bytes(), packed].concat();
    let central = [&b"PK\x01\x02\x3f\0"[..], &shared, &[0; 14], name.as_bytes()].concat();
    let mut end = b"PK\x05\x06\0\0\0\0\x01\0\x01\0".to_vec();
    for word in [central.len(), local.len()] {
        end.extend((word as u32).to_le_bytes());
    }
    [local, central, end, vec![0; 2]].concat()
}

fn found(world: &World, args: &[&str]) -> Vec<String> {
    world.nospill(&[&["dir", "--format", "json"], args].concat()).findings()
}

#[test]
fn every_kind_is_opened_by_content() {
    let world = World::new();
    let line = token(1);
    let line = line.as_bytes();
    let tar = tarred(&[("in/a.txt", line)]);
    let zip = zipped(&[("in/a.txt", line)]);
    for (name, content) in [
        ("a.tar", tar.clone()),
        ("b.tar.gz", gzipped(&tar)),
        ("c.tbz2", bzipped(&tar)),
        ("d.tar.zst", zstandard(&tar)),
        ("e.jar", zip.clone()),
        ("f.unnamed", zip),
        ("g.log.gz", gzipped(line)),
        ("h.bz2", bzipped(line)),
        ("i.zst", [zstandard(b"first\n"), zstandard(line)].concat()),
    ] {
        world.write(name, content);
    }
    let mut got = found(&world, &[]);
    got.sort();
    let want = [
        "a.tar!in/a.txt:1",
        "b.tar.gz!in/a.txt:1",
        "c.tbz2!in/a.txt:1",
        "d.tar.zst!in/a.txt:1",
        "e.jar!in/a.txt:1",
        "f.unnamed!in/a.txt:1",
        "g.log.gz!g.log:1",
        "h.bz2!h:1",
        "i.zst!i:2",
    ];
    assert_eq!(got, want.map(|place| format!("{place} {RULE}")));
    assert_eq!(found(&world, &["--no-archives"]).iter().filter(|line| line.contains('!')).count(), 0);
}

#[test]
fn xz_and_lzma_are_opened() {
    let world = World::new();
    let line = token(1);
    world.write("a.txt", &line);
    world.write("b.lzma", lzmaed(line.as_bytes(), false));
    world.write("c.tar.xz", xzed(&tarred(&[("in/c.txt", line.as_bytes())])));
    world.write("d.tar.lzma", lzmaed(&tarred(&[("in/d.txt", line.as_bytes())]), false));
    let mut want = vec!["b.lzma!b:1", "c.tar.xz!in/c.txt:1", "d.tar.lzma!in/d.txt:1"];
    // Debian's dpkg needs it, so it is nearly everywhere.
    if world.command("xz", "repo").args(["--keep", "a.txt"]).status().is_ok_and(|status| status.success()) {
        assert!(world.command("xz", "repo").args(["--format=lzma", "a.txt"]).status().is_ok_and(|status| status.success()));
        want.splice(0..0, ["a.txt.lzma!a.txt:1", "a.txt.xz!a.txt:1"]);
    } else {
        std::fs::remove_file(world.path().join("a.txt")).expect("gone");
    }
    assert_eq!(found(&world, &[]), want.iter().map(|place| format!("{place} {RULE}")).collect::<Vec<_>>());
}

#[test]
fn every_method_of_zip_is_read_and_checked() {
    let content = ["words\n".repeat(9), token(1)].concat();
    let content = content.as_bytes();
    for (method, packed) in [(93, zstandard(content)), (20, zstandard(content)), (95, xzed(content)), (14, lzmaed(content, true))]
    {
        let world = World::new();
        world.write("a.zip", zipped_by(method, if method == 14 { 2 } else { 0 }, "in/a.txt", &packed, content));
        let ran = world.nospill(&["dir", "--format", "json"]);
        assert_eq!(ran.findings(), [format!("a.zip!in/a.txt:10 {RULE}")], "{method}: {}", ran.whole());
        let cut = &packed[..packed.len() - 6];
        let other = [content, b"more"].concat();
        for (what, broken) in [
            ("cut off", zipped_by(method, 0, "in/a.txt", cut, content)),
            ("another checksum", zipped_by(method, 0, "in/a.txt", &packed, &other)),
            ("garbage", zipped_by(method, 0, "in/a.txt", &[0; 40], content)),
        ] {
            world.write("a.zip", broken);
            let ran = world.nospill(&["dir"]);
            assert!(ran.code != 0 && ran.out.contains("the member is not readable"), "{method}, {what}: {}", ran.whole());
        }
    }
    let world = World::new();
    let sealed = zipped_by(95, 1, "in/a.txt", &xzed(content), content);
    world.write("a.zip", sealed);
    let ran = world.nospill(&["dir"]);
    assert!(ran.code == 3 && ran.out.contains("in/a.txt") && ran.out.contains("Password"), "{}", ran.whole());
}

/// More than memory is given: it goes through a file without a name, and nothing stays of it.
#[test]
fn a_large_zip_in_an_archive_is_opened() {
    let world = World::new();
    // Not packed, so that it is large; not one byte, so that no ratio is met.
    let filler: Vec<u8> = (0..65u32 << 20).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let mut inner = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    inner.start_file("filler.bin", stored).expect("a member");
    inner.write_all(&filler).expect("a content");
    inner.start_file("a.txt", stored).expect("a member");
    inner.write_all(token(1).as_bytes()).expect("a content");
    let inner = inner.finish().expect("an archive").into_inner();
    world.write("large.tar", tarred(&[("app.jar", &inner)]));
    std::fs::create_dir(world.at("tmp")).expect("a folder");
    let run = |folder: &str| {
        let mut command = world.command(env!("CARGO_BIN_EXE_nospill"), "repo");
        Ran::from(command.args(["dir", "--format", "json"]).env("TMPDIR", world.at(folder)).output().expect("it runs"))
    };
    let ran = run("tmp");
    assert_eq!((ran.code, ran.findings()), (1, vec![format!("large.tar!app.jar!a.txt:1 {RULE}")]), "{}", ran.whole());
    assert_eq!(std::fs::read_dir(world.at("tmp")).expect("a folder").count(), 0);
    let ran = run("none");
    assert!(ran.code == 3 && ran.out.contains("too large for memory"), "{}", ran.whole());
}

#[test]
fn nested_to_a_depth() {
    let world = World::new();
    let mut content = token(1).into_bytes();
    world.write("four.zip", zipped(&[("b.tgz", &gzipped(&tarred(&[("c.jar", &zipped(&[("d.txt", &content)]))])))]));
    for _ in 0..12 {
        content = zipped(&[("x.zip", &content)]);
    }
    world.write("many.zip", content);
    let ran = world.nospill(&["dir", "--format", "json"]);
    assert_eq!(ran.findings(), [format!("four.zip!b.tgz!c.jar!d.txt:1 {RULE}")]);
    assert!(ran.out.contains("archives more than 8 deep"), "{}", ran.whole());
    let only_deep = world.nospill(&["dir", "many.zip"]);
    assert_eq!(only_deep.code, 3, "{}", only_deep.whole());
}

#[test]
fn names_inside_are_only_labels() {
    let world = World::new();
    let line = token(1);
    world.write("w/a.tar", tarred(&[("../../up.txt", line.as_bytes()), ("/abs.txt", line.as_bytes())]));
    world.write("w/b.zip", zipped(&[("../../../up.txt", line.as_bytes())]));
    let mut got = found(&world, &["w"]);
    got.sort();
    let want = ["w/a.tar!../../up.txt:1", "w/a.tar!/abs.txt:1", "w/b.zip!../../../up.txt:1"];
    assert_eq!(got, want.map(|place| format!("{place} {RULE}")));
    assert!(!world.path().join("up.txt").exists() && !world.at("up.txt").exists());
}

/// The offsets of a zip archive as of a file that has `by` bytes more before it, as `zip -A` makes them.
fn adjusted(mut zip: Vec<u8>, by: usize) -> Vec<u8> {
    let add = |zip: &mut Vec<u8>, at: usize| {
        let was = u32::from_le_bytes(*zip[at..].first_chunk().expect("four bytes"));
        zip[at..at + 4].copy_from_slice(&(was + by as u32).to_le_bytes());
    };
    let record = memchr::memmem::rfind(&zip, b"PK\x05\x06").expect("a record");
    let entries: Vec<usize> = memchr::memmem::find_iter(&zip, b"PK\x01\x02").collect();
    entries.into_iter().for_each(|entry| add(&mut zip, entry + 42));
    add(&mut zip, record + 16);
    zip
}

#[test]
fn zip_archives_behind_other_bytes() {
    let world = World::new();
    let (line, noise) = (token(1), vec![1u8; 3000]);
    let zip = zipped(&[("in/a.txt", line.as_bytes())]);
    let commented = {
        let mut zip = zip.clone();
        let len = zip.len();
        zip[len - 2..].copy_from_slice(&500u16.to_le_bytes());
        [zip, vec![b'c'; 500]].concat()
    };
    let plain = [noise.clone(), zip.clone()].concat();
    let files = [
        ("a.bin", plain.clone()),
        ("b.bin", [noise.clone(), adjusted(zip.clone(), noise.len())].concat()),
        ("c.bin", [noise.clone(), commented].concat()),
        ("d.bin", [noise.clone(), zip.clone(), vec![0; 900]].concat()),
        ("e.bin", [vec![1; 17 << 20], zip.clone()].concat()),
        ("f.tgz", gzipped(&tarred(&[("g.bin", &plain)]))),
    ];
    for (name, content) in &files {
        world.write(&format!("some/{name}"), content);
    }
    let mut got = found(&world, &["some"]);
    got.sort();
    let places = ["a.bin", "b.bin", "c.bin", "d.bin", "e.bin", "f.tgz!g.bin"];
    assert_eq!(got, places.map(|place| format!("some/{place}!in/a.txt:1 {RULE}")));
    assert_eq!(found(&world, &["some", "--no-archives"]), [""; 0]);
    // Neither a record without its list nor one that an executable holds to know others by is an archive.
    let cut = [noise.clone(), zip[zip.len() - 22..].to_vec()].concat();
    let known = [noise.clone(), b"PK\x05\x06PK\x01\x02PK\x03\x04".to_vec(), noise.clone()].concat();
    world.write("none/cut.bin", cut);
    world.write("none/known.bin", known);
    let ran = world.nospill(&["dir", "none"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{}", ran.whole());
    // One that is broken is said to be.
    let mut broken = plain;
    let entry = memchr::memmem::rfind(&broken, b"PK\x01\x02").expect("an entry");
    broken[entry + 28..entry + 30].copy_from_slice(&[0xff, 0xff]);
    world.write("broken.bin", broken);
    assert_eq!(world.nospill(&["dir", "broken.bin"]).code, 3);
}

#[test]
fn a_staged_zip_archive_behind_other_bytes() {
    let world = World::new();
    world.stage("a.bin", [vec![1u8; 3000], zipped(&[("in/a.txt", token(1).as_bytes())])].concat());
    assert_eq!(world.nospill(&["staged"]).code, 0);
    world.stage(".nospill.toml", "[scan]\narchives = true\n");
    let ran = world.nospill(&["staged"]);
    assert!(ran.code == 1 && ran.out.contains("a.bin!in/a.txt:1:10"), "{}", ran.whole());
}

#[test]
fn excludes_hold_for_members() {
    let world = World::new();
    let line = token(1);
    world.write("a.zip", zipped(&[("a.min.js", line.as_bytes()), ("b.js", line.as_bytes())]));
    assert_eq!(found(&world, &["--exclude", "*.min.js"]), [format!("a.zip!b.js:1 {RULE}")]);
}

#[test]
fn bombs_and_broken_archives_are_incomplete() {
    let zeros = vec![0u8; 90 << 20];
    let mut broken = gzipped(token(1).repeat(5000).as_bytes());
    broken.truncate(broken.len() / 2);
    for (name, content, why) in [
        ("bomb.gz", gzipped(&zeros), "unpacks to more than 200 times its size"),
        ("broken.gz", broken, "not all of the archive is readable"),
        ("broken.zip", zipped(&[("a", b"b")])[..40].to_vec(), "not all of the archive is readable"),
    ] {
        let world = World::new();
        world.write(name, content);
        let ran = world.nospill(&["dir"]);
        assert!(ran.code != 0 && ran.out.contains(why) && ran.err.contains("1 skipped"), "{name}: {}", ran.whole());
    }
}

#[test]
fn layers_of_images_are_named_in_order_and_deleted_files_found() {
    let line = token(1);
    let lower = tarred(&[("etc/app.conf", line.as_bytes())]);
    let upper = tarred(&[("etc/.wh.app.conf", b"")]);
    let saved = br#"[{"Config":"c.json","RepoTags":["app:1"],"Layers":["aa/layer.tar","bb/layer.tar"]}]"#;
    let world = World::new();
    let docker = tarred(&[("bb/layer.tar", &upper), ("aa/layer.tar", &lower), ("manifest.json", saved)]);
    world.write("image.tar", docker);
    let oci = br#"{"schemaVersion":2,"config":{"digest":"sha256:cc"},"layers":[{"digest":"sha256:bb"},{"digest":"sha256:aa"}]}"#;
    let blobs = tarred(&[
        ("oci-layout", b"{}"),
        ("blobs/sha256/aa", &gzipped(&lower)),
        ("blobs/sha256/bb", &gzipped(&upper)),
        ("blobs/sha256/dd", oci),
    ]);
    world.write("oci.tar", blobs);
    let got = found(&world, &[]);
    let want = ["image.tar!layer 1: aa/layer.tar!etc/app.conf:1", "oci.tar!layer 2: blobs/sha256/aa!etc/app.conf:1"];
    assert_eq!(got, want.map(|place| format!("{place} {RULE}")));
}

#[test]
fn a_large_member_is_scanned_in_parts() {
    let world = World::new();
    let large = format!("{}{}", "words and words\n".repeat(3 << 20), token(1));
    world.write("large.tar", tarred(&[("big.log", large.as_bytes()), ("small.log", token(2).as_bytes())]));
    let line = (3 << 20) + 1;
    assert_eq!(found(&world, &[]), [format!("large.tar!big.log:{line} {RULE}"), format!("large.tar!small.log:1 {RULE}")]);
}

/// What is staged, and what a range brings, is opened where the configuration says so; what the former version of an archive
/// held is not this commit's.
#[test]
fn staged_archives_are_opened_where_the_configuration_says_so() {
    let world = World::new();
    let packed = |files: &[(&str, &str)]| {
        let files: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
        gzipped(&tarred(&files))
    };
    let (one, two) = (token(1), token(2));
    let staged = || world.nospill(&["staged", "--format", "json"]);
    world.stage("app.tgz", packed(&[("etc/a.conf", &one)]));
    assert_eq!(staged().code, 0);
    world.stage(".nospill.toml", "[scan]\narchives = true\n");
    let ran = staged();
    assert_eq!((ran.code, ran.findings()), (1, vec![format!("app.tgz!etc/a.conf:1 {RULE}")]), "{}", ran.whole());
    world.commit();
    let range = |args: &[&str]| world.nospill(&[&["history", "--format", "json"], args].concat());
    world.stage("app.tgz", packed(&[("etc/b.conf", "nothing"), ("etc/a.conf", &one)]));
    assert_eq!(staged().code, 0, "{}", staged().whole());
    world.commit();
    world.stage("app.tgz", packed(&[("etc/a.conf", &one), ("etc/c.conf", &two)]));
    assert_eq!(staged().findings(), [format!("app.tgz!etc/c.conf:1 {RULE}")]);
    world.commit();
    let ran = range(&["HEAD~1..HEAD"]);
    let found: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    let found = &found["findings"][0];
    let head = world.git(&["rev-parse", "HEAD"]);
    assert_eq!((found["commit"]["id"].as_str(), found["in_head"].as_bool()), (Some(head.trim()), Some(true)), "{}", ran.whole());
    assert_eq!(ran.findings(), [format!("app.tgz!etc/c.conf:1 {RULE}")], "{}", ran.whole());
    assert_eq!(found_on_disk(&world), 2);
    let mut broken = gzipped(one.repeat(5000).as_bytes());
    broken.truncate(broken.len() / 2);
    world.stage("broken.gz", broken);
    let ran = staged();
    assert!(ran.code != 0 && ran.out.contains("not all of the archive is readable"), "{}", ran.whole());
    world.write(".nospill.toml", "[scan]\narchives = false\n");
    assert_eq!(found_on_disk(&world), 0);
}

fn found_on_disk(world: &World) -> usize {
    found(world, &[]).iter().filter(|line| line.contains('!')).count()
}

#[test]
fn tar_files_that_make_bytes_of_nothing() {
    // A file of 2^62 bytes, all of them a hole, and a name of 96 MiB.
    let mut sparse = tar::Header::new_gnu();
    sparse.set_path("sparse").expect("a short one");
    sparse.set_entry_type(tar::EntryType::GNUSparse);
    sparse.set_size(0);
    let gnu = sparse.as_gnu_mut().expect("of GNU");
    gnu.set_real_size(1 << 62);
    gnu.sparse[0].set_offset(1 << 62);
    gnu.sparse[0].set_length(0);
    sparse.set_cksum();
    let mut name = tar::Header::new_gnu();
    name.set_path("././@LongLink").expect("a short one");
    name.set_entry_type(tar::EntryType::GNULongName);
    name.set_size(96 << 20);
    name.set_cksum();
    let long = [name.as_bytes().as_slice(), &vec![b'a'; 96 << 20]].concat();
    for (content, says) in [(sparse.as_bytes().to_vec(), "unpacks to more than"), (long, "bytes between its members")] {
        let world = World::new();
        world.write("file.tar", content);
        let ran = world.nospill(&["dir", "."]);
        assert!(ran.code == 3 && ran.whole().contains(says), "{}", ran.whole());
    }
    // What comes behind a file of holes is read all the same.
    let world = World::new();
    world.write("file.tar", [sparse.as_bytes().as_slice(), &tarred(&[("a.txt", token(1).as_bytes())])].concat());
    let ran = world.nospill(&["dir", "--format", "json"]);
    assert_eq!((ran.code, ran.findings()), (1, vec![format!("file.tar!a.txt:1 {RULE}")]), "{}", ran.whole());
}
