//! Exit codes: part of the interface, so they never change.

use std::process::ExitCode;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Nothing that denies.
    Clean,
    /// A finding denies.
    Denied,
    /// The job could not be done: bad usage, bad configuration, a git error.
    Failed,
    /// Nothing denies, but something that should have been scanned was not.
    Incomplete,
}

impl Exit {
    /// 0, 1, 2 or 3.
    pub const fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Denied => 1,
            Self::Failed => 2,
            Self::Incomplete => 3,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
