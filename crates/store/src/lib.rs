//! The layout of `results/`: reading it, and writing to it so that an attempt is there whole or not at all.
//!
//! A [`Store`] is a folder of results. [`Store::write`] puts an attempt there by one rename, [`Store::list`] reads all of
//! them with distrust and says by path what it passed over, [`Store::verify`] holds the kept files against their record.
//! Runs, batches, baselines and judgements have a file each here. [`AttemptFiles`] lists what there can be beside a record,
//! and `layout` has every name and bound.
//!
//! Nothing else in the program knows a path inside `results/`; this crate does not know what an attempt means. What a
//! model answered is never edited; [`Store::renew_check`] alone replaces what *we* found in it.
//!
//! Start reading at [`Store::write`], then `files.rs`.

mod baselines;
mod batches;
mod error;
mod files;
mod judgements;
mod layout;
mod read;
mod renew;
mod run_lock;
mod runs;
mod seals;
mod verify;
mod watch;
mod write;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

pub use error::{DamageReason, DamagedRecord, StoreError};
pub use files::AttemptFiles;
pub use judgements::{Calibrations, Judgements, RubricReadings};
pub use read::{AttemptListing, StoredAttempt};
pub use renew::RenewalOutcome;
pub use run_lock::RunLock;
pub use seals::{Seals, StoredSeal};
pub use watch::StoreFingerprint;

/// A folder of results, and the only way into it.
#[derive(Debug, Clone)]
pub struct Store {
    root: PathBuf,
}

impl Store {
    /// Opens the folder; it need not be there yet, the first write makes it.
    ///
    /// # Errors
    /// When something else than a folder goes by that name, or it cannot be looked at.
    pub fn open(root: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let root = root.into();
        match fs::metadata(&root) {
            Ok(found) if found.is_dir() => Ok(Self { root }),
            Ok(_) => Err(StoreError::NotAFolder { path: root }),
            Err(source) => match root.ancestors().find(|path| is_no_folder(path)) {
                Some(path) => Err(StoreError::NotAFolder { path: path.to_owned() }),
                None if source.kind() == ErrorKind::NotFound => Ok(Self { root }),
                None => Err(StoreError::Read { path: root, source }),
            },
        }
    }

    /// The folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }
}

/// Whether something is there that is no folder, nor leads to one.
fn is_no_folder(path: &Path) -> bool {
    match fs::metadata(path) {
        Ok(found) => !found.is_dir(),
        Err(error) => error.kind() == ErrorKind::NotFound && fs::symlink_metadata(path).is_ok(),
    }
}
