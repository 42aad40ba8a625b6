//! nospill keeps secrets out of git.
//!
//! The library behind the `nospill` command: sources hand contents to one pipeline, a scanner finds secrets in bytes,
//! policy decides, reporters write. DESIGN.md explains the layers; a test keeps them apart.

pub mod codec;
pub mod commands;
pub mod detect;
pub mod hook;
pub mod rules;
pub mod types;
