//! Chooses the next token from logits.
//!
//! The order is fixed: repetition penalty, top-k, top-p, min-p, temperature, draw. The same logits, options and
//! seed give the same tokens on every machine: the random numbers and the exponential are our own, in arithmetic
//! that IEEE 754 pins to the bit, and sums run in an order that only the token ids decide.

use std::cmp::Ordering;
use std::collections::VecDeque;

use pelicycle_kernels::portable_exponentials;
use thiserror::Error;

use crate::form::TokenSet;
use crate::gguf::Gguf;
use crate::random::uniform;

/// The options of choosing tokens. The default draws from the model's own distribution.
#[derive(Debug, Clone, PartialEq)]
pub struct Sampling {
    /// Divides the logits before the draw; 0 always takes the best token.
    pub temperature: f32,
    /// Only this many best tokens; 0 is off.
    pub top_k: u32,
    /// Only the best tokens that together have this probability; 1 is off.
    pub top_p: f32,
    /// Only tokens at least this probable, relative to the best; 0 is off.
    pub min_p: f32,
    /// Makes recent tokens less likely: positive logits are divided by it, negative ones multiplied; 1 is off.
    pub repeat_penalty: f32,
    /// The number of last tokens that count as recent.
    pub repeat_window: u32,
    /// The seed of the random numbers.
    pub seed: u64,
}

impl Default for Sampling {
    fn default() -> Self {
        Sampling {
            temperature: 1.0,
            top_k: 0,
            top_p: 1.0,
            min_p: 0.0,
            repeat_penalty: 1.0,
            repeat_window: 64,
            seed: 0,
        }
    }
}

/// An option of [`Sampling`] outside its range.
#[derive(Debug, Error, PartialEq)]
#[error("{option} is {value}; it must be {range}")]
#[non_exhaustive]
pub struct SamplingError {
    /// The option's name.
    pub option: &'static str,
    /// The value that it was set to.
    pub value: f32,
    /// The values that are allowed.
    pub range: &'static str,
}

impl Sampling {
    /// The sampling that a model file recommends (`general.sampling.*`), and where it says nothing, what llama.cpp is
    /// customarily run with.
    pub fn recommended(gguf: &Gguf) -> Sampling {
        let said = |key: &str| gguf.f32(&format!("general.sampling.{key}")).ok().flatten();
        Sampling {
            temperature: said("temp").unwrap_or(0.8),
            top_k: said("top_k").map_or(40, |k| k.max(0.0) as u32),
            top_p: said("top_p").unwrap_or(0.95),
            min_p: said("min_p").unwrap_or(0.05),
            repeat_penalty: said("penalty_repeat").unwrap_or(1.0),
            ..Sampling::default()
        }
    }

    /// Checks every option.
    ///
    /// # Errors
    /// For the first option outside its range.
    pub fn validate(&self) -> Result<(), SamplingError> {
        let check =
            |ok, option, value, range| if ok { Ok(()) } else { Err(SamplingError { option, value, range }) };
        let t = self.temperature;
        check(t.is_finite() && t >= 0.0, "temperature", t, "a number from 0")?;
        let p = self.top_p;
        check(p > 0.0 && p <= 1.0, "top-p", p, "above 0 and at most 1")?;
        let p = self.min_p;
        check((0.0..=1.0).contains(&p), "min-p", p, "from 0 to 1")?;
        let r = self.repeat_penalty;
        check(r.is_finite() && r > 0.0, "repeat-penalty", r, "a number above 0")
    }
}

/// Weights that are summed together.
const BLOCK: usize = 256;

#[derive(Debug, Clone, Copy)]
struct Candidate {
    logit: f32,
    id: u32,
}

/// Better tokens first: higher logits, among equals the lower id.
fn better_first(a: &Candidate, b: &Candidate) -> Ordering {
    b.logit.total_cmp(&a.logit).then(a.id.cmp(&b.id))
}

/// Chooses tokens for one sequence.
#[derive(Debug)]
pub struct Sampler {
    options: Sampling,
    /// Tokens chosen so far: the place in the sequence of random numbers.
    drawn: u64,
    recent: VecDeque<u32>,
    logits: Vec<f32>,
    candidates: Vec<Candidate>,
    /// The logits of the candidates.
    kept: Vec<f32>,
    weights: Vec<f64>,
    /// Candidates among which the last of the best is, with their weights.
    open: Vec<(f64, Candidate)>,
}

impl Sampler {
    /// A sampler before its first token.
    ///
    /// # Errors
    /// For an option outside its range.
    pub fn new(options: &Sampling) -> Result<Sampler, SamplingError> {
        options.validate()?;
        Ok(Sampler {
            options: options.clone(),
            drawn: 0,
            recent: VecDeque::new(),
            logits: Vec::new(),
            candidates: Vec::new(),
            kept: Vec::new(),
            weights: Vec::new(),
            open: Vec::new(),
        })
    }

