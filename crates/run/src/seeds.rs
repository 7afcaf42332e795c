//! Seeds: of a run, of its samples and of their looks.

use crate::RunError;

/// A seed for a run: 53 random bits, which every JSON reader keeps exactly.
///
/// # Errors
/// When the system has no random bytes to give.
pub fn random_seed() -> Result<u64, RunError> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(RunError::Seed)?;
    Ok(u64::from_le_bytes(bytes) >> 11)
}

/// The seed of one sample: the first 53 bits, which every JSON reader keeps exactly, of the BLAKE3 of what
/// names the sample. The same for ever: a reply can be asked for again.
#[must_use]
pub fn sample_seed(run_seed: u64, prompt_hash: &str, slug: &str, sample: u32) -> u64 {
    seed_of(&format!("pelicycle sample seed 1\n{run_seed}\n{prompt_hash}\n{slug}\n{sample}\n"))
}

/// The seed of a look, by that of its sample: with the same one, a model would choose by the same chances again.
pub(crate) fn look_seed(sample_seed: u64, number: u32) -> u64 {
    seed_of(&format!("pelicycle look seed 1\n{sample_seed}\n{number}\n"))
}

fn seed_of(named: &str) -> u64 {
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
        assert_eq!(look_seed(seed, 1), 7_630_195_232_012_732, "and those of looks");
        assert_ne!(look_seed(seed, 1), look_seed(seed, 2));
    }
}
