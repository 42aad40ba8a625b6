//! Number and byte encodings beside plain base64.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use sha2::{Digest as _, Sha256};

/// Digits of the base-62 numbers that GitHub and npm append.
pub const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE58: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const BECH32: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent).with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// Base64 of either alphabet, padded or not; `None` when a byte is of neither, or of both at once.
pub fn base64(text: &[u8]) -> Option<Vec<u8>> {
    if text.iter().any(|b| matches!(b, b'-' | b'_')) { URL_SAFE.decode(text).ok() } else { STANDARD.decode(text).ok() }
}

/// Appends what standard base64 (padded or not) stands for; `false`, with nothing appended, when a byte is foreign.
pub fn base64_into(text: &[u8], out: &mut Vec<u8>) -> bool {
    let before = out.len();
    let fine = STANDARD.decode_vec(text, out).is_ok();
    if !fine {
        out.truncate(before);
    }
    fine
}

/// `number` in the digits given, most significant first, padded on the left with the zero digit to `width`.
pub fn digits(mut number: u64, alphabet: &[u8], width: usize) -> Vec<u8> {
    let mut text = vec![alphabet[0]; width];
    for place in text.iter_mut().rev() {
        *place = alphabet[(number % alphabet.len() as u64) as usize];
        number /= alphabet.len() as u64;
    }
    text
}

/// The position of each byte in `alphabet`; `None` when one is not in it.
fn values(text: &[u8], alphabet: &[u8]) -> Option<Vec<u8>> {
    text.iter().map(|b| alphabet.iter().position(|a| a == b).map(|at| at as u8)).collect()
}

