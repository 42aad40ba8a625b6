//! The script that gets installed: `hooks/pre-commit`, filled in, and how it is known again.
//!
//! Its second line carries a version, what `uninstall` must know, and a checksum of the script. The checksum tells an edited
//! script from one that some version of nospill wrote, without keeping every version that ever was.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::HookKind;

const PRE_COMMIT: &str = include_str!("../../hooks/pre-commit");
const OTHER: &str = include_str!("../../hooks/other");
const MARKER: &[u8] = b"\n# nospill-hook: ";
const SEAL: &str = "@SEAL@";

/// What a hook file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// There is no such file.
    Absent,
    /// A script of nospill's, as written, or a link to one.
    Ours {
        /// How many directories were made to hold it, the hooks directory and upwards.
        dirs: u32,
    },
    /// A script of nospill's, changed since.
    Edited,
    /// Anything else that is a file or a link.
    Foreign,
    /// A directory, a device, a socket.
    NotAFile,
}

/// The script of a hook that falls back to `binary`, which must be absolute; `dirs` as in [`State::Ours`].
pub fn render(kind: HookKind, binary: &Path, dirs: u32) -> Vec<u8> {
    match kind {
        HookKind::PreCommit => fill(PRE_COMMIT, binary, dirs),
        other => fill(&OTHER.replace("@NAME@", other.as_str()), binary, dirs),
    }
}

/// A template with the program, the directories and the seal in their places.
pub(super) fn fill(template: &str, binary: &Path, dirs: u32) -> Vec<u8> {
    let (head, tail) = template.split_once("@BINARY@").unwrap_or((template, ""));
    let mut script = head.replacen("@DIRS@", &dirs.to_string(), 1).into_bytes();
    script.extend(quote(binary));
    script.extend(tail.as_bytes());
    let seal = seal(&script);
    replace_first(&script, SEAL.as_bytes(), seal.as_bytes())
}

/// Looks at a hook file.
///
/// # Errors
/// When it cannot be read.
pub fn state(path: &Path) -> io::Result<State> {
    let metadata = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if is_absence(&error) => return Ok(State::Absent),
        Err(error) => return Err(error),
    };
    if metadata.is_symlink() {
        return Ok(super::read(path).map_or(State::Foreign, |content| of_content(&content)));
    }
    if !metadata.is_file() {
        return Ok(State::NotAFile);
    }
    super::read(path).map(|content| of_content(&content))
}

fn of_content(content: &[u8]) -> State {
    match recorded_dirs(content) {
        Some(dirs) => State::Ours { dirs },
        None if has_marker(content) => State::Edited,
        None => State::Foreign,
    }
}

/// Writes `content` to a temporary file in `dir`, executable by whom the umask allows, at least the owner. Persisting it is
/// one rename, so that git never sees half a hook.
///
/// # Errors
/// When `dir` cannot be written.
pub fn stage(dir: &Path, content: &[u8]) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".nospill-hook-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
    let mut file = builder.tempfile_in(dir)?;
    file.write_all(content)?;
    make_executable(file.as_file())?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// Whether git would run this file: on Unix, whether its owner may execute it.
pub fn is_executable(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| has_owner_bit(&metadata))
}

#[cfg(unix)]
fn make_executable(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mut permissions = file.metadata()?.permissions();
    permissions.set_mode(permissions.mode() | 0o500);
    file.set_permissions(permissions)
}

#[cfg(not(unix))]
fn make_executable(_: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn has_owner_bit(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o100 != 0
}

#[cfg(not(unix))]
fn has_owner_bit(_: &fs::Metadata) -> bool {
    true
}

/// Whether the error says that there is no such file, as also below something that is not a directory.
pub(super) fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// The path as one word of sh.
pub fn quote(path: &Path) -> Vec<u8> {
    let mut word = vec![b'\''];
    for &byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'\'' => word.extend(b"'\\''"),
            b'\\' if cfg!(windows) => word.push(b'/'),
            _ => word.push(byte),
        }
    }
    word.push(b'\'');
    word
}

/// The program that a script falls back to, and the directories made for it; `None` for one that is not nospill's as written.
pub fn installed(content: &[u8]) -> Option<(PathBuf, u32)> {
    const HEAD: &[u8] = b"\ninstalled='";
    let dirs = recorded_dirs(content)?;
    let start = find(content, HEAD)? + HEAD.len();
    let mut path = Vec::new();
    let mut at = start;
    loop {
        match content.get(at..)? {
            [b'\'', b'\\', b'\'', b'\'', ..] => {
                path.push(b'\'');
                at += 4;
            }
            [b'\'', ..] => return Some((PathBuf::from(String::from_utf8(path).ok()?), dirs)),
            [byte, ..] => {
                path.push(*byte);
                at += 1;
            }
            [] => return None,
        }
    }
}

