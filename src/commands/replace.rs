//! A file is written beside its place and renamed into it: who reads it meets what was there before or what is there now, and
//! what was there before stays when anything fails.
//!
//! A link stays one: what it leads to is replaced. What is no plain file (a device, a pipe, an open descriptor) is written to,
//! and so is a file that can't be replaced, as one that is a mount of its own or stands in a folder that may not be written.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Who may read and write the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Those who might before; of a file that was not there, those who may with any new file.
    Kept,
    /// Its owner.
    Private,
}

/// Links that are followed before they count as a circle.
const MOST_LINKS: usize = 40;

/// What is written to.
#[derive(Debug, PartialEq, Eq)]
enum Place {
    /// A file that is there or is to be, links followed.
    File(PathBuf),
    /// What is there and no plain file, or open already.
    Open,
}

/// Puts a content into a file's place.
///
/// # Errors
/// It is a folder, links lead in a circle, or neither the file nor its folder can be written.
pub(super) fn replace(path: &Path, content: &[u8], mode: Mode) -> io::Result<()> {
    replace_with(path, mode, &|out| out.write_all(content))
}

/// What writes a content; it may be asked more than once.
pub(super) type Written<'w> = &'w dyn Fn(&mut dyn Write) -> io::Result<()>;

/// The same with a content that is made while it is written, in pieces of any size.
///
/// # Errors
/// Those of [`replace`], and of what writes.
pub(super) fn replace_with(path: &Path, mode: Mode, content: Written<'_>) -> io::Result<()> {
    if path.is_dir() {
        return Err(io::Error::other("this is a folder"));
    }
    match place(path)? {
        Place::Open => buffered(&OpenOptions::new().append(true).open(path)?, content),
        Place::File(target) => match beside(&target, content, mode) {
            Err(error) if target.is_file() && can_be_in_place(&error) => in_place(&target, content, mode).map_err(|_| error),
            done => done,
        },
    }
}

/// Makes the folder that a file will stand in, where it is missing.
///
/// # Errors
/// It can't be made.
pub(super) fn make_folder(path: &Path) -> io::Result<()> {
    match place(path)? {
        Place::File(target) => fs::create_dir_all(folder(&target)),
        Place::Open => Ok(()),
    }
}

fn place(path: &Path) -> io::Result<Place> {
    if fs::metadata(path).is_ok_and(|meta| !meta.is_file() && !meta.is_dir()) {
        return Ok(Place::Open);
    }
    let mut target = path.to_path_buf();
    for _ in 0..MOST_LINKS {
        if !fs::symlink_metadata(&target).is_ok_and(|meta| meta.is_symlink()) {
            return Ok(Place::File(target));
        }
        if is_descriptor(&target) {
            return Ok(Place::Open);
        }
        target = folder(&target).join(fs::read_link(&target)?);
    }
    Err(io::Error::other("links lead in a circle"))
}

/// Whether a link is one of those by which Linux shows the open files of a process: who opened the file goes on to write to it.
fn is_descriptor(link: &Path) -> bool {
    let folder = folder(link).canonicalize().unwrap_or_default();
    folder.starts_with("/proc") && folder.file_name() == Some(OsStr::new("fd"))
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn buffered(file: &File, content: Written<'_>) -> io::Result<()> {
    let mut out = BufWriter::new(file);
    content(&mut out)?;
    out.flush()
}

/// Writes a new file and renames it.
fn beside(path: &Path, content: Written<'_>, mode: Mode) -> io::Result<()> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".nospill-");
    #[cfg(unix)]
    if mode != Mode::Private {
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    }
    let file = builder.tempfile_in(folder(path))?;
    if let Ok(before) = fs::metadata(path) {
        keep_owner(file.as_file(), &before);
        if mode == Mode::Kept {
            file.as_file().set_permissions(before.permissions())?;
        }
    }
    buffered(file.as_file(), content)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Leaves the file to whom it belonged. Who may not do so owns what they write.
#[cfg(unix)]
fn keep_owner(file: &File, before: &fs::Metadata) {
    use std::os::unix::fs::MetadataExt as _;
    let is_other = file.metadata().is_ok_and(|now| (now.uid(), now.gid()) != (before.uid(), before.gid()));
    if is_other {
        let _ = std::os::unix::fs::fchown(file, Some(before.uid()), Some(before.gid()));
    }
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &fs::Metadata) {}

/// Whether the folder, not the file, is what stands in the way.
fn can_be_in_place(error: &io::Error) -> bool {
    use io::ErrorKind::{CrossesDevices, PermissionDenied, ReadOnlyFilesystem, ResourceBusy};
    matches!(error.kind(), CrossesDevices | PermissionDenied | ReadOnlyFilesystem | ResourceBusy)
}

fn in_place(path: &Path, content: Written<'_>, mode: Mode) -> io::Result<()> {
    let file = OpenOptions::new().write(true).open(path)?;
    #[cfg(unix)]
    if mode == Mode::Private {
        file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    }
    #[cfg(not(unix))]
    let _ = mode;
    file.set_len(0)?;
    buffered(&file, content)?;
    file.sync_all()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_link_stays_and_leads_to_the_new_content() {
        let dir = tempfile::tempdir().expect("a folder");
        let (file, link, far) = (dir.path().join("real/f"), dir.path().join("link"), dir.path().join("far"));
        std::os::unix::fs::symlink("real/f", &link).expect("a link");
        std::os::unix::fs::symlink("link", &far).expect("a link");
        assert!(replace(&far, b"1", Mode::Kept).is_err(), "no folder");
        make_folder(&far).expect("a folder");
        for content in [b"1", b"2"] {
            replace(&far, content, Mode::Kept).expect("a file");
            assert_eq!(fs::read(&file).expect("a file"), content);
            assert!(link.is_symlink() && far.is_symlink());
        }
        let circle = dir.path().join("circle");
        std::os::unix::fs::symlink("circle", &circle).expect("a link");
        assert!(replace(&circle, b"1", Mode::Kept).is_err() && circle.is_symlink());
    }
}
