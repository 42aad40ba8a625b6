//! The forms in which git keeps one and the same repository, and those in which a part of it is not there.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use nospill::rules::template::Random;

use super::oracle::{Objects, head, said, tips};
use crate::env::World;

/// What a scan of a form must say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Promise {
    /// What the repository as it was made says.
    Same,
    /// What can be told from what is there, and what is not there.
    Lacking,
    /// Nothing but what is true, and that something was not scanned where something is not found.
    Damaged,
}

/// A form of a repository.
pub(super) struct Form {
    /// Where nospill runs.
    pub(super) dir: String,
    /// Where git has the same.
    pub(super) promise: Promise,
    /// What nospill's environment names.
    pub(super) env: Vec<(&'static str, String)>,
    /// Objects that git lists and that are none of it, as their pack was taken away.
    pub(super) gone: BTreeSet<String>,
}

/// Makes a form in the folder of a name out of `repo`.
type Make = fn(&mut Maker<'_>) -> Promise;

/// All forms, by name.
pub(super) const FORMS: &[(&str, Make)] = &[
    ("loose", loose),
    ("one-pack", one_pack),
    ("ref-deltas", ref_deltas),
    ("many-packs", many_packs),
    ("multi-pack-index", multi_pack_index),
    ("multi-pack-index-alone", multi_pack_index_alone),
    ("geometric", geometric),
    ("bitmap", bitmap),
    ("commit-graph", commit_graph),
    ("filtered-packs", filtered_packs),
    ("reftable", reftable),
    ("alternates", alternates),
    ("alternates-of-environment", alternates_of_environment),
    ("bare", bare),
    ("shared", shared),
    ("worktree", worktree),
    ("fixed-thin", fixed_thin),
    ("thin", thin),
    ("cruft", cruft),
    ("kept", kept),
    ("grafts", grafts),
    ("replaced", replaced),
    ("shallow", shallow),
    ("shallow-file", shallow_file),
    ("partial-none", partial_none),
    ("partial-limit", partial_limit),
    ("partial-trees", partial_trees),
    ("thin-alone", thin_alone),
    ("lost-pack", lost_pack),
    ("lost-loose", lost_loose),
    ("lost-alternate", lost_alternate),
    ("lost-index", lost_index),
    ("cut-off", cut_off),
    ("flipped", flipped),
];

/// Where a form is made.
pub(super) struct Maker<'m> {
    world: &'m World,
    random: Random,
    /// Every object of the repository.
    names: &'m [String],
    commits: &'m [String],
    form: Form,
}

/// Makes a form of the world's repository.
pub(super) fn make(world: &World, at: usize, seed: usize, names: &[String], commits: &[String]) -> Form {
    let (name, make) = FORMS[at];
    let (env, gone) = (Vec::new(), BTreeSet::new());
    let form = Form { dir: name.to_owned(), promise: Promise::Same, env, gone };
    let mut maker = Maker { world, random: Random::new(name, seed), names, commits, form };
    copy(&world.path().join(".git"), &world.at(name).join(".git"));
    maker.form.promise = make(&mut maker);
    maker.form
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        match entry.file_type().expect("a type").is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(fs::copy(entry.path(), target).expect("a file")),
        }
    }
}

/// The files of a folder and below, sorted.
pub(super) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.file_type().expect("a type").is_dir() {
            true => found.extend(files(&entry.path())),
            false => found.push(entry.path()),
        }
    }
    found.sort();
    found
}

fn is(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|is| is == extension)
}

