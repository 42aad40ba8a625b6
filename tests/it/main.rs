//! Integration tests: one binary, so that they link once.

mod containers;
mod decode;
mod env;
#[cfg(unix)]
mod evasion;
mod files;
#[cfg(unix)]
mod forge;
mod fuzz;
mod generic;
#[cfg(unix)]
mod history;
mod hook;
#[cfg(unix)]
mod hostile;
mod layers;
mod marks;
mod oracle;
mod pack;
mod patterns;
mod rules;
#[cfg(unix)]
mod staged;
