//! `nospill rules` and `nospill explain`, through the binary.

use nospill::detect::scanner::{Scanner, Scratch, Subject};
use nospill::detect::trace::{self, Candidate, Fate};
use nospill::rules::ruleset::RuleSet;
use nospill::rules::schema;
use nospill::rules::template::{Random, fill};
use nospill::types::finding::Via;

use crate::env::{World, text, token};

/// A rule of one's own with its examples.
const HOUSE: &str = r#"
[[rule]]
id         = "house-token"
title      = "House token"
advice     = "Revoke it at https://tokens.example/."
severity   = "medium"
confidence = "high"
aliases    = ["old-house-token"]
keywords   = ["house-"]
regex      = '''\b(?<secret>house-[0-9a-f]{32})\b'''
checks     = [{ entropy = 3.0 }, "placeholder"]
[[rule.accept]]
text = "t = house-{hex:32}"
[[rule.reject]]
text = "house-{repeat:0:32}"
"#;

fn world(config: &str) -> World {
    let world = World::new();
    world.write(".nospill.toml", config);
    world
}

#[test]
fn list_is_aligned_and_holds_custom_rules() {
    let world = world(HOUSE);
    let all = world.nospill(&["rules", "list"]);
    assert_eq!(all.code, 0, "{}", all.whole());
    let find = |id: &str| all.out.lines().find(|line| line.starts_with(&format!("{id} "))).unwrap_or_else(|| panic!("{id}"));
    let (one, other) = (find("github-pat"), find("house-token"));
    assert_eq!(one.find("critical"), other.find("medium"), "{one}\n{other}");
    assert!(other.ends_with("medium    high        House token"), "{other}");
    let custom = world.nospill(&["rules", "list", "--family", "custom"]);
    assert_eq!(custom.out, "house-token  medium    high        House token\n", "{}", custom.whole());
    let json = world.nospill(&["rules", "list", "--family", "custom", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json.out).expect("JSON");
    assert_eq!(json["version"], 1);
    assert_eq!(json["rules"][0]["id"], "house-token");
    let none = world.nospill(&["rules", "list", "--family", "azuer"]);
    assert_eq!(none.code, 2, "{}", none.whole());
}

#[test]
fn titles_cannot_move_the_cursor() {
    let world = world(&HOUSE.replace("House token", "a\\u001b[31m\\nb"));
    let listed = world.nospill(&["rules", "list", "--family", "custom"]);
    assert!(!listed.out.contains('\x1b') && listed.out.lines().count() == 1, "{}", listed.whole());
    let explained = world.nospill(&["explain", "house-token"]);
    assert!(!explained.out.contains('\x1b') && explained.code == 0, "{}", explained.whole());
}

#[test]
fn show_knows_former_ids_and_offers_close_ones() {
    let world = world(HOUSE);
    let shown = world.nospill(&["rules", "show", "old-house-token"]);
    assert_eq!(shown.code, 0, "{}", shown.whole());
    for part in ["house-token\n", "House token", "entropy 3; placeholder", "the keyword's line", "old-house-token"] {
        assert!(shown.out.contains(part), "{part}: {}", shown.whole());
    }
    let slip = world.nospill(&["rules", "show", "house-tokne"]);
    assert_eq!((slip.code, slip.out.as_str()), (2, ""), "{}", slip.whole());
    assert_eq!(
        slip.err,
        "nospill: error: no rule has the id `house-tokne`\n  hint: did you mean house-token?\n",
        "{}",
        slip.whole()
    );
    let far = world.nospill(&["explain", "qqqqqqqq"]);
    assert_eq!(far.code, 2, "{}", far.whole());
    assert!(far.err.contains("nospill rules list"), "{}", far.whole());
}

#[test]
fn examples_that_do_what_they_say() {
    let world = world(HOUSE);
    let ran = world.nospill(&["rules", "test", ".nospill.toml"]);
    let want = "exit 0\n--- out\n.nospill.toml: 1 rule, 2 examples, 0 failed, 0 without examples\n--- err\n";
    assert_eq!(ran.whole(), want);
    world.write("own.toml", format!("family = \"own\"\n{HOUSE}"));
    assert_eq!(world.nospill(&["rules", "test", "own.toml"]).code, 0);
}

#[test]
fn examples_that_do_not() {
    for (example, want) in [
        ("[[rule.accept]]\ntext = \"house-{repeat:a:32}\"", "check `entropy 3` says: dropped: too few bits"),
        ("[[rule.accept]]\ntext = \"house-{hex:31}\"", "a keyword is there, the pattern does not match around it"),
        ("[[rule.accept]]\ntext = \"garden-{hex:32}\"", "no keyword in it"),
        ("[[rule.accept]]\ntext = \"{nothing:1}\"", "unknown or its arguments do not fit"),
        ("[[rule.accept]]\ntext = \"house-{hex:32}\"\nconfidence = \"low\"", "should be of low confidence, is of high"),
        ("[[rule.reject]]\ntext = \"house-{hex:32}\"", "matches, with high confidence"),
    ] {
        let world = world(&format!("{HOUSE}{example}\n"));
        let ran = world.nospill(&["rules", "test", ".nospill.toml"]);
        assert_eq!(ran.code, 1, "{example}: {}", ran.whole());
        assert!(ran.out.contains(want) && ran.out.contains("3 examples, 1 failed"), "{example}: {}", ran.whole());
    }
    let world = world("[[rule]]\nid = \"bare\"\nkeywords = [\"bare-\"]\nregex = 'bare-(?<secret>[a-z]{9})'\n");
    let ran = world.nospill(&["rules", "test", ".nospill.toml"]);
    assert_eq!(ran.code, 0, "{}", ran.whole());
    assert!(ran.out.contains("no examples: bare\n"), "{}", ran.whole());
    assert_eq!(world.nospill(&["rules", "test", "missing.toml"]).code, 2);
}

#[test]
fn path_rules_have_paths_for_examples() {
    let rule = "[[rule]]\nid = \"vaulted\"\npath = [\"*.vaulted\"]\nexcept = [\"sample.*\"]\n";
    let good = "[[rule.accept]]\npath = \"a/b.vaulted\"\n[[rule.reject]]\npath = \"sample.vaulted\"\n";
    let world = world(&format!("{rule}{good}"));
    let ran = world.nospill(&["rules", "test", ".nospill.toml"]);
    assert_eq!(ran.code, 0, "{}", ran.whole());
    world.write(".nospill.toml", format!("{rule}[[rule.accept]]\npath = \"sample.vaulted\"\n"));
    let ran = world.nospill(&["rules", "test", ".nospill.toml"]);
    assert_eq!(ran.code, 1, "{}", ran.whole());
    assert!(ran.out.contains("the path does not match"), "{}", ran.whole());
}

#[test]
fn check_finds_nothing_in_a_sound_rule() {
    let world = world(HOUSE);
    let ran = world.nospill(&["rules", "check"]);
    let file = world.path().join(".nospill.toml");
    assert_eq!(ran.code, 0, "{}", ran.whole());
    assert!(ran.out.ends_with(".nospill.toml: 1 rule, 0 errors, 0 warnings\n"), "{file:?} {}", ran.whole());
    std::fs::remove_file(file).expect("removed");
    let none = world.nospill(&["rules", "check"]);
    assert_eq!((none.code, none.out.as_str()), (2, ""), "{}", none.whole());
}

#[test]
fn check_says_what_is_wrong() {
    let rule = |lines: &str| format!("[[rule]]\nid = \"own-rule\"\n{lines}\n");
    for (config, code, want) in [
        (rule("keywords = ['own']\nregex = '(?<secret>own'"), 2, "error[own-rule]: regex parse error"),
        (rule("keywords = ['o']\nregex = '(?<secret>own)'"), 2, "at least 3 ASCII characters"),
        (rule("severity = 'huge'\nregex = '(?<secret>own)'"), 2, "unknown severity `huge`"),
        (rule("regex = '(?<secret>own[0-9]{9})'"), 0, "warning[own-rule]: no keywords"),
        (rule("keywords = ['own']\nregex = 'own[0-9]{9}'"), 0, "no group `secret`"),
        (rule("keywords = ['own']\nregex = '(?<secret>(?:own|our)[0-9]{9})'"), 0, "hold none of its keywords, as `ou****`"),
        (
            rule("keywords = ['own']\nregex = 'own(?<secret>[0-9]{9})'\nchecks = [{ entropy = 3.5 }]"),
            0,
            "`entropy 3.5` drops every",
        ),
        (rule("keywords = ['own']\nregex = '(?<secret>our[0-9]{9})'"), 2, "no match of its regex holds one of its keywords"),
        (rule("keywords = ['own']\nregex = '(?<secret>own[a&&b])'"), 2, "no text fits its regex"),
        (rule("keywords = ['own']\nreach = 4\nregex = '(?<secret>own[0-9]{99})'"), 2, "more than `reach` leaves"),
        (rule("keywords = ['own']\nregex = '''own:\\n(?<secret>[0-9]{9})'''"), 2, "needs a `reach`"),
        (rule("keywords = ['own']\nregex = 'own(?<secret>[0-9]{9})'\nchecks = ['letter']"), 0, "check `letter` drops every one"),
        (
            rule("keywords = ['own']\nregex = 'own(?<secret>[0-9]{9})'\nrequires = { rule = 'x', within_lines = 1 }"),
            2,
            "unknown rule `x`",
        ),
        (rule("path = ['*.own']\nexcept = ['*.own']"), 2, "`except` takes away"),
        (rule("reader = 'assignment'"), 2, "a reader starts at keywords"),
        (rule("path = ['*.own']").replace("own-rule", "github-pat"), 2, "a built-in rule has this id"),
        (rule("path = ['*.own']").repeat(2), 2, "used twice in this file"),
        (rule("path = ['*.own']"), 0, "warning[own-rule]: not tested"),
    ] {
        let world = world(&config);
        let ran = world.nospill(&["rules", "check", ".nospill.toml"]);
        assert_eq!(ran.code, code, "{config}\n{}", ran.whole());
        assert!(ran.out.contains(want), "{config}\n{want}\n{}", ran.whole());
    }
    let world = world("[[rule]]\nid = 'x'\nregx = 'y'\n");
    let ran = world.nospill(&["rules", "check"]);
    assert_eq!(ran.code, 2, "{}", ran.whole());
    assert!(ran.err.contains("unknown field `regx`"), "{}", ran.whole());
}

#[test]
fn a_file_named_by_mistake_is_not_quoted() {
    let world = World::new();
    let value = text("{alnum:24}", 6);
    for (content, want) in [
        (format!("A=\"1\"\nexport TOKEN={value}\n"), ".env:2: "),
        (format!("TOKEN=\"{value}\"\n"), ".env:1: unknown field `TOKEN`"),
    ] {
        world.write(".env", content);
        for command in ["check", "test"] {
            let ran = world.nospill(&["rules", command, ".env"]);
            assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{}", ran.whole());
            assert!(ran.err.contains(want) && !ran.err.contains(&value), "{}", ran.whole());
        }
    }
}

/// Among others: every made-up match of a built-in regex holds a keyword, without which it would never be looked at.
#[test]
fn there_is_nothing_to_say_about_built_in_families() {
    let world = World::new();
    let folder = format!("{}/patterns", env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<_> = std::fs::read_dir(folder).expect("patterns/").map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
    assert!(files.len() > 20, "{files:?}");
    for file in files {
        let ran = world.nospill(&["rules", "check", &file.to_string_lossy()]);
        assert_eq!((ran.code, ran.out.contains(" 0 errors, 0 warnings\n")), (0, true), "{}", ran.whole());
    }
}

#[test]
fn explain_a_rule() {
    let world = world(HOUSE);
    let ran = world.nospill(&["explain", "azure-storage-key"]);
    assert_eq!(ran.code, 0, "{}", ran.whole());
    for part in [
        "What it is",
        "What somebody with it can do",
        "How to revoke it",
        "How to keep it out next time",
        "When it is no secret",
        "managed identity",
        "az keyvault secret set",
        "@Microsoft.KeyVault(",
        "nospill:allow",
    ] {
        assert!(ran.out.contains(part), "{part}: {}", ran.whole());
    }
    assert!(ran.out.lines().all(|line| line.chars().count() <= 130), "{}", ran.whole());
    let own = world.nospill(&["explain", "house-token"]);
    assert!(own.out.contains("https://tokens.example/") && own.code == 0, "{}", own.whole());
    assert!(world.nospill(&["explain", "file-netrc"]).out.contains("exclude its path"));
}

#[test]
fn explain_a_place() {
    let world = world(HOUSE);
    let value = text("{hex:32}", 1);
    let password = text("{alnum:18}", 2);
    world.write(
        "a/settings.py",
        format!(
            "first = 1\nt = 'house-{value}'\nt = 'house-{}'\n{}password = '{password}'\npassword = 'changeme'\nhouse-work\n# t = house-{value} nospill:allow\n",
            "0".repeat(32),
            token(3),
        ),
    );
    let explain = |line: u32| world.nospill(&["explain", &format!("a/settings.py:{line}")]);
    for (line, parts) in [
        (1, vec!["no candidate"]),
        (
            2,
            vec![
                "house-token: House token",
                "check `entropy 3`: nothing against it",
                "kept, high confidence",
                "it blocks; fingerprint v1:",
            ],
        ),
        (3, vec!["check `entropy 3`: dropped: too few bits", "= dropped by the check `entropy 3`"]),
        (4, vec!["github-pat", "check `checksum github`: holds", "to proven confidence", "it blocks"]),
        (5, vec!["generic-password", "assigned to `password`", "bits, 0 or more are needed", "kept"]),
        (6, vec!["generic-password", "the reader takes it for no secret", "dropped by the reader"]),
        (7, vec!["a keyword is there, but no value that fits: house-token"]),
        (8, vec!["it does not count: allowed by a marker on the line"]),
    ] {
        let ran = explain(line);
        assert_eq!(ran.code, 0, "{}", ran.whole());
        assert!(ran.out.starts_with(&format!("a/settings.py:{line}\n")), "{}", ran.whole());
        for part in parts {
            assert!(ran.out.contains(part), "{line}: {part}\n{}", ran.whole());
        }
        assert!(!ran.out.contains(&value) && !ran.out.contains(&password), "{}", ran.whole());
    }
    for place in ["a/settings.py:99", "a/missing.py:1", "a:1", "a/settings.py", "a/settings.py:0"] {
        let ran = world.nospill(&["explain", place]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{place} {}", ran.whole());
        assert!(ran.err.contains("hint: "), "{place} {}", ran.whole());
    }
}

#[test]
fn explain_what_is_encoded_and_what_the_path_says() {
    let world = world(HOUSE);
    let inner = text("{base64:t = house-{hex:32} and more}", 4);
    world.write("data.yaml", format!("blob: {inner}\n"));
    let ran = world.nospill(&["explain", "data.yaml:1"]);
    assert!(ran.out.contains("house-token") && ran.out.contains("inside base64"), "{}", ran.whole());
    assert!(ran.out.contains("it blocks"), "{}", ran.whole());
    world.write(".env", "A=1\n");
    let ran = world.nospill(&["explain", ".env:1"]);
    assert!(ran.out.contains("the file's name alone is a finding"), "{}", ran.whole());
    world.write(".nospill.toml", format!("[scan]\nexclude = [\"data.yaml\"]\n{HOUSE}"));
    let ran = world.nospill(&["explain", "data.yaml:1"]);
    assert!(ran.out.contains("the configuration excludes this path"), "{}", ran.whole());
}

#[test]
fn explain_a_fingerprint() {
    let world = world(HOUSE);
    let value = text("{hex:32}", 5);
    world.write("a/b.txt", format!("x\nt = house-{value}\n"));
    world.write(".env", "A=1\n");
    let report = world.nospill(&["dir", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&report.out).expect("JSON");
    let of = |path: &str| {
        let found = report["findings"].as_array().into_iter().flatten().find(|f| f["path"] == path);
        found.and_then(|f| f["fingerprint"].as_str()).unwrap_or_else(|| panic!("{path} {report}")).to_owned()
    };
    let ran = world.nospill(&["explain", &of("a/b.txt")]);
    assert_eq!(ran.code, 0, "{}", ran.whole());
    assert!(ran.out.starts_with("a/b.txt:2\n") && ran.out.contains("kept, high confidence"), "{}", ran.whole());
    assert!(!ran.out.contains(&value), "{}", ran.whole());
    let ran = world.nospill(&["explain", &of(".env")]);
    assert!(ran.out.contains("the file's name alone is a finding"), "{}", ran.whole());
    let ran = world.nospill(&["explain", "v1:00000000000000000000000000000000"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{}", ran.whole());
    assert!(ran.err.contains("hint: "), "{}", ran.whole());
}

/// What a value says of itself: in the report, in JSON and in `explain`, which agree on the verdict.
#[test]
fn expired_tokens_are_audited_and_accounts_named() {
    let world = World::new();
    world.write("old.env", text("TOKEN={jwt:{{\"sub\":\"41\",\"exp\":1577836800}}}\n", 0));
    world.write("new.env", text("TOKEN={jwt:{{\"sub\":\"41\",\"exp\":4102444800}}}\n", 1));
    world.write("aws.env", text("AWS_ACCESS_KEY_ID={join:AK:IA}Q{base32:15}\n", 2));
    let report: serde_json::Value = serde_json::from_str(&world.nospill(&["dir", ".", "--format", "json"]).out).expect("JSON");
    let said = |path: &str| {
        let mut all = report["findings"].as_array().expect("findings").iter();
        let finding = all.find(|f| f["path"] == path && f["line"] == 1 && f["rule"] != "dotenv-file").expect("a finding");
        format!("{} {} {}", finding["effect"], finding["confidence"], finding["note"])
    };
    assert_eq!(said("old.env"), r#""audit" "low" "expired on 2020-01-01: confidence is low""#);
    assert_eq!(said("new.env"), r#""deny" "medium" "valid until 2100-01-01""#);
    assert!(said("aws.env").starts_with(r#""deny" "high" "a key of AWS account "#), "{}", said("aws.env"));
    let human = world.nospill(&["dir", "old.env"]).out;
    assert!(human.contains("= note: expired on 2020-01-01"), "{human}");
    let explained = world.nospill(&["explain", "old.env:1"]).out;
    assert!(explained.contains("= expired on 2020-01-01: confidence is low\n  = it is reported"), "{explained}");
}

#[test]
fn a_trace_holds_every_match_of_a_scan() {
    let scanner = Scanner::new(RuleSet::builtin());
    let (mut wrong, mut count) = (Vec::new(), 0);
    let files = std::fs::read_dir("patterns").expect("patterns/").map(|entry| entry.expect("an entry").path());
    for file in files.filter(|path| path.extension().is_some_and(|ext| ext == "toml")) {
        let file = schema::parse(&std::fs::read_to_string(&file).expect("a file")).expect("a patterns file");
        for (rule, example) in file.rule.iter().filter_map(|rule| rule.accept.first().map(|example| (rule, example))) {
            let Some(template) = &example.text else { continue };
            let content = fill(template, &mut Random::new(&rule.id, 0)).expect("a template");
            let path = example.path.as_deref().unwrap_or("example.txt").as_bytes();
            let subject = Subject { content: &content, path };
            // A binary as a whole has no line to explain.
            let matches = scanner.scan(subject, &mut Scratch::default()).matches;
            for found in matches.into_iter().filter(|found| found.via != Via::Magic) {
                let line = content[..found.secret.start].iter().filter(|b| **b == b'\n').count() as u32 + 1;
                let trace = trace::line(&scanner, subject, line).unwrap_or_default();
                let same = |c: &&Candidate| c.rule == found.rule && c.span == found.secret;
                let fate = trace.candidates.iter().find(same).map(|candidate| candidate.fate);
                count += 1;
                if fate != Some(Fate::Reported(found.confidence)) {
                    wrong.push(format!("{}: {found:?} is {fate:?}", rule.id));
                }
            }
        }
    }
    assert!(count > 500 && wrong.is_empty(), "{} of {count} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
