//! What goes over every byte, on processors with vectors: the prefilter's pass, and the one that finds where decoding starts.
//! Which form is taken is decided when it runs; `benches/record/` says what each gains.

use std::arch::x86_64::{
    __m128i, __m256i, __m512i, _mm_and_si128, _mm_andnot_si128, _mm_cvtsi128_si64, _mm_extract_epi64, _mm_mullo_epi16,
    _mm_or_si128, _mm_set_epi64x, _mm_set1_epi16, _mm_srli_epi16, _mm256_add_epi16, _mm256_and_si256, _mm256_andnot_si256,
    _mm256_broadcastsi128_si256, _mm256_castsi256_pd, _mm256_castsi256_ps, _mm256_cmpeq_epi8, _mm256_cmpeq_epi64,
    _mm256_cvtepu16_epi32, _mm256_i32gather_epi32, _mm256_loadu_si256, _mm256_maskz_compress_epi16, _mm256_min_epu8,
    _mm256_movemask_epi8, _mm256_movemask_pd, _mm256_movemask_ps, _mm256_mullo_epi16, _mm256_or_si256, _mm256_set_epi16,
    _mm256_set_epi32, _mm256_set1_epi8, _mm256_set1_epi16, _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_sllv_epi32,
    _mm256_srli_epi16, _mm256_storeu_si256, _mm256_sub_epi8, _mm256_xor_si256, _mm512_cmpeq_epi8_mask, _mm512_cmple_epu8_mask,
    _mm512_cvtepu16_epi32, _mm512_i32gather_epi32, _mm512_loadu_si512, _mm512_movepi8_mask, _mm512_or_si512,
    _mm512_permutex2var_epi8, _mm512_rorv_epi32, _mm512_set1_epi8, _mm512_set1_epi32, _mm512_set1_epi64, _mm512_sub_epi8,
    _mm512_test_epi8_mask, _mm512_test_epi32_mask, _mm512_testn_epi8_mask, _mm512_testn_epi64_mask, _mm512_xor_si512,
};

use super::decode::digits::is_digit;
use super::decode::signs::{ALIKE, ENTITY, LEADS, SIGNS};
use super::decode::sweep::{BLOCK, Block, Eye, by_blocks};
use super::prefilter::{Bitmap, FOLD, Fingerprint, HASH, LOOK, Places, pass};

/// As [`portable`](super::decode::sweep::portable), all in order; whether the processor can.
#[inline]
#[allow(unsafe_code, reason = "the calls need a processor that was asked first")]
pub(super) fn sweep(content: &[u8], eye: &mut impl Eye) -> bool {
    // SAFETY: the functions are safe but for their instructions, and the processor was asked for them. They load no memory
    // but through slices.
    if has_tables() {
        unsafe { sweep_by_table(content, eye) }
    } else if is_x86_feature_detected!("avx2") {
        unsafe { sweep_by_halves(content, eye) }
    } else {
        return false;
    }
    true
}

/// As the portable way of the prefilter; whether the processor can.
#[inline]
#[allow(unsafe_code, reason = "the calls need a processor that was asked first")]
pub(super) fn sift(tables: &Fingerprint, content: &[u8], visit: &mut dyn FnMut(usize, &[u16])) -> bool {
    // SAFETY: as above.
    if has_wide_gathers() {
        unsafe { sift_wide(tables, content, visit) }
    } else if has_gathers() {
        unsafe { sift_gathered(tables, content, visit) }
    } else if has_words() {
        unsafe { sift_fetched(tables, content, visit) }
    } else {
        return false;
    }
    true
}

/// Whether 128 bytes can be a table.
fn has_tables() -> bool {
    is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw") && is_x86_feature_detected!("avx512vbmi")
}

fn has_words() -> bool {
    is_x86_feature_detected!("avx2") && is_x86_feature_detected!("popcnt") && is_x86_feature_detected!("bmi2")
}

/// Whether 16 words can be gathered, and what passed be packed.
fn has_wide_gathers() -> bool {
    let wide =
        is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw") && is_x86_feature_detected!("avx512vl");
    has_gathers() && wide && is_x86_feature_detected!("avx512vbmi2")
}

/// Whether gathers are worth it. Every processor with AVX2 has them, but older ones take longer for one than for its loads one
/// by one, some after a mended flaw many times as long; those that can AVX-VNNI, too, are newer.
fn has_gathers() -> bool {
    has_words() && is_x86_feature_detected!("avxvnni")
}

#[target_feature(enable = "avx2,popcnt,bmi2,avx512f,avx512bw,avx512vl,avx512vbmi2")]
fn sift_wide(tables: &Fingerprint, content: &[u8], visit: &mut dyn FnMut(usize, &[u16])) {
    tables.sift_by(|bitmap, block, places| pass_wide(bitmap, block, places), content, visit);
}

#[target_feature(enable = "avx2,popcnt,bmi2")]
fn sift_gathered(tables: &Fingerprint, content: &[u8], visit: &mut dyn FnMut(usize, &[u16])) {
    tables.sift_by(|bitmap, block, places| pass(block, places, |chunk| gathered(bitmap, chunk)), content, visit);
}

