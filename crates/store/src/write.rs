//! Writing: all files in a hidden folder of the same file system, synced, then one rename.
//!
//! A process that is killed leaves at most a hidden folder. Its lock, which the system drops with the process,
//! tells the sweeper that nobody works there any more.

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use pelicycle_record::{Attempt, Id, SCHEMA_VERSION, TextRecord, name};

use super::read::name_of;
use super::{AttemptFiles, Store, StoreError, layout};

/// A folder left by a killed process is swept when it is older: a write takes well under a second.
const ABANDONED: Duration = Duration::from_secs(60 * 60);

/// The words on a link where a folder of ours is to be.
const LINK: &str = "it is a link, which is not followed; remove it";

impl Store {
    /// Writes an attempt, which is there whole when this returns and not at all when it fails.
    ///
    /// # Errors
    /// A record that does not fit its files or whose names are unsafe; a place that is taken; a failing disk.
    pub fn write(&self, attempt: &Attempt, files: &AttemptFiles<&[u8]>) -> Result<PathBuf, StoreError> {
        consistent(attempt, files)
            .map_err(|why| StoreError::Inconsistent { id: attempt.id.to_string(), why })?;
        let record = json(attempt, &attempt.id)?;
        let files: Vec<(&str, &[u8])> = files
            .iter()
            .map(|(name, content)| (name, *content))
            .chain([(layout::ATTEMPT, &*record)])
            .collect();
        let place = [attempt.prompt.id.as_str(), attempt.contestant.slug.as_str(), attempt.id.as_str()];
        self.place(&attempt.id, &place, &files)
    }

    /// Removes what killed processes left behind: hidden folders that are old and that nobody holds.
    /// Returns how many. What cannot be removed stays for the next time.
    #[must_use]
    pub fn sweep(&self) -> usize {
        self.sweep_older_than(ABANDONED)
    }

    pub(super) fn sweep_older_than(&self, age: Duration) -> usize {
        if self.first_link(&[layout::STAGING]).is_some() {
            return 0;
        }
        let Ok(entries) = fs::read_dir(self.root.join(layout::STAGING)) else { return 0 };
        let mut swept = 0;
        for entry in entries.flatten() {
            let path = entry.path();
            let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            if stem.parse::<Id>().is_err() {
                continue;
            }
            let folder = path.with_extension("");
            let modified = entry.metadata().and_then(|found| found.modified());
            let old = modified.is_ok_and(|time| time.elapsed().is_ok_and(|elapsed| elapsed >= age));
            if !old || is_held(&folder) {
                continue;
            }
            if path == folder {
                swept += usize::from(fs::remove_dir_all(&folder).is_ok());
            }
            if !folder.exists() {
                drop(fs::remove_file(lock_of(&folder)));
            }
        }
        swept
    }

