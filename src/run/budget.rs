//! A bound on what a run may cost.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// What a run has spent, and what the requests under way may still take.
#[derive(Debug)]
pub(super) struct Budget {
    bound: f64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    spent: f64,
    under_way: f64,
    refused: bool,
}

impl Budget {
    /// A bound of so many US dollars.
    pub(super) fn new(bound: f64) -> Budget {
        Budget { bound, state: Mutex::default() }
    }

    /// Takes up a request that may cost as much as `most`. Refused where the bound could be passed; from then on
    /// nothing is taken up, so that what a run asked is the beginning of what it was to ask.
    pub(super) fn take(&self, most: f64) -> bool {
        let mut state = self.state();
        // A sum of many small numbers may be off in its last bits.
        let within = state.spent + state.under_way + most <= self.bound * (1.0 + 1e-12);
        state.refused |= !within;
        if !state.refused {
            state.under_way += most;
        }
        !state.refused
    }

    /// The request is over. What it cost is not always known; then it counts as the most it may have.
    pub(super) fn settle(&self, most: f64, cost: Option<f64>) {
        let mut state = self.state();
        state.under_way -= most;
        state.spent += cost.unwrap_or(most);
    }

    /// US dollars spent, where a request was refused.
    pub(super) fn refused(&self) -> Option<f64> {
        let state = self.state();
        state.refused.then_some(state.spent)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_that_could_pass_the_bound_is_not_begun_nor_any_after_it() {
        let budget = Budget::new(1.0);
        assert!(budget.take(0.4) && budget.take(0.4));
        budget.settle(0.4, Some(0.1));
        assert!(budget.take(0.5), "0.1 spent, 0.4 and 0.5 under way");
        assert!(!budget.take(0.01), "it could come to 1.01");
        budget.settle(0.4, Some(0.1));
        budget.settle(0.5, None);
        assert!(!budget.take(0.0));
        assert!((budget.refused().unwrap() - 0.7).abs() < 1e-12, "an unknown cost counts in full");
    }
}
