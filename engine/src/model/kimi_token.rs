//! One token over the state of one head of Kimi Delta Attention.

use pelicycle_kernels::Kernels;

/// The numbers that one token brings to one head.
pub(super) struct KimiToken<'a> {
    pub(super) query: &'a [f32],
    pub(super) key: &'a [f32],
    pub(super) value: &'a [f32],
    /// The share of each row of the state that is left.
    pub(super) decays: &'a [f32],
    /// The share in which the value replaces what the state recalls: β.
    pub(super) strength: f32,
}

impl KimiToken<'_> {
    /// Passes over a head's state S, a row a key channel: S ← diag(decays) S, u = β(v − Sᵀk), S ← S + k uᵀ;
    /// `out` = Sᵀq.
    pub(super) fn pass(&self, kernels: &Kernels, state: &mut [f32], out: &mut [f32]) {
        let size = self.value.len();
        for (row, decay) in state.chunks_exact_mut(size).zip(self.decays) {
            row.iter_mut().for_each(|s| *s *= decay);
        }
        out.fill(0.0);
        (kernels.mix)(self.key, state, out);
        let correct = |(value, recalled): (&f32, &f32)| self.strength * (value - recalled);
        let correction: Vec<f32> = self.value.iter().zip(out.iter()).map(correct).collect();
        for (row, key) in state.chunks_exact_mut(size).zip(self.key) {
            (kernels.mix)(&[*key], &correction, row);
        }
        out.fill(0.0);
        (kernels.mix)(self.query, state, out);
    }
}
