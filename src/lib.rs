//! nospill keeps secrets out of git.
//!
//! The library behind the `nospill` command: sources hand contents to one pipeline, a scanner finds secrets in bytes,
//! policy decides, reporters write. DESIGN.md explains the layers; a test keeps them apart.

pub mod cli;
pub mod codec;
pub mod commands;
pub mod config;
pub mod detect;
pub mod error;
pub mod exit;
pub mod guard;
pub mod hook;
pub mod pipeline;
pub mod policy;
pub mod report;
pub mod rules;
pub mod settings;
pub mod source;
pub mod types;
