//! The confinement of a process that reads hostile text: descriptors, privileges and system calls that it gives up, where the
//! system takes them.
//!
//! The parent keeps its descriptors from every child with [`inherit_nothing`]; the child calls [`forbid_system_calls`]
//! before it reads anything. Linux on x86-64 and ARM64 has all of it, other kinds of Unix the first, Windows passes no
//! handle on unasked.

/// Keeps every descriptor of this process but standard input, output and error from the processes that it starts from now
/// on, those included that it got from its own parent.
pub fn inherit_nothing() {
    #[cfg(unix)]
    close_fds::set_fds_cloexec(3, &[]);
}

/// Lets no thread of this process do more than compute, allocate, tell the time, read and write what is open, and end;
/// any other system call fails with "operation not permitted". It gains no privilege again either.
///
/// A system that can't do so leaves the process as it is: its other bounds hold.
pub fn forbid_system_calls() {
    #[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
    if let Some(program) = filter::program() {
        // Threads that started before are held to it too.
        let _ = seccompiler::apply_filter_all_threads(&program);
    }
}

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod filter {
    use seccompiler::SeccompCmpOp::{self, Eq, MaskedEq};
    use seccompiler::{
        BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCondition, SeccompFilter, SeccompRule, TargetArch,
    };

    /// The system calls that are allowed whatever their arguments are.
    const ALLOWED: &[i64] = &[
        // Pipes that are open.
        libc::SYS_read,
        libc::SYS_readv,
        libc::SYS_write,
        libc::SYS_writev,
        libc::SYS_close,
        // Memory.
        libc::SYS_brk,
        libc::SYS_munmap,
        libc::SYS_mremap,
        libc::SYS_madvise,
        // Locks, and what the library of C asks on the way.
        libc::SYS_futex,
        libc::SYS_sched_yield,
        libc::SYS_sched_getaffinity,
        libc::SYS_getrandom,
        libc::SYS_restart_syscall,
        // Time.
        libc::SYS_clock_gettime,
        libc::SYS_clock_nanosleep,
        libc::SYS_nanosleep,
        // A fault is told, and ends the process.
        libc::SYS_sigaltstack,
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_rt_sigreturn,
        libc::SYS_getpid,
        libc::SYS_gettid,
        libc::SYS_exit,
        libc::SYS_exit_group,
    ];

    /// The filter, unless it can't be made for this machine.
    pub(super) fn program() -> Option<BpfProgram> {
        let own = u64::from(std::process::id());
        let rules = ALLOWED
            .iter()
            .map(|call| (*call, Vec::new()))
            // Memory that holds instructions is made by nobody.
            .chain([libc::SYS_mmap, libc::SYS_mprotect].map(|call| (call, only(2, MaskedEq(EXECUTABLE), 0))))
            // Bounds are this process's own, and so is a signal that ends it.
            .chain([(libc::SYS_prlimit64, only(0, Eq, 0)), (libc::SYS_tgkill, only(0, Eq, own))])
            .collect();
        let denied = SeccompAction::Errno(u32::try_from(libc::EPERM).ok()?);
        let arch = TargetArch::try_from(std::env::consts::ARCH).ok()?;
        SeccompFilter::new(rules, denied, SeccompAction::Allow, arch).ok()?.try_into().ok()
    }

    const EXECUTABLE: u64 = libc::PROT_EXEC as u64;

    /// Only calls whose argument compares so.
    fn only(argument: u8, compare: SeccompCmpOp, value: u64) -> Vec<SeccompRule> {
        SeccompCondition::new(argument, SeccompCmpArgLen::Dword, compare, value)
            .and_then(|condition| SeccompRule::new(vec![condition]))
            .into_iter()
            .collect()
    }

    #[cfg(test)]
    mod tests {
        use std::io::ErrorKind::PermissionDenied;
        use std::process::Command;

        use rustix::process::Pid;

        use super::program;

        #[test]
        fn a_confined_thread_reaches_no_file_network_program_or_other_process() {
            // The filter holds for the thread that sets it, and for none of the other tests.
            let confined = std::thread::spawn(|| {
                seccompiler::apply_filter(&program().unwrap()).unwrap();
                [
                    ("read a file", std::fs::read("/proc/self/status").err()),
                    ("write a file", std::fs::write("/dev/null", "x").err()),
                    ("list a folder", std::fs::read_dir("/").err()),
                    ("connect", std::net::TcpStream::connect("127.0.0.1:1").err()),
                    ("listen", std::net::UdpSocket::bind("127.0.0.1:0").err()),
                    ("run a program", Command::new("/bin/true").spawn().err()),
                    ("start a thread", std::thread::Builder::new().spawn(|| ()).err()),
                    ("signal another", rustix::process::test_kill_process(Pid::INIT).err().map(Into::into)),
                ]
                .map(|(what, error)| (what, error.map(|error| error.kind())))
            });
            for (what, error) in confined.join().unwrap() {
                assert_eq!(error, Some(PermissionDenied), "{what}");
            }
            assert!(std::fs::read("/proc/self/status").is_ok(), "this thread is free");
        }
    }
}
