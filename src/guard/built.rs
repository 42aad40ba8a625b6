//! What is in a package that a packer built. Members are laid down under numbers: nothing in it gives a file its name.

use std::fs::File;
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};

use super::files::Shipped;
use super::packers::Answer;
use crate::source::archive::{self, Limits, Open, Reading};
use crate::types::input::Origin;
use crate::types::notice::Notice;

/// The members of the packages in a folder, those of archives inside them included; `into` is an empty folder for them.
///
/// # Errors
/// There is no package, or one can't be read.
pub(super) fn packages(folder: &Path, into: &Path, is_package: fn(&str) -> bool) -> Result<Answer, String> {
    let failed = |error: io::Error| format!("{}: {error}", folder.display());
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if is_package(&name) {
            found.push((name, entry.path()));
        }
    }
    if found.is_empty() {
        return Err("no package was built".to_owned());
    }
    found.sort();
    let mut laid = Laid { into, outer: Origin::Stdin, answer: Answer::default() };
    for (name, path) in found {
        let file = File::open(&path).map_err(failed)?;
        let size = file.metadata().map_err(failed)?.len();
        laid.outer = Origin::File { path: name.clone().into_bytes() };
        archive::open(file, size, name.as_bytes(), &Limits::default(), &mut laid);
    }
    Ok(laid.answer)
}

struct Laid<'l> {
    into: &'l Path,
    outer: Origin,
    answer: Answer,
}

impl Laid<'_> {
    fn origin(&self, names: &[Vec<u8>]) -> Origin {
        let within = |outer, path: &Vec<u8>| Origin::Member { outer: Box::new(outer), path: path.clone() };
        names.iter().fold(self.outer.clone(), within)
    }

    fn lay(&mut self, names: &[Vec<u8>], head: &[u8], rest: &mut dyn Read) -> io::Result<()> {
        let path: PathBuf = self.into.join(self.answer.files.len().to_string());
        let mut file = File::create_new(&path)?;
        file.write_all(head)?;
        io::copy(rest, &mut file)?;
        self.answer.files.push(Shipped { origin: self.origin(names), path });
        Ok(())
    }
}

impl Open for Laid<'_> {
    fn wants(&self, _names: &[Vec<u8>]) -> bool {
        true
    }

    fn whole(&mut self, names: &[Vec<u8>], content: &[u8]) -> Reading {
        if let Err(error) = self.lay(names, content, &mut io::empty()) {
            self.notice(names, error.to_string());
        }
        // What lies behind a binary is looked for when the file is scanned.
        Reading::Text
    }

    fn large(&mut self, names: &[Vec<u8>], head: Vec<u8>, rest: &mut dyn Read) -> io::Result<()> {
        self.lay(names, &head, rest)
    }

    fn excluded(&mut self) {}

    fn notice(&mut self, names: &[Vec<u8>], why: String) {
        self.answer.notices.push(Notice::skipped(self.origin(names).label(), why));
    }
}
