//! How often, and how long apart, a request is made again.

use std::time::Duration;

/// When a request that failed in a way that passes is made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackoffPolicy {
    /// How often it is made again.
    pub retries: u32,
    /// The longest pause before the first of them; each next one is up to twice as long.
    pub first: Duration,
    /// The longest pause of our own choosing.
    pub longest: Duration,
    /// The longest pause that a server may ask for.
    pub longest_asked: Duration,
}

/// The failures of one request in a row.
#[derive(Debug)]
pub struct Backoff {
    policy: BackoffPolicy,
    failures: u32,
}

/// What follows a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextTry {
    /// The request is made again after a pause.
    After(Duration),
    /// It failed often enough.
    GiveUp,
    /// The server asks for a longer pause than it may.
    AskedTooLong,
}

impl Backoff {
    /// A request that has not failed yet.
    #[must_use]
    pub fn new(policy: BackoffPolicy) -> Backoff {
        Backoff { policy, failures: 0 }
    }

    /// Forgets the failures: something came through.
    pub fn reset(&mut self) {
        self.failures = 0;
    }

    /// Counts a failure; `asked` is the pause that the server asked for.
    pub fn next(&mut self, asked: Option<Duration>) -> NextTry {
        let policy = &self.policy;
        if self.failures >= policy.retries {
            return NextTry::GiveUp;
        }
        let doubled = policy.first.saturating_mul(1 << self.failures.min(16));
        self.failures += 1;
        match asked {
            Some(asked) if asked > policy.longest_asked => NextTry::AskedTooLong,
            // A little more than was asked for, so that not all come at once.
            Some(asked) => NextTry::After(asked + Duration::from_secs_f64(0.25 * random_share())),
            None => NextTry::After(doubled.min(policy.longest).mul_f64(0.5 + 0.5 * random_share())),
        }
    }
}

/// From 0 to 1, so that requests which failed together do not come again together. A system that gives no random
/// numbers gets the middle.
fn random_share() -> f64 {
    let mut bytes = [0; 4];
    getrandom::fill(&mut bytes).map_or(0.5, |()| f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(next: NextTry) -> f64 {
        match next {
            NextTry::After(pause) => pause.as_secs_f64(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn pauses_grow_up_to_a_bound_and_end() {
        let mut backoff = Backoff::new(BackoffPolicy {
            retries: 4,
            first: Duration::from_secs(1),
            longest: Duration::from_secs(3),
            longest_asked: Duration::from_secs(30),
        });
        for longest in [1.0, 2.0, 3.0, 3.0] {
            let pause = seconds(backoff.next(None));
            assert!((longest / 2.0..=longest).contains(&pause), "{longest}: {pause}");
        }
        assert_eq!(backoff.next(None), NextTry::GiveUp);
        backoff.reset();
        let asked = seconds(backoff.next(Some(Duration::from_secs(30))));
        assert!((30.0..=30.25).contains(&asked), "what a server asks for is kept to: {asked}");
        assert_eq!(backoff.next(Some(Duration::from_secs(31))), NextTry::AskedTooLong);
    }
}
