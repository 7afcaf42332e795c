//! The plan of a run: every prompt of every contestant, so many times, each sample with its own seed.

use std::collections::{BTreeMap, BTreeSet};

use pelicycle_record::{Attempt, Id, Outcome, RunRecord, Shard};
use pelicycle_store::StoredAttempt;

use crate::seeds::sample_seed;
use crate::{PlanCell, PlannedLooks};

/// A run and what is left of it to do.
#[derive(Debug, Clone, PartialEq)]
pub struct RunPlan {
    /// The run.
    pub run: RunRecord,
    /// The first attempts to ask for, in order: prompt by prompt, so that a prompt computed once serves all its samples.
    pub cells: Vec<PlanCell>,
    /// Looks that are left after first attempts which are there.
    pub looks: Vec<PlannedLooks>,
}

impl RunPlan {
    /// All of a run.
    #[must_use]
    pub fn whole(run: RunRecord) -> RunPlan {
        RunPlan::rest(run, &[])
    }

    /// The part of a run that `attempts` leave undone. An attempt that was cut short or failed is asked again; one
    /// that ended, however badly it drew, is done. So it is with looks.
    #[must_use]
    pub fn rest(run: RunRecord, attempts: &[StoredAttempt]) -> RunPlan {
        let mut firsts: BTreeMap<(&str, &str, &str, u32), &StoredAttempt> = BTreeMap::new();
        let mut followers: BTreeMap<&Id, Vec<&StoredAttempt>> = BTreeMap::new();
        for stored in attempts.iter().filter(|stored| stored.attempt.run == run.id && ended(&stored.attempt))
        {
            let a = &stored.attempt;
            match &a.look {
                Some(look) => followers.entry(&look.first).or_default().push(stored),
                None => {
                    let (prompt, slug) = (&a.prompt, a.contestant.slug.as_str());
                    firsts.insert((prompt.id.as_str(), prompt.hash.as_str(), slug, a.sample), stored);
                }
            }
        }
        let mut looks = Vec::new();
        let mut cells = sharded(matrix(&run), run.shard);
        cells.retain(|cell| {
            let (prompt, contestant) = (&run.prompts[cell.prompt], &run.contestants[cell.contestant]);
            let slug = contestant.record.slug.as_str();
            let key = (prompt.id.as_str(), prompt.hash.as_str(), slug, cell.sample);
            let Some(first) = firsts.get(&key) else { return true };
            let followers = followers.get(&first.attempt.id).map_or(&[][..], Vec::as_slice);
            looks.extend(PlannedLooks::after(*cell, first, followers, contestant.looks));
            false
        });
        RunPlan { run, cells, looks }
    }

    /// The contestants that have something left to answer, as indices.
    #[must_use]
    pub fn needed(&self) -> BTreeSet<usize> {
        self.cells
            .iter()
            .chain(self.looks.iter().map(|looks| &looks.cell))
            .map(|cell| cell.contestant)
            .collect()
    }

    /// The looks that it may come to, at most.
    #[must_use]
    pub fn most_looks(&self) -> u64 {
        let bound = |cell: &PlanCell| self.run.contestants[cell.contestant].looks;
        let begun = self.looks.iter().map(|looks| looks.most(bound(&looks.cell)));
        self.cells.iter().map(bound).chain(begun).map(u64::from).sum()
    }
}

/// Whether its request came to an end, and is not to be sent again.
fn ended(attempt: &Attempt) -> bool {
    !matches!(attempt.outcome, Outcome::Cancelled | Outcome::Error | Outcome::Cut)
}

/// All samples of a run, prompt by prompt.
fn matrix(run: &RunRecord) -> Vec<PlanCell> {
    let mut cells = Vec::new();
    for (p, prompt) in run.prompts.iter().enumerate() {
        for (c, contestant) in run.contestants.iter().enumerate() {
            let own = contestant.samples.as_ref().map(|each| each.get(p).copied().unwrap_or(0));
            for sample in 1..=own.unwrap_or(run.samples) {
                let seed = sample_seed(run.seed, &prompt.hash, &contestant.record.slug, sample);
                cells.push(PlanCell { prompt: p, contestant: c, sample, look: 0, seed });
            }
        }
    }
    cells
}

/// The cells of one shard: neighbours in the matrix ordered by contestant, so that a machine opens few models.
fn sharded(mut cells: Vec<PlanCell>, shard: Option<Shard>) -> Vec<PlanCell> {
    let Some(Shard { number, count }) = shard else { return cells };
    let order = |cell: &PlanCell| (cell.prompt, cell.contestant, cell.sample);
    cells.sort_by_key(|cell| (cell.contestant, cell.prompt, cell.sample));
    // Never more than one apart in size.
    let edge = |part: u32| (cells.len() as u128 * u128::from(part) / u128::from(count.max(1))) as usize;
    let (begin, end) = (edge(number.saturating_sub(1)).min(cells.len()), edge(number).min(cells.len()));
    let mut own = cells[begin.min(end)..end].to_vec();
    own.sort_by_key(order);
    own
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_share_the_matrix_without_gap_or_overlap_and_keep_contestants_together() {
        let cell = |n: usize| PlanCell {
            prompt: n % 5,
            contestant: n / 5 % 4,
            sample: (n / 20) as u32 + 1,
            look: 0,
            seed: n as u64,
        };
        let whole: Vec<PlanCell> = (0..5 * 4 * 3).map(cell).collect();
        for count in [1, 2, 7, 8, 60, 61] {
            let shards: Vec<Vec<PlanCell>> =
                (1..=count).map(|number| sharded(whole.clone(), Some(Shard { number, count }))).collect();
            let mut all: Vec<u64> = shards.iter().flatten().map(|cell| cell.seed).collect();
            all.sort_unstable();
            assert!(all.into_iter().eq(0..60), "{count}");
            let sizes: BTreeSet<usize> = shards.iter().map(Vec::len).collect();
            assert!(sizes.last().unwrap() - sizes.first().unwrap() <= 1, "{count}: {sizes:?}");
        }
        let half = sharded(whole.clone(), Some(Shard { number: 2, count: 2 }));
        assert!(half.iter().all(|cell| cell.contestant >= 2));
        assert_eq!(sharded(whole.clone(), None), whole);
    }
}
