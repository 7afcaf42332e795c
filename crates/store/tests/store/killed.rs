//! A writer that is killed at any moment leaves no half attempt and loses no finished one.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use pelicycle_record::Verdict;
use pelicycle_store::{AttemptFiles, Store};
use pelicycle_testkit::attempts::{attempt, check, tiny_png};
use pelicycle_testkit::tempdir;

const RESULTS: &str = "PELICYCLE_TEST_RESULTS";
const ROUNDS: u64 = 30;

/// Not a test of its own: the process that the test below starts and kills.
#[test]
#[ignore = "runs as a child of the test below"]
fn write_until_killed() {
    let Ok(root) = std::env::var(RESULTS) else { return };
    let store = Store::open(root).unwrap();
    let svg = format!("<svg>{}</svg>", "<path d='M0 0h1v1z'/>".repeat(2000));
    let (reply, png) = (format!("```\n{svg}\n```"), tiny_png());
    for sample in 1.. {
        let check = check(&reply, &svg, Verdict::Drawn);
        let now = jiff::Timestamp::now().to_string();
        let mut attempt = attempt("pelican", "busy", &now, Some((&reply, check)));
        attempt.sample = sample;
        let files = AttemptFiles {
            reply: Some(reply.as_bytes()),
            svg: Some(svg.as_bytes()),
            png: Some(&png),
            ..AttemptFiles::default()
        };
        store.write(&attempt, &files).unwrap();
        println!("finished {}", attempt.id);
    }
}

#[test]
fn killing_leaves_no_half_attempt_and_loses_no_finished_one() {
    let folder = tempdir();
    let store = Store::open(folder.path().join("results")).unwrap();
    let mut finished: Vec<String> = Vec::new();
    let mut interrupted = 0;
    for round in 0..ROUNDS {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "killed::write_until_killed", "--ignored", "--nocapture"])
            .env(RESULTS, store.root())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (first, started) = mpsc::channel();
        let reader = std::thread::spawn(move || {
            let ids = lines.map_while(Result::ok).filter_map(|line| {
                // The harness writes its own words before the first line, on the same one.
                let (_, id) = line.split_once("finished ")?;
                let _ = first.send(());
                Some(id.to_owned())
            });
            ids.collect::<Vec<_>>()
        });
        started.recv_timeout(Duration::from_secs(20)).expect("the child writes");
        // Moments from 0 to 7 ms apart, in thirtieths of a write or so: they fall into every step of it.
        std::thread::sleep(Duration::from_micros(round * 241));
        child.kill().unwrap();
        child.wait().unwrap();
        finished.extend(reader.join().unwrap().into_iter().filter(|id| id.len() == 32));

        let listing = store.list().unwrap();
        assert!(listing.damaged.is_empty(), "round {round}: {:?}", listing.damaged);
        for stored in &listing.attempts {
            store.verify(stored).unwrap();
        }
        for id in &finished {
            assert!(
                listing.attempts.iter().any(|s| s.attempt.id.as_str() == id),
                "round {round}: {id} is lost"
            );
        }
        let left = std::fs::read_dir(store.root().join(".incoming")).unwrap();
        interrupted = left.filter(|entry| entry.as_ref().unwrap().path().is_dir()).count();
    }
    assert!(finished.len() >= usize::try_from(ROUNDS).unwrap());
    println!("{} finished, {interrupted} were cut off in the middle", finished.len());
    assert!(interrupted > 0, "no kill fell into a write, so nothing was shown");
}
