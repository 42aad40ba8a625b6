//! Random repositories in every form that git keeps them in, held to a slow obvious oracle.
//!
//! A seed decides everything: a history of branches, octopus and evil merges, moved files, cut and returning secrets, tags of
//! anything; then the forms in which git may store it. `NOSPILL_SOAK=MINUTES` (with `NOSPILL_SOAK_FROM=SEED`) goes on through
//! seeds for so long; `NOSPILL_SOAK=0` does one, in all forms. `NOSPILL_SOAK_PROGRAM` is another build than the one at hand.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ffi::OsString;
use std::fs;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Stdio;
use std::time::{Duration, Instant};

use nospill::rules::template::Random;

use self::forms::{FORMS, Form, Promise, files};
use self::oracle::{Expected, Key, Objects, Oracle, Scans, Way, head, said, tips};
use self::plan::plan;
use self::ranges::Asked;
use crate::env::{Ran, World};
use crate::oracle::templates;

mod forms;
mod oracle;
mod plan;
mod ranges;

/// What all seeds have in common.
struct Bench {
    scans: Scans,
    templates: Vec<(String, String)>,
}

impl Bench {
    fn new() -> Self {
        Self { scans: Scans::default(), templates: templates() }
    }
}

/// A repository of a seed, before it is put into forms.
struct Made {
    world: World,
    seed: usize,
    objects: Objects,
    names: Vec<String>,
    commits: Vec<String>,
    expected: Expected,
}

/// Runs `history` there; what its JSON report says.
struct Report {
    ran: Ran,
    ways: BTreeMap<Key, Way>,
    messages: BTreeMap<String, String>,
    skipped: Vec<String>,
}

const ARGS: [&str; 4] = ["history", "--format", "json", "--show-secrets"];

/// The program that is tested.
fn program() -> OsString {
    std::env::var_os("NOSPILL_SOAK_PROGRAM").unwrap_or_else(|| env!("CARGO_BIN_EXE_nospill").into())
}

