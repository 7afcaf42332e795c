//! The agreement of two who answer the items of a rubric: rules, models that look, people.

use pelicycle_record::measure::ItemState;
use pelicycle_statistics::{Rate, kappa};

/// The agreement of two that answered the same items of the same drawings.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct RubricAgreement {
    /// By what one said, then the other: met, not met, can't tell.
    table: [[f64; 3]; 3],
}

impl RubricAgreement {
    /// Takes in what the two said of one item.
    pub fn add(&mut self, one: ItemState, other: ItemState) {
        let index = |state| match state {
            ItemState::Met => 0,
            ItemState::NotMet => 1,
            ItemState::CantTell => 2,
        };
        self.table[index(one)][index(other)] += 1.0;
    }

    /// Items that both answered, be it that they can't tell.
    #[must_use]
    pub fn items(&self) -> u64 {
        self.table.iter().flatten().sum::<f64>() as u64
    }

    /// Items on which both decided the same, of those that both decided.
    #[must_use]
    pub fn decided(&self) -> Rate {
        let [[met, only_one], [only_other, not_met]] = self.both();
        Rate { hits: (met + not_met) as u64, of: (met + not_met + only_one + only_other) as u64 }
    }

    /// Cohen's κ of those: agreement beyond chance.
    #[must_use]
    pub fn kappa(&self) -> Option<f64> {
        let [[met, only_one], [only_other, not_met]] = self.both();
        kappa(&[[met, only_one, 0.0], [only_other, not_met, 0.0], [0.0; 3]])
    }

    fn both(&self) -> [[f64; 2]; 2] {
        [[self.table[0][0], self.table[0][1]], [self.table[1][0], self.table[1][1]]]
    }
}
