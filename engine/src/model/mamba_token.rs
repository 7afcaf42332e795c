//! One token over the state of one head of Mamba-2.

use pelicycle_kernels::Kernels;

/// The numbers that one token brings to one head.
pub(super) struct MambaToken<'a> {
    pub(super) input: &'a [f32],
    /// The vector along which each number of the input is written (B), as long as a row of the state.
    pub(super) write: &'a [f32],
    /// The vector with which each row of the state is read (C).
    pub(super) read: &'a [f32],
    /// Δ, the step in time.
    pub(super) time: f32,
    /// A, below zero.
    pub(super) rate: f32,
    /// The share of the input that goes around the state.
    pub(super) through: f32,
}

impl MambaToken<'_> {
    /// Passes over a head's state, a row for each number of the input: S ← e^(Δ·A) S + Δ x ⊗ B; `out` = S·C + d x.
    pub(super) fn pass(&self, kernels: &Kernels, state: &mut [f32], out: &mut [f32]) {
        let decay = (self.time * self.rate).exp();
        let rows = state.chunks_exact_mut(self.write.len());
        for ((row, &x), out) in rows.zip(self.input).zip(out) {
            row.iter_mut().for_each(|s| *s *= decay);
            (kernels.mix)(&[self.time * x], self.write, row);
            *out = (kernels.dot)(row, self.read) + self.through * x;
        }
    }
}
