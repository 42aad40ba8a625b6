//! Folders: a parallel walk whose threads read and scan what they meet, so that nothing waits for the walk to end and no
//! list of files is made. Large files and archives come behind, large files in parts, so that no thread is left with one.
//!
//! Nothing of the outcome depends on which thread met what: it is sorted at the end.

use std::fs::File;
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::desk::{Desk, Label, Opening};
use super::part::{self, PartFound};
use super::{Outcome, Pipeline, Progress, over_configured};
use crate::detect::decode::encoding::Encoding;
use crate::rules::paths::PathRules;
use crate::source::archive::{self, Limits, Reading};
use crate::source::reader::{self, Opened, Reader, Steadiness};
use crate::source::walk::{Ignore, Met, Visit, Walk, label};
use crate::source::{pipes, tracked};
use crate::types::input::Origin;
use crate::types::notice::{NO_FILE, Notice};
use crate::types::shard::{Shard, Sharded};

/// A run over files on disk.
#[derive(Debug)]
pub struct TreeRun<'r> {
    /// Where.
    pub walk: &'r Walk,
    /// Larger files are not scanned.
    pub max_size: Option<Bound>,
    /// How far archives are opened; `None`: not at all.
    pub archives: Option<Limits>,
    /// The part of the run that is done, if it is not the whole.
    pub shard: Option<Shard>,
    /// Files of this name are told apart.
    pub marker: &'r str,
    /// Counted up while the run goes on.
    pub progress: &'r Progress,
}

/// Bytes of the largest file that is scanned, by whose word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// The command line's, which wants the others left out: how many they are is said.
    Asked(u64),
    /// The configuration's: what it keeps from being scanned is named, and the run is incomplete.
    Configured(u64),
}

impl Bound {
    fn bytes(self) -> u64 {
        match self {
            Self::Asked(bytes) | Self::Configured(bytes) => bytes,
        }
    }
}

impl TreeRun<'_> {
    /// Whether a file is looked at, as its path below the innermost of the roots says: jobs may have their work trees at
    /// different places.
    fn has(&self, path: &Path) -> bool {
        let Some(shard) = self.shard else { return true };
        let below = self.walk.roots().iter().filter_map(|root| path.strip_prefix(root).ok());
        let below = below.min_by_key(|rest| rest.as_os_str().len()).filter(|rest| !rest.as_os_str().is_empty());
        let below = below.or_else(|| path.file_name().map(Path::new)).unwrap_or(path);
        shard.takes(&label(below))
    }
}

