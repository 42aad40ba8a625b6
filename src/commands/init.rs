//! `nospill init`: a configuration to start from.

use super::print;
use super::setup::Top;
use crate::config::schema::FILE_NAME;
use crate::error::{CommandError, Kind};
use crate::exit::Exit;

/// The file; every key is commented out, so that it changes nothing.
pub const START: &str = r#"# nospill: https://crates.io/crates/nospill. Unknown keys are errors; `nospill config check` finds useless ones.

[scan]
# Paths that are not scanned; a glob without `/` is matched against the file name.
# exclude = ["vendor/", "*.snap"]
# Largest content that is scanned, in MiB; what is larger is named, and the scan counts as incomplete.
# max_size = 256
# Whether archives that are staged are opened, too; those on disk are unless this is `false`.
# archives = true
# Whether a scan is incomplete ("require") where content is kept in Git LFS and is not here.
# lfs = "note"

[markers]
# Whether markers of other scanners count, as `gitleaks:allow`.
# foreign = true

[baseline]
# Whether a known secret is known wherever it moves.
# renames = false

# What findings do: deny, audit or off, by rule, family, severity, confidence, path or branch. The last that fits counts.
# [[policy]]
# effect = "audit"
# path = "tests/"
# confidence = ["low", "medium"]

# Findings that somebody answers for; `nospill allow` writes these.
# [[allow]]
# reason = "key of the test server"
# rule = "private-key-*"
# path = "tests/keys/*"
# owner = "ada@example.org"
# expires = "2027-01-31"

# Another worth of a rule, or none.
# [override.generic-password]
# enabled = false
"#;

/// Writes it to the top of the work tree.
///
/// # Errors
/// There is one, or it can't be written.
pub fn run() -> Result<Exit, CommandError> {
    let path = Top::here()?.folder.join(FILE_NAME);
    let mut options = std::fs::OpenOptions::new();
    let written = options.write(true).create_new(true).open(&path).and_then(|mut file| {
        use std::io::Write as _;
        file.write_all(START.as_bytes())
    });
    match written {
        Ok(()) => {
            print(&format!("wrote {}\n", path.display()))?;
            Ok(Exit::Clean)
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            Err(CommandError::new(Kind::User, format!("{} is there already", path.display()))
                .hint("`nospill config check` says what is wrong with it"))
        }
        Err(error) => Err(CommandError::new(Kind::Io, format!("{}: {error}", path.display()))),
    }
}