    /// Makes a folder with these files at `place`, by one rename.
    pub(super) fn place(
        &self,
        id: &Id,
        place: &[&str],
        files: &[(&str, &[u8])],
    ) -> Result<PathBuf, StoreError> {
        let target = place.iter().fold(self.root.clone(), |path, part| path.join(part));
        let exists = || StoreError::Exists { path: target.clone() };
        if fs::symlink_metadata(&target).is_ok() {
            return Err(exists());
        }
        self.free_way(parents(place))?;
        let staged = StagedFolder::new(&self.root, id)?;
        for (name, content) in files {
            let path = staged.folder.join(name);
            write_synced(&path, content).map_err(|source| StoreError::Write { path, source })?;
        }
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| StoreError::Write { path, source }
        };
        sync_folder(&staged.folder).map_err(failed(&staged.folder))?;
        let parent = target.parent().unwrap_or(&self.root);
        fs::create_dir_all(parent).map_err(failed(parent))?;
        fs::rename(&staged.folder, &target).map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty => exists(),
            _ => StoreError::Write { path: target.clone(), source },
        })?;
        // Every folder on the way may be new, and a folder's entry is only safe once its parent is synced.
        for folder in parent.ancestors().take(place.len()) {
            sync_folder(folder).map_err(failed(folder))?;
        }
        Ok(target)
    }

    /// Takes the folder at `place` away, by one rename out of the readers' sight. Returns whether there was one.
    pub(super) fn displace(&self, id: &Id, place: &[&str]) -> Result<bool, StoreError> {
        let target = place.iter().fold(self.root.clone(), |path, part| path.join(part));
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| StoreError::Write { path, source }
        };
        if fs::symlink_metadata(&target).is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
            return Ok(false);
        }
        self.free_way(parents(place))?;
        let staged = StagedFolder::new(&self.root, id)?;
        fs::rename(&target, staged.folder.join("displaced")).map_err(failed(&target))?;
        let parent = target.parent().unwrap_or(&self.root);
        sync_folder(parent).map_err(failed(parent))?;
        Ok(true)
    }

    /// Makes the folders of judgements and sees that they can be written: better before a judge is paid than after.
    ///
    /// # Errors
    /// As [`Store::make_ready`].
    pub fn make_ready_for_judgements(&self, id: &Id) -> Result<(), StoreError> {
        self.make_ready_at(&[layout::JUDGEMENTS], id)
    }

    /// Makes the folders in which attempts of these prompts and contestants are kept, and sees that they can be written: better
    /// before they are paid than after. `id` names what is tried there.
    ///
    /// # Errors
    /// When something else stands in the way of one of them, or it can't be written.
    pub fn make_ready<'a>(
        &self,
        attempts: impl IntoIterator<Item = (&'a str, &'a str)>,
        id: &Id,
    ) -> Result<(), StoreError> {
        let places: BTreeSet<(&str, &str)> = attempts.into_iter().collect();
        places.into_iter().try_for_each(|(prompt, contestant)| self.make_ready_at(&[prompt, contestant], id))
    }

    /// Makes a folder, each of these in the one before, and tries whether it takes another.
    fn make_ready_at(&self, folders: &[&str], id: &Id) -> Result<(), StoreError> {
        staging(&self.root)?;
        self.free_way(folders)?;
        let folder = folders.iter().fold(self.root.clone(), |path, part| path.join(part));
        let tried = folder.join(format!(".{id}"));
        fs::create_dir_all(&folder)
            .and_then(|()| fs::create_dir(&tried))
            .and_then(|()| fs::remove_dir(&tried))
            .map_err(|source| StoreError::Write { path: folder, source })
    }

    /// Refuses what is to be written in these folders, each in the one before, where one is something else: behind a link it
    /// would be written elsewhere, and never be read.
    fn free_way(&self, folders: &[&str]) -> Result<(), StoreError> {
        let mut path = self.root.clone();
        for part in folders {
            path.push(part);
            is_free_for_a_folder(&path)?;
        }
        Ok(())
    }
}

/// The folders that a place lies in.
fn parents<'a, 'b>(place: &'a [&'b str]) -> &'a [&'b str] {
    place.split_last().map_or(place, |(_, folders)| folders)
}

/// Refuses the place of a folder of ours that is taken by something else.
fn is_free_for_a_folder(path: &Path) -> Result<(), StoreError> {
    match fs::symlink_metadata(path).map(|found| found.file_type()) {
        Ok(kind) if kind.is_symlink() => {
            Err(StoreError::Write { path: path.to_owned(), source: io::Error::other(LINK) })
        }
        Ok(kind) if !kind.is_dir() => {
            let why = format!("it is {}, and no folder; move it away", name_of(kind));
            Err(StoreError::Write { path: path.to_owned(), source: io::Error::other(why) })
        }
        // What can't be looked at can't be made either, which says why.
        _ => Ok(()),
    }
}

/// A folder in the making. Dropped, it takes what is left of it away.
pub(super) struct StagedFolder {
    pub(super) folder: PathBuf,
    lock: Option<File>,
}

impl StagedFolder {
    pub(super) fn new(root: &Path, id: &Id) -> Result<Self, StoreError> {
        let staging = staging(root)?;
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| StoreError::Write { path, source }
        };
        let folder = staging.join(id.as_str());
        let lock_path = lock_of(&folder);
        let lock = open_lock(&lock_path).map_err(failed(&lock_path))?;
        // A file system without locks loses only the sweeper's certainty, which then goes by age.
        let lock = match lock.try_lock() {
            Ok(()) | Err(TryLockError::Error(_)) => lock,
            Err(TryLockError::WouldBlock) => return Err(StoreError::Exists { path: folder }),
        };
        let staged = Self { folder, lock: Some(lock) };
        fs::create_dir(&staged.folder).map_err(failed(&staged.folder))?;
        Ok(staged)
    }
}

