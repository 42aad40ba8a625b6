//! Standard input as one content.

use std::io::Read as _;

use super::{Item, Source, SourceError};
use crate::types::input::{Content, Input, Origin};
use crate::types::notice::Notice;

/// What standard input held.
#[derive(Debug)]
pub struct Stdin {
    content: Vec<u8>,
    items: [Item; 1],
}

impl Stdin {
    /// Reads standard input to its end.
    ///
    /// # Errors
    /// It can't be read.
    pub fn read() -> Result<Self, SourceError> {
        let mut content = Vec::new();
        std::io::stdin().lock().read_to_end(&mut content).map_err(|source| SourceError::Io { path: "<stdin>".into(), source })?;
        Ok(Self::of(Origin::Stdin, content))
    }

    /// One content of another origin.
    pub fn of(origin: Origin, content: Vec<u8>) -> Self {
        let items = [Item { origin, size: content.len() as u64 }];
        Self { content, items }
    }
}

impl Source for Stdin {
    type Worker = ();

    fn worker(&self) -> Result<(), SourceError> {
        Ok(())
    }

    fn items(&self) -> (&[Item], &[Notice]) {
        (&self.items, &[])
    }

    fn load(&self, _at: usize, (): &mut ()) -> Result<Input, Notice> {
        Ok(Input { origin: self.items[0].origin.clone(), content: Content::Owned(self.content.clone()) })
    }
}
