//! Whether attempts came or went, at little cost.

use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use super::Store;

/// What the folders of a store looked like. Two that differ say that an attempt came or went between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(blake3::Hash);

impl Store {
    /// Looks at the folders of prompts and contestants: an attempt appears and goes by a change of the folder it is in,
    /// and is never edited, so no attempt is looked at.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        let mut hasher = blake3::Hasher::new();
        let prompts = mark(self.root(), &mut hasher);
        for prompt in prompts {
            let prompt = self.root().join(prompt);
            for contestant in mark(&prompt, &mut hasher) {
                stamp(&prompt.join(contestant), &mut hasher);
            }
        }
        Fingerprint(hasher.finalize())
    }
}

/// Takes in a folder's time and its entries' names, which it returns; hidden ones are passed by.
fn mark(folder: &Path, hasher: &mut blake3::Hasher) -> Vec<std::ffi::OsString> {
    stamp(folder, hasher);
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<_> = entries.map(|entry| entry.file_name()).collect();
    names.retain(|name| !name.as_encoded_bytes().starts_with(b"."));
    names.sort();
    for name in &names {
        hasher.update(name.as_encoded_bytes()).update(b"/");
    }
    names
}

fn stamp(path: &Path, hasher: &mut blake3::Hasher) {
    let modified = fs::symlink_metadata(path).and_then(|found| found.modified()).ok();
    let age = modified.and_then(|modified| modified.duration_since(UNIX_EPOCH).ok());
    hasher.update(&age.map_or(0, |age| age.as_nanos()).to_le_bytes());
}
