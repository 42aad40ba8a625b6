//! Integration tests: one binary, so that they link once.

mod archive;
mod ci;
mod config;
mod containers;
mod decode;
mod dir;
#[cfg(unix)]
mod doors;
mod env;
#[cfg(unix)]
mod evasion;
mod files;
#[cfg(unix)]
mod forge;
mod fuzz;
mod generic;
#[cfg(unix)]
mod guard;
#[cfg(unix)]
mod history;
mod hook;
#[cfg(unix)]
mod hostile;
mod keep;
mod layers;
mod marks;
mod oracle;
mod pack;
mod patterns;
mod report;
mod rules;
mod shards;
#[cfg(unix)]
mod staged;
#[cfg(unix)]
mod templates;
