//! Deltas: how a content differs from its base (gitformat-pack, "Deltified representation").

use super::ReadError;
use crate::types::delta::Op;

/// A delta whose header was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delta<'d> {
    /// Bytes of the base that it claims to belong to.
    pub source: u64,
    /// Bytes of the target that it claims to make.
    pub target: u64,
    instructions: &'d [u8],
}

const CUT: ReadError = ReadError::Corrupt("a delta is cut off");

impl<'d> Delta<'d> {
    /// Reads the header.
    ///
    /// # Errors
    /// `Corrupt`.
    pub fn new(delta: &'d [u8]) -> Result<Self, ReadError> {
        let (source, rest) = varint(delta)?;
        let (target, instructions) = varint(rest)?;
        Ok(Self { source, target, instructions })
    }

    /// Makes the target from `base` in `out`, and the list of its runs in `ops`; what both held is lost.
    ///
    /// # Errors
    /// `TooLarge` when the target is over `max` (no memory was asked for), `Corrupt` when an instruction reaches outside
    /// the base or the delta, or sizes are not as claimed.
    pub fn apply(&self, base: &[u8], max: u64, ops: &mut Vec<Op>, out: &mut Vec<u8>) -> Result<(), ReadError> {
        ops.clear();
        out.clear();
        if self.source != base.len() as u64 {
            return Err(ReadError::Corrupt("a delta belongs to another base"));
        }
        if self.target > max {
            return Err(ReadError::TooLarge { size: self.target });
        }
        let target = usize::try_from(self.target).map_err(|_| ReadError::TooLarge { size: self.target })?;
        // The largest copy takes seven bytes.
        if target as u64 / 0x00ff_ffff > self.instructions.len() as u64 {
            return Err(ReadError::Corrupt("a delta claims more bytes than it can make"));
        }
        out.reserve(target);
        let mut rest = self.instructions;
        while let Some((&code, tail)) = rest.split_first() {
            let start = out.len();
            let left = target - start;
            let (bytes, copy_from) = if code & 0x80 != 0 {
                let (from, len, tail) = copy(code, tail)?;
                rest = tail;
                (
                    base.get(from..from.saturating_add(len)).ok_or(ReadError::Corrupt("a delta copies from outside its base"))?,
                    Some(from),
                )
            } else if code != 0 {
                let (bytes, tail) = tail.split_at_checked(usize::from(code)).ok_or(CUT)?;
                rest = tail;
                (bytes, None)
            } else {
                return Err(ReadError::Corrupt("a delta holds an unknown instruction"));
            };
            if bytes.len() > left {
                return Err(ReadError::Corrupt("a delta makes more bytes than it claims"));
            }
            out.extend_from_slice(bytes);
            ops.push(Op { start, len: bytes.len(), copy_from });
        }
        if out.len() == target { Ok(()) } else { Err(ReadError::Corrupt("a delta makes fewer bytes than it claims")) }
    }
}

/// Offset and size of a copy, of which only the bytes that aren't zero are written.
fn copy(code: u8, mut rest: &[u8]) -> Result<(usize, usize, &[u8]), ReadError> {
    let mut number = |bits: u8, count: u32| {
        let mut value = 0usize;
        for byte in 0..count {
            if bits >> byte & 1 != 0 {
                let (&first, tail) = rest.split_first().ok_or(CUT)?;
                value |= usize::from(first) << (8 * byte);
                rest = tail;
            }
        }
        Ok(value)
    };
    let from = number(code, 4)?;
    let len = number(code >> 4, 3)?;
    Ok((from, if len == 0 { 0x10000 } else { len }, rest))
}

