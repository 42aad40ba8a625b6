//! Mapping files into memory, with the choice between mapping and reading, and what becomes of a map whose file is shortened.

use std::fs::File;
use std::io::{self, Read as _};
#[cfg(any(target_os = "linux", target_os = "android"))]
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};

use memmap2::Mmap;

use crate::types::input::Content;

/// Files under this size are read: below it a map costs more than the copy it saves, and a read file can't be
/// shortened under us.
pub const MAP_FROM: u64 = 256 * 1024;

/// Pages of maps that could not be read.
static LOST: AtomicUsize = AtomicUsize::new(0);

/// The content of an open file of `size` bytes: mapped when it is large, else read.
///
/// # Errors
/// What the system says.
pub fn content(mut file: File, size: u64) -> io::Result<Content> {
    if size >= MAP_FROM {
        return map(&file).map(Content::Mapped);
    }
    let mut bytes = Vec::with_capacity(size as usize + 1);
    file.read_to_end(&mut bytes)?;
    Ok(Content::Owned(bytes))
}

/// Maps a whole file for reading.
///
/// # Errors
/// What the system says.
#[allow(unsafe_code, reason = "mapping a file: the system can change it under us")]
pub fn map(file: &File) -> io::Result<Mmap> {
    watch();
    // SAFETY: the map is private and read-only, and lives in a `Content` that owns it. What can still go wrong: another
    // process may change the file, so bytes may differ from one look to the next (every reader here checks bounds on
    // the slice and keeps no derived promise), or shorten it: then the lost pages read as zeros, and `lost` says so.
    unsafe { Mmap::map(file) }
}

/// What to say when pages of a map, ours or libgit2's, could not be read, so that what stood there was not scanned.
pub fn lost() -> Option<&'static str> {
    let why = "a file was shortened, or its disk failed, while it was read: what was lost is not scanned";
    (LOST.load(Ordering::Relaxed) > 0).then_some(why)
}

/// From now on pages of maps that can't be read any more read as zeros, where the system would end the program (SIGBUS).
/// Called before anything is mapped, here or by libgit2.
#[cfg(any(target_os = "linux", target_os = "android"))]
#[allow(unsafe_code, reason = "a handler of a signal is set")]
pub fn watch() {
    static ONCE: Once = Once::new();
    // SAFETY: a set of signals may be all zeros, and the handler does what a handler may: see there.
    ONCE.call_once(|| unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = on_lost as *const () as usize;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
        libc::sigaction(libc::SIGBUS, &raw const action, std::ptr::null_mut());
    });
}

/// The program still ends: on macOS the same signal tells of a full stack.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub fn watch() {}

/// Puts a page of zeros where one can't be read. Any other SIGBUS ends the program, as before.
#[cfg(any(target_os = "linux", target_os = "android"))]
#[allow(unsafe_code, reason = "a page is put in place of one that is lost")]
extern "C" fn on_lost(signal: libc::c_int, info: *mut libc::siginfo_t, _: *mut libc::c_void) {
    // SAFETY: the system hands a handler of this kind what it knows of the signal, and the address is one that the thread
    // reads, in a map of a file: nothing but what is lost lies in its page. All that is called are system calls and a counter.
    unsafe {
        let page = libc::sysconf(libc::_SC_PAGESIZE) as usize;
        let place = ((*info).si_addr() as usize & !(page - 1)) as *mut libc::c_void;
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED;
        if (*info).si_code != libc::BUS_ADRERR || libc::mmap(place, page, libc::PROT_READ, flags, -1, 0) == libc::MAP_FAILED {
            libc::signal(signal, libc::SIG_DFL);
            return;
        }
    }
    LOST.fetch_add(1, Ordering::Relaxed);
}
