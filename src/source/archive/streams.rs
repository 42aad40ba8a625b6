//! Compressed streams one behind another, read as one content, the texts of their headers, and what stands behind the last.

use std::io::{self, BufRead, BufReader, Read};

use lzma_rust2::{LzmaReader, XzReader};

use super::Kind;
use super::compressed::{LZMA_KIB, xz};
use super::texts::{MOST, Texts};

/// Fewer bytes behind a stream hold nothing: a `.lzma` file that says its size may end so.
const FEWEST: usize = 8;
/// What the skippable frames of zstd start with, and 16 that differ in the first byte.
const SKIPPABLE: [u8; 3] = [0x2a, 0x4d, 0x18];

type Frame<R> = ruzstd::decoding::StreamingDecoder<R, ruzstd::decoding::FrameDecoder>;

/// Streams of one kind in a row. Zeros between and behind them are none's.
pub(super) struct Streams<'c> {
    kind: Kind,
    at: At<'c>,
    texts: Texts,
    /// Texts beyond what is kept of them were passed over.
    is_cut: bool,
}

/// Where it stands.
enum At<'c> {
    Start(Input<'c>),
    Gzip(Box<flate2::bufread::GzDecoder<Input<'c>>>),
    Bzip2(Box<bzip2::bufread::BzDecoder<Input<'c>>>),
    Zstd(Box<Frame<Input<'c>>>),
    Xz(Box<XzReader<Input<'c>>>),
    Lzma(Box<LzmaReader<Input<'c>>>),
    /// Behind the last stream.
    Behind(Input<'c>),
    /// An error has eaten the rest.
    Lost,
}

impl<'c> Streams<'c> {
    /// Streams of a kind that is told of the first.
    pub(super) fn new(kind: Kind, content: impl Read + 'c) -> Self {
        let input = Input { again: Vec::new(), at: 0, from: BufReader::new(Box::new(content)) };
        Self { kind, at: At::Start(input), texts: Texts::default(), is_cut: false }
    }

    /// The texts of the headers met so far, without what is called `name`, and whether there were more.
    pub(super) fn texts(&mut self, name: &[u8]) -> (Vec<u8>, bool) {
        let texts = self.texts.take();
        let is_name = texts.strip_suffix(b"\n") == Some(name);
        (if is_name { Vec::new() } else { texts }, self.is_cut)
    }

    /// What stands behind the last stream, once all were read.
    ///
    /// # Errors
    /// What reading says.
    pub(super) fn behind(self) -> io::Result<Option<impl Read + 'c>> {
        let At::Behind(mut input) = self.at else { return Ok(None) };
        let is_something = input.peek(FEWEST)?.len() >= FEWEST;
        Ok(is_something.then_some(input))
    }

    /// Whether nothing is left where the last stream ends.
    pub(super) fn is_all(&mut self) -> bool {
        match &mut self.at {
            At::Behind(input) => input.peek(1).is_ok_and(<[u8]>::is_empty),
            _ => false,
        }
    }

    /// Goes on behind a stream that is read, or before the first.
    fn advance(&mut self) -> io::Result<()> {
        let (mut input, is_first) = match std::mem::replace(&mut self.at, At::Lost) {
            At::Start(input) => (input, true),
            At::Gzip(stream) => {
                for field in stream.header().into_iter().flat_map(|header| [header.filename(), header.comment(), header.extra()])
                {
                    self.note(field.unwrap_or_default());
                }
                (stream.into_inner(), false)
            }
            At::Bzip2(stream) => (stream.into_inner(), false),
            At::Zstd(stream) => (stream.into_inner(), false),
            At::Xz(stream) => (stream.into_inner(), false),
            At::Lzma(stream) => {
                let (mut input, unread) = stream.into_parts();
                input.put_back(unread);
                (input, false)
            }
            done => {
                self.at = done;
                return Ok(());
            }
        };
        if !is_first {
            input.pass_zeros()?;
        }
        while self.kind == Kind::Zstd && input.peek(4)?.get(1..) == Some(&SKIPPABLE) && input.peek(4)?[0] >> 4 == 5 {
            self.skippable(&mut input)?;
        }
        let goes_on = match self.kind {
            Kind::Lzma => is_first,
            kind => is_first && kind != Kind::Zstd || Kind::of(input.peek(16)?) == Some(kind),
        };
        self.at = if goes_on { self.begin(input)? } else { At::Behind(input) };
        Ok(())
    }

    fn begin(&self, input: Input<'c>) -> io::Result<At<'c>> {
        Ok(match self.kind {
            Kind::Gzip => At::Gzip(Box::new(flate2::bufread::GzDecoder::new(input))),
            Kind::Bzip2 => At::Bzip2(Box::new(bzip2::bufread::BzDecoder::new(input))),
            Kind::Xz => At::Xz(Box::new(xz(input, false))),
            Kind::Lzma => At::Lzma(Box::new(LzmaReader::new_mem_limit(input, LZMA_KIB, None)?)),
            _ => At::Zstd(Box::new(Frame::new(input).map_err(io::Error::other)?)),
        })
    }

    /// A frame of zstd that programs keep what they want in.
    fn skippable(&mut self, input: &mut Input<'c>) -> io::Result<()> {
        let mut header = [0; 8];
        input.read_exact(&mut header)?;
        let length = u64::from(u32::from_le_bytes([header[4], header[5], header[6], header[7]]));
        let mut frame = Vec::new();
        input.take(length.min(MOST as u64)).read_to_end(&mut frame)?;
        self.note(&frame);
        let rest = length - frame.len() as u64;
        self.is_cut |= io::copy(&mut input.take(rest), &mut io::sink())? > 0;
        Ok(())
    }

    fn note(&mut self, field: &[u8]) {
        if self.texts.are_many() {
            self.is_cut = true;
        } else {
            self.texts.add(field);
        }
    }
}

impl Read for Streams<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if into.is_empty() {
            return Ok(0);
        }
        loop {
            let read = match &mut self.at {
                At::Start(_) => 0,
                At::Gzip(stream) => stream.read(into)?,
                At::Bzip2(stream) => stream.read(into)?,
                At::Zstd(stream) => stream.read(into)?,
                At::Xz(stream) => stream.read(into)?,
                At::Lzma(stream) => stream.read(into)?,
                At::Behind(_) | At::Lost => return Ok(0),
            };
            if read > 0 {
                return Ok(read);
            }
            self.advance()?;
        }
    }
}

/// What streams are read from. Bytes that were looked at, or not used, come again.
pub(super) struct Input<'c> {
    again: Vec<u8>,
    at: usize,
    from: BufReader<Box<dyn Read + 'c>>,
}

impl Input<'_> {
    /// The next bytes, `count` of them if there are as many, which are still to be read.
    fn peek(&mut self, count: usize) -> io::Result<&[u8]> {
        let had = self.again.len() - self.at;
        if had < count {
            self.again.drain(..self.at);
            self.at = 0;
            (&mut self.from).take((count - had) as u64).read_to_end(&mut self.again)?;
        }
        let end = self.again.len().min(self.at + count);
        Ok(&self.again[self.at..end])
    }

    fn put_back(&mut self, mut unread: Vec<u8>) {
        unread.extend_from_slice(&self.again[self.at..]);
        (self.again, self.at) = (unread, 0);
    }

    fn pass_zeros(&mut self) -> io::Result<()> {
        loop {
            let buffer = self.fill_buf()?;
            let (zeros, all) = (buffer.iter().take_while(|&&b| b == 0).count(), buffer.len());
            self.consume(zeros);
            if zeros < all || all == 0 {
                return Ok(());
            }
        }
    }
}

impl Read for Input<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at == self.again.len() {
            return self.from.read(into);
        }
        let read = (&self.again[self.at..]).read(into)?;
        self.at += read;
        Ok(read)
    }
}

impl BufRead for Input<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at < self.again.len() { Ok(&self.again[self.at..]) } else { self.from.fill_buf() }
    }

    fn consume(&mut self, count: usize) {
        if self.at < self.again.len() {
            self.at += count;
        } else {
            self.from.consume(count);
        }
    }
}
