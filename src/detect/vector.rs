//! What goes over every byte, on processors with vectors: the prefilter's pass, and the searches for runs of base64 digits and
//! for signs of escapes.
//! Which form is taken is decided when it runs; `benches/record/` says what each gains.

use std::arch::x86_64::{
    __m128i, __m256i, __m512i, _mm_and_si128, _mm_andnot_si128, _mm_cvtsi128_si64, _mm_extract_epi64, _mm_mullo_epi16,
    _mm_or_si128, _mm_set_epi64x, _mm_set1_epi16, _mm_srli_epi16, _mm256_and_si256, _mm256_broadcastsi128_si256,
    _mm256_castsi256_ps, _mm256_cmpeq_epi8, _mm256_cvtepu16_epi32, _mm256_i32gather_epi32, _mm256_movemask_epi8,
    _mm256_movemask_ps, _mm256_or_si256, _mm256_set_epi32, _mm256_set_epi64x, _mm256_set1_epi8, _mm256_setzero_si256,
    _mm256_shuffle_epi8, _mm256_sllv_epi32, _mm256_srli_epi16, _mm256_xor_si256, _mm512_andnot_si512, _mm512_loadu_si512,
    _mm512_movepi8_mask, _mm512_permutex2var_epi8,
};

use super::decode::digits::is_digit;
use super::decode::signs::{ENTITY, LEADS, SIGNS};
use super::prefilter::{Bitmap, FOLD, Fingerprint, HASH, LOOK, Places, pass};

/// Bytes looked at together in the search for digits.
const BLOCK: usize = 64;

/// As [`runs`](super::decode::digits::runs); whether the processor can.
#[inline]
#[allow(unsafe_code, reason = "the calls need a processor that was asked first")]
pub(super) fn runs(content: &[u8], shortest: usize, visit: &mut impl FnMut(usize) -> Option<usize>) -> bool {
    // SAFETY: the functions are safe but for their instructions, and the processor was asked for them. They load no memory
    // but through slices.
    if has_tables() {
        unsafe { runs_by_table(content, shortest, visit) }
    } else if is_x86_feature_detected!("avx2") {
        unsafe { runs_by_halves(content, shortest, visit) }
    } else {
        return false;
    }
    true
}

/// As the portable way of [`signs`](super::decode::signs), all in order; whether the processor can.
#[inline]
#[allow(unsafe_code, reason = "the call needs a processor that was asked first")]
pub(super) fn signs(content: &[u8], visit: &mut impl FnMut(usize)) -> bool {
    // SAFETY: as above.
    is_x86_feature_detected!("avx2").then(|| unsafe { all_signs(content, visit) }).is_some()
}

/// As the portable way of the prefilter; `None` where the processor can't.
#[inline]
#[allow(unsafe_code, reason = "the calls need a processor that was asked first")]
pub(super) fn sift(tables: &Fingerprint, content: &[u8], block: usize, places: &mut Places) -> Option<usize> {
    // SAFETY: as above.
    if has_gathers() {
        Some(unsafe { sift_gathered(tables, content, block, places) })
    } else {
        has_words().then(|| unsafe { sift_fetched(tables, content, block, places) })
    }
}

/// Whether 128 bytes can be a table.
fn has_tables() -> bool {
    is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw") && is_x86_feature_detected!("avx512vbmi")
}

fn has_words() -> bool {
    is_x86_feature_detected!("avx2") && is_x86_feature_detected!("popcnt") && is_x86_feature_detected!("bmi2")
}

/// Whether gathers are worth it. Every processor with AVX2 has them, but older ones take longer for one than for its loads one
/// by one, some after a mended flaw many times as long; those that can AVX-VNNI, too, are newer.
fn has_gathers() -> bool {
    has_words() && is_x86_feature_detected!("avxvnni")
}

#[target_feature(enable = "avx2,popcnt,bmi2")]
fn sift_gathered(tables: &Fingerprint, content: &[u8], block: usize, places: &mut Places) -> usize {
    tables.sift_by(|bitmap, block, places| pass(block, places, |chunk| gathered(bitmap, chunk)), content, block, places)
}

