//! Bytes that may start a character that is written in another way: a backslash, a percent sign, an escape for a terminal, a
//! numbered entity, and the first bytes of what is not seen.
//!
//! Every text is gone over for them, so that comes in two forms that find the same: one after the other by the fastest searches
//! there are, and, on processors with AVX2, all at once.

use std::sync::LazyLock;

use memchr::memmem;

use super::unseen;

/// What is searched for in every text: what starts an escape, percent encoding, a sequence for a terminal.
pub(in crate::detect) const SIGNS: [u8; 3] = [b'\\', b'%', unseen::ESC];
/// What is searched for in texts that are not ASCII.
pub(in crate::detect) const LEADS: [u8; 3] = unseen::LEADS;
/// How a numbered entity starts.
pub(in crate::detect) const ENTITY: [u8; 2] = *b"&#";

/// Calls `visit` with the place of every sign; those of the same byte in order.
pub(super) fn for_each(content: &[u8], visit: &mut impl FnMut(usize)) {
    #[cfg(target_arch = "x86_64")]
    if crate::detect::vector::signs(content, visit) {
        return;
    }
    portable(content, visit);
}

/// As [`for_each`], on any processor.
fn portable(content: &[u8], visit: &mut impl FnMut(usize)) {
    static SEARCH: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new(&ENTITY));
    let [a, b, c] = SIGNS;
    memchr::memchr3_iter(a, b, c, content).for_each(&mut *visit);
    // Most source text is ASCII, and that is told faster.
    if !content.is_ascii() {
        let [a, b, c] = LEADS;
        memchr::memchr3_iter(a, b, c, content).for_each(&mut *visit);
    }
    SEARCH.find_iter(content).for_each(visit);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn both_ways_find_the_same(parts in prop::collection::vec("[a-c \\\\%&#\\x1b\u{e9}\u{ad}\u{200b}\u{ff41}]{0,9}|[a-z]{0,70}|&#", 0..40)) {
            let content = parts.concat().into_bytes();
            let (mut all, mut plain) = (Vec::new(), Vec::new());
            for_each(&content, &mut |at| all.push(at));
            portable(&content, &mut |at| plain.push(at));
            plain.sort_unstable();
            prop_assert_eq!(all, plain);
        }
    }
}
