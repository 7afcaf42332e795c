//! The user's own folders of models, and the folders in them.

use std::collections::HashSet;
use std::fs::DirEntry;
use std::path::{Path, PathBuf};

use super::folders::ModelFolders;
use super::listing::MOST_ENTRIES;

/// Folders that are looked at, and how deep they lie in one that was named: `OWNER/REPO/QUANTIZATION`.
const MOST_FOLDERS: usize = 1_000;
const DEEP: usize = 3;
/// Entries among which folders are looked for: where there are more, the rest is passed by.
const MOST_WITHIN: usize = 100_000;

/// A folder that the user named, or one in it.
#[derive(Debug, Clone)]
pub(super) struct OwnFolder {
    pub(super) path: PathBuf,
    /// The depth below the one that was named, which is 0.
    pub(super) depth: usize,
    /// Its real path, whatever links lead there.
    real: PathBuf,
}

/// All of them, those that were named first, then by depth; each once, however many ways lead there. Hidden ones, those of
/// projectors, and those that are looked into as another program's are left out, unless they were named.
pub(super) fn own_folders(places: &ModelFolders) -> Vec<OwnFolder> {
    let mut seen = HashSet::new();
    let mut all = Vec::new();
    let named =
        places.folders.iter().map(|path| OwnFolder { path: path.clone(), depth: 0, real: real(path) });
    all.extend(named.filter(|folder| seen.insert(folder.real.clone())));
    let (mut begin, mut left) = (0, MOST_WITHIN);
    for depth in 1..=DEEP {
        let level = begin..all.len();
        begin = all.len();
        for at in level {
            for path in folders_in(&all[at].path, &mut left) {
                let real = real(&path);
                if all.len() < MOST_FOLDERS && seen.insert(real.clone()) {
                    all.push(OwnFolder { path, depth, real });
                }
            }
        }
    }
    let others = places.real();
    all.retain(|folder| folder.depth == 0 || !others.look_into(&folder.real));
    all
}

fn folders_in(folder: &Path, left: &mut usize) -> Vec<PathBuf> {
    // Of a link alone it is asked what it leads to: to ask of each file costs more than all else.
    let is_folder = |entry: &DirEntry| match entry.file_type() {
        Ok(kind) if kind.is_symlink() => entry.path().is_dir(),
        Ok(kind) => kind.is_dir(),
        Err(_) => false,
    };
    let is_meant = |entry: &DirEntry| {
        entry.file_name().to_str().is_some_and(|name| !name.starts_with('.') && name != "mmproj")
    };
    let all = std::fs::read_dir(folder).into_iter().flatten().take(MOST_ENTRIES.min(*left)).flatten();
    let counted = all.inspect(|_| *left = left.saturating_sub(1));
    let mut inner: Vec<PathBuf> =
        counted.filter(|entry| is_meant(entry) && is_folder(entry)).map(|entry| entry.path()).collect();
    inner.sort();
    inner
}

fn real(folder: &Path) -> PathBuf {
    folder.canonicalize().unwrap_or_else(|_| folder.to_owned())
}

impl ModelFolders {
    /// The places of other programs, whatever links lead there.
    fn real(&self) -> ModelFolders {
        let all = |places: &[PathBuf]| places.iter().map(|place| real(place)).collect();
        ModelFolders {
            hub: self.hub.as_deref().map(real),
            llama_cpp: self.llama_cpp.as_deref().map(real),
            lm_studio: all(&self.lm_studio),
            ..ModelFolders::default()
        }
    }

    /// Whether a folder is one that is looked into as another program's.
    fn look_into(&self, folder: &Path) -> bool {
        let of_hub = self.hub.iter().filter_map(|hub| folder.strip_prefix(hub).ok()).any(|inner| {
            let first = inner.components().next();
            first.is_some_and(|first| first.as_os_str().to_string_lossy().starts_with("models--"))
        });
        let of_lm_studio = self
            .lm_studio
            .iter()
            .filter_map(|root| folder.strip_prefix(root).ok())
            .any(|inner| inner.components().count() == 2);
        of_hub || of_lm_studio || self.llama_cpp.as_deref() == Some(folder)
    }
}
