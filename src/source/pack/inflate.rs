//! zlib streams of a known size, by libdeflate, which is about twice as fast as a streaming decoder.

use libdeflater::{DecompressionError, Decompressor};

use super::ReadError;

/// The most bytes that one byte of a deflate stream can stand for; a larger claim is false.
const RATIO: u64 = 1032;

/// An inflater. A worker owns one.
pub struct Inflater {
    zlib: Decompressor,
}

impl Default for Inflater {
    fn default() -> Self {
        Self { zlib: Decompressor::new() }
    }
}

impl Inflater {
    /// Inflates the stream at the start of `stream`, which may go on behind it, into `out`, whose old content is lost.
    /// `out` then holds `size` bytes.
    ///
    /// # Errors
    /// `TooLarge` when `size` is over `max` (no memory was asked for), `Corrupt` when the stream is broken or of another
    /// size.
    pub fn inflate(&mut self, stream: &[u8], size: u64, max: u64, out: &mut Vec<u8>) -> Result<(), ReadError> {
        if size > max {
            return Err(ReadError::TooLarge { size });
        }
        if size / RATIO > stream.len() as u64 {
            return Err(ReadError::Corrupt("it claims more bytes than its data can hold"));
        }
        let size = usize::try_from(size).map_err(|_| ReadError::TooLarge { size })?;
        // What a reused buffer still holds is overwritten, so only what it grows by is zeroed.
        out.resize(size, 0);
        match self.zlib.zlib_decompress(stream, out) {
            Ok(got) if got == size => Ok(()),
            Ok(_) | Err(DecompressionError::InsufficientSpace) => Err(ReadError::Corrupt("its data have another size")),
            Err(DecompressionError::BadData) => Err(ReadError::Corrupt("its data do not inflate")),
        }
    }

    /// Inflates the stream at the start of `stream` into `out`, whose old content is lost, where it comes to no more than
    /// `room` bytes. `None`: it is longer, or broken.
    pub fn inflate_within(&mut self, stream: &[u8], room: usize, out: &mut Vec<u8>) -> Option<()> {
        out.resize(room, 0);
        let size = self.zlib.zlib_decompress(stream, out).ok()?;
        out.truncate(size);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[test]
    fn sizes_are_held_to_the_claim() {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(&[7; 5000]).expect("memory");
        let mut stream = encoder.finish().expect("memory");
        stream.extend(b"what follows");
        let mut inflater = Inflater::default();
        let mut out = b"old".to_vec();
        assert_eq!(inflater.inflate(&stream, 5000, 5000, &mut out), Ok(()));
        assert_eq!(out, [7; 5000]);
        for (size, max) in [(4999, 5000), (5001, 9000), (0, 9), (5000, 4999), (u64::MAX, u64::MAX)] {
            assert!(inflater.inflate(&stream, size, max, &mut out).is_err(), "{size}");
        }
        assert!(inflater.inflate(&[], 0, 9, &mut out).is_err());
        assert_eq!((inflater.inflate_within(&stream, 4999, &mut out), inflater.inflate_within(&[], 9, &mut out)), (None, None));
        assert_eq!(inflater.inflate_within(&stream, 6000, &mut out), Some(()));
        assert_eq!(out, [7; 5000]);
    }
}
