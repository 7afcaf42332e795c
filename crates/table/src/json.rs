//! JSON, one object a line.

use std::io::Write;

use serde::ser::{Serialize, SerializeMap as _, Serializer};

use super::{ColumnHeading, TableCell, TableError, TableWriter};

/// A table as JSON Lines: every object has every column, null where it is absent.
#[derive(Debug)]
pub struct JsonLines<W: Write> {
    out: W,
    headings: Vec<ColumnHeading>,
}

impl<W: Write> JsonLines<W> {
    /// Begins a table.
    pub fn new(out: W, headings: &[ColumnHeading]) -> Self {
        Self { out, headings: headings.to_vec() }
    }
}

impl<W: Write> TableWriter for JsonLines<W> {
    fn row(&mut self, cells: &[TableCell<'_>]) -> Result<(), TableError> {
        let mut line = Vec::new();
        write_object(&mut line, &self.headings, cells)?;
        line.push(b'\n');
        Ok(self.out.write_all(&line)?)
    }

    fn finish(mut self: Box<Self>) -> Result<(), TableError> {
        Ok(self.out.flush()?)
    }
}

/// Writes a row as an object, on one line without its end.
///
/// # Errors
/// When it can't be written.
pub fn write_object(
    out: impl Write,
    headings: &[ColumnHeading],
    cells: &[TableCell<'_>],
) -> Result<(), TableError> {
    Ok(serde_json::to_writer(out, &Row { headings, cells }).map_err(std::io::Error::from)?)
}

/// A row whose members are written one by one: a table of a gallery has some hundred thousand.
struct Row<'a> {
    headings: &'a [ColumnHeading],
    cells: &'a [TableCell<'a>],
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_map(Some(self.headings.len()))?;
        for (heading, cell) in self.headings.iter().zip(self.cells) {
            members.serialize_entry(heading.name, cell)?;
        }
        members.end()
    }
}

/// As JSON has it; a number that is none is null.
impl Serialize for TableCell<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            TableCell::Absent => serializer.serialize_unit(),
            TableCell::Text(text) => serializer.serialize_str(text),
            TableCell::Whole(number) => serializer.serialize_u64(*number),
            TableCell::Number(number) => serializer.serialize_f64(*number),
            TableCell::Truth(truth) => serializer.serialize_bool(*truth),
            TableCell::Moment(moment) => serializer.collect_str(moment),
            TableCell::Day(day) => serializer.collect_str(day),
        }
    }
}
