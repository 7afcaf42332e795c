//! Judgements: one folder each, so that those of many people are merged by copying.

use std::fs;
use std::path::{Path, PathBuf};

use pelicycle_record::{Id, JudgementRecord, TextRecord};

use super::read::{ids, read_record};
use super::write::json;
use super::{DamageReason, DamagedRecord, Store, StoreError, layout};

/// All judgements of a store.
#[derive(Debug, Default)]
pub struct Judgements {
    /// The judgements that could be read, oldest first.
    pub records: Vec<JudgementRecord>,
    /// The judgements that could not be read and were passed over, by path.
    pub damaged: Vec<DamagedRecord>,
}

impl Store {
    /// The folder of all judgements, for people.
    #[must_use]
    pub fn judgements_folder(&self) -> PathBuf {
        self.root().join(layout::JUDGEMENTS)
    }

    /// Writes a judgement, with the model's reply where a model judged; whole or not at all.
    ///
    /// # Errors
    /// A record that does not fit its reply; a place that is taken; a failing disk.
    pub fn write_judgement(
        &self,
        judgement: &JudgementRecord,
        reply: Option<&[u8]>,
    ) -> Result<PathBuf, StoreError> {
        let recorded = judgement.asked.as_ref().and_then(|asked| asked.reply.as_ref());
        if recorded != reply.map(TextRecord::of).as_ref() {
            let why = "the recorded length or hash of the reply is not that of the file".to_owned();
            return Err(StoreError::Inconsistent { id: judgement.id.to_string(), why });
        }
        let record = json(judgement, &judgement.id)?;
        let files: Vec<(&str, &[u8])> = reply
            .map(|reply| (layout::REPLY, reply))
            .into_iter()
            .chain([(layout::JUDGEMENT, &*record)])
            .collect();
        self.place(&judgement.id, &[layout::JUDGEMENTS, judgement.id.as_str()], &files)
    }

    /// Every judgement, and every damaged one.
    ///
    /// # Errors
    /// When their folder can't be read; one that is not there is empty.
    pub fn judgements(&self) -> Result<Judgements, StoreError> {
        let mut all = Judgements::default();
        for id in self.judgement_ids()? {
            match self.read_judgement(&id) {
                Ok(record) => all.records.push(record),
                Err(damaged) => all.damaged.push(damaged),
            }
        }
        Ok(all)
    }

    /// Identifiers of all judgements, damaged or not, oldest first.
    ///
    /// # Errors
    /// When their folder can't be read; one that is not there is empty.
    pub fn judgement_ids(&self) -> Result<Vec<Id>, StoreError> {
        ids(&self.judgements_folder())
    }

    /// One judgement.
    ///
    /// # Errors
    /// When it is damaged or newer than this program.
    pub fn read_judgement(&self, id: &Id) -> Result<JudgementRecord, DamagedRecord> {
        let place = Path::new(layout::JUDGEMENTS).join(id.as_str());
        read(&self.root().join(&place), id).map_err(|reason| DamagedRecord { path: place, reason })
    }

    /// Takes back a judgement that was just made, whole. Returns whether there was one.
    ///
    /// # Errors
    /// A failing disk; the judgement is then there still.
    pub fn take_back_judgement(&self, id: &Id) -> Result<bool, StoreError> {
        self.displace(id, &[layout::JUDGEMENTS, id.as_str()])
    }
}

fn read(folder: &Path, id: &Id) -> Result<JudgementRecord, DamageReason> {
    for (path, what) in [(folder.to_owned(), "it"), (folder.join(layout::JUDGEMENT), layout::JUDGEMENT)] {
        if fs::symlink_metadata(&path).is_ok_and(|found| found.is_symlink()) {
            return Err(DamageReason::Link { what: what.to_owned() });
        }
    }
    let record: JudgementRecord = read_record(&folder.join(layout::JUDGEMENT), layout::JUDGEMENT)?;
    if record.id != *id {
        let (found, folder) = (record.id.to_string(), id.to_string());
        return Err(DamageReason::Misplaced { what: "id", found, folder });
    }
    Ok(record)
}