impl Pipeline {
    /// Scans the files that a walk meets, and files that git tracks though an ignore rule names them. Gives the labels of
    /// those that are called as the marker is, in any order, too, and the work trees that were left alone.
    pub fn run_tree(&self, run: &TreeRun<'_>) -> (Outcome, Vec<Vec<u8>>, Vec<PathBuf>) {
        let path_rules = PathRules::new(self.scanner.rules());
        let shared = Mutex::new(Gathered::default());
        let opening = if run.archives.is_some() { Opening::Archives } else { Opening::Nothing };
        let worker = || Worker {
            run,
            shared: &shared,
            reader: Reader::default(),
            desk: Desk::new(self, &path_rules, opening),
            gathered: Gathered::default(),
        };
        let Met { inside: repositories, mut apart } = run.walk.run(self.threads, worker);
        apart.sort_unstable();
        apart.dedup();
        let mut all = take(&shared);
        if run.walk.ignore() == Ignore::Respect {
            let met: std::collections::HashSet<u64> = all.met.drain(..).collect();
            let is_met = |path: &Path| met.contains(&hash(&label(path)));
            let found = tracked::unmet(run.walk.roots(), repositories, is_met);
            all.outcome.notices.extend(found.notices);
            all.later.extend(found.files.into_iter().map(Later::Small));
            all.later.extend(found.links.into_iter().map(Later::Link));
        }
        let mut parts: Vec<(PathBuf, PartFound)> = std::mem::take(&mut all.parts);
        while !all.later.is_empty() {
            let tasks: Vec<Task> = all.later.drain(..).flat_map(Later::tasks).collect();
            self.work(&tasks, &worker);
            let mut more = take(&shared);
            parts.append(&mut more.parts);
            all.absorb(more);
        }
        let mut outcome = all.outcome;
        parts.sort_by(|a, b| a.0.cmp(&b.0));
        let mut parts = parts.into_iter().peekable();
        while let Some((path, first)) = parts.next() {
            let of_file = std::iter::from_fn(|| parts.next_if(|(other, _)| *other == path)).map(|(_, part)| part);
            outcome.findings.extend(part::join(std::iter::once(first).chain(of_file).collect()));
        }
        if let (1.., Some(Bound::Asked(limit))) = (all.over, run.max_size) {
            let why = format!("{} over {limit} bytes not scanned (--max-size)", plural(all.over));
            outcome.notices.push(Notice::info("", why));
        }
        if outcome.objects == 0 {
            outcome.notices.push(Notice::info("", NO_FILE));
        }
        self.reconsider(&mut outcome.findings);
        outcome.tell_pointers(&self.policy);
        outcome.sort();
        let asked = format!("dir {} {:?} {:?}", run.walk.roots().len(), run.max_size, run.walk.ignore());
        outcome.sharded = run.shard.map(|shard| Sharded { shard, key: self.shard_key(asked.as_bytes()) });
        (outcome, all.marked, apart)
    }

    fn work<'w>(&'w self, tasks: &[Task], worker: &(impl Fn() -> Worker<'w> + Sync)) {
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..self.threads.min(tasks.len()) {
                scope.spawn(|| {
                    let mut worker = worker();
                    while let Some(task) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
                        worker.task(task);
                    }
                });
            }
        });
    }
}

fn plural(files: u64) -> String {
    if files == 1 { "1 file".to_owned() } else { format!("{files} files") }
}

fn take(shared: &Mutex<Gathered>) -> Gathered {
    std::mem::take(&mut *shared.lock().unwrap_or_else(PoisonError::into_inner))
}

fn hash(label: &[u8]) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(label)
}

/// What workers hand over when they are done.
#[derive(Default)]
struct Gathered {
    outcome: Outcome,
    /// Left for when the walk is done.
    later: Vec<Later>,
    parts: Vec<(PathBuf, PartFound)>,
    /// Hashes of the labels of files met, where ignore rules may leave tracked ones out.
    met: Vec<u64>,
    /// Labels of files that are called as the marker is.
    marked: Vec<Vec<u8>>,
    /// Files over the size limit.
    over: u64,
}

impl Gathered {
    fn absorb(&mut self, mut other: Self) {
        self.outcome.absorb(other.outcome);
        self.later.append(&mut other.later);
        self.parts.append(&mut other.parts);
        self.met.append(&mut other.met);
        self.marked.append(&mut other.marked);
        self.over += other.over;
    }
}

/// A file for which it is not its turn yet.
enum Later {
    /// One that the walk did not come by.
    Small(PathBuf),
    /// A link that the walk did not come by.
    Link(PathBuf),
    /// A large one of so many bytes.
    Large(PathBuf, u64),
    /// A large archive.
    Archive(PathBuf, u64),
    /// A large binary that an archive may stand behind.
    Behind(PathBuf, u64),
}

/// Work that one worker does in one go.
enum Task {
    File(PathBuf),
    Link(PathBuf),
    Archive(PathBuf, u64),
    Behind(PathBuf, u64),
    Part { path: PathBuf, size: u64, start: u64 },
}

impl Later {
    fn tasks(self) -> Vec<Task> {
        match self {
            Self::Small(path) => vec![Task::File(path)],
            Self::Link(path) => vec![Task::Link(path)],
            Self::Archive(path, size) => vec![Task::Archive(path, size)],
            Self::Behind(path, size) => vec![Task::Behind(path, size)],
            Self::Large(path, size) => {
                (0..size).step_by(part::OWN).map(|start| Task::Part { path: path.clone(), size, start }).collect()
            }
        }
    }
}

