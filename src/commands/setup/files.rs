//! Which configuration files a run has, and where they are: on disk, or in a commit.

use std::path::{Path, PathBuf};

use crate::config::schema::FILE_NAME;
use crate::error::{CommandError, Kind};
use crate::policy::baseline::Bytes;
use crate::settings::Settings;
use crate::source::plumbing;
use crate::source::reader;

/// A configuration file's bytes and its name for messages.
pub type ConfigText = (Vec<u8>, String);

/// Finds a baseline in the place that a run is about, by its path from the top; `None` when there is none.
pub type Reader<'r> = dyn FnMut(&str) -> Result<Option<Bytes>, CommandError> + 'r;

/// The files of a run.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// The repository's, or the one named by hand.
    pub repository: Option<ConfigText>,
    /// Those of folders below: the folder with a `/` at its end, and the file.
    pub nested: Vec<(String, ConfigText)>,
    /// The folder that scanned paths start from, seen from the top, with a `/` at its end; mostly empty.
    pub start: String,
}

/// What is scanned, as far as configuration files on disk care.
#[derive(Clone, Copy, Debug)]
pub enum Place<'p> {
    /// Something without a path, as standard input: what holds for the current folder holds for it.
    Nowhere,
    /// What was committed, by paths from the top.
    Commits,
    /// Files, by paths from the current folder. These configurations of folders were met among them.
    Files(&'p [Vec<u8>]),
}

/// The configuration named by hand, or what `found` gives.
///
/// # Errors
/// The named file can't be read.
pub fn named_or(
    settings: &Settings,
    found: impl FnOnce() -> Result<Option<ConfigText>, CommandError>,
) -> Result<Option<ConfigText>, CommandError> {
    let Some(path) = &settings.config else { return found() };
    let text = reader::own(path).map_err(|error| {
        CommandError::new(Kind::Config, format!("{}: {error}", path.display())).hint("name a readable file with --config")
    })?;
    Ok(Some((text, path.display().to_string())))
}

impl Files {
    /// Those on disk: at the top, above the current folder, those of other folders that git tracks, and those met.
    ///
    /// # Errors
    /// One is there and can't be read.
    pub fn on_disk(settings: &Settings, top: &Top, place: Place<'_>) -> Result<Self, CommandError> {
        let start = if matches!(place, Place::Commits) { String::new() } else { top.start.clone() };
        let mut files = Self { start, ..Self::default() };
        if let Some(named) = named_or(settings, || Ok(None))? {
            files.repository = Some(named);
            return Ok(files);
        }
        files.repository = top.read(FILE_NAME)?.map(|text| (text, FILE_NAME.to_owned()));
        let mut folders: Vec<String> = top.start.match_indices('/').map(|(at, _)| top.start[..=at].to_owned()).collect();
        if let Place::Files(met) = place {
            folders.extend(met.iter().filter_map(|path| top.folder_of(path)));
        }
        if !matches!(place, Place::Nowhere) {
            folders.extend(top.tracked());
        }
        folders.sort();
        folders.dedup();
        for folder in folders {
            let name = format!("{folder}{FILE_NAME}");
            if let Some(text) = top.read(&name)? {
                let base = if matches!(place, Place::Nowhere) { String::new() } else { folder };
                files.nested.push((base, (text, name)));
            }
        }
        Ok(files)
    }

    /// The file that is nearest to the current folder.
    pub fn nearest(mut self) -> Option<ConfigText> {
        self.nested.pop().map(|(_, file)| file).or(self.repository)
    }

    /// The configurations of folders, of these met, that are not among the files.
    pub fn lacking(&self, top: &Top, met: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
        let lacks =
            |path: &Vec<u8>| top.folder_of(path).is_some_and(|folder| self.nested.iter().all(|(known, _)| *known != folder));
        met.into_iter().filter(lacks).collect()
    }
}

/// The folder in which paths from the top start, and the current folder seen from there.
#[derive(Debug)]
pub struct Top {
    /// The top of the work tree; else where the nearest `.nospill.toml` is, else the current folder.
    pub folder: PathBuf,
    /// With a `/` at its end, or empty.
    pub start: String,
}

impl Top {
    /// Of the current folder.
    ///
    /// # Errors
    /// There is no current folder.
    pub fn here() -> Result<Self, CommandError> {
        let here = std::env::current_dir().map_err(|error| CommandError::new(Kind::Io, format!("current folder: {error}")))?;
        let of = |name: &str| here.ancestors().find(|folder| folder.join(name).exists());
        let folder = of(".git").or_else(|| of(FILE_NAME)).unwrap_or(&here).to_owned();
        let below = here.strip_prefix(&folder).unwrap_or(Path::new("")).to_string_lossy().replace('\\', "/");
        let start = if below.is_empty() { below } else { format!("{below}/") };
        Ok(Self { folder, start })
    }

    /// A file below it.
    ///
    /// # Errors
    /// It is there and can't be read.
    pub fn read(&self, path: &str) -> Result<Option<Vec<u8>>, CommandError> {
        let path = self.folder.join(path);
        match reader::own(&path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => Ok(None),
            Err(error) => Err(CommandError::new(Kind::Config, format!("{}: {error}", path.display()))),
        }
    }

    /// The same as a baseline.
    ///
    /// # Errors
    /// It is there and can't be read, or is a link to nothing.
    pub fn baseline(&self, path: &str) -> Result<Option<Bytes>, CommandError> {
        let read = self.read(path)?;
        if read.is_none() && self.folder.join(path).is_symlink() {
            return Err(CommandError::new(Kind::Config, format!("{path}: a link to nothing")));
        }
        Ok(read.map(Bytes::from))
    }

    /// The folder of a configuration met below the current folder, seen from the top; `None` for the one at the top, and
    /// for what is elsewhere.
    fn folder_of(&self, path: &[u8]) -> Option<String> {
        let path = path.strip_prefix(b"./").unwrap_or(path);
        let folder = path.strip_suffix(FILE_NAME.as_bytes())?;
        let is_below =
            folder.is_empty() || folder.last() == Some(&b'/') && !folder.starts_with(b"/") && !folder.starts_with(b"..");
        let folder = format!("{}{}", self.start, String::from_utf8_lossy(folder));
        (is_below && !folder.is_empty()).then_some(folder)
    }

    /// Folders whose configurations git tracks, which its index tells at once; none where there is no work tree.
    fn tracked(&self) -> Vec<String> {
        if !self.folder.join(".git").exists() {
            return Vec::new();
        }
        let pattern = format!(":(top,glob)**/{FILE_NAME}");
        let listed = plumbing::listed(&["ls-files", "-z", "--cached", "--full-name", "--", &pattern]).unwrap_or_default();
        let folders = listed.split(|&b| b == 0).filter_map(|name| name.strip_suffix(FILE_NAME.as_bytes()));
        folders.filter(|folder| !folder.is_empty()).map(|folder| String::from_utf8_lossy(folder).into_owned()).collect()
    }
}
