//! Rotary position embedding: J. Su and others, 2021.

/// Which two numbers of a head turn together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pairs {
    /// i and i + half of the size.
    HalfSplit,
    /// 2i and 2i + 1.
    Interleaved,
}

/// The angles a position turns by.
#[derive(Debug, Clone)]
pub(super) struct Rope {
    pairs: Pairs,
    /// Radians a position, for each pair.
    frequencies: Vec<f32>,
}

impl Rope {
    /// For heads of which `size` numbers turn. `divisors`, one a pair, are the file's `rope_freqs` (Llama 3's
    /// scaling); `factor` divides every frequency (linear scaling).
    pub(super) fn new(pairs: Pairs, size: usize, base: f32, factor: f32, divisors: Option<&[f32]>) -> Rope {
        let frequency = |i: usize| {
            let exponent = -2.0 * i as f64 / size as f64;
            let divisor = divisors.map_or(1.0, |d| f64::from(d[i]));
            (f64::from(base).powf(exponent) / divisor / f64::from(factor)) as f32
        };
        Rope { pairs, frequencies: (0..size / 2).map(frequency).collect() }
    }

    /// The cosine and sine of each pair at a position.
    pub(super) fn turns(&self, position: usize) -> Vec<(f32, f32)> {
        let angle = |frequency: &f32| {
            // In double precision: float32 would lose the angle at positions of some ten thousands.
            let (sin, cos) = (position as f64 * f64::from(*frequency)).sin_cos();
            (cos as f32, sin as f32)
        };
        self.frequencies.iter().map(angle).collect()
    }

    /// Turns the first numbers of a head; the rest pass through.
    pub(super) fn apply(&self, head: &mut [f32], turns: &[(f32, f32)]) {
        let half = turns.len();
        for (i, &(cos, sin)) in turns.iter().enumerate() {
            let (a, b) = match self.pairs {
                Pairs::HalfSplit => (i, i + half),
                Pairs::Interleaved => (2 * i, 2 * i + 1),
            };
            let (x, y) = (head[a], head[b]);
            head[a] = x * cos - y * sin;
            head[b] = x * sin + y * cos;
        }
    }
}
