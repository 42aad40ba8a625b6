//! What a range of commits adds: each blob that a commit brings to a path and that none of its parents has there.
//!
//! The cost follows the range: git lists the commits and what each changes, the blobs are read one by one.

use std::collections::{HashMap, HashSet};

use super::history::paths::join;
use super::pack::object::{self, Commit, Malformed, Person, Tag, names_in_head};
use super::pack::store::{ReadCache, Store};
use super::pack::{Kind, Limits, ReadError};
use super::repository::Repository;
use super::snapshot::{Entry, Snapshots};
use super::{Item, Source, SourceError, plumbing};
use crate::types::input::{Content, Input, Origin};
use crate::types::notice::{BOUND, Notice};
use crate::types::oid::Oid;
use crate::types::shard::Shard;

/// Which commits.
#[derive(Clone, Debug, Default)]
pub struct Revisions {
    /// Revisions and ranges, as git rev-list takes them; none: all refs.
    pub revisions: Vec<String>,
    /// Only commits made since then, as git takes it.
    pub since: Option<String>,
    /// Only so many of the newest.
    pub max_count: Option<u64>,
}

/// What comes beside the commits of a push.
#[derive(Clone, Debug, Default)]
pub struct Brought {
    /// Names of refs that are new, as git has them.
    pub refs: Vec<String>,
    /// What refs point to, of which annotated tags are read, and trees and blobs with all that they hold.
    pub objects: Vec<Oid>,
}

/// What a range of commits adds.
#[derive(Debug)]
pub struct Range {
    store: Store,
    limits: Limits,
    is_partial: bool,
    /// Parents before children.
    commits: Vec<Oid>,
    parents: HashMap<Oid, Vec<Oid>>,
    items: Vec<Item>,
    /// By item: the blobs that it takes the place of.
    former: Vec<Vec<Oid>>,
    /// By item: whether its path is new.
    added: Vec<bool>,
    notices: Vec<Notice>,
    is_cut_off: bool,
    refs: Vec<String>,
    shard: Option<Shard>,
    /// Commits that leave nothing at a path, in their order.
    gone: Vec<(Oid, Vec<u8>)>,
}

impl Range {
    /// Lists the commits and what they change.
    ///
    /// # Errors
    /// A revision is unknown, or git fails.
    pub fn new(repository: &Repository, revisions: &Revisions, max_size: u64) -> Result<Self, SourceError> {
        let mut args: Vec<String> = ["rev-list", "--parents"].map(str::to_owned).into();
        if revisions.since.is_none() && revisions.max_count.is_none() {
            args.push("--topo-order".to_owned());
        }
        args.extend(revisions.since.iter().map(|since| format!("--since={since}")));
        args.extend(revisions.max_count.iter().map(|count| format!("--max-count={count}")));
        if revisions.revisions.is_empty() {
            args.extend(["--exclude=refs/stash", "--all"].map(str::to_owned));
        }
        args.push("--end-of-options".to_owned());
        args.extend(revisions.revisions.iter().cloned());
        args.push("--".to_owned());
        let list = plumbing::output(&args)?;
        let (mut commits, mut parents, mut ids) = (Vec::new(), HashMap::new(), Vec::new());
        // Newest first: a bounded list is cut without walking all there is.
        for line in list.rsplit(|&b| b == b'\n').filter(|line| !line.is_empty()) {
            let mut oids = line.split(|&b| b == b' ').filter_map(Oid::from_hex);
            let Some(commit) = oids.next() else { continue };
            ids.extend_from_slice(format!("{commit}\n").as_bytes());
            commits.push(commit);
            parents.insert(commit, oids.collect());
        }
        let changes = ["diff-tree", "--stdin", "-r", "-c", "--combined-all-paths", "-M", "--root", "--raw", "-z", "--no-abbrev"];
        let raw = plumbing::filtered(&changes, &ids)?;
        let max = max_size.min(u64::from(u32::MAX));
        let limits = Limits { max, base_max: max.max(1 << 30) };
        let (items, former, added, notices) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (store, is_partial) = (repository.store(), repository.is_partial);
        let (is_cut_off, refs, shard, gone) = (false, Vec::new(), None, Vec::new());
        let mut range =
            Self { store, limits, is_partial, commits, parents, items, former, added, notices, is_cut_off, refs, shard, gone };
        let problems = range.store.problems().iter();
        range.notices = problems.map(|p| Notice::skipped(p.path.as_os_str().as_encoded_bytes(), p.why.clone())).collect();
        range.messages();
        range.changes(&raw)?;
        range.cut_off(&repository.shallow);
        Ok(range)
    }

