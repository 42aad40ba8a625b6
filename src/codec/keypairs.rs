//! Key pairs that prove themselves: the public half of an Ed25519 pair (RFC 8032) follows from the private one.

use ed25519_compact::{KeyPair, Seed};

use super::bases;

/// Numbers in a pair: a seed and the public key.
const LENGTH: usize = 64;

/// Whether 64 bytes are a seed and its public key, as Solana and NaCl keep them.
pub fn is_ed25519(pair: &[u8]) -> bool {
    let (Some(seed), Some(public)) = (pair.get(..32), pair.get(32..LENGTH)) else { return false };
    let Ok(seed) = Seed::from_slice(seed) else { return false };
    pair.len() == LENGTH && KeyPair::from_seed(seed).pk.as_ref() == public
}

/// Whether a text is such a pair: numbers with commas between them, or base 58.
pub fn is_ed25519_text(text: &[u8]) -> bool {
    let pair = if text.contains(&b',') { numbers(text) } else { bases::base58(text) };
    pair.is_some_and(|pair| is_ed25519(&pair))
}

/// A pair from a seed.
pub fn to_ed25519(seed: [u8; 32]) -> [u8; LENGTH] {
    let public = KeyPair::from_seed(Seed::new(seed)).pk;
    std::array::from_fn(|at| if at < 32 { seed[at] } else { public[at - 32] })
}

/// The bytes that 64 decimal numbers with commas between them stand for; a last comma is passed over.
fn numbers(text: &[u8]) -> Option<Vec<u8>> {
    let text = text.trim_ascii();
    let text = text.strip_suffix(b",").unwrap_or(text);
    let mut bytes = Vec::with_capacity(LENGTH);
    for number in text.split(|&b| b == b',') {
        let number = std::str::from_utf8(number.trim_ascii()).ok()?;
        bytes.push(number.parse().ok().filter(|_| bytes.len() < LENGTH)?);
    }
    Some(bytes)
}

/// Whether a whole content is a list in brackets that is such a pair.
pub fn is_ed25519_list(content: &[u8]) -> bool {
    /// Four characters a number, each on a line of its own.
    const LONGEST: usize = 2048;
    let inside = || content.trim_ascii().strip_prefix(b"[")?.strip_suffix(b"]");
    content.len() <= LONGEST && inside().is_some_and(is_ed25519_text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_proves_itself() {
        let pair = to_ed25519([7; 32]).to_vec();
        assert!(is_ed25519(&pair));
        let list = |pair: &[u8]| format!("[{}]", pair.iter().map(u8::to_string).collect::<Vec<_>>().join(",\n  "));
        assert!(is_ed25519_list(list(&pair).as_bytes()));
        let mut other = pair.clone();
        other[40] ^= 1;
        for wrong in [&other[..], &pair[..63], &pair.repeat(2)] {
            assert!(!is_ed25519(wrong) && !is_ed25519_list(list(wrong).as_bytes()));
        }
        assert!(!is_ed25519_text(b"1,2,3") && !is_ed25519_text(b"256,1") && !is_ed25519_text(b""));
    }
}
