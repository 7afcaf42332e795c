//! Rotary position embedding: J. Su and others, 2021.

use std::sync::Arc;

use super::architecture::RopePairing;
use super::config::ModelConfig;
use super::rope_scaling::RopeScaling;

/// The rotary embeddings of a model's layers.
#[derive(Debug)]
pub(super) struct LayerRopes {
    all_tokens: Arc<Rope>,
    windowed: Arc<Rope>,
}

impl LayerRopes {
    /// `divisors`, one a pair, are the file's `rope_freqs` (Llama 3's scaling).
    pub(super) fn new(pairs: RopePairing, config: &ModelConfig, divisors: Option<&[f32]>) -> LayerRopes {
        let (size, scaling) = (config.head.turning, &config.rope_scaling);
        let all_tokens = Arc::new(Rope::new(pairs, size, config.rope_base, scaling, divisors));
        let windowed = match config.window_rope_base {
            Some(base) => {
                Arc::new(Rope::new(pairs, config.window_head.turning, base, &RopeScaling::None, None))
            }
            None => Arc::clone(&all_tokens),
        };
        LayerRopes { all_tokens, windowed }
    }

    /// The rope of a layer with this window.
    pub(super) fn of(&self, window: Option<usize>) -> &Arc<Rope> {
        if window.is_some() { &self.windowed } else { &self.all_tokens }
    }
}

/// The rotary embedding of some layers: the angles that a position turns a head by.
#[derive(Debug, Clone)]
pub(super) struct Rope {
    pairs: RopePairing,
    /// Radians a position, for each pair.
    frequencies: Vec<f32>,
    /// The factor of turned numbers.
    stretch: f32,
}

impl Rope {
    /// For heads of which `size` numbers turn; `base` is θ.
    fn new(
        pairs: RopePairing,
        size: usize,
        base: f32,
        scaling: &RopeScaling,
        divisors: Option<&[f32]>,
    ) -> Rope {
        let frequency = |i: usize| {
            let exponent = -2.0 * i as f64 / size as f64;
            let divisor = divisors.map_or(1.0, |d| f64::from(d[i]));
            let frequency = f64::from(base).powf(exponent) / divisor;
            (frequency * scaling.frequency_factor(i, size, f64::from(base))) as f32
        };
        let frequencies = (0..size / 2).map(frequency).collect();
        Rope { pairs, frequencies, stretch: scaling.stretch() }
    }

    /// The cosine and sine of each pair at a position.
    pub(super) fn turns(&self, position: usize) -> Vec<(f32, f32)> {
        let angle = |frequency: &f32| {
            // In double precision: float32 would lose the angle at positions of some ten thousands.
            let (sin, cos) = (position as f64 * f64::from(*frequency)).sin_cos();
            (cos as f32 * self.stretch, sin as f32 * self.stretch)
        };
        self.frequencies.iter().map(angle).collect()
    }

    /// Turns the first numbers of a head; the rest pass through.
    pub(super) fn apply(&self, head: &mut [f32], turns: &[(f32, f32)]) {
        let half = turns.len();
        for (i, &(cos, sin)) in turns.iter().enumerate() {
            let (a, b) = match self.pairs {
                RopePairing::HalfSplit => (i, i + half),
                RopePairing::Interleaved => (2 * i, 2 * i + 1),
            };
            let (x, y) = (head[a], head[b]);
            head[a] = x * cos - y * sin;
            head[b] = x * sin + y * cos;
        }
    }
}
