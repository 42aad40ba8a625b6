//! Alternates: other `objects` folders that a store borrows from (gitrepository-layout, `objects/info/alternates`).

use std::collections::{HashSet, VecDeque};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Problem;
use crate::source::quoted::unquote;
use crate::source::reader;

/// Alternates of alternates are followed this deep, as git does.
const DEEPEST: usize = 5;
/// A list of alternates over this size is no list of alternates.
const LARGEST: u64 = 1 << 20;

/// `objects`, `extra` and all their alternates, each once, nearest first.
pub fn folders(objects: &Path, extra: &[PathBuf], problems: &mut Vec<Problem>) -> Vec<PathBuf> {
    let mut queue: VecDeque<(PathBuf, usize)> = [(objects.to_owned(), 0)].into();
    queue.extend(extra.iter().map(|folder| (folder.clone(), 0)));
    let (mut found, mut seen) = (Vec::new(), HashSet::new());
    while let Some((folder, depth)) = queue.pop_front() {
        let real = match fs::canonicalize(&folder) {
            Ok(real) if real.is_dir() => real,
            Ok(_) => {
                problems.push(Problem { path: folder, why: "not a folder".to_owned() });
                continue;
            }
            Err(e) => {
                problems.push(Problem { path: folder, why: e.to_string() });
                continue;
            }
        };
        if !seen.insert(real.clone()) {
            continue;
        }
        match listed(&folder) {
            Ok(more) if depth < DEEPEST => queue.extend(more.into_iter().map(|path| (real.join(path), depth + 1))),
            Ok(more) if more.is_empty() => {}
            Ok(_) => problems.push(Problem { path: list(&folder), why: "alternates are nested too deep".to_owned() }),
            Err(e) => problems.push(Problem { path: list(&folder), why: e.to_string() }),
        }
        found.push(folder);
    }
    found
}

/// The folders that the variable `GIT_ALTERNATE_OBJECT_DIRECTORIES` names: separated by `:` (on Windows by `;`), quoted
/// with `"` where they hold one.
pub fn from_env(value: &[u8]) -> Vec<PathBuf> {
    split(value, if cfg!(windows) { b';' } else { b':' })
}

fn list(objects: &Path) -> PathBuf {
    objects.join("info").join("alternates")
}

fn listed(objects: &Path) -> io::Result<Vec<PathBuf>> {
    let path = list(objects);
    match fs::metadata(&path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(e),
        Ok(meta) if meta.len() > LARGEST || !meta.is_file() => return Err(io::ErrorKind::InvalidData.into()),
        Ok(_) => {}
    }
    Ok(split(&reader::own(&path)?, b'\n'))
}

/// Paths between separators; empty ones and, as git has it in both places, those after a `#` are none.
fn split(text: &[u8], separator: u8) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let quoted = if rest[0] == b'"' { unquote(&rest[1..]) } else { None };
        let end = |text: &[u8]| memchr::memchr(separator, text).unwrap_or(text.len());
        let (path, tail) = match quoted {
            Some((path, tail)) => (path, &tail[end(tail)..]),
            None => (rest[..end(rest)].to_vec(), &rest[end(rest)..]),
        };
        if !path.is_empty() && rest[0] != b'#' {
            paths.push(to_path(path));
        }
        rest = tail.get(1..).unwrap_or_default();
    }
    paths
}

#[cfg(unix)]
fn to_path(bytes: Vec<u8>) -> PathBuf {
    use std::os::unix::ffi::OsStringExt as _;
    std::ffi::OsString::from_vec(bytes).into()
}

#[cfg(not(unix))]
fn to_path(bytes: Vec<u8>) -> PathBuf {
    String::from_utf8_lossy(&bytes).into_owned().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_as_git_reads_them() {
        let table: [(&str, &[&str]); 6] = [
            ("", &[]),
            ("/a\n# b\n\n../c\n", &["/a", "../c"]),
            ("\"/a\\tb\"\n/c", &["/a\tb", "/c"]),
            ("\"/\\303\\251\"", &["/é"]),
            ("\"open", &["\"open"]),
            ("\"bad\\x\"\n/d", &["\"bad\\x\"", "/d"]),
        ];
        for (text, paths) in table {
            assert_eq!(split(text.as_bytes(), b'\n'), paths.iter().map(PathBuf::from).collect::<Vec<_>>(), "{text}");
        }
        assert_eq!(split(b"/a:\"/b:c\":/d", b':'), ["/a", "/b:c", "/d"].map(PathBuf::from));
    }

    #[test]
    fn loops_end_and_depth_is_bounded() {
        let dir = tempfile::tempdir().expect("a folder");
        for at in 0..9 {
            let info = dir.path().join(at.to_string()).join("info");
            fs::create_dir_all(&info).expect("a folder");
            fs::write(info.join("alternates"), format!("../{}\n../0\n../{at}\n", at + 1)).expect("a file");
        }
        let mut problems = Vec::new();
        let found = folders(&dir.path().join("0"), &[], &mut problems);
        assert_eq!((found.len(), problems.len()), (6, 1));
        problems.clear();
        let found = folders(&dir.path().join("8"), &[], &mut problems);
        assert_eq!((found.len(), problems.len()), (6, 2), "{problems:?}");
    }
}
