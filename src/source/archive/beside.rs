//! What a zip archive holds that its list of members does not name: programs that read it from the start see it, and so does
//! everybody who cuts the file. Members of a name that comes twice, of which the list has the last, and archives one behind
//! another are such.

use std::io::{self, Read, Seek, SeekFrom, Take};

use zip::read::read_zipfile_from_stream;
use zip::result::ZipError;

use super::{Archive, Metered, peek};

/// Whose the bytes before the first member are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Before {
    /// The archive's.
    Own,
    /// Those of the content that it stands behind, which was scanned itself.
    Another,
}

/// Stretches of so many bytes are what programs write behind a member: its sum and sizes.
const DESCRIPTOR: u64 = 24;
/// What a member starts with.
const MEMBER: &[u8] = b"PK\x03\x04";

/// Where the members of the list lie.
#[derive(Debug, Default)]
pub(super) struct Listed(Vec<(u64, u64)>);

impl Listed {
    /// A member from the start of its header to its end.
    pub(super) fn add(&mut self, start: u64, end: u64) {
        self.0.push((start, end));
    }

    /// What lies between, from `start` to `end`.
    fn gaps(mut self, start: u64, end: u64) -> Vec<(u64, u64)> {
        self.0.sort_unstable();
        let (mut at, mut gaps) = (start, Vec::new());
        for (from, to) in self.0.into_iter().chain([(end, end)]) {
            if from.min(end) > at.saturating_add(DESCRIPTOR) {
                gaps.push((at, from.min(end)));
            }
            at = at.max(to);
        }
        gaps
    }
}

impl Archive<'_> {
    /// Reads what lies beside the listed members between `start` and `end`.
    pub(super) fn beside<R: Read + Seek>(&mut self, content: &mut R, listed: Listed, start: u64, end: u64) -> io::Result<()> {
        for (from, to) in listed.gaps(start, end) {
            content.seek(SeekFrom::Start(from))?;
            let mut head = [0; MEMBER.len()];
            peek(content, &mut head)?;
            content.seek(SeekFrom::Start(from))?;
            let gap = (&mut *content).take(to - from);
            if head == MEMBER {
                self.unlisted(gap)?;
            } else {
                self.count()?;
                self.member(b"(beside its members)".to_vec(), &mut Metered { from: gap, budget: self.budget })?;
            }
        }
        Ok(())
    }

    /// Members one behind another.
    fn unlisted<R: Read>(&mut self, mut gap: Take<R>) -> io::Result<()> {
        while gap.limit() > DESCRIPTOR {
            self.count()?;
            let member = match read_zipfile_from_stream(&mut gap) {
                Ok(Some(member)) => member,
                // The list of the archive that they are of.
                Ok(None) => break,
                Err(error) => {
                    self.unreadable(b"(beside its members)".to_vec(), &error);
                    break;
                }
            };
            let name = member.name_raw().to_vec();
            let done = self.member(name.clone(), &mut Metered { from: member, budget: self.budget });
            if self.budget.spent(self.limits).is_some() {
                return done;
            }
            if let Err(error) = done {
                self.unreadable(name, &ZipError::Io(error));
                break;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_between_members() {
        let gaps = |members: &[(u64, u64)], start, end| Listed(members.to_vec()).gaps(start, end);
        assert_eq!(gaps(&[], 0, 20), []);
        assert_eq!(gaps(&[], 0, 50), [(0, 50)]);
        assert_eq!(gaps(&[(100, 150), (0, 50)], 0, 200), [(50, 100), (150, 200)]);
        assert_eq!(gaps(&[(0, 80), (24, 60), (104, 200)], 0, 224), []);
        assert_eq!(gaps(&[(40, u64::MAX), (900, 100)], 30, 200), []);
        assert_eq!(gaps(&[(300, 400)], 30, 200), [(30, 200)]);
    }
}
