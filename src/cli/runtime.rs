//! The runtime on which requests, signals and pages wait, and threads that a system may not start.

use std::io;
use std::time::Duration;

use anyhow::Context as _;
use tokio::runtime::{Builder, Runtime};

/// How long a thread for work that blocks stays when there is none: for good.
const FOR_GOOD: Duration = Duration::from_hours(24 * 365);

/// A runtime that has one thread at least for work that blocks: where the system starts no further one, such work waits
/// for it.
///
/// # Errors
/// When not even that thread starts.
pub(super) fn runtime() -> anyhow::Result<Runtime> {
    let runtime = Builder::new_current_thread().enable_all().thread_keep_alive(FOR_GOOD).build()?;
    // tokio panics where its first one can't be started.
    try_thread()
        .context("no thread can be started; fewer other programs, or a higher bound (ulimit -u), helps")?;
    drop(runtime.spawn_blocking(|| ()));
    Ok(runtime)
}

/// Whether the system starts one more thread now, for libraries that take it for granted.
pub(super) fn try_thread() -> io::Result<()> {
    std::thread::Builder::new().spawn(|| ()).map(drop)
}
