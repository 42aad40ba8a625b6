//! Policy: which paths are looked at, and what a finding means for the run.

pub mod effects;
pub mod inline;
pub mod paths;
