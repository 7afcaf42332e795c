//! Whether attempts, judgements or seals came or went, at little cost.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use pelicycle_record::name;

use super::{Store, layout};

/// The state of a store's folders at one moment. Two that differ say that an attempt, a judgement or a seal came or went, or that
/// a seal was revealed, between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreFingerprint {
    attempts: blake3::Hash,
    judgements: blake3::Hash,
    seals: blake3::Hash,
}

impl StoreFingerprint {
    /// Whether no attempt came or went between the two.
    #[must_use]
    pub fn has_the_attempts_of(&self, other: &StoreFingerprint) -> bool {
        self.attempts == other.attempts
    }
}

impl Store {
    /// Looks at the folders of prompts and contestants: an attempt appears and goes by a change of the folder it is in,
    /// and is never edited, so no attempt is looked at. A judgement appears and goes likewise,
    /// and so do a seal and what reveals it, each a folder in the seal's own.
    #[must_use]
    pub fn fingerprint(&self) -> StoreFingerprint {
        let mut hasher = blake3::Hasher::new();
        let prompts = mark(self.root(), &mut hasher, true);
        for prompt in prompts.iter().filter(|prompt| !prompt.to_str().is_some_and(is_kept)) {
            let prompt = self.root().join(prompt);
            for contestant in mark(&prompt, &mut hasher, false) {
                stamp(&prompt.join(contestant), &mut hasher);
            }
        }
        let mut judgements = blake3::Hasher::new();
        mark(&self.root().join(layout::JUDGEMENTS), &mut judgements, false);
        let mut seals = blake3::Hasher::new();
        let folder = self.root().join(layout::SEALS);
        for named in mark(&folder, &mut seals, false) {
            mark(&folder.join(named), &mut seals, false);
        }
        StoreFingerprint {
            attempts: hasher.finalize(),
            judgements: judgements.finalize(),
            seals: seals.finalize(),
        }
    }
}

/// Whether a folder is no prompt's: what comes and goes there is no attempt.
fn is_kept(name: &str) -> bool {
    name::RESERVED.contains(&name)
}

/// Takes in a folder's time and its entries' names, which it returns; hidden ones are passed by. Nothing is read behind a
/// link, unless it is `followed`: a store's folder may be one, and what lies in it is somebody else's word.
fn mark(folder: &Path, hasher: &mut blake3::Hasher, followed: bool) -> Vec<OsString> {
    stamp(folder, hasher);
    if !followed && fs::symlink_metadata(folder).is_ok_and(|found| found.is_symlink()) {
        return Vec::new();
    }
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
