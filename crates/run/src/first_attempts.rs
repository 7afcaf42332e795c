//! The first attempts of a run that were not sent yet: under a bound on the cost, looks wait for them.

use std::sync::Arc;

use tokio::sync::watch;

/// The number of first attempts that wait. Clones count the same.
#[derive(Debug, Clone)]
pub(crate) struct FirstAttempts(Arc<watch::Sender<usize>>);

/// One of them; dropped, it was sent, or never will be.
#[derive(Debug)]
pub(crate) struct FirstAttempt(FirstAttempts);

impl Default for FirstAttempts {
    fn default() -> Self {
        FirstAttempts(Arc::new(watch::Sender::new(0)))
    }
}

impl FirstAttempts {
    /// One more.
    pub(crate) fn begin(&self) -> FirstAttempt {
        self.0.send_modify(|waiting| *waiting += 1);
        FirstAttempt(self.clone())
    }

    /// Returns when none waits any more.
    pub(crate) async fn sent(&self) {
        // The sender is ours, so the wait ends only with their number.
        let _ = self.0.subscribe().wait_for(|waiting| *waiting == 0).await;
    }
}

impl Drop for FirstAttempt {
    fn drop(&mut self) {
        (self.0).0.send_modify(|waiting| *waiting -= 1);
    }
}
