//! A fixed number of seeded cases for everything that reads what an attacker wrote. The functions are those of `targets.rs`,
//! which `fuzz/` gives to cargo-fuzz. With NOSPILL_CORPUS set to a folder, the seeds are written there, a folder a target.

use std::fs;
use std::path::Path;

use nospill::rules::template::{Random, fill};

use crate::archive::{bzipped, gzipped, lzmaed, tarred, xzed, zipped, zipped_by, zstandard};
use crate::env::{World, token};
use crate::forge::{copy, deflated, delta};
use crate::oracle::{medley, templates};
use crate::targets::{self, TARGETS};

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

/// Runs a target on its seeds as they are, and on so many that were changed.
fn run(name: &str, cases: usize, seeds: &[Vec<u8>]) {
    let (_, target) = TARGETS.iter().find(|(known, _)| *known == name).expect("a target");
    if let Some(folder) = std::env::var_os("NOSPILL_CORPUS") {
        let folder = Path::new(&folder).join(name);
        fs::create_dir_all(&folder).expect("a folder");
        for (at, seed) in seeds.iter().enumerate() {
            fs::write(folder.join(format!("seed-{at}")), seed).expect("a file");
        }
    }
    seeds.iter().for_each(|seed| target(seed));
    for case in 0..cases {
        let mut random = Random::new(name, case);
        let mut data = seeds[random.below(seeds.len())].clone();
        mutate(&mut data, &mut random);
        target(&data);
    }
}

/// A choice and a content, for each of a few choices.
fn with_choices(contents: &[&[u8]]) -> Vec<Vec<u8>> {
    contents.iter().flat_map(|content| [0, 1].map(|choice| [&[choice], *content].concat())).collect()
}

/// Texts with secrets in them: a choice of a path, then an example of a rule.
fn examples() -> Vec<Vec<u8>> {
    let filled = templates().into_iter().enumerate().map(|(at, (id, template))| {
        let text = fill(&template, &mut Random::new(&id, at)).expect("a template");
        [&[at as u8], text.as_slice()].concat()
    });
    filled.collect()
}

#[test]
fn scanner() {
    run("scanner", 3000, &examples());
}

#[test]
fn oracle() {
    let all = templates();
    let medleys: Vec<Vec<u8>> = (0..4).map(|seed| medley(&all, &mut Random::new("fuzz oracle", seed))).collect();
    run("oracle", 12, &with_choices(&medleys.iter().map(Vec::as_slice).collect::<Vec<_>>()));
}

#[test]
fn decode() {
    let manifest = b"kind: Secret\ndata:\n  password: aHVudGVyMmh1bnRlcjI=\n".to_vec();
    let wide: Vec<u8> = "\u{feff}name = value\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let escaped = b"a = \"\\x41\\u0042%43%44\\n\" 4142434445464748494a4b4c4d4e4f50 ENC[x] encrypted: YWJjZGVm\n".to_vec();
    run("decode", 5000, &[examples(), vec![manifest, wide, escaped]].concat());
}

/// A pack index with three objects, by hand: one offset is a long one.
fn index() -> Vec<u8> {
    let mut index = b"\xfftOc\0\0\0\x02".to_vec();
    (0..256u32).for_each(|first| index.extend((first / 64).to_be_bytes()));
    index.extend(
        [vec![0x40; 20], vec![0x80; 20], vec![0xc0; 20], vec![0; 12], vec![0, 0, 0, 12, 0x80, 0, 0, 0, 0, 0, 0, 99]].concat(),
    );
    index.extend(vec![1; 8 + 40]);
    index
}

/// The index, the multi-pack index and the pack that git writes of three commits, and its index of the work tree.
fn of_git() -> [Vec<u8>; 4] {
    let world = World::new();
    for at in 0..3 {
        world.stage(&format!("dir{at}/file"), format!("{at}\n").repeat(40));
        world.commit();
    }
    world.git(&["repack", "-adfq"]);
    world.git(&["multi-pack-index", "write"]);
    let folder = world.path().join(".git/objects/pack");
    let of = |ending: &str| {
        let found = fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").path());
        fs::read(found.into_iter().find(|path| path.to_string_lossy().ends_with(ending)).expect("a file")).expect("a file")
    };
    [of(".idx"), of("multi-pack-index"), of(".pack"), fs::read(world.path().join(".git/index")).expect("an index")]
}

