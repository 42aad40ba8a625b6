//! Shannon entropy of a value.

/// Bits a byte, from the byte frequencies of `text` itself; 0 for an empty text.
pub fn shannon(text: &[u8]) -> f32 {
    let mut counts = [0u32; 256];
    for &byte in text {
        counts[usize::from(byte)] += 1;
    }
    let total = text.len() as f32;
    let bits = counts.iter().filter(|&&count| count > 0).map(|&count| {
        let share = count as f32 / total;
        -share * share.log2()
    });
    bits.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        for (text, want) in [(&b""[..], 0.0), (b"aaaa", 0.0), (b"abab", 1.0), (b"abcd", 2.0), (b"0123456789abcdef", 4.0)] {
            assert!((shannon(text) - want).abs() < 1e-5, "{text:?}");
        }
    }
}