/// RFC 4648 base32 without padding, either case; `None` on a foreign byte. Spare bits are dropped.
pub fn base32(text: &[u8]) -> Option<Vec<u8>> {
    let upper = text.to_ascii_uppercase();
    let values = values(&upper, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")?;
    Some(regroup(&values, 5, 8))
}

/// Packs groups of `from` bits into groups of `to` bits, dropping what does not fill a group.
fn regroup(values: &[u8], from: u32, to: u32) -> Vec<u8> {
    let (mut held, mut bits) = (0u32, 0);
    let mut out = Vec::with_capacity(values.len() * from as usize / to as usize);
    for &value in values {
        held = held << from | u32::from(value);
        bits += from;
        while bits >= to {
            bits -= to;
            out.push((held >> bits & ((1 << to) - 1)) as u8);
        }
        held &= (1 << bits) - 1;
    }
    out
}

/// The base32 (lower case) of bytes, spare bits zero.
pub fn to_base32_lower(bytes: &[u8]) -> Vec<u8> {
    let mut groups = regroup(bytes, 8, 5);
    let rest = bytes.len() * 8 % 5;
    if rest > 0 {
        let last = bytes.last().copied().unwrap_or_default();
        groups.push(last << (5 - rest) & 31);
    }
    groups.iter().map(|&g| b"abcdefghijklmnopqrstuvwxyz234567"[usize::from(g)]).collect()
}

fn bech32_polymod(values: impl Iterator<Item = u8>) -> u32 {
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    values.fold(1, |sum, value| {
        let mixed = (sum & 0x01ff_ffff) << 5 ^ u32::from(value);
        (0..5).filter(|bit| sum >> 25 >> bit & 1 == 1).fold(mixed, |sum, bit| sum ^ GENERATOR[bit])
    })
}

/// Whether the text is a valid Bech32 string (BIP-173), either case.
pub fn is_bech32(text: &[u8]) -> bool {
    let text = text.to_ascii_lowercase();
    let Some(split) = text.iter().rposition(|&b| b == b'1') else { return false };
    let (prefix, data) = (&text[..split], &text[split + 1..]);
    let Some(values) = values(data, BECH32) else { return false };
    if prefix.is_empty() || values.len() < 6 {
        return false;
    }
    let expanded = prefix.iter().map(|b| b >> 5).chain([0]).chain(prefix.iter().map(|b| b & 31));
    bech32_polymod(expanded.chain(values.iter().copied())) == 1
}

/// Bech32 text of five-bit groups under a lower-case prefix.
pub fn to_bech32(prefix: &[u8], groups: &[u8]) -> Vec<u8> {
    let expanded = prefix.iter().map(|b| b >> 5).chain([0]).chain(prefix.iter().map(|b| b & 31));
    let sum = bech32_polymod(expanded.chain(groups.iter().copied()).chain([0; 6])) ^ 1;
    let check = (0..6).map(|i| (sum >> (5 * (5 - i)) & 31) as u8);
    let body = groups.iter().copied().chain(check).map(|g| BECH32[usize::from(g & 31)]);
    prefix.iter().copied().chain([b'1']).chain(body).collect()
}

fn checksum58(data: &[u8]) -> [u8; 4] {
    let sum = Sha256::digest(Sha256::digest(data));
    [sum[0], sum[1], sum[2], sum[3]]
}

/// The bytes of a text in base 58, with a zero for each leading `1`; `None` for other characters.
pub fn base58(text: &[u8]) -> Option<Vec<u8>> {
    let values = values(text, BASE58)?;
    let mut bytes: Vec<u8> = Vec::with_capacity(text.len());
    for value in values {
        let mut carry = u32::from(value);
        for byte in bytes.iter_mut().rev() {
            carry += u32::from(*byte) * 58;
            *byte = carry as u8;
            carry >>= 8;
        }
        if carry > 0 {
            bytes.insert(0, carry as u8);
        }
    }
    let leading = text.iter().take_while(|&&b| b == b'1').count();
    bytes.splice(0..0, std::iter::repeat_n(0, leading));
    Some(bytes)
}

/// Whether the text is Base58Check: base-58 of data followed by the first four bytes of its double SHA-256.
pub fn is_base58check(text: &[u8]) -> bool {
    base58(text).is_some_and(|bytes| {
        bytes.len() > 4 && {
            let (data, check) = bytes.split_at(bytes.len() - 4);
            checksum58(data) == check
        }
    })
}

/// Base58Check text of `data`.
pub fn to_base58check(data: &[u8]) -> Vec<u8> {
    to_base58(&[data, &checksum58(data)].concat())
}

/// The text of bytes in base 58.
pub fn to_base58(bytes: &[u8]) -> Vec<u8> {
    let leading = bytes.iter().take_while(|&&b| b == 0).count();
    let mut digits: Vec<u8> = Vec::new();
    for &byte in bytes {
        let mut carry = u32::from(byte);
        for digit in &mut digits {
            carry += u32::from(*digit) << 8;
            *digit = (carry % 58) as u8;
            carry /= 58;
        }
        while carry > 0 {
            digits.push((carry % 58) as u8);
            carry /= 58;
        }
    }
    let body = digits.iter().rev().map(|&d| BASE58[usize::from(d)]);
    std::iter::repeat_n(b'1', leading).chain(body).collect()
}

/// Whether the digits of the text pass the Luhn check (ISO/IEC 7812); spaces and dashes are passed over.
pub fn is_luhn(text: &[u8]) -> bool {
    let digits: Vec<u32> = text.iter().filter_map(|&b| (b as char).to_digit(10)).collect();
    let foreign = text.iter().any(|b| !b.is_ascii_digit() && !matches!(b, b' ' | b'-'));
    let double = |d: u32| if d > 4 { d * 2 - 9 } else { d * 2 };
    let sum: u32 = digits.iter().rev().enumerate().map(|(i, &d)| if i % 2 == 1 { double(d) } else { d }).sum();
    !foreign && digits.len() > 1 && sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_takes_both_alphabets_with_and_without_padding() {
        for text in [&b"-_8="[..], b"-_8", b"+/8=", b"+/8"] {
            assert_eq!(base64(text), Some(vec![0xfb, 0xff]), "{text:?}");
        }
        assert_eq!(base64(b"+_8="), None);
    }

    #[test]
    fn base32_goes_both_ways() {
        let bytes: Vec<u8> = (0..32).map(|i| i * 7).collect();
        assert_eq!(base32(&to_base32_lower(&bytes)), Some(bytes));
    }

    #[test]
    fn bech32_and_base58_find_one_changed_character() {
        let groups: Vec<u8> = (0..52).map(|i| i * 5 % 32).collect();
        let mut coded = [to_bech32(b"nsec", &groups), to_base58check(&[0x80; 33])];
        for (text, check) in coded.iter_mut().zip([is_bech32 as fn(&[u8]) -> bool, is_base58check]) {
            assert!(check(text));
            let middle = text.len() / 2;
            text[middle] = if text[middle] == b'q' { b'p' } else { b'q' };
            assert!(!check(text));
        }
    }

    #[test]
    fn luhn_knows_the_standard_example() {
        assert!(is_luhn(b"7992 7398 713"));
        assert!(!is_luhn(b"79927398710"));
    }
}
