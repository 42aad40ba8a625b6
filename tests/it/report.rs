//! Reports in every format: read by the parsers of others, with hostile paths and messages, which must inject nothing.

use std::fs;

use serde_json::{Value, json};

use crate::env::{Ran, World, token};

const FORMATS: [&str; 10] = ["json", "jsonl", "sarif", "junit", "gitlab", "azure", "github", "csv", "markdown", "html"];

const SEVERITIES: [&str; 4] = ["low", "medium", "high", "critical"];

/// Texts that try to get out of every format.
fn hostile() -> Vec<String> {
    let mut texts: Vec<String> = [
        "a\"b'c`d\\e",
        "line\nbreak\r\nand\rmore",
        "x]y;z##vso[task.setvariable variable=a]b",
        "::error::x\n::set-output name=a::b",
        "##[error]x",
        "<script>alert(1)</script><img src=x onerror=alert(1)>",
        "\" onmouseover=\"alert(1)",
        "a\u{0}b\u{1b}[31mc\u{7}\u{8}\u{7f}\u{9b}",
        "\u{202e}gnp.exe\u{2028}x\u{2029}\u{feff}\u{fffe}\u{ffff}",
        "a|b|c **bold** [x](javascript:alert(1)) @team",
        "]]><x/><!--",
        "&amp;&#60;&lt;",
        "=cmd|' /C calc'!A0",
        "%0A%25%AZP25%5D,a:b",
        "a,b;c\td",
    ]
    .map(str::to_owned)
    .to_vec();
    texts.push("é日本🦀/".repeat(30));
    texts
}

/// A JSON report of so many findings.
fn document(count: usize) -> Value {
    let texts = hostile();
    let text = |number: usize| texts[number % texts.len()].clone();
    let finding = |number: usize| {
        json!({
            "rule": if number.is_multiple_of(7) { text(number / 7) } else { "generic-secret".to_owned() },
            "title": text(number + 1), "severity": (SEVERITIES[number % 4]),
            "confidence": "high", "effect": if number.is_multiple_of(3) { "audit" } else { "deny" },
            "path": format!("{}/{number}", text(number)), "line": number + 1, "column": 2, "end_line": number + 1,
            "end_column": 9, "secret": text(number + 2), "fingerprint": format!("v1:{number:032x}"), "note": text(number + 3),
            "suppressed": null, "advice": text(number + 4), "excerpt": text(number + 5), "group": format!("g1:{}", number / 2),
            "commit": {"id": format!("{number:040x}"), "author": text(number + 6), "email": text(number + 7),
                "date": format!("20{:02}-01-02T03:04:05+00:00", number % 25)},
            "in_head": number.is_multiple_of(2), "last_seen": format!("{number:040x}"),
            "last_seen_date": "2026-01-02T03:04:05+00:00", "objects": 1, "paths": 1,
        })
    };
    json!({
        "version": 1, "tool": {"name": "nospill", "version": "0.1.0"},
        "findings": (0..count).map(finding).collect::<Vec<_>>(),
        "notices": texts.iter().map(|t| json!({"kind": "skipped", "path": t, "why": t})).collect::<Vec<_>>(),
        "summary": {"objects": 1, "bytes": 1, "rules": 1, "denied": 0, "audited": 0, "suppressed": 0, "skipped": 0,
            "binary": 0, "excluded": 0, "elapsed_ms": 1500},
    })
}

/// The hostile report in every format, as files of the world.
fn converted(world: &World) -> Ran {
    fs::write(world.at("in.json"), document(1000).to_string()).expect("a file");
    let outputs: Vec<String> = FORMATS.iter().map(|format| format!("--output={format}=out.{format}")).collect();
    let args: Vec<&str> = ["report", "convert", "in.json"].into_iter().chain(outputs.iter().map(String::as_str)).collect();
    world.nospill_in(".", &args)
}

fn text_of(world: &World, format: &str) -> String {
    fs::read_to_string(world.at(&format!("out.{format}"))).expect("a report in UTF-8")
}

fn python(world: &World, script: &str) -> Ran {
    fs::write(world.at("check.py"), script).expect("a file");
    world.command("python3", ".").arg("check.py").output().expect("python3 runs").into()
}

