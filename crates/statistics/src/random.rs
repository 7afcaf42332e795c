//! Random numbers that are the same on every machine for the same seed.

/// A stream of random numbers (SplitMix64: G. L. Steele, D. Lea and C. H. Flood, 2014). For samples, not for secrets.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// The stream of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A whole number below `bound`, which is not zero. Its bias is below one in 2^32 for bounds below 2^32.
    pub fn below(&mut self, bound: usize) -> usize {
        let wide = u128::from(self.bits()) * bound as u128;
        // Less than the bound, which is a usize.
        (wide >> 64) as usize
    }

    /// A number from the normal distribution of mean 0 and variance 1 (G. E. P. Box and M. E. Muller, 1958).
    pub fn normal(&mut self) -> f64 {
        // The middles of 2^53 equal parts of 0 to 1, so that 0 is never met.
        let mut uniform = || ((self.bits() >> 11) as f64 + 0.5) / (1u64 << 53) as f64;
        (-2.0 * uniform().ln()).sqrt() * (std::f64::consts::TAU * uniform()).cos()
    }

    /// Puts a slice into a random order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seeds_stream_never_changes() {
        // The figures of the algorithm's reference implementation for this seed.
        let mut random = Random::new(1_234_567);
        let first: Vec<u64> = (0..3).map(|_| random.bits()).collect();
        assert_eq!(first, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn normal_numbers_have_the_distributions_moments_and_tails() {
        let mut random = Random::new(2);
        let all: Vec<f64> = (0..100_000).map(|_| random.normal()).collect();
        let mean = |of: fn(f64) -> f64| all.iter().map(|x| of(*x)).sum::<f64>() / all.len() as f64;
        assert!(mean(|x| x).abs() < 0.02 && (mean(|x| x * x) - 1.0).abs() < 0.02);
        let beyond = all.iter().filter(|x| x.abs() > 1.959_964).count();
        assert!((4_700..5_300).contains(&beyond), "{beyond} of 5000");
    }

    #[test]
    fn all_numbers_below_a_bound_come_about_alike() {
        let mut random = Random::new(1);
        let mut counts = [0u32; 7];
        (0..70_000).for_each(|_| counts[random.below(7)] += 1);
        assert!(counts.iter().all(|count| (9_600..10_400).contains(count)), "{counts:?}");
    }
}
