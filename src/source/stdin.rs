//! Standard input as one content.

use std::io::{self, Read};

use super::reader::WHOLE;
use super::{Item, Source, SourceError};
use crate::types::input::{Content, Input, Origin};
use crate::types::notice::Notice;

/// How standard input is wanted where it is large.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// As one content, in memory.
    Whole,
    /// As it comes.
    InParts,
}

/// What standard input turned out to be.
pub enum Opened {
    /// All of it.
    Whole(Stdin),
    /// Its first bytes, and where the others come from.
    Large(Vec<u8>, Box<dyn Read>),
}

/// That standard input can't be read.
pub fn unreadable(source: io::Error) -> SourceError {
    SourceError::Io { path: "<stdin>".into(), source }
}

/// What standard input held.
#[derive(Debug)]
pub struct Stdin {
    content: Vec<u8>,
    items: [Item; 1],
}

impl Stdin {
    /// Reads standard input to its end if it is not large or `wanted` says that it is wanted as a whole.
    ///
    /// # Errors
    /// It can't be read.
    pub fn open(wanted: Wanted) -> Result<Opened, SourceError> {
        let (mut input, mut content) = (io::stdin().lock(), Vec::new());
        input.by_ref().take(WHOLE + 1).read_to_end(&mut content).map_err(unreadable)?;
        if content.len() as u64 > WHOLE && wanted == Wanted::InParts {
            return Ok(Opened::Large(content, Box::new(input)));
        }
        input.read_to_end(&mut content).map_err(unreadable)?;
        Ok(Opened::Whole(Self::of(Origin::Stdin, content)))
    }

    /// What was read.
    pub fn content(&self) -> &[u8] {
        &self.content
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
