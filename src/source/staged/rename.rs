//! Where a new path's content came from: a deleted path with the same blob, or one alike.

use std::collections::HashMap;

use super::{Change, Objects};
use crate::types::oid::Oid;

/// Most deleted blobs that are read to find one alike.
const MOST: usize = 200;

/// The deleted blob that `change` was renamed from, if any: the same blob, else the one that shares most of its lines,
/// which must be half of the new content's bytes or more (git's own threshold).
pub(super) fn source(deleted: &[(Vec<u8>, Oid)], change: &Change, content: &[u8], objects: &mut Objects) -> Option<Oid> {
    if let Some((_, same)) = deleted.iter().find(|(_, oid)| *oid == change.blob) {
        return Some(*same);
    }
    // Likely sources first: the same file name elsewhere.
    let name = |path: &[u8]| path.rsplit(|&b| b == b'/').next().map(<[u8]>::to_vec);
    let mut candidates: Vec<&(Vec<u8>, Oid)> = deleted.iter().collect();
    candidates.sort_by_key(|(path, _)| name(path) != name(&change.path));
    let scored = candidates.into_iter().take(MOST).filter_map(|(_, oid)| {
        let old = objects.blob(oid).ok()?;
        let shared = shared_bytes(&old, content);
        (shared * 2 >= old.len().max(content.len())).then_some((shared, *oid))
    });
    scored.max_by_key(|&(shared, _)| shared).map(|(_, oid)| oid)
}

/// Bytes of lines that both have, each line counted as often as it stands in both.
fn shared_bytes(old: &[u8], new: &[u8]) -> usize {
    let mut counts: HashMap<&[u8], usize> = HashMap::new();
    for line in old.split_inclusive(|&b| b == b'\n') {
        *counts.entry(line).or_default() += 1;
    }
    let shared = new.split_inclusive(|&b| b == b'\n').filter(|line| match counts.get_mut(line) {
        Some(count) if *count > 0 => {
            *count -= 1;
            true
        }
        _ => false,
    });
    shared.map(<[u8]>::len).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_lines_are_counted_once_each() {
        assert_eq!(shared_bytes(b"a\nb\nb\n", b"b\nb\nb\nc"), 4);
        assert_eq!(shared_bytes(b"", b"x"), 0);
    }
}
