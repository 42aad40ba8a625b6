//! How a content differs from the one it is stored as a difference to.

/// A run of a target, in order and without gaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Op {
    /// Where in the target it starts.
    pub start: usize,
    /// Bytes; never zero.
    pub len: usize,
    /// Where in the base it is copied from; `None`: the delta brought it.
    pub copy_from: Option<usize>,
}