impl Maker<'_> {
    fn objects(&self) -> PathBuf {
        self.world.at(&self.form.dir).join(".git/objects")
    }

    fn git(&self, args: &[&str]) -> String {
        String::from_utf8_lossy(&said(self.world, &self.form.dir, args)).into_owned()
    }

    /// Runs git with something to read; what it says.
    fn fed(&self, args: &[&str], input: &[u8]) -> Vec<u8> {
        let mut command = self.world.command("git", &self.form.dir);
        let mut child = command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("git runs");
        let mut stdin = child.stdin.take().expect("a pipe");
        let input = input.to_vec();
        let writer = std::thread::spawn(move || stdin.write_all(&input));
        let output = child.wait_with_output().expect("git ends");
        let _ = writer.join();
        assert!(output.status.success(), "{args:?}");
        output.stdout
    }

    fn packs(&self) -> Vec<PathBuf> {
        files(&self.objects().join("pack")).into_iter().filter(|path| is(path, "pack")).collect()
    }

    fn chosen<'c, T>(&mut self, of: &'c [T]) -> &'c T {
        &of[self.random.below(of.len())]
    }

    /// All objects in groups; some may be in several.
    fn divide(&mut self, groups: usize, overlap: bool) -> Vec<BTreeSet<String>> {
        let mut divided = vec![BTreeSet::new(); groups];
        for name in self.names {
            divided[self.random.below(groups)].insert(name.clone());
            if overlap && self.random.below(12) == 0 {
                divided[self.random.below(groups)].insert(name.clone());
            }
        }
        divided.retain(|group| !group.is_empty());
        divided
    }

    /// Packs a group of objects of `repo` into a folder of objects.
    fn pack(&mut self, group: &BTreeSet<String>, objects: &Path) {
        fs::create_dir_all(objects.join("pack")).expect("a folder");
        let list = group.iter().map(|name| format!("{name}\n")).collect::<String>();
        let (depth, window) = (self.random.below(60), 1 + self.random.below(30));
        let base = objects.join("pack/pack").display().to_string();
        let (depth, window) = (format!("--depth={depth}"), format!("--window={window}"));
        let mut args = vec!["-C", "../repo", "pack-objects", "-q", "--no-reuse-delta", &depth, &window, &base];
        if self.random.below(2) == 0 {
            args.insert(3, "--delta-base-offset");
        }
        self.fed(&args, list.as_bytes());
    }

    fn emptied(&self) -> PathBuf {
        let objects = self.objects();
        fs::remove_dir_all(&objects).expect("a folder");
        fs::create_dir_all(objects.join("pack")).expect("a folder");
        fs::create_dir_all(objects.join("info")).expect("a folder");
        objects
    }

    /// Only loose objects.
    fn unpack(&self) {
        let packs = self.packs();
        let contents: Vec<Vec<u8>> = packs.iter().map(|pack| fs::read(pack).expect("a pack")).collect();
        fs::remove_dir_all(self.objects().join("pack")).expect("a folder");
        contents.iter().for_each(|content| drop(self.fed(&["unpack-objects", "-q"], content)));
    }

    /// Objects in several packs instead of those that were there.
    fn divided(&mut self, overlap: bool) -> Vec<BTreeSet<String>> {
        let groups = 2 + self.random.below(5);
        let groups = self.divide(groups, overlap);
        let objects = self.emptied();
        groups.iter().for_each(|group| self.pack(group, &objects));
        groups
    }
}

fn loose(maker: &mut Maker<'_>) -> Promise {
    maker.unpack();
    Promise::Same
}

fn one_pack(maker: &mut Maker<'_>) -> Promise {
    let (depth, window) = (*maker.chosen(&[0, 1, 4, 50, 400]), *maker.chosen(&[1, 10, 60]));
    maker.git(&["repack", "-adfq", &format!("--depth={depth}"), &format!("--window={window}")]);
    Promise::Same
}

fn ref_deltas(maker: &mut Maker<'_>) -> Promise {
    let version = *maker.chosen(&["pack.indexVersion=1", "pack.indexVersion=2"]);
    maker.git(&["-c", version, "-c", "repack.useDeltaBaseOffset=false", "repack", "-adfq", "--depth=40", "--window=40"]);
    Promise::Same
}

