//! A verdict follows from the drawing and nothing else: the same on a quiet machine and on a busy one.

use std::process::{Child, Command, Stdio};

use pelicycle_drawing::{InspectionOptions, VERDICT_SIDE, WorkerPool};
use pelicycle_record::{Inspection, Verdict};
use pelicycle_testkit::shared;

use crate::WORKER;

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
    let Some(shared) = shared() else { return };
    let mut files: Vec<_> = std::fs::read_dir(shared.join("corpus/frontier"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "svg"))
        .collect();
    // The longest are the most work.
    files.sort_by_key(|path| std::cmp::Reverse(path.metadata().unwrap().len()));
    let drawings: Vec<_> = files.iter().map(|path| std::fs::read(path).unwrap()).collect();
    let pool = WorkerPool::with_program(WORKER, 2, InspectionOptions::default());
    let look = |drawings: &[Vec<u8>]| -> Vec<Inspection> {
        let (some, others) = drawings.split_at(drawings.len() / 2);
        let each = |part: &[Vec<u8>]| -> Vec<Inspection> {
            part.iter().map(|svg| pool.inspect(svg, VERDICT_SIDE).unwrap()).collect()
        };
        std::thread::scope(|scope| {
            let first = scope.spawn(|| each(some));
            let second = each(others);
            let mut all = first.join().unwrap();
            all.extend(second);
            all
        })
    };
    let quiet = look(&drawings);
    for (found, path) in quiet.iter().zip(&files) {
        assert_eq!(found.check.verdict, Verdict::Drawn, "{}: {:?}", path.display(), found.check.findings);
    }
    let _loops = BusyLoops::start(8);
    for (index, found) in look(&drawings[..12]).iter().enumerate() {
        assert!(*found == quiet[index], "{}: another answer on a busy machine", files[index].display());
    }
}
