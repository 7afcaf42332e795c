//! Sets of attempts under a name.

use std::fs;
use std::path::{Path, PathBuf};

use pelicycle_record::{BaselineRecord, Id, name};

use super::read::{names, read_record};
use super::write::json;
use super::{DamageReason, Store, StoreError, layout};

impl Store {
    /// Writes a baseline, whole or not at all; `id` names it while it is made.
    ///
    /// # Errors
    /// An unsafe name; a name that is taken; a failing disk.
    pub fn write_baseline(&self, baseline: &BaselineRecord, id: &Id) -> Result<PathBuf, StoreError> {
        if let Some(why) = name::fault(&baseline.name) {
            let why = format!("the name {:?} {why}", baseline.name);
            return Err(StoreError::Inconsistent { id: "baseline".to_owned(), why });
        }
        let record = json(baseline, id)?;
        self.place(id, &[layout::BASELINES, &baseline.name], &[(layout::BASELINE, &record)])
    }

    /// The baseline of this name; none where there is none.
    ///
    /// # Errors
    /// When it is damaged, behind a link or newer than this program.
    pub fn read_baseline(&self, named: &str) -> Result<Option<BaselineRecord>, StoreError> {
        let Some(folder) = self.baseline_folder(named)? else { return Ok(None) };
        let damaged = |reason| StoreError::Damaged { path: folder.clone(), reason };
        let baseline: BaselineRecord =
            read_record(&folder.join(layout::BASELINE), layout::BASELINE).map_err(damaged)?;
        if baseline.name != named {
            let found = baseline.name.chars().take(name::MAX_BYTES).collect();
            return Err(damaged(DamageReason::Misplaced { what: "name", found, folder: named.to_owned() }));
        }
        Ok(Some(baseline))
    }

    /// Names of all baselines, sorted.
    ///
    /// # Errors
    /// When their folder can't be read; one that is not there is empty.
    pub fn baselines(&self) -> Result<Vec<String>, StoreError> {
        let mut names = names(&self.root().join(layout::BASELINES))?;
        names.retain(|name| self.baseline_folder(name).is_ok_and(|folder| folder.is_some()));
        names.sort();
        Ok(names)
    }

    /// Removes a baseline; its attempts stay. Returns whether there was one.
    ///
    /// # Errors
    /// One behind a link, which stays; a failing disk.
    pub fn remove_baseline(&self, named: &str) -> Result<bool, StoreError> {
        let Some(folder) = self.baseline_folder(named)? else { return Ok(false) };
        let failed = |path: &Path, source| StoreError::Write { path: path.to_owned(), source };
        let file = folder.join(layout::BASELINE);
        fs::remove_file(&file).map_err(|source| failed(&file, source))?;
        // What someone else put beside it stays, and its folder with it.
        match fs::remove_dir(&folder) {
            Err(source) if source.kind() != std::io::ErrorKind::DirectoryNotEmpty => {
                Err(failed(&folder, source))
            }
            _ => Ok(true),
        }
    }

    /// The folder of a baseline that is there; links are not followed.
    fn baseline_folder(&self, named: &str) -> Result<Option<PathBuf>, StoreError> {
        if name::fault(named).is_some() {
            return Ok(None);
        }
        self.behind_no_link(&[layout::BASELINES, named])?;
        let folder = self.root().join(layout::BASELINES).join(named);
        let plain = |path: &Path| fs::symlink_metadata(path).ok();
        let is_there = plain(&folder).is_some_and(|found| found.is_dir())
            && plain(&folder.join(layout::BASELINE)).is_some_and(|found| found.is_file());
        Ok(is_there.then_some(folder))
    }
}