fn many_packs(maker: &mut Maker<'_>) -> Promise {
    maker.divided(true);
    if maker.random.below(2) == 0 {
        // One of them loose.
        let pack = maker.chosen(&maker.packs()).clone();
        let content = fs::read(&pack).expect("a pack");
        for path in files(&maker.objects().join("pack")) {
            if path.file_stem() == pack.file_stem() {
                fs::remove_file(path).expect("a file");
            }
        }
        maker.fed(&["unpack-objects", "-q"], &content);
    }
    Promise::Same
}

fn multi_pack_index(maker: &mut Maker<'_>) -> Promise {
    let groups = maker.divided(true);
    maker.git(&["multi-pack-index", "write"]);
    // One that came later.
    maker.pack(&groups[0].iter().take(3).cloned().collect(), &maker.objects());
    Promise::Same
}

/// Without the indexes of packs, which git always leaves there, and without which it can't tell what `HEAD` is. It lists an object
/// of several packs once, so one of these has more than it says of it, and is refused.
fn multi_pack_index_alone(maker: &mut Maker<'_>) -> Promise {
    let overlap = maker.random.below(3) == 0;
    maker.divided(overlap);
    maker.git(&["multi-pack-index", "write"]);
    let indexes: Vec<PathBuf> = files(&maker.objects()).into_iter().filter(|path| is(path, "idx")).collect();
    for index in indexes {
        if maker.random.below(3) > 0 {
            fs::remove_file(index).expect("a file");
        }
    }
    Promise::Damaged
}

fn geometric(maker: &mut Maker<'_>) -> Promise {
    maker.divided(true);
    maker.git(&["repack", "-dq", "--geometric=2", "--write-midx"]);
    Promise::Same
}

fn bitmap(maker: &mut Maker<'_>) -> Promise {
    maker.git(&["repack", "-adfbq"]);
    Promise::Same
}

fn commit_graph(maker: &mut Maker<'_>) -> Promise {
    maker.git(&["repack", "-dq"]);
    maker.git(&["commit-graph", "write", "--reachable", "--changed-paths"]);
    if maker.random.below(2) == 0 {
        maker.git(&["commit-graph", "write", "--reachable", "--split=no-merge"]);
    }
    maker.git(&["pack-refs", "--all"]);
    maker.git(&["update-server-info"]);
    Promise::Same
}

fn filtered_packs(maker: &mut Maker<'_>) -> Promise {
    let filter = *maker.chosen(&["--filter=blob:none", "--filter=blob:limit=300"]);
    maker.git(&["-c", "repack.writeBitmaps=false", "repack", "-adq", filter]);
    Promise::Same
}

fn reftable(maker: &mut Maker<'_>) -> Promise {
    // A git that has none leaves it as it is.
    let _ = maker.world.command("git", &maker.form.dir).args(["refs", "migrate", "--ref-format=reftable"]).output();
    Promise::Same
}

/// Objects in three stores, each of which borrows from the next.
fn alternates(maker: &mut Maker<'_>) -> Promise {
    let (groups, objects) = (maker.divide(3, true), maker.emptied());
    let mut folder = objects;
    for (at, group) in groups.iter().enumerate() {
        maker.pack(group, &folder);
        if at + 1 < groups.len() {
            let next = maker.world.at(&format!("{}.{at}/objects", maker.form.dir));
            fs::create_dir_all(folder.join("info")).expect("a folder");
            let text = match maker.random.below(2) {
                0 => format!("# one\n{}\n", next.display()),
                _ if at == 0 => format!("../../../{}.{at}/objects\n", maker.form.dir),
                _ => format!("../../{}.{at}/objects\n", maker.form.dir),
            };
            fs::write(folder.join("info/alternates"), text).expect("a file");
            folder = next;
        }
    }
    Promise::Same
}

fn alternates_of_environment(maker: &mut Maker<'_>) -> Promise {
    let (groups, objects) = (maker.divide(2, true), maker.emptied());
    maker.pack(&groups[0], &objects);
    if let Some(group) = groups.get(1) {
        let other = maker.world.at(&format!("{}.0/objects", maker.form.dir));
        maker.pack(group, &other);
        maker.form.env.push(("GIT_ALTERNATE_OBJECT_DIRECTORIES", other.display().to_string()));
    }
    Promise::Same
}

