//! Sealed sets of prompts: `seal.json` for good, and `revealed.json` beside it one day.

use std::fs;
use std::path::{Path, PathBuf};

use pelicycle_record::{Id, RevealedRecord, SealRecord, name};

use super::read::{names, read_record};
use super::write::json;
use super::{DamageReason, DamagedRecord, Store, StoreError, layout};

/// A seal, and what reveals it where it was revealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSeal {
    /// The seal.
    pub seal: SealRecord,
    /// Its salt and prompts.
    pub revealed: Option<RevealedRecord>,
}

/// The seals of a store.
#[derive(Debug, Default)]
pub struct Seals {
    /// Those that could be read, by name.
    pub records: Vec<StoredSeal>,
    /// Those that could not be read and were passed over, by path.
    pub damaged: Vec<DamagedRecord>,
}

impl Store {
    /// Every seal and every damaged one.
    ///
    /// # Errors
    /// When their folder can't be read; one that is not there is empty.
    pub fn all_seals(&self) -> Result<Seals, StoreError> {
        let mut seals = Seals::default();
        for named in self.seals()? {
            match self.read_seal(&named) {
                Ok(found) => seals.records.extend(found),
                Err(StoreError::Damaged { path, reason }) => {
                    let path = path.strip_prefix(self.root()).map(Path::to_owned).unwrap_or(path);
                    seals.damaged.push(DamagedRecord { path, reason });
                }
                Err(error) => return Err(error),
            }
        }
        Ok(seals)
    }

    /// Writes a seal, whole or not at all; `id` names it while it is made.
    ///
    /// # Errors
    /// An unsafe name; a name that is taken; a failing disk.
    pub fn write_seal(&self, seal: &SealRecord, id: &Id) -> Result<PathBuf, StoreError> {
        self.safe_seal_name(&seal.name)?;
        let record = json(seal, id)?;
        self.place(id, &[layout::SEALS, &seal.name, layout::SEALED], &[(layout::SEAL, &record)])
    }

    /// Writes what reveals a seal, whole or not at all.
    ///
    /// # Errors
    /// An unsafe name; a seal that is revealed already; a failing disk.
    pub fn write_revealed(&self, revealed: &RevealedRecord, id: &Id) -> Result<PathBuf, StoreError> {
        self.safe_seal_name(&revealed.name)?;
        let record = json(revealed, id)?;
        self.place(id, &[layout::SEALS, &revealed.name, layout::REVEALED], &[(layout::SEAL, &record)])
    }

    /// The seal of this name; none where there is none.
    ///
    /// # Errors
    /// When it or what reveals it is damaged, behind a link or newer than this program.
    pub fn read_seal(&self, named: &str) -> Result<Option<StoredSeal>, StoreError> {
        let part = |part: &str| self.root().join(layout::SEALS).join(named).join(part).join(layout::SEAL);
        let (sealed, revealed) = (part(layout::SEALED), part(layout::REVEALED));
        if name::fault(named).is_some() {
            return Ok(None);
        }
        for part in [layout::SEALED, layout::REVEALED] {
            self.behind_no_link(&[layout::SEALS, named, part])?;
        }
        if !is_plain(&sealed) {
            return Ok(None);
        }
        let own_name = |found: &str, path: &Path| {
            if found == named {
                return Ok(());
            }
            let found = found.chars().take(name::MAX_BYTES).collect();
            let reason = DamageReason::Misplaced { what: "name", found, folder: named.to_owned() };
            Err(StoreError::Damaged { path: path.to_owned(), reason })
        };
        let damaged = |path: &Path| {
            let path = path.to_owned();
            move |reason| StoreError::Damaged { path, reason }
        };
        let seal: SealRecord = read_record(&sealed, layout::SEAL).map_err(damaged(&sealed))?;
        own_name(&seal.name, &sealed)?;
        if !is_plain(&revealed) {
            return Ok(Some(StoredSeal { seal, revealed: None }));
        }
        let record: RevealedRecord = read_record(&revealed, layout::SEAL).map_err(damaged(&revealed))?;
        own_name(&record.name, &revealed)?;
        Ok(Some(StoredSeal { seal, revealed: Some(record) }))
    }

    /// Names of all seals, sorted.
    ///
    /// # Errors
    /// When their folder can't be read; one that is not there is empty.
    pub fn seals(&self) -> Result<Vec<String>, StoreError> {
        let mut names = names(&self.root().join(layout::SEALS))?;
        names.retain(|named| name::fault(named).is_none());
        names.sort();
        Ok(names)
    }

    fn safe_seal_name(&self, named: &str) -> Result<(), StoreError> {
        name::fault(named).map_or(Ok(()), |why| {
            let why = format!("the name {named:?} {why}");
            Err(StoreError::Inconsistent { id: "seal".to_owned(), why })
        })
    }
}

/// A file that is there and no link.
fn is_plain(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_file())
}
