//! Decides how many tokens to guess ahead, so that guessing pays.
//!
//! A guessed token costs another row in the step: little where a dense model's weights are read once for all rows, much
//! where the row takes experts of its own. It gains a token if it, and all guessed before it, are right. Both are learned
//! from the steps: the odds of a guess by the length of its match, the price of a row by the clock. The clock decides
//! only how fast the answer comes; the tokens are the same whatever is guessed.

use super::handle::Speculation;
use crate::model::Model;

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
/// A row's share of a step in a dense model, before it was measured.
const DENSE_ROW: f64 = 0.1;

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
    pub(crate) fn new(model: &Model, speculation: Speculation) -> DraftPlanner {
        DraftPlanner::with_share(row_share(model), speculation)
    }

    fn with_share(row_share: f64, speculation: Speculation) -> DraftPlanner {
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

/// A row's share of a step by the bytes that it adds: those of experts that the row before did not take, if rows choose
/// independently.
fn row_share(model: &Model) -> f64 {
    let summary = model.weight_summary();
    let (all, token) = (summary.bytes_for_all(), summary.bytes_a_token());
    match (&model.config().experts, all, token) {
        (Some(experts), Some(all), Some(token)) if token > 0 && experts.count > 0 => {
            let new = 1.0 - experts.used as f64 / experts.count as f64;
            DENSE_ROW + new * (token - all.min(token)) as f64 / token as f64
        }
        _ => DENSE_ROW,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planner(row_share: f64) -> DraftPlanner {
        DraftPlanner::with_share(row_share, Speculation::WherePays)
    }

    #[test]
    fn cheap_rows_are_guessed_at_every_match_and_dear_ones_at_long_ones() {
        let plan = |share, length| planner(share).plan(&[(length, usize::MAX)])[0];
        assert!(plan(0.05, 2) >= 1 && plan(0.05, 30) == MOST_GUESSES);
        assert_eq!([plan(0.6, 2), plan(0.6, 5)], [0, 0]);
        assert!((1..=3).contains(&plan(0.6, 30)));
        assert_eq!(plan(1.0, 30), 0);
        assert_eq!(planner(0.05).plan(&[(0, 0), (30, 2)]), [0, 2]);
        assert!(planner(0.05).plan(&[]).is_empty());
    }

    #[test]
    fn what_was_learned_decides() {
        let mut planner = planner(0.05);
        for _ in 0..300 {
            planner.guessed(30, false);
        }
        assert_eq!(planner.plan(&[(30, 7)]), [0], "a text that only seems to repeat itself");
        for _ in 0..2000 {
            planner.guessed(30, true);
        }
        assert_eq!(planner.plan(&[(30, 7)]), [7]);
        for _ in 0..100 {
            planner.took(1, 0, 0.1);
            planner.took(1, 1, 0.2);
        }
        assert_eq!(planner.plan(&[(30, 7)]), [0], "a row costs as much as a step");
        for _ in 0..100 {
            planner.took(1, 0, 0.1);
            planner.took(1, 2, 0.11);
        }
        assert_eq!(planner.plan(&[(30, 7)]), [7]);
    }

    #[test]
    fn a_step_without_guesses_comes_now_and_then() {
        let mut planner = planner(0.05);
        let mut plain = 0;
        for _ in 0..100 {
            let guesses = planner.plan(&[(30, 7)])[0];
            plain += usize::from(guesses == 0);
            planner.took(1, guesses, 0.1);
        }
        assert!((3..=5).contains(&plain), "{plain}");
    }
}
