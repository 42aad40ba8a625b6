//! The rules of `patterns/`, as static data written by the build script.

use crate::types::rule::{Check, Checksum, Confidence, Hint, Magic, Reader, Requires, Rule, Severity, Structure};
use std::borrow::Cow;

include!(concat!(env!("OUT_DIR"), "/builtin.rs"));

/// Every built-in rule, in the order of file names and of rules in them.
pub fn rules() -> &'static [Rule] {
    &RULES
}
