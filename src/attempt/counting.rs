//! What an attempt counts for.

use super::{Attempt, Outcome};
use crate::drawing::Check;

impl Attempt {
    /// Whether the drawing as written shows something.
    #[must_use]
    pub fn is_drawn(&self) -> bool {
        self.check.as_ref().is_some_and(Check::is_drawn)
    }

    /// Whether it says something of the model: a request that failed for reasons of its service, or that the user broke
    /// off, does not, unless a drawing came all the same.
    #[must_use]
    pub fn counts(&self) -> bool {
        match self.outcome {
            Outcome::Complete | Outcome::Length | Outcome::Refusal | Outcome::Filtered => true,
            Outcome::Cancelled | Outcome::Error | Outcome::Cut => self.is_drawn(),
        }
    }
}
