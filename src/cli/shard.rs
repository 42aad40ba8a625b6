//! `--shard`: one part of a run that several jobs share.

use std::str::FromStr;

use crate::types::shard::{Shard, ShardError};

/// Which part of a run is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShardArg {
    /// The one that the CI server's variables name.
    Auto,
    /// This one.
    Given(Shard),
}

impl FromStr for ShardArg {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        if text == "auto" { Ok(Self::Auto) } else { text.parse().map(Self::Given) }
    }
}
