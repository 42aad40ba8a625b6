//! Keys and PKCS#12 in DER (X.690): RFC 8017 (PKCS#1), 5958 (PKCS#8), 5915 (SEC1), 7292 (PKCS#12), OpenSSL's DSA keys.

use super::Inside;

const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;
const OID: u8 = 0x06;
const SEQUENCE: u8 = 0x30;

/// 1.2.840.113549.1: everything of PKCS.
const PKCS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01];

/// Elements one behind another.
struct Elements<'c>(&'c [u8]);

impl<'c> Elements<'c> {
    /// The tag and content of the next element. One of indefinite length (BER) is taken to reach to the end.
    fn next(&mut self) -> Option<(u8, &'c [u8])> {
        let (&tag, rest) = self.0.split_first()?;
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = match first {
            0..0x80 => (usize::from(first), rest),
            0x80 => (rest.len(), rest),
            _ => {
                let count = usize::from(first & 0x7f);
                let digits = rest.get(..count).filter(|_| count <= 4)?;
                (digits.iter().fold(0, |sum, &b| sum << 8 | usize::from(b)), &rest[count..])
            }
        };
        let (content, after) = rest.split_at_checked(length)?;
        self.0 = after;
        Some((tag, content))
    }

    /// The content of the next element if it has this tag.
    fn take(&mut self, tag: u8) -> Option<&'c [u8]> {
        self.next().filter(|(found, _)| *found == tag).map(|(_, content)| content)
    }
}

/// A private key on its own.
pub(super) fn private_key(content: &[u8]) -> Option<Inside> {
    /// Padding and line ends that tools leave behind a key.
    const SLACK: usize = 16;
    let mut outer = Elements(content);
    let mut key = Elements(outer.take(SEQUENCE)?);
    if outer.0.len() > SLACK {
        return None;
    }
    match key.next()? {
        (INTEGER, version) => match key.next()? {
            (SEQUENCE, algorithm) if version.len() == 1 => {
                Elements(algorithm).take(OID)?;
                key.take(OCTETS).map(|_| Inside::Private)
            }
            (OCTETS, scalar) if version == [1] && (16..=72).contains(&scalar.len()) => {
                matches!(key.next(), None | Some((0xa0 | 0xa1, _))).then_some(Inside::Private)
            }
            (INTEGER, modulus) if version == [0] && modulus.len() >= 64 => numbers(key),
            _ => None,
        },
        (SEQUENCE, algorithm) => {
            let id = Elements(algorithm).take(OID)?.strip_prefix(PKCS)?;
            let by_password = id.starts_with(&[5]) || id.starts_with(&[12, 1]);
            (by_password && key.take(OCTETS).is_some() && key.0.is_empty()).then_some(Inside::Sealed)
        }
        _ => None,
    }
}

/// The numbers behind version and modulus: seven of RSA, four of DSA.
fn numbers(mut key: Elements<'_>) -> Option<Inside> {
    let mut count = 0;
    while !key.0.is_empty() {
        key.take(INTEGER)?;
        count += 1;
    }
    matches!(count, 4 | 7).then_some(Inside::Private)
}

/// A PKCS#12 file. Its key bags are named outside of what is encrypted; certificates are often encrypted as a whole, in
/// which a key is possible but nobody's habit.
pub(super) fn pkcs12(content: &[u8]) -> Option<Inside> {
    let mut file = Elements(Elements(content).take(SEQUENCE)?);
    if file.take(INTEGER)? != [3] {
        return None;
    }
    let kind = Elements(file.take(SEQUENCE)?).take(OID)?.strip_prefix(PKCS)?;
    if !matches!(kind, [7, 1 | 2]) {
        return None;
    }
    let names = |id: &[u8]| {
        let name = [PKCS, id].concat();
        content.windows(name.len()).any(|window| window == name)
    };
    Some(if names(&[12, 10, 1, 1]) || names(&[12, 10, 1, 2]) {
        Inside::Private
    } else if names(&[7, 6]) {
        Inside::Sealed
    } else {
        Inside::Public
    })
}
