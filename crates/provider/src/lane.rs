//! Where the requests to one provider queue: so many at a time, so many a minute, and none in a pause.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until};

/// A queue with room for some requests at a time. Clones are the same queue.
#[derive(Debug, Clone)]
pub struct Lane {
    slots: Arc<Semaphore>,
    interval: Option<Duration>,
    gate: Arc<Mutex<Gate>>,
}

/// When the next request may leave.
#[derive(Debug, Default)]
struct Gate {
    /// By the rate.
    next: Option<Instant>,
    /// By what the service said.
    paused: Option<Instant>,
}

/// A place among the requests under way; dropped, it is the next one's.
#[derive(Debug)]
pub struct Place(#[expect(dead_code, reason = "held for its drop")] Option<OwnedSemaphorePermit>);

impl Lane {
    /// Room for `slots` requests at a time, of which `per_minute` may leave in a minute.
    #[must_use]
    pub fn new(slots: usize, per_minute: Option<f64>) -> Lane {
        let interval = per_minute.filter(|n| *n > 0.0).map(|n| Duration::from_secs_f64(60.0 / n));
        Lane { slots: Arc::new(Semaphore::new(slots.max(1))), interval, gate: Arc::default() }
    }

    /// Waits for a place; those who wait are served in order.
    pub async fn enter(&self) -> Place {
        // The semaphore is never closed.
        Place(Arc::clone(&self.slots).acquire_owned().await.ok())
    }

    /// Waits until a request may leave.
    pub async fn turn(&self) {
        loop {
            let until = {
                let mut gate = self.gate();
                let now = Instant::now();
                let until = gate.next.max(gate.paused).filter(|until| *until > now);
                if until.is_none() {
                    gate.next = self.interval.map(|interval| now + interval);
                }
                until
            };
            match until {
                None => return,
                Some(until) => sleep_until(until).await,
            }
        }
    }

    /// Lets no request leave for a while: the service asked for it, so the others need not find it out for themselves.
    pub fn pause(&self, wait: Duration) {
        let until = Instant::now() + wait;
        let mut gate = self.gate();
        gate.paused = gate.paused.max(Some(until));
    }

    fn gate(&self) -> MutexGuard<'_, Gate> {
        self.gate.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(future)
    }

    #[test]
    fn requests_leave_at_the_rate_and_not_in_a_pause() {
        block_on(async {
            let begin = Instant::now();
            let lane = Lane::new(4, Some(60.0 * 50.0));
            for _ in 0..4 {
                lane.turn().await;
            }
            assert!(begin.elapsed() >= Duration::from_millis(60), "{:?}", begin.elapsed());
            lane.pause(Duration::from_millis(80));
            lane.pause(Duration::from_millis(1));
            let paused = Instant::now();
            lane.turn().await;
            assert!(
                paused.elapsed() >= Duration::from_millis(79),
                "a shorter pause does not end a longer one"
            );
        });
    }

    #[test]
    fn a_place_is_free_again_when_it_is_dropped() {
        block_on(async {
            let lane = Lane::new(1, None);
            let place = lane.enter().await;
            let waits = tokio::time::timeout(Duration::from_millis(10), lane.enter()).await;
            assert!(waits.is_err());
            drop(place);
            lane.clone().enter().await;
        });
    }
}
