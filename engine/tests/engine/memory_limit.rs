//! The memory that a process may have, from what Linux tells.

use std::path::Path;

#[path = "../../src/memory_limit.rs"]
#[expect(dead_code, unreachable_pub, reason = "only what the files say is looked at here")]
mod source;

use source::limit_told_by;

const MEMINFO: &str = "MemTotal:       24576000 kB\nMemFree:         1000000 kB\n";
const ALL: u64 = 24_576_000 * 1024;

fn told(files: &[(&str, &str)]) -> Option<u64> {
    limit_told_by(&|path: &Path| {
        files.iter().find(|(name, _)| path == Path::new(name)).map(|(_, text)| (*text).to_owned())
    })
}

#[test]
fn the_smallest_limit_of_the_machine_and_all_groups_counts() {
    let machine = ("/proc/meminfo", MEMINFO);
    let second = ("/proc/self/cgroup", "0::/user.slice/pod/app\n");
    assert_eq!(told(&[machine]), Some(ALL));
    assert_eq!(told(&[machine, second]), Some(ALL));
    let unlimited = ("/sys/fs/cgroup/user.slice/pod/app/memory.max", "max\n");
    let above = ("/sys/fs/cgroup/user.slice/pod/memory.max", "8589934592\n");
    assert_eq!(told(&[machine, second, unlimited, above]), Some(8 << 30));
    let lower = ("/sys/fs/cgroup/user.slice/pod/app/memory.max", "4294967296\n");
    assert_eq!(told(&[machine, second, lower, above]), Some(4 << 30));
    let first = ("/proc/self/cgroup", "5:cpu:/x\n4:hugetlb,memory:/docker/abc\n0::/\n");
    let unlimited = ("/sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes", "9223372036854771712\n");
    assert_eq!(told(&[machine, first, unlimited]), Some(ALL));
    // Seen from a container, whose own group is the root.
    let root = ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "2147483648\n");
    assert_eq!(told(&[machine, first, root]), Some(2 << 30));
    assert_eq!(told(&[("/proc/meminfo", "MemTotal: many kB")]), None);
    assert_eq!(told(&[]), None);
}
