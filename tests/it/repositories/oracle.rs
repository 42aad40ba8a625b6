//! What a history scan must report, the slow obvious way: every object that git lists, every tree of every commit, every file
//! scanned whole. Nothing here knows of packs, deltas, marks or outlines.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::process::Command;
use std::rc::Rc;

use nospill::detect::scanner::{Scanner, Scratch, Subject};
use nospill::rules::ruleset::RuleSet;
use nospill::types::finding::RawMatch;

use crate::env::World;

/// Rule, path and secret.
pub(super) type Key = (String, String, String);

/// What a report says of a secret at a path. All but the line is empty where no commit has it, only a tag or another ref.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Way {
    /// The commit that brought it in.
    pub(super) introduced: String,
    /// Who made that.
    pub(super) author: String,
    /// Where it stands in the file that did.
    pub(super) line: u64,
    pub(super) in_head: bool,
    /// The last commit that had it.
    pub(super) last_seen: String,
    /// Blobs that hold it, and paths.
    pub(super) spread: (u64, u64),
}

/// What a report must say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Expected {
    pub(super) ways: BTreeMap<Key, Way>,
    /// GitHub's tokens in messages, with the commit or tag that has them first.
    pub(super) messages: BTreeMap<String, String>,
    /// Objects that something names and that are not there.
    pub(super) missing: BTreeSet<String>,
    /// Commits whose parents a shallow clone left out.
    pub(super) cut_off: usize,
}

/// The secrets of a tree, by rule, path and secret: the blob and the line.
type Held = BTreeMap<Key, (String, u64)>;

struct Commit {
    tree: String,
    parents: Vec<String>,
    author: String,
    authored: i64,
    committed: i64,
    message: Vec<u8>,
}

/// The objects of a repository, by name in hex, with their kinds.
pub(super) struct Objects(HashMap<String, (String, Vec<u8>)>);

/// Rule, secret and line.
type Found = (String, String, u64);

/// Scans files, each once, whatever repository it is of.
#[derive(Default)]
pub(super) struct Scans {
    inner: RefCell<Inner>,
}

struct Inner {
    scanner: Scanner,
    scratch: Scratch,
    /// By the object and its path.
    known: HashMap<(String, String), Rc<Vec<Found>>>,
}

impl Default for Inner {
    fn default() -> Self {
        Self { scanner: Scanner::new(RuleSet::builtin()), scratch: Scratch::default(), known: HashMap::new() }
    }
}

impl Scans {
    /// Forgets what it knows.
    pub(super) fn forget(&self) {
        self.inner.borrow_mut().known.clear();
    }

    /// Rule, secret and line of all that an object holds as a file, the first line of each.
    pub(super) fn of(&self, name: &str, content: &[u8], path: &str) -> Rc<Vec<Found>> {
        let inner = &mut *self.inner.borrow_mut();
        let Inner { scanner, scratch, known } = inner;
        let scan = || {
            let scanned = scanner.scan(Subject { content, path: path.as_bytes() }, scratch);
            // A binary that is a secret as a whole is reported without its value.
            let is_value = |found: &&RawMatch| scanner.rules().rule(found.rule).magic.is_empty();
            let found = scanned.matches.iter().filter(is_value).map(|found| {
                let line = 1 + content[..found.secret.start].iter().filter(|&&b| b == b'\n').count() as u64;
                let secret = String::from_utf8_lossy(found.secret.of(content)).into_owned();
                (scanner.rules().rule(found.rule).id.to_string(), secret, line)
            });
            Rc::new(found.collect())
        };
        Rc::clone(known.entry((name.to_owned(), path.to_owned())).or_insert_with(scan))
    }
}

/// A command of git that neither fetches nor lets itself be told that an object is another.
pub(super) fn plain_git(world: &World, dir: &str) -> Command {
    let mut command = world.command("git", dir);
    command.env("GIT_NO_LAZY_FETCH", "1").env("GIT_NO_REPLACE_OBJECTS", "1");
    command
}

