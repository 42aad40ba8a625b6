//! `.nospill.toml`: its schema, and reading it.

pub mod schema;
