//! Bytes that may start a character that is written in another way: a backslash, a percent sign, an escape for a terminal, a
//! numbered entity, zeros that stand alone, and the first bytes of what is not seen or looks like something else.

use std::sync::LazyLock;

use memchr::memmem;

use super::{alike, unseen};

/// What is searched for in every text: what starts an escape, percent encoding, a sequence for a terminal, and halves of
/// letters, which [stand alone](is_alone).
pub(in crate::detect) const SIGNS: [u8; 4] = [b'\\', b'%', unseen::ESC, 0];
/// What is searched for in texts that are not ASCII: first bytes of what is not seen, and of letters that look like others.
pub(in crate::detect) const LEADS: [u8; 3] = unseen::LEADS;
pub(in crate::detect) const ALIKE: std::ops::RangeInclusive<u8> = alike::LEADS;
/// How a numbered entity starts.
pub(in crate::detect) const ENTITY: [u8; 2] = *b"&#";

/// Whether no zero stands beside the one at `at`. Of the others there may be very many.
#[inline(always)]
pub(super) fn is_alone(content: &[u8], at: usize) -> bool {
    content.get(at + 1) != Some(&0) && (at == 0 || content[at - 1] != 0)
}

/// Calls `visit` with the place of every sign; those of the same byte in order.
pub(super) fn for_each(content: &[u8], visit: &mut impl FnMut(usize)) {
    static SEARCH: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new(&ENTITY));
    let [a, b, c, zero] = SIGNS;
    memchr::memchr3_iter(a, b, c, content).for_each(&mut *visit);
    memchr::memchr_iter(zero, content).filter(|&at| is_alone(content, at)).for_each(&mut *visit);
    // Most source text is ASCII, and that is told faster.
    if !content.is_ascii() {
        let [a, b, c] = LEADS;
        memchr::memchr3_iter(a, b, c, content).for_each(&mut *visit);
        content.iter().enumerate().filter(|(_, byte)| ALIKE.contains(byte)).for_each(|(at, _)| visit(at));
    }
    SEARCH.find_iter(content).for_each(visit);
}
