//! Random histories for `git fast-import`: what they hold, and the refs that lead there.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::rc::Rc;

use nospill::rules::template::{Random, fill};

/// A file of a tree.
#[derive(Clone)]
enum Entry {
    /// Its mode and the mark of its blob.
    Blob(&'static str, usize),
    /// A submodule at a commit of that name.
    Module(String),
}

type Tree = BTreeMap<String, Entry>;

/// Two streams, one after the other, and what is done to refs after them.
pub(super) struct Plan {
    /// What fast-import reads, with marks kept from the first to the second.
    pub(super) streams: [Vec<u8>; 2],
    /// Marks of the commits, in order.
    pub(super) commits: Vec<usize>,
    /// Marks of blobs.
    pub(super) blobs: Vec<usize>,
    /// Names of the branches.
    pub(super) branches: Vec<String>,
}

/// Marks of blobs and tags start here; those of commits at 1.
const BLOBS: usize = 100_000;

const PATHS: &[&str] = &[
    "a.py",
    "deploy/prod.yaml",
    "deploy/app.env",
    "src/core/main.c",
    "docs/README.md",
    ".npmrc",
    "a/b/c/d/e/f/g/h/i/j/k/deep.txt",
    "na\u{ef}ve \u{201c}dir\u{201d}/-f.txt",
    "with \"quotes\" and\ttab.cfg",
    "config.json",
    "a.py.d/x",
    "empty",
];

const SECRETS: &[&str] = &[
    "token = \"{join:gh:p_}{alnum:30}{crc32}\"",
    "export DB_PASSWORD={alnum:20}",
    "aws_access_key_id = {join:AK:IA}{base32:16}",
    "  \"client_secret\": \"{alnum:40}\",",
    "postgres://app:{alnum:16}@db.internal:5432/app",
];

/// The state while a history is made.
struct Maker<'m> {
    random: Random,
    templates: &'m [(String, String)],
    /// Texts with secrets.
    secrets: Vec<String>,
    out: Vec<u8>,
    /// Contents by mark, from [`BLOBS`] on, as lines.
    contents: Vec<Rc<Vec<String>>>,
    trees: Vec<Tree>,
    clock: i64,
    name_len: usize,
}

/// The history of a seed. `name_len` is that of object names in hex, `templates` are examples of rules.
pub(super) fn plan(seed: usize, name_len: usize, templates: &[(String, String)]) -> Plan {
    let mut maker = Maker {
        random: Random::new("repositories", seed),
        templates,
        secrets: Vec::new(),
        out: Vec::new(),
        contents: Vec::new(),
        trees: Vec::new(),
        clock: 1_700_000_000,
        name_len,
    };
    maker.choose_secrets();
    maker.history()
}

