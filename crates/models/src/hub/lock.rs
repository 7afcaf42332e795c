//! One program at a time fetches a file: the lock that the hub's own library takes.

use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use pelicycle_text::plain_file;

use super::error::HubError;

/// The time between tries while another program has it.
const AGAIN: Duration = Duration::from_millis(200);

/// A lock, given back when it is dropped or the process ends.
#[derive(Debug)]
pub(super) struct BlobLock(#[expect(dead_code, reason = "the open file is the lock")] File);

impl BlobLock {
    /// Takes the lock of a blob, and calls `waiting` once where it has to wait.
    pub(super) async fn take(path: &Path, waiting: impl FnOnce()) -> Result<BlobLock, HubError> {
        let fail = |source| HubError::Write { path: path.to_owned(), source };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(fail)?;
        }
        // A pipe would wait for a reader.
        match plain_file::open(path) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(fail(error)),
            _ => {}
        }
        let file = File::options().create(true).append(true).open(path).map_err(fail)?;
        let mut waiting = Some(waiting);
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(BlobLock(file)),
                Err(TryLockError::WouldBlock) => {
                    if let Some(waiting) = waiting.take() {
                        waiting();
                    }
                    tokio::time::sleep(AGAIN).await;
                }
                Err(TryLockError::Error(source)) => return Err(fail(source)),
            }
        }
    }
}
