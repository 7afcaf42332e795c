//! Holding the kept files against their record.

use std::path::Path;

use super::layout::MAX_FILE;
use super::read::read_bounded;
use super::{DamageReason, Damaged, Store, Stored};
use pelicycle_record::TextRecord;

impl Store {
    /// Reads the files beside a record and compares them with what was recorded: lengths, hashes, and that
    /// the drawing is the chosen stretch of the reply.
    ///
    /// # Errors
    /// The first difference.
    pub fn verify(&self, stored: &Stored) -> Result<(), Damaged> {
        verify(stored).map_err(|reason| {
            let path = stored.folder.strip_prefix(self.root()).unwrap_or(&stored.folder).to_owned();
            Damaged { path, reason }
        })
    }

    /// The reply of an attempt, byte for byte, once it is found to be what was recorded.
    ///
    /// # Errors
    /// A file that cannot be read or is not what was recorded.
    pub fn reply(&self, stored: &Stored) -> Result<Option<Vec<u8>>, DamageReason> {
        self.text(stored, TextFile::Reply)
    }

    /// A text of an attempt, byte for byte, once it is found to be what was recorded.
    ///
    /// # Errors
    /// A file that cannot be read or is not what was recorded.
    pub fn text(&self, stored: &Stored, file: TextFile) -> Result<Option<Vec<u8>>, DamageReason> {
        let (files, attempt) = (&stored.files, &stored.attempt);
        match file {
            TextFile::Reply => content(files.reply.as_deref(), attempt.reply.as_ref()),
            TextFile::Thinking => content(files.thinking.as_deref(), attempt.thinking.as_ref()),
            TextFile::Svg => match self.reply(stored)? {
                Some(reply) => drawing(stored, &reply),
                None => Ok(None),
            },
        }
    }
}

/// A text that is kept beside a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextFile {
    /// The reply.
    Reply,
    /// The reasoning text.
    Thinking,
    /// The drawing as it stood in the reply.
    Svg,
}

fn verify(stored: &Stored) -> Result<(), DamageReason> {
    let reply = content(stored.files.reply.as_deref(), stored.attempt.reply.as_ref())?;
    content(stored.files.thinking.as_deref(), stored.attempt.thinking.as_ref())?;
    content(stored.files.timeline.as_deref(), stored.attempt.timeline.as_ref())?;
    let request = stored.attempt.service.as_ref().and_then(|service| service.request.as_ref());
    content(stored.files.request.as_deref(), request)?;
    let counts = stored.attempt.experts.as_ref().map(|experts| &experts.counts);
    content(stored.files.experts.as_deref(), counts)?;
    if let Some(reply) = reply {
        drawing(stored, &reply)?;
    }
    Ok(())
}

/// The drawing, which must be the chosen stretch of the reply.
fn drawing(stored: &Stored, reply: &[u8]) -> Result<Option<Vec<u8>>, DamageReason> {
    let (Some(path), Some(check)) = (&stored.files.svg, &stored.attempt.check) else { return Ok(None) };
    let drawing = read_bounded(path, MAX_FILE)?;
    let chosen = check.candidates.iter().find(|candidate| candidate.chosen);
    if chosen.and_then(|chosen| reply.get(chosen.start..chosen.end)) != Some(&drawing) {
        return Err(DamageReason::NotInReply { file: file_name(path) });
    }
    Ok(Some(drawing))
}

fn content(path: Option<&Path>, record: Option<&TextRecord>) -> Result<Option<Vec<u8>>, DamageReason> {
    let (Some(path), Some(record)) = (path, record) else { return Ok(None) };
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
