//! Integration tests: one binary, so that they link once.

mod env;
mod generic;
#[cfg(unix)]
mod hook;
mod patterns;
#[cfg(unix)]
mod staged;
