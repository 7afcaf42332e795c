//! The right to work on a run: one process at a time has it, and the system takes it back when that one dies.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use pelicycle_record::Id;

use super::write::{open_lock, staging};
use super::{Store, StoreError};

/// The number of times that a lock is taken anew that its last holder removed in the same moment.
const TRIES: usize = 100;

/// The right to work on a run, held until it is dropped.
#[derive(Debug)]
pub struct RunLock {
    path: PathBuf,
    file: Option<File>,
}

impl Store {
    /// Takes the right to work on a run. A file system without locks gives it to everybody.
    ///
    /// # Errors
    /// When another process has it; when the results can't be written.
    pub fn lock_run(&self, run: &Id) -> Result<RunLock, StoreError> {
        let path = staging(self.root())?.join(format!("run-{}.lock", run.as_str()));
        let failed = |source| StoreError::Write { path: path.clone(), source };
        for _ in 0..TRIES {
            let file = open_lock(&path).map_err(failed)?;
            match file.try_lock() {
                Err(TryLockError::WouldBlock) => return Err(StoreError::RunTaken { run: run.to_string() }),
                Ok(()) | Err(TryLockError::Error(_)) => {}
            }
            if is_at(&file, &path) {
                return Ok(RunLock { path, file: Some(file) });
            }
        }
        Err(failed(io::Error::other("its lock is removed again and again")))
    }
}

impl Drop for RunLock {
    fn drop(&mut self) {
        // Removed while it is still held, where the system can: whoever waits for it sees that it is gone.
        if cfg!(unix) {
            drop(fs::remove_file(&self.path));
        }
        drop(self.file.take());
    }
}

/// Whether the file is the one that has this name now.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let same = |(a, b): (fs::Metadata, fs::Metadata)| (a.dev(), a.ino()) == (b.dev(), b.ino());
    file.metadata().ok().zip(fs::symlink_metadata(path).ok()).is_some_and(same)
}

/// Always true where files are not removed while they are open.
#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
}
