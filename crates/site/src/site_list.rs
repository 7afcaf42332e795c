//! The list of a site's files that lies in its folder: what the last build made, and from what.

use std::collections::HashMap;
use std::path::{Component, Path};
use std::sync::atomic::{AtomicBool, Ordering};
use std::{fs, io};

use pelicycle_text::plain_file;
use serde::{Deserialize, Serialize, Serializer};

use super::GalleryError;

/// The longest list, and the longest notes: those of 700,000 attempts are shorter, at 1.4 kB each.
pub(super) const MAX_LIST: u64 = 1 << 30;

/// Version of the list's shape, and of what derived files are made by: a change makes them all anew.
const VERSION: u32 = 1;

#[derive(Debug, Serialize, Deserialize)]
struct Manifest<F> {
    version: u32,
    files: F,
}

/// Files by their paths, in the order of these.
struct Sorted<'a>(Vec<(&'a str, &'a ListedFile)>);

impl Serialize for Sorted<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().copied())
    }
}

/// One file of the site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ListedFile {
    pub(super) bytes: u64,
    pub(super) hash: String,
    /// Hash of what it was made from, for one that is costly to make.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) source: Option<String>,
}

/// One file of the last build, and whether this one keeps it.
pub(super) struct KnownFile {
    pub(super) made: ListedFile,
    pub(super) kept: AtomicBool,
}

impl KnownFile {
    pub(super) fn is_kept(&self) -> bool {
        self.kept.load(Ordering::Relaxed)
    }
}

/// The files of the list at this path; none where no list is.
pub(super) fn read_list(path: &Path) -> Result<HashMap<String, KnownFile>, GalleryError> {
    let unfit = |why| GalleryError::Manifest { path: path.to_owned(), why };
    match plain_file::read(path, MAX_LIST) {
        Ok(text) => known_files(&text).map_err(unfit),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(HashMap::new()),
        // Too long, or no file.
        Err(fault) if fault.kind() == io::ErrorKind::Other => Err(unfit(fault.to_string())),
        Err(source) => Err(GalleryError::Read { path: path.to_owned(), source }),
    }
}

/// The list of these files.
pub(super) fn list_text(mut files: Vec<(&str, &ListedFile)>) -> serde_json::Result<Vec<u8>> {
    files.sort_unstable_by_key(|(path, _)| *path);
    let mut text = serde_json::to_vec(&Manifest { version: VERSION, files: Sorted(files) })?;
    text.push(b'\n');
    Ok(text)
}

/// The files that the last build made. The list is read from a folder that others may have written to, and files
/// on it are removed, so none of its paths may lead out of the folder.
fn known_files(text: &[u8]) -> Result<HashMap<String, KnownFile>, String> {
    let manifest: Manifest<HashMap<String, ListedFile>> =
        serde_json::from_slice(text).map_err(|error| error.to_string())?;
    if let Some(path) = manifest.files.keys().find(|path| !is_inside(path)) {
        return Err(format!("it names {path:?}, which is not in the gallery"));
    }
    let known = |mut made: ListedFile| {
        made.source = made.source.filter(|_| manifest.version == VERSION);
        KnownFile { made, kept: AtomicBool::new(false) }
    };
    Ok(manifest.files.into_iter().map(|(path, made)| (path, known(made))).collect())
}

/// Whether a path of the list stays in the folder.
pub(super) fn is_inside(path: &str) -> bool {
    !path.is_empty()
        && !path.contains('\\')
        && Path::new(path).components().all(|part| matches!(part, Component::Normal(_)))
}

/// Whether a file is still as a build made it.
pub(super) fn is_as_made(path: &Path, made: &ListedFile) -> bool {
    let plain = fs::symlink_metadata(path).is_ok_and(|found| found.is_file() && found.len() == made.bytes);
    plain && fs::read(path).is_ok_and(|content| *blake3::hash(&content).to_hex() == made.hash)
}