/// A copy of what refs lead to, by git's own ways. With filters git fails on some tags of tags: then it is the copy that it was.
fn cloned(maker: &mut Maker<'_>, args: &[&str]) -> Promise {
    fs::remove_dir_all(maker.world.at(&maker.form.dir)).expect("a folder");
    let (from, to) = (maker.world.path().display().to_string(), maker.world.at(&maker.form.dir).display().to_string());
    let from = if args.contains(&"--shared") { from } else { format!("file://{from}") };
    if maker.world.try_git(&[&["clone", "-q"], args, &[&from, &to]].concat()).code == 0 {
        return Promise::Lacking;
    }
    assert!(args.iter().any(|arg| arg.starts_with("--filter")), "git can't clone");
    copy(&maker.world.path().join(".git"), &maker.world.at(&maker.form.dir).join(".git"));
    Promise::Same
}

fn bare(maker: &mut Maker<'_>) -> Promise {
    cloned(maker, &["--mirror"]);
    Promise::Same
}

fn shared(maker: &mut Maker<'_>) -> Promise {
    cloned(maker, &["--mirror", "--shared"]);
    Promise::Same
}

fn worktree(maker: &mut Maker<'_>) -> Promise {
    let place = maker.world.at("linked").display().to_string();
    if let Some(head) = head(maker.world, &maker.form.dir) {
        maker.git(&["worktree", "add", "-q", "--detach", "--no-checkout", &place, &head]);
        maker.form.dir = "linked".to_owned();
    }
    Promise::Same
}

/// A pack of what came after a commit, whose deltas may be of what was before; and what was before in a pack.
fn thin_pack(maker: &mut Maker<'_>) -> Option<(Vec<u8>, PathBuf)> {
    let at = maker.chosen(maker.commits).clone();
    let old = maker.git(&["rev-list", "--objects", "--no-object-names", &at]);
    let tips = tips(maker.world, &maker.form.dir);
    let tips: Vec<&str> = tips.iter().map(String::as_str).collect();
    let all = maker.git(&[&["rev-list", "--objects", "--no-object-names"], &tips[..], &["--not", &at]].concat());
    let thin = maker.fed(
        &["pack-objects", "-q", "--thin", "--revs", "--stdout", "--delta-base-offset", "--no-reuse-delta"],
        format!("{}\n^{at}\n", tips.join("\n")).as_bytes(),
    );
    let old: BTreeSet<String> = old.lines().map(str::to_owned).collect();
    let all: BTreeSet<String> = all.lines().map(str::to_owned).collect();
    let reached = old.len() + all.difference(&old).count();
    if reached < old.len() + 2 {
        return None;
    }
    let objects = maker.emptied();
    maker.pack(&old, &objects);
    Some((thin, objects))
}

fn fixed_thin(maker: &mut Maker<'_>) -> Promise {
    if let Some((thin, _)) = thin_pack(maker) {
        maker.fed(&["index-pack", "--fix-thin", "--stdin"], &thin);
    }
    Promise::Same
}

