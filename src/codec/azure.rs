//! Checks inside Azure keys: HIS v1, CASK, Entra client secrets, DevOps personal access tokens.
//!
//! Layouts and seeds are those of Microsoft's security-utilities (MIT), as facts; the code is ours.

use crate::codec::bases::{self, BASE62};
use crate::codec::marvin::{marvin32, seed};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Alphabet of the base-66 text in an Entra client secret.
pub const BASE66: &[u8; 66] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ1234567890.-_~";
const CASK_SEED: &[u8; 8] = b"Default0";
const ENTRA_SEED: &[u8; 8] = b"AadPwd00";
/// The two CRC-32 masks of 52-character DevOps tokens: user and application.
const DEVOPS_MASKS: [u32; 2] = [0xE0B9_692D, 0x1019_F92E];

/// Whether the last four decoded bytes are Marvin32 of the rest under one of the eight-character seeds.
pub fn is_his<'a>(key: &[u8], seeds: impl IntoIterator<Item = &'a str>) -> bool {
    let Some(bytes) = bases::base64(key) else { return false };
    let Some(at) = bytes.len().checked_sub(4) else { return false };
    let (data, check) = bytes.split_at(at);
    seeds
        .into_iter()
        .filter_map(|text| text.as_bytes().try_into().ok())
        .any(|text| marvin32(data, seed(text)).to_le_bytes() == check)
}

/// Whether a CASK key of 84 or 88 characters carries a valid check, in either of its two encodings.
pub fn is_cask(key: &[u8]) -> bool {
    let (Some(text), Some(head)) = (key.get(80..), key.get(..80)) else { return false };
    let Some(data) = bases::base64(head) else { return false };
    cask_checks(&data, key.len()).iter().any(|check| check == text)
}

/// The two accepted check texts of a CASK key of that length (84 or 88) over its first 60 decoded bytes.
pub fn cask_checks(data: &[u8], len: usize) -> [Vec<u8>; 2] {
    let hash = marvin32(data, seed(CASK_SEED)).to_le_bytes();
    let number = u64::from(u32::from_be_bytes(hash));
    let mut sixtytwo: Vec<u8> = bases::digits(number, BASE62, 6);
    let zeros = sixtytwo.iter().take_while(|&&d| d == b'0').count();
    sixtytwo.rotate_left(zeros);
    if len == 88 {
        let raw = STANDARD.encode(hash).into_bytes();
        sixtytwo.extend(b"==");
        [raw, sixtytwo]
    } else {
        sixtytwo.truncate(4);
        [STANDARD.encode(&hash[..3]).into_bytes(), sixtytwo]
    }
}

/// The three characters that end an Entra client secret, from the 37 before them.
pub fn entra_check(head: &[u8]) -> Vec<u8> {
    let mut text = bases::digits(u64::from(marvin32(head, seed(ENTRA_SEED))), BASE66, 6);
    text.truncate(3);
    text
}

/// Whether a 40-character Entra client secret carries a valid check.
pub fn is_entra(secret: &[u8]) -> bool {
    secret.len() == 40 && entra_check(&secret[..37]) == secret[37..]
}

const DEVOPS_CHECK_AT: [usize; 4] = [22, 8, 7, 2];

/// The check bytes of a DevOps token, from its 28 other bytes.
pub fn devops_check(data: &[u8], mask: usize) -> [u8; 4] {
    (crc32fast::hash(data) ^ DEVOPS_MASKS[mask]).to_le_bytes()
}

/// Whether a 52-character base32 DevOps personal access token carries a valid check.
pub fn is_devops_pat(token: &[u8]) -> bool {
    let Some(bytes) = bases::base32(token).filter(|bytes| bytes.len() == 32) else { return false };
    let check = DEVOPS_CHECK_AT.map(|at| bytes[at]);
    let data: Vec<u8> = (0..32).filter(|at| !DEVOPS_CHECK_AT.contains(at)).map(|at| bytes[at]).collect();
    (0..DEVOPS_MASKS.len()).any(|mask| devops_check(&data, mask) == check)
}

/// The 52-character token whose 28 free bytes are given.
pub fn to_devops_pat(data: &[u8; 28]) -> Vec<u8> {
    let check = devops_check(data, 0);
    let mut free = data.iter();
    let bytes: Vec<u8> = (0..32)
        .filter_map(|at| match DEVOPS_CHECK_AT.iter().position(|&c| c == at) {
            Some(place) => Some(check[place]),
            None => free.next().copied(),
        })
        .collect();
    bases::to_base32_lower(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Microsoft's published test data, put together at run time.
    #[test]
    fn his_vectors() {
        let key = |letter: &str, count: usize, tail: &str| letter.repeat(count) + tail;
        let vectors = [
            (key("a", 33, "+ASbHpHeAI="), "Send0000"),
            (key("a", 33, "+AEhG2s/8w="), "Send0000"),
            (key("a", 33, "AIoTOumzco="), "IoTHub00"),
            (key("a", 42, "AzSeCjhzCu"), "Query000"),
            (key("d", 42, "+ACRCUDxQE"), "ACRDflt0"),
            (key("e", 42, "+ACRCTB7t/"), "ACRDflt0"),
            (key("d", 44, "AzFu182vhA=="), "System00"),
        ];
        for (key, seed) in vectors {
            assert!(is_his(key.as_bytes(), [seed]), "{seed} {}", key.len());
            assert!(!is_his(key.as_bytes(), ["Other000"]), "{seed}");
        }
    }

    #[test]
    fn devops_tokens_round_trip() {
        let data = std::array::from_fn(|i| (i * 37 + 11) as u8);
        let mut token = to_devops_pat(&data);
        assert_eq!(token.len(), 52);
        assert!(is_devops_pat(&token));
        token[3] = if token[3] == b'a' { b'b' } else { b'a' };
        assert!(!is_devops_pat(&token));
    }
}
