//! The load of other programs on the host, which makes times longer that are no fault of a model.

/// The shortest stretch that tells a load, in the system's ticks of all processors together: a fifth of a second on two.
const LEAST_TICKS: u64 = 40;

/// Counts processor time from a moment on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LoadMeter(Option<Ticks>);

/// Processor time since the system began, in ticks: of which the whole, what was used by anybody, and what by us.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Ticks {
    all: u64,
    used: u64,
    own: u64,
}

impl LoadMeter {
    /// Counts from now on.
    pub(crate) fn begin() -> LoadMeter {
        LoadMeter(ticks())
    }

    /// The share of the host's processor time that others took since then, from 0 to 1; none where the system does not tell,
    /// or too little time went by.
    pub(crate) fn share(self) -> Option<f64> {
        self.0?.others(ticks()?)
    }
}

impl Ticks {
    fn others(self, now: Ticks) -> Option<f64> {
        let all = now.all.checked_sub(self.all).filter(|all| *all >= LEAST_TICKS)?;
        // A process that ended takes its time with it, and the two are not read at one moment.
        let own = now.own.saturating_sub(self.own);
        let others = now.used.saturating_sub(self.used).saturating_sub(own);
        Some(((others as f64 / all as f64).min(1.0) * 1000.0).round() / 1000.0)
    }
}

#[cfg(target_os = "linux")]
fn ticks() -> Option<Ticks> {
    let (all, used) = of_system(&std::fs::read_to_string("/proc/stat").ok()?)?;
    // The workers that check drawings are ours as well.
    let children: u64 = std::fs::read_dir("/proc/self/task")
        .ok()?
        .flatten()
        .filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok())
        .flat_map(|children| children.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        .filter_map(|child| of_process(&std::fs::read_to_string(format!("/proc/{child}/stat")).ok()?))
        .sum();
    let own = of_process(&std::fs::read_to_string("/proc/self/stat").ok()?)?;
    Some(Ticks { all, used, own: own + children })
}

#[cfg(not(target_os = "linux"))]
fn ticks() -> Option<Ticks> {
    None
}

/// All ticks of the first line of `/proc/stat`, and those in which a processor worked: user, nice, system, idle, iowait, irq,
/// softirq, steal; a guest's time is in the user's.
#[cfg(any(target_os = "linux", test))]
fn of_system(stat: &str) -> Option<(u64, u64)> {
    let numbers = stat.lines().next()?.strip_prefix("cpu ")?.split_whitespace();
    let ticks: Vec<u64> = numbers.take(8).map(str::parse).collect::<Result<_, _>>().ok()?;
    let idle = ticks.get(3)? + ticks.get(4)?;
    let all = ticks.iter().sum::<u64>();
    Some((all, all - idle))
}

/// Ticks that a process and the children that it waited for took, by its `stat`.
#[cfg(any(target_os = "linux", test))]
fn of_process(stat: &str) -> Option<u64> {
    // Its name, in brackets, may hold anything.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let times: Vec<u64> = fields.by_ref().take(4).map(str::parse).collect::<Result<_, _>>().ok()?;
    (times.len() == 4).then(|| times.iter().sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_took_is_what_was_used_and_not_by_us() {
        let stat = "cpu  100 20 30 800 50 5 5 10 7 0\ncpu0 1 1\n";
        assert_eq!(of_system(stat), Some((1020, 170)));
        let process = "4711 (a) name (x) S 1 2 3 4 5 6 7 8 9 10 40 2 3 1 20 0";
        assert_eq!(of_process(process), Some(46));
        let ticks = |all, used, own| Ticks { all, used, own };
        assert_eq!(ticks(0, 0, 0).others(ticks(200, 150, 50)), Some(0.5));
        assert_eq!(ticks(0, 0, 90).others(ticks(200, 30, 40)), Some(0.15), "a worker ended");
        assert_eq!(ticks(0, 0, 0).others(ticks(10, 10, 0)), None, "too short to tell");
        assert_eq!(of_process("garbage"), None);
        assert_eq!(of_system("cpu  1 2 x"), None);
    }
}
