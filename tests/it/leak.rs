//! No byte of what nospill says or writes holds a whole secret, unless `--show-secrets` asks for it: seeded secrets of the
//! rules' own examples, in places that reports speak of, through every command, format and file.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use memchr::memmem;
use nospill::detect::scanner::{Scanner, Scratch, Subject};
use nospill::rules::ruleset::RuleSet;
use nospill::rules::template::{Random, fill};

use crate::env::{Ran, World, text, token};
use crate::oracle::templates;

pub(crate) const FORMATS: [&str; 11] =
    ["human", "json", "jsonl", "sarif", "junit", "gitlab", "azure", "github", "csv", "markdown", "html"];

/// A world full of secrets, and what must not be said.
struct Planted {
    world: World,
    secrets: BTreeSet<Vec<u8>>,
}

/// The token itself of `token(seed)`.
fn bare(seed: usize) -> String {
    token(seed).split('"').nth(1).expect("a quoted token").to_owned()
}

impl Planted {
    fn new(seed: usize) -> Self {
        let (world, mut secrets) = (World::new(), BTreeSet::new());
        let (scanner, all, mut scratch) = (Scanner::new(RuleSet::builtin()), templates(), Scratch::default());
        let mut random = Random::new("leak", seed);
        let mut content = Vec::new();
        for _ in 0..60 {
            let (id, template) = &all[random.below(all.len())];
            content.extend(fill(template, &mut Random::new(id, random.below(1000))).expect("a template"));
            content.extend(b"\n\n");
        }
        // What stands there again, where no rule looks.
        let again = text("password = \"{alnum:14}!\"", seed);
        let value = again.split('"').nth(1).expect("quoted").to_owned();
        content.extend(format!("{again} # not {value}, nor {value}x\n").into_bytes());
        for found in scanner.scan(Subject { content: &content, path: b"mixed.py" }, &mut scratch).matches {
            secrets.insert(found.secret.of(&content).to_vec());
        }
        world.stage("mixed.py", &content);
        let tokens: Vec<String> = (0..12).map(|at| bare(seed * 100 + at)).collect();
        world.stage(&format!("{}.txt", tokens[0]), token(seed * 100 + 1));
        world.stage("long.js", format!("{}{}{}", "x=1;".repeat(100_000), token(seed * 100 + 2), "y=2;".repeat(1000)));
        let encoded = STANDARD.encode(format!("key: {}", token(seed * 100 + 3)));
        secrets.insert(encoded.trim_end_matches('=').as_bytes().to_vec());
        world.stage("encoded.yaml", format!("data: {encoded}\n"));
        world.stage("wide.txt", token(seed * 100 + 4).encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
        world.git(&["commit", "-q", "-m", &format!("deploy with {}", tokens[5])]);
        world.git(&["branch", &format!("b-{}", tokens[6])]);
        world.git(&["tag", &format!("t-{}", tokens[7])]);
        world.git(&["config", "remote.origin.url", &format!("https://user:{}@example.org/x.git", tokens[8])]);
        let author = format!("{} <{}@example.org>", tokens[9], tokens[10]);
        world.stage("by.py", token(seed * 100 + 11));
        world.git(&["commit", "-q", "-m", "by", "--author", &author]);
        world.stage("staged.py", token(seed * 100 + 1));
        secrets.extend(tokens.into_iter().map(String::into_bytes));
        // What is shorter is a word, too, that a rule's advice may say.
        secrets.retain(|secret| secret.len() >= 10);
        assert!(secrets.len() > 30, "{}", secrets.len());
        fs::create_dir(world.at("out")).expect("a folder");
        Self { world, secrets }
    }

    /// Fails when a text holds a secret whole, or a file that was written does.
    fn hold(&self, what: &str, said: &[u8]) {
        for secret in &self.secrets {
            if let Some(at) = memmem::find(said, secret) {
                let part = String::from_utf8_lossy(&said[at.saturating_sub(60)..(at + secret.len() + 20).min(said.len())]);
                panic!("{what} says {:?}: …{part}", String::from_utf8_lossy(secret));
            }
        }
    }

    fn hold_all(&self, args: &[&str], ran: &Ran) {
        assert!((0..4).contains(&ran.code), "{args:?}: {}", ran.whole());
        self.hold(&format!("{args:?}, standard output"), ran.out.as_bytes());
        self.hold(&format!("{args:?}, standard error"), ran.err.as_bytes());
    }

    fn run(&self, args: &[&str]) -> Ran {
        let mut command = self.world.command(env!("CARGO_BIN_EXE_nospill"), "repo");
        let ran = command.args(args).env("RUST_BACKTRACE", "1").output().expect("nospill runs").into();
        self.hold_all(args, &ran);
        ran
    }
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn no_format_and_no_file_holds_a_secret() {
    for seed in 0..3 {
        let planted = Planted::new(seed);
        let mut found = 0;
        for format in FORMATS {
            for args in [&["dir", "."][..], &["staged"], &["history"], &["history", "HEAD~1..HEAD"]] {
                let file = format!("--output={format}=../out/{}.{format}", args.len());
                let ran = planted.run(&[args, &["--format", format, &file]].concat());
                found += usize::from(ran.code == 1);
            }
        }
        assert_eq!(found, FORMATS.len() * 4);
        assert_eq!(planted.run(&["history", "--cache", "../out/cache", "--format", "json"]).code, 1);
        assert_eq!(planted.run(&["history", "--cache", "../out/cache", "--format", "json"]).code, 1);
        let written = files(&planted.world.at("out"));
        assert!(written.len() > FORMATS.len() * 2, "{written:?}");
        for path in written {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            assert!(!name.starts_with(".nospill") && !name.starts_with(".tmp"), "{name} was left over");
            planted.hold(&name, &fs::read(&path).expect("a file"));
        }
        // The test can fail: with the option the values are there.
        let shown = planted.world.nospill(&["dir", ".", "--show-secrets"]);
        assert!(shown.out.contains(&bare(seed * 100 + 1)), "{}", shown.whole());
    }
}

#[test]
fn no_other_command_says_one() {
    for seed in 0..2 {
        let planted = Planted::new(seed + 10);
        let ran = planted.run(&["dir", ".", "--format", "json"]);
        let report: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
        for finding in report["findings"].as_array().expect("findings").iter().take(8) {
            planted.run(&["explain", finding["fingerprint"].as_str().expect("a fingerprint")]);
        }
        for line in 1..40 {
            planted.run(&["explain", &format!("mixed.py:{line}")]);
        }
        planted.run(&["explain", "encoded.yaml:1"]);
        planted.run(&["explain", "long.js:1"]);
        planted.run(&["guard", "env"]);
        planted.world.write("package.json", "{\"name\":\"a\",\"version\":\"1.0.0\"}");
        planted.run(&["guard", "package"]);
        planted.run(&["doctor"]);
        planted.run(&["ci"]);
        let reason = format!("it is {} and dead", bare((seed + 10) * 100 + 5));
        let ran = planted.run(&["allow", "staged.py:1", "--reason", "dead"]);
        assert_eq!(ran.code, 0, "{}", ran.whole());
        let config = planted.world.path().join(".nospill.toml");
        planted.hold("the configuration", &fs::read(&config).expect("a file"));
        let with_reason = fs::read_to_string(&config).expect("a file").replace("\"dead\"", &format!("\"{reason}\""));
        fs::write(&config, with_reason).expect("a file");
        for args in [&["dir", ".", "--format", "json"][..], &["dir", "."], &["config", "check"], &["config", "show", "--origin"]]
        {
            planted.run(args);
        }
        let ran = planted.run(&["baseline", "create"]);
        assert_eq!(ran.code, 0, "{}", ran.whole());
        let baseline = fs::read_to_string(planted.world.path().join(".nospill.baseline")).expect("a file");
        assert!(baseline.contains(" github-pat ghp_****.txt\n"), "{baseline}");
        planted.hold("the baseline", baseline.as_bytes());
        for args in [&["baseline", "update"][..], &["dir", "."], &["install"], &["uninstall"]] {
            planted.run(args);
        }
        let mut child = planted.world.command(env!("CARGO_BIN_EXE_nospill"), "repo");
        let mut child =
            child.arg("stdin").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("runs");
        let content = fs::read(planted.world.path().join("mixed.py")).expect("a file");
        child.stdin.take().expect("a pipe").write_all(&content).expect("it reads");
        planted.hold_all(&["stdin"], &child.wait_with_output().expect("it ends").into());
    }
}

#[test]
fn no_error_quotes_one() {
    let planted = Planted::new(20);
    let secret = bare(2000);
    for broken in [
        format!("token = \"{secret}\"\n"),
        format!("[scan]\nexclude = \"{secret}\"\n"),
        format!("[[policy]]\neffect = \"{secret}\"\n"),
        format!("{secret}\n"),
        format!("[scan]\n{secret} = 1\n"),
        format!("[[rule]]\nid = \"{secret}\"\nregex = '('\n"),
        format!("[[rule]]\nid = \"a-b\"\nregex = '({secret}'\n"),
        format!("[[allow]]\nreason = \"{secret}\"\nexpires = \"{secret}\"\nrule = \"x\"\n"),
        format!("[[allow]]\nreason = \"{secret}\"\nrule = \"{secret}\"\n"),
    ] {
        planted.world.write(".nospill.toml", &broken);
        for args in [&["dir", "."][..], &["staged"], &["history"], &["config", "check"], &["config", "show"], &["doctor"]] {
            planted.run(args);
        }
        planted.world.git(&["add", ".nospill.toml"]);
        planted.run(&["staged"]);
        planted.world.git(&["rm", "-q", "-f", ".nospill.toml"]);
    }
    planted.world.write(".nospill.baseline", format!("# x\n{secret}\n"));
    planted.run(&["dir", "."]);
    fs::remove_file(planted.world.path().join(".nospill.baseline")).expect("a file");
    // Arguments, and files that can't be read.
    planted.run(&["history", &format!("{secret}..HEAD")]);
    planted.run(&["dir", &secret]);
    planted.run(&["explain", &secret]);
    for name in [format!(".git/refs/heads/x-{secret}"), format!(".git/refs/tags/{secret}")] {
        fs::write(planted.world.path().join(name), "garbage\n").expect("a ref");
    }
    planted.run(&["history"]);
    let path = planted.world.path().join(format!("{secret}.zip"));
    fs::write(&path, b"PK\x03\x04garbage").expect("a file");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("it is ours");
    planted.run(&["dir", ".", "--format", "json"]);
    planted.run(&["dir", "."]);
}

/// A value that is shown is the one to revoke, whatever encoding it stands in.
#[test]
fn a_value_in_utf_16_is_shown_as_text() {
    let world = World::new();
    world.write("wide.txt", token(1).encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
    for format in ["human", "json", "csv"] {
        let ran = world.nospill(&["dir", ".", "--show-secrets", "--format", format]);
        assert!(ran.code == 1 && ran.out.contains(&bare(1)), "{}", ran.whole());
    }
}

/// Whatever the umask, a report with values is for its owner only, as are files of `--cache`.
#[test]
fn files_with_values_are_private() {
    let planted = Planted::new(30);
    let run = |args: &str| {
        let mut command = planted.world.command("sh", "repo");
        let script = format!("umask 000; exec \"$0\" {args}");
        let ran: Ran = command.args(["-c", &script, env!("CARGO_BIN_EXE_nospill")]).output().expect("sh runs").into();
        assert_eq!(ran.code, 1, "{}", ran.whole());
    };
    let mode = |path: &str| fs::metadata(planted.world.at(path)).expect("a file").mode() & 0o777;
    run("dir . --show-secrets --output json=../out/shown.json");
    run("dir . --output json=../out/masked.json");
    run("history --cache ../out/cache");
    assert_eq!((mode("out/shown.json"), mode("out/masked.json")), (0o600, 0o666));
    for path in files(&planted.world.at("out/cache")) {
        assert_eq!(fs::metadata(&path).expect("a file").mode() & 0o777, 0o600, "{}", path.display());
    }
}

/// While they are written, too: every write of nospill's to a file is seen, with the file's mode then, and there are no files
/// but those that were asked for.
#[cfg(target_os = "linux")]
#[test]
fn files_with_values_are_private_while_they_are_written() {
    let planted = Planted::new(31);
    let world = &planted.world;
    world.write("inner.tar.gz", crate::archive::gzipped(&crate::archive::tarred(&[("in/a.txt", &vec![b'x'; 3 << 20])])));
    for folder in ["tmp", "fresh"] {
        fs::create_dir(world.at(folder)).expect("a folder");
    }
    let tmp = world.at("tmp").display().to_string();
    let log = world.at("writes").display().to_string();
    for (args, folder, modes) in [
        (
            &["dir", ".", "--show-secrets", "--output", "json=../fresh/a.json", "--output", "sarif=../fresh/b.sarif"][..],
            "fresh",
            "600",
        ),
        (&["history", "--show-secrets", "--output", "html=../fresh/c.html"], "fresh", "600"),
        (&["history", "--cache", "../fresh"], "fresh", "600"),
        (&["dir", ".", "--output", "json=../fresh/d.json"], "fresh", "666"),
        (&["allow", "staged.py:1", "--reason", "x"], "repo", "666"),
        (&["baseline", "create"], "repo", "666"),
        (&["install"], "repo/.git/hooks", "777"),
        (&["dir", "."], "", ""),
        (&["staged"], "", ""),
        (&["history"], "", ""),
        (&["history", "HEAD~1..HEAD"], "", ""),
        (&["stdin"], "", ""),
        (&["explain", "mixed.py:1"], "", ""),
    ] {
        let _ = fs::remove_file(&log);
        let mut command = world.command("sh", "repo");
        command.args(["-c", "umask 000; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_nospill")]).args(args).env("TMPDIR", &tmp);
        crate::shim::load(&mut command, &[("SHIM_WRITES", &log)]);
        // For `stdin` alone: longer than its buffer.
        let long = fs::File::open(world.path().join("long.js")).expect("a file");
        let ran: Ran = command.stdin(long).output().expect("sh runs").into();
        assert!(ran.code < 2, "{args:?}: {}", ran.whole());
        let log = fs::read_to_string(&log).unwrap_or_default();
        let folder = format!("{}/", world.at(folder).canonicalize().expect("a folder").display());
        let seen: Vec<(&str, &str)> = log.lines().map(|line| line.split_once(' ').expect("a mode and a path")).collect();
        assert_eq!(seen.is_empty(), modes.is_empty(), "{args:?}");
        for (mode, path) in seen {
            assert!(mode == modes && path.starts_with(&folder), "{args:?}: {path} has mode {mode}");
        }
    }
    assert_eq!(files(&world.at("tmp")), Vec::<PathBuf>::new());
}
