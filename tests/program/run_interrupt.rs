//! A run that is interrupted or killed keeps what it finished, and is finished later.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use pelicycle_record::Outcome;
use pelicycle_store::StoredAttempt;
use pelicycle_testkit::model_file::{Xorshift, babbler};

use crate::work_folder::{RunningProgram, WorkFolder, is_done};

#[cfg(unix)]
mod signals {
    use std::fs::File;
    use std::time::Instant;

    use rustix::process::{Pid, Signal, kill_process};

    use super::*;

    fn send(running: &RunningProgram, signal: Signal) {
        kill_process(Pid::from_child(&running.child), signal).unwrap();
    }

    /// Replies long enough that some are under way when others are over.
    const LONG: [&str; 8] = ["-n", "8", "--parallel", "2", "--max-tokens", "1200", "--seed", "5"];

    /// A run that got the signal and ended in order, its identifier, and what was finished and what was not.
    fn interrupted(signal: Signal) -> (WorkFolder, String, [Vec<StoredAttempt>; 2]) {
        let place = WorkFolder::new();
        let model = babbler(place.path(), 1);
        let running = place.start(Some(&model), &LONG);
        let run = running.wait_for("run-started")["run"].as_str().unwrap().to_owned();
        running.wait_for("attempt-finished");
        std::thread::sleep(Duration::from_millis(50));
        send(&running, signal);
        let last = running.end(130).pop().unwrap();
        assert_eq!((&last["event"], &last["interrupted"]), (&"run-finished".into(), &true.into()));
        assert!(place.index().is_file(), "the gallery is rebuilt");
        let (finished, cancelled): (Vec<_>, Vec<_>) = place.attempts().into_iter().partition(is_done);
        assert!(!finished.is_empty() && !cancelled.is_empty() && finished.len() < 8);
        for stored in &cancelled {
            assert_eq!(stored.attempt.outcome, Outcome::Cancelled);
            assert!(stored.attempt.error.as_deref().unwrap().contains("interrupted"));
            assert_eq!(stored.attempt.reply.is_some(), stored.attempt.check.is_some());
        }
        assert!(cancelled.iter().any(|stored| stored.attempt.usage.output > Some(0)));
        (place, run, [finished, cancelled])
    }

    #[test]
    fn ctrl_c_keeps_what_is_finished_and_resume_asks_for_the_rest() {
        let (place, run, [finished, cancelled]) = interrupted(Signal::INT);
        let before = place.replies();

        let said = place.run(0, None, &["--resume", &run[..18]]);
        let left = format!("run {run}: {} to ask, seed 5", 8 - finished.len());
        assert!(said.stderr.starts_with(&left), "{}", said.stderr);
        let replies = place.replies();
        assert_eq!(replies.len(), 8);
        assert!(before.iter().all(|(key, reply)| replies[key] == *reply));
        for stored in &cancelled {
            let partial = place.store().reply(stored).unwrap().unwrap_or_default();
            let whole = &replies[&(stored.attempt.prompt.id.clone(), stored.attempt.sample)];
            assert!(whole.starts_with(&partial), "the same seed goes on the same way");
        }

        let all = place.attempts().len();
        let said = place.run(0, None, &["--resume", "last"]);
        assert!(said.stdout.contains("nothing was left to ask"), "{}", said.stdout);
        assert_eq!(place.attempts().len(), all);
    }

    #[test]
    fn sigterm_keeps_what_is_finished_too() {
        interrupted(Signal::TERM);
    }

    #[test]
    fn a_terminal_that_is_gone_leaves_what_is_finished_too() {
        interrupted(Signal::HUP);
    }

