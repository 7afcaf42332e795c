//! `attempt.json`: whatever is a record is written again, becomes a row of every table, and takes part in a competition.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pelicycle_judge::Competition;
use pelicycle_record::Attempt;
use pelicycle_table::{ColumnKind, Csv, JsonLines, TableWriter, headings, row};

fuzz_target!(|data: &[u8]| {
    let Ok(attempt) = serde_json::from_slice::<Attempt>(data) else { return };
    let again = serde_json::to_vec(&attempt).unwrap();
    serde_json::from_slice::<Attempt>(&again).unwrap();
    let _ = (attempt.speed(), attempt.counts(), attempt.is_drawn());
    let _ = Competition::new(&[&attempt], true);
    let (mut csv, mut lines) = (Vec::new(), Vec::new());
    let headings = headings();
    let mut tables: [Box<dyn TableWriter + '_>; 2] =
        [Box::new(Csv::new(&mut csv, &headings).unwrap()), Box::new(JsonLines::new(&mut lines, &headings))];
    for table in &mut tables {
        table.row(&row(&attempt)).unwrap();
    }
    drop(tables);
    // No text is a formula, as a reader of CSV takes its cells apart.
    for record in csv::Reader::from_reader(&csv[..]).records() {
        for (heading, cell) in headings.iter().zip(&record.unwrap()) {
            let is_text = matches!(heading.kind, ColumnKind::Text);
            assert!(!is_text || !cell.trim_start().starts_with(['=', '+', '-', '@']), "{cell}");
        }
    }
    serde_json::from_slice::<serde_json::Value>(&lines).unwrap();
});
