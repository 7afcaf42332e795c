//! Folders of a test's own.

use tempfile::{Builder, TempDir};

/// A new folder, removed when it is dropped: in `TMPDIR` where that is set, else in memory where the system keeps a file
/// system there with a gigabyte to spare (Linux: `/dev/shm`). Results are thousands of small files, and making them on a disk
/// takes a tenth of the time of all tests.
#[must_use]
pub fn tempdir() -> TempDir {
    let mut folder = Builder::new();
    folder.prefix("pelicycle-test-");
    let in_memory = in_memory().and_then(|parent| folder.tempdir_in(parent).ok());
    in_memory.unwrap_or_else(|| folder.tempdir().unwrap())
}

/// Not where nothing can be started, since tests write scripts. A container often has 64 megabytes there, which a model's file fills.
#[cfg(target_os = "linux")]
fn in_memory() -> Option<&'static str> {
    use rustix::fs::{StatVfsMountFlags, statvfs};
    const ENOUGH: u64 = 1 << 30;
    let place = "/dev/shm";
    let found = statvfs(place).ok()?;
    let fits = found.f_bavail * found.f_frsize >= ENOUGH && !found.f_flag.contains(StatVfsMountFlags::NOEXEC);
    (fits && std::env::var_os("TMPDIR").is_none()).then_some(place)
}

#[cfg(not(target_os = "linux"))]
fn in_memory() -> Option<&'static str> {
    None
}
