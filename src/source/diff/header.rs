//! What stands above the hunks of a file.

use std::borrow::Cow;

use crate::source::quoted::unquote;

/// Letters that git puts before the paths of both sides.
const SIDES: &[u8] = b"abiwco12";

/// The head of one file.
#[derive(Debug, Default)]
pub(super) struct Header {
    git: Vec<u8>,
    old: Option<Vec<u8>>,
    new: Option<Vec<u8>>,
    /// Where a rename or a copy leads.
    to: Option<Vec<u8>>,
    /// Of a combined diff, which has no letters.
    is_combined: bool,
    /// Whether the file comes into being.
    pub(super) is_new: bool,
}

impl Header {
    /// For a line that starts a file's part of a diff.
    pub(super) fn starting(line: &[u8]) -> Option<Self> {
        let git = line.strip_prefix(b"diff --git ".as_slice());
        let combined = line.strip_prefix(b"diff --cc ".as_slice()).or(line.strip_prefix(b"diff --combined ".as_slice()));
        let name = git.or(combined)?.to_vec();
        Some(Self { git: name, is_combined: combined.is_some(), ..Self::default() })
    }

    /// For a diff without a line of git's.
    pub(super) fn plain(old: &[u8]) -> Self {
        let mut header = Self::default();
        header.take(old);
        header
    }

    /// Takes a line of the head; `false` for what is none.
    pub(super) fn take(&mut self, line: &[u8]) -> bool {
        const OTHERS: [&[u8]; 11] = [
            b"index ",
            b"mode ",
            b"old mode ",
            b"new mode ",
            b"deleted file mode ",
            b"similarity index ",
            b"dissimilarity index ",
            b"rename from ",
            b"copy from ",
            b"Binary files ",
            b"Only in ",
        ];
        let after = |start: &[u8]| line.strip_prefix(start);
        if let Some(path) = after(b"--- ").filter(|_| self.old.is_none()) {
            self.is_new |= named(path) == b"/dev/null".as_slice();
            self.old = Some(named(path).into_owned());
        } else if let Some(path) = after(b"+++ ").filter(|_| self.new.is_none()) {
            self.new = Some(named(path).into_owned());
        } else if let Some(path) = after(b"rename to ").or(after(b"copy to ")) {
            (self.to, self.is_new) = (Some(named(path).into_owned()), true);
        } else if after(b"new file mode ").is_some() {
            self.is_new = true;
        } else {
            return OTHERS.iter().any(|start| line.starts_with(start));
        }
        true
    }

    /// The path of the new side; empty where none is told.
    pub(super) fn path(&self) -> Vec<u8> {
        if let Some(to) = &self.to {
            return to.clone();
        }
        if let Some(new) = self.new.as_ref().filter(|new| *new != b"/dev/null") {
            return self.stripped(new).to_vec();
        }
        if self.is_combined {
            return named(&self.git).into_owned();
        }
        // Both sides are called alike.
        let half = self.git.len() / 2;
        let second = named(self.git.get(half + 1..).unwrap_or_default()).into_owned();
        let is_lettered = second.get(1) == Some(&b'/') && SIDES.contains(&second[0]) && !self.git.starts_with(&second[..2]);
        if is_lettered { second[2..].to_vec() } else { second }
    }

    /// A path without the letter of its side.
    fn stripped<'p>(&self, new: &'p [u8]) -> &'p [u8] {
        let letter = |path: &[u8]| Some(path[0]).filter(|letter| path.get(1) == Some(&b'/') && SIDES.contains(letter));
        let own = new.first().and_then(|_| letter(new));
        let old = match self.old.as_deref() {
            Some(b"/dev/null") | None => named(&self.git).first().copied(),
            Some(old) => old.first().and_then(|_| letter(old)),
        };
        match (own, old) {
            (Some(own), Some(old)) if own != old => &new[2..],
            _ => new,
        }
    }
}

/// A path as a head writes it: quoted as C does, or up to a tab.
fn named(text: &[u8]) -> Cow<'_, [u8]> {
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    match text.strip_prefix(b"\"").and_then(unquote) {
        Some((path, _)) => Cow::Owned(path),
        None => Cow::Borrowed(&text[..memchr::memchr(b'\t', text).unwrap_or(text.len())]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_the_new_side() {
        let cases: &[(&[&str], &str)] = &[
            (&["diff --git a/x/y b/x/y", "index 1..2", "--- a/x/y", "+++ b/x/y"], "x/y"),
            (&["diff --git i/x w/x", "--- i/x", "+++ w/x"], "x"),
            (&["diff --git b/x b/x", "--- b/x", "+++ b/x"], "b/x"),
            (&["diff --git b/x b/x", "new file mode 100644", "--- /dev/null", "+++ b/x"], "b/x"),
            (&["diff --git a/x b/x", "new file mode 100644", "--- /dev/null", "+++ b/x"], "x"),
            (&["diff --git a/x b/y", "similarity index 90%", "rename from x", "rename to y"], "y"),
            (&["diff --git a/a b b/a b", "--- a/a b\t", "+++ b/a b\t"], "a b"),
            (&[r#"diff --git "a/\303\251\"" "b/\303\251\"""#, r#"--- "a/\303\251\"""#, r#"+++ "b/\303\251\"""#], "\u{e9}\""),
            (&["diff --cc x/y", "index 1,2..3", "--- a/x/y", "+++ b/x/y"], "x/y"),
            (&["diff --git a/empty b/empty", "new file mode 100644"], "empty"),
        ];
        for (lines, path) in cases {
            let mut header = Header::starting(lines[0].as_bytes()).expect("a start");
            assert!(lines[1..].iter().all(|line| header.take(line.as_bytes())), "{lines:?}");
            assert_eq!(String::from_utf8_lossy(&header.path()), *path, "{lines:?}");
        }
        let mut plain = Header::plain(b"--- old/x\t2026-01-01");
        assert!(plain.take(b"+++ new/x\t2026-01-02"));
        assert_eq!(plain.path(), b"new/x");
        assert!(!plain.take(b"password") && Header::starting(b"different").is_none());
    }
}
