//! One head of one sequence: the piece of work that recurrent layers hand to threads.

use pelicycle_kernels::{Activations, StateRow};

use super::matrix::columns;
use super::step_sequence::StepSequence;

/// One head of one sequence, with its state in elements of `S`.
pub(super) struct RecurrentHead<'a, S> {
    pub(super) head: usize,
    /// The step's rows that are the sequence's.
    pub(super) rows: &'a [usize],
    pub(super) state: &'a mut [S],
    /// The head's part of the answer for each of the rows.
    pub(super) out: Vec<&'a mut [f32]>,
}

/// The heads of all sequences, whose states are `state_rows` rows of the delta rule each. Each head's answers are `size`
/// numbers of the `width` that a row of `answers` has.
pub(super) fn delta_heads<'a>(
    sequences: &'a mut [StepSequence<'_>],
    state_rows: usize,
    answers: &'a mut Activations,
    (width, size): (usize, usize),
) -> Vec<RecurrentHead<'a, StateRow>> {
    let states = sequences.iter_mut().map(|sequence| (&*sequence.rows, &mut *sequence.state_rows));
    recurrent_heads(states, state_rows, answers, (width, size))
}

/// As [`delta_heads`], with states of `numbers` plain numbers each.
pub(super) fn plain_heads<'a>(
    sequences: &'a mut [StepSequence<'_>],
    numbers: usize,
    answers: &'a mut Activations,
    (width, size): (usize, usize),
) -> Vec<RecurrentHead<'a, f32>> {
    let states = sequences.iter_mut().map(|sequence| (&*sequence.rows, &mut *sequence.state));
    recurrent_heads(states, numbers, answers, (width, size))
}

fn recurrent_heads<'a, S: 'a>(
    sequences: impl ExactSizeIterator<Item = (&'a [usize], &'a mut [S])>,
    state: usize,
    answers: &'a mut Activations,
    (width, size): (usize, usize),
) -> Vec<RecurrentHead<'a, S>> {
    let mut outs: Vec<Vec<&mut [f32]>> =
        columns(answers.floats_mut(), width, size).map(|(_, rows)| rows).collect();
    let mut heads = Vec::with_capacity(sequences.len() * outs.len());
    for (rows, states) in sequences {
        for (head, state) in states.chunks_exact_mut(state).enumerate() {
            let out = rows.iter().map(|&r| std::mem::take(&mut outs[head][r])).collect();
            heads.push(RecurrentHead { head, rows, state, out });
        }
    }
    heads
}