#[test]
fn parsers_of_others_read_a_thousand_hostile_findings() {
    let world = World::new();
    let ran = converted(&world);
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (1, "", ""), "{}", ran.whole());
    let ran = python(
        &world,
        r#"
import csv, json, xml.etree.ElementTree as tree, html.parser, re
n = 1000
texts = {f: open('out.' + f, encoding='utf-8', newline='').read() for f in
         'json jsonl sarif junit gitlab azure github csv markdown html'.split()}
for name, text in texts.items():
    bad = [c for c in text if (ord(c) < 32 and c not in '\n\r') or 0x7f <= ord(c) < 0xa0 or c in '\u202e\u2028\u2029\ufeff']
    assert name in ('json', 'jsonl') or not bad, (name, bad[:3])
assert len(json.loads(texts['json'])['findings']) == n
kinds = [json.loads(line)['type'] for line in texts['jsonl'].split('\n') if line]
assert kinds.count('finding') == n and kinds[-1] == 'summary', kinds[-1]
run = json.loads(texts['sarif'])['runs'][0]
assert len(run['results']) == n
rules = run['tool']['driver']['rules']
assert len({r['id'] for r in rules}) == len(rules)
for r in rules:
    for key in ('shortDescription', 'fullDescription', 'help'):
        assert 0 < len(r[key]['text']) <= 1024
    assert 0 < float(r['properties']['security-severity']) <= 10
for r in run['results']:
    assert rules[r['ruleIndex']]['id'] == r['ruleId'] and r['message']['text'].strip()
    place = r['locations'][0]['physicalLocation']
    assert re.fullmatch(r'[A-Za-z0-9._~/!%-]+', place['artifactLocation']['uri']) and 'snippet' not in str(place)
    assert r['partialFingerprints']['primaryLocationLineHash']
root = tree.parse('out.junit').getroot()
suite = root[0]
assert (root.tag, suite.tag, len(suite.findall('testcase'))) == ('testsuites', 'testsuite', int(suite.get('tests')))
assert len(suite.findall('testcase/failure')) == int(suite.get('failures')) == 666, suite.attrib
assert {e.tag for e in root.iter()} == {'testsuites', 'testsuite', 'testcase', 'failure', 'system-out', 'error'}
lab = json.loads(texts['gitlab'])
ids = [v['id'] for v in lab['vulnerabilities']]
assert len(set(ids)) == n and lab['scan']['type'] == 'secret_detection' and lab['scan']['status'] == 'failure'
for v in lab['vulnerabilities']:
    assert v['identifiers'] and len(v['name']) <= 255 and v['location']['commit']['sha']
    assert v['severity'] in ('Info', 'Unknown', 'Low', 'Medium', 'High', 'Critical')
assert re.fullmatch(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d', lab['scan']['start_time'])
rows = list(csv.reader(open('out.csv', newline='', encoding='utf-8'), strict=True))
assert len(rows) == n + 1 and {len(row) for row in rows} == {19}
assert not [cell for row in rows for cell in row if cell[:1] in ('=', '+', '-', '@')]
notices = 16
for line in texts['azure'].splitlines():
    found = re.fullmatch(r'##vso\[task\.(logissue|complete) ([^\]]*)\](.*)', line)
    assert found and '##vso[' not in line[6:] and '##[' not in line, line
    assert {p.split('=')[0] for p in found[2].split(';') if p} <= {'type', 'sourcepath', 'linenumber', 'columnnumber', 'code', 'result'}, line
assert len(texts['azure'].splitlines()) == n + notices + 1
for line in texts['github'].splitlines():
    found = re.fullmatch(r'::(error|warning) ([^:]*)::(.*)', line)
    assert found and {p.split('=')[0] for p in found[2].split(',')} <= {'file', 'line', 'endLine', 'col', 'title'}, line
assert len(texts['github'].splitlines()) == n + notices
rows = [line for line in texts['markdown'].splitlines() if line.startswith('|')]
assert len(rows) == 502 and {row.count('|') for row in rows} == {7}
assert not re.search(r'<(?!/?code>)', texts['markdown']) and '](' not in texts['markdown'] and '@' not in texts['markdown']
class Page(html.parser.HTMLParser):
    tags, attributes, groups = set(), set(), 0
    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.groups += tag == 'details'
        self.attributes |= {name for name, _ in attributes}
page = Page(); page.feed(texts['html'])
assert page.tags <= set('html head meta title style body h1 h2 p div section svg text rect line details summary span code ul li pre label input select option output script'.split()), page.tags
assert not [a for a in page.attributes if a.startswith('on') or a in ('src', 'href', 'style')], page.attributes
assert texts['html'].count('<script') == 1 and page.groups >= n / 2
print('read')
"#,
    );
    assert_eq!((ran.code, ran.out.as_str()), (0, "read\n"), "{}", ran.whole());
}