/// What a command of git says; it must succeed.
pub(super) fn said(world: &World, dir: &str, args: &[&str]) -> Vec<u8> {
    let output = plain_git(world, dir).args(args).output().expect("git runs");
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

impl Objects {
    /// All that git lists in a folder.
    pub(super) fn read(world: &World, dir: &str) -> Self {
        let listed = said(world, dir, &["cat-file", "--batch-all-objects", "--batch"]);
        let (mut rest, mut objects) = (listed.as_slice(), HashMap::new());
        while !rest.is_empty() {
            let line = rest.split(|&b| b == b'\n').next().expect("a line");
            let text = std::str::from_utf8(line).expect("UTF-8");
            let words: Vec<&str> = text.split(' ').collect();
            let (start, size) = (line.len() + 1, words[2].parse::<usize>().expect("a number"));
            objects.insert(words[0].to_owned(), (words[1].to_owned(), rest[start..start + size].to_vec()));
            rest = &rest[start + size + 1..];
        }
        Self(objects)
    }

    /// Their names, sorted.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.0.keys().cloned().collect();
        names.sort();
        names
    }

    /// Without some of them.
    pub(super) fn without(mut self, names: &BTreeSet<String>) -> Self {
        self.0.retain(|name, _| !names.contains(name));
        self
    }

    /// The content of a blob.
    pub(super) fn blob(&self, name: &str) -> Option<&[u8]> {
        self.get(name, "blob")
    }

    /// Whether a commit has a secret.
    pub(super) fn holds(&self, commit: &str, (rule, path, secret): &Key, scans: &Scans) -> bool {
        let tree = self.commit(commit).expect("a commit").tree;
        let blob = self.files(&tree).0.into_iter().find(|(at, _)| at == path).map(|(_, blob)| blob);
        blob.is_some_and(|blob| {
            let found = scans.of(&blob, self.blob(&blob).expect("a blob"), path);
            found.iter().any(|(of, value, _)| (of, value) == (rule, secret))
        })
    }

    /// GitHub's tokens in the message of a commit.
    pub(super) fn tokens_of_message(&self, name: &str, scans: &Scans) -> Vec<String> {
        let message = self.commit(name).expect("a commit").message;
        let found = scans.of(name, &message, "");
        found.iter().filter(|(rule, ..)| rule == "github-pat").map(|(_, secret, _)| secret.clone()).collect()
    }

    fn get(&self, name: &str, kind: &str) -> Option<&[u8]> {
        self.0.get(name).filter(|(is, _)| is == kind).map(|(_, content)| content.as_slice())
    }

    fn commit(&self, name: &str) -> Option<Commit> {
        let content = self.get(name, "commit")?;
        let head_len = content.windows(2).position(|pair| pair == b"\n\n").unwrap_or(content.len());
        let head = String::from_utf8_lossy(&content[..head_len]).into_owned();
        let field = |name: &str| head.lines().filter_map(|line| line.strip_prefix(name)).map(str::to_owned).collect::<Vec<_>>();
        let (author, committer) = (field("author ").remove(0), field("committer ").remove(0));
        Some(Commit {
            tree: field("tree ").remove(0),
            parents: field("parent "),
            author: author[..author.find(" <").expect("an address")].to_owned(),
            authored: time(&author),
            committed: time(&committer),
            message: content[(head_len + 2).min(content.len())..].to_vec(),
        })
    }

    /// Mode, path and object of each file of a tree; what is missing below it.
    fn files(&self, tree: &str) -> (Vec<(String, String)>, BTreeSet<String>) {
        let (mut files, mut missing) = (Vec::new(), BTreeSet::new());
        let mut stack = vec![(String::new(), tree.to_owned())];
        while let Some((folder, tree)) = stack.pop() {
            let Some(mut rest) = self.get(&tree, "tree") else {
                missing.insert(tree);
                continue;
            };
            while !rest.is_empty() {
                let nul = rest.iter().position(|&b| b == 0).expect("an entry");
                let head = String::from_utf8_lossy(&rest[..nul]).into_owned();
                let (mode, name) = head.split_once(' ').expect("a mode");
                let oid: String = rest[nul + 1..nul + 1 + tree.len() / 2].iter().map(|byte| format!("{byte:02x}")).collect();
                rest = &rest[nul + 1 + tree.len() / 2..];
                let path = format!("{folder}{name}");
                match mode {
                    "40000" => stack.push((path + "/", oid)),
                    "160000" => {}
                    _ if self.get(&oid, "blob").is_none() => drop(missing.insert(oid)),
                    _ => files.push((path, oid)),
                }
            }
        }
        (files, missing)
    }
}

