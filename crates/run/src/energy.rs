//! The energy that local requests take, from the machine's own counters.
//!
//! A counter counts for the whole processor: everything else that runs there is in it. What it counts while several
//! requests are under way is shared evenly among them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The folder where Linux keeps the counters of Intel's and AMD's processors.
const POWERCAP: &str = "/sys/class/powercap";

/// A counter may start again at zero after some minutes; looking this often misses none.
const LOOK: Duration = Duration::from_secs(20);

/// The machine's energy counters.
#[derive(Debug)]
struct Counters {
    zones: Vec<Zone>,
}

/// One counter.
#[derive(Debug)]
struct Zone {
    file: PathBuf,
    /// The value at which it starts again at zero.
    range: u64,
    last: u64,
}

impl Counters {
    /// The processors' packages, and their memory where it is counted apart. `None` where there is none that may be
    /// read: many systems let only the administrator.
    fn open(root: &Path) -> Option<Counters> {
        let mut zones = Vec::new();
        for entry in std::fs::read_dir(root).ok()?.flatten() {
            let folder = entry.path();
            let read = |name: &str| std::fs::read_to_string(folder.join(name)).ok();
            let Some(name) = read("name") else { continue };
            if !(name.trim().starts_with("package") || name.trim() == "dram") {
                continue;
            }
            let number = |name: &str| read(name)?.trim().parse::<u64>().ok();
            // One that can't be read would make the sum too small, which is worse than none.
            let (range, last) = (number("max_energy_range_uj")?, number("energy_uj")?);
            zones.push(Zone { file: folder.join("energy_uj"), range, last });
        }
        (!zones.is_empty()).then_some(Counters { zones })
    }

    /// Joules since the last look.
    fn since(&mut self) -> Option<f64> {
        let mut microjoules = 0;
        for zone in &mut self.zones {
            let now: u64 = std::fs::read_to_string(&zone.file).ok()?.trim().parse().ok()?;
            microjoules += match now.checked_sub(zone.last) {
                Some(more) => more,
                None => now.saturating_add(zone.range.saturating_sub(zone.last)),
            };
            zone.last = now;
        }
        Some(microjoules as f64 / 1e6)
    }
}

/// Shares what the counters count among the requests under way.
#[derive(Debug)]
pub(crate) struct EnergyMeter(Option<Mutex<State>>);

#[derive(Debug)]
struct State {
    counters: Counters,
    looked: Instant,
    next: u64,
    /// Joules so far of each request under way; `None` once a look failed.
    under_way: BTreeMap<u64, Option<f64>>,
}

/// A request under way.
#[derive(Debug)]
pub(crate) struct MeteredRequest<'a> {
    meter: &'a EnergyMeter,
    number: u64,
}

impl EnergyMeter {
    /// The meter of this machine; one that never knows where the machine has no counters.
    pub(crate) fn of_machine() -> EnergyMeter {
        EnergyMeter::at(Path::new(POWERCAP))
    }

    fn at(root: &Path) -> EnergyMeter {
        let state =
            |counters| State { counters, looked: Instant::now(), next: 0, under_way: BTreeMap::new() };
        EnergyMeter(Counters::open(root).map(|counters| Mutex::new(state(counters))))
    }

    /// A request begins.
    pub(crate) fn begin(&self) -> Option<MeteredRequest<'_>> {
        let mut state = locked(self.0.as_ref()?);
        state.look();
        let number = state.next;
        state.next += 1;
        state.under_way.insert(number, Some(0.0));
        Some(MeteredRequest { meter: self, number })
    }
}

impl MeteredRequest<'_> {
    /// Looks at the counters if that is due.
    pub(crate) fn tick(&self) {
        if let Some(state) = &self.meter.0 {
            let mut state = locked(state);
            if state.looked.elapsed() >= LOOK {
                state.look();
            }
        }
    }

    /// The request is over: its joules.
    pub(crate) fn end(self) -> Option<f64> {
        let mut state = locked(self.meter.0.as_ref()?);
        state.look();
        state.under_way.remove(&self.number).flatten()
    }
}

impl Drop for MeteredRequest<'_> {
    fn drop(&mut self) {
        if let Some(state) = &self.meter.0 {
            locked(state).under_way.remove(&self.number);
        }
    }
}

impl State {
    /// Gives what was counted since the last look to the requests under way.
    fn look(&mut self) {
        self.looked = Instant::now();
        let joules = self.counters.since();
        let share = joules.map(|joules| joules / self.under_way.len().max(1) as f64);
        for known in self.under_way.values_mut() {
            *known = known.zip(share).map(|(known, share)| known + share);
        }
    }
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counter(root: &Path, zone: &str, name: &str, microjoules: u64) {
        let folder = root.join(zone);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("name"), format!("{name}\n")).unwrap();
        std::fs::write(folder.join("max_energy_range_uj"), "100000000\n").unwrap();
        std::fs::write(folder.join("energy_uj"), format!("{microjoules}\n")).unwrap();
    }

    #[test]
    fn what_is_counted_is_shared_among_the_requests_under_way() {
        let root = tempfile::tempdir().unwrap();
        let count = |package, dram| {
            counter(root.path(), "intel-rapl:0", "package-0", package);
            counter(root.path(), "intel-rapl:0:0", "core", 77);
            counter(root.path(), "intel-rapl:0:1", "dram", dram);
        };
        count(90_000_000, 5_000_000);
        let meter = EnergyMeter::at(root.path());
        let first = meter.begin().unwrap();
        count(94_000_000, 6_000_000);
        let second = meter.begin().unwrap();
        // The package's counter starts again at zero here.
        count(2_000_000, 8_000_000);
        assert_eq!(second.end(), Some(5.0));
        count(3_000_000, 8_000_000);
        assert_eq!(first.end(), Some(5.0 + 5.0 + 1.0));
    }

    #[test]
    fn a_machine_without_counters_or_with_one_that_goes_away_knows_nothing() {
        let root = tempfile::tempdir().unwrap();
        assert!(EnergyMeter::at(root.path()).begin().is_none());
        assert!(EnergyMeter::at(&root.path().join("gone")).begin().is_none());
        counter(root.path(), "intel-rapl:0", "package-0", 5);
        let meter = EnergyMeter::at(root.path());
        let request = meter.begin().unwrap();
        std::fs::remove_file(root.path().join("intel-rapl:0/energy_uj")).unwrap();
        assert_eq!(request.end(), None);
    }
}