#[test]
fn a_scan_writes_many_reports_at_once_and_none_holds_the_secret() {
    let world = World::new();
    let line = token(1);
    let secret = line.split('"').nth(1).expect("a token").to_owned();
    world.stage("a b/ä.py", format!("x = 1\n{line}{}", token(2)));
    let outputs: Vec<String> = FORMATS.iter().map(|format| format!("--output={format}=../out.{format}")).collect();
    let args: Vec<&str> = ["staged"].into_iter().chain(outputs.iter().map(String::as_str)).collect();
    let ran = world.nospill(&args);
    assert_eq!(ran.code, 1, "{}", ran.whole());
    assert!(ran.out.contains("error[github-pat]"), "{}", ran.whole());
    for format in FORMATS {
        let text = text_of(&world, format);
        assert!(!text.contains(&secret) && text.contains("github-pat"), "{format}: {text}");
        let direct = world.nospill(&["staged", "--format", format]);
        assert_eq!((direct.code, direct.out.lines().count()), (1, text.lines().count()), "{format}");
    }
    let sarif: Value = serde_json::from_str(&text_of(&world, "sarif")).expect("JSON");
    let result = &sarif["runs"][0]["results"][0];
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "a%20b/%C3%A4.py");
    assert_eq!(place["region"], json!({"startLine": 2, "startColumn": 10, "endLine": 2, "endColumn": 50}));
    let hash = result["partialFingerprints"]["primaryLocationLineHash"].as_str().expect("a hash");
    assert!(hash.ends_with(":1") && hash.len() > 10, "{hash}");
}

/// Files of two work trees may have one path: who goes by paths gets two, seen from the top of the tree that the run stood in.
#[test]
fn files_of_several_repositories_have_paths_of_their_own() {
    let world = World::new();
    world.write("sub/a.py", token(1));
    world.git(&["init", "-q", "in/ner"]);
    world.write("in/ner/sub/a.py", token(1));
    world.git(&["init", "-q", "../other"]);
    fs::create_dir(world.at("other/sub")).expect("a folder");
    fs::write(world.at("other/sub/a.py"), token(1)).expect("a file");
    for (folder, roots, want) in [
        ("repo", &["."][..], &["in/ner/sub/a.py", "sub/a.py"][..]),
        ("repo/sub", &[".."], &["in/ner/sub/a.py", "sub/a.py"]),
        ("repo/in", &["ner"], &["sub/a.py"]),
        (".", &["repo", "other"], &["other/sub/a.py", "repo/in/ner/sub/a.py", "repo/sub/a.py"]),
    ] {
        let run = |format: &str| world.nospill_in(folder, &[&["dir", "--format", format][..], roots].concat()).out;
        let sarif: Value = serde_json::from_str(&run("sarif")).expect("JSON");
        let results = sarif["runs"][0]["results"].as_array().expect("results");
        let uri = |result: &Value| {
            let location = &result["locations"][0]["physicalLocation"]["artifactLocation"];
            location["uri"].as_str().expect("a reference").to_owned()
        };
        let mut uris: Vec<String> = results.iter().map(uri).collect();
        uris.sort();
        assert_eq!(uris, want, "{folder}");
        let gitlab: Value = serde_json::from_str(&run("gitlab")).expect("JSON");
        let found = gitlab["vulnerabilities"].as_array().expect("findings");
        let ids: std::collections::BTreeSet<&str> = found.iter().filter_map(|one| one["id"].as_str()).collect();
        assert_eq!(ids.len(), want.len(), "{folder}");
        assert!(want.iter().all(|path| run("github").contains(&format!("file={path},"))), "{folder}");
    }
}

#[test]
fn a_person_reads_paths_from_where_they_stand() {
    let world = World::new();
    world.stage("a.py", token(1));
    world.stage("sub/b.py", token(2));
    world.stage("sub/deep/c.py", token(3));
    let places = |out: &str| -> Vec<String> {
        out.lines().filter_map(|line| line.trim_start().strip_prefix("--> ")).map(|line| line.replace(":10", "")).collect()
    };
    let want = ["../a.py:1", "b.py:1", "deep/c.py:1"];
    let ran = world.nospill_in("repo/sub", &["staged"]);
    assert_eq!(places(&ran.out), want, "{}", ran.whole());
    let ran = world.nospill_in("repo/sub", &["staged", "--format", "json"]);
    assert_eq!(ran.findings().iter().filter(|found| found.starts_with("sub/")).count(), 2, "{}", ran.whole());
    world.commit();
    for args in [&["history"][..], &["history", "HEAD"]] {
        let ran = world.nospill_in("repo/sub", args);
        assert_eq!(places(&ran.out), want, "{}", ran.whole());
    }
}

