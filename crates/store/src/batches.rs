//! The records of batches: what was left with a service, and under which name.

use std::path::PathBuf;

use pelicycle_record::{BatchRecord, Id};

use super::read::{ids, read_bounded, read_record};
use super::write::json;
use super::{DamageReason, Store, StoreError, layout};

impl Store {
    /// Writes the record of a batch with the body of each of its requests, whole or not at all.
    ///
    /// # Errors
    /// A body that is no line of its own; a place that is taken; a failing disk.
    pub fn write_batch(&self, batch: &BatchRecord, bodies: &[Vec<u8>]) -> Result<PathBuf, StoreError> {
        let inconsistent =
            |why: &str| StoreError::Inconsistent { id: batch.id.to_string(), why: why.to_owned() };
        if bodies.len() != batch.cells.len() {
            return Err(inconsistent("it has not one request for each sample"));
        }
        if bodies.iter().any(|body| body.contains(&b'\n')) {
            return Err(inconsistent("a request has more than one line"));
        }
        let record = json(batch, &batch.id)?;
        let mut lines = bodies.join(&b'\n');
        lines.push(b'\n');
        let files = [(layout::REQUESTS, lines.as_slice()), (layout::BATCH, record.as_slice())];
        self.place(&batch.id, &[layout::BATCHES, batch.id.as_str()], &files)
    }

    /// The batches of a run, oldest first.
    ///
    /// # Errors
    /// When one can't be read, or is damaged, behind a link or newer than this program: what it asks for would be asked for again.
    pub fn batches(&self, run: &Id) -> Result<Vec<BatchRecord>, StoreError> {
        let folder = self.root().join(layout::BATCHES);
        self.behind_no_link(&[layout::BATCHES])?;
        let mut batches = Vec::new();
        for id in ids(&folder)? {
            self.behind_no_link(&[layout::BATCHES, id.as_str()])?;
            let path = folder.join(id.as_str());
            let damaged = |reason| StoreError::Damaged { path: path.clone(), reason };
            let batch: BatchRecord =
                read_record(&path.join(layout::BATCH), layout::BATCH).map_err(damaged)?;
            if batch.id != id {
                let (found, folder) = (batch.id.to_string(), id.to_string());
                return Err(damaged(DamageReason::Misplaced { what: "id", found, folder }));
            }
            if batch.run == *run {
                batches.push(batch);
            }
        }
        Ok(batches)
    }

    /// The bodies of a batch's requests, in the order of its cells.
    ///
    /// # Errors
    /// When they can't be read or are behind a link, or are not as many as the cells.
    pub fn batch_requests(&self, batch: &BatchRecord) -> Result<Vec<Vec<u8>>, StoreError> {
        let path = self.root().join(layout::BATCHES).join(batch.id.as_str());
        let damaged = |reason| StoreError::Damaged { path: path.clone(), reason };
        self.behind_no_link(&[layout::BATCHES, batch.id.as_str()])?;
        let text = read_bounded(&path.join(layout::REQUESTS), layout::MAX_REQUESTS).map_err(damaged)?;
        let lines: Vec<Vec<u8>> =
            text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(<[u8]>::to_vec).collect();
        match lines.len() == batch.cells.len() {
            true => Ok(lines),
            false => Err(damaged(DamageReason::Requests { found: lines.len(), cells: batch.cells.len() })),
        }
    }
}
