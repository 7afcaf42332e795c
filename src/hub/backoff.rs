//! How often, and how long apart, a request is made again.

use std::time::Duration;

use super::settings::Tuning;

/// How much longer than our own longest pause a server may ask us to wait.
const PATIENCE: u32 = 10;

/// Counts the failures of one request in a row.
#[derive(Debug)]
pub(super) struct Backoff<'a> {
    tuning: &'a Tuning,
    failures: u32,
}

impl Backoff<'_> {
    pub(super) fn new(tuning: &Tuning) -> Backoff<'_> {
        Backoff { tuning, failures: 0 }
    }

    /// Something came through.
    pub(super) fn reset(&mut self) {
        self.failures = 0;
    }

    /// The pause before the next try, or `None` when it failed often enough. `asked` is what the server asked for.
    pub(super) fn next(&mut self, asked: Option<Duration>) -> Option<Duration> {
        if self.failures >= self.tuning.tries {
            return None;
        }
        let doubled = self.tuning.pause.saturating_mul(1 << self.failures.min(16));
        self.failures += 1;
        let own = doubled.min(self.tuning.longest_pause).mul_f64(jitter());
        match asked {
            Some(asked) if asked > self.tuning.longest_pause.saturating_mul(PATIENCE) => None,
            Some(asked) => Some(asked.max(own)),
            None => Some(own),
        }
    }
}

/// Between a half and one, so that connections that failed together do not come back together.
fn jitter() -> f64 {
    let mut byte = [0];
    // Without randomness they do, which is no harm.
    let _ = getrandom::fill(&mut byte);
    0.5 + f64::from(byte[0]) / 510.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_a_bound_and_end() {
        let tuning = Tuning {
            tries: 4,
            pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(3),
            ..Tuning::default()
        };
        let mut backoff = Backoff::new(&tuning);
        for longest in [1, 2, 3, 3] {
            let pause = backoff.next(None).unwrap().as_secs_f64();
            assert!((f64::from(longest) / 2.0..=f64::from(longest)).contains(&pause), "{longest}: {pause}");
        }
        assert_eq!(backoff.next(None), None);
        backoff.reset();
        assert_eq!(backoff.next(Some(Duration::from_secs(30))), Some(Duration::from_secs(30)));
        assert_eq!(backoff.next(Some(Duration::from_secs(31))), None, "nobody waits that long");
    }
}
