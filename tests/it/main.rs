//! Integration tests: one binary, so that they link once.

mod archive;
mod containers;
mod decode;
mod dir;
mod env;
mod files;
mod generic;
#[cfg(unix)]
mod history;
mod hook;
mod layers;
mod marks;
mod oracle;
mod pack;
mod patterns;
mod rules;
#[cfg(unix)]
mod staged;
