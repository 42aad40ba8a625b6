//! Detection: bytes in, matches out. No I/O, no clock, no environment.

pub mod assignment;
pub mod checks;
pub mod container;
pub mod decode;
pub mod prefilter;
pub mod scanner;
pub mod trace;
pub mod window;
