//! Tables for a terminal.

/// The widest column: a name from outside may be of any length, and no screen is wider.
const WIDEST: usize = 200;

/// Cells under one another, a line a row, columns as wide as their widest cell of at most 200 characters; a longer cell is
/// written out and moves what follows it.
pub fn table<const N: usize>(rows: &[[String; N]]) -> Vec<String> {
    let width =
        |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0).min(WIDEST);
    let widths: [usize; N] = std::array::from_fn(width);
    let line = |row: &[String; N]| {
        let cells: Vec<String> =
            row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        cells.join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

/// A table's head and the rows under it as rows alike.
pub fn with_head<const N: usize>(
    head: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> Vec<[String; N]> {
    std::iter::once(head.map(str::to_owned)).chain(rows).collect()
}
