//! Whether git may change a file's bytes on their way from the work tree to a blob.
//!
//! libgit2 answers that per path, but loads the whole index to do so (50 ms on 78,635 entries). Here the attribute files
//! that could speak of a path are read, and any line that sets a conversion counts, whatever its pattern: the answer
//! errs on the side of reading the object.

use std::path::{Path, PathBuf};

use crate::source::reader;

/// What may happen to the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Conversion {
    /// Nothing: file and blob are the same bytes.
    Nothing,
    /// Line ends: the same bytes where the file has no carriage return.
    LineEnds,
    /// Anything.
    Anything,
}

/// Where git looks for attributes beside the work tree.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// The top of the work tree.
    pub(super) work_tree: PathBuf,
    /// `info/attributes`, the user's and the system's files.
    pub(super) files: Vec<PathBuf>,
    /// Whether `core.autocrlf` is set to convert.
    pub(super) autocrlf: bool,
}

impl Places {
    /// What may happen to the file at `path`, relative to the work tree.
    pub(super) fn conversion(&self, path: &Path) -> Conversion {
        let folders = path.ancestors().skip(1).map(|folder| self.work_tree.join(folder).join(".gitattributes"));
        let most = folders.chain(self.files.iter().cloned()).map(|file| in_file(&file)).max();
        let least = if self.autocrlf { Conversion::LineEnds } else { Conversion::Nothing };
        most.unwrap_or(least).max(least)
    }
}

/// The strongest conversion that any line of an attribute file sets.
fn in_file(path: &Path) -> Conversion {
    match reader::own(path) {
        Ok(text) => text.split(|&b| b == b'\n').map(in_line).max().unwrap_or(Conversion::Nothing),
        Err(error) if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => {
            Conversion::Nothing
        }
        Err(_) => Conversion::Anything,
    }
}

fn in_line(line: &[u8]) -> Conversion {
    let line = line.trim_ascii_start();
    if line.starts_with(b"#") {
        return Conversion::Nothing;
    }
    // The pattern may hold blanks in quotes; its words can only make the answer more careful.
    let words = line.split(u8::is_ascii_whitespace).skip(1);
    words.map(in_word).max().unwrap_or(Conversion::Nothing)
}

fn in_word(word: &[u8]) -> Conversion {
    let name = word.split(|&b| b == b'=').next().unwrap_or(word);
    match name {
        b"text" | b"eol" | b"crlf" => Conversion::LineEnds,
        b"filter" | b"ident" | b"working-tree-encoding" => Conversion::Anything,
        // Macros: `binary` unsets text; any other may stand for a conversion, but must be defined in one of these files,
        // where its definition counts.
        _ => Conversion::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        for (line, want) in [
            ("*.c diff=cpp", Conversion::Nothing),
            ("# *.c filter=x", Conversion::Nothing),
            ("* text=auto", Conversion::LineEnds),
            ("*.bat eol=crlf -diff", Conversion::LineEnds),
            ("*.psd filter=lfs diff=lfs -text", Conversion::Anything),
            ("[attr]mine ident", Conversion::Anything),
            ("*.png -text", Conversion::Nothing),
            ("", Conversion::Nothing),
        ] {
            assert_eq!(in_line(line.as_bytes()), want, "{line}");
        }
    }

    #[test]
    fn every_folder_above_the_path_counts() {
        let top = tempfile::tempdir().expect("a folder");
        let at = |text: &str| top.path().join(text);
        std::fs::create_dir_all(at("a/b")).expect("folders");
        let places = Places { work_tree: top.path().to_path_buf(), ..Places::default() };
        let path = Path::new("a/b/c.txt");
        assert_eq!(places.conversion(path), Conversion::Nothing);
        std::fs::write(at("a/.gitattributes"), "*.txt text\n").expect("a file");
        assert_eq!(places.conversion(path), Conversion::LineEnds);
        std::fs::write(at(".gitattributes"), "*.txt filter=x\n").expect("a file");
        assert_eq!(places.conversion(path), Conversion::Anything);
    }
}
