//! The table's columns against the list of them that is published.

use pelicycle_table::{ColumnKind, headings};
use pelicycle_testkit::docs;

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
