//! The Hugging Face hub's cache, as its own client library lays it out:
//! `models--OWNER--REPO/{blobs/HASH, refs/REVISION, snapshots/COMMIT/FILE -> blobs/HASH}`.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use pelicycle_text::plain_file;

use super::listing::entries;
use super::model_file::{self, ModelFile, ModelSource, models};
use super::unusable::UnusableModel;

/// Folders within a snapshot that are looked into; publishers use one, for the parts of a split model.
const DEPTH: usize = 4;

/// A commit's hash.
const COMMIT_LEN: usize = 40;

/// Whether a revision is a commit and needs no ref.
pub(crate) fn is_commit(revision: &str) -> bool {
    revision.len() == COMMIT_LEN && revision.bytes().all(|b| b.is_ascii_hexdigit())
}

/// The folder of a repository in the cache.
pub(crate) fn repo_folder(root: &Path, repo: &str) -> PathBuf {
    root.join(format!("models--{}", repo.replace('/', "--")))
}

/// A file of a snapshot: a link to a blob, or the file itself where links can't be made.
#[derive(Debug)]
pub(crate) struct SnapshotFile {
    /// Its path.
    pub(crate) path: PathBuf,
    /// Its name in the repository, with `/`.
    pub(crate) file: String,
    /// The commit whose snapshot it is in.
    pub(crate) commit: String,
    /// The file that it leads to, inside the repository's folder.
    pub(crate) blob: PathBuf,
    pub(crate) bytes: u64,
    modified: SystemTime,
}

/// The models in the cache.
pub(super) fn scan(root: &Path, passed_over: &mut Vec<UnusableModel>) -> Vec<ModelFile> {
    let mut found = Vec::new();
    for (name, folder) in entries(root) {
        let Some(repo) = name.strip_prefix("models--").map(|repo| repo.replacen("--", "/", 1)) else {
            continue;
        };
        let main = main_commit(&folder);
        // Of a file that is in several snapshots, that of `main` counts, else the newest.
        let mut newest: BTreeMap<String, SnapshotFile> = BTreeMap::new();
        for link in links(&folder, passed_over) {
            let rank = |link: &SnapshotFile| (Some(&link.commit) == main.as_ref(), link.modified);
            match newest.get(&link.file) {
                Some(known) if rank(known) >= rank(&link) => {}
                _ => {
                    newest.insert(link.file.clone(), link);
                }
            }
        }
        // The files of a split model stand in one folder of one snapshot.
        let mut folders: BTreeMap<PathBuf, Vec<SnapshotFile>> = BTreeMap::new();
        for link in newest.into_values() {
            folders.entry(link.path.parent().unwrap_or(root).to_owned()).or_default().push(link);
        }
        for links in folders.into_values() {
            let names: BTreeMap<PathBuf, (String, String)> = links
                .iter()
                .map(|link| (link.path.clone(), (link.commit.clone(), link.file.clone())))
                .collect();
            let files = links.into_iter().map(|link| model_file::FolderFile {
                name: link.file.rsplit('/').next().unwrap_or_default().to_owned(),
                path: link.path,
                bytes: link.bytes,
            });
            found.extend(models(files.collect(), |file| {
                let (commit, file) = names.get(&file.path).cloned().unwrap_or_default();
                ModelSource::Hub { repo: repo.clone(), commit, file }
            }));
        }
    }
    found
}

/// The commit in `refs/main`.
fn main_commit(folder: &Path) -> Option<String> {
    let mut text = String::new();
    let file = plain_file::open_followed(&folder.join("refs/main")).ok()?.0;
    file.take(COMMIT_LEN as u64 + 2).read_to_string(&mut text).ok()?;
    Some(text.trim().to_owned()).filter(|commit| is_commit(commit))
}

/// The model files of all snapshots of a repository. A link that leads out of the repository's folder is passed
/// over: the cache never has one.
pub(crate) fn links(folder: &Path, passed_over: &mut Vec<UnusableModel>) -> Vec<SnapshotFile> {
    let Ok(inside) = folder.canonicalize() else { return Vec::new() };
    let mut links = Vec::new();
    for (commit, snapshot) in entries(&folder.join("snapshots")) {
        if is_commit(&commit) && std::fs::symlink_metadata(&snapshot).is_ok_and(|meta| meta.is_dir()) {
            walk(&snapshot, "", DEPTH, &mut |path, file| match read_link(path, &inside) {
                Ok((blob, meta)) => links.push(SnapshotFile {
                    path: path.to_owned(),
                    file: file.to_owned(),
                    commit: commit.clone(),
                    blob,
                    bytes: meta.len(),
                    modified: meta.modified().unwrap_or(SystemTime::UNIX_EPOCH),
                }),
                Err(why) => {
                    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
                    passed_over.push(UnusableModel::new(path.to_owned(), why, &stem, None));
                }
            });
        }
    }
    links
}

fn read_link(path: &Path, inside: &Path) -> Result<(PathBuf, std::fs::Metadata), String> {
    let blob = path.canonicalize().map_err(|error| format!("leads to no file: {error}"))?;
    if !blob.starts_with(inside) {
        return Err(format!("leads out of the cache, to {}", blob.display()));
    }
    let meta = std::fs::metadata(&blob).map_err(|error| format!("can't be read: {error}"))?;
    if meta.is_file() { Ok((blob, meta)) } else { Err("is no file".to_owned()) }
}

/// Calls `each` with every `.gguf` file below `folder` and its name from there.
fn walk(folder: &Path, above: &str, depth: usize, each: &mut impl FnMut(&Path, &str)) {
    for (name, path) in entries(folder) {
        let file = if above.is_empty() { name } else { format!("{above}/{name}") };
        let Ok(meta) = std::fs::symlink_metadata(&path) else { continue };
        if meta.is_dir() {
            if depth > 0 {
                walk(&path, &file, depth - 1, each);
            }
        } else if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("gguf")) {
            each(&path, &file);
        }
    }
}
