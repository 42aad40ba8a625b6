//! Streams that hold one content, compressed: gzip, zstd, xz, bzip2, each of one frame or several in a row.

use std::io::{self, BufRead, BufReader, Cursor, Read};

use super::{Archive, Kind, Metered, peek};

impl Archive<'_> {
    /// Opens a compressed stream. A tar file in it is opened as if it were not compressed: its members are the stream's.
    pub(super) fn compressed(&mut self, kind: Kind, content: &mut dyn Read) -> io::Result<()> {
        let decoder: Box<dyn Read + '_> = match kind {
            Kind::Gzip => Box::new(flate2::read::MultiGzDecoder::new(content)),
            Kind::Xz => Box::new(lzma_rust2::XzReader::new(content, true)),
            Kind::Bzip2 => Box::new(bzip2::read::MultiBzDecoder::new(content)),
            _ => Box::new(Frames::new(content)),
        };
        let mut decoder = Metered { from: decoder, budget: self.budget };
        let mut head = [0; 512];
        let read = peek(&mut decoder, &mut head)?;
        let mut content = Cursor::new(&head[..read]).chain(decoder);
        match Kind::of(&head[..read]) {
            Some(Kind::Tar) => self.tar(&mut content),
            _ => {
                self.count()?;
                self.member(stem(self.names.last().map_or(self.outer, Vec::as_slice)), &mut content)
            }
        }
    }
}

/// The name of what is compressed: the last part of the stream's name without its ending.
fn stem(name: &[u8]) -> Vec<u8> {
    let name = name.rsplit(|&b| b == b'/').next().unwrap_or(name);
    let dot = name.iter().rposition(|&b| b == b'.').filter(|&dot| dot > 0);
    let ending = dot.map_or(&b""[..], |dot| &name[dot + 1..]);
    let known: [&[u8]; 8] = [b"gz", b"gzip", b"zst", b"zstd", b"xz", b"bz2", b"bz", b"z"];
    match dot {
        Some(dot) if known.iter().any(|known| known.eq_ignore_ascii_case(ending)) => name[..dot].to_vec(),
        _ => name.to_vec(),
    }
}

/// The frames of a zstd stream in a row; skippable ones are skipped.
struct Frames<'r> {
    from: Option<BufReader<&'r mut dyn Read>>,
    frame: Option<Box<Frame<'r>>>,
}

type Frame<'r> = ruzstd::decoding::StreamingDecoder<BufReader<&'r mut dyn Read>, ruzstd::decoding::FrameDecoder>;

impl<'r> Frames<'r> {
    fn new(from: &'r mut dyn Read) -> Self {
        Self { from: Some(BufReader::new(from)), frame: None }
    }

    /// Goes on to the next frame; whether there is one.
    fn advance(&mut self) -> io::Result<bool> {
        let Some(mut from) = self.from.take() else { return Ok(false) };
        while let [first, _, ..] = *from.fill_buf()? {
            if !(0x50..0x60).contains(&first) {
                break;
            }
            let mut header = [0; 8];
            from.read_exact(&mut header)?;
            let length = u32::from_le_bytes([header[4], header[5], header[6], header[7]]);
            io::copy(&mut (&mut from).take(length.into()), &mut io::sink())?;
        }
        if from.fill_buf()?.is_empty() {
            return Ok(false);
        }
        self.frame = Some(Box::new(Frame::new(from).map_err(io::Error::other)?));
        Ok(true)
    }
}

impl Read for Frames<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let Some(frame) = &mut self.frame else {
                if self.advance()? {
                    continue;
                }
                return Ok(0);
            };
            match frame.read(into)? {
                0 if !into.is_empty() => self.from = self.frame.take().map(|frame| frame.into_inner()),
                read => return Ok(read),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems() {
        for (name, want) in [("a/b.log.gz", "b.log"), ("x.ZST", "x"), (".gz", ".gz"), ("plain", "plain"), ("a.tgz", "a.tgz")] {
            assert_eq!(stem(name.as_bytes()), want.as_bytes());
        }
    }
}
