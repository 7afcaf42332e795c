//! Holding the kept files against their record, and reading those that hold.

use std::path::Path;

use pelicycle_record::TextRecord;

use super::layout::MAX_FILE;
use super::read::read_bounded;
use super::{AttemptFiles, DamageReason, DamagedRecord, Store, StoredAttempt};

impl Store {
    /// Reads the files beside a record and compares them with what was recorded: lengths, hashes, and that
    /// the drawing is the chosen stretch of the reply.
    ///
    /// # Errors
    /// The first difference.
    pub fn verify(&self, stored: &StoredAttempt) -> Result<(), DamagedRecord> {
        self.hold(stored).map_err(|reason| {
            let path = stored.folder.strip_prefix(self.root()).unwrap_or(&stored.folder).to_owned();
            DamagedRecord { path, reason }
        })
    }

    fn hold(&self, stored: &StoredAttempt) -> Result<(), DamageReason> {
        let recorded = AttemptFiles::recorded(&stored.attempt);
        for ((_, record), (_, path)) in recorded.hashed().into_iter().zip(stored.files.hashed()) {
            content(path, record.copied())?;
        }
        self.drawing(stored)?;
        Ok(())
    }

    /// The reply of an attempt, byte for byte, once it is found to be what was recorded.
    ///
    /// # Errors
    /// A file that cannot be read or is not what was recorded.
    pub fn reply(&self, stored: &StoredAttempt) -> Result<Option<Vec<u8>>, DamageReason> {
        content(stored.files.reply.as_ref(), stored.attempt.reply.as_ref())
    }

    /// The reasoning text of an attempt, byte for byte, once it is found to be what was recorded.
    ///
    /// # Errors
    /// A file that cannot be read or is not what was recorded.
    pub fn thinking(&self, stored: &StoredAttempt) -> Result<Option<Vec<u8>>, DamageReason> {
        content(stored.files.thinking.as_ref(), stored.attempt.thinking.as_ref())
    }

    /// The drawing of an attempt as it stood in the reply, once it is found to be the stretch that was chosen.
    ///
    /// # Errors
    /// A file that cannot be read, or is not that stretch; a reply that is not what was recorded.
    pub fn drawing(&self, stored: &StoredAttempt) -> Result<Option<Vec<u8>>, DamageReason> {
        let (Some(path), Some(check)) = (&stored.files.svg, &stored.attempt.check) else { return Ok(None) };
        let Some(reply) = self.reply(stored)? else { return Ok(None) };
        let drawing = read_bounded(path, MAX_FILE)?;
        let chosen = check.candidates.iter().find(|candidate| candidate.chosen);
        if chosen.and_then(|chosen| reply.get(chosen.start..chosen.end)) != Some(&drawing) {
            return Err(DamageReason::NotInReply { file: file_name(path) });
        }
        Ok(Some(drawing))
    }
}

/// The content of a file, once it is found to be what was recorded.
fn content(
    path: Option<&impl AsRef<Path>>,
    record: Option<&TextRecord>,
) -> Result<Option<Vec<u8>>, DamageReason> {
    let (Some(path), Some(record)) = (path.map(AsRef::as_ref), record) else { return Ok(None) };
    let read = read_bounded(path, MAX_FILE)?;
    let found = TextRecord::of(&read);
    if found.bytes != record.bytes {
        return Err(DamageReason::Length {
            file: file_name(path),
            found: found.bytes,
            recorded: record.bytes,
        });
    }
    if found.hash != record.hash {
        return Err(DamageReason::Hash { what: file_name(path) });
    }
    Ok(Some(read))
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