#[test]
fn the_schema_of_json_reports_is_current() {
    let ran = World::new().nospill(&["report", "schema"]);
    let shipped = fs::read_to_string("report.schema.json").expect("a file");
    assert_eq!((ran.code, ran.out), (0, shipped));
}

#[test]
fn a_report_that_cannot_be_written_leaves_the_old_one() {
    let world = World::new();
    world.stage("a.py", token(1));
    fs::write(world.at("old.csv"), "old").expect("a file");
    let ran = world.nospill(&["staged", "--output", "csv=../old.csv", "--output", "html=../old.csv/out.html"]);
    assert_eq!(ran.code, 2, "{}", ran.whole());
    assert!(ran.err.contains("../old.csv/out.html") && ran.err.contains("hint: "), "{}", ran.whole());
    assert!(fs::read_to_string(world.at("old.csv")).expect("a file").starts_with("effect,"));
    let left = fs::read_dir(world.at(".")).expect("a folder").filter_map(Result::ok);
    assert!(left.map(|entry| entry.file_name()).all(|name| !name.to_string_lossy().starts_with(".nospill-report")));
    for wrong in ["csv", "csv=", "nothing=x"] {
        assert_eq!(world.nospill(&["staged", "--output", wrong]).code, 2, "{wrong}");
    }
}

#[test]
fn merged_parts_are_the_whole() {
    let world = World::new();
    let (first, second) = (token(1), token(2));
    for (path, text) in [("a.py", &first), ("b.py", &second), ("c.py", &first)] {
        world.write(path, text);
    }
    let save = |name: &str, args: &[&str]| {
        let ran = world.nospill(&[&["dir", "--format", "json"], args].concat());
        fs::write(world.at(name), &ran.out).expect("a file");
    };
    save("whole.json", &["a.py", "b.py", "c.py"]);
    save("1.json", &["c.py", "a.py"]);
    save("2.json", &["b.py"]);
    let timeless = |text: &str| {
        let mut report: Value = serde_json::from_str(text).expect("JSON");
        report["summary"]["elapsed_ms"] = json!(0);
        report
    };
    let merged = world.nospill(&["report", "merge", "../1.json", "../2.json"]);
    let whole = fs::read_to_string(world.at("whole.json")).expect("a file");
    assert_eq!(merged.code, 1, "{}", merged.whole());
    assert_eq!(timeless(&merged.out), timeless(&whole));
    let again = world.nospill(&["report", "merge", "../1.json", "../2.json", "../1.json"]);
    assert_eq!(timeless(&again.out)["findings"], timeless(&whole)["findings"], "a part given twice counts once");
    let groups: Vec<Value> =
        timeless(&whole)["findings"].as_array().expect("findings").iter().map(|f| f["group"].clone()).collect();
    assert!(groups[0] == groups[2] && groups[0] != groups[1], "{groups:?}");
    for (text, wrong) in [("{}", "no JSON report"), ("{\"version\": 2, \"tool\"", "no JSON report")] {
        fs::write(world.at("no.json"), text).expect("a file");
        let ran = world.nospill(&["report", "convert", "../no.json"]);
        assert!(ran.code == 2 && ran.err.contains(wrong), "{}", ran.whole());
    }
}

#[test]
fn a_log_of_very_many_findings_is_split_as_code_scanning_wants() {
    let world = World::new();
    // More than a run may show; what denies comes behind.
    let weak: String = (0..5_050).map(|at| format!("{}\n", token(at).trim_end())).collect();
    world.write("many.txt", weak);
    world.write("zz.txt", token(9_999));
    world.write(".nospill.toml", "[[policy]]\neffect = \"audit\"\npath = \"many.txt\"\n");
    let ran = world.nospill(&["dir", "--format", "sarif"]);
    let log: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    let runs = log["runs"].as_array().expect("runs");
    let counts: Vec<usize> = runs.iter().map(|run| run["results"].as_array().map_or(0, Vec::len)).collect();
    assert_eq!(counts, [5_000, 51]);
    assert_eq!(runs[0]["results"][0]["level"], "error");
    let ids: Vec<&str> = runs.iter().filter_map(|run| run["automationDetails"]["id"].as_str()).collect();
    assert_eq!(ids, ["nospill/", "nospill/2/"]);
    for run in runs {
        assert_eq!(run["tool"]["driver"]["rules"][0]["id"], run["results"][0]["ruleId"]);
    }
    for format in ["azure", "github"] {
        let ran = world.nospill(&["dir", "--format", format]);
        let first = ran.out.lines().next().unwrap_or_default();
        assert!(first.contains("zz.txt"), "{format}: {first}");
    }
}
