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

#[cfg(test)]
mod tests {
    use super::super::Kernels;
    use super::super::tests::RandomBytes;
    use super::*;

    #[test]
    fn the_delta_rule_is_the_recurrence_in_every_instruction_set() {
        let mut bytes = RandomBytes(13);
        // Values that fill no block of lanes, an odd number of keys, the size of real models.
        for (keys, values) in [(16, 16), (7, 40), (128, 128)] {
            let tokens = 9;
            let numbers =
                |n: usize, bytes: &mut RandomBytes| (0..n).map(|_| bytes.float()).collect::<Vec<f32>>();
            let unit = 1.0 / (keys as f32).sqrt();
            let mut directions = || {
                let x = numbers(tokens * keys, &mut bytes);
                x.into_iter().map(|x| x * unit).collect::<Vec<f32>>()
            };
            let (key, query) = (directions(), directions());
            let (value, gates) = (numbers(tokens * values, &mut bytes), numbers(tokens * 2, &mut bytes));
            let token = |t: usize| {
                let (key, query) = (&key[t * keys..][..keys], &query[t * keys..][..keys]);
                DeltaToken {
                    key,
                    query,
                    agreement: key.iter().zip(query).map(|(k, q)| k * q).sum(),
                    value: &value[t * values..][..values],
                    decay: 0.9 + gates[2 * t].abs() * 0.05,
                    strength: gates[2 * t + 1].abs().min(1.0),
                }
            };
            let given: Vec<DeltaToken<'_>> = (0..tokens).map(token).collect();

            // The recurrence as the paper has it, in double precision: S decays, u = β(v − Sᵀk), S += kuᵀ, o = Sᵀq.
            let mut state = vec![0f64; keys * values];
            let mut expected = Vec::new();
            for token in &given {
                state.iter_mut().for_each(|s| *s *= f64::from(token.decay));
                for j in 0..values {
                    let recall = |x: &[f32], state: &[f64]| -> f64 {
                        x.iter().enumerate().map(|(i, x)| f64::from(*x) * state[i * values + j]).sum()
                    };
                    let update =
                        f64::from(token.strength) * (f64::from(token.value[j]) - recall(token.key, &state));
                    for (i, k) in token.key.iter().enumerate() {
                        state[i * values + j] += f64::from(*k) * update;
                    }
                    expected.push(recall(token.query, &state));
                }
            }
            for kernels in Kernels::available() {
                let run = |pieces: &[usize]| {
                    let mut state = vec![StateRow::ZERO; StateRow::count(keys, values)];
                    let mut out = vec![0f32; tokens * values];
                    let mut rows: Vec<&mut [f32]> = out.chunks_exact_mut(values).collect();
                    let (mut given, mut rows) = (&given[..], &mut rows[..]);
                    for &piece in pieces {
                        let (now, later) = given.split_at(piece);
                        let (out, rest) = rows.split_at_mut(piece);
                        (kernels.delta_rule)(&mut state, now, out);
                        (given, rows) = (later, rest);
                    }
                    out
                };
                let whole = run(&[tokens]);
                for (got, expected) in whole.iter().zip(&expected) {
                    assert!(
                        (f64::from(*got) - expected).abs() < 2e-5,
                        "{}: {got} is not {expected}",
                        kernels.name
                    );
                }
                assert_eq!(whole, run(&[1, 4, 1, 3]), "{}: the same bits however it is cut", kernels.name);
            }
        }
    }

    #[test]
    fn a_convolution_sums_its_taps_and_takes_the_silu() {
        let mut bytes = RandomBytes(17);
        let numbers: Vec<Vec<f32>> = (0..8).map(|_| (0..83).map(|_| bytes.float()).collect()).collect();
        let slices: Vec<&[f32]> = numbers.iter().map(Vec::as_slice).collect();
        let (inputs, taps) = slices.split_at(4);
        for kernels in Kernels::available() {
            let mut out = vec![f32::NAN; 83];
            (kernels.convolve)(inputs, taps, &mut out);
            for (c, got) in out.iter().enumerate() {
                let sum: f64 = (0..4).map(|j| f64::from(inputs[j][c]) * f64::from(taps[j][c])).sum();
                let expected = sum / (1.0 + (-sum).exp());
                assert!(
                    (f64::from(*got) - expected).abs() < 1e-6,
                    "{}: {got} is not {expected}",
                    kernels.name
                );
            }
        }
    }
}