    /// Counts a token as recent without choosing it, as those of a prompt.
    pub fn accept(&mut self, token: u32) {
        let window = self.options.repeat_window as usize;
        if window == 0 || self.options.repeat_penalty == 1.0 {
            return;
        }
        if self.recent.len() == window {
            self.recent.pop_front();
        }
        self.recent.push_back(token);
    }

    /// Chooses the next token by its logits, one for each token id.
    ///
    /// A logit that is not a number counts as impossible, as does negative infinity; where nothing is possible
    /// the answer is token 0.
    pub fn next(&mut self, logits: &[f32]) -> u32 {
        self.choose(logits, None)
    }

    /// As [`Sampler::next`] of some tokens alone; where none of them is possible the answer is the first.
    pub(crate) fn next_of(&mut self, logits: &[f32], allowed: &TokenSet) -> u32 {
        self.choose(logits, Some(allowed))
    }

    fn choose(&mut self, logits: &[f32], allowed: Option<&TokenSet>) -> u32 {
        let mut scores = std::mem::take(&mut self.logits);
        scores.clear();
        scores.extend(logits.iter().map(|&x| if x.is_nan() { f32::NEG_INFINITY } else { x.min(f32::MAX) }));
        self.penalize(&mut scores);
        if let Some(allowed) = allowed {
            allowed.hide_others(&mut scores);
        }
        let mut token = if self.options.temperature == 0.0 { best(&scores) } else { self.draw(&scores) };
        if let Some(allowed) = allowed.filter(|allowed| !allowed.contains(token)) {
            token = allowed.first().unwrap_or(token);
        }
        self.logits = scores;
        self.drawn += 1;
        self.accept(token);
        token
    }

    fn penalize(&self, scores: &mut [f32]) {
        let penalty = self.options.repeat_penalty;
        let mut tokens: Vec<u32> = self.recent.iter().copied().collect();
        tokens.sort_unstable();
        tokens.dedup();
        for token in tokens {
            if let Some(score) = scores.get_mut(token as usize) {
                *score = if *score > 0.0 { *score / penalty } else { *score * penalty };
                *score = score.min(f32::MAX);
            }
        }
    }

    fn draw(&mut self, scores: &[f32]) -> u32 {
        let max = highest(scores);
        if max == f32::NEG_INFINITY {
            return 0;
        }
        let temperature = f64::from(self.options.temperature);
        let left = uniform(self.options.seed, self.drawn);
        if !self.narrow(scores, max) {
            portable_exponentials(scores, max, temperature, &mut self.weights);
            return pick(&self.weights, left) as u32;
        }
        self.kept.clear();
        self.kept.extend(self.candidates.iter().map(|c| c.logit));
        portable_exponentials(&self.kept, max, temperature, &mut self.weights);
        self.candidates[pick(&self.weights, left)].id
    }

    /// Finds the candidates that the options leave, in the order of ids, so that a sum does not depend on how they were
    /// found. `false` where they leave all tokens.
    fn narrow(&mut self, scores: &[f32], max: f32) -> bool {
        let top_k = self.options.top_k as usize;
        let (top_p, min_p) = (f64::from(self.options.top_p), f64::from(self.options.min_p));
        let limited = top_k > 0 && top_k < scores.len();
        if limited {
            top(scores, top_k, &mut self.candidates);
            self.candidates.sort_unstable_by_key(|c| c.id);
        }
        if top_p < 1.0 {
            if limited {
                self.kept.clear();
                self.kept.extend(self.candidates.iter().map(|c| c.logit));
                portable_exponentials(&self.kept, max, 1.0, &mut self.weights);
            } else {
                portable_exponentials(scores, max, 1.0, &mut self.weights);
                self.candidates.clear();
            }
            self.keep_top_p(scores, top_p, limited);
        } else if min_p > 0.0 && !limited {
            // A little more than the exact bound, which follows.
            let bar = max + (min_p.ln() as f32) * 1.001 - 0.001;
            self.candidates.clear();
            let above = (0_u32..).zip(scores).filter(|(_, logit)| **logit >= bar);
            self.candidates.extend(above.map(|(id, &logit)| Candidate { logit, id }));
        }
        if min_p > 0.0 {
            self.kept.clear();
            self.kept.extend(self.candidates.iter().map(|c| c.logit));
            portable_exponentials(&self.kept, max, 1.0, &mut self.weights);
            let mut weights = self.weights.iter();
            self.candidates.retain(|c| {
                let enough = weights.next().is_some_and(|weight| *weight >= min_p);
                enough || c.logit == max
            });
        }
        limited || top_p < 1.0 || min_p > 0.0
    }