/// Seven bits a byte, least significant first.
fn varint(data: &[u8]) -> Result<(u64, &[u8]), ReadError> {
    let (mut value, mut shift) = (0u64, 0);
    for (at, &byte) in data.iter().enumerate() {
        let bits = u64::from(byte & 0x7f);
        if shift > 63 || (bits << shift) >> shift != bits {
            return Err(ReadError::Corrupt("a delta's size is out of range"));
        }
        value |= bits << shift;
        if byte & 0x80 == 0 {
            return Ok((value, &data[at + 1..]));
        }
        shift += 7;
    }
    Err(CUT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn number(mut value: usize, out: &mut Vec<u8>) {
        while value > 0x7f {
            out.push(value as u8 | 0x80);
            value >>= 7;
        }
        out.push(value as u8);
    }

    /// The obvious way round: a delta of given runs, and what they make.
    fn build(base: &[u8], runs: &[(bool, usize, usize)]) -> (Vec<u8>, Vec<u8>) {
        let (mut body, mut target) = (Vec::new(), Vec::new());
        for &(is_copy, from, len) in runs {
            if is_copy && !base.is_empty() {
                let from = from % base.len();
                let len = 1 + len % (base.len() - from);
                let bytes: Vec<u8> = [from.to_le_bytes()[..4].to_vec(), len.to_le_bytes()[..3].to_vec()].concat();
                let bits = (0..7).filter(|&bit| bytes[bit] != 0 && (bit < 4 || len != 0x10000));
                let bits: Vec<usize> = bits.collect();
                body.push(0x80 | bits.iter().map(|bit| 1u8 << bit).sum::<u8>());
                body.extend(bits.iter().map(|&bit| bytes[bit]));
                target.extend(&base[from..from + len]);
            } else {
                let len = 1 + len % 127;
                body.push(len as u8);
                body.extend((0..len).map(|at| (from + at) as u8));
                target.extend((0..len).map(|at| (from + at) as u8));
            }
        }
        let mut delta = Vec::new();
        number(base.len(), &mut delta);
        number(target.len(), &mut delta);
        delta.extend(body);
        (delta, target)
    }

    fn apply(base: &[u8], delta: &[u8]) -> Result<(Vec<u8>, Vec<Op>), ReadError> {
        let (mut ops, mut out) = (Vec::new(), Vec::new());
        Delta::new(delta)?.apply(base, 1 << 24, &mut ops, &mut out)?;
        Ok((out, ops))
    }

    proptest! {
        #[test]
        fn random_runs(
            base in prop::collection::vec(any::<u8>(), 0..70_000),
            runs in prop::collection::vec((any::<bool>(), 0..100_000usize, 0..100_000usize), 0..20),
        ) {
            let (delta, target) = build(&base, &runs);
            let (out, ops) = apply(&base, &delta).expect("a delta");
            prop_assert_eq!(&out, &target);
            let mut at = 0;
            for op in ops {
                prop_assert!(op.start == at && op.len > 0);
                at += op.len;
                if let Some(from) = op.copy_from {
                    prop_assert_eq!(&base[from..from + op.len], &out[op.start..at]);
                }
            }
            prop_assert_eq!(at, out.len());
        }

        #[test]
        fn random_bytes(base in prop::collection::vec(any::<u8>(), 0..99), mut delta in prop::collection::vec(any::<u8>(), 0..99)) {
            let _ = apply(&base, &delta);
            if let Some(first) = delta.first_mut() {
                *first = base.len() as u8;
            }
            let _ = apply(&base, &delta);
        }
    }

    #[test]
    fn what_is_refused() {
        let refused: [(&str, &[u8]); 9] = [
            ("nothing", &[]),
            ("another base", &[4, 0]),
            ("an unknown instruction", &[3, 1, 0]),
            ("too little", &[3, 2, 1, 9]),
            ("too much", &[3, 1, 2, 9, 9]),
            ("cut off", &[3, 2, 2, 9]),
            ("outside the base", &[3, 3, 0x91, 1, 3]),
            ("a size that no memory holds", &[3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x90, 1]),
            ("a size out of range", &[3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x90, 1]),
        ];
        for (what, delta) in refused {
            assert!(apply(b"abc", delta).is_err(), "{what}");
        }
        assert_eq!(apply(b"abc", &[3, 3, 0x91, 1, 2, 1, b'x']).map(|(out, _)| out), Ok(b"bcx".to_vec()));
    }
}