/// As it came over the wire, with an index: git would not have it, and reads it.
fn raw_thin(maker: &mut Maker<'_>) -> bool {
    let Some((thin, objects)) = thin_pack(maker) else { return false };
    let before = maker.packs();
    maker.fed(&["index-pack", "--fix-thin", "--stdin"], &thin);
    let Some(fixed) = maker.packs().into_iter().find(|pack| !before.contains(pack)) else { return false };
    let index = fs::read(fixed.with_extension("idx")).expect("an index");
    let listed = maker.fed(&["show-index"], &index);
    let sum_len = maker.names[0].len() / 2;
    let mut entries: Vec<(Vec<u8>, u32)> = Vec::new();
    for line in String::from_utf8_lossy(&listed).lines() {
        let mut words = line.split(' ');
        let offset: u32 = words.next().and_then(|word| word.parse().ok()).expect("an offset");
        let name = words.next().expect("a name");
        // The bases that were put behind it are not of it.
        if (offset as usize) < thin.len() - sum_len {
            entries.push((crate::forge::bytes(name), offset));
        }
    }
    for path in files(&objects.join("pack")) {
        if path.file_stem() == fixed.file_stem() {
            fs::remove_file(path).expect("a file");
        }
    }
    entries.sort();
    let mut index = b"\xfftOc\0\0\0\x02".to_vec();
    for first in 0..=255u8 {
        let below = entries.iter().filter(|(name, _)| name[0] <= first).count();
        index.extend((below as u32).to_be_bytes());
    }
    entries.iter().for_each(|(name, _)| index.extend(name));
    index.extend(vec![0; entries.len() * 4]);
    entries.iter().for_each(|(_, offset)| index.extend(offset.to_be_bytes()));
    index.extend_from_slice(&thin[thin.len() - sum_len..]);
    index.extend(vec![0; sum_len]);
    fs::write(objects.join("pack/pack-thin.pack"), &thin).expect("a file");
    fs::write(objects.join("pack/pack-thin.idx"), index).expect("a file");
    true
}

fn thin(maker: &mut Maker<'_>) -> Promise {
    raw_thin(maker);
    Promise::Same
}

/// The bases are nowhere.
fn thin_alone(maker: &mut Maker<'_>) -> Promise {
    if raw_thin(maker) {
        for path in files(&maker.objects().join("pack")) {
            if path.file_stem().is_some_and(|stem| stem != "pack-thin") {
                fs::remove_file(path).expect("a file");
            }
        }
    }
    Promise::Damaged
}

fn cruft(maker: &mut Maker<'_>) -> Promise {
    maker.fed(&["hash-object", "-w", "--stdin"], crate::env::token(4711).as_bytes());
    maker.git(&["reflog", "expire", "--expire=now", "--all"]);
    maker.git(&["repack", "--cruft", "-dq"]);
    Promise::Same
}

fn kept(maker: &mut Maker<'_>) -> Promise {
    maker.divided(true);
    for pack in maker.packs() {
        if maker.random.below(2) == 0 {
            fs::write(pack.with_extension(*maker.chosen(&["keep", "promisor", "mtimes.lock"])), "").expect("a file");
        }
    }
    maker.git(&["repack", "-dq"]);
    Promise::Same
}

fn grafts(maker: &mut Maker<'_>) -> Promise {
    let mut text = String::new();
    for _ in 0..3 {
        let (child, parent) = (maker.chosen(maker.commits).clone(), maker.chosen(maker.commits).clone());
        let line = if maker.random.below(2) == 0 { child } else { format!("{child} {parent}") };
        text.push_str(&(line + "\n"));
    }
    fs::write(maker.world.at(&maker.form.dir).join(".git/info/grafts"), text).expect("a file");
    Promise::Same
}

/// Objects that claim to be others. What takes their place is reached already.
fn replaced(maker: &mut Maker<'_>) -> Promise {
    let reached = maker.git(&["rev-list", "--all"]);
    let reached: Vec<&str> = reached.lines().collect();
    for _ in 0..3 {
        let (old, new) = (maker.chosen(maker.commits).clone(), maker.chosen(&reached).to_string());
        if old != new {
            maker.git(&["update-ref", &format!("refs/replace/{old}"), &new]);
        }
    }
    Promise::Same
}

fn shallow(maker: &mut Maker<'_>) -> Promise {
    let depth = format!("--depth={}", 1 + maker.random.below(4));
    cloned(maker, &["--mirror", &depth])
}

fn shallow_file(maker: &mut Maker<'_>) -> Promise {
    let names = [maker.chosen(maker.commits).clone(), maker.chosen(maker.commits).clone()];
    let text = names.iter().collect::<BTreeSet<_>>().iter().map(|name| format!("{name}\n")).collect::<String>();
    fs::write(maker.world.at(&maker.form.dir).join(".git/shallow"), text).expect("a file");
    Promise::Lacking
}