fn report(world: &World, dir: &str, env: &[(&'static str, String)], more: &[&str]) -> Report {
    let mut command = world.command(program(), dir);
    command.args(ARGS).args(more).envs(env.iter().map(|(name, value)| (*name, value)));
    let ran: Ran = command.output().expect("nospill runs").into();
    let (mut ways, mut messages, mut skipped) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
    if ran.code == 2 {
        return Report { ran, ways, messages, skipped };
    }
    let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e}\n{}", ran.whole()));
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    for found in json["findings"].as_array().expect("findings") {
        let (rule, path, secret) = (text(&found["rule"]), text(&found["path"]), text(&found["secret"]));
        if path == "<message>" {
            if rule == "github-pat" {
                assert!(messages.insert(secret, text(&found["commit"]["id"])).is_none(), "twice: {found}");
            }
        } else if !secret.is_empty() {
            let introduced = text(&found["commit"]["id"]);
            let count = |name: &str| if introduced.is_empty() { 0 } else { found[name].as_u64().unwrap_or_default() };
            let way = Way {
                author: text(&found["commit"]["author"]),
                line: found["line"].as_u64().expect("a line"),
                in_head: found["in_head"].as_bool().unwrap_or_default(),
                last_seen: text(&found["last_seen"]),
                spread: (count("objects"), count("paths")),
                introduced,
            };
            assert!(ways.insert((rule, path, secret), way).is_none(), "twice: {found}");
        }
    }
    for notice in json["notices"].as_array().expect("notices").iter().filter(|notice| notice["kind"] == "skipped") {
        skipped.push(format!("{}: {}", text(&notice["path"]), text(&notice["why"])));
    }
    let count = |name: &str| json["summary"][name].as_u64().expect("a number");
    let code = match (count("denied"), count("skipped")) {
        (0, 0) => 0,
        (0, _) => 3,
        _ => 1,
    };
    assert_eq!(ran.code, code, "{}", ran.whole());
    Report { ran, ways, messages, skipped }
}

/// A report without the time that it took.
fn plain(ran: &Ran) -> String {
    ran.out.lines().filter(|line| !line.contains("elapsed_ms")).map(|line| format!("{line}\n")).collect()
}

/// What differs, as text; nothing where nothing does.
fn difference<K: Ord + std::fmt::Debug, V: PartialEq + std::fmt::Debug>(said: &BTreeMap<K, V>, want: &BTreeMap<K, V>) -> String {
    let mut text = String::new();
    for (key, value) in want {
        match said.get(key) {
            None => text.push_str(&format!("lacks {key:?} {value:?}\n")),
            Some(other) if other != value => text.push_str(&format!("{key:?}\n  says {other:?}\n  want {value:?}\n")),
            Some(_) => {}
        }
    }
    for (key, value) in said.iter().filter(|(key, _)| !want.contains_key(key)) {
        text.push_str(&format!("has {key:?} {value:?}\n"));
    }
    text
}

impl Made {
    /// Makes the repository of a seed; some of its history comes later than the rest.
    fn new(bench: &Bench, seed: usize) -> Self {
        let mut random = Random::new("refs", seed);
        let is_long = seed % 8 == 3;
        let world = World::with_init(if is_long { &["--object-format=sha256"] } else { &[] });
        // Hundreds of repositories are made, none of which has to outlast a power cut.
        fs::write(world.at("home/.gitconfig"), "[core]\n\tfsync = none\n").expect("a file");
        let plan = plan(seed, if is_long { 64 } else { 40 }, &bench.templates);
        let limit = format!("fastimport.unpackLimit={}", [1, 1000][random.below(2)]);
        let branch = &plan.branches[random.below(plan.branches.len())];
        world.git(&["symbolic-ref", "HEAD", &format!("refs/heads/{branch}")]);
        for (at, stream) in plan.streams.iter().enumerate() {
            let args = ["-c", &limit, "fast-import", "--quiet", "--force", "--import-marks-if-exists=../marks"];
            let mut command = world.command("git", "repo");
            let command = command.args(args).arg("--export-marks=../marks").stdin(Stdio::piped()).stderr(Stdio::piped());
            let mut child = command.spawn().expect("git runs");
            child.stdin.take().expect("a pipe").write_all(stream).expect("git reads");
            let ran: Ran = child.wait_with_output().expect("git ends").into();
            assert_eq!(ran.code, 0, "{}", ran.whole());
            if at == 0 {
                // What this remembers is asked later.
                report(&world, "repo", &[], &["--cache", "../cache"]);
            }
        }
        let marks = fs::read_to_string(world.at("marks")).expect("marks");
        let marks: BTreeMap<usize, &str> = marks
            .lines()
            .filter_map(|line| line[1..].split_once(' '))
            .map(|(mark, name)| (mark.parse().expect("a mark"), name))
            .collect();
        let commits: Vec<String> = plan.commits.iter().map(|mark| marks[mark].to_owned()).collect();
        refs(&world, &mut random, &commits, &plan.blobs.iter().map(|mark| marks[mark]).collect::<Vec<_>>());
        let objects = Objects::read(&world, "repo");
        let oracle = Oracle::new(&objects, &bench.scans, HashSet::new());
        let expected = oracle.expected(&tips(&world, "repo"), head(&world, "repo").as_deref());
        let names = objects.names();
        Self { world, seed, objects, names, commits, expected }
    }

    /// Holds a report to what is expected.
    fn same(&self, what: &str, report: &Report, expected: &Expected) {
        let differ = difference(&report.ways, &expected.ways) + &difference(&report.messages, &expected.messages);
        assert!(differ.is_empty(), "{what}:\n{differ}\nskipped: {:#?}", report.skipped);
        // Every object that is missing is named, or counted where there are many.
        let is_named = |name: &&String| report.skipped.iter().any(|skipped| skipped.contains(name.as_str()));
        let named = expected.missing.iter().filter(is_named).count();
        let others = report.skipped.iter().filter_map(|skipped| skipped.strip_suffix(" more objects are missing"));
        let others: usize = others.map(|text| text.trim_start_matches(": ").parse::<usize>().expect("a number")).sum();
        assert_eq!(named + others, expected.missing.len(), "{what}: {:#?}\nmissing: {:#?}", report.skipped, expected.missing);
        let is_whole = expected.missing.is_empty() && expected.cut_off == 0;
        assert!(!is_whole || report.skipped.is_empty(), "{what}: {:#?}", report.skipped);
        assert!(is_whole || !report.skipped.is_empty(), "{what}: nothing is said to be missing");
    }

    /// The repository as it was made: with any number of threads, from a cache, in parts.
    fn ways_of_running(&self) {
        let whole = report(&self.world, "repo", &[], &[]);
        self.same("as it was made", &whole, &self.expected);
        for threads in ["1", "3"] {
            let other = report(&self.world, "repo", &[], &["--threads", threads]);
            let (other, whole) = (plain(&other.ran), plain(&whole.ran));
            assert!(other == whole, "{threads} threads: {}", crate::shards::difference(&whole, &other));
        }
        for run in ["after more commits", "warm"] {
            self.same(run, &report(&self.world, "repo", &[], &["--cache", "../cache"]), &self.expected);
        }
        self.parts(&[]);
    }

    /// The parts of a run, joined, are the whole.
    fn parts(&self, more: &[&str]) {
        let whole = report(&self.world, "repo", &[], more);
        let count = 2 + self.seed % 3;
        let mut args = vec!["report".to_owned(), "merge".to_owned()];
        for part in 1..=count {
            let shard = format!("--shard={part}/{count}");
            let ran = report(&self.world, "repo", &[], &[more, &[&shard]].concat()).ran;
            assert!(matches!(ran.code, 0 | 1), "{}", ran.whole());
            fs::write(self.world.at(&format!("part{part}.json")), ran.out).expect("a file");
            args.push(format!("../part{part}.json"));
        }
        let merged = self.world.command(program(), "repo").args(args).output().expect("nospill runs");
        let (parts, whole) = (plain(&merged.into()), plain(&whole.ran));
        assert!(parts == whole, "{count} parts of {more:?}: {}", crate::shards::difference(&whole, &parts));
    }

    fn form(&self, bench: &Bench, at: usize, range: &Asked) {
        let name = FORMS[at].0;
        let form = forms::make(&self.world, at, self.seed, &self.names, &self.commits);
        let folder = self.world.at(FORMS[at].0);
        let before = files(&folder);
        let said = report(&self.world, &form.dir, &form.env, &[]);
        range.of_form(self, name, &form);
        assert_eq!(files(&folder), before, "{name}: nothing is fetched or written");
        match form.promise {
            Promise::Same => {
                let oracle = Oracle::new(&self.objects, &bench.scans, HashSet::new());
                let expected = oracle.expected(&tips(&self.world, &form.dir), head(&self.world, &form.dir).as_deref());
                self.same(name, &said, &expected);
            }
            Promise::Lacking => {
                let objects = forms::objects(&self.world, &form);
                let oracle = Oracle::new(&objects, &bench.scans, shallow(&self.world, &form));
                let (tips, head) = told(&self.world, &form);
                self.same(name, &said, &oracle.expected(&tips, head.as_deref()));
            }
            Promise::Damaged => self.damaged(name, &said),
        }
    }

    /// Nothing is made up, and where something is not found something is said.
    fn damaged(&self, name: &str, said: &Report) {
        assert!(matches!(said.ran.code, 0..=3), "{name}: {}", said.ran.whole());
        if said.ran.code == 2 {
            assert!(!said.ran.err.is_empty(), "{name}");
            return;
        }
        let lacks = |key: &&Key| !said.ways.contains_key(*key);
        let lacks = self.expected.ways.keys().filter(lacks).count();
        assert!(lacks == 0 || !said.skipped.is_empty(), "{name}: {lacks} are not found: {}", said.ran.whole());
        let lacks = self.expected.messages.keys().filter(|secret| !said.messages.contains_key(*secret)).count();
        assert!(lacks == 0 || !said.skipped.is_empty(), "{name}: {lacks} are not found in messages: {}", said.ran.whole());
    }
}

/// The commits at which a form is shallow.
fn shallow(world: &World, form: &Form) -> HashSet<String> {
    let path = said(world, &form.dir, &["rev-parse", "--git-path", "shallow"]);
    let path = world.at(&form.dir).join(String::from_utf8_lossy(&path).trim());
    fs::read_to_string(path).unwrap_or_default().lines().map(str::to_owned).collect()
}

/// Refs and `HEAD` as they stand in a form, whether or not their objects are there.
fn told(world: &World, form: &Form) -> (Vec<String>, Option<String>) {
    (tips(world, &form.dir), head(world, &form.dir))
}

/// Refs beside those that fast-import makes, some of them gone again; `HEAD` anywhere.
fn refs(world: &World, random: &mut Random, commits: &[String], blobs: &[&str]) {
    let any = |random: &mut Random| commits[random.below(commits.len())].clone();
    let heads = said(world, "repo", &["for-each-ref", "--format=%(refname)", "refs/heads"]);
    for head in String::from_utf8_lossy(&heads).lines() {
        if random.below(5) == 0 {
            world.git(&["update-ref", "-d", head]);
        }
    }
    let mut made: Vec<(String, String)> = Vec::new();
    for (at, name) in
        ["refs/pull/7/head", "refs/remotes/origin/x", "refs/stash", "refs/tags/light", "refs/tags/tree"].iter().enumerate()
    {
        if random.below(4) == 0 {
            let tree = if at == 4 { "^{tree}" } else { "" };
            made.push(((*name).to_owned(), any(random) + tree));
        }
    }
    if random.below(3) == 0 && !blobs.is_empty() {
        made.push(("refs/tags/blob".to_owned(), blobs[random.below(blobs.len())].to_owned()));
    }
    for (name, to) in made {
        world.git(&["update-ref", &name, &to]);
    }
    match random.below(6) {
        0 => drop(world.git(&["update-ref", "--no-deref", "HEAD", &any(random)])),
        1 => drop(world.git(&["symbolic-ref", "HEAD", "refs/heads/unborn"])),
        _ => {}
    }
}

/// Does a seed in some forms: all of them, or so many.
fn check(bench: &Bench, seed: usize, forms: &[usize]) -> BTreeSet<&'static str> {
    let made = Made::new(bench, seed);
    made.ways_of_running();
    let range = ranges::check(&made, &bench.scans);
    forms.iter().for_each(|&form| made.form(bench, form, &range));
    bench.scans.forget();
    forms.iter().map(|&form| FORMS[form].0).collect()
}

