//! Renewing what we found in a reply: the one edit of a kept attempt.
//!
//! New pictures come to their place first and the record last, each by one rename, so that a process that is killed on the
//! way leaves the old record with files that fit it, and the renewal to be done again.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use pelicycle_record::{Attempt, Check, Inspection, LookRecord, ToolVersion};

use super::read::read_bounded;
use super::write::{StagedFolder, consistent, json, sync_folder, write_synced};
use super::{AttemptFiles, Store, StoreError, StoredAttempt, layout};

/// The outcome of a renewal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RenewalOutcome {
    /// The record has the new check.
    Renewed,
    /// The check is the one that the record has.
    Same,
    /// The check is of another drawing than the one that is kept, so all was left as it is.
    OtherDrawing,
}

impl Store {
    /// Puts a new check of the kept reply in place of the old one, or of none, with the pictures that belong to it and, of a look,
    /// with whether the model said that it is done. A check that is the same leaves all as it is.
    ///
    /// # Errors
    /// A check that does not fit the attempt's files; a kept file that can't be read; somebody else who renews it now; a failing disk.
    pub fn renew_check(
        &self,
        stored: &StoredAttempt,
        inspection: &Inspection,
        tool: &ToolVersion,
    ) -> Result<RenewalOutcome, StoreError> {
        let value = |check: &Check| serde_json::to_value(check).ok();
        if stored.attempt.check.as_ref().and_then(value) == value(&inspection.check) {
            return Ok(RenewalOutcome::Same);
        }
        self.put_check(stored, inspection, tool)
    }

    /// Puts a new check and its pictures in the old ones' place even where the check is the same: a picture may be damaged.
    ///
    /// # Errors
    /// As of [`Store::renew_check`].
    pub fn put_check(
        &self,
        stored: &StoredAttempt,
        inspection: &Inspection,
        tool: &ToolVersion,
    ) -> Result<RenewalOutcome, StoreError> {
        let drawn = AttemptFiles::drawn(inspection);
        if let Some(path) = &stored.files.svg {
            let before = kept(path)?;
            if drawn.svg != Some(before.as_slice()) || drawn.active != stored.files.active {
                return Ok(RenewalOutcome::OtherDrawing);
            }
        }
        let texts = self.texts(stored)?;
        let reply = String::from_utf8_lossy(texts.reply.as_deref().unwrap_or_default());
        let done = LookRecord::says_done(&reply, stored.attempt.outcome, Some(inspection.check.verdict));
        let renewed = Attempt {
            check: Some(inspection.check.clone()),
            rechecked: Some(tool.clone()),
            unchecked: None,
            look: stored.attempt.look.clone().map(|look| LookRecord { done, ..look }),
            ..stored.attempt.clone()
        };
        let files = AttemptFiles {
            request: texts.request.as_deref(),
            timeline: texts.timeline.as_deref(),
            reply: texts.reply.as_deref(),
            thinking: texts.thinking.as_deref(),
            experts: texts.experts.as_deref(),
            ..drawn
        };
        let id = &stored.attempt.id;
        consistent(&renewed, &files).map_err(|why| StoreError::Inconsistent { id: id.to_string(), why })?;
        let record = json(&renewed, id)?;

        let staged = StagedFolder::new(&self.root, id)?;
        let put = |name: &str, content: &[u8]| {
            let (from, to) = (staged.folder.join(name), stored.folder.join(name));
            let written = write_synced(&from, content).and_then(|()| fs::rename(&from, &to));
            written.map_err(|source| StoreError::Write { path: to, source })
        };
        for (name, content) in drawn.iter() {
            put(name, content)?;
        }
        put(layout::ATTEMPT, &record)?;
        sync_folder(&stored.folder)
            .map_err(|source| StoreError::Write { path: stored.folder.clone(), source })?;
        let needed: Vec<&str> = files.iter().map(|(name, _)| name).collect();
        for stale in [layout::PNG, layout::REPAIRED, layout::REPAIRED_ACTIVE, layout::REPAIRED_PNG] {
            if !needed.contains(&stale) {
                drop(fs::remove_file(stored.folder.join(stale)));
            }
        }
        note(&stored.folder);
        Ok(RenewalOutcome::Renewed)
    }

    /// The files beside the record that a check has no part in.
    fn texts(&self, stored: &StoredAttempt) -> Result<AttemptFiles<Vec<u8>>, StoreError> {
        let read = |path: &Option<PathBuf>| path.as_deref().map(kept).transpose();
        Ok(AttemptFiles {
            request: read(&stored.files.request)?,
            timeline: read(&stored.files.timeline)?,
            reply: read(&stored.files.reply)?,
            thinking: read(&stored.files.thinking)?,
            experts: read(&stored.files.experts)?,
            ..AttemptFiles::default()
        })
    }
}

/// A kept file, read as distrustfully as when the attempt was looked up: it may be another one since.
fn kept(path: &Path) -> Result<Vec<u8>, StoreError> {
    read_bounded(path, layout::MAX_FILE)
        .map_err(|reason| StoreError::Damaged { path: path.to_owned(), reason })
}

/// Gives the folder that an attempt's folder is in the time of now, by which those who watch the store see that something
/// changed. A system that does not let us is looked at anew all the same, later.
fn note(folder: &Path) {
    if let Some(Ok(parent)) = folder.parent().map(File::open) {
        drop(parent.set_modified(SystemTime::now()));
    }
}
