//! What commits, tags and trees say. Nothing is copied.

use super::{Kind, ObjectFormat};
use crate::types::oid::Oid;

/// Who did something and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Person<'o> {
    /// As written, without the blank before the address.
    pub name: &'o [u8],
    /// What stands between `<` and `>`.
    pub email: &'o [u8],
    /// Seconds since 1970 UTC; 0 where it is no number.
    pub time: i64,
    /// Minutes east of UTC; 0 where it is no zone.
    pub zone: i32,
}

/// A commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Commit<'o> {
    /// Its top folder.
    pub tree: Oid,
    /// Who wrote the change.
    pub author: Person<'o>,
    /// Who committed it.
    pub committer: Person<'o>,
    /// The message's encoding, where it isn't UTF-8.
    pub encoding: Option<&'o [u8]>,
    /// The message.
    pub message: &'o [u8],
    /// Where in the object the message starts; it goes to the end.
    pub message_start: usize,
    parents: &'o [u8],
}

/// An annotated tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag<'o> {
    /// What is tagged.
    pub object: Oid,
    /// What that is.
    pub kind: Kind,
    /// The tag's name.
    pub name: &'o [u8],
    /// Who tagged; tags of git's first years have none.
    pub tagger: Option<Person<'o>>,
    /// The message.
    pub message: &'o [u8],
    /// Where in the object the message starts; it goes to the end.
    pub message_start: usize,
}

/// One line of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeEntry<'o> {
    /// File mode: 0o40000 (folder), 0o100644, 0o100755, 0o120000 (link), 0o160000 (submodule).
    pub mode: u32,
    /// The path part.
    pub name: &'o [u8],
    /// The object's name, 20 or 32 bytes.
    pub oid: &'o [u8],
}

/// The object breaks its format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed: {0}")]
pub struct Malformed(pub &'static str);

impl<'o> Commit<'o> {
    /// Reads a commit's content.
    ///
    /// # Errors
    /// It names no tree, author or committer.
    pub fn parse(content: &'o [u8]) -> Result<Self, Malformed> {
        let mut lines = Lines { rest: content };
        let tree = lines.value(b"tree ").and_then(Oid::from_hex).ok_or(Malformed("a commit without a tree"))?;
        let from = lines.rest;
        while lines.value(b"parent ").is_some() {}
        let parents = &from[..from.len() - lines.rest.len()];
        let author = lines.value(b"author ").map(person).ok_or(Malformed("a commit without an author"))?;
        let committer = lines.value(b"committer ").map(person).ok_or(Malformed("a commit without a committer"))?;
        let encoding = lines.find(b"encoding ");
        let message = lines.rest;
        Ok(Self { tree, author, committer, encoding, message, message_start: content.len() - message.len(), parents })
    }

    /// The parents, in order. A line that holds no name is skipped.
    pub fn parents(&self) -> impl Iterator<Item = Oid> + 'o {
        self.parents.split(|&b| b == b'\n').filter_map(|line| Oid::from_hex(line.strip_prefix(b"parent ")?))
    }
}

impl<'o> Tag<'o> {
    /// Reads an annotated tag's content.
    ///
    /// # Errors
    /// It names no object, type or name.
    pub fn parse(content: &'o [u8]) -> Result<Self, Malformed> {
        let mut lines = Lines { rest: content };
        let object = lines.value(b"object ").and_then(Oid::from_hex).ok_or(Malformed("a tag without an object"))?;
        let kind = lines.value(b"type ").and_then(Kind::from_word).ok_or(Malformed("a tag without a type"))?;
        let name = lines.value(b"tag ").ok_or(Malformed("a tag without a name"))?;
        let tagger = lines.find(b"tagger ").map(person);
        let message = lines.rest;
        Ok(Self { object, kind, name, tagger, message, message_start: content.len() - message.len() })
    }
}

/// What a head (all before the message) says beside object names: who made a commit or tag and what the tag is called, as
/// written, then all lines from the first that git itself does not write at such a place. Signatures and merged tags are
/// among these, and whatever else somebody put there.
pub fn names_in_head(head: &[u8]) -> impl Iterator<Item = &[u8]> {
    let end = memchr::memmem::find(head, b"\n\n").map_or(head.len(), |end| end + 1);
    let mut rest = &head[..end];
    std::iter::from_fn(move || {
        while let Some(at) = memchr::memchr(b'\n', rest) {
            let Some(name) = head_line(&rest[..at]) else { break };
            rest = &rest[at + 1..];
            if !name.is_empty() {
                return Some(name);
            }
        }
        Some(std::mem::take(&mut rest)).filter(|rest| !rest.is_empty())
    })
}

