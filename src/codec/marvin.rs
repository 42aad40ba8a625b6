//! Marvin32, the keyed hash inside Azure's identifiable keys and Entra client secrets.
//!
//! The algorithm is public; the seeds of each product are facts of the key formats (Microsoft's security-utilities).

/// Marvin32 of `data`, the two state words still apart: `(p0, p1)`.
fn state(data: &[u8], seed: u64) -> (u32, u32) {
    let (mut p0, mut p1) = (seed as u32, (seed >> 32) as u32);
    let mut block = |word: u32| {
        p0 = p0.wrapping_add(word);
        p1 ^= p0;
        p0 = p0.rotate_left(20).wrapping_add(p1);
        p1 = p1.rotate_left(9) ^ p0;
        p0 = p0.rotate_left(27).wrapping_add(p1);
        p1 = p1.rotate_left(19);
    };
    let words = data.chunks_exact(4);
    let rest = words.remainder();
    for word in words {
        block(u32::from_le_bytes([word[0], word[1], word[2], word[3]]));
    }
    let mut last = [0u8; 4];
    last[..rest.len()].copy_from_slice(rest);
    last[rest.len()] = 0x80;
    block(u32::from_le_bytes(last));
    block(0);
    (p0, p1)
}

/// The 32-bit Marvin hash of `data`.
pub fn marvin32(data: &[u8], seed: u64) -> u32 {
    let (p0, p1) = state(data, seed);
    p0 ^ p1
}

/// The seed written as eight ASCII characters, read as one big-endian number.
pub fn seed(text: &[u8; 8]) -> u64 {
    u64::from_be_bytes(*text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The three published 64-bit vectors of the algorithm (seed 0x004fb61a001bdbcc and two more).
    #[test]
    fn published_vectors() {
        let vectors: [(u64, &[u8], u64); 3] = [
            (0x004f_b61a_001b_dbcc, &[], 0x30ed_35c1_00cd_3c7d),
            (0x004f_b61a_001b_dbcc, &[0xaf], 0x48e7_3fc7_7d75_ddc1),
            (0x004f_b61a_001b_dbcc, &[0xe7, 0x0f], 0xb5f6_e1fc_485d_bff8),
        ];
        for (seed, data, want) in vectors {
            let (p0, p1) = state(data, seed);
            assert_eq!(u64::from(p1) << 32 | u64::from(p0), want, "{data:02x?}");
        }
    }
}
