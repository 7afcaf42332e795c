//! Removing a model from the hub's cache, and what another place's own program is asked to do.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::hub_cache::{SnapshotFile, links, repo_folder};
use super::model_file::{ModelFile, ModelSource};

/// The files that go when a model goes; nothing is removed until [`Removal::carry_out`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    folder: PathBuf,
    /// The files of the snapshots.
    pub links: Vec<PathBuf>,
    /// The blobs that no other file of a snapshot leads to.
    pub blobs: Vec<PathBuf>,
    /// The bytes that become free.
    pub bytes: u64,
}

/// The reason why a model is not removed.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum RemovalError {
    #[error("{} is a file of yours: remove it as any other", path.display())]
    Own { path: PathBuf },
    #[error("{} belongs to {program}: {how} removes it", path.display())]
    Foreign { path: PathBuf, program: &'static str, how: String },
    #[error("can't remove {}: {source}", path.display())]
    Io { path: PathBuf, source: std::io::Error },
}

impl Removal {
    /// Plans the removal of `found` from the hub's cache at `root`.
    ///
    /// # Errors
    /// When it lies elsewhere.
    pub fn plan(root: &Path, found: &ModelFile) -> Result<Removal, RemovalError> {
        let path = found.path().to_owned();
        let foreign = |program, how: String| Err(RemovalError::Foreign { path: path.clone(), program, how });
        let repo = match &found.origin {
            ModelSource::Hub { repo, .. } => repo,
            ModelSource::Folder => return Err(RemovalError::Own { path }),
            ModelSource::Ollama { name } => return foreign("Ollama", format!("`ollama rm {name}`")),
            ModelSource::LmStudio { .. } => {
                return foreign("LM Studio", "\"My Models\" there, or `lms`,".to_owned());
            }
            ModelSource::LlamaCpp => return foreign("llama.cpp", "deleting the file".to_owned()),
        };
        let folder = repo_folder(root, repo);
        let all = links(&folder, &mut Vec::new());
        // The same files of the repository, in every snapshot.
        let names: BTreeSet<&str> = all
            .iter()
            .filter(|link| found.files.contains(&link.path))
            .map(|link| link.file.as_str())
            .collect();
        let (going, staying): (Vec<&SnapshotFile>, Vec<&SnapshotFile>) =
            all.iter().partition(|link| names.contains(link.file.as_str()));
        let kept: BTreeSet<&Path> = staying.iter().map(|link| link.blob.as_path()).collect();
        let mut blobs: Vec<(PathBuf, u64)> = going
            .iter()
            .filter(|link| !kept.contains(link.blob.as_path()))
            .map(|link| (link.blob.clone(), link.bytes))
            .collect();
        blobs.sort();
        blobs.dedup();
        Ok(Removal {
            links: going.iter().map(|link| link.path.clone()).collect(),
            bytes: blobs.iter().map(|(_, bytes)| bytes).sum(),
            blobs: blobs.into_iter().map(|(path, _)| path).collect(),
            folder,
        })
    }

    /// Removes it; with the last file of a repository its folder goes too.
    ///
    /// # Errors
    /// When a file can't be removed.
    pub fn carry_out(&self) -> Result<(), RemovalError> {
        let fail = |path: &Path, source| RemovalError::Io { path: path.to_owned(), source };
        // Links first: a blob without one is garbage, a link without a blob is damage.
        for path in self.links.iter().chain(&self.blobs) {
            match std::fs::remove_file(path) {
                // Where links can't be made, a file is its own blob.
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(fail(path, error)),
                _ => {}
            }
        }
        let snapshots = self.folder.join("snapshots");
        for link in &self.links {
            let mut above = link.parent();
            while let Some(folder) = above.filter(|folder| folder.starts_with(&snapshots)) {
                // A folder with other files in it stays.
                if std::fs::remove_dir(folder).is_err() {
                    break;
                }
                above = folder.parent();
            }
        }
        if !snapshots.exists() {
            std::fs::remove_dir_all(&self.folder).map_err(|error| fail(&self.folder, error))?;
        }
        Ok(())
    }
}