/// One thread of a run.
struct Worker<'w> {
    run: &'w TreeRun<'w>,
    shared: &'w Mutex<Gathered>,
    reader: Reader,
    desk: Desk<'w>,
    gathered: Gathered,
}

impl Visit for Worker<'_> {
    fn file(&mut self, path: &Path, label: &[u8]) {
        if self.run.walk.ignore() == Ignore::Respect {
            self.gathered.met.push(hash(label));
        }
        if label.strip_suffix(self.run.marker.as_bytes()).is_some_and(|folder| matches!(folder.last(), None | Some(b'/'))) {
            self.gathered.marked.push(label.to_vec());
        }
        self.take(path, label);
    }

    fn link(&mut self, path: &Path, name: &[u8]) {
        if self.run.walk.ignore() == Ignore::Respect {
            self.gathered.met.push(hash(name));
        }
        if self.run.has(path)
            && self.desk.pipeline.policy.admits(name)
            && let Ok(target) = std::fs::read_link(path)
        {
            self.desk.text(Label::File(name), target.as_os_str().as_encoded_bytes());
        }
    }

    fn notice(&mut self, notice: Notice) {
        self.gathered.outcome.notices.push(notice);
    }
}

impl Drop for Worker<'_> {
    fn drop(&mut self) {
        self.gathered.outcome.absorb(std::mem::take(&mut self.desk.outcome));
        self.shared.lock().unwrap_or_else(PoisonError::into_inner).absorb(std::mem::take(&mut self.gathered));
    }
}