#[target_feature(enable = "avx2,popcnt,bmi2")]
fn sift_fetched(tables: &Fingerprint, content: &[u8], block: usize, places: &mut Places) -> usize {
    tables.sift_by(|bitmap, block, places| pass(block, places, |chunk| fetched(bitmap, chunk)), content, block, places)
}

/// A bit for each place of a chunk that passes the bitmap; the processor gathers the words.
#[target_feature(enable = "avx2")]
#[allow(unsafe_code, reason = "a gather takes a pointer")]
fn gathered(bitmap: &Bitmap, chunk: &[u8; LOOK]) -> u8 {
    let (indices, rests) = indices(chunk);
    // SAFETY: each lane is a number of 16 bits, and the bitmap has a word for each of these.
    let words = unsafe { _mm256_i32gather_epi32::<4>(bitmap.as_ptr().cast(), _mm256_cvtepu16_epi32(indices)) };
    tops(words, rests)
}

/// As [`gathered`], with the words fetched one by one.
#[target_feature(enable = "avx2")]
fn fetched(bitmap: &Bitmap, chunk: &[u8; LOOK]) -> u8 {
    let (indices, rests) = indices(chunk);
    let indices = lanes(indices);
    let word = |place: usize| bitmap[usize::from(indices[place])].cast_signed();
    let words = _mm256_set_epi32(word(7), word(6), word(5), word(4), word(3), word(2), word(1), word(0));
    tops(words, rests)
}

/// The words of the bitmap for the places of a chunk, and the later halves of their pieces.
#[target_feature(enable = "avx2")]
fn indices(chunk: &[u8; LOOK]) -> (__m128i, __m128i) {
    let half = |at: usize| chunk[at..].first_chunk().map_or(0, |bytes| i64::from_le_bytes(*bytes));
    let pairs = _mm_set_epi64x(half(8), half(0));
    let rests = _mm_set_epi64x(half(10), half(2));
    let hashed = _mm_mullo_epi16(_mm_or_si128(pairs, _mm_set1_epi16(FOLD as i16)), _mm_set1_epi16(HASH.cast_signed()));
    let low = _mm_set1_epi16(31);
    (_mm_or_si128(_mm_andnot_si128(low, hashed), _mm_and_si128(rests, low)), rests)
}

/// The bit of each word that the last byte of its piece chooses, moved to the word's top, where all are read at once.
#[target_feature(enable = "avx2")]
fn tops(words: __m256i, rests: __m128i) -> u8 {
    // By 31 less the bit's number, which is all its low bits turned over.
    let shifts = _mm_andnot_si128(_mm_srli_epi16::<8>(rests), _mm_set1_epi16(31));
    let tops = _mm256_sllv_epi32(words, _mm256_cvtepu16_epi32(shifts));
    _mm256_movemask_ps(_mm256_castsi256_ps(tops)) as u8
}

#[target_feature(enable = "avx2")]
fn lanes(vector: __m128i) -> [u16; 8] {
    let low = _mm_cvtsi128_si64(vector).cast_unsigned();
    let high = _mm_extract_epi64::<1>(vector).cast_unsigned();
    std::array::from_fn(|lane| (if lane < 4 { low >> (16 * lane) } else { high >> (16 * (lane - 4)) }) as u16)
}

#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn runs_by_table(content: &[u8], shortest: usize, visit: &mut impl FnMut(usize) -> Option<usize>) {
    search(content, shortest, |block| by_table(block), visit);
}

#[target_feature(enable = "avx2")]
fn runs_by_halves(content: &[u8], shortest: usize, visit: &mut impl FnMut(usize) -> Option<usize>) {
    search(content, shortest, |block| by_halves(block), visit);
}

