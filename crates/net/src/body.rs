//! Bodies that must not be endless, in bytes or in time.

use std::io::{self, Write};
use std::time::Duration;

use reqwest::Response;
use tokio::time::{Instant, timeout_at};

use crate::innermost;

/// How long a body is waited for.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// The moment by which all of it must be there.
    pub deadline: Instant,
    /// The longest silence between its parts.
    pub idle: Duration,
}

/// Why a body could not be read to its end.
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
    Long(u64),
    /// It could not be written where it was to go.
    #[error("what came can't be written down: {0}")]
    Write(#[from] io::Error),
}

impl Patience {
    /// Patience until `deadline`, however silent it is until then.
    #[must_use]
    pub fn until(deadline: Instant) -> Patience {
        Patience { deadline, idle: Duration::MAX }
    }

    /// Writes a body as it comes, up to `most` bytes.
    ///
    /// # Errors
    /// See [`BodyError`]; what came before is written.
    pub async fn copy(self, mut response: Response, most: u64, to: &mut impl Write) -> Result<(), BodyError> {
        let mut length = 0;
        loop {
            let silent = Instant::now().checked_add(self.idle).unwrap_or(self.deadline);
            match timeout_at(silent.min(self.deadline), response.chunk()).await {
                Err(_) => return Err(BodyError::Late),
                Ok(Err(error)) => return Err(BodyError::Broken(innermost(&error))),
                Ok(Ok(None)) => return Ok(()),
                Ok(Ok(Some(chunk))) => {
                    length += chunk.len() as u64;
                    if length > most {
                        return Err(BodyError::Long(most));
                    }
                    to.write_all(&chunk)?;
                }
            }
        }
    }

    /// A whole body, up to `most` bytes.
    ///
    /// # Errors
    /// See [`BodyError`].
    pub async fn read(self, response: Response, most: usize) -> Result<Vec<u8>, BodyError> {
        let mut bytes = Vec::new();
        self.copy(response, most as u64, &mut bytes).await?;
        Ok(bytes)
    }

    /// As much of a body as comes, up to `most` bytes: for the words of an error, of which any part is good.
    pub async fn read_some(self, response: Response, most: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        let _ = self.copy(response, most as u64, &mut bytes).await;
        bytes
    }
}