    /// Adds names of refs, annotated tags with those that they are of, and trees and blobs that no commit has to bring.
    #[must_use]
    pub fn bringing(mut self, brought: Brought) -> Self {
        self.refs = brought.refs;
        let (mut cache, mut met) = (ReadCache::new(1 << 20), HashSet::new());
        for mut id in brought.objects {
            while met.insert(id) {
                match self.store.read(&id, self.limits, &mut cache) {
                    Ok((Kind::Tag, content)) => {
                        self.add(Origin::Message { id });
                        let Ok(tag) = Tag::parse(&content) else { break };
                        id = tag.object;
                    }
                    Ok((Kind::Tree, content)) => self.add_tree(content, &mut cache, &mut met),
                    Ok((Kind::Blob, _)) => self.add(Origin::Lost { path: Vec::new(), blob: id }),
                    // Commits are listed.
                    Ok((Kind::Commit, _)) => {}
                    Err(ReadError::TooLarge { .. }) => self.add(Origin::Lost { path: Vec::new(), blob: id }),
                    Err(why) => self.notices.push(self.failed(&[], &id, &why)),
                }
            }
        }
        self
    }

    /// Adds the blobs of a tree and of those in it, each tree once.
    fn add_tree(&mut self, content: Vec<u8>, cache: &mut ReadCache, met: &mut HashSet<Oid>) {
        const FOLDER: u32 = 0o040_000;
        const SUBMODULE: u32 = 0o160_000;
        let (mut stack, format, mut blobs) = (vec![(Vec::new(), content)], self.store.format(), HashSet::new());
        while let Some((folder, content)) = stack.pop() {
            for entry in object::tree(&content, format) {
                let Ok(entry) = entry else {
                    self.notices.push(Notice::skipped(folder.as_slice(), "a broken tree entry"));
                    break;
                };
                let (path, Some(oid)) = (join(&folder, entry.name), Oid::from_bytes(entry.oid)) else { continue };
                match entry.mode & 0o170_000 {
                    SUBMODULE => {}
                    FOLDER if !met.insert(oid) => {}
                    FOLDER => match self.store.read(&oid, self.limits, cache) {
                        Ok((_, content)) => stack.push((path, content)),
                        Err(why) => self.notices.push(self.failed(&path, &oid, &why)),
                    },
                    _ if blobs.insert((path.clone(), oid)) => self.add(Origin::Lost { path, blob: oid }),
                    _ => {}
                }
            }
        }
    }

    /// The names of refs that come with it.
    pub fn refs(&self) -> &[String] {
        &self.refs
    }

    /// Leaves what falls to one shard: changes by their paths, as in a whole history, and messages and refs to the first.
    #[must_use]
    pub fn shared(mut self, shard: Shard) -> Self {
        self.shard = Some(shard);
        if shard.number() > 1 {
            self.refs.clear();
        }
        let falls = |origin: &Origin| match origin {
            Origin::Message { .. } => shard.number() == 1,
            other => shard.holder_of_path(other.path()) == shard.number(),
        };
        let kept: Vec<bool> = self.items.iter().map(|item| falls(&item.origin)).collect();
        let keep = |at: &mut usize| (kept[*at], *at += 1).0;
        let (mut first, mut second, mut third) = (0, 0, 0);
        self.items.retain(|_| keep(&mut first));
        self.former.retain(|_| keep(&mut second));
        self.added.retain(|_| keep(&mut third));
        self
    }

    /// The shard that it is [left](Self::shared) to.
    pub fn shard(&self) -> Option<Shard> {
        self.shard
    }

    /// What stands at a path of a commit or tree.
    pub fn find(&self, root: &Oid, path: &[u8], snapshots: &mut Snapshots) -> Option<Entry> {
        snapshots.find(&self.store, root, path)
    }

    /// Commits of the range that leave nothing at a path where a parent had something, in their order.
    pub fn gone(&self) -> &[(Oid, Vec<u8>)] {
        &self.gone
    }

    /// The commits, parents before children.
    pub fn commits(&self) -> &[Oid] {
        &self.commits
    }

