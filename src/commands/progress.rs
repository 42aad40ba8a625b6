//! How far a scan has come, on a terminal, once it takes longer than a second. Elsewhere nothing is shown.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use crate::pipeline::Progress;

/// Before it nothing is shown.
const PATIENCE: Duration = Duration::from_secs(1);
/// Between two looks.
const EVERY: Duration = Duration::from_millis(200);

/// Runs a scan and shows how far it has come, in so many `things`. The line is gone when it is done. Who wants
/// quiet sees none.
pub(super) fn shown<T>(quiet: bool, things: &str, scan: impl FnOnce(&Progress) -> T) -> T {
    let progress = Progress::default();
    if quiet || !io::stderr().is_terminal() {
        return scan(&progress);
    }
    let (done, wait) = channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let (mut pause, wait) = (PATIENCE, wait);
            while wait.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                let (files, bytes) = (progress.files.load(Ordering::Relaxed), progress.bytes.load(Ordering::Relaxed));
                let of = progress.of.load(Ordering::Relaxed);
                let share = (files * 100).checked_div(of).map(|share| format!(" ({}%)", share.min(100))).unwrap_or_default();
                show(&format!("nospill: {files} {things}{share}, {} MB", bytes / 1_000_000));
                pause = EVERY;
            }
            if pause == EVERY {
                show("");
            }
        });
        let outcome = scan(&progress);
        drop(done);
        outcome
    })
}

/// Puts a text in place of the line. Nobody misses it where it can't be written.
fn show(text: &str) {
    let _ = write!(io::stderr(), "\r\x1b[K{text}");
}