/// The place of each commit: parents first, of those that may come next the earliest, then the least name.
fn in_order(commits: &BTreeMap<String, Commit>) -> HashMap<&str, usize> {
    let mut order: HashMap<&str, usize> = HashMap::new();
    while order.len() < commits.len() {
        let is_next = |(name, commit): &(&String, &Commit)| {
            !order.contains_key(name.as_str()) && commit.parents.iter().all(|parent| order.contains_key(parent.as_str()))
        };
        let next = commits.iter().filter(is_next).min_by_key(|(name, commit)| (commit.committed, (*name).clone()));
        order.insert(next.expect("no circle").0, order.len());
    }
    order
}

fn time(person: &str) -> i64 {
    person.rsplit(' ').nth(1).and_then(|word| word.parse().ok()).expect("a time")
}

/// What refs and `HEAD` lead to.
pub(super) fn tips(world: &World, dir: &str) -> Vec<String> {
    let text = said(world, dir, &["for-each-ref", "--format=%(objectname) %(refname)"]);
    let text = String::from_utf8(text).expect("UTF-8");
    let refs = text.lines().filter(|line| !line.ends_with(" refs/stash"));
    let mut tips: Vec<String> = refs.map(|line| line.split(' ').next().expect("a name").to_owned()).collect();
    tips.extend(head(world, dir));
    tips
}

/// The commit that `HEAD` is.
pub(super) fn head(world: &World, dir: &str) -> Option<String> {
    let output = plain_git(world, dir).args(["rev-parse", "--verify", "-q", "HEAD"]).output().expect("git runs");
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// What is to be reported of a repository.
pub(super) struct Oracle<'o> {
    objects: &'o Objects,
    scans: &'o Scans,
    shallow: HashSet<String>,
    held: HashMap<String, Held>,
    spread: BTreeMap<(String, String), (BTreeSet<String>, BTreeSet<String>)>,
    expected: Expected,
}

impl<'o> Oracle<'o> {
    /// From the objects of a repository and the commits at which it is shallow.
    pub(super) fn new(objects: &'o Objects, scans: &'o Scans, shallow: HashSet<String>) -> Self {
        Self { objects, scans, shallow, held: HashMap::new(), spread: BTreeMap::new(), expected: Expected::default() }
    }

    /// What a whole history must report.
    pub(super) fn expected(mut self, tips: &[String], head: Option<&str>) -> Expected {
        let (commits, tags, others) = self.reached(tips);
        for (name, commit) in &commits {
            self.hold(&commit.tree);
            self.expected.cut_off += usize::from(self.shallow.contains(name));
        }
        for name in &others {
            self.hold(name);
        }
        self.ways(&commits, head);
        self.beside(&others);
        self.messages(&commits, &tags);
        for ((rule, _, secret), way) in &mut self.expected.ways {
            if !way.introduced.is_empty() {
                let (blobs, paths) = &self.spread[&(rule.clone(), secret.clone())];
                way.spread = (blobs.len() as u64, paths.len() as u64);
            }
        }
        self.expected
    }

    /// Commits, annotated tags, and trees and blobs that refs lead to themselves.
    fn reached(&mut self, tips: &[String]) -> (BTreeMap<String, Commit>, BTreeSet<String>, BTreeSet<String>) {
        let (mut commits, mut tags, mut others) = (BTreeMap::new(), BTreeSet::new(), BTreeSet::new());
        let mut stack: Vec<String> = tips.to_vec();
        while let Some(name) = stack.pop() {
            if commits.contains_key(&name) {
                continue;
            }
            if let Some(mut commit) = self.objects.commit(&name) {
                if self.shallow.contains(&name) {
                    commit.parents.clear();
                }
                let gone = commit.parents.extract_if(.., |parent| self.objects.get(parent, "commit").is_none());
                self.expected.missing.extend(gone);
                stack.extend(commit.parents.iter().cloned());
                commits.insert(name, commit);
            } else if let Some(tag) = self.objects.get(&name, "tag") {
                stack.push(String::from_utf8_lossy(&tag[7..7 + name.len()]).into_owned());
                tags.insert(name);
            } else if self.objects.0.contains_key(&name) {
                others.insert(name);
            } else {
                self.expected.missing.insert(name);
            }
        }
        (commits, tags, others)
    }

