//! A library that is loaded into nospill (`LD_PRELOAD`) to do what a test can't do from outside: set the clock, see each file
//! while it is written, send a signal at one step and no other. `shim.c` says what its variables mean.

use std::process::Command;
use std::sync::LazyLock;

use tempfile::TempDir;

use crate::env::World;

/// Compiled once for all tests.
static SHIM: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = TempDir::new().expect("a folder");
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-O1", "-Wall", "-o"]).arg(folder.path().join("shim.so")).arg("tests/it/shim.c");
    let output = compiler.output().expect("a C compiler");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    folder
});

/// Puts the library into a command, with these of its variables.
pub(crate) fn load(command: &mut Command, set: &[(&str, &str)]) {
    command.env("LD_PRELOAD", SHIM.path().join("shim.so")).envs(set.iter().copied());
}

/// nospill in the work tree with the library in it.
pub(crate) fn nospill(world: &World, args: &[&str], set: &[(&str, &str)]) -> Command {
    let mut command = world.command(env!("CARGO_BIN_EXE_nospill"), "repo");
    load(command.args(args), set);
    command
}
