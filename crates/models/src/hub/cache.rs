//! Writing the hub's cache, as its own client library does.

use std::io;
use std::path::{Path, PathBuf};

use pelicycle_text::plain_file;

use crate::{is_commit, repo_folder};

/// The folder of one repository in the cache.
#[derive(Debug, Clone)]
pub(super) struct RepoCache {
    root: PathBuf,
    folder: PathBuf,
}

impl RepoCache {
    pub(super) fn new(root: &Path, repo: &str) -> RepoCache {
        RepoCache { root: root.to_owned(), folder: repo_folder(root, repo) }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The path of a file's content.
    pub(super) fn blob(&self, sum: &str) -> PathBuf {
        self.folder.join("blobs").join(sum)
    }

    /// The path of what came of it until it is whole: always a beginning of it. Older versions of
    /// the hub's library leave the same.
    pub(super) fn incomplete(&self, sum: &str) -> PathBuf {
        self.folder.join("blobs").join(format!("{sum}.incomplete"))
    }

    pub(super) fn lock(&self, sum: &str) -> PathBuf {
        let repo = self.folder.file_name().unwrap_or_default();
        self.root.join(".locks").join(repo).join(format!("{sum}.lock"))
    }

    /// The path of a file of a commit.
    pub(super) fn snapshot(&self, commit: &str, file: &str) -> PathBuf {
        self.folder.join("snapshots").join(commit).join(file)
    }

    /// The commit that a revision was, when it was last asked for.
    pub(super) fn commit(&self, revision: &str) -> Option<String> {
        if is_commit(revision) {
            return Some(revision.to_owned());
        }
        let text = plain_file::text_followed(&self.folder.join("refs").join(revision), 1024).ok()?;
        Some(text.trim().to_owned()).filter(|commit| is_commit(commit))
    }

    /// Makes a file of a commit lead to its blob.
    pub(super) fn link(&self, commit: &str, file: &str, sum: &str) -> io::Result<PathBuf> {
        let (path, blob) = (self.snapshot(commit, file), self.blob(sum));
        if std::fs::read_link(&path).is_ok_and(|target| target.ends_with(sum)) && path.exists() {
            return Ok(path);
        }
        // Where links can't be made, the file lies here itself.
        if !blob.exists() && path.is_file() {
            return Ok(path);
        }
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        // The way up from the file's folder: snapshots/COMMIT, and its own folders.
        let mut target: PathBuf = std::iter::repeat_n("..", 2 + file.matches('/').count()).collect();
        target.extend(["blobs", sum]);
        make_link(&target, &path, &blob)?;
        Ok(path)
    }

    /// Writes down which commit a revision is.
    pub(super) fn set_revision(&self, revision: &str, commit: &str) -> io::Result<()> {
        if is_commit(revision) || self.commit(revision).as_deref() == Some(commit) {
            return Ok(());
        }
        let path = self.folder.join("refs").join(revision);
        let folder = path.parent().unwrap_or(&self.folder);
        std::fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        io::Write::write_all(&mut file, commit.as_bytes())?;
        file.persist(&path)?;
        Ok(())
    }
}

#[cfg(unix)]
fn make_link(target: &Path, path: &Path, _blob: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, path)
}

/// Makes the link; where the system gives links to administrators only, moves the file itself into the snapshot, as the
/// hub's library does.
#[cfg(windows)]
fn make_link(target: &Path, path: &Path, blob: &Path) -> io::Result<()> {
    std::os::windows::fs::symlink_file(target, path).or_else(|_| std::fs::rename(blob, path))
}
