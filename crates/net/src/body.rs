//! Reading bodies that must not be endless, in bytes or in time.

use std::io::{self, Write};
use std::time::Duration;

use reqwest::Response;
use tokio::time::{Instant, timeout_at};

use crate::innermost;

/// The bounds within which a body is read.
#[derive(Debug, Clone, Copy)]
pub struct BodyLimits {
    /// The moment by which all of it must be there.
    pub deadline: Instant,
    /// The longest silence between its parts; none where the deadline alone counts.
    pub idle: Option<Duration>,
    /// The most bytes that it may have.
    pub bytes: u64,
}

/// The reason why a body could not be read to its end.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// It fell silent, or did not end in time.
    #[error("the answer did not come to an end")]
    Late,
    /// The connection broke.
    #[error("the connection broke: {0}")]
    Broken(String),
    /// It has more bytes than it may.
    #[error("the answer is longer than {0} bytes")]
    TooLong(u64),
    /// It could not be written where it was to go.
    #[error("what came can't be written down: {0}")]
    Write(#[from] io::Error),
}

impl BodyLimits {
    /// Writes a body as it comes.
    ///
    /// # Errors
    /// See [`BodyError`]; what came before is written.
    pub async fn copy(self, mut response: Response, to: &mut impl Write) -> Result<(), BodyError> {
        let mut length = 0;
        loop {
            // A body that comes faster than it is read is always ready, and never waited for.
            if Instant::now() >= self.deadline {
                return Err(BodyError::Late);
            }
            match timeout_at(self.next_deadline(), response.chunk()).await {
                Err(_) => return Err(BodyError::Late),
                Ok(Err(error)) if error.is_timeout() => return Err(BodyError::Late),
                Ok(Err(error)) => return Err(BodyError::Broken(innermost(&error))),
                Ok(Ok(None)) => return Ok(()),
                Ok(Ok(Some(chunk))) => {
                    length += chunk.len() as u64;
                    if length > self.bytes {
                        return Err(BodyError::TooLong(self.bytes));
                    }
                    to.write_all(&chunk)?;
                }
            }
        }
    }

    /// Reads a whole body.
    ///
    /// # Errors
    /// See [`BodyError`].
    pub async fn read(self, response: Response) -> Result<Vec<u8>, BodyError> {
        let mut bytes = Vec::new();
        self.copy(response, &mut bytes).await?;
        Ok(bytes)
    }

    /// Reads as much of a body as comes within the limits: for the words of an error, of which any part is good.
    pub async fn read_some(self, response: Response) -> Vec<u8> {
        let mut bytes = Vec::new();
        let _ = self.copy(response, &mut bytes).await;
        bytes
    }

    /// The moment by which the next part must be there.
    fn next_deadline(&self) -> Instant {
        // A silence too long for the clock is bounded by the deadline alone.
        let silent = self.idle.and_then(|idle| Instant::now().checked_add(idle));
        silent.map_or(self.deadline, |silent| silent.min(self.deadline))
    }
}
