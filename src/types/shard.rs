//! One part of a run that several jobs share. Who does what follows from names alone, so that jobs need not talk.

use std::fmt;
use std::str::FromStr;

/// Part `number` of `of`, as in `2/5`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Counted from 0.
    number: u16,
    of: u16,
}

/// A shard, and what all shards of a run have in common: reports whose keys differ are not of one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sharded {
    /// The part.
    pub shard: Shard,
    /// A hash of what was to be scanned, and with which rules.
    pub key: String,
}

/// A text is no shard.
#[derive(Debug, thiserror::Error)]
#[error("wanted K/N with 1 <= K <= N <= 1000, as in 2/5")]
pub struct ShardError;

impl Shard {
    /// Part `number`, counted from 1, of `of`.
    ///
    /// # Errors
    /// There is no such part, or there are too many.
    pub fn new(number: u64, of: u64) -> Result<Self, ShardError> {
        const MOST: u64 = 1000;
        let is_one = (1..=of).contains(&number) && of <= MOST;
        if is_one { Ok(Self { number: (number - 1) as u16, of: of as u16 }) } else { Err(ShardError) }
    }

    /// Which part it is, counted from 1.
    pub const fn number(self) -> u16 {
        self.number + 1
    }

    /// How many there are.
    pub const fn of(self) -> u16 {
        self.of
    }

    /// The number, counted from 1, of the shard that a name falls to: FNV-1a, its bits mixed, because few are looked at.
    pub fn holder(self, name: &[u8]) -> u16 {
        let hash = name
            .iter()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
        let hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        ((hash ^ (hash >> 33)) % u64::from(self.of)) as u16 + 1
    }

    /// The shard that a path in a history falls to. Its last name decides, so that all versions of a file are in one, moved
    /// or not: they are deltas of each other, and a secret's way is followed through them.
    pub fn holder_of_path(self, path: &[u8]) -> u16 {
        let name = path.rsplit(|&b| b == b'/').next().unwrap_or(path);
        self.holder(name)
    }

    /// Whether a name falls to this shard.
    pub fn takes(self, name: &[u8]) -> bool {
        self.holder(name) == self.number()
    }
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let (number, of) = text.split_once('/').ok_or(ShardError)?;
        let read = |text: &str| text.trim().parse().map_err(|_| ShardError);
        Self::new(read(number)?, read(of)?)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number(), self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_read_and_share_evenly() {
        for bad in ["", "1", "0/3", "4/3", "1/0", "-1/3", "1/1001", "a/b", "1/2/3"] {
            assert!(bad.parse::<Shard>().is_err(), "{bad}");
        }
        let shard: Shard = "2/7".parse().expect("a shard");
        assert_eq!((shard.number(), shard.of(), shard.to_string().as_str()), (2, 7, "2/7"));
        assert_eq!(shard.holder_of_path(b"a/b.c"), shard.holder_of_path(b"x/y/b.c"));
        let mut counts = [0; 7];
        (0..7000).for_each(|n| counts[usize::from(shard.holder(format!("file{n}.txt").as_bytes())) - 1] += 1);
        assert!(counts.iter().all(|count| (800..1200).contains(count)), "{counts:?}");
        // Jobs of different versions must not disagree.
        assert_eq!(["", "Makefile", "a.py"].map(|name| shard.holder(name.as_bytes())), [1, 6, 2]);
    }
}
