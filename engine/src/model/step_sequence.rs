//! The rows of a step, sequence by sequence, as layers that recur take them.

use pelicycle_kernels::StateRow;

use super::step::BatchToken;
use crate::cache::SequenceCache;

/// The rows of one sequence in a step, in order, and what a layer remembers of it.
pub(super) struct StepSequence<'a> {
    pub(super) rows: Vec<usize>,
    /// The last inputs of the layer's convolution, oldest first.
    pub(super) inputs: &'a mut [f32],
    /// The heads' states, in rows that the delta rule takes.
    pub(super) state_rows: &'a mut [StateRow],
    /// The heads' states, as plain numbers.
    pub(super) state: &'a mut [f32],
}

/// The sequences that have rows in the step, with the states at `place` of their caches.
pub(super) fn step_sequences<'a>(
    rows: &[BatchToken],
    caches: &'a mut [&mut SequenceCache],
    place: usize,
) -> Vec<StepSequence<'a>> {
    let mut sequences = Vec::with_capacity(caches.len());
    for (s, cache) in caches.iter_mut().enumerate() {
        let rows: Vec<usize> = (0..rows.len()).filter(|&r| rows[r].sequence == s).collect();
        if !rows.is_empty() {
            let (inputs, state_rows, state) = cache.states[place].parts_mut();
            sequences.push(StepSequence { rows, inputs, state_rows, state });
        }
    }
    sequences
}
