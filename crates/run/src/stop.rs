//! The wish to end a run early.

use tokio::sync::watch;

/// Tells everyone in a run to end it. Clones share the wish.
#[derive(Debug, Clone)]
pub struct Stop {
    sender: watch::Sender<bool>,
}

impl Default for Stop {
    fn default() -> Self {
        Stop { sender: watch::Sender::new(false) }
    }
}

impl Stop {
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