#[test]
fn pack_index() {
    run("pack_index", 20_000, &with_choices(&[&index(), &of_git()[0]]));
}

#[test]
fn multi_index() {
    run("multi_index", 20_000, &with_choices(&[&of_git()[1]]));
}

#[test]
fn pack_entry() {
    let pack = [b"PACK\0\0\0\x02\0\0\0\x01\x9c\x01".as_slice(), &[3; 60]].concat();
    run("pack_entry", 20_000, &with_choices(&[&pack, &of_git()[2]]));
}

#[test]
fn deltas() {
    let base = [9; 200];
    let whole = delta(200, 105, &[&[0x90, 100, 5], b"abcde".as_slice()].concat());
    let growing = delta(200, 200 * 50, &copy(0, 200).repeat(50));
    let seeds = [whole, growing].map(|delta| [&[100], base.as_slice(), &delta].concat());
    run("delta", 20_000, &seeds);
}

#[test]
fn sweep() {
    let (short, long) = ("aB3+/-_z".repeat(2), "Zq9".repeat(70));
    let spread = format!("{short} {long}\u{e9}{short}0 x {}\n{long}=", "k".repeat(63));
    let spread = format!("{spread} \\{long}%&#6;\u{ad}{short}\x1b&{}&#", "k".repeat(24));
    let seeds: Vec<Vec<u8>> = (0..17).map(|choice| [&[choice * 5], spread.as_bytes()].concat()).collect();
    run("sweep", 20_000, &seeds);
}

#[test]
fn objects() {
    let who = "A <a@b> 1 +0000";
    let commit = format!("tree {0}\nparent {0}\nauthor {who}\ncommitter {who}\n\nx\n", "1".repeat(40)).into_bytes();
    let tag = format!("object {}\ntype commit\ntag t\ntagger {who}\n\nx\n", "1".repeat(40)).into_bytes();
    let tree = [b"100644 a\0".as_slice(), &[1; 20], b"40000 b\0", &[2; 20]].concat();
    run("objects", 20_000, &with_choices(&[&commit, &tag, &tree]));
}

#[test]
fn loose() {
    let seeds = [&b"blob 5\0hello"[..], b"tree 0\0", b"commit 99999999999\0x"].map(deflated);
    run("loose", 20_000, &seeds);
}

#[test]
fn git_index() {
    let world = World::new();
    for at in 0..3 {
        world.stage(&format!("dir{at}/deep/file"), "x\n");
    }
    world.git(&["update-index", "--index-version", "4"]);
    let fourth = fs::read(world.path().join(".git/index")).expect("an index");
    run("git_index", 20_000, &with_choices(&[&of_git()[3], &fourth]));
}

#[test]
fn configuration() {
    let config =
        b"[scan]\nexclude = [\"a/**\", \"*.min.js\"]\n[[rule]]\nid = \"my-rule\"\ntitle = \"T\"\nregex = 'my_[a-z]{8,99}'\n"
            .to_vec();
    let policy =
        b"[[allow]]\nreason = \"x\"\nrule = \"a\"\npath = [\"b\"]\nexpires = 2030-01-01\n[[policy]]\neffect = \"audit\"\n";
    run("config", 300, &[config, policy.to_vec()]);
}

#[test]
fn patterns() {
    run("patterns", 40, &[fs::read("patterns/github.toml").expect("a file")]);
}

#[test]
fn baseline() {
    let world = World::new();
    world.stage("a\\b", token(1));
    world.stage("dir/c d", format!("password = \"{}ub4dor&3x\"\n", "Tr0"));
    let ran = world.nospill(&["baseline", "create"]);
    assert_eq!(ran.code, 0, "{}", ran.whole());
    run("baseline", 20_000, &[fs::read(world.path().join(".nospill.baseline")).expect("a baseline")]);
}

