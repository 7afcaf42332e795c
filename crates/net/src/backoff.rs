//! The backoff of requests: how often, and how long apart, one is sent again.

use std::time::Duration;

/// The most that is added to a pause which a server asks for.
const SPREAD: Duration = Duration::from_millis(250);

/// The rules by which a request that failed for a passing reason is sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackoffPolicy {
    /// The number of times that it is sent again: one less than the times that it is sent in all.
    pub retries: u32,
    /// The longest pause before the first retry; the bound doubles with each further one.
    pub first: Duration,
    /// The longest pause where the server asks for none.
    pub longest: Duration,
    /// The longest pause that a server may ask for.
    pub longest_asked: Duration,
}

/// A count of one request's failures in a row, and the pauses that follow from it.
#[derive(Debug)]
pub struct Backoff {
    policy: BackoffPolicy,
    failures: u32,
}

/// The consequence of a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextTry {
    /// The request is sent again after a pause.
    After(Duration),
    /// The request failed often enough.
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

    /// Forgets the failures, since something came through.
    pub fn reset(&mut self) {
        self.failures = 0;
    }

    /// Counts a failure; `asked` is the pause that the server asked for.
    pub fn next(&mut self, asked: Option<Duration>) -> NextTry {
        if self.failures >= self.policy.retries {
            return NextTry::GiveUp;
        }
        if asked.is_some_and(|asked| asked > self.policy.longest_asked) {
            return NextTry::AskedTooLong;
        }
        let own = self.pause();
        self.failures += 1;
        NextTry::After(match asked {
            // A server that asks for none at all must not use up the retries at once.
            Some(asked) => asked.max(own) + SPREAD.mul_f64(random_share()),
            None => own,
        })
    }

    /// A pause of our own choosing: from a half to the whole of a bound that doubles with each failure.
    fn pause(&self) -> Duration {
        let doubled = self.policy.first.saturating_mul(1 << self.failures.min(16));
        doubled.min(self.policy.longest).mul_f64(0.5 + 0.5 * random_share())
    }
}

/// A number from 0 to 1, so that requests which failed together are not sent again together. A system that gives no
/// random numbers gets the middle.
fn random_share() -> f64 {
    let mut bytes = [0; 4];
    getrandom::fill(&mut bytes).map_or(0.5, |()| f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: BackoffPolicy = BackoffPolicy {
        retries: 4,
        first: Duration::from_secs(1),
        longest: Duration::from_secs(3),
        longest_asked: Duration::from_secs(30),
    };

    fn seconds(next: NextTry) -> f64 {
        match next {
            NextTry::After(pause) => pause.as_secs_f64(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn pauses_grow_up_to_a_bound_and_end() {
        let mut backoff = Backoff::new(POLICY);
        for longest in [1.0, 2.0, 3.0, 3.0] {
            let pause = seconds(backoff.next(None));
            assert!((longest / 2.0..=longest).contains(&pause), "{longest}: {pause}");
        }
        assert_eq!(backoff.next(None), NextTry::GiveUp);
        backoff.reset();
        assert!(seconds(backoff.next(None)) <= 1.0, "it begins anew");
    }

    #[test]
    fn a_server_gets_the_pause_that_it_asks_for_up_to_a_bound() {
        let mut backoff = Backoff::new(POLICY);
        let asked = seconds(backoff.next(Some(Duration::from_secs(30))));
        assert!((30.0..=30.25).contains(&asked), "{asked}");
        assert_eq!(backoff.next(Some(Duration::from_secs(31))), NextTry::AskedTooLong);
        let at_once = seconds(backoff.next(Some(Duration::ZERO)));
        assert!(at_once >= 1.0, "never less than our own: {at_once}");
    }

    #[test]
    fn without_retries_a_request_is_sent_once() {
        let mut backoff = Backoff::new(BackoffPolicy { retries: 0, ..POLICY });
        assert_eq!(backoff.next(Some(Duration::from_secs(31))), NextTry::GiveUp);
    }
}
