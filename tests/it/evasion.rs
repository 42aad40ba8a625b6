//! Ways to hide a secret, one a row: caught or not. SECURITY.md has the same table.

use std::fs;
use std::os::unix::fs::symlink;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::env::{World, token};
use crate::forge::bytes;
use crate::hostile::table;

/// A trick, how the repository is looked at, and whether it is caught.
struct Trick {
    what: &'static str,
    build: fn(&World),
    args: &'static str,
    caught: bool,
}

const TRICKS: &[Trick] = &[
    trick("none: a token in a file", plain, "staged", true),
    trick("zero-width space inside the token", zero_width, "staged", true),
    trick("homoglyph inside the token", homoglyph, "staged", true),
    trick("homoglyphs for the token's first four letters", homoglyphs_first, "staged", true),
    trick("homoglyph at the token's end", homoglyph_last, "staged", true),
    trick("homoglyph inside the token, later", homoglyph_later, "history", true),
    trick("homoglyphs every few letters of the token", homoglyphs_spread, "staged", true),
    trick("homoglyph in the variable's name, token intact", homoglyph_name, "staged", true),
    trick("token split by string concatenation", concatenated, "staged", true),
    trick("token split over two lines", two_lines, "staged", true),
    trick("base64 of the token", base64, "staged", true),
    trick("UTF-16 without a byte order mark", utf16, "staged", true),
    trick("token in Latin-1 text", latin1, "staged", true),
    trick("behind 50 MB of padding on its own line", padded, "staged", true),
    trick("a few NUL bytes in the text", nuls, "staged", true),
    trick("a NUL byte in each line of the text", nul_a_line, "staged", true),
    trick("among variables with NUL bytes between them", environment, "staged", true),
    trick("in a file name", file_name, "staged", true),
    trick("in a file name, later", file_name_later, "history", true),
    trick("in a file name, on disk", file_name, "dir .", true),
    trick("in a folder's name", folder_name, "staged", true),
    trick("in the name of a folder that was taken away", folder_name_undone, "history", true),
    trick("in a branch name", branch_name, "history", true),
    trick("in a tag name", tag_name, "history", true),
    trick("in a commit message", message, "history", true),
    trick("in an annotated tag's message", tag_message, "history", true),
    trick("in a note", note, "history", true),
    trick("in an author's name", author, "history", true),
    trick("in an author's name, of a range", author, "history HEAD", true),
    trick("in a committer's address", committer, "history", true),
    trick("in a tagger's name", tagger, "history", true),
    trick("in a submodule's address in .gitmodules", submodule, "staged", true),
    trick("marked binary in .gitattributes", binary_attribute, "staged", true),
    trick("marked linguist-generated", generated_attribute, "staged", true),
    trick("in a link's target, staged", link, "staged", true),
    trick("in a link's target, on disk", link, "dir .", true),
    trick("tracked though ignored, staged", ignored, "staged", true),
    trick("tracked though ignored, on disk", ignored, "dir .", true),
    trick("tracked though ignored, on disk with --no-ignore", ignored, "dir --no-ignore .", true),
    trick("added and taken away again", undone, "history", true),
    trick("in an evil merge", evil_merge, "history", true),
    trick("allow marker in the same change", marker, "staged", false),
    trick("lines that end in CR alone", old_mac, "staged", true),
    trick("first letters as `\\x67`", escaped_x, "staged", true),
    trick("first letters as `\\u0067`", escaped_u, "staged", true),
    trick("first letters as `\\u{67}`", escaped_braces, "staged", true),
    trick("first letters as `%67`", escaped_percent, "staged", true),
    trick("base64 three times over", base64_thrice, "staged", true),
    trick("hexadecimal digits of the token", hexadecimal, "staged", true),
    trick("base64 in lines of 64", base64_lines, "staged", true),
    trick("base64 in lines of 26", base64_middling_lines, "staged", true),
    trick("base64 in lines of 20", base64_short_lines, "staged", false),
    trick("terminal colours around it", coloured, "staged", true),
    trick("soft hyphen inside the token", soft_hyphen, "staged", true),
    trick("terminal colours inside the token", coloured_inside, "staged", true),
    trick("fullwidth letters in the token", fullwidth, "staged", true),
    trick("first letters as `\\147`", octal, "staged", true),
    trick("first letters as `&#103;`", entities, "staged", true),
    trick("direction of writing turned inside the token", turned, "staged", true),
    trick("token of literals side by side, on two lines", beside, "staged", true),
    trick("token put together from variables", variables, "staged", false),
    trick("first letters as `=67`", quoted_printable, "staged", false),
    trick("in quoted-printable mail", mail, "staged", true),
    trick("in quoted-printable mail, later", mail_later, "history", true),
    trick("base32 of the token", base32, "staged", false),
    trick("every letter 13 places on", rotated, "staged", false),
    trick("UTF-7", utf7, "staged", false),
    trick("EBCDIC", ebcdic, "staged", false),
    trick("in a zip archive behind other bytes", zip_behind, "dir .", true),
    trick("backwards", backwards, "staged", false),
    trick("UTF-32", utf32, "staged", true),
    trick("UTF-32 without a byte order mark", utf32_bare, "staged", true),
    trick("between random bytes", in_binary, "staged", false),
    trick("in a line of a commit's head that git does not know", strange_line, "history", true),
    trick("in the place of a commit's signature, of a range", signature, "history HEAD", true),
    trick("in the tag that a merge holds", merged_tag, "history", true),
    trick("behind the time of a commit", behind_time, "history", true),
    trick("in a linked worktree without a branch", worktree, "history", true),
    trick("tracked though ignored, split index, on disk", split_index, "dir .", true),
    trick("tracked though ignored, longer names of objects, on disk", long_names, "dir .", true),
    trick("in the target of a link that is tracked though ignored, on disk", ignored_link, "dir .", true),
    trick("behind two bytes that a byte order mark has", false_mark, "staged", true),
    trick("behind four bytes that a byte order mark has", false_wide_mark, "staged", true),
    trick("UTF-16 behind text of one byte a letter", mixed, "staged", true),
    trick("UTF-16 behind a line of one byte a letter, high byte first", mixed_high, "staged", true),
    trick("UTF-16 behind text of one byte a letter, later", mixed_later, "history", true),
    trick("text of one byte a letter behind UTF-16", mixed_back, "staged", true),
    trick("in a tar file behind another", tar_behind, "dir .", true),
    trick("in a tar file of before POSIX", tar_old, "dir .", true),
    trick("in a tar file, of a type that no program knows", tar_type, "dir .", true),
    trick("in a tar file, in a link's target", tar_link, "dir .", true),
    trick("in a zip archive, of a name that comes twice", zip_twice, "dir .", true),
    trick("in a zip archive, of a member that its list does not name", zip_unlisted, "dir .", true),
    trick("in a zip archive with another behind it", zip_before, "dir .", true),
    trick("between the members of a zip archive", zip_between, "dir .", true),
    trick("in the comment of a zip archive", zip_comment, "dir .", true),
    trick("in a zip archive, as a link", zip_link, "dir .", true),
    trick("in the comment in a gzip header", gzip_comment, "dir .", true),
    trick("in a pax header of a tar file", tar_pax, "dir .", true),
    trick("in the comment of a member of a zip archive", zip_member_comment, "dir .", true),
    trick("in a skippable frame of zstd", zstd_frame, "dir .", true),
    trick("behind the end of a compressed stream", behind_stream, "dir .", true),
    trick("behind the end of a zip archive", behind_zip, "dir .", true),
    trick("compressed by brotli", brotli, "dir .", false),
];

