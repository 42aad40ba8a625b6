//! Detection: bytes in, matches out. No I/O, no clock, no environment.

pub mod assignment;
pub mod checks;
pub mod container;
pub mod contents;
pub mod decode;
pub mod positional;
pub mod prefilter;
pub mod reading;
pub mod scanner;
pub mod trace;
#[cfg(target_arch = "x86_64")]
mod vector;
pub mod window;
