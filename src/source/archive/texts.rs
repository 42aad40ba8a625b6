//! Texts that stand beside the members of an archive, in headers: comments, names that nothing is called by, extended
//! attributes. They are gathered and scanned as one content.

/// Shorter runs are no texts: no secret is as short, and what headers hold beside texts seldom makes a longer one.
const SHORTEST: usize = 8;

/// Bytes after which they should be scanned before more come.
pub(super) const MOST: usize = 1 << 20;

/// Texts of headers, a line each.
#[derive(Debug, Default)]
pub(super) struct Texts {
    lines: Vec<u8>,
    /// The last field: streams and members one behind another often say the same.
    last: Vec<u8>,
}

impl Texts {
    /// The runs of a field that may be text.
    pub(super) fn add(&mut self, field: &[u8]) {
        if field.len() < SHORTEST || self.last == field {
            return;
        }
        field.clone_into(&mut self.last);
        let runs = field.split(|b| b.is_ascii_control() && *b != b'\t').filter(|run| run.len() >= SHORTEST);
        runs.for_each(|run| self.lines.extend([run, b"\n"].concat()));
    }

    /// The records of a pax header, `LENGTH KEY=VALUE` and a line feed, without those that say what archives say of every
    /// file. Values may hold anything; from a record on that is none, all is taken as it stands.
    pub(super) fn add_pax(&mut self, mut records: &[u8]) {
        const USUAL: &[&[u8]] = &[b"path", b"linkpath", b"size", b"mtime", b"atime", b"ctime", b"uid", b"gid"];
        while !records.is_empty() {
            let Some((record, rest)) = first_record(records) else { return self.add(records) };
            let key = record.split(|&b| b == b'=').next().unwrap_or(record);
            if !USUAL.contains(&key) {
                self.add(record);
            }
            records = rest;
        }
    }

    /// Whether they should be scanned now.
    pub(super) fn are_many(&self) -> bool {
        self.lines.len() >= MOST
    }

    /// All since the last time.
    pub(super) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.lines)
    }
}

/// The first record without its length and line feed, and what follows.
fn first_record(records: &[u8]) -> Option<(&[u8], &[u8])> {
    let space = records.iter().take(20).position(|&b| b == b' ')?;
    let length: usize = std::str::from_utf8(&records[..space]).ok()?.parse().ok()?;
    let record = records.get(space + 1..length)?.strip_suffix(b"\n")?;
    Some((record, &records[length..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_text() {
        let mut texts = Texts::default();
        for field in [
            &b"BC\x02\x00\x1b\x00"[..],
            b"short",
            b"a comment",
            b"a comment",
            b"\0\x01ab\0two words\x02of one\0",
            b"r\xc3\xa9sum\xc3\xa9",
        ] {
            texts.add(field);
        }
        assert_eq!(texts.take(), "a comment\ntwo words\nrésumé\n".as_bytes());
        assert!(texts.take().is_empty());
    }

    #[test]
    fn records_of_pax() {
        for (records, want) in [
            (&b"22 comment=some words\n21 mtime=1.123456789\n"[..], &b"comment=some words\n"[..]),
            (b"18 path=long/name\n25 x.y=first\nsecond line\n", b"x.y=first\nsecond line\n"),
            (b"99 comment=no such length\n", b"99 comment=no such length\n"),
            (b"not a record at all", b"not a record at all\n"),
            (b"2 \n", b""),
        ] {
            let mut texts = Texts::default();
            texts.add_pax(records);
            assert_eq!(texts.take(), want, "{}", String::from_utf8_lossy(records));
        }
    }
}
