//! One file a subcommand.

pub mod install;
pub mod uninstall;