impl Drop for StagedFolder {
    fn drop(&mut self) {
        if self.folder.exists() {
            drop(fs::remove_dir_all(&self.folder));
        }
        // Closed before it is removed, as Windows wants it.
        drop(self.lock.take());
        drop(fs::remove_file(lock_of(&self.folder)));
    }
}

/// The hidden folder in which records are made; it is made where it is not there yet.
pub(super) fn staging(root: &Path) -> Result<PathBuf, StoreError> {
    let staging = root.join(layout::STAGING);
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| StoreError::Write { path, source }
    };
    is_free_for_a_folder(&staging)?;
    fs::create_dir_all(&staging).map_err(failed(&staging))?;
    let ignore = staging.join(".gitignore");
    if fs::symlink_metadata(&ignore).is_err() {
        fs::write(&ignore, "*\n").map_err(failed(&ignore))?;
    }
    Ok(staging)
}

/// Opens a lock, or makes it. What is there is left as it is: somebody may have put a link or a pipe in its place.
pub(super) fn open_lock(path: &Path) -> io::Result<File> {
    match fs::symlink_metadata(path) {
        Ok(found) if !found.is_file() => Err(io::Error::other("it is no plain file; remove it")),
        _ => File::options().write(true).create(true).truncate(false).open(path),
    }
}

fn lock_of(folder: &Path) -> PathBuf {
    folder.with_extension("lock")
}

/// Whether a living process holds the folder's lock.
fn is_held(folder: &Path) -> bool {
    let lock = lock_of(folder);
    // A pipe in its place would never be opened.
    fs::symlink_metadata(&lock).is_ok_and(|found| found.is_file())
        && File::open(lock).is_ok_and(|lock| matches!(lock.try_lock(), Err(TryLockError::WouldBlock)))
}

pub(super) fn write_synced(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(content)?;
    file.sync_all()
}

/// Makes the entries of a folder durable, where the system knows such a thing.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
}

/// A record's text: indented, for people and for diffs.
pub(super) fn json(record: &impl serde::Serialize, id: &Id) -> Result<Vec<u8>, StoreError> {
    let mut text = serde_json::to_vec_pretty(record)
        .map_err(|error| StoreError::Inconsistent { id: id.to_string(), why: error.to_string() })?;
    text.push(b'\n');
    let length = text.len() as u64;
    if length > layout::MAX_RECORD {
        let why = format!("the record is {length} bytes long, the bound is {}", layout::MAX_RECORD);
        return Err(StoreError::Inconsistent { id: id.to_string(), why });
    }
    Ok(text)
}

/// Refuses what a reader would find wrong before it is written.
pub(super) fn consistent(attempt: &Attempt, files: &AttemptFiles<&[u8]>) -> Result<(), String> {
    if attempt.schema != SCHEMA_VERSION {
        return Err(format!("its schema is {}, this version writes {SCHEMA_VERSION}", attempt.schema));
    }
    for (what, value) in
        [("prompt's id", &attempt.prompt.id), ("contestant's slug", &attempt.contestant.slug)]
    {
        if let Some(why) = name::fault(value) {
            return Err(format!("the {what} {value:?} {why}"));
        }
    }
    if *attempt.prompt.hash != *blake3::hash(attempt.prompt.text.as_bytes()).to_hex() {
        return Err("the prompt's hash is not that of its text".to_owned());
    }
    let recorded = AttemptFiles::recorded(attempt);
    for ((what, record), (_, content)) in recorded.hashed().into_iter().zip(files.hashed()) {
        if record.copied() != content.map(|content| TextRecord::of(content)).as_ref() {
            return Err(format!("the recorded length or hash of the {what} is not that of the file"));
        }
    }
    let needed = AttemptFiles::needed(attempt);
    for (what, needed, there) in [
        ("drawing", needed.svg, files.svg),
        ("raster", needed.png, files.png),
        ("repair", needed.repaired_svg, files.repaired_svg),
        ("repair", needed.repaired_png, files.repaired_png),
    ] {
        if needed.is_some() != there.is_some() {
            return Err(format!("there is a {what} in the check or in the files, but not in both"));
        }
    }
    if files.iter().any(|(_, content)| content.len() as u64 > layout::MAX_FILE) {
        return Err(format!("a file is over the bound of {} bytes", layout::MAX_FILE));
    }
    Ok(())
}
