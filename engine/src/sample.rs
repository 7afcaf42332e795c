//! Chooses the next token from logits.
//!
//! The order is fixed: repetition penalty, top-k, top-p, min-p, temperature, draw. The same logits, options and
//! seed give the same tokens on every machine: the random numbers and the exponential are written here, in
//! arithmetic that IEEE 754 pins to the bit, and sums run in the order of token ids.

use std::cmp::Ordering;
use std::collections::VecDeque;

use thiserror::Error;

use crate::form::TokenSet;
use crate::gguf::Gguf;

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
    weights: Vec<f64>,
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
            weights: Vec::new(),
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
        let max = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        if max == f32::NEG_INFINITY {
            return 0;
        }
        let top_k = self.options.top_k as usize;
        let (top_p, min_p) = (f64::from(self.options.top_p), f64::from(self.options.min_p));
        let limited = top_k > 0 && top_k < scores.len();
        if limited {
            top(scores, top_k, &mut self.candidates);
            // In the order of ids, so that a sum does not depend on how the best were found.
            self.candidates.sort_unstable_by_key(|c| c.id);
        } else {
            self.candidates.clear();
            let possible = (0_u32..).zip(scores).filter(|(_, score)| **score > f32::NEG_INFINITY);
            self.candidates.extend(possible.map(|(id, &logit)| Candidate { logit, id }));
        }
        if top_p < 1.0 {
            self.keep_top_p(scores, max, top_p, limited);
        }
        let weight = |logit: f32, t: f64| exp((f64::from(logit) - f64::from(max)) / t);
        if min_p > 0.0 {
            self.candidates.retain(|c| c.logit == max || weight(c.logit, 1.0) >= min_p);
        }
        let temperature = f64::from(self.options.temperature);
        self.weights.clear();
        self.weights.extend(self.candidates.iter().map(|c| weight(c.logit, temperature)));
        let total: f64 = self.weights.iter().sum();
        let mut left = uniform(self.options.seed, self.drawn) * total;
        let mut chosen = 0;
        for (candidate, &weight) in self.candidates.iter().zip(&self.weights) {
            if weight > 0.0 {
                chosen = candidate.id;
                if left < weight {
                    break;
                }
                left -= weight;
            }
        }
        chosen
    }

    /// Keeps the fewest best candidates that together have the probability `top_p`.
    fn keep_top_p(&mut self, scores: &[f32], max: f32, top_p: f64, limited: bool) {
        let weight = |c: &Candidate| exp(f64::from(c.logit) - f64::from(max));
        let wanted = top_p * self.candidates.iter().map(weight).sum::<f64>();
        let all = self.candidates.len();
        let mut count = if limited { all } else { 64.min(all) };
        loop {
            if !limited {
                top(scores, count, &mut self.candidates);
            }
            self.candidates.sort_unstable_by(better_first);
            let mut sum = 0.0;
            let enough = self.candidates.iter().position(|c| {
                sum += weight(c);
                sum >= wanted
            });
            if let Some(last) = enough {
                self.candidates.truncate(last + 1);
                break;
            }
            // Rounding can leave the sum of all just below what is wanted: then all are kept.
            if count >= all {
                break;
            }
            count = (count * 8).min(all);
        }
        self.candidates.sort_unstable_by_key(|c| c.id);
    }
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

/// The `index`-th random number of a seed, from 0 up to but not including 1.
///
/// SplitMix64 read as a function of a counter. Stored seeds rely on it: it must never change.
fn uniform(seed: u64, index: u64) -> f64 {
    let mut z = seed.wrapping_add(index.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^= z >> 31;
    (z >> 11) as f64 / (1_u64 << 53) as f64
}

/// e to the power of `x`, for `x` up to 0: below -700 it is 0, else right to about 1e-15.
///
/// The library's own differs in the last bit between systems; this has only operations that do not, and none
/// that keeps a loop over a vocabulary from being vectorised.
fn exp(x: f64) -> f64 {
    const LN2_HIGH: f64 = 0.693_147_180_369_123_8;
    const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    /// Added to a small number, it leaves the nearest integer in the lowest bits.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    /// 1/k! from k = 13 down to 0.
    const SERIES: [f64; 14] = {
        let mut terms = [1.0; 14];
        let mut k = 13;
        while k > 0 {
            let mut n = k;
            let mut factorial = 1.0;
            while n > 0 {
                factorial *= n as f64;
                n -= 1;
            }
            terms[13 - k] = 1.0 / factorial;
            k -= 1;
        }
        terms
    };
    // The comparison is false for what is not a number, which so becomes 0 as well.
    let (x, scale) = if x >= -700.0 { (x, 1.0) } else { (0.0, 0.0) };
    let shifted = x * std::f64::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = (x - n * LN2_HIGH) - n * LN2_LOW;
    let mut power = SERIES[0];
    for term in &SERIES[1..] {
        power = power * r + term;
    }
    let two_to_n = f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52);
    power * two_to_n * scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exponential_is_right() {
        for i in 0..70_000 {
            let x = f64::from(i) * -0.01;
            let (ours, theirs) = (exp(x), x.exp());
            assert!((ours - theirs).abs() <= 4e-15 * theirs, "exp({x}) = {ours}, not {theirs}");
        }
        assert_eq!((exp(0.0), exp(-1e9), exp(f64::NEG_INFINITY)), (1.0, 0.0, 0.0));
    }

    // The first outputs of SplitMix64 for the seed 1234567 as its author's C program prints them.
    #[test]
    fn random_numbers_are_those_of_splitmix64() {
        let expected = [6_457_827_717_110_365_317_u64, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
        for (index, expected) in (0..).zip(expected) {
            assert_eq!(uniform(1_234_567, index), (expected >> 11) as f64 / (1_u64 << 53) as f64);
        }
    }
}
