//! The table's columns against the list of them that is published.

use pelicycle_record::{Attempt, Verdict};
use pelicycle_table::{ColumnKind, Csv, JsonLines, TableWriter, headings, row};
use pelicycle_testkit::attempts::{attempt, check};
use pelicycle_testkit::{docs, mutated};

/// `fuzz/fuzz_targets/attempt.rs` does so with records that nobody wrote.
#[test]
fn a_damaged_record_that_is_still_one_becomes_a_row_of_every_table() {
    let drawn = check("<svg/>", "<svg/>", Verdict::Drawn);
    let whole = attempt("pelican", "a", "2026-11-01T00:00:00Z", Some(("<svg/>", drawn)));
    let text = serde_json::to_vec(&whole).unwrap();
    let headings = headings();
    let mut read = 0;
    for bytes in mutated(&text, 3000) {
        let Ok(attempt) = serde_json::from_slice::<Attempt>(&bytes) else { continue };
        read += 1;
        serde_json::from_slice::<Attempt>(&serde_json::to_vec(&attempt).unwrap()).unwrap();
        let (mut csv, mut lines) = (Vec::new(), Vec::new());
        let mut tables: [Box<dyn TableWriter + '_>; 2] = [
            Box::new(Csv::new(&mut csv, &headings).unwrap()),
            Box::new(JsonLines::new(&mut lines, &headings)),
        ];
        tables.iter_mut().for_each(|table| table.row(&row(&attempt)).unwrap());
        drop(tables);
        serde_json::from_slice::<serde_json::Value>(&lines).unwrap();
        for record in csv::Reader::from_reader(&csv[..]).records() {
            for (heading, cell) in headings.iter().zip(&record.unwrap()) {
                let is_text = matches!(heading.kind, ColumnKind::Text);
                assert!(!is_text || !cell.trim_start().starts_with(['=', '+', '-', '@']), "{cell}");
            }
        }
    }
    assert!(read > 300, "{read}");
}

#[test]
fn the_published_list_of_columns_is_that_of_the_table() {
    let lines = headings().into_iter().map(|heading| {
        let kind = match heading.kind {
            ColumnKind::Text => "text",
            ColumnKind::Whole => "whole number",
            ColumnKind::Number => "number",
            ColumnKind::Truth => "true or false",
            ColumnKind::Moment => "moment",
            ColumnKind::Day => "day",
        };
        format!("| `{}` | {kind} | {} |\n", heading.name, heading.about)
    });
    let made = lines.collect::<String>();
    let path = docs("tables.md");
    let published = std::fs::read_to_string(&path).unwrap();
    let (before, list) = published.split_once("| --- | --- | --- |\n").unwrap();
    if std::env::var_os("PELICYCLE_RENEW").is_some() {
        std::fs::write(&path, format!("{before}| --- | --- | --- |\n{made}")).unwrap();
    } else {
        assert!(
            list == made,
            "docs/tables.md is not the list of the columns: set PELICYCLE_RENEW=1 to renew it"
        );
    }
}
