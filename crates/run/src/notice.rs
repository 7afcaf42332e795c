//! Notices that somebody should hear while a run is prepared and its batches are exchanged.

use std::sync::Arc;

use pelicycle_models::ModelFile;
use pelicycle_provider::BatchError;
use pelicycle_record::BatchRecord;

use crate::{NoSight, RunError, VariableError};

/// A thing that somebody should hear of.
#[derive(Debug)]
pub enum Notice<'a> {
    /// A variable is taken as not set: its command failed.
    VariableFailed(&'a VariableError),
    /// A service is asked at another address than the table's.
    OtherAddress {
        /// The service.
        provider: &'a str,
        /// The address.
        address: &'a str,
        /// The source of that address.
        from: &'a str,
    },
    /// A model that was named by `local/NAME` was found.
    ModelFound {
        /// The name.
        named: &'a str,
        /// The model.
        found: &'a ModelFile,
    },
    /// One who takes part will not be shown what it drew.
    NoLooks {
        /// Its name for people.
        label: &'a str,
        /// The reason.
        why: &'a NoSight,
    },
    /// An effort was asked for, which local models don't know: they are asked without.
    NoEffort {
        /// Their names for people.
        labels: &'a [String],
    },
    /// A batch was left with a service.
    BatchSubmitted {
        /// Its record.
        record: &'a BatchRecord,
        /// The service.
        provider: &'a str,
    },
    /// Not all batches could be left; those that were are kept.
    SubmissionFailed(&'a RunError),
    /// Nothing could be learned of a batch; the next look may find it.
    LookFailed(&'a BatchError),
    /// The results of batches could not be fetched; resuming the run asks for them again.
    FetchFailed(&'a BatchError),
}

/// A function that hears notices, from any thread.
pub type NoticeListener = Arc<dyn Fn(&Notice<'_>) + Send + Sync>;
