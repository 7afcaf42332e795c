//! What a run asks: every prompt of every contestant, so many times, each sample with its own seed.

use std::collections::BTreeSet;

use crate::attempt::{Attempt, Outcome, RunRecord};

/// One sample to ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// Index into the run's prompts.
    pub prompt: usize,
    /// Index into the run's contestants.
    pub contestant: usize,
    /// Which sample, from 1.
    pub sample: u32,
    /// The sample's seed.
    pub seed: u64,
}

/// A run and what is left of it to do.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The run.
    pub run: RunRecord,
    /// What is to be asked, in order: prompt by prompt, so that a prompt computed once serves all its samples.
    pub cells: Vec<Cell>,
}

impl Plan {
    /// All of a run.
    #[must_use]
    pub fn whole(run: RunRecord) -> Plan {
        Plan::rest(run, &[])
    }

    /// What `attempts` leave of a run. An attempt that was cut short or failed is asked again; one that ended,
    /// however badly it drew, is done.
    #[must_use]
    pub fn rest(run: RunRecord, attempts: &[Attempt]) -> Plan {
        let done: BTreeSet<(&str, &str, &str, u32)> = attempts
            .iter()
            .filter(|a| a.run == run.id)
            .filter(|a| !matches!(a.outcome, Outcome::Cancelled | Outcome::Error | Outcome::Cut))
            .map(|a| (a.prompt.id.as_str(), a.prompt.hash.as_str(), a.contestant.slug.as_str(), a.sample))
            .collect();
        let mut cells = Vec::new();
        for (p, prompt) in run.prompts.iter().enumerate() {
            for (c, contestant) in run.contestants.iter().enumerate() {
                let slug = contestant.record.slug.as_str();
                for sample in 1..=run.samples {
                    if !done.contains(&(prompt.id.as_str(), prompt.hash.as_str(), slug, sample)) {
                        let seed = sample_seed(run.seed, &prompt.hash, slug, sample);
                        cells.push(Cell { prompt: p, contestant: c, sample, seed });
                    }
                }
            }
        }
        Plan { run, cells }
    }
}

/// The seed of one sample: the first 53 bits, which every JSON reader keeps exactly, of the BLAKE3 of what
/// names the sample. The same for ever: a reply can be asked for again.
#[must_use]
pub fn sample_seed(run_seed: u64, prompt_hash: &str, slug: &str, sample: u32) -> u64 {
    let named = format!("pelicycle sample seed 1\n{run_seed}\n{prompt_hash}\n{slug}\n{sample}\n");
    let hash = blake3::hash(named.as_bytes());
    u64::from_le_bytes(*hash.as_bytes().first_chunk().expect("a hash has 32 bytes")) >> 11
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_samples_seed_never_changes_and_differs_by_all_that_names_the_sample() {
        let seed = sample_seed(1, "ab", "local-x", 1);
        assert_eq!(seed, 1_022_227_366_801_337, "seeds of published runs must stay what they are");
        let others = [
            (2, "ab", "local-x", 1),
            (1, "ac", "local-x", 1),
            (1, "ab", "local-y", 1),
            (1, "ab", "local-x", 2),
        ];
        for (run_seed, hash, slug, sample) in others {
            assert_ne!(sample_seed(run_seed, hash, slug, sample), seed);
        }
        assert!(seed < 1 << 53);
    }
}
