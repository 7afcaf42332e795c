//! Decides how many tokens to guess ahead, so that guessing pays.
//!
//! A guessed token costs another row in the step: little where a dense model's weights are read once for all rows, much
//! where the row takes experts of its own. It gains a token if it, and all guessed before it, are right. Both are learned
//! from the steps: the odds of a guess by the length of its match, the price of a row by the clock. The clock decides
//! only how fast the answer comes; the tokens are the same whatever is guessed.

use super::speculation::Speculation;

/// Guesses of a sequence in a step, at most: with the row that is sure they fill the kernels' group of eight.
pub(crate) const MOST_GUESSES: usize = 7;
/// The lengths from which matches are counted together, and how often the next token was right, as measured on 112
/// drawings (714,000 tokens).
const ODDS: [(usize, f64); 5] = [(1, 0.37), (4, 0.54), (7, 0.71), (11, 0.83), (24, 0.95)];
/// The weight of those odds beside a model's own, in guesses.
const TRUST: f64 = 20.0;
/// Counts are halved here, so that the odds follow the text.
const REMEMBERED: f64 = 400.0;
/// The weight of a step among those before it.
const NEWEST: f64 = 0.1;
/// The least gain of a guess that is made: its price is known only roughly.
const WORTH: f64 = 1.02;
/// The rate at which a price that is not measured any more goes back to what was expected: it may have been an
/// accident.
const FORGIVEN: f64 = 0.002;
/// After so many steps with guesses one goes without, so that its price is known.
const PLAIN_EVERY: u32 = 24;

/// Plans the guesses of a model's steps.
#[derive(Debug)]
pub(crate) struct DraftPlanner {
    speculation: Speculation,
    odds: [Hits; ODDS.len()],
    /// The costs of steps, by the number of their sequences.
    costs: Vec<StepCost>,
    /// A row's share of a step before it was measured.
    row_share: f64,
    since_plain: u32,
}

#[derive(Debug, Clone, Copy, Default)]
struct Hits {
    guesses: f64,
    right: f64,
}

/// The seconds of a step with so many sequences, and of each row more.
#[derive(Debug, Clone, Copy)]
struct StepCost {
    plain: f64,
    row: f64,
    measured: bool,
}

impl DraftPlanner {
    /// `row_share` is a row's share of a step, as far as it can be told before it was measured.
    pub(crate) fn new(row_share: f64, speculation: Speculation) -> DraftPlanner {
        DraftPlanner { speculation, odds: Default::default(), costs: Vec::new(), row_share, since_plain: 0 }
    }

    /// Whether guesses are made at all.
    pub(crate) fn guesses(&self) -> bool {
        self.speculation != Speculation::Off
    }

    /// The chance that the token after a match of this length is right.
    fn chance(&self, length: usize) -> f64 {
        let class = class(length);
        let Hits { guesses, right } = self.odds[class];
        (TRUST * ODDS[class].1 + right) / (TRUST + guesses)
    }

    /// The number of guesses for each sequence, given the length of its match and the most it can take.
    pub(crate) fn plan(&mut self, matches: &[(usize, usize)]) -> Vec<usize> {
        if self.speculation == Speculation::Always {
            return matches.iter().map(|&(_, most)| most.min(MOST_GUESSES)).collect();
        }
        let mut guesses = vec![0; matches.len()];
        if self.since_plain >= PLAIN_EVERY {
            return guesses;
        }
        let share = self.share(matches.len());
        let mut open: Vec<(f64, f64)> =
            matches.iter().map(|&(length, _)| self.chance(length)).map(|chance| (chance, chance)).collect();
        let (mut tokens, mut cost) = (matches.len() as f64, 1.0);
        loop {
            let room = |&i: &usize| guesses[i] < matches[i].1.min(MOST_GUESSES);
            let Some(best) = (0..matches.len()).filter(room).max_by(|&a, &b| open[a].0.total_cmp(&open[b].0))
            else {
                break;
            };
            let (gain, chance) = open[best];
            if (tokens + gain) * cost < tokens * (cost + share) * WORTH {
                break;
            }
            tokens += gain;
            cost += share;
            guesses[best] += 1;
            open[best].0 = gain * chance;
        }
        guesses
    }

    /// A row's share of a plain step with so many sequences.
    fn share(&self, sequences: usize) -> f64 {
        match self.costs.get(sequences) {
            Some(cost) if cost.measured => cost.row / cost.plain,
            _ => self.row_share,
        }
    }

    /// Counts a guess at the end of a match of this length.
    pub(crate) fn guessed(&mut self, length: usize, right: bool) {
        let hits = &mut self.odds[class(length)];
        hits.guesses += 1.0;
        hits.right += f64::from(u8::from(right));
        if hits.guesses > REMEMBERED {
            hits.guesses /= 2.0;
            hits.right /= 2.0;
        }
    }

    /// Learns what a step took.
    pub(crate) fn took(&mut self, sequences: usize, guesses: usize, seconds: f64) {
        self.since_plain = if guesses == 0 { 0 } else { self.since_plain + 1 };
        let unknown = StepCost { plain: 0.0, row: 0.0, measured: false };
        if self.costs.len() <= sequences {
            self.costs.resize(sequences + 1, unknown);
        }
        let cost = &mut self.costs[sequences];
        if !cost.measured {
            // The first step of its kind is often one that waits for memory; it only sets the scale.
            let plain = seconds / (1.0 + self.row_share * guesses as f64);
            *cost = StepCost { plain, row: plain * self.row_share, measured: true };
            return;
        }
        if guesses == 0 {
            // A step that was held up says nothing of the model.
            let seconds = seconds.min(2.0 * cost.plain);
            let plain = cost.plain + (seconds - cost.plain) * NEWEST;
            cost.row *= plain / cost.plain;
            cost.row += (plain * self.row_share - cost.row) * FORGIVEN;
            cost.plain = plain;
        } else {
            let row = (seconds - cost.plain) / guesses as f64;
            cost.row += (row.clamp(0.0, cost.plain) - cost.row) * NEWEST;
        }
    }
}

fn class(length: usize) -> usize {
    ODDS.iter().rposition(|&(from, _)| length >= from).unwrap_or(0)
}
