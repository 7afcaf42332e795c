//! The spending of requests, what they may cost and what they take: money, and this machine's energy.

use crate::Tariff;
use crate::budget::Budget;
use crate::energy::{EnergyMeter, MeteredRequest};

/// The money that requests share, and the meter of the machine's energy.
#[derive(Debug)]
pub(crate) struct Spending {
    budget: Option<Budget>,
    meter: Option<EnergyMeter>,
}

/// The most that a request may cost, set aside for it.
#[derive(Debug)]
pub(crate) struct Reservation<'a> {
    budget: Option<&'a Budget>,
    most: f64,
}

impl Spending {
    /// Requests that may cost `bound` US dollars together, whose energy is metered.
    pub(crate) fn metered(bound: Option<f64>) -> Spending {
        Spending { meter: Some(EnergyMeter::of_machine()), ..Spending::unmetered(bound) }
    }

    /// The same without the meter.
    pub(crate) fn unmetered(bound: Option<f64>) -> Spending {
        Spending { budget: bound.map(Budget::new), meter: None }
    }

    /// Sets `most` US dollars aside, once they are sure to be there; `None` where they are not.
    pub(crate) async fn reserve(&self, most: f64) -> Option<Reservation<'_>> {
        match &self.budget {
            None => Some(Reservation::nothing()),
            Some(budget) => budget.take(most).await.then_some(Reservation { budget: Some(budget), most }),
        }
    }

    /// Begins to meter a request whose tariff is energy.
    pub(crate) fn meter(&self, tariff: &Tariff) -> Option<MeteredRequest<'_>> {
        let meter = self.meter.as_ref().filter(|_| matches!(tariff, Tariff::Energy { .. }))?;
        meter.begin()
    }

    /// US dollars spent, where the bound on them kept a request from being sent.
    pub(crate) fn over_budget(&self) -> Option<f64> {
        self.budget.as_ref().and_then(Budget::refused)
    }
}

impl Reservation<'_> {
    /// Nothing set aside, for a request that nobody charges for.
    pub(crate) fn nothing() -> Reservation<'static> {
        Reservation { budget: None, most: 0.0 }
    }

    /// Gives back what the request did not cost. A cost that is not known counts as the most it may have been.
    pub(crate) fn settle(self, cost: Option<f64>) {
        if let Some(budget) = self.budget {
            budget.settle(self.most, cost);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_never_set_aside_is_not_given_back() {
        let spending = Spending::unmetered(Some(1.0));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            Reservation::nothing().settle(None);
            let reserved = spending.reserve(0.7).await.unwrap();
            reserved.settle(Some(0.5));
            assert!(spending.reserve(0.6).await.is_none(), "0.5 are spent");
            assert_eq!(spending.over_budget(), Some(0.5));
        });
    }
}
