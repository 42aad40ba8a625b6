//! Names of tree entries and whole paths, each kept once and known by a number.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::quality::RandomState;

/// Byte strings by number.
#[derive(Debug, Default)]
pub struct Names {
    numbers: HashMap<Arc<[u8]>, u32, RandomState>,
    texts: Vec<Arc<[u8]>>,
}

impl Names {
    /// The number of a text, given on first sight.
    pub fn number(&mut self, text: &[u8]) -> u32 {
        if let Some(&number) = self.numbers.get(text) {
            return number;
        }
        let text: Arc<[u8]> = text.into();
        let number = self.texts.len() as u32;
        self.texts.push(Arc::clone(&text));
        self.numbers.insert(text, number);
        number
    }

    /// The number of a text seen before.
    pub fn find(&self, text: &[u8]) -> Option<u32> {
        self.numbers.get(text).copied()
    }

    /// The text of a number given out here.
    pub fn text(&self, number: u32) -> &[u8] {
        &self.texts[number as usize]
    }
}