impl Maker<'_> {
    fn one_in(&mut self, of: usize) -> bool {
        self.random.below(of) == 0
    }

    fn choose_secrets(&mut self) {
        for at in 0..6 {
            self.secrets.extend(filled(SECRETS[at % SECRETS.len()], &mut self.random));
        }
        for _ in 0..6 {
            let template = &self.templates[self.random.below(self.templates.len())].1;
            // Long ones would be all that there is.
            self.secrets.extend(filled(template, &mut self.random).filter(|text| text.len() < 4000));
        }
    }

    fn history(mut self) -> Plan {
        let (count, branches) = (4 + self.random.below(36), 1 + self.random.below(5));
        let names: Vec<String> = (0..branches).map(|at| format!("b{at}")).collect();
        let mut heads: Vec<Option<usize>> = vec![None; branches];
        let (mut first, mut tags) = (None, 0);
        while self.trees.len() < count {
            let at = self.random.below(branches);
            let mut parents: Vec<usize> = heads[at].into_iter().collect();
            match self.random.below(12) {
                // An orphan, or one that starts anywhere.
                0 if heads.iter().flatten().count() > 0 => {
                    parents = if self.one_in(3) { Vec::new() } else { vec![1 + self.random.below(self.trees.len())] };
                }
                1..4 if !parents.is_empty() => {
                    let most = if self.one_in(4) { 4 } else { 1 };
                    for _ in 0..most {
                        let other = heads[self.random.below(branches)].unwrap_or(1);
                        if !parents.contains(&other) {
                            parents.push(other);
                        }
                    }
                }
                _ => {}
            }
            let number = self.commit(&names[at], &parents);
            // The same two the other way round: neither is an ancestor of the other.
            if let (&[one, two], true) = (parents.as_slice(), self.random.below(2) == 0)
                && let Some(other) = heads.iter().position(|head| *head == Some(two))
                && other != at
            {
                heads[other] = Some(self.commit(&names[other], &[two, one]));
            }
            heads[at] = Some(number);
            if self.one_in(6) {
                tags += 1;
                self.tag(tags, number);
            }
            if first.is_none() && self.trees.len() >= count / 2 {
                first = Some(std::mem::take(&mut self.out));
            }
        }
        if self.one_in(3) {
            self.notes(heads.iter().flatten().copied().collect());
        }
        let commits = (1..=self.trees.len()).collect();
        let blobs = (BLOBS..BLOBS + self.contents.len()).collect();
        Plan { streams: [first.unwrap_or_default(), self.out], commits, blobs, branches: names }
    }

    fn message(&mut self) -> String {
        if self.one_in(8) { format!("change\n\n{}\n", self.secret()) } else { "change\n".to_owned() }
    }

    fn secret(&mut self) -> String {
        self.secrets[self.random.below(self.secrets.len())].clone()
    }

    fn put(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn people(&mut self) {
        // Clocks stand still, and go wrong.
        self.clock += if self.one_in(5) { 0 } else { 60 };
        let skew = if self.one_in(10) { -4000 } else { 0 };
        let author = ["Ada <ada@example.org>", "Bob <bob@example.org>", "\u{c9}lo\u{ef}se <e@example.org>"][self.random.below(3)];
        let (made, committed) = (self.clock - self.random.below(100) as i64, self.clock + skew);
        self.put(&format!("author {author} {made} +0100\ncommitter Ada <ada@example.org> {committed} -0330\n"));
    }

    fn commit(&mut self, branch: &str, parents: &[usize]) -> usize {
        let number = self.trees.len() + 1;
        let mut tree = parents.first().map_or_else(Tree::new, |parent| self.trees[parent - 1].clone());
        for other in parents.iter().skip(1) {
            for (path, entry) in self.trees[other - 1].clone() {
                if self.one_in(2) {
                    place(&mut tree, path, entry);
                }
            }
        }
        // A commit may change nothing; a merge may bring what no parent has.
        let most = if parents.len() > 1 { 2 } else { 4 };
        for _ in 0..self.random.below(most + 1) {
            self.change(&mut tree, number);
        }
        if self.one_in(40) {
            tree.clear();
        }
        let message = self.message();
        self.put(&format!("reset refs/heads/{branch}\ncommit refs/heads/{branch}\nmark :{number}\n"));
        self.people();
        self.put(&format!("data {}\n{message}\n", message.len()));
        for (at, parent) in parents.iter().enumerate() {
            self.put(&format!("{} :{parent}\n", if at == 0 { "from" } else { "merge" }));
        }
        self.put("deleteall\n");
        self.list(&tree);
        self.trees.push(tree);
        number
    }

    fn list(&mut self, tree: &Tree) {
        let mut text = String::new();
        for (path, entry) in tree {
            let path = path.replace('\\', "\\\\").replace('"', "\\\"").replace('\t', "\\t");
            let _ = match entry {
                Entry::Blob(mode, mark) => writeln!(text, "M {mode} :{mark} \"{path}\""),
                Entry::Module(name) => writeln!(text, "M 160000 {name} \"{path}\""),
            };
        }
        self.put(&text);
    }

    fn tag(&mut self, number: usize, commit: usize) {
        let message = self.message();
        let mark = 200_000 + number;
        // Of a commit, of a blob, or of the tag before.
        let of = match self.random.below(4) {
            0 if !self.contents.is_empty() => BLOBS + self.random.below(self.contents.len()),
            1 if number > 1 => mark - 1,
            _ => commit,
        };
        self.clock += 1;
        let text = format!(
            "tag t{number}\nmark :{mark}\nfrom :{of}\ntagger Ada <ada@example.org> {} +0000\ndata {}\n{message}\n",
            self.clock,
            message.len()
        );
        self.put(&text);
    }

    fn notes(&mut self, commits: Vec<usize>) {
        self.put("commit refs/notes/commits\n");
        self.people();
        self.put("data 6\nnotes\n");
        for commit in commits {
            let note = self.secret() + "\n";
            self.put(&format!("N inline :{commit}\ndata {}\n{note}\n", note.len()));
        }
    }

    /// The mark of a content.
    fn content(&mut self, lines: Vec<String>) -> usize {
        let content = lines.join("\n") + if self.one_in(8) { "" } else { "\n" };
        let mark = BLOBS + self.contents.len();
        self.put(&format!("blob\nmark :{mark}\ndata {}\n{content}\n", content.len()));
        self.contents.push(Rc::new(content.split('\n').map(str::to_owned).collect()));
        mark
    }

    fn fresh(&mut self, path: &str) -> usize {
        let len = [0, 1, 20, 150, 150, 2500][self.random.below(6)];
        let salt = self.random.below(3);
        self.content((0..len).map(|n| format!("plain line {} of {path} {salt}", n * 7919 % 1000)).collect())
    }

    /// One change of a tree.
    fn change(&mut self, tree: &mut Tree, number: usize) {
        let path = PATHS[self.random.below(PATHS.len())].to_owned();
        let any = tree.keys().nth(self.random.below(tree.len().max(1))).cloned();
        match (self.random.below(20), any) {
            (0, _) => {
                let mark = self.secret_link();
                place(tree, path, Entry::Blob("120000", mark));
            }
            (1, _) => {
                let name = format!("{:0width$x}", self.random.next_u64(), width = self.name_len);
                place(tree, path + ".module", Entry::Module(name));
            }
            (2, Some(old)) => drop(tree.remove(&old)),
            (3, Some(old)) => {
                if let Some(entry) = tree.remove(&old) {
                    place(tree, format!("moved{}/{path}", self.random.below(2)), entry);
                }
            }
            (4, Some(old)) => place(tree, format!("copies/{path}"), tree[&old].clone()),
            (5, Some(old)) => {
                if let Some(Entry::Blob(mode @ ("100644" | "100755"), _)) = tree.get_mut(&old) {
                    *mode = if *mode == "100644" { "100755" } else { "100644" };
                }
            }
            // What a commit had before, whole or one file of it.
            (6, _) if number > 1 => {
                let old = self.trees[self.random.below(self.trees.len())].clone();
                if self.one_in(3) {
                    *tree = old;
                } else if let Some((path, entry)) = old.iter().nth(self.random.below(old.len().max(1))) {
                    place(tree, path.clone(), entry.clone());
                }
            }
            (_, any) => {
                let path = any.filter(|_| self.random.below(3) > 0).unwrap_or(path);
                self.edit(tree, path);
            }
        }
    }

    fn secret_link(&mut self) -> usize {
        let target = if self.one_in(2) { "../elsewhere".to_owned() } else { self.secret() };
        self.content(vec![target])
    }

    fn edit(&mut self, tree: &mut Tree, path: String) {
        let (mode, mark) = match tree.get(&path) {
            Some(Entry::Blob(mode, mark)) => (*mode, *mark),
            _ => ("100644", self.fresh(&path)),
        };
        let mut lines: Vec<String> = self.contents[mark - BLOBS].to_vec();
        for _ in 0..1 + self.random.below(3) {
            self.edit_lines(&mut lines);
        }
        let mark = self.content(lines);
        place(tree, path, Entry::Blob(mode, mark));
    }

    fn edit_lines(&mut self, lines: &mut Vec<String>) {
        if lines.is_empty() {
            lines.push(String::new());
        }
        let at = self.random.below(lines.len());
        let end = (at + 1 + self.random.below(12)).min(lines.len());
        match self.random.below(11) {
            0..3 => {
                let secret = self.secret();
                lines.splice(at..at, secret.split('\n').map(str::to_owned));
            }
            // A part of one, which another edit may complete.
            3 => {
                let secret = self.secret();
                let half = cut(&secret, secret.len() / 2);
                lines[at] = if self.one_in(2) { secret[..half].to_owned() } else { secret[half..].to_owned() };
            }
            4 => {
                let starts: Vec<&String> =
                    self.secrets.iter().filter(|s| !lines[at].is_empty() && s.contains(&lines[at])).collect();
                if let Some(&secret) = starts.first() {
                    lines[at] = secret.clone();
                } else {
                    lines[at].push_str(" # changed");
                }
            }
            5 => drop(lines.drain(at..end)),
            6 => {
                let block: Vec<String> = lines[at..end].to_vec();
                lines.splice(0..0, block);
            }
            7 => {
                let block: Vec<String> = lines.drain(at..end).collect();
                lines.extend(block);
            }
            8 => {
                let from = self.random.below(lines[at].len() + 1);
                let to = (from + self.random.below(5)).min(lines[at].len());
                let (from, to) = (cut(&lines[at], from), cut(&lines[at], to));
                lines[at].replace_range(from..to, if to % 2 == 0 { "" } else { "x" });
            }
            9 => lines[at] = "some \0 bytes \u{1} of a binary".to_owned(),
            // Somewhere inside of a line, after text that fills it.
            _ => {
                let from = cut(&lines[at], self.random.below(lines[at].len() + 1));
                let secret = self.secret();
                lines[at].insert_str(from, &secret.replace('\n', " "));
            }
        }
    }
}

/// The last boundary of characters up to `at`.
fn cut(text: &str, at: usize) -> usize {
    (0..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

/// Puts an entry at a path. Files that stand in its way, or below it, give way.
fn place(tree: &mut Tree, path: String, entry: Entry) {
    let below = format!("{path}/");
    tree.retain(|other, _| !other.starts_with(&below) && !path.starts_with(&format!("{other}/")));
    tree.insert(path, entry);
}

fn filled(template: &str, random: &mut Random) -> Option<String> {
    String::from_utf8(fill(template, random).ok()?).ok()
}
