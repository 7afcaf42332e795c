//! `judgement.json`, many of them a line each: whatever is a record counts for a ranking, which comes to an end with figures.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use pelicycle_judge::{Competition, JudgePooling, Votes, markdown, report, text};
use pelicycle_record::{Attempt, JudgementRecord, Verdict};
use pelicycle_testkit::attempts::{attempt, check};

/// Two drawings each of three contestants.
static ATTEMPTS: LazyLock<Vec<Attempt>> = LazyLock::new(|| {
    let svg = "<svg/>";
    let drawn = |n: u32| {
        let slug = ["a", "b", "c"][n as usize / 2];
        let started = format!("2026-11-01T00:00:0{n}Z");
        attempt("pelican", slug, &started, Some((svg, check(svg, svg, Verdict::Drawn))))
    };
    (0..6).map(drawn).collect()
});

fuzz_target!(|data: &[u8]| {
    let lines = data.split(|byte| *byte == b'\n').take(40);
    let mut records: Vec<JudgementRecord> =
        lines.filter_map(|line| serde_json::from_slice(line).ok()).collect();
    if records.is_empty() {
        return;
    }
    // Most are of drawings that are at hand.
    for (n, record) in records.iter_mut().enumerate() {
        let byte = |at: usize| usize::from(data[at % data.len()]);
        if byte(n * 3) % 7 > 0 {
            let [left, right] = [n * 5 + 1, n * 11 + 2].map(|at| &ATTEMPTS[byte(at) % ATTEMPTS.len()]);
            record.left.clone_from(&left.id);
            record.right.clone_from(&right.id);
            record.prompt.id.clone_from(&left.prompt.id);
            record.prompt.hash.clone_from(&left.prompt.hash);
        }
    }
    let competition = Competition::new(&ATTEMPTS.iter().collect::<Vec<_>>(), false);
    let votes = Votes::new(&competition, &records);
    for pooling in [JudgePooling::Apart, JudgePooling::Together { model: 0.5 }] {
        let report = report(&competition, &votes, pooling, 1);
        let _ = (text(&report, 100), markdown(&report));
        let json = serde_json::to_string(&report).unwrap();
        serde_json::from_str::<serde_json::Value>(&json).unwrap();
    }
});
