//! A diff as a source: what it adds to each file, at that file's lines. Unified and combined diffs are read, of `git diff`,
//! `git log -p`, `git format-patch` and `diff -u`, with colours and without. What is no part of a change (messages) is a text of its
//! own, at its place in the input. A line of a hunk that is of no known form counts as added.

mod header;
mod read;

use std::borrow::Cow;

pub use self::read::Diff;

/// Whether an input is told to be a diff by how it starts, as git and `diff -u` write it.
pub fn is_one(head: &[u8]) -> bool {
    let head = without_colours(&head[..head.len().min(1 << 16)]);
    let mut lines = head.split(|&b| b == b'\n').skip_while(|line| line.trim_ascii().is_empty());
    let (Some(first), second) = (lines.next(), lines.next().unwrap_or_default()) else { return false };
    let is_hex = |word: &[u8]| word.len() >= 7 && word.iter().all(u8::is_ascii_hexdigit);
    let is_commit = |rest: &[u8]| rest.split(|b| !b.is_ascii_alphanumeric()).next().is_some_and(is_hex);
    let starts = |start: &[u8]| first.starts_with(start);
    if starts(b"diff --git ") || starts(b"diff --cc ") || starts(b"diff --combined ") {
        return true;
    }
    let is_log = first.strip_prefix(b"commit ").is_some_and(is_commit) && second.contains(&b':')
        || first.strip_prefix(b"From ").is_some_and(is_commit) && second.starts_with(b"From: ");
    is_log || (starts(b"--- ") && second.starts_with(b"+++ ") && lines.next().is_some_and(|line| line.starts_with(b"@@ -")))
}

/// A text without the sequences that colour it.
fn without_colours(text: &[u8]) -> Cow<'_, [u8]> {
    const ESCAPE: &[u8] = b"\x1b[";
    if memchr::memmem::find(text, ESCAPE).is_none() {
        return Cow::Borrowed(text);
    }
    let (mut plain, mut rest) = (Vec::with_capacity(text.len()), text);
    while let Some(at) = memchr::memmem::find(rest, ESCAPE) {
        let sequence = &rest[at + ESCAPE.len()..];
        let len = sequence.iter().take_while(|b| b.is_ascii_digit() || **b == b';').count();
        let is_colour = matches!(sequence.get(len), Some(b'm' | b'K'));
        plain.extend_from_slice(&rest[..if is_colour { at } else { at + ESCAPE.len() }]);
        rest = &sequence[if is_colour { len + 1 } else { 0 }..];
    }
    plain.extend_from_slice(rest);
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn diffs_are_told_by_how_they_start() {
        let id = "0123456789abcdef0123456789abcdef01234567";
        for text in [
            "diff --git a/x b/x\n",
            "\n\u{1b}[1mdiff --git a/x b/x\u{1b}[m\n",
            "diff --cc x\n",
            "--- x\n+++ y\n@@ -1 +1 @@\n",
            &format!("commit {id} (HEAD -> main)\nAuthor: A <a@b>\n"),
            &format!("\u{1b}[33mcommit {id}\u{1b}[m\nMerge: 1 2\n"),
            &format!("From {id} Mon Sep 17 00:00:00 2001\nFrom: A <a@b>\n"),
        ] {
            assert!(is_one(text.as_bytes()), "{text}");
        }
        for text in
            ["", "x\ndiff --git a/x b/x\n", "--- \nname: x\n", "commit to it\nAuthor: x\n", "From here\nFrom: x\n", "-x\n+y\n"]
        {
            assert!(!is_one(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn only_colours_go() {
        assert_eq!(&*without_colours(b"\x1b[1;31m-a\x1b[m\x1b[Kb\x1b[2Jc\x1b["), b"-ab\x1b[2Jc\x1b[");
    }
}
