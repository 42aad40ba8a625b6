//! Contents that are text in another dress.

pub mod encoding;
