//! Ctrl-C and its kin: the first ends a run in order, the second at once.

use std::io::{self, IsTerminal as _, Write as _};

use pelicycle_run::StopSignal;

/// Exit code of what was interrupted: 128 and the number of the signal, as shells count.
pub(super) const INTERRUPTED: u8 = 130;

/// Listens from now on, on a thread of its own, so that a second signal is heeded whatever the run is doing.
///
/// # Errors
/// When the system lets nobody listen.
pub(super) fn listen(stop: StopSignal) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // From here on a signal is kept for us: none ends the process any more.
    let mut signals = runtime.block_on(async { Signals::new() })?;
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        runtime.block_on(async move {
            signals.next().await;
            stop.ask();
            signals.next().await;
            leave();
        });
    })?;
    Ok(())
}

#[expect(clippy::exit, reason = "a second Ctrl-C must not wait for anything")]
fn leave() {
    let mut stderr = io::stderr();
    if stderr.is_terminal() {
        // What the shell says next belongs below the live lines.
        let _ = writeln!(stderr);
    }
    std::process::exit(i32::from(INTERRUPTED));
}

/// The signals that end a run.
#[cfg(unix)]
pub(super) struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    /// The terminal is gone; none where the program was started to outlive it.
    hangup: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Signals {
    pub(super) fn new() -> io::Result<Signals> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Signals {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: if hangup_is_ignored() { None } else { Some(signal(SignalKind::hangup())?) },
        })
    }

    pub(super) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            () = hung_up(&mut self.hangup) => {}
        }
    }
}

#[cfg(unix)]
async fn hung_up(hangup: &mut Option<tokio::signal::unix::Signal>) {
    match hangup {
        Some(hangup) => drop(hangup.recv().await),
        None => std::future::pending().await,
    }
}

/// Whether `nohup` or its like told this program to outlive its terminal; Linux alone says so without unsafe code.
#[cfg(unix)]
fn hangup_is_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}

/// The events of a console that end a run.
#[cfg(windows)]
pub(super) struct Signals {
    interrupt: tokio::signal::windows::CtrlC,
    stop: tokio::signal::windows::CtrlBreak,
}

#[cfg(windows)]
impl Signals {
    pub(super) fn new() -> io::Result<Signals> {
        use tokio::signal::windows::{ctrl_break, ctrl_c};
        Ok(Signals { interrupt: ctrl_c()?, stop: ctrl_break()? })
    }

    pub(super) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.stop.recv() => {}
        }
    }
}