    #[test]
    fn a_second_signal_ends_the_run_at_once() {
        let place = WorkFolder::new();
        let model = babbler(place.path(), 2);
        let running = place.start(Some(&model), &LONG);
        running.wait_for("attempt-started");
        // Somebody else builds this gallery for ever, so that the run can't end in order.
        let lock = File::open(place.path().join("gallery/.pelicycle-gallery.lock")).unwrap();
        lock.lock().unwrap();
        send(&running, Signal::INT);
        running.wait_for("attempt-finished");
        std::thread::sleep(Duration::from_millis(300));
        let begin = Instant::now();
        send(&running, Signal::INT);
        let rest = running.end(130);
        assert!(begin.elapsed() < Duration::from_secs(5));
        assert!(rest.iter().all(|event| event["event"] != "run-finished"));
        assert!(place.attempts().iter().any(|stored| stored.attempt.outcome == Outcome::Cancelled));
    }

    #[test]
    fn a_run_is_not_resumed_with_another_model() {
        let place = WorkFolder::new();
        let model = babbler(place.path(), 3);
        let running = place.start(Some(&model), &LONG);
        running.wait_for("attempt-finished");
        send(&running, Signal::INT);
        running.end(130);
        std::fs::rename(babbler(place.path(), 4), &model).unwrap();
        let before = place.attempts().len();
        let said = place.run(1, None, &["--resume", "last"]);
        assert!(said.stderr.contains("is not the file that this run began with"), "{}", said.stderr);
        std::fs::remove_file(&model).unwrap();
        let said = place.run(1, None, &["--resume", "last"]);
        assert!(said.stderr.contains("babbler-3.gguf"), "{}", said.stderr);
        assert_eq!(place.attempts().len(), before);
    }
}

#[test]
fn killing_at_any_moment_loses_no_finished_attempt_and_leaves_no_half_one() {
    const KILLS: usize = 9;
    // So many that a run outlives its three kills even where those come late.
    const SAMPLES: usize = 80;
    let place = WorkFolder::new();
    let model = babbler(place.path(), 5);
    let samples = SAMPLES.to_string();
    let whole = ["-n", &samples, "--max-tokens", "60", "--parallel", "3", "--seed", "9"];
    let mut random = Xorshift(20_261_122);
    let mut announced = BTreeSet::new();
    let mut in_the_middle = 0;
    for kill in 0..KILLS {
        // Every third kill meets a new run, the others one that goes on.
        let mut running = match kill % 3 {
            0 => place.start(Some(&model), &whole),
            _ => place.start(None, &["--resume", "last"]),
        };
        running.wait_for("run-started");
        // Half of the moments lie anywhere from the start on, half among the writes.
        let first = (kill % 2 == 1).then(|| running.wait_for_any(&["attempt-finished", "run-finished"]));
        std::thread::sleep(Duration::from_micros(random.next() % 250_000));
        running.child.kill().unwrap();
        running.child.wait().unwrap();
        let rest: Vec<_> = first.into_iter().chain(running.events.iter()).collect();
        in_the_middle += usize::from(rest.iter().all(|event| event["event"] != "run-finished"));
        let finished = rest.iter().filter(|event| event["event"] == "attempt-finished");
        announced.extend(finished.map(|event| event["attempt"].as_str().unwrap().to_owned()));
        let kept: BTreeSet<_> =
            place.attempts().into_iter().map(|stored| stored.attempt.id.to_string()).collect();
        assert!(announced.is_subset(&kept), "kill {kill} lost {:?}", announced.difference(&kept));
    }
    println!("{} announced, {in_the_middle} of {KILLS} kills fell into a run", announced.len());
    assert!(in_the_middle >= 7 && announced.len() >= KILLS);

    for run in place.store().runs().unwrap() {
        place.run(0, None, &["--resume", run.as_str(), "--quiet"]);
    }
    let mut done = BTreeMap::new();
    for stored in place.attempts() {
        assert!(is_done(&stored), "a killed run writes nothing that is cut short");
        let samples: &mut BTreeSet<u32> = done.entry(stored.attempt.run).or_default();
        assert!(samples.insert(stored.attempt.sample), "asked twice");
    }
    assert_eq!(done.len(), KILLS.div_ceil(3));
    assert!(done.values().all(|samples| samples.len() == SAMPLES));
}
