//! Bounds that the operating system keeps for a worker, where it can.
//!
//! The program's allocator is the portable bound on memory; Unix adds address space, processor time, no core files and no
//! file output. The wall clock is the parent's, in [`super::pool`].

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
}

/// Lets this process use `seconds` more of processor time: the backstop for a parent that died.
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
        let limit = used.max(0) as u64 + seconds.clamp(0.0, 3600.0).ceil() as u64 + 2;
        let maximum = getrlimit(Resource::Cpu).maximum;
        let _ = setrlimit(Resource::Cpu, Rlimit { current: Some(limit), maximum });
    }
    #[cfg(not(unix))]
    let _ = seconds;
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