/// Which forms a seed of a soak has.
fn chosen(seed: usize) -> Vec<usize> {
    let mut random = Random::new("forms", seed);
    (0..8).map(|_| random.below(FORMS.len())).collect::<BTreeSet<_>>().into_iter().collect()
}

#[test]
fn every_form_of_a_repository_says_the_same() {
    let bench = Bench::new();
    let forms: Vec<usize> = (0..FORMS.len()).collect();
    // All fell: at the last commit of a range (and it has long names), at clocks that stand still, at tags of blobs in parts, and
    // at missing objects of many paths.
    let seeds = [6003, 2, 7, 431];
    for (at, seed) in seeds.into_iter().enumerate() {
        let is_own = |form: &usize| form % seeds.len() == at || seed == 431 && FORMS[*form].0 == "partial-none";
        check(&bench, seed, &forms.iter().copied().filter(is_own).collect::<Vec<_>>());
    }
}

/// Goes through seeds for as long as it is told to.
#[test]
#[allow(clippy::print_stderr, reason = "whoever runs it for an hour wants to see what fell")]
fn soak() {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<usize>().expect("a number"));
    let Some(minutes) = number("NOSPILL_SOAK") else { return };
    let (bench, started) = (Bench::new(), Instant::now());
    let (mut fallen, mut forms, mut done) = (Vec::new(), BTreeMap::new(), 0);
    for seed in number("NOSPILL_SOAK_FROM").unwrap_or_default().. {
        let chosen = if minutes == 0 { (0..FORMS.len()).collect() } else { chosen(seed) };
        match catch_unwind(AssertUnwindSafe(|| check(&bench, seed, &chosen))) {
            Ok(done) => done.into_iter().for_each(|form| *forms.entry(form).or_insert(0) += 1),
            Err(why) => {
                let why = why.downcast_ref::<String>().map_or("it panicked", String::as_str);
                eprintln!("FELL: NOSPILL_SOAK=0 NOSPILL_SOAK_FROM={seed} cargo test --test it repositories::soak\n{why}\n");
                fallen.push(seed);
            }
        }
        done += 1;
        if started.elapsed() >= Duration::from_secs(60 * minutes as u64) {
            break;
        }
    }
    eprintln!("{done} repositories in {} s; {forms:?}; fell: {fallen:?}", started.elapsed().as_secs());
    assert_eq!(fallen, [0; 0]);
}
