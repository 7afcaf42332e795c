//! The number of parts that gradients of CSS are made of, over a drawing: each shape that has one as its mask has them anew,
//! so that a few hundred shapes would make a drawing that no bound lets pass. What is too much is left out, and what is
//! there stays.

/// Parts that all of them together have.
const MOST: usize = 8_000;
/// Parts that one of them has.
const MOST_OF_ONE: usize = 2_000;

/// The number of parts of gradients so far, and whether any were too many.
#[derive(Debug, Clone, Default)]
pub(super) struct GradientParts {
    there: usize,
    full: bool,
    left_out: bool,
}

impl GradientParts {
    /// Whether another gradient with so many parts may be there. Once one may not for the sum of all, none may.
    pub(super) fn take(&mut self, parts: usize) -> bool {
        self.full |= parts <= MOST_OF_ONE && self.there + parts > MOST;
        let good = !self.full && parts <= MOST_OF_ONE;
        if good {
            self.there += parts;
        } else {
            self.left_out = true;
        }
        good
    }

    /// Whether none may be added.
    pub(super) fn is_full(&self) -> bool {
        self.full
    }

    /// Whether any was too much.
    pub(super) fn left_out(&self) -> bool {
        self.left_out
    }

    /// Counts from nothing again: the ground does not go without for all that is masked.
    pub(super) fn start_again(&mut self) {
        (self.there, self.full) = (0, false);
    }
}
