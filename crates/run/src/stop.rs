//! The signal that ends a run early.

use tokio::sync::watch;

/// The signal that ends a run; clones are one signal.
#[derive(Debug, Clone)]
pub struct StopSignal {
    sender: watch::Sender<bool>,
}

impl Default for StopSignal {
    fn default() -> Self {
        StopSignal { sender: watch::Sender::new(false) }
    }
}

impl StopSignal {
    /// Wishes the run to end; asking twice changes nothing.
    pub fn ask(&self) {
        self.sender.send_replace(true);
    }

    /// Whether the run is to end.
    #[must_use]
    pub fn asked(&self) -> bool {
        *self.sender.borrow()
    }

    /// The result of `future`, unless the run is to end first.
    pub async fn unless<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.wait() => None,
            value = future => Some(value),
        }
    }

    /// Returns when the run is to end.
    pub async fn wait(&self) {
        // The sender is ours, so the wait ends only with the wish.
        let _ = self.sender.subscribe().wait_for(|asked| *asked).await;
    }
}
