//! The queue of the requests to one provider: so many at a time, so many a minute, and none in a pause.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until};

/// A queue with room for some requests at a time. Clones are the same queue.
#[derive(Debug, Clone)]
pub struct RequestQueue {
    slots: Arc<Semaphore>,
    interval: Option<Duration>,
    gate: Arc<Mutex<Gate>>,
}

/// The moments before which no request leaves.
#[derive(Debug, Default)]
struct Gate {
    /// By the rate.
    next: Option<Instant>,
    /// By the service's word.
    paused: Option<Instant>,
}

/// The right to have a request under way; dropped, it is the next one's.
#[derive(Debug)]
pub struct Permit(#[expect(dead_code, reason = "held for its drop")] Option<OwnedSemaphorePermit>);

impl RequestQueue {
    /// A queue with room for `slots` requests at a time, of which `per_minute` may leave in a minute.
    #[must_use]
    pub fn new(slots: usize, per_minute: Option<f64>) -> RequestQueue {
        let interval = per_minute.filter(|n| *n > 0.0).map(|n| Duration::from_secs_f64(60.0 / n));
        RequestQueue { slots: Arc::new(Semaphore::new(slots.max(1))), interval, gate: Arc::default() }
    }

    /// Waits for a permit; those who wait are served in order.
    pub async fn acquire(&self) -> Permit {
        // The semaphore is never closed.
        Permit(Arc::clone(&self.slots).acquire_owned().await.ok())
    }

    /// Waits until a request may leave.
    pub(crate) async fn wait_turn(&self) {
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
            let queue = RequestQueue::new(4, Some(60.0 * 50.0));
            for _ in 0..4 {
                queue.wait_turn().await;
            }
            assert!(begin.elapsed() >= Duration::from_millis(60), "{:?}", begin.elapsed());
            queue.pause(Duration::from_millis(80));
            queue.pause(Duration::from_millis(1));
            let paused = Instant::now();
            queue.wait_turn().await;
            assert!(
                paused.elapsed() >= Duration::from_millis(79),
                "a shorter pause does not end a longer one"
            );
        });
    }

    #[test]
    fn a_permit_is_free_again_when_it_is_dropped() {
        block_on(async {
            let queue = RequestQueue::new(1, None);
            let permit = queue.acquire().await;
            let waits = tokio::time::timeout(Duration::from_millis(10), queue.acquire()).await;
            assert!(waits.is_err());
            drop(permit);
            queue.clone().acquire().await;
        });
    }
}
