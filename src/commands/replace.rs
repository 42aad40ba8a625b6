//! A file is written beside its place and renamed into it: who reads it meets what was there before or what is there now, and
//! what was there before stays when anything fails.

use std::io::{self, Write as _};
use std::path::Path;

/// Who may read and write the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Those who might before; of a file that was not there, those who may with any new file.
    Kept,
    /// Those who may with any new file.
    New,
    /// Its owner.
    Private,
}

/// Puts a content into a file's place.
///
/// # Errors
/// It is a folder, or the folder it is in can't be written.
pub(super) fn replace(path: &Path, content: &[u8], mode: Mode) -> io::Result<()> {
    if path.is_dir() {
        return Err(io::Error::other("this is a folder"));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".nospill-");
    #[cfg(unix)]
    if mode != Mode::Private {
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder)?;
    if mode == Mode::Kept
        && let Ok(before) = std::fs::metadata(path)
    {
        file.as_file().set_permissions(before.permissions())?;
    }
    file.write_all(content)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}
