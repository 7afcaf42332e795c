//! The runtime on which requests, signals and pages wait, and threads that a system may not start.

use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::time::Duration;

use anyhow::Context as _;
use tokio::runtime::{Builder, Runtime};

/// The time that a thread for work that blocks stays when there is none: for good.
const FOR_GOOD: Duration = Duration::from_hours(24 * 365);

/// A runtime that has one thread at least for work that blocks: where the system starts no further one, such work waits
/// for it.
///
/// # Errors
/// When not even that thread starts.
pub(super) fn runtime() -> anyhow::Result<Runtime> {
    let runtime = Builder::new_current_thread().enable_all().thread_keep_alive(FOR_GOOD).build()?;
    if !starts_first(&runtime) {
        let error = io::Error::from(io::ErrorKind::WouldBlock);
        return Err(error).context("no thread can be started for what waits");
    }
    Ok(runtime)
}

/// Whether the first thread for work that blocks starts. tokio panics where it does not, which nobody should see.
fn starts_first(runtime: &Runtime) -> bool {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| ()));
    let started = panic::catch_unwind(AssertUnwindSafe(|| drop(runtime.spawn_blocking(|| ())))).is_ok();
    panic::set_hook(hook);
    started
}

/// Whether the system starts one more thread now, for libraries that take it for granted.
pub(super) fn try_thread() -> io::Result<()> {
    // Joined, it is no more beside the one that is wanted.
    std::thread::Builder::new().spawn(|| ()).map(|thread| drop(thread.join()))
}
