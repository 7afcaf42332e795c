//! Rotary position embedding: J. Su and others, 2021.

use std::sync::Arc;

use super::architecture::RopePairing;
use super::config::ModelConfig;
use super::error::ModelError;
use super::rope_scaling::{LONG_DIVISORS, RopeScaling};
use super::tensor_reader::TensorReader;

/// The rotary embeddings of a model's layers.
#[derive(Debug)]
pub(super) struct LayerRopes {
    all_tokens: Arc<Rope>,
    windowed: Arc<Rope>,
}

impl LayerRopes {
    pub(super) fn new(pairs: RopePairing, config: &ModelConfig, divisors: &FrequencyDivisors) -> LayerRopes {
        let (size, scaling) = (config.head.turning, &config.rope_scaling);
        let mut all_tokens = Rope::new(pairs, size, config.rope_base, scaling, divisors);
        all_tokens.axes = config.rope_axes.clone();
        let all_tokens = Arc::new(all_tokens);
        let windowed = match config.window_rope_base {
            Some(base) => Arc::new(Rope::new(
                pairs,
                config.window_head.turning,
                base,
                &RopeScaling::None,
                &FrequencyDivisors::default(),
            )),
            None => Arc::clone(&all_tokens),
        };
        LayerRopes { all_tokens, windowed }
    }

    /// The rope of a layer with this window.
    pub(super) fn of(&self, window: Option<usize>) -> &Arc<Rope> {
        if window.is_some() { &self.windowed } else { &self.all_tokens }
    }
}

/// The numbers that a file divides the frequencies by, one a pair.
#[derive(Debug, Default)]
pub(super) struct FrequencyDivisors {
    /// Llama 3's scaling, or that of LongRoPE for short contexts.
    pub(super) usual: Option<Vec<f32>>,
    /// That of LongRoPE for long contexts.
    pub(super) long: Option<Vec<f32>>,
}

impl FrequencyDivisors {
    /// `required`: the file must have the usual ones.
    pub(super) fn read(
        tensors: &TensorReader<'_>,
        config: &ModelConfig,
        required: bool,
    ) -> Result<FrequencyDivisors, ModelError> {
        let numbers = |name: &str| match tensors.has(name) || required && name == "rope_freqs.weight" {
            true => tensors.numbers(name, &[config.head.turning / 2]).map(Some),
            false => Ok(None),
        };
        let long = numbers(LONG_DIVISORS)?;
        let usual = numbers(if long.is_some() { "rope_factors_short.weight" } else { "rope_freqs.weight" })?;
        Ok(FrequencyDivisors { usual, long })
    }
}

/// The rotary embedding of some layers: the angles that a position turns a head by.
#[derive(Debug, Clone)]
pub(super) struct Rope {
    pairs: RopePairing,
    /// Radians a position, for each pair.
    frequencies: Vec<f32>,
    /// The same in long sequences, in the models where they differ.
    long_frequencies: Option<Vec<f32>>,
    /// The factor of turned numbers.
    stretch: f32,
    /// The axis that each pair turns by, in the models that tell time, height and width apart.
    axes: Option<Arc<[usize]>>,
}

/// The place of a token, as far as it matters to the turning of heads.
#[derive(Debug, Clone, Copy)]
pub(super) struct RopePlace {
    pub(super) position: usize,
    /// Its place in time, height and width.
    pub(super) axes: [usize; 3],
    /// Whether its sequence is so long that other frequencies hold.
    pub(super) long: bool,
}

impl Rope {
    /// For heads of which `size` numbers turn; `base` is θ.
    fn new(
        pairs: RopePairing,
        size: usize,
        base: f32,
        scaling: &RopeScaling,
        divisors: &FrequencyDivisors,
    ) -> Rope {
        let frequency = |i: usize, divisors: Option<&Vec<f32>>| {
            let exponent = -2.0 * i as f64 / size as f64;
            let divisor = divisors.map_or(1.0, |d| f64::from(d[i]));
            let frequency = f64::from(base).powf(exponent) / divisor;
            (frequency * scaling.frequency_factor(i, size, f64::from(base))) as f32
        };
        let frequencies = (0..size / 2).map(|i| frequency(i, divisors.usual.as_ref())).collect();
        let long = divisors.long.as_ref();
        let long_frequencies = long.map(|_| (0..size / 2).map(|i| frequency(i, long)).collect());
        Rope { pairs, frequencies, long_frequencies, stretch: scaling.stretch(), axes: None }
    }

    /// The same frequencies for heads whose numbers are paired so.
    pub(super) fn paired(&self, pairs: RopePairing) -> Rope {
        Rope { pairs, ..self.clone() }
    }

    /// Computes the cosine and sine of each pair at a place.
    pub(super) fn turns(&self, RopePlace { position, axes, long }: RopePlace) -> Vec<(f32, f32)> {
        let frequencies = self.long_frequencies.as_ref().filter(|_| long).unwrap_or(&self.frequencies);
        let angle = |(pair, frequency): (usize, &f32)| {
            let position = self.axes.as_ref().map_or(position, |of_pair| axes[of_pair[pair]]);
            // In double precision: float32 would lose the angle at positions of some ten thousands.
            let (sin, cos) = (position as f64 * f64::from(*frequency)).sin_cos();
            (cos as f32 * self.stretch, sin as f32 * self.stretch)
        };
        frequencies.iter().enumerate().map(angle).collect()
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
