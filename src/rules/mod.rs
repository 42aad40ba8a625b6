//! Rules: the schema of a patterns file, the built-in set, example templates, and the set a run works with.

pub mod builtin;
pub mod frequency;
pub mod hint;
pub mod packed;
pub mod paths;
pub mod places;
mod plain;
pub mod ruleset;
pub mod schema;
pub mod services;
pub mod template;
