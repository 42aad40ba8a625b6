//! What was clean in former runs, so that a nightly job reads only what is new.
//!
//! A file of object names, sorted, and nothing else of the repository: a magic, the key of the rules and of the tool that
//! found them clean, the length of a name, the names, and the SHA-256 of all before. Another key or a wrong sum: nothing
//! is known to be clean.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::source::pack::ObjectFormat;
use crate::source::reader;

const MAGIC: &[u8; 16] = b"nospill clean 1\n";

/// A hash of the rules and of the tool.
pub type Key = [u8; 32];

/// Names of clean objects.
#[derive(Debug)]
pub struct Clean {
    path: PathBuf,
    key: Key,
    format: ObjectFormat,
    /// Side by side, sorted.
    names: Vec<u8>,
    /// Why what a former run left was not used.
    pub refused: Option<&'static str>,
}

impl Clean {
    /// What a folder remembers for a key.
    ///
    /// # Errors
    /// The folder can't be made or read.
    pub fn open(folder: &Path, key: Key, format: ObjectFormat) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let word = match format {
            ObjectFormat::Sha1 => "sha1",
            ObjectFormat::Sha256 => "sha256",
        };
        let path = folder.join(format!("history-{word}.clean"));
        let (names, refused) = match reader::own(&path) {
            Ok(content) => match read(&content, &key, format) {
                Ok(names) => (names.to_vec(), None),
                Err(why) => (Vec::new(), Some(why)),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => (Vec::new(), None),
            Err(error) => return Err(error),
        };
        Ok(Self { path, key, format, names, refused })
    }

    /// Whether an object was clean.
    pub fn contains(&self, name: &[u8]) -> bool {
        let len = self.format.name_len();
        let (mut low, mut high) = (0, self.names.len() / len);
        while low < high {
            let middle = low.midpoint(high);
            match self.names[middle * len..(middle + 1) * len].cmp(name) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return true,
            }
        }
        false
    }

    /// Remembers these objects instead: written beside and renamed, so that a run that ends early, or another one at the
    /// same time, leaves a whole file.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn write<'n>(&self, clean: impl Iterator<Item = &'n [u8]>) -> io::Result<()> {
        let mut names: Vec<&[u8]> = clean.collect();
        names.sort_unstable();
        names.dedup();
        let mut content = [&MAGIC[..], &self.key, &[self.format.name_len() as u8]].concat();
        names.iter().for_each(|name| content.extend_from_slice(name));
        let sum = Sha256::digest(&content);
        content.extend_from_slice(&sum);
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(&content)?;
        file.as_file().sync_all()?;
        file.persist(&self.path).map_err(|error| error.error)?;
        Ok(())
    }
}

/// The names in a file's content.
fn read<'c>(content: &'c [u8], key: &Key, format: ObjectFormat) -> Result<&'c [u8], &'static str> {
    const DAMAGED: &str = "it is damaged";
    let (body, sum) = content.split_at_checked(content.len().saturating_sub(32)).ok_or(DAMAGED)?;
    let rest = body.strip_prefix(MAGIC).ok_or(DAMAGED)?;
    if Sha256::digest(body)[..] != *sum {
        return Err(DAMAGED);
    }
    let rest = rest.strip_prefix(key).ok_or("it is of other rules, or of another version")?;
    let names = rest.strip_prefix(&[format.name_len() as u8]).ok_or(DAMAGED)?;
    if names.len().is_multiple_of(format.name_len()) { Ok(names) } else { Err(DAMAGED) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damage_and_other_rules_make_it_forget() {
        let folder = tempfile::tempdir().expect("a folder");
        let names: Vec<Vec<u8>> = (0..50u8).map(|n| vec![n.wrapping_mul(37); 20]).collect();
        let open = |key: u8| Clean::open(folder.path(), [key; 32], ObjectFormat::Sha1).expect("a cache");
        open(1).write(names.iter().map(Vec::as_slice)).expect("a file");
        let clean = open(1);
        assert!(names.iter().all(|name| clean.contains(name)) && !clean.contains(&[36; 20]) && clean.refused.is_none());
        assert!(!open(2).contains(&names[0]) && open(2).refused.is_some());
        let path = folder.path().join("history-sha1.clean");
        let whole = reader::own(&path).expect("a file");
        for at in [0, 20, 60, whole.len() - 1] {
            let mut broken = whole.clone();
            broken[at] ^= 1;
            fs::write(&path, broken).expect("a file");
            assert!(!open(1).contains(&names[0]) && open(1).refused.is_some(), "{at}");
        }
        for len in [0, 10, 48, whole.len() - 20] {
            fs::write(&path, &whole[..len]).expect("a file");
            assert!(!open(1).contains(&names[0]), "{len}");
        }
    }
}