    /// Keeps the fewest best candidates that together have the probability `top_p`: of those found already, or of all
    /// tokens. Their weights are known.
    fn keep_top_p(&mut self, scores: &[f32], top_p: f64, limited: bool) {
        let wanted = top_p * sum(&self.weights);
        // The bin in which the sum is reached; only there order matters.
        let mut bins = vec![0.0; bin(1.0) + 1];
        self.weights.iter().for_each(|&weight| bins[bin(weight)] += weight);
        let mut before = 0.0;
        let mut reached = 0;
        for (bin, here) in bins.iter().enumerate().rev() {
            if before + here >= wanted {
                reached = bin;
                break;
            }
            before += here;
        }
        let candidate = |place: usize, logit| Candidate { logit, id: place as u32 };
        self.open.clear();
        for (place, &weight) in self.weights.iter().enumerate().filter(|(_, w)| bin(**w) == reached) {
            let it = if limited { self.candidates[place] } else { candidate(place, scores[place]) };
            self.open.push((weight, it));
        }
        self.open.sort_unstable_by(|a, b| better_first(&a.1, &b.1));
        let enough = self.open.iter().find(|(weight, _)| {
            before += weight;
            before >= wanted
        });
        // Rounding can leave the sum of all just below what is wanted: then all of them are kept.
        let Some(&(_, last)) = enough.or(self.open.last()) else { return };
        if limited {
            self.candidates.retain(|it| better_first(it, &last).is_le());
        } else {
            let kept = scores.iter().enumerate().filter(|(_, score)| **score >= last.logit);
            self.candidates.clear();
            self.candidates.extend(kept.map(|(place, &logit)| candidate(place, logit)));
            self.candidates.retain(|it| better_first(it, &last).is_le());
        }
    }
}

/// The highest of scores that are numbers.
fn highest(scores: &[f32]) -> f32 {
    // Eight at a time: each comparison waits only for the one eight before.
    let mut lanes = [f32::NEG_INFINITY; 8];
    let (whole, rest) = scores.as_chunks::<8>();
    for eight in whole.iter().map(<[f32; 8]>::as_slice).chain([rest]) {
        for (lane, &score) in lanes.iter_mut().zip(eight) {
            *lane = if score > *lane { score } else { *lane };
        }
    }
    lanes.into_iter().fold(f32::NEG_INFINITY, f32::max)
}

/// Weights from 0 to 1 in bins of a quarter of an octave: by the exponent and the first two bits after it.
fn bin(weight: f64) -> usize {
    (weight.to_bits() >> 50) as usize
}

/// The sum of weights, by blocks and in a fixed order: the same on every machine.
fn sum(weights: &[f64]) -> f64 {
    weights.chunks(BLOCK).map(block_sum).sum()
}

fn block_sum(block: &[f64]) -> f64 {
    let mut lanes = [0.0; 8];
    let (whole, rest) = block.as_chunks::<8>();
    for eight in whole {
        lanes.iter_mut().zip(eight).for_each(|(lane, weight)| *lane += weight);
    }
    let [a, b, c, d, e, f, g, h] = lanes;
    ((a + e) + (c + g)) + ((b + f) + (d + h)) + rest.iter().sum::<f64>()
}

/// The place among weights at which a share of their sum, from 0 up to but not including 1, is reached.
fn pick(weights: &[f64], share: f64) -> usize {
    let mut left = share * sum(weights);
    let mut last = 0;
    for (number, block) in weights.chunks(BLOCK).enumerate() {
        let here = block_sum(block);
        if left >= here {
            left -= here;
            // What rounding may leave over falls to the last that is possible.
            let possible = if here > 0.0 { block.iter().rposition(|weight| *weight > 0.0) } else { None };
            last = possible.map_or(last, |place| number * BLOCK + place);
            continue;
        }
        for (place, &weight) in block.iter().enumerate().filter(|(_, weight)| **weight > 0.0) {
            last = number * BLOCK + place;
            if left < weight {
                break;
            }
            left -= weight;
        }
        break;
    }
    last
}

/// The token with the highest score; among equals the lowest id.
pub(crate) fn best(scores: &[f32]) -> u32 {
    let mut best = 0;
    for (id, &score) in scores.iter().enumerate() {
        if score > scores[best] {
            best = id;
        }
    }
    best as u32
}

/// Puts the `count` best possible tokens into `out`, in any order.
fn top(scores: &[f32], count: usize, out: &mut Vec<Candidate>) {
    out.clear();
    // Only what beats the worst of the best so far is collected, so most tokens cost one comparison.
    let room = (2 * count).max(512);
    let mut bar = f32::NEG_INFINITY;
    for (id, &logit) in (0_u32..).zip(scores) {
        if logit > bar {
            out.push(Candidate { logit, id });
            if out.len() >= room {
                out.select_nth_unstable_by(count - 1, better_first);
                out.truncate(count);
                bar = out[count - 1].logit;
            }
        }
    }
    if out.len() > count {
        out.select_nth_unstable_by(count - 1, better_first);
        out.truncate(count);
    }
}
