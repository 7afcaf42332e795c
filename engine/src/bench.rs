//! Measures how fast a model runs on this machine, and how near that comes to what the memory gives.
//!
//! Tokens are random, so that every row goes to other experts: one token repeated would send all rows to the
//! same ones and flatter what is measured.

use std::time::Instant;

use crate::cache::SequenceCache;
use crate::model::{BatchToken, ExpertUse, Model, ModelError, StepScratch, WeightSummary};

/// A plan of measurements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BenchPlan {
    /// Tokens of the prompt; 0 leaves it out.
    pub prompt: usize,
    /// Steps of decoding; 0 leaves it out.
    pub generate: usize,
    /// Sequences that are decoded at once, one measurement each.
    pub parallel: Vec<usize>,
    /// Repetitions of each measurement, at least one.
    pub repeat: usize,
    /// Another seed gives other tokens.
    pub seed: u64,
}

/// One measurement.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct BenchMeasurement {
    /// The work that was measured.
    pub work: BenchWork,
    /// Tokens of all sequences.
    pub tokens: usize,
    /// Seconds, the median of all repetitions.
    pub seconds: f64,
    /// Seconds of the fastest and of the slowest repetition.
    pub range: (f64, f64),
    /// Bytes of weights that were read: an expert's once a step, however many rows chose it.
    pub bytes: u64,
    /// Experts of a layer that a step read, on average; 0 in a dense model.
    pub experts: f64,
    /// Bytes of the distinct weights that were read since measuring began, by what was measured before too.
    pub touched: u64,
}

/// The work that is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BenchWork {
    /// A prompt of this many tokens.
    Prompt(usize),
    /// This many sequences, a token each a step.
    Decode(usize),
}

impl BenchMeasurement {
    /// Tokens of all sequences a second.
    pub fn tokens_per_second(&self) -> f64 {
        self.tokens as f64 / self.seconds
    }

    /// Bytes of weights a second.
    pub fn bytes_per_second(&self) -> f64 {
        self.bytes as f64 / self.seconds
    }
}

/// As many tokens of a prompt as the scheduler computes in one step.
const PROMPT_STEP: usize = crate::engine::PROMPT_STEP;
/// The message for what an open model's summary never lacks.
const SIZES: &str = "the types of an open file have a size";
/// Tokens that a sequence has before its decoding is measured.
const START: usize = 16;

/// Measures `model` and hands each measurement to `done` as it is made.
///
/// # Errors
/// When the model can't compute a step.
pub fn measure(
    model: &Model,
    plan: &BenchPlan,
    mut done: impl FnMut(BenchMeasurement),
) -> Result<(), ModelError> {
    let summary = model.weight_summary();
    let of_expert = |layer| summary.expert(layer).bytes.expect(SIZES);
    let mut bench = Bench {
        model,
        for_all: summary.bytes_for_all().expect(SIZES),
        of_expert: (0..model.config().layers).map(of_expert).collect(),
        taken: model.expert_use(),
        summary,
        random: plan.seed,
        scratch: StepScratch::default(),
    };
    // Whoever comes first would pay for reading the file and for the memory of the step's numbers.
    bench.prompt(START)?;
    let repeat = plan.repeat.max(1);
    if plan.prompt > 0 {
        let runs = (0..repeat).map(|_| bench.prompt(plan.prompt)).collect::<Result<_, _>>()?;
        done(bench.median(BenchWork::Prompt(plan.prompt), plan.prompt, runs));
    }
    for &sequences in plan.parallel.iter().filter(|&&n| n > 0 && plan.generate > 0) {
        let runs = (0..repeat).map(|_| bench.decode(sequences, plan.generate)).collect::<Result<_, _>>()?;
        done(bench.median(BenchWork::Decode(sequences), sequences * plan.generate, runs));
    }
    Ok(())
}

/// One repetition.
struct Repetition {
    seconds: f64,
    bytes: u64,
    experts: f64,
}

struct Bench<'a> {
    model: &'a Model,
    /// Bytes of weights that every step reads.
    for_all: u64,
    /// Bytes of an expert of each layer.
    of_expert: Vec<u64>,
    summary: WeightSummary,
    /// The experts of every row so far.
    taken: Option<ExpertUse>,
    random: u64,
    scratch: StepScratch,
}

impl Bench<'_> {
    fn median(&self, work: BenchWork, tokens: usize, mut runs: Vec<Repetition>) -> BenchMeasurement {
        runs.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
        let range = (runs[0].seconds, runs[runs.len() - 1].seconds);
        let Repetition { seconds, bytes, experts } = runs.swap_remove(runs.len() / 2);
        let touched =
            self.taken.as_ref().map_or(Some(self.for_all), |taken| taken.bytes_touched(&self.summary));
        BenchMeasurement { work, tokens, seconds, range, bytes, experts, touched: touched.expect(SIZES) }
    }

    /// splitmix64 (G. Steele, D. Lea, C. Flood, 2014), brought to the size of the vocabulary.
    fn token(&mut self) -> u32 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.random ^ (self.random >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % self.model.config().vocabulary as u64) as u32
    }

    fn prompt(&mut self, tokens: usize) -> Result<Repetition, ModelError> {
        let mut cache = [self.model.new_cache(0)];
        let rows: Vec<BatchToken> =
            (0..tokens).map(|i| BatchToken::text(self.token(), 0, i, i + 1 == tokens)).collect();
        self.steps(rows.chunks(PROMPT_STEP), &mut cache)
    }

    fn decode(&mut self, sequences: usize, steps: usize) -> Result<Repetition, ModelError> {
        let mut caches: Vec<SequenceCache> = (0..sequences).map(|_| self.model.new_cache(0)).collect();
        let rows = |bench: &mut Self, positions: std::ops::Range<usize>, logits| -> Vec<BatchToken> {
            let places = positions.flat_map(|position| (0..sequences).map(move |s| (position, s)));
            places
                .map(|(position, sequence)| BatchToken::text(bench.token(), sequence, position, logits))
                .collect()
        };
        let start = rows(self, 0..START, false);
        self.steps(start.chunks(sequences), &mut caches)?;
        let rows = rows(self, START..START + steps, true);
        self.steps(rows.chunks(sequences), &mut caches)
    }

    /// Computes steps and measures all of them together.
    fn steps<'r>(
        &mut self,
        steps: impl ExactSizeIterator<Item = &'r [BatchToken]>,
        caches: &mut [SequenceCache],
    ) -> Result<Repetition, ModelError> {
        let mut caches: Vec<&mut SequenceCache> = caches.iter_mut().collect();
        let count = steps.len() as u64;
        let (mut bytes, mut experts) = (self.for_all * count, 0);
        let mut chosen = Vec::new();
        let since = Instant::now();
        for rows in steps {
            self.model.step(rows, &mut caches, &mut self.scratch, &mut |layer, routed| {
                if let Some(taken) = &mut self.taken {
                    routed.rows().for_each(|(experts, _)| taken.take(layer, experts));
                }
                chosen.clear();
                chosen.extend_from_slice(routed.experts);
                chosen.sort_unstable();
                chosen.dedup();
                experts += chosen.len();
                bytes += self.of_expert[layer] * chosen.len() as u64;
            })?;
        }
        let seconds = since.elapsed().as_secs_f64();
        let layers = self.of_expert.iter().filter(|&&bytes| bytes > 0).count();
        let experts = experts as f64 / (count as usize * layers).max(1) as f64;
        Ok(Repetition { seconds, bytes, experts })
    }
}
