//! The state of a recurrent layer: what it remembers of a sequence, always of one size, and only of where the sequence
//! stands. It can be forked, but not taken back to an earlier position.

use std::sync::Arc;

use pelicycle_kernels::StateRow;

/// The size of a recurrent layer's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct RecurrentStateSize {
    /// Numbers of the last inputs of its convolution.
    pub(crate) inputs: usize,
    /// Rows of its heads' states, where the delta rule passes over them.
    pub(crate) rows: usize,
    /// Numbers of its heads' states, where another rule does.
    pub(crate) numbers: usize,
}

/// The state of a recurrent layer; empty in layers of other kinds. A clone shares the numbers until one of the two
/// writes.
#[derive(Debug, Clone)]
pub(crate) struct RecurrentState {
    inputs: Arc<Vec<f32>>,
    rows: Arc<Vec<StateRow>>,
    numbers: Arc<Vec<f32>>,
}

impl RecurrentState {
    /// Before the first token: zeros.
    pub(crate) fn new(size: RecurrentStateSize) -> RecurrentState {
        RecurrentState {
            inputs: Arc::new(vec![0.0; size.inputs]),
            rows: Arc::new(vec![StateRow::ZERO; size.rows]),
            numbers: Arc::new(vec![0.0; size.numbers]),
        }
    }

    /// Whether its layer remembers anything this way.
    pub(crate) fn is_empty(&self) -> bool {
        self.inputs.is_empty() && self.rows.is_empty() && self.numbers.is_empty()
    }

    /// Bytes that it takes.
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(self.inputs.as_slice())
            + size_of_val(self.rows.as_slice())
            + size_of_val(self.numbers.as_slice())
    }

    /// Back before the first token.
    pub(crate) fn clear(&mut self) {
        *self = RecurrentState::new(RecurrentStateSize {
            inputs: self.inputs.len(),
            rows: self.rows.len(),
            numbers: self.numbers.len(),
        });
    }

    /// The last inputs of the convolution, oldest first, and the heads' states in either form, to be written.
    pub(crate) fn parts_mut(&mut self) -> (&mut [f32], &mut [StateRow], &mut [f32]) {
        (
            Arc::make_mut(&mut self.inputs).as_mut_slice(),
            Arc::make_mut(&mut self.rows).as_mut_slice(),
            Arc::make_mut(&mut self.numbers).as_mut_slice(),
        )
    }
}
