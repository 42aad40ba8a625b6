//! Every key of the configuration, as the schema has them, in every layer: setting it changes what happens, or is refused.

use std::collections::BTreeSet;

use crate::archive::gzipped;
use crate::env::{World, text, token};

/// Where a key may stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In every layer.
    Every,
    /// In the organisation's policy and at the top of the work tree.
    Top,
    /// In the organisation's policy; the text of the repository's file that it is about.
    Organisation(&'static str),
}
use Place::{Every, Organisation, Top};

/// A key, a configuration without it and one with it, where it may stand, and what shows the difference.
struct Case {
    key: &'static str,
    without: &'static str,
    with: &'static str,
    place: Place,
    /// What is run.
    probe: &'static [&'static str],
    /// What on the command line changes the same.
    flag: &'static [&'static str],
}

const fn case(key: &'static str, place: Place, without: &'static str, with: &'static str) -> Case {
    Case { key, without, with, place, probe: &["staged", "--format", "json"], flag: &[] }
}

const AUDIT: &str = "[[policy]]\neffect = 'audit'\n";
const ALLOWED: &str = "[[allow]]\nreason = 'r'\nrule = 'github-*'\n";
const RULE: &str =
    "[[rule]]\nid = 'own'\nkeywords = ['in-house-']\nregex = '(?<secret>in-house-[0-9]{6})'\nconfidence = 'high'\n";
const SERVICE: &str = "[[service]]\nid = 'acme-key'\nnames = ['acme_mail']\nshapes = ['hex:32']\n";
const OWNER: [&str; 3] = [
    "[[owner]]\npath = 'other.toml'\nmay_allow = 'bob@example.org'\n",
    "[[owner]]\npath = '.nospill.toml'\nmay_allow = 'bob@example.org'\n",
    "[[owner]]\npath = '.nospill.toml'\nmay_allow = '*@example.org'\n",
];

/// The cases; text is added to what stands there without the key.
fn cases() -> Vec<Case> {
    let dir = |flag: &'static [&'static str], case: Case| Case { flag, ..case };
    let history = |case: Case| Case { probe: &["history", "--format", "json"], ..case };
    let show = |case: Case| Case { probe: &["config", "show"], ..case };
    vec![
        dir(&["--exclude", "f.txt"], case("scan.exclude", Every, "", "scan.exclude = ['f.txt']")),
        dir(&["--include", "g.txt"], case("scan.include", Every, "scan.exclude = ['f.txt']\n", "scan.include = ['f.txt']")),
        dir(&["--max-size", "1MB"], case("scan.max_size", Top, "", "scan.max_size = 1")),
        dir(&["--no-archives"], case("scan.archives", Top, "", "scan.archives = true")),
        case("scan.lfs", Top, "", "scan.lfs = 'require'"),
        case("markers.own", Top, "", "markers.own = false"),
        case("markers.foreign", Top, "", "markers.foreign = false"),
        dir(&["--baseline", "known"], case("baseline.file", Top, "", "baseline.file = 'known'")),
        case("baseline.renames", Top, "", "baseline.renames = true"),
        case("override.enabled", Top, "", "override.github-pat.enabled = false"),
        case(
            "override.severity",
            Top,
            "[[policy]]\neffect = 'audit'\nseverity = 'low'\n",
            "[override.github-pat]\nseverity = 'low'",
        ),
        case("override.confidence", Top, RULE, "[override.own]\nconfidence = 'low'"),
        case("policy.effect", Every, "", AUDIT),
        case("policy.rule", Every, AUDIT, "rule = 'gitlab-*'"),
        case("policy.family", Every, AUDIT, "family = 'gitlab'"),
        case("policy.severity", Every, AUDIT, "severity = 'low'"),
        case("policy.confidence", Every, AUDIT, "confidence = 'low'"),
        case("policy.path", Every, AUDIT, "path = 'none/'"),
        case("policy.branch", Every, AUDIT, "branch = 'release'"),
        case(
            "policy.locked",
            Organisation("[[policy]]\neffect = 'off'\nrule = 'github-*'"),
            "[[policy]]\neffect = 'deny'\n",
            "locked = true",
        ),
        show(case("policy.reason", Every, AUDIT, "reason = 'old keys'")),
        case("allow.reason", Every, "", ALLOWED),
        case("allow.owner", Every, ALLOWED, "owner = 'ada'"),
        case("allow.expires", Every, ALLOWED, "expires = '2020-01-01'"),
        case("allow.rule", Every, "[[allow]]\nreason = 'r'\npath = '*.txt'\n", "rule = 'gitlab-pat'"),
        case("allow.path", Every, ALLOWED, "path = 'none.txt'"),
        case("allow.commit", Every, ALLOWED, "commit = '0123456'"),
        case("allow.fingerprint", Every, ALLOWED, "fingerprint = 'v1:00000000000000000000000000000000'"),
        case("lock.exclude", Organisation("scan.exclude = ['f.txt']"), "[lock]\n", "exclude = true"),
        case("lock.markers", Organisation("markers.own = true"), "[lock]\n", "markers = true"),
        case("lock.allow", Organisation(ALLOWED), "[lock]\n", "allow = true"),
        case("rule", Top, "", RULE),
        case("service", Top, "", SERVICE),
        // These commit all, so that nothing is left for the index to say.
        history(case("owner.path", Organisation(ALLOWED), OWNER[0], OWNER[1])),
        history(case("owner.may_allow", Organisation(ALLOWED), OWNER[2], OWNER[1])),
    ]
}

