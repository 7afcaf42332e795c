//! The memory that this process holds, as Linux counts it.

use serde::Serialize;

/// The memory of this process, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct MemoryUse {
    /// The process's own: what would have to be swapped out.
    pub(super) own: u64,
    /// Pages of mapped files, which the system takes back when it needs the room.
    pub(super) mapped: u64,
    /// The most that both were together so far.
    pub(super) peak: u64,
}

/// The memory that is held now; `None` on a system that does not tell.
pub(super) fn resident() -> Option<MemoryUse> {
    parse(&std::fs::read_to_string("/proc/self/status").ok()?)
}

fn parse(status: &str) -> Option<MemoryUse> {
    let bytes = |name: &str| {
        let value = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        value.trim().strip_suffix(" kB")?.parse::<u64>().ok()?.checked_mul(1024)
    };
    Some(MemoryUse { own: bytes("RssAnon")?, mapped: bytes("RssFile")?, peak: bytes("VmHWM")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_own_words_are_understood() {
        let status = "Name:\tpelicycle\nVmHWM:\t    2048 kB\nRssAnon:\t     12 kB\nRssFile:\t    1024 kB\n";
        assert_eq!(parse(status), Some(MemoryUse { own: 12 << 10, mapped: 1 << 20, peak: 2 << 20 }));
        assert_eq!(parse("VmHWM:\t 12 kB\n"), None);
        assert_eq!(resident().is_some(), cfg!(target_os = "linux"));
    }
}
