//! Comma-separated values as RFC 4180 has them, in UTF-8.

use std::fmt::{Display, Write as _};
use std::io::Write;

use super::{ColumnHeading, TableCell, TableError, TableWriter};

/// First characters that make a spreadsheet run a cell as a formula.
const FORMULA: [char; 14] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠', '﹦', '﹢', '﹣', '﹫'];

/// A table as CSV.
///
/// Whoever opens it in a spreadsheet must not run what a model or a service wrote: text that would be a formula there gets an
/// apostrophe before it, which spreadsheets take for "this is text". The other formats have every text as it is.
#[derive(Debug)]
pub struct Csv<W: Write>(W);

impl<W: Write> Csv<W> {
    /// Begins a table with its heads.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn new(mut out: W, headings: &[ColumnHeading]) -> Result<Self, TableError> {
        let names: Vec<&str> = headings.iter().map(|heading| heading.name).collect();
        out.write_all((names.join(",") + "\r\n").as_bytes())?;
        Ok(Self(out))
    }
}

impl<W: Write> TableWriter for Csv<W> {
    fn row(&mut self, cells: &[TableCell<'_>]) -> Result<(), TableError> {
        let mut line = String::new();
        for (index, cell) in cells.iter().enumerate() {
            if index > 0 {
                line.push(',');
            }
            push(&mut line, cell);
        }
        line.push_str("\r\n");
        Ok(self.0.write_all(line.as_bytes())?)
    }

    fn finish(mut self: Box<Self>) -> Result<(), TableError> {
        Ok(self.0.flush()?)
    }
}

fn push(line: &mut String, cell: &TableCell<'_>) {
    match cell {
        TableCell::Absent => {}
        TableCell::Text(text) => quote(line, text),
        TableCell::Whole(number) => push_shown(line, number),
        // Only a damaged record has one that is none.
        TableCell::Number(number) if number.is_finite() => push_shown(line, number),
        TableCell::Number(_) => {}
        TableCell::Truth(truth) => line.push_str(if *truth { "true" } else { "false" }),
        TableCell::Moment(moment) => push_shown(line, moment),
        TableCell::Day(day) => push_shown(line, day),
    }
}

fn push_shown(line: &mut String, value: &impl Display) {
    // Writing to a String cannot fail.
    let _ = write!(line, "{value}");
}

/// Whether nobody sees the character before a sign: blanks, controls, and those that join, part or reorder what is around them.
fn is_unseen(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
        || matches!(c, '\u{e0000}'..='\u{e0fff}')
}

fn quote(line: &mut String, text: &str) {
    // Spreadsheets pass over blanks before a formula, and some read full-width and small signs as signs.
    let first = text.trim_start_matches(is_unseen);
    let guard = if text.starts_with(FORMULA) || first.starts_with(FORMULA) { "'" } else { "" };
    // An empty text is not an absent one.
    if !text.is_empty() && !text.contains(['"', ',', '\r', '\n']) {
        line.push_str(guard);
        line.push_str(text);
        return;
    }
    line.push('"');
    line.push_str(guard);
    line.push_str(&text.replace('"', "\"\""));
    line.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(cells: &[TableCell<'_>]) -> String {
        let mut out = Vec::new();
        let mut table = Box::new(Csv::new(&mut out, &[]).unwrap());
        table.row(cells).unwrap();
        table.finish().unwrap();
        String::from_utf8(out).unwrap().split_once("\r\n").unwrap().1.to_owned()
    }

    #[test]
    fn cells_are_quoted_where_they_must_be_and_an_empty_text_is_not_an_absent_one() {
        let cells =
            [TableCell::Absent, "".into(), "a \"b\", c\nd".into(), 7u64.into(), 0.1.into(), true.into()];
        assert_eq!(line(&cells), ",\"\",\"a \"\"b\"\", c\nd\",7,0.1,true\r\n");
        assert_eq!(line(&[f64::NAN.into(), 1e300.into()]), format!(",{}\r\n", 1e300));
    }

    #[test]
    fn what_a_spreadsheet_would_run_is_text_and_numbers_stay_numbers() {
        assert_eq!(line(&["=HYPERLINK(\"x\")".into()]), "\"'=HYPERLINK(\"\"x\"\")\"\r\n");
        assert_eq!(line(&["@a".into(), (-1.5).into()]), "'@a,-1.5\r\n");
        for formula in [
            " =1",
            "\u{a0}=1",
            "＝1",
            " \t＋1",
            "\u{feff}=1",
            "\u{3000}＠a",
            "\u{200b}=1",
            "\u{ad}\u{202e}=1",
            "\u{fe0f} ﹦1",
        ] {
            assert_eq!(line(&[formula.into()]), format!("'{formula}\r\n"), "{formula:?}");
        }
        assert_eq!(line(&["a =1".into()]), "a =1\r\n");
        assert_eq!(line(&["a,=1".into()]), "\"a,=1\"\r\n", "a comma in a cell begins none");
    }
}
