//! A bound on what a run may cost.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// The budget of a run: the spending so far, and what the requests under way may still take.
#[derive(Debug)]
pub(crate) struct Budget {
    bound: f64,
    state: Mutex<State>,
    settled: Notify,
}

#[derive(Debug, Default)]
struct State {
    spent: f64,
    reserved: f64,
    under_way: usize,
    refused: bool,
}

/// Whether a request may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Admission {
    Taken,
    /// Not before others have shown what they really cost.
    Later,
    Refused,
}

impl Budget {
    /// A bound of so many US dollars.
    pub(crate) fn new(bound: f64) -> Budget {
        Budget { bound, state: Mutex::default(), settled: Notify::new() }
    }

    /// Takes up a request that may cost as much as `most`, once that is sure to stay within the bound. Refused when it
    /// would not even with all others over; from then on nothing is taken up.
    pub(crate) async fn take(&self, most: f64) -> bool {
        loop {
            let settled = self.settled.notified();
            match self.decide(most) {
                Admission::Taken => return true,
                Admission::Refused => return false,
                Admission::Later => settled.await,
            }
        }
    }

    fn decide(&self, most: f64) -> Admission {
        let mut state = self.state();
        // A sum of many small numbers may be off in its last bits.
        let within = state.spent + state.reserved + most <= self.bound * (1.0 + 1e-12);
        if state.refused || (!within && state.under_way == 0) {
            state.refused = true;
            drop(state);
            self.settled.notify_waiters();
            return Admission::Refused;
        }
        if !within {
            return Admission::Later;
        }
        state.reserved += most;
        state.under_way += 1;
        Admission::Taken
    }

    /// Counts a request that is over. What it cost is not always known; then it counts as the most it may have.
    pub(crate) fn settle(&self, most: f64, cost: Option<f64>) {
        let mut state = self.state();
        state.reserved -= most;
        state.under_way -= 1;
        state.spent += cost.unwrap_or(most);
        drop(state);
        self.settled.notify_waiters();
    }

    /// US dollars spent, where a request was refused.
    pub(crate) fn refused(&self) -> Option<f64> {
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
    fn a_request_waits_while_others_could_still_pay_for_it_and_is_refused_when_none_can() {
        let budget = Budget::new(1.0);
        assert_eq!((budget.decide(0.4), budget.decide(0.4)), (Admission::Taken, Admission::Taken));
        assert_eq!(budget.decide(0.4), Admission::Later, "the two could come to 0.8");
        budget.settle(0.4, Some(0.1));
        assert_eq!(budget.decide(0.4), Admission::Taken, "0.1 spent, 0.4 and 0.4 under way");
        budget.settle(0.4, None);
        budget.settle(0.4, Some(0.4));
        assert_eq!((budget.refused(), budget.decide(0.2)), (None, Admission::Refused));
        assert_eq!(
            budget.decide(0.0),
            Admission::Refused,
            "what was asked is the beginning of what was to be"
        );
        assert!((budget.refused().unwrap() - 0.9).abs() < 1e-12, "an unknown cost counts in full");
    }

    #[test]
    fn those_who_wait_are_told() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let budget = Budget::new(1.0);
            assert!(budget.take(0.9).await);
            let (waited, ()) = tokio::join!(budget.take(0.5), async { budget.settle(0.9, Some(0.2)) });
            assert!(waited);
        });
    }
}