#[target_feature(enable = "avx2,popcnt,bmi2")]
fn sift_fetched(tables: &Fingerprint, content: &[u8], visit: &mut dyn FnMut(usize, &[u16])) {
    tables.sift_by(|bitmap, block, places| pass(block, places, |chunk| fetched(bitmap, chunk)), content, visit);
}

/// Two chunks at once.
const TWICE: usize = 2 * (LOOK - 2);

/// As [`pass`], two chunks at a time; the processor gathers the words and packs the places that passed.
#[target_feature(enable = "avx2,popcnt,avx512f,avx512bw,avx512vl,avx512vbmi2")]
fn pass_wide(bitmap: &Bitmap, block: &[u8], places: &mut Places) -> (usize, usize) {
    let (mut count, mut at) = (0, 0);
    while let Some(chunks) = block.get(at..).and_then(|rest| rest.first_chunk())
        && let Some(room) = places.get_mut(count..).and_then(|rest| rest.first_chunk_mut())
    {
        count += passed_wide(bitmap, chunks, at as i16, room);
        at += TWICE;
    }
    (count, at)
}

/// Puts the places of two chunks at `at` that pass the bitmap into `room`; how many they are.
#[target_feature(enable = "avx2,popcnt,avx512f,avx512bw,avx512vl,avx512vbmi2")]
#[allow(unsafe_code, reason = "a gather and a store take pointers")]
fn passed_wide(bitmap: &Bitmap, chunks: &[u8; TWICE + 2], at: i16, room: &mut [u16; TWICE / 2]) -> usize {
    let [pairs, rests] = [chunks.first_chunk(), chunks.last_chunk()].map(|bytes| half(bytes.unwrap_or(&[0; TWICE])));
    let folded = _mm256_or_si256(pairs, _mm256_set1_epi16(FOLD as i16));
    let hashed = _mm256_mullo_epi16(folded, _mm256_set1_epi16(HASH.cast_signed()));
    let low = _mm256_set1_epi16(31);
    let indices = _mm256_or_si256(_mm256_andnot_si256(low, hashed), _mm256_and_si256(rests, low));
    // SAFETY: each lane is a number of 16 bits, and the bitmap has a word for each of these.
    let words = unsafe { _mm512_i32gather_epi32::<4>(_mm512_cvtepu16_epi32(indices), bitmap.as_ptr().cast()) };
    // Of a count of places to turn five bits count, as of a last byte.
    let bits = _mm512_rorv_epi32(words, _mm512_cvtepu16_epi32(_mm256_srli_epi16::<8>(rests)));
    let passed = _mm512_test_epi32_mask(bits, _mm512_set1_epi32(1));
    let offsets = _mm256_set_epi16(30, 28, 26, 24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0);
    let places = _mm256_maskz_compress_epi16(passed, _mm256_add_epi16(offsets, _mm256_set1_epi16(at)));
    // SAFETY: the room has as many bytes as are stored.
    unsafe { _mm256_storeu_si256(room.as_mut_ptr().cast(), places) };
    passed.count_ones() as usize
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
fn sweep_by_table(content: &[u8], eye: &mut impl Eye) {
    by_blocks(content, |block| by_table(block), eye);
}

#[target_feature(enable = "avx2")]
fn sweep_by_halves(content: &[u8], eye: &mut impl Eye) {
    by_blocks(content, |block| by_halves(block), eye);
}

/// Looks all bytes up at once.
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn by_table(block: &[u8; BLOCK]) -> Block {
    let bytes = vector(block);
    let (halves, _) = CLASSES.as_chunks::<BLOCK>();
    let classes = _mm512_permutex2var_epi8(vector(&halves[0]), bytes, vector(&halves[1]));
    // A byte over 0x7f has its top set, and no class.
    let foreign = _mm512_movepi8_mask(bytes);
    let are = |class: u8| _mm512_test_epi8_mask(classes, _mm512_set1_epi8(class.cast_signed())) & !foreign;
    let tops = _mm512_set1_epi64(i64::from_ne_bytes([0x80; 8]));
    let others = _mm512_or_si512(bytes, _mm512_xor_si512(classes, _mm512_set1_epi8(-1)));
    let mut signs = are(SIGN) | entities(are(START), are(SECOND));
    if signs != 0 {
        signs &= !beside_others(_mm512_testn_epi8_mask(bytes, bytes));
    }
    if foreign != 0 {
        let lead = |byte: u8| _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(byte.cast_signed()));
        signs |= LEADS.into_iter().fold(0, |leads, byte| leads | lead(byte));
        let from = _mm512_sub_epi8(bytes, _mm512_set1_epi8(ALIKE.start().cast_signed()));
        signs |= _mm512_cmple_epu8_mask(from, _mm512_set1_epi8((*ALIKE.end() - *ALIKE.start()).cast_signed()));
    }
    Block { digits: !_mm512_movepi8_mask(others), words: _mm512_testn_epi64_mask(others, tops), signs }
}

