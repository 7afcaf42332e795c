//! Judgements that somebody changed: what is still a record counts, and a ranking comes to an end with figures.
//! `fuzz/fuzz_targets/judgements.rs` does so with records that nobody wrote.

use pelicycle_judge::{JudgePooling, Votes, markdown, report, text};
use pelicycle_record::{JudgementRecord, Preference};
use pelicycle_testkit::mutated;

use super::{ANN, EYE, drawings, field, judgement};

#[test]
fn changed_judgements_end_in_a_ranking() {
    let attempts = drawings(3, 2);
    let lines: Vec<String> = [(ANN, 0, 2), (EYE, 4, 1), (ANN, 5, 3), (EYE, 3, 0)]
        .map(|(judge, left, right)| judgement(&attempts, judge, (left, right), Preference::Left))
        .iter()
        .map(|record| serde_json::to_string(record).unwrap())
        .collect();
    let field = field(&attempts);
    let mut changed = 0;
    for bytes in mutated(lines.join("\n").as_bytes(), 120) {
        let lines = bytes.split(|byte| *byte == b'\n');
        let records: Vec<JudgementRecord> =
            lines.filter_map(|line| serde_json::from_slice(line).ok()).collect();
        changed += usize::from(records.len() < 4);
        let made = report(&field, &Votes::new(&field, &records), JudgePooling::Together { model: 0.5 }, 1);
        let _ = (text(&made, 80), markdown(&made));
        serde_json::to_string(&made).unwrap();
    }
    assert!(changed > 20, "{changed}");
}