/// The name in a line of a head, which is empty for a line of an object's name; `None` for another line.
fn head_line(line: &[u8]) -> Option<&[u8]> {
    const OBJECTS: [&[u8]; 3] = [b"tree ", b"parent ", b"object "];
    const NAMES: [&[u8]; 4] = [b"author ", b"committer ", b"tagger ", b"tag "];
    if OBJECTS.iter().any(|start| line.strip_prefix(*start).and_then(Oid::from_hex).is_some())
        || line.strip_prefix(b"type ").and_then(Kind::from_word).is_some()
    {
        return Some(&[]);
    }
    let name = NAMES.iter().find_map(|start| line.strip_prefix(*start))?;
    let end = memchr::memrchr(b'>', name).map_or(0, |end| end + 1);
    let is_time = name[end..].iter().all(|b| matches!(b, b' ' | b'+' | b'-' | b'0'..=b'9'));
    Some(if is_time && end > 0 { &name[..end] } else { name })
}

/// The entries of a tree's content. After an error it ends.
pub fn tree(content: &[u8], format: ObjectFormat) -> TreeEntries<'_> {
    TreeEntries { rest: content, hash: format.name_len() }
}

/// The entries of a tree.
#[derive(Clone, Debug)]
pub struct TreeEntries<'o> {
    rest: &'o [u8],
    hash: usize,
}

impl TreeEntries<'_> {
    /// Bytes of the content that are not read yet; none after an error.
    pub fn left(&self) -> usize {
        self.rest.len()
    }
}

impl<'o> Iterator for TreeEntries<'o> {
    type Item = Result<TreeEntry<'o>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let entry = tree_entry(self.rest, self.hash);
        self.rest = entry.map_or(&[], |(_, rest)| rest);
        Some(entry.map(|(entry, _)| entry).ok_or(Malformed("a broken tree entry")))
    }
}

fn tree_entry(rest: &[u8], hash: usize) -> Option<(TreeEntry<'_>, &[u8])> {
    let mut mode = 0u32;
    let mut at = 0;
    loop {
        match rest.get(at)? {
            digit @ b'0'..=b'7' if at < 10 => mode = mode << 3 | u32::from(digit - b'0'),
            b' ' if at > 0 => break,
            _ => return None,
        }
        at += 1;
    }
    let tail = &rest[at + 1..];
    let (name, tail) = tail.split_at(memchr::memchr(0, tail)?);
    let (oid, rest) = tail[1..].split_at_checked(hash)?;
    (!name.is_empty()).then_some((TreeEntry { mode, name, oid }, rest))
}

/// The header lines of a commit or tag.
struct Lines<'o> {
    rest: &'o [u8],
}

impl<'o> Lines<'o> {
    fn next(&mut self) -> Option<&'o [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let end = memchr::memchr(b'\n', self.rest).unwrap_or(self.rest.len());
        let line = &self.rest[..end];
        self.rest = self.rest.get(end + 1..).unwrap_or_default();
        Some(line)
    }

    /// The value of the next line when it has this name; else the line stays.
    fn value(&mut self, name: &[u8]) -> Option<&'o [u8]> {
        if !self.rest.starts_with(name) {
            return None;
        }
        self.next().map(|line| &line[name.len()..])
    }

    /// Goes to the blank line's end and gives the first value of this name on the way. What a header line of several
    /// lines holds (signatures) starts with a blank, so it is never taken for a header or for the end.
    fn find(&mut self, name: &[u8]) -> Option<&'o [u8]> {
        let mut found = None;
        while let Some(line) = self.next().filter(|line| !line.is_empty()) {
            found = found.or(line.strip_prefix(name));
        }
        found
    }
}

