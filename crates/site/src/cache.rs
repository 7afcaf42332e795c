//! The cache of a build: what an earlier one saw of each attempt's files, so that what did not change is not read again.
//!
//! A file is taken for unchanged when its length and times are the same (on Unix with the time of change, which no
//! program can set, and the file's number), and when it was already some seconds old at that time: a later change
//! cannot then have left the times as they were. Losing this list costs time and nothing else.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use pelicycle_store::AttemptFiles;
use serde::{Deserialize, Serialize};

use super::site::MadeTogether;

/// Version of the list's shape, and of what is made of the files: a change reads them all anew.
const VERSION: u32 = 4;
/// Two seconds is the coarsest clock of a file system in use (FAT).
const SETTLED: Duration = Duration::from_secs(2);

/// The files of attempts as the last build saw them, by the attempts' identifiers.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct BuildCache {
    version: u32,
    attempts: BTreeMap<String, CachedFiles>,
    /// Files of the site that were made from the same inputs (`inputs.rs`).
    #[serde(default)]
    together: MadeTogether,
}

/// One attempt's files, found whole and taken into the site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct CachedFiles {
    /// The stamp of the record and of the files' lengths and times.
    pub(super) stamp: String,
    /// Width and height of the raster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) drawing: Option<(u32, u32)>,
    /// Width and height of the repaired drawing's raster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) repaired: Option<(u32, u32)>,
    /// Whether the drawing moves, and lies in the site as a moving image.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) moves: bool,
}

impl BuildCache {
    /// The list, empty when it cannot be read or is of another version.
    pub(super) fn read(text: Option<&[u8]>) -> Self {
        text.and_then(|text| serde_json::from_slice::<BuildCache>(text).ok())
            .filter(|seen| seen.version == VERSION)
            .unwrap_or_default()
    }

    pub(super) fn new(attempts: impl Iterator<Item = (String, CachedFiles)>, together: MadeTogether) -> Self {
        Self { version: VERSION, attempts: attempts.collect(), together }
    }

    pub(super) fn together(&self) -> &MadeTogether {
        &self.together
    }

    pub(super) fn get(&self, id: &str, stamp: &str) -> Option<&CachedFiles> {
        self.attempts.get(id).filter(|taken| taken.stamp == stamp)
    }

    pub(super) fn text(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }
}

/// The stamp of an attempt's record and files; `None` while a file is too new to tell a later change by its times,
/// or cannot be looked at.
pub(super) fn stamp(record: &[u8], files: &AttemptFiles<PathBuf>, now: SystemTime) -> Option<String> {
    let mut hasher = blake3::Hasher::new();
    hasher.update(record).update(&[u8::from(files.active)]);
    for (_, path) in files.iter() {
        let name = path.file_name()?.to_string_lossy();
        hasher.update(name.as_bytes()).update(&[0]).update(&settled_marks(path, now)?);
    }
    Some(hasher.finalize().to_hex().to_string())
}

/// The [`marks`] of a file, which stay as they are as long as nobody changes it; `None` while it is too new to tell a later
/// change by its times, or where it cannot be looked at.
fn settled_marks(path: &Path, now: SystemTime) -> Option<Vec<u8>> {
    let found = std::fs::symlink_metadata(path).ok()?;
    let age = now.duration_since(changed(&found)?).ok()?;
    if age < SETTLED { None } else { marks(&found) }
}

/// When a file was last written or changed in any way.
#[cfg(unix)]
fn changed(found: &Metadata) -> Option<SystemTime> {
    use std::os::unix::fs::MetadataExt as _;
    let seconds = u64::try_from(found.ctime()).ok()?;
    let nanoseconds = u32::try_from(found.ctime_nsec()).ok()?;
    Some(found.modified().ok()?.max(UNIX_EPOCH + Duration::new(seconds, nanoseconds)))
}

#[cfg(not(unix))]
fn changed(found: &Metadata) -> Option<SystemTime> {
    found.modified().ok()
}

/// The marks by which a change of a file is seen, as bytes: its length, its times and its inode. `None` where the
/// system does not tell the times.
pub(super) fn marks(found: &Metadata) -> Option<Vec<u8>> {
    let nanoseconds = |time: SystemTime| time.duration_since(UNIX_EPOCH).ok().map(|age| age.as_nanos());
    let mut marks = Vec::new();
    marks.extend(found.len().to_le_bytes());
    marks.extend(nanoseconds(found.modified().ok()?)?.to_le_bytes());
    marks.extend(nanoseconds(changed(found)?)?.to_le_bytes());
    #[cfg(unix)]
    marks.extend(std::os::unix::fs::MetadataExt::ino(found).to_le_bytes());
    Some(marks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_the_same_length_changes_the_stamp_and_a_fresh_file_has_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("reply.md");
        std::fs::write(&path, "one").unwrap();
        let files = AttemptFiles { reply: Some(path.clone()), ..AttemptFiles::default() };
        let now = SystemTime::now();
        assert_eq!(stamp(b"record", &files, now), None, "too new");
        let later = now + Duration::from_secs(10);
        let first = stamp(b"record", &files, later).unwrap();
        assert_eq!(stamp(b"record", &files, later).unwrap(), first);
        assert_ne!(stamp(b"another", &files, later).unwrap(), first);

        let modified = std::fs::metadata(&path).unwrap().modified().unwrap();
        std::thread::sleep(Duration::from_millis(20));
        std::fs::write(&path, "two").unwrap();
        if cfg!(unix) {
            // Setting the time back hides nothing: the system notes the change.
            std::fs::File::options().write(true).open(&path).unwrap().set_modified(modified).unwrap();
        }
        assert_ne!(stamp(b"record", &files, later).unwrap(), first);
        std::fs::remove_file(&path).unwrap();
        assert_eq!(stamp(b"record", &files, later), None);
    }

    #[test]
    fn a_list_of_another_version_or_a_broken_one_is_empty() {
        let taken =
            CachedFiles { stamp: "s".to_owned(), drawing: Some((3, 4)), repaired: None, moves: false };
        let seen = BuildCache::new([("id".to_owned(), taken.clone())].into_iter(), MadeTogether::new());
        let text = seen.text().unwrap();
        assert_eq!(BuildCache::read(Some(&text)).get("id", "s"), Some(&taken));
        assert_eq!(BuildCache::read(Some(&text)).get("id", "t"), None);
        let other =
            String::from_utf8(text).unwrap().replace(&format!("\"version\":{VERSION}"), "\"version\":0");
        for text in [None, Some("{".as_bytes()), Some(other.as_bytes())] {
            assert_eq!(BuildCache::read(text).get("id", "s"), None);
        }
    }
}