#[test]
fn imports() {
    let gitleaks = b"title = \"x\"\n[extend]\ndisabledRules = [\"a\"]\n[[rules]]\nid = \"my-id\"\nregex = '(a)(b[0-9]{9})'\n\
        secretGroup = 2\nentropy = 3.5\nkeywords = [\"abc\"]\npath = '(^|/)x\\.env$'\n[[rules.allowlists]]\npaths = ['^vendor/.*']\n\
        [allowlist]\npaths = ['node_modules/.*', '\\.lock$']\ncommits = [\"0123456789\"]\nregexes = ['x']\n";
    let baseline = br#"{"filters_used":[{"path":"x.should_exclude_file","pattern":["^a/.*","b$"]}],"results":{"a":[{"hashed_secret":"00"}]}}"#;
    let found = br#"[{"File":"a","Secret":"b","StartLine":3}]"#;
    let talisman = b"fileignoreconfig:\n- filename: \"a/b\"\n  checksum: 00\n  allowed_patterns: [x]\nversion: 1\n";
    let allowed = b"a/b\\.c:.*\n# comment\nx\x01[0-9]\n0123456789abcdef:a/b:rule:3\n";
    let secretlint = b"rules:\n- &a {id: \"@secretlint/secretlint-rule-aws\", options: {allows: [/x/i]}}\n- *a\nignore: [a/*]\n";
    let seeds = [gitleaks.as_slice(), baseline, found, talisman, allowed, secretlint].map(<[u8]>::to_vec);
    run("import", 10_000, &seeds);
}

#[test]
fn archives() {
    let line = token(1);
    let tar = tarred(&[("in/a.txt", line.as_bytes()), ("../b", b"x")]);
    let zip = zipped(&[("in/a.txt", line.as_bytes()), ("b/", b"")]);
    let by = |method, packed: &[u8]| zipped_by(method, 0, "in/a.tar", packed, &tar);
    let methods = [by(93, &zstandard(&tar)), by(95, &xzed(&tar)), by(14, &lzmaed(&tar, true)), lzmaed(&tar, false)];
    let nested = tarred(&[("a.zip", &zip), ("b.tar.gz", &gzipped(&tar))]);
    let bomb = gzipped(&vec![0; 8 << 20]);
    let behind = [&[1; 100], zip.as_slice()].concat();
    let seeds = [gzipped(&tar), bzipped(&tar), zstandard(&tar), xzed(&tar), nested, bomb, tar.clone(), zip, behind];
    run("archive", 2000, &[&seeds[..], &methods].concat());
}

#[test]
fn reports() {
    let texts: [&[u8]; 12] = [
        b"plain",
        b"##vso[task.setvariable variable=a]b",
        b"::error::x\n::set-output name=a::b",
        b"\" onmouseover=\"alert(1)",
        b"<script>alert(1)</script>",
        b"]]><x/><!--&amp;",
        "\u{202e}\u{2028}\u{feff}\u{fffe}\u{0}\u{1b}[31m".as_bytes(),
        b"a|b|**c** [x](javascript:alert(1))",
        b"=cmd|' /C calc'!A0",
        b"%0A%25%AZP25%5D,a:b;c\r\n",
        b"line\nbreak\r\nand\rmore",
        b"",
    ];
    let joined = texts.join(&0xff);
    run("report", 5000, &(0..4).map(|choice| [&[choice], joined.as_slice()].concat()).collect::<Vec<_>>());
}

/// Each target has a file for cargo-fuzz, and each file a target and an entry in the manifest.
#[test]
fn cargo_fuzz_has_the_same_targets() {
    let mut files: Vec<String> = fs::read_dir("fuzz/fuzz_targets")
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path().file_stem().expect("a name").to_string_lossy().into_owned())
        .collect();
    files.sort();
    let names: Vec<&str> = targets::TARGETS.iter().map(|(name, _)| *name).collect();
    assert_eq!(files, names);
    let manifest = fs::read_to_string("fuzz/Cargo.toml").expect("a file");
    for name in names {
        let text = fs::read_to_string(format!("fuzz/fuzz_targets/{name}.rs")).expect("a file");
        assert!(text.contains(&format!("nospill_fuzz::targets::{name}(data)")), "{name}: {text}");
        assert!(manifest.contains(&format!("name = \"{name}\"\npath = \"fuzz_targets/{name}.rs\"")), "{name}");
    }
}
