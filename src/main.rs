//! The `nospill` command.
fn main() {}
