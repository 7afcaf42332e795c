//! Folders of a test's own.

use tempfile::TempDir;

/// A new folder, removed when it is dropped. It is in memory where the system keeps a file system there with a gigabyte
/// to spare (Linux: `/dev/shm`): results are thousands of small files, and a tenth of what the tests take is making them on a
/// disk.
#[must_use]
pub fn tempdir() -> TempDir {
    in_memory()
        .and_then(|parent| tempfile::tempdir_in(parent).ok())
        .unwrap_or_else(|| tempfile::tempdir().unwrap())
}

/// A container often has 64 megabytes there, which a model's file fills.
#[cfg(target_os = "linux")]
fn in_memory() -> Option<&'static str> {
    const ENOUGH: u64 = 1 << 30;
    let place = "/dev/shm";
    let space = rustix::fs::statvfs(place).ok()?;
    (space.f_bavail * space.f_frsize >= ENOUGH).then_some(place)
}

#[cfg(not(target_os = "linux"))]
fn in_memory() -> Option<&'static str> {
    None
}