impl Worker<'_> {
    /// Scans a file, or leaves it for later if it is large.
    fn take(&mut self, path: &Path, label: &[u8]) {
        if !self.run.has(path) {
            return self.others(path, label);
        }
        if !self.desk.pipeline.policy.admits(label) {
            self.gathered.outcome.excluded += 1;
            return;
        }
        let here = Label::File(label);
        match self.reader.read(path, self.run.max_size.map_or(u64::MAX, Bound::bytes)) {
            Ok(Opened::Whole(content, steadiness)) => {
                self.run.progress.add(content.len() as u64);
                if steadiness == Steadiness::Changed {
                    self.gathered.outcome.notices.push(Notice::skipped(label, CHANGED));
                }
                match &self.run.archives {
                    Some(limits) if archive::is_one(content) => {
                        let size = content.len() as u64;
                        self.desk.archive(here, io::Cursor::new(content), size, limits);
                    }
                    limits => {
                        let form = self.desk.whole(here, content);
                        if let (Reading::Binary, Some(limits)) = (form, limits)
                            && archive::may_end_in_zip(content)
                        {
                            self.desk.behind(here, io::Cursor::new(content), content.len() as u64, limits);
                        }
                    }
                }
            }
            Ok(Opened::Large(mut file, size)) => self.large(path, label, &mut file, size),
            Ok(Opened::Over(size)) => match over_configured(&self.desk.pipeline.policy, || label.to_vec(), size) {
                Some(notice) if matches!(self.run.max_size, Some(Bound::Configured(_))) => {
                    self.gathered.outcome.notices.push(notice);
                }
                _ => self.gathered.over += 1,
            },
            Ok(Opened::Odd) => {
                self.gathered.outcome.notices.push(Notice::info(label, pipes::NOT_READ));
            }
            Err(error) => self.failed(label, &error),
        }
    }

    /// A file of another shard: all say how many are too large.
    fn others(&mut self, path: &Path, label: &[u8]) {
        if let Some(Bound::Asked(limit)) = self.run.max_size.filter(|_| self.desk.pipeline.policy.admits(label)) {
            let size = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file).map_or(0, |metadata| metadata.len());
            self.gathered.over += u64::from(size > limit);
        }
    }

    /// A file that can't be read: its path may say something all the same.
    fn failed(&mut self, label: &[u8], error: &io::Error) {
        self.gathered.outcome.notices.push(Notice::skipped(label, error.to_string()));
        self.desk.path_alone(Label::File(label));
    }

    /// Looks at the head of a large file and at the end of a large binary; the rest is left for later.
    fn large(&mut self, path: &Path, label: &[u8], file: &mut File, size: u64) {
        self.run.progress.add(0);
        let head = match self.reader.read_part(file, 0, reader::WHOLE as usize) {
            Ok(head) => head,
            Err(error) => return self.failed(label, &error),
        };
        if self.run.archives.is_some() && archive::is_one(head) {
            return self.gathered.later.push(Later::Archive(path.to_path_buf(), size));
        }
        if self.desk.head(Label::File(label), head, size) {
            self.gathered.later.push(Later::Large(path.to_path_buf(), size));
        }
        if self.run.archives.is_some() && Encoding::of(head) == Encoding::Binary {
            match self.reader.read_part(file, size.saturating_sub(archive::TAIL as u64), archive::TAIL) {
                Ok(end) if archive::may_end_in_zip(end) => self.gathered.later.push(Later::Behind(path.to_path_buf(), size)),
                Ok(_) => {}
                Err(error) => self.gathered.outcome.notices.push(Notice::skipped(label, error.to_string())),
            }
        }
    }

    fn task(&mut self, task: &Task) {
        let (Task::File(path) | Task::Link(path) | Task::Archive(path, _) | Task::Behind(path, _) | Task::Part { path, .. }) =
            task;
        let label = label(path);
        match task {
            Task::File(path) => self.take(path, &label),
            Task::Link(path) => self.link(path, &label),
            Task::Archive(path, size) | Task::Behind(path, size) => match (reader::open(path), &self.run.archives) {
                (Ok(file), Some(limits)) => {
                    let content = io::BufReader::with_capacity(1 << 18, file);
                    if let Task::Behind(..) = task {
                        return self.desk.behind(Label::File(&label), content, *size, limits);
                    }
                    self.run.progress.bytes.fetch_add(*size, Ordering::Relaxed);
                    self.desk.archive(Label::File(&label), content, *size, limits);
                }
                (Err(error), _) => self.failed(&label, &error),
                (Ok(_), None) => {}
            },
            Task::Part { path, size, start } => match self.part(path, &label, *size, *start) {
                Ok(part) => self.gathered.parts.push((path.clone(), part)),
                Err(error) => self.gathered.outcome.notices.push(Notice::skipped(&*label, error.to_string())),
            },
        }
    }

    /// Scans the part of a large file that begins at `start`.
    fn part(&mut self, path: &Path, label: &[u8], size: u64, start: u64) -> io::Result<PartFound> {
        const SAMPLE: usize = 4096;
        let mut file = reader::open(path)?;
        let end = size.min(start + part::OWN as u64);
        let last = end == size;
        self.run.progress.bytes.fetch_add(end - start, Ordering::Relaxed);
        let mut changed = last && file.metadata()?.len() != size;
        let whole = Encoding::of(self.reader.read_part(&mut file, 0, SAMPLE)?);
        let found = if reader::is_hole(&file, start, end) {
            PartFound::hole(start, end - start, whole)
        } else {
            let from = start.saturating_sub(part::AROUND as u64);
            let to = size.min(end + part::AROUND as u64);
            let window = self.reader.read_part(&mut file, from, (to - from) as usize)?;
            changed |= window.len() as u64 != to - from;
            let own = ((start - from) as usize).min(window.len())..((end - from) as usize).min(window.len());
            self.desk.part(&|| Origin::File { path: label.to_vec() }, label, window, own, from, whole)
        };
        if changed {
            self.gathered.outcome.notices.push(Notice::skipped(label, CHANGED));
        }
        Ok(found)
    }
}

const CHANGED: &str = "changed while it was read";
