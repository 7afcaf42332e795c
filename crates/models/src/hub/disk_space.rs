//! The room that a fetch needs on the disk, and what of it is there already.

use std::path::Path;
use std::sync::Arc;

use super::cache::RepoCache;
use super::error::HubError;
use super::fetch::RemoteFile;

/// Room that is left on a disk, so that nothing else on it fails.
const SPARE: u64 = 64 << 20;

/// Whether a blob is there, whole.
pub(super) fn is_whole(blob: &Path, bytes: u64) -> bool {
    std::fs::metadata(blob).is_ok_and(|meta| meta.is_file() && meta.len() == bytes)
}

/// Whether the disk has room for what is missing.
pub(super) fn check_space(cache: &RepoCache, sources: &[Arc<RemoteFile>]) -> Result<(), HubError> {
    let missing = |source: &Arc<RemoteFile>| {
        let (sum, bytes) = (source.resolved.sum.hex(), source.resolved.bytes);
        if is_whole(&cache.blob(sum), bytes) {
            return 0;
        }
        bytes.saturating_sub(std::fs::metadata(cache.incomplete(sum)).map_or(0, |meta| meta.len()))
    };
    let needed = sources.iter().map(missing).fold(0, u64::saturating_add);
    if needed == 0 {
        return Ok(());
    }
    let needed = needed.saturating_add(SPARE);
    // The folder need not be there yet.
    let folder = cache.folder().ancestors().find(|folder| folder.is_dir()).unwrap_or(Path::new("."));
    match free(folder) {
        Some(free) if free < needed => Err(HubError::NoSpace { folder: folder.to_owned(), free, needed }),
        _ => Ok(()),
    }
}

#[cfg(unix)]
fn free(folder: &Path) -> Option<u64> {
    let stat = rustix::fs::statvfs(folder).ok()?;
    Some(stat.f_bavail.saturating_mul(stat.f_frsize))
}

/// Not asked on this system; a full disk is an error of writing.
#[cfg(not(unix))]
fn free(_folder: &Path) -> Option<u64> {
    None
}