    /// Whether a shallow clone lacks parents of its commits.
    pub fn is_cut_off(&self) -> bool {
        self.is_cut_off
    }

    /// A commit's parents; none for commits that are not of the range.
    pub fn parents(&self, commit: &Oid) -> &[Oid] {
        self.parents.get(commit).map_or(&[], Vec::as_slice)
    }

    /// The blobs that commits bring, with their commits and paths, in the order of commits.
    pub fn brought(&self) -> impl Iterator<Item = (&Oid, &[u8], &Oid)> {
        self.items.iter().filter_map(|item| match &item.origin {
            Origin::Commit { id, path, blob } => Some((id, path.as_slice(), blob)),
            _ => None,
        })
    }

    /// The content of a blob.
    ///
    /// # Errors
    /// It can't be read.
    pub fn blob(&self, blob: &Oid, cache: &mut ReadCache) -> Result<Vec<u8>, ReadError> {
        self.store.read(blob, self.limits, cache).map(|(_, content)| content)
    }

    /// Who made a commit or tag, and when: name, address, seconds and minutes east of UTC.
    pub fn author(&self, id: &Oid, cache: &mut ReadCache) -> Option<(String, String, i64, i32)> {
        let (kind, content) = self.store.read(id, self.limits, cache).ok()?;
        let Person { name, email, time, zone } = match kind {
            Kind::Tag => Tag::parse(&content).ok()?.tagger?,
            _ => Commit::parse(&content).ok()?.author,
        };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Some((text(name), text(email), time, zone))
    }

    fn messages(&mut self) {
        for id in self.commits.clone() {
            self.add(Origin::Message { id });
        }
    }

    fn add(&mut self, origin: Origin) {
        self.items.push(Item { origin, size: 0 });
        self.former.push(Vec::new());
        self.added.push(false);
    }

    /// Reads what `git diff-tree --stdin -r -c -M --raw -z` printed.
    fn changes(&mut self, raw: &[u8]) -> Result<(), SourceError> {
        let wrong = || SourceError::Git("unexpected output of git diff-tree".to_owned());
        let mut fields = raw.split(|&b| b == 0);
        let mut commit = None;
        while let Some(head) = fields.next().filter(|head| !head.is_empty()) {
            if head[0] != b':' {
                commit = Some(Oid::from_hex(head).ok_or_else(wrong)?);
                continue;
            }
            let sides = head.iter().take_while(|&&b| b == b':').count();
            let words: Vec<&[u8]> = head[sides..].split(|&b| b == b' ').collect();
            let [modes @ .., _] = words.get(..=2 * sides + 2).ok_or_else(wrong)? else { return Err(wrong()) };
            let status = words[2 * sides + 2];
            let is_added = status.iter().take(sides).all(|letter| matches!(letter, b'A' | b'R' | b'C'));
            let id = commit.ok_or_else(wrong)?;
            let path = self.paths(&mut fields, (sides, status), &id).ok_or_else(wrong)?;
            let (mode, oids) = (modes[sides], &modes[sides + 1..]);
            // What is gone brings nothing, nor does a submodule.
            if matches!(mode, b"000000" | b"160000") {
                self.gone.push((id, path.to_vec()));
                continue;
            }
            let mut oids = oids.iter().map(|oid| Oid::from_hex(oid).ok_or_else(wrong)).collect::<Result<Vec<_>, _>>()?;
            let blob = oids.pop().ok_or_else(wrong)?;
            let modes = &modes[..sides];
            let former = oids.iter().zip(modes).filter(|(_, mode)| !matches!(**mode, b"000000" | b"160000"));
            self.former.push(former.map(|(oid, _)| *oid).collect());
            self.added.push(is_added);
            self.items.push(Item { origin: Origin::Commit { id, path: path.to_vec(), blob }, size: 0 });
        }
        Ok(())
    }

