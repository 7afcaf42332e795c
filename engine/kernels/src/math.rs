//! Bodies of the float loops, written so that the compiler vectorizes them for whichever instruction set
//! they are inlined into.

use half::f16;

use super::GateFunction;
use super::activations::WHOLE;

/// Lanes that sums are kept in; one order of addition for every instruction set that uses these bodies.
const LANES: usize = 16;

/// A number in the key/value cache.
pub(super) trait CacheElement: Copy {
    fn float(self) -> f32;
}

impl CacheElement for f32 {
    #[inline(always)]
    fn float(self) -> f32 {
        self
    }
}

impl CacheElement for u16 {
    #[inline(always)]
    fn float(self) -> f32 {
        f16::from_bits(self).to_f32()
    }
}

#[inline(always)]
pub(super) fn dot<E: CacheElement>(a: &[f32], b: &[E]) -> f32 {
    assert_eq!(a.len(), b.len());
    let mut sums = [0f32; LANES];
    let (a_lanes, a_rest) = a.as_chunks::<LANES>();
    let (b_lanes, b_rest) = b.as_chunks::<LANES>();
    for (a, b) in a_lanes.iter().zip(b_lanes) {
        for i in 0..LANES {
            sums[i] += a[i] * b[i].float();
        }
    }
    for (i, (a, b)) in a_rest.iter().zip(b_rest).enumerate() {
        sums[i] += a * b.float();
    }
    sum_lanes(sums)
}

#[inline(always)]
pub(super) fn sum_lanes(mut sums: [f32; LANES]) -> f32 {
    let mut half = LANES / 2;
    while half > 0 {
        for i in 0..half {
            sums[i] += sums[i + half];
        }
        half /= 2;
    }
    sums[0]
}

/// The width of rows that are multiplied with weights, after all lengths were held against each other. Where there is nothing
/// to multiply it is none, and the products are zeros.
#[inline(always)]
pub(super) fn width_of_dots(weights: &[f32], rows: &[&[f32]], out: &mut [&mut [f32]]) -> Option<usize> {
    assert_eq!(rows.len(), out.len());
    let width = rows.first()?.len();
    for (row, out) in rows.iter().zip(&*out) {
        assert_eq!(row.len(), width);
        assert_eq!(out.len() * width, weights.len());
    }
    if width == 0 {
        out.iter_mut().for_each(|out| out.fill(0.0));
        return None;
    }
    Some(width)
}

/// Products of every row of weights with every row, by a product of two.
pub(super) fn dots(dot: fn(&[f32], &[f32]) -> f32, weights: &[f32], rows: &[&[f32]], out: &mut [&mut [f32]]) {
    let Some(width) = width_of_dots(weights, rows, out) else { return };
    for (row, out) in rows.iter().zip(out) {
        let weights = weights.chunks_exact(width);
        out.iter_mut().zip(weights).for_each(|(out, weights)| *out = dot(weights, row));
    }
}

#[inline(always)]
pub(super) fn scores<E: CacheElement>(query: &[f32], keys: &[E], scale: f32, scores: &mut [f32]) {
    assert_eq!(query.len() * scores.len(), keys.len());
    for (score, key) in scores.iter_mut().zip(keys.chunks_exact(query.len())) {
        *score = dot(query, key) * scale;
    }
}

/// The width that vectors share, after all lengths were held against each other: beside each stands one number for every
/// row of that width in `halves`. None where there is no vector, or nothing in it.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
pub(super) fn shared_width<V: AsRef<[f32]>, N: AsRef<[f32]>>(
    vectors: &[V],
    numbers: &[N],
    halves: &[u16],
) -> Option<usize> {
    assert_eq!(vectors.len(), numbers.len());
    let width = vectors.first()?.as_ref().len();
    for (vector, numbers) in vectors.iter().zip(numbers) {
        assert_eq!(vector.as_ref().len(), width);
        assert_eq!(width * numbers.as_ref().len(), halves.len());
    }
    (width > 0).then_some(width)
}

/// Scores of several queries, by those of one.
pub(super) fn group_scores(
    scores_of_one: fn(&[f32], &[u16], f32, &mut [f32]),
    queries: &[&[f32]],
    keys: &[u16],
    scale: f32,
    scores: &mut [&mut [f32]],
) {
    assert_eq!(queries.len(), scores.len());
    queries.iter().zip(scores).for_each(|(query, scores)| scores_of_one(query, keys, scale, scores));
}

/// Mixes by several rows of weights, by that of one.
pub(super) fn group_mix(
    mix_of_one: fn(&[f32], &[u16], &mut [f32]),
    weights: &[&[f32]],
    values: &[u16],
    out: &mut [&mut [f32]],
) {
    assert_eq!(weights.len(), out.len());
    weights.iter().zip(out).for_each(|(weights, out)| mix_of_one(weights, values, out));
}