/// `Name <address> seconds +zone`; what is missing is empty or zero, for history holds every kind of broken line.
fn person(line: &[u8]) -> Person<'_> {
    let open = memchr::memchr(b'<', line).unwrap_or(line.len());
    let close = memchr::memrchr(b'>', line).filter(|&at| at > open).unwrap_or(line.len());
    let email = line.get(open + 1..close).unwrap_or_default();
    let when = std::str::from_utf8(line.get(close + 1..).unwrap_or_default()).unwrap_or_default();
    let mut when = when.split_ascii_whitespace();
    let time = when.next().and_then(|text| text.parse().ok()).unwrap_or(0);
    let zone = when.next().and_then(|text| text.parse().ok()).filter(|zone: &i32| zone.abs() < 10_000).unwrap_or(0);
    Person { name: line[..open].trim_ascii(), email, time, zone: zone / 100 * 60 + zone % 100 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &str = "tree 1111111111111111111111111111111111111111
parent 2222222222222222222222222222222222222222
parent 3333333333333333333333333333333333333333
author Ada L <ada@example.org> 1700000000 -0130
committer <> 5
encoding latin1
gpgsig -----BEGIN
 
 encoding no
 -----END

Title

body
";

    #[test]
    fn a_commit() {
        let commit = Commit::parse(COMMIT.as_bytes()).expect("a commit");
        let ada = Person { name: b"Ada L", email: b"ada@example.org", time: 1_700_000_000, zone: -90 };
        assert_eq!(commit.author, ada);
        assert_eq!(commit.committer, Person { name: b"", email: b"", time: 5, zone: 0 });
        assert_eq!(commit.parents().map(|p| p.as_bytes()[0]).collect::<Vec<_>>(), [0x22, 0x33]);
        assert_eq!((commit.encoding, commit.message), (Some(b"latin1".as_slice()), b"Title\n\nbody\n".as_slice()));
        assert_eq!(&COMMIT[commit.message_start..], "Title\n\nbody\n");
        for cut in 0..COMMIT.len() {
            let _ = Commit::parse(&COMMIT.as_bytes()[..cut]);
        }
    }

    #[test]
    fn a_tag() {
        let text = b"object 1111111111111111111111111111111111111111\ntype commit\ntag v1\ntagger A <a@b> 7 +0200\n\nhello";
        let tag = Tag::parse(text).expect("a tag");
        assert_eq!((tag.kind, tag.name, tag.message), (Kind::Commit, b"v1".as_slice(), b"hello".as_slice()));
        assert_eq!(tag.tagger.map(|t| t.zone), Some(120));
        for cut in 0..text.len() {
            let _ = Tag::parse(&text[..cut]);
        }
    }

    #[test]
    fn names_in_a_head() {
        let names = |head: &'static [u8]| names_in_head(head).map(|name| String::from_utf8_lossy(name)).collect::<Vec<_>>();
        let id = "1".repeat(40);
        let head = format!("tree {id}\nparent {id}\nauthor A <a@b> 1 +0000\ncommitter  2 +0000\n\nauthor x\n").leak().as_bytes();
        assert_eq!(names(head), ["A <a@b>", " 2 +0000"]);
        let head =
            format!("object {id}\ntype commit\ntag v1\ntagger A <a@b> 1 +0000 x\n\ntag of the message\n").leak().as_bytes();
        assert_eq!(names(head), ["v1", "A <a@b> 1 +0000 x"]);
        let head = format!("tree {id}\nparent x\nauthor A <a@b> 1 +0000\n\n").leak().as_bytes();
        assert_eq!(names(head), ["parent x\nauthor A <a@b> 1 +0000\n"]);
        let signed = &COMMIT.as_bytes()[..COMMIT.find("Title").expect("a message")];
        let rest = "encoding latin1\ngpgsig -----BEGIN\n \n encoding no\n -----END\n";
        assert_eq!(names(signed), ["Ada L <ada@example.org>", "<>", rest]);
    }

    #[test]
    fn a_tree() {
        let content = [b"100644 a b\0".as_slice(), &[1; 20], b"40000 d\0", &[0; 20]].concat();
        let entries: Vec<_> = tree(&content, ObjectFormat::Sha1).map(|e| e.expect("an entry")).collect();
        assert_eq!(
            entries.iter().map(|e| (e.mode, e.name)).collect::<Vec<_>>(),
            [(0o100_644, b"a b".as_slice()), (0o40000, b"d")]
        );
        for cut in 1..content.len() {
            let whole = cut == 31;
            assert_eq!(tree(&content[..cut], ObjectFormat::Sha1).all(|e| e.is_ok()), whole, "{cut}");
            assert!(tree(&content[..cut], ObjectFormat::Sha1).count() <= 2);
        }
        for bad in [b"x a\0".as_slice(), b" a\0", b"100644 \0", b"777777777777 a\0"] {
            assert!(tree(&[bad, &[1; 20]].concat(), ObjectFormat::Sha1).all(|e| e.is_err()));
        }
    }
}
