//! The hash by which code scanning knows a line again, as `primaryLocationLineHash` of a SARIF report.
//!
//! It is that of the CodeQL action (`src/fingerprints.ts`): a polynomial in 37 over the 100 UTF-16 units from the line's
//! first on, modulo 2^64, blanks and tabs left out, every line break a line feed; after a colon how many lines up to this
//! one have that hash. Being computed from the file, it says as much of the line as the file's owner gives code scanning.

use std::collections::HashMap;

use crate::detect::decode::encoding::{Decoded, Encoding};
use crate::types::finding::Finding;

const BLOCK: usize = 100;
const BASE: u64 = 37;
/// Stands for the end of the file.
const END: u16 = 0xffff;

/// Gives findings of one content the hash of their line.
pub(super) fn mark(findings: &mut [Finding], content: &[u8], encoding: Encoding) {
    let Some(last) = findings.iter().filter_map(|finding| finding.at).map(|at| at.line).max() else { return };
    if encoding == Encoding::Binary {
        return;
    }
    let decoded = Decoded::new(content, encoding);
    let hashes = counted(hashes(&String::from_utf8_lossy(&decoded.text), last as usize));
    for finding in findings {
        let index = finding.at.and_then(|at| (at.line as usize).checked_sub(1));
        let line = index.and_then(|index| hashes.get(index));
        finding.line_hash = line.map(|(hash, count)| format!("{hash:x}:{count}"));
    }
}

/// Each hash with how many up to it are the same.
fn counted(hashes: Vec<u64>) -> Vec<(u64, usize)> {
    let mut counts: HashMap<u64, usize> = HashMap::new();
    let mut count = |hash| {
        let count = counts.entry(hash).or_default();
        *count += 1;
        *count
    };
    hashes.into_iter().map(|hash| (hash, count(hash))).collect()
}

/// The hashes of the first `lines` lines.
fn hashes(text: &str, lines: usize) -> Vec<u64> {
    let first = BASE.wrapping_pow(BLOCK as u32);
    let (mut window, mut starts) = ([0_u16; BLOCK], [false; BLOCK]);
    let (mut hash, mut index, mut found) = (0_u64, 0, Vec::new());
    let mut at_start = true;
    let mut step = |unit: u16, is_start: bool, found: &mut Vec<u64>| {
        if starts[index] {
            found.push(hash);
        }
        starts[index] = is_start;
        let leaving = u64::from(std::mem::replace(&mut window[index], unit));
        hash = hash.wrapping_mul(BASE).wrapping_add(u64::from(unit)).wrapping_sub(first.wrapping_mul(leaving));
        index = (index + 1) % BLOCK;
    };
    let mut previous_cr = false;
    for unit in text.encode_utf16().chain([END]) {
        let is_second_half = previous_cr && unit == u16::from(b'\n');
        previous_cr = unit == u16::from(b'\r');
        if unit == u16::from(b' ') || unit == u16::from(b'\t') || is_second_half {
            continue;
        }
        let unit = if previous_cr { u16::from(b'\n') } else { unit };
        step(unit, at_start, &mut found);
        at_start = unit == u16::from(b'\n');
        if found.len() >= lines {
            return found;
        }
    }
    (0..BLOCK).for_each(|_| step(0, false, &mut found));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<String> {
        counted(hashes(text, usize::MAX)).into_iter().map(|(hash, count)| format!("{hash:x}:{count}")).collect()
    }

    /// The values of the CodeQL action's own tests.
    #[test]
    fn hashes_are_those_of_the_action() {
        assert_eq!(of(""), ["c129715d7a2bc9a3:1"]);
        for text in [" a\nb\n  \t\tc\n d", " hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End"] {
            let breaks = [text.replace('\n', "\r\n"), text.replace('\n', "\r")];
            breaks.iter().for_each(|other| assert_eq!(of(text), of(other)));
        }
        assert_eq!(
            of(" a\nb\n  \t\tc\n d"),
            ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"]
        );
        let x = of(&"x\n".repeat(210));
        assert_eq!(x.len(), 211);
        let (first, _) = x[0].split_once(':').expect("a hash and a count");
        assert_eq!(x[99], format!("{first}:100"));
    }

    #[test]
    fn only_the_lines_that_are_asked_for() {
        let text = "abc\n".repeat(1000);
        assert_eq!(hashes(&text, 3), hashes(&text, usize::MAX)[..3]);
    }
}