/// The keys that the schema has, a table's with its name before them.
fn keys_of_the_schema() -> BTreeSet<String> {
    let schema: serde_json::Value = serde_json::from_str(nospill::config::schema::JSON_SCHEMA).expect("a schema");
    fn reference(value: &serde_json::Value) -> Option<&str> {
        match value {
            serde_json::Value::Object(map) => {
                map.get("$ref").and_then(|name| name.as_str()).or_else(|| map.values().find_map(reference))
            }
            serde_json::Value::Array(all) => all.iter().find_map(reference),
            _ => None,
        }
    }
    let mut keys = BTreeSet::new();
    for (name, property) in schema["properties"].as_object().expect("properties") {
        let inner = reference(property).and_then(|path| schema.pointer(path.trim_start_matches('#'))?["properties"].as_object());
        match inner {
            Some(inner) => keys.extend(inner.keys().map(|key| format!("{name}.{key}"))),
            None => drop(keys.insert(name.clone())),
        }
    }
    keys
}

/// A world in which every key has something to say: all in a folder, so that the folder's file may speak of it.
fn world() -> World {
    let world = World::new();
    world.write("old.txt", token(9));
    assert_eq!(world.nospill(&["baseline", "create"]).code, 0);
    std::fs::rename(world.path().join("old.txt"), world.path().join("f.txt")).expect("moved");
    let known = std::fs::read_to_string(world.path().join(".nospill.baseline")).expect("a file");
    world.write("a/f.txt", token(1));
    std::fs::remove_file(world.path().join("f.txt")).expect("removed");
    assert_eq!(world.nospill(&["baseline", "create", "--baseline", "known"]).code, 0);
    world.write(".nospill.baseline", known);
    world.write("a/new.txt", token(9));
    world.write("a/own.txt", token(2).replace('\n', " # nospill:allow\n"));
    world.write("a/g.txt", token(3).replace('\n', " # gitleaks:allow\n"));
    world.write("a/house.txt", "x = in-house-123987\n");
    world.write("a/acme.txt", text("acme_mail_key = \"{hex:32}\"\n", 4));
    world.write("a/a.txt.gz", gzipped(token(5).as_bytes()));
    let pointer = format!("version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 12345\n", "0f".repeat(32));
    world.write("a/lfs.bin", pointer);
    world.write("a/big.txt", "x\n".repeat(600_000));
    world.git(&["add", "-A"]);
    world
}

/// What a run says, but for its time.
fn said(world: &World, args: &[&str]) -> (i32, String) {
    let ran = world.nospill(args);
    let is_time = |line: &&str| !line.contains("elapsed_ms");
    (
        ran.code,
        ran.out.lines().filter(is_time).map(|line| format!("{line}\n")).collect::<String>()
            + if ran.code == 2 { &ran.err } else { "" },
    )
}

#[test]
fn every_key_has_a_case_and_changes_what_happens_in_every_layer() {
    let cases = cases();
    let covered: BTreeSet<String> = cases.iter().map(|case| case.key.to_owned()).collect();
    assert_eq!(covered, keys_of_the_schema(), "the schema's keys and the cases");
    let world = world();
    let policy = world.at("policy.toml").display().to_string();
    for Case { key, without, with, place, probe, flag } in cases {
        let with = if matches!(key, "owner.path" | "owner.may_allow") { with.to_owned() } else { format!("{without}{with}") };
        // The organisation's, above a file that it is about.
        let below = if let Organisation(below) = place { below } else { "" };
        world.stage(".nospill.toml", below);
        if probe[0] == "history" {
            world.commit();
        }
        let above = |text: &str| {
            std::fs::write(world.at("policy.toml"), text).expect("a file");
            said(&world, &[probe, &["--policy", &policy]].concat())
        };
        let (before, after) = (above(without), above(&with));
        assert_ne!(before, after, "organisation: {key}");
        assert_ne!(before.0, 2, "organisation, without {key}: {}", before.1);
        // The repository's, and the folder's.
        for (file, may) in [(".nospill.toml", matches!(place, Every | Top)), ("a/.nospill.toml", place == Every)] {
            world.stage(".nospill.toml", "");
            world.stage(file, if may { without } else { "" });
            // What may not stand there is refused by whatever is run.
            let probe = if may { probe } else { &["staged"][..] };
            let before = said(&world, probe);
            world.stage(file, &with);
            let after = said(&world, probe);
            assert_ne!(before.0, 2, "{file}, without {key}: {}", before.1);
            match may {
                true => assert_ne!(before, after, "{file}: {key}"),
                false => assert!(after.0 == 2 && after.1.contains(" is for the "), "{file}: {key}: {after:?}"),
            }
            world.git(&["rm", "-qf", "--", file]);
        }
        if !flag.is_empty() {
            world.stage(".nospill.toml", if key == "scan.max_size" { "" } else { without });
            let on_disk = ["dir", "--format", "json"];
            assert_ne!(said(&world, &on_disk), said(&world, &[&on_disk, flag].concat()), "command line: {key}");
        }
    }
}
