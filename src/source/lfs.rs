//! Content that is kept in Git LFS: what stands in git is a pointer to it. Pointers are told by their form, whatever attributes
//! say; the content is taken from where git-lfs keeps it on this machine, or from the work tree, and is held to the pointer's hash.
//! Nothing is fetched.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::{plumbing, reader, to_path};

/// The longest pointer, in bytes; git-lfs reads no longer ones.
const LONGEST: usize = 1024;
/// First lines of pointers: git-lfs and what it was called before.
const VERSIONS: [&[u8]; 3] = [
    b"version https://git-lfs.github.com/spec/v1",
    b"version https://hawser.github.com/spec/v1",
    b"version http://git-media.io/v/2",
];

/// A pointer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pointer {
    /// 64 hex digits, lower case: the SHA-256 of the content.
    pub hash: String,
    /// Bytes of the content.
    pub size: u64,
}

/// Reads a pointer.
pub fn pointer(content: &[u8]) -> Option<Pointer> {
    if content.len() > LONGEST || !content.starts_with(b"version ") {
        return None;
    }
    let mut lines = content.split(|&b| b == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let version = lines.next()?;
    VERSIONS.contains(&version).then_some(())?;
    let (mut hash, mut size) = (None, None);
    for line in lines {
        let Some((key, value)) = std::str::from_utf8(line).ok().and_then(|line| line.split_once(' ')) else { continue };
        match key {
            "oid" => hash = hash.or(value.strip_prefix("sha256:").filter(|hash| is_hash(hash)).map(str::to_owned)),
            "size" => size = size.or(value.parse().ok()),
            _ => {}
        }
    }
    // An empty file has no pointer, so nothing is hidden by a size of none.
    Some(Pointer { hash: hash?, size: size? })
}

fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// Where git-lfs keeps contents, and the work tree.
#[derive(Debug)]
pub struct Kept {
    objects: Option<PathBuf>,
    work_tree: Option<PathBuf>,
}

impl Kept {
    /// Of the repository here.
    pub fn new(work_tree: Option<PathBuf>) -> Self {
        let common = plumbing::common_dir().ok();
        let storage = plumbing::config("lfs.storage").unwrap_or_else(|| "lfs".into());
        Self { objects: common.map(|common| common.join(storage).join("objects")), work_tree }
    }

    /// The content of a pointer that stands at a path of the work tree, if it is here and has at most `limit` bytes.
    pub fn content(&self, pointer: &Pointer, path: &[u8], limit: u64) -> Option<Vec<u8>> {
        let Pointer { hash, size } = pointer;
        let kept = self.objects.as_ref().map(|objects| objects.join(&hash[..2]).join(&hash[2..4]).join(hash));
        let beside = self.work_tree.as_ref().zip(to_path(path)).map(|(top, path)| top.join(path));
        let mut places = kept.into_iter().chain(beside).filter(|_| *size <= limit);
        places.find_map(|place| read(&place, *size).filter(|content| hex(content) == *hash))
    }
}

/// A plain file of exactly that size.
fn read(path: &Path, size: u64) -> Option<Vec<u8>> {
    let file = reader::open(path).ok()?;
    file.metadata().ok().filter(|metadata| metadata.is_file() && metadata.len() == size)?;
    let mut content = Vec::new();
    file.take(size + 1).read_to_end(&mut content).ok()?;
    Some(content)
}

fn hex(content: &[u8]) -> String {
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_are_told_by_their_form() {
        let hash = "0f".repeat(32);
        let of = |text: &str| pointer(text.as_bytes()).map(|pointer| (pointer.hash, pointer.size));
        let start = "version https://git-lfs.github.com/spec/v1\n";
        let whole = Some((hash.clone(), 12));
        assert_eq!(of(&format!("{start}oid sha256:{hash}\nsize 12\n")), whole);
        assert_eq!(of(&format!("{start}ext-0-x sha256:{hash}\noid sha256:{hash}\nsize 12")), whole);
        assert_eq!(of(&format!("{start}oid sha256:{hash}\nsize 12\n").replace('\n', "\r\n")), whole);
        for other in [
            format!("{start}oid sha256:{hash}\n"),
            format!("{start}oid sha256:{}\nsize 12\n", &hash[1..]),
            format!("{start}oid sha256:../../{}\nsize 12\n", &hash[6..]),
            format!("x{start}oid sha256:{hash}\nsize 12\n"),
            format!("version 2\noid sha256:{hash}\nsize 12\n"),
            format!("{start}oid sha256:{hash}\nsize 12\n{}", "x".repeat(1024)),
        ] {
            assert_eq!(of(&other), None, "{other}");
        }
    }
}
