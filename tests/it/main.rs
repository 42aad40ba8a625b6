//! Integration tests: one binary, so that they link once.

mod env;
mod patterns;
mod staged;
