//! One layer: a file as read, what may stand in it, and where its values are.

use std::cell::OnceCell;

use super::schema::{Config, ConfigError};

/// Which layer a file is, the weakest first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// The organisation's policy.
    Organisation,
    /// The file at the top of the work tree, or the one named by hand.
    Repository,
    /// The file of a folder below; its path from the top with a `/` at its end.
    Directory(String),
}

impl Rank {
    /// The folder that globs start from, with a `/` at its end; empty for the top.
    pub fn base(&self) -> &str {
        match self {
            Self::Organisation | Self::Repository => "",
            Self::Directory(base) => base,
        }
    }
}

/// A file as read.
#[derive(Debug, Clone)]
pub struct Layer {
    /// Which it is.
    pub rank: Rank,
    /// Its name for messages.
    pub file: String,
    /// Its bytes.
    pub text: Vec<u8>,
    /// What they say.
    pub config: Config,
    /// Where lines end, found when a place is first asked for: hundreds of entries ask.
    ends: OnceCell<Vec<usize>>,
}

impl Layer {
    /// Reads a file.
    ///
    /// # Errors
    /// It does not parse, holds an unknown key, or one that is not for this layer.
    pub fn read(rank: Rank, text: Vec<u8>, file: String) -> Result<Self, ConfigError> {
        let config = Config::parse(&text, &file)?;
        let layer = Self { rank, file, text, config, ends: OnceCell::new() };
        match layer.misplaced() {
            None => Ok(layer),
            Some((place, what)) => Err(ConfigError::Value { place, what }),
        }
    }

    /// The first key that is not for this layer.
    fn misplaced(&self) -> Option<(String, String)> {
        let config = &self.config;
        let top: [(&str, bool); 8] = [
            ("override", !config.overrides.is_empty()),
            ("markers", config.markers.own.or(config.markers.foreign).is_some()),
            ("baseline", config.baseline.file.is_some() || config.baseline.renames.is_some()),
            ("rule", !config.rule.is_empty()),
            ("service", !config.service.is_empty()),
            ("scan.max_size", config.scan.max_size.is_some()),
            ("scan.archives", config.scan.archives.is_some()),
            ("scan.lfs", config.scan.lfs.is_some()),
        ];
        if let Rank::Directory(_) = self.rank
            && let Some((key, _)) = top.iter().find(|(_, is_there)| *is_there)
        {
            let keys: Vec<&str> = key.split('.').collect();
            return Some((self.place_of(&keys), format!("`{key}` is for the file at the top of the work tree only")));
        }
        if self.rank == Rank::Organisation {
            return None;
        }
        let only = |key: &str| format!("`{key}` is for the organisation's policy only");
        let locked = config.policy.iter().find(|entry| entry.get_ref().locked.is_some());
        let lock = config.lock.as_ref().map(|lock| (self.place(lock.span().start), only("lock")));
        let owner = config.owner.first().map(|owner| (self.place(owner.span().start), only("owner")));
        lock.or(owner).or_else(|| locked.map(|entry| (self.place(entry.span().start), only("policy.locked"))))
    }

    /// `FILE:LINE` of a byte of the text.
    pub fn place(&self, offset: usize) -> String {
        let ends = self.ends.get_or_init(|| memchr::memchr_iter(b'\n', &self.text).collect());
        let line = (ends.partition_point(|end| *end < offset) + 1).to_string();
        [&self.file, ":", &line].concat()
    }

    /// `FILE:LINE` of a key; of the file where it is not found. Parses the text once more, so it is for messages.
    pub fn place_of(&self, keys: &[&str]) -> String {
        let text = String::from_utf8_lossy(&self.text);
        let offset = toml_edit::Document::parse(text.as_ref()).ok().and_then(|document| {
            let mut table: &dyn toml_edit::TableLike = document.as_table();
            let mut span = None;
            for key in keys {
                let (found, item) = table.get_key_value(key)?;
                span = found.span().or_else(|| item.span()).or(span);
                match item.as_table_like() {
                    Some(inner) => table = inner,
                    None => break,
                }
            }
            span.map(|span| span.start)
        });
        offset.map_or_else(|| self.file.clone(), |offset| self.place(offset))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_know_their_lines_and_their_layers() {
        let text = b"# a comment\n[scan]\nexclude = []\n\n[override.github-pat]\nseverity = 'low'\n".to_vec();
        let layer = Layer::read(Rank::Repository, text.clone(), "f".to_owned()).expect("a layer");
        assert_eq!(layer.place_of(&["scan", "exclude"]), "f:3");
        assert_eq!(layer.place_of(&["override", "github-pat", "severity"]), "f:6");
        let error = Layer::read(Rank::Directory("a/".to_owned()), text, "f".to_owned()).expect_err("a key of the top");
        assert!(error.to_string().starts_with("f:5: `override` is for"), "{error}");
        for (text, line) in [
            ("\n[lock]\nallow = true", 2),
            ("[[owner]]\npath = '*'\nmay_allow = '*'", 1),
            ("[[policy]]\neffect = 'deny'\nlocked = true", 1),
        ] {
            let error = Layer::read(Rank::Repository, text.into(), "f".to_owned()).expect_err(text).to_string();
            assert!(error.starts_with(&format!("f:{line}: ")) && error.contains("organisation"), "{error}");
            assert!(Layer::read(Rank::Organisation, text.into(), "f".to_owned()).is_ok());
        }
    }
}
