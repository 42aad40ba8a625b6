//! Integration tests: one binary, so that they link once.

mod archive;
mod ci;
#[cfg(target_os = "linux")]
mod clock;
mod config;
mod containers;
mod contents;
mod decode;
#[cfg(unix)]
mod diffs;
mod dir;
#[cfg(unix)]
mod doors;
#[cfg(unix)]
mod elsewhere;
mod env;
#[cfg(unix)]
mod evasion;
#[cfg(unix)]
mod faults;
mod files;
#[cfg(unix)]
mod forge;
mod fuzz;
mod generic;
mod globs;
#[cfg(unix)]
mod guard;
mod headers;
#[cfg(unix)]
mod history;
mod hook;
#[cfg(unix)]
mod hostile;
mod keep;
mod keys;
mod known;
mod layers;
#[cfg(unix)]
mod leak;
mod lfs;
mod limits;
#[cfg(unix)]
mod markers;
mod marks;
mod migrate;
mod names;
mod oracle;
#[cfg(unix)]
mod outputs;
mod pack;
mod patterns;
#[cfg(unix)]
mod pipes;
mod positional;
mod programs;
mod providers;
#[cfg(unix)]
mod ranges;
mod report;
#[cfg(unix)]
mod repositories;
mod rules;
mod shards;
#[cfg(target_os = "linux")]
mod shim;
#[cfg(unix)]
mod staged;
mod targets;
#[cfg(unix)]
mod templates;
#[cfg(unix)]
mod terminal;
mod worth;
