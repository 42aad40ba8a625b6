//! Integration tests: one binary, so that they link once.

mod config;
mod containers;
mod decode;
mod env;
mod files;
mod generic;
#[cfg(unix)]
mod hook;
mod keep;
mod layers;
mod marks;
mod oracle;
mod pack;
mod patterns;
mod rules;
#[cfg(unix)]
mod staged;
