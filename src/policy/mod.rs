//! Policy: which paths are looked at, and what a finding means for the run.

pub mod allow;
pub mod baseline;
pub mod date;
pub mod effects;
pub mod inline;
pub mod locks;
pub mod owner;
pub mod paths;
pub mod seal;
