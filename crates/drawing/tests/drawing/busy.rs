//! A verdict follows from the drawing and nothing else: the same on a quiet machine and on a busy one.

use std::process::{Child, Command, Stdio};

use pelicycle_drawing::{InspectionOptions, VERDICT_SIDE, WorkerPool};
use pelicycle_record::Verdict;

use crate::WORKER;
use crate::real::{self, RealDrawing};

/// Other work of this machine, until it is dropped.
struct BusyLoops(Vec<Child>);

impl BusyLoops {
    fn start(number: usize) -> Self {
        let start = |_| {
            let mut command = Command::new("nice");
            command.args(["-n", "19", "sh", "-c", "while :; do :; done"]).stdin(Stdio::null());
            command.spawn().unwrap()
        };
        Self((0..number).map(start).collect())
    }
}

impl Drop for BusyLoops {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

#[cfg(unix)]
#[test]
fn real_drawings_of_today_are_drawn_and_a_busy_machine_changes_nothing() {
    let Some(all) = real::drawings() else { return };
    for one in all {
        let (path, check) = (one.path.display(), &one.seen.check);
        assert_eq!(check.verdict, Verdict::Drawn, "{path}: {:?}", check.findings);
    }
    // The longest are the most work.
    let held: Vec<_> = all[..3].iter().chain(all.iter().skip(3).step_by(20)).collect();
    let pool = WorkerPool::with_program(WORKER, 2, InspectionOptions::default());
    let look = |part: &[&RealDrawing]| {
        for one in part {
            let found = pool.inspect(&one.svg, VERDICT_SIDE).unwrap();
            assert!(found == one.seen, "{}: another answer on a busy machine", one.path.display());
        }
    };
    let (some, others) = held.split_at(held.len() / 3);
    let _loops = BusyLoops::start(8);
    std::thread::scope(|scope| {
        scope.spawn(|| look(some));
        look(others);
    });
}