    /// The path of a change. Those that a rename leaves are gone.
    fn paths<'f>(
        &mut self,
        fields: &mut impl Iterator<Item = &'f [u8]>,
        (sides, status): (usize, &[u8]),
        id: &Oid,
    ) -> Option<&'f [u8]> {
        let letters = status.get(..sides)?;
        // Of a merge each parent's path comes first, whatever became of it.
        let before = if sides > 1 { sides } else { usize::from(matches!(letters, b"R" | b"C")) };
        for side in 0..before {
            let former = fields.next()?;
            if letters[side] == b'R' {
                self.gone.push((*id, former.to_vec()));
            }
        }
        fields.next()
    }

    /// At the edge of a shallow clone a commit seems to bring all that it has.
    fn cut_off(&mut self, shallow: &HashSet<Oid>) {
        let cut_off = self.commits.iter().filter(|commit| shallow.contains(commit)).count();
        self.is_cut_off = cut_off > 0;
        if self.is_cut_off {
            let why = format!("a shallow clone: the parents of {cut_off} commits of this range are not here");
            self.notices.push(Notice::skipped(Vec::new(), why));
        }
    }

    fn failed(&self, path: &[u8], oid: &Oid, why: &ReadError) -> Notice {
        let remedy = match why {
            ReadError::Missing if self.is_partial => format!("; a partial clone: `git cat-file -e {oid}` fetches it"),
            ReadError::Missing => "; `git fetch --refetch` brings what the remote has".to_owned(),
            ReadError::TooLarge { .. } => BOUND.to_owned(),
            _ => String::new(),
        };
        Notice::skipped(path, format!("object {oid}: {why}{remedy}"))
    }
}

/// What a worker reads objects with.
pub struct Worker {
    cache: ReadCache,
    /// Who made the commit or tag that was loaded last, and what the tag is called.
    names: Vec<Vec<u8>>,
    snapshots: Snapshots,
}

impl Source for Range {
    type Worker = Worker;

    fn worker(&self) -> Result<Worker, SourceError> {
        Ok(Worker { cache: ReadCache::new(32 << 20), names: Vec::new(), snapshots: Snapshots::default() })
    }

    fn items(&self) -> (&[Item], &[Notice]) {
        (&self.items, &self.notices)
    }

    fn load(&self, at: usize, worker: &mut Worker) -> Result<Input, Notice> {
        let origin = self.items[at].origin.clone();
        let (oid, path) = match &origin {
            Origin::Commit { blob, path, .. } | Origin::Lost { blob, path } => (*blob, path.as_slice()),
            Origin::Message { id } => (*id, &b""[..]),
            _ => return Err(Notice::skipped(origin.path(), "no object of a commit")),
        };
        worker.names.clear();
        let read = self.store.read(&oid, self.limits, &mut worker.cache);
        let (kind, mut content) = read.map_err(|why| self.failed(path, &oid, &why))?;
        if matches!(origin, Origin::Message { .. }) {
            let head = head(kind, &content);
            let word = if kind == Kind::Tag { "tag" } else { "commit" };
            let (names, start) = head.map_err(|why| Notice::skipped(Vec::new(), format!("{word} {oid}: {}", why.0)))?;
            worker.names = names;
            content.drain(..start);
        }
        Ok(Input { origin, content: Content::Owned(content) })
    }

    fn names(&self, at: usize, worker: &mut Worker) -> Vec<Vec<u8>> {
        match &self.items[at].origin {
            Origin::Commit { path, .. } if self.added[at] => vec![path.clone()],
            Origin::Lost { path, .. } if !path.is_empty() => vec![path.clone()],
            _ => std::mem::take(&mut worker.names),
        }
    }

    fn had(&self, at: usize, path: &[u8], worker: &mut Worker) -> bool {
        let Origin::Commit { id, .. } = &self.items[at].origin else { return false };
        self.parents(id).iter().any(|parent| worker.snapshots.find(&self.store, parent, path).is_some())
    }

    fn before(&self, at: usize, worker: &mut Worker) -> Result<Vec<Vec<u8>>, Notice> {
        let read =
            |oid: &Oid| self.blob(oid, &mut worker.cache).map_err(|why| self.failed(self.items[at].origin.path(), oid, &why));
        self.former[at].iter().map(read).collect()
    }
}

/// The names in the head of a commit or tag, and where its message starts.
fn head(kind: Kind, content: &[u8]) -> Result<(Vec<Vec<u8>>, usize), Malformed> {
    let start = match kind {
        Kind::Tag => Tag::parse(content)?.message_start,
        _ => Commit::parse(content)?.message_start,
    };
    let mut names: Vec<Vec<u8>> = names_in_head(&content[..start]).map(<[u8]>::to_vec).collect();
    names.dedup();
    Ok((names, start))
}