/// Put together from words, vectors cost the pass for runs and signs a fifth more, that of the prefilter a tenth.
#[target_feature(enable = "avx512f")]
#[allow(unsafe_code, reason = "a load takes a pointer")]
fn vector(bytes: &[u8; BLOCK]) -> __m512i {
    // SAFETY: the array has as many bytes as are loaded, which may lie anywhere.
    unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
}

/// Classes of ASCII characters: digits, signs, and both bytes that an entity starts with.
const DIGIT: u8 = 0x80;
const SIGN: u8 = 0x40;
const START: u8 = 0x20;
const SECOND: u8 = 0x10;
static CLASSES: [u8; 2 * BLOCK] = {
    let mut table = [0; 2 * BLOCK];
    let mut byte = 0;
    while byte < table.len() {
        if is_digit(byte as u8) {
            table[byte] = DIGIT;
        }
        byte += 1;
    }
    let mut at = 0;
    while at < SIGNS.len() {
        table[SIGNS[at] as usize] = SIGN;
        at += 1;
    }
    table[ENTITY[0] as usize] = START;
    table[ENTITY[1] as usize] = SECOND;
    table
};

/// Looks the halves of bytes up, 32 bytes at once.
#[target_feature(enable = "avx2")]
fn by_halves(block: &[u8; BLOCK]) -> Block {
    let halves = halves(block);
    let digits = halves.map(|half| digits_of(half));
    let words = digits.map(|half| {
        let whole = _mm256_cmpeq_epi64(half, _mm256_set1_epi8(-1));
        _mm256_movemask_pd(_mm256_castsi256_pd(whole)) as u8
    });
    Block { digits: mask(digits), words: words[1] << 4 | words[0], signs: signs_of(halves) }
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

/// Which bytes of a block are signs, the first one in the lowest bit. The last may be one by half.
#[target_feature(enable = "avx2")]
fn signs_of([low, high]: [__m256i; 2]) -> u64 {
    let are = |byte: u8| {
        let wanted = _mm256_set1_epi8(byte.cast_signed());
        [_mm256_cmpeq_epi8(low, wanted), _mm256_cmpeq_epi8(high, wanted)]
    };
    let or = |a: [__m256i; 2], b: [__m256i; 2]| [0, 1].map(|half| _mm256_or_si256(a[half], b[half]));
    let leads = || {
        let [a, b, c] = LEADS.map(are);
        mask(or(a, or(b, c))) | mask([low, high].map(|half| alike(half)))
    };
    let [start, second] = ENTITY.map(|byte| mask(are(byte)));
    let leads = if mask([low, high]) == 0 { 0 } else { leads() };
    let [escape, percent, terminal, zero] = SIGNS.map(are);
    let mut signs = mask(or(or(escape, percent), or(terminal, zero)));
    if signs != 0 {
        signs &= !beside_others(mask(zero));
    }
    signs | entities(start, second) | leads
}

/// Sets the bytes of 32 that letters start with which look like others.
#[target_feature(enable = "avx2")]
fn alike(half: __m256i) -> __m256i {
    let from = _mm256_sub_epi8(half, _mm256_set1_epi8(ALIKE.start().cast_signed()));
    let last = _mm256_set1_epi8((*ALIKE.end() - *ALIKE.start()).cast_signed());
    _mm256_cmpeq_epi8(_mm256_min_epu8(from, last), from)
}

/// Which zeros of a block stand beside others.
fn beside_others(zeros: u64) -> u64 {
    zeros & (zeros >> 1 | zeros << 1)
}

/// Where entities start, the last of a block perhaps, by where their bytes stand.
fn entities(starts: u64, seconds: u64) -> u64 {
    starts & (seconds >> 1 | 1 << (BLOCK - 1))
}

/// The top bits of 64 bytes.
#[target_feature(enable = "avx2")]
fn mask(halves: [__m256i; 2]) -> u64 {
    let [low, high] = halves.map(|half| _mm256_movemask_epi8(half).cast_unsigned());
    u64::from(high) << 32 | u64::from(low)
}

#[target_feature(enable = "avx2")]
fn halves(block: &[u8; BLOCK]) -> [__m256i; 2] {
    let (halves, _) = block.as_chunks();
    [half(&halves[0]), half(&halves[1])]
}

/// As [`vector`], of half as many bytes.
#[target_feature(enable = "avx2")]
#[allow(unsafe_code, reason = "a load takes a pointer")]
fn half(bytes: &[u8; BLOCK / 2]) -> __m256i {
    // SAFETY: as above.
    unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
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
    let mut all = if is_x86_feature_detected!("avx2") { unsafe { both(bitmap, block, places) } } else { Vec::new() };
    if has_wide_gathers() {
        let wide = unsafe { pass_wide(bitmap, block, places) };
        all.push((wide, places[..wide.0].to_vec()));
    }
    all
}
