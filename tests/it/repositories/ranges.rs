//! What a range must report: what its commits bring to a path that no parent had there, or where it was renamed from.

use std::collections::{BTreeMap, BTreeSet};

use nospill::rules::template::Random;

use super::forms::{Form, Promise};
use super::oracle::{Key, Scans, head, said};
use super::{Made, Report, report};

/// A range and what it must report.
pub(super) struct Asked {
    words: Vec<String>,
    want: BTreeMap<Key, BTreeSet<String>>,
    /// Whether every form has its commits.
    is_everywhere: bool,
}

/// Holds some ranges of a repository to what each commit changes against each of its parents; gives one of them.
pub(super) fn check(made: &Made, scans: &Scans) -> Asked {
    let mut random = Random::new("ranges", made.seed);
    // Clones and repacked forms have what refs lead to.
    let listed = String::from_utf8(said(&made.world, "repo", &["rev-list", "--all"])).expect("UTF-8");
    let reached: Vec<String> = listed.lines().map(str::to_owned).collect();
    let commits = if reached.is_empty() { &made.commits } else { &reached };
    let mut any = || commits[random.below(commits.len())].clone();
    let (from, to, other) = (any(), any(), any());
    let two = vec![to.clone(), format!("^{from}"), format!("^{other}")];
    let mut asked = [vec![format!("{from}..{to}")], two, vec!["--max-count=4".to_owned(), other]].map(|words| {
        let want = expected(made, scans, &words.iter().map(String::as_str).collect::<Vec<_>>());
        Asked { words, want, is_everywhere: true }
    });
    let head = head(&made.world, "repo");
    for asked in &asked {
        let report = report(&made.world, "repo", &[], &asked.words());
        assert!(report.skipped.is_empty(), "{:?}: {:?}", asked.words, report.skipped);
        asked.same("as it was made", &report);
        for (key, way) in &report.ways {
            assert!(made.objects.holds(&way.last_seen, key, scans), "{:?}: {key:?} {way:?}", asked.words);
            let in_head = head.as_ref().is_some_and(|head| made.objects.holds(head, key, scans));
            assert_eq!(way.in_head, in_head, "{:?}: {key:?} {way:?}", asked.words);
        }
    }
    made.parts(&asked[1].words());
    asked.sort_by_key(|asked| std::cmp::Reverse(asked.want.len()));
    let [mut first, ..] = asked;
    first.is_everywhere = !reached.is_empty();
    first
}

impl Asked {
    fn words(&self) -> Vec<&str> {
        self.words.iter().map(String::as_str).collect()
    }

    fn same(&self, what: &str, report: &Report) {
        let said = said_of(report);
        let lacking: Vec<&Key> = self.want.keys().filter(|key| !said.contains_key(*key)).collect();
        let wrong: Vec<_> = said.iter().filter(|(key, by)| !self.want.get(*key).is_some_and(|all| all.contains(*by))).collect();
        let (words, want) = (&self.words, &self.want);
        assert!(lacking.is_empty() && wrong.is_empty(), "{what}, {words:?}: lacks {lacking:#?}, has {wrong:#?}, want {want:#?}");
    }

    /// The same range of a form of the repository. Where something is not there, all is found or something is said.
    pub(super) fn of_form(&self, made: &Made, name: &str, form: &Form) {
        let report = report(&made.world, &form.dir, &form.env, &self.words());
        if form.promise == Promise::Same && self.is_everywhere {
            return self.same(name, &report);
        }
        let said = said_of(&report);
        let is_told = report.ran.code == 2 || !report.skipped.is_empty();
        assert!(matches!(report.ran.code, 0..=3), "{name}: {}", report.ran.whole());
        assert!(
            is_told || self.want.keys().all(|key| said.contains_key(key)),
            "{name}, {:?}: {}",
            self.words,
            report.ran.whole()
        );
    }
}

/// What a report says, messages included, with the commit of each.
fn said_of(report: &Report) -> BTreeMap<Key, String> {
    let files = report.ways.iter().map(|(key, way)| (key.clone(), way.introduced.clone()));
    let message = |(secret, by): (&String, &String)| (of_message(secret), by.clone());
    files.chain(report.messages.iter().map(message)).collect()
}

fn of_message(secret: &str) -> Key {
    ("github-pat".to_owned(), "<message>".to_owned(), secret.to_owned())
}

/// Secrets, with the commits that bring them.
fn expected(made: &Made, scans: &Scans, words: &[&str]) -> BTreeMap<Key, BTreeSet<String>> {
    let git = |args: &[&str]| String::from_utf8(said(&made.world, "repo", args)).expect("UTF-8");
    let mut brought: BTreeMap<Key, BTreeSet<String>> = BTreeMap::new();
    for line in git(&[&["rev-list", "--parents"], words].concat()).lines() {
        let mut names = line.split(' ');
        let commit = names.next().expect("a commit");
        let parents: Vec<&str> = names.collect();
        for secret in made.objects.tokens_of_message(commit, scans) {
            brought.entry(of_message(&secret)).or_default().insert(commit.to_owned());
        }
        // By path: the blob now, and what was there for each parent.
        let mut changed: BTreeMap<String, (String, Vec<String>)> = BTreeMap::new();
        let empty = git(&["hash-object", "-t", "tree", "--stdin"]);
        let sides = if parents.is_empty() { vec![empty.trim()] } else { parents };
        for side in &sides {
            let raw = git(&["diff-tree", "-r", "-M", "--raw", "-z", "--no-abbrev", side, commit]);
            let mut fields = raw.split('\0');
            while let Some(head) = fields.next().filter(|head| !head.is_empty()) {
                let words: Vec<&str> = head[1..].split(' ').collect();
                let mut path = fields.next().expect("a path");
                if words[4].starts_with(['R', 'C']) {
                    path = fields.next().expect("a path");
                }
                if matches!(words[1], "100644" | "100755" | "120000") {
                    let (_, former) = changed.entry(path.to_owned()).or_insert_with(|| (words[3].to_owned(), Vec::new()));
                    former.push(if matches!(words[0], "000000" | "160000") { String::new() } else { words[2].to_owned() });
                }
            }
        }
        changed.retain(|_, (_, former)| former.len() == sides.len());
        for (path, (blob, former)) in changed {
            let content = |blob: &str| made.objects.blob(blob).expect("a blob").to_vec();
            let held = |blob: &str| -> BTreeSet<(String, String)> {
                let found = scans.of(blob, &content(blob), &path);
                found.iter().map(|(rule, secret, _)| (rule.clone(), secret.clone())).collect()
            };
            let old: BTreeSet<_> = former.iter().filter(|blob| !blob.is_empty()).flat_map(|blob| held(blob)).collect();
            for (rule, secret) in held(&blob).difference(&old) {
                let key = (rule.clone(), path.clone(), secret.clone());
                brought.entry(key).or_default().insert(commit.to_owned());
            }
        }
    }
    brought
}
