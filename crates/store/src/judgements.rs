//! Judgements of pairs, readings of single drawings and calibrations: one folder each, so that those of many people are merged by copying.

use std::fs;
use std::path::{Path, PathBuf};

use pelicycle_record::{CalibrationRecord, Id, JudgementRecord, RubricReading, TextRecord};
use serde::de::DeserializeOwned;

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

/// All readings of a store.
#[derive(Debug, Default)]
pub struct RubricReadings {
    /// The readings that could be read, oldest first.
    pub records: Vec<RubricReading>,
    /// The readings that could not be read and were passed over, by path.
    pub damaged: Vec<DamagedRecord>,
}

/// All calibrations of a store.
#[derive(Debug, Default)]
pub struct Calibrations {
    /// Those that could be read, oldest first.
    pub records: Vec<CalibrationRecord>,
    /// Those that could not be read and were passed over, by path.
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
        let record = json(judgement, &judgement.id)?;
        self.place_with_reply(&judgement.id, (layout::JUDGEMENT, &record), recorded, reply)
    }

    /// Writes a reading, with the model's reply; whole or not at all.
    ///
    /// # Errors
    /// As [`Store::write_judgement`].
    pub fn write_reading(
        &self,
        reading: &RubricReading,
        reply: Option<&[u8]>,
    ) -> Result<PathBuf, StoreError> {
        let recorded = reading.asked.as_ref().and_then(|asked| asked.reply.as_ref());
        let record = json(reading, &reading.id)?;
        self.place_with_reply(&reading.id, (layout::READING, &record), recorded, reply)
    }

    /// Writes a calibration, with the model's reply; whole or not at all.
    ///
    /// # Errors
    /// As [`Store::write_judgement`].
    pub fn write_calibration(
        &self,
        calibration: &CalibrationRecord,
        reply: Option<&[u8]>,
    ) -> Result<PathBuf, StoreError> {
        let record = json(calibration, &calibration.id)?;
        let recorded = calibration.asked.reply.as_ref();
        self.place_with_reply(&calibration.id, (layout::CALIBRATION, &record), recorded, reply)
    }

    fn place_with_reply(
        &self,
        id: &Id,
        record: (&str, &[u8]),
        recorded: Option<&TextRecord>,
        reply: Option<&[u8]>,
    ) -> Result<PathBuf, StoreError> {
        if recorded != reply.map(TextRecord::of).as_ref() {
            let why = "the recorded length or hash of the reply is not that of the file".to_owned();
            return Err(StoreError::Inconsistent { id: id.to_string(), why });
        }
        let files: Vec<(&str, &[u8])> =
            reply.map(|reply| (layout::REPLY, reply)).into_iter().chain([record]).collect();
        self.place(id, &[layout::JUDGEMENTS, id.as_str()], &files)
    }

    /// Every reading, and every damaged one.
    ///
    /// # Errors
    /// When their folder can't be read; one that is not there is empty.
    pub fn readings(&self) -> Result<RubricReadings, StoreError> {
        let (records, damaged) = self.all_beside(layout::READING, |record: &RubricReading| &record.id)?;
        Ok(RubricReadings { records, damaged })
    }

    /// Every calibration, and every damaged one.
    ///
    /// # Errors
    /// When their folder can't be read; one that is not there is empty.
    pub fn calibrations(&self) -> Result<Calibrations, StoreError> {
        let (records, damaged) =
            self.all_beside(layout::CALIBRATION, |record: &CalibrationRecord| &record.id)?;
        Ok(Calibrations { records, damaged })
    }

    /// All records of this name among the judgements.
    fn all_beside<R: DeserializeOwned>(
        &self,
        name: &'static str,
        own: impl Fn(&R) -> &Id,
    ) -> Result<(Vec<R>, Vec<DamagedRecord>), StoreError> {
        let (mut records, mut damaged) = (Vec::new(), Vec::new());
        for id in ids(&self.judgements_folder())?.into_iter().filter(|id| self.has(id, name)) {
            let place = Path::new(layout::JUDGEMENTS).join(id.as_str());
            match read(&self.root().join(&place), name, &id, &own) {
                Ok(record) => records.push(record),
                Err(reason) => damaged.push(DamagedRecord { path: place, reason }),
            }
        }
        Ok((records, damaged))
    }

    /// Whether a folder among the judgements has a file of this name.
    fn has(&self, id: &Id, name: &str) -> bool {
        fs::symlink_metadata(self.judgements_folder().join(id.as_str()).join(name)).is_ok()
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
        let mut found = ids(&self.judgements_folder())?;
        found.retain(|id| !self.has(id, layout::READING) && !self.has(id, layout::CALIBRATION));
        Ok(found)
    }

    /// One judgement.
    ///
    /// # Errors
    /// When it is damaged or newer than this program.
    pub fn read_judgement(&self, id: &Id) -> Result<JudgementRecord, DamagedRecord> {
        let place = Path::new(layout::JUDGEMENTS).join(id.as_str());
        read(&self.root().join(&place), layout::JUDGEMENT, id, |record: &JudgementRecord| &record.id)
            .map_err(|reason| DamagedRecord { path: place, reason })
    }

    /// Takes back a judgement that was just made, whole. Returns whether there was one.
    ///
    /// # Errors
    /// A failing disk; the judgement is then there still.
    pub fn take_back_judgement(&self, id: &Id) -> Result<bool, StoreError> {
        self.displace(id, &[layout::JUDGEMENTS, id.as_str()])
    }
}

fn read<R: DeserializeOwned>(
    folder: &Path,
    name: &'static str,
    id: &Id,
    own: impl Fn(&R) -> &Id,
) -> Result<R, DamageReason> {
    let all = folder.parent().unwrap_or(folder);
    for (path, what) in [(all, layout::JUDGEMENTS), (folder, "it"), (&*folder.join(name), name)] {
        if fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink()) {
            return Err(DamageReason::Link { what: what.to_owned() });
        }
    }
    let record: R = read_record(&folder.join(name), name)?;
    if own(&record) != id {
        let (found, folder) = (own(&record).to_string(), id.to_string());
        return Err(DamageReason::Misplaced { what: "id", found, folder });
    }
    Ok(record)
}
