//! Bodies of the loops of gated DeltaNet layers, compiled for each instruction set as those in `math.rs` are.

use super::math::exp;

/// Values of a head that the recurrence takes at a time: their part of the state, some kilobytes, stays in the
/// nearest cache while a step's tokens pass over it.
pub(super) const LANES: usize = 32;

/// The part of a head's state for one key and `LANES` values. Aligned, since a vector that crosses cache
/// lines costs twice.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub struct StateRow(pub(super) [f32; LANES]);

impl StateRow {
    /// A row of zeros.
    pub const ZERO: StateRow = StateRow([0.0; LANES]);
    /// Numbers of a row.
    pub const VALUES: usize = LANES;

    /// Rows of a head's state: for each `LANES` values, a row a key.
    pub fn count(keys: usize, values: usize) -> usize {
        values.div_ceil(LANES) * keys
    }
}

/// The numbers that one token brings to one head of the recurrence.
#[derive(Debug, Clone, Copy)]
pub struct DeltaToken<'a> {
    /// As many numbers as the state has keys.
    pub key: &'a [f32],
    /// As long as the key.
    pub query: &'a [f32],
    /// key · query.
    pub agreement: f32,
    /// The value, as long as a row of the head's answers.
    pub value: &'a [f32],
    /// The share of the state that is left: e^g, 0 to 1.
    pub decay: f32,
    /// The share in which the value replaces what the state recalls: β, 0 to 1.
    pub strength: f32,
}

/// The body of [`super::Kernels::delta_rule`]. With S decayed by α, u = β(v − αSᵀk), S' = αS + kuᵀ and
/// o = S'ᵀq = αSᵀq + (k·q)u: one pass over the state recalls for key and query, a second one writes.
///
/// Columns of S do not meet, so tokens pass over one block of columns after another.
#[inline(always)]
pub(super) fn delta_rule(
    state: &mut [StateRow],
    tokens: &[DeltaToken<'_>],
    out: &mut [&mut [f32]],
    recall: impl Fn(&[StateRow], &[f32], &[f32]) -> [[f32; LANES]; 2],
    write: impl Fn(&mut [StateRow], &[f32], &[f32; LANES], f32),
) {
    assert_eq!(tokens.len(), out.len());
    let Some(keys) = tokens.first().map(|token| token.key.len()) else { return };
    for (b, rows) in state.chunks_exact_mut(keys).enumerate() {
        for (token, out) in tokens.iter().zip(out.iter_mut()) {
            assert!(token.key.len() == keys && token.query.len() == keys && token.value.len() == out.len());
            let columns = b * LANES..out.len().min((b + 1) * LANES);
            let mut value = [0f32; LANES];
            value[..columns.len()].copy_from_slice(&token.value[columns.clone()]);
            let [recalled, answered] = recall(rows, token.key, token.query);
            let update: [f32; LANES] =
                std::array::from_fn(|i| token.strength * (value[i] - token.decay * recalled[i]));
            let answer: [f32; LANES] =
                std::array::from_fn(|i| token.decay * answered[i] + token.agreement * update[i]);
            write(rows, token.key, &update, token.decay);
            out[columns.clone()].copy_from_slice(&answer[..columns.len()]);
        }
    }
}

/// Σ key · row and Σ query · row. `FUSED` multiplies and adds in one instruction; processors without one would
/// call a function for each.
#[inline(always)]
pub(super) fn recall<const FUSED: bool>(rows: &[StateRow], key: &[f32], query: &[f32]) -> [[f32; LANES]; 2] {
    let (mut recalled, mut answered) = ([0f32; LANES], [0f32; LANES]);
    for ((row, &k), &q) in rows.iter().zip(key).zip(query) {
        for i in 0..LANES {
            recalled[i] = fused::<FUSED>(k, row.0[i], recalled[i]);
            answered[i] = fused::<FUSED>(q, row.0[i], answered[i]);
        }
    }
    [recalled, answered]
}

/// row = decay · row + key · update.
#[inline(always)]
pub(super) fn write<const FUSED: bool>(
    rows: &mut [StateRow],
    key: &[f32],
    update: &[f32; LANES],
    decay: f32,
) {
    for (row, &key) in rows.iter_mut().zip(key) {
        for (s, u) in row.0.iter_mut().zip(update) {
            *s = fused::<FUSED>(key, *u, decay * *s);
        }
    }
}

#[inline(always)]
fn fused<const FUSED: bool>(a: f32, b: f32, c: f32) -> f32 {
    if FUSED { a.mul_add(b, c) } else { a * b + c }
}

/// The body of [`super::Kernels::convolve`].
#[inline(always)]
pub(super) fn convolve(inputs: &[&[f32]], taps: &[&[f32]], out: &mut [f32]) {
    assert_eq!(inputs.len(), taps.len());
    out.fill(0.0);
    for (x, w) in inputs.iter().zip(taps) {
        assert!(x.len() == out.len() && w.len() == out.len());
        for ((out, x), w) in out.iter_mut().zip(*x).zip(*w) {
            *out += w * x;
        }
    }
    for out in out {
        *out /= 1.0 + exp(-*out);
    }
}
