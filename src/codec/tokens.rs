//! Checks inside the tokens of source forges, registries and observability services.

use crate::codec::bases::{BASE62, base32, digits, to_base32_lower};

const BASE36: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// The account that an AWS access key id is of: the 40 bits behind the first of its base32 part. Ids from before 2019 have
/// a zero there and hold no account.
pub fn aws_account(id: &[u8]) -> Option<u64> {
    let bytes = base32(id.get(4..20).filter(|_| id.len() == 20 && id.starts_with(b"A"))?)?;
    let number = bytes.get(..6)?.iter().fold(0, |sum, &b| sum << 8 | u64::from(b));
    let account = (number & 0x7fff_ffff_ff80) >> 7;
    (number >> 47 == 1 && account < 1_000_000_000_000).then_some(account)
}

/// Six base-62 digits of the CRC-32 (IEEE) of `random`: the tail of GitHub's classic tokens and npm's.
pub fn crc32_base62(random: &[u8]) -> [u8; 6] {
    let mut tail = [0; 6];
    tail.copy_from_slice(&digits(u64::from(crc32fast::hash(random)), BASE62, 6));
    tail
}

/// Whether the last six characters check the thirty before them.
pub fn is_github(token: &[u8]) -> bool {
    let Some(at) = token.len().checked_sub(36) else { return false };
    let (random, check) = token[at..].split_at(30);
    crc32_base62(random) == check
}

/// The nine characters that end a GitLab routable token: payload length in two base-36 digits, CRC-32 in seven.
pub fn gitlab_tail(before: &[u8], payload: usize) -> Vec<u8> {
    let mut text = before.to_vec();
    text.extend(digits(payload as u64, BASE36, 2));
    let crc = crc32fast::hash(&text);
    let tail = digits(u64::from(crc), BASE36, 7);
    [&text[before.len()..], &tail].concat()
}

/// Whether a GitLab routable token's CRC-32 (base 36, over everything before it) holds and its payload is as long as it
/// says. The payload follows the prefix, whose own dashes and underscores (instances set their own) may be anything.
pub fn is_gitlab_routable(token: &[u8]) -> bool {
    let Some(at) = token.len().checked_sub(7) else { return false };
    let (before, crc) = token.split_at(at);
    if digits(u64::from(crc32fast::hash(before)), BASE36, 7) != crc {
        return false;
    }
    let length = before.last_chunk::<2>().and_then(|text| usize::from_str_radix(std::str::from_utf8(text).ok()?, 36).ok());
    let head = before.split(|&b| b == b'.').next().unwrap_or_default();
    length.is_some_and(|length| length < head.len() && matches!(head[head.len() - length - 1], b'-' | b'_'))
}

/// The eight hex digits (little-endian CRC-32) that Grafana puts behind the last underscore.
pub fn grafana_check(before: &[u8]) -> String {
    crc32fast::hash(before).to_le_bytes().iter().map(|b| format!("{b:02x}")).collect()
}

/// Whether a Grafana service-account token's check holds; it covers everything before the last underscore.
pub fn is_grafana(token: &[u8]) -> bool {
    let Some(at) = token.iter().rposition(|&b| b == b'_') else { return false };
    token[at + 1..].eq_ignore_ascii_case(grafana_check(&token[..at]).as_bytes())
}

/// CRC-16 with polynomial 0x1021 and start 0 (XMODEM), as NATS keys have it.
fn crc16(data: &[u8]) -> u16 {
    data.iter().fold(0, |crc, &byte| {
        (0..8).fold(crc ^ u16::from(byte) << 8, |crc, _| if crc & 0x8000 == 0 { crc << 1 } else { crc << 1 ^ 0x1021 })
    })
}

/// Whether a NATS seed of 58 characters is base32 of two prefix bytes, 32 bytes and their CRC-16, low byte first.
pub fn is_nkey(seed: &[u8]) -> bool {
    let Some(bytes) = base32(seed).filter(|bytes| bytes.len() == 36) else { return false };
    let (data, check) = bytes.split_at(34);
    bytes[0] & 0xf8 == 18 << 3 && crc16(data).to_le_bytes() == check
}

/// Whether the text is a public key of NATS: a role letter of `UAONCX`, 32 bytes and their CRC-16.
pub fn is_public_nkey(key: &[u8]) -> bool {
    const LENGTH: usize = 56;
    if key.len() != LENGTH || !matches!(key[0], b'U' | b'A' | b'O' | b'N' | b'C' | b'X') {
        return false;
    }
    base32(key)
        .is_some_and(|bytes| bytes.split_last_chunk::<2>().is_some_and(|(data, check)| crc16(data).to_le_bytes() == *check))
}

/// The seed of a role letter (`U`, `A`, `O`, `N`, `C`, `X`) with the 32 bytes given.
pub fn to_nkey(role: u8, key: &[u8]) -> Vec<u8> {
    let role = role.wrapping_sub(b'A') << 3;
    let mut bytes = [&[18 << 3 | role >> 5, (role & 31) << 3], key].concat();
    bytes.extend(crc16(&bytes).to_le_bytes());
    to_base32_lower(&bytes).to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_vectors() {
        assert_eq!(&crc32_base62(b"zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ"), b"0mLq17");
        assert_eq!(grafana_check(&[b"glsa", &b"_yscW25imSKJIuav8zF37RZmnbiDvB05G"[..]].concat()), "fcaaf58a");
    }

    #[test]
    fn an_access_key_id_names_its_account() {
        assert_eq!(aws_account(&[b"ASIA", &b"QNZGKIQY56JQ7WML"[..]].concat()), Some(29_608_264_753), "the published example");
        assert_eq!(aws_account(&[b"AKIA", &b"IOSFODNN7EXAMPLE"[..]].concat()), None, "an id from before 2019");
        assert_eq!(aws_account(b"AKIA"), None);
    }

    #[test]
    fn nkeys_start_with_their_role_and_check() {
        assert_eq!(crc16(b"123456789"), 0x31c3, "the catalogue's check value of XMODEM");
        for role in *b"UAONCX" {
            let mut seed = to_nkey(role, &[role; 32]);
            assert_eq!((seed.len(), &seed[..3]), (58, &[b'S', role, b'A'][..]));
            assert!(is_nkey(&seed));
            seed[20] ^= 1;
            assert!(!is_nkey(&seed));
        }
    }

    #[test]
    fn a_routable_token_checks_and_a_changed_one_does_not() {
        for prefix in ["glpat-", "glrt-t2_", "acme-glpat-"] {
            let head = format!("{prefix}{}.01.", "Ab3_".repeat(9));
            let mut token = head.clone().into_bytes();
            token.extend(gitlab_tail(head.as_bytes(), 36));
            assert!(is_gitlab_routable(&token), "{prefix}");
            token[9] ^= 1;
            assert!(!is_gitlab_routable(&token), "{prefix}");
        }
    }
}