#[inline(always)]
pub(super) fn mix<E: CacheElement>(weights: &[f32], values: &[E], out: &mut [f32]) {
    assert_eq!(out.len() * weights.len(), values.len());
    for (&weight, value) in weights.iter().zip(values.chunks_exact(out.len())) {
        for (o, v) in out.iter_mut().zip(value) {
            *o += weight * v.float();
        }
    }
}

/// Each row of weights mixes the same values.
pub(super) fn mixes(weights: &[&[f32]], values: &[f32], out: &mut [&mut [f32]]) {
    assert_eq!(weights.len(), out.len());
    weights.iter().zip(out).for_each(|(weights, out)| mix(weights, values, out));
}

/// e^x by the usual reduction to 2^n · e^r, |r| ≤ ln 2 / 2, and the Cephes polynomial for single precision
/// (S. Moshier); within two units in the last place over −87…88, 0 below.
#[inline(always)]
pub(super) fn exp(x: f32) -> f32 {
    const LN2_HIGH: f32 = 0.693_359_4;
    const LN2_LOW: f32 = -2.121_944_4e-4;
    let clamped = x.clamp(-87.3, 88.3);
    // Rounded to a whole number, ties to even, which the lowest bits of the sum hold: rounding and casting by their own
    // instructions keeps compilers from vectors.
    let raised = clamped * std::f32::consts::LOG2_E + WHOLE;
    let n = raised - WHOLE;
    let r = (clamped - n * LN2_HIGH) - n * LN2_LOW;
    let mut p = 1.987_569_1e-4;
    p = p * r + 1.398_199_9e-3;
    p = p * r + 8.333_452e-3;
    p = p * r + 4.166_579_6e-2;
    p = p * r + 1.666_666_5e-1;
    p = p * r + 0.5;
    let e = p * r * r + r + 1.0;
    let exponent = raised.to_bits().wrapping_sub(WHOLE.to_bits()).wrapping_add(127);
    let scaled = e * f32::from_bits(exponent << 23);
    if x < -87.3 { 0.0 } else { scaled }
}

#[inline(always)]
pub(super) fn largest(x: &[f32]) -> f32 {
    let larger = |a: f32, b: f32| if b > a { b } else { a };
    let mut most = [f32::NEG_INFINITY; LANES];
    let (lanes, rest) = x.as_chunks::<LANES>();
    for lane in lanes {
        for i in 0..LANES {
            most[i] = larger(most[i], lane[i]);
        }
    }
    most.into_iter().chain(rest.iter().copied()).fold(f32::NEG_INFINITY, larger)
}

#[inline(always)]
pub(super) fn exponentials(scores: &mut [f32], max: f32) -> f32 {
    let mut sums = [0f32; LANES];
    let (lanes, rest) = scores.as_chunks_mut::<LANES>();
    for lane in lanes {
        for i in 0..LANES {
            lane[i] = exp(lane[i] - max);
            sums[i] += lane[i];
        }
    }
    for (i, score) in rest.iter_mut().enumerate() {
        *score = exp(*score - max);
        sums[i] += *score;
    }
    sum_lanes(sums)
}

#[inline(always)]
pub(super) fn gate(kind: GateFunction, gate: &mut [f32], up: &[f32]) {
    assert_eq!(gate.len(), up.len());
    match kind {
        GateFunction::Silu => {
            for (g, u) in gate.iter_mut().zip(up) {
                *g = logistic_times(*g, *g) * u;
            }
        }
        GateFunction::Gelu => {
            // z/2 · (1 + tanh y) is z·σ(2y).
            const TWICE_ROOT: f32 = 2.0 * 0.797_884_6;
            for (g, u) in gate.iter_mut().zip(up) {
                let y = TWICE_ROOT * (*g + 0.044_715 * *g * *g * *g);
                *g = logistic_times(*g, y) * u;
            }
        }
        GateFunction::Clamped => {
            for (g, u) in gate.iter_mut().zip(up) {
                let z = g.min(7.0);
                *g = logistic_times(z, 1.702 * z) * (u.clamp(-7.0, 7.0) + 1.0);
            }
        }
    }
}

/// x · σ(y).
#[inline(always)]
fn logistic_times(x: f32, y: f32) -> f32 {
    x / (1.0 + exp(-y))
}

#[inline(always)]
pub(super) fn sigmoid_times(x: &mut [f32], gate: &[f32]) {
    assert_eq!(x.len(), gate.len());
    for (x, g) in x.iter_mut().zip(gate) {
        *x = logistic_times(*x, *g);
    }
}
