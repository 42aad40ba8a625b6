//! Integration tests: one binary, so that they link once.

#[cfg(unix)]
mod hook;
mod patterns;
