//! Guards: what must never be committed, built in or shipped, asked of the tools that would do it.
//!
//! Owns what an env file is, which of them are exposed, and what packers would ship. It prints nothing and judges no content;
//! the pipeline does that.

mod built;
pub mod dockerignore;
pub mod env;
pub mod files;
pub mod packers;
pub mod unasked;