const fn trick(what: &'static str, build: fn(&World), args: &'static str, caught: bool) -> Trick {
    Trick { what, build, args, caught }
}

#[test]
fn every_trick_ends_as_its_row_says() {
    let mut wrong = Vec::new();
    for trick in TRICKS {
        let world = World::new();
        (trick.build)(&world);
        let ran = world.nospill(&trick.args.split(' ').collect::<Vec<_>>());
        if ran.code != i32::from(trick.caught) {
            wrong.push(format!("{} ({}): {}", trick.what, trick.args, ran.whole()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n=====\n"));
}

#[test]
fn security_md_has_the_same_rows() {
    let caught = |trick: &Trick| if trick.caught { "caught" } else { "not caught" };
    let rows: Vec<String> = TRICKS.iter().map(|trick| format!("{} | `{}` | {}", trick.what, trick.args, caught(trick))).collect();
    let written: Vec<String> = table("Evasion").into_iter().map(|cells| cells[..3].join(" | ")).collect();
    assert_eq!(written, rows);
}

/// The token alone.
fn bare() -> String {
    token(1).split('"').nth(1).expect("quotes").to_owned()
}

fn with(world: &World, between: &str) {
    let (start, end) = (bare()[..14].to_owned(), bare()[14..].to_owned());
    world.stage("file.py", format!("x = \"{start}{between}{end}\"\n"));
}

fn plain(world: &World) {
    world.stage("file.py", token(1));
}

fn zero_width(world: &World) {
    with(world, "\u{200b}");
}

fn homoglyph(world: &World) {
    let text = token(1);
    world.stage("file.py", text.replacen("gh", "g\u{4bb}", 1));
}

/// The token with letters as `alike` has them; the test's token holds no letter that is not known here.
fn looking_like(alike: impl Fn(usize, char) -> char) -> String {
    let text: String = bare().chars().enumerate().map(|(at, letter)| alike(at, letter)).collect();
    format!("token = \"{text}\"\n")
}

/// A letter that looks the same, if there is one.
fn twin(letter: char) -> char {
    match letter {
        'g' => '\u{261}',
        'h' => '\u{4bb}',
        'p' => '\u{440}',
        'a' => '\u{430}',
        'e' => '\u{435}',
        'o' => '\u{43e}',
        'c' => '\u{441}',
        'x' => '\u{445}',
        'A' => '\u{410}',
        'B' => '\u{392}',
        'E' => '\u{395}',
        'H' => '\u{41d}',
        'K' => '\u{39a}',
        'M' => '\u{41c}',
        'O' => '\u{39f}',
        'P' => '\u{420}',
        'T' => '\u{422}',
        'X' => '\u{425}',
        'Y' => '\u{3a5}',
        'Z' => '\u{396}',
        other => other,
    }
}

fn homoglyphs_first(world: &World) {
    world.stage("file.py", looking_like(|at, letter| if at < 4 { twin(letter) } else { letter }));
}

fn homoglyph_last(world: &World) {
    let last = bare().char_indices().rev().find(|&(_, letter)| twin(letter) != letter).map(|(at, _)| at);
    assert!(last.is_some_and(|at| at > 24));
    world.stage("file.py", looking_like(|at, letter| if Some(at) == last { twin(letter) } else { letter }));
}

fn homoglyph_later(world: &World) {
    // A delta of a file that held something else there.
    let before = "nothing to see in this line\n".repeat(100);
    world.stage("file.py", format!("{before}token = \"{}\"\n{before}", bare().replace("gh", "xx")));
    world.commit();
    world.stage("file.py", format!("{before}{}{before}", looking_like(|at, letter| if at < 2 { twin(letter) } else { letter })));
    world.commit();
    world.git(&["gc", "-q", "--aggressive"]);
}

fn homoglyphs_spread(world: &World) {
    world.stage("file.py", looking_like(|_, letter| twin(letter)));
}

fn homoglyph_name(world: &World) {
    world.stage("file.py", token(1).replacen('o', "\u{43e}", 1));
}

fn concatenated(world: &World) {
    with(world, "\" + \"");
}

fn two_lines(world: &World) {
    with(world, "\\\n");
}

fn base64(world: &World) {
    use std::io::Write as _;
    let mut child = std::process::Command::new("base64");
    let mut child =
        child.arg("-w0").stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped()).spawn().expect("it runs");
    child.stdin.take().expect("a pipe").write_all(token(1).as_bytes()).expect("it reads");
    let text = String::from_utf8(child.wait_with_output().expect("it ends").stdout).expect("ASCII");
    world.stage("file.py", format!("x = \"{text}\"\n"));
}

fn utf16(world: &World) {
    world.stage("file.txt", token(1).encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
}

fn latin1(world: &World) {
    world.stage("file.txt", [b"caf\xe9 ".as_slice(), token(1).as_bytes(), b"\xfc\xdf\n"].concat());
}

fn padded(world: &World) {
    world.stage("file.txt", "nothing to see in this line\n".repeat(1_900_000) + &token(1));
}

fn nuls(world: &World) {
    world.stage("file.txt", ["text\n".repeat(400).as_bytes(), b"\0\0", token(1).as_bytes()].concat());
}

fn nul_a_line(world: &World) {
    world.stage("file.txt", ["a line\0 of text\n".repeat(20).as_bytes(), token(1).as_bytes()].concat());
}

fn environment(world: &World) {
    world.stage("environ", ["HOME=/root\0PATH=/bin\0".repeat(9), format!("TOKEN={}\0", bare())].concat());
}

fn file_name(world: &World) {
    world.stage(&bare(), "nothing\n");
}

fn file_name_later(world: &World) {
    file_name(world);
    world.commit();
}

fn folder_name(world: &World) {
    world.stage(&format!("a/{}/one.txt", bare()), "nothing\n");
    world.stage(&format!("a/{}/two.txt", bare()), "nothing\n");
}

fn folder_name_undone(world: &World) {
    folder_name(world);
    world.commit();
    world.git(&["rm", "-rq", "a"]);
    world.commit();
}

fn commit(world: &World) {
    world.stage("file.txt", "nothing\n");
    world.commit();
}

fn branch_name(world: &World) {
    commit(world);
    world.git(&["branch", &bare()]);
}

fn tag_name(world: &World) {
    commit(world);
    world.git(&["tag", &bare()]);
}

fn message(world: &World) {
    world.git(&["commit", "-q", "--allow-empty", "-m", &token(1)]);
}

fn tag_message(world: &World) {
    commit(world);
    world.git(&["tag", "-a", "v1", "-m", &token(1)]);
}

fn note(world: &World) {
    commit(world);
    world.git(&["notes", "add", "-m", &token(1)]);
}

fn author(world: &World) {
    world.git(&["commit", "-q", "--allow-empty", "-m", "x", "--author", &format!("{} <a@example.org>", bare())]);
}

fn committer(world: &World) {
    commit(world);
    let text = world.git(&["cat-file", "commit", "HEAD"]);
    let text = text.replace("committer Ada <ada@", &format!("committer Ada <{}@", bare()));
    fs::write(world.path().join(".git/refs/heads/main"), world.object("commit", text.as_bytes())).expect("a ref");
}

fn tagger(world: &World) {
    commit(world);
    world.git(&["tag", "-a", "v1", "-m", "x"]);
    let text = world.git(&["cat-file", "tag", "v1"]).replace("tagger Ada", &format!("tagger {}", bare()));
    fs::write(world.path().join(".git/refs/tags/v2"), world.object("tag", text.as_bytes())).expect("a ref");
}

fn submodule(world: &World) {
    world.stage(".gitmodules", format!("[submodule \"x\"]\n\tpath = x\n\turl = https://{}@github.com/a/b\n", bare()));
}

fn binary_attribute(world: &World) {
    world.stage(".gitattributes", "* binary -diff -text\n");
    plain(world);
}

fn generated_attribute(world: &World) {
    world.stage(".gitattributes", "* linguist-generated linguist-vendored\n");
    plain(world);
}

fn link(world: &World) {
    symlink(bare(), world.path().join("link")).expect("a link");
    world.git(&["add", "link"]);
}

fn ignored(world: &World) {
    world.stage(".gitignore", "file.py\n");
    world.write("file.py", token(1));
    world.git(&["add", "-f", "file.py"]);
}

fn undone(world: &World) {
    plain(world);
    world.commit();
    world.git(&["rm", "-q", "file.py"]);
    world.commit();
}

fn evil_merge(world: &World) {
    commit(world);
    let head = world.git(&["rev-parse", "HEAD"]).trim().to_owned();
    let blob = bytes(&world.object("blob", token(1).as_bytes()));
    let tree = world.tree(&[("100644", b"file", &blob)]);
    let other = world.git(&["commit-tree", "-m", "other", "-p", &head, "HEAD^{tree}"]);
    let merge = world.git(&["commit-tree", "-m", "merge", "-p", &head, "-p", other.trim(), &tree]);
    fs::write(world.path().join(".git/refs/heads/main"), merge).expect("a ref");
}

fn marker(world: &World) {
    world.stage("file.py", token(1).replace('\n', " # nospill:allow\n"));
}

fn old_mac(world: &World) {
    world.stage("file.py", token(1).replace('\n', "\rmore\r"));
}

/// The first four letters written in another way.
fn led_by(world: &World, letters: &str) {
    world.stage("file.py", format!("x = \"{letters}{}\"\n", &bare()[4..]));
}

fn escaped_x(world: &World) {
    led_by(world, r"\x67\x68\x70\x5f");
}

fn escaped_u(world: &World) {
    led_by(world, r"\u0067\u0068\u0070\u005f");
}

fn escaped_braces(world: &World) {
    led_by(world, r"\u{67}\u{68}\u{70}\u{5f}");
}

fn escaped_percent(world: &World) {
    led_by(world, "%67%68%70%5F");
}

fn octal(world: &World) {
    led_by(world, r"\147\150\160\137");
}

fn entities(world: &World) {
    led_by(world, "&#103;&#104;&#112;&#95;");
}

fn fullwidth(world: &World) {
    led_by(world, "\u{ff47}\u{ff48}\u{ff50}\u{ff3f}");
}

fn base64_thrice(world: &World) {
    let text = (0..3).fold(bare(), |text, _| STANDARD.encode(text));
    world.stage("file.py", format!("x = \"{text}\"\n"));
}

fn hexadecimal(world: &World) {
    world.stage("file.py", format!("x = \"{}\"\n", bare().bytes().map(|byte| format!("{byte:02x}")).collect::<String>()));
}

fn in_lines(world: &World, length: usize) {
    let text = STANDARD.encode(format!("some text before {} and some text that stands behind it", bare()));
    let lines: Vec<&str> = text.as_bytes().chunks(length).map(|line| str::from_utf8(line).expect("ASCII")).collect();
    world.stage("file.txt", lines.join("\n") + "\n");
}

fn base64_lines(world: &World) {
    in_lines(world, 64);
}

fn base64_middling_lines(world: &World) {
    in_lines(world, 26);
}

fn base64_short_lines(world: &World) {
    in_lines(world, 20);
}

fn coloured(world: &World) {
    world.stage("file.txt", format!("x \u{1b}[31m{}\u{1b}[0m\n", bare()));
}

fn soft_hyphen(world: &World) {
    with(world, "\u{ad}");
}

fn coloured_inside(world: &World) {
    with(world, "\u{1b}[31m");
}

fn turned(world: &World) {
    with(world, "\u{202e}");
}

fn beside(world: &World) {
    with(world, "\"\n    \"");
}

fn variables(world: &World) {
    world.stage("file.py", format!("a = \"{}\"\nb = \"{}\"\nx = a + b\n", &bare()[..14], &bare()[14..]));
}

fn quoted_printable(world: &World) {
    led_by(world, "=67=68=70=5F");
}

/// A mail with the token's first letter written so, and broken before its last ones.
fn mailed(token: &str) -> String {
    let (start, end) = token.split_at(30);
    let text = start.replacen('g', "=67", 1);
    let head = "From: Ada <ada@example.org>\nContent-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n";
    format!("{head}\n{}The key is {text}=\n{end}.\n", "Hello =E2=80=93 some words.\n".repeat(40))
}

fn mail(world: &World) {
    world.stage("a.eml", mailed(&bare()));
}

fn mail_later(world: &World) {
    world.stage("a.eml", mailed(&"nothing".repeat(5)));
    world.commit();
    mail(world);
    world.commit();
    world.git(&["gc", "-q", "--aggressive"]);
}

fn base32(world: &World) {
    const DIGITS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: Vec<u8> = bare().bytes().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect();
    let digit = |bits: &[u8]| char::from(DIGITS[usize::from(bits.iter().fold(0, |sum, bit| sum << 1 | bit))]);
    world.stage("file.py", format!("x = \"{}\"\n", bits.chunks(5).map(digit).collect::<String>()));
}

fn rotated(world: &World) {
    let turn = |c: char| match c {
        'a'..='z' => char::from((c as u8 - b'a' + 13) % 26 + b'a'),
        'A'..='Z' => char::from((c as u8 - b'A' + 13) % 26 + b'A'),
        other => other,
    };
    world.stage("file.py", format!("x = \"{}\"\n", bare().chars().map(turn).collect::<String>()));
}

fn utf7(world: &World) {
    led_by(world, "+AGcAaABwAF8-");
}

/// Letters and digits as mainframes have them.
fn ebcdic(world: &World) {
    let byte = |b: u8| match b {
        b'a'..=b'i' => b - b'a' + 0x81,
        b'j'..=b'r' => b - b'j' + 0x91,
        b's'..=b'z' => b - b's' + 0xa2,
        b'A'..=b'I' => b - b'A' + 0xc1,
        b'J'..=b'R' => b - b'J' + 0xd1,
        b'S'..=b'Z' => b - b'S' + 0xe2,
        b'0'..=b'9' => b - b'0' + 0xf0,
        b'_' => 0x6d,
        _ => 0x40,
    };
    world.stage("file.txt", token(1).bytes().map(byte).collect::<Vec<u8>>());
}

fn zip_behind(world: &World) {
    use std::io::Write as _;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("file.py", zip::write::SimpleFileOptions::default()).expect("a member");
    zip.write_all(token(1).as_bytes()).expect("it takes it");
    let zip = zip.finish().expect("it ends").into_inner();
    world.write("file.bin", [&[0x7f; 100], zip.as_slice()].concat());
}

fn backwards(world: &World) {
    world.stage("file.py", format!("x = \"{}\"[::-1]\n", bare().chars().rev().collect::<String>()));
}

fn utf32(world: &World) {
    let text = format!("\u{feff}{}", token(1));
    world.stage("file.txt", text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect::<Vec<u8>>());
}

fn utf32_bare(world: &World) {
    world.stage("file.txt", token(1).chars().flat_map(|c| u32::from(c).to_be_bytes()).collect::<Vec<u8>>());
}

fn in_binary(world: &World) {
    let noise: Vec<u8> = (0..50_000u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    world.stage("file.bin", [&noise, token(1).as_bytes(), &noise].concat());
}

#[test]
fn no_report_and_no_cache_holds_a_whole_secret() {
    let world = World::new();
    plain(&world);
    world.stage("other.py", format!("{}{}", token(2), token(1).replace("token", "password")));
    for args in ["staged", "dir .", "stdin"] {
        for format in ["human", "json"] {
            let args: Vec<&str> = args.split(' ').chain(["--format", format]).collect();
            let ran = world.nospill(&args);
            assert!(!ran.whole().contains(&bare()), "{args:?}");
        }
    }
    world.commit();
    for format in ["human", "json"] {
        let ran = world.nospill(&["history", "--cache", "../cache", "--format", format]);
        assert!(ran.code == 1 && !ran.whole().contains(&bare()), "{}", ran.whole());
    }
    for file in fs::read_dir(world.at("cache")).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        assert!(!String::from_utf8_lossy(&fs::read(&file).expect("a file")).contains(&bare()), "{}", file.display());
    }
}

/// A commit without changes, whose object is what `change` makes of it.
fn remade(world: &World, change: impl FnOnce(&str) -> String) {
    commit(world);
    let text = change(&world.git(&["cat-file", "commit", "HEAD"]));
    fs::write(world.path().join(".git/refs/heads/main"), world.object("commit", text.as_bytes())).expect("a ref");
}

fn strange_line(world: &World) {
    remade(world, |text| text.replacen("\n\n", &format!("\nsource {}\n\n", bare()), 1));
}

fn signature(world: &World) {
    remade(world, |text| text.replacen("\n\n", &format!("\ngpgsig -----BEGIN\n {}\n \n -----END\n\n", bare()), 1));
}

fn merged_tag(world: &World) {
    let id = "1".repeat(40);
    let tag = format!("\nmergetag object {id}\n type commit\n tag v1\n tagger A <a@b> 1 +0000\n \n {}\n\n", bare());
    remade(world, |text| text.replacen("\n\n", &tag, 1));
}

fn behind_time(world: &World) {
    remade(world, |text| text.replacen("\n\n", &format!(" {}\n\n", bare()), 1));
}

fn worktree(world: &World) {
    commit(world);
    let linked = world.at("linked").display().to_string();
    world.git(&["worktree", "add", "-q", "--detach", &linked]);
    fs::write(world.at("linked/file.py"), token(1)).expect("a file");
    world.git(&["-C", &linked, "add", "file.py"]);
    world.git(&["-C", &linked, "commit", "-q", "-m", "x"]);
}

fn split_index(world: &World) {
    ignored(world);
    world.git(&["update-index", "--split-index"]);
}

fn long_names(world: &World) {
    fs::remove_dir_all(world.path().join(".git")).expect("it is there");
    world.git(&["init", "-q", "--object-format=sha256"]);
    ignored(world);
}

fn ignored_link(world: &World) {
    world.stage(".gitignore", "link\n");
    symlink(bare(), world.path().join("link")).expect("a link");
    world.git(&["add", "-f", "link"]);
}

fn false_mark(world: &World) {
    world.stage("file.py", [b"\xff\xfe".as_slice(), token(1).as_bytes()].concat());
}

fn false_wide_mark(world: &World) {
    world.stage("file.py", [b"\xff\xfe\0\0".as_slice(), token(1).as_bytes()].concat());
}

fn mixed(world: &World) {
    let wide = token(1).encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    world.stage("file.txt", ["nothing to see in this line\n".repeat(400).as_bytes(), &wide].concat());
}

fn mixed_later(world: &World) {
    world.stage("file.txt", "nothing to see in this line\n".repeat(400));
    world.commit();
    mixed(world);
    world.commit();
    world.git(&["repack", "-adfq"]);
}

fn mixed_high(world: &World) {
    let wide = token(1).encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
    world.stage("file.txt", [b"nothing to see in this line\n", &wide[..]].concat());
}

fn mixed_back(world: &World) {
    let wide = "nothing to see\r\n".repeat(40).encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    world.stage("file.txt", [b"\xff\xfe", &wide[..], token(1).as_bytes()].concat());
}

/// A tar file of one member.
fn tar(name: &str, content: &[u8], change: impl FnOnce(&mut tar::Header)) -> Vec<u8> {
    let mut header = tar::Header::new_ustar();
    header.set_path(name).expect("a short one");
    header.set_size(content.len() as u64);
    change(&mut header);
    header.set_cksum();
    let mut archive = tar::Builder::new(Vec::new());
    archive.append(&header, content).expect("memory");
    archive.into_inner().expect("memory")
}

fn gzip_comment(world: &World) {
    use std::io::Write as _;
    let mut gzip = flate2::GzBuilder::new().comment(bare()).write(Vec::new(), flate2::Compression::fast());
    gzip.write_all(b"nothing\n").expect("memory");
    world.write("file.gz", gzip.finish().expect("memory"));
}

fn tar_pax(world: &World) {
    let record = format!("{} comment={}\n", bare().len() + 12, bare());
    let header = tar("header", record.as_bytes(), |header| header.set_entry_type(tar::EntryType::XHeader));
    world.write("file.tar", [&header[..header.len() - 1024], &tar("file", b"nothing\n", |_| {})].concat());
}

fn zip_member_comment(world: &World) {
    let options = zip::write::SimpleFileOptions::default().into_full_options().with_file_comment(bare());
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("file", options).expect("a member");
    world.write("file.zip", zip.finish().expect("it ends").into_inner());
}

fn zstd_frame(world: &World) {
    let frame = [&[0x50, 0x2a, 0x4d, 0x18][..], &(bare().len() as u32).to_le_bytes(), bare().as_bytes()].concat();
    world.write("file.zst", [frame, crate::archive::zstandard(b"nothing\n")].concat());
}

fn behind_stream(world: &World) {
    world.write("file.xz", [crate::archive::xzed(b"nothing\n"), token(1).into_bytes()].concat());
}

fn behind_zip(world: &World) {
    world.write("file.zip", [zipped(&[("file", "nothing\n")]), token(1).into_bytes()].concat());
}

/// A stream of blocks of five bytes that are not compressed (RFC 7932, section 9.2).
fn brotli(world: &World) {
    let mut stream = Vec::new();
    for (at, part) in token(1).as_bytes().chunks(5).enumerate() {
        // Before the first the window, of 16 bits; not the last block, 16 bits of length, and that it is not compressed.
        let window = u32::from(at == 0);
        let head = ((part.len() as u32 - 1) << 3 | 1 << 19) << window;
        stream.extend([&head.to_le_bytes()[..3], part].concat());
    }
    world.write("file.txt.br", [stream, vec![3]].concat());
}

fn tar_behind(world: &World) {
    let first = tar("first", b"nothing\n", |_| {});
    world.write("file.tar", [first, tar("second", token(1).as_bytes(), |_| {})].concat());
}

fn tar_old(world: &World) {
    world.write("file.tar", tar("file", token(1).as_bytes(), |header| header.as_mut_bytes()[257..265].fill(0)));
}

fn tar_type(world: &World) {
    let is_strange = |header: &mut tar::Header| header.set_entry_type(tar::EntryType::new(b'Q'));
    world.write("file.tar", tar("file", token(1).as_bytes(), is_strange));
}

fn tar_link(world: &World) {
    let link = |header: &mut tar::Header| {
        header.set_entry_type(tar::EntryType::Symlink);
        header.set_link_name(bare()).expect("a short one");
    };
    world.write("file.tar", tar("link", b"", link));
}

/// A zip archive of these members.
fn zipped(members: &[(&str, &str)]) -> Vec<u8> {
    use std::io::Write as _;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in members {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).expect("a member");
        zip.write_all(content.as_bytes()).expect("memory");
    }
    zip.finish().expect("it ends").into_inner()
}

fn zip_twice(world: &World) {
    let zip = zipped(&[("file-1", &token(1)), ("file-2", "nothing\n")]);
    let twice: Vec<u8> = zip.iter().enumerate().map(|(at, &b)| if zip[..at].ends_with(b"file-") { b'1' } else { b }).collect();
    world.write("file.zip", twice);
}

/// Where something stands.
fn at(content: &[u8], what: &[u8]) -> usize {
    memchr::memmem::find(content, what).expect("it is there")
}

/// A zip archive with `more` before its list, which names so many of its members.
fn relisted(zip: &[u8], more: &[u8], members: u8) -> Vec<u8> {
    let (list, end) = (at(zip, b"PK\x01\x02"), at(zip, b"PK\x05\x06"));
    let second = list + 4 + memchr::memmem::find(&zip[list + 4..end], b"PK\x01\x02").unwrap_or(end - list - 4);
    let kept = if members == 1 { list..second } else { list..end };
    let mut tail = zip[end..].to_vec();
    tail[8] = members;
    tail[10] = members;
    tail[12..16].copy_from_slice(&(kept.len() as u32).to_le_bytes());
    tail[16..20].copy_from_slice(&((list + more.len()) as u32).to_le_bytes());
    [&zip[..list], more, &zip[kept], &tail].concat()
}

fn zip_unlisted(world: &World) {
    let zip = zipped(&[("first", "nothing\n"), ("second", &token(1))]);
    world.write("file.zip", relisted(&zip, b"", 1));
}

fn zip_before(world: &World) {
    world.write("file.zip", [zipped(&[("first", &token(1))]), zipped(&[("second", "nothing\n")])].concat());
}

fn zip_between(world: &World) {
    let zip = zipped(&[("first", "nothing\n"), ("second", "nothing\n")]);
    world.write("file.zip", relisted(&zip, token(1).as_bytes(), 2));
}

fn zip_comment(world: &World) {
    let mut zip = zipped(&[("first", "nothing\n")]);
    let (len, comment) = (zip.len(), token(1));
    zip[len - 2..].copy_from_slice(&(comment.len() as u16).to_le_bytes());
    world.write("file.zip", [zip.as_slice(), comment.as_bytes()].concat());
}

fn zip_link(world: &World) {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.add_symlink("link", bare(), zip::write::SimpleFileOptions::default()).expect("a member");
    world.write("file.zip", zip.finish().expect("it ends").into_inner());
}
