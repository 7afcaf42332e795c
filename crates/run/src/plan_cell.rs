//! One request of a plan.

use pelicycle_record::{RequestRecord, RunRecord};

use crate::seeds::look_seed;

/// One request to send: a sample's first attempt, or a look after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlanCell {
    /// Index into the run's prompts.
    pub prompt: usize,
    /// Index into the run's contestants.
    pub contestant: usize,
    /// The number of the sample, from 1.
    pub sample: u32,
    /// The number of the look, from 1; 0 for the first attempt.
    pub look: u32,
    /// The request's seed.
    pub seed: u64,
}

impl PlanCell {
    /// The settings that go with its request.
    #[must_use]
    pub fn settings(&self, run: &RunRecord) -> RequestRecord {
        let request = &run.contestants[self.contestant].request;
        // A service is sent a seed only where one was asked for.
        RequestRecord { seed: request.run_seed.map(|_| self.seed), ..request.clone() }
    }

    /// A look after this first attempt, with a seed of its own.
    pub(crate) fn look(self, number: u32) -> PlanCell {
        PlanCell { look: number, seed: look_seed(self.seed, number), ..self }
    }
}