/// Of the script with the placeholder in the seal's place.
fn seal(script: &[u8]) -> String {
    format!("{:08x}", crc32fast::hash(script))
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

fn replace_first(text: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    match find(text, old) {
        Some(at) => [&text[..at], new, &text[at + old.len()..]].concat(),
        None => text.to_vec(),
    }
}

fn has_marker(content: &[u8]) -> bool {
    find(content, MARKER).is_some()
}

/// The `dirs` of the marker line when the seal fits the script.
fn recorded_dirs(content: &[u8]) -> Option<u32> {
    let start = find(content, MARKER)? + MARKER.len();
    let line = content[start..].split(|&byte| byte == b'\n').next()?;
    let fields = str::from_utf8(line).ok()?;
    let field = |name: &str| fields.split(' ').find_map(|field| field.strip_prefix(name)?.strip_prefix('='));
    let written = field("seal")?;
    let blank = replace_first(content, format!("seal={written}").as_bytes(), format!("seal={SEAL}").as_bytes());
    (seal(&blank) == written).then(|| field("dirs")?.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(binary: &str) -> Vec<u8> {
        render(HookKind::PreCommit, Path::new(binary), 0)
    }

    #[test]
    fn nothing_is_left_to_fill_in() {
        let text = String::from_utf8(script("/opt/nospill")).expect("UTF-8");
        assert!(["@BINARY@", "@DIRS@", "@SEAL@"].iter().all(|place| !text.contains(place)), "{text}");
        assert!(text.contains("\ninstalled='/opt/nospill'\n"), "{text}");
        for path in ["/opt/nospill", "/it's/\"x\"", "/a b"] {
            assert_eq!(installed(&script(path)), Some((PathBuf::from(path), 0)));
        }
        assert!(text.starts_with("#!/bin/sh\n# nospill-hook: pre-commit v1 dirs=0 seal="), "{text}");
    }

    #[test]
    fn the_way_around_the_gate_is_not_advertised() {
        assert!(!PRE_COMMIT.contains("no-verify"));
    }

    #[test]
    fn paths_become_one_word() {
        for (path, want) in [
            ("/a/b", "'/a/b'"),
            ("/a b/$c`d`", "'/a b/$c`d`'"),
            ("/it's/\"x\"", r#"'/it'\''s/"x"'"#),
            ("/line\nbreak", "'/line\nbreak'"),
        ] {
            assert_eq!(String::from_utf8_lossy(&quote(Path::new(path))), want);
        }
    }

    #[test]
    fn states_of_a_hook_file() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("pre-commit");
        let ours = script("/opt/@SEAL@/seal=0 dirs=7/nospill");
        let mut edited = ours.clone();
        edited.extend(b"echo more\n");
        let other = replace_first(&ours, b"dirs=0", b"dirs=1");
        let dirs = render(HookKind::PreCommit, Path::new("/n"), 3);
        for (content, want) in [
            (&ours[..], State::Ours { dirs: 0 }),
            (&dirs, State::Ours { dirs: 3 }),
            (&edited, State::Edited),
            (&other, State::Edited),
            (b"#!/bin/sh\n# nospill-hook: pre-commit v9\n", State::Edited),
            (b"#!/bin/sh\n# nospill-hook: \xff seal=\n", State::Edited),
            (b"#!/bin/sh\nnospill staged\n", State::Foreign),
            (b"", State::Foreign),
        ] {
            fs::write(&path, content).expect("a file");
            assert_eq!(state(&path).expect("a state"), want, "{}", String::from_utf8_lossy(content));
        }
        assert_eq!(state(&dir.path().join("none")).expect("a state"), State::Absent);
        assert_eq!(state(&path.join("none")).expect("a state"), State::Absent);
        assert_eq!(state(dir.path()).expect("a state"), State::NotAFile);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_what_it_leads_to() {
        let dir = tempfile::tempdir().expect("a directory");
        let (file, link) = (dir.path().join("file"), dir.path().join("link"));
        std::os::unix::fs::symlink("file", &link).expect("a link");
        assert_eq!(state(&link).expect("a state"), State::Foreign, "dangling");
        fs::write(&file, "#!/bin/sh\n").expect("a file");
        assert_eq!(state(&link).expect("a state"), State::Foreign);
        fs::write(&file, script("/n")).expect("a file");
        assert_eq!(state(&link).expect("a state"), State::Ours { dirs: 0 });
    }
}