/// `mask` says which bytes of a block are digits, the first one in the lowest bit. A run is told where its first `shortest`
/// digits are known, once.
#[inline(always)]
fn search(content: &[u8], shortest: usize, mask: impl Fn(&[u8; BLOCK]) -> u64, visit: &mut impl FnMut(usize) -> Option<usize>) {
    // How many digits the block before ends in.
    let (mut at, mut carried) = (0, 0);
    'blocks: while at < content.len() {
        let digits = match content[at..].first_chunk() {
            Some(block) => mask(block),
            None => {
                let mut block = [0; BLOCK];
                block[..content.len() - at].copy_from_slice(&content[at..]);
                mask(&block)
            }
        };
        let leading = digits.trailing_ones() as usize;
        if carried > 0
            && carried < shortest
            && carried + leading >= shortest
            && let Some(next) = visit(at - carried)
        {
            (at, carried) = (next, 0);
            continue;
        }
        // Of each run that is long enough within the block its first place, but for one that goes on from before.
        let within = if carried > 0 && leading > 0 { digits & digits.wrapping_add(1) } else { digits };
        let starts = starts(within, shortest);
        let mut firsts = starts & !(starts << 1);
        while firsts != 0 {
            if let Some(next) = visit(at + firsts.trailing_zeros() as usize) {
                (at, carried) = (next, 0);
                continue 'blocks;
            }
            firsts &= firsts - 1;
        }
        carried = if leading == BLOCK { carried + BLOCK } else { digits.leading_ones() as usize };
        at += BLOCK;
    }
}

/// Where a run of so many (16 to 32) ones starts that lies within the word.
#[inline(always)]
fn starts(ones: u64, shortest: usize) -> u64 {
    let two = ones & ones >> 1;
    let four = two & two >> 2;
    let eight = four & four >> 4;
    let sixteen = eight & eight >> 8;
    sixteen & sixteen >> (shortest - 16)
}

/// Looks all bytes up at once.
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn by_table(block: &[u8; BLOCK]) -> u64 {
    let bytes = vector(block);
    let (halves, _) = ASCII.as_chunks::<BLOCK>();
    let tops = _mm512_permutex2var_epi8(vector(&halves[0]), bytes, vector(&halves[1]));
    // A byte over 0x7f has its top set, and is none.
    _mm512_movepi8_mask(_mm512_andnot_si512(bytes, tops))
}

#[target_feature(enable = "avx512f")]
#[allow(unsafe_code, reason = "a load takes a pointer")]
fn vector(bytes: &[u8; BLOCK]) -> __m512i {
    // SAFETY: the array has as many bytes as are loaded, which may lie anywhere.
    unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
}

/// The top bit for each ASCII character that is a digit.
static ASCII: [u8; 2 * BLOCK] = {
    let mut table = [0; 2 * BLOCK];
    let mut byte = 0;
    while byte < table.len() {
        table[byte] = (is_digit(byte as u8) as u8) << 7;
        byte += 1;
    }
    table
};

/// Looks the halves of bytes up, 32 bytes at once.
#[target_feature(enable = "avx2")]
fn by_halves(block: &[u8; BLOCK]) -> u64 {
    mask(halves(block).map(|half| digits_of(half)))
}

/// Sets the digits' bytes of 32. A byte is a digit when its halves have a class in common: the upper half says which classes
/// its row of the ASCII table is in, the lower one which classes have a digit in its column.
#[target_feature(enable = "avx2")]
fn digits_of(bytes: __m256i) -> __m256i {
    let table = |rows: [u8; 16]| {
        let (halves, _) = rows.as_chunks::<8>();
        _mm256_broadcastsi128_si256(_mm_set_epi64x(i64::from_le_bytes(halves[1]), i64::from_le_bytes(halves[0])))
    };
    let upper = _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), _mm256_set1_epi8(0x0f));
    let rows = _mm256_shuffle_epi8(table(ROWS), upper);
    // A byte over 0x7f gives zero here.
    let columns = _mm256_shuffle_epi8(table(COLUMNS), bytes);
    let foreign = _mm256_cmpeq_epi8(_mm256_and_si256(rows, columns), _mm256_setzero_si256());
    _mm256_xor_si256(foreign, _mm256_set1_epi8(-1))
}

