//! The memory that this process may have: the machine's, or less where its control group says so, as in a container.

use std::path::{Path, PathBuf};

/// Bytes of memory that this process may have, as far as Linux tells it; `None` elsewhere.
pub fn memory_limit() -> Option<u64> {
    limit_told_by(&|path| std::fs::read_to_string(path).ok())
}

/// The limit that these files tell.
pub(crate) fn limit_told_by(read: &impl Fn(&Path) -> Option<String>) -> Option<u64> {
    let machine = total(&read(Path::new("/proc/meminfo"))?)?;
    let groups = read(Path::new("/proc/self/cgroup")).unwrap_or_default();
    let limits = groups.lines().filter_map(group_files).filter_map(|(root, group, file)| {
        // A group has no more than those above it; in a container the path may be one that is not seen from there.
        let seen = group.ancestors().map(|group| root.join(group).join(file));
        seen.filter_map(|path| read(&path)?.trim().parse::<u64>().ok()).min()
    });
    limits.chain([machine]).min()
}

/// Where a line of `/proc/self/cgroup` has its limit of memory, if it is of a tree that has one.
fn group_files(line: &str) -> Option<(PathBuf, &Path, &'static str)> {
    let (_, rest) = line.split_once(':')?;
    let (controllers, group) = rest.split_once(':')?;
    let group = Path::new(group.trim_start_matches('/'));
    match controllers {
        "" => Some((PathBuf::from("/sys/fs/cgroup"), group, "memory.max")),
        _ if controllers.split(',').any(|name| name == "memory") => {
            Some((PathBuf::from("/sys/fs/cgroup/memory"), group, "memory.limit_in_bytes"))
        }
        _ => None,
    }
}

/// The bytes that `/proc/meminfo` tells as all.
fn total(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}
