//! `.nospill.toml` and the organisation's policy file: the schema, the layers, and what locks forbid.

pub mod layers;
pub mod schema;
