//! The zip family: zip, jar, war, whl, nupkg, docx, xlsx, vsix, apk.

use std::io::{self, Read, Seek};

use zip::ZipArchive;
use zip::result::ZipError;

use super::{Archive, Metered};

impl Archive<'_> {
    /// Opens a zip archive, whose list of members stands at its end.
    pub(super) fn zip<R: Read + Seek>(&mut self, content: &mut R) -> io::Result<()> {
        let mut archive = ZipArchive::new(content).map_err(io::Error::other)?;
        for at in 0..archive.len() {
            self.count()?;
            let name = archive.by_index_raw(at).map(|member| member.name_raw().to_vec()).unwrap_or_default();
            let member = match archive.by_index(at) {
                Ok(member) => member,
                Err(error) => {
                    self.unreadable(name, &error);
                    continue;
                }
            };
            if !member.is_file() {
                continue;
            }
            let done = self.member(name.clone(), &mut Metered { from: member, budget: self.budget });
            if self.budget.spent(self.limits).is_some() {
                return done;
            }
            if let Err(error) = done {
                self.unreadable(name, &ZipError::Io(error));
            }
        }
        Ok(())
    }

    fn unreadable(&mut self, name: Vec<u8>, error: &ZipError) {
        self.names.push(name);
        self.to.notice(&self.names, format!("the member is not readable: {error}"));
        self.names.pop();
    }
}
