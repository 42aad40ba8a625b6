//! The vocabulary every other room speaks: spans, inputs, rules, findings, notices. Imports nothing of ours.

pub mod date;
pub mod delta;
pub mod finding;
pub mod input;
pub mod notice;
pub mod oid;
pub mod rule;
pub mod shard;
pub mod span;