    /// Reads what a tree, or a blob that stands alone, holds.
    fn hold(&mut self, root: &str) {
        if self.held.contains_key(root) {
            return;
        }
        let (files, missing) = match self.objects.get(root, "blob") {
            Some(_) => (vec![(String::new(), root.to_owned())], BTreeSet::new()),
            None => self.objects.files(root),
        };
        self.expected.missing.extend(missing);
        let mut held = Held::new();
        for (path, blob) in files {
            let content = self.objects.get(&blob, "blob").expect("a blob");
            for (rule, secret, line) in self.scans.of(&blob, content, &path).iter() {
                let spread = self.spread.entry((rule.clone(), secret.clone())).or_default();
                spread.0.insert(blob.clone());
                spread.1.extend(Some(path.clone()).filter(|path| !path.is_empty()));
                held.entry((rule.clone(), path.clone(), secret.clone())).or_insert_with(|| (blob.clone(), *line));
            }
        }
        self.held.insert(root.to_owned(), held);
    }

    /// A secret is brought in by a commit of whose parents none has it; the earliest such commit counts. The last that had it
    /// is the newest of those that no commit has for a parent, or one without it. Of the same second the order of parents counts.
    fn ways(&mut self, commits: &BTreeMap<String, Commit>, head: Option<&str>) {
        let held = |name: &str| &self.held[&commits[name].tree];
        let mut children: HashMap<&str, Vec<&str>> = HashMap::new();
        for (name, commit) in commits {
            commit.parents.iter().for_each(|parent| children.entry(parent).or_default().push(name));
        }
        let mut brought: BTreeMap<Key, Vec<&str>> = BTreeMap::new();
        let mut last: BTreeMap<Key, Vec<&str>> = BTreeMap::new();
        for (name, commit) in commits {
            for key in held(name).keys() {
                if !commit.parents.iter().any(|parent| held(parent).contains_key(key)) {
                    brought.entry(key.clone()).or_default().push(name);
                }
                let children = children.get(name.as_str()).map_or(&[][..], Vec::as_slice);
                if children.is_empty() || children.iter().any(|child| !held(child).contains_key(key)) {
                    last.entry(key.clone()).or_default().push(name);
                }
            }
        }
        let order = in_order(commits);
        let when = |name: &&&str| (commits[**name].committed, order[**name]);
        for (key, names) in &brought {
            let first = names.iter().min_by_key(when).expect("one");
            let last = last[key].iter().max_by_key(when).expect("one");
            let way = Way {
                introduced: (*first).to_owned(),
                author: commits[*first].author.clone(),
                line: held(first)[key].1,
                in_head: head.is_some_and(|head| commits.contains_key(head) && held(head).contains_key(key)),
                last_seen: (*last).to_owned(),
                spread: (0, 0),
            };
            self.expected.ways.insert(key.clone(), way);
        }
    }

    /// What only tags of trees and blobs lead to: that of the first blob.
    fn beside(&mut self, others: &BTreeSet<String>) {
        let mut first: BTreeMap<&Key, &(String, u64)> = BTreeMap::new();
        for (key, at) in others.iter().flat_map(|root| &self.held[root]) {
            let best = first.entry(key).or_insert(at);
            *best = at.min(*best);
        }
        for (key, (_, line)) in first {
            self.expected.ways.entry(key.clone()).or_insert_with(|| Way { line: *line, ..Way::default() });
        }
    }

    fn messages(&mut self, commits: &BTreeMap<String, Commit>, tags: &BTreeSet<String>) {
        let mut first: BTreeMap<String, (i64, String)> = BTreeMap::new();
        let mut add = |message: &[u8], when: i64, name: &str| {
            for (_, secret, _) in self.scans.of(name, message, "").iter().filter(|(rule, ..)| rule == "github-pat") {
                let best = first.entry(secret.clone()).or_insert_with(|| (when, name.to_owned()));
                *best = (when, name.to_owned()).min(best.clone());
            }
        };
        for (name, commit) in commits {
            add(&commit.message, commit.authored, name);
        }
        for name in tags {
            let content = self.objects.get(name, "tag").expect("a tag");
            let head_len = content.windows(2).position(|pair| pair == b"\n\n").unwrap_or(content.len());
            let head = String::from_utf8_lossy(&content[..head_len]).into_owned();
            let tagger = head.lines().find_map(|line| line.strip_prefix("tagger ")).map_or(i64::MAX, time);
            add(&content[head_len..], tagger, name);
        }
        self.expected.messages = first.into_iter().map(|(secret, (_, name))| (secret, name)).collect();
    }
}
