//! Chance with a seed: the same seed makes the same scene.

/// A source of random numbers.
#[derive(Debug)]
pub(crate) struct RandomSource(fastrand::Rng);

impl RandomSource {
    /// A source for a seed.
    pub(crate) fn new(seed: u64) -> RandomSource {
        RandomSource(fastrand::Rng::with_seed(seed))
    }

    /// A number between the two, even.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.0.f64()
    }

    /// True in `share` of the cases.
    pub(crate) fn happens(&mut self, share: f64) -> bool {
        self.0.f64() < share
    }

    /// One of the things, each as likely.
    pub(crate) fn pick<T: Copy>(&mut self, things: &[T]) -> T {
        things[self.0.usize(..things.len())]
    }

    /// One of the things, by its weight.
    pub(crate) fn weighted<T: Copy>(&mut self, things: &[(T, f64)]) -> T {
        let mut left = self.0.f64() * things.iter().map(|(_, w)| w).sum::<f64>();
        for &(thing, weight) in things {
            left -= weight;
            if left < 0.0 {
                return thing;
            }
        }
        things[things.len() - 1].0
    }

    /// Puts the things in any order.
    pub(crate) fn shuffle<T>(&mut self, things: &mut [T]) {
        self.0.shuffle(things);
    }
}
