//! Bounds that the operating system keeps for a worker, where it can.
//!
//! The program's allocator is the portable bound on memory; Unix adds address space, processor time, no core files and no
//! file output. The clock, a backstop, is the parent's, in [`super::pool`].

/// Stack of the thread that draws: the renderer recurses, and a debug build needs the most.
pub(super) const STACK: usize = 64 << 20;

/// Address space that the program itself takes beyond what it allocates: code, fonts, stacks, arenas.
#[cfg(unix)]
const OWN_ADDRESSES: u64 = 320 << 20;

/// Confines this process for good: called once, by a worker, before it reads anything.
pub(super) fn confine(memory: usize) {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let fixed = |limit| Rlimit { current: Some(limit), maximum: Some(limit) };
        let _ = setrlimit(Resource::Core, fixed(0));
        let _ = setrlimit(Resource::Fsize, fixed(0));
        // macOS knows no bound on address space, and refuses; the allocator's limit holds there.
        let _ = setrlimit(Resource::As, fixed(memory as u64 + STACK as u64 + OWN_ADDRESSES));
    }
    #[cfg(not(unix))]
    let _ = memory;
}

/// Lets this process use `seconds` more of processor time, rounded up to whole ones: the system then ends it, and the
/// parent knows by which signal.
pub(super) fn allow_processor(seconds: f64) {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let used = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime).tv_sec;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a bound of seconds, rounded up"
        )]
        let limit = used.max(0) as u64 + seconds.clamp(0.0, 3600.0).ceil() as u64 + 1;
        let maximum = getrlimit(Resource::Cpu).maximum;
        let _ = setrlimit(Resource::Cpu, Rlimit { current: Some(limit), maximum });
    }
    #[cfg(not(unix))]
    let _ = seconds;
}

/// The cause of a worker's end, by its exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(unix), expect(dead_code, reason = "Windows tells no bound and no signal"))]
pub(super) enum EndedBy {
    /// The system, at the bound on processor time.
    ProcessorBound,
    /// A fault of its own: a bad access, an abort.
    Fault,
    /// A signal from outside: a user, or a system without memory.
    Others,
    /// It ended by itself, or nothing is known.
    Itself,
}

/// The cause of a worker's end.
pub(super) fn ended_by(status: std::process::ExitStatus) -> EndedBy {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt as _;

        use rustix::process::Signal;
        let Some(signal) = status.signal().and_then(Signal::from_named_raw) else { return EndedBy::Itself };
        match signal {
            Signal::XCPU => EndedBy::ProcessorBound,
            Signal::SEGV | Signal::BUS | Signal::ILL | Signal::FPE | Signal::ABORT | Signal::TRAP => {
                EndedBy::Fault
            }
            _ => EndedBy::Others,
        }
    }
    #[cfg(not(unix))]
    // Windows ends a process that faults with a status of the kind 0xC…; a killer chooses a small one.
    match status.code() {
        Some(code) if code < 0 => EndedBy::Fault,
        _ => EndedBy::Itself,
    }
}

/// Keeps an interrupt at the terminal from reaching a worker: the parent decides what becomes of its work.
pub(super) fn detach(command: &mut std::process::Command) {
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt as _;
        command.process_group(0);
    }
    #[cfg(windows)]
    {
        use std::os::windows::process::CommandExt as _;
        const CREATE_NEW_PROCESS_GROUP: u32 = 0x200;
        command.creation_flags(CREATE_NEW_PROCESS_GROUP);
    }
    #[cfg(not(any(unix, windows)))]
    let _ = command;
}
