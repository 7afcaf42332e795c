//! The records of runs: what each set out to ask.

use std::path::PathBuf;

use pelicycle_record::{Id, RunRecord};

use super::read::{ids, read_record};
use super::write::json;
use super::{DamageReason, Store, StoreError, layout};

/// The number of runs that are named when the one asked for is not there.
const SHOWN: usize = 3;

impl Store {
    /// Writes a run's record, whole or not at all.
    ///
    /// # Errors
    /// A place that is taken; a failing disk.
    pub fn write_run(&self, run: &RunRecord) -> Result<PathBuf, StoreError> {
        let record = json(run, &run.id)?;
        self.place(&run.id, &[layout::RUNS, run.id.as_str()], &[(layout::RUN, &record)])
    }

    /// The record of a run.
    ///
    /// # Errors
    /// When there is none of this identifier, or it is damaged, behind a link or newer than this program.
    pub fn read_run(&self, id: &Id) -> Result<RunRecord, StoreError> {
        let folder = self.root().join(layout::RUNS).join(id.as_str());
        self.behind_no_link(&[layout::RUNS, id.as_str()])?;
        if !folder.is_dir() {
            let mut known = self.runs()?;
            let newest = known.split_off(known.len().saturating_sub(SHOWN));
            let hint = match newest.as_slice() {
                [] => "; no run is kept there".to_owned(),
                ids => {
                    let ids: Vec<_> = ids.iter().map(Id::as_str).collect();
                    format!("; the newest there: {}", ids.join(", "))
                }
            };
            return Err(StoreError::UnknownRun { id: id.to_string(), root: self.root().to_owned(), hint });
        }
        let damaged = |reason| StoreError::Damaged { path: folder.clone(), reason };
        let run: RunRecord = read_record(&folder.join(layout::RUN), layout::RUN).map_err(damaged)?;
        if run.id != *id {
            let reason =
                DamageReason::Misplaced { what: "id", found: run.id.to_string(), folder: id.to_string() };
            return Err(damaged(reason));
        }
        Ok(run)
    }

    /// Identifiers of all runs, oldest first.
    ///
    /// # Errors
    /// When their folder cannot be read; one that is not there is empty.
    pub fn runs(&self) -> Result<Vec<Id>, StoreError> {
        ids(&self.root().join(layout::RUNS))
    }
}