/// The classes of each row of the ASCII table: the signs `+ - /`, numbers, the first letters, the last letters, `_`.
const ROWS: [u8; 16] = [0, 0, 1, 2, 4, 8 | 16, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0];
/// The classes that have a digit in each column.
const COLUMNS: [u8; 16] = {
    let mut columns = [0; 16];
    let mut at = 0;
    while at < columns.len() {
        columns[at] = (matches!(at, 0xb | 0xd | 0xf) as u8)
            | ((at <= 9) as u8) << 1
            | ((at >= 1) as u8) << 2
            | ((at <= 0xa) as u8) << 3
            | ((at == 0xf) as u8) << 4;
        at += 1;
    }
    columns
};

#[target_feature(enable = "avx2")]
fn all_signs(content: &[u8], visit: &mut impl FnMut(usize)) {
    for at in (0..content.len()).step_by(BLOCK) {
        let rest = &content[at..];
        let mut places = match rest.first_chunk() {
            Some(block) => signs_of(block),
            None => {
                let mut block = [0; BLOCK];
                block[..rest.len()].copy_from_slice(rest);
                signs_of(&block)
            }
        };
        while places != 0 {
            let place = at + places.trailing_zeros() as usize;
            // An entity may reach into the next block.
            if content[place] != ENTITY[0] || content[place..].starts_with(&ENTITY) {
                visit(place);
            }
            places &= places - 1;
        }
    }
}

/// Which bytes of a block are signs, the first one in the lowest bit. The last may be one by half.
#[target_feature(enable = "avx2")]
fn signs_of(block: &[u8; BLOCK]) -> u64 {
    let [low, high] = halves(block);
    let are = |byte: u8| {
        let wanted = _mm256_set1_epi8(byte.cast_signed());
        [_mm256_cmpeq_epi8(low, wanted), _mm256_cmpeq_epi8(high, wanted)]
    };
    let any = |bytes: [u8; 3]| {
        let [a, b, c] = bytes.map(are);
        mask([0, 1].map(|half| _mm256_or_si256(a[half], _mm256_or_si256(b[half], c[half]))))
    };
    let [start, second] = ENTITY.map(|byte| mask(are(byte)));
    let entities = start & (second >> 1 | 1 << (BLOCK - 1));
    let leads = if mask([low, high]) == 0 { 0 } else { any(LEADS) };
    any(SIGNS) | entities | leads
}

/// The top bits of 64 bytes.
#[target_feature(enable = "avx2")]
fn mask(halves: [__m256i; 2]) -> u64 {
    let [low, high] = halves.map(|half| _mm256_movemask_epi8(half).cast_unsigned());
    u64::from(high) << 32 | u64::from(low)
}

#[target_feature(enable = "avx2")]
fn halves(block: &[u8; BLOCK]) -> [__m256i; 2] {
    let (words, _) = block.as_chunks::<8>();
    let word = |at: usize| i64::from_le_bytes(words[at]);
    [_mm256_set_epi64x(word(3), word(2), word(1), word(0)), _mm256_set_epi64x(word(7), word(6), word(5), word(4))]
}

/// What every way to go over the chunks of a block finds that this processor has, for tests.
#[cfg(test)]
#[allow(unsafe_code, reason = "the calls need a processor that was asked first")]
pub(super) fn passes(bitmap: &Bitmap, block: &[u8], places: &mut Places) -> Vec<((usize, usize), Vec<u16>)> {
    #[target_feature(enable = "avx2")]
    fn both(bitmap: &Bitmap, block: &[u8], places: &mut Places) -> Vec<((usize, usize), Vec<u16>)> {
        let gathering = pass(block, places, |chunk| gathered(bitmap, chunk));
        let gathering = (gathering, places[..gathering.0].to_vec());
        let fetching = pass(block, places, |chunk| fetched(bitmap, chunk));
        vec![gathering, (fetching, places[..fetching.0].to_vec())]
    }
    // SAFETY: as above.
    if is_x86_feature_detected!("avx2") { unsafe { both(bitmap, block, places) } } else { Vec::new() }
}
