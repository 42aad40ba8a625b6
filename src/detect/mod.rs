//! Detection: bytes in, matches out. No I/O, no clock, no environment.

pub mod assignment;
#[cfg(target_arch = "x86_64")]
mod avx2;
pub mod checks;
pub mod container;
pub mod decode;
pub mod prefilter;
pub mod scanner;
pub mod trace;
pub mod window;