fn partial(maker: &mut Maker<'_>, filter: &str) -> Promise {
    maker.world.git(&["config", "uploadpack.allowFilter", "true"]);
    maker.world.git(&["config", "uploadpack.allowAnySHA1InWant", "true"]);
    let promise = cloned(maker, &["--mirror", filter]);
    // Some were fetched since.
    for _ in 0..maker.random.below(4) {
        let name = maker.chosen(maker.names).clone();
        let mut command = maker.world.command("git", &maker.form.dir);
        let _ = command.args(["-c", "protocol.file.allow=always", "cat-file", "-e", &name]).output();
    }
    promise
}

fn partial_none(maker: &mut Maker<'_>) -> Promise {
    partial(maker, "--filter=blob:none")
}

fn partial_limit(maker: &mut Maker<'_>) -> Promise {
    partial(maker, "--filter=blob:limit=500")
}

fn partial_trees(maker: &mut Maker<'_>) -> Promise {
    let filter = *maker.chosen(&["--filter=tree:0", "--filter=tree:1", "--filter=tree:2"]);
    partial(maker, filter)
}

fn lost_pack(maker: &mut Maker<'_>) -> Promise {
    maker.divided(true);
    let pack = maker.chosen(&maker.packs()).clone();
    fs::remove_file(pack.with_extension("idx")).expect("a file");
    fs::remove_file(pack).expect("a file");
    Promise::Lacking
}

fn lost_loose(maker: &mut Maker<'_>) -> Promise {
    maker.unpack();
    let all: Vec<PathBuf> = files(&maker.objects()).into_iter().filter(|path| path.extension().is_none()).collect();
    for _ in 0..1 + maker.random.below(3) {
        let path = maker.chosen(&all).clone();
        if path.parent().and_then(Path::file_name).is_some_and(|name| name.len() == 2) {
            let _ = fs::remove_file(path);
        }
    }
    Promise::Lacking
}

fn lost_alternate(maker: &mut Maker<'_>) -> Promise {
    alternates(maker);
    let at = maker.random.below(2);
    let _ = fs::remove_dir_all(maker.world.at(&format!("{}.{at}", maker.form.dir)));
    Promise::Lacking
}

/// A pack without its index, which git does not see.
fn lost_index(maker: &mut Maker<'_>) -> Promise {
    maker.divided(true);
    let pack = maker.chosen(&maker.packs()).clone();
    fs::remove_file(pack.with_extension("idx")).expect("a file");
    Promise::Lacking
}

/// A file of the store that may be written to.
fn open(maker: &mut Maker<'_>) -> (PathBuf, Vec<u8>) {
    match maker.random.below(3) {
        0 => maker.unpack(),
        1 => drop(one_pack(maker)),
        _ => drop(multi_pack_index_alone(maker)),
    }
    let all = files(&maker.objects());
    let path = maker.chosen(&all).clone();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("it is ours");
    let content = fs::read(&path).expect("a file");
    (path, content)
}

fn cut_off(maker: &mut Maker<'_>) -> Promise {
    let (path, mut content) = open(maker);
    content.truncate(maker.random.below(content.len() + 1));
    fs::write(path, content).expect("a file");
    Promise::Damaged
}

fn flipped(maker: &mut Maker<'_>) -> Promise {
    let (path, mut content) = open(maker);
    for _ in 0..1 + maker.random.below(3) {
        if !content.is_empty() {
            let at = maker.random.below(content.len());
            content[at] ^= 1 << maker.random.below(8);
        }
    }
    fs::write(path, content).expect("a file");
    Promise::Damaged
}

/// The objects of a form, as git lists them.
pub(super) fn objects(world: &World, form: &Form) -> Objects {
    Objects::read(world, &form.dir).without(&form.gone)
}
