//! One file a subcommand: settings in, exit out.

pub mod dir;
pub mod install;
pub mod scan;
pub mod staged;
pub mod stdin;
pub mod uninstall;
