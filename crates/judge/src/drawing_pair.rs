//! Two drawings that are shown beside each other.

/// Two drawings to be shown, as indices into the competition's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DrawingPair {
    /// The drawing on the left, or the first one.
    pub left: usize,
    /// The drawing on the right, or the second one.
    pub right: usize,
}

impl DrawingPair {
    /// The two, the lower index first: the same whichever way round they are shown.
    #[must_use]
    pub fn key(self) -> (usize, usize) {
        (self.left.min(self.right), self.left.max(self.right))
    }
}
