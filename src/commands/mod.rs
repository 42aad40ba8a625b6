//! One file a subcommand: settings in, exit out.

pub mod dir;
pub mod scan;
pub mod staged;
pub mod stdin;
