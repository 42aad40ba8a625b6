//! The targets of the stable harness, for cargo-fuzz.

#[path = "../../tests/it/targets.rs"]
pub mod targets;
