//! How much a server takes of a report. What it refuses as a whole is cut to what it takes, the most severe first, and says how
//! much is left out.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::form::ranked;
use super::json::{Document, FindingV1};

/// No finding takes more bytes, as paths and names are no longer than systems have them.
const LARGEST: u64 = 200_000;

/// How findings are written, one after the other.
pub(super) type Piece<'p> = &'p dyn Fn(&FindingV1, &mut dyn Write) -> io::Result<()>;

/// What is shown of a report.
pub(super) struct Shown {
    /// Where the findings stand: in the order of the report where all are shown.
    pub(super) places: Vec<usize>,
    /// How many findings are left out.
    pub(super) left_out: usize,
}

impl Shown {
    /// At most `most` findings that take at most `bytes` bytes, each written by `piece`.
    pub(super) fn within(document: &Document<'_>, most: usize, bytes: u64, piece: Piece<'_>) -> Self {
        Self::measured(document, most, bytes, |places| {
            let mut sum = Sum::default();
            fitting(document, places, &mut sum, bytes, piece, |sum| sum.0)
        })
    }

    /// The same where the server takes `bytes` bytes of a file that is compressed.
    pub(super) fn within_compressed(document: &Document<'_>, most: usize, bytes: u64, piece: Piece<'_>) -> Self {
        Self::measured(document, most, bytes, |places| {
            let mut sum = Sum::default();
            let plain = fitting(document, places, &mut sum, bytes, piece, |sum| sum.0);
            if plain == places.len() {
                return plain;
            }
            // Who uploads the file compresses it better.
            let mut encoder = ZlibEncoder::new(io::sink(), Compression::fast());
            fitting(document, places, &mut encoder, bytes, piece, ZlibEncoder::total_out)
        })
    }

    fn measured(document: &Document<'_>, most: usize, bytes: u64, fit: impl Fn(&[usize]) -> usize) -> Self {
        let mut places: Vec<usize> = document.counted_places().collect();
        let all = places.len();
        if all > most || all as u64 * LARGEST > bytes && fit(&places) < all {
            places = ranked(document);
            places.truncate(most);
            places.truncate(fit(&places));
        }
        let left_out = all - places.len();
        Self { places, left_out }
    }
}

/// How many of the findings at `places` can be written before `size` is over `most`.
fn fitting<W: Write>(
    document: &Document<'_>,
    places: &[usize],
    out: &mut W,
    most: u64,
    piece: Piece<'_>,
    size: impl Fn(&W) -> u64,
) -> usize {
    let is_over = |at: &usize| piece(&document.findings.get(*at), out).is_err() || size(out) > most;
    places.iter().position(is_over).unwrap_or(places.len())
}

/// Counts bytes.
#[derive(Default)]
struct Sum(u64);

impl Write for Sum {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
